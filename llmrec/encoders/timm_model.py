"""Any image model of timm by name, or by a folder that timm or the Hugging Face hub wrote.

Source: Wightman, PyTorch Image Models (doi 10.5281/zenodo.4414861).
"""

from functools import cached_property
from typing import Any

from llmrec.encoders.image import load_timm
from llmrec.encoders.weights import Weights, seeded
from llmrec.errors import BadInput


class TimmModel:
    """A timm model without its classifier (see `ImageModel`)."""

    def __init__(self, weights: Weights) -> None:
        """Raises `BadInput` where timm knows no model of that name."""
        self._weights = weights
        name = weights.name.partition(".")[0]
        if weights.folder is None and not load_timm().is_model(name):
            near = load_timm().list_models(f"*{name}*")[:3]
            raise BadInput(f"timm has no model {weights.name!r}" + (f"; it has {', '.join(near)}" if near else ""))

    @property
    def id(self) -> str:
        """See `Encoder`."""
        return self._weights.id

    @property
    def dim(self) -> int:
        """Width of its pooled features."""
        return int(getattr(self._skeleton, "head_hidden_size", None) or self._skeleton.num_features)

    def data_config(self) -> dict[str, Any]:
        """As the model's own configuration says."""
        return dict(load_timm().data.resolve_model_data_config(self._skeleton))

    def build(self) -> Any:
        """The model with its weights; raises `SetupError` where they are not on this machine."""
        self._weights.check()
        if self._weights.random:
            with seeded():
                return self._create(pretrained=False)
        try:
            return self._create(pretrained=True)
        # whatever timm, the hub's client or a damaged file raise
        except Exception as error:
            raise self._weights.absent(error) from error

    @cached_property
    def _skeleton(self) -> Any:
        """The model without any weights: its widths and its configuration."""
        import torch

        with torch.device("meta"):
            return self._create(pretrained=False)

    def _create(self, pretrained: bool) -> Any:
        folder = self._weights.folder
        name = self._weights.name if folder is None else f"local-dir:{folder}"
        return load_timm().create_model(name, pretrained=pretrained, num_classes=0)
