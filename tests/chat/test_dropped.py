"""A condition that was understood can be taken back, and the rest of what was asked stays."""

import pytest

from llmrec.catalog.types import Catalog
from llmrec.chat.session import Session
from llmrec.errors import BadInput
from llmrec.recommender import Response
from llmrec.request import Request


@pytest.fixture
def asked() -> list[Request]:
    return []


@pytest.fixture
def session(tiny_catalog: Catalog, asked: list[Request]) -> Session:
    """One whose lists are empty: what is looked at is what it asks for."""

    def recommend(request: Request) -> Response:
        asked.append(request)
        return Response((), request.history, {})

    return Session(tiny_catalog, recommend)


def test_the_others_stay_and_so_does_the_wish(session: Session, asked: list[Request]) -> None:
    session.say("something with robots from the 90s, not horror")
    session.say("drop the condition year>=1990 and year<2000")
    assert session.conditions == ("genres!=Horror",)
    assert asked[-1].query == asked[0].query and asked[-1].where == "genres!=Horror"
    session.say("Forget the filter genres!=horror")
    assert session.conditions == () and asked[-1].where is None


def test_what_was_no_condition_is_told(session: Session) -> None:
    with pytest.raises(BadInput, match="no condition"):
        session.say("drop the condition year>=1990")
    session.say("not horror")
    with pytest.raises(BadInput, match="its conditions are genres!=Horror"):
        session.say("drop the condition genres!=Drama")


def test_it_is_remembered_in_a_conversation_that_comes_whole(session: Session, asked: list[Request]) -> None:
    session.recall("comedies from the 90s", ("2",))
    session.recall("drop the condition year>=1990 and year<2000", ("5",))
    session.say("more")
    assert "year" not in (asked[-1].where or "")
