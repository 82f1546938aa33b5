"""A whole audit of another system's file without any model of ours, and its report."""

import json
import math
import re
from pathlib import Path

import pytest

from llmrec.audit.explanation import Explanation
from llmrec.audit.report import worst
from llmrec.audit.run import Audit, audit, write
from llmrec.catalog.types import Catalog, Item
from llmrec.encoders.text import TextEncoder

DETAILS = {"data": "tiny", "adapter": "", "seed": 0, "date": "2026-01-01", "missed": ["usr is 0.5, min 0.9"]}


def audited(said: list[Explanation], catalog: Catalog, reader: TextEncoder) -> Audit:
    lines: list[str] = []
    found = audit(said, catalog, reader.encode, lines.append)
    assert lines
    return found


def test_a_file_from_elsewhere_is_measured_but_for_what_needs_a_scorer(
    said: list[Explanation], tiny_catalog: Catalog, reader: TextEncoder
) -> None:
    found = audited(said, tiny_catalog, reader)
    metrics = found.metrics
    measured = {name for name, metric in metrics.items() if not math.isnan(metric.value)}
    assert {"claim_precision", "hallucination_rate", "usr", "distinct_2", "simulatability", "cites_history"} <= measured
    for name in ("comprehensiveness", "sufficiency", "cited_beats_random", "stability_seed", "rouge_l", "gap_words"):
        assert name not in measured
        assert metrics[name].reason
    assert "--adapter" in metrics["comprehensiveness"].reason
    assert worst(found.cases)[0].judged.explanation.item == "4"  # the one that is false twice


def test_the_report_stands_alone_and_the_json_is_strict(
    said: list[Explanation], tiny_catalog: Catalog, reader: TextEncoder, tmp_path: Path
) -> None:
    html = write(audited(said, tiny_catalog, reader), tmp_path, DETAILS).read_text()
    assert "<svg" in html
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", html)
    assert "no scorer" in html
    assert "Thresholds missed" in html
    assert "The Matrix" in html
    found = json.loads((tmp_path / "audit.json").read_text(), parse_constant=pytest.fail)
    assert found["explanations"] == 6
    assert found["metrics"]["faithfulness"]["comprehensiveness"]["value"] is None
    assert found["worst"][0]["claims"][0]["against"]


def test_markup_in_titles_and_sentences_is_shown_not_run(reader: TextEncoder, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    items = tuple(Item(str(n), f"{hostile} {n}", attributes={"genres": ("Comedy",)}) for n in range(4))
    said = [Explanation("<b>u</b>", str(n), f'{hostile} You liked "{hostile}", $a_b$.') for n in range(4)]
    html = write(audited(said, Catalog("c", items, {}), reader), tmp_path, DETAILS).read_text()
    assert "<script" not in html
    assert "<b>u" not in html
    assert "&lt;script&gt;" in html


def test_the_same_explanations_give_the_same_audit(
    said: list[Explanation], tiny_catalog: Catalog, reader: TextEncoder
) -> None:
    assert (
        audited(said, tiny_catalog, reader).to_dict()["metrics"]
        == audited(said, tiny_catalog, reader).to_dict()["metrics"]
    )
