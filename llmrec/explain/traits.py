"""From a user's surrogate to evidence: the few attributes of a recommended item that moved its score."""

from dataclasses import replace

from llmrec.catalog.types import Catalog
from llmrec.explain.evidence import Evidence, ItemEvidence
from llmrec.explain.surrogate import Attributed
from llmrec.explain.vocabulary import Vocabulary

LEAST = 0.07
"""Standard deviations from which an attribute is a reason. Above the noise of the other effects (`evidence.FAINT`), and
where, for users of a SimShop whose tastes training saw, 96 % of the attributes named are of the taste."""
MOST = 3


def with_traits(evidence: ItemEvidence, attributed: Attributed, catalog: Catalog) -> ItemEvidence:
    """The evidence with up to three attributes seen and three listed that raise the score, and the fidelity.

    `catalog`: as explanations speak of it; attributes that it has seen in media carry the modality.
    """
    facets = Vocabulary.of(catalog).facets[evidence.item]
    worth = sorted(((attributed.weights.get(facet, 0.0), facet) for facet in facets), reverse=True)
    raised = [Evidence(None, f.key, catalog.seen.get(f.name), effect) for effect, f in worth if effect >= LEAST]
    # Sentences name what was seen; what is listed must not take its place.
    seen, listed = ([e for e in raised if (e.modality is None) == apart][:MOST] for apart in (False, True))
    found = tuple(sorted((*seen, *listed), key=lambda record: -record.effect))
    return replace(evidence, items=(*evidence.items, *found), fidelity=attributed.fidelity) if found else evidence
