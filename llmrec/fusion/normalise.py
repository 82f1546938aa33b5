"""Puts each modality's raw encoder vectors on one scale before fusion: standardised, then unit length."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def fit_normaliser(vectors: Floats, mask: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean and spread `(dim,), (dim,)` of the rows present of `vectors (items, dim)`; zeros and ones where none is."""
    dim = vectors.shape[1]
    if not mask.any():
        return np.zeros(dim, np.float32), np.ones(dim, np.float32)
    present = vectors[mask]
    # One spread for all dimensions would let a few hot channels of an image tower drown the rest.
    return present.mean(0).astype(np.float32), (present.std(0) + 1e-4).astype(np.float32)


def normalise(vectors: Floats, mask: NDArray[np.bool_], mean: Floats, spread: Floats) -> Floats:
    """`(items, dim)` standardised and scaled to unit length; rows that are missing become zero."""
    scaled = (vectors - mean) / spread
    scaled /= np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-6)
    return np.where(mask[:, None], scaled, 0.0).astype(np.float32)


def project(vectors: Floats, axes: Floats, steps: int = 1) -> Floats:
    """`(items, steps * k)`: each of the `steps` blocks of `vectors (items, steps * dim)` along `axes (dim, k)`."""
    found: Floats = (vectors.reshape(len(vectors), steps, -1) @ axes).reshape(len(vectors), -1).astype(np.float32)
    return found
