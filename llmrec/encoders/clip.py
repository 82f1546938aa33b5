"""A CLIP of open_clip: two towers into one space, loaded once for both modalities."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class EncoderSpecs:
    """A loaded CLIP."""

    model: Any
    """open_clip's, in evaluation mode, on `device`."""
    preprocess: "Callable[[Image], Tensor]"
    """An RGB picture -> (3, height, width) float32."""
    tokenize: "Callable[[list[str]], Tensor]"
    """Texts -> (n, length) token ids."""
    device: str


class Clip:
    """A CLIP by its id; its weights are loaded at the first use."""

    def __init__(self, id: str, dim: int, load: Callable[[], EncoderSpecs]) -> None:
        self.id, self.dim, self._load = id, dim, load
        self._lock = RLock()  # pictures are read by several threads: one of them loads
        self._encoder_specs: EncoderSpecs | None = None

    @property
    def encoder_specs(self) -> EncoderSpecs:
        """Raises `SetupError` where the weights are not at hand or are damaged."""
        with self._lock:
            if self._encoder_specs is None:
                self._encoder_specs = self._load()
            return self._encoder_specs
