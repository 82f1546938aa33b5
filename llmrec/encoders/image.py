"""Pictures: decoded, then the pooled features of any timm model; by default EfficientNet-Lite0 trained on ImageNet.

The packaged weights' tensors come in the order of timm's `tf_efficientnet_lite0`, of the same shapes.

References
----------
Tan & Le, "EfficientNet" (2019, arXiv 1905.11946); Wightman, "PyTorch Image Models" (doi 10.5281/zenodo.4414861).
"""

import io
from collections.abc import Callable, Sequence
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import ContentError
from llmrec.encoders.weights import Weights, device, offline, seeded
from llmrec.errors import BadInput, SetupError
from llmrec.setup.packages import LITE0

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
"""What is decoded: the web's formats. Pillow knows others that start programs (EPS) or crash more often (TIFF)."""
MEGAPIXELS = 64
"""Larger pictures are refused by their header: as RGB with alpha they would take more than 256 MB each."""


def picture(raw: bytes) -> "Image":
    """Decodes a picture.

    Of an animation the first frame, 16 bits scaled to 8, transparency on white, turned as EXIF says. A picture that is
    cut off is refused rather than filled up.

    Parameters
    ----------
    raw
        Bytes of a file of one of `FORMATS`, whatever its name says.

    Returns
    -------
    Image
        RGB, of its own size.

    Raises
    ------
    ContentError
        Where they are no such picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not raw:
        raise ContentError("the file is empty")
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            if image.width * image.height > MEGAPIXELS * 1_000_000:
                raise ContentError(f"{image.width} x {image.height} pixels; at most {MEGAPIXELS} megapixels are read")
            image.load()
            return _flat(ImageOps.exif_transpose(image))
    except UnidentifiedImageError as error:
        raise ContentError(f"not a picture of a known kind: {', '.join(FORMATS)}") from error
    except Image.DecompressionBombError as error:
        raise ContentError(f"at most {MEGAPIXELS} megapixels are read") from error
    except ContentError:
        raise
    # On damaged files Pillow's decoders let through whatever went wrong in them, from SyntaxError to RuntimeError.
    except Exception as error:
        raise ContentError(str(error) or type(error).__name__) from error


def _flat(image: "Image") -> "Image":
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits of grey: Pillow would cut all above 255 to white
        image = image.convert("I").point(lambda grey: grey / 257).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


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
        """What `encode` takes.

        Parameters
        ----------
        image
            An RGB picture of any size.
        """
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
    """An image model without classifier, and how its pictures are prepared."""

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
        """The model without classifier.

        Raises
        ------
        SetupError
            Where its weights are not on this machine, or damaged.
        """
        ...


class Lite0:
    """The packaged EfficientNet-Lite0: an `ImageModel`."""

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
        """The model with the package's weights.

        Raises
        ------
        SetupError
            Where the package is missing or damaged.
        """
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
    """The module timm, offline.

    Raises
    ------
    SetupError
        Where it is not installed.
    """
    offline()
    try:
        import timm
        import timm.data
    except ImportError as error:
        raise SetupError(f"images are encoded by {error.name}; run `pip install {error.name}`") from error
    return timm


class ImageEncoder:
    """Pooled features of pictures under timm's own evaluation transform of the model.

    Parameters
    ----------
    model
        By default the packaged EfficientNet-Lite0.
    """

    modality = "image"
    steps = 1

    def __init__(self, model: ImageModel | None = None) -> None:
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
        """See `Encoder.read`: ``(3, height, width)`` uint8, decoded, scaled and cropped to the model's size."""
        return self.fit(picture(raw))

    def fit(self, image: "Image") -> "Tensor":
        """See `FitsPictures.fit`: ``(3, height, width)`` uint8, scaled and cropped to the model's size."""
        with self._lock:
            transform = self._transform
        fitted: Tensor = transform(image)
        return fitted

    def encode(self, contents: "Sequence[Tensor]") -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        import torch

        model, mean, spread = self._loaded
        vectors = np.zeros((len(contents), self.dim), np.float32)
        with torch.inference_mode():
            for start in range(0, len(contents), BATCH):
                pixels = torch.stack(list(contents[start : start + BATCH])).to(mean.device)
                # the order of operations of torchvision's ToTensor and Normalize, whose vectors checkpoints carry
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


class TimmModel:
    """Any image model of timm, by name or by a folder that timm or the hub wrote: an `ImageModel`.

    Parameters
    ----------
    weights
        Where they lie.

    Raises
    ------
    BadInput
        Where timm knows no model of that name.
    """

    def __init__(self, weights: Weights) -> None:
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
        """See `ImageModel`."""
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
