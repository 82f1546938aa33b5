"""Examples in docstrings run, and give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

import llmrec

PACKAGE = Path(llmrec.__file__).parent
MODULES = sorted(file for file in PACKAGE.rglob("*.py") if ">>> " in file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_examples_in_docstrings_run(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = ".".join(("llmrec", *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted or "+SKIP" in file.read_text(encoding="utf-8")
    assert not result.failed, capsys.readouterr().out
