"""What is left out is listed with what a user needs to mend it; the lists survive damage and a full disk."""

import errno
import json
import os
from pathlib import Path

import pytest

from llmrec.catalog.quarantine import (
    DAMAGED,
    BadRow,
    Findings,
    note_unreadable,
    unreadable_file,
    unreadable_media,
)
from llmrec.errors import StorageError

PICTURE = {"item": "1", "modality": "image", "file": "/shop/a\u2028b.jpg", "reason": "cut off"}
CLIP = {"item": "2", "modality": "video", "file": "/shop/2.mp4", "reason": "no moving pictures"}


def test_a_bad_row_is_written_with_file_line_reason_and_cells(tmp_path: Path) -> None:
    findings = Findings([BadRow(Path("far/away/items.csv"), 7, "no item id", ["", "Café"])])
    findings.write(tmp_path / "new" / "bad.jsonl")
    (line,) = (tmp_path / "new" / "bad.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"file": "items.csv", "line": 7, "reason": "no item id", "row": ["", "Café"]}


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    findings = Findings([BadRow(Path("items.csv"), 7, "no item id", [])])
    with pytest.raises(StorageError, match="No space left") as error:
        findings.write(tmp_path / "bad.jsonl")
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    note_unreadable(tmp_path / "shop", ["image", "video"], [PICTURE, CLIP])
    return tmp_path / "shop"


def test_every_modality_replaces_its_own_records(shop: Path) -> None:
    assert unreadable_media(shop) == {"image: cut off": 1, "video: no moving pictures": 1}
    note_unreadable(shop, ["video"], [])
    assert unreadable_media(shop) == {"image: cut off": 1}
    note_unreadable(shop, ["image"], [])
    assert not unreadable_file(shop).exists()


@pytest.mark.parametrize("damage", [b'{"item": "3", "moda', b"\xff\xfe\x00", b"[]", b"7", b'{"item": "3"}'])
def test_a_damaged_line_is_counted_and_goes_with_the_next_encoding(shop: Path, damage: bytes) -> None:
    file = unreadable_file(shop)
    file.write_bytes(damage + b"\n" + file.read_bytes())
    assert unreadable_media(shop) == {"image: cut off": 1, "video: no moving pictures": 1, DAMAGED: 1}
    note_unreadable(shop, ["image"], [])
    assert unreadable_media(shop) == {"video: no moving pictures": 1}


def test_a_list_that_cannot_be_read_is_named_in_one_sentence(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(StorageError, match=r"media\.jsonl cannot be read: Permission denied; remove it") as error:
        unreadable_media(shop)
    assert "\n" not in str(error.value)
