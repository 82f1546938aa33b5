"""What is installed, what is missing, and what to do about it."""

import importlib.util
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from llmrec import paths
from llmrec.errors import LlmrecError
from llmrec.extras import install_command
from llmrec.setup import WEIGHT_PACKAGES, WeightPackage, base_folder, ml100k_folder, verify

GIB = 2**30
NAMED = 4
"""Packages that a finding names."""
NEEDED_DISK = 2 * GIB
"""Free space that models, features, indexes and a training's checkpoints take with room to spare."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Parameters
    ----------
    name
        What it is.
    state
        "ok", "missing" (llmrec needs it) or "absent" (it runs without).
    detail
        What was found.
    remedy
        What to do, where there is something to do.
    """

    name: str
    state: str
    detail: str
    remedy: str = ""


def examine(home: Path) -> list[Finding]:
    """Look at Python, packages, models, data, adapters, disk and accelerator.

    Parameters
    ----------
    home
        The data directory.

    Returns
    -------
    list of Finding
        What is wrong is a finding too: nothing is raised.
    """
    return [
        Finding("Python", "ok", platform.python_version()),
        *_dependencies(),
        *(_checked(package.distribution, partial(_installed, package)) for package in WEIGHT_PACKAGES),
        _checked("base model", lambda: f"{verify(base_folder(home), what='the base model').id}, checksums match"),
        _checked("MovieLens-100K", lambda: f"{_sealed(ml100k_folder(home))}, checksums match"),
        *_adapters(),
        _disk(home),
        _accelerator(),
    ]


def _sealed(folder: Path) -> str:
    return verify(folder, what="the demo's data set").source


def _installed(package: WeightPackage) -> str:
    package.folder()  # raises with the command to run where the package is missing
    return f"{package.version()}, {package.holds}"


def _checked(name: str, look: Callable[[], str]) -> Finding:
    """`look` describes the thing, or raises the error whose sentence says what to do."""
    try:
        return Finding(name, "ok", look())
    except LlmrecError as error:
        what, _, remedy = str(error).rpartition("; ")
        return Finding(name, "missing", what, remedy)


def _dependencies() -> Iterator[Finding]:
    """One finding for the hard requirements, and one for each extra whose packages are not all there."""
    extras = metadata.metadata("llmrec").get_all("Provides-Extra") or []
    missing: dict[str, list[str]] = {}
    found = 0
    for line in metadata.requires("llmrec") or ():
        requirement = Requirement(line)
        extra = next((extra for extra in extras if _only_with(requirement, extra)), "")
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            missing.setdefault(extra, []).append(requirement.name)
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            missing.setdefault(extra, []).append(f"{requirement.name} {version} (needs {requirement.specifier})")
        else:
            found += not extra
    if names := missing.pop("", []):
        yield Finding("packages", "missing", ", ".join(names), "run `pip install --upgrade llmrec`")
    else:
        yield Finding("packages", "ok", f"{found} required packages")
    for extra, names in missing.items():
        remedy = f"`{install_command(extra)}` if you want it"
        shown = ", ".join(names) if len(names) <= NAMED else f"{len(names)} packages, such as {names[0]},"
        yield Finding(f"extra {extra}", "absent", f"{shown} not installed", remedy)


def _only_with(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker is not None and marker.evaluate({"extra": extra}) and not marker.evaluate({"extra": ""})


def _adapters() -> Iterator[Finding]:
    try:
        checkpoints = sorted(card.parent for card in paths.resource("adapters").glob("*/checkpoint.json"))
    except LlmrecError as error:
        yield Finding("adapters", "missing", str(error))
        return
    if not checkpoints:
        remedy = "take a release that ships one, or make one with `llmrec train --data PATH --out adapters/NAME`"
        yield Finding("adapters", "missing", "no adapter lies in adapters/", remedy)
    for checkpoint in checkpoints:
        size = sum(file.stat().st_size for file in checkpoint.rglob("*") if file.is_file()) / 1e6
        yield Finding(f"adapter {checkpoint.name}", "ok", f"{size:.0f} MB in {checkpoint}")


def _disk(home: Path) -> Finding:
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    detail = f"{free / GIB:.1f} GiB free for {home}"
    if not os.access(existing, os.W_OK):
        return Finding("disk", "missing", f"{existing} may not be written", "set LLMREC_HOME to a folder of yours")
    if free < NEEDED_DISK:
        return Finding("disk", "missing", detail, "free some space, or set LLMREC_HOME to a folder elsewhere")
    return Finding("disk", "ok", detail)


def _accelerator() -> Finding:
    import torch

    if not torch.cuda.is_available():
        detail = f"none: runs on {os.cpu_count()} CPU cores"
        return Finding("accelerator", "absent", detail, "nothing to do: a GPU makes training faster")
    name = torch.cuda.get_device_name(0)
    if importlib.util.find_spec("bitsandbytes") is None:
        return Finding("accelerator", "ok", name, f"`{install_command('gpu')}` trains on a 4-bit base")
    return Finding("accelerator", "ok", f"{name}, bitsandbytes {metadata.version('bitsandbytes')}")
