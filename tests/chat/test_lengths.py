"""How long a film is: read, compared and said in minutes, whatever the catalogue calls it."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.catalog.vocabulary import MINUTES
from llmrec.chat.comparisons import compared
from llmrec.chat.conversation import Conversation

LENGTHS = (80.0, 90.0, 95.0, 110.0, 125.0, 170.0)


def films(name: str) -> Catalog:
    titles = ("Rex", "Noon", "Rain", "Toys", "Steel", "Heat")
    items = (
        Item(title, title, "", {"genres": ("Comedy",), name: minutes})
        for title, minutes in zip(titles, LENGTHS, strict=True)
    )
    return Catalog("films", tuple(items), {})


@pytest.mark.parametrize("name", [name for name in MINUTES if name != "length"])
@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("a comedy under 100 minutes", "{}<100"),
        ("nothing over two hours", "{}<=120"),
        ("something funny, not too long", "{}<=115"),
        ("a short comedy", "{}<93"),
        ("a long one", "{}>=115"),
    ],
)
def test_a_length_is_a_condition(name: str, line: str, where: str) -> None:
    reply = Conversation(films(name)).reply(line)
    assert reply.request is not None and reply.request.where is not None
    assert where.format(name) in reply.request.where
    assert "does not tell" not in reply.words


def test_lengths_are_told_in_minutes() -> None:
    catalog = films("runtime_min")
    conversation = Conversation(catalog)
    conversation.show(conversation.reply("a comedy"), ["Heat", "Rex"])
    assert "170 minutes" in conversation.reply("how long is the first one?").words
    assert "170分钟" in conversation.reply("第一部多长").words
    assert compared("which is shorter?", [catalog.item("Heat"), catalog.item("Rex")], catalog, "en").startswith("Rex")
    assert conversation.reply("under 100 minutes please").words == "Under 100 minutes, then."


def test_short_people_are_no_short_film() -> None:
    reply = Conversation(films("runtime_min")).reply("a film about short people")
    assert reply.request is not None and not reply.request.where
