"""The chat page and the pages of the API: files of this server, which request nothing from any other."""

from importlib.resources import files
from os import PathLike, stat_result
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).resolve().parents[1] / "page"
HEADERS = {
    # whatever a title or a review brought in, nothing but the page's own script runs
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
        "media-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",  # asked for again each time, and answered with 304 where nothing changed
}

page = APIRouter(include_in_schema=False)


class Files(StaticFiles):
    """A folder of files, each with the headers of the page."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """See `StaticFiles`."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        return response


@page.get("/")
def index() -> FileResponse:
    """Get the chat page; what it shows it requests with the key that is typed into it."""
    return FileResponse(FOLDER / "index.html", media_type="text/html", headers=HEADERS)


@page.get("/docs")
def docs() -> FileResponse:
    """Get the pages of the API: Swagger UI over `/openapi.json`."""
    return FileResponse(FOLDER / "docs.html", media_type="text/html", headers=HEADERS)


def add_files(app: FastAPI) -> None:
    """Mount the page's own files, and Swagger UI's as `fastapi-offline` ships them.

    Parameters
    ----------
    app
        The app.
    """
    app.mount("/page", Files(directory=FOLDER), name="page")
    swagger: Any = files("fastapi_offline") / "static"
    app.mount("/swagger", Files(directory=swagger), name="swagger")
