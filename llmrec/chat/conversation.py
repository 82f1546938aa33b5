"""The dialogue with one person: each line comes to words, to a request for a list, or to an item to be explained.

Nothing is ranked or kept here: whoever holds a conversation runs its requests, shows their lists, and keeps its state
(a terminal in memory, a gateway in its store, a chain in its messages).
"""

import dataclasses
import hashlib
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmrec.catalog import Catalog
from llmrec.chat.act_replies import ActReplies, describe_conditions
from llmrec.chat.nlu.intent import READ_CHARACTERS, THESE, Comparison, Intent
from llmrec.chat.nlu.languages import is_chinese
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.rules import rule_parser
from llmrec.chat.plain_text import plain
from llmrec.chat.resolution import find_item, resolve_comparisons
from llmrec.chat.state import DialogueState, ListState, narrowed, values_of
from llmrec.chat.wordings import SAYS
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request
from llmrec.retrieval.filters import parse_where

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

LIST_LENGTH = 5
"""Items of a list."""
HELP = (
    "Say what you are in the mood for ('something funny from the 90s, not horror'), or: "
    "more · more like 2 · the second one but newer · why 2 · like TITLE · not TITLE · seen TITLE · start over"
)
_FILLERS = frozenset(
    re.findall(
        r"\w+",
        "please but and or something anything instead rather just ok okay then me show maybe also now actually hm well "
        "ones one it them those these i want would like prefer make films film movies movie items "
        "stuff do have you any",
    )
)
"""Words that make no query of their own: a line of conditions and these alone narrows the last list."""
_REFERS_BACK = re.compile(r"\bones?\b|^(?:but|and|only|just|also|or|rather|no[,.])\b", re.I)
"""What refers to the last list: "red ones"."""


_OF_ONESELF = re.compile(r"\b(?:i|i'm|my|we|never|always|remember)\b|我|以后|永远|记住", re.I)
"""What says something of the person, which makes no query."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one line comes to. Without `request` and `why` it is `words` alone.

    Parameters
    ----------
    words
        The whole of a short reply, or what is said before a list.
    request
        The list that is to be made; `Conversation.show` is told when it is.
    list
        The state that the list of `request` will have, without its items.
    why
        Id of the item of the last list whose reasons are wanted.
    done
        Whether the person ends the conversation.
    """

    words: str = ""
    request: Request | None = None
    list: ListState | None = None
    why: str | None = None
    done: bool = False


class Conversation:
    """The dialogue with one person, who has a history, or with one of whom nothing is known.

    Parameters
    ----------
    catalog
        The items that it is about.
    history
        Ids of items that the person interacted with, oldest first.
    never
        Ids of items that must not be recommended.
    where
        A filter that holds whatever is said; see `llmrec.retrieval.filters`.
    context
        When and where the conversation is held.
    parser
        What reads a line; by default the rules alone.
    state
        What the conversation had come to before; by default it begins.
    offered
        Ids of the items that can be recommended; by default all of the catalogue.
    words
        The items by whose titles and values a line is read; by default those of the catalogue.

    Raises
    ------
    UnknownItem
        Where the catalogue lacks an item of `history` or `never`.
    BadFilter
        Where `where` does not parse.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> genres = ("Comedy", "Horror")
    >>> films = Catalog("films", tuple(Item(g, g, "", {"genres": (g,), "year": 1995}) for g in genres), {})
    >>> conversation = Conversation(films)
    >>> reply = conversation.reply("something from the 90s, not horror")
    >>> reply.request.where
    'year>=1990 and year<2000 and genres!=Horror'
    >>> conversation.show(reply, ["Comedy"])
    >>> conversation.reply("why the first one?").why
    'Comedy'
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        history: Sequence[str] = (),
        never: Sequence[str] = (),
        where: str | None = None,
        context: Context | None = None,
        parser: "Runnable[str, Intent] | None" = None,
        state: DialogueState | None = None,
        offered: Container[str] | None = None,
        words: Catalog | None = None,
    ) -> None:
        catalog.rows([*history, *never])
        if where:
            parse_where(where, catalog)
        self.catalog = catalog
        self.state = state or DialogueState()
        """What the conversation has come to; replaced, never changed in place."""
        self._history, self._never, self._where, self._context = history, never, where, context
        self._words = words or catalog
        self._parser = parser or rule_parser(self._words)
        self._offered = catalog.row if offered is None else offered
        self._acts = ActReplies(catalog, self._offered, self._words)
        self._pictures: dict[str, bytes] = {}
        self._commands: dict[str, Callable[[Intent], Reply]] = {
            "why": self._why,
            "like": self._like,
            "seen": self._like,
            "not": self._reject,
            "anew": self._begin_anew,
            "help": lambda _intent: Reply(HELP),
            "quit": lambda _intent: Reply("Goodbye.", done=True),
        }

    @property
    def conditions(self) -> tuple[str, ...]:
        """What every item of the last list meets, each as `llmrec.retrieval.filters.parse_where` reads it."""
        return self.state.last.conditions if self.state.last else ()

    @property
    def history(self) -> tuple[str, ...]:
        """Ids of the items that the person interacted with, oldest first, those named in the conversation last."""
        return tuple(dict.fromkeys((*self._history, *self._available(self.state.liked))))

    def reply(self, line: str, image: bytes | None = None) -> Reply:
        """Answer one line.

        Parameters
        ----------
        line
            What the person wrote.
        image
            A picture of something like what is wanted, as a file holds it.

        Returns
        -------
        Reply
            A list that it asks for is not part of the state before `show`.

        Raises
        ------
        BadInput
            Where the line cannot be met; the message is the answer to it.
        """
        if not line.strip() and image is None:
            return Reply(HELP)
        return self.reply_to(self._parser.invoke(line), line, image)

    def reply_to(self, intent: Intent, line: str, image: bytes | None = None) -> Reply:
        """Answer a line that was parsed already; see `reply`.

        Parameters
        ----------
        intent
            What the line means.
        line, image
            The line itself and its picture.

        Returns
        -------
        Reply
            As `reply`.
        """
        line = line[:READ_CHARACTERS]
        if not line.strip() and image is None:
            return Reply(HELP)
        if image is not None:
            self.add_picture(image)
        elif reply := self._without_list(intent, line):
            return reply
        words = "" if image is not None else self._note_lasting(intent, line)
        wanted = self._wanted(intent, image, line)
        return (
            self._commands[intent.action](intent)
            if wanted is None
            else Reply(words, request=self._request(wanted), list=wanted)
        )

    def show(self, reply: Reply, items: Iterable[str], response_id: str | None = None) -> None:
        """Note the list that a reply asked for.

        Parameters
        ----------
        reply
            One with a request.
        items
            Ids of the items of the list, best first.
        response_id
            Id under which the list is kept with its reasons.
        """
        assert reply.list is not None
        shown = reply.list.model_copy(update={"items": tuple(items), "response_id": response_id})
        self.state = self.state.model_copy(update={"last": shown, "topic": shown.like})

    def note_kept(self, response_id: str) -> None:
        """Note where the last list is kept, where it was not kept when it was shown.

        Parameters
        ----------
        response_id
            Id under which it is kept with its reasons.
        """
        assert self.state.last is not None
        kept = self.state.last.model_copy(update={"response_id": response_id})
        self.state = self.state.model_copy(update={"last": kept})

    def replay(self, line: str, items: Sequence[str], image: bytes | None = None) -> None:
        """Take in an earlier line of which no state is kept.

        Parameters
        ----------
        line, image
            What the person wrote then, and the picture that came with it.
        items
            Ids of the list that answered it; empty where none did.
        """
        try:
            reply = self.reply(line, image)
        except BadInput:
            return  # that was the answer
        if reply.request is not None:
            self.show(reply, items or (self.state.last.items if self.state.last else ()))
        elif items:
            last = self.state.last or ListState()
            self.state = self.state.model_copy(update={"last": last.model_copy(update={"items": tuple(items)})})

    def add_picture(self, image: bytes) -> None:
        """Have a picture at hand that a list of before was like.

        Parameters
        ----------
        image
            The picture, as a file holds it.
        """
        self._pictures[_digest(image)] = image

    def last_request(self) -> Request:
        """Write the request that made the last list once more, to have its reasons measured.

        Returns
        -------
        Request
            Without what was liked or rejected of the list since.

        Raises
        ------
        BadInput
            Where there is no list yet, or the picture that it is like is not at hand.
        """
        last = self.state.last
        if last is None or not last.items:
            raise BadInput("there is no list yet to speak of; ask for something first")
        request = self._request(last)
        history, never = (
            tuple(id for id in ids if id not in last.items) for ids in (request.history or (), last.excluded)
        )
        return dataclasses.replace(request, explain=True, history=history, never=self._available(never))

    def _wanted(self, intent: Intent, image: bytes | None, line: str) -> ListState | None:
        """Describe the list that a line asks for; None where it asks for none. Raises `BadInput`."""
        last = self.state.last
        if image is not None:
            return self._list(intent.query or None, intent.filters, image=_digest(image))
        if intent.action == "ask":
            if not self._items and any(each.subject == THESE for each in intent.comparisons):
                # "something older", before there is anything to compare with, is a query
                return self._list(line, intent.filters)
            conditions = (*intent.filters, *self._resolved(intent.comparisons))
            alone = self._states_only_conditions(intent, line)
            if conditions and last is not None and (alone or self._adds_nothing(intent.query)):
                return self._again(last, narrowed(last.conditions, conditions))
            return self._list(None if alone else intent.query or None, conditions)
        if intent.action == "similar":
            item = self._referent(intent.subject)
            return self._list(intent.query or None, (*intent.filters, *self._resolved(intent.comparisons)), like=item)
        if intent.action == "drop":
            return self._without(intent.subject)
        if intent.action == "more":
            if last is None:
                raise BadInput("there is no list yet that could go on; ask for something first")
            return self._again(last, last.conditions, last.items)
        return None

    def _without_list(self, intent: Intent, line: str) -> Reply | None:
        """Answer a line by its act, or take back what was to last; None where a list, or a command, is wanted."""
        language = "zh" if is_chinese(line) else "en"
        if back := self._acts.withdrawn(line, self.state):
            self.state = self.state.without(back)
            values = ", ".join(value for condition in back for value in values_of(condition))
            return Reply(SAYS["taken back"][language].format(values=values))
        answer = self._acts.reply(line, intent, self.state, self.history)
        if answer is None:
            return None
        topic = answer.topic or self.state.topic
        if answer.why:
            return self._why(Intent("why", str(self._items.index(answer.topic or "") + 1)))
        spoken = self.state.short_replies + 1
        self.state = self.state.model_copy(update={"topic": topic, "short_replies": spoken})
        return Reply(answer.text, done=answer.ends)

    def _note_lasting(self, intent: Intent, line: str) -> str:
        """Keep the conditions of a line that hold until they are taken back, and say so."""
        new = tuple(each for each in self._acts.lasting(line, intent, self.state) if each not in self.state.lasting)
        if not new:
            return ""
        self.state = self.state.model_copy(update={"lasting": narrowed(self.state.lasting, new)})
        language = "zh" if is_chinese(line) else "en"
        return SAYS["lasting"][language].format(conditions=describe_conditions(new, language))

    def _list(
        self, query: str | None, conditions: tuple[str, ...], like: str | None = None, image: str | None = None
    ) -> ListState:
        """Describe a new list; of what lasts, it meets all but what the line itself asks for."""
        held = self.state.in_force(conditions)
        return ListState(query=query, conditions=held, like=like, image=image, excluded=self._rejected)

    def _again(self, last: ListState, conditions: tuple[str, ...], more: tuple[str, ...] = ()) -> ListState:
        """Describe the last list with other conditions, or without what it showed."""
        excluded = tuple(dict.fromkeys((*last.excluded, *more, *self._rejected)))
        return last.model_copy(
            update={"conditions": conditions, "excluded": excluded, "items": (), "response_id": None}
        )

    def _without(self, dropped: str) -> ListState:
        """Describe the last list without these conditions. Raises `BadInput` where it has none of them."""
        last = self.state.last
        gone = {_folded(part) for part in (dropped, *dropped.split(" and "))}
        kept = tuple(condition for condition in self.conditions if _folded(condition) not in gone)
        lasting = tuple(condition for condition in self.state.lasting if _folded(condition) not in gone)
        if lasting != self.state.lasting:
            self.state = self.state.model_copy(update={"lasting": lasting})
        if last is None or kept == last.conditions:
            had = f"its conditions are {' and '.join(self.conditions)}" if self.conditions else "it has no conditions"
            raise BadInput(f"the last list has no condition {dropped}; {had}")
        return self._again(last, kept)

    def _request(self, wanted: ListState) -> Request:
        """Write the request for a list. Raises `BadInput` where what it is like is not at hand any more."""
        if wanted.like is not None and wanted.like not in self._offered:
            raise BadInput("the item that the list was like is not offered any more; ask for something else")
        if wanted.image is not None and wanted.image not in self._pictures:
            raise BadInput("the picture of before is not kept; send it again")
        return Request(
            history=self.history,
            query=wanted.query,
            k=LIST_LENGTH,
            like=wanted.like,
            image=None if wanted.image is None else self._pictures[wanted.image],
            never=self._available(wanted.excluded),
            where=" and ".join((*([self._where] if self._where else []), *wanted.conditions)) or None,
            context=self._context,
        )

    @property
    def _items(self) -> tuple[str, ...]:
        """Ids of the last list."""
        return self.state.last.items if self.state.last else ()

    @property
    def _rejected(self) -> tuple[str, ...]:
        """Ids of all items that must not be recommended; what was liked since is none of them."""
        before = (id for id in self._never if id not in self.state.liked)
        return tuple(dict.fromkeys((*before, *self.state.rejected)))

    def _available(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(id for id in ids if id in self._offered)

    def _why(self, intent: Intent) -> Reply:
        item = self._referent(intent.subject or "1")
        if not self._items:
            raise BadInput("there is no list yet to speak of; ask for something first")
        if item not in self._items:
            raise BadInput(f"{self._title(item)} is not in the last list; ask why of a number in it")
        self.state = self.state.model_copy(update={"topic": item})
        return Reply(why=item)

    def _like(self, intent: Intent) -> Reply:
        item = self._referent(intent.subject)
        liked = self.state.liked if item in self.state.liked else (*self.state.liked, item)
        rejected = tuple(id for id in self.state.rejected if id != item)
        self.state = self.state.model_copy(update={"liked": liked, "rejected": rejected, "topic": item})
        return Reply(f"Noted: {self._title(item)} is now the latest of your {len(self.history)}.")

    def _reject(self, intent: Intent) -> Reply:
        item = self._referent(intent.subject)
        rejected = tuple(dict.fromkeys((*self.state.rejected, item)))
        self.state = self.state.model_copy(update={"rejected": rejected})
        return Reply(f"{self._title(item)} will not be shown again.")

    def _begin_anew(self, _intent: Intent) -> Reply:
        self.state = self.state.model_copy(update={"last": None, "topic": None})
        words = "Nothing of what you asked for counts any longer; what would you like?"
        if not self.state.lasting:
            return Reply(words)
        lasting = describe_conditions(self.state.lasting, "en")
        return Reply(f"{words} {SAYS['still lasting']['en'].format(conditions=lasting)}")

    def _referent(self, subject: str) -> str:
        return find_item(subject, self.state, self._words, self._offered)

    def _resolved(self, comparisons: Sequence[Comparison]) -> tuple[str, ...]:
        return resolve_comparisons(comparisons, self.state, self._words, self._offered)

    def _title(self, item: str) -> str:
        return plain(self.catalog.item(item).title)

    def _states_only_conditions(self, intent: Intent, line: str) -> bool:
        """Whether a line says what is to last, and around it only of the person: "no children's films, I am 45"."""
        lasting = self._acts.lasting(line, intent, self.state)
        return (
            bool(lasting) and all(each in lasting for each in intent.filters) and _OF_ONESELF.search(line) is not None
        )

    def _adds_nothing(self, query: str) -> bool:
        """Whether a query only refers to the last list; "red ones" does, beside the condition that "red" is."""
        bare = query
        if _REFERS_BACK.search(query):
            for mention in reversed(Lexicon.of(self._words).mentions(query)):
                bare = bare[: mention.start] + bare[mention.end :]
        return all(word in _FILLERS for word in re.findall(r"\w+", bare.lower()))


def _folded(condition: str) -> str:
    return condition.strip().casefold()


def _digest(image: bytes) -> str:
    return hashlib.sha256(image).hexdigest()
