"""SASRec (Kang & McAuley 2018) by RecTools with the softmax (cross-entropy) loss over the whole catalogue.

RecTools trains on a user's last `session_max_len` + 1 items and never sees the rest. `windows` cuts longer
histories into sequences of that length and trains on all of them, as our model does: the stronger peer.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eval.ranking.metrics import Floats
from eval.ranking.peers import Config, History

_PROTOCOL = {"session_max_len": 50, "dropout_rate": 0.5, "lr": 2e-3, "epochs": 25, "n_heads": 1}
GRID: list[Config] = [_PROTOCOL | {"windows": False}, _PROTOCOL | {"windows": False, "epochs": 50}]
GRID_WINDOWS: list[Config] = [_PROTOCOL | {"windows": True}, _PROTOCOL | {"windows": True, "epochs": 50}]
_BATCH = 256


class SASRec:
    """One block, 64 factors; items without a training event score below all others."""

    def __init__(
        self,
        n_items: int,
        seed: int,
        session_max_len: int,
        dropout_rate: float,
        lr: float,
        epochs: int,
        n_heads: int,
        windows: bool,
    ) -> None:
        from rectools.models import SASRecModel

        self.n_items, self.seed, self.length, self.windows = n_items, seed, session_max_len, windows
        self.model = SASRecModel(
            n_factors=64,
            n_blocks=1,
            n_heads=n_heads,
            dropout_rate=dropout_rate,
            session_max_len=session_max_len,
            loss="softmax",
            lr=lr,
            epochs=epochs,
            batch_size=128,
            recommend_torch_device="cpu",
        )

    def fit(self, train: Sequence[History]) -> None:
        """Train on one sequence a user (or a window)."""
        import pandas as pd
        from pytorch_lightning import seed_everything
        from rectools import Columns
        from rectools.dataset import Dataset

        sequences = [part for history in train for part in self._sequences(history)]
        lengths = [len(sequence) for sequence in sequences]
        place = np.concatenate([np.arange(length) for length in lengths])
        table = pd.DataFrame(
            {
                Columns.User: np.repeat(np.arange(len(sequences)), lengths),
                Columns.Item: np.concatenate(sequences),
                Columns.Weight: 1.0,
                Columns.Datetime: pd.Timestamp(0) + pd.to_timedelta(place, unit="s"),  # order only
            }
        )
        seed_everything(self.seed, verbose=False)
        self.model.fit(Dataset.construct(table))

    def _sequences(self, history: History) -> list[History]:
        """The history, or windows of it from the newest item; neighbours share one item."""
        if not self.windows or len(history) <= self.length + 1:
            return [history]
        ends = range(len(history), 1, -self.length)
        return [history[max(0, end - self.length - 1) : end] for end in ends]

    def scores(self, histories: Sequence[History]) -> Floats:
        """(events, items): dot products of the last position's state with the item embeddings."""
        import torch

        network: Any = self.model.torch_model.eval()
        names = self.model.data_preparator.item_id_map.external_ids  # internal id -> padding or item row
        extra = self.model.data_preparator.n_item_extra_tokens
        known = np.array(names[extra:], dtype=np.int64)
        internal = np.zeros(self.n_items, dtype=np.int64)
        internal[known] = np.arange(extra, extra + len(known))
        dense = np.empty((len(histories), self.n_items), dtype=np.float32)
        with torch.inference_mode():
            items = network.item_model.get_all_embeddings()
            for start in range(0, len(histories), _BATCH):
                block = histories[start : start + _BATCH]
                x = np.zeros((len(block), self.length), dtype=np.int64)  # 0 is RecTools' padding
                for line, history in zip(x, block, strict=True):
                    ids = internal[list(history)]
                    ids = ids[ids > 0][-self.length :]
                    line[self.length - len(ids) :] = ids
                state = network.encode_sessions({"x": torch.from_numpy(x)}, items)[:, -1]
                warm = (state @ items[extra:].T).numpy()
                dense[start : start + _BATCH] = warm.min(axis=1, keepdims=True)
                dense[start : start + _BATCH, known] = warm
        return dense
