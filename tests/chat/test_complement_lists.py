"""Lines that want what goes with an item: which item is meant, what the list is asked for, and how it opens."""

from dataclasses import replace

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.chinese_reasons import reason_in_chinese
from llmrec.chat.conversation import Conversation
from llmrec.errors import BadInput
from llmrec.evidence.records import ItemEvidence, Pairing

GOODS = Catalog(
    "shop",
    (
        Item("t", "Strap top", "A top.", {"category": "Top", "colour": "White", "price": 9.0}),
        Item("j", "Slim fit", "Jeans in stretch denim.", {"category": "Jeans", "colour": "Black", "price": 30.0}),
        Item("s", "Runner", "Shoes to run in.", {"category": "Shoes", "colour": "Blue", "price": 50.0}),
        Item("b", "Tote", "A bag.", {"category": "Bag", "colour": "Red", "price": 20.0}),
    ),
    {},
)


def listed(**known: object) -> Conversation:
    """A conversation whose last list is a top, jeans and shoes."""
    conversation = Conversation(GOODS, clarify=False, **known)  # type: ignore[arg-type]
    conversation.show(conversation.reply("something to wear"), ["t", "j", "s"])
    return conversation


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("what goes with 2?", "j"), ("what goes with the last one", "s"), ("what goes well with it?", "t"),
        ("something to go with the black jeans", "j"), ("ok, anything that would match the runner?", "s"),
        ("what should I wear with the blue shoes?", "s"), ("accessories for the tote", "b"),
        ("I just bought the Slim fit, what else do I need?", "j"), ("what else do I need?", "t"),
        ("第二个配什么好看\uff1f", "j"), ("这个配什么好", "t"), ("我刚买了Tote\uff0c还需要什么\uff1f", "b"),
    ],
)  # fmt: skip
def test_a_line_asks_for_what_goes_with_an_item(line: str, item: str) -> None:
    reply = listed().reply(line)
    assert reply.request is not None and reply.list is not None
    assert (reply.request.intent, reply.request.like) == ("complement", item)
    assert GOODS.item(item).title in reply.words
    assert reply.request.exposure == "category<=0.4"  # who wants to know what goes with jeans has jeans
    assert reply.words.startswith("可以和" if reply.language == "zh" else "To go with")


def test_what_was_bought_is_known_from_then_on() -> None:
    conversation = listed()
    reply = conversation.reply("I bought the Tote, what goes with it?")
    assert reply.request is not None and reply.request.like == "b"
    assert conversation.history == ("b",)
    conversation.show(reply, ["t"])
    near = listed()
    assert near.reply("I bought the Strap tip, what goes with it?").request is not None and near.history == ()
    assert "undo" not in conversation.reply("undo that").words and conversation.history == ()


def test_without_a_list_the_newest_item_of_the_person_is_meant() -> None:
    known = Conversation(GOODS, history=("s", "j"))
    reply = known.reply("what goes with it?")
    assert reply.request is not None and reply.request.like == "j"
    with pytest.raises(BadInput, match="name the item that something is to go with"):
        Conversation(GOODS).reply("what goes with it?")
    with pytest.raises(BadInput, match="no number 7"):
        listed().reply("what goes with 7?")


@pytest.mark.parametrize("line", ["and a bag to go with it", "plus a bag to wear with it", "now bags that go with 2"])
def test_a_kind_to_go_with_an_item_is_a_search(line: str) -> None:
    reply = listed().reply(line)
    assert reply.request is not None and reply.request.intent is None and "Bag" in (reply.request.where or "")


def test_more_goes_on_with_what_goes_with_it_and_another_wish_does_not() -> None:
    conversation = listed()
    conversation.show(conversation.reply("what goes with 2?"), ["b", "s"])
    more = conversation.reply("more")
    assert more.request is not None and (more.request.intent, more.request.like) == ("complement", "j")
    assert {"b", "s"} <= set(more.request.never)
    conversation.show(more, ["t"])
    other = conversation.reply("more like number 1")
    assert other.request is not None and (other.request.intent, other.request.like) == (None, "t")


def test_the_reason_in_chinese_says_what_was_counted_and_never_that_it_is_popular() -> None:
    counted = Pairing("j", "category=Bag", "category=Jeans", 40, 60, 50, 190)
    said = reason_in_chinese(ItemEvidence("b", (), pairing=counted), GOODS)
    assert "《Slim fit》" in said and "约60天" in said and "约40天" in said and "欢迎" not in said
    untold = reason_in_chinese(ItemEvidence("b", (), pairing=Pairing("j", shared="colour=Black")), GOODS)
    assert ("太少" in untold and "Black" in untold) or "黑" in untold
    assert reason_in_chinese(ItemEvidence("b", (), pairing=Pairing("j")), GOODS).endswith("搭配。")


def test_films_are_watched_around_one_another() -> None:
    films = replace(
        GOODS,
        items=(
            Item("1", "Heat", "", {"genres": ("Crime", "Animation"), "year": 1995}),
            Item("2", "Ran", "", {"genres": ("War",), "year": 1985}),
        ),
    )
    reply = Conversation(films).reply("what do people watch with Heat?")
    assert reply.request is not None and (reply.request.intent, reply.request.like) == ("complement", "1")
    assert reply.request.exposure is None
    assert "watched" in reply.words
