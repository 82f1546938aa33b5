"""What was out of reach while a request was answered: noted where it is missed, told where the answer is made.

Between the two lie rooms that need not know of it, so it goes along with the context, as a request's log lines do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_MISSED: ContextVar[set[str] | None] = ContextVar("missed", default=None)


@contextmanager
def noting_degraded(missed: set[str]) -> Iterator[None]:
    """Adds the words of `note_loss`, in this thread, to `missed` until the block ends."""
    before = _MISSED.set(missed)
    try:
        yield
    finally:
        _MISSED.reset(before)


def note_degraded(what: str) -> None:
    """`what` ("llm", "index") is out of reach and was replaced. Nothing happens outside a request."""
    missed = _MISSED.get()
    if missed is not None:
        missed.add(what)
