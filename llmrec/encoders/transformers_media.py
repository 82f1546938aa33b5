"""Clips and sounds by any model of transformers, from a folder or the hub's cache, or with random weights.

References
----------
Tong et al., "VideoMAE" (2022, arXiv 2203.12602); Ni et al., "X-CLIP" (2022, arXiv 2208.02816); Bertasius et al.,
"TimeSformer" (2021, arXiv 2102.05095); Arnab et al., "ViViT" (2021, arXiv 2103.15691); Wu et al., "Large-scale
Contrastive Language-Audio Pretraining" (CLAP, 2023, arXiv 2211.06687).
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.audio import beginning
from llmrec.encoders.base import FileReader
from llmrec.encoders.video import ReadsFrames
from llmrec.encoders.weights import Weights, device, offline, seeded
from llmrec.errors import BadInput, SetupError


class TransformersModel:
    """A model of transformers with its preprocessor, loaded when it is first asked for something.

    Every fault is a `SetupError` of one sentence.

    Parameters
    ----------
    weights
        Where they lie.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @property
    def id(self) -> str:
        """See `Encoder`."""
        return self._weights.id

    @cached_property
    def config(self) -> Any:
        """The model's configuration."""
        return self._from("AutoConfig")

    @cached_property
    def processor(self) -> Any:
        """The model's preprocessor of pictures, or of sound for a sound model."""
        return self._from("AutoFeatureExtractor" if self.config.model_type == "clap" else "AutoImageProcessor")

    @cached_property
    def model(self) -> Any:
        """The model, ready to read."""
        self._weights.check()
        if self._weights.random:
            from transformers import AutoModel

            with seeded():
                model = AutoModel.from_config(self.config)
        else:
            model = self._from("AutoModel")
        return model.eval().to(device())

    def _from(self, kind: str) -> Any:
        offline()
        try:
            import transformers

            return getattr(transformers, kind).from_pretrained(str(self._weights.folder or self._weights.name))
        except ImportError as error:
            raise SetupError(f"this encoder needs {error.name}; run `pip install {error.name}`") from error
        # whatever transformers, the hub's client or a damaged file raise
        except Exception as error:
            raise self._weights.absent(error) from error


class TransformersEncoder:
    """What encoders of clips and sounds through transformers share: a model, whose id is theirs.

    Parameters
    ----------
    weights
        Where they lie.
    """

    def __init__(self, weights: Weights) -> None:
        self._model = TransformersModel(weights)

    @property
    def id(self) -> str:
        """See `Encoder`."""
        return self._model.id


KINDS = ("videomae", "xclip", "timesformer", "vivit")
CLIPS, SOUNDS = 4, 8
"""Contents encoded at once."""


class HfVideoEncoder(TransformersEncoder, ReadsFrames):
    """X-CLIP's projected video features; of VideoMAE, TimeSformer and ViViT the mean of the last hidden state."""

    @cached_property
    def frames(self) -> int:
        """As the model's configuration says.

        Raises
        ------
        BadInput
            Where the model reads no clips.
        """
        config = self._model.config
        if config.model_type not in KINDS:
            raise BadInput(f"{self.id} is a {config.model_type} model; video encoders are {', '.join(KINDS)}")
        return int(getattr(config, "vision_config", config).num_frames)

    @cached_property
    def dim(self) -> int:
        """Width of the features."""
        config = self._model.config
        return int(config.projection_dim if config.model_type == "xclip" else config.hidden_size)

    def encode(self, contents: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        import torch

        model, processor = self._model.model, self._model.processor
        vectors = np.zeros((len(contents), self.dim), np.float32)
        with torch.inference_mode():
            for start in range(0, len(contents), CLIPS):
                shown = [_pixels(processor, clip) for clip in contents[start : start + CLIPS]]
                pixels = torch.stack(shown).to(device())  # (B, frames, 3, h, w)
                vectors[start : start + CLIPS] = self._features(model, pixels).float().cpu().numpy()
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


Samples = NDArray[np.float32]


class ClapEncoder(TransformersEncoder, FileReader[Samples]):
    """CLAP's projected features of the first seconds of a sound, as many as it was trained on (ten)."""

    modality, steps = "audio", 1

    @cached_property
    def dim(self) -> int:
        """Width of the space that sounds and words share.

        Raises
        ------
        BadInput
            Where the model is no CLAP.
        """
        config = self._model.config
        if config.model_type != "clap":
            raise BadInput(f"{self.id} is a {config.model_type} model; the sound encoder of transformers is clap")
        return int(config.projection_dim)

    def open(self, path: Path) -> Samples:
        """See `FileReader.open`: ``(n,)`` float32 samples, mono at the model's rate (48 kHz)."""
        extractor = self._model.processor
        # of longer sounds its own extractor would take a random part
        return beginning(path, extractor.sampling_rate, float(extractor.max_length_s))

    def encode(self, contents: Sequence[Samples]) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        import torch

        vectors = np.zeros((len(contents), self.dim), np.float32)
        model, extractor = self._model.model, self._model.processor
        with torch.inference_mode():
            for start in range(0, len(contents), SOUNDS):
                sounds = list(contents[start : start + SOUNDS])
                inputs = extractor(sounds, sampling_rate=extractor.sampling_rate, return_tensors="pt").to(device())
                found = model.get_audio_features(**inputs)
                vectors[start : start + SOUNDS] = getattr(found, "pooler_output", found).float().cpu().numpy()
        return vectors
