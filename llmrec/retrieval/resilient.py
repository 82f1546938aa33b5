"""An index that may be lost while it is in use: nobody waits for it, and it is opened again by itself.

The first request that gets no answer loses the index. From then on every request is told so at once, until a thread
that tries again and again has it back.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from llmrec.errors import IndexUnreachable
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.index import Floats, Index, Neighbours

LOG = logging.getLogger(__name__)
AGAIN = 1.0
"""Seconds between two attempts to open a lost index; an attempt that takes longer is followed by as long a pause."""
END = 30.0
"""Seconds that an attempt under way gets to end when the index is closed."""


class ResilientIndex:
    """See `Index`; close it."""

    def __init__(self, opener: Callable[[], Index]) -> None:
        """`opener` opens the index, or builds it where it is damaged or gone.

        An index that cannot be reached now counts as lost; raises what else `opener` raises.
        """
        self._opener = opener
        self._index: Index | None = None
        self._lock, self._ends = threading.Lock(), threading.Event()
        self._mending: threading.Thread | None = None
        try:
            self._index = opener()
        except IndexUnreachable as error:
            self._lose(None, error)

    @property
    def items(self) -> int:
        """How many items it holds; none while it is lost."""
        index = self._index
        return index.items if index else 0

    def query(
        self,
        q: Floats,
        k: int,
        where: Filter | None = None,
        exclude: Sequence[Sequence[int]] | None = None,
    ) -> Neighbours:
        """See `Index.query`; raises `IndexUnreachable` at once while the index is lost."""
        index = self._index
        if index is None:
            raise IndexUnreachable("the index is out of reach; it is being opened again")
        try:
            return index.query(q, k, where, exclude)
        except IndexUnreachable as error:
            self._lose(index, error)
            raise

    def close(self) -> None:
        """Let go of the index, and try no more."""
        with self._lock:
            self._ends.set()
            index, self._index = self._index, None
        if self._mending:
            self._mending.join(END)
        if index:
            index.close()

    def _lose(self, index: Index | None, error: IndexUnreachable) -> None:
        with self._lock:
            if self._index is not index or self._ends.is_set():
                return  # others have found it out before
            self._index = None
            self._mending = threading.Thread(target=self._mend, args=(index,), name="mend-index", daemon=True)
            self._mending.start()
        LOG.warning("index lost: %s", error)

    def _mend(self, lost: Index | None) -> None:
        if lost:
            _let_go(lost)
        pause = AGAIN
        while not self._ends.wait(pause):
            started = time.monotonic()
            try:
                index = self._opener()
            except Exception as error:
                LOG.debug("index still lost: %s", error)
                pause = max(AGAIN, time.monotonic() - started)
                continue
            with self._lock:
                if not self._ends.is_set():
                    self._index = index
                    LOG.warning("index back: %d items", index.items)
                    return
            index.close()


def _let_go(index: Index) -> None:
    try:
        index.close()
    except BaseException as error:  # what is broken may not close either; a panic of Chroma's core is no Exception
        LOG.info("lost index not closed: %s", error)
