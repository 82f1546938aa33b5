"""From measured effects to evidence: the strongest few records of one recommended item."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.catalog.wording import without_refused
from llmrec.errors import BadInput
from llmrec.evidence.records import Evidence, ItemEvidence

MAX_HISTORY, MAX_SHARED = 3, 3
"""History items kept as evidence, and shared attributes kept for each of them."""


def rank_evidence(
    catalog: Catalog,
    item: str,
    history: Sequence[str],
    history_effects: NDArray[np.floating],
    modality_effects: Mapping[str, float] | None = None,
    query: str = "",
    scale: float = 1.0,
) -> ItemEvidence:
    """Select the evidence for recommending an item from effects measured on the scorer.

    Parameters
    ----------
    catalog : Catalog
        Holds the item and the history.
    item : str
        Id of the recommended item.
    history : sequence of str
        Ids of the history items that were left out in turn, oldest first.
    history_effects : numpy.ndarray of shape (n_history,)
        `score(all) - score(without that item)`, in the order of `history`.
    modality_effects : mapping of str to float, optional
        Input of the item (`text`, `image`, `id`, …; `query`) -> score lost without it.
    query : str, default ""
        The request's words.
    scale : float, default 1.0
        Divides every effect: the standard deviation of the user's scores over the catalogue makes strengths comparable
        between users.

    Returns
    -------
    ItemEvidence
        With the `MAX_HISTORY` strongest history items, `MAX_SHARED` attributes shared with each, every input that
        raises the score, and the attributes that the query names. What lowers the score is left out.

    Raises
    ------
    BadInput
        Where effects do not fit the history, or are not finite.
    UnknownItem
        Where the catalogue lacks an id.
    """
    effects = np.asarray(history_effects, dtype=np.float64)
    by_input = dict(modality_effects or {})
    if effects.shape != (len(history),):
        raise BadInput(f"history_effects has shape {effects.shape} for {len(history)} history items; pass one an item")
    if not (np.isfinite(effects).all() and np.isfinite(list(by_input.values())).all() and scale > 0):
        raise BadInput(f"effects of item {item!r} are not finite or scale {scale} is not positive; check the scorer")
    catalog.rows([item, *history])
    vocabulary = Vocabulary.of(catalog)
    best = [n for n in np.argsort(-effects, kind="stable")[:MAX_HISTORY] if effects[n] > 0]
    records = [Evidence(history[n], None, None, float(effects[n]) / scale) for n in best]
    for n in best:
        shared = shared_facets(vocabulary, item, history[n])
        records += [Evidence(history[n], facet.key, None, float(effects[n]) / scale) for facet in shared]
    for modality, effect in sorted(by_input.items(), key=lambda pair: -pair[1]):
        if effect > 0 and (modality != "query" or query):
            records.append(Evidence(None, None, modality, effect / scale))
    if query:
        gain = max(by_input.get("query", 0.0), 0.0) / scale
        queried = {facet for mention in vocabulary.mentions(without_refused(query)) for facet in mention.facets}
        records += [Evidence(None, f.key, "query", gain) for f in vocabulary.facets[item] if f in queried]
    return ItemEvidence(item, tuple(records), query)


def shared_facets(vocabulary: Vocabulary, item: str, other: str) -> tuple[Facet, ...]:
    """Return the attributes that two items share.

    Parameters
    ----------
    vocabulary : Vocabulary
        Of the catalogue that holds both.
    item, other : str
        Ids of the two.

    Returns
    -------
    tuple of Facet
        `MAX_SHARED` at most, the rarest in the catalogue first: a rare attribute is more specific.
    """
    other_facets = set(vocabulary.facets[other])
    both = [facet for facet in vocabulary.facets[item] if facet in other_facets]
    return tuple(sorted(both, key=lambda facet: vocabulary.counts[facet])[:MAX_SHARED])
