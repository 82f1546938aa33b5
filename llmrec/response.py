"""What answers a request: ranked items, whole, or one by one as their reasons are written."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from llmrec.catalog import AttributeValue
from llmrec.evidence.records import ItemEvidence
from llmrec.rationale.write import Rationale

if TYPE_CHECKING:
    import pandas as pd

    from llmrec.reasons import RankingState


@dataclass(frozen=True, slots=True, repr=False)
class Recommended:
    """One item of a response.

    Parameters
    ----------
    id, title, attributes
        As the catalogue has them.
    score
        The fused score: the sum of `parts`.
    parts
        Score component -> what it adds to `score`.
    rationale
        The checked sentence, where reasons were asked for.
    evidence
        What moved the score, where reasons were asked for.
    """

    id: str
    title: str
    score: float
    parts: dict[str, float]
    attributes: dict[str, AttributeValue]
    rationale: Rationale | None = None
    evidence: ItemEvidence | None = None

    def __repr__(self) -> str:
        """Id, title, score and sentence: evidence and parts fill pages."""
        sentence = f": {self.rationale.text}" if self.rationale else ""
        return f"Recommended({self.id!r}, {self.title!r}, {self.score:.2f}{sentence})"

    def to_dict(self) -> dict[str, Any]:
        """The item as JSON holds it; the evidence is part of the rationale."""
        return {
            "id": self.id,
            "title": self.title,
            "score": self.score,
            "parts": self.parts,
            "attributes": self.attributes,
            "rationale": self.rationale.to_dict() if self.rationale else None,
        }


@dataclass(frozen=True, repr=False)
class Response:
    """The items recommended for a request.

    Parameters
    ----------
    items
        Best first.
    history
        Ids of the history items that were read, oldest first.
    timings
        Step -> seconds.
    notes
        Remarks for the reader.
    degraded
        What was out of reach and was replaced: "llm" (its server), "index", "index:2" (the second of its servers).

    Notes
    -----
    A response holds the situation that it was ranked in, so that `Recommender.explain` can give the reasons later. The
    situation does not outlive the process: a response that was pickled, copied, or read from JSON has none.
    """

    items: tuple[Recommended, ...]
    history: tuple[str, ...]
    timings: dict[str, float]
    notes: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    _state: "RankingState | None" = field(default=None, repr=False, compare=False)

    def candidates(self, most: int) -> list[tuple[str, float]]:
        """Rank what the request leaves open beyond the items of the response.

        Parameters
        ----------
        most
            Candidates at most.

        Returns
        -------
        list of tuple of (str, float)
            Item ids and fused scores, best first; empty where the response does not hold the situation that it was
            ranked in.
        """
        return [] if self._state is None else self._state.candidates(most)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the items as a table.

        Returns
        -------
        pandas.DataFrame
            Index `rank`, from 1; columns `id`, `title`, `score`, `rationale` (the sentence, where there are some) and
            one an attribute.

        Examples
        --------
        >>> recommender.recommend(user="471", k=5).to_pandas()[["title", "score"]]  # doctest: +SKIP
        """
        from llmrec.notebook import frame

        return frame(self)

    def __repr__(self) -> str:
        """An item a line."""
        from llmrec.notebook import lines

        return "\n".join(lines(self))

    def _repr_html_(self) -> str:
        """Cards, for a notebook."""
        from llmrec.notebook import html

        return html(self)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_state": None}

    def to_dict(self) -> dict[str, Any]:
        """The response as JSON holds it."""
        return {
            "items": [item.to_dict() for item in self.items],
            "history": list(self.history),
            "timings": self.timings,
            "notes": list(self.notes),
            "degraded": list(self.degraded),
        }


class Trace:
    """What happened while a request was answered; every step of it adds its own.

    Attributes
    ----------
    timings : dict of str to float
        Step -> seconds, those of a step that comes again added up.
    notes : list of str
        Remarks for the reader.
    degraded : set of str
        What was out of reach and was replaced.
    """

    def __init__(self, response: Response | None = None) -> None:
        """Begin a trace, or continue that of `response`."""
        self.timings = dict(response.timings) if response else {}
        self.notes = list(response.notes) if response else []
        self.degraded = set(response.degraded) if response else set()
        self._last = time.perf_counter()

    def resume(self) -> None:
        """Leave the time since the last `lap` out of account."""
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """Add the time since the last `lap` or `resume` to a step."""
        now = time.perf_counter()
        self.timings[step] = round(self.timings.get(step, 0.0) + now - self._last, 4)
        self._last = now


@dataclass
class Streamed:
    """A response whose reasons are being written.

    Parameters
    ----------
    items
        The items as ranked.
    history
        Ids of the history items that were read, oldest first.
    trace
        Timings, notes and what was out of reach; complete when `explained` is exhausted.
    explained
        Gives each item, in order, as soon as its sentence is written and checked; without reasons, as ranked.
    explains
        Whether reasons were asked for: `explained` then takes seconds.
    state
        The situation the items were ranked in.
    """

    items: tuple[Recommended, ...]
    history: tuple[str, ...]
    trace: Trace
    explained: Iterator[Recommended]
    explains: bool
    state: "RankingState | None" = None

    @property
    def timings(self) -> dict[str, float]:
        """Step -> seconds, so far."""
        return self.trace.timings

    @property
    def notes(self) -> list[str]:
        """Remarks for the reader, so far."""
        return self.trace.notes

    @property
    def degraded(self) -> tuple[str, ...]:
        """What was out of reach and was replaced, so far."""
        return tuple(sorted(self.trace.degraded))

    def whole(self) -> Response:
        """Wait for all reasons."""
        return self.response(tuple(self.explained))

    def response(self, items: tuple[Recommended, ...]) -> Response:
        """The response with these items, which are its own as far as `explained` has given them."""
        return Response(items, self.history, self.timings, tuple(self.notes), self.degraded, self.state)
