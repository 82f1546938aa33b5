"""Questions about all that is listed: every item, any of them, which suit an occasion, and whether there are more."""

import pytest

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.chat.conversation import Conversation

FILMS = [
    ("Scream", 1996, ("Horror", "Thriller")), ("Kolya", 1996, ("Comedy",)), ("Patton", 1970, ("Drama", "War")),
    ("Indian Summer", 1993, ("Comedy",)), ("Home Alone", 1990, ("Children's", "Comedy")), ("Home Alone 3", 1997, ("Children's", "Comedy")),
]  # fmt: skip
CLOTHES = [
    ("Mio", "Dress", "Black", "Dress in a cotton weave with pockets."), ("Sun", "Dress", "Blue", "Dress in airy viscose."),
    ("Rex", "Trousers", "Black", "Trousers in washed denim."),
]  # fmt: skip


@pytest.fixture
def films() -> Conversation:
    items = (
        Item(str(n), title, "", {"genres": kinds, "year": year}) for n, (title, year, kinds) in enumerate(FILMS, 1)
    )
    return listing(Catalog("films", tuple(items), {}), "a film", "1", "2", "4", "5")


@pytest.fixture
def shop() -> Conversation:
    items = (
        Item(str(n), title, told, {"category": kind, "colour": colour, "price": 10.0 * n})
        for n, (title, kind, colour, told) in enumerate(CLOTHES, 1)
    )
    return listing(Catalog("clothes", tuple(items), {}), "something nice", "1", "2", "3")


def listing(catalog: Catalog, line: str, *items: str) -> Conversation:
    conversation = Conversation(catalog)
    conversation.show(conversation.reply(line), items)
    return conversation


def answer(conversation: Conversation, line: str) -> str:
    reply = conversation.reply(line)
    assert reply.request is None, reply
    return reply.words


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("are they all comedies?", "Not all: 3 of the 4 (comedies); not Scream."),
        ("are these all from the 90s?", "Yes, all 4: from the 1990s."),
        ("are all of these under 2 hours?", "does not tell how long a"),
        ("are they all american?", "does not tell which country an item"),
        ("are they all in colour?", "in colour or in black and white"),
        ("do they all have a happy ending?", "says nothing of it"),
        ("are they good?", "how an item is rated"),
        ("are these new?", "year from 1990 to 1996"),
        ("都是喜剧吗?", "不全是"),
        ("这几部都是黑白的吗", "彩色还是黑白"),
        ("都是美国片吗", "来自哪个国家"),
    ],
)
def test_a_question_about_every_item_is_answered_with_the_exceptions_or_with_what_is_not_told(
    films: Conversation, line: str, says: str
) -> None:
    assert says in answer(films, line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("are any of these scary?", "Scream"), ("any of these good for summer?", "Indian Summer"),
        ("any good for kids?", "Home Alone"), ("which of these is good for a wedding?", "says nothing of it"),
        ("do any of them have a sequel?", "Home Alone: Home Alone 3"), ("都有续集吗", "Home Alone 3"),
        ("are these the only ones?", "6 items meet"), ("只有这几部吗", "一共6个"),
        ("how many comedies do you have?", "4 items of that kind (comedies)"),
    ],
)  # fmt: skip
def test_what_of_the_list_fits_is_told_as_far_as_kinds_and_texts_go(films: Conversation, line: str, says: str) -> None:
    assert says in answer(films, line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("are they all black?", "not Sun"), ("are these all cotton?", "name “cotton” for Mio"), ("do they all have pockets?", "Mio"),
        ("are these cheap?", "for less than"), ("都是棉的吗", "Mio"), ("都有口袋吗", "Mio"), ("适合上班穿吗", "目录里没有写"),
    ],
)  # fmt: skip
def test_of_clothes_descriptions_answer_too(shop: Conversation, line: str, says: str) -> None:
    assert says in answer(shop, line)


def test_more_of_them_are_shown(films: Conversation) -> None:
    reply = films.reply("are there any more?")
    assert reply.request is not None and {"1", "2", "4", "5"} <= set(reply.request.never)


def test_without_a_list_the_same_words_are_a_search(films: Conversation) -> None:
    assert Conversation(films.catalog).reply("any good for summer?").request is not None


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("can you tell me why you put the first one up?", "1"),
        ("why did you pick number 2", "2"),
        ("how come the second one is on top?", "2"),
        ("explain why 3 comes first", "4"),
    ],
)
def test_why_an_item_is_where_it_is_gets_its_reason(films: Conversation, line: str, item: str) -> None:
    assert films.reply(line).why == item


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("tell me more about the second", "Kolya: 1996; Comedy"),
        ("details on 2 please", "Kolya: 1996; Comedy"),
        ("what do you know about number 3?", "Indian Summer: 1993; Comedy"),
        ("more info on 3", "Indian Summer: 1993; Comedy"),
        ("who's the director of 3?", "who directed Indian Summer"),
        ("who is in 4?", "Home Alone"),
    ],
)
def test_what_is_known_of_an_item_of_the_list_is_told_and_takes_nothing(
    films: Conversation, line: str, says: str
) -> None:
    assert says in answer(films, line) and not films.state.accepted


def test_which_one_most_people_took_is_told_of_many_alone() -> None:
    items = tuple(Item(str(n), title, "", {"genres": kinds}) for n, (title, _, kinds) in enumerate(FILMS, 1))
    for people, told in ((24, True), (4, False)):
        taken = {f"u{n}": [Interaction(f"u{n}", "2", n)] for n in range(people)}
        talk = listing(
            Catalog("films", items, {user: tuple(events) for user, events in taken.items()}), "a film", "1", "2"
        )
        for line in ("which one do most people watch?", "which of these is the most popular?"):
            assert ("Kolya leads" in answer(talk, line) and "about 20 people" in answer(talk, line)) is told, line


def test_a_line_goes_on_behind_what_its_first_sentence_asks(films: Conversation) -> None:
    for line in ("why kolya? i never watch anything that old", "why kolya? that's politics, isn't it"):
        assert films.reply(line).why == "2", line
    assert "it. what" not in films.reply("loved it. whats kolya").words
