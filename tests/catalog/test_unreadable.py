"""The list of media that could not be read survives damage to itself."""

from pathlib import Path

import pytest

from llmrec.catalog.unreadable import DAMAGED, note_unreadable, unreadable_file, unreadable_media
from llmrec.errors import StorageError

PICTURE = {"item": "1", "modality": "image", "file": "/shop/a\u2028b.jpg", "reason": "cut off"}
CLIP = {"item": "2", "modality": "video", "file": "/shop/2.mp4", "reason": "no moving pictures"}


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
