"""When and where somebody asks, in the words that the LLM reads: "it is a winter evening; at home; on a phone".

The wording is a pure function of the fields, in training as in use, and stands after the wish in the prompt's own slot.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from llmrec.errors import BadInput
from llmrec.prompts import LIMIT, as_data

TimeOfDay = Literal["morning", "afternoon", "evening", "night"]
Season = Literal["spring", "summer", "autumn", "winter"]
SHORT = 60
"""Characters of a place or device that are read."""
NO_QUERY = "anything"


@dataclass(frozen=True, slots=True)
class Context:
    """All of it may be missing. `place` ("at home", "train") and `device` ("phone") are data as catalogue text is."""

    time_of_day: TimeOfDay | None = None
    season: Season | None = None
    place: str | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        """Raises `BadInput` for a time of day or a season that there is not."""
        for name, value, known in (
            ("time_of_day", self.time_of_day, get_args(TimeOfDay)),
            ("season", self.season, get_args(Season)),
        ):
            if value is not None and value not in known:
                raise BadInput(f"`{name}` is {value!r}; pass one of {', '.join(known)}")

    @classmethod
    def at(cls, timestamp: float) -> "Context":
        """The time of day and the season of a moment, as far as a log without places can tell.

        Parameters
        ----------
        timestamp
            Unix seconds, read by the clock of UTC and north of the equator.
        """
        moment = datetime.fromtimestamp(timestamp, UTC)
        time: TimeOfDay = (
            "night" if moment.hour < 6 else "morning" if moment.hour < 12 else
            "afternoon" if moment.hour < 18 else "evening"
        )  # fmt: skip
        seasons: tuple[Season, ...] = ("winter", "spring", "summer", "autumn")
        return cls(time, seasons[moment.month % 12 // 3])

    def words(self) -> str:
        """As the LLM reads it; empty where nothing is known."""
        place, device = (as_data(value or "", SHORT) for value in (self.place, self.device))
        parts = []
        if self.season and self.time_of_day:
            parts.append(f"it is {_a(f'{self.season} {self.time_of_day}')}")
        elif when := self.season or self.time_of_day:
            parts.append(f"it is {when}")
        if place:
            parts.append(place if re.match(r"(?:at|in|on|by|near|with|under)\b", place) else f"at {place}")
        if device:
            parts.append(f"on {_a(device)}")
        return "; ".join(parts)


def worded(query: str, context: str) -> str:
    """A wish with the words of a context behind it, cut so that both are read; the wish alone where there is none."""
    if not context:
        return query
    return f"{as_data(query, LIMIT - len(context) - 2) or NO_QUERY}; {context}"


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
