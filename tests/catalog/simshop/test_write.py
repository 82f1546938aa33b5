"""The folder: the same bytes for a seed, read without a bad row, taken up after a cut, never mixed with another."""

import hashlib
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from llmrec.catalog import check, load_catalog
from llmrec.catalog.simshop import load_truth, write_simshop
from llmrec.errors import BadInput, StorageError
from llmrec.evaluation.splits import load_split
from tests.catalog.simshop.conftest import SMALL, simshop


def digests(folder: Path) -> dict[str, str]:
    """Relative path -> sha256 of every file."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_seed_gives_the_same_bytes_in_another_process(folder: Path, tmp_path: Path) -> None:
    done = simshop("--out", tmp_path / "again", *SMALL, PYTHONHASHSEED="2")
    assert done.returncode == 0, done.stderr
    assert "purchases" in done.stdout
    first, second = digests(folder), digests(tmp_path / "again")
    assert first == second
    assert len([name for name in first if name.startswith("media/")]) == 180


def test_the_order_of_rendering_changes_nothing_and_a_cut_off_run_is_taken_up(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "cut"
    shutil.copytree(folder, copy)
    for name in ("media/i0007.mp4", "media/i0001.jpg", "missing/items.csv", "truth.jsonl", "photo_queries/q002.jpg"):
        (copy / name).unlink()
    done: list[tuple[int, int]] = []
    write_simshop(copy, 60, 40, 3, report=lambda n, total: done.append((n, total)))
    assert digests(copy) == digests(folder)
    assert done[-1][0] == done[-1][1]


def test_the_catalogue_reads_it_without_a_bad_row(folder: Path, tmp_path: Path) -> None:
    report = check(folder, tmp_path / "bad.jsonl")
    assert (report.layout, report.items, report.users) == ("generic", 60, 40)
    assert report.coverage == {"text": 60, "image": 60, "video": 60, "audio": 60}
    assert (report.quarantined, report.warnings) == ({}, [])
    assert set(report.attributes) == {"family", "price"}  # nothing of the truth is a column


def test_histories_are_the_purchases_of_the_truth_in_order(folder: Path, tmp_path: Path) -> None:
    catalog, world = load_catalog(folder, tmp_path / "bad.jsonl"), load_truth(folder)
    assert {user: catalog.history(user) for user in catalog.histories} == world.histories()
    for user in world.tastes:
        times = [event.timestamp for event in catalog.histories[user]]
        assert all(a < b for a, b in pairwise(times))


def test_the_missing_media_variant_lacks_a_share_of_each_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    whole, partial = load_catalog(folder, tmp_path / "a"), load_catalog(folder / "missing", tmp_path / "b")
    assert partial.histories == whole.histories
    for modality in ("image", "video", "audio"):
        there = [item for item in partial.items if modality in item.media]
        assert len(there) == 42
        for item in there:
            assert item.media[modality].read_bytes() == whole.item(item.id).media[modality].read_bytes()
    assert check(folder / "missing", tmp_path / "b").warnings == []


def test_the_cold_split_trains_on_no_cold_item(folder: Path, tmp_path: Path) -> None:
    split = load_split(folder / "cold.jsonl", load_catalog(folder, tmp_path / "bad.jsonl"))
    lines = (folder / "cold_items.jsonl").read_text().splitlines()
    cold = {line.split('"')[3] for line in lines}
    assert len(cold) == 9
    for user in split.train:
        assert not cold & {*split.train[user], *split.valid[user]}
        assert split.test[user]
        assert set(split.test[user]) <= cold


def test_another_world_or_other_files_in_the_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="another SimShop"):
        write_simshop(folder, 60, 40, seed=4)
    (tmp_path / "note.txt").write_text("mine")
    done = simshop("--out", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {tmp_path} is not empty")
    with pytest.raises(StorageError, match="cannot be written"):
        write_simshop(tmp_path / "note.txt", 60, 40, 3)
