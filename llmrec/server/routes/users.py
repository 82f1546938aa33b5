"""Events of users, users to choose from, all that is kept of one, and the end of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from llmrec.errors import BadInput, UnknownUser
from llmrec.server.dependencies import Caller, Parts
from llmrec.server.memory import MemoryOf
from llmrec.server.schemas.common import ID_IN_PATH, SameId
from llmrec.server.schemas.users import (
    EventsBody,
    Forgotten,
    KnownUsers,
    Memory,
    MemoryChange,
    PersonalExport,
    Recorded,
)
from llmrec.server.store.personal_data import find_personal_data
from llmrec.server.store.users import Event, record, users_like

router = APIRouter(tags=["people"])
UserInQuery = Annotated[Annotated[str, SameId] | None, Query(min_length=1, max_length=200, pattern=ID_IN_PATH)]
ReplyInQuery = Annotated[str | None, Query(max_length=100, pattern=ID_IN_PATH)]
UserInPath = Annotated[str, Path(min_length=1, max_length=200, pattern=ID_IN_PATH), SameId]


@router.post("/v1/events", status_code=201)
async def note_events(body: EventsBody, caller: Caller, parts: Parts) -> Recorded:
    """Keep what users did; it counts from the next answer on. A user that nobody knew is known from now on."""
    parts.live.check_offered([event.item for event in body.events])
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


@router.get("/v1/memory")
async def recall(caller: Caller, parts: Parts, user: UserInQuery = None, reply: ReplyInQuery = None) -> Memory:
    """What is known of a user, as one shows it to them: rules, likes, dislikes, history.

    With `reply`, the id of the last reply of a conversation, also what was said in that.
    """
    return await parts.calls.run(MemoryOf(parts.service, caller.tenant, user, reply).recall)


@router.patch("/v1/memory")
async def change_memory(body: MemoryChange, caller: Caller, parts: Parts) -> Memory:
    """Add to what is known of a user, and change it; it counts from the next list on."""
    memory = MemoryOf(parts.service, caller.tenant, body.user, body.reply)

    def changed() -> Memory:
        memory.change(body)
        return memory.recall()

    return await parts.calls.run(changed)


@router.delete("/v1/memory")
async def forget_entry(
    caller: Caller,
    parts: Parts,
    user: UserInQuery = None,
    reply: ReplyInQuery = None,
    item: Annotated[str | None, Query(max_length=200, pattern=ID_IN_PATH)] = None,
    rule: Annotated[str | None, Query(max_length=2000, pattern=ID_IN_PATH)] = None,
) -> Memory:
    """Delete one entry: all that is known of a user and an item, or a rule.

    Rows of the catalogue's own folder stay in it, and are read no more for this user.
    """
    if (item is None) == (rule is None):
        raise BadInput("`item` or `rule` says what is deleted; pass one of them")
    memory = MemoryOf(parts.service, caller.tenant, user, reply)

    def changed() -> Memory:
        if item is not None:
            memory.forget_item(item)
        if rule is not None:
            memory.forget_rule(rule)
        return memory.recall()

    return await parts.calls.run(changed)


@router.get("/v1/users/{user:path}/export")
async def export_user(user: UserInPath, caller: Caller, parts: Parts) -> PersonalExport:
    """Give out all that is kept of a user: events, answers, conversations, and their history in the catalogue's folder.

    Who was only in a chat is found by the id that the chat was given as `user`.
    """
    catalog = parts.live.snapshot.catalog
    data = await parts.calls.run(lambda: find_personal_data(parts.database, catalog, caller.tenant, user))
    if data is None:
        raise UnknownUser("nothing is kept of anybody of that id; check the id")
    return PersonalExport.of(user, data)


@router.delete("/v1/users/{user:path}")
async def forget_user(user: UserInPath, caller: Caller, parts: Parts) -> Forgotten:
    """Forget a user: events, answers, conversations, and the history in the catalogue's folder, which is read no more.

    Who was only in a chat is found by the id that the chat was given as `user`. What stays is told.
    """
    removal = await parts.calls.run(lambda: parts.service.forget(caller.tenant, user))
    if removal is None:
        raise UnknownUser("there is nobody of that id to forget; check the id")
    return Forgotten.of(user, removal, parts.database.embedded)
