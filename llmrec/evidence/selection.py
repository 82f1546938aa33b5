"""From what was measured and counted to evidence: the strongest few records, and users who have both of two items."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.queries import with_kinds
from llmrec.catalog.types import Catalog, derived
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.catalog.wording import without_refused
from llmrec.errors import BadInput
from llmrec.evidence.records import MIN_GROUP, CoOccurrence, Evidence, ItemEvidence, rounded_count

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
        wanted = without_refused(with_kinds(query, catalog))
        queried = {facet for mention in vocabulary.mentions(wanted) for facet in mention.facets}
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


def co_occurrences(catalog: Catalog, item: str, history: Sequence[str]) -> tuple[CoOccurrence, ...]:
    """Count how many users of each history item also interacted with an item.

    Parameters
    ----------
    catalog : Catalog
        With the interactions. A request's user who is one of the catalogue's is counted.
    item : str
        Id of the recommended item.
    history : sequence of str
        Ids of the history items.

    Returns
    -------
    tuple of CoOccurrence
        For each history item that raises the probability of `item`: those shared by `MIN_GROUP` users at least, whose
        share is above that of all users, as counted and as rounded to tens, which is what the records hold.

    Raises
    ------
    UnknownItem
        Where the catalogue lacks an id.
    """
    item_users = _ItemUsers.of(catalog)
    users = item_users.of_row(catalog.rows([item])[0])
    records = []
    for cited, row in zip(history, catalog.rows(tuple(history)), strict=True):
        cited_users = item_users.of_row(row)
        shared = len(np.intersect1d(cited_users, users, assume_unique=True))
        counts = shared, len(cited_users), len(users), item_users.n_users
        rounded = tuple(map(rounded_count, counts))
        if shared >= MIN_GROUP and all(both * n > group * takers for both, group, takers, n in (counts, rounded)):
            records.append(CoOccurrence(cited, *rounded))
    return tuple(records)


class _ItemUsers:
    """The users of each item, as numbers; built once for a catalogue and kept with it."""

    def __init__(self, catalog: Catalog) -> None:
        row = catalog.row
        interacted = [{event.item for event in events if event.item in row} for events in catalog.histories.values()]
        rows = np.fromiter((row[item] for items in interacted for item in items), np.intp)
        lengths = [len(items) for items in interacted]
        users = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        self.n_users = len(lengths)
        self._users: NDArray[np.int32] = users[np.argsort(rows, kind="stable")]
        self._ends = np.searchsorted(np.sort(rows), np.arange(len(catalog.items) + 1))

    @classmethod
    def of(cls, catalog: Catalog) -> "_ItemUsers":
        return derived(catalog, cls)

    def of_row(self, row: int) -> NDArray[np.int32]:
        """Return the numbers of the users of an item, each once."""
        return self._users[self._ends[row] : self._ends[row + 1]]
