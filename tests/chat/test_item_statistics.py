"""How good an item is, and how popular, is answered by what everybody did with it, and nobody is told apart."""

import pytest

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.item_statistics import item_statistics
from llmrec.chat.replies import Reply

FILMS = ("Kolya", "Fargo", "Heat", "Evita")
RATINGS = {"Kolya": (40, 3.0), "Fargo": (30, 4.5), "Heat": (3, 5.0), "Evita": (8, 2.0)}


def catalogue(rated: bool = True) -> Catalog:
    items = tuple(Item(title, title, "", {"genres": ("Drama",), "year": 1990 + n}) for n, title in enumerate(FILMS))
    people: dict[str, list[Interaction]] = {}
    for title, (count, rating) in RATINGS.items():
        for n in range(count):
            people.setdefault(f"u{n}", []).append(Interaction(f"u{n}", title, float(n), rating if rated else None))
    return Catalog("films", items, {user: tuple(events) for user, events in people.items()})


def answer(line: str, catalog: Catalog, *before: str, shown: tuple[str, ...] = FILMS) -> Reply:
    conversation = Conversation(catalog)
    conversation.show(conversation.reply("a drama"), shown)
    for each in before:
        conversation.reply(each)
    return conversation.reply(line)


@pytest.mark.parametrize(
    "line",
    ["which of these is best rated", "which one has the highest rating?", "which got the best reviews", "best rated one?",
     "what's the top rated one here", "哪部评分最高?", "which film is rated highest"],
)  # fmt: skip
def test_the_best_rated_is_told_by_means_of_enough_people(line: str) -> None:
    reply = answer(line, catalogue())
    assert "Fargo" in reply.words and "4.5" in reply.words and reply.request is None, reply.words


def test_few_ratings_are_shrunk_and_fewer_than_five_are_not_told() -> None:
    found = item_statistics(catalogue())
    assert found.of("Evita").mean == 2.0 and found.of("Evita").shrunk > 2.5 and found.mean_of("Heat") is None
    assert "Too few" in answer("is number 3 any good?", catalogue()).words
    told = answer("is number 4 worth watching?", catalogue()).words
    assert "2.0 of 5" in told and "fewer than 20 people" in told


@pytest.mark.parametrize(
    ("line", "says"),
    [("is 1 any good", "3.0 of 5"), ("how is the second one rated?", "4.5 of 5"), ("how many people rated number 1", "about 40 people"),
     ("what do people think of the first one", "3.0 of 5"), ("how many people watched 2", "about 30 people"), ("is the first one popular?", "about 40 people"),
     ("these any good?", "Fargo 4.5"), ("which is the most popular", "Kolya leads"), ("which one have most people seen", "Kolya leads"),
     ("which is rated lowest?", "Evita comes last"), ("第二部评分怎么样", "4.5")],
)  # fmt: skip
def test_ratings_and_counts_of_everybody_answer(line: str, says: str) -> None:
    reply = answer(line, catalogue())
    assert says in reply.words and reply.request is None, reply.words


def test_it_is_what_was_spoken_of() -> None:
    assert "Fargo" in answer("is it any good", catalogue(), "what is 2 about?").words
    assert "about 30 people" in answer("how many people rated it", catalogue(), "what is 2 about?").words


def test_without_ratings_people_who_chose_an_item_are_counted_and_without_people_it_is_owned() -> None:
    assert "about 40 people" in answer("is number 1 any good?", catalogue(rated=False)).words
    assert "does not tell" in answer("which is best rated?", catalogue(rated=False)).words
    nobody = Catalog("films", catalogue().items, {})
    assert "does not tell" in answer("is number 1 any good?", nobody).words
