"""Where the LLM runs: one protocol for a local model, a served one, and plug-ins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from llmrec.model.checkpoint import Checkpoint
    from llmrec.model.item_table import ItemTable
    from llmrec.model.reclm import RecLM

Floats = NDArray[np.float32]

LLM = "llm"
"""What `degraded` holds where the server of the LLM did not answer and a local model or nothing took its place."""


@dataclass(frozen=True, slots=True)
class QueryVectors:
    """What `Engine.query_vectors` gives.

    Parameters
    ----------
    vectors : (n, dim) float32
        The query vector of each history.
    degraded
        What was out of reach and was replaced: `LLM`, or nothing.
    """

    vectors: Floats
    degraded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Generated:
    """What `Engine.generate` gives.

    Parameters
    ----------
    texts
        The continuation of each prompt; "" where none was written.
    degraded
        What was out of reach and was replaced: `LLM`, or nothing.
    """

    texts: tuple[str, ...]
    degraded: frozenset[str] = frozenset()


class Engine(Protocol):
    """Query vectors for ranking, and text for rationales. Several threads may call one engine at once."""

    def query_vectors(
        self,
        histories: Sequence[Sequence[int]],
        queries: Sequence[str],
        example: Mapping[str, Floats] | None = None,
    ) -> QueryVectors:
        """The LLM's query vector of each history.

        Parameters
        ----------
        histories
            Item rows of each, oldest first.
        queries
            The words of each request, "" for none; as many as `histories`.
        example : modality -> (dim,) float32
            Normalised vectors of an item outside the catalogue, which is read as the newest item of every history.

        Returns
        -------
        QueryVectors
            In the order of `histories`.
        """
        ...

    def generate(self, prompts: Sequence[str], seed: int) -> Generated:
        """The continuation of each prompt up to the end of its line.

        Parameters
        ----------
        prompts
            A text may depend on how many are continued at once, as arithmetic in few bits does.
        seed
            0 for greedy text; another seed samples.

        Returns
        -------
        Generated
            In the order of `prompts`.
        """
        ...


class CatalogueEngine(Engine, Protocol):
    """An engine whose items can change while it is open."""

    def over(self, table: "ItemTable", changed: Sequence[int]) -> "CatalogueEngine":
        """The same engine over other items; what is loaded or connected is shared, and this one stays as it is.

        Parameters
        ----------
        table
            The items in the rows they had, new ones at the end; the last ones may be gone.
        changed
            Rows of the items that are new or have other media.
        """
        ...


@dataclass(frozen=True, eq=False, slots=True)
class EngineInputs:
    """What an engine runs.

    Parameters
    ----------
    model
        The LLM up to its exit layer with LoRA merged, soft tokens and heads.
    table
        The catalogue's items, as the model reads them.
    base
        Folder of the base LLM, in Hugging Face layout.
    checkpoint
        What `model` was restored from; its folder has the LoRA (peft) that writes sentences.
    argument
        What follows `?` in the spec, such as the address of a server; "" without.
    """

    model: "RecLM"
    table: "ItemTable"
    base: Path
    checkpoint: "Checkpoint"
    argument: str = ""

    @property
    def rationale(self) -> Path | None:
        """Folder of the LoRA (peft) that writes sentences; None where the checkpoint has none."""
        folder = self.checkpoint.folder / "rationale"
        return folder if folder.is_dir() else None

    def with_argument(self, argument: str) -> "EngineInputs":
        """The same, with another argument."""
        return replace(self, argument=argument)


EngineFactory = Callable[[EngineInputs], CatalogueEngine]
"""What a plug-in of the kind "engine" is: a class or a function."""
