"""Plug-ins by name, by entry point and by import path, and the sentences where there is none."""

from pathlib import Path

import pytest

from llmrec import registry
from llmrec.errors import BadInput, UnknownPlugin
from llmrec.registry import BUILT_IN, KINDS, Plugin, names, plugged, register, resolve


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package on the path that declares a verifier, as pip would have laid it out; its name."""
    name = f"pkg_{abs(hash(str(tmp_path)))}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("class Strict:\n    pass\n\n\nNUMBER = 3\n")
    (folder / "broken.py").write_text("raise OSError('no such device')\n")
    (folder / "needy.py").write_text("import no_such_dependency\n")
    about = tmp_path / f"{name}-1.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (about / "entry_points.txt").write_text(f"[llmrec.verifiers]\nstrict-{name} = {name}:Strict\n")
    (about / "top_level.txt").write_text(f"{name}\n")
    (about / "RECORD").write_text(f"{name}/__init__.py,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.fixture(autouse=True)
def _registered_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTERED", {kind: {} for kind in KINDS})


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in BUILT_IN[kind]])
def test_every_part_of_our_own_can_be_imported(kind: registry.Kind, name: str) -> None:
    assert callable(resolve(kind, name))
    assert plugged(kind, name) is None


def test_an_entry_point_is_found_by_its_name(package: str) -> None:
    assert resolve("verifier", f"strict-{package}").__name__ == "Strict"
    assert f"strict-{package}" in names("verifier")
    assert plugged("verifier", f"strict-{package}") == Plugin("verifier", f"strict-{package}", f"{package}==1.2")


@pytest.mark.parametrize("form", ["{}:Strict", "{}.Strict"])
def test_an_import_path_needs_no_entry_point(package: str, form: str) -> None:
    spec = form.format(package)
    assert resolve("fusion", spec).__name__ == "Strict"
    assert plugged("fusion", spec) == Plugin("fusion", spec, f"{package}==1.2")


def test_what_is_registered_is_remembered_by_where_it_can_be_imported(package: str) -> None:
    strict = register("engine", "mine")(resolve("engine", f"{package}:Strict"))
    assert resolve("engine", "mine") is strict
    assert plugged("engine", "mine") == Plugin("engine", f"{package}:Strict", f"{package}==1.2")
    register("engine", "local-only")(lambda: None)
    assert plugged("engine", "local-only") == Plugin("engine", "local-only", "")


def test_a_name_is_registered_once_but_a_cell_runs_again() -> None:
    def define() -> type:
        class Again:
            pass

        return Again

    register("index", "again")(define())
    newer = register("index", "again")(define())
    assert resolve("index", "again") is newer
    with pytest.raises(BadInput, match="`name` 'again' is that of another index"):
        register("index", "again")(Path)
    with pytest.raises(BadInput, match="another fusion"):
        register("fusion", "concat")(Path)


@pytest.mark.parametrize("name", ["", "a b", "a.b", "a:b", "a#b"])
def test_a_name_is_one_word(name: str) -> None:
    with pytest.raises(BadInput, match="is no name of a plug-in"):
        register("index", name)


def test_an_unknown_name_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(UnknownPlugin, match="there is no fusion 'concta'; known are concat, weighted"):
        resolve("fusion", "concta")
    with pytest.raises(BadInput, match="no kind of plug-in 'tower'; kinds are encoder, "):
        resolve("tower", "x")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("no_such_pkg.Mine", r"there is no module no_such_pkg\); install the package that holds it"),
        ("{}.no_such.Mine", r"there is no module {}\.no_such\)"),
        ("{}:Missing", "has no attribute 'Missing'"),
        ("{}.broken:Mine", r"OSError: no such device\); its package has to be mended"),
        ("{}.needy:Mine", "needs the package no_such_dependency, which is not installed"),
        ("{}:NUMBER", "is neither a class nor a function"),
    ],
)
def test_what_cannot_be_imported_says_why(package: str, spec: str, sentence: str) -> None:
    with pytest.raises(UnknownPlugin, match=sentence.replace("{}", package)) as caught:
        resolve("reader", spec.format(package))
    assert "\n" not in str(caught.value)


def test_two_packages_with_one_name_are_told_apart(package: str, tmp_path: Path) -> None:
    other = tmp_path / "other-0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 0.1\n")
    (other / "entry_points.txt").write_text(f"[llmrec.verifiers]\nstrict-{package} = {package}:Other\n")
    with pytest.raises(UnknownPlugin, match="both declare the verifier"):
        resolve("verifier", f"strict-{package}")
