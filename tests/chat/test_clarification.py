"""Asking back: what is asked of, and what an answer makes of the list."""

import numpy as np
import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.clarification import clarification, described, expected_gain
from llmrec.chat.conversation import Conversation

FAMILIES = ("Lamp", "Clock", "Purse", "Magnet", "Coaster", "Ornament", "Bookend", "Charm")


def shop(families: int, each: int = 8) -> Catalog:
    """So many families of `each` things, of rising prices."""
    items = [
        Item(f"{n}-{family}", f"{family} {n}", "", {"family": family, "price": float(1 + n)})
        for n in range(each)
        for family in (*FAMILIES, "Vase", "Bowl")[:families]
    ]
    return Catalog("shop", tuple(items), {})


def ranked(catalog: Catalog, without: tuple[str, ...] = ()) -> list[tuple[str, float]]:
    return [(item.id, 0.0) for item in catalog.items if item.id not in without]


def said(conversation: Conversation, line: str) -> str:
    """What is asked below the list that a line asks for, of everything that its filter and what was shown leave."""
    reply = conversation.reply(line)
    assert reply.request is not None
    held = conversation.catalog.items
    left = [item for item in held if item.id not in reply.request.never]
    if reply.request.where and "family=" in reply.request.where:
        family = reply.request.where.split("family=")[1].split(" ")[0]
        left = [item for item in left if item.attributes["family"] == family]
    ids = [item.id for item in left]
    return conversation.show(reply, ids[:5], candidates=[(id, 0.0) for id in ids])


def test_all_values_are_named_where_there_are_up_to_eight_and_the_likeliest_of_more() -> None:
    for families, named in ((3, 3), (8, 8), (10, 4)):
        catalog = shop(families)
        question = clarification(ranked(catalog), catalog, "en", closed=("price",))
        assert question is not None and question.attribute == "family" and len(question.options) == named
        offered = described(question)
        assert offered is not None and offered["options"] == [each.text for each in question.options[:4]]
        assert all(each.text.lower() in question.text.lower() for each in question.options)


def test_a_value_that_no_answer_names_is_no_gain() -> None:
    even = np.full(8, 1 / 8)
    has = np.eye(8, dtype=bool)
    whole, half = expected_gain(even, has), expected_gain(even, has[:, :4])
    assert whole == pytest.approx(np.log(8)) and half == pytest.approx(whole / 2)


def test_an_answer_shows_others_than_before_where_enough_are_left() -> None:
    many = Conversation(shop(8, each=12))
    assert said(many, "something nice")
    shown = many.state.last.items  # type: ignore[union-attr]
    request = many.reply("lamp").request
    assert request is not None and request.where == "family=Lamp" and set(request.never) == set(shown)
    few = Conversation(shop(8, each=2))
    assert said(few, "something nice")
    request = few.reply("lamp").request
    assert request is not None and not request.never, "two lamps make no list without those that were shown"


def test_the_number_of_an_answer_is_a_condition_and_no_word_of_the_query() -> None:
    conversation = Conversation(shop(1))
    assert said(conversation, "something nice").startswith("How much may it cost")
    request = conversation.reply("1").request
    assert request is not None and request.where is not None and request.where.startswith("price<")
    assert request.query is None


def test_after_an_answer_a_wish_is_as_vague_and_something_else_may_be_asked() -> None:
    conversation = Conversation(shop(8, each=30))
    assert said(conversation, "something nice").startswith("Which family")
    assert not said(conversation, "lamp"), "nobody is asked twice in a row"
    assert said(conversation, "more").startswith("How much may it cost")
