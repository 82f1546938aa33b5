"""`llmrec serve --workers N`: uvicorn's supervisor over N gateways behind one port.

Each process opens the gateway anew ("spawn"), so that none inherits threads or locks. What must be the same at all of
them lies in PostgreSQL and on a Chroma server; weights that are read as they lie on disk are mapped, and so in memory
once.
"""

import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.supervisors import Multiprocess

from llmrec.errors import BadInput, LlmrecError, SetupError
from llmrec.runtime import configure, silence_warnings, uncollected_start
from llmrec.server.connections import END_SECONDS, GRACE_SECONDS, Connection, address, end_amid_work, listening
from llmrec.server.media_store import open_media
from llmrec.server.observability import SHARED_METRICS, configure_logging, log_event
from llmrec.server.settings import Served
from llmrec.server.store.database import Database, StoreUnavailable
from llmrec.server.store.keys import create_first_key

if TYPE_CHECKING:
    from socket import socket

    from fastapi import FastAPI

SILENT_SECONDS = 30
"""A process that gives no sign of life for so long is taken to hang, killed and replaced."""
AGAIN_SECONDS = 2.0
"""Seconds until a process that cannot reach the database looks again."""


def serve(served: Served, host: str, port: int, workers: int, say: Callable[[str], None]) -> None:
    """Serve by several processes until SIGTERM or Ctrl-C, then end what runs.

    Parameters
    ----------
    served
        What each process opens.
    host, port
        Where they listen.
    workers
        How many.
    say
        Called with each line that the person at the terminal must read.

    Raises
    ------
    BadInput
        Where they would not share a database or an index, the address is taken or not this machine's, or the place of
        the media cannot be written.
    SetupError
        Where the first process does not come up.
    LlmrecError
        Where the database cannot be opened.
    """
    _check_shared(served)
    open_media(served.data, served.media)
    with (
        tempfile.TemporaryDirectory(prefix="llmrec-metrics-") as metrics,
        listening(host, port) as listener,
        closing(served.open_database()) as database,  # migrated before any of them looks
    ):
        os.environ[SHARED_METRICS] = metrics
        configure_logging()

        def ready() -> None:
            if key := create_first_key(database):
                say(f"API key, shown this once: {key}")
            at = address(host, listener.getsockname()[1])
            say(f"serving on {at} by {workers} processes (pages of the API: /docs); Ctrl-C ends it")

        options = _Config(
            _Worker(served, workers), factory=True, workers=workers, log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=30, http=Connection,
            timeout_worker_healthcheck=SILENT_SECONDS,
        )  # fmt: skip
        supervisor = _Supervisor(options, listener, ready)
        supervisor.run()
        if supervisor.failed:
            raise SetupError("no process came up; the line above says why")


def _check_shared(served: Served) -> None:
    """Refuse what processes could not share. Raises `BadInput`."""
    if not served.url or served.url.startswith("sqlite"):
        raise BadInput(
            "several `workers` share what they keep in a PostgreSQL, and an SQLite file would have them wait for one "
            "another; pass `database`, such as postgresql+psycopg://user@host/name, or leave `workers` at 1",
            "workers", "database",
        )  # fmt: skip
    name, _, argument = served.config.index.partition("?")
    if name == "chroma" and "://" not in argument:
        raise BadInput(
            "several `workers` cannot open one index in files; pass `chroma`, the URL of a Chroma server (`chroma "
            "run`), or --index exact, or leave `workers` at 1",
            "workers", "chroma",
        )  # fmt: skip


class _Supervisor(Multiprocess):
    """Starts one process, which makes the index where there is none, then the others; ends them all in time."""

    failed = False
    """Whether the first process ended before it served."""

    def __init__(self, config: uvicorn.Config, listener: "socket", ready: Callable[[], None]) -> None:
        super().__init__(config, sockets=[listener])
        self._ready = ready

    def init_processes(self) -> None:
        wanted, self.processes_num = self.processes_num, 1
        super().init_processes()
        self.processes_num = wanted
        (first,) = self.processes
        while not self.should_exit.is_set() and not first.is_ready(timeout=1):
            self.handle_signals()
            if not first.process.is_alive():
                self.failed = True
                self.should_exit.set()
                first.process.join()
                self.processes.clear()
            time.sleep(0.05)
        if self.should_exit.is_set():
            return
        self._ready()
        self.processes_num = wanted - 1
        super().init_processes()
        self.processes_num = wanted

    def keep_subprocess_alive(self) -> None:
        before = {each.pid for each in self.processes}
        super().keep_subprocess_alive()
        for pid in before - {each.pid for each in self.processes}:
            log_event("worker replaced", logging.WARNING, process=pid)
            mark_process_dead(pid)  # type: ignore[no-untyped-call]

    def join_all(self) -> None:
        end = time.monotonic() + END_SECONDS
        for each in self.processes:
            each.process.join(max(0.0, end - time.monotonic()))
            if each.process.is_alive():
                each.process.kill()


class _Config(uvicorn.Config):
    """Sets the signals of a process, where uvicorn sets its log up: before it takes them while it serves."""

    app: "_Worker"

    def configure_logging(self) -> None:
        if multiprocessing.parent_process() is not None:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.app.end)


class _Worker:
    """Makes the app in a process of its own; called there by uvicorn, once."""

    def __init__(self, served: Served, workers: int) -> None:
        self._served, self._workers = served, workers
        self._opened = ExitStack()  # empty, and so may be passed on, until it is called

    def __call__(self) -> "FastAPI":
        # uvicorn has taken the signals by now; until it serves they end the process at once
        serving = [(number, signal.signal(number, self.end)) for number in (signal.SIGTERM, signal.SIGINT)]
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
        configure()
        silence_warnings()
        configure_logging()
        try:
            with uncollected_start():
                from llmrec.server.run import opened

            media = open_media(self._served.data, self._served.media)
            database = self._opened.enter_context(closing(self._database()))
            app = self._opened.enter_context(opened(self._served, database, media, self._workers))
        except LlmrecError as error:
            print(error, file=sys.stderr, flush=True)
            sys.exit(1)
        for number, handler in serving:
            signal.signal(number, handler)
        return app

    def end(self, _number: int, _frame: FrameType | None) -> None:
        """Close what is open, and end the process: uvicorn raises a signal again when all that it served is ended."""
        self._opened.close()
        sys.exit(0)

    def _database(self) -> Database:
        """The store, as soon as it answers: a process that is replaced while it is away is there when it is back."""
        while True:
            try:
                return self._served.open_database()
            except StoreUnavailable as error:
                log_event("store away", logging.WARNING, error)
                time.sleep(AGAIN_SECONDS)


def _end_with_parent() -> None:
    """A supervisor that was killed leaves nobody behind who holds the port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_SECONDS)
    end_amid_work()
