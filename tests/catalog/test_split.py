"""The split is the referee's, made here or read from its file."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from llmrec.catalog import Catalog, load_catalog, load_split, rolling_split
from llmrec.errors import BadSplit


@pytest.fixture(scope="module")
def referee(shared: Path) -> Any:
    """The independent referee, as a module."""
    spec = importlib.util.spec_from_file_location("referee", shared / "referee" / "referee.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["ml-100k", "hm"])
@pytest.mark.parametrize("last", [5, 1])
def test_agrees_with_the_referee(shared: Path, referee: Any, name: str, last: int) -> None:
    catalog = load_catalog(shared / "data" / name)
    items, users = referee.split(shared / "data" / name, last)
    split = rolling_split(catalog, last)
    assert [item.id for item in catalog.items] == items
    assert {
        user: (list(split.train[user]), list(split.valid[user]), list(split.test[user])) for user in split.train
    } == users


def write(path: Path, rows: list[Any]) -> Path:
    """A split file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_round_trip(tiny_catalog: Catalog, tmp_path: Path) -> None:
    split = rolling_split(tiny_catalog)
    rows = [
        {"user": user, "train": split.train[user], "valid": split.valid[user], "test": split.test[user]}
        for user in split.train
    ]
    assert load_split(write(tmp_path / "split.jsonl", rows), tiny_catalog) == split


GOOD = {"user": "u1", "train": ["1"], "valid": ["2"], "test": ["3"]}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "holds no user"),
        ([{**GOOD, "user": "nobody"}], "user 'nobody' is not in catalogue"),
        ([{**GOOD, "test": ["99"]}], "item '99' is not in catalogue"),
        ([{**GOOD, "test": ["1"]}], "item '1' stands twice"),
        ([GOOD, GOOD], "line 2: user 'u1' has a line already"),
        ([{"user": "u1", "train": ["1"]}], "needs"),
        (["u1"], "needs"),
    ],
)
def test_a_split_that_does_not_fit(tiny_catalog: Catalog, tmp_path: Path, rows: list[Any], says: str) -> None:
    with pytest.raises(BadSplit, match=says):
        load_split(write(tmp_path / "split.jsonl", rows), tiny_catalog)


def test_a_split_file_cut_off(tiny_catalog: Catalog, tmp_path: Path) -> None:
    path = write(tmp_path / "split.jsonl", [GOOD])
    path.write_text(path.read_text()[:-20])
    with pytest.raises(BadSplit, match="line 1: no JSON"):
        load_split(path, tiny_catalog)


def test_a_split_file_that_is_not_there(tiny_catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(BadSplit, match="cannot be read"):
        load_split(tmp_path / "absent.jsonl", tiny_catalog)
