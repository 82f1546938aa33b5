"""llmrec's own score components: the LLM, the item-item model, likeness of media, preferences, popularity."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrec.ranking.cold_start import ColdStart
from llmrec.ranking.content import content_scores
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.preference import Preferences
from llmrec.ranking.score_component import (
    COLLABORATIVE,
    LLM,
    POPULARITY,
    PREFERENCE,
    WORDS,
    ComponentKey,
    Floats,
    ItemRows,
    ScoringBatch,
    ScoringSituation,
)


@dataclass(frozen=True, eq=False)
class LlmComponent:
    """q·v + b of the LLM's query vector.

    Parameters
    ----------
    vectors, biases
        ``(items, dim)`` and ``(items,)`` float32.
    cold_start
        Gives cold items the scores of items like them; None leaves their own.
    """

    vectors: Floats
    biases: Floats
    cold_start: ColdStart | None = None
    key = LLM

    def score(self, rows: ItemRows, situation: ScoringSituation) -> Floats:
        """See `ScoreComponent`."""
        return transferred(self.cold_start, rows, lambda at: self.vectors[at] @ situation.q + self.biases[at])

    def scores(self, batch: ScoringBatch) -> Floats:
        """See `DenseScoreComponent`."""
        scores: Floats = batch.q @ self.vectors.T + self.biases
        return self.cold_start.transfer(scores) if self.cold_start else scores


@dataclass(frozen=True, eq=False)
class CollaborativeComponent:
    """The item-item model's score of the history.

    Parameters
    ----------
    model
        Over the catalogue's rows.
    cold_start
        See `LlmComponent`.
    """

    model: Collaborative
    cold_start: ColdStart | None = None
    key = COLLABORATIVE

    def score(self, rows: ItemRows, situation: ScoringSituation) -> Floats:
        """See `ScoreComponent`."""
        return transferred(self.cold_start, rows, lambda at: self.model.score(situation.history, at))

    def scores(self, batch: ScoringBatch) -> Floats:
        """See `DenseScoreComponent`."""
        scores = self.model.scores(batch.histories)
        return self.cold_start.transfer(scores) if self.cold_start else scores


@dataclass(frozen=True, eq=False)
class HistoryLikeness:
    """Largest cosine of an item to the newest history items that have the modality; 0 where either is unknown.

    Parameters
    ----------
    key
        Its name.
    vectors
        ``(items, dim)`` float32 unit rows.
    mask
        ``(items,)`` bool: which items have the modality.
    last
        How many of the newest history items are compared.
    along
        What other components compare on the same vectors: one product serves them all.
    """

    key: ComponentKey
    vectors: Floats
    mask: NDArray[np.bool_]
    last: int
    along: tuple[int, ...]

    def score(self, rows: ItemRows, situation: ScoringSituation) -> Floats:
        """See `ScoreComponent`."""
        near = [row for row in situation.history[-self.last :] if self.mask[row]]
        if not near:
            return np.zeros(len(rows), np.float32)
        cosine = (self.vectors[rows] @ self.vectors[near].T).max(axis=1)
        return np.where(self.mask[rows], cosine, np.float32(0)).astype(np.float32)

    def scores(self, batch: ScoringBatch) -> Floats:
        """See `DenseScoreComponent`."""
        place = (id(self.vectors), self.along)
        if place not in batch.shared:
            found = content_scores(self.vectors, self.mask, batch.histories, self.along)
            batch.shared[place] = dict(zip(self.along, found, strict=True))
        scores: Floats = batch.shared[place][self.last]
        return scores


@dataclass(frozen=True, eq=False)
class PreferenceComponent:
    """Which values of the items' codes the history prefers (see `llmrec.ranking.preference`).

    Parameters
    ----------
    preferences
        Over the catalogue's rows.
    """

    preferences: Preferences
    key = PREFERENCE

    def score(self, rows: ItemRows, situation: ScoringSituation) -> Floats:
        """See `ScoreComponent`."""
        found: Floats = self.preferences.scores([situation.history], rows=rows)[0]
        return found

    def scores(self, batch: ScoringBatch) -> Floats:
        """See `DenseScoreComponent`."""
        return self.preferences.scores(batch.histories)


@dataclass(frozen=True, eq=False)
class FixedComponent:
    """Scores that are the same whatever the history: popularity, or likeness to the request's example.

    Parameters
    ----------
    key
        Its name.
    values
        ``(items,)`` float32.
    """

    key: ComponentKey
    values: Floats

    @classmethod
    def popularity(cls, popular: Floats) -> "FixedComponent":
        """How many histories hold the item, `popular (items,)`."""
        return cls(POPULARITY, popular)

    def score(self, rows: ItemRows, situation: ScoringSituation) -> Floats:
        """See `ScoreComponent`."""
        del situation
        return self.values[rows]

    def scores(self, batch: ScoringBatch) -> Floats:
        """See `DenseScoreComponent`."""
        return np.broadcast_to(self.values, (len(batch), len(self.values)))


@dataclass(frozen=True, eq=False)
class WordsComponent:
    """Cosine of the query's words to the item's text; 0 for an item without text, or without a query.

    Parameters
    ----------
    vectors
        ``(items, dim)`` float32 unit rows of the items' text.
    mask
        ``(items,)`` bool.
    """

    vectors: Floats
    mask: NDArray[np.bool_]
    key = WORDS

    def score(self, rows: ItemRows, situation: ScoringSituation) -> Floats:
        """See `ScoreComponent`."""
        if situation.words is None:
            return np.zeros(len(rows), np.float32)
        return np.where(self.mask[rows], self.vectors[rows] @ situation.words, np.float32(0)).astype(np.float32)

    def scores(self, batch: ScoringBatch) -> Floats:
        """See `DenseScoreComponent`."""
        if batch.words is None:
            return np.zeros((len(batch), len(self.mask)), np.float32)
        return np.where(self.mask, batch.words @ self.vectors.T, np.float32(0))


def transferred(cold_start: ColdStart | None, rows: ItemRows, raw: Callable[[ItemRows], Floats]) -> Floats:
    """Scores of some rows, those of cold items among them carried over from items like them.

    Parameters
    ----------
    cold_start
        None leaves them as they are.
    rows
        ``(C,)`` int.
    raw
        Rows ``(n,)`` -> scores ``(n,)``.

    Returns
    -------
    ndarray
        ``(C,)`` float32: what `ColdStart.transfer` of all scores gives for these rows.
    """
    scores = raw(rows)
    return scores if cold_start is None else cold_start.transfer_to(rows, scores, raw)
