"""What users think of what they take: how often an item is liked by those who took it, and by users who think alike.

Which item comes next and whether it will be liked are two questions. The item-item model answers the first from all
events; these components answer the second from ratings, returns, dislikes and kinds of events. The approval of an item
is the log odds, shrunk, that one of its events is positive. The opinion of a user is carried over by EASE on opinions
in place of events: what is like something disliked loses.

References
----------
Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (2019, WWW).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from llmrec.catalog.events import Rows, flatten
from llmrec.catalog.feedback import Past
from llmrec.errors import CheckpointError
from llmrec.ranking.item_item import Reached, over_rows, pruned
from llmrec.ranking.score_component import (
    OPINION,
    Floats,
    InBatches,
    ItemRows,
    ScoringBatch,
)

SHRINK = 20.0
"""Events of the catalogue's average that every item has beside its own."""
RIDGE = 100.0
"""L2 penalty of the regression, in events whose opinion is one standard deviation from the user's mean."""
NEIGHBOURS = 400
"""Items whose opinions are kept for each target item."""
LARGEST = 25_000
"""Catalogue size above which opinions are not carried over: a closed form needs items x items floats."""


@dataclass(frozen=True, eq=False)
class OpinionModel:
    """Approval of items, and how an opinion of one is carried over to the others.

    Parameters
    ----------
    approval
        ``(items,)`` float32: log odds that an event with the item is positive.
    weights
        ``(items, items)`` float32, sparse: row = item of the opinion, column = scored item.
    usual
        Approval of an item that training did not know: the mean of those that it knew, whatever rows `approval` has
        since. Default: that of `approval`.
    """

    approval: Floats
    weights: sp.csr_matrix
    usual: float | None = None

    @classmethod
    def fit(
        cls, histories: Rows, pasts: Sequence[Past], positive: Sequence[Sequence[bool]], n_items: int
    ) -> "OpinionModel":
        """From training events.

        Parameters
        ----------
        histories
            Item rows of each user, oldest first.
        pasts
            Opinions of each user.
        positive
            Of each user's events, which are positive.
        n_items
            How many items there are.
        """
        _, rows, _ = flatten(histories)
        flags = np.fromiter((flag for own in positive for flag in own), np.float64, len(rows))
        events = np.bincount(rows, minlength=n_items)
        liked = np.bincount(rows, weights=flags, minlength=n_items)
        usual = (flags.sum() + 1) / (len(flags) + 2)
        share = (liked + SHRINK * usual) / (events + SHRINK)
        approval = (np.log(share) - np.log1p(-share)).astype(np.float32)
        return cls(approval, _carried(signed(histories, pasts, n_items)))

    def over(self, source: ItemRows) -> "OpinionModel":
        """The same in the rows of another catalogue, see `InteractionModels.over`; a new item has the mean approval."""
        usual = float(self.approval.mean()) if self.usual is None else self.usual
        approval = np.where(source >= 0, self.approval[source], np.float32(usual)).astype(np.float32)
        return OpinionModel(approval, over_rows(self.weights, source), usual)

    def state(self) -> dict[str, NDArray[Any]]:
        """Arrays for a checkpoint."""
        return {
            "approval": self.approval,
            "opinion_weights": self.weights.data.astype(np.float16),
            "opinion_columns": self.weights.indices.astype(np.int32),
            "opinion_row_ends": self.weights.indptr.astype(np.int64),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> "OpinionModel | None":
        """What `state` gave; None where the checkpoint has none.

        Raises
        ------
        CheckpointError
            Where a part is missing or damaged.
        """
        if "approval" not in state:
            return None
        try:
            items = len(state["approval"])
            parts = (state["opinion_weights"].astype(np.float32), state["opinion_columns"], state["opinion_row_ends"])
            weights = sp.csr_matrix(parts, shape=(items, items))
            weights.check_format()
        except (KeyError, ValueError) as error:
            raise CheckpointError(f"the checkpoint's opinion model is damaged ({error}); train it again") from error
        return cls(state["approval"], weights)


@dataclass(frozen=True, eq=False)
class OpinionComponent(InBatches):
    """The user's opinions of the history's items, carried over; 0 where the user has given none.

    Parameters
    ----------
    model
        Over the catalogue's rows.
    """

    model: OpinionModel
    key = OPINION

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        opinions = signed(batch.histories, batch.pasts, self.model.weights.shape[0])
        return Reached.of(opinions, self.model.weights).at(rows)


def signed(histories: Rows, pasts: Sequence[Past], n_items: int) -> sp.csr_matrix:
    """`(histories, n_items)` float32: the opinion of each history item; one outside its history does not count."""
    events, rows, values = [], [], []
    for n, (history, past) in enumerate(zip(histories, pasts, strict=True)):
        for row in dict.fromkeys(history):
            if row in past.opinions:
                events.append(n)
                rows.append(row)
                values.append(past.opinions[row])
    return sp.csr_matrix((np.array(values, np.float32), (events, rows)), shape=(len(histories), n_items))


def _carried(opinions: sp.csr_matrix) -> sp.csr_matrix:
    """`(items, items)`: EASE over the items that there are opinions of."""
    n_items = opinions.shape[1]
    active = np.flatnonzero(np.diff(opinions.tocsc().indptr))
    if not len(active) or len(active) > LARGEST:
        return sp.csr_matrix((n_items, n_items), dtype=np.float32)
    own = opinions[:, active]
    spread = float(np.sqrt(np.square(own.data).mean())) or 1.0
    gram = (own.T @ own).toarray() / np.float32(spread**2)
    gram[np.diag_indices_from(gram)] += RIDGE
    inverse = scipy.linalg.inv(gram, overwrite_a=True, check_finite=False)
    inverse /= -np.diag(inverse).copy()
    np.fill_diagonal(inverse, 0)
    found = pruned(inverse.astype(np.float32), NEIGHBOURS)
    place = sp.csr_matrix(
        (np.ones(len(active), np.float32), (active, np.arange(len(active)))), shape=(n_items, len(active))
    )
    return sp.csr_matrix(place @ found @ place.T)
