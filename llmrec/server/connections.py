"""Time limits of connections, which uvicorn has none of: for a request's head, and for a client that reads nothing."""

import asyncio
import socket

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from llmrec.errors import BadInput

TIMEOUT_SECONDS = 60.0
"""Seconds in which a request's head must arrive, and that an answer may wait for its client to read on."""


def listening(host: str, port: int) -> socket.socket:
    """Open a socket that takes connections.

    Parameters
    ----------
    host, port
        Where; port 0 is one that is free.

    Returns
    -------
    socket
        A connection of it ends where its client reads nothing for `TIMEOUT_SECONDS`.

    Raises
    ------
    BadInput
        Where the address is taken or not this machine's.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise BadInput(
            f"{host}:{port} cannot be listened on ({error.strerror}); choose another `port`", "port"
        ) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections have it from the listener
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(TIMEOUT_SECONDS * 1000))
    return listener


class Connection(HttpToolsProtocol):
    """One connection, closed where it sends no whole head of a request for `TIMEOUT_SECONDS`."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        super().data_received(data)
        if self._answering():
            self._stop_timer()
        elif self._timer is None:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._stop_timer()
        super().connection_lost(exc)

    def _answering(self) -> bool:
        """Whether a request is under way; how long its body takes is up to `BodyLimit`."""
        return self.cycle is not None and not self.cycle.response_complete

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(TIMEOUT_SECONDS, self._end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        if not self._answering():
            self.transport.close()
