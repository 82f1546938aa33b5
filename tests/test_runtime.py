import subprocess
import sys

import pytest

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
