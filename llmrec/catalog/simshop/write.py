"""Writes a SimShop as a folder in the generic layout, with the truth, the splits and the queries beside it."""

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from llmrec.catalog.items import LABELS_FILE as LABELS
from llmrec.catalog.simshop.media import SUFFIXES, Job, render
from llmrec.catalog.simshop.splits import PhotoQuery, cold_split, labelled_items, missing_media, photo_queries
from llmrec.catalog.simshop.truth import FILE, FORMAT, truth_lines
from llmrec.catalog.simshop.words import Words, write_words
from llmrec.catalog.simshop.world import World, make_world, of_modality
from llmrec.errors import BadInput, StorageError

ABOUT = "simshop.json"
MISSING = "missing"
QUERY_FOLDER = "photo_queries"


def write_simshop(
    folder: Path, items: int, users: int, seed: int, workers: int = 1, report: Callable[[int, int], None] | None = None
) -> World:
    """Write the world of a seed as a catalogue folder; the same arguments give the same bytes.

    Parameters
    ----------
    folder
        Empty, or one that an earlier run with the same arguments began.
    items, users, seed
        See `make_world`.
    workers
        Processes that render media.
    report
        Is called with (done, total) media files.

    Returns
    -------
    World

    Raises
    ------
    BadInput
        Where the folder holds something else.
    StorageError
        Where the disk refuses.
    MissingExtra
        Where PyAV is not installed.
    """
    _claim(folder, {"format": FORMAT, "items": items, "users": users, "seed": seed})
    world = make_world(items, users, seed)
    words = write_words(world.values, seed)
    queries = photo_queries(world)
    jobs = _media_jobs(folder, world, queries)
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        if report:
            report(done, len(jobs))

    try:
        for name in ("media", QUERY_FOLDER, MISSING):
            (folder / name).mkdir(exist_ok=True)
        render(jobs, workers, count)
        _write_catalogue(folder, world, words, {})
        _write_missing(folder, world, words)
        _write_csv(folder / LABELS, _labels(world))
        _write_lines(folder / FILE, truth_lines(world))
        cold, cold_users = cold_split(world)
        _write_lines(folder / "cold.jsonl", (json.dumps(asdict(user)) for user in cold_users))
        _write_lines(folder / "cold_items.jsonl", (json.dumps({"item": item}) for item in sorted(cold)))
        _write_lines(folder / f"{QUERY_FOLDER}.jsonl", (json.dumps(_told(query)) for query in queries))
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror or error}; free some space there") from error
    return world


def _claim(folder: Path, fingerprint: Mapping[str, str | int]) -> None:
    """Mark an empty folder as this world's; a folder of another world or of other files is refused."""
    file = folder / ABOUT
    text = json.dumps(fingerprint) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if file.is_file():
            if file.read_text(encoding="utf-8") != text:
                raise BadInput(f"{folder} holds another SimShop ({file}); pass an empty folder or delete that one")
            return
        if any(folder.iterdir()):
            raise BadInput(f"{folder} is not empty; pass an empty folder")
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror}; pass another folder") from error


def _media_jobs(folder: Path, world: World, queries: Sequence[PhotoQuery]) -> list[Job]:
    jobs = []
    for modality, suffix in SUFFIXES.items():
        columns = [world.values[attribute.name] for attribute in of_modality(modality)]
        for number, (item, *values) in enumerate(zip(world.items, *columns, strict=True)):
            jobs.append(Job(folder / "media" / f"{item}{suffix}", modality, tuple(values), world.seed, number))
    for number, query in enumerate(queries):
        jobs.append(Job(folder / QUERY_FOLDER / f"{query.name}.jpg", "query", query.look, world.seed, number))
    return jobs


def _told(query: PhotoQuery) -> dict[str, object]:
    look = dict(zip((attribute.name for attribute in of_modality("image")), query.look, strict=True))
    return {"query": query.name, "file": f"{QUERY_FOLDER}/{query.name}.jpg", **look, "items": query.items}


def _write_catalogue(folder: Path, world: World, words: Sequence[Words], absent: Mapping[str, frozenset[str]]) -> None:
    """items.csv and interactions.csv; the media cells of `absent[modality]` stay empty."""
    rows = []
    for item, told in zip(world.items, words, strict=True):
        media = {
            modality: "" if item in absent.get(modality, ()) else f"media/{item}{suffix}"
            for modality, suffix in SUFFIXES.items()
        }
        first = {"item_id": item, "title": told.title, "description": told.description}
        rows.append({**first, "family": told.family, "price": f"{told.price:.2f}", **media})
    _write_csv(folder / "items.csv", rows)
    _write_csv(
        folder / "interactions.csv",
        [{"user_id": p.user, "item_id": p.item, "timestamp": str(p.timestamp)} for p in world.purchases],
    )


def _labels(world: World) -> list[Mapping[str, str]]:
    """What a labelled item is, attribute by attribute; in which modality that shows is for the reader to find out."""
    row = {item: n for n, item in enumerate(world.items)}
    return [
        {"item_id": item, "attribute": name, "value": column[row[item]]}
        for item in labelled_items(world)
        for name, column in world.values.items()
    ]


def _write_missing(folder: Path, world: World, words: Sequence[Words]) -> None:
    """The same shop as a catalogue of its own in `missing/`, where a share of the media files is absent."""
    absent = missing_media(world)
    inside = folder / MISSING
    (inside / "media").mkdir(exist_ok=True)
    for modality, suffix in SUFFIXES.items():
        for item in world.items:
            target = inside / "media" / f"{item}{suffix}"
            if item not in absent[modality] and not target.exists():
                _link(folder / "media" / target.name, target)
    _write_catalogue(inside, world, words, absent)


def _link(source: Path, target: Path) -> None:
    """A second name for the same bytes; a copy where the disk knows no hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _write_csv(file: Path, rows: Sequence[Mapping[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _replace(file, out.getvalue())


def _write_lines(file: Path, lines: Iterable[str]) -> None:
    _replace(file, "".join(f"{line}\n" for line in lines))


def _replace(file: Path, text: str) -> None:
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
