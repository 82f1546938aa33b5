"""The scorer under audit: what an item scores, and where it ranks, after any history.

What was measured or written already is kept, a line each, so that a run that was cut off goes on where it was.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.errors import storage_error
from llmrec.evidence.effects import ABLATED, Situation
from llmrec.evidence.records import Evidence, ItemEvidence
from llmrec.pipeline import Pipeline
from llmrec.ranking.score_component import ComponentKey


class ResultCache:
    """Results by key in a file of JSON lines.

    Parameters
    ----------
    file : Path or None
        A line that was cut off is measured anew. None: nothing is kept.
    """

    def __init__(self, file: Path | None) -> None:
        """See the class."""
        self._file = file
        self._found: dict[str, Any] = {}
        for line in file.read_text(encoding="utf-8").splitlines() if file and file.is_file() else ():
            try:
                key, value = json.loads(line)
            except ValueError:
                continue
            self._found[key] = value

    def get(self, parts: object, measure: Callable[[], Any]) -> Any:
        """Return a result, measured where it is not kept.

        Parameters
        ----------
        parts : object
            All that it depends on, as JSON takes it.
        measure : callable
            Gives the result, as JSON takes it.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        key = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:24]
        if key not in self._found:
            self._found[key] = measure()
            if self._file:
                try:
                    with self._file.open("a", encoding="utf-8") as out:
                        out.write(json.dumps([key, self._found[key]]) + "\n")
                except OSError as error:
                    raise storage_error(f"the measurements {self._file}", error) from error
        return self._found[key]


Floats = NDArray[np.float32]
BATCH = 256
"""Histories scored at once."""


@dataclass(frozen=True)
class Standing:
    """The item after one history.

    Attributes
    ----------
    score : float
        In standard deviations of the user's scores.
    rank : int
        From 1.
    """

    score: float
    rank: int


class Scorer:
    """The fused score of an opened catalogue, for any history.

    Normalisation stays that of the whole history, as in the evidence.

    Parameters
    ----------
    pipeline : Pipeline
    kept : Path, optional
        File that remembers what was scored, where runs may be cut off.
    """

    def __init__(self, pipeline: Pipeline, kept: Path | None = None) -> None:
        """See the class."""
        self.pipeline, self.catalog = pipeline, pipeline.catalog
        self._kept = ResultCache(kept)

    def standings(
        self, item: str, history: Sequence[str], others: Sequence[Sequence[str]], query: str
    ) -> list[Standing]:
        """Score the item after the whole history, then after each of others.

        Parameters
        ----------
        item : str
        history : sequence of str
            Item ids, oldest first.
        others : sequence of sequence of str
            Histories to compare with.
        query : str
            In words; "" for none.

        Returns
        -------
        list of Standing
            Ranks are among the items that the whole history lacks.

        Raises
        ------
        UnknownItem
            Where the catalogue lacks an item.
        StorageError
            Where the disk refuses.
        """
        parts = [self.pipeline.name, item, list(history), [list(other) for other in others], query]
        found = self._kept.get(parts, lambda: self._standings(item, history, others, query))
        return [Standing(float(score), int(rank)) for score, rank in found]

    def _standings(
        self, item: str, history: Sequence[str], others: Sequence[Sequence[str]], query: str
    ) -> list[tuple[float, int]]:
        rows = tuple(self.catalog.rows(tuple(history)))
        left = [tuple(self.catalog.rows(tuple(other))) for other in others]
        situation = self._situation(rows, query)
        fused = situation.fused(situation.parts)
        spread = float(fused[situation.open_items].std()) or 1.0
        row = self.catalog.rows([item])[0]
        scores = [fused]
        for start in range(0, len(left), BATCH):
            parts = self._parts(left[start : start + BATCH], query, situation.query_text)
            scores.extend(situation.fused(parts))
        level = float(fused[situation.open_items].mean())
        return [
            ((float(of[row]) - level) / spread, 1 + int((of[situation.open_items] > of[row]).sum())) for of in scores
        ]

    def effects(self, item: str, history: Sequence[str]) -> ItemEvidence:
        """Measure what each of the newest history items adds to the item's score.

        Parameters
        ----------
        item : str
        history : sequence of str
            Item ids, oldest first.

        Returns
        -------
        ItemEvidence
            Evidence for another system's text.
        """
        left = range(max(0, len(history) - ABLATED), len(history))
        without = [[*history[:n], *history[n + 1 :]] for n in left]
        whole, *rest = self.standings(item, history, without, "")
        records = [
            Evidence(history[n], None, None, whole.score - there.score) for n, there in zip(left, rest, strict=True)
        ]
        return ItemEvidence(item, tuple(sorted(records, key=lambda record: -record.effect)))

    def _situation(self, history: tuple[int, ...], query: str) -> Situation:
        asked = self.pipeline.words(query) if query else None
        parts = {name: scores[0] for name, scores in self._parts([history], query, asked).items()}
        open_items = np.ones(len(self.catalog.items), np.bool_)
        open_items[list(history)] = False
        return Situation(history, query, asked, parts, self.pipeline.weights(query), open_items)

    def _parts(
        self, histories: Sequence[tuple[int, ...]], query: str, asked: Floats | None
    ) -> dict[ComponentKey, Floats]:
        q = self.pipeline.engine.query_vectors(histories, [query] * len(histories)).vectors
        repeated = None if asked is None else np.repeat(asked[None], len(histories), axis=0)
        return self.pipeline.components.scores(q, histories, repeated)
