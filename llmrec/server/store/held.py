"""Connections to a database server that are held for too long are cut, so that a server that hangs keeps no thread.

A server that is stopped, or a network that swallows packets, lets a driver wait for good: time limits that the server
itself keeps are of no use then, and drivers that wait in a thread have none of their own.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa


class HeldConnections:
    """Watches the connections of an engine.

    Parameters
    ----------
    engine
        Of a driver whose connections have a `fileno`.
    seconds
        How long one may be held.
    statement_seconds
        How long the server may work on a statement.
    """

    def __init__(self, engine: sa.Engine, seconds: float, statement_seconds: float) -> None:
        self._seconds = seconds
        self._held: dict[int, tuple[float, Any]] = {}
        self._lock, self._closed = threading.Lock(), threading.Event()
        dialect = engine.dialect

        @sa.event.listens_for(engine, "connect")
        def connect(connection: Any, _record: Any) -> None:
            milliseconds = int(statement_seconds * 1000)
            with connection.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = {milliseconds}")
                cursor.execute(f"SET lock_timeout = {milliseconds}")
                # of a gateway whose machine is gone: what it holds locked would stay so
                cursor.execute(f"SET idle_in_transaction_session_timeout = {int(seconds * 1000)}")
            connection.commit()

        @sa.event.listens_for(engine, "checkout")
        def checkout(connection: Any, _record: Any, _proxy: Any) -> None:
            self._hold(connection)
            try:
                alive = dialect.do_ping(connection)
            except Exception as error:
                raise sa.exc.DisconnectionError from error  # the pool takes another connection
            if not alive:
                raise sa.exc.DisconnectionError

        threading.Thread(target=self._run, name="held-connections", daemon=True).start()

    @contextmanager
    def block(self) -> Iterator[None]:
        """Watch the connection that this thread takes within.

        Yields
        ------
        None
            For the block.
        """
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(threading.get_ident(), None)

    def close(self) -> None:
        """Watch no more."""
        self._closed.set()

    def _hold(self, connection: Any) -> None:
        with self._lock:
            until = self._held.get(threading.get_ident(), (time.monotonic() + self._seconds, None))[0]
            self._held[threading.get_ident()] = until, connection

    def _run(self) -> None:
        while not self._closed.wait(0.5):
            with self._lock:
                late = [connection for until, connection in self._held.values() if time.monotonic() > until]
            for connection in late:
                _cut(connection)


def _cut(connection: Any) -> None:
    """Have a driver that waits for its server read the end of the connection."""
    # it may be closed by now
    with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)
