"""The gateway in this process, over the demo's catalogue and the shipped adapter."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from llmrec.recommender import Recommender
from llmrec.server.app import build
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
    with TestClient(build(recommender, database, store / "media")) as client:
        client.headers["Authorization"] = f"Bearer {create_key(database)}"
        yield client


@pytest.fixture(scope="module")
def stranger(client: TestClient, database: Database) -> TestClient:
    """A client of the same app with the key of another tenant, who may not change items."""
    key = create_key(database, "elsewhere", edits_items=False)
    return TestClient(client.app, headers={"Authorization": f"Bearer {key}"})
