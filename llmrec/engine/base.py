"""Where the LLM runs: one contract, so that a local model and a served one are the same to everybody else."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from llmrec.model.item_table import ItemTable


class Engine(Protocol):
    """Query vectors for ranking, words for explaining."""

    def query_vectors(
        self,
        histories: Sequence[Sequence[int]],
        queries: Sequence[str],
        example: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> NDArray[np.float32]:
        """`q (n, dim)` of each history (item rows, oldest first) with its wish ("" for none).

        `example`: modality -> (dim,) normalised vector of an item outside the catalogue, read as each history's newest.
        """
        ...

    def generate(self, prompts: Sequence[str], seed: int) -> list[str]:
        """What follows each prompt, up to the end of its line; greedy with a seed of 0.

        A text may depend on how many are written at once, as arithmetic in few bits does.
        """
        ...


class CatalogueEngine(Engine, Protocol):
    """An engine whose items can change while it is open."""

    def over(self, table: "ItemTable", changed: Sequence[int]) -> "CatalogueEngine":
        """The same engine over other items; what is loaded or connected is shared, and this one stays as it is.

        Parameters
        ----------
        table
            The items in the rows they had, new ones at the end.
        changed
            Rows of the items that are new or have other media.
        """
        ...
