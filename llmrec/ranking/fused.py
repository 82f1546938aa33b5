"""One score out of several: each is z-normalised within its event, then they are added with fitted weights.

A request scores few rows of its catalogue: its candidates and a fixed sample. A component's mean and deviation over the
whole catalogue are estimated from both (`ScoredRows`): the candidates, which hold the highest scores, stand for
themselves, and the sample for all others. Where the sample is the catalogue, that is exact.

The weights maximise the conditional-logit likelihood of the items that really came next (a softmax over the unseen
items), then move by coordinates where that lifts NDCG@10. All weights are non-negative.

References
----------
McFadden, "Conditional Logit Analysis of Qualitative Choice Behavior" (1974, in Frontiers in Econometrics).
"""

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows, flatten
from llmrec.evaluation.metrics import ABSENT, mask_seen, ndcg, target_ranks, top_rows

Floats = NDArray[np.float32]
Key = TypeVar("Key", bound=Hashable)
"""What components are called: `ComponentKey`, or any other name."""
STEPS = (0.0, 0.5, 0.7, 0.85, 1.2, 1.4, 2.0)
LEAST_GAIN = 1e-4
"""NDCG@10 that a coordinate step must add: less is noise."""


def z_normalise(scores: Floats, seen: Rows) -> Floats:
    """Scores of one component on a common scale.

    Parameters
    ----------
    scores
        ``(events, items)`` float32.
    seen
        Item rows of each event that cannot be answers.

    Returns
    -------
    ndarray
        The same shape: mean 0 and deviation 1 over an event's unseen items, -inf at the seen ones; zeros for an event
        whose scores are all equal.
    """
    events, rows, _ = flatten(seen)
    z = np.array(scores, np.float32)
    unseen = np.ones(z.shape, np.bool_)
    unseen[events, rows] = False
    count = np.maximum(unseen.sum(axis=1, keepdims=True), 1)
    mean = z.sum(axis=1, keepdims=True, where=unseen, dtype=np.float64) / count
    spread = np.sqrt(np.square(z - mean).sum(axis=1, keepdims=True, where=unseen) / count)
    flat = spread <= 1e-6 * np.maximum(np.abs(mean), 1e-6)
    z = np.where(flat, 0, (z - mean) / np.where(flat, 1, spread)).astype(np.float32)
    z[~unseen] = -np.inf
    return z


def fuse(components: Mapping[Key, Floats], weights: Mapping[Key, float], seen: Rows) -> Floats:
    """The weighted sum of the z-normalised components.

    Parameters
    ----------
    components
        Component -> ``(events, items)`` float32 raw scores.
    weights
        Component -> weight. May name components that are not given (no words, no history): the others decide. Where
        the weighted ones say nothing about an event (a new user), the given components count equally.
    seen
        Item rows of each event that cannot be answers.

    Returns
    -------
    ndarray
        ``(events, items)`` float32, -inf at seen items.

    Raises
    ------
    ValueError
        Where a component has no weight, or there is none.

    Examples
    --------
    >>> parts = {"alike": np.array([[3.0, 1, 2]], np.float32), "popular": np.array([[0.0, 0, 9]], np.float32)}
    >>> int(fuse(parts, {"alike": 1.0, "popular": 0.0}, [[]]).argmax())
    0
    """
    normal = {name: z_normalise(scores, seen) for name, scores in components.items()}
    for z in normal.values():
        z[np.isinf(z)] = 0  # -inf * 0 is not a number
    return mask_seen(_summed(normal, weights), seen)


SAMPLE = 1024
"""Items that stand for the catalogue where its mean and deviation are wanted: of a deviation, two per cent."""


def reference_sample(ids: Iterable[str]) -> NDArray[np.intp]:
    """The rows that stand for a catalogue, the same for the same ids: those of the `SAMPLE` smallest hashes.

    Parameters
    ----------
    ids
        Of all items, in the order of their rows. An item that comes or goes changes one row at most.

    Returns
    -------
    ndarray
        ``(at most SAMPLE,)`` intp, ascending.
    """
    keys = np.array([hashlib.blake2b(id.encode(), digest_size=8).digest() for id in ids], "S8")
    return np.sort(np.argsort(keys, kind="stable")[:SAMPLE]).astype(np.intp)


@dataclass(frozen=True, eq=False)
class ScoredRows:
    """The items of a catalogue that are scored for one request, and what each counts in its moments.

    Parameters
    ----------
    rows
        ``(n,)`` intp, ascending: the candidates, and those of the reference sample that are not closed.
    candidate
        ``(n,)`` bool: which of them may be recommended.
    counts
        ``(n,)`` float64: for how many items of the catalogue each stands.

    Examples
    --------
    >>> scored = ScoredRows.of(np.array([4, 9]), np.array([0, 4, 7]), [7], 12)
    >>> scored.rows, scored.candidate, scored.counts
    (array([0, 4, 9]), array([False,  True,  True]), array([9., 1., 1.]))
    """

    rows: NDArray[np.intp]
    candidate: NDArray[np.bool_]
    counts: NDArray[np.float64]

    @classmethod
    def of(
        cls, candidates: NDArray[np.intp], sample: NDArray[np.intp], closed: Sequence[int], items: int
    ) -> "ScoredRows":
        """Of a request.

        Parameters
        ----------
        candidates
            ``(c,)`` intp, ascending, each once, none of them closed.
        sample
            See `reference_sample`.
        closed
            Rows that are no answers: they do not count.
        items
            How many items there are.
        """
        never = np.unique(np.asarray(closed, np.intp))
        others = np.setdiff1d(sample, np.union1d(candidates, never), assume_unique=True)
        rows = np.sort(np.concatenate([candidates, others]).astype(np.intp))
        candidate = np.isin(rows, candidates, assume_unique=True)
        left = items - len(never) - len(candidates)
        return cls(rows, candidate, np.where(candidate, 1.0, max(left, len(others)) / max(len(others), 1)))

    @classmethod
    def whole(cls, items: int, closed: Sequence[int]) -> "ScoredRows":
        """Every item but the closed ones, each a candidate."""
        rows = np.setdiff1d(np.arange(items), closed)
        return cls(rows, np.ones(len(rows), np.bool_), np.ones(len(rows)))

    def places(self, rows: Sequence[int] | NDArray[np.intp]) -> NDArray[np.intp]:
        """Where rows that are scored stand in `rows`.

        Raises
        ------
        ValueError
            Where one is not scored.
        """
        wanted = np.asarray(rows, np.intp)
        found = np.searchsorted(self.rows, wanted)
        if (found >= len(self.rows)).any() or (self.rows[found] != wanted).any():
            raise ValueError(f"rows {wanted.tolist()} are not all among those scored")
        return found

    def moments(self, scores: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and deviation over the catalogue.

        Parameters
        ----------
        scores
            ``(events, n)`` float32 of one component.

        Returns
        -------
        tuple of ndarray
            ``(events, 1)`` each; 0 and inf for an event whose scores are all equal.
        """
        total = max(float(self.counts.sum()), 1.0)
        exact = scores.astype(np.float64)
        mean = (exact @ self.counts / total)[:, None]
        spread = np.sqrt(np.square(exact - mean) @ self.counts / total)[:, None]
        flat = spread <= 1e-6 * np.maximum(np.abs(mean), 1e-6)
        return np.where(flat, 0, mean), np.where(flat, np.inf, spread)

    def fuse(self, components: Mapping[Key, Floats], weights: Mapping[Key, float]) -> Floats:
        """`fuse` of these rows alone.

        Parameters
        ----------
        components
            Component -> ``(events, n)`` float32 raw scores.
        weights
            Component -> weight; see `fuse`.

        Returns
        -------
        ndarray
            ``(events, n)`` float32.
        """
        normal = {}
        for name, scores in components.items():
            mean, spread = self.moments(scores)
            normal[name] = ((scores - mean) / spread).astype(np.float32)
        return _summed(normal, weights)

    def best_first(self, fused: Floats) -> NDArray[np.intp]:
        """The candidates in the order of their scores.

        Parameters
        ----------
        fused
            ``(n,)`` float32.

        Returns
        -------
        ndarray
            Rows, best first, equal scores by row.
        """
        rows = self.rows[self.candidate]
        return rows[np.argsort(-fused[self.candidate], kind="stable")]


@dataclass(frozen=True, eq=False)
class CandidateScores(Generic[Key]):
    """The candidates of several events, scored and normalised as those of requests are; weights are fitted on them.

    Parameters
    ----------
    normal
        Component -> ``(events, width)`` float32, normalised; 0 beyond an event's candidates.
    rows
        ``(events, width)`` intp: the candidates of each event, -1 beyond them.
    targets
        ``(events,)`` intp: row of the item that each event is about, a candidate or not.
    """

    normal: Mapping[Key, Floats]
    rows: NDArray[np.intp]
    targets: NDArray[np.intp]

    @classmethod
    def of(
        cls, scored: Sequence[ScoredRows], parts: Iterable[Mapping[Key, Floats]], targets: Sequence[int]
    ) -> "CandidateScores[Key]":
        """From raw scores.

        Parameters
        ----------
        scored
            Of each event.
        parts
            Of each event: component -> ``(n,)`` float32, of its `ScoredRows.rows`; the same components for all.
        targets
            Row of the item that each event is about.
        """
        sizes = [int(np.count_nonzero(each.candidate)) for each in scored]
        rows = np.full((len(scored), max(sizes, default=0)), -1, np.intp)
        normal: dict[Key, Floats] = {}
        for n, (own, raw, size) in enumerate(zip(scored, parts, sizes, strict=True)):
            stacked = np.stack([*raw.values()])
            mean, spread = own.moments(stacked)
            for key, z in zip(raw, (stacked[:, own.candidate] - mean) / spread, strict=True):
                normal.setdefault(key, np.zeros(rows.shape, np.float32))[n, :size] = z
            rows[n, :size] = own.rows[own.candidate]
        return cls(normal, rows, np.asarray(targets, np.intp))

    @classmethod
    def joined(cls, parts: Sequence["CandidateScores[Key]"]) -> "CandidateScores[Key]":
        """Those of several batches of events, of the same components."""
        width = max(part.rows.shape[1] for part in parts)
        rest = [((0, 0), (0, width - part.rows.shape[1])) for part in parts]
        normal = {
            key: np.concatenate([np.pad(part.normal[key], more) for part, more in zip(parts, rest, strict=True)])
            for key in parts[0].normal
        }
        rows = [np.pad(part.rows, more, constant_values=-1) for part, more in zip(parts, rest, strict=True)]
        return cls(normal, np.concatenate(rows), np.concatenate([part.targets for part in parts]))

    def fit(self) -> dict[Key, float]:
        """As `fit_weights` does; an event whose target is no candidate says nothing about weights."""
        there = (self.rows == self.targets[:, None]).any(axis=1)
        if not there.any():
            return {key: round(1 / len(self.normal), 4) for key in self.normal}
        z, rows = np.stack([own[there] for own in self.normal.values()]), self.rows[there]
        return _fitted(list(self.normal), z, (rows == self.targets[there, None]).argmax(axis=1), rows < 0)

    def __iter__(self) -> Iterator["CandidateScores[Key]"]:
        """Those of each event by itself, in their order."""
        for n in range(len(self.targets)):
            yield CandidateScores(
                {key: own[n : n + 1] for key, own in self.normal.items()}, self.rows[n : n + 1], self.targets[n : n + 1]
            )

    def fused(self, weights: Mapping[Key, float]) -> Floats:
        """``(events, width)``: the fused scores, -inf beyond an event's candidates."""
        return np.where(self.rows < 0, -np.inf, _summed(self.normal, weights))

    def ranks(self, weights: Mapping[Key, float]) -> NDArray[np.intp]:
        """``(events,)``: rank of each target from 0, `llmrec.evaluation.metrics.ABSENT` where it is no candidate."""
        own = self.rows == self.targets[:, None]
        return np.where(own.any(axis=1), target_ranks(self.fused(weights), own.argmax(axis=1)), ABSENT)

    def top(self, weights: Mapping[Key, float], k: int) -> NDArray[np.intp]:
        """``(events, k)``: the rows of the best, best first; -1 where there are fewer."""
        return np.take_along_axis(self.rows, top_rows(self.fused(weights), k), axis=1)


def _summed(normal: Mapping[Key, Floats], weights: Mapping[Key, float]) -> Floats:
    """The weighted sum of normalised components; of all alike where the weighted ones say nothing about an event."""
    unknown = set(normal) - set(weights)
    if unknown or not normal:
        given, known = (", ".join(sorted(map(str, names))) for names in (normal, weights))
        raise ValueError(f"components {given or 'none'} do not fit the weights {known or 'none'}")
    total = _weighted(normal, weights)
    silent = ~total.any(axis=1)
    if silent.any():
        total[silent] = _weighted(normal, dict.fromkeys(normal, 1.0))[silent]
    return total


def _weighted(normal: Mapping[Key, Floats], weights: Mapping[Key, float]) -> Floats:
    first = next(iter(normal.values()))
    total = np.zeros_like(first)
    for name, z in normal.items():
        if weights[name]:
            total += np.float32(weights[name]) * z
    return total


def fit_weights(
    components: Mapping[Key, Floats], targets: Sequence[int], seen: Rows, order: NDArray[np.intp] | None = None
) -> dict[Key, float]:
    """Weights of the fused score, fitted on held-out events. Deterministic.

    Parameters
    ----------
    components
        Component -> ``(events, items)`` float32 scores of a model that has not seen these events.
    targets
        Row of the item that each event is about.
    seen
        Item rows of each event's history.
    order
        Of equal scores, see `llmrec.evaluation.metrics.tie_order`.

    Returns
    -------
    dict
        Component -> weight >= 0; they sum to 1.
    """
    z = np.stack([z_normalise(scores, seen) for scores in components.values()])  # (components, events, items)
    closed = np.isinf(z[0])
    z[:, closed] = 0
    return _fitted(list(components), z, np.asarray(targets, np.intp), closed, order)


def _fitted(
    names: Sequence[Key],
    z: Floats,
    targets: NDArray[np.intp],
    closed: NDArray[np.bool_],
    order: NDArray[np.intp] | None = None,
) -> dict[Key, float]:
    """Weights that sum to 1, of scores `z` (components, events, items), 0 at what is `closed`."""
    weights = _refine(_likeliest(z, targets, closed), z, targets, closed, order)
    total = weights.sum()
    weights = weights / total if total else np.full(len(names), 1 / len(names))
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def _likeliest(z: Floats, targets: NDArray[np.intp], closed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """`(components,)`: weights >= 0 that maximise the mean log softmax of the targets."""
    from scipy.optimize import minimize  # a third of a second to import, for training alone

    events = np.arange(len(targets))
    chosen = z[:, events, targets]  # (components, events)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = np.tensordot(weights.astype(np.float32), z, 1)  # (events, items)
        logits[closed] = -np.inf
        top = logits.max(axis=1, keepdims=True)
        chance = np.exp(logits - top)
        norm = chance.sum(axis=1, keepdims=True, dtype=np.float64)
        log_likelihood = logits[events, targets] - top[:, 0] - np.log(norm[:, 0])
        expected = np.array([np.einsum("ei,ei->e", chance, part) for part in z]) / norm[:, 0]
        return float(-log_likelihood.mean()), -(chosen - expected).mean(axis=1).astype(np.float64)

    start = np.full(len(z), 1 / len(z))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(z))
    return np.asarray(found.x, np.float64)


def _refine(
    weights: NDArray[np.float64],
    z: Floats,
    targets: NDArray[np.intp],
    closed: NDArray[np.bool_],
    order: NDArray[np.intp] | None,
) -> NDArray[np.float64]:
    """The weights after at most three rounds of single-weight steps, each kept only if NDCG@10 rises."""

    def reached(trial: NDArray[np.float64]) -> float:
        scores = np.tensordot(trial.astype(np.float32), z, 1)
        scores[closed] = -np.inf
        return float(ndcg(target_ranks(scores, targets, order)).mean())

    best = reached(weights)
    for _ in range(3):
        before = best
        for part in range(len(weights)):
            at = weights[part] or 0.2 * weights.max()  # a weight of zero may still come in
            for step in STEPS:
                trial = weights.copy()
                trial[part] = step * at
                gained = reached(trial)
                if gained > best + LEAST_GAIN:
                    best, weights = gained, trial
        if best <= before:
            break
    return weights
