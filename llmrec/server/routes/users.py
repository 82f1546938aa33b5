"""Events of users, users to choose from, and the end of what is known of one."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from llmrec.errors import UnknownUser
from llmrec.server.dependencies import Caller, Parts
from llmrec.server.schemas.common import ID_IN_PATH
from llmrec.server.schemas.users import EventsBody, Forgotten, KnownUsers, Recorded
from llmrec.server.store.users import Event, forget, record, users_like

router = APIRouter(tags=["people"])


@router.post("/v1/events", status_code=201)
async def note_events(body: EventsBody, caller: Caller, parts: Parts) -> Recorded:
    """Keep what users did; it counts from the next answer on. A user that nobody knew is known from now on."""
    parts.service.check_offered([event.item for event in body.events])
    events = [Event(event.user, event.item, event.kind, event.timestamp, event.id) for event in body.events]
    return Recorded(recorded=await parts.calls.run(lambda: record(parts.database, caller.tenant, events)))


@router.get("/v1/users")
async def suggest(
    caller: Caller,
    parts: Parts,
    starts: Annotated[str, Query(max_length=200, pattern=ID_IN_PATH)] = "",
    k: Annotated[int, Query(ge=1, le=100)] = 20,
) -> KnownUsers:
    """Users of yours whose id starts so, to choose from."""
    catalog = parts.live.snapshot.catalog
    return KnownUsers(
        users=await parts.calls.run(lambda: users_like(parts.database, catalog, caller.tenant, starts, k))
    )


@router.delete("/v1/users/{user:path}")
async def forget_user(
    user: Annotated[str, Path(min_length=1, max_length=200, pattern=ID_IN_PATH)], caller: Caller, parts: Parts
) -> Forgotten:
    """Forget a user: events, answers, and the history in the catalogue's folder, which is read no more."""
    catalog = parts.live.snapshot.catalog
    known, of_folder = await parts.calls.run(lambda: forget(parts.database, catalog, caller.tenant, user))
    if not known:
        raise UnknownUser("there is nobody of that id to forget; check the id")
    left = "the catalogue's own interactions file still names this user; take the rows out there" if of_folder else None
    return Forgotten(deleted=user, note=left)
