"""Images: any timm model's pooled features; by default EfficientNet-Lite0 trained on ImageNet.

Source: Tan & Le 2019, EfficientNet (arXiv 1905.11946); the weights' tensors come in the order of timm's
`tf_efficientnet_lite0`, of the same shapes. Wightman, PyTorch Image Models (doi 10.5281/zenodo.4414861).
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.pictures import picture
from llmrec.encoders.weights import device, offline
from llmrec.errors import SetupError
from llmrec.setup.packages import LITE0

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

BATCH = 32


class FitsPictures(Protocol):
    """An image encoder that also takes pictures which are no files: the frames of a clip."""

    @property
    def id(self) -> str:
        """See `Encoder`."""
        ...

    @property
    def dim(self) -> int:
        """See `Encoder`."""
        ...

    def fit(self, image: "Image") -> Any:
        """The content that `encode` takes, of an RGB picture."""
        ...

    def encode(self, contents: Sequence[Any]) -> NDArray[np.float32]:
        """See `Encoder`."""
        ...


def fits_pictures(encoder: Any) -> TypeGuard[FitsPictures]:
    """Whether an encoder takes pictures that are no files.

    Parameters
    ----------
    encoder : Encoder
        Of any modality.

    Returns
    -------
    bool
        True where it has `FitsPictures.fit`.
    """
    return callable(getattr(encoder, "fit", None))


class ImageModel(Protocol):
    """Where a timm model comes from."""

    @property
    def id(self) -> str:
        """The encoder's id."""
        ...

    @property
    def dim(self) -> int:
        """Width of its pooled features."""
        ...

    def data_config(self) -> dict[str, Any]:
        """Size, crop, mean and spread of its pictures, as timm's `create_transform` takes them."""
        ...

    def build(self) -> Any:
        """The model without classifier. Raises `SetupError`."""
        ...


class Lite0:
    """The packaged EfficientNet-Lite0."""

    id = "tf_efficientnet_lite0/pooled-224"
    dim = 1280

    def data_config(self) -> dict[str, Any]:
        """224 px, centre crop."""
        timm = load_timm()
        return dict(timm.data.resolve_data_config(pretrained_cfg=timm.get_pretrained_cfg(self._name).to_dict()))

    def build(self) -> Any:
        """See `ImageModel`."""
        model = self.classifier()
        model.reset_classifier(0)
        return model

    def classifier(self) -> Any:
        """The model with the package's weights; raises `SetupError` where that is missing or damaged."""
        folder = LITE0.folder()
        timm = load_timm()
        import torch

        damaged = f"the weights of {LITE0.holds} in {folder} are damaged; reinstall: {LITE0.install_command()}"
        file = next(iter(sorted(folder.rglob("*.pth"))), None)
        if file is None:
            raise SetupError(damaged)
        model = timm.create_model(self._name, pretrained=False)
        own = model.state_dict()
        try:
            stored = torch.load(file, weights_only=True, map_location="cpu")
            paired = zip(own.items(), stored.values(), strict=True)
            model.load_state_dict({name: weight.reshape(mine.shape) for (name, mine), weight in paired})
        # zip, unpickling and shape errors alike mean other bytes than were shipped
        except Exception as error:
            raise SetupError(damaged) from error
        return model

    _name = "tf_efficientnet_lite0"


def load_timm() -> Any:
    """The module timm, offline; raises `SetupError` where it is not installed."""
    offline()
    try:
        import timm
        import timm.data
    except ImportError as error:
        raise SetupError(f"images are encoded by {error.name}; run `pip install {error.name}`") from error
    return timm


class ImageEncoder:
    """Pooled features of pictures under timm's own evaluation transform of the model."""

    modality = "image"
    steps = 1

    def __init__(self, model: ImageModel | None = None) -> None:
        """`model`: by default the packaged EfficientNet-Lite0."""
        self._source: ImageModel = model or Lite0()
        self._lock = RLock()  # pictures are read by several threads: one of them loads

    @property
    def id(self) -> str:
        """See `Encoder`."""
        return self._source.id

    @property
    def dim(self) -> int:
        """See `Encoder`."""
        return self._source.dim

    def read(self, raw: bytes) -> "Tensor":
        """(3, height, width) uint8, decoded and cropped to the tower's size; raises `ContentError`."""
        return self.fit(picture(raw))

    def fit(self, image: "Image") -> "Tensor":
        """(3, height, width) uint8: an RGB picture scaled and cropped to the tower's size."""
        with self._lock:
            transform = self._transform
        fitted: Tensor = transform(image)
        return fitted

    def encode(self, contents: "Sequence[Tensor]") -> NDArray[np.float32]:
        """(n, dim) pooled features of pictures as `read` and `fit` give them."""
        import torch

        model, mean, spread = self._loaded
        vectors = np.zeros((len(contents), self.dim), np.float32)
        with torch.inference_mode():
            for start in range(0, len(contents), BATCH):
                pixels = torch.stack(list(contents[start : start + BATCH])).to(mean.device)
                # the order of operations of torchvision's ToTensor and Normalize, whose vectors packs carry
                scaled = pixels.float().div_(255).sub_(mean).div_(spread)
                vectors[start : start + BATCH] = model(scaled).float().cpu().numpy()
        return vectors

    @cached_property
    def _transform(self) -> "Callable[[Image], Tensor]":
        timm = load_timm()
        transform: Callable[[Image], Tensor] = timm.data.create_transform(**self._source.data_config(), normalize=False)
        return transform

    @cached_property
    def _loaded(self) -> "tuple[Any, Tensor, Tensor]":
        """(model, mean, spread); the latter (3, 1, 1) on the model's device."""
        model = self._source.build()
        import torch

        config = self._source.data_config()
        mean, spread = (torch.tensor(config[name], device=device()).view(3, 1, 1) for name in ("mean", "std"))
        return model.eval().to(device()), mean, spread
