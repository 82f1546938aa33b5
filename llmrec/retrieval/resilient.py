"""An index whose server may become unreachable: requests fail at once meanwhile, and it is reopened in the background.

The first request without an answer marks the index lost. Every further request raises `IndexUnreachable` at once, until
a thread has reopened it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from llmrec.errors import IndexUnreachable
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.index import INDEX, ContentIndex, Floats, Index, Neighbours

LOG = logging.getLogger(__name__)
RETRY_INTERVAL = 1.0
"""Seconds between two attempts to reopen a lost index; an attempt that takes longer is followed by an equal pause."""
CLOSE_TIMEOUT = 30.0
"""Seconds that `close` waits for an attempt in progress."""


class ResilientIndex:
    """An `Index` that is reopened when it is lost; call `close` at the end."""

    def __init__(self, opener: Callable[[], Index], name: str = INDEX) -> None:
        """Open the index; one that cannot be reached counts as lost.

        Parameters
        ----------
        opener
            Opens the index, or builds it where it is damaged or absent. What it raises is raised, except for
            `IndexUnreachable`.
        name
            What the log calls it.
        """
        self._opener, self._name = opener, name
        self._index: Index | None = None
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._reopening: threading.Thread | None = None
        try:
            self._index = opener()
        except IndexUnreachable as error:
            self._mark_lost(None, error)

    @property
    def items(self) -> int:
        """Number of items; 0 while the index is lost."""
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
            raise IndexUnreachable(f"the {self._name} is out of reach; it is being opened again")
        try:
            return index.query(q, k, where, exclude)
        except IndexUnreachable as error:
            self._mark_lost(index, error)
            raise

    def alike(self, modality: str, vectors: Floats, k: int) -> Neighbours:
        """See `ContentIndex.alike`; raises `IndexUnreachable` at once while the index is lost."""
        index = self._index
        if index is None:
            raise IndexUnreachable(f"the {self._name} is out of reach; it is being opened again")
        if not isinstance(index, ContentIndex):
            return Neighbours.none(len(vectors))
        try:
            return index.alike(modality, vectors, k)
        except IndexUnreachable as error:
            self._mark_lost(index, error)
            raise

    def close(self) -> None:
        """Close the index, and stop reopening it."""
        with self._lock:
            self._closing.set()
            index, self._index = self._index, None
        if self._reopening:
            self._reopening.join(CLOSE_TIMEOUT)
        if index:
            index.close()

    def _mark_lost(self, index: Index | None, error: IndexUnreachable) -> None:
        with self._lock:
            if self._index is not index or self._closing.is_set():
                return  # another request marked it before
            self._index = None
            self._reopening = threading.Thread(target=self._reopen, args=(index,), name="reopen-index", daemon=True)
            self._reopening.start()
        LOG.warning("%s lost: %s", self._name, error)

    def _reopen(self, lost: Index | None) -> None:
        if lost:
            _close_quietly(lost)
        pause = RETRY_INTERVAL
        while not self._closing.wait(pause):
            started = time.monotonic()
            try:
                index = self._opener()
            except Exception as error:
                LOG.debug("%s still lost: %s", self._name, error)
                pause = max(RETRY_INTERVAL, time.monotonic() - started)
                continue
            with self._lock:
                if not self._closing.is_set():
                    self._index = index
                    LOG.warning("%s back: %d items", self._name, index.items)
                    return
            index.close()


def _close_quietly(index: Index) -> None:
    try:
        index.close()
    except BaseException as error:  # a broken index may fail to close; a panic of Chroma's core is no Exception
        LOG.info("lost index not closed: %s", error)
