"""What every clip-reading tower shares: sixteen or so frames of a file, evenly spaced."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.decoders import decode, on_disk


class ReadsFrames:
    """Reads `frames` evenly spaced frames of a clip, (frames, height, width, 3) uint8 RGB."""

    modality = "video"
    steps = 1

    @property
    def frames(self) -> int:
        """How many the tower looks at."""
        raise NotImplementedError

    def open(self, path: Path) -> NDArray[np.uint8]:
        """The frames of a file; raises `ContentError`, `OSError`."""
        return decode("frames", path, instants=self.frames, burst=1, gap=0.0)[:, 0]

    def read(self, raw: bytes) -> NDArray[np.uint8]:
        """As `open`, of a file's bytes."""
        with on_disk(raw) as path:
            return self.open(path)
