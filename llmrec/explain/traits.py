"""From a user's surrogate to evidence: the few attributes of a recommended item that moved its score."""

from dataclasses import replace

from llmrec.catalog.types import Catalog
from llmrec.explain.evidence import Evidence, ItemEvidence
from llmrec.explain.surrogate import Attributed
from llmrec.explain.vocabulary import Vocabulary

LEAST, PART = 0.25, 0.3
"""An attribute is a reason where it is worth `LEAST` standard deviations, and `PART` of what the best one is worth."""
MOST = 3


def with_traits(evidence: ItemEvidence, attributed: Attributed, catalog: Catalog) -> ItemEvidence:
    """The evidence with up to three attributes that raise the score, most effective first, and the fidelity.

    `catalog`: as explanations speak of it; attributes that it has seen in media carry the modality.
    """
    facets = Vocabulary.of(catalog).facets[evidence.item]
    worth = sorted(((attributed.weights.get(facet, 0.0), facet) for facet in facets), reverse=True)
    best = worth[0][0] if worth else 0.0
    found = tuple(
        Evidence(None, facet.key, catalog.seen.get(facet.name), effect)
        for effect, facet in worth[:MOST]
        if effect >= max(LEAST, PART * best)
    )
    return replace(evidence, items=(*evidence.items, *found), fidelity=attributed.fidelity) if found else evidence
