"""What is declared: few hard requirements, a home for every import, and public names that load when they are used."""

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import llmrec

PACKAGE = Path(llmrec.__file__).parent
MOST = 16
"""Hard requirements at most: each is one more thing that can fail to install."""
HEAVY = ("torch", "transformers", "chromadb", "pandas", "datasets", "pyarrow", "numpy", "scipy", "rich", "pydantic")
LIMIT = 0.25
"""Seconds that importing the package may take, the interpreter's own start left out."""


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    declared: dict[str, Any] = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return declared


def imported() -> Iterator[tuple[Path, str]]:
    """Each module's file and the top-level name of what it imports from elsewhere."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"llmrec"}:
                yield file.relative_to(PACKAGE), name


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")


def closure(requirements: Iterable[str]) -> set[str]:
    """The distributions that installing these brings, as far as they are installed here."""
    found: set[str] = set()
    left = [Requirement(line) for line in requirements]
    while left:
        requirement = left.pop()
        name = canonical(requirement.name)
        if name in found or name == "llmrec":
            continue
        found.add(name)
        try:
            lines = metadata.requires(requirement.name) or []
        except metadata.PackageNotFoundError:
            continue
        inner = (Requirement(line) for line in lines)
        wanted = ("", *requirement.extras)
        left += [each for each in inner if not each.marker or any(each.marker.evaluate({"extra": e}) for e in wanted)]
    return found


def test_hard_requirements_are_few(project: dict[str, Any]) -> None:
    assert len(project["dependencies"]) <= MOST


def test_every_import_is_declared_or_required_by_what_is_declared(project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"]
    declared = closure([*project["dependencies"], *(line for name in extras if name != "dev" for line in extras[name])])
    homes = metadata.packages_distributions()
    strangers = {
        f"{file}: {name}"
        for file, name in imported()
        if not {canonical(home) for home in homes.get(name, [name])} & declared
    }
    assert strangers == set()


def test_every_hard_requirement_is_used(project: dict[str, Any]) -> None:
    homes = metadata.packages_distributions()
    used = {canonical(home) for _, name in imported() for home in homes.get(name, [name])}
    unused = {canonical(Requirement(line).name) for line in project["dependencies"]} - used
    assert unused == {"gguf"}  # read by Transformers, for the base model that setup makes


def test_the_version_is_typed_once(project: dict[str, Any]) -> None:
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    assert metadata.version("llmrec") == llmrec.__version__


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
