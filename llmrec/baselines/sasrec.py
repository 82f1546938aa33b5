"""SASRec: self-attention over a user's last items, trained to foretell the next one at every position.

Design choices:

- cross-entropy over the whole catalogue (or over sampled negatives) in place of the paper's one negative a position:
  what makes the difference between SASRec and BERT4Rec in independent re-runs;
- pre-norm blocks, learned positions, tied item embeddings, no bias;
- `windows`: a history longer than the window is cut into windows that share an item, so that every step of every
  history trains. Libraries commonly read the last window alone, which halves MovieLens-100K;
- items without a training event have no embedding and score below all others.

References
----------
Kang & McAuley 2018, "Self-attentive sequential recommendation", ICDM.
Klenitskiy & Vasilev 2023, "Turning dross into gold loss: is BERT4Rec really better than SASRec?", RecSys.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from llmrec.baselines.base import Baseline, Config, Floats
from llmrec.catalog.events import Rows
from llmrec.evaluation.splits import Event

if TYPE_CHECKING:
    from torch import Tensor, nn

SCORED = 256
"""Histories read at once when scoring."""


class SasRec(Baseline):
    """Plain-torch SASRec.

    Parameters
    ----------
    dim : int
        Width of item embeddings and states.
    blocks, heads : int
        Attention blocks, and heads of each.
    dropout : float
    window : int
        Items of a history that are read.
    lr : float
        Learning rate of Adam.
    epochs : int
    batch : int
        Sequences a step.
    windows : bool
        Whether all of a long history trains, in windows, or only its last one.
    negatives : int
        Items drawn uniformly for the softmax of each step; 0 uses the whole catalogue.
    seed : int
    device : str, optional
        Where it is trained and asked; default: a GPU where there is one.
    """

    random: ClassVar[bool] = True

    def __init__(
        self,
        dim: int = 64,
        blocks: int = 1,
        heads: int = 1,
        dropout: float = 0.5,
        window: int = 50,
        lr: float = 2e-3,
        epochs: int = 25,
        batch: int = 128,
        windows: bool = True,
        negatives: int = 0,
        seed: int = 0,
        device: str | None = None,
    ) -> None:
        self.dim, self.blocks, self.heads, self.dropout, self.window = dim, blocks, heads, dropout, window
        self.lr, self.epochs, self.batch, self.windows, self.negatives = lr, epochs, batch, windows, negatives
        self.seed, self.device = seed, device
        self.active: NDArray[np.intp] = np.zeros(0, np.intp)
        self._token: NDArray[np.int64] = np.zeros(0, np.int64)
        self.network: Any = None

    @classmethod
    def grid(cls, modalities: Sequence[str] = ()) -> Sequence[Config]:
        """See `Baseline.grid`."""
        del modalities
        return [{"epochs": epochs} for epochs in (25, 50)]

    def sequences(self, history: Sequence[int]) -> list[Sequence[int]]:
        """What of a history trains: its last window, or all of it in windows of which neighbours share one item.

        Parameters
        ----------
        history : sequence of int

        Returns
        -------
        list of sequence of int
            Each of at most `window` + 1 items, as many inputs and targets as the window holds.
        """
        if not self.windows or len(history) <= self.window + 1:
            return [history[-self.window - 1 :]]
        ends = range(len(history), 1, -self.window)
        return [history[max(0, end - self.window - 1) : end] for end in ends]

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        del valid
        import torch
        from torch.nn import functional

        items = len(self.catalog.items)
        self.active = np.unique(np.concatenate([np.asarray(rows, np.intp) for rows in train]))
        self._token = np.zeros(items, np.int64)  # 0 is padding, and what has no event
        self._token[self.active] = np.arange(1, len(self.active) + 1)
        parts = [part for history in train for part in self.sequences(history) if len(part) > 1]
        padded = np.zeros((len(parts), self.window + 1), np.int64)
        for row, part in zip(padded, parts, strict=True):
            row[self.window + 1 - len(part) :] = self._token[list(part)]
        device = self.device or ("cuda" if torch.cuda.is_available() else "cpu")
        data = torch.from_numpy(padded).to(device)

        generator = torch.Generator().manual_seed(self.seed)
        torch.manual_seed(self.seed)
        network = _network(len(self.active), self.dim, self.blocks, self.heads, self.dropout, self.window)
        self.network = network.to(device)
        optimiser = torch.optim.Adam(self.network.parameters(), lr=self.lr, betas=(0.9, 0.98))
        self.network.train()
        for epoch in range(self.epochs):
            for rows in torch.randperm(len(data), generator=generator).split(self.batch):
                lines = data[rows.to(device)]
                states = self.network(lines[:, :-1])  # (B, window, dim)
                targets = lines[:, 1:]
                there = targets > 0
                logits, goal = self._logits(states[there], targets[there], generator)
                loss = functional.cross_entropy(logits, goal)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            self._progress(epoch + 1, self.epochs)
        self.network.eval()

    def _logits(self, states: "Tensor", targets: "Tensor", generator: Any) -> tuple["Tensor", "Tensor"]:
        """Logits `(n, classes)` and the class of each target `(n,)`: the catalogue, or target and drawn negatives."""
        import torch

        weight = self.network.items.weight
        if not self.negatives or self.negatives >= len(self.active):
            return states @ weight[1:].T, targets - 1
        drawn = torch.randint(1, len(self.active) + 1, (self.negatives,), generator=generator).to(targets.device)
        own = (states * weight[targets]).sum(-1, keepdim=True)
        others = (states @ weight[drawn].T).masked_fill(drawn[None] == targets[:, None], -torch.inf)
        return torch.cat([own, others], dim=1), torch.zeros_like(targets)

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        import torch

        found = np.empty((len(histories), len(self.catalog.items)), np.float32)
        with torch.inference_mode():
            for start in range(0, len(histories), SCORED):
                block = histories[start : start + SCORED]
                padded = np.zeros((len(block), self.window), np.int64)
                for row, history in zip(padded, block, strict=True):
                    tokens = self._token[list(history)]
                    tokens = tokens[tokens > 0][-self.window :]
                    row[self.window - len(tokens) :] = tokens
                weight = self.network.items.weight
                states = self.network(torch.from_numpy(padded).to(weight.device))[:, -1]
                warm = (states @ weight[1:].T).cpu().numpy()
                found[start : start + SCORED] = warm.min(axis=1, keepdims=True) - 1
                found[start : start + SCORED, self.active] = warm
        return found


def _network(items: int, dim: int, blocks: int, heads: int, dropout: float, window: int) -> "nn.Module":
    """Maps tokens `(B, window)`, 0 where there is no item, to states `(B, window, dim)`."""
    import torch
    from torch import nn

    class Block(nn.Module):
        """Attention to the past and a position-wise network, each after a LayerNorm and beside a skip."""

        def __init__(self) -> None:
            super().__init__()
            self.before, self.between = nn.LayerNorm(dim), nn.LayerNorm(dim)
            self.attention = nn.MultiheadAttention(dim, heads, dropout=dropout, batch_first=True)
            self.forward_part = nn.Sequential(
                nn.Linear(dim, dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dim, dim), nn.Dropout(dropout)
            )

        def forward(self, x: "Tensor", hidden: "Tensor") -> "Tensor":
            """`x`: (B, T, dim); `hidden`: (B * heads, T, T) bool, what is not attended to."""
            read = self.before(x)
            x = read + self.attention(read, x, x, attn_mask=hidden, need_weights=False)[0]
            read = self.between(x)
            found: Tensor = read + self.forward_part(read)
            return found

    class Network(nn.Module):
        """See `_network`."""

        def __init__(self) -> None:
            super().__init__()
            self.items = nn.Embedding(items + 1, dim, padding_idx=0)
            self.positions = nn.Embedding(window, dim)
            self.drop = nn.Dropout(dropout)
            self.layers = nn.ModuleList(Block() for _ in range(blocks))
            self.norm = nn.LayerNorm(dim)
            for parameter in self.parameters():
                if parameter.dim() > 1:
                    nn.init.xavier_normal_(parameter)

        def forward(self, tokens: "Tensor") -> "Tensor":
            """States at every position."""
            there = (tokens > 0).unsqueeze(-1)
            x = self.drop(self.items(tokens) + self.positions.weight) * there
            future = torch.triu(torch.ones(window, window, dtype=torch.bool, device=tokens.device), 1)
            for layer in self.layers:
                x = layer(x, future) * there
            found: Tensor = self.norm(x)
            return found

    return Network()
