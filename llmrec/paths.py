"""Where llmrec keeps what it computes, and where its shipped resources lie."""

import os
from pathlib import Path

import platformdirs

from llmrec.errors import SetupError


def home() -> Path:
    """The one data directory (models, data sets, caches, indexes): `$LLMREC_HOME`, or the platform's data folder."""
    configured = os.environ.get("LLMREC_HOME")
    return Path(configured) if configured else Path(platformdirs.user_data_dir("llmrec", appauthor=False))


def resource(name: str) -> Path:
    """The folder `prompts` or `adapters`: beside the package in a checkout, inside it in an installed wheel.

    Raises `SetupError` where neither is there.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parent / name, package / "_resources" / name):
        if folder.is_dir():
            return folder
    raise SetupError(f"the folder {name}/ that ships with llmrec was not found; reinstall llmrec")
