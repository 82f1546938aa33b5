"""Fusions: an item's media vectors become soft tokens of the LLM and the input of the item head, seven ways."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from llmrec.extras import needs
from llmrec.runtime import configure

if TYPE_CHECKING:
    from llmrec.fusion.base import Fusion
    from llmrec.fusion.item_graph import ItemGraph
    from llmrec.fusion.temporal import Temporal

configure()

FUSIONS = ("concat", "weighted", "late", "attention", "resampler", "graph", "recurrent")
TEMPORALS = ("mean", "transformer", "lstm")

__all__ = ["FUSIONS", "TEMPORALS", "build_fusion", "build_temporal"]


def build_fusion(
    name: str,
    dims: Mapping[str, int],
    hidden: int,
    soft_tokens: int,
    spread: float,
    steps: Mapping[str, int],
    graph: "ItemGraph | None",
) -> "Fusion":
    """The fusion by its name, one of `FUSIONS`; `steps` matters to `resampler`, `graph` to `graph` alone."""
    if name == "resampler":
        from llmrec.fusion.resampler import ResamplerFusion

        return ResamplerFusion(dims, hidden, soft_tokens, spread, steps)
    if name == "graph":
        if graph is None:
            raise ValueError("fusion 'graph' needs the catalogue's edges; pass them as `graph`")
        with needs("graph", "the fusion 'graph'"):
            from llmrec.fusion.graph import GraphFusion  # torch_geometric takes seconds to import

        return GraphFusion(dims, hidden, soft_tokens, spread, graph)
    from llmrec.fusion.attention import AttentionFusion
    from llmrec.fusion.concat import ConcatFusion
    from llmrec.fusion.gating import WeightedFusion
    from llmrec.fusion.late import LateFusion
    from llmrec.fusion.recurrent import RecurrentFusion

    plain: dict[str, Callable[[Mapping[str, int], int, int, float], Fusion]] = {
        "concat": ConcatFusion,
        "weighted": WeightedFusion,
        "late": LateFusion,
        "attention": AttentionFusion,
        "recurrent": RecurrentFusion,
    }
    return plain[name](dims, hidden, soft_tokens, spread)


def build_temporal(name: str, dim: int, steps: int) -> "Temporal":
    """The model over time by its name, one of `TEMPORALS`, for `steps` frames of size `dim`."""
    from llmrec.fusion.temporal import LstmTemporal, MeanTemporal, TransformerTemporal

    kinds: dict[str, Callable[[int, int], Temporal]] = {
        "mean": MeanTemporal,
        "transformer": TransformerTemporal,
        "lstm": LstmTemporal,
    }
    return kinds[name](dim, steps)
