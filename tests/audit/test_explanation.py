"""Files of explanations, of groups and of thresholds: what is read, what is left out, what is refused."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from llmrec.audit.explanation import Explanation, read_explanations
from llmrec.audit.fairness import read_groups
from llmrec.audit.metric import Metric, absent
from llmrec.audit.thresholds import missed, read_thresholds
from llmrec.auditor import audit
from llmrec.catalog import Catalog
from llmrec.errors import BadInput, StorageError
from llmrec.evidence.selection import rank_evidence


def test_csv_tsv_and_jsonl_say_the_same(tmp_path: Path, tiny_catalog: Catalog) -> None:
    csv, tsv, jsonl = (tmp_path / f"a.{kind}" for kind in ("csv", "tsv", "jsonl"))
    csv.write_text('\ufeffuser,item,explanation\nu1,2,"Good, and ""long"""\n')
    tsv.write_text('user_id\titem_id\ttext\nu1\t2\t"Good, and ""long"""\n')
    jsonl.write_text(json.dumps({"user": "u1", "item": 2, "sentence": 'Good, and "long"'}) + "\n\n")
    for file in (csv, tsv, jsonl):
        assert read_explanations(file, tiny_catalog) == ([Explanation("u1", "2", 'Good, and "long"')], [])


def test_a_response_of_ours_comes_back_with_its_evidence(tmp_path: Path, tiny_catalog: Catalog) -> None:
    import numpy as np

    evidence = rank_evidence(tiny_catalog, "2", ["4"], np.array([0.4]), {"image": 0.25, "query": 0.5}, "a comedy")
    row = {"user": "u1", "item": "2", "explanation": "Good.", "source": "llm", "evidence": evidence.to_dict()}
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(row) + "\n")
    (said,), _ = read_explanations(file, tiny_catalog)
    assert (said.source, said.evidence) == ("llm", evidence)


def test_rows_that_cannot_be_judged_are_left_out_and_said(tmp_path: Path, tiny_catalog: Catalog) -> None:
    file = tmp_path / "a.jsonl"
    rows = [{"user": "u1", "item": "2", "text": "a"}, {"user": "u1", "text": "b"}, "no row",
            {"user": "u1", "item": "999", "text": "c"}, {"user": "x", "item": "3", "text": "d"}]  # fmt: skip
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + "not json\n")
    said, notes = read_explanations(file, tiny_catalog)
    assert [each.text for each in said] == ["a", "d"]
    assert "3 rows" in notes[0]
    assert "line 2" in notes[0]
    assert "'999'" in notes[1]
    assert "'x'" in notes[2]


@pytest.mark.parametrize("content", ["", "user,item\nu1,2\n", "user,item,explanation\nu1,999,a\n", "\xff\xfe"])
def test_a_file_without_explanations_is_refused(tmp_path: Path, tiny_catalog: Catalog, content: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(BadInput, match="explanation"):
        read_explanations(file, tiny_catalog)


def test_groups_are_read_by_column_and_numbers_banded(tmp_path: Path) -> None:
    file = tmp_path / "users.psv"
    file.write_text("user|age|gender\n" + "".join(f"u{n}|{20 + n}|{'FM'[n % 2]}\n" for n in range(30)))
    groups = read_groups(file)
    assert groups["gender"]["u3"] == "M"
    assert set(groups["age"].values()) == {"under 30", "30 to 40", "over 40"}
    assert groups["age"]["u0"] == "under 30"
    file.write_text("".join(f"{n}|{20 + n}|{'FM'[n % 2]}|nurse|T{n}\n" for n in range(1, 31)))  # u.user of MovieLens
    assert set(read_groups(file)) == {"age", "gender", "occupation"}
    file.write_text("1|24\n")
    with pytest.raises(BadInput, match="column user"):
        read_groups(file)
    with pytest.raises(BadInput, match="cannot be read"):
        read_groups(tmp_path / "none.csv")


def test_thresholds_hold_or_say_what_was_missed(tmp_path: Path) -> None:
    toml, js = tmp_path / "t.toml", tmp_path / "t.json"
    toml.write_text("[usr]\nmin = 0.9\n[div]\nmax = 0.2\nmin = 0.1\n[bleu]\nmin = 1\n")
    js.write_text('{"usr": {"min": 0.9}, "div": {"max": 0.2, "min": 0.1}, "bleu": {"min": 1}}')
    assert read_thresholds(toml) == read_thresholds(js)
    metrics = {
        m.name: m for m in (Metric("usr", 0.85, ""), Metric("div", 0.15, ""), absent("bleu", "", "no reference"))
    }
    assert missed(read_thresholds(toml), metrics) == ["usr is 0.85, min 0.9", "bleu was not measured: no reference"]
    with pytest.raises(BadInput, match="usr"):
        missed(read_thresholds(toml), {"div": metrics["div"], "bleu": metrics["bleu"]})
    assert math.isnan(metrics["bleu"].value)
    assert metrics["bleu"].to_dict()["value"] is None


@pytest.mark.parametrize(
    "content", ["", "usr = 0.9", "[usr]\n", "[usr]\nmini = 1\n", '[usr]\nmin = "high"\n', "[usr]\nmin = true\n", "]["]
)
def test_thresholds_that_say_nothing_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "t.toml"
    file.write_text(content)
    with pytest.raises(BadInput, match=r"t\.toml"):
        read_thresholds(file)


def test_evidence_that_is_not_of_this_catalogue_or_item_is_left_out(tmp_path: Path, tiny_catalog: Catalog) -> None:
    import numpy as np

    evidence = rank_evidence(tiny_catalog, "2", ["4"], np.array([0.4])).to_dict()
    row = {"user": "u1", "item": "2", "explanation": "Good."}
    strange = json.loads(json.dumps(evidence).replace('"4"', '"999"'))
    file = tmp_path / "a.jsonl"
    rows = [
        row,
        row | {"evidence": strange},
        row | {"item": "3", "evidence": evidence},
        row | {"evidence": {"item": 2}},
    ]
    file.write_text("".join(json.dumps(each) + "\n" for each in rows))
    said, notes = read_explanations(file, tiny_catalog)
    assert len(said) == 1
    assert "2 rows" in notes[0]
    assert "evidence is of item" in notes[0]
    assert "'999'" in notes[1]


TRUE = 'Because you watched "Red Dawn" and "Iron Coast".'
FALSE = 'Because you watched "The Godmother Returns".'


@pytest.fixture
def told() -> pd.DataFrame:
    """Two explanations of the tiny films, of which the second names a film that there is not."""
    return pd.DataFrame({"user_id": ["u1", "u2"], "item_id": ["4", "5"], "explanation": [TRUE, FALSE]})


def test_a_table_is_judged_against_catalogue_and_history(tiny_catalog: Catalog, told: pd.DataFrame) -> None:
    result = audit(tiny_catalog, told)
    assert result.metrics["hallucinating_explanations"].value == 0.5
    assert result.to_pandas().loc["hallucinating_explanations", "section"] == "grounding"
    assert repr(result).startswith("AuditResult(2 explanations, hallucination rate 0.")
    assert result.report is None
    assert result.about["adapter"] == ""


def test_a_file_gets_the_same_figures_and_a_report(tiny_catalog: Catalog, told: pd.DataFrame, tmp_path: Path) -> None:
    told.to_csv(tmp_path / "theirs.csv", index=False)
    bounds = tmp_path / "bounds.json"
    bounds.write_text('{"hallucinating_explanations": {"max": 0.1}}')
    said: list[str] = []
    result = audit(
        tiny_catalog, tmp_path / "theirs.csv", thresholds=bounds, out=tmp_path / "report", report=said.append
    )
    assert result.missed == ["hallucinating_explanations is 0.5, max 0.1"]
    assert result.report == tmp_path / "report" / "audit.html"
    kept = json.loads((tmp_path / "report" / "audit.json").read_text())
    assert kept["explained_by"] == "theirs.csv"
    assert kept["missed"] == result.missed
    assert result.to_dict()["metrics"]["hallucinating_explanations"]["value"] == 0.5
    assert said


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (pd.DataFrame({"user": ["u1"], "item": ["no such"], "explanation": ["x"]}), "lacks an item of theirs"),
        (pd.DataFrame({"user": ["u1"], "item": ["1"]}), "it needs columns user, item, explanation"),
    ],
)
def test_a_table_without_explanations_is_one_sentence(tiny_catalog: Catalog, table: pd.DataFrame, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        audit(tiny_catalog, table)


def test_a_folder_that_cannot_be_made_is_one_sentence(
    tiny_catalog: Catalog, told: pd.DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"):
        audit(tiny_catalog, told, out=tmp_path / "file")
