"""Content-kNN: likeness of the items' frozen features to those of the history's last items; learns nothing."""

from collections.abc import Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from llmrec.baselines.base import Baseline, Config, Floats
from llmrec.catalog.events import Rows
from llmrec.errors import BadInput
from llmrec.evaluation.splits import Event
from llmrec.ranking.content import content_scores, unit_rows

Pool = Literal["max", "mean"]


class ContentKNN(Baseline):
    """Weighted mean over modalities of the cosine to the last items of the history.

    An item without a modality scores 0 there: unknown, neither like nor unlike.

    Parameters
    ----------
    last : int
        So many of the newest history items are compared.
    pool : {"max", "mean"}
        Over them.
    centred : bool
        Whether the mean vector of the items is taken off first.
    weights : mapping of str to float, optional
        Modality -> weight. Default: text alone, or, where the catalogue has no text, all modalities alike.
    """

    encoder_specs = MappingProxyType({"text": "minilm", "image": "lite0"})

    def __init__(
        self, last: int = 3, pool: Pool = "max", centred: bool = False, weights: Mapping[str, float] | None = None
    ) -> None:
        self.last, self.pool, self.centred, self.weights = last, pool, centred, weights
        self._vectors: dict[str, tuple[float, Floats, NDArray[np.bool_]]] = {}

    @classmethod
    def grid(cls, modalities: Sequence[str] = ()) -> Sequence[Config]:
        """See `Baseline.grid`."""
        mixed = [{m: 1.0} for m in modalities]
        if {"text", "image"} <= set(modalities):
            mixed += [{"text": 0.8, "image": 0.2}, {"text": 0.5, "image": 0.5}]
        return [{"last": n, "weights": weights} for n, weights in product((3, 1, 10), mixed)] or [{}]

    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        del train, valid
        if self.features is None:
            raise ValueError("content-kNN needs features")
        there = [m for m in self.features.encoders if self.features.mask[m].any()]
        weights = self.weights or ({"text": 1.0} if "text" in there else dict.fromkeys(there, 1.0))
        missing = sorted(set(weights) - set(there))
        if missing or not weights:
            raise BadInput(
                f"`weights` names {', '.join(missing) or 'no modality'}; catalogue {self.catalog.name!r} has "
                f"{', '.join(there) or 'no media'}"
            )
        self._vectors = {}
        for modality, weight in weights.items():
            raw, mask = self.features.vectors[modality][:], self.features.mask[modality]
            if self.centred:
                raw = np.where(mask[:, None], raw - raw[mask].mean(axis=0), np.float32(0)).astype(np.float32)
            self._vectors[modality] = weight, unit_rows(raw, self.features.steps.get(modality, 1)), mask

    def score(self, histories: Rows) -> Floats:
        """See `Baseline.score`."""
        total = np.zeros((len(histories), len(self.catalog.items)), np.float32)
        for weight, vectors, mask in self._vectors.values():
            if self.pool == "max":
                total += np.float32(weight) * content_scores(vectors, mask, histories, (self.last,))[0]
            else:
                near = np.zeros((len(histories), vectors.shape[1]), np.float32)
                for n, history in enumerate(histories):
                    if len(history):
                        near[n] = vectors[list(history[-self.last :])].mean(axis=0)
                total += np.float32(weight) * np.where(mask, near @ vectors.T, np.float32(0))
        return total
