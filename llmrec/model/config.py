"""The shape of a RecLM: everything needed to build it again from its checkpoint."""

from pydantic import Field, field_validator

from llmrec.config import Config
from llmrec.fusion import TEMPORALS
from llmrec.registry import is_path, names


class RecLMConfig(Config):
    """Sizes that are fixed at training and stored in the checkpoint.

    Examples
    --------
    >>> RecLMConfig(lora_rank=8).dim
    128
    """

    exit_layer: int = Field(default=4, ge=1)
    """Decoder layers that the ranking path runs (the LLM's later layers serve words only): time grows with them."""
    soft_tokens: int = Field(default=1, ge=1)
    """Soft tokens an item (K): length of a prompt, and time, grow with them."""
    dim: int = Field(default=128, ge=1)
    """Size of what the heads make of a query and of an item: with the shared space's axes a row of the index."""
    shared: int = Field(default=0, ge=0)
    """Axes a modality of the space that queries and items share from the start (`llmrec.model.content_pointer`), in
    which the LLM points at history items; 0 for none."""
    window: int = Field(default=64, ge=1)
    """Most recent history items that are read."""
    lora_rank: int = Field(default=16, ge=0)
    """Rank of the LoRA on every linear layer; 0 trains no LoRA."""
    lora_alpha: int = Field(default=32, ge=1)
    """LoRA scale numerator: the update is weighted alpha / rank."""
    fusion: str = "concat"
    """How an item's modalities become one: a fusion's name (concat, weighted, late, attention, resampler, graph,
    recurrent) or the import path of one of your own."""
    temporal: str = "mean"
    """How the frames of a clip or a sound become one vector: mean, transformer or lstm."""
    interest: int = Field(default=0, ge=0)
    """Directions a modality that the model reads in place of its whole vectors: those along which items chosen together
    lie near each other (`llmrec.ranking.projection`). For catalogues with few events an item; 0 reads the vectors."""

    @field_validator("fusion")
    @classmethod
    def _known_fusion(cls, fusion: str) -> str:
        if fusion not in names("fusion") and not is_path(fusion):
            raise ValueError(f"choose one of {', '.join(names('fusion'))}, or the import path of your own")
        return fusion

    @field_validator("temporal")
    @classmethod
    def _known_temporal(cls, temporal: str) -> str:
        if temporal not in TEMPORALS:
            raise ValueError(f"choose one of {', '.join(TEMPORALS)}")
        return temporal
