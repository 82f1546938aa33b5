"""The chat page, and the pictures on its cards."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse, Response

from llmrec.errors import UnknownItem
from llmrec.server.parts import Parts

FOLDER = Path(__file__).resolve().parents[1] / "page"
FILES = {"style.css": "text/css", "chat.js": "text/javascript"}
HEADERS = {
    # whatever a title or a review brought in, nothing but the page's own script runs
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

page = APIRouter(include_in_schema=False)
router = APIRouter(tags=["items"])


@page.get("/")
def index() -> FileResponse:
    """The page; what it shows it asks for with the key that is typed into it."""
    return FileResponse(FOLDER / "index.html", media_type="text/html", headers=HEADERS)


@page.get("/page/{name}")
def part(name: Literal["style.css", "chat.js"]) -> FileResponse:
    """Its style and script."""
    return FileResponse(FOLDER / name, media_type=FILES[name], headers=HEADERS)


@router.get("/v1/media/image/{id:path}", response_class=Response, responses={200: {"content": {"image/*": {}}}})
def image(id: Annotated[str, InPath(min_length=1, max_length=200)], parts: Parts) -> FileResponse:
    """The picture of an item."""
    stock = parts.shelf.stock
    path = stock.recommender.catalog.item(id).media.get("image") if id in stock.offered else None
    kind = _kind(path) if path and path.is_file() else None
    if path is None or kind is None:
        raise UnknownItem(f"there is no picture of an item {id!r}")
    return FileResponse(path, media_type=kind, headers=HEADERS)


def _kind(path: Path) -> str | None:
    """The MIME type of a picture file by its content; None for what is not of the kinds that are read."""
    from PIL import Image

    from llmrec.encoders.pictures import FORMATS

    try:
        with Image.open(path, formats=FORMATS) as picture:
            return picture.get_format_mimetype()
    except (OSError, Image.DecompressionBombError):
        return None
