"""What goes with an item: features of co-purchase, content and sales, weighed by the baskets of the catalogue.

The baskets of each part of the users are described by what the other parts' baskets count, so that no basket speaks for
itself when the features are weighed. That is done at the first request, takes seconds, is deterministic, and is kept as
long as the catalogue's events stay.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock

import numpy as np

from llmrec.catalog.baskets import Basket, baskets_of
from llmrec.catalog.types import Catalog
from llmrec.ranking.basket_counts import BasketCounts
from llmrec.ranking.complement_features import NEAR, Anchored, ComplementFeatures, ItemFacts
from llmrec.ranking.complement_files import load_weights, save_weights, weights_file
from llmrec.ranking.complement_fit import ComplementWeights, Example
from llmrec.ranking.components import Components
from llmrec.ranking.score_component import EXAMPLE, ComponentKey, Floats, InBatches, ItemRows, ScoringBatch

COMPLEMENT = ComponentKey(EXAMPLE, "complement")
"""How well items go with the request's item."""
PARTS = 4
"""Parts of the users; the baskets of one are described by those of the others."""
MOST_EXAMPLES, MOST_USED, MOST_OTHERS = 2500, 1440, 150
"""Baskets that are looked at, chosen by hash; of those with something among the candidates, how many weights are fitted
on; and candidates of each that were not in it."""
KNOWN = 0.5
"""Share of the baskets of which more than one item is taken as known."""
COMPARED, AT_ONCE = 100_000, 256
"""Items up to which the nearest by media are among the candidates that weights are fitted on; and items that these are
looked for at once."""


@dataclass(frozen=True, eq=False)
class ComplementModel:
    """What goes with the items of a catalogue.

    Parameters
    ----------
    features
        Describes items beside one.
    weights
        What the features weigh.
    now
        Day of the catalogue's last event; NaN where no times are known.
    """

    features: ComplementFeatures
    weights: ComplementWeights
    now: float = float("nan")

    @classmethod
    def fit(cls, catalog: Catalog, facts: ItemFacts, folder: Path | None = None) -> "ComplementModel":
        """From the events of a catalogue.

        Parameters
        ----------
        catalog
            Its events.
        facts
            What is known of its items.
        folder
            Where weights are kept; None keeps none.
        """
        baskets = baskets_of(catalog)
        features = ComplementFeatures(facts, BasketCounts.of(baskets, len(catalog.items)))
        seen = (*features.names, *(f"{modality} {x.shape[1]}" for modality, x in facts.media.items()))
        file = None if folder is None else weights_file(folder, catalog, seen)
        weights = None if file is None else load_weights(file)
        if weights is None:
            weights = ComplementWeights.fit(features.names, _examples(catalog, baskets, facts))
            if file is not None:
                save_weights(file, weights)
        return cls(features, weights, max((each.day for each in baskets if each.day == each.day), default=float("nan")))

    def scores(self, request: Anchored, rows: ItemRows) -> Floats:
        """``(C,)`` float32: how well each of `rows` goes with the request's item."""
        return self.weights.scores(self.features.of(request, rows))

    def proposed(self, request: Anchored) -> ItemRows:
        """See `ComplementFeatures.proposed`."""
        return self.features.proposed(request)


@dataclass(frozen=True, eq=False)
class ComplementComponent(InBatches):
    """How well items go with one, for the person whose history it is.

    Parameters
    ----------
    model
        Of the catalogue.
    anchor
        Row of the item.
    day
        When it was taken, or now.
    """

    model: ComplementModel
    anchor: int
    day: float
    key = COMPLEMENT

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        found = np.zeros((len(batch), len(rows)), np.float32)
        for n, (history, past) in enumerate(zip(batch.histories, batch.pasts, strict=True)):
            days = tuple(past.days(history, float("nan")))
            found[n] = self.model.scores(Anchored(self.anchor, tuple(history), days, self.day), rows)
        return found


class Complements:
    """Learns what goes with items when that is first asked, and keeps it while items come and go.

    Parameters
    ----------
    folder
        Where weights are kept for the next process; None keeps none.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self._lock = folder, Lock()
        self._held: tuple[object, object, ComplementModel] | None = None

    def of(self, catalog: Catalog, components: Components) -> ComplementModel:
        """The model of a catalogue.

        Parameters
        ----------
        catalog
            Its items and events.
        components
            Have the items' words and media.
        """
        with self._lock:
            if self._held is None or self._held[0] is not catalog.items or self._held[1] is not catalog.histories:
                facts = ItemFacts.of(catalog.items, components.terms, components.media)
                before = self._held[2] if self._held and self._held[1] is catalog.histories else None
                self._held = (catalog.items, catalog.histories, _over(before, catalog, facts, self._folder))
            return self._held[2]


def _over(before: ComplementModel | None, catalog: Catalog, facts: ItemFacts, folder: Path | None) -> ComplementModel:
    """The model of a catalogue whose items changed: counted anew, weighed as before where the features are the same."""
    if before is None:
        return ComplementModel.fit(catalog, facts, folder)
    features = ComplementFeatures(facts, BasketCounts.of(baskets_of(catalog), len(catalog.items)))
    if features.names != before.features.names:
        return ComplementModel.fit(catalog, facts, folder)
    return ComplementModel(features, before.weights, before.now)


@dataclass(frozen=True)
class _Choice:
    """One item of a basket as the anchor, some others as what was taken so far, the rest as what was chosen."""

    user: int
    request: Anchored
    rest: tuple[int, ...]

    @classmethod
    def of(cls, basket: Basket) -> "_Choice":
        rng = np.random.default_rng(_hash(str(basket.rows)))
        anchor, *others = (basket.rows[n] for n in rng.permutation(len(basket.rows)))
        known = int(rng.integers(0, len(others))) if rng.random() < KNOWN else 0
        history, days = (*basket.before, *others[:known]), (*basket.days, *[basket.day] * known)
        return cls(basket.user, Anchored(anchor, history, days, basket.day), tuple(others[known:]))


def _examples(catalog: Catalog, baskets: Sequence[Basket], facts: ItemFacts) -> list[Example]:
    users = [*catalog.histories]
    part = [_hash(user) % PARTS for user in users]
    able = [basket for basket in baskets if len(basket.rows) > 1]
    chosen = sorted(able, key=lambda each: _hash(f"{users[each.user]}:{each.rows}"))[:MOST_EXAMPLES]
    choices = [_Choice.of(basket) for basket in chosen]
    near = _near(facts, [choice.request.anchor for choice in choices])
    found = list[Example]()
    for n in range(PARTS):
        counts = BasketCounts.of([each for each in baskets if part[each.user] != n], len(catalog.items))
        features = ComplementFeatures(facts, counts)
        own = (_example(each, rows, features) for each, rows in zip(choices, near, strict=True) if part[each.user] == n)
        found += islice((each for each in own if each is not None), MOST_USED // PARTS)
    return found


def _example(choice: _Choice, near: ItemRows, features: ComplementFeatures) -> Example | None:
    """A choice as it is scored; None where no candidate was in the basket."""
    request = choice.request
    candidates = np.concatenate([features.proposed(request), near])
    candidates = np.setdiff1d(candidates, [request.anchor, *request.history])
    present = np.isin(candidates, choice.rest)
    if not present.any():
        return None
    others = np.random.default_rng(request.anchor).permutation(np.flatnonzero(~present))
    kept = np.sort(np.concatenate([np.flatnonzero(present), others[:MOST_OTHERS]]))
    return Example(features.of(request, candidates[kept]), present[kept])


def _near(facts: ItemFacts, anchors: Sequence[int]) -> list[ItemRows]:
    """For each item the nearest rows by media, as an index finds them for a request."""
    found = [np.empty(0, np.intp) for _ in anchors]
    for vectors in facts.media.values():
        if not NEAR < len(vectors) <= COMPARED:
            continue
        for start in range(0, len(anchors), AT_ONCE):
            asked = vectors[[*anchors[start : start + AT_ONCE]]]
            for n, alike in enumerate(vectors.products(asked, np.arange(len(vectors))), start):
                found[n] = np.concatenate([found[n], np.argpartition(-alike, NEAR)[:NEAR]])
    return found


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest())


def day_of(row: int, moments: Sequence[tuple[int, float]], now: float) -> float:
    """When an item was taken last, in days since 1970; `now` where no event tells of it.

    Parameters
    ----------
    row
        Of the item.
    moments
        As `llmrec.catalog.feedback.Past` has them.
    now
        Day of the last event of the catalogue; NaN where times are not known.
    """
    own = [day for at, day in moments if at == row]
    return own[-1] if own else max((day for _, day in moments[-1:]), default=now)
