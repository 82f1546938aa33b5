"""Contents that other processes encode: the same vectors, the same problems, the same cache."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llmrec.catalog import Catalog, Item
from llmrec.encoders import encoder, extract
from llmrec.encoders.base import AbsentError, ContentError
from llmrec.encoders.decoder_pool import DecoderEnded
from llmrec.encoders.parallel import EncodingJob, unreadable
from llmrec.errors import BadInput
from llmrec.workers import Part, Workers

EXTRACT = sys.modules["llmrec.encoders.extract"]


def write_shop(folder: Path) -> Catalog:
    """Six items with text and pictures: two share one, one is damaged, one is away."""
    folder.mkdir(exist_ok=True)
    for n, colour in enumerate(("red", "green", "blue")):
        Image.new("RGB", (40, 30), colour).save(folder / f"{n}.png")
    (folder / "3.png").write_bytes((folder / "2.png").read_bytes())
    (folder / "4.png").write_bytes(b"no picture")
    items = [Item(str(n), f"A thing of number {n}", media={"image": folder / f"{n}.png"}) for n in range(6)]
    return Catalog("shop", tuple(items), {})


def test_processes_give_the_vectors_and_the_problems_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EXTRACT, "PART", {"text": 4, "image": 2})  # several parts
    shop = write_shop(tmp_path / "media")
    encoders = [encoder("text", "minilm"), encoder("image", "lite0")]
    here, problems = extract(shop, encoders, tmp_path / "here", progress=False)
    there, same = extract(shop, encoders, tmp_path / "there", progress=False, processes=Workers(2))
    assert [str(problem) for problem in same] == [str(problem) for problem in problems]
    assert {problem.item for problem in same} == {"4", "5"}
    for modality in ("text", "image"):
        np.testing.assert_array_equal(there.mask[modality], here.mask[modality])
        np.testing.assert_allclose(there.vectors[modality][:], here.vectors[modality][:], atol=2e-3)
    assert there.keys == here.keys
    again, _ = extract(shop, encoders, tmp_path / "there", progress=False)  # from what the processes found
    np.testing.assert_array_equal(again.vectors["image"][:], there.vectors["image"][:])


@pytest.mark.parametrize("processes", [None, Workers(2)], ids=["here", "two processes"])
def test_a_file_that_is_changed_while_it_is_read_is_not_kept_for_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: Workers | None
) -> None:
    monkeypatch.setattr(EXTRACT, "PART", {"image": 2})
    shop, lite = write_shop(tmp_path / "media"), encoder("image", "lite0")
    was = (tmp_path / "media" / "1.png").read_bytes()
    key = EXTRACT.item_key

    def changed_behind(item: Item, modality: str) -> str:
        found = str(key(item, modality))
        if item.id in ("1", "2"):
            (tmp_path / "media" / f"{item.id}.png").write_bytes(b"" if item.id == "1" else was)
        return found

    monkeypatch.setattr(EXTRACT, "item_key", changed_behind)
    found, problems = extract(shop, [lite], tmp_path / "cache", progress=False, processes=processes)
    assert found.mask["image"].tolist() == [True, False, False, False, False, False]  # the third file was the fourth's
    assert "changed" in next(problem.reason for problem in problems if problem.item == "1")
    monkeypatch.setattr(EXTRACT, "item_key", key)
    (tmp_path / "media" / "1.png").write_bytes(was)
    again, _ = extract(shop, [lite], tmp_path / "cache", progress=False)
    fresh, _ = extract(shop, [lite], tmp_path / "fresh", progress=False)
    np.testing.assert_allclose(again.vectors["image"][:], fresh.vectors["image"][:], atol=2e-3)


@pytest.mark.parametrize("address", ["", "nonsense", "ray://head:10001", "http://head:6379", "head:x"])
def test_an_address_that_is_none_of_a_cluster_is_refused_at_once(address: str) -> None:
    with pytest.raises(BadInput, match="no address of a Ray cluster"):
        Workers(2, address)


def test_an_encoder_that_a_worker_cannot_open_is_said() -> None:
    with pytest.raises(BadInput, match="encoder"):
        EncodingJob("text", "nobody:knows").worker().work(Part(0, ("a text",)))


@pytest.mark.parametrize(
    ("error", "reason", "absent", "lasting"),
    [
        (ContentError("cut off"), "cut off", False, True),
        (AbsentError("no sound"), "no sound", True, True),
        (DecoderEnded("took too long"), "took too long", False, False),
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory", False, False),
    ],
)
def test_what_may_be_the_machines_fault_is_not_remembered(
    error: ContentError | OSError, reason: str, absent: bool, lasting: bool
) -> None:
    why = unreadable(error)
    assert (why.refusal.reason, why.refusal.absent, why.lasting) == (reason, absent, lasting)


@pytest.mark.parametrize("count", [0, -1, True, 1.5])
def test_a_number_of_workers_is_a_whole_one(count: object) -> None:
    with pytest.raises(BadInput, match="workers"):
        Workers(count)  # type: ignore[arg-type]
