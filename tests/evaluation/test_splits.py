"""Splits of a catalogue and their files, and whether a checkpoint has seen what they ask for."""

import json
from pathlib import Path
from typing import Any

import pytest

from llmrec.catalog import Catalog, Interaction, Item, load_catalog
from llmrec.errors import BadSplit, StorageError
from llmrec.evaluation.leakage import leakage
from llmrec.evaluation.splits import (
    Split,
    events_digest,
    load_split,
    make_split,
    rolling_events,
    rolling_split,
    save_split,
)
from tests.evaluation import referee


def _agrees(folder: Path, kind: str) -> None:
    catalog = load_catalog(folder)
    items, users = referee.split(folder, {"rolling": 5, "loo": 1}[kind])
    split = make_split(catalog, kind)
    assert [item.id for item in catalog.items] == items
    assert {
        user: (list(split.train[user]), list(split.valid[user]), list(split.test[user])) for user in split.train
    } == users


@pytest.mark.parametrize("kind", ["rolling", "loo"])
def test_agrees_with_the_referee(made_folder: Path, kind: str) -> None:
    _agrees(made_folder, kind)


@pytest.mark.parametrize("name", ["ml-100k", "hm"])
@pytest.mark.parametrize("kind", ["rolling", "loo"])
def test_agrees_with_the_referee_on_real_data(shared: Path, name: str, kind: str) -> None:
    _agrees(shared / "data" / name, kind)


def write(path: Path, rows: list[Any]) -> Path:
    """A split file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_round_trip_and_the_referee_reads_the_same(made_folder: Path, tmp_path: Path) -> None:
    catalog = load_catalog(made_folder)
    split = rolling_split(catalog)
    save_split(split, tmp_path / "sub" / "split.jsonl")
    assert load_split(tmp_path / "sub" / "split.jsonl", catalog) == split
    assert make_split(catalog, tmp_path / "sub" / "split.jsonl") == split
    rows = [json.loads(line) for line in (tmp_path / "sub" / "split.jsonl").read_text().splitlines()]
    _, users = referee.split(made_folder)
    assert {row["user"]: (row["train"], row["valid"], row["test"]) for row in rows} == users


def test_where_nothing_can_be_written_the_path_is_named(tiny_catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="pass another path"):
        save_split(rolling_split(tiny_catalog), tmp_path / "file" / "split.jsonl")


def test_a_catalogue_without_events_has_no_split(tiny_catalog: Catalog) -> None:
    with pytest.raises(BadSplit, match="has 3 events"):
        make_split(Catalog("bare", tiny_catalog.items, {}), "rolling")


def test_earlier_held_out_items_are_history_of_later_ones() -> None:
    items = tuple(Item(str(n), f"Thing {n}") for n in range(6))
    split = Split({"u": ("5", "4")}, {"u": ("3", "2")}, {"u": ("1", "0")})
    catalog = Catalog("six", items, {})
    assert [(e.number, e.history, e.target) for e in rolling_events(catalog, split, "valid")] == [
        (0, (5, 4), 3),
        (1, (5, 4, 3), 2),
    ]
    assert [(e.number, e.history, e.target) for e in rolling_events(catalog, split, "test")] == [
        (0, (5, 4, 3, 2), 1),
        (1, (5, 4, 3, 2, 1), 0),
    ]


def test_the_days_of_a_history_are_known_where_timestamps_are_times() -> None:
    day = 86_400
    items = tuple(Item(id, id) for id in "abcd")
    for start, expected in ((20_000 * day, [20_000.0, 20_000.5, -1.0]), (5, [-1.0, -1.0, -1.0])):
        events = tuple(Interaction("u", item, start + n * day / 2) for n, item in enumerate("abcd"))
        catalog = Catalog("shop", items, {"u": events})
        (asked,) = rolling_events(catalog, Split({"u": ("a", "b")}, {"u": ()}, {"u": ("c",)}), "test")
        assert asked.past.days([0, 1, 2], unknown=-1.0) == expected  # nothing of the event that is asked for


def test_the_digest_tells_events_and_their_order_apart_and_nothing_else() -> None:
    one = events_digest({"u": ["1", "2"], "v": ["3"]})
    assert one == events_digest({"v": ("3",), "u": ("1", "2"), "w": ()})
    assert len({one, events_digest({"u": ["2", "1"], "v": ["3"]}), events_digest({"u": ["1", "2", "3"]})}) == 3


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


def test_a_file_that_is_no_split_is_not_written_over(tiny_catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "interactions.csv"
    file.write_text("user_id,item_id\n")
    with pytest.raises(BadSplit, match="is there already and holds no split"):
        save_split(rolling_split(tiny_catalog), file)
    assert file.read_text() == "user_id,item_id\n"
    save_split(rolling_split(tiny_catalog), tmp_path / "split.jsonl")
    save_split(rolling_split(tiny_catalog, 1), tmp_path / "split.jsonl")
    assert load_split(tmp_path / "split.jsonl", tiny_catalog) == rolling_split(tiny_catalog, 1)


@pytest.fixture(scope="module")
def catalog(made_folder: Path) -> Catalog:
    return load_catalog(made_folder)


def counted(catalog: Catalog, histories: dict[str, tuple[str, ...]]) -> dict[str, object]:
    """The provenance of a checkpoint of before the digest."""
    there = [items for items in histories.values() if items]
    return {"users": len(there), "training events": sum(map(len, there)), "data": catalog.name, "split": "given (x)"}


@pytest.mark.parametrize("digested", [True, False])
def test_what_was_trained_on_is_recognised(catalog: Catalog, digested: bool) -> None:
    split, loo = rolling_split(catalog), rolling_split(catalog, 1)
    everything = {user: catalog.history(user) for user in catalog.histories}
    for histories, asked, state in (
        (split.train, split, "clean"),
        (split.before("test"), split, "clean"),
        (split.train, loo, "clean"),  # the last five are held out, so the last one is too
        (loo.train, split, "leaks"),
        (everything, split, "leaks"),
        ({user: everything[user] for user in split.train}, loo, "leaks"),
    ):
        about = counted(catalog, dict(histories))
        if digested:
            about["training digest"] = events_digest(histories)
        found = leakage(about, catalog, asked)
        assert found.state == state, found.why
        assert ("told by the number" in found.why) == (not digested and state == "clean") or state == "leaks"
    assert "has seen the answers" in leakage(counted(catalog, everything), catalog, split).why


def test_valid_events_of_a_model_that_learnt_from_valid_leak(catalog: Catalog) -> None:
    split = rolling_split(catalog)
    about = {"training digest": events_digest(split.before("test"))}
    assert leakage(about, catalog, split, "test").state == "clean"
    assert leakage(about, catalog, split, "valid").state == "leaks"


def test_a_split_of_ones_own_is_recognised_too(catalog: Catalog) -> None:
    rolling = rolling_split(catalog)
    own = Split({u: i[:3] for u, i in rolling.train.items()}, rolling.valid, rolling.test)
    assert leakage({"training digest": events_digest(own.train)}, catalog, own).state == "clean"
    unknown = leakage({"training digest": "0" * 16, "data": "made", "split": "mine"}, catalog, own)
    assert unknown.state == "unknown" and "mine" in unknown.why


def test_another_catalogues_checkpoint_is_not_vouched_for(catalog: Catalog) -> None:
    found = leakage({"users": 3, "training events": 5, "data": "films"}, catalog, rolling_split(catalog))
    assert found.state == "unknown" and "'films'" in found.why
