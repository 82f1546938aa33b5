"""What the gateway knows of a person, as they see it: rules, likes, dislikes, history; each can be changed and deleted.

It stands in the store, and of a conversation in the state under the id of its last reply.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from llmrec.catalog.feedback import OPINIONS
from llmrec.catalog.wording import one_line
from llmrec.chat.agent_reading import read_rule
from llmrec.chat.state import DialogueState
from llmrec.errors import BadInput, UnknownUser
from llmrec.server.recommending import RecommendationService
from llmrec.server.schemas.users import Memory, MemoryChange, MemoryEntry, Source
from llmrec.server.store.conversations import find_state, replace_state
from llmrec.server.store.personal_data import change_rules, changed_rules, delete_events
from llmrec.server.store.users import FORGET, Event, Person, number_known, record, unnamed_person

SHOWN_HISTORY = 100
"""Items of a history that are shown, the latest of it."""


@dataclass(frozen=True, slots=True)
class MemoryOf:
    """The memory of one person, of one conversation, or of both.

    Parameters
    ----------
    service
        Over the store.
    tenant
        Who asks.
    user
        One of the tenant's users; None for a conversation with nobody in particular.
    reply
        Id of the last reply of a conversation with them.

    Raises
    ------
    BadInput
        By all methods, where neither is given.
    StoreUnavailable
        By all methods, where the database does not answer.
    """

    service: RecommendationService
    tenant: str
    user: str | None
    reply: str | None

    def recall(self) -> Memory:
        """Read what is known.

        Returns
        -------
        Memory
            Empty where nothing is.
        """
        person = self._person()
        state = self._kept_state(person) or DialogueState()
        rules = person.rules if self.user is not None else state.lasting
        said = [id for id in reversed(state.liked) if id not in person.history]
        history = [self._entry(id, person, said) for id in dict.fromkeys((*said, *reversed(person.history)))]
        liked = {id for id, kind in person.kinds.items() if OPINIONS.get(kind, 0) > 0}
        likes = [entry for entry in history if entry.item in liked]
        others = [entry for entry in history if entry.item not in liked]
        refused = [id for id in state.rejected if id not in person.rejected]
        return Memory(
            user=self.user,
            rules=list(rules),
            refused=list(state.refused),
            likes=likes,
            dislikes=[self._entry(id, person, refused) for id in (*reversed(refused), *reversed(person.rejected))],
            history=others[:SHOWN_HISTORY],
            history_total=len(others),
        )

    def change(self, change: MemoryChange) -> None:
        """Add and change entries.

        Parameters
        ----------
        change
            What is new.

        Raises
        ------
        UnknownItem
            Where an item is not offered.
        BadInput
            Where no rule is read in what is given as one, or likes are of nobody in particular.
        """
        self.service.live.check_offered([*change.likes, *change.dislikes])
        words = self.service.live.snapshot.words
        added = tuple(dict.fromkeys(rule for value in change.rules for rule in read_rule(value, words)))
        kinds = [*((id, "like") for id in change.likes), *((id, "dislike") for id in change.dislikes)]
        if kinds and self.user is None:
            raise BadInput("likes and dislikes are a person's; name them as `user`", "user")
        self._change_rules(added, change.without_rules)
        if self.user is not None and kinds:
            self._drop_from_state({id for id, _ in kinds})
            record(self.service.database, self.tenant, [Event(self.user, id, kind) for id, kind in kinds])

    def forget_item(self, item: str) -> None:
        """Delete what is known of the person and one item: it may be recommended again.

        Parameters
        ----------
        item
            Its id.
        """
        person = self._person()
        self._drop_from_state({item})
        if self.user is None:
            return
        delete_events(self.service.database, person, item)
        if person.of_folder and item in self.service.live.snapshot.catalog.history(self.user):
            record(self.service.database, self.tenant, [Event(self.user, item, FORGET)])

    def forget_rule(self, rule: str) -> None:
        """Delete a rule.

        Parameters
        ----------
        rule
            As `recall` gives it, in words that would add it ("no musicals"), or what a conversation rules out in words.
        """
        self._change_rules((), (rule,))

    def _change_rules(self, added: Sequence[str], removed: Collection[str]) -> None:
        if not added and not removed:
            return
        person = self._person()
        state = self._kept_state(person)
        removed = {*removed, *(clause for rule in removed for clause in self._clauses(rule))}
        if self.user is not None:
            if added and person.number is None and not person.of_folder:
                person = unnamed_person(self.service.database, self.tenant, self.user)
            change_rules(self.service.database, person, added, removed)
        elif added and state is None:
            raise BadInput("nothing is kept of that `reply`; send the id of a conversation's last one", "reply")
        if state is None:
            return
        of_nobody = added if self.user is None else ()  # those of a person come from the store with the next line
        changed = state.ruled(changed_rules(state.lasting, of_nobody, removed))
        if back := [words for words in state.refused if words in removed]:
            changed = changed.without(back).model_copy(update={"earlier": ()})
        self._replace(state, changed)

    def _clauses(self, rule: str) -> tuple[str, ...]:
        """The filters that a rule in words stands for, as one that is added; none where it is no rule."""
        try:
            return read_rule(rule, self.service.live.snapshot.words)
        except BadInput:
            return ()

    def _drop_from_state(self, items: Collection[str]) -> None:
        """Delete what was said of items; what could bring it back goes with it."""
        if (state := self._kept_state(self._person())) is None:
            return
        names = ("liked", "accepted", "rejected")
        kept = {name: tuple(id for id in getattr(state, name) if id not in items) for name in names}
        last = state.last  # the list is narrowed, and made again, without what it left out
        if last is not None:
            last = last.model_copy(update={"excluded": tuple(id for id in last.excluded if id not in items)})
        changed = state.model_copy(update=kept | {"last": last})
        self._replace(state, changed if changed == state else changed.model_copy(update={"earlier": ()}))

    def _replace(self, state: DialogueState, changed: DialogueState) -> None:
        if self.reply is not None and changed != state:
            replace_state(self.service.database, self.tenant, self.reply, changed)

    def _person(self) -> Person:
        if self.user is None:
            if self.reply is None:
                raise BadInput("neither `user` nor `reply` is given; pass one of them", "user", "reply")
            return Person(self.tenant, "", None, (), ())
        try:
            return self.service.person(self.tenant, self.user)
        except UnknownUser:
            number = number_known(self.service.database, self.tenant, self.user)
            return Person(self.tenant, self.user, number, (), ())

    def _kept_state(self, person: Person) -> DialogueState | None:
        """What the conversation had come to, where one is kept and it is theirs or nobody's in particular."""
        kept = find_state(self.service.database, self.tenant, self.reply) if self.reply else None
        if kept is None or kept.person not in (None, person.number):
            return None
        known = self.service.live.snapshot.catalog.row
        names = ("liked", "accepted", "rejected")
        return kept.state.model_copy(
            update={name: tuple(id for id in getattr(kept.state, name) if id in known) for name in names}
        )

    def _entry(self, item: str, person: Person, said: Collection[str]) -> MemoryEntry:
        source: Source = "conversation" if item in said else "event" if item in person.kinds else "catalogue"
        title = one_line(self.service.live.snapshot.catalog.item(item).title)
        return MemoryEntry(item=item, title=title, source=source)
