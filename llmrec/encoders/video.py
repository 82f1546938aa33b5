"""What every clip-reading tower shares: sixteen or so frames of a file, evenly spaced.

Video: frames through an image tower, and between them how they change; no training of its own.

Two streams, appearance and motion: Simonyan & Zisserman 2014 (arXiv 1406.2199). Motion as differences of frames
around sparse instants, without optical flow: Wang et al. 2016, Temporal Segment Networks (arXiv 1608.00859). The
differences of a burst are the three colour channels of one picture, so that an image tower sees their order: Kim
et al. 2022, Capturing Temporal Information in a Single Frame (arXiv 2201.10394).

"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import FileReader
from llmrec.encoders.decoders import decode
from llmrec.encoders.image import FitsPictures


class ReadsFrames(FileReader[NDArray[np.uint8]]):
    """Reads `frames` evenly spaced frames of a clip, (frames, height, width, 3) uint8 RGB."""

    modality = "video"
    steps = 1

    @property
    @abstractmethod
    def frames(self) -> int:
        """How many the tower looks at."""

    def open(self, path: Path) -> NDArray[np.uint8]:
        """The frames of a file; raises `ContentError`, `OSError`."""
        return decode("frames", path, instants=self.frames, burst=1, gap=0.0)[:, 0]


INSTANTS = 6
"""Blocks of the vector: 6 x 2 x 1,280 are 31 kB an item in float16. Four tell motion and pace apart less well, eight
no better."""
BURST = 4
"""Frames an instant: three differences, one a colour channel."""
GAP = 0.1
"""Seconds between the frames of a burst: fast enough for what repeats ten times a second."""


class FramesEncoder(FileReader[list[Any]]):
    """`INSTANTS` blocks, each the image tower's features of a frame and of the change after it."""

    modality = "video"
    steps = INSTANTS

    def __init__(self, image: FitsPictures, id: str) -> None:
        """`image`: the tower that sees frames and changes."""
        self._image, self.id = image, id

    @property
    def dim(self) -> int:
        """See `Encoder`."""
        return INSTANTS * 2 * self._image.dim

    def open(self, path: Path) -> list[Any]:
        """Contents of the image tower: frame, change, frame, change, …; raises `ContentError`, `OSError`."""
        from PIL import Image

        frames = decode("frames", path, instants=INSTANTS, burst=BURST, gap=GAP)  # (instants, burst, h, w, 3)
        shown = []
        for burst in frames:
            shown += [self._image.fit(Image.fromarray(burst[0])), self._image.fit(Image.fromarray(changes(burst)))]
        return shown

    def encode(self, contents: Sequence[list[Any]]) -> NDArray[np.float32]:
        """(n, dim) vectors of n clips."""
        pictures = [picture for clip in contents for picture in clip]
        return self._image.encode(pictures).reshape(len(contents), self.dim)


def changes(burst: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 3) for a burst (4, h, w, 3): differences of brightness between its frames, mid-grey where none is."""
    grey = burst @ np.array([0.299, 0.587, 0.114], np.float32)  # (4, h, w); ITU-R BT.601
    change = np.diff(grey, axis=0).transpose(1, 2, 0)  # (h, w, 3)
    return np.asarray(np.clip(change + 128, 0, 255), np.uint8)
