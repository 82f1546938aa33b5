"""What is asked of an item is answered of that item: when it is from, how long it or a part of it is, two things at once."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.answers import about_item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply

FILMS = [
    ("Raiders of the Lost Ark", 1981, 115, ("Action", "Adventure")), ("Emma", 1996, 121, ("Drama", "Romance")),
    ("Angels and Insects", 1995, 116, ("Drama", "Romance")), ("Die Hard", 1988, 131, ("Action", "Thriller")),
    ("Blues Brothers, The", 1980, 133, ("Action", "Comedy")), ("Kolya", 1996, 105, ("Comedy",)),
]  # fmt: skip


def catalogue() -> Catalog:
    items = (
        Item(
            str(n),
            title,
            f"{title.split()[-1]} meets a stranger.",
            {"genres": kinds, "year": year, "runtime_min": length},
        )
        for n, (title, year, length, kinds) in enumerate(FILMS, 1)
    )
    return Catalog("films", tuple(items), {})


@pytest.fixture
def films() -> Conversation:
    conversation = Conversation(catalogue(), clarify=False)
    conversation.show(conversation.reply("films"), ["1", "2", "3", "4", "5"])
    return conversation


def said(conversation: Conversation, line: str) -> Reply:
    reply = conversation.reply(line)
    assert reply.request is None, (line, reply.words)
    return reply


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("is it from before 1985?", "Yes"), ("is it from after 1985?", "No"), ("was it made in the 80s", "Yes"),
        ("is it newer than 1990?", "No"), ("is it from the 1970s?", "No"), ("was it made since 1980?", "Yes"),
        ("是80年代的吗?", "是的"), ("是1985年以后的吗?", "不是"), ("这部是1980年的吗?", "是的"),
    ],
)  # fmt: skip
def test_whether_a_film_is_from_a_time_is_told_by_its_year(line: str, begins: str) -> None:
    films = catalogue()
    answer = about_item(line, films.item("5"), films, "zh" if begins[0] in "是不" else "en")
    assert answer.startswith(begins) and "1980" in answer


def test_a_year_of_two_digits_is_of_the_century_that_people_mean_and_minutes_are_none() -> None:
    films = Catalog("films", (Item("1", "Up", "", {"year": 2009, "genres": ("Comedy",)}),), {})
    assert about_item("是09年的吗?", films.item("1"), films, "zh").startswith("是的")
    assert not about_item("does it start in 20 minutes?", films.item("1"), films, "en").startswith(("Yes", "No:"))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("how high is the heel?", "Heel 5.5 cm."), ("how tall are the heels", "Heel 5.5 cm."), ("鞋跟多高?", "Heel 5.5 cm."),
        ("how thick is the sole?", "Rubber soles 2 cm thick."), ("how wide is the strap?", ""),
    ],
)  # fmt: skip
def test_a_measure_is_quoted_from_the_description(line: str, says: str) -> None:
    shoe = Item(
        "1", "Marielle", "Sandals with an ankle strap. Heel 5.5 cm. Rubber soles 2 cm thick.", {"category": "Heels"}
    )
    answer = about_item(line, shoe, Catalog("shop", (shoe,), {}), "zh" if "鞋" in line else "en")
    assert says in answer and (says or "cm" not in answer)


@pytest.mark.parametrize(
    ("line", "tells"),
    [
        ("whats the first one about? never got round to it actually... how long is it", ("stranger", "115 minutes")),
        ("what is the fourth one about? I haven't seen it yet. how long is it", ("stranger", "131 minutes")),
        ("emma! shes been on about that one. is it long? and whats angels and insects like, is it a bit racy",
         ("Emma: 121 minutes", "Insects meets a stranger")),
        ("Emma. my sister keeps raving about it. how long is it?", ("Emma: 121 minutes",)),
        ("btw is Emma more comedy or drama", ("Emma", "Drama")),
    ],
)  # fmt: skip
def test_each_question_of_a_line_is_answered_and_no_list_given(
    films: Conversation, line: str, tells: tuple[str, ...]
) -> None:
    words = said(films, line).words
    assert all(each in words for each in tells), words


@pytest.mark.parametrize("line", ["no i meant raiders", "sorry, I meant Raiders", "not that one, raiders"])
def test_the_item_that_was_meant_is_known_by_how_its_title_begins(films: Conversation, line: str) -> None:
    said(films, "how long is number 4?")
    assert "Raiders of the Lost Ark: 115 minutes" in said(films, line).words


def test_a_wish_behind_a_question_is_still_a_wish(films: Conversation) -> None:
    reply = films.reply("how long is the first one? and show me comedies")
    assert "115 minutes" in reply.words and reply.request is not None and "Comedy" in (reply.request.where or "")
