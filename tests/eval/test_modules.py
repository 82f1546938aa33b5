"""Every study can be started: its modules import, and its command tells what it does."""

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import eval as studies

ROOT = Path(__file__).resolve().parents[2]
MODULES = [module.name for module in pkgutil.walk_packages(studies.__path__, "eval.")]
OPTIONAL = {"xgrammar": "eval.chat_filters"}


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_a_module_of_a_study_imports(name: str) -> None:
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        assert OPTIONAL.get(error.name or "") == name


@pytest.mark.parametrize("name", ["ranking", "modalities", "explanations", "serving"])
def test_a_study_tells_what_it_does(name: str) -> None:
    asked = [sys.executable, "-m", f"eval.{name}", "--help"]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0 and "usage:" in done.stdout
