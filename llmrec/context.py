"""Time and place of a request, in the words that the LLM reads: "it is a winter evening; at home; on a phone".

The wording is a pure function of the fields, in training as in use, and follows the query in the prompt.
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
    """Time, season, place and device of a request.

    Parameters
    ----------
    time_of_day, season : str, optional
        One of `TimeOfDay`, `Season`.
    place, device : str, optional
        Free text ("at home", "train"; "phone"), read as data like catalogue text, `SHORT` characters of it.

    Raises
    ------
    BadInput
        For a time of day or a season that there is not.
    """

    time_of_day: TimeOfDay | None = None
    season: Season | None = None
    place: str | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("time_of_day", self.time_of_day, get_args(TimeOfDay)),
            ("season", self.season, get_args(Season)),
        ):
            if value is not None and value not in allowed:
                raise BadInput(f"`{name}` is {value!r}; pass one of {', '.join(allowed)}")

    @classmethod
    def at(cls, timestamp: float) -> "Context":
        """Return the time of day and the season of a timestamp, whose place is unknown.

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
        """Return the context as the LLM reads it; "" where nothing is given."""
        place, device = (as_data(value or "", SHORT) for value in (self.place, self.device))
        parts = []
        if self.season and self.time_of_day:
            parts.append(f"it is {_a(f'{self.season} {self.time_of_day}')}")
        elif moment := self.season or self.time_of_day:
            parts.append(f"it is {moment}")
        if place:
            parts.append(place if re.match(r"(?:at|in|on|by|near|with|under)\b", place) else f"at {place}")
        if device:
            parts.append(f"on {_a(device)}")
        return "; ".join(parts)


def with_context(query: str, context: str) -> str:
    """Append the words of a context to a query.

    Parameters
    ----------
    query : str
        The request's words.
    context : str
        `Context.words()`; "" without a context.

    Returns
    -------
    str
        Cut so that both fit; the query alone without a context.
    """
    if not context:
        return query
    return f"{as_data(query, LIMIT - len(context) - 2) or NO_QUERY}; {context}"


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
