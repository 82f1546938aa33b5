"""The order in which somebody would have a list is read, and told of the list that is there."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.orders import order_of


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("newest first", "C"), ("can you sort them by year", "C"), ("oldest ones first please", "B"), ("put the oldest at the top", "B"),
        ("cheapest first", "A"), ("most expensive first please", "B"), ("order them by price, high to low", "B"), ("from oldest to newest", "B"),
        ("按年份排序", "C"), ("便宜的排前面", "A"), ("list the newest ones first", "C"), ("could you rank these by price?", "A"),
    ],
)  # fmt: skip
def test_a_list_is_told_in_another_order_and_its_numbers_stay(line: str, first: str) -> None:
    made = (("A", 1990, 10.0), ("B", 1980, 30.0), ("C", 2000, 20.0))
    shop = Catalog("shop", tuple(Item(t, t, "", {"category": "Book", "year": y, "price": p}) for t, y, p in made), {})
    conversation = Conversation(shop)
    conversation.show(conversation.reply("a book"), ("A", "B", "C"))
    reply = conversation.reply(line)
    assert (
        reply.request is None and reply.words.index(f", {first}" if "first" in reply.words else f"《{first}》") < 40
    ), reply.words
    assert conversation.state.last is not None and conversation.state.last.items == ("A", "B", "C")


def test_a_wish_is_no_order() -> None:
    lines = (
        "a new comedy",
        "the first one",
        "something old",
        "newest comedies",
        "sort it out",
        "my first film",
        "which is newest?",
    )
    assert not [line for line in lines if order_of(line)]
