"""The LangChain example runs as it stands, and does what its text says."""

import runpy
from pathlib import Path

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
