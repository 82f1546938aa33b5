"""One turn of a conversation: its state found again, the list first, the reasons after it, the state kept."""

import logging
from collections.abc import Callable, Iterator, Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.wording import one_line, plain, wording
from llmrec.chat.agent_reading import holds_in
from llmrec.chat.chinese_reasons import reason_in_chinese
from llmrec.chat.clarification import CANDIDATES, described
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.intent import READ_CHARACTERS
from llmrec.chat.replies import Reply
from llmrec.chat.state import DialogueState
from llmrec.chat.transcript import (
    NOTHING_FITS,
    REASONS_HEADING,
    Message,
    first_read,
    introduced,
    render_list,
    render_reason,
    restore,
)
from llmrec.context import Context
from llmrec.errors import BadInput, StorageError, UnknownUser
from llmrec.evidence.records import ItemEvidence
from llmrec.reasons import explain
from llmrec.request import Request
from llmrec.response import Recommended, Response, Streamed
from llmrec.server.concurrency import Job
from llmrec.server.live_catalog import LiveCatalog
from llmrec.server.observability import log_event
from llmrec.server.recommending import RecommendationService
from llmrec.server.schemas.chat import ChatRecommendations, ListedItem, QuestionBack
from llmrec.server.schemas.recommendations import RankedItem, Recommendations
from llmrec.server.store.conversations import find_state, keep_state, new_reply_id
from llmrec.server.store.database import StoreUnavailable
from llmrec.server.store.personal_data import TooManyRules, change_rules
from llmrec.server.store.responses import new_response_id
from llmrec.server.store.users import Person

DEGRADED_NOTICES = {
    "llm": {
        "en": "The language model's server is out of reach just now, so the reasons are plain ones.",
        "zh": "语言模型暂时连不上,所以理由写得简单。",
    },
    "index": {
        "en": "The search index is out of reach just now, so all items were gone through instead.",
        "zh": "检索索引暂时连不上,所以改为逐一比较全部条目。",
    },
    "index:": {
        "en": "A part of the search index is out of reach just now, so items may be missing from this list.",
        "zh": "检索索引有一部分暂时连不上,这份单子里可能缺了几个。",
    },
}
"""What a reply says where something was out of reach and replaced, by its word in `Response.degraded`, which of a shard
is followed by its number, and by the language of the line."""
NO_TIME = {
    "en": "(There was no time for the others; ask why {next}.)",
    "zh": "(来不及说其余的理由;可以问“为什么{next}”。)",
}
TASK = "### Task:"
"""Begins what Open WebUI sends after each reply: prompts for a title, tags and questions, which are no line of
a conversation."""
NO_TASKS = "This recommends items; it writes no titles, tags or questions."


async def prefetch(live: LiveCatalog, messages: Sequence[Message]) -> None:
    """Have the chat model, where there is one, read the line that is to be answered; it keeps no core busy here.

    Parameters
    ----------
    live
        The catalogue that the line is about.
    messages
        The conversation.
    """
    parser = live.snapshot.parser
    if parser and messages and messages[-1].from_user:
        await parser.prefetch(messages[-1].text)


class ChatTurn:
    """The reply to the last message of a conversation.

    Parameters
    ----------
    service
        What makes and keeps the lists.
    tenant
        Who asks.
    user
        One of the tenant's users; of one that nobody knows nothing is read, and what is kept is kept under a digest.
    messages
        The conversation, oldest first.
    context
        When and where the last message was written.
    job
        The work that this is part of, and that ends early where nobody waits for it.
    id
        Id of the reply; default: one as completions have.
    stores
        Whether the answer and the state are kept.

    Raises
    ------
    BadInput
        Where the last message is not the user's.
        Or where the message is to go on from a reply of which nothing is kept.
    Abandoned
        By `opening` too, where nobody waits any more.
    """

    def __init__(
        self,
        service: RecommendationService,
        tenant: str,
        user: str | None,
        messages: Sequence[Message],
        context: Context | None = None,
        job: Job | None = None,
        id: str | None = None,
        stores: bool = True,
    ) -> None:
        self._stores, self._goes_on = stores, False
        self._said: tuple[str, ...] = ()  # for good, before it was known by whom
        self.id = id or new_reply_id()
        """Id of the reply, under which the state of the conversation is kept."""
        self.recommendations: Recommendations | None = None
        """The list that the reply is about, as it is kept."""
        self.words = ""
        """What the opening says beside a list."""
        self._service, self._tenant, self._job = service, tenant, job or Job()
        snapshot = service.live.snapshot
        self._recommender = snapshot.recommender
        self._person = self._known(user)
        self._rules = self._rules_in_force(snapshot.catalog)
        self._conversation = Conversation(
            snapshot.catalog,
            history=self._person.history if self._person else (),
            events=self._person.events if self._person else (),
            never=self._person.rejected if self._person else (),
            context=context,
            parser=snapshot.parser.runnable if snapshot.parser else None,
            state=DialogueState().ruled(self._rules),
            offered=snapshot.offered,
            words=snapshot.words,
        )
        self._unexplained: Response | None = None
        self._language = "en"
        self._line = restore(self._conversation, messages, self._state, self._job.check)
        self.notes = self._unread(messages)
        """What was not read of the conversation, each in a sentence."""

    def opening(self) -> str:
        """Reply with the list, or with the whole of a short reply; keep the answer and the state.

        Returns
        -------
        str
            A line that cannot be met is answered with a sentence that says why.

        Raises
        ------
        UserForgotten
            Where the user was deleted meanwhile.
        StoreUnavailable
            Where the database does not answer.
        """
        if self._line.text.lstrip().startswith(TASK):
            self.words = NO_TASKS
            return NO_TASKS
        held = (rule for rule in self._conversation.state.lasting if rule not in self._said)
        before = tuple(dict.fromkeys((*self._rules, *held)))
        try:
            reply = self._conversation.reply(self._line.text, self._line.image)
            self._language = reply.language
            if reply.request is not None:
                text = self._list(reply, reply.request)
            elif reply.why is not None:
                text = f"{reply.words} {self._reason(reply.why)}".strip()
            else:
                text = reply.words
            self.words = reply.words if reply.request is not None else text
        except BadInput as error:
            self.words = text = f"{str(error)[:1].upper()}{str(error)[1:]}."
        self._keep_state()
        if unkept := self._keep_rules(before):
            self.notes.append(unkept)
            text = f"{text}\n\n{unkept[:1].upper()}{unkept[1:]}."
        return text

    def rest(self, late: Callable[[], bool] = lambda: False) -> Iterator[str]:
        """Reply with the reasons of the list, measured now.

        Parameters
        ----------
        late
            Asked after each reason whether the others are to be left out.

        Yields
        ------
        str
            A piece for each item, as soon as it is there; none where the opening was no list.

        Raises
        ------
        StoreUnavailable
            Where the database does not answer.
        """
        if self._unexplained is None or self.recommendations is None:
            return
        streamed = explain(self._unexplained)
        yield f"\n\n{REASONS_HEADING[self._language]}"
        items, catalog = [], self._conversation.catalog
        for position, item in enumerate(streamed.explained, start=1):
            items.append(item)
            yield f"\n{render_reason(position, item, catalog, self._language)}"
            if late() and position < len(streamed.items):
                yield f"\n\n{NO_TIME[self._language].format(next=position + 1)}"
                break
        self.recommendations = self._service.keep_reasons(self.recommendations, streamed.response(tuple(items)))
        for part in dict.fromkeys(part.rstrip("0123456789") for part in self.recommendations.degraded):
            if part in DEGRADED_NOTICES:
                yield f"\n\n{DEGRADED_NOTICES[part][self._language]}"

    def shown(self) -> ChatRecommendations | None:
        """Describe the list that the reply is about, as far as it is explained by now.

        Returns
        -------
        ChatRecommendations or None
            None where the reply is about no list.
        """
        kept, catalog, asked = self.recommendations, self._conversation.catalog, self._conversation.state.question
        if kept is None:
            return None
        items = [
            ListedItem(
                **dict(item),
                media=sorted(catalog.item(item.id).media) if item.id in catalog.row else [],
                reason=self._said_of(item),
            )
            for item in kept.items
        ]
        return ChatRecommendations(
            id=kept.id,
            items=items,
            titles=self._titles(kept),
            notes=kept.notes,
            degraded=kept.degraded,
            conditions=[*self._conversation.conditions],
            inputs=dict(wording(catalog).modalities),
            question=None if asked is None else QuestionBack.model_validate(described(asked)),
        )

    @property
    def message(self) -> str:
        """What the reply comes to in a sentence: its words, or how many items its list has."""
        if self.words or self.recommendations is None:
            return self.words
        count = len(self.recommendations.items)
        noun = wording(self._conversation.catalog).noun
        if not count:
            return NOTHING_FITS[self._language]
        if self._language == "zh":
            return f"共{count}个,最合适的在前。"
        return f"{count} {noun}{'s'[: count != 1]}, the best first."

    @property
    def line(self) -> str:
        """What the reply answers."""
        return self._line.text

    def describe(self, item: str) -> str:
        """Return what the catalogue says of an item; "" where it says nothing."""
        catalog = self._conversation.catalog
        return catalog.item(item).description if item in catalog.row else ""

    def _known(self, user: str | None) -> Person | None:
        if user is None:
            return None
        try:
            return self._service.person(self._tenant, user)
        except UnknownUser:
            return self._service.unnamed_person(self._tenant, user) if self._stores else None

    def _state(self, id: str) -> DialogueState | None:
        """Look up what is kept under the id of a reply to this person, or to one of whom nothing was known yet."""
        kept = find_state(self._service.database, self._tenant, id)
        number = self._person.number if self._person else None
        found = kept.state if kept and kept.person in (None, number) else None
        self._goes_on |= found is not None
        if found is None or kept is None or self._person is None:
            return found
        # what was said before it was known by whom holds here, too, and is kept with this reply
        self._said = found.lasting if kept.person is None else ()
        return found.ruled(tuple(dict.fromkeys((*self._rules, *self._said))))

    def _rules_in_force(self, catalog: Catalog) -> tuple[str, ...]:
        """What every list of the person must meet, as far as the catalogue can still meet it."""
        return tuple(rule for rule in (self._person.rules if self._person else ()) if holds_in(rule, catalog))

    def _unread(self, messages: Sequence[Message]) -> list[str]:
        notes = []
        if len(messages[-1].text) > READ_CHARACTERS:
            notes.append(f"the first {READ_CHARACTERS:,} characters of the message were read")
        if not self._goes_on and first_read(messages[:-1]):
            notes.append(
                "the conversation is long, and its earliest messages were not read; send the `id` of the reply before "
                "to have it go on from what is kept"
            )
        return notes

    def _keep(self, request: Request, response: Response) -> Recommendations:
        if self._stores:
            return self._service.keep(self._tenant, self._person, request, response)
        return Recommendations.of(new_response_id(), response)

    def _keep_state(self) -> None:
        if not self._stores:
            return
        try:
            keep_state(self._service.database, self._tenant, self._person, self.id, self._conversation.state)
        except (StorageError, StoreUnavailable) as error:  # the next turn reads the messages
            log_event("conversation not kept", logging.ERROR, error)

    def _keep_rules(self, before: Sequence[str]) -> str:
        """Keep what lasts from this line on for the next conversations, too, and delete what it takes back.

        Returns what the person must know where it could not be kept; "" where it was.
        """
        lasting = self._conversation.state.lasting
        added, removed = ([r for r in a if r not in b] for a, b in ((lasting, before), (before, lasting)))
        if not self._stores or self._person is None or not (added or removed):
            return ""
        try:
            change_rules(self._service.database, self._person, added, removed)
        except TooManyRules as error:
            return f"{error}: what you said for good now holds for this reply alone"
        except (StorageError, StoreUnavailable) as error:
            log_event("rules not kept", logging.ERROR, error)
            return "what you said for good cannot be kept just now, and holds for this reply alone; say it again later"
        return ""

    def _list(self, reply: Reply, request: Request) -> str:
        self._job.check()
        response = self._recommender.recommend(request)
        self.recommendations = self._keep(request, response)
        ids = [item.id for item in response.items]
        candidates = response.candidates(CANDIDATES) if reply.clarifies else ()
        question = self._conversation.show(reply, ids, self.recommendations.id, candidates)
        self._unexplained = response if response.items else None
        return introduced(
            reply.words, render_list(response.items, self._conversation.catalog, reply.language), question
        )

    def _reason(self, item: str) -> str:
        """Find the sentence of an item of the last list: the one that is kept, or one written now."""
        last = self._conversation.state.last
        stored = self._service.find(self._tenant, last.response_id) if last and last.response_id else None
        kept = stored.response if stored else None
        if kept is None or not any(each.id == item and each.rationale for each in kept.items):
            kept = self._explained(kept, item)
        self.recommendations = kept
        for each in kept.items:
            if each.id == item and each.rationale:
                return self._said_of(each, titled=True)
        title = plain(self._conversation.catalog.item(item).title)
        raise BadInput(f"{title} would not be in that list any more; ask again")

    def _said_of(self, item: RankedItem, titled: bool = False) -> str:
        """Why an item is listed, in the language of the line; "" before reasons are there."""
        catalog = self._conversation.catalog
        if item.rationale is None:
            return ""
        if self._language == "zh" and item.id in catalog.row:
            evidence = ItemEvidence.from_dict(item.rationale.evidence.model_dump(mode="json"))
            return reason_in_chinese(evidence, catalog, titled=titled)
        return plain(item.rationale.text)

    def _explained(self, kept: Recommendations | None, item: str) -> Recommendations:
        """Add reasons to the last list, which is made again only where it is held no longer.

        Where there is no time for all of them, or the list had to be made again, they are those up to the item's.
        """
        if kept and (recent := self._service.recent.take(kept.id)):
            return self._service.keep_reasons(kept, self._up_to(item, explain(recent), lambda: self._job.late))
        request = self._conversation.last_request()
        self._job.check()
        response = self._up_to(item, self._recommender.stream(request), lambda: True)
        if kept:
            return self._service.keep_reasons(kept, response)
        made = self._keep(request, response)
        self._conversation.note_kept(made.id)
        return made

    def _up_to(self, item: str, streamed: Streamed, enough: Callable[[], bool]) -> Response:
        """A response with the reasons of an item and of those before it, and of the others unless it is enough then."""
        items: list[Recommended] = []
        for each in streamed.explained:
            self._job.check()
            items.append(each)
            if any(found.id == item for found in items) and enough():
                break
        return streamed.response((*items, *streamed.items[len(items) :]))

    def _titles(self, kept: Recommendations) -> dict[str, str]:
        """Titles of the history items that the evidence names, by id."""
        catalog = self._conversation.catalog
        evidence = [item.rationale.evidence for item in kept.items if item.rationale]
        named = {
            record.history_item
            for each in evidence
            for records in (each.items, each.counterfactuals, each.companions, each.shapley)
            for record in records
        }
        return {id: one_line(catalog.item(id).title) for id in sorted(filter(None, named)) if id in catalog.row}
