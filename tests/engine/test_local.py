"""The engine in this process: batch and single agree, and a damaged rationale adapter is one sentence."""

from pathlib import Path

import pytest

from llmrec.engine.local import LocalEngine
from llmrec.errors import CheckpointError
from llmrec.paths import home, resource
from llmrec.setup import base_folder


@pytest.fixture(scope="module")
def writer() -> LocalEngine:
    checkpoint = resource("adapters") / "ml-100k"
    return LocalEngine(None, None, base_folder(home()), checkpoint / "rationale")  # type: ignore[arg-type]


def test_greedy_words_do_not_change(writer: LocalEngine) -> None:
    prompt = 'film: "Heat" (crime, thriller, 1990s)\nwatched: "Casino", strong; both crime, 1990s\nWhy, film first:'
    first, again = writer.generate([prompt], 0), writer.generate([prompt], 0)
    assert first == again
    assert first.texts[0].strip()


def test_another_seed_may_write_otherwise_but_the_same_again(writer: LocalEngine) -> None:
    prompt = 'film: "Heat" (crime, thriller, 1990s)\nwatched: "Casino", strong; both crime, 1990s\nWhy, history first:'
    assert writer.generate([prompt] * 2, 1) == writer.generate([prompt] * 2, 1)


def test_a_truncated_rationale_adapter_is_refused(tmp_path: Path) -> None:
    for file in (resource("adapters") / "ml-100k" / "rationale").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[: 20_000 if file.suffix == ".safetensors" else None])
    engine = LocalEngine(None, None, base_folder(home()), tmp_path)  # type: ignore[arg-type]
    with pytest.raises(CheckpointError, match="damaged"):
        engine.generate(["a"], 0)
