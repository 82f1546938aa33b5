"""One conversation: remembers what was liked, seen and turned down, and what the last list was."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmrec.chat.titles import find_title
from llmrec.chat.understand import Intent, understanding
from llmrec.errors import BadInput

if TYPE_CHECKING:
    from llmrec.recommend import Recommended, Recommender, Response
    from llmrec.request import Request

SHOWN = 5
HELP = (
    "Say what you are in the mood for ('something funny from the 90s, not horror'), or: "
    "why 2 · like TITLE · not TITLE · seen TITLE · quit"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one line: words, a list, or the reasons for one item of the list."""

    words: str = ""
    response: "Response | None" = None
    why: "Recommended | None" = None
    done: bool = False


class Session:
    """A conversation with one person: a user of the catalogue, a given history, or a newcomer (neither)."""

    def __init__(
        self, recommender: "Recommender", user: str | None = None, history: tuple[str, ...] | None = None
    ) -> None:
        """Raises `UnknownUser` or `UnknownItem` where the user or the history is not the catalogue's."""
        self.recommender = recommender
        self.catalog = recommender.catalog
        given = history if history is not None else self.catalog.history(user) if user is not None else ()
        self.catalog.rows(given)
        self.history = list(given)
        self.rejected: set[str] = set()
        self.asked: Request | None = None
        self.shown: tuple[Recommended, ...] = ()
        self._understand = understanding(self.catalog)
        self._answers: dict[str, Callable[[Intent], Reply]] = {
            "ask": self._ask,
            "why": self._why,
            "like": self._took,
            "seen": self._took,
            "not": self._reject,
            "help": lambda _intent: Reply(HELP),
            "quit": lambda _intent: Reply("Goodbye.", done=True),
        }

    def say(self, line: str) -> Reply:
        """The reply to one line; raises `BadInput`, whose sentence is the answer, where it cannot be met."""
        if not line.strip():
            return Reply(HELP)
        intent = self._understand.invoke(line)
        return self._answers[intent.action](intent)

    def _ask(self, intent: Intent) -> Reply:
        from llmrec.request import Request

        self.asked = Request(
            user=None,
            history=tuple(self.history),
            query=intent.query or None,
            k=SHOWN + len(self.rejected),
            where=" and ".join(intent.filters) or None,
        )
        return self._recommend(self.asked)

    def _recommend(self, request: "Request") -> Reply:
        response = self.recommender.recommend(request)
        self.shown = tuple(item for item in response.items if item.id not in self.rejected)[:SHOWN]
        return Reply(response=response)

    def _why(self, intent: Intent) -> Reply:
        if not self.shown or self.asked is None:
            raise BadInput("there is no list yet to speak of; ask for something first")
        item = self._meant(intent.subject or "1")
        if self.shown[0].rationale is None:  # reasons take seconds: measured only when asked for
            self._recommend(dataclasses.replace(self.asked, explain=True))
        for recommended in self.shown:
            if recommended.id == item:
                return Reply(why=recommended)
        raise BadInput(f"{self.catalog.item(item).title} is not in the last list; ask why of a number in it")

    def _took(self, intent: Intent) -> Reply:
        item = self._meant(intent.subject)
        if item not in self.history:
            self.history.append(item)
        self.rejected.discard(item)
        return Reply(f"Noted: {self.catalog.item(item).title} is now the latest of your {len(self.history)}.")

    def _reject(self, intent: Intent) -> Reply:
        item = self._meant(intent.subject)
        self.rejected.add(item)
        return Reply(f"{self.catalog.item(item).title} will not be shown again.")

    def _meant(self, subject: str) -> str:
        """The item of a number in the last list, or of a title."""
        if subject.isdigit() and int(subject) <= max(len(self.shown), 100):
            if not 1 <= int(subject) <= len(self.shown):
                raise BadInput(f"there is no number {subject} in the last list; ask for something first")
            return self.shown[int(subject) - 1].id
        return find_title(subject, self.catalog)
