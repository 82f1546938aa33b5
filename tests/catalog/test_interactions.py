"""Histories: each item once, in time, ties broken by the hash; bad events aside."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrec.catalog.delimited import read_delimited
from llmrec.catalog.interactions import build_histories
from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import read_json
from llmrec.catalog.types import Interaction

ITEMS = ["a", "b", "c", "02", "2"]


def read(folder: Path, csv: str, findings: Findings | None = None) -> dict[str, tuple[Interaction, ...]]:
    """Histories of a csv text with header."""
    (folder / "x.csv").write_text(csv)
    findings = findings or Findings()
    return build_histories(read_delimited(folder / "x.csv", ",", findings), ITEMS, findings)


@given(
    st.lists(
        st.tuples(st.sampled_from(["u", "v"]), st.sampled_from(ITEMS), st.integers(0, 3), st.integers(1, 5)),
        min_size=1,
    )
)
@settings(max_examples=100, deadline=None)
def test_order_and_first_events(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("events")
    text = "user,item,timestamp,rating\n" + "".join("{},{},{},{}\n".format(*row) for row in rows)
    first: dict[str, dict[str, tuple[int, int]]] = {}
    for user, item, time, _ in rows:
        own = first.setdefault(user, {})
        same = sorted(
            (when, n, rating) for n, (who, what, when, rating) in enumerate(rows) if (who, what) == (user, item)
        )
        own[item] = (min(time, same[0][0]), same[-1][2])  # the first time, the last rating
    expected = {
        user: sorted(own, key=lambda item: (own[item][0], hashlib.sha1(f"{user}:{item}".encode()).hexdigest()))
        for user, own in first.items()
    }
    histories = read(folder, text)
    assert {user: [event.item for event in events] for user, events in histories.items()} == expected
    for user, events in histories.items():
        assert {event.item: (event.timestamp, event.rating) for event in events} == first[user]


def test_bad_events_go_aside_with_line_and_reason(tmp_path: Path) -> None:
    findings = Findings()
    rows = [
        "u,a,1,5",
        "u,zzz,1,5",
        ",a,1,5",
        "u,,1,5",
        "u,b,soon,5",
        "u,b,nan,5",
        "u,b,2,good",
        "u,02,3,",
        "u,2,4,1",
    ]
    histories = read(tmp_path, "user,item,timestamp,rating\n" + "\n".join(rows), findings)
    assert [(event.item, event.rating) for event in histories["u"]] == [
        ("a", 5.0),
        ("b", None),
        ("02", None),
        ("2", 1.0),
    ]
    assert [(bad.line, bad.reason) for bad in findings.bad] == [
        (3, "unknown item"),
        (4, "no user id"),
        (5, "no item id"),
        (6, "unparsable timestamp"),
        (7, "unparsable timestamp"),
    ]
    assert findings.bad[0].row == ["u", "zzz", "1", "5"]
    assert findings.warnings == ["1 rating of x.csv cannot be read, first 'good': their events count without one"]


def test_dates_are_utc_seconds(tmp_path: Path) -> None:
    times = ["2018-09-20", "2018-09-20 00:00:01", "2018-09-20T00:00:02", "2018-09-20T00:00:03Z", "1537401604"]
    rows = "".join(f"u,{item},{time}\n" for item, time in zip(ITEMS, times, strict=True))
    histories = read(tmp_path, "user,item,timestamp\n" + rows)
    assert [event.timestamp for event in histories["u"]] == [1537401600.0 + n for n in range(5)]


def test_without_times_the_file_order_counts_and_the_report_says_so(tmp_path: Path) -> None:
    findings = Findings()
    histories = read(tmp_path, "user,item\nu,c\nu,a\nu,b\n", findings)
    assert [event.item for event in histories["u"]] == ["c", "a", "b"]
    assert "no timestamp column" in findings.warnings[0]


def test_jsonl_events(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"user": 1, "item": "a", "timestamp": 1.5, "rating": null}\n')
    findings = Findings()
    histories = build_histories(read_json(tmp_path / "x.jsonl", findings), ITEMS, findings)
    assert histories == {"1": (Interaction("1", "a", 1.5, None),)}
