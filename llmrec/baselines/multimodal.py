"""Classic multimodal recommenders without an LLM: frozen towers, a fusion, and a user who is the sum of their items.

An item is what a fusion (`llmrec.fusion`) makes of its media, and nothing else, so that a new item is ranked like any
other. A user is the recency-weighted mean of their last items, mapped by one layer. Trained with cross-entropy over the
whole catalogue on the next item at every position; stopped early on valid where there is one.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from llmrec.baselines.base import Baseline, Floats
from llmrec.catalog.events import Rows
from llmrec.errors import BadInput
from llmrec.evaluation.metrics import ranking_metrics, tie_order
from llmrec.evaluation.splits import Event
from llmrec.ranking.content import unit_rows

if TYPE_CHECKING:
    from torch import Tensor, nn

WATCHED = 1000
"""Validation events that early stopping looks at."""


@dataclass(frozen=True)
class Recipe:
    """A classic by its towers and its fusion.

    Attributes
    ----------
    fusion : str
        Name of a fusion of `llmrec.fusion`.
    encoder_specs : mapping of str to str, optional
        Modality -> encoder spec; None stands for every modality of the catalogue by its default encoder.
    temporal : str
        How the frames of a clip or a sound become one vector.
    """

    fusion: str
    encoder_specs: Mapping[str, str] | None = None
    temporal: str = "mean"


class Multimodal(Baseline):
    """A recipe as a recommender. The classics below are recipes by name.

    Parameters
    ----------
    recipe : Recipe, optional
        Default: that of the class.
    dim : int
        Width of item and user vectors.
    window : int
        Newest items of a history that are read.
    dropout : float
    lr : float
        Learning rate of AdamW.
    epochs : int
        At most; it stops after `patience` epochs without a better valid NDCG@10.
    patience : int
    batch : int
        Histories a step.
    seed : int
    """

    random: ClassVar[bool] = True
    usual: ClassVar[Recipe] = Recipe("concat")

    def __init__(
        self,
        recipe: Recipe | None = None,
        dim: int = 64,
        window: int = 50,
        dropout: float = 0.2,
        lr: float = 1e-3,
        epochs: int = 30,
        patience: int = 4,
        batch: int = 64,
        seed: int = 0,
    ) -> None:
        self.recipe = recipe or self.usual
        self.dim, self.window, self.dropout, self.lr = dim, window, dropout, lr
        self.epochs, self.patience, self.batch, self.seed = epochs, patience, batch, seed
        self.network: Any = None
        self._items: Floats = np.zeros((0, 0), np.float32)

    @property
    def encoder_specs(self) -> Mapping[str, str]:  # type: ignore[override]
        """See `Baseline.encoder_specs`."""
        from llmrec.encoders.registry import DEFAULTS

        return self.recipe.encoder_specs or DEFAULTS

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        import torch
        from torch.nn import functional

        generator = torch.Generator().manual_seed(self.seed)
        torch.manual_seed(self.seed)
        media, mask, steps = self._media()
        if not media:
            raise BadInput(f"catalogue {self.catalog.name!r} has none of the media {', '.join(self.encoder_specs)}")
        self.network = _network(self.recipe, media, mask, steps, self.dim, self.dropout)
        optimiser = torch.optim.AdamW(self.network.parameters(), lr=self.lr, weight_decay=0.01)
        lines = _windows(train, self.window, len(self.catalog.items))
        watched = list(valid)[:: max(1, len(valid) // WATCHED)]
        best, kept, stale = -1.0, None, 0
        for epoch in range(self.epochs):
            self.network.train()
            for rows in torch.randperm(len(lines), generator=generator).split(self.batch):
                items = self.network.item_vectors()
                inputs, targets = lines[rows, :-1], lines[rows, 1:]
                there = targets < len(items)  # padding is one past the last item, and stands on the left
                q = self.network.users(items, inputs)[there & (inputs < len(items))]
                loss = functional.cross_entropy(q @ items.T, targets[there & (inputs < len(items))])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            self._progress(epoch + 1, self.epochs)
            self._keep_items()
            if not watched:
                continue
            reached = self._ndcg(watched)
            if reached > best:
                best, kept, stale = reached, copy.deepcopy(self.network.state_dict()), 0
            else:
                stale += 1
                if stale == self.patience:
                    break
        if kept is not None:
            self.network.load_state_dict(kept)
            self._keep_items()

    def _media(self) -> tuple[dict[str, "Tensor"], dict[str, "Tensor"], dict[str, int]]:
        """Normalised vectors and masks of the modalities that some item has, and the frames of each."""
        import torch

        if self.features is None:
            raise ValueError("a multimodal baseline needs features")
        features, media, masks = self.features, {}, {}
        for m in features.encoders:
            mask = features.mask[m]
            if mask.any():
                media[m] = torch.from_numpy(_standardised(features.vectors[m][:], mask))
                masks[m] = torch.from_numpy(mask)
        return media, masks, {m: n for m, n in features.steps.items() if m in media}

    def _keep_items(self) -> None:
        import torch

        self.network.eval()
        with torch.inference_mode():
            self._items = self.network.item_vectors().numpy()

    def _ndcg(self, events: Sequence[Event]) -> float:
        seen = [event.history for event in events]
        order = tie_order([item.id for item in self.catalog.items])
        found = ranking_metrics(
            self.score(seen), [event.target for event in events], seen, [event.user for event in events], order
        )
        return found["ndcg@10"]

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        import torch

        lines = _lines([list(history[-self.window :]) for history in histories], self.window, len(self._items))
        with torch.inference_mode():
            items = torch.from_numpy(self._items)
            q: Floats = self.network.users(items, lines)[:, -1].numpy()
        return np.asarray(q @ self._items.T, np.float32)


class EarlyFusion(Multimodal):
    """Early fusion of three frozen towers: text, picture and frames, concatenated."""

    usual = Recipe("concat", {"text": "minilm", "image": "lite0", "video": "frames"})


class WeightedFusion(Multimodal):
    """The same three towers, added up with learned weights."""

    usual = Recipe("weighted", {"text": "minilm", "image": "lite0", "video": "frames"})


class VitFusion(Multimodal):
    """BERT-like text and a vision transformer (Dosovitskiy et al. 2021).

    The transformer has random weights where none are at hand; pass a recipe with another encoder.
    """

    usual = Recipe("concat", {"text": "minilm", "image": "timm:vit_tiny_patch16_224?random"})


class BertResnetLstm(Multimodal):
    """MiniLM (the BERT at hand), ResNet (He et al. 2016), and an LSTM over MFCC frames.

    The ResNet has random weights where none are at hand; pass a recipe with another encoder.
    """

    usual = Recipe("concat", {"text": "minilm", "image": "timm:resnet18?random", "audio": "mfcc"}, "lstm")


class EncoderDecoder(Multimodal):
    """Every medium's tokens encoded, a token decoded, scored by its product with the user's vector."""

    usual = Recipe("resampler")


def _standardised(vectors: Floats, mask: NDArray[np.bool_]) -> Floats:
    """`(items, dim)`: each dimension standardised over the items that are there, then unit rows; zeros elsewhere."""
    there = vectors[mask]
    scaled = unit_rows((vectors - there.mean(axis=0)) / (there.std(axis=0) + np.float32(1e-4)))
    return np.where(mask[:, None], scaled, np.float32(0)).astype(np.float32)


def _windows(train: Rows, window: int, padding: int) -> "Tensor":
    """`(windows, window + 1)` item rows, `padding` on the left; neighbours of a long history share one item."""
    parts = [
        list(history[max(0, end - window - 1) : end]) for history in train for end in range(len(history), 1, -window)
    ]
    return _lines(parts, window + 1, padding)


def _lines(parts: Sequence[Sequence[int]], width: int, padding: int) -> "Tensor":
    import torch

    lines = torch.full((len(parts), width), padding)
    for line, part in zip(lines, parts, strict=True):
        if len(part):
            line[width - len(part) :] = torch.tensor(part)
    return lines


def _network(
    recipe: Recipe,
    media: Mapping[str, "Tensor"],
    mask: Mapping[str, "Tensor"],
    steps: Mapping[str, int],
    dim: int,
    dropout: float,
) -> "nn.Module":
    """`media[m]`: (items, dim of m), or frames one after the other where `steps` says so; `mask[m]`: (items,) bool."""
    import torch
    from torch import nn

    from llmrec.fusion import build_fusion, build_temporal
    from llmrec.fusion.base import FusionSizes, ItemBatch

    class Network(nn.Module):
        """Items from their media; users from their items."""

        def __init__(self) -> None:
            super().__init__()
            dims = {m: x.shape[1] // steps.get(m, 1) for m, x in media.items()}
            self.temporal = nn.ModuleDict({m: build_temporal(recipe.temporal, dims[m], n) for m, n in steps.items()})
            dims |= {m: part.width for m, part in self.temporal.items()}  # type: ignore[misc]
            self.fusion = build_fusion(recipe.fusion, FusionSizes(dims, dim, steps=steps))
            self.head, self.drop = nn.Linear(self.fusion.width, dim), nn.Dropout(dropout)
            self.user = nn.Linear(dim, dim)
            self.recency = nn.Parameter(torch.tensor(0.5))
            self.scale = nn.Parameter(torch.tensor(1.0))

        def item_vectors(self) -> "Tensor":
            """(items, dim)."""
            read = {}
            for m, x in media.items():
                if m not in self.temporal:
                    read[m] = x
                    continue
                n = steps[m]
                frames = self.temporal[m](x.view(len(x), n, -1) * n**0.5)
                read[m] = frames if self.fusion.reads_frames else self.temporal[m].pool(frames)  # type: ignore[operator]
            found: Tensor = self.head(self.drop(self.fusion.content(ItemBatch(read, mask))))
            return found

        def users(self, items: "Tensor", lines: "Tensor") -> "Tensor":
            """(B, T, dim): after each of the item rows `lines` (B, T), newest last; padding counts nothing."""
            padded = torch.cat([items, items.new_zeros(1, items.shape[1])])
            x = padded[lines]
            there = (lines < len(items)).to(x.dtype)
            ages = torch.arange(lines.shape[1])
            ages = ages[:, None] - ages[None]  # (T, T): how much older the second is
            weight = torch.where(ages >= 0, torch.exp(-torch.nn.functional.softplus(self.recency) * ages), 0.0)
            weight = weight[None] * there[:, None]
            mean = weight @ x / weight.sum(-1, keepdim=True).clamp_min(1e-6)
            found: Tensor = self.scale * (mean + self.drop(self.user(mean)))
            return found

    return Network()
