"""What is declared in pyproject.toml: few hard requirements, and a declared home for every import."""

import ast
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
