"""Freed memory stays with the process, so that the next batch does not beg the kernel for it page by page.

PyTorch allocates every activation anew. By default the C library of Linux returns large blocks to the kernel at once,
and each page of the next one costs a fault and 4 KiB of zeros: most of a small convolutional tower's time on a CPU,
and a little of a short LLM prompt's (`python -m eval.allocation`). The price is that a process stays as large as its
busiest moment. See mallopt(3).
"""

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
LARGEST = 2**31 - 1


def keep_freed_memory() -> None:
    """Tells glibc to keep what is freed; where the C library is another one nothing happens."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(TRIM_THRESHOLD, LARGEST)
        library.mallopt(MMAP_THRESHOLD, LARGEST)
