"""One score out of several: each is z-normalised within its event, then they are added with fitted weights.

The weights maximise the conditional-logit likelihood of the items that really came next (a softmax over the unseen
items), then move by coordinates where that lifts NDCG@10. All weights are non-negative.

References
----------
McFadden, "Conditional Logit Analysis of Qualitative Choice Behavior" (1974, in Frontiers in Econometrics).
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from llmrec.catalog.events import Rows, flatten
from llmrec.evaluation.metrics import mask_seen, ndcg, target_ranks

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
    unknown = set(components) - set(weights)
    if unknown or not components:
        given, known = (", ".join(sorted(map(str, names))) for names in (components, weights))
        raise ValueError(f"components {given or 'none'} do not fit the weights {known or 'none'}")
    normal = {name: z_normalise(scores, seen) for name, scores in components.items()}
    for z in normal.values():
        z[np.isinf(z)] = 0  # -inf * 0 is not a number
    total = _weighted(normal, weights)
    silent = ~total.any(axis=1)
    if silent.any():
        total[silent] = _weighted(normal, dict.fromkeys(normal, 1.0))[silent]
    return mask_seen(total, seen)


def best_first(fused: Floats, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
    """The candidates in the order of their scores.

    Parameters
    ----------
    fused : (items,) float32
        -inf at the items that are never recommended.
    candidates : (n,) intp
        Rows, ascending, each once.

    Returns
    -------
    (m,) intp
        Those with a finite score, best first, equal scores by row.
    """
    rows = candidates[np.isfinite(fused[candidates])]
    return rows[np.argsort(-fused[rows], kind="stable")]


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
    names = list(components)
    z = np.stack([z_normalise(components[name], seen) for name in names])  # (components, events, items)
    closed = np.isinf(z[0])
    z[:, closed] = 0
    goal = np.asarray(targets, np.intp)
    weights = _refine(_likeliest(z, goal, closed), z, goal, closed, order)
    total = weights.sum()
    weights = weights / total if total else np.full(len(names), 1 / len(names))
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def _likeliest(z: Floats, targets: NDArray[np.intp], closed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """`(components,)`: weights >= 0 that maximise the mean log softmax of the targets."""
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
