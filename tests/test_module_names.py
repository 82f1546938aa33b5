"""No module binds one name twice: the later constant would silently take the earlier one's place."""

import ast
from pathlib import Path

import pytest

import llmrec

MODULES = sorted(Path(llmrec.__file__).parent.rglob("*.py"))


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        overloads = [d for d in node.decorator_list if isinstance(d, ast.Name) and d.id == "overload"]
        return [] if overloads else [node.name]
    if isinstance(node, ast.AnnAssign):
        return [node.target.id] if isinstance(node.target, ast.Name) and node.value else []
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(MODULES[0].parent)))
def test_names_are_bound_once(module: Path) -> None:
    names = [name for node in ast.parse(module.read_text(encoding="utf-8")).body for name in _bound(node)]
    assert sorted({name for name in names if names.count(name) > 1}) == []
