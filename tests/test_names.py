"""One word for one thing: names in the package use the glossary's terms, and no module binds one twice."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import llmrec

PACKAGE = Path(llmrec.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

INSTEAD = {
    "wish": "query", "wishes": "query", "wished": "query",
    "newcomer": "cold_item", "newcomers": "cold_items",
    "tower": "encoder", "towers": "encoders",
    "pack": "checkpoint", "packs": "checkpoints",
    "taken": "interacted", "took": "interacted",
    "lent": "transferred", "lend": "transfer", "lending": "transfer",
    "door": "middleware", "gate": "limiter", "shelf": "live_catalog", "stamp": "fingerprint",
    "losses": "degraded", "steady": "resilient",
}  # fmt: skip
"""Word that no name may hold -> the term of docs/glossary.md, or what the thing is."""

THEIRS = {
    "lock_image_tower", "lock_text_tower",  # open_clip's own methods
}  # fmt: skip
"""Names of other libraries."""

NOT_PUBLIC = {
    "ask": "query or request", "asked": "queried or requested", "asks": "requests",
    "tell": "report", "told": "reported or message", "said": "text or message",
    "worded": "text or phrased", "unasked": "without_query", "unshown": "without_example",
    "wanted": "expected or operands", "found": "result or matches", "there": "present", "here": "local",
    "gone": "deleted", "noted": "recorded", "heard": "received", "meant": "intended", "owed": "expected",
    "learnt": "trained or fitted", "anew": "again", "drawn": "sampled", "lacking": "missing",
}  # fmt: skip
"""Word that no public name may hold, though a local variable may -> what says it better."""

ELSEWHERE = {"losses": "train", "gate": "fusion"}
"""Word -> the room in which it is the field's own: loss functions, and the gates of a gated unit."""

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of what a module defines, binds, takes or asks for."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield line, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield line, name
            case ast.keyword(arg=str(name)):
                yield node.value.lineno, name
            case ast.alias(name=name, asname=other):
                yield line, other or name
            case _:
                pass


def replaced(name: str, room: str = "") -> set[str]:
    """The words of a name in a room of the package that the glossary replaced."""
    if name in THEIRS:
        return set()
    return {word.lower() for word in WORD.findall(name) if ELSEWHERE.get(word.lower()) != room} & set(INSTEAD)


def test_names_use_the_terms_of_the_glossary() -> None:
    found = [
        f"{file.relative_to(PACKAGE)}:{line}: {name}: say {' and '.join(INSTEAD[word] for word in words)}"
        for file in MODULES
        for line, name in sorted(set(names_in(ast.parse(file.read_text(encoding="utf-8")))))
        if (words := sorted(replaced(name, file.relative_to(PACKAGE).parts[0])))
    ]
    assert not found, "\n".join(found)


def public_names(node: ast.Module | ast.ClassDef) -> Iterator[tuple[int, str]]:
    """Line and name of the functions, their parameters, classes, fields and constants that others may use."""
    for part in node.body:
        match part:
            case ast.FunctionDef(name=name, args=args) | ast.AsyncFunctionDef(name=name, args=args):
                if not name.startswith("_") or name in ("__init__", "__call__"):
                    yield part.lineno, name
                    yield from ((arg.lineno, arg.arg) for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs))
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield part.lineno, name
                yield from public_names(part)
            case ast.Assign() | ast.AnnAssign():
                targets = part.targets if isinstance(part, ast.Assign) else [part.target]
                stored = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
                yield from ((part.lineno, name) for name in stored if not name.startswith("_"))
            case _:
                pass


def test_public_names_are_nouns_of_the_field() -> None:
    dialect = [
        f"{file.relative_to(PACKAGE)}:{line}: {name}: say {NOT_PUBLIC[word]}"
        for file in MODULES
        for line, name in public_names(ast.parse(file.read_text(encoding="utf-8")))
        for word in map(str.lower, WORD.findall(name))
        if word in NOT_PUBLIC and not re.search("not_?found", name.lower())
    ]
    assert not dialect, "\n".join(dialect)


def test_modules_are_called_after_what_is_in_them() -> None:
    paths = [file.relative_to(PACKAGE) for file in sorted(PACKAGE.rglob("*")) if "__pycache__" not in file.parts]
    assert [str(path) for path in paths if any(replaced(part) for part in path.parts)] == []


def test_public_names_are_those_that_others_see() -> None:
    source = """
class Reply:
    text: str
    def send(self, told: str) -> None: ...
    def _keep(self, asked: str) -> None:
        found = asked
LIMIT = 3
_cache: dict = {}
"""
    assert [name for _, name in public_names(ast.parse(source))] == ["Reply", "text", "send", "self", "told", "LIMIT"]


def test_words_are_told_apart_in_every_style() -> None:
    assert replaced("NewcomersOf") == {"newcomers"}
    assert replaced("lent_scores") == {"lent"}
    assert replaced("packaging") == replaced("timestamp") == replaced("gating") == replaced("talent") == set()


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        overloads = [d for d in node.decorator_list if isinstance(d, ast.Name) and d.id == "overload"]
        return [] if overloads else [node.name]
    if isinstance(node, ast.AnnAssign):
        return [node.target.id] if isinstance(node.target, ast.Name) and node.value else []
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_names_are_bound_once(module: Path) -> None:
    names = [name for node in ast.parse(module.read_text(encoding="utf-8")).body for name in _bound(node)]
    assert sorted({name for name in names if names.count(name) > 1}) == []
