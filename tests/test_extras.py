"""A missing package of an extra ends in one sentence that names the extra; the rest works without it.

And settings of the process: freed memory, environment variables, warnings.
"""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from llmrec.errors import MissingExtra
from llmrec.extras import needs
from llmrec.runtime import ENVIRONMENT

OPTIONAL = (
    "torch_geometric", "av", "librosa", "open_clip", "langchain_core", "langchain_openai", "langsmith", "fastapi",
    "uvicorn", "sqlalchemy", "textstat", "sacrebleu", "rouge_score", "bert_score", "bitsandbytes", "implicit",
    "ray", "cryptography", "python_calamine", "opacus",
)  # fmt: skip
"""Modules that only extras bring."""

CORE = (
    "llmrec.recommender",
    "llmrec.train.run",
    "llmrec.pipeline",
    "llmrec.audit.run",
    "llmrec.batch",
    "llmrec.cli",
    "llmrec.catalog.load",
    "llmrec.chat",
)

FUSION = "from llmrec.fusion import fusion_class\nfusion_class('graph')"
SOUND = "import numpy as np\nfrom llmrec.encoders import encoder\nencoder('audio', 'mel').encode([np.zeros(99, 'f4')])"
NOISE = (
    "from llmrec.train.config import TrainConfig\nfrom llmrec.train.private import Budget\n"
    "Budget.of(TrainConfig(privacy={'epsilon': 1}), 9)"
)
CLIP = "from llmrec.encoders import encoder\nencoder('image', 'open_clip:ViT-B-32?random')"
FILM = "import pathlib\nfrom llmrec.encoders.decoder_pool import decode\ndecode('sound', pathlib.Path('x.wav'))"
BOOK = "import pathlib, llmrec.catalog.workbooks as books\nbooks.read_workbook(pathlib.Path('x.xlsx'), (), None)"
RAY = "from llmrec.workers import on_ray\nnext(on_ray(None, [], 1, 'local'))"
SERVE = "from llmrec.cli.serving import serve\nserve()"
KEYS = "from llmrec.cli.serving import keys_list\nkeys_list()"


@pytest.fixture(scope="session")
def absent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that, first on the path, makes every optional package look as if it were not installed."""
    folder = tmp_path_factory.mktemp("absent")
    for name in OPTIONAL:
        missing = f"raise ModuleNotFoundError({f'No module named {name!r}'!r}, name={name!r})\n"
        (folder / f"{name}.py").write_text(missing)
    return folder


def run_without(absent: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program, and what it starts, where no extra is installed."""
    path = os.pathsep.join((str(absent), str(Path.cwd())))
    env = os.environ | {"PYTHONPATH": path}
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, env=env)


def test_the_core_imports_without_any_extra(absent: Path) -> None:
    done = run_without(absent, "\n".join(f"import {module}" for module in CORE))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("statements", "packages", "extra"),
    [
        (FUSION, {"torch_geometric"}, "graph"),
        (SOUND, {"librosa"}, "audio"),
        (CLIP, {"open_clip"}, "clip"),
        (FILM, {"av"}, "video"),
        (BOOK, {"python_calamine"}, "excel"),
        (NOISE, {"opacus"}, "privacy"),
        (RAY, {"ray"}, "ray"),
        ("from llmrec.chat import chat_chain", {"langchain_core"}, "chat"),
        (KEYS, {"fastapi", "sqlalchemy", "uvicorn"}, "serve"),
        (SERVE, {"fastapi", "sqlalchemy", "uvicorn"}, "serve"),
    ],
)
def test_the_extra_is_named_where_it_is_needed(absent: Path, statements: str, packages: set[str], extra: str) -> None:
    done = run_without(absent, statements)
    told = done.stderr.strip().splitlines()[-1]
    assert told.startswith("llmrec.errors.MissingExtra: "), done.stderr
    assert told.endswith(f"; run: pip install -e '.[{extra}]'")  # the tests run from a checkout
    assert any(f"the package {name}" in told for name in packages)


def test_a_module_of_ours_that_is_missing_is_a_bug_and_not_an_extra() -> None:
    with pytest.raises(ModuleNotFoundError), needs("audio", "a test"):
        import_module("llmrec.no_such_module")


def test_the_sentence_is_one_of_ours() -> None:
    told = r"^a test needs the package no_such_package; run: pip install -e '\.\[x\]'$"
    with pytest.raises(MissingExtra, match=told), needs("x", "a test"):
        import_module("no_such_package.inner")


PROGRAM = """
import resource, sys
from llmrec.runtime import keep_freed_memory
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        block = bytearray(32 << 20)
        block[::4096] = bytes(len(block) // 4096)
        del block
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
usual = faults()
keep_freed_memory()
faults()
print(usual, faults())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library's allocator is set on Linux only")
def test_freed_memory_is_used_again_without_asking_the_kernel() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    usual, kept = map(int, told.split())
    assert usual > 10_000  # a fault for most pages of most blocks
    assert kept < usual / 20


def value_in(program: str, **env: str) -> str:
    """What a program prints in an environment that sets nothing of `ENVIRONMENT` but `env`."""
    kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT} | env
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=kept
    ).stdout.strip()


@pytest.mark.parametrize("room", ["encoders", "model", "engine", "train", "retrieval", "fusion", "chat"])
def test_settings_hold_before_a_room_loads_a_heavy_library(room: str) -> None:
    set_all = f"all(name in os.environ for name in {list(ENVIRONMENT)})"
    assert value_in(f"import os, sys, llmrec.{room}; print({set_all}, 'torch' in sys.modules)") == "True False"


def test_the_package_alone_sets_nothing() -> None:
    assert value_in(f"import os, llmrec; print([n for n in {list(ENVIRONMENT)} if n in os.environ])") == "[]"


def test_what_the_user_has_set_stays() -> None:
    program = "import os; from llmrec.runtime import configure; configure(); print(os.environ['GOMP_SPINCOUNT'])"
    assert value_in(program) == "5000"
    assert value_in(program, GOMP_SPINCOUNT="7") == "7"


WARNED = """
import warnings
{before}
from llmrec.runtime import configure
configure()
def warn(module):
    warnings.warn_explicit("old", FutureWarning, "x.py", 1, module=module, registry={{}})
with warnings.catch_warnings(record=True) as heard:
    warn("transformers.modeling_utils")
    warn("my_own.notebook")
print(len(heard))
"""


def test_only_the_libraries_own_warnings_are_silenced_and_the_users_filter_comes_first() -> None:
    assert value_in(WARNED.format(before="")) == "1"
    assert value_in(WARNED.format(before="warnings.simplefilter('always')")) == "2"
