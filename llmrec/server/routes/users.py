"""What users do, and the end of what is known of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from llmrec.errors import UnknownUser
from llmrec.server.dependencies import Caller, Parts
from llmrec.server.schemas import EventsBody, Forgotten, KnownUsers, Recorded
from llmrec.server.store.users import Event, forget, record, users_like

router = APIRouter(tags=["people"])


@router.post("/v1/events", response_model=Recorded, status_code=201)
def note_events(body: EventsBody, caller: Caller, parts: Parts) -> Recorded:
    """Keep what users did; it counts from the next answer on. A user that nobody knew is known from now on."""
    parts.answering.check_offered([event.item for event in body.events])
    happened = [Event(event.user, event.item, event.kind, event.timestamp, event.id) for event in body.events]
    return Recorded(recorded=record(parts.database, caller.tenant, happened))


@router.get("/v1/users")
def suggest(
    caller: Caller,
    parts: Parts,
    starts: Annotated[str, Query(max_length=200, pattern="^[^\x00]*$")] = "",
    k: Annotated[int, Query(ge=1, le=100)] = 20,
) -> KnownUsers:
    """Users of yours whose id starts so, to choose from."""
    catalog = parts.live.stock.recommender.catalog
    return KnownUsers(users=users_like(parts.database, catalog, caller.tenant, starts, k))


@router.delete("/v1/users/{user:path}", response_model=Forgotten)
def forget_user(
    user: Annotated[str, Path(min_length=1, max_length=200, pattern="^[^\x00]*$")], caller: Caller, parts: Parts
) -> Forgotten:
    """Forget a user: events, answers, and the history in the catalogue's folder, which is read no more."""
    catalog = parts.live.stock.recommender.catalog
    known, of_folder = forget(parts.database, catalog, caller.tenant, user)
    if not known:
        raise UnknownUser("there is nobody of that id to forget; check the id")
    note = "the catalogue's own interactions file still names this user; take the rows out there" if of_folder else None
    return Forgotten(deleted=user, note=note)
