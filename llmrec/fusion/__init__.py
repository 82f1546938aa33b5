"""Fusions: an item's media vectors become soft tokens of the LLM and the input of the item head, seven ways."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from llmrec.errors import BadInput
from llmrec.extras import needs
from llmrec.registry import BUILT_IN, make, resolve
from llmrec.runtime import configure

if TYPE_CHECKING:
    from llmrec.fusion.base import Fusion, FusionSizes
    from llmrec.fusion.temporal import Temporal

configure()

FUSIONS = ("concat", "weighted", "late", "attention", "resampler", "graph", "recurrent")
TEMPORALS = ("mean", "transformer", "lstm")

__all__ = ["FUSIONS", "TEMPORALS", "build_fusion", "build_temporal", "fusion_class"]


def fusion_class(name: str) -> "type[Fusion]":
    """The class of a fusion, without building one: it says what a batch has to hold.

    Parameters
    ----------
    name
        One of `FUSIONS`, or a plug-in's name or import path.

    Returns
    -------
    type of Fusion
        Takes `FusionSizes` alone.

    Raises
    ------
    MissingExtra
        Where it needs a package that is not installed.
    UnknownPlugin
        Where nothing has that name.
    BadInput
        Where what has it is no fusion.
    """
    if name != "graph":
        found: type[Fusion] = resolve("fusion", name)
        if not hasattr(found, "reads_neighbours"):
            raise BadInput(f"fusion {name!r} is no subclass of `llmrec.fusion.base.Fusion`; name one", "fusion")
        return found
    with needs("graph", "the fusion 'graph'"):
        from llmrec.fusion.graph import GraphFusion  # torch_geometric takes seconds to import

    return GraphFusion


def build_fusion(name: str, sizes: "FusionSizes") -> "Fusion":
    """The fusion by its name.

    Parameters
    ----------
    name
        One of `FUSIONS`, or a plug-in's name or import path.
    sizes
        What to build it for.

    Returns
    -------
    Fusion
        Untrained.
    """
    if name in BUILT_IN["fusion"]:
        build: Callable[[FusionSizes], Fusion] = fusion_class(name)
        return build(sizes)
    fusion: Fusion = make("fusion", name, sizes, needs=("forward", "content"))
    return fusion


def build_temporal(name: str, dim: int, steps: int) -> "Temporal":
    """The model over time by its name.

    Parameters
    ----------
    name
        One of `TEMPORALS`.
    dim
        Width of a frame's vector.
    steps
        Frames an item has.

    Returns
    -------
    Temporal
        Untrained.
    """
    from llmrec.fusion.temporal import LstmTemporal, MeanTemporal, TransformerTemporal

    kinds: dict[str, Callable[[int, int], Temporal]] = {
        "mean": MeanTemporal,
        "transformer": TransformerTemporal,
        "lstm": LstmTemporal,
    }
    return kinds[name](dim, steps)
