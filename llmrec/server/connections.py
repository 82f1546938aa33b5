"""Connections that end: uvicorn waits for ever for the rest of a request's head, and for a client to read on."""

import asyncio
import socket

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from llmrec.errors import BadInput

PATIENCE = 60.0
"""Seconds in which a request's head must arrive, and that an answer may wait for its client to read on."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections, each of which ends when its client reads nothing for `PATIENCE` seconds.

    Raises `BadInput` where the address is taken or not this machine's.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise BadInput(
            f"{host}:{port} cannot be listened on ({error.strerror}); choose another `port`", "port"
        ) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections have it from the listener
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(PATIENCE * 1000))
    return listener


class Connection(HttpToolsProtocol):
    """One connection, which is closed where it sends what is no whole request for `PATIENCE` seconds."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        super().data_received(data)
        if self._answering():
            self._wait_no_longer()
        elif self._late is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def _answering(self) -> bool:
        """Whether a request is under way; how long its body takes is up to `Bodies`."""
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._late = self.loop.call_later(PATIENCE, self._end)

    def _wait_no_longer(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end(self) -> None:
        if not self._answering():
            self.transport.close()
