"""Models over time: the frames of a clip, or of a sound, become one vector, learned with everything else.

`mean` pools; `transformer` (Vaswani et al. 2017, learned positions) and `lstm` (Hochreiter & Schmidhuber 1997) add to
the mean a vector of what changes: they read the frames without their mean, which is what order can tell apart.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from llmrec.fusion.base import INNER

HEADS = 4


class Temporal(nn.Module, ABC):
    """Frames `(items, steps, dim)` -> frames in context `(items, steps, width)` -> one vector `(items, width)`."""

    width: int

    @abstractmethod
    def forward(self, frames: Tensor) -> Tensor:
        """Frames in context."""

    def pool(self, read: Tensor) -> Tensor:
        """One vector of what `forward` gave."""
        return read.mean(1)


class MeanTemporal(Temporal):
    """The frames' mean; nothing is learned and order is lost."""

    def __init__(self, dim: int, steps: int) -> None:
        super().__init__()
        del steps
        self.width = dim

    def forward(self, frames: Tensor) -> Tensor:
        """The frames themselves."""
        return frames


class TransformerTemporal(Temporal):
    """`[frame | its reading among the others]`, by one layer of self-attention with learned positions."""

    def __init__(self, dim: int, steps: int) -> None:
        super().__init__()
        self.width = dim + INNER
        self.down = nn.Linear(dim, INNER)
        self.positions = nn.Parameter(torch.randn(steps, INNER) * 0.1)
        # Dropout stays with RecLM: one knob for all of it.
        self.layer = nn.TransformerEncoderLayer(
            INNER, HEADS, 2 * INNER, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.norm = _unit_norm()

    def forward(self, frames: Tensor) -> Tensor:
        """See `Temporal`."""
        read = self.norm(self.layer(self.down(_changes(frames)) + self.positions))
        return torch.cat([frames, read], dim=-1)


class LstmTemporal(Temporal):
    """`[frame | the LSTM's state there]`; pooled, the mean frame and the last state."""

    def __init__(self, dim: int, steps: int) -> None:
        super().__init__()
        del steps
        self.dim, self.width = dim, dim + INNER
        self.down = nn.Linear(dim, INNER)
        self.lstm = nn.LSTM(INNER, INNER, batch_first=True)
        self.norm = _unit_norm()

    def forward(self, frames: Tensor) -> Tensor:
        """See `Temporal`."""
        states, _ = self.lstm(self.down(_changes(frames)))
        return torch.cat([frames, self.norm(states)], dim=-1)

    def pool(self, read: Tensor) -> Tensor:
        """See `Temporal`."""
        return torch.cat([read[..., : self.dim].mean(1), read[:, -1, self.dim :]], dim=-1)


def _changes(frames: Tensor) -> Tensor:
    return frames - frames.mean(1, keepdim=True)


def _unit_norm() -> nn.LayerNorm:
    """A LayerNorm that starts with vectors of unit length, as long as the normalised frames."""
    norm = nn.LayerNorm(INNER)
    nn.init.constant_(norm.weight, INNER**-0.5)
    return norm
