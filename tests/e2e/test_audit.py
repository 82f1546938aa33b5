"""`llmrec audit` as a shell runs it, on the small catalogue: our own responses, and a file of another system's."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.commands


def audit(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "llmrec.cli", "audit", *map(str, words)],
        capture_output=True, text=True, env=os.environ, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def own(films: Path, checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an audit of our own responses to three users, with thresholds of which two are out of reach."""
    out = tmp_path_factory.mktemp("audits") / "own"
    bounds = out.with_suffix(".toml")
    bounds.write_text("[hallucination_rate]\nmax = 0.005\n[bertscore]\nmin = 0.5\n[usr]\nmin = 1.01\n")
    done = audit("--data", films, "--adapter", checkpoint, "--users", "3", "--out", out, "--thresholds", bounds)
    assert done.returncode == 1, done.stderr
    assert "bertscore was not measured" in done.stdout
    assert "usr is" in done.stdout
    assert "hallucination_rate is" not in done.stdout
    return out


def test_own_responses_are_all_supported_and_faithfulness_is_measured(own: Path) -> None:
    found = json.loads((own / "audit.json").read_text())
    assert found["explanations"] == 15
    assert found["users"] == 3
    assert found["metrics"]["grounding"]["hallucination_rate"]["value"] == 0
    assert found["metrics"]["faithfulness"]["comprehensiveness"]["n"] > 0
    assert found["metrics"]["stability"]["stability_seed"]["value"] is not None
    assert [why.split()[0] for why in found["missed"]] == ["bertscore", "usr"]
    assert "<svg" in (own / "audit.html").read_text()


def test_false_explanations_from_elsewhere_are_found_without_a_model(own: Path, films: Path, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (own / "responses.jsonl").read_text().splitlines()]
    theirs = tmp_path / "theirs.csv"
    with theirs.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["user", "item", "explanation"])
        for row in rows:
            out.writerow([row["user"], row["item"], 'You watched "The Godmother Returns", so this film came up.'])
    bounds = tmp_path / "bounds.json"
    bounds.write_text('{"hallucinating_explanations": {"max": 0.02}}')
    done = audit("--data", films, "--explanations", theirs, "--thresholds", bounds, "--out", tmp_path / "out", "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["missed"] == ["hallucinating_explanations is 1, max 0.02"]
    assert found["metrics"]["sufficiency"]["value"] is None
    assert "--adapter" in found["metrics"]["sufficiency"]["reason"]


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("--explanations", "user,item\n", "user, item, explanation"), ("--thresholds", "[usr]\n", "min, max or both"),
        ("--groups", "a,b\n", "column user"),
    ],
)  # fmt: skip
def test_wrong_files_end_in_one_sentence_before_any_model_is_loaded(
    films: Path, tmp_path: Path, option: str, content: str, words: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_text(content)
    done = audit("--data", films, option, file, "--out", tmp_path / "out")
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert words in line
    assert not (tmp_path / "out").exists()
