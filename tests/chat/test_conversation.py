"""What a line comes to in a conversation, and what the conversation has come to afterwards."""

import pytest

from llmrec.catalog.types import Catalog
from llmrec.chat.conversation import HELP, Conversation, Reply, narrowed
from llmrec.chat.state import DialogueState
from llmrec.errors import BadFilter, BadInput, UnknownItem


@pytest.fixture
def conversation(tiny_catalog: Catalog) -> Conversation:
    return Conversation(tiny_catalog)


def listed(conversation: Conversation, line: str, *items: str) -> Reply:
    """The reply to a line that asks for a list, which then holds these items."""
    reply = conversation.reply(line)
    assert reply.request is not None
    conversation.show(reply, items)
    return reply


def asks_for(reply: Reply) -> tuple[str | None, str | None]:
    assert reply.request is not None
    return reply.request.query, reply.request.where


def test_a_dropped_condition_goes_and_the_rest_stays(conversation: Conversation) -> None:
    first = listed(conversation, "something with robots from the 90s, not horror")
    dropped = listed(conversation, "drop the condition year>=1990 and year<2000")
    assert conversation.conditions == ("genres!=Horror",)
    assert asks_for(dropped) == (asks_for(first)[0], "genres!=Horror")
    assert asks_for(listed(conversation, "Forget the filter genres!=horror"))[1] is None
    assert conversation.conditions == ()


def test_a_condition_that_is_not_there_cannot_be_dropped(conversation: Conversation) -> None:
    with pytest.raises(BadInput, match="no condition"):
        conversation.reply("drop the condition year>=1990")
    listed(conversation, "not horror")
    with pytest.raises(BadInput, match="its conditions are genres!=Horror"):
        conversation.reply("drop the condition genres!=Drama")


def test_conditions_alone_narrow_the_last_list_and_a_query_begins_another(conversation: Conversation) -> None:
    listed(conversation, "robots from the 90s", "2")
    assert asks_for(listed(conversation, "but no drama", "5")) == (
        "robots",
        "year>=1990 and year<2000 and genres!=Drama",
    )
    assert asks_for(listed(conversation, "from 1994 please")) == ("robots", "genres!=Drama and year=1994")
    assert asks_for(conversation.reply("a quiet island")) == ("a quiet island", None)


def test_more_leaves_out_what_was_shown_and_rejected(conversation: Conversation) -> None:
    listed(conversation, "robots", "1", "2")
    assert conversation.reply("not the second one").words.endswith("will not be shown again.")
    more = listed(conversation, "more", "3")
    assert more.request is not None and set(more.request.never) == {"1", "2"} and more.request.query == "robots"
    again = conversation.reply("more")
    assert again.request is not None and set(again.request.never) == {"1", "2", "3"}


def test_what_is_liked_is_history_and_no_longer_rejected(tiny_catalog: Catalog) -> None:
    conversation = Conversation(tiny_catalog, history=["1"], never=["2", "3"])
    listed(conversation, "robots", "4", "5")
    assert conversation.reply("not 1").words.startswith(tiny_catalog.item("4").title)
    assert "the latest of your 2" in conversation.reply(f"like {tiny_catalog.item('2').title}").words
    request = conversation.reply("a quiet island").request
    assert request is not None and request.history == ("1", "2") and set(request.never) == {"3", "4"}


def test_a_position_in_the_list_and_that_are_items_of_it(conversation: Conversation) -> None:
    listed(conversation, "robots", "3", "1", "2")
    assert [conversation.reply(line).why for line in ("why", "why 2", "why the last one?")] == ["3", "1", "2"]
    assert listed(conversation, "more like the second one", "5").request.like == "1"  # type: ignore[union-attr]
    assert conversation.reply("more like that").request.like == "1"  # type: ignore[union-attr]
    for line, says in (("why 7", "no number 7"), ("why Nothing Of This Name", "did you mean")):
        with pytest.raises(BadInput, match=says):
            conversation.reply(line)


def test_starting_over_forgets_the_list_and_keeps_what_was_liked(conversation: Conversation) -> None:
    listed(conversation, "robots from the 90s", "1", "2")
    conversation.reply("like 1")
    conversation.reply("start over")
    assert conversation.conditions == () and conversation.history == ("1",)
    with pytest.raises(BadInput, match="ask for something first"):
        conversation.reply("more")


def test_nothing_is_helped_and_the_end_is_told(conversation: Conversation) -> None:
    assert conversation.reply("  ").words == conversation.reply("help").words == HELP
    assert conversation.reply("quit").done and not conversation.reply("help").done


def test_a_conversation_goes_on_from_its_state_as_if_it_had_not_ended(tiny_catalog: Catalog) -> None:
    first = Conversation(tiny_catalog, history=["4"])
    listed(first, "robots from the 90s, not horror", "1", "2")
    first.reply("like 1")
    first.reply("not 2")
    state = DialogueState.model_validate_json(first.state.model_dump_json())
    then = Conversation(tiny_catalog, history=["4"], state=state)
    for line in (
        "more",
        "why 1",
        "more like that but from the 80s",
        "only dramas",
        "drop the condition genres!=horror",
    ):
        assert then.reply(line) == first.reply(line)


def test_a_replayed_line_leaves_the_state_of_one_that_was_answered(tiny_catalog: Catalog) -> None:
    answered, replayed = Conversation(tiny_catalog), Conversation(tiny_catalog)
    for line, *items in (
        ["robots from the 90s", "1", "2"],
        ["like 2"],
        ["drop the condition year>=1990", "5"],
        ["not 1"],
    ):
        reply = answered.reply(line)
        if reply.request is not None:
            answered.show(reply, items)
        replayed.replay(line, items)
        assert replayed.state == answered.state


def test_what_is_not_offered_any_more_is_neither_recommended_nor_mistaken_for_another(tiny_catalog: Catalog) -> None:
    conversation = Conversation(tiny_catalog)
    listed(conversation, "more like " + tiny_catalog.item("3").title, "1", "2", "4")
    conversation.reply("like 2")
    then = Conversation(tiny_catalog, state=conversation.state, offered=tiny_catalog.row.keys() - {"2", "3"})
    assert then.reply("why 3").why == "4"
    for line in ("why 2", "more"):
        with pytest.raises(BadInput, match="not offered any more"):
            then.reply(line)
    request = then.reply("a quiet island").request
    assert request is not None and request.history == ()


def test_a_picture_is_found_by_its_content_and_asked_for_where_it_is_gone(tiny_catalog: Catalog) -> None:
    conversation = Conversation(tiny_catalog)
    conversation.show(conversation.reply("like this", b"a picture"), ["1"])
    assert b"a picture" not in conversation.state.model_dump_json().encode()
    request = conversation.reply("only dramas").request
    assert request is not None and request.image == b"a picture"
    without = Conversation(tiny_catalog, state=conversation.state)
    with pytest.raises(BadInput, match="send it again"):
        without.reply("only dramas")
    without.add_picture(b"a picture")
    assert without.reply("only dramas").request == request


def test_the_last_list_can_be_made_again_as_it_was(tiny_catalog: Catalog) -> None:
    conversation = Conversation(tiny_catalog, history=["5"])
    with pytest.raises(BadInput, match="no list yet"):
        conversation.last_request()
    made = listed(conversation, "robots", "1", "2").request
    conversation.reply("like 1")
    conversation.reply("not 2")
    again = conversation.last_request()
    assert made is not None and (again.history, again.never, again.explain) == (made.history, made.never, True)


def test_conditions_of_an_attribute_are_replaced_and_exclusions_add_up() -> None:
    assert narrowed(("year>=1980", "genres!=War"), ("year=1994", "genres!=Horror")) == (
        "genres!=War", "year=1994", "genres!=Horror"
    )  # fmt: skip


def test_an_unknown_item_or_a_filter_that_does_not_parse_is_refused(tiny_catalog: Catalog) -> None:
    with pytest.raises(UnknownItem):
        Conversation(tiny_catalog, history=["nowhere"])
    with pytest.raises(BadFilter):
        Conversation(tiny_catalog, where="year<")
    request = Conversation(tiny_catalog, where="year<1990").reply("newer, from the 90s").request
    assert request is not None and (request.where or "").startswith("year<1990 and ")
