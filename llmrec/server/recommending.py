"""From a request to a stored answer: who asks, what is known of them, the recommender, the store."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from llmrec.chat.nlu.acts import act_reader
from llmrec.chat.nlu.spans import span_reader
from llmrec.errors import BadInput, StorageError, UnknownUser
from llmrec.prompts import forget_texts
from llmrec.reasons import explain
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.response import Response, Streamed
from llmrec.server.concurrency import Job
from llmrec.server.live_catalog import LiveCatalog
from llmrec.server.observability import log_event
from llmrec.server.schemas.recommendations import MAX_EXPLAINED, Recommendations, StoredRequest
from llmrec.server.store.database import Database, StoreUnavailable
from llmrec.server.store.personal_data import Removal, forget
from llmrec.server.store.responses import (
    StoredResponse,
    find_response,
    keep_response,
    new_response_id,
    replace_response,
)
from llmrec.server.store.users import Person, find_person, unnamed_person


class RecentResponses:
    """The latest answers of this process whose reasons were not measured, with the situations they were ranked in.

    The reasons for an answer that is no longer here, or was given by another gateway, take a second ranking.

    Parameters
    ----------
    size
        Number of answers.
    most
        Bytes of them all: each holds the scores of all items of the catalogue, from which reasons are measured.
    """

    def __init__(self, size: int = 8, most: int = 64_000_000) -> None:
        self._size, self._most, self._lock = size, most, Lock()
        self._responses: OrderedDict[str, Response] = OrderedDict()
        self._recommender: Recommender | None = None

    def __len__(self) -> int:
        """Count the answers that are held."""
        return len(self._responses)

    def put(self, id: str, response: Response, recommender: Recommender) -> None:
        """Hold an answer.

        Parameters
        ----------
        id
            Its id.
        response
            The answer; the oldest are dropped where there are too many, or too many bytes of them.
        recommender
            What gave it. Answers of another one are dropped: they would keep its vectors of all items alive.
        """
        with self._lock:
            if recommender is not self._recommender:
                self._responses.clear()
                self._recommender = recommender
            self._responses[id] = response
            while len(self._responses) > self._size or sum(map(_bytes, self._responses.values())) > self._most:
                self._responses.popitem(last=False)

    def take(self, id: str) -> Response | None:
        """Take an answer out.

        Parameters
        ----------
        id
            Its id.

        Returns
        -------
        Response or None
            None where it is not held.
        """
        with self._lock:
            return self._responses.pop(id, None)

    def clear(self) -> None:
        """Drop all."""
        with self._lock:
            self._responses.clear()


def _bytes(response: Response) -> int:
    """What the situation of an answer takes in memory."""
    if response._state is None:
        return 0
    situation = response._state.situation
    scored = situation.scored
    own = scored.rows.nbytes + scored.candidate.nbytes + scored.counts.nbytes
    return own + sum(scores.nbytes for scores in situation.parts.values())


class RecommendationService:
    """Answers requests from the live catalogue and the store.

    Parameters
    ----------
    live
        The items as they are offered now.
    database
        Users, events and answers.
    """

    def __init__(self, live: LiveCatalog, database: Database) -> None:
        self.live, self.database = live, database
        self.recent = RecentResponses()

    def person(self, tenant: str, user: str) -> Person:
        """Look up a user.

        Parameters
        ----------
        tenant
            Whose user it must be.
        user
            Id of the user.

        Returns
        -------
        Person
            What is known of them.

        Raises
        ------
        UnknownUser
            Where the tenant has none of that id.
        StoreUnavailable
            Where the database does not answer.
        """
        snapshot = self.live.snapshot
        person = find_person(self.database, snapshot.catalog, snapshot.offered, tenant, user)
        if person is None:
            raise UnknownUser(
                f"user {user!r} is not known; check the id, send an event of theirs first, or pass a history", "user"
            )
        return person

    def unnamed_person(self, tenant: str, user: str) -> Person:
        """Make a person of one of whom nothing is known; see `llmrec.server.store.users.unnamed_person`.

        Parameters
        ----------
        tenant, user
            Whose user it is, and their id.

        Returns
        -------
        Person
            Where the store takes nothing just now, without a number.
        """
        try:
            return unnamed_person(self.database, tenant, user)
        except (StorageError, StoreUnavailable) as error:
            log_event("person not kept", logging.ERROR, error)
            return Person(tenant, user, None, (), ())

    def forget(self, tenant: str, user: str) -> Removal | None:
        """Forget a user; see `llmrec.server.store.personal_data.forget`. Answers in memory are dropped, too.

        Parameters
        ----------
        tenant, user
            Whose user it must be, and their id.

        Returns
        -------
        Removal or None
            None where there was nobody of that id.

        Raises
        ------
        StorageError, StoreUnavailable
            Where the database refuses.
        """
        snapshot = self.live.snapshot
        removal = forget(self.database, snapshot.catalog, tenant, user)
        self.recent.clear()
        forget_texts()  # lines are kept without who wrote them: all are dropped
        opened = (reader() for reader in (act_reader, span_reader) if reader.cache_info().currsize)
        for each in (snapshot.parser, *opened):
            if each:
                each.forget_lines()
        return removal

    def recommend(self, tenant: str, request: Request, job: Job | None = None) -> Recommendations:
        """Answer a request and keep the answer.

        Parameters
        ----------
        tenant
            Who asks.
        request
            Its `user` is one of the tenant's.
        job
            The work that this is part of. Where it is late, reasons that are not there yet are left out.

        Returns
        -------
        Recommendations
            As it is kept.

        Raises
        ------
        Abandoned
            Where nobody waits any more.
        UnknownUser, UnknownItem, BadFilter, BadInput
            Where the request cannot be answered.
        UserForgotten
            Where the user was deleted meanwhile.
        StoreUnavailable
            Where the database does not answer.
        """
        person = self.person(tenant, request.user) if request.user is not None else None
        history = person.history if person else request.history or ()
        never = tuple(dict.fromkeys((*(person.rejected if person else ()), *request.never)))
        self.live.check_offered((*history, *never, *(() if request.like is None else (request.like,))))
        events = person.events if person else request.events
        resolved = replace(request, user=None, history=history, events=events, never=never)
        streamed = self.live.snapshot.recommender.stream(resolved)
        return self.keep(tenant, person, resolved, _explained(streamed, job or Job()))

    def keep(self, tenant: str, person: Person | None, request: Request, response: Response) -> Recommendations:
        """Keep an answer. Where the disk is too full for it or the store is locked, a note of the answer says so.

        Parameters
        ----------
        tenant, person
            Whose answer it is, and to whom.
        request
            What it answers.
        response
            What the recommender gave.

        Returns
        -------
        Recommendations
            With a new id.

        Raises
        ------
        UserForgotten
            As `keep_response`.
        """
        kept = Recommendations.of(new_response_id(), response)
        if why := _not_stored(keep_response, self.database, tenant, person, StoredRequest.of(request), kept):
            kept.notes.append(f"{why}, so this answer and its reasons are not kept")
        elif not request.explain:
            self.recent.put(kept.id, response, self.live.snapshot.recommender)
        return kept

    def keep_reasons(self, kept: Recommendations, response: Response) -> Recommendations:
        """Add reasons to an answer that is kept.

        Parameters
        ----------
        kept
            The answer.
        response
            The same list with its reasons.

        Returns
        -------
        Recommendations
            The answer with them, as it is kept now.

        Raises
        ------
        StoreUnavailable
            Where the database does not answer.
        """
        self.recent.take(kept.id)
        explained = kept.with_reasons(response)
        _not_stored(replace_response, self.database, explained)
        return explained

    def find(self, tenant: str, id: str) -> StoredResponse | None:
        """Look up an answer.

        Parameters
        ----------
        tenant
            Whose answer it must be.
        id
            Its id.

        Returns
        -------
        StoredResponse or None
            None where the tenant has none of that id.

        Raises
        ------
        StoreUnavailable
            Where the database does not answer.
        """
        return find_response(self.database, tenant, id)

    def explained(self, tenant: str, id: str, job: Job | None = None) -> StoredResponse | None:
        """Look up an answer with its reasons, which are measured now where it was given without.

        Parameters
        ----------
        tenant
            Whose answer it must be.
        id
            Its id.
        job
            The work that this is part of. Where it is late, reasons that are not there yet are left out.

        Returns
        -------
        StoredResponse or None
            The first `MAX_EXPLAINED` of its items have their reasons, but for those that would not be answered any
            more. None where the tenant has none of that id.

        Raises
        ------
        Abandoned
            Where nobody waits any more.
        BadInput
            Where the answer was to a picture, which is not kept, and is not among the recent ones.
        StoreUnavailable
            Where the database does not answer.
        """
        found = self.find(tenant, id)
        if found is None or all(item.rationale for item in found.response.items[:MAX_EXPLAINED]):
            return found
        if recent := self.recent.take(id):
            response = _explained(explain(replace(recent, items=recent.items[:MAX_EXPLAINED])), job or Job())
            return replace(found, response=self.keep_reasons(found.response, response))
        if found.request.image:
            raise BadInput("this answer was to a photo, which is not kept; ask again with explain")
        snapshot = self.live.snapshot
        request = found.request.to_request(MAX_EXPLAINED)
        history, never = (
            tuple(id for id in ids if id in snapshot.offered) for ids in (request.history or (), request.never)
        )
        events = tuple(event for event in request.events if event.item in snapshot.offered)
        streamed = snapshot.recommender.stream(replace(request, history=history, events=events, never=never))
        response = _explained(streamed, job or Job())
        return replace(found, response=self.keep_reasons(found.response, response))


def _explained(streamed: Streamed, job: Job) -> Response:
    """The response with its reasons, as far as they are there in time."""
    items = []
    job.check()
    for item in streamed.explained:
        job.check()
        items.append(item)
        if job.late and streamed.explains and len(items) < len(streamed.items):
            streamed.notes.append(f"there was time for the reasons of {len(items)} items; ask for the others by the id")
            break
    return streamed.response((*items, *streamed.items[len(items) :]))


def _not_stored(write: Callable[..., None], *args: object) -> str:
    """Why the store did not take it; "" where it did.

    People are answered all the same, on a full disk and while another process locks the store: nothing that they gave
    is lost by it.
    """
    try:
        write(*args)
    except (StorageError, StoreUnavailable) as error:
        log_event("answer not kept", logging.ERROR, error)
        return "the server's disk is full" if isinstance(error, StorageError) else "the store takes nothing just now"
    return ""


def load_writer(recommender: Recommender) -> None:
    """Write one sentence, so that the writing model, which takes seconds to load, is there for the first request.

    Parameters
    ----------
    recommender
        What writes it.
    """
    recommender.recommend(Request(history=(), k=1, explain=True))
