"""Opening files of film and sound: only known container formats, only from the disk, one sentence on damage."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer

from llmrec.encoders.base import ContentError

FORMATS = (
    "mov", "mp4", "m4a", "3gp", "matroska", "webm", "avi", "mpegts", "mpeg", "flv", "asf", "ogg",
    "wav", "w64", "mp3", "flac", "aac", "aiff", "caf", "amr", "au",
)  # fmt: skip
# A playlist or a script that calls itself .mp4 would make FFmpeg open other files, or addresses on the network.
OPTIONS = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """The opened file; raises `ContentError` where it is damaged or of no known format, also later in the block."""
    if not path.stat().st_size:
        raise ContentError("the file is empty")
    try:
        with av.open(f"file:{path}", options=OPTIONS, metadata_errors="replace") as container:
            yield container
    except av.FFmpegError as error:
        raise ContentError(f"FFmpeg says: {error.strerror or type(error).__name__}") from error
    except (ValueError, UnicodeError) as error:  # PyAV on headers that say what cannot be
        raise ContentError(f"damaged: {error}") from error
