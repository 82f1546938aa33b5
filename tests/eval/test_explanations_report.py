"""The report over catalogues: aims held or missed, what was not measured, thirty sentences."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.explanations.report import BESIDE, FAULT_TARGETS, GALLERY, TARGETS, report, write_row


def filed(folder: Path, **values: float | None) -> None:
    """An audit of 40 sentences with given metrics, as `eval.explanations` files it."""

    def metric(name: str) -> dict[str, Any]:
        value = values.get(name, 0.5)
        ends = None if value is None else value
        return {"value": value, "low": ends, "high": ends, "what": f"what {name} is", "reason": "no scorer"}

    names = {name for _, name, _, _ in TARGETS} - {"plain"} | set(BESIDE)
    audit = {
        "explanations": 40, "users": 8, "adapter": "pack@1", "seed": 0, "date": "2026-01-01", "commit": "abc",
        "command": "python -m eval.explanations", "machine": {"cores": 2, "cpu": "a CPU"},
        "sources": {"llm": 30, "plain": 10}, "metrics": {"all": {name: metric(name) for name in sorted(names)}},
    }  # fmt: skip
    shares = {kind: 1.0 if kind != "clean copy" else 0.01 for kind, _, _ in FAULT_TARGETS}
    faults = {"flagged": {"with evidence": shares, "text alone": shares}}
    sentences = [{"user": f"u{n}", "title": "A | B", "text": f"Sentence {n}.", "source": "llm"} for n in range(40)]
    write_row(folder.parent, {"data": folder.name, "audit": audit, "faults": faults, "sentences": sentences})


def test_aims_are_marked_and_absent_figures_say_why(tmp_path: Path) -> None:
    good = {"hallucination_rate": 0.0, "cited_beats_random": 0.9, "top_opening": 0.1, "usr": 0.99}
    filed(tmp_path / "films", **good)
    filed(tmp_path / "shop", **good | {"usr": 0.5, "cited_beats_random": None})
    lines = {line.split("|")[1].strip(): line for line in report(tmp_path).read_text().splitlines() if "|" in line}
    assert lines["distinct sentences"].count("missed") == 1
    assert "missed" not in lines["hallucinated claims that reach the user"]
    assert lines["plain sentences"].count("0.250 **missed**") == 2
    assert "NaN (no scorer)" in lines["removing the cited items hurts more than removing others"]
    assert (tmp_path / "explanations.png").stat().st_size > 1000


def test_the_gallery_holds_thirty_whole_sentences_the_same_each_time(tmp_path: Path) -> None:
    filed(tmp_path / "films")
    report(tmp_path)
    first = (tmp_path / "gallery.md").read_text()
    assert first.count("| Sentence ") == GALLERY
    assert "A \\| B" in first
    report(tmp_path)
    assert (tmp_path / "gallery.md").read_text() == first


def test_without_an_audit_there_is_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no audit"):
        report(tmp_path)


def test_what_reasons_cost_stands_beside_its_aims(tmp_path: Path) -> None:
    folder = tmp_path / "explanations"
    filed(folder / "films")
    assert "## Cost" not in report(folder).read_text()
    about = {"machine": {"cores": 2, "cpu": "a CPU"}, "command": "c", "date": "2026-01-01", "commit": "abc"}
    rows = {
        "three": {"runs": 9, "p50 ms": 2500.0, "p95 ms": 6000.0, "aim p50 ms": 5000},
        "first": {"runs": 9, "p50 ms": 1400.0, "p95 ms": 1500.0, "aim p50 ms": 1200},
        "ten": {"runs": 9, "p50 ms": 63.4, "p95 ms": 99.0},
    }
    (tmp_path / "latency.json").write_text(json.dumps(rows | {"process start, seconds": 9.0} | about))
    lines = {line.split("|")[1].strip(): line for line in report(folder).read_text().splitlines() if "|" in line}
    assert "| <= 5 s | 2.50 s | 6.00 s |" in lines["three"]
    assert "1.40 s **missed**" in lines["first"]
    assert "|  | 0.06 s |" in lines["ten"]
