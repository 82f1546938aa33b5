"""The public face: light to import, the same to a type checker as to the interpreter."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import llmrec

HEAVY = ("torch", "transformers", "chromadb", "pandas", "datasets", "pyarrow", "numpy", "scipy", "rich", "pydantic")
LIMIT = 0.25
"""Seconds that importing the package may take, the interpreter's own start left out."""


def test_importing_the_package_loads_nothing_heavy_and_is_quick() -> None:
    program = (
        "import sys, time; start = time.perf_counter(); import llmrec; took = time.perf_counter() - start; "
        f"print(took, [name for name in {HEAVY} if name in sys.modules])"
    )
    told = [subprocess.check_output([sys.executable, "-c", program], text=True) for _ in range(3)]
    seconds, loaded = zip(*(line.split(maxsplit=1) for line in told), strict=True)
    assert set(map(str.strip, loaded)) == {"[]"}
    assert min(map(float, seconds)) < LIMIT or os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def test_the_stub_says_what_the_module_does() -> None:
    stub = ast.parse(Path(llmrec.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    declared = {
        alias.name: node.module for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert declared == llmrec._HOMES


@pytest.mark.parametrize("name", llmrec.__all__)
def test_each_public_name_is_there_documented_and_listed(name: str) -> None:
    assert name in dir(llmrec)
    value = getattr(llmrec, name)
    assert value.__doc__
    assert getattr(llmrec, name) is value


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'llmrec' has no attribute 'recomend'"):
        llmrec.recomend  # noqa: B018
    assert not hasattr(llmrec, "nothing")
