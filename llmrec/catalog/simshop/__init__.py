"""SimShop: a made-up shop whose truth is known: what each modality holds, who likes it, why each item was bought."""

from llmrec.catalog.simshop.truth import load_truth, oracle_scores
from llmrec.catalog.simshop.world import ATTRIBUTES, BY_NAME, MODALITIES, Attribute, Purchase, Taste, World, make_world
from llmrec.catalog.simshop.write import write_simshop

__all__ = [
    "ATTRIBUTES",
    "BY_NAME",
    "MODALITIES",
    "Attribute",
    "Purchase",
    "Taste",
    "World",
    "load_truth",
    "make_world",
    "oracle_scores",
    "write_simshop",
]
