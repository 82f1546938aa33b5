"""What is kept for a time is deleted by the clock, whether anybody asks anything or not."""

import logging
import threading

from llmrec.server.observability import log_event
from llmrec.server.settings import KEPT_DAYS
from llmrec.server.store.database import Database
from llmrec.server.store.personal_data import delete_expired

EVERY_SECONDS, LEAST_SECONDS = 3600.0, 10.0
"""Seconds between two runs, and the least where things are kept for less than an hour."""
AGAIN_SECONDS = 60.0
"""Seconds until the next run where something could not be deleted or erased."""


class Retention:
    """A thread that deletes what has been kept for its time, and erases what could not be erased at once.

    Parameters
    ----------
    database
        The store.
    days
        How long answers and conversations are kept.
    every
        Seconds between two runs; the first is at the start. By default an hour, or as long as things are kept.
    """

    def __init__(self, database: Database, days: float = KEPT_DAYS, every: float | None = None) -> None:
        self._database, self.days = database, days
        self._every = min(EVERY_SECONDS, max(LEAST_SECONDS, days * 86400)) if every is None else every
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; a run that is under way ends in its own time."""
        self._end.set()

    def join(self) -> None:
        """Wait for the end of a run that is under way."""
        self._thread.join()

    def run_once(self) -> bool:
        """Delete and erase now; what fails is logged, and tried again at the next run.

        Returns
        -------
        bool
            Whether all is deleted and erased that is due.
        """
        try:
            deleted = delete_expired(self._database, self.days)
            erased = self._database.erase()
        except Exception as error:  # of a database that is away; the clock goes on
            log_event("retention failed", logging.ERROR, error)
            return False
        log_event("retention", deleted=deleted, erased=erased)
        return erased

    def _run(self) -> None:
        while not self._end.wait(self._every if self.run_once() else min(self._every, AGAIN_SECONDS)):
            pass
