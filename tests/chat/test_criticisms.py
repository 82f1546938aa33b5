"""A criticism of a list changes it, and the reply says how; words of ours are not said back as the person's."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.negated_moods import ANTONYMS
from llmrec.chat.replies import Reply

KINDS = ("Comedy", "Drama", "War", "Horror", "Musical")


@pytest.fixture
def films() -> Catalog:
    items = (
        Item(
            str(n), f"Film {n}", "", {"genres": (KINDS[n % 5],) if n % 5 else ("Animation", "Comedy"), "year": 1960 + n}
        )
        for n in range(40)
    )
    return Catalog("films", tuple(items), {})


def talk(catalog: Catalog, *lines: str, shown: tuple[str, ...] = ("1", "2", "11")) -> list[Reply]:
    conversation, replies = Conversation(catalog), []
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            conversation.show(reply, shown)
        replies.append(reply)
    return replies


@pytest.mark.parametrize(
    ("line", "says", "where"),
    [
        ("too serious", "Less serious, then: only animated films, comedies or musicals", "Comedy"), ("too old", "From after 1971", "year>1971"),
        ("these are all too heavy", "Less heavy, then", "Comedy"), ("太老了", "1971年以后", "year>1971"), ("都太严肃了", "不要那么严肃", "Comedy"),
    ],
)  # fmt: skip
def test_a_list_that_a_criticism_changes_says_how(films: Catalog, line: str, says: str, where: str) -> None:
    reply = talk(films, "something for tonight", line)[1]
    assert reply.request is not None and where in (reply.request.where or "")
    assert says in reply.words, reply.words


def test_what_no_list_can_go_by_is_said(films: Catalog) -> None:
    reply = talk(films, "something for tonight", "too long")[1]
    assert reply.request is None and "does not tell" in reply.words


@pytest.mark.parametrize("line", ["too artsy", "these are too mainstream", "too sporty. something elegant"])
def test_of_what_nothing_tells_other_items_are_shown(films: Catalog, line: str) -> None:
    conversation = Conversation(films)
    shown = [item.id for item in films.items[:3]]
    conversation.show(conversation.reply("something for tonight"), shown)
    reply = conversation.reply(line)
    assert reply.request is not None and set(shown) <= set(reply.request.never) and "show others" in reply.words


@pytest.mark.parametrize(
    "line",
    ["something funny but not too silly", "nothing sad please", "not too dark and not too slow", "a film, nothing cheesy", "not too weird",
     "a musical but not too sentimental", "something light, not boring"],
)  # fmt: skip
def test_the_words_that_a_negated_mood_is_ranked_by_are_not_said_back(films: Catalog, line: str) -> None:
    replies = talk(films, line, "what rules hold?")
    assert replies[0].request is not None
    ours = [word for word in ANTONYMS.values() if word not in line]
    said = " ".join(reply.words for reply in replies)
    assert not [word for word in ours if f"“{word}" in said or f" {word}" in said], said


def test_what_contradicts_the_rest_of_a_line_does_not_rank(films: Catalog) -> None:
    reply = talk(films, "something funny but not too silly")[0]
    assert reply.request is not None and "serious" not in (reply.request.query or "")
    assert "does not tell how silly its films are" in reply.words and "comedies" in reply.words
    sober = talk(films, "a drama, nothing silly")[0].request
    assert sober is not None and ("serious" in (sober.query or "") or "!=" in (sober.where or ""))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("the last list was better", "Back to the list before"), ("还是刚才的好", "回到之前"), ("can we go back to the earlier bunch", "Back to the list before"), ("these all look the same", "Sorry|sorry|apologise"), ("those are a bit much", "Sorry|sorry|apologise"),
        ("这几部都好老啊", "1971年以后"), ("太肉麻了吧", "不要那么肉麻|没法按"), ("bit highbrow, these", "show others"), ("they are a bit old", "rom after 1971"), ("my mum would say they're too old", "rom after 1971"),
        ("他嫌太老", "1971年以后"), ("too highbrow for me", "show others"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_list_is_no_search(films: Catalog, line: str, says: str) -> None:
    reply = talk(films, "a comedy", "from the 60s", line)[2]
    assert any(each in reply.words for each in says.split("|")), reply.words


@pytest.mark.parametrize(
    "line",
    [
        "a comedy, nothing gruesome",
        "something romantic but not too soppy",
        "nothing artsy please",
        "a musical, not too highbrow",
    ],
)
def test_a_negated_adjective_that_nobody_knows_ranks_nothing_and_is_owned(films: Catalog, line: str) -> None:
    (reply,) = talk(films, line)
    adjective = line.removesuffix(" please").split()[-1]
    assert reply.request is not None and adjective not in (reply.request.query or "")
    assert adjective in reply.words or "to avoid blood" in reply.words


@pytest.mark.parametrize("line", ["别太伤感", "来个不那么沉重的", "有没有不那么闹腾的"])
def test_a_mood_negated_in_chinese_is_read_as_kinds(films: Catalog, line: str) -> None:
    (reply,) = talk(films, line)
    assert reply.request is not None and "genres" in (reply.request.where or "")
    assert not [word for word in ("治愈", "轻松", "安静") if word in reply.words], reply.words


def test_what_a_price_says_is_no_mood_and_a_degree_no_word() -> None:
    shop = Catalog(
        "shop", tuple(Item(str(n), f"Shirt {n}", "", {"category": "Shirt", "price": float(n)}) for n in range(1, 9)), {}
    )
    (reply,) = talk(shop, "a shirt, not too pricey")
    assert "for less than" in reply.words and "does not tell" not in reply.words
    items = [Item(str(n), f"Shirt {n}", "A plain shirt.", {"category": "Shirt", "price": 9.0}) for n in range(8)]
    (reply,) = talk(Catalog("shirts", tuple(items), {}), "nothing flashy")
    assert "nothing flashy" in reply.words and "plain" not in reply.words  # a list never comes without a word


def test_what_was_asked_for_is_not_ruled_out_by_a_criticism_of_all_of_it(films: Catalog) -> None:
    reply = talk(films, "a war film", "too violent", shown=("2", "7"))[1]
    assert reply.request is None or "genres!=War" not in (reply.request.where or "")
    assert reply.words


def test_a_value_that_is_too_much_of_something_is_ruled_out(films: Catalog) -> None:
    reply = talk(films, "something for tonight", "战争片太闷了")[1]
    assert reply.request is not None and reply.request.where == "genres!=War"
