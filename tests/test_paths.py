"""What an installed copy finds and records is its own: no folder of the same name, no other repository's commit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import llmrec
from llmrec.paths import checkout, home, resource
from llmrec.provenance import commit, made_with, release


def installed(folder: Path) -> Path:
    """A copy of the package as a wheel leaves it in `folder`, with one adapter of its own."""
    site = folder / "site-packages"
    shutil.copytree(Path(llmrec.__file__).parent, site / "llmrec", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "llmrec" / "_resources" / "adapters" / "ours").mkdir(parents=True)
    (site / "llmrec" / "_resources" / "prompts").mkdir()
    return site


def told(site: Path, expression: str) -> str:
    """An expression's value in a process whose llmrec is the one in `site`."""
    program = f"import sys; sys.path.insert(0, {str(site)!r}); import llmrec.paths as paths; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=site
    ).stdout.strip()


def test_in_a_checkout_resources_lie_beside_the_package() -> None:
    root = checkout()
    assert root is not None
    assert resource("adapters") == root / "adapters"
    assert (resource("prompts") / "rationale.v1.j2").is_file()


def test_another_packages_folder_in_site_packages_is_not_taken(tmp_path: Path) -> None:
    site = installed(tmp_path)
    (site / "adapters" / "theirs").mkdir(parents=True)
    (site / "pyproject.toml").touch()  # some wheels leave one there
    assert Path(told(site, "paths.resource('adapters')")) == site / "llmrec" / "_resources" / "adapters"


def test_an_installed_package_has_no_checkout_and_claims_no_commit(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    identity = ["-c", "user.name=x", "-c", "user.email=x@y"]
    subprocess.run(["git", "-C", str(tmp_path), *identity, "commit", "-qm", "theirs", "--allow-empty"], check=True)
    site = installed(tmp_path)
    assert told(site, "paths.checkout()") == "None"
    assert told(site, "__import__('llmrec.provenance', fromlist=['x']).commit()") == ""


def test_home_is_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path))
    assert home() == tmp_path


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
