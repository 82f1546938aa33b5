"""torchvision's video models by name: R(2+1)D, R3D, MC3, S3D, MViT, Swin3D; features before the classifier.

Source: Tran et al. 2018 (arXiv 1711.11248) for R(2+1)D and kin; torchvision's model pages for the others.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.video import ReadsFrames
from llmrec.encoders.weights import Weights, device, seeded
from llmrec.errors import BadInput

BATCH = 4
HEADS = ("fc", "classifier", "head")  # what the models call their classifier


class TorchvisionEncoder(ReadsFrames):
    """(n, dim) features of 16 frames (32 for Swin3D) under the weights' own transform."""

    frames = 16

    def __init__(self, weights: Weights) -> None:
        """Raises `BadInput` where torchvision has no video model of that name."""
        from torchvision.models import list_models, video

        known = list_models(module=video)
        if weights.name not in known:
            raise BadInput(f"torchvision has no video model {weights.name!r}; it has {', '.join(known)}")
        self._weights = weights
        if weights.name.startswith("swin3d"):
            self.frames = 32

    @property
    def id(self) -> str:
        """See `Encoder`."""
        return self._weights.id

    @cached_property
    def dim(self) -> int:
        """Width of the features; builds the model."""
        return int(self._features(self._loaded[0], [np.zeros((self.frames, 64, 64, 3), np.uint8)]).shape[1])

    def encode(self, contents: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """(n, dim) of n clips `(frames, height, width, 3)`; raises `SetupError`."""
        model = self._loaded[0]
        parts = [self._features(model, contents[n : n + BATCH]) for n in range(0, len(contents), BATCH)]
        return np.concatenate(parts)

    def _features(self, model: Any, clips: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        import torch

        transform = self._loaded[1]
        shown = [transform(torch.from_numpy(clip).permute(0, 3, 1, 2)) for clip in clips]  # each (3, frames, h, w)
        with torch.inference_mode():
            features = model(torch.stack(shown).to(device())).float().cpu().numpy()
        return np.asarray(features, np.float32)

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """(model, transform)."""
        import torch
        from torch import nn
        from torchvision.models import get_model, get_model_weights

        published = get_model_weights(self._weights.name).DEFAULT
        with seeded():
            model = get_model(self._weights.name, weights=None)
        if not self._weights.random:
            file = Path(torch.hub.get_dir()) / "checkpoints" / Path(published.url).name
            try:
                model.load_state_dict(torch.load(file, weights_only=True, map_location="cpu"))
            # a missing file, or other bytes than torchvision's
            except Exception as error:
                raise self._weights.absent(error) from error
        head = next(name for name in HEADS if hasattr(model, name))
        setattr(model, head, nn.Identity())
        return model.eval().to(device()), published.transforms()
