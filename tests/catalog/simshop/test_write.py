"""SimShop's folder: the same bytes for a seed, taken up after a cut; each media file shows what it is to show."""

import colorsys
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import wave
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from llmrec.catalog import check, load_catalog
from llmrec.catalog.simshop import BY_NAME, World, load_truth, make_world, write_simshop
from llmrec.catalog.simshop.clips import HERTZ as CYCLES
from llmrec.catalog.simshop.clips import film
from llmrec.catalog.simshop.paint import HUES, paint
from llmrec.catalog.simshop.sounds import BEATS, play
from llmrec.errors import BadInput, StorageError
from llmrec.evaluation.splits import load_split

SMALL = ("--items", "60", "--users", "40", "--seed", "3")


def simshop(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `llmrec simshop` as a shell would."""
    command = [sys.executable, "-m", "llmrec.cli", "simshop", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | env, timeout=300)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 items and 40 users, written by the command; read only."""
    out = tmp_path_factory.mktemp("simshop") / "shop"
    done = simshop("--out", out, *SMALL, "--json", PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    return out


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


@pytest.fixture(scope="module")
def truth(folder: Path) -> World:
    return load_truth(folder)


def frames_of(file: Path) -> NDArray[np.int16]:
    """(frames, side, side, 3)."""
    with av.open(str(file)) as clip:
        assert [stream.codec_context.name for stream in clip.streams] == ["h264"]  # and no sound track
        return np.stack([frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]).astype(np.int16)


def test_pictures_have_the_colour_of_the_truth(folder: Path, truth: World) -> None:
    for item, colour in zip(truth.items, truth.values["colour"], strict=True):
        with Image.open(folder / "media" / f"{item}.jpg") as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (224, 224))
            pixels = np.asarray(picture, float) / 255
        vivid = pixels[(pixels.max(-1) - pixels.min(-1)) / pixels.max(-1) > 0.6]
        hue = colorsys.rgb_to_hsv(*np.median(vivid, axis=0))[0]
        distance = {name: min(abs(hue - of), 1 - abs(hue - of)) for name, of in HUES.items()}
        assert min(distance, key=distance.__getitem__) == colour, item


def test_shapes_and_patterns_differ_where_all_else_is_equal() -> None:
    def pixels(shape: str, pattern: str) -> NDArray[np.float64]:
        raw = paint(shape, "blue", pattern, np.random.default_rng(5))
        return np.asarray(Image.open(io.BytesIO(raw)), float)

    looks = [("round", pattern) for pattern in BY_NAME["pattern"].values]
    looks += [(shape, "plain") for shape in BY_NAME["shape"].values[1:]]
    pictures = [pixels(*look) for look in looks]
    assert np.abs(pictures[0] - pixels(*looks[0])).max() == 0
    for n, one in enumerate(pictures):
        for other in pictures[:n]:
            assert np.abs(one - other).mean() > 2


def test_clips_are_two_seconds_of_grey(folder: Path, truth: World) -> None:
    for item in truth.items[:12]:
        frames = frames_of(folder / "media" / f"{item}.mp4")
        assert frames.shape == (24, 128, 128, 3)
        assert np.abs(frames[..., 0] - frames[..., 2]).max() <= 8  # grey, as far as the codec keeps it
        assert np.abs(np.diff(frames, axis=0)).mean((1, 2, 3)).max() > 0.5  # something moves


@pytest.mark.parametrize("motion", BY_NAME["motion"].values)
def test_a_faster_pace_blurs_the_frames(motion: str, tmp_path: Path) -> None:
    edges = {}
    for pace in CYCLES:
        film(tmp_path / f"{pace}.mp4", motion, pace, "day", np.random.default_rng(1))
        frames = frames_of(tmp_path / f"{pace}.mp4")[..., 0]
        edges[pace] = sum(np.square(np.diff(frames, axis=axis).astype(float)).mean() for axis in (1, 2))
    assert edges["slow"] > edges["brisk"] > edges["rapid"]


@pytest.mark.parametrize("timbre", BY_NAME["timbre"].values)
def test_sounds_play_at_their_tempo(timbre: str) -> None:
    for tempo, beats in BEATS.items():
        with wave.open(io.BytesIO(play(timbre, tempo, "middle", np.random.default_rng(2)))) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
            assert file.getnframes() == 32_000
            samples = np.frombuffer(file.readframes(32_000), "<i2").astype(float)
        assert 2_000 < np.abs(samples).max() < 32_767
        loud = np.sqrt(np.convolve((samples.reshape(-1, 160) ** 2).mean(1), np.full(3, 1 / 3), "same"))
        onsets = np.flatnonzero(np.diff((loud > 0.25 * loud.max()).astype(int)) == 1)
        apart = onsets[np.r_[True, np.diff(onsets) > 7]] if len(onsets) else onsets
        assert abs(len(apart) - 2 * beats) <= 2, (tempo, len(apart))


def test_photo_queries_are_new_photos_of_known_looks(folder: Path, truth: World) -> None:
    queries = [json.loads(line) for line in (folder / "photo_queries.jsonl").read_text().splitlines()]
    look = list(zip(*(truth.values[name] for name in ("shape", "colour", "pattern")), strict=True))
    own = {(folder / "media" / f"{item}.jpg").read_bytes() for item in truth.items}
    assert len(queries) == len(set(look))
    for query in queries:
        wanted = (query["shape"], query["colour"], query["pattern"])
        assert query["items"] == [item for item, has in zip(truth.items, look, strict=True) if has == wanted]
        assert query["items"]
        assert (folder / query["file"]).read_bytes() not in own


def test_round_trip(folder: Path) -> None:
    assert load_truth(folder) == make_world(60, 40, 3)


def test_a_missing_damaged_or_foreign_truth_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_truth(tmp_path)
    shutil.copy(folder / "truth.jsonl", tmp_path)
    text = (tmp_path / "truth.jsonl").read_text()
    (tmp_path / "truth.jsonl").write_text(text[:-30])
    with pytest.raises(BadInput, match="is damaged"):
        load_truth(tmp_path)
    (tmp_path / "truth.jsonl").write_text(text.replace("simshop-1", "simshop-0", 1))
    with pytest.raises(BadInput, match="another version"):
        load_truth(tmp_path)
