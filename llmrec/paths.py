"""Where llmrec keeps what it computes, and where its shipped resources lie."""

import os
from importlib.resources import files
from pathlib import Path

import platformdirs

from llmrec.errors import SetupError


def home() -> Path:
    """The data directory: models, data sets, caches, indexes.

    Returns
    -------
    Path
        `$LLMREC_HOME`; without it the folder `.llmrec` of the checkout that the package runs from, where `make` has
        made one; else the platform's data folder.
    """
    configured = os.environ.get("LLMREC_HOME")
    if configured:
        return Path(configured)
    root = checkout()
    if root is not None and (root / ".llmrec").is_dir():
        return root / ".llmrec"
    return Path(platformdirs.user_data_dir("llmrec", appauthor=False))


def resource(name: str) -> Path:
    """The folder `prompts`, `adapters` or `configs` that ships with llmrec.

    A wheel holds them inside the package; in a checkout they lie beside it. Folders of these names elsewhere (in
    site-packages, in the current directory) are never looked at.

    Raises
    ------
    SetupError
        Where neither is there.
    """
    installed = _package() / "_resources" / name
    if installed.is_dir():
        return installed
    root = checkout()
    if root is not None and (root / name).is_dir():
        return root / name
    raise SetupError(f"the folder {name}/ that ships with llmrec was not found; reinstall llmrec")


def adapter_folder(adapter: Path | str) -> Path:
    """Find an adapter by its folder, or by the name of one that ships with llmrec.

    Parameters
    ----------
    adapter
        A folder, or a name such as "ml-100k".

    Returns
    -------
    Path
        A folder of that path goes first; where there is neither, the path as given.
    """
    path = Path(adapter)
    if path.is_dir() or len(path.parts) != 1:
        return path
    shipped = resource("adapters") / path
    return shipped if shipped.is_dir() else path


def checkout() -> Path | None:
    """The root of the source tree that the package runs from; None where it is installed from a wheel."""
    package = _package()
    if (package / "_resources").is_dir() or not (package.parent / "pyproject.toml").is_file():
        return None
    return package.parent


def _package() -> Path:
    return Path(str(files("llmrec"))).resolve()
