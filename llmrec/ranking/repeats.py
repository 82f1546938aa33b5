"""What was taken may be taken again: how alive it is in memory, and whether it is due by its rhythm.

Two components, both 0 for items outside the history. *Habit* is the base-level activation of ACT-R: the sum over an
item's takings of their age ** -decay, in logarithms. *Rhythm* compares the time since the last taking with the usual
interval, which is the user's own mean drawn towards the item's, and that towards the catalogue's: a log-normal bell
with the catalogue's spread, times the share of the item's users who ever took it again. Ages count in units of the
catalogue's median interval, so that hours of listening and weeks between shoppings are alike.

References
----------
Anderson & Schooler, "Reflections of the Environment in Memory" (1991, Psychological Science); Reiter-Haas et al.,
"Predicting Music Relistening Behavior Using the ACT-R Framework" (2021, RecSys); Bhagat et al., "Buy It Again: Modeling
Repeat Purchase Recommendations" (2018, KDD).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.feedback import Past
from llmrec.errors import CheckpointError
from llmrec.ranking.score_component import (
    HABIT,
    RHYTHM,
    ComponentKey,
    Floats,
    InBatches,
    ItemRows,
    ScoringBatch,
)

DECAY = 0.5
"""Exponent by which a taking fades with age: ACT-R's own."""
ITEM_PRIOR, USER_PRIOR = 5.0, 1.0
"""Intervals of the catalogue that an item has beside its own, and of the item that a user has beside theirs."""
LEAST_SPREAD = 0.3
"""Smallest standard deviation of the logarithm of intervals."""


@dataclass(frozen=True, eq=False)
class RepeatModel:
    """When items are taken again.

    Parameters
    ----------
    interval
        ``(items,)`` float32: log of the usual seconds between two takings by one user.
    again
        ``(items,)`` float32: share of the item's users who took it again.
    unit
        Seconds between two takings in the catalogue, the median.
    spread
        Standard deviation of the logarithm of intervals.
    usual
        `again` of an item that training did not know: the mean of those that it knew. Default: that of `again`.
    """

    interval: Floats
    again: Floats
    unit: float
    spread: float
    usual: float | None = None

    @classmethod
    def fit(cls, pasts: Sequence[Past], n_items: int) -> "RepeatModel":
        """From training events.

        Parameters
        ----------
        pasts
            Of each user, after the last event.
        n_items
            How many items there are.
        """
        rows, gaps = [], []
        takers, repeaters = np.zeros(n_items), np.zeros(n_items)
        for past in pasts:
            for row, ages in past.ages.items():
                takers[row] += 1
                repeaters[row] += len(ages) > 1
                for gap in _gaps(ages):
                    rows.append(row)
                    gaps.append(gap)
        logs = np.log(gaps) if gaps else np.zeros(1)
        usual, spread = float(np.median(logs)), max(float(logs.std()), LEAST_SPREAD)
        at = np.array(rows, np.intp)
        counts = np.bincount(at, minlength=n_items)
        sums = np.bincount(at, weights=logs if gaps else None, minlength=n_items)
        interval = (sums + ITEM_PRIOR * usual) / (counts + ITEM_PRIOR)
        share = (repeaters.sum() + 1) / (takers.sum() + 2)
        again = (repeaters + ITEM_PRIOR * share) / (takers + ITEM_PRIOR)
        return cls(interval.astype(np.float32), again.astype(np.float32), float(np.exp(usual)), spread)

    def over(self, source: ItemRows) -> "RepeatModel":
        """The same in the rows of another catalogue, see `InteractionModels.over`; a new item has the usual values."""
        known = source >= 0
        interval = np.where(known, self.interval[source], np.float32(np.log(self.unit)))
        usual = float(self.again.mean()) if self.usual is None else self.usual
        again = np.where(known, self.again[source], np.float32(usual))
        return RepeatModel(interval.astype(np.float32), again.astype(np.float32), self.unit, self.spread, usual)

    def state(self) -> dict[str, NDArray[Any]]:
        """Arrays for a checkpoint."""
        scale = np.array([self.unit, self.spread], np.float64)
        return {"repeat_interval": self.interval, "repeat_again": self.again, "repeat_scale": scale}

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> "RepeatModel | None":
        """What `state` gave; None where the checkpoint has none.

        Raises
        ------
        CheckpointError
            Where a part is missing or damaged.
        """
        if "repeat_interval" not in state:
            return None
        try:
            unit, spread = state["repeat_scale"].tolist()
            return cls(state["repeat_interval"], state["repeat_again"], float(unit), float(spread))
        except (KeyError, ValueError) as error:
            raise CheckpointError(f"the checkpoint's model of repeats is damaged ({error}); train it again") from error

    def habit(self, row: int, ages: Sequence[float]) -> float:
        """How alive an item is in memory, from 0.

        Parameters
        ----------
        row
            The item.
        ages
            Seconds since each taking.
        """
        del row
        return float(np.log1p(((1 + np.asarray(ages) / self.unit) ** -DECAY).sum()))

    def rhythm(self, row: int, ages: Sequence[float]) -> float:
        """Whether an item is due, from 0 to 1: the highest one usual interval after it was last taken.

        Parameters
        ----------
        row, ages
            See `habit`.
        """
        own = np.log(_gaps(ages)) if len(ages) > 1 and _gaps(ages) else np.zeros(0)
        usual = (own.sum() + USER_PRIOR * float(self.interval[row])) / (len(own) + USER_PRIOR)
        late = (np.log(max(ages[-1], 1.0)) - usual) / self.spread
        return float(np.exp(-0.5 * late**2) * (self.again[row] if not len(own) else 1.0))


@dataclass(frozen=True, eq=False)
class RepeatComponent(InBatches):
    """One of the two components.

    Parameters
    ----------
    model
        Over the catalogue's rows.
    key
        `HABIT` or `RHYTHM`.
    """

    model: RepeatModel
    key: ComponentKey

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        of = self.model.habit if self.key == HABIT else self.model.rhythm
        found = np.zeros((len(batch), len(rows)), np.float32)
        for event, situation in enumerate(batch):
            for place in np.flatnonzero(np.isin(rows, [*{*situation.history}])):
                row = int(rows[place])
                if ages := situation.past.ages.get(row):
                    found[event, place] = of(row, ages)
        return found


def repeat_components(model: RepeatModel) -> tuple[RepeatComponent, RepeatComponent]:
    """Both, in the order in which their weights are fitted."""
    return RepeatComponent(model, HABIT), RepeatComponent(model, RHYTHM)


def _gaps(ages: Sequence[float]) -> list[float]:
    """Seconds between takings, those of one moment left out."""
    return [gap for older, newer in pairwise(ages) if (gap := older - newer) > 0]
