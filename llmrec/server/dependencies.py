"""What the routes work with, and how they get at it.

How the gateway is set up.

Where the gateway over a catalogue keeps its own.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from llmrec import paths
from llmrec.server.answering import Answering
from llmrec.server.live_catalog import Intake, LiveCatalog
from llmrec.server.middleware import ConcurrencyLimit
from llmrec.server.observability import Metrics
from llmrec.server.store.database import Database
from llmrec.server.store.keys import Key
from llmrec.setup import demo_data


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of one running app."""

    database: Database
    live: LiveCatalog
    answering: Answering
    intake: Intake
    concurrency_limit: ConcurrencyLimit
    metrics: Metrics


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


def _caller(request: Request) -> Key:
    key: Key = request.state.key
    return key


Parts = Annotated[Gateway, Depends(_gateway)]
Caller = Annotated[Key, Depends(_caller)]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may ask of the gateway."""

    lanes: int = 2
    """Requests that the recommender works on at once: more than there are cores do not get done sooner here."""
    waiting: int = 32
    """Requests that may wait for a lane; the next is told to come again (429)."""
    seconds: float = 60.0
    """Time in which a request is answered, and in which its body must arrive."""
    body: int = 20_000_000
    """Bytes of a request's body."""


USUAL = Limits()
OVER_VLLM = Limits(lanes=16)
"""Where the LLM runs elsewhere, a request mostly waits, and vLLM does many at once for little more than one."""


def store_folder(data: Path | None) -> Path:
    """Where the gateway over a catalogue keeps its store and media."""
    folder = (data or demo_data(paths.home())).resolve()
    return paths.home() / "server" / f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


def open_database(data: Path | None, url: str | None) -> Database:
    """The database at `url`, else SQLite in the store's folder. Raises `BadInput`, `StorageError`."""
    return Database(url) if url else Database.at(store_folder(data))
