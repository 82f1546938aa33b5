"""VideoMAE, X-CLIP and their kin by name or folder, through transformers.

Sources: Tong et al. 2022, VideoMAE (arXiv 2203.12602); Ni et al. 2022, X-CLIP (arXiv 2208.02816); Bertasius et al.
2021, TimeSformer (arXiv 2102.05095); Arnab et al. 2021, ViViT (arXiv 2103.15691).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.transformers_model import TransformersEncoder
from llmrec.encoders.video import ReadsFrames
from llmrec.encoders.weights import device
from llmrec.errors import BadInput

KINDS = ("videomae", "xclip", "timesformer", "vivit")
BATCH = 4


class HfVideoEncoder(TransformersEncoder, ReadsFrames):
    """X-CLIP's projected video features; of the others the mean of the last hidden state."""

    @cached_property
    def frames(self) -> int:
        """As the model's configuration says."""
        config = self._model.config
        if config.model_type not in KINDS:
            raise BadInput(f"{self.id} is a {config.model_type} model; video towers are {', '.join(KINDS)}")
        return int(getattr(config, "vision_config", config).num_frames)

    @cached_property
    def dim(self) -> int:
        """Width of the features."""
        config = self._model.config
        return int(config.projection_dim if config.model_type == "xclip" else config.hidden_size)

    def encode(self, contents: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """(n, dim) of n clips `(frames, height, width, 3)`; raises `SetupError`."""
        import torch

        model, processor = self._model.model, self._model.processor
        vectors = np.zeros((len(contents), self.dim), np.float32)
        with torch.inference_mode():
            for start in range(0, len(contents), BATCH):
                shown = [_pixels(processor, clip) for clip in contents[start : start + BATCH]]
                pixels = torch.stack(shown).to(device())  # (B, frames, 3, h, w)
                vectors[start : start + BATCH] = self._features(model, pixels).float().cpu().numpy()
        return vectors

    def _features(self, model: Any, pixels: Any) -> Any:
        if self._model.config.model_type != "xclip":
            return model(pixel_values=pixels).last_hidden_state.mean(1)
        found = model.get_video_features(pixel_values=pixels)
        return getattr(found, "pooler_output", found)


def _pixels(processor: Any, clip: NDArray[np.uint8]) -> Any:
    """(frames, 3, h, w): processors of clips add a batch dimension, those of pictures do not."""
    pixels = processor(list(clip), return_tensors="pt")["pixel_values"]
    return pixels.reshape(len(clip), *pixels.shape[-3:])
