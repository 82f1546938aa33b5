"""Serving until a signal, by uvicorn, with limits of connections that it lacks.

How many, how long and how large a head, how slow a reader.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from llmrec.errors import BadInput
from llmrec.server.observability import log_event

if TYPE_CHECKING:
    from starlette.applications import Starlette

TIMEOUT_SECONDS = 60.0
"""Seconds in which a request's head must arrive, and that an answer may wait for its client to read on."""

END_SECONDS = 60.0
"""Time in which the process ends after SIGTERM, whatever it is about."""
GRACE_SECONDS = 50
"""Time of that which running requests get to end."""

MAX_HEAD = 65_536
"""Bytes of a request's head."""


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


def address(host: str, port: int) -> str:
    """Write where a gateway is reached.

    Parameters
    ----------
    host, port
        Where it listens.

    Returns
    -------
    str
        A URL.
    """
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Ends in time even where something hangs: a driver, a disk, a library that computes on."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        timer = threading.Timer(END_SECONDS - 1, end_amid_work)
        timer.daemon = True
        timer.start()
        await super().shutdown(sockets)


def serve_until_signal(app: "Starlette", listener: socket.socket, announce: Callable[[int], None]) -> None:
    """Serve until SIGTERM or Ctrl-C, let what runs end, and return, so that the caller can clean up.

    Parameters
    ----------
    app
        What answers.
    listener
        As `listening` gives it.
    announce
        Is told the port's number once a signal ends it in order.
    """
    options = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30, http=Connection,
    )  # fmt: skip
    server = _Server(options)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn takes the same handler while it runs, and raises the signal again once all is ended; that is then the
        # end of the command, and no error
        signal.signal(number, server.handle_exit)
    announce(listener.getsockname()[1])
    server.run([listener])


def end_amid_work() -> None:
    """End the process without waiting for any thread, or for what PyTorch does in one."""
    log_event("ended amid work", logging.WARNING)
    os._exit(0)


class Connection(HttpToolsProtocol):
    """One connection, closed where it sends no whole head of a request for `TIMEOUT_SECONDS`, or too long a one.

    Where there are too many connections, an idle one makes room for a new one: of those that have asked nothing yet, or
    else of all, the one that is idle for longest.
    """

    most = 800
    """Connections at once."""
    _timer: asyncio.TimerHandle | None = None
    _head = 0
    """Bytes of the head that is being read."""
    _in_body = _too_large = False
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._since = self.loop.time()
        if len(self.connections) > self.most and not self._make_room():
            self._refuse(503, "too many requests are under way; try again in a few seconds")
            return
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self.transport.is_closing():
            return
        self._head += 0 if self._in_body else len(data)
        super().data_received(data)
        if self._answering():
            self._stop_timer()
        elif self._timer is None:
            self._start_timer()
        if not self._in_body and self._head > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """See `HttpToolsProtocol`."""
        super().on_message_begin()
        self._in_body = False

    def on_headers_complete(self) -> None:
        """See `HttpToolsProtocol`."""
        self._in_body, self._head = True, 0
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MAX_HEAD:
            self._too_large = True
            raise ValueError("the head is too large")  # ends the reading of what has come
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """See `HttpToolsProtocol`."""
        super().on_message_complete()
        self._in_body, self._head = False, 0

    def send_400_response(self, msg: str) -> None:
        """See `HttpToolsProtocol`."""
        if self._too_large or self._head > MAX_HEAD:
            self._refuse(431, f"the head of the request has more than {MAX_HEAD:,} bytes; send less")
        else:
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._stop_timer()
        super().connection_lost(exc)

    def _make_room(self) -> bool:
        """Close an idle connection, of those that never sent a whole head first; False where none is idle."""
        idle = [each for each in self.connections if isinstance(each, Connection) and each is not self]
        idle = [each for each in idle if not each._answering() and not each.transport.is_closing()]
        if not idle:
            return False
        # who was answered before holds the connection for its next request, which would fail on it
        min(idle, key=lambda each: (each.cycle is not None, each._since)).transport.abort()
        return True

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer what is no request, or not to become one, and close."""
        kind = "invalid_request_error" if status < 500 else "server_error"
        error = {"message": sentence, "type": kind, "param": None, "code": "too_large" if status == 431 else "busy"}
        body = json.dumps({"error": error}).encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _answering(self) -> bool:
        """Whether a request is under way; how long its body takes is up to `BodyLimit`."""
        return self.cycle is not None and not self.cycle.response_complete

    def _start_timer(self) -> None:
        self._since = self.loop.time()
        self._timer = self.loop.call_later(TIMEOUT_SECONDS, self._end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        if not self._answering():
            self.transport.close()
