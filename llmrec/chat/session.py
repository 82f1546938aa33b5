"""One conversation: remembers what was liked, seen and turned down, and what the last list was."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmrec.chat.lexicon import Lexicon
from llmrec.chat.numbers import LAST, THAT, THESE, Comparison
from llmrec.chat.titles import find_title
from llmrec.chat.understand import Intent, understanding
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request
from llmrec.retrieval.filters import parse_where

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from llmrec.catalog import Catalog
    from llmrec.response import Recommended, Response

SHOWN = 5
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
"""Words that make no wish of their own: a line of conditions and these alone narrows what was asked before."""
_REFERS = re.compile(r"\bones?\b|^(?:but|and|only|just|also|or|rather|no[,.])\b", re.I)
"""What speaks of the last list: "red ones"."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one line: words, a list, or the reasons for one item of the list."""

    words: str = ""
    response: "Response | None" = None
    why: "Recommended | None" = None
    done: bool = False


class Session:
    """A conversation with one person, who has a history, or with a newcomer."""

    def __init__(
        self,
        catalog: "Catalog",
        recommend: "Callable[[Request], Response]",
        history: Sequence[str] = (),
        never: Sequence[str] = (),
        understand: "Runnable[str, Intent] | None" = None,
        always: str | None = None,
        context: Context | None = None,
    ) -> None:
        """`history`: item ids, oldest first; `never`: ids that must not be shown; `always`: a filter that holds
        whatever is said; `understand`: what reads a line, the rules by default. Raises `UnknownItem`, `BadFilter`.
        """
        catalog.rows([*history, *never])
        if always:
            parse_where(always, catalog)
        self.catalog, self._recommend = catalog, recommend
        self.history, self.rejected = list(history), dict.fromkeys(never)
        self.asked: Request | None = None
        self.shown: tuple[Recommended, ...] = ()
        """The last list, where it was made here."""
        self.listed: tuple[str, ...] = ()
        """Ids of the last list."""
        self.conditions: tuple[str, ...] = ()
        """What every item of the last list must meet, as `--where` takes it."""
        self.spoken: str | None = None
        """The item that was spoken of last: "that"."""
        self._understand = understand or understanding(catalog)
        self._always, self._context = always, context
        self._answers: dict[str, Callable[[Intent], Reply]] = {
            "why": self._why,
            "like": self._interacted,
            "seen": self._interacted,
            "not": self._reject,
            "anew": self._begin_anew,
            "help": lambda _intent: Reply(HELP),
            "quit": lambda _intent: Reply("Goodbye.", done=True),
        }

    def say(self, line: str, image: bytes | None = None) -> Reply:
        """The reply to one line and perhaps a picture; raises `BadInput`, whose sentence is the answer, where it
        cannot be met."""
        if not line.strip() and image is None:
            return Reply(HELP)
        return self.answer(self._understand.invoke(line), line, image)

    def answer(self, intent: Intent, line: str, image: bytes | None = None) -> Reply:
        """The reply to a line that was understood; see `say`."""
        if not line.strip() and image is None:
            return Reply(HELP)
        asked = self._request(intent, image, line)
        return self._answers[intent.action](intent) if asked is None else self._list(asked)

    def recall(self, line: str, listed: Sequence[str], image: bytes | None = None) -> None:
        """A line of earlier in this conversation, and the ids of the list that answered it, if one did."""
        intent = self._understand.invoke(line)
        try:
            asked = self._request(intent, image, line) if line.strip() or image else None
            if asked is None and intent.action in ("like", "seen", "not", "anew"):
                self._answers[intent.action](intent)
        except BadInput:
            return  # it was told so then
        if asked is not None:
            self.asked = asked
        if listed:
            self.listed, self.shown = tuple(listed), ()

    def explained(self) -> "tuple[Recommended, ...]":
        """The last list with its reasons, which take seconds: measured when they are asked for. Raises `BadInput`."""
        if self.asked is None or not self.listed:
            raise BadInput("there is no list yet to speak of; ask for something first")
        if not self.shown or self.shown[0].rationale is None:
            self._list(self._as_it_was(self.asked))
        return self.shown

    def _as_it_was(self, asked: Request) -> Request:
        """What made the last list, to be explained: what was taken of it or turned down since was neither then."""
        history, never = ([id for id in ids if id not in self.listed] for ids in (asked.history or (), asked.never))
        return dataclasses.replace(asked, explain=True, history=tuple(history), never=tuple(never))

    def _request(self, intent: Intent, image: bytes | None, line: str) -> Request | None:
        """What a line asks of the recommender; None where it asks for no list. Raises `BadInput`."""
        if image is not None:
            self.conditions = intent.filters
            return self._new(query=intent.query or None, image=image)
        if intent.action == "ask":
            if not self.listed and any(each.subject == THESE for each in intent.compared):
                # "something older", before there is anything to compare with, is a wish
                self.conditions = intent.filters
                return self._new(query=line)
            said = (*intent.filters, *self._against(intent.compared))
            if said and self.asked is not None and self._says_nothing(intent.query):
                self.conditions = _narrowed(self.conditions, said)
                return self._again(self.asked.never)
            self.conditions = said
            return self._new(query=intent.query or None)
        if intent.action == "similar":
            item = self._meant(intent.subject)
            self.conditions = (*intent.filters, *self._against(intent.compared))
            self.spoken = item
            return self._new(query=intent.query or None, like=item)
        if intent.action == "drop":
            return self._without(intent.subject)
        if intent.action == "more":
            if self.asked is None:
                raise BadInput("there is no list yet that could go on; ask for something first")
            return self._again((*self.asked.never, *self.listed))
        return None

    def _new(self, query: str | None, like: str | None = None, image: bytes | None = None) -> Request:
        return Request(
            history=tuple(self.history), query=query, k=SHOWN, like=like, image=image, never=tuple(self.rejected),
            where=" and ".join((*([self._always] if self._always else []), *self.conditions)) or None,
            context=self._context,
        )  # fmt: skip

    def _without(self, dropped: str) -> Request:
        """What was asked last, without these conditions. Raises `BadInput` where the last list has none of them."""
        gone = {_plain(part) for part in (dropped, *dropped.split(" and "))}
        kept = tuple(condition for condition in self.conditions if _plain(condition) not in gone)
        if self.asked is None or kept == self.conditions:
            had = f"its conditions are {' and '.join(self.conditions)}" if self.conditions else "it has no conditions"
            raise BadInput(f"the last list has no condition {dropped}; {had}")
        self.conditions = kept
        return self._again(self.asked.never)

    def _again(self, never: Sequence[str]) -> Request:
        """What was asked last, with the conditions and the history of now."""
        assert self.asked is not None
        again = self._new(self.asked.query, self.asked.like)
        never = tuple(dict.fromkeys((*never, *self.rejected)))
        return dataclasses.replace(again, image=self.asked.image, never=never)

    def _list(self, asked: Request) -> Reply:
        response = self._recommend(asked)
        self.asked, self.shown = asked, response.items
        self.spoken = asked.like
        self.listed = tuple(item.id for item in response.items)
        return Reply(response=response)

    def _why(self, intent: Intent) -> Reply:
        item = self._meant(intent.subject or "1")
        for recommended in self.explained():
            if recommended.id == item:
                self.spoken = item
                return Reply(why=recommended)
        raise BadInput(f"{self.catalog.item(item).title} is not in the last list; ask why of a number in it")

    def _interacted(self, intent: Intent) -> Reply:
        item = self._meant(intent.subject)
        if item not in self.history:
            self.history.append(item)
        self.rejected.pop(item, None)
        self.spoken = item
        return Reply(f"Noted: {self.catalog.item(item).title} is now the latest of your {len(self.history)}.")

    def _reject(self, intent: Intent) -> Reply:
        item = self._meant(intent.subject)
        self.rejected[item] = None
        return Reply(f"{self.catalog.item(item).title} will not be shown again.")

    def _meant(self, subject: str) -> str:
        """The item of a place in the last list, or of a title; "that" is what was spoken of last, or the first."""
        if subject == THAT:
            if self.spoken is None and not self.listed:
                raise BadInput("there is nothing yet that could be meant; ask for something first")
            return self.spoken or self.listed[0]
        subject = str(len(self.listed)) if subject == LAST else subject
        if subject.isdigit() and int(subject) <= max(len(self.listed), 100):
            if not 1 <= int(subject) <= len(self.listed):
                raise BadInput(f"there is no number {subject} in the last list; ask for something first")
            return self.listed[int(subject) - 1]
        return find_title(subject, self.catalog)

    def _against(self, compared: Sequence[Comparison]) -> tuple[str, ...]:
        """The comparisons as conditions: less than an item has is less than its number, than a list the least of it.

        Raises `BadInput` where there is no such item or it lacks the attribute.
        """
        found = []
        for each in compared:
            if each.subject == THESE and not self.listed:
                raise BadInput("there is no list yet to compare with; ask for something first")
            items = self.listed if each.subject == THESE else (self._meant(each.subject),)
            held = [self.catalog.item(id).attributes.get(each.attribute) for id in items]
            numbers = [float(value) for value in held if isinstance(value, int | float)]
            if not numbers:
                title = self.catalog.item(items[0]).title
                raise BadInput(f"the {each.attribute} of {title} is not known; compare with another item")
            found.append(f"{each.attribute}{each.operator}{(min if '<' in each.operator else max)(numbers):.10g}")
        return tuple(found)

    def _says_nothing(self, query: str) -> bool:
        """Whether a wish only refers to the last list; "red ones" does, beside the condition that "red" is."""
        bare = query
        if _REFERS.search(query):
            for named in reversed(Lexicon.of(self.catalog).named(query)):
                bare = bare[: named.start] + bare[named.end :]
        return all(word in _FILLERS for word in re.findall(r"\w+", bare.lower()))

    def _begin_anew(self, _intent: Intent) -> Reply:
        self.asked, self.shown, self.listed, self.conditions, self.spoken = None, (), (), (), None
        return Reply("Nothing of what you asked for counts any longer; what would you like?")


def _plain(condition: str) -> str:
    return condition.strip().casefold()


def _narrowed(before: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """Both, but of a quantity or a demanded word that is said anew the old is dropped."""
    anew = {_attribute(condition) for condition in now if "!=" not in condition}
    kept = [condition for condition in before if "!=" in condition or _attribute(condition) not in anew]
    return tuple(dict.fromkeys((*kept, *now)))


def _attribute(condition: str) -> str:
    return re.split(r"[<>=!]", condition, maxsplit=1)[0]
