"""Commands that make ready and look at things: setup, doctor, catalogues, SimShop, the index, models for vLLM."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from llmrec import paths
from llmrec.cli import show
from llmrec.cli.options import (
    Adapter,
    Base,
    Chroma,
    Columns,
    Data,
    Index,
    Json,
    Ray,
    Reader,
    WorkerCount,
    name_columns,
    pipeline_config,
)
from llmrec.errors import BadInput

if TYPE_CHECKING:
    from llmrec.setup.doctor import Finding

QUERYING = 100
"""Users whose histories ask the index in `llmrec doctor --index`."""
app = typer.Typer()
data_app = typer.Typer(help="Look at catalogues.", no_args_is_help=True)
app.add_typer(data_app, name="data")


@app.command()
def setup(
    install: Annotated[bool, typer.Option("--install", help="pip-install missing weight packages.")] = False,
    ml100k_wheel: Annotated[
        Path | None,
        typer.Option("--ml100k-wheel", help="A RecBole 1.2.1 wheel at hand, for machines offline."),
    ] = None,
    json: Json = False,
) -> None:
    """Make ready, once, what the rest needs: the base model and the demo's data."""
    from llmrec.setup import WEIGHT_PACKAGES, install_missing, materialise_base, materialise_ml100k

    if install:
        install_missing(WEIGHT_PACKAGES, show.note)
    for package in WEIGHT_PACKAGES:
        package.folder()  # raises with the command to run where the package is missing
    model = materialise_base(paths.home(), show.note)
    data = materialise_ml100k(paths.home(), show.note, ml100k_wheel)
    result = {"home": str(paths.home()), "base_model": str(model), "demo_data": str(data)}
    show.json(result) if json else show.ready(result)


@app.command()
def doctor(
    index: Annotated[
        bool,
        typer.Option(
            "--index", help="Instead, measure what the approximate index of a catalogue finds, and say what to set."
        ),
    ] = False,
    data: Data = None,
    adapter: Adapter = None,
    json: Json = False,
) -> None:
    """Say what is installed, what is missing, and what to do; exit code 1 where a need is missing."""
    from llmrec.setup.doctor import examine

    if not index and (data or adapter):
        raise BadInput(
            "`data` and `adapter` say whose index is measured; pass `index`, too", "data", "adapter", "index"
        )
    findings = _examine_index(data, adapter) if index else examine(paths.home())
    show.json({"findings": findings}) if json else show.findings(findings)
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)


def _examine_index(data: Path | None, adapter: Path | str | None) -> "list[Finding]":
    """By the histories of some users."""
    from llmrec.pipeline_config import PipelineConfig
    from llmrec.recommender import Recommender
    from llmrec.setup.doctor import examine_index

    with show.waiting("asking the approximate index and an exact one"):
        parts = Recommender.from_pretrained(adapter, data, config=PipelineConfig(index="exact")).pipeline
        catalog, scoring = parts.catalog, parts.components
        histories = [catalog.rows(catalog.history(user)) for user in [*catalog.histories][:QUERYING]] or [[]]
        q = parts.engine.query_vectors(histories, [""] * len(histories)).vectors
        return examine_index(scoring.v[:], scoring.b, scoring.index_media, catalog, q, histories)


@data_app.command("check")
def data_check(
    path: Annotated[Path, typer.Argument(help="Catalogue folder.")],
    quarantine: Annotated[
        Path | None, typer.Option("--quarantine", help="File that gets the bad rows with line and reason.")
    ] = None,
    reader: Reader = None,
    columns: Columns = None,
    json: Json = False,
) -> None:
    """Read a catalogue as every other command would, and report on it."""
    from llmrec.catalog import check

    name_columns(path, columns, reader)
    report = check(path, quarantine, reader)
    show.json(report.to_dict()) if json else show.report(report)


@data_app.command("fetch-media")
def data_fetch_media(
    path: Annotated[Path, typer.Argument(help="Catalogue folder whose items name media by web address.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files (default: media/ of the catalogue).")
    ] = None,
    max_files: Annotated[int, typer.Option("--max-files", min=1, help="Files of this run at most.")] = 100_000,
    max_mb: Annotated[float, typer.Option("--max-mb", min=0.001, help="Megabytes of a file at most.")] = 50,
    max_total_mb: Annotated[
        float, typer.Option("--max-total-mb", min=0.001, help="Megabytes of this run at most.")
    ] = 20_000,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds for one address at most.")] = 60,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Files at a time.")] = 8,
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Ask addresses of this machine and of inner networks, too."),
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Ask again for what a former run found to be no media, or not there.")
    ] = False,
    reader: Reader = None,
    columns: Columns = None,
    json: Json = False,
) -> None:
    """Fetch the media that a catalogue names by web address: http and https, public hosts, what is media by content.

    Files that are there are not fetched again; the same command goes on with a run that was cut off or met a bound.
    """
    from llmrec.catalog.fetch import FetchLimits, fetch_media

    name_columns(path, columns, reader)
    limits = FetchLimits(max_files, int(max_mb * 1e6), int(max_total_mb * 1e6), timeout, 5, workers, allow_private)
    with _bar("media files") as progress:
        result = fetch_media(path, out, limits, reader=reader, retry=retry, progress=progress)
    show.json(result.to_dict()) if json else show.fetched(result)


@app.command()
def simshop(
    out: Annotated[Path, typer.Option("--out", help="Folder to write; a run that was cut off is resumed.")],
    items: Annotated[int, typer.Option("--items", min=50, help="How many items.")] = 600,
    users: Annotated[int, typer.Option("--users", min=1, help="How many users.")] = 1500,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.")] = 0,
    json: Json = False,
) -> None:
    """Make a shop whose truth is known: pictures, clips, sounds, words, and why each item was bought."""
    result = _write_simshop(out, items, users, seed)
    show.json(result) if json else show.ready(result)


@app.command()
def index(
    data: Data = None,
    adapter: Adapter = None,
    chroma: Chroma = None,
    reader: Reader = None,
    columns: Columns = None,
    index: Index = None,
    workers: WorkerCount = 1,
    ray: Ray = None,
    json: Json = False,
) -> None:
    """Encode the items that are new or changed, rebuild the catalogue's index, and learn what goes with an item."""
    from llmrec.catalog import load_catalog
    from llmrec.catalog.quarantine import counted, unreadable_file
    from llmrec.setup import demo_data
    from llmrec.workers import Workers

    config = pipeline_config(chroma, index)
    config.check()
    encoding = Workers(workers, ray)
    name_columns(data, columns, reader)
    with show.waiting("reading the items and building the index"):
        folder = data or demo_data(paths.home())
        catalog = load_catalog(folder, reader=reader)
        from llmrec.recommender import Recommender

        recommender = Recommender.from_pretrained(
            adapter, folder, rebuild=True, catalog=catalog, config=config, encoding=encoding
        )
    with show.waiting("learning what goes with an item"):
        _ = recommender.pipeline.complement_model  # kept on disk, so that no request waits for it
    result = recommender.index()
    if left_out := result.get("left_out"):
        show.note(f"{counted(left_out, 'content')} that cannot be read left out: {unreadable_file(folder)}")
    show.json(result) if json else show.ready(result)


@app.command()
def export(
    out: Annotated[
        Path, typer.Option("--out", help="Folder that gets the models: rank/ and, where it writes, write/.")
    ],
    adapter: Adapter = None,
    base: Base = None,
    json: Json = False,
) -> None:
    """Write a checkpoint as Hugging Face folders that vLLM serves, the LoRA merged into the weights."""
    from llmrec.model.checkpoint import load_checkpoint
    from llmrec.model.export import export_merged
    from llmrec.setup import base_of

    with show.waiting("merging and writing the models"):
        checkpoint = load_checkpoint(paths.adapter_folder(adapter or "ml-100k"))
        result = export_merged(checkpoint, base or base_of(checkpoint.info.base, paths.home()), out)
    show.json(result) if json else show.ready({name: f"{out / name} ({served})" for name, served in result.items()})


def _write_simshop(out: Path, items: int, users: int, seed: int) -> dict[str, object]:
    """Write the world, with a bar on stderr; return what was written."""
    from llmrec.catalog.simshop import write_simshop

    with _bar("media files") as report:
        world = write_simshop(out, items, users, seed, os.cpu_count() or 1, report)
    media = sum(file.stat().st_size for file in (out / "media").iterdir())
    return {
        "folder": str(out),
        "items": len(world.items),
        "users": len(world.tastes),
        "purchases": len(world.purchases),
        "media_megabytes": round(media / 1e6, 1),
    }


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal; gives what moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=show.ERR, disable=not show.ERR.is_terminal) as progress:
        bar = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)
