"""What is complained of goes, the item that is named and no other, and the wish stays as it was."""

import time

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.complaints import without_complaints
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply
from llmrec.chat.state import DialogueState, ListState

FILMS = [
    ("Kolya", 1996, ("Comedy",)), ("Mrs. Brown (Her Majesty, Mrs. Brown)", 1997, ("Drama", "Romance")),
    ("Terminator 2: Judgment Day", 1991, ("Action", "Sci-Fi")), ("G.I. Jane", 1997, ("Action", "War")),
    ("Leaving Las Vegas", 1995, ("Drama", "Romance")), ("Mary Poppins", 1964, ("Children's", "Comedy")),
    ("Shining, The", 1980, ("Horror",)), ("Fargo", 1996, ("Crime", "Drama")),
    ("Amityville Curse, The", 1990, ("Horror",)), ("Wedding Singer, The", 1998, ("Comedy", "Romance")),
    ("Babe", 1995, ("Children's", "Comedy")), ("Sting, The", 1973, ("Comedy", "Crime")),
]  # fmt: skip
BROWN, TERMINATOR, JANE, VEGAS, SHINING, CURSE, SINGER = "2", "3", "4", "5", "7", "9", "10"


@pytest.fixture(scope="module")
def films() -> Catalog:
    items = (
        Item(str(n), title, f"What {title} is about.", {"genres": kinds, "year": year})
        for n, (title, year, kinds) in enumerate(FILMS, 1)
    )
    return Catalog("films", tuple(items), {})


def said(conversation: Conversation, line: str, *items: str) -> Reply:
    reply = conversation.reply(line)
    if reply.request is not None:
        conversation.show(reply, [each for each in items or ("12", "1") if each not in reply.request.never])
    return reply


def talk(films: Catalog, *lines: str, listed: tuple[str, ...] = ("1", BROWN, TERMINATOR, JANE, VEGAS)) -> Conversation:
    conversation = Conversation(films, clarify=False)
    said(conversation, "films", *listed)
    for line in lines:
        said(conversation, line)
    return conversation


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("skip mrs brown", BROWN),
        ("mrs brown sounds boring, skip that one", BROWN),
        ("Mrs Brown looks so dull, please drop it", BROWN),
        ("I said skip MRS BROWN", BROWN),
        ("terminator?? how is that like kolya", TERMINATOR),
        ("Terminator 2?! seriously?", TERMINATOR),
        ("i did NOT want terminator", TERMINATOR),
        ("gi jane lol thats a navy seal movie", JANE),
        ("haha GI Jane, that's about marines", JANE),
        ("leaving las vegas isnt feel good lol", VEGAS),
        ("leaving las vegas is hardly a cheerful film", VEGAS),
        ("离开拉斯维加斯哪里温暖了,是讲酒鬼自杀的", VEGAS),
        ("离开拉斯维加斯一点都不温暖", VEGAS),
        ("把离开拉斯维加斯去掉", VEGAS),
        ("drop fargo, I know it by heart", "8"),
    ],
)
def test_the_film_that_is_named_goes_and_no_other(films: Catalog, line: str, gone: str) -> None:
    conversation = talk(films, line)
    assert {*conversation.state.rejected, *conversation.state.liked} == {gone}


@pytest.mark.parametrize(
    ("line", "sorry"), [("terminator?? in what world is that funny", "Sorry"), ("离开拉斯维加斯怎么会是喜剧", "抱歉")]
)
def test_a_complaint_leaves_the_wish_as_it_was(films: Catalog, line: str, sorry: str) -> None:
    conversation = Conversation(films, clarify=False)
    said(conversation, "films from the 90s", "1", TERMINATOR, VEGAS)
    before = conversation.state.last
    reply = said(conversation, line)
    assert sorry in reply.words and reply.request is not None and reply.list is not None and before is not None
    assert reply.list.conditions == before.conditions and not reply.request.query


def test_what_is_off_the_list_already_is_no_search_when_it_is_complained_of_again(films: Catalog) -> None:
    conversation = talk(films, "terminator?? no")
    reply = said(conversation, "i did not want terminator. take it off. only comedies please")
    assert reply.request is not None and reply.request.where == "genres=Comedy" and not reply.request.query
    assert conversation.state.rejected == (TERMINATOR,)


def test_what_is_put_back_is_not_turned_down_by_the_same_line(films: Catalog) -> None:
    line = "Not wedding singer!! I said skip MRS BROWN. you can put wedding singer back"
    conversation = talk(films, line, listed=("1", BROWN, SINGER))
    assert conversation.state.rejected == (BROWN,)


@pytest.mark.parametrize(
    "line",
    [
        "its the shining ive seen. not amityville curse",
        "no, wrong, it was The Shining I watched, not the amityville curse",
    ],
)
def test_which_of_two_is_known_is_put_right(films: Catalog, line: str) -> None:
    conversation = talk(films, "seen 2", listed=(SHINING, CURSE, "1"))
    assert conversation.state.liked == (CURSE,)
    said(conversation, line, SHINING, "1")
    assert conversation.state.liked == (SHINING,) and not conversation.state.rejected


def test_a_title_before_what_says_that_it_is_known_is_the_known_one(films: Catalog) -> None:
    conversation = talk(films, "ok the shining, seen it, love it. what about comedies", listed=(CURSE, SHINING))
    assert conversation.state.liked == (SHINING,)


@pytest.mark.parametrize(
    "line", ["hmm babe and mary poppins are for kids... got any comedies?", "Babe is for little kids. something funny?"]
)
def test_that_films_are_for_children_is_no_wish_for_a_child(films: Catalog, line: str) -> None:
    conversation = Conversation(films, clarify=False)
    said(conversation, "films", "11", "6", "1")
    reply = said(conversation, line)
    assert reply.request is not None and "genres!=Children's" in (reply.request.where or "")


@pytest.mark.parametrize(
    "line",
    ["dont need another list mate, just asked bout kolya", "I don't want a new list. I was asking about Kolya",
     "no more lists please, i only wanted to know about kolya"],
)  # fmt: skip
def test_whoever_wants_no_list_gets_none(films: Catalog, line: str) -> None:
    conversation = talk(films)
    reply = said(conversation, line)
    assert reply.request is None and "Kolya" in reply.words and not conversation.state.refused


@pytest.mark.parametrize(
    "line",
    ["Kolya, that is a film I love", "Kolya? that's a war film?", "Kolya is great, more like that", "is Kolya for kids?", "no comedies", "not too long", "Kolya? lovely film",
     "Terminator 2 isn't bad", "what about the shining?", "第二部哪里能看", "no war films, please"],
)  # fmt: skip
def test_what_is_no_complaint_stays_as_it_is(films: Catalog, line: str) -> None:
    state = DialogueState(last=ListState(items=("1", BROWN, TERMINATOR)))
    assert without_complaints(line, state, films).line == line


def test_a_long_line_is_read_at_once(films: Catalog) -> None:
    state = DialogueState(last=ListState(items=("1", BROWN, TERMINATOR)))
    for line in (
        "no ok and " * 400,
        "terminator lol " * 300,
        "mrs. brown is so " * 300,
        "kolya, " * 500,
        "把第二部" * 400,
    ):
        start = time.perf_counter()
        without_complaints(line, state, films)
        assert time.perf_counter() - start < 1.0


@pytest.fixture(scope="module")
def shop() -> Catalog:
    names = (
        "Skinny Low",
        "Skinny High",
        "Super Skinny",
        "Skinny Soft",
        "Skinny Cheap",
        *(f"Style {n}" for n in range(30)),
    )
    items = [
        Item(str(n), f"{name} {colour}", "", {"category": category, "colour": colour, "price": float(n)})
        for n, (name, colour, category) in enumerate(
            ((name, colour, category) for name in names for colour in ("Dark Blue", "Orange", "Beige")
             for category in ("Trousers", "Shirt", "Socks")), 1)
    ]  # fmt: skip
    return Catalog("shop", tuple(items), {})


def listing(shop: Catalog, *lines: str) -> Reply:
    from llmrec.retrieval.filters import parse_where

    conversation = Conversation(shop, clarify=False)
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            mask = (
                parse_where(reply.request.where, shop).mask(shop) if reply.request.where else [True] * len(shop.items)
            )
            open_items = [
                item.id
                for item, meets in zip(shop.items, mask, strict=True)
                if meets and item.id not in reply.request.never
            ]
            conversation.show(reply, open_items[:5])
    return reply


@pytest.mark.parametrize(
    "line", ["no skinny", "not skinny please", "nothing ripped and not skinny. dark blue if you have"]
)
def test_a_word_of_many_titles_is_a_quality_and_shuts_all_of_them_out(shop: Catalog, line: str) -> None:
    reply = listing(shop, "trousers", line)
    assert reply.request is not None
    assert {item.id for item in shop.items if "Skinny" in item.title} <= set(reply.request.never)
    assert "colour!=" not in (reply.request.where or "")


@pytest.mark.parametrize("line", ["socks?? i asked for shirts", "Socks?! I wanted shirts", "socks? but i said shirts"])
def test_what_is_wondered_at_is_not_wished(shop: Catalog, line: str) -> None:
    reply = listing(shop, "socks or shirts", line)
    assert reply.request is not None and reply.request.where == "category=Shirt"


@pytest.mark.parametrize(
    "line",
    ["orange, hm ok. lets say i want nude or beige ones instead", "orange, I see. got any beige ones?",
     "Orange, hm. I'd rather have beige ones"],
)  # fmt: skip
def test_a_word_that_is_repeated_from_the_list_is_not_wished(shop: Catalog, line: str) -> None:
    reply = listing(shop, "orange trousers", line)
    assert reply.request is not None
    assert "Beige" in (reply.request.where or "") and "Orange" not in (reply.request.where or "")
    assert "category=Trousers" in (reply.request.where or "")


@pytest.mark.parametrize(
    "line", ["skip \u27e69\u27e7", "drop \u27e6,\u27e7 please", "put \u27e67\u27e7 back", "把\u27e69\u27e7去掉"]
)
def test_brackets_that_a_person_writes_are_no_place_of_the_list(films: Catalog, line: str) -> None:
    assert not talk(films, line).state.rejected
