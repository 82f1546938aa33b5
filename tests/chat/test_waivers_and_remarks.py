"""What need not be is no ban, and what only describes people is no wish."""

import time

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.remarks import without_remarks
from llmrec.chat.nlu.waivers import with_waivers
from llmrec.chat.replies import Reply
from llmrec.chat.state import DialogueState

COLOURS = ("Dark Green", "Green", "Light Pink", "Black", "White")
TRAITS = {"Trousers": ("5-pocket jeans in washed denim", "Joggers in soft jersey", "Trousers in woven fabric"), "Skirt": ("Skirt",) * 3,
          "Shirt": ("Shirt",) * 3, "Hoodie": ("Hoodie",) * 3, "Dress": ("Dress",) * 3}  # fmt: skip
SECTIONS = {
    "Womens Casual": "Dresses",
    "Contemporary Smart": "Tailoring",
    "Men Suits": "Suit",
    "Young Girl": "Young Girl Jersey",
}


@pytest.fixture(scope="module")
def shop() -> Catalog:
    items = [
        Item(f"{kind} {n} {colour} {section}", f"Style {len(kind)}{n}{len(colour)}{len(section)}", trait,
             {"category": kind, "colour": colour, "section": section, "department": department, "price": float(10 + n)})
        for kind, traits in TRAITS.items() for n, trait in enumerate(traits)
        for colour in COLOURS for section, department in SECTIONS.items()
        if not (section == "Contemporary Smart" and kind == "Trousers")
    ]  # fmt: skip
    return Catalog("shop", tuple(items), {})


@pytest.fixture(scope="module")
def films() -> Catalog:
    kinds = ("Action", "Comedy", "Horror", "War", "Crime", "Thriller")
    items = [Item(f"{k}{n}", f"{k} story {n}", "", {"genres": (k,), "year": 1990 + n}) for k in kinds for n in range(8)]
    return Catalog("films", tuple(items), {})


def after(catalog: Catalog, *lines: str) -> tuple[tuple[str, ...], Conversation, Reply]:
    """The conditions of the last list, the conversation and the last reply."""
    conversation = Conversation(catalog, clarify=False)
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            conversation.show(reply, [item.id for item in catalog.items if item.id not in reply.request.never][:5])
    return conversation.conditions, conversation, reply


@pytest.mark.parametrize(
    "line",
    ["the skirt needn't be green", "it doesn't need to be green, you know", "And it does not have to be green. a warm one",
     "no need for green", "不一定要绿色", "不是绿色的也行"],
)  # fmt: skip
def test_what_need_not_be_is_neither_wished_nor_banned(shop: Catalog, line: str) -> None:
    conditions, _, _ = after(shop, "a green skirt", line)
    assert not any("Green" in each for each in conditions) and any("Skirt" in each for each in conditions)


@pytest.mark.parametrize(
    "line", ["a skirt. it needn't be green", "a skirt, and it doesn't have to be pink", "想要半身裙,不一定要绿色"]
)
def test_what_need_not_be_and_was_never_wished_is_no_condition(shop: Catalog, line: str) -> None:
    conditions, _, _ = after(shop, line)
    assert not any("Green" in each or "Pink" in each for each in conditions) and conditions


def test_what_was_never_turned_down_is_no_wish_when_that_is_said(shop: Catalog) -> None:
    conditions, _, _ = after(shop, "a skirt", "Green is perfectly fine, I never said otherwise. a dress please")
    assert not any("Green" in each for each in conditions)
    conditions, _, _ = after(shop, "a skirt, no green", "Green is absolutely ok, I didn't say not. a white one")
    assert not any("Green" in each for each in conditions)


@pytest.mark.parametrize(
    "line",
    ["the no blood thing doesn't count for me", "that no-blood rule was only for her. older ones", "please ignore the no blood rule",
     "the no blood bit no longer applies. older ones"],
)  # fmt: skip
def test_a_rule_that_does_not_count_is_taken_back(films: Catalog, line: str) -> None:
    _, conversation, _ = after(films, "an action film, no blood", line)
    assert not conversation.state.refused


@pytest.mark.parametrize(
    "line",
    [
        "i own nothing but hoodies. black trousers please",
        "All I have is hoodies, so black trousers please",
        "my whole wardrobe is full of hoodies. black trousers",
        "我只有卫衣,想要黑色裤子",
    ],
)
def test_what_somebody_has_is_no_wish(shop: Catalog, line: str) -> None:
    conditions, _, _ = after(shop, line)
    assert any("Trousers" in each for each in conditions) and not any("Hoodie" in each for each in conditions)


@pytest.mark.parametrize(
    "line",
    ["Dark green is lovely with her red hair. A skirt for women?", "you look great in dark green. any skirts?",
     "my wife always looks gorgeous in dark green, a skirt please", "墨绿色很衬她的肤色,有半身裙吗", "她穿绿色很好看,来条半身裙"],
)  # fmt: skip
def test_a_compliment_on_a_colour_is_no_wish(shop: Catalog, line: str) -> None:
    conditions, _, _ = after(shop, "a dress", line)
    assert any("Skirt" in each for each in conditions) and not any("Green" in each for each in conditions)


def test_a_line_that_only_remarks_gets_a_word_and_no_list(shop: Catalog) -> None:
    conditions, _, reply = after(shop, "a dress", "she looks lovely in dark green")
    assert reply.request is None and reply.words and not any("Green" in each for each in conditions)


@pytest.mark.parametrize(
    "line", ["What about a dress for her?", "a dress for her, for a party", "maybe a white dress for her then"]
)
def test_for_her_is_the_girl_whom_the_list_is_for(shop: Catalog, line: str) -> None:
    conditions, _, _ = after(shop, "a skirt for my daughter, she is 7", line)
    assert any("Young Girl" in each for each in conditions) and not any("Women" in each for each in conditions)
    assert any("Dress" in each for each in conditions)


@pytest.mark.parametrize(
    ("line", "gone"),
    [("no jeans", {0}), ("not jeans, proper trousers", {0}), ("any of them, just not jeans", {0}), ("no jeans no joggers", {0, 1}),
     ("no joggers", {1}), ("these are jeans and joggers mate. proper ones", {0, 1})],
)  # fmt: skip
def test_a_narrower_word_rules_out_no_more_than_it_says(shop: Catalog, line: str, gone: set[int]) -> None:
    conditions, _, reply = after(shop, "trousers", line)
    assert reply.request is not None and any("=Trousers" in each for each in conditions)
    assert not any("!=" in each for each in conditions)
    assert {int(id.split()[1]) for id in reply.request.never if id.startswith("Trousers")} == gone


@pytest.mark.parametrize(
    ("line", "wanted"),
    [("leave trousers. a white shirt", "Shirt"), ("new idea, leave the trousers for now. a black dress", "Dress"),
     ("ok, leave trousers then, a skirt please", "Skirt"), ("replace the colour by black. leave the trousers", "Trousers")],
)  # fmt: skip
def test_what_is_left_goes_unless_something_else_is_changed(shop: Catalog, line: str, wanted: str) -> None:
    conditions, conversation, _ = after(shop, "trousers", line)
    assert [each for each in conditions if "category" in each] == [f"category={wanted}"]
    assert not conversation.state.refused


@pytest.mark.parametrize(
    "line",
    ["proper smart trousers, like suit ones", "smart trousers for men", "something smart, like trousers of a suit"],
)
def test_what_only_describes_gives_way_where_nothing_meets_it(shop: Catalog, line: str) -> None:
    conditions, _, reply = after(shop, "trousers for men", line)
    assert "Contemporary Smart, so I leave that out" in reply.words
    assert any("Men" in each for each in conditions) and not any("Smart" in each for each in conditions)


@pytest.mark.parametrize(
    "line",
    ["do you have black shoes", "have you got skirts?", "I only have 30 euros", "i only wear black", "I already have one in black", "black is lovely"],
)  # fmt: skip
def test_what_is_no_remark_stays(shop: Catalog, line: str) -> None:
    assert without_remarks(line, DialogueState(), shop) == line


def test_a_long_line_is_read_at_once(shop: Catalog) -> None:
    for line in (
        "i own nothing but hoodies and " * 200,
        "dark green is " * 400,
        "it needn't be " * 400,
        "the no blood " * 400,
        "不一定要" * 500,
    ):
        start = time.perf_counter()
        with_waivers(without_remarks(line, DialogueState(), shop), DialogueState(), shop)
        assert time.perf_counter() - start < 1.0
