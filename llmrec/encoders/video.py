"""Clips: frames through an image encoder and how they change between, without training; or a model of torchvision.

The frames' encoder has two streams, appearance and motion. Motion is read as differences of frames around sparse
instants, without optical flow; the differences of a burst are the three colour channels of one picture, so that an
image encoder sees their order.

References
----------
Simonyan & Zisserman, "Two-Stream Convolutional Networks" (2014, arXiv 1406.2199); Wang et al., "Temporal Segment
Networks" (2016, arXiv 1608.00859); Kim et al., "Capturing Temporal Information in a Single Frame" (2022, arXiv
2201.10394).
"""

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import FileReader
from llmrec.encoders.decoder_pool import decode
from llmrec.encoders.image import FitsPictures
from llmrec.encoders.weights import Weights, device, seeded
from llmrec.errors import BadInput


class ReadsFrames(FileReader[NDArray[np.uint8]]):
    """A clip encoder whose content is evenly spaced frames, ``(frames, height, width, 3)`` uint8 RGB."""

    modality = "video"
    steps = 1

    @property
    @abstractmethod
    def frames(self) -> int:
        """How many frames the model reads."""

    def open(self, path: Path) -> NDArray[np.uint8]:
        """See `FileReader.open`."""
        return decode("frames", path, instants=self.frames, burst=1, gap=0.0)[:, 0]


INSTANTS = 6
"""Blocks of the vector: 6 x 2 x 1,280 are 31 kB an item in float16. Four tell motion and pace apart less well, eight
no better."""
BURST = 4
"""Frames an instant: three differences, one a colour channel."""
GAP = 0.1
"""Seconds between the frames of a burst: fast enough for what repeats ten times a second."""


class FramesEncoder(FileReader[list[Any]]):
    """`INSTANTS` blocks, each an image encoder's features of a frame and of the change after it.

    Parameters
    ----------
    image
        The image encoder that reads frames and changes.
    id
        See `Encoder.id`.
    """

    modality = "video"
    steps = INSTANTS

    def __init__(self, image: FitsPictures, id: str) -> None:
        self._image, self.id = image, id

    @property
    def dim(self) -> int:
        """See `Encoder`."""
        return INSTANTS * 2 * self._image.dim

    def open(self, path: Path) -> list[Any]:
        """See `FileReader.open`: contents of the image encoder, frame, change, frame, change, …"""
        from PIL import Image

        frames = decode("frames", path, instants=INSTANTS, burst=BURST, gap=GAP)  # (instants, burst, h, w, 3)
        shown = []
        for burst in frames:
            shown += [self._image.fit(Image.fromarray(burst[0])), self._image.fit(Image.fromarray(changes(burst)))]
        return shown

    def encode(self, contents: Sequence[list[Any]]) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        pictures = [picture for clip in contents for picture in clip]
        return self._image.encode(pictures).reshape(len(contents), self.dim)


def changes(burst: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Differences of brightness between the frames of a burst, as the colours of one picture.

    Parameters
    ----------
    burst
        ``(4, h, w, 3)`` uint8 RGB.

    Returns
    -------
    ndarray
        ``(h, w, 3)`` uint8: a channel a difference, mid-grey where there is none.
    """
    grey = burst @ np.array([0.299, 0.587, 0.114], np.float32)  # (4, h, w); ITU-R BT.601
    change = np.diff(grey, axis=0).transpose(1, 2, 0)  # (h, w, 3)
    return np.asarray(np.clip(change + 128, 0, 255), np.uint8)


BATCH = 4
HEADS = ("fc", "classifier", "head")
"""What torchvision's models call their classifier."""


class TorchvisionEncoder(ReadsFrames):
    """A video model of torchvision by name: R(2+1)D, R3D, MC3, S3D, MViT, Swin3D; features before the classifier.

    It reads 16 frames (32 for Swin3D) under the weights' own transform.

    Parameters
    ----------
    weights
        Where they lie.

    Raises
    ------
    BadInput
        Where torchvision has no video model of that name.

    References
    ----------
    Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition" (2018, arXiv 1711.11248), for
    R(2+1)D and kin; torchvision's model pages for the others.
    """

    frames = 16

    def __init__(self, weights: Weights) -> None:
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
        """See `Encoder.encode`."""
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
