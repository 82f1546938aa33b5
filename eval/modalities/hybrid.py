"""The hybrid without an LLM: semantic vectors find candidates, matrix factorisation and likeness rank them.

PureSVD (Cremonesi et al. 2010) folds a history in: scores = h V Vᵀ with V the right singular vectors of the binary
user-item matrix, so new histories need no training. Candidates are the items nearest in text to the last three.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import svds

from eval.modalities.worlds import Task
from llmrec.encoders import Features
from llmrec.evaluation.splits import Event
from llmrec.ranking.content import content_scores, unit_rows
from llmrec.ranking.fused import fit_weights, fuse

Floats = NDArray[np.float32]
FACTORS, NEAR, CANDIDATES = 64, 3, 300


def hybrid_scores(task: Task, features: Features, modalities: Sequence[str], seed: int) -> Floats:
    """(test events, items), -inf at seen items and at those that retrieval does not find."""
    factors = _factors(task, len(features.ids), seed)
    valid = _parts(task.valid, features, modalities, factors)
    weights = fit_weights(valid, [e.target for e in task.valid], [e.history for e in task.valid])
    test = _parts(task.test, features, modalities, factors)
    fused = fuse(test, weights, [e.history for e in task.test])
    semantic = {name: part for name, part in test.items() if name != "factors"}
    if semantic and fused.shape[1] > CANDIDATES:
        found = fuse(semantic, {**weights, **dict.fromkeys(semantic, 1.0)}, [e.history for e in task.test])
        last = np.partition(found, -CANDIDATES, axis=1)[:, -CANDIDATES, None]
        fused = np.where(found >= last, fused, -np.inf).astype(np.float32)
    return fused


def _factors(task: Task, items: int, seed: int) -> Floats:
    """V: (items, factors) float32."""
    pairs = np.array([(user, row) for user, rows in enumerate(task.train.values()) for row in rows])
    interacted = sp.csr_matrix((np.ones(len(pairs), np.float32), pairs.T), shape=(len(task.train), items))
    k = min(FACTORS, min(interacted.shape) - 1)
    _, _, vt = svds(interacted, k=k, random_state=seed)
    return np.ascontiguousarray(vt.T, dtype=np.float32)


def _parts(
    events: Sequence[Event], features: Features, modalities: Sequence[str], factors: Floats
) -> Mapping[str, Floats]:
    histories = [e.history for e in events]
    parts = {"factors": np.stack([factors[list(h)].sum(0) for h in histories]) @ factors.T}
    for m in modalities:
        unit = unit_rows(features.vectors[m], features.steps.get(m, 1))
        parts[m] = content_scores(unit, features.mask[m], histories, (NEAR,))[0]
    return parts
