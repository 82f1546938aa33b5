"""The scorer under audit: an item's score and rank after any history.

Results are cached, one line each, so that an interrupted run resumes.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrec.catalog.feedback import NO_PAST, Past
from llmrec.catalog.queries import ranked_query
from llmrec.errors import storage_error
from llmrec.evidence.effects import ABLATED, Situation
from llmrec.evidence.records import Evidence, ItemEvidence
from llmrec.pipeline import Pipeline
from llmrec.ranking.fused import ScoredRows
from llmrec.ranking.score_component import ScoringSituation
from llmrec.request import Request


class ResultCache:
    """Results by key in a file of JSON lines.

    Parameters
    ----------
    file : Path or None
        A truncated line is measured again. None: nothing is cached.
    """

    def __init__(self, file: Path | None) -> None:
        """See the class."""
        self._file = file
        self._results: dict[str, Any] = {}
        for line in file.read_text(encoding="utf-8").splitlines() if file and file.is_file() else ():
            try:
                key, value = json.loads(line)
            except ValueError:
                continue
            self._results[key] = value

    def get(self, parts: object, measure: Callable[[], Any]) -> Any:
        """Return a result, measured where it is not cached.

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
        if key not in self._results:
            self._results[key] = measure()
            if self._file:
                try:
                    with self._file.open("a", encoding="utf-8") as out:
                        out.write(json.dumps([key, self._results[key]]) + "\n")
                except OSError as error:
                    raise storage_error(f"the measurements {self._file}", error) from error
        return self._results[key]


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
    cache_file : Path, optional
        File of the cache, from which an interrupted run resumes.
    """

    def __init__(self, pipeline: Pipeline, cache_file: Path | None = None) -> None:
        """See the class."""
        self.pipeline, self.catalog = pipeline, pipeline.catalog
        self._cache = ResultCache(cache_file)

    def standings(
        self,
        item: str,
        history: Sequence[str],
        alternatives: Sequence[Sequence[str]],
        query: str,
        user: str | None = None,
    ) -> list[Standing]:
        """Score the item after the whole history, then after each of others.

        Parameters
        ----------
        item : str
        history : sequence of str
            Item ids, oldest first.
        alternatives : sequence of sequence of str
            Histories to compare with.
        query : str
            In words; "" for none.
        user : str, optional
            Whose history it is: their events tell when they took what, and how they rated it.

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
        query = ranked_query(query, self.catalog)
        weights = sorted((str(key), weight) for key, weight in self.pipeline.weights(query, len(history)).items())
        parts = [self.pipeline.name, item, list(history), [list(other) for other in alternatives], query, weights]
        past = self._past(user, history)
        if past != NO_PAST:
            parts.append(hashlib.sha256(repr(past).encode()).hexdigest())
        results = self._cache.get(parts, lambda: self._standings(item, history, alternatives, query, past))
        return [Standing(float(score), int(rank)) for score, rank in results]

    def _standings(
        self, item: str, history: Sequence[str], alternatives: Sequence[Sequence[str]], query: str, past: Past
    ) -> list[tuple[float, int]]:
        rows = tuple(self.catalog.rows(tuple(history)))
        rows_of_alternatives = [tuple(self.catalog.rows(tuple(alternative))) for alternative in alternatives]
        query_text, row = self.pipeline.words(query) if query else None, self.catalog.rows([item])[0]
        scored = ScoredRows.whole(len(self.catalog.items), [at for at in rows if at != row])
        q = self.pipeline.engine.query_vectors([rows], [query]).vectors[0]
        asked = ScoringSituation(q, rows, query_text, past, query)
        situation = Situation.of(asked, scored, self.pipeline.components, self.pipeline.weights(query, len(rows)))
        fused = situation.fused(situation.parts)
        scores = [fused]
        for start in range(0, len(rows_of_alternatives), BATCH):
            part = rows_of_alternatives[start : start + BATCH]
            answer = self.pipeline.engine.query_vectors(part, [query] * len(part))
            scores.extend(situation.fused(situation.rescored(self.pipeline.components, answer.vectors, part)))
        spread, mean, place = float(fused.std()) or 1.0, float(fused.mean()), scored.places([row])[0]
        return [((float(each[place]) - mean) / spread, 1 + int((each > each[place]).sum())) for each in scores]

    def _past(self, user: str | None, history: Sequence[str]) -> Past:
        """What the events of a user with the items of a history say beside their order."""
        known = set(history)
        events = [event for event in self.catalog.histories.get(user or "", ()) if event.item in known]
        return Request(history=tuple(dict.fromkeys(history)), events=tuple(events)).past(self.catalog)

    def effects(self, item: str, history: Sequence[str], user: str | None = None) -> ItemEvidence:
        """Measure what each of the newest history items adds to the item's score.

        Parameters
        ----------
        item : str
        history : sequence of str
            Item ids, oldest first.
        user : str, optional
            As of `standings`.

        Returns
        -------
        ItemEvidence
            Evidence for another system's text.
        """
        positions = range(max(0, len(history) - ABLATED), len(history))
        without = [[*history[:n], *history[n + 1 :]] for n in positions]
        full, *ablations = self.standings(item, history, without, "", user)
        records = [
            Evidence(history[n], None, None, full.score - ablated.score)
            for n, ablated in zip(positions, ablations, strict=True)
        ]
        return ItemEvidence(item, tuple(sorted(records, key=lambda record: -record.effect)))
