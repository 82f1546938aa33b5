"""The doctor names what is missing and what to do; its exit code says whether anything needed is."""

from importlib import metadata
from pathlib import Path

import pytest

from llmrec.setup.doctor import examine


def states(home: Path) -> dict[str, str]:
    return {finding.name: finding.state for finding in examine(home)}


def test_empty_home_lacks_model_and_data_with_a_remedy(tmp_path: Path) -> None:
    found = {finding.name: finding for finding in examine(tmp_path / "nothing" / "yet")}
    assert found["Python"].state == "ok"
    for name in ("base model", "MovieLens-100K"):
        assert found[name].state == "missing"
        assert "llmrec setup" in found[name].remedy


def test_damaged_model_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "SmolLM2-135M-Instruct"
    folder.mkdir(parents=True)
    (folder / "llmrec.json").write_text('{"id": "x", "source": "y", "version": "1", "sha256": {"config.json": "0"}}')
    (folder / "config.json").write_text("{}")
    found = {finding.name: finding for finding in examine(tmp_path)}["base model"]
    assert found.state == "missing"
    assert "config.json" in found.detail


def test_after_setup_model_is_ok(base_model: Path) -> None:
    assert states(base_model.parents[1])["base model"] == "ok"


def test_small_disk_is_missing_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmrec.setup.doctor.NEEDED_DISK", 2**60)
    disk = {finding.name: finding for finding in examine(tmp_path)}["disk"]
    assert (disk.state, "LLMREC_HOME" in disk.remedy) == ("missing", True)


def test_missing_requirement_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["numpy>=1", "torch>=999", "no-such-thing-xyz"])
    packages = {finding.name: finding for finding in examine(tmp_path)}["packages"]
    assert packages.state == "missing"
    assert "no-such-thing-xyz" in packages.detail
    assert "needs >=999" in packages.detail


def test_packages_of_extras_are_absent_and_never_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extras = metadata.metadata("llmrec").get_all("Provides-Extra") or []
    assert {"serve", "audit"} <= set(extras)
    lines = ["numpy>=1", *(f'no-such-thing-{extra}; extra == "{extra}"' for extra in extras)]
    monkeypatch.setattr("importlib.metadata.requires", lambda _: lines)
    found = {finding.name: finding for finding in examine(tmp_path)}
    assert found["packages"].state == "ok"
    for extra in extras:
        assert found[f"extra {extra}"].state == "absent"
        assert f"pip install -e '.[{extra}]'" in found[f"extra {extra}"].remedy
