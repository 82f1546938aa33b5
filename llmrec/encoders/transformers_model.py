"""A model of transformers with its preprocessor, from a folder or the hub's cache, or with random weights."""

from functools import cached_property
from typing import Any

from llmrec.encoders.weights import Weights, device, offline, seeded
from llmrec.errors import SetupError


class TransformersModel:
    """Loads when it is first asked for something; every fault is a `SetupError` with one sentence."""

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
            raise SetupError(f"this tower needs {error.name}; run `pip install {error.name}`") from error
        # whatever transformers, the hub's client or a damaged file raise
        except Exception as error:
            raise self._weights.absent(error) from error


class TransformersEncoder:
    """What encoders of clips and sounds through transformers share: a model, whose id is theirs."""

    def __init__(self, weights: Weights) -> None:
        self._model = TransformersModel(weights)

    @property
    def id(self) -> str:
        """See `Encoder`."""
        return self._model.id
