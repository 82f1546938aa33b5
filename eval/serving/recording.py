"""What an engine over vLLM sends for a request: the bodies, as they go over the wire, and what waits for what."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import numpy as np
from numpy.typing import NDArray

from llmrec.engine.base import CatalogueEngine, Generated, QueryVectors

if TYPE_CHECKING:
    from llmrec.model.item_table import ItemTable

PATIENCE = 600.0
"""Seconds for one answer of vLLM; the engine gives up before."""
AT_ONCE = 128
"""Connections to a server; the engine makes 64."""
Phase = list[tuple[str, bytes]]
"""URL and body of each call that is made side by side; the next phase waits for all of them."""


@dataclass
class Record:
    """What was sent since `phases` was emptied; one request at a time."""

    phases: list[Phase] = field(default_factory=list)

    def begin(self) -> None:
        """What is sent from now on waits for what was sent before."""
        self.phases.append([])

    def note(self, url: str, body: bytes) -> None:
        """One call; those before the first phase (whether the server is there, a trial) belong to no request."""
        if self.phases:
            self.phases[-1].append((url, body))


class RecordedEngine:
    """An engine each of whose calls is a phase of the record."""

    def __init__(self, engine: CatalogueEngine, record: Record) -> None:
        self._engine, self._record = engine, record

    def query_vectors(
        self,
        histories: Sequence[Sequence[int]],
        queries: Sequence[str],
        example: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> QueryVectors:
        """See `Engine`."""
        self._record.begin()
        return self._engine.query_vectors(histories, queries, example)

    def generate(self, prompts: Sequence[str], seed: int) -> Generated:
        """See `Engine`."""
        self._record.begin()
        return self._engine.generate(prompts, seed)

    def over(self, table: "ItemTable", changed: Sequence[int]) -> CatalogueEngine:
        """See `CatalogueEngine`."""
        return RecordedEngine(self._engine.over(table, changed), self._record)


@contextmanager
def relayed(url: str, record: Record) -> Iterator[str]:
    """The address of a relay on loopback to the server at `url`; what is posted through it is recorded."""

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.pass_on(client.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            record.note(url + self.path, body)
            self.pass_on(client.post(self.path, content=body, headers={"Content-Type": "application/json"}))

        def pass_on(self, response: httpx.Response) -> None:
            self.send_response(response.status_code)
            self.send_header("Content-Type", response.headers.get("Content-Type", "application/json"))
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = AT_ONCE

    room = httpx.Limits(max_connections=AT_ONCE)
    with (
        httpx.Client(base_url=url, timeout=PATIENCE, limits=room, trust_env=False) as client,
        Server(("127.0.0.1", 0), Relay) as server,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
