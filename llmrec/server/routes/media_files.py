"""The media of items: a picture, a clip, a sound."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse, Response

from llmrec.errors import UnknownItem
from llmrec.server.dependencies import Parts
from llmrec.server.routes.page import HEADERS
from llmrec.server.schemas.common import SameId

router = APIRouter(tags=["items"])
SIGNATURES = (  # offset, bytes, kind; a file is named after its content, so that no suffix tells
    (4, b"ftyp", "video/mp4"), (0, b"\x1a\x45\xdf\xa3", "video/webm"), (8, b"AVI ", "video/x-msvideo"),
    (8, b"WAVE", "audio/wav"), (0, b"ID3", "audio/mpeg"), (0, b"\xff\xfb", "audio/mpeg"), (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
)  # fmt: skip
TYPES = {"image": "image/*", "video": "video/*", "audio": "audio/*"}


@router.get(
    "/v1/media/{kind}/{id:path}",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in TYPES.values()}}},
)
def medium(
    kind: Literal["image", "video", "audio"],
    id: Annotated[str, InPath(min_length=1, max_length=200), SameId],
    parts: Parts,
) -> FileResponse:
    """Get the picture, the clip or the sound of an item."""
    snapshot = parts.live.snapshot
    path = snapshot.catalog.item(id).media.get(kind) if id in snapshot.offered else None
    found = None
    if path is not None:
        parts.live.media.fetch([path])
    if path is not None and path.is_file():
        found = _picture_type(path) if kind == "image" else playable_type(path)
    if path is None or found is None:
        raise UnknownItem(f"there is no {kind} of an item {id!r}")
    return FileResponse(path, media_type=found, headers=HEADERS)


def _picture_type(path: Path) -> str | None:
    """Tell the MIME type of a picture file by its content; None for what is not of the kinds that are read."""
    from PIL import Image

    from llmrec.encoders.image import FORMATS

    try:
        with Image.open(path, formats=FORMATS) as picture:
            return picture.get_format_mimetype()
    except (OSError, Image.DecompressionBombError):
        return None


def playable_type(path: Path) -> str:
    """Tell the MIME type of a clip or a sound by its first bytes.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str
        "application/octet-stream" for what browsers do not play.
    """
    with path.open("rb") as file:
        head = file.read(16)
    known = (kind for at, mark, kind in SIGNATURES if head[at : at + len(mark)] == mark)
    return next(known, "application/octet-stream")
