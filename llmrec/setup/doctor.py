"""What is installed, what is missing, and what to do about it."""

import importlib.util
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from packaging.requirements import Requirement

from llmrec import paths
from llmrec.errors import LlmrecError
from llmrec.extras import install_command
from llmrec.setup import WEIGHT_PACKAGES, WeightPackage, base_folder, ml100k_folder, verify

if TYPE_CHECKING:
    from llmrec.catalog import Catalog
    from llmrec.retrieval.index import Floats, Index, Rows
    from llmrec.vector_rows import VectorRows

GIB = 2**30
RECALL = 0.95
"""Share of the nearest items that an index has to find: of the misses, few would be among the ten best."""
EFS = (100, 200, 400, 800, 1600)
"""How far the index is made to look: as many nodes of its graph."""
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


def examine_index(
    v: "Floats",
    b: "Floats",
    media: "Mapping[str, VectorRows]",
    catalog: "Catalog",
    q: "Floats",
    histories: Sequence[Sequence[int]],
) -> list[Finding]:
    """Measure which share of the truly nearest items the approximate index finds, by how far it looks.

    Parameters
    ----------
    v, b : (items, dim) and (items,) float32
        Item vectors and biases of the model.
    media : modality -> (items, dim) float32
        Unit rows of the items' media.
    catalog
        The items.
    q : (queries, dim) float32
        Query vectors of the LLM.
    histories
        Item rows of each; its newest items ask by their media.

    Returns
    -------
    list of Finding
        One a collection: "missing" where it finds less than `RECALL`, and then what to set.

    Raises
    ------
    StorageError
        Where the disk refuses.
    """
    from llmrec.retrieval.chroma import MEDIA_HNSW, ChromaIndex, search_breadth
    from llmrec.retrieval.fingerprint import IndexFingerprint
    from llmrec.retrieval.index import ExactIndex
    from llmrec.retrieval.sources import BY_CONTENT, BY_QUERY_VECTOR

    fingerprint, exact = IndexFingerprint.of(catalog, {}, "measured", v.shape[1]), ExactIndex(v, b, catalog, media)
    newest = np.array([history[-1] for history in histories if len(history)], np.intp)
    questions: dict[str, Callable[[Index], list[Rows]]] = {
        "the LLM's vectors": lambda index: index.query(q, BY_QUERY_VECTOR).rows
    }
    for m, held in media.items():
        asked = held[newest]
        shown = asked[asked.any(axis=1)]
        if len(shown):
            questions[m] = partial(_alike, m, shown, 2 * BY_CONTENT)
    wanted = {name: ask(exact) for name, ask in questions.items()}
    found: dict[str, dict[int, float]] = {name: {} for name in questions}
    of_media, of_items = int(str(MEDIA_HNSW["ef_search"])), search_breadth(len(v))
    served = {name: of_media if name in media else of_items for name in questions}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ChromaIndex.build(folder, v, b, catalog, fingerprint, media=media).close()
        for ef in sorted({*EFS, *served.values()}):
            with ChromaIndex.open(folder, fingerprint, tuple(media), ef) as index:
                for name, ask in questions.items():
                    pairs = zip(ask(index), wanted[name], strict=True)
                    found[name][ef] = float(np.mean([np.isin(best, rows).mean() for rows, best in pairs if len(best)]))
    return [_recalled(name, by_ef, served[name]) for name, by_ef in found.items()]


def _alike(modality: str, vectors: "Floats", k: int, index: Any) -> "list[Rows]":
    found: list[Rows] = index.alike(modality, vectors, k).rows
    return found


def _recalled(name: str, by_ef: Mapping[int, float], served: int) -> Finding:
    """What an index of `name` finds by `ef`, with what to set where the default finds too little."""
    detail = ", ".join(f"ef {ef:,}{' (default)' if ef == served else ''}: {share:.3f}" for ef, share in by_ef.items())
    told = f"of the nearest items found: {detail}"
    if by_ef[served] >= RECALL:
        return Finding(f"index of {name}", "ok", told)
    best = next((ef for ef, share in by_ef.items() if ef > served and share >= RECALL), None)
    remedy = "set `--index exact`" if best is None else f"set `--index 'chroma?ef={best}'`, or `--index exact`"
    return Finding(f"index of {name}", "missing", told, remedy)


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
