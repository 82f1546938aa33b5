"""The built wheel in an environment of its own, called from an empty folder: nothing of the checkout is on the path.

The dependencies come from the environment that runs the tests, through a path file; llmrec itself comes from the wheel
alone. The second environment lies inside somebody else's git repository and has a package `adapters` beside llmrec.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

import llmrec
from llmrec.paths import home

pytestmark = [pytest.mark.commands, pytest.mark.timeout(1800)]

CHECKOUT = Path(llmrec.__file__).resolve().parents[1]
HEAVY = ("torch", "pandas", "chromadb", "transformers")
IMPORT_LIMIT, HELP_LIMIT = 0.25, 1.0
"""Seconds."""


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel, an empty folder to call it from, and a data directory of its own."""

    python: Path
    folder: Path
    home: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LLMREC", "VIRTUAL"))
        }
        env = kept | {"LLMREC_HOME": str(self.home)}
        done = subprocess.run(
            [str(self.python), *words], cwd=self.folder, env=env, capture_output=True, text=True, timeout=1700
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def llmrec(self, *words: str) -> str:
        """What the command prints; it must succeed."""
        done = self.run(str(self.python.parent / "llmrec"), *words)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def value(self, program: str) -> str:
        """What a program prints."""
        done = self.run("-c", program)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module", params=["alone", "beside others"])
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in a new environment: in an empty folder, or in a repository that has an `adapters` of its own."""
    project = tmp_path_factory.mktemp("project")
    environment = project / ".venv"
    venv.create(environment, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    command = [sys.executable, "-m", "pip", "--python", str(environment), "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    (site / "zz_dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    if request.param == "beside others":
        (site / "adapters").mkdir()
        (site / "adapters" / "__init__.py").write_text('"""A package of somebody else."""\n')
        git = ["git", "-C", str(project), "-c", "user.name=x", "-c", "user.email=x@y"]
        subprocess.run(["git", "init", "--quiet", str(project)], check=True)
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "theirs"], check=True)
    folder = project / "empty"
    folder.mkdir()
    data = tmp_path_factory.mktemp("home")
    # the data set is 2 MB from the network, which the run has fetched before; the model is made anew from its package
    shutil.copytree(home() / "datasets", data / "datasets")
    return Installed(environment / "bin" / "python", folder, data)


def test_the_package_is_the_wheels(installed: Installed) -> None:
    place = Path(installed.value("import llmrec; print(llmrec.__file__)"))
    assert installed.python.parents[1] in place.parents
    assert Path(installed.value("from llmrec.paths import resource; print(resource('adapters'))")) == (
        place.parent / "_resources" / "adapters"
    )
    assert installed.value("from llmrec.provenance import commit; print(repr(commit()))") == "''"
    assert "epochs:" in installed.llmrec("train", "--config", "quick", "--print-config")


def test_importing_it_is_quick_and_loads_nothing_heavy(installed: Installed) -> None:
    program = (
        "import sys, time; start = time.perf_counter(); import llmrec; took = time.perf_counter() - start; "
        f"print(took, [name for name in {HEAVY} if name in sys.modules])"
    )
    runs = [installed.value(program).split(maxsplit=1) for _ in range(3)]
    assert {loaded for _, loaded in runs} == {"[]"}
    assert min(float(seconds) for seconds, _ in runs) <= IMPORT_LIMIT or busy()


def test_help_answers_in_a_second(installed: Installed) -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        assert " recommend " in installed.llmrec("--help")
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < HELP_LIMIT or busy()


def test_setup_then_doctor_demo_and_recommend(installed: Installed) -> None:
    made = json.loads(installed.llmrec("setup", "--json"))
    assert Path(made["base_model"]).is_relative_to(installed.home)
    findings = {finding["name"]: finding for finding in json.loads(installed.llmrec("doctor", "--json"))["findings"]}
    assert {finding["state"] for finding in findings.values()} <= {"ok", "absent"}
    assert findings["adapter ml-100k"]["state"] == "ok"
    answer = json.loads(installed.llmrec("recommend", "--user", "471", "-k", "2", "--explain", "--json"))
    assert len(answer["items"]) == 2
    assert all(item["rationale"]["text"] for item in answer["items"])
    assert "User 471" in installed.llmrec("demo")
    assert list(installed.folder.iterdir()) == []


def test_the_library_answers_as_the_command_does(installed: Installed) -> None:
    program = """
import llmrec
recommender = llmrec.Recommender.from_pretrained("ml-100k")
print(",".join(item.id for item in recommender.recommend(user="471", k=3).items))
"""
    told = json.loads(installed.llmrec("recommend", "--user", "471", "-k", "3", "--json"))
    assert installed.value(program) == ",".join(item["id"] for item in told["items"])


def test_the_quick_start_notebook_runs(installed: Installed) -> None:
    cells = json.loads((CHECKOUT / "docs" / "notebooks" / "quick_start.ipynb").read_text(encoding="utf-8"))["cells"]
    program = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert "from_pretrained" in program
    assert installed.value(program)


def busy() -> bool:
    """Whether others keep the cores from what is timed."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)
