"""A question that compares gets an answer first: which one it is, a hedged judgement, or that it cannot be told."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.comparisons import compared, plural
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.comparatives import quality_compared

FILMS = (
    ("Quiet Man, The", ("Comedy", "Romance"), 1952), ("Funny Face", ("Comedy", "Musical"), 1957), ("Shining, The", ("Horror",), 1980),
    ("Nick of Time", ("Action", "Thriller"), 1995), ("Malice", ("Thriller",), 1993), ("Fear", ("Thriller",), 1993),
    ("Titanic", ("Action", "Drama", "Romance"), 1997), ("Love Jones", ("Romance",), 1997),
    ("Bambi", ("Animation", "Children's"), 1942),
)  # fmt: skip


@pytest.fixture
def films() -> Catalog:
    items = [
        Item(str(n), title, "", {"genres": genres, "year": year}) for n, (title, genres, year) in enumerate(FILMS, 1)
    ]
    return Catalog("films", tuple(items), {})


def asked(catalog: Catalog, line: str, *shown: str) -> str:
    conversation = Conversation(catalog)
    conversation.show(conversation.reply("something for tonight"), shown)
    reply = conversation.reply(line)
    assert reply.request is None, (line, reply.words)
    return reply.words


@pytest.mark.parametrize(
    ("line", "shown", "says"),
    [
        ("which came first, 1 or 3?", "163", "The Quiet Man (1952) is older; The Shining is from 1980."), ("and which one is older, the first or the second?", "12", "The Quiet Man (1952) is older"),
        ("which of 1 and 2 came out later", "31", "The Shining (1980) is newer; The Quiet Man is from 1952."),
        ("which of them is newer?", "12345", "The newest is Nick of Time (1995)."), ("what's the oldest of these?", "1234", "The oldest is The Quiet Man (1952)."),
        ("which is older, 1 or 2?", "56", "both are from 1993"), ("which of the first two is newer?", "123", "Funny Face (1957) is newer"), ("第一部和第二部哪个更老?", "13", "《The Quiet Man》(1952)更老"),
        ("第一部和第二部哪个先上映?", "13", "《The Quiet Man》(1952)更老"), ("第一部和第三部哪个拍得早?", "132", "《The Quiet Man》(1952)更老"),
    ],
)  # fmt: skip
def test_what_numbers_tell_is_answered(films: Catalog, line: str, shown: str, says: str) -> None:
    assert says in asked(films, line, *shown)


@pytest.mark.parametrize(
    ("line", "shown", "says"),
    [
        ("ok between the first and the third, which one is less sad", "172", "Going by kinds, Funny Face, a musical comedy, should be less sad"),
        ("is 2 scarier than 1?", "43", "The Shining, a horror film, should be scarier"), ("which is calmer, 1 or 2?", "41", "The Quiet Man, a romantic comedy, should be calmer"),
        ("which of these two is more fun", "27", "Funny Face, a musical comedy, should be more fun"), ("which is gentler, the 1st or the 2nd?", "18", ""),
        ("which of these is the scariest?", "1234", "The Shining, a horror film, should be the scariest"), ("whats the most romantic one here", "3481", "Love Jones, a romance film, should be the most romantic|Going by kinds"),
        ("第一部和第二部哪个更搞笑?", "72", "《Funny Face》是喜剧歌舞片,应该更搞笑"), ("哪个最吓人?", "1234", "《The Shining》"),
        ("which one is better for kids?", "349", "Bambi"), ("哪部最适合小孩一起看?", "349", "Bambi"), ("which would be the funniest?", "349", "Bambi"), ("第一个比第二个吓人吗?", "31", "《The Shining》"), ("第一部和第二部,哪部更浪漫?", "81", "《Love Jones》"),
    ],
)  # fmt: skip
def test_what_kinds_hint_at_is_judged_with_a_hedge(films: Catalog, line: str, shown: str, says: str) -> None:
    words = asked(films, line, *shown)
    assert any(each in words for each in says.split("|")), words
    assert "number" not in words and "highest" not in words


@pytest.mark.parametrize(
    ("line", "shown", "says"),
    [
        ("which is scarier, 1 or 2?", "56", "I cannot tell which is scarier: both are thrillers."), ("第一部和第二部哪个更吓人?", "56", "哪个更吓人我说不准:两部都是惊悚片"),
        ("第一部和第二部哪个更搞笑?", "78", "哪个更搞笑我说不准"), ("which is more quotable, 1 or 2?", "12", "I cannot tell which is more quotable"),
        ("which of these is the funniest", "3456", "I cannot tell which is the funniest"), ("is 1 cleverer than 2", "15", "I cannot tell which is cleverer"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said_plainly(films: Catalog, line: str, shown: str, says: str) -> None:
    words = asked(films, line, *shown)
    assert says in words and ";" not in words.replace("; the", ""), words


def test_two_that_are_only_put_side_by_side_are_told_in_a_sentence(films: Catalog) -> None:
    assert asked(films, "compare 1 and 2", "1", "4") == (
        "The Quiet Man is a romantic comedy from 1952; Nick of Time is an action thriller from 1995."
    )
    assert (
        asked(films, "1和2比较一下", "1", "4")
        == "《The Quiet Man》是1952年的喜剧爱情片,《Nick of Time》是1995年的动作惊悚片。"
    )


def test_what_descriptions_say_of_a_quality_is_quoted() -> None:
    items = (
        Item("1", "Elsa", "A plain cotton skirt.", {"product_type": "Skirt", "price": 20.0}),
        Item("2", "Robin", "A warm coat in a wool weave.", {"product_type": "Coat", "price": 60.0}),
    )
    shop = Catalog("shop", items, {})
    assert "Robin should be warmer" in compared("which is warmer?", items, shop, "en")
    assert "Elsa is cheaper" in compared("which is cheaper?", items, shop, "en")
    assert compared("which is dressier?", items, shop, "en").startswith("I cannot tell which is dressier")


@pytest.mark.parametrize(
    "line", ["something scarier", "do you have anything calmer?", "the second one but funnier", "which is the newest?", "is 2 a thriller?", "哪年拍的?"]
)  # fmt: skip
def test_a_wish_and_a_number_are_no_comparison_by_a_quality(line: str) -> None:
    assert quality_compared(line) is None


def test_several_are_said_in_the_plural() -> None:
    assert [plural(each) for each in ("an animated film", "a comedy", "a dress")] == [
        "animated films",
        "comedies",
        "dresses",
    ]
