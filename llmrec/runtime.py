"""Settings of the process, applied once before a heavy library (PyTorch, Transformers, Chroma) loads.

The command and the library share them, so that a notebook is as fast and as quiet as `llmrec`. A variable or a
warning filter that the user has set is left as it is.

References
----------
libgomp manual, `GOMP_SPINCOUNT`; mallopt(3).
"""

import gc
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

ENVIRONMENT = {
    # A waiting OpenMP thread spins only a moment: beside other work, spinning keeps a core from the thread waited for.
    "GOMP_SPINCOUNT": "5000",
    # Tokenizers warn of forks otherwise, and batches here are too small to gain from their threads.
    "TOKENIZERS_PARALLELISM": "false",
    # Nothing is fetched from a model hub unless the user says HF_HUB_OFFLINE=0.
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    # No usage statistics and no traces of what is said.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "RAY_USAGE_STATS_ENABLED": "0",
    # What ends Ray's work comes as an exception; its C++ logs of actors that start again read like errors.
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}
"""Variable -> the value it gets where the user has set none."""

NOISY = r"(transformers|torch|peft|accelerate|sentence_transformers|timm|chromadb|bitsandbytes|open_clip)(\.|$)"
"""Modules whose warnings to their callers are ours to heed, not the user's."""

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
LARGEST = 2**31 - 1


@cache
def configure() -> None:
    """Apply `ENVIRONMENT` and silence the warnings of `NOISY` modules; later calls do nothing.

    Called by the subpackages that load a heavy library, before they do. Filters are appended, so that those of the
    user and of `python -W` come first.

    Examples
    --------
    >>> import os
    >>> from llmrec.runtime import configure
    >>> configure()
    >>> "GOMP_SPINCOUNT" in os.environ
    True
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    for category in (UserWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category, module=NOISY, append=True)


def silence_warnings() -> None:
    """Ignore every Python warning, unless `python -W` asked for some: a command's user calls no library."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        logging.getLogger("bitsandbytes").setLevel(logging.ERROR)


def keep_freed_memory() -> None:
    """Make glibc keep freed memory in the process, so that the next batch does not fault its pages in again.

    PyTorch allocates every activation anew. By default glibc returns large blocks to the kernel at once, and each
    page of the next one costs a fault and 4 KiB of zeros: most of a small convolutional encoder's time on a CPU
    (`python -m eval.processor allocation`). The price is a process as large as its busiest moment. Does nothing where
    the C library is another one.
    """
    import ctypes

    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(TRIM_THRESHOLD, LARGEST)
        library.mallopt(MMAP_THRESHOLD, LARGEST)


def return_freed_memory() -> None:
    """Give the kernel back what was freed, after work that is done once and took far more than what it leaves.

    What lies in cycles of references is freed first: a model that was replaced by a smaller one often does. Returns no
    memory where the C library is not glibc.
    """
    import ctypes

    gc.collect()
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)


@contextmanager
def uncollected_start() -> Iterator[None]:
    """While a long-lived process starts: nothing is looked through for garbage, then or ever.

    Importing PyTorch, Transformers and the others makes two million objects that stay. Python's collector goes through
    all of them again each time a quarter has been added, and once in a while later, amid a request: a fifth of a
    start, and pauses of a third of a second. After the block it runs as before, on what is made from then on.

    Examples
    --------
    >>> import gc
    >>> from llmrec.runtime import uncollected_start
    >>> with uncollected_start():
    ...     gc.isenabled()
    False
    >>> gc.isenabled(), gc.get_freeze_count() > 0
    (True, True)
    >>> gc.unfreeze()
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def callable_package(package: str, home: str, function: str) -> None:
    """Let a package be called as the function that is its face, which is imported at the first call.

    `llmrec.train` is a package and a function at once: whichever is imported first, the name stays bound to the
    package, so its submodules go on being found.

    Parameters
    ----------
    package
        Its dotted name; it is being imported.
    home, function
        Module and name of the function.
    """

    class CallablePackage(ModuleType):
        def __call__(self, *args: Any, **options: Any) -> Any:
            return getattr(import_module(home), function)(*args, **options)

    sys.modules[package].__class__ = CallablePackage
