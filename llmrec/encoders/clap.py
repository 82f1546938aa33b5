"""CLAP by name or folder, through transformers: sound in one space with words.

Source: Wu et al. 2023, Large-scale Contrastive Language-Audio Pretraining (arXiv 2211.06687).
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.audio import heard
from llmrec.encoders.base import FileReader
from llmrec.encoders.transformers_model import TransformersEncoder
from llmrec.encoders.weights import device
from llmrec.errors import BadInput

BATCH = 8

Samples = NDArray[np.float32]


class ClapEncoder(TransformersEncoder, FileReader[Samples]):
    """(n, projection) features of the first seconds of a sound, as many as CLAP was trained on (ten)."""

    modality, steps = "audio", 1

    @cached_property
    def dim(self) -> int:
        """Width of the joint space; raises `BadInput` where the model is no CLAP."""
        config = self._model.config
        if config.model_type != "clap":
            raise BadInput(f"{self.id} is a {config.model_type} model; the sound tower of transformers is clap")
        return int(config.projection_dim)

    def open(self, path: Path) -> Samples:
        """(n,) samples, mono at the model's rate (48 kHz); raises `ContentError`, `OSError`."""
        extractor = self._model.processor
        # of longer sounds its own extractor would take a random part
        return heard(path, extractor.sampling_rate, float(extractor.max_length_s))

    def encode(self, contents: Sequence[Samples]) -> NDArray[np.float32]:
        """(n, dim) of n sounds; raises `SetupError`."""
        import torch

        vectors = np.zeros((len(contents), self.dim), np.float32)
        model, extractor = self._model.model, self._model.processor
        with torch.inference_mode():
            for start in range(0, len(contents), BATCH):
                sounds = list(contents[start : start + BATCH])
                inputs = extractor(sounds, sampling_rate=extractor.sampling_rate, return_tensors="pt").to(device())
                found = model.get_audio_features(**inputs)
                vectors[start : start + BATCH] = getattr(found, "pooler_output", found).float().cpu().numpy()
        return vectors
