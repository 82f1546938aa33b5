"""Baselines made of baselines: a weighted pair, and the hybrid of matrix factorisation and likeness.

Each part is z-normalised over an event's candidates, then they are added with weights chosen on valid. The bar for a
recommender that fuses several kinds of evidence is not a single peer but such a fusion of peers.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from llmrec.baselines.base import Baseline, Floats
from llmrec.baselines.linear import PureSvd
from llmrec.catalog.events import Rows
from llmrec.evaluation.metrics import mask_seen, ndcg, target_ranks, tie_order, user_means
from llmrec.evaluation.splits import Event
from llmrec.ranking.content import content_scores, unit_rows
from llmrec.ranking.fused import fit_weights, fuse, z_normalise

_FINE = (0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.17)
SHARES = (0.0, *_FINE, *(step / 20 for step in range(4, 17)), *(round(1 - share, 2) for share in reversed(_FINE)), 1.0)
"""Shares of the second part that are tried; fine at both ends, where a heavy-tailed score (EASE) needs little."""
BATCH = 512
"""Events whose scores of all items are held at once."""
BELOW = np.float32(1000.0)
"""Taken off the score of what retrieval does not find: more than z-normalised scores ever differ by."""


class Pair(Baseline):
    """``(1 - share) * z(first) + share * z(second)``, the share best on valid by NDCG@10.

    Parameters
    ----------
    first, second : Baseline
        Fitted with the pair.
    share : float, optional
        Of the second part. Default: chosen on the valid part of the split that `fit` gets, or, without one, on the
        last event of each user.
    """

    def __init__(self, first: Baseline, second: Baseline, share: float | None = None) -> None:
        self.first, self.second, self.share = first, second, share
        self.encoder_specs = {**first.encoder_specs, **second.encoder_specs}
        self.tried: list[tuple[float, float]] = []

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        events = valid
        if not valid and self.share is None:
            events = _last_events(train)
            self._fit_parts(_without_last(train))
        else:
            self._fit_parts(train)
        if self.share is None:
            self.tried = self._tried(events)
            self.share = max(self.tried, key=lambda pair: (pair[1], -pair[0]))[0]
            if not valid:
                self._fit_parts(train)

    def _fit_parts(self, train: Rows) -> None:
        for part in (self.first, self.second):
            part.fit_rows(self.catalog, train, features=self.features, progress=self._progress)

    def _tried(self, events: Sequence[Event]) -> list[tuple[float, float]]:
        """(share, NDCG@10 over users) of every share."""
        order = tie_order([item.id for item in self.catalog.items])
        found: list[list[float]] = [[] for _ in SHARES]
        for start in range(0, len(events), BATCH):
            block = events[start : start + BATCH]
            seen = [event.history for event in block]
            targets = np.array([event.target for event in block])
            a, b = (_finite(z_normalise(part.score(seen), seen)) for part in (self.first, self.second))
            for values, share in zip(found, SHARES, strict=True):
                values += ndcg(target_ranks(mask_seen(_mixed(a, b, share), seen), targets, order)).tolist()
        _, owners = np.unique([event.user for event in events], return_inverse=True)
        return [
            (share, float(user_means(np.array(values), owners).mean()))
            for share, values in zip(SHARES, found, strict=True)
        ]

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`; history items score 0, the mean of the others."""
        a, b = (_finite(z_normalise(part.score(histories), histories)) for part in (self.first, self.second))
        return _mixed(a, b, self.share or 0.0)


class Hybrid(Baseline):
    """Semantic vectors find candidates; PureSVD and likeness of media rank them, with weights fitted on valid.

    Candidates are the items whose media are nearest to the last history items; the others follow below them.

    Parameters
    ----------
    factors : int
        Of the matrix factorisation.
    near : int
        History items that likeness looks at.
    candidates : int
    encoder_specs : mapping of str to str, optional
        Modality -> encoder; default: MiniLM on text.
    seed : int
    """

    random: ClassVar[bool] = True

    def __init__(
        self,
        factors: int = 64,
        near: int = 3,
        candidates: int = 300,
        encoder_specs: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> None:
        self.near, self.candidates = near, candidates
        self.encoder_specs = MappingProxyType(dict(encoder_specs or {"text": "minilm"}))
        self.factors = PureSvd(factors, seed)
        self.weights: dict[str, float] = {}

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        events, shown = (valid, train) if valid else (_last_events(train), _without_last(train))
        self.factors.fit_rows(self.catalog, shown)
        parts = self._parts([event.history for event in events])
        order = tie_order([item.id for item in self.catalog.items])
        self.weights = fit_weights(
            parts, [event.target for event in events], [event.history for event in events], order
        )
        if not valid:
            self.factors.fit_rows(self.catalog, train)

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        parts = self._parts(histories)
        fused = _finite(fuse(parts, self.weights, histories))
        semantic = {name: part for name, part in parts.items() if name != "factors"}
        if semantic and fused.shape[1] > self.candidates:
            found = fuse(semantic, dict.fromkeys(semantic, 1.0), histories)
            least = np.partition(found, -self.candidates, axis=1)[:, -self.candidates, None]
            fused = np.where(found >= least, fused, _finite(found) - BELOW)
        return fused.astype(np.float32)

    def _parts(self, histories: Rows) -> dict[str, Floats]:
        parts = {"factors": self.factors.score(histories)}
        if self.features is not None:
            for m in self.features.encoders:
                unit = unit_rows(self.features.vectors[m][:], self.features.steps.get(m, 1))
                parts[m] = content_scores(unit, self.features.mask[m], histories, (self.near,))[0]
        return parts


def _last_events(train: Rows) -> list[Event]:
    """The last event of each user who has two; users are numbered."""
    return [Event(str(n), 0, tuple(rows[:-1]), rows[-1]) for n, rows in enumerate(train) if len(rows) > 1]


def _without_last(train: Rows) -> list[Sequence[int]]:
    return [rows[:-1] for rows in train if len(rows) > 1]


def _finite(z: Floats) -> Floats:
    """Scores of history items, -inf, as 0: -inf times a weight of 0 is no number."""
    return np.where(np.isinf(z), np.float32(0), z)


def _mixed(first: Floats, second: Floats, share: float) -> Floats:
    mixed: Floats = np.float32(1 - share) * first + np.float32(share) * second
    return mixed
