"""`llmrec.audit` in Python: another system's explanations, from a table or a file, without any model of ours."""

import json
from pathlib import Path

import pandas as pd
import pytest

from llmrec.auditor import audit
from llmrec.catalog import Catalog
from llmrec.errors import BadInput, StorageError

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
