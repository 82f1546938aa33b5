"""A conversation that comes whole with every request, answered by the recommender: the list first, reasons after."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llmrec.chat.session import Session
from llmrec.chat.transcript import listed, listing, reasons
from llmrec.errors import BadInput, UnknownUser
from llmrec.explain.wording import wording
from llmrec.recommend import Response
from llmrec.request import Request
from llmrec.server.answering import Answering
from llmrec.server.store.people import Person


@dataclass(frozen=True, slots=True)
class Line:
    """One message: what the person said and showed, or what was answered (`mine`)."""

    mine: bool
    words: str
    image: bytes | None = None


class Conversation:
    """One turn of it: `opening` is the list, or the whole of a short answer; `rest` what takes longer."""

    def __init__(self, answering: Answering, tenant: str, user: str | None, lines: Sequence[Line]) -> None:
        """`user`: one that nobody knows is a newcomer. Raises `BadInput` where there is nothing to answer."""
        self._answering, self._tenant = answering, tenant
        self._recommender = answering.shelf.stock.recommender
        self._person = self._known(user)
        self.stored: dict[str, Any] | None = None
        """The answer that was stored, with its `id` and `items`."""
        said = [line for line in lines if not line.mine]
        if not lines or lines[-1].mine or not said:
            raise BadInput("messages must end with one of the user's; add it")
        history = self._person.history if self._person else ()
        never = self._person.turned_down if self._person else ()
        catalog = self._recommender.catalog
        self._session = Session(catalog, self._recommend, history, never)
        for line, answer in zip(lines, [*lines[1:], None], strict=True):
            if not line.mine and answer is not None:
                shown = listed(answer.words, catalog) if answer.mine else ()
                offered = answering.shelf.stock.offered
                self._session.recall(line.words, tuple(id for id in shown if id in offered), line.image)
        self._last = lines[-1]
        self._explains = False

    def opening(self) -> str:
        """The list, or the answer to a line that asks for none; what cannot be met is answered in a sentence."""
        try:
            reply = self._session.say(self._last.words, self._last.image)
        except BadInput as error:
            return f"{str(error)[:1].upper()}{str(error)[1:]}."
        if reply.why:
            return reply.why.rationale.text if reply.why.rationale else ""
        if reply.response:
            self._explains = bool(reply.response.items)
            return listing(reply.response.items, self._recommender.catalog)
        return reply.words

    @property
    def conditions(self) -> tuple[str, ...]:
        """What every item of the list meets, as filters: "year>=1990"."""
        return self._session.conditions

    @property
    def inputs(self) -> dict[str, str]:
        """What people call the inputs of an item that evidence names: "plot" for text, "audience" for id."""
        return dict(wording(self._recommender.catalog).modalities)

    def media(self, id: str) -> list[str]:
        """What there is of an item besides words."""
        return sorted(self._recommender.catalog.item(id).media)

    def titles(self) -> dict[str, str]:
        """The titles of the history items that the evidence names, by id."""
        catalog, items = self._recommender.catalog, (self.stored or {"items": ()})["items"]
        evidence = (item["rationale"]["evidence"] for item in items if item["rationale"])
        records = (record for kept in evidence for part in kept.values() if isinstance(part, list) for record in part)
        named = {id for record in records if (id := record.get("history_item")) in catalog.row}
        return {id: catalog.item(id).title for id in sorted(named)}

    def rest(self) -> str:
        """The reasons for the list, measured now; empty where there is no list."""
        return "\n\n" + reasons(self._session.explained()) if self._explains else ""

    def _known(self, user: str | None) -> Person | None:
        if user is None:
            return None
        try:
            return self._answering.person(self._tenant, user)
        except UnknownUser:
            return None

    def _recommend(self, request: Request) -> Response:
        response = self._recommender.recommend(request)
        if self.stored is None:
            self.stored = self._answering.keep(self._tenant, self._person, request, response)
        else:
            self.stored = self._answering.explain_kept(self.stored, response)
        return response


def picture_of(url: str) -> bytes:
    """The bytes of a `data:` URL. Raises `BadInput` for any other: what an address holds is never fetched."""
    head, comma, content = url.partition(",")
    if not head.lower().startswith("data:image/") or not comma:
        raise BadInput("a picture must come as a data: URL (data:image/jpeg;base64,…); addresses are not fetched")
    if not head.lower().endswith(";base64"):
        raise BadInput("a picture's data: URL must be base64; encode it so")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("a picture's data: URL is not valid base64; encode the file again") from error
