"""What an encoder of one modality is, and how an item's content reaches it."""

import errno
import hashlib
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Item

Content = TypeVar("Content")


class ContentError(Exception):
    """Bytes that are no content of the encoder's modality; the message is the reason."""


class AbsentError(ContentError):
    """A sound file without a sound, in that a silent clip has none: nothing is damaged, the modality is missing."""


class Encoder(Protocol[Content]):
    """A frozen encoder: contents of one modality -> vectors.

    The constructor is cheap; the model is loaded at the first `encode`. An encoder may be asked from several threads.

    A plug-in's encoder is a class or function that takes nothing, or the one string after `?` in its spec. An encoder
    that also has `open(path) -> Content` reads large files where they lie (see `FileReader`); an image encoder that
    also has `fit` sees the frames of clips (see `llmrec.encoders.image.FitsPictures`).

    Attributes
    ----------
    modality : str
        `text`, or a key of `Item.media`.
    id : str
        Names model and preprocessing. It is the key of the cache, so that vectors of another id are never mixed in.
        llmrec puts a plug-in's spec before it.
    dim : int
        Width of the vectors.
    steps : int
        A vector is so many consecutive blocks of `dim // steps` numbers: frames of a clip or a sound; 1 for the rest.
    """

    @property
    def modality(self) -> str:
        """One of text, image, video, audio, or a kind of its own."""

    @property
    def id(self) -> str:
        """Says how to make the encoder again; part of the keys of the feature cache."""

    @property
    def dim(self) -> int:
        """Numbers of a vector."""

    @property
    def steps(self) -> int:
        """Blocks that a vector consists of."""

    def read(self, raw: bytes) -> Content:
        """Decode one content.

        Parameters
        ----------
        raw : bytes
            A media file's bytes, or the UTF-8 of an item's title and description.

        Returns
        -------
        Content
            What `encode` takes.

        Raises
        ------
        ContentError
            Where it is damaged: the item goes on without the modality, and the report says so.
        """
        ...

    def encode(self, contents: Sequence[Content]) -> NDArray[np.float32]:
        """Vectors of some contents.

        Parameters
        ----------
        contents : sequence of Content
            `n` of them, as `read` gave them.

        Returns
        -------
        numpy.ndarray of shape (n, dim), float32
            A row each; the same content gives the same row, whatever stands beside it.

        Raises
        ------
        SetupError
            Where the model is not installed or damaged.
        """
        ...


class FileReader(ABC, Generic[Content]):
    """An encoder of contents too large to hold in memory as bytes: it reads the file where it lies."""

    @abstractmethod
    def open(self, path: Path) -> Content:
        """As `Encoder.read`, of a file.

        Parameters
        ----------
        path
            The file.

        Raises
        ------
        ContentError
            Where it is damaged.
        OSError
            Where it cannot be read.
        """

    def read(self, raw: bytes) -> Content:
        """As `Encoder.read`, through a file that lasts as long as the call."""
        with on_disk(raw) as path:
            return self.open(path)


@contextmanager
def on_disk(raw: bytes) -> Iterator[Path]:
    """A file's bytes as a file, for as long as the block lasts.

    Parameters
    ----------
    raw
        The bytes.
    """
    with tempfile.NamedTemporaryFile(suffix=".media") as file:
        file.write(raw)
        file.flush()
        yield Path(file.name)


def media_file(item: Item, modality: str) -> Path | None:
    """The file that holds an item's content of a modality.

    Parameters
    ----------
    item
        The item.
    modality
        A key of `Item.media`. The sound of an item without a sound file is its clip's own track.

    Returns
    -------
    Path or None
        None where it has none.
    """
    if modality == "audio":
        return item.media.get("audio") or item.media.get("video")
    return item.media.get(modality)


def lacks(item: Item, modality: str) -> bool:
    """Whether an item has no content of a modality; a title alone is no text of its own."""
    return not item.description if modality == "text" else media_file(item, modality) is None


def item_key(item: Item, modality: str) -> str:
    """What an item's content of a modality is found by in caches.

    Parameters
    ----------
    item
        The item.
    modality
        Which content.

    Returns
    -------
    str
        Hex sha256 of the UTF-8 of `item.text()` or of the media file; "" without any.

    Raises
    ------
    OSError
        Where the file cannot be read.
    """
    if modality == "text":
        text = item.text().encode()
        return hashlib.sha256(text).hexdigest() if text else ""
    path = media_file(item, modality)
    if path is None:
        return ""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))  # opening a pipe would wait for ever
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_item(item: Item, encoder: Encoder[Content]) -> Content:
    """An item's content, decoded.

    Parameters
    ----------
    item
        The item.
    encoder
        Of the modality that is asked for.

    Returns
    -------
    Content
        What `Encoder.encode` takes.

    Raises
    ------
    ContentError
        Where it is damaged, or absent (`AbsentError`).
    OSError
        Where the file cannot be read.
    """
    if encoder.modality == "text":
        return encoder.read(item.text().encode())
    path = media_file(item, encoder.modality)
    if path is None:
        raise AbsentError(f"the item has no {encoder.modality}")
    return read_file(path, encoder)


def read_file(path: Path, encoder: Encoder[Content]) -> Content:
    """The content of a media file, decoded.

    Parameters
    ----------
    path
        The file.
    encoder
        Of the file's modality.

    Returns
    -------
    Content
        What `Encoder.encode` takes.

    Raises
    ------
    ContentError
        Where it is damaged.
    OSError
        Where the file cannot be read.
    """
    opener: Callable[[Path], Content] | None = getattr(encoder, "open", None)
    return encoder.read(path.read_bytes()) if opener is None else opener(path)
