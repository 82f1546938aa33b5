"""Encoders' vectors on the scale that the model reads: how they get there, and a catalogue's, made as they are read."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llmrec.vector_rows import VectorRows

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Normaliser:
    """Puts the raw encoder vectors of one modality on the scale that the model reads.

    Each dimension is standardised, then a vector is scaled to unit length; where there are `axes`, each of its steps
    is read along those directions in place of its own.

    Parameters
    ----------
    mean, spread
        ``(dim,)`` float32.
    axes
        ``(dim / steps, k)`` float32, or None to read the vectors themselves.
    steps
        Consecutive blocks (frames) of a vector.

    Examples
    --------
    >>> raw = np.array([[3.0, 0.0], [1.0, 4.0], [9.0, 9.0]], np.float32)
    >>> there = np.array([True, True, False])
    >>> np.round(Normaliser.fit(raw, there)(raw, there), 2)
    array([[ 0.71, -0.71],
           [-0.71,  0.71],
           [ 0.  ,  0.  ]], dtype=float32)
    """

    mean: Floats
    spread: Floats
    axes: Floats | None = None
    steps: int = 1

    @classmethod
    def fit(cls, vectors: Floats, mask: NDArray[np.bool_], steps: int = 1) -> "Normaliser":
        """Mean and standard deviation of the rows that are there.

        Parameters
        ----------
        vectors
            ``(items, dim)`` float32, raw.
        mask
            ``(items,)`` bool.
        steps
            Frames in a vector.

        Returns
        -------
        Normaliser
            Without axes; of a modality that no item has, one that only scales to unit length.
        """
        dim = vectors.shape[1]
        if not mask.any():
            return cls(np.zeros(dim, np.float32), np.ones(dim, np.float32), steps=steps)
        present = vectors[mask]
        # One spread for all dimensions would let a few hot channels of an image encoder drown the rest.
        return cls(present.mean(0).astype(np.float32), (present.std(0) + 1e-4).astype(np.float32), steps=steps)

    @property
    def width(self) -> int:
        """Numbers in a normalised vector."""
        return len(self.mean) if self.axes is None else self.steps * self.axes.shape[1]

    def __call__(self, vectors: Floats, mask: NDArray[np.bool_]) -> Floats:
        """Normalises.

        Parameters
        ----------
        vectors
            ``(n, dim)`` float32, raw.
        mask
            ``(n,)`` bool.

        Returns
        -------
        ndarray
            ``(n, width)`` float32; rows that are missing are zero.
        """
        scaled = (vectors - self.mean) / self.spread
        scaled /= np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-6)
        scaled = np.where(mask[:, None], scaled, 0.0).astype(np.float32)
        return scaled if self.axes is None else project(scaled, self.axes, self.steps)


def project(vectors: Floats, axes: Floats, steps: int = 1) -> Floats:
    """Each step of a vector along the same axes.

    Parameters
    ----------
    vectors
        ``(n, steps * dim)`` float32.
    axes
        ``(dim, k)`` float32.
    steps
        Consecutive blocks of a vector.

    Returns
    -------
    ndarray
        ``(n, steps * k)`` float32.
    """
    projected: Floats = (vectors.reshape(len(vectors), steps, -1) @ axes).reshape(len(vectors), -1).astype(np.float32)
    return projected


@dataclass(frozen=True, eq=False)
class NormalisedRows:
    """What a tensor ``(items, width)`` of normalised vectors would give, at the cost of the rows that are asked for.

    Parameters
    ----------
    raw
        ``(items, dim)``, as encoded.
    mask
        ``(items,)`` bool: which items have the modality.
    normaliser
        Puts them on the model's scale.

    Examples
    --------
    >>> raw, there = np.eye(3, 2, dtype=np.float32), np.array([True, True, False])
    >>> NormalisedRows(VectorRows(raw), there, Normaliser.fit(raw, there))[torch.tensor([1])].round(decimals=1)
    tensor([[-0.7000,  0.7000]])
    """

    raw: VectorRows
    mask: NDArray[np.bool_]
    normaliser: Normaliser

    def __len__(self) -> int:
        """How many items there are."""
        return len(self.raw)

    @property
    def shape(self) -> tuple[int, int]:
        """Items, and numbers in a normalised vector."""
        return len(self.raw), self.normaliser.width

    def __getitem__(self, rows: Tensor | slice) -> Tensor:
        """Those of some rows, ``(n, width)`` float32."""
        which = rows if isinstance(rows, slice) else rows.cpu().numpy()
        return torch.from_numpy(self.normaliser(self.raw[which], self.mask[which]))
