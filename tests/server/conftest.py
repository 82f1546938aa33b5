"""The gateway over the demo's films and the shipped adapter: in this process, or behind uvicorn on a real socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from llmrec.chat.nlu.chat_model import ChatModelParser
from llmrec.recommender import Recommender
from llmrec.server.app import build
from llmrec.server.connections import Connection, listening
from llmrec.server.media_store import MediaFolder
from llmrec.server.settings import Limits
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_key


@pytest.fixture(scope="session")
def recommender() -> Iterator[Recommender]:
    """The demo's, opened once."""
    pipeline = Recommender.from_pretrained()
    yield pipeline
    pipeline.pipeline.index.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the store."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def database(store: Path) -> Database:
    """An empty one for each module."""
    return Database.at(store)


@pytest.fixture(scope="module")
def client(recommender: Recommender, database: Database, store: Path) -> Iterator[TestClient]:
    """A client with the key of the first tenant."""
    with TestClient(build(recommender, database, MediaFolder(store / "media"))) as client:
        client.headers["Authorization"] = f"Bearer {create_key(database)}"
        yield client


@pytest.fixture(scope="module")
def stranger(client: TestClient, database: Database) -> TestClient:
    """A client of the same app with the key of another tenant, who may not change items."""
    key = create_key(database, "elsewhere", edits_items=False)
    return TestClient(client.app, headers={"Authorization": f"Bearer {key}"})


@contextmanager
def served(
    recommender: Recommender,
    folder: Path,
    limits: Limits,
    parser: ChatModelParser | None = None,
    room: int | None = None,
) -> Iterator[httpx.Client]:
    """The app behind uvicorn on a port of its own, and a client with a key.

    `room`: bytes that the kernel takes in of what a client does not read; as many as it likes by default.
    """
    with closing(Database.at(folder)) as database, listening("127.0.0.1", 0) as listener:
        if room:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        app = build(recommender, database, MediaFolder(folder / "media"), limits, parser)
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5, http=Connection)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        key = create_key(database, rates="100000/minute")
        try:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=120) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
