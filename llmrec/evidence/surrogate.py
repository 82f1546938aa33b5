"""How much each attribute moves one user's scores: a linear surrogate of the fused score over the whole catalogue.

LIME explains a prediction by a sparse linear model of the scorer near it. Here the neighbours are the catalogue itself:
the fused scores of the candidates, and of a sample that stands for all other items not seen, are regressed, by ridge,
on the attributes of these items. What an attribute is worth is its item's share of that regression against the
catalogue's average item, in standard deviations of the user's scores. Fidelity (R², of the scores not seen) says how
much of the ranking such attributes explain; what they miss is left to the measured effects of history items and inputs.

References
----------
Ribeiro, Singh & Guestrin 2016, '"Why Should I Trust You?": Explaining the Predictions of Any Classifier' (KDD).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.evidence.records import Evidence, ItemEvidence

RIDGE = 2.0
"""L2 penalty of the regression, in items."""
MIN_ITEMS = 5
"""Items that must have an attribute value for it to be regressed on."""
MAX_ATTRIBUTES = 400
"""Attribute values regressed on, the most frequent first: the cost grows with their square."""
MIN_EFFECT = 0.07
"""Standard deviations from which an attribute is a reason. Above the noise of the other effects (`records.FAINT`), and
where, for users of a SimShop whose tastes training saw, 96 % of the attributes given are of the taste."""
MAX_TRAITS = 3
"""Attributes shown by media, and as many of the listed ones, that become evidence of an item."""


@dataclass(frozen=True)
class AttributeEffects:
    """What attributes move of one user's scores.

    Attributes
    ----------
    effects : mapping of Facet to float
        In standard deviations of the user's scores.
    fidelity : float
        R² of the regression.
    """

    effects: Mapping[Facet, float]
    fidelity: float


class Surrogate:
    """The attributes of one catalogue as a matrix, built once and regressed on one user's scores at a time.

    Parameters
    ----------
    catalog : Catalog
        As explanations use it (see `llmrec.evidence.probes.labelled_catalog`).

    Attributes
    ----------
    facets : list of Facet
        Columns of `x`.
    x : numpy.ndarray of shape (items, facets), float32
        Whether an item has an attribute, less the share of items that have it; 0 where it is not known.
    share : numpy.ndarray of shape (facets,), float64
        Share of the items that have an attribute, among those of which it is known.
    """

    def __init__(self, catalog: Catalog) -> None:
        vocabulary = Vocabulary.of(catalog)
        frequent = [facet for facet, count in vocabulary.counts.items() if count >= MIN_ITEMS]
        self.facets = sorted(frequent, key=lambda facet: (-vocabulary.counts[facet], facet))[:MAX_ATTRIBUTES]
        column = {facet: n for n, facet in enumerate(self.facets)}
        has = np.zeros((len(catalog.items), len(self.facets)), np.float32)
        is_known = np.zeros((len(catalog.items), len(self.facets)), np.bool_)
        columns_of: dict[str, list[int]] = {}
        for facet, n in column.items():
            columns_of.setdefault(facet.name, []).append(n)
        for row, item in enumerate(catalog.items):
            for facet in vocabulary.facets[item.id]:
                is_known[row, columns_of.get(facet.name, [])] = True
                if facet in column:
                    has[row, column[facet]] = 1
        self.share = (has.sum(0) / np.maximum(is_known.sum(0), 1)).astype(np.float64)
        # An item of which an attribute is not known is, in it, like the catalogue's average item.
        self.x: NDArray[np.float32] = np.where(is_known, has - self.share, 0).astype(np.float32)
        self._columns_of = columns_of

    def of(self, scores: NDArray[np.float32], rows: NDArray[np.intp], counts: NDArray[np.float64]) -> AttributeEffects:
        """Regress one user's scores on the attributes.

        Parameters
        ----------
        scores : numpy.ndarray of shape (n,), float32
            Fused scores.
        rows : numpy.ndarray of shape (n,), intp
            Whose they are.
        counts : numpy.ndarray of shape (n,), float64
            For how many items of the catalogue each stands.

        Returns
        -------
        AttributeEffects
            Empty, with fidelity 0, where there are no attributes or all scores are equal.
        """
        total = max(float(counts.sum()), 1.0)
        y = scores.astype(np.float64)
        y -= y @ counts / total
        spread = float(np.sqrt(y**2 @ counts / total))
        if not len(self.facets) or spread <= 0:
            return AttributeEffects({}, 0.0)
        y /= spread
        x = self.x[rows]
        weighted = x * counts[:, None].astype(np.float32)
        gram = (weighted.T @ x).astype(np.float64)
        gram[np.diag_indices(len(gram))] += RIDGE
        beta = np.linalg.solve(gram, (weighted.T @ y.astype(np.float32)).astype(np.float64))
        residual = y - x @ beta
        residual -= residual @ counts / total
        fidelity = 1 - float(residual**2 @ counts) / float(y**2 @ counts)
        effects = {}
        for columns in self._columns_of.values():
            average = float(self.share[columns] @ beta[columns])
            listed = self.share[columns].sum() > 1.001  # several values an item: each stands for itself
            for n in columns:
                effects[self.facets[n]] = float(beta[n] * (1 - self.share[n]) if listed else beta[n] - average)
        return AttributeEffects(effects, fidelity)


def with_traits(evidence: ItemEvidence, attributes: AttributeEffects, catalog: Catalog) -> ItemEvidence:
    """Return the evidence with the attributes of the item that raise its score.

    Parameters
    ----------
    evidence : ItemEvidence
        Of a recommended item.
    attributes : AttributeEffects
        Of the user's scores.
    catalog : Catalog
        As explanations use it: attributes that a medium shows carry the modality.

    Returns
    -------
    ItemEvidence
        With `MAX_TRAITS` attributes shown by media at most, as many listed ones, and the fidelity, also where no
        attribute raises the score: then none is a reason.
    """
    facets = Vocabulary.of(catalog).facets[evidence.item]
    ranked = sorted(((attributes.effects.get(facet, 0.0), facet) for facet in facets), reverse=True)
    raised = [
        Evidence(None, facet.key, catalog.shown_by.get(facet.name), effect)
        for effect, facet in ranked
        if effect >= MIN_EFFECT
    ]
    # Sentences name what media show; what is listed must not take its place.
    media_traits = [record for record in raised if record.modality is not None][:MAX_TRAITS]
    listed_traits = [record for record in raised if record.modality is None][:MAX_TRAITS]
    traits = tuple(sorted((*media_traits, *listed_traits), key=lambda record: -record.effect))
    if not attributes.effects:
        return evidence
    return replace(evidence, items=(*evidence.items, *traits), fidelity=attributes.fidelity)
