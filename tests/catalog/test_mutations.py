# ruff: noqa: E501 - a case a line
"""A damaged file is read, or refused in one sentence, and what is left out is listed: reading never ends in a traceback.

`LLMREC_MUTATIONS=5000` sets how many damaged folders are tried; without it a few hundred are. The lists of what is left out
have what a user needs to mend it, and survive damage and a full disk.
"""

import errno
import gzip
import json
import os
import random
from pathlib import Path

import pytest

from llmrec.catalog import check
from llmrec.catalog.quarantine import (
    DAMAGED,
    BadRow,
    Findings,
    note_unreadable,
    unreadable_file,
    unreadable_media,
)
from llmrec.errors import LlmrecError, StorageError
from tests.catalog import folders
from tests.catalog.folders import write

COUNT = int(os.environ.get("LLMREC_MUTATIONS", "300"))
BATCHES = 10
JSON_LINES = (
    '{"item_id": "1", "title": "Kettle", "genres": ["A", "B"], "details": {"Colour": "red"}, "price": "$4.00"}\n'
    '{"item_id": "2", "title": "Lamp", "genres": [], "details": {}, "images": [{"large": "https://x/1.jpg"}]}\n'
)
FORMS: list[dict[str, str | bytes]] = [
    folders.GENERIC, folders.ML_100K, folders.ML_1M, folders.ML_LATEST, folders.RECBOLE, folders.HM,
    {"items.jsonl": JSON_LINES, "interactions.json": '[{"user": 1, "item": 1, "time": "2024-04-16T10:00:00Z"}]'},
    {"items.csv": "id;title;price\n1;Tête;4,0\n2;B;5,5\n".encode("cp1252"), "interactions.txt": "u 1 2\nv 2 1\n"},
    {"items.csv": 'item_id,title,image\n1,"A \\"b\\"",img/1.jpg\n2,B,\n', "img/1.jpg": b"\xff\xd8\xff",
     "interactions.csv": "user_id,item_id,date,time\nu,1,16/04/2024,10:00\nu,2,17/04/2024,11:00\n",
     "labels.csv": "item_id,attribute,value\n1,colour,red\n"},
    {"items.csv.gz": gzip.compress(b"item_id,title\n1,A\n2,B\n"), "interactions.csv": "u,1,5,1\nu,2,4,2\n"},
    {"news.tsv": "N1\tsport\tgolf\tA\tB\tu\t[]\t[]\n", "behaviors.tsv": "1\tU\t11/15/2019 10:22:32 AM\tN1\tN1-1\n"},
    {"meta_x.json": JSON_LINES.replace("item_id", "asin"), "x.json": '{"reviewerID": "a", "asin": "1"}\n'},
]  # fmt: skip
TOKENS = [
    b"", b"\0", b'"', b"''", b"\\", b"\n", b"\r", b"\r\n\r\n", b",", b";", b"\t", b"|", b"::", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf",
    b"\xed\xa0\xbd", b"\\ud83d", b"\xe2\x80\xa8", "é名😀\u202e".encode(), b"nan", b"inf", b"-1e999", b"1e308", b"9" * 400, b"[" * 2000,
    b"{" * 50, b"]", b"}", b"[]", b"{}", b"null", b"true", b"[{'a':", b"('a','b')", b"http://", b"../", b"/etc/passwd", b"a" * 5000,
    b"12.0", b" 7 ", b"99999999999999999999", b"-99999999999999", b"2024-13-45", b"0000-00-00", b"9999-12-31", b"31/31/2024",
    b"Tue Apr 31", b"1,299.00", b"$", "€٣".encode(), b"item_id", b"user_id", b"timestamp", b"Unnamed: 0", b"sep=", b"\x1f\x8b", b"PK\x03\x04",
    b"PAR1", b"\xf0\x9f", b"$where", b"#", b"=", b"%s", b"{0}", b"\x1b[31m", b"e" * 300 + b".jpg",
]  # fmt: skip


def damaged(content: bytes, dice: random.Random) -> bytes:
    """The content with one to four changes."""
    for _ in range(dice.randint(1, 4)):
        start, stop = sorted((dice.randint(0, len(content)), dice.randint(0, len(content))))
        stop = min(stop, start + dice.choice((0, 1, 4, 40)))
        match dice.randrange(7):
            case 0:
                content = content[:start] + dice.choice(TOKENS) + content[start:]
            case 1:
                content = content[:start] + content[stop:]
            case 2:
                content = content[:start] + content[start:stop] * dice.choice((2, 3, 50)) + content[stop:]
            case 3:
                content = content[:start]
            case 4:
                content = content[:start] + dice.randbytes(dice.randint(1, 8)) + content[stop:]
            case 5:
                lines = content.split(b"\n")
                dice.shuffle(lines)
                content = b"\n".join(lines)
            case _:
                cells = content.split(b",")
                cells[dice.randrange(len(cells))] = dice.choice(TOKENS)
                content = b",".join(cells)
    return content


@pytest.mark.parametrize("batch", range(BATCHES))
def test_damaged_files_are_read_or_refused_in_a_sentence(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    for number in range(batch, COUNT, BATCHES):
        dice = random.Random(number)
        files = {name: text.encode() if isinstance(text, str) else text for name, text in dice.choice(FORMS).items()}
        name = dice.choice(sorted(files))
        files[name] = damaged(files[name], dice)
        folder = write(tmp_path / str(number), files)
        try:
            report = check(folder, tmp_path / "bad.jsonl")
        except LlmrecError as error:
            assert "\n" not in str(error), (number, name)
            assert error.exit_code == 2, (number, name)
        except Exception as error:
            raise AssertionError(f"mutation {number}, {name}: {files[name][:300]!r}") from error
        else:
            assert all(line.count("\n") == 0 for line in report.lines()), (number, name)
            "".join(report.lines()).encode()


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
