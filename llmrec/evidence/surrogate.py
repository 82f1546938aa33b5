"""How much each attribute moves one user's scores: a linear surrogate of the fused score over the whole catalogue.

LIME (Ribeiro et al., 2016) explains a prediction by a sparse linear model of the scorer near it. Here the neighbours
are the catalogue itself: the real fused scores of all items not seen are regressed, by ridge, on the attributes these
items have. What an attribute is worth is its item's share of that regression against the catalogue's average item, in
standard deviations of the user's scores. `fidelity` (R², of the scores not seen) says how much of the ranking such
attributes tell; what they miss is left to the measured effects of history items and inputs.


From a user's surrogate to evidence: the few attributes of a recommended item that moved its score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.evidence.records import Evidence, ItemEvidence

Floats = NDArray[np.float64]

RIDGE = 2.0
"""Items' worth of doubt in each attribute."""
FEWEST = 5
"""Items that must have an attribute value for it to be told apart."""
MOST_FACETS = 400
"""Attribute values regressed on, the most frequent first: the cost grows with their square."""


@dataclass(frozen=True)
class Attributed:
    """What attributes move of one user's scores: facet -> weight, in standard deviations, and the fidelity (R²)."""

    weights: Mapping[Facet, float]
    fidelity: float


class Surrogate:
    """The attributes of one catalogue as a matrix, made once; asked with one user's scores at a time."""

    def __init__(self, catalog: Catalog) -> None:
        """`catalog`: as explanations speak of it (see `llmrec.evidence.probes.spoken`)."""
        vocabulary = Vocabulary.of(catalog)
        self.facets_of = [vocabulary.facets[item.id] for item in catalog.items]
        kept = [facet for facet, count in vocabulary.counts.items() if count >= FEWEST]
        self.facets = sorted(kept, key=lambda facet: (-vocabulary.counts[facet], facet))[:MOST_FACETS]
        column = {facet: n for n, facet in enumerate(self.facets)}
        x = np.zeros((len(catalog.items), len(self.facets)), np.float32)
        known = np.zeros((len(catalog.items), len(self.facets)), np.bool_)
        columns_of: dict[str, list[int]] = {}
        for facet, n in column.items():
            columns_of.setdefault(facet.name, []).append(n)
        for row, facets in enumerate(self.facets_of):
            for facet in facets:
                known[row, columns_of.get(facet.name, [])] = True
                if facet in column:
                    x[row, column[facet]] = 1
        self.share = (x.sum(0) / np.maximum(known.sum(0), 1)).astype(np.float64)
        # An item of which an attribute is not known is, in it, like the catalogue's average item.
        self.x: NDArray[np.float32] = np.where(known, x - self.share, 0).astype(np.float32)
        self.columns_of = columns_of

    @cached_property
    def _gram(self) -> Floats:
        return (self.x.T @ self.x).astype(np.float64)

    def of(self, scores: NDArray[np.float32], open_items: NDArray[np.bool_]) -> Attributed:
        """`scores (items,)`: fused, of which only those of `open_items (items,)` count."""
        y = scores[open_items].astype(np.float64)
        spread = float(y.std())
        if not len(self.facets) or spread <= 0:
            return Attributed({}, 0.0)
        y = (y - y.mean()) / spread
        shut = self.x[~open_items].astype(np.float64)
        gram = self._gram - shut.T @ shut
        gram[np.diag_indices(len(gram))] += RIDGE
        x = self.x[open_items]
        beta = np.linalg.solve(gram, (x.T @ y.astype(np.float32)).astype(np.float64))
        left = y - x @ beta
        left -= left.mean()
        fidelity = 1 - float(left @ left) / float(y @ y)
        worth = {}
        for columns in self.columns_of.values():
            average = float(self.share[columns] @ beta[columns])
            listed = self.share[columns].sum() > 1.001  # several values an item: each stands for itself
            for n in columns:
                worth[self.facets[n]] = float(beta[n] * (1 - self.share[n]) if listed else beta[n] - average)
        return Attributed(worth, fidelity)


LEAST = 0.07
"""Standard deviations from which an attribute is a reason. Above the noise of the other effects (`evidence.FAINT`), and
where, for users of a SimShop whose tastes training saw, 96 % of the attributes named are of the taste."""
MOST_NAMED = 3
"""Attributes seen in media, and as many of the listed ones, that become evidence of an item."""


def with_traits(evidence: ItemEvidence, attributed: Attributed, catalog: Catalog) -> ItemEvidence:
    """The evidence with up to three attributes seen and three listed that raise the score, and the fidelity.

    `catalog`: as explanations speak of it; attributes that it has seen in media carry the modality.
    """
    facets = Vocabulary.of(catalog).facets[evidence.item]
    worth = sorted(((attributed.weights.get(facet, 0.0), facet) for facet in facets), reverse=True)
    raised = [Evidence(None, f.key, catalog.seen.get(f.name), effect) for effect, f in worth if effect >= LEAST]
    # Sentences name what was seen; what is listed must not take its place.
    seen, listed = ([e for e in raised if (e.modality is None) == apart][:MOST_NAMED] for apart in (False, True))
    found = tuple(sorted((*seen, *listed), key=lambda record: -record.effect))
    return replace(evidence, items=(*evidence.items, *found), fidelity=attributed.fidelity) if found else evidence
