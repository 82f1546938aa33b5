"""What an encoder of one modality is, and how an item's content reaches it."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Item

Content = TypeVar("Content")


class ContentError(Exception):
    """Bytes that are no content of the encoder's modality; the message is the reason."""


class Encoder(Protocol[Content]):
    """A frozen tower: contents of one modality -> vectors. Loads its model at the first `encode`."""

    @property
    def modality(self) -> str:
        """`text`, or a key of `Item.media`."""
        ...

    @property
    def id(self) -> str:
        """Names model and preprocessing; vectors of another id are never mixed in."""
        ...

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        ...

    def read(self, raw: bytes) -> Content:
        """Decode one content; raises `ContentError` where it is damaged."""
        ...

    def encode(self, contents: Sequence[Content]) -> NDArray[np.float32]:
        """(n, dim) vectors of n contents. Raises `SetupError` where the model is not installed or damaged."""
        ...


def lacks(item: Item, modality: str) -> bool:
    """Whether the item has no content of that modality; a title alone is no text of its own."""
    return not item.description if modality == "text" else modality not in item.media


def raw_content(item: Item, modality: str) -> bytes | None:
    """The bytes that are encoded (and hashed): UTF-8 of `item.text()`, or the media file; None without any.

    Raises `OSError` where the file cannot be read.
    """
    if modality == "text":
        return item.text().encode() or None
    return item.media[modality].read_bytes() if modality in item.media else None
