"""Documentation runs: code blocks of README and docs, examples of docstrings, notebooks.

Code blocks run ```python in one namespace a page, ```bash line by line. Blocks that need minutes, a server or a user's
own folder are fenced as ```console or ```py, and are not run here.
"""

import doctest
import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from mktestdocs import check_md_file, grab_code_blocks
from nbclient import NotebookClient

import llmrec

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").rglob("*.md"))]
PACKAGE = Path(llmrec.__file__).parent
MODULES = sorted(file for file in PACKAGE.rglob("*.py") if ">>> " in file.read_text(encoding="utf-8"))
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def _having(lang: str) -> list[Any]:
    return [
        pytest.param(page, id=page.relative_to(ROOT).as_posix())
        for page in PAGES
        if grab_code_blocks(page.read_text(encoding="utf-8"), lang=lang)
    ]


@pytest.mark.commands
@pytest.mark.parametrize("page", _having("python"))
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_md_file(page, memory=True)


@pytest.mark.commands
@pytest.mark.parametrize("page", _having("bash"))
def test_commands_run(page: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for block in grab_code_blocks(page.read_text(encoding="utf-8"), lang="bash"):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, env=os.environ | {"PATH": path},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


def test_pages_with_code_are_found() -> None:
    assert {"README.md", "start.md"} <= {page.values[0].name for page in _having("python")}


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_examples_in_docstrings_run(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = ".".join(("llmrec", *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted or "+SKIP" in file.read_text(encoding="utf-8")
    assert not result.failed, capsys.readouterr().out


@pytest.mark.commands
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert all(cell.get("execution_count") for cell in notebook.cells if cell.cell_type == "code")
