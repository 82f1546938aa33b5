"""The quarantine file holds what a user needs to mend a row, and a full disk is said in one sentence."""

import errno
import json
import os
from pathlib import Path

import pytest

from llmrec.catalog.findings import BadRow, Findings
from llmrec.errors import StorageError


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
