"""Who disputes what is listed, or what was ruled out, is not taken the wrong way round."""

import time

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.disputes import without_disputes
from llmrec.chat.replies import Reply
from llmrec.chat.state import DialogueState, ListState

KINDS = ("Western", "Comedy", "War", "Drama", "Horror", "Romance", "Animation", "Children's", "Sci-Fi", "Musical")


@pytest.fixture(scope="module")
def films() -> Catalog:
    items = [
        Item(str(n), f"{first} {kind}", "", {"genres": (kind,), "year": 1950 + 5 * n % 50})
        for n, (first, kind) in enumerate(
            ((first, kind) for first in ("Amber", "Boulder", "Cedar", "Dingo", "Ember", "Fjord") for kind in KINDS), 1
        )
    ]
    return Catalog("films", tuple(items), {})


def said(conversation: Conversation, line: str, *items: str) -> Reply:
    reply = conversation.reply(line)
    if reply.request is not None:
        conversation.show(
            reply, [each for each in items or ("1", "2", "3", "4", "5") if each not in reply.request.never]
        )
    return reply


def where(films: Catalog, *lines: str) -> tuple[str, Conversation]:
    """The filter of the list that the last line asks for, and the conversation."""
    conversation = Conversation(films, clarify=False)
    for line in lines:
        reply = said(conversation, line)
    return (reply.request.where or "") if reply.request else "", conversation


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("the last two are no westerns at all", {"4", "5"}),
        ("2 and 3 aren't even westerns", {"2", "3"}),
        ("Number 5 is not a western. Anything else?", {"5"}),
        ("the fourth one isn't really a western though", {"4"}),
        ("none of these are westerns", set()),
        ("后两部根本不是西部片", {"4", "5"}),
        ("第二部和第三部不算西部片吧,换掉", {"2", "3"}),
        ("这些都不是西部片啊", set()),
    ],
)
def test_what_is_not_what_was_asked_for_goes_and_the_wish_stays(films: Catalog, line: str, gone: set[str]) -> None:
    condition, conversation = where(films, "something old and dusty", line)
    assert "genres=Western" in condition and "!=" not in condition
    assert set(conversation.state.rejected) == gone


@pytest.mark.parametrize("line", ["the last one is no western", "5 isn't a western", "第五部不是西部片"])
def test_a_wish_that_stands_is_kept_as_it_was(films: Catalog, line: str) -> None:
    condition, conversation = where(films, "a western or a war film", line)
    assert condition == "genres=War|Western" or condition == "genres=Western|War"
    assert conversation.state.rejected == ("5",)


@pytest.mark.parametrize(
    "line",
    [
        "these are all comedies... i want something tragic",
        "They're all comedies again. Something that makes me cry, please",
        "you know, half of these are comedies!! i wanted a weepie",
        "这些都是喜剧啊……我想要悲的",
        "怎么又都是喜剧?我要的是悲剧",
        "你推荐的这些都是喜剧,想看结局悲惨的",
    ],
)
def test_what_a_list_is_all_of_is_not_wanted(films: Catalog, line: str) -> None:
    condition, _ = where(films, "a film", line)
    assert "!=Comedy" in condition and "=Comedy|" not in condition.replace("!=Comedy", "")


@pytest.mark.parametrize(
    "line",
    [
        "don't take the war films away!",
        "hey, why did you drop the war films? I love those",
        "I never said no war films",
        "leave the war films in please",
        "别把战争片去掉啊",
        "谁让你去掉战争片了?我爸爱看",
        "我没说不要战争片",
        "把战争片加回来",
    ],
)
def test_a_ban_that_nobody_asked_for_is_taken_back(films: Catalog, line: str) -> None:
    condition, _ = where(films, "war films", "no war films", line)
    assert "genres=War" in condition and "!=" not in condition


@pytest.mark.parametrize(
    "line",
    [
        "aliens?? my wife hates aliens",
        "aliens?! she can't stand them. a comedy",
        "Aliens... my kids are scared of those",
        "外星人??我老婆最讨厌外星人",
        "外星人?我妈受不了这个",
    ],
)
def test_what_is_loathed_is_no_wish(films: Catalog, line: str) -> None:
    condition, conversation = where(films, "a film", line)
    assert "Sci-Fi" not in condition and conversation.state.refused


@pytest.mark.parametrize(
    "line",
    [
        "Amber War? isn't that the one where aliens eat people... she'd kill me. a comedy",
        "um Amber War, isnt that the film with the aliens? no thanks. a comedy",
        "Amber War?? wasn't that the one about aliens? way too scary for us. a comedy",
    ],
)
def test_a_trait_by_which_an_item_is_turned_down_is_no_wish(films: Catalog, line: str) -> None:
    condition, conversation = where(films, "a film", line)
    assert conversation.state.rejected == ("3",) and "Sci-Fi" not in condition and "Comedy" in condition


@pytest.mark.parametrize(
    ("line", "excluded"),
    [
        ("那有没有爱情片,不要动画和儿童片", {"Animation", "Children's"}),
        ("来部爱情片,除了动画、儿童类", {"Animation", "Children's"}),
        ("a romance, no animation and nothing for kids", {"Animation"}),
        ("a romance, nothing animated or for little kids", set()),
    ],
)
def test_kinds_that_are_ruled_out_together_are_no_child(films: Catalog, line: str, excluded: set[str]) -> None:
    condition, _ = where(films, line)
    out = {value for part in condition.split(" and ") if "!=" in part for value in part.split("!=")[1].split("|")}
    assert excluded <= out and "genres=Children's" not in condition


@pytest.mark.parametrize("line", ["失恋了,想看个能让我哭一场的爱情片", "失恋了,来个让人大哭一场的", "刚失恋,想看悲剧"])
def test_who_wants_to_weep_gets_no_comedy(films: Catalog, line: str) -> None:
    condition, _ = where(films, line)
    assert "!=Comedy" in condition and "Animation" not in condition and "Children's" not in condition


@pytest.mark.parametrize(
    "line", ["太新了,要八十年代以前的", "too new, from before 1980 please", "这些太新了吧,来点1970年以前的"]
)
def test_of_two_limits_the_one_that_is_said_is_told(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    said(conversation, "war films", "20", "30", "40")
    words = said(conversation, line).words
    assert words.count("19") == 1


@pytest.mark.parametrize(
    "line", ["搞反了,只要战争片,别的都不要", "只要战争片!你听反了", "你弄反了,只看战争片,其他的都不要"]
)
def test_what_only_says_that_it_was_misread_is_quoted_as_no_wish(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    said(conversation, "不要战争片")
    reply = said(conversation, line)
    assert "反" not in reply.words and "别的" not in reply.words and "其他" not in reply.words
    assert reply.request is not None and reply.request.where == "genres=War" and not conversation.state.refused


@pytest.mark.parametrize(
    "line", ["one of the old westerns", "I should like to see some of those westerns again", "any of your westerns"]
)
def test_a_kind_that_the_catalogue_has_is_no_word_of_titles(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    assert "titles" not in said(conversation, line).words
    assert any("genres=Western" in each for each in conversation.conditions)


@pytest.mark.parametrize("line", ["no baby films i said", "no kids stuff, i told you", "no baby movies I said!"])
def test_that_it_was_said_before_is_no_part_of_it(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    said(conversation, "a film")
    reply = said(conversation, line)
    assert "said" not in reply.words and "told" not in reply.words
    assert reply.request is not None and "genres!=Children's" in (reply.request.where or "")


@pytest.mark.parametrize(
    "line",
    ["sleepover tonight w 5 girls, we're 14, a comedy", "having a sleepover with my cousins, a comedy", "it's a slumber party for six of us. a comedy please"],
)  # fmt: skip
def test_what_people_do_tonight_is_quoted_as_no_wish(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    reply = said(conversation, line)
    assert "“" not in reply.words and reply.request is not None and "Comedy" in (reply.request.where or "")


@pytest.mark.parametrize(
    "line", ["a comedy, but not TOO scary", "a comedy, nothing too scary", "a comedy, not so scary please"]
)
def test_a_quality_that_is_ruled_out_in_part_is_told_once(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    said(conversation, line)
    assert conversation.state.refused == ("frightening scenes",)


@pytest.mark.parametrize(
    "line",
    ["these are comedies, great", "they're all comedies, perfect", "don't skip the first one", "that's not a horror, is it?", "is 2 not a western?",
     "the last two look nice", "leave the first one", "别给我恐怖片", "不要把它去掉", "这些都是喜剧吗"],
)  # fmt: skip
def test_what_disputes_nothing_stays_as_it_is(films: Catalog, line: str) -> None:
    state = DialogueState(last=ListState(items=("1", "2", "3", "4", "5")))
    assert without_disputes(line, state, films) == line


def test_a_long_line_is_read_at_once(films: Catalog) -> None:
    state = DialogueState(last=ListState(items=("1", "2", "3")))
    for line in (
        "no ok and " * 400,
        "these are all " * 300,
        "aliens?? my wife " * 200,
        "don't take the " * 300,
        "这些都是喜剧" * 300,
    ):
        start = time.perf_counter()
        without_disputes(line, state, films)
        assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize(
    ("line", "gone", "condition"),
    [
        ("amber western is from 55! i said 1980 and later", {"1"}, "year>=1980"),
        ("Amber Comedy was from 1960, i wanted comedies", {"2"}, "genres=Comedy"),
        ("amber war is too sad. comedies please", {"3"}, "genres=Comedy"),
        ("amber drama looks way too long for us, a comedy", {"4"}, "genres=Comedy"),
    ],
)
def test_a_title_that_is_found_fault_with_goes(films: Catalog, line: str, gone: set[str], condition: str) -> None:
    listed, conversation = where(films, "something old and dusty", line)
    assert set(conversation.state.rejected) == gone and condition in listed


@pytest.mark.parametrize(
    "line", ["horror?? lol no. a comedy", "horror to cheer up, hmm no. a comedy", "horror? no thanks. a comedy"]
)
def test_what_is_named_and_turned_down_is_ruled_out(films: Catalog, line: str) -> None:
    condition, _ = where(films, "something old and dusty", line)
    assert "genres!=Horror" in condition and "genres=Comedy" in condition


@pytest.mark.parametrize(
    "line", ["is it a horror film? no idea.", "amber western is from 1955", "i want a comedy, no."]
)
def test_what_only_looks_like_it_rules_nothing_out(films: Catalog, line: str) -> None:
    condition, conversation = where(films, "something old and dusty", line)
    assert "!=" not in condition and not conversation.state.rejected


def test_of_a_kind_that_is_wanted_only_a_quality_is_ruled_out() -> None:
    goods = [
        Item(f"{kind}{n}", f"{kind} {n}", f"A {length} {kind.lower()}.", {"category": kind, "price": 9.0 + n})
        for kind in ("Dress", "Shirt", "Skirt") for n, length in enumerate(("short", "long", "wide"))
    ]  # fmt: skip
    conversation = Conversation(Catalog("shop", tuple(goods), {}), clarify=False)
    for line in ("a dress", "not a short dress"):
        reply = said(conversation, line, "Dress0", "Dress1")
    assert reply.request is not None and reply.request.where == "category=Dress"
