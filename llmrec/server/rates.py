"""How often a key may ask: counted in the process, and over all gateways where they share a PostgreSQL.

What this process counted refuses without asking the database; while that does not answer, it alone counts.
"""

import logging
import math
import time

import sqlalchemy as sa
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from llmrec.errors import LlmrecError
from llmrec.server.errors import Refused
from llmrec.server.observability import log_event
from llmrec.server.store.database import Database
from llmrec.server.store.keys import Key
from llmrec.server.store.tables import rates as table

QUIET_SECONDS = 60.0
"""Least time between two lines in the log that the database did not count."""

# The window is that of the database's clock, which all gateways share. A statement that waited for another one's row
# may find a later window there, and counts in it.
_COUNT = sa.text(
    """
    INSERT INTO rates AS held (key, seconds, "window", current, previous)
    VALUES (:key, :seconds, floor(extract(epoch FROM statement_timestamp()) / :seconds), 1, 0)
    ON CONFLICT (key, seconds) DO UPDATE SET
      "window" = greatest(held."window", excluded."window"),
      current = 1 + CASE WHEN held."window" >= excluded."window" THEN held.current ELSE 0 END,
      previous = CASE WHEN held."window" >= excluded."window" THEN held.previous
                      WHEN held."window" = excluded."window" - 1 THEN held.current ELSE 0 END
    WHERE CASE
      WHEN held."window" < excluded."window" - 1 THEN 0
      WHEN held."window" < excluded."window" THEN
        held.current * (excluded."window" + 1 - extract(epoch FROM statement_timestamp()) / :seconds)
      ELSE held.current + held.previous * greatest(
        0, held."window" + 1 - extract(epoch FROM statement_timestamp()) / :seconds)
      END < :amount
    RETURNING current
    """
)


class KeyRates:
    """Counts requests by a sliding window: those of this window, and those of the last in proportion to what is left.

    Parameters
    ----------
    database
        The store of the keys. Where it is PostgreSQL, all gateways on it count together.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._local = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._quiet_until = 0.0

    def count(self, key: Key) -> None:
        """Count one request of a key.

        Parameters
        ----------
        key
            Whose rates are meant.

        Raises
        ------
        Refused
            429 where the key may not ask now; such a request is not counted.
        """
        rates = parse_many(key.rates)
        together = not self._database.embedded and self._counted_together(key, rates)
        for rate in rates:
            if not self._local.hit(rate, key.id) and not together:
                raise self._reached(key, rate)

    def _counted_together(self, key: Key, rates: list[RateLimitItem]) -> bool:
        """Whether the database counted; raises `Refused`."""
        for rate in rates:
            if not self._local.test(rate, key.id):
                raise self._reached(key, rate)
        try:
            self._count_together(key, rates)
        except LlmrecError as error:  # the database is away, or the key was revoked at this moment
            if time.monotonic() > self._quiet_until:
                self._quiet_until = time.monotonic() + QUIET_SECONDS
                log_event("rates counted apart", logging.WARNING, error)
            return False
        return True

    def _count_together(self, key: Key, rates: list[RateLimitItem]) -> None:
        strictest = {rate.get_expiry(): rate for rate in sorted(rates, key=lambda rate: -rate.amount)}
        with self._database.writing(synced=False) as connection:
            for seconds, rate in sorted(strictest.items()):  # in one order, so that no two requests wait for each other
                words = {"key": key.id, "seconds": seconds, "amount": rate.amount}
                if connection.execute(_COUNT, words).first() is None:
                    raise _refused(key, rate, _wait(connection, key, rate))

    def _reached(self, key: Key, rate: RateLimitItem) -> Refused:
        return _refused(key, rate, self._local.get_window_stats(rate, key.id).reset_time - time.time())


def _wait(connection: sa.Connection, key: Key, rate: RateLimitItem) -> float:
    """Seconds until a key that has reached a rate may ask again."""
    seconds = rate.get_expiry()
    held = sa.select(table.c.window, table.c.current, table.c.previous, sa.func.extract("epoch", sa.func.now()))
    row = connection.execute(held.where(table.c.key == key.id, table.c.seconds == seconds)).one()
    window, current, previous, now = row.window, row.current, row.previous, float(row[3])
    if window < math.floor(now / seconds):
        window, current, previous = window + 1, 0, current
    left: float = max(0.0, (window + 1) * seconds - now)
    return left if current >= rate.amount else left - float((rate.amount - current) * seconds) / max(previous, 1)


def _refused(key: Key, rate: RateLimitItem, seconds: float) -> Refused:
    wait = max(1, math.ceil(seconds))
    return Refused(429, "rate_limit_exceeded", f"key {key.id} may ask {rate}; try again in {wait} s", wait)
