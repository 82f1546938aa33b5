"""What one training run is: every knob, its unit and its default."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Recipe of the next-item objective, with and without wishes. Defaults are those of the shipped packs."""

    seed: int = 0
    epochs: int = 12
    """Most epochs; early stopping usually ends before."""
    patience: int = 4
    """Epochs without a better validation NDCG@10 before training stops."""
    batch: int = 16
    """Prompts a step."""
    lr: float = 1e-3
    """Learning rate of fusion, heads and ids (AdamW)."""
    lr_lora: float = 3e-4
    """Learning rate of the LoRA."""
    weight_decay: float = 0.01
    clip: float = 1.0
    """Largest gradient norm."""
    dropout: float = 0.2
    """On soft tokens and on the state that q is read from."""
    id_dropout: float = 0.3
    """Share of items whose id is hidden in a step, so that new items are no surprise."""
    modality_dropout: float = 0.1
    """Share of items that lose a modality in a step."""
    queries: int = 6
    """Wishes asked along each history in a step; 0 trains without words."""
    query_weight: float = 0.5
    """Weight of the wish loss beside the next-item loss."""
    contexts: float = 0.0
    """Share of wishes that are asked with the time of day and the season of their event."""
    average: float = 0.998
    """Decay per step of the running average of the weights that is validated and kept; 0 keeps the last weights."""
    shuffle: bool = False
    """Whether every epoch reads each history in a new order: where order tells nothing, each is many histories."""
    sampled_items: int = 0
    """Negatives drawn for the softmax; 0 uses the whole catalogue (right up to some 50,000 items)."""
    focal: float = 0.0
    """Gamma of the focal loss: how much less an event counts that is ranked well already; 0 is cross-entropy."""
    class_weights: float = 0.0
    """Power of the inverse item frequency by which events are weighted; 0 weighs all alike, 1 all items alike."""
    resample_rare: float = 0.0
    """Share of items below which a modality is rare: prompts with items that have it are repeated; 0 repeats none."""
    checkpoint_minutes: float = 3.0
