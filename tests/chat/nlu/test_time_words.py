"""What people say of the time that something is from: "95 or 96", "not too new", 别太新, "old but funny"."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.rules import understand

YEARS = (1935, 1941, 1952, 1960, 1968, 1973, 1983, 1991, 1995, 1996, 1998)


@pytest.fixture(scope="module")
def films() -> Catalog:
    kinds = ("Comedy", "War", "Drama")
    items = (Item(f"{k}{y}", f"{k} of {y}", "", {"genres": (k,), "year": y}) for k in kinds for y in YEARS)
    return Catalog("films", tuple(items), {})


@pytest.mark.parametrize(
    ("line", "condition"),
    [("a comedy from 95 or 96", "year=1995|1996"), ("a drama, 95/96", "year=1995|1996"), ("war, 91 or 95 only", "year=1991|1995"), ("a comedy from 91", "year=1991"),
     ("a comedy made in '95 or '96", "year=1995|1996"), ("a drama since 85", "year>=1985"), ("nothing before 85, a comedy", "year>=1985"),
     ("来一部95、96年的喜剧", "year=1995|1996"), ("要96年或98年的战争片", "year=1996|1998")],
)  # fmt: skip
def test_years_by_their_last_digits(films: Catalog, line: str, condition: str) -> None:
    assert condition in understand(line, films).filters


@pytest.mark.parametrize(
    "line",
    [
        "I'm 40 or 45, a comedy",
        "a comedy for 30 or 40 people",
        "a comedy of 90 or 95 minutes",
        "they are 60 or 65, a comedy",
    ],
)
def test_other_numbers_are_no_years(films: Catalog, line: str) -> None:
    assert not any("year" in each for each in understand(line, films).filters)


def test_where_things_have_prices_two_digits_are_no_years() -> None:
    shop = Catalog("shop", (Item("1", "Coat", "", {"price": 80.0, "year": 1995}),), {})
    assert not any("year" in each for each in understand("a coat from 95 or 96", shop).filters)


@pytest.mark.parametrize(
    "line", ["a war film, nothing too new", "a war film that isn't too modern", "a war film, not too recent", "周末看战争片,别太新", "战争片,不要太新的", "要战争片,不看太新的片子"]
)  # fmt: skip
def test_not_too_new_is_a_year_until_which(films: Catalog, line: str) -> None:
    reply = Conversation(films, clarify=False).reply(line)
    assert (
        reply.request is not None
        and "year<1990" in (reply.request.where or "")
        and "genres=War" in (reply.request.where or "")
    )
    assert "1990" in reply.words


@pytest.mark.parametrize(
    "line",
    ["a comedy, something old but funny", "anything old", "a comedy, old please", "more like number 1, old though"],
)
def test_old_is_a_year_wherever_it_stands(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    conversation.show(conversation.reply("a comedy"), ["Comedy1991", "Comedy1995"])
    reply = conversation.reply(line)
    assert reply.request is not None and "year<1973" in (reply.request.where or "") and "1973" in reply.words


@pytest.mark.parametrize(
    "line",
    [
        "anything like Comedy of 1998 but newer",
        "类似《Comedy of 1998》但是更新的",
        "something similar to War of 1998, but more recent",
    ],
)
def test_what_nothing_is_newer_than_is_told(films: Catalog, line: str) -> None:
    reply = Conversation(films, clarify=False).reply(line)
    assert reply.list is not None and reply.list.like and "1998" in reply.words
    assert "leave that out" in reply.words or "先不管" in reply.words


@pytest.mark.parametrize("line", ["no, i meant something newer", "i said newer ones", "sorry, i meant more recent"])
def test_newer_is_read_behind_a_correction(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    conversation.show(conversation.reply("a comedy"), ["Comedy1941", "Comedy1952"])
    reply = conversation.reply(line)
    assert reply.request is not None and "year>1952" in (reply.request.where or "")


@pytest.mark.parametrize(
    "line",
    [
        "anything similar to Comedy of 1968 but newer",
        "something like Comedy of 1968 but newer",
        "类似《Comedy of 1968》但更新一点的",
    ],
)
def test_newer_beside_a_title_is_newer_than_that_title(films: Catalog, line: str) -> None:
    reply = Conversation(films, clarify=False).reply(line)
    assert reply.request is not None and "year>1968" in (reply.request.where or "")
