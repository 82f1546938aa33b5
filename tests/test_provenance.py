"""Whose commit a result records: llmrec's own, never that of the repository that an installed wheel lies in."""

import subprocess
from pathlib import Path

import pytest

from llmrec.provenance import commit, made_with, release


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one commit."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run([*git, *words], check=True)
    return tmp_path


def test_a_wheel_inside_another_repository_records_no_commit(repository: Path) -> None:
    package = repository / ".venv" / "lib" / "site-packages" / "llmrec"
    package.mkdir(parents=True)
    assert commit(package) == ""


def test_a_checkout_of_llmrec_alone_records_its_commit(repository: Path) -> None:
    package = repository / "llmrec"
    package.mkdir()
    assert commit(package) == ""  # somebody's own folder of that name
    (repository / "pyproject.toml").write_text('[project]\nname = "llmrec"\n')
    asked = subprocess.run(["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, text=True)
    assert commit(package) and asked.stdout.startswith(commit(package))


def test_what_is_recorded_and_how_a_card_says_it() -> None:
    about = made_with()
    assert set(about) == {"version", "commit", "machine", "date"}
    assert release({"version": "1.2", "commit": "abc"}) == "llmrec 1.2, commit abc"
    assert release({"version": "1.2", "commit": ""}) == "llmrec 1.2"
