"""What is kept for a time is deleted by the clock, whether anybody asks anything or not."""

import logging
import threading

from llmrec.server.observability import log_event
from llmrec.server.store.database import Database
from llmrec.server.store.personal_data import delete_expired

KEPT_DAYS = 30
"""How long answers and conversations are kept by default: nobody asks for their reasons any more."""
EVERY_SECONDS = 3600.0
"""Seconds between two runs."""


class Retention:
    """A thread that deletes what has been kept for its time, and erases what could not be erased at once.

    Parameters
    ----------
    database
        The store.
    days
        How long answers and conversations are kept.
    every
        Seconds between two runs; the first is at the start.
    """

    def __init__(self, database: Database, days: float = KEPT_DAYS, every: float = EVERY_SECONDS) -> None:
        self._database, self.days, self._every = database, days, every
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

    def run_once(self) -> None:
        """Delete and erase now; what fails is logged, and tried again at the next run."""
        try:
            deleted = delete_expired(self._database, self.days)
            erased = self._database.erase()
        except Exception as error:  # of a database that is away; the clock goes on
            log_event("retention failed", logging.ERROR, error)
            return
        log_event("retention", deleted=deleted, erased=erased)

    def _run(self) -> None:
        while True:
            self.run_once()
            if self._end.wait(self._every):
                return
