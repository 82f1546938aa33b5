"""llmrec's own score components: the LLM, the item-item model, likeness of media, preferences, popularity."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrec.ranking.cold_start import ColdStart
from llmrec.ranking.content import content_scores, similar_to
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
    InBatches,
    ItemRows,
    ScoringBatch,
)
from llmrec.vector_rows import VectorRows


@dataclass(frozen=True, eq=False)
class LlmComponent(InBatches):
    """q·v + b of the LLM's query vector.

    Parameters
    ----------
    vectors, biases
        ``(items, dim)`` and ``(items,)`` float32.
    cold_start
        Gives cold items the scores of items like them; None leaves their own.
    """

    vectors: VectorRows
    biases: Floats
    cold_start: ColdStart | None = None
    key = LLM

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""

        def raw(at: ItemRows) -> Floats:
            found: Floats = batch.q @ batch.at(self.vectors, at).T + batch.at(self.biases, at)
            return found

        return transferred(self.cold_start, rows, raw)


@dataclass(frozen=True, eq=False)
class CollaborativeComponent(InBatches):
    """The item-item model's score of the history, or of the request's example.

    Parameters
    ----------
    model
        Over the catalogue's rows.
    cold_start
        See `LlmComponent`.
    example
        Row of the item that is scored by in place of the history.
    key
        Its name.
    """

    model: Collaborative
    cold_start: ColdStart | None = None
    example: int | None = None
    key: ComponentKey = COLLABORATIVE

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        histories = batch.histories if self.example is None else [(self.example,)] * len(batch)
        return transferred(self.cold_start, rows, self.model.reached(histories).at)


@dataclass(frozen=True, eq=False)
class HistoryLikeness(InBatches):
    """Largest cosine of an item to the newest history items that have the modality; 0 where either is unknown.

    Parameters
    ----------
    key
        Its name.
    vectors
        ``(items, dim)`` unit rows.
    mask
        ``(items,)`` bool: which items have the modality.
    last
        How many of the newest history items are compared.
    along
        What other components compare on the same vectors: one product serves them all.
    """

    key: ComponentKey
    vectors: VectorRows | Floats
    mask: NDArray[np.bool_]
    last: int
    along: tuple[int, ...]

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        place = (id(self.vectors), self.along, id(rows))
        if place not in batch.shared:
            shown, there = batch.at(self.vectors, rows), batch.at(self.mask, rows)
            found = content_scores(self.vectors, self.mask, batch.histories, self.along, shown, there)
            batch.shared[place] = (dict(zip(self.along, found, strict=True)), rows)
        scores: Floats = batch.shared[place][0][self.last]
        return scores


@dataclass(frozen=True, eq=False)
class PreferenceComponent(InBatches):
    """Which values of the items' codes the history prefers (see `llmrec.ranking.preference`).

    Parameters
    ----------
    preferences
        Over the catalogue's rows.
    """

    preferences: Preferences
    key = PREFERENCE

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        return self.preferences.scores(batch.histories, rows=rows)


@dataclass(frozen=True, eq=False)
class FixedComponent(InBatches):
    """Scores that are the same whatever the request: popularity, approval.

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

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        return np.broadcast_to(batch.at(self.values, rows), (len(batch), len(rows)))


@dataclass(frozen=True, eq=False)
class ExampleLikeness(InBatches):
    """Cosine of an item to the request's example in one modality; 0 where the item lacks it.

    Parameters
    ----------
    key
        Its name.
    vectors
        ``(items, dim)`` unit rows.
    mask
        ``(items,)`` bool.
    example
        ``(dim,)`` float32: the example, as `vectors` holds items.
    """

    key: ComponentKey
    vectors: VectorRows
    mask: NDArray[np.bool_]
    example: Floats

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        likeness = similar_to(self.example, batch.at(self.vectors, rows), batch.at(self.mask, rows))
        return np.broadcast_to(likeness, (len(batch), len(rows)))


@dataclass(frozen=True, eq=False)
class WordsComponent(InBatches):
    """Cosine of the query's words to the item's text; 0 for an item without text, or without a query.

    Parameters
    ----------
    vectors
        ``(items, dim)`` unit rows of the items' text.
    mask
        ``(items,)`` bool.
    """

    vectors: VectorRows
    mask: NDArray[np.bool_]
    key = WORDS

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        if batch.words is None:
            return np.zeros((len(batch), len(rows)), np.float32)
        return np.where(batch.at(self.mask, rows), batch.words @ batch.at(self.vectors, rows).T, np.float32(0))


def transferred(cold_start: ColdStart | None, rows: ItemRows, raw: Callable[[ItemRows], Floats]) -> Floats:
    """Scores of some rows, those of cold items among them carried over from items like them.

    Parameters
    ----------
    cold_start
        None leaves them as they are.
    rows
        ``(C,)`` int.
    raw
        Rows ``(n,)`` -> scores ``(events, n)``.

    Returns
    -------
    ndarray
        ``(events, C)`` float32: see `ColdStart.transfer_to`.
    """
    scores = raw(rows)
    return scores if cold_start is None else cold_start.transfer_to(rows, scores, raw)
