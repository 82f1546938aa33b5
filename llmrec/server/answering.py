"""From a typed question to a stored answer: who asks, what is known of them, the recommender, the store."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from llmrec.context import Context
from llmrec.errors import BadInput, StorageError, UnknownItem, UnknownUser
from llmrec.request import Request
from llmrec.response import Response
from llmrec.server.live_catalog import LiveCatalog
from llmrec.server.observability import note
from llmrec.server.store.database import Database
from llmrec.server.store.responses import find_answer, keep, new_id, replace_answer
from llmrec.server.store.users import Person, find_person

EXPLAINED = 20
"""Items that are explained at once: each takes half a second of a core."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: `user` of the tenant, or `history` (item ids, oldest first), or nobody. See `Request`."""

    user: str | None = None
    history: tuple[str, ...] | None = None
    query: str | None = None
    k: int = 10
    where: str | None = None
    explain: bool = False
    diversity: float = 0.0
    like: str | None = None
    never: tuple[str, ...] = ()
    context: Context | None = None


class Answering:
    """Answers questions from the shelf and the store."""

    def __init__(self, live: LiveCatalog, database: Database) -> None:
        self.live, self.database = live, database

    def person(self, tenant: str, user: str) -> Person:
        """Raises `UnknownUser` where the tenant has none of that id."""
        stock = self.live.stock
        person = find_person(self.database, stock.recommender.catalog, stock.offered, tenant, user)
        if person is None:
            raise UnknownUser(
                f"user {user!r} is not known; check the id, send an event of theirs first, or pass a history"
            )
        return person

    def check_offered(self, ids: Sequence[str]) -> None:
        """Raises `UnknownItem` naming the first that is not offered."""
        offered = self.live.stock.offered
        for id in ids:
            if id not in offered:
                raise UnknownItem(f"item {id!r} is not in the catalogue; check the id, or add the item first")

    def answer(self, tenant: str, question: Question) -> dict[str, Any]:
        """The answer as JSON, stored under its `id`.

        Raises `UnknownUser`, `UnknownItem`, `BadFilter`, `BadInput`, and what the store raises.
        """
        if question.user is not None and question.history is not None:
            raise BadInput("`user` and `history` are both given; pass one of them", "user", "history")
        person = self.person(tenant, question.user) if question.user is not None else None
        history = person.history if person else question.history or ()
        never = tuple(dict.fromkeys((*(person.turned_down if person else ()), *question.never)))
        like = () if question.like is None else (question.like,)
        self.check_offered((*history, *never, *like))
        request = Request(
            history=history,
            query=question.query,
            k=question.k,
            where=question.where,
            explain=question.explain,
            diversity=question.diversity,
            like=question.like,
            never=never,
            context=question.context,
        )
        return self.keep(tenant, person, request, self.live.stock.recommender.recommend(request))

    def keep(self, tenant: str, person: Person | None, request: Request, response: Response) -> dict[str, Any]:
        """The response as JSON, stored under its `id`; a note says so where the disk is too full to store it."""
        told = {"id": new_id(), **response.to_dict()}
        asked = {
            "history": request.history, "query": request.query, "k": request.k, "where": request.where,
            "diversity": request.diversity, "like": request.like, "never": request.never,
            "image": request.image is not None, "context": asdict(request.context) if request.context else None,
        }  # fmt: skip
        if not _stored(keep, self.database, tenant, person, asked, told, told["id"]):
            told["notes"].append("the server's disk is full, so this answer and its reasons are not kept")
        return told

    def explain_kept(self, told: dict[str, Any], response: Response) -> dict[str, Any]:
        """What was stored, with the reasons of the same list that `response` holds."""
        missed = sorted({*told["degraded"], *response.degraded})
        explained = told | {"items": response.to_dict()["items"], "degraded": missed}
        _stored(replace_answer, self.database, told["id"], explained)
        return explained

    def explanation(self, tenant: str, id: str) -> dict[str, Any] | None:
        """The stored answer with its reasons, measured now where it was given without (of the first `EXPLAINED` items);
        None where there is none.

        An answer to a photo cannot be explained later, as photos are not kept: raises `BadInput`.
        """
        found = find_answer(self.database, tenant, id)
        if found is None:
            return None
        items = found.answer["items"]
        if any(item["rationale"] is None for item in items[:EXPLAINED]):
            items = self._explained(items, found.request)
            _stored(replace_answer, self.database, id, found.answer | {"items": items})
        return {"id": id, "created": found.created, "query": found.request["query"], "items": items}

    def _explained(self, items: list[dict[str, Any]], asked: dict[str, Any]) -> list[dict[str, Any]]:
        """The items with their reasons; without, where an item would not be answered any more."""
        if asked["image"]:
            raise BadInput("this answer was to a photo, which is not kept; ask again with explain")
        offered = self.live.stock.offered
        request = Request(
            history=tuple(id for id in asked["history"] if id in offered),
            query=asked["query"],
            k=min(asked["k"], EXPLAINED),
            where=asked["where"],
            explain=True,
            diversity=asked["diversity"],
            like=asked["like"],
            never=tuple(id for id in asked["never"] if id in offered),
            # answers that were kept before there was context have none
            context=Context(**told) if (told := asked.get("context")) else None,
        )
        reasons = {
            item.id: item.to_dict()["rationale"] for item in self.live.stock.recommender.recommend(request).items
        }
        return [item | {"rationale": item["rationale"] or reasons.get(item["id"])} for item in items]


def _stored(write: Callable[..., None], *args: object) -> bool:
    """Whether the disk took it: people are answered on a full disk too, as nothing that they gave is lost by it."""
    try:
        write(*args)
    except StorageError as error:
        note("answer not kept", logging.ERROR, error)
        return False
    return True
