"""The items that a RecLM reads: their media on one scale, what they lack, which own an id, who their neighbours are.

The model itself holds no catalogue. It is given batches of items (`llmrec.fusion.base.ItemBatch`), and this table is
where they come from: with other items it is another table, and nothing of the model changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from llmrec.fusion.base import ItemBatch
from llmrec.fusion.item_graph import ItemGraph
from llmrec.model.normaliser import NormalisedRows


@dataclass(frozen=True, eq=False)
class ItemTable:
    """A catalogue's items, one a row, as the model reads them. It is never changed.

    Parameters
    ----------
    items
        Their ids, in row order.
    vectors
        Modality -> ``(items, width)`` float32, normalised: held, or made as they are read.
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
    >>> table.known
    tensor([ True, False])
    """

    items: tuple[str, ...]
    vectors: Mapping[str, Tensor | NormalisedRows]
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
            return ItemBatch({m: x[:] for m, x in self.vectors.items()}, mask, id_rows, self.graph, rows)
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
            place = (self.vectors[first][:] @ vectors[first]).argmax().view(1)
        read, mask = {}, {}
        for m, stored in self.vectors.items():
            vector = vectors.get(m, torch.zeros(stored.shape[1])).to(self.id_rows.device).unsqueeze(0)
            present = torch.tensor([m in vectors], device=self.id_rows.device)
            read[m] = vector if place is None else stored[:].index_copy(0, place, vector)
            mask[m] = present if place is None else self.mask[m].index_copy(0, place, present)
        return ItemBatch(read, mask, graph=self.graph, rows=place)
