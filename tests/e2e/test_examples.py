"""Examples run as they stand: `llmrec recommend --image, --like, --video`, and the LangChain example."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.commands


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "llmrec.cli", *map(str, words)], capture_output=True, text=True)


def refused(*words: str | Path) -> str:
    done = run("recommend", *words)
    sentences = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert (done.returncode, len(sentences)) == (2, 1), done.stderr
    assert "Traceback" not in done.stderr
    return sentences[0]


def test_examples_that_cannot_be_read_are_refused_in_one_sentence(
    films: Path, checkpoint: Path, tmp_path: Path
) -> None:
    on = ["--data", films, "--adapter", checkpoint]
    (tmp_path / "empty.jpg").touch()
    Image.new("RGB", (9, 9)).save(tmp_path / "good.png")
    assert "absent.jpg" in refused(*on, "--image", tmp_path / "absent.jpg")
    assert "empty" in refused(*on, "--image", tmp_path / "empty.jpg")
    assert "one example" in refused(*on, "--image", tmp_path / "good.png", "--like", "f01")
    assert "by text alone" in refused(*on, "--image", tmp_path / "good.png")


def test_an_item_is_an_example_for_every_pack(films: Path, checkpoint: Path) -> None:
    done = run(
        "recommend",
        "--data",
        films,
        "--adapter",
        checkpoint,
        "--like",
        "f01",
        "--where",
        "year<1990",
        "-k",
        "5",
        "--json",
    )
    items = json.loads(done.stdout)["items"]
    assert len(items) == 5 and "f01" not in [item["id"] for item in items]
    assert all(item["attributes"]["year"] < 1990 and "text example" in item["parts"] for item in items)


EXAMPLE = Path(__file__).resolve().parents[2] / "serve" / "examples" / "langchain_shop.py"


def test_the_example_runs_on_the_demos_data() -> None:
    told = runpy.run_path(str(EXAMPLE))
    assert len(told["found"]) == 2
    for document in told["found"]:
        assert document.metadata["attributes"]["year"] <= 1970 and document.metadata["reason"]
        assert {"Animation", "Children's"} <= set(document.metadata["attributes"]["genres"])
    assert told["answer"].status == "success" and len(told["answer"].artifact) == 2
    first, older, children = (m for m in told["memory"].messages if m.type == "ai")
    assert first.response_metadata["conditions"] == ["year=1980..1989|1990..1999", "genres!=Horror"]
    limit = first.response_metadata["recommendations"][1]["attributes"]["year"]
    assert all(item["attributes"]["year"] < limit for item in older.response_metadata["recommendations"])
    assert all("Children's" in item["attributes"]["genres"] for item in children.response_metadata["recommendations"])
