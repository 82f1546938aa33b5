"""What is said of people's lives and fears: whose years nobody knows, whose taste, and that nobody is to die."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.suitability import unwanted_qualities, without_qualities
from llmrec.chat.replies import Reply

FILMS = [
    ("Scream", 1996, ("Horror", "Thriller")), ("Kolya", 1996, ("Comedy",)), ("Patton", 1970, ("Drama", "War")),
    ("Death in Brunswick", 1991, ("Comedy",)), ("Die Hard", 1988, ("Action",)), ("Laura", 1944, ("Mystery",)),
]  # fmt: skip


@pytest.fixture
def films() -> Conversation:
    items = (
        Item(str(n), title, "", {"genres": kinds, "year": year}) for n, (title, year, kinds) in enumerate(FILMS, 1)
    )
    return Conversation(Catalog("films", tuple(items), {}))


def said(conversation: Conversation, line: str, *items: str) -> Reply:
    reply = conversation.reply(line)
    if reply.request is not None:
        conversation.show(reply, items)
    return reply


@pytest.mark.parametrize(
    "line",
    [
        "a comedy, I'd rather not see anyone die",
        "a comedy where nobody dies",
        "a comedy with no deaths",
        "喜剧,不想看有人死的",
    ],
)
def test_that_nobody_is_to_die_leaves_out_what_hints_at_it(films: Conversation, line: str) -> None:
    assert "deaths" in unwanted_qualities(line)
    reply = said(films, line)
    assert reply.request is not None and {"1", "3", "4", "5"} <= set(reply.request.never)
    assert "die" not in (reply.request.query or "") and "死" not in (reply.request.query or "")


def test_a_title_is_no_death() -> None:
    assert unwanted_qualities("not Die Hard please") == () and without_qualities("not die hard") == "not die hard"


@pytest.mark.parametrize(
    "line", ["something from my parents' time", "换成我爸妈那个年代的", "films from when I was young"]
)
def test_years_of_other_peoples_lives_are_not_guessed(films: Conversation, line: str) -> None:
    said(films, "a film", "1", "2")
    reply = films.reply(line)
    assert reply.request is None and ("decade" in reply.words or "年代" in reply.words)


def test_the_taste_of_others_is_asked_for_and_not_guessed(films: Conversation) -> None:
    assert "no taste but yours" in films.reply("what would my sister like?").words
    assert "只了解您" in films.reply("我妈会喜欢什么").words


@pytest.mark.parametrize("line", ["hm, not sure", "I don't know", "我也不知道"])
def test_who_is_not_sure_is_helped(films: Conversation, line: str) -> None:
    said(films, "a film", "1", "2")
    reply = films.reply(line)
    assert reply.request is None and ("choose" in reply.words or "选" in reply.words or "surprise" in reply.words)


def test_a_place_is_shown_or_owned_to_be_missing(films: Conversation) -> None:
    said(films, "a film", "1", "2")
    assert "no number 6" in films.reply("show me number 6").words
    assert "Kolya: " in films.reply("show me number 2").words


@pytest.mark.parametrize("line", ["what about Patton instead of number 2?", "swap 2 for Patton"])
def test_what_is_wanted_in_the_place_of_another_is_told_of(films: Conversation, line: str) -> None:
    said(films, "a comedy", "2", "4")
    reply = films.reply(line)
    assert reply.request is None and "Patton does not meet" in reply.words


def test_something_else_in_the_place_of_one_turns_that_down(films: Conversation) -> None:
    said(films, "a film", "1", "2")
    reply = said(films, "what about a comedy instead of 1?", "4")
    assert reply.request is not None and "1" in reply.request.never and "Comedy" in (reply.request.where or "")


def test_the_cheapest_of_a_kind_are_those() -> None:
    items = tuple(
        Item(str(n), f"No {n}", "", {"category": "Dress" if n % 2 else "Top", "price": float(n)}) for n in range(1, 41)
    )
    reply = Conversation(Catalog("clothes", items, {})).reply("dresses, the cheapest you have")
    assert "price<=19" in str(reply.request and reply.request.where)
