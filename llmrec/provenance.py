"""What a result was made with: llmrec's version and commit, the machine, the day."""

import datetime
import subprocess
from collections.abc import Mapping
from pathlib import Path

import llmrec


def made_with() -> dict[str, str]:
    """Version, commit, machine and date, as cards, training records and result rows tell them.

    Returns
    -------
    dict of str to str
        ``version`` of llmrec, ``commit`` (see `commit`), ``machine`` (see `machine_name`) and ``date`` (ISO, UTC).
    """
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {"version": llmrec.__version__, "commit": commit(), "machine": machine_name(), "date": today}


def commit(package: Path | None = None) -> str:
    """Short hash of the commit of llmrec's own checkout, "" for an installed wheel.

    A wheel may lie inside somebody else's repository, whose commit says nothing about llmrec: git is asked only where
    the folder above the package is itself the root of a checkout of llmrec.

    Parameters
    ----------
    package
        Folder of the package; default: the one that is imported.
    """
    root = (package or Path(__file__).parent).resolve().parent
    project = root / "pyproject.toml"
    if not (root / ".git").exists() or not project.is_file() or 'name = "llmrec"' not in project.read_text("utf-8"):
        return ""
    asked = ["git", "-C", str(root), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def machine_name() -> str:
    """The accelerator's name, or the number of CPU threads."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"CPU, {torch.get_num_threads()} threads"


def release(about: Mapping[str, str]) -> str:
    """Version and commit of `made_with`, in words for a card."""
    version = about.get("version", "(version unknown)")
    return f"llmrec {version}, commit {about['commit']}" if about.get("commit") else f"llmrec {version}"
