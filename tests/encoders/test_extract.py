"""Features come from the pack, else from the cache, else from the encoder; damaged media are left out."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from llmrec.catalog import Catalog, Item, check, load_catalog
from llmrec.encoders import ContentError, Features, encoder, extract, note_problems
from llmrec.encoders.extract import BATCH
from llmrec.encoders.image import picture
from tests.encoders.media import tone, wav, write_film


class Colour:
    """A real, tiny encoder: the mean colour of a picture. Counts what it encodes."""

    modality = "image"
    dim, steps = 3, 1

    def __init__(self, id: str = "mean-colour") -> None:
        self.id = id
        self.encoded = 0

    def read(self, raw: bytes) -> Image.Image:
        """A decoded picture, as the real encoder reads it."""
        return picture(raw)

    def encode(self, contents: Sequence[Image.Image]) -> NDArray[np.float32]:
        """(n, 3) mean RGB in 0..1."""
        self.encoded += len(contents)
        return np.stack([np.asarray(image, np.float32).mean((0, 1)) / 255 for image in contents])


class Letters:
    """A real, tiny encoder of texts: the shares of eight letters."""

    modality = "text"
    id = "letters"
    dim, steps = 8, 1

    def __init__(self) -> None:
        self.encoded = 0

    def read(self, raw: bytes) -> str:
        """UTF-8."""
        return raw.decode()

    def encode(self, contents: Sequence[str]) -> NDArray[np.float32]:
        """(n, 8) shares of e t a o i n s r."""
        self.encoded += len(contents)
        return np.array([[text.count(letter) / len(text) for letter in "etaoinsr"] for text in contents], np.float32)


@pytest.fixture
def shop(tmp_path: Path) -> Catalog:
    """Five items; three with pictures, of which one is cut off; two of the pictures are the same."""
    folder = tmp_path / "images"
    folder.mkdir()
    red = Image.new("RGB", (40, 60), (200, 0, 0))
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 40, 3), np.uint8))
    for name, image in (("1", red), ("2", noise), ("3", noise), ("4", red)):
        image.save(folder / f"{name}.jpg")
    raw = (folder / "3.jpg").read_bytes()
    (folder / "3.jpg").write_bytes(raw[: len(raw) // 2])
    items = tuple(
        Item(str(n), f"Thing {n}", f"It is number {n}.", media={"image": folder / f"{n}.jpg"} if n < 5 else {})
        for n in range(1, 6)
    )
    return Catalog("shop", items, {})


def test_damaged_and_missing_media_are_missing_modalities(shop: Catalog, tmp_path: Path) -> None:
    colour = Colour()
    features, problems = extract(shop, [colour, Letters()], tmp_path / "cache")
    assert features.ids == ("1", "2", "3", "4", "5")
    assert features.mask["image"].tolist() == [True, True, False, True, False]
    assert features.mask["text"].all()
    assert features.vectors["image"].shape == (5, 3)
    assert features.vectors["image"].dtype == np.float32
    assert not features.vectors["image"][[2, 4]].any()
    assert features.vectors["image"][0] == pytest.approx([200 / 255, 0, 0], abs=0.01)
    assert features.keys["image"][0] == features.keys["image"][3] != features.keys["image"][2] == ""
    assert colour.encoded == 2  # the same bytes once
    (problem,) = problems
    assert (problem.item, problem.path) == ("3", shop.items[2].media["image"])
    assert "truncated" in problem.reason
    assert "item 3" in str(problem)


@pytest.mark.parametrize("raw", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"\xff\xd8\xff\xe0"])
def test_bytes_that_are_no_picture(shop: Catalog, tmp_path: Path, raw: bytes) -> None:
    shop.items[0].media["image"].write_bytes(raw)
    features, problems = extract(shop, [Colour()], tmp_path / "cache")
    assert not features.mask["image"][0]
    assert {problem.item for problem in problems} == {"1", "3"}
    assert all("0x" not in problem.reason for problem in problems)


def test_a_file_that_vanished(shop: Catalog, tmp_path: Path) -> None:
    shop.items[0].media["image"].unlink()
    features, problems = extract(shop, [Colour()], tmp_path / "cache")
    assert not features.mask["image"][0]
    assert problems[0].reason == "No such file or directory"


def test_the_second_time_nothing_is_encoded(shop: Catalog, tmp_path: Path) -> None:
    first, _ = extract(shop, [Colour(), Letters()], tmp_path / "cache")
    colour, letters = Colour(), Letters()
    second, problems = extract(shop, [colour, letters], tmp_path / "cache")
    assert (colour.encoded, letters.encoded, len(problems)) == (0, 0, 1)
    for modality in ("image", "text"):
        np.testing.assert_array_equal(first.vectors[modality], second.vectors[modality])


def test_a_changed_picture_is_encoded_again(shop: Catalog, tmp_path: Path) -> None:
    extract(shop, [Colour()], tmp_path / "cache")
    Image.new("RGB", (8, 8), (0, 200, 0)).save(shop.items[0].media["image"])
    colour = Colour()
    features, _ = extract(shop, [colour], tmp_path / "cache")
    assert colour.encoded == 1
    assert features.vectors["image"][0].argmax() == 1


def test_another_encoder_reads_no_foreign_vectors(shop: Catalog, tmp_path: Path) -> None:
    extract(shop, [Colour()], tmp_path / "cache")
    other = Colour("mean colour")  # reads like the first once it names a folder
    extract(shop, [other], tmp_path / "cache")
    assert other.encoded == 2


def test_shipped_features_spare_the_encoder(shop: Catalog, tmp_path: Path) -> None:
    shipped, _ = extract(shop, [Colour(), Letters()], tmp_path / "cache")
    # the same catalogue as another source has it: no pictures, no descriptions, one title changed
    bare = [Item(item.id, item.title) for item in shop.items]
    bare[1] = Item("2", "Another thing")
    colour, letters = Colour(), Letters()
    features, problems = extract(replace(shop, items=tuple(bare)), [colour, letters], tmp_path / "new", shipped)
    assert not problems
    assert (colour.encoded, letters.encoded) == (0, 1)
    assert features.mask["image"].tolist() == [True, False, False, True, False]
    np.testing.assert_array_equal(features.vectors["text"][0], shipped.vectors["text"][0])
    assert (features.vectors["text"][1] != shipped.vectors["text"][1]).any()
    assert features.keys["text"][0] == shipped.keys["text"][0]


def test_own_media_win_over_shipped_ones(shop: Catalog, tmp_path: Path) -> None:
    shipped, _ = extract(shop, [Colour()], tmp_path / "cache")
    Image.new("RGB", (8, 8), (0, 200, 0)).save(shop.items[0].media["image"])
    features, _ = extract(shop, [Colour()], tmp_path / "new", shipped)
    assert features.vectors["image"][0].argmax() == 1


def test_shipped_features_of_another_encoder_are_not_used(shop: Catalog, tmp_path: Path) -> None:
    shipped, _ = extract(shop, [Colour()], tmp_path / "cache")
    bare = replace(shop, items=tuple(Item(item.id, item.title) for item in shop.items))
    features, _ = extract(bare, [Colour("other")], tmp_path / "new", shipped)
    assert not features.mask["image"].any()


def test_features_survive_the_pack_unchanged(shop: Catalog, tmp_path: Path) -> None:
    features, _ = extract(shop, [Colour(), Letters()], tmp_path / "cache")
    features.save(tmp_path / "features.safetensors")
    loaded = Features.load(tmp_path / "features.safetensors")
    assert (loaded.ids, loaded.title_keys, dict(loaded.encoders), dict(loaded.keys)) == (
        features.ids,
        features.title_keys,
        dict(features.encoders),
        dict(features.keys),
    )
    for modality in ("image", "text"):
        np.testing.assert_array_equal(loaded.vectors[modality], features.vectors[modality])
        np.testing.assert_array_equal(loaded.mask[modality], features.mask[modality])


KILLED = """
import sys, time
from pathlib import Path
import numpy as np
from llmrec.catalog import Catalog, Item
from llmrec.encoders import extract

class Slow:
    modality, id, dim, steps = "text", "slow", 1, 1
    encoded = 0
    def read(self, raw): return raw.decode()
    def encode(self, contents):
        Slow.encoded += len(contents)
        time.sleep(float(sys.argv[2]))
        return np.array([[len(text)] for text in contents], np.float32)

items = tuple(Item(str(n), f"title {n}") for n in range(1000))
features, _ = extract(Catalog("c", items, {}), [Slow()], Path(sys.argv[1]), progress=False)
assert features.mask["text"].all()
print(Slow.encoded)
"""


def test_killed_half_way_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(KILLED)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    cache = tmp_path / "cache"
    run = [sys.executable, str(script), str(cache)]
    first = subprocess.Popen([*run, "0.2"], env=environment)
    for _ in range(600):
        if list(cache.rglob("*.safetensors")):
            break
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = subprocess.run([*run, "0"], env=environment, capture_output=True, text=True, check=True)
    done = 1000 - int(second.stdout)
    assert 0 < done < 1000
    assert done % BATCH["text"] == 0


def test_an_unreadable_content_is_an_error_of_its_own() -> None:
    with pytest.raises(ContentError, match="not a picture of a known kind"):
        Colour().read(b"words")


def test_the_number_of_decoders_does_not_change_a_vector(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    items = []
    for n in range(80):
        Image.fromarray(rng.integers(0, 255, (9, 9, 3), np.uint8)).save(tmp_path / f"{n}.png")
        items.append(Item(str(n), str(n), media={"image": tmp_path / f"{n}.png"}))
    (tmp_path / "7.png").write_bytes(b"")
    found = [
        extract(Catalog("c", tuple(items), {}), [Colour()], tmp_path / f"cache{workers}", workers=workers)
        for workers in (1, 2, 7)
    ]
    for features, problems in found[1:]:
        np.testing.assert_array_equal(features.vectors["image"], found[0][0].vectors["image"])
        assert problems == found[0][1]


class Counting(Colour):
    """Counts how often it was asked to read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def read(self, raw: bytes) -> Image.Image:
        self.reads += 1
        return super().read(raw)


def test_a_damaged_content_is_tried_once_and_reported_every_time(shop: Catalog, tmp_path: Path) -> None:
    twin = Item("6", "The same file", media={"image": shop.items[2].media["image"]})
    both = replace(shop, items=(*shop.items, twin))
    first, second = Counting(), Counting()
    _, before = extract(both, [first], tmp_path / "cache")
    _, after = extract(both, [second], tmp_path / "cache")
    assert (first.reads, second.reads) == (3, 0)
    assert [problem.item for problem in before] == ["3", "6"]
    assert before == after


def test_a_clips_own_track_is_the_sound_of_an_item_without_one(tmp_path: Path) -> None:
    loud = write_film(tmp_path / "loud.mp4", sound=tone())
    silent = write_film(tmp_path / "silent.mp4")
    (tmp_path / "own.wav").write_bytes(wav(tone(900)))
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film")
    media = [
        {"video": loud},
        {"video": silent},
        {"video": silent, "audio": tmp_path / "own.wav"},
        {"video": broken},
        {},
    ]
    catalog = Catalog("c", tuple(Item(str(n), str(n), media=files) for n, files in enumerate(media)), {})
    features, problems = extract(catalog, [encoder("audio", "mel")], tmp_path / "cache")
    assert features.mask["audio"].tolist() == [True, False, True, False, False]
    assert [problem.item for problem in problems] == ["3"]  # a silent clip is not damaged
    assert features.steps == {}
    again, _ = extract(catalog, [encoder("audio", "mfcc")], tmp_path / "cache")
    assert again.steps == {"audio": 64}


def test_what_cannot_be_read_is_listed_beside_the_bad_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    folder = tmp_path / "shop"
    (folder / "images").mkdir(parents=True)
    (folder / "items.csv").write_text("item_id,title\n1,a\n2,b\n")
    (folder / "images" / "1.jpg").write_bytes(b"no picture")
    os.mkfifo(folder / "images" / "2.jpg")  # opening it would wait for ever
    catalog = load_catalog(folder)
    for _ in range(2):
        features, problems = extract(catalog, [Colour(), Letters()], tmp_path / "cache")
        note_problems(folder, features, problems)
    report = check(folder)
    assert sum(report.unreadable.values()) == 2
    assert any("not a picture of a known kind" in reason for reason in report.unreadable)
    assert report.unreadable_file is not None
    records = [json.loads(line) for line in report.unreadable_file.read_text().splitlines()]
    assert [(record["item"], record["modality"]) for record in records] == [("2", "image"), ("1", "image")]
    features, _ = extract(catalog, [Letters()], tmp_path / "cache")
    note_problems(folder, features, [])
    assert check(folder).unreadable == report.unreadable  # pictures were not looked at
    (folder / "images" / "2.jpg").unlink()
    Image.new("RGB", (9, 9)).save(folder / "images" / "1.jpg")
    features, problems = extract(load_catalog(folder), [Colour()], tmp_path / "cache")
    note_problems(folder, features, problems)
    assert check(folder).unreadable == {}
    assert check(folder).unreadable_file is None
