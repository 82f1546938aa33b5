"""The items that a RecLM reads: their media on one scale, what they lack, which own an id, who their neighbours are.

The model itself holds no catalogue. It is given batches of items (`llmrec.fusion.base.ItemBatch`), and this table is
where they come from: an item is added or replaced here, and nothing of the model changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llmrec.fusion.base import ItemBatch
from llmrec.fusion.item_graph import ItemGraph, item_graph

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
class ItemTable:
    """A catalogue's items, one a row, as the model reads them. It is never changed: `put` gives another.

    Parameters
    ----------
    items
        Their ids, in row order.
    vectors
        Modality -> ``(items, width)`` float32, normalised.
    mask
        Modality -> ``(items,)`` bool.
    id_rows
        ``(items,)`` int64: row in the model's id embeddings, -1 for an item that owns none: one without training
        events.
    graph
        Edges between them, for a fusion that reads neighbours.

    Examples
    --------
    >>> table = ItemTable(
    ...     ("a", "b"), {"text": torch.eye(2)}, {"text": torch.tensor([True, True])}, torch.tensor([0, -1])
    ... )
    >>> new = ItemTable(
    ...     ("c",), {"text": torch.ones(1, 2)}, {"text": torch.tensor([True])}, torch.tensor([-1])
    ... )
    >>> table.put(new).items, table.known
    (('a', 'b', 'c'), tensor([ True, False]))
    """

    items: tuple[str, ...]
    vectors: Mapping[str, Tensor]
    mask: Mapping[str, Tensor]
    id_rows: Tensor
    graph: ItemGraph | None = None

    def __len__(self) -> int:
        """How many items there are."""
        return len(self.items)

    @property
    def known(self) -> Tensor:
        """``(items,)`` bool: which own an id."""
        return self.id_rows >= 0

    @cached_property
    def row(self) -> Mapping[str, int]:
        """Item id -> row."""
        return {item: n for n, item in enumerate(self.items)}

    def to(self, device: torch.device | str) -> "ItemTable":
        """The same table on another device.

        Parameters
        ----------
        device
            Where its tensors shall lie.
        """
        if torch.device(device) == self.id_rows.device:
            return self
        moved = self.batch().to(device)
        return ItemTable(self.items, moved.vectors, moved.mask, self.id_rows.to(device), moved.graph)

    def batch(
        self, rows: Tensor | None = None, hidden: Mapping[str, Tensor] | None = None, ids: Tensor | None = None
    ) -> ItemBatch:
        """Items for the model to read.

        Parameters
        ----------
        rows
            ``(m,)`` int64: whose results are wanted; all by default. Where the table has a graph the whole of it is
            in the batch all the same.
        hidden
            Modality -> ``(items,)`` bool: which items are read as if they lacked it.
        ids
            ``(items,)`` bool: whose id may be used; all by default.

        Returns
        -------
        ItemBatch
            In the order of `rows`.
        """
        mask = {m: x & ~hidden[m] if hidden and m in hidden else x for m, x in self.mask.items()}
        id_rows = self.id_rows if ids is None else self.id_rows.where(ids, -1)
        if rows is None or self.graph is not None:
            return ItemBatch(self.vectors, mask, id_rows, self.graph, rows)
        vectors = {m: x[rows] for m, x in self.vectors.items()}
        return ItemBatch(vectors, {m: x[rows] for m, x in mask.items()}, id_rows[rows])

    def unseen(self, vectors: Mapping[str, Tensor]) -> ItemBatch:
        """A batch of one item that is not in the table: it owns no id and has no other media.

        Parameters
        ----------
        vectors
            Modality -> ``(width,)`` float32, normalised; at least one.

        Returns
        -------
        ItemBatch
            Where the table has a graph, the item stands in the place of the row that is most like it in the first
            of its modalities, for its edges.
        """
        place: Tensor | None = None
        if self.graph is not None:
            first = next(iter(vectors))
            place = (self.vectors[first] @ vectors[first]).argmax().view(1)
        read, mask = {}, {}
        for m, stored in self.vectors.items():
            vector = vectors.get(m, torch.zeros_like(stored[0])).to(stored).unsqueeze(0)
            present = torch.tensor([m in vectors], device=stored.device)
            read[m] = vector if place is None else stored.index_copy(0, place, vector)
            mask[m] = present if place is None else self.mask[m].index_copy(0, place, present)
        return ItemBatch(read, mask, graph=self.graph, rows=place)

    def first(self, count: int) -> "ItemTable":
        """The items of the first rows alone.

        Parameters
        ----------
        count
            How many; 0 to all.
        """
        graph = self.graph
        if graph is not None and count < len(self):
            events = graph.events[:, graph.events[0] < count]
            read, masks = ({m: x[:count] for m, x in each.items()} for each in (self.vectors, self.mask))
            graph = item_graph(read, masks, events)
        return ItemTable(
            self.items[:count], {m: x[:count] for m, x in self.vectors.items()},
            {m: x[:count] for m, x in self.mask.items()}, self.id_rows[:count], graph,
        )  # fmt: skip

    def put(self, other: "ItemTable") -> "ItemTable":
        """With other items in it: each in the row of its namesake, or in a new one at the end.

        Parameters
        ----------
        other
            Items of the same modalities, each with its id row.

        Returns
        -------
        ItemTable
            The rows of all other items stay what they were. A graph is drawn anew.
        """
        items = tuple(dict.fromkeys((*self.items, *other.items)))
        place = {item: n for n, item in enumerate(items)}
        rows = torch.tensor([place[item] for item in other.items], dtype=torch.long, device=self.id_rows.device)
        more = len(items) - len(self.items)

        def placed(old: Tensor, new: Tensor) -> Tensor:
            grown = torch.cat([old, old.new_zeros(more, *old.shape[1:])])
            grown[rows] = new.to(old)
            return grown

        vectors = {m: placed(x, other.vectors[m]) for m, x in self.vectors.items()}
        mask = {m: placed(x, other.mask[m]) for m, x in self.mask.items()}
        put = replace(self, items=items, vectors=vectors, mask=mask, id_rows=placed(self.id_rows, other.id_rows))
        if self.graph is None:
            return put
        events = self.graph.events
        if other.graph is not None:  # an item that was trained on, and comes back
            theirs = other.graph.events
            events = torch.cat([events, torch.stack([rows[theirs[0]], theirs[1]])], dim=1).unique(dim=1)
        return replace(put, graph=item_graph(vectors, mask, events))
