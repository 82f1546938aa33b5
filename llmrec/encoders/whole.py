"""The whole picture at its own shape, where a centre crop would cut off a product photo's head and feet.

A convolutional tower reads pictures of any size, so a picture keeps its aspect ratio and gets about as many pixels as
the tower's square has. NaViT (Dehghani et al. 2023, arXiv 2307.06304) does that for transformers.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.image import ImageEncoder

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

AREA = 224 * 224
"""Pixels of a picture as the tower sees it, about."""
STRIDE = 32
"""The tower's: sides are multiples of it, so that there are few shapes and pictures of one shape share a batch."""
LONGEST = 4.0
"""The most that one side may be of the other; of a longer picture the middle is read."""


class WholeEncoder(ImageEncoder):
    """Pooled features of Lite0 over whole pictures, which keep their shape."""

    id = "lite0:whole#1"

    def fit(self, image: "Image") -> "Tensor":
        """(3, height, width) uint8: an RGB picture scaled to about `AREA` pixels, its sides multiples of `STRIDE`."""
        from PIL.Image import Resampling
        from torchvision.transforms.functional import center_crop, pil_to_tensor

        width, height = image.size
        kept = (min(height, round(width * LONGEST)), min(width, round(height * LONGEST)))
        if kept != (height, width):
            image = center_crop(image, list(kept))
        fitted: Tensor = pil_to_tensor(image.resize(shape(*image.size), Resampling.BICUBIC))
        return fitted

    def encode(self, contents: "Sequence[Tensor]") -> NDArray[np.float32]:
        """See `Encoder`; pictures of one shape are read together."""
        places = defaultdict(list)
        for place, content in enumerate(contents):
            places[tuple(content.shape)].append(place)
        vectors = np.zeros((len(contents), self.dim), np.float32)
        for alike in places.values():
            vectors[alike] = super().encode([contents[place] for place in alike])
        return vectors


def shape(width: int, height: int) -> tuple[int, int]:
    """`(width, height)` of a picture as it is read."""
    sides = ((AREA * width / height) ** 0.5, (AREA * height / width) ** 0.5)
    wide, high = (max(1, round(side / STRIDE)) * STRIDE for side in sides)
    return wide, high
