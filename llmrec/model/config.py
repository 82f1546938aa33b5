"""The shape of a RecLM: everything needed to build it again from its pack."""

from dataclasses import dataclass

from llmrec.errors import BadInput
from llmrec.fusion import FUSIONS, TEMPORALS


@dataclass(frozen=True, slots=True)
class RecLMConfig:
    """Sizes that are fixed at training and stored in the adapter pack."""

    exit_layer: int = 4
    """Decoder layers the ranking path runs; the LLM's later layers serve words only."""
    soft_tokens: int = 1
    """Soft tokens an item (K)."""
    dim: int = 128
    """Size of the query vector q and the item vectors v."""
    window: int = 64
    """Most recent history items that are read."""
    lora_rank: int = 16
    """Rank of the LoRA on every linear layer; 0 trains no LoRA."""
    lora_alpha: int = 32
    """LoRA scale numerator: the update is weighted alpha / rank."""
    fusion: str = "concat"
    """How an item's modalities become one: a word of `llmrec.fusion.FUSIONS`."""
    temporal: str = "mean"
    """How the frames of a clip or a sound become one vector: a word of `llmrec.fusion.TEMPORALS`."""

    interest: int = 0
    """Directions a modality that the model reads in place of its whole vectors: those along which items taken together
    lie near each other (`llmrec.ranking.projection`). For catalogues with few events an item; 0 reads the vectors."""

    def __post_init__(self) -> None:
        """Raises `BadInput` on a word that is none."""
        for name, word, words in (("fusion", self.fusion, FUSIONS), ("temporal", self.temporal, TEMPORALS)):
            if word not in words:
                raise BadInput(f"`{name}` is {word!r}; choose one of {', '.join(words)}")
