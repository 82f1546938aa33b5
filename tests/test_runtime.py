"""Settings of the process: freed memory, environment variables, warnings."""

import os
import subprocess
import sys

import pytest

from llmrec.runtime import ENVIRONMENT

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
