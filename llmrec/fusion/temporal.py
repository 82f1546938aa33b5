"""Models over time: the frames of a clip, or of a sound, become one vector, learned with everything else.

`mean` pools; `transformer` and `lstm` add to the mean a vector of what changes: they read the frames without their
mean, which is what order can tell apart.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from llmrec.fusion.base import INNER

HEADS = 4


class Temporal(nn.Module, ABC):
    """A model over the frames of an item: frames -> frames in context (`forward`) -> one vector (`pool`).

    Attributes
    ----------
    width
        Size of a frame in context, and of the one vector.

    Examples
    --------
    >>> model = MeanTemporal(dim=3, steps=5)
    >>> model.pool(model(torch.ones(2, 5, 3))).shape
    torch.Size([2, 3])
    """

    width: int

    @abstractmethod
    def forward(self, frames: Tensor) -> Tensor:
        """Reads the frames together.

        Parameters
        ----------
        frames
            ``(n, steps, dim)`` float32.

        Returns
        -------
        Tensor
            ``(n, steps, width)`` float32: each frame in the context of the others.
        """

    def pool(self, read: Tensor) -> Tensor:
        """One vector an item.

        Parameters
        ----------
        read
            ``(n, steps, width)``: what `forward` gave.

        Returns
        -------
        Tensor
            ``(n, width)`` float32.
        """
        return read.mean(1)


class MeanTemporal(Temporal):
    """The frames' mean; nothing is learned and order is lost.

    Parameters
    ----------
    dim
        Width of a frame.
    steps
        Frames an item; not needed here.
    """

    def __init__(self, dim: int, steps: int) -> None:
        super().__init__()
        del steps
        self.width = dim

    def forward(self, frames: Tensor) -> Tensor:
        """The frames themselves."""
        return frames


class TransformerTemporal(Temporal):
    """`[frame | the frame in context]`, by one layer of self-attention with learned positions.

    Parameters
    ----------
    dim
        Width of a frame.
    steps
        Frames an item.

    References
    ----------
    Vaswani et al., "Attention Is All You Need" (2017, arXiv 1706.03762).
    """

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
        """See `Temporal.forward`."""
        read = self.norm(self.layer(self.down(_changes(frames)) + self.positions))
        return torch.cat([frames, read], dim=-1)


class LstmTemporal(Temporal):
    """`[frame | the LSTM's state there]`; pooled, the mean frame and the last state.

    Parameters
    ----------
    dim
        Width of a frame.
    steps
        Frames an item; not needed here.

    References
    ----------
    Hochreiter & Schmidhuber, "Long Short-Term Memory" (1997, Neural Computation 9).
    """

    def __init__(self, dim: int, steps: int) -> None:
        super().__init__()
        del steps
        self.dim, self.width = dim, dim + INNER
        self.down = nn.Linear(dim, INNER)
        self.lstm = nn.LSTM(INNER, INNER, batch_first=True)
        self.norm = _unit_norm()

    def forward(self, frames: Tensor) -> Tensor:
        """See `Temporal.forward`."""
        states, _ = self.lstm(self.down(_changes(frames)))
        return torch.cat([frames, self.norm(states)], dim=-1)

    def pool(self, read: Tensor) -> Tensor:
        """See `Temporal.pool`."""
        return torch.cat([read[..., : self.dim].mean(1), read[:, -1, self.dim :]], dim=-1)


def _changes(frames: Tensor) -> Tensor:
    return frames - frames.mean(1, keepdim=True)


def _unit_norm() -> nn.LayerNorm:
    """A LayerNorm that starts with vectors of unit length, as long as the normalised frames."""
    norm = nn.LayerNorm(INNER)
    nn.init.constant_(norm.weight, INNER**-0.5)
    return norm
