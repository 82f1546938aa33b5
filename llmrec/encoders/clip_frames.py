"""What every clip-reading tower shares: sixteen or so frames of a file, evenly spaced."""

from abc import abstractmethod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import FileReader
from llmrec.encoders.decoders import decode


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
