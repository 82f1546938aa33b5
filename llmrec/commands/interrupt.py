"""Ctrl-C that waits for an import to end.

Interrupted inside an import, some C++ extension modules abort the process (pybind11 ends it in `terminate`), and
CPython remembers an interrupt that passed through `exec` and dies of it after the program has dealt with it. Neither
leaves room for the one sentence that the user is owed, nor for taking half-written folders away.
"""

import signal
from types import FrameType

AGAIN = 0.05
"""Seconds until it is looked again whether the import has ended."""


def defer_during_imports() -> None:
    """From now on SIGINT raises KeyboardInterrupt, but inside an import only once that is done."""
    if not hasattr(signal, "setitimer"):  # Windows: the default handler stays
        return
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGALRM, _interrupt)


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            signal.setitimer(signal.ITIMER_REAL, AGAIN)
            return
        frame = frame.f_back
    raise KeyboardInterrupt
