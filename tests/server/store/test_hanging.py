"""A database server that says nothing any more, and a store that another process locks: told in time, others go on."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from llmrec.recommender import Recommender
from llmrec.server.app import build
from llmrec.server.media_store import MediaFolder
from llmrec.server.store import database as store
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_key
from tests.server.test_items import within
from tests.test_recommender import FILMS, write_stall


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    recommender = Recommender.from_pretrained(FILMS, data=write_stall(tmp_path_factory.mktemp("stall")))
    yield recommender
    recommender.pipeline.index.close()


def processes(url: str) -> list[psutil.Process]:
    """The server's processes."""
    port = str(make_url(url).port)
    first = next(
        each for each in psutil.process_iter(["cmdline"]) if ["-p", port] == (each.info["cmdline"] or [])[-4:][:2]
        or (f"-p {port}" in " ".join(each.info["cmdline"] or []) and "postgres" in (each.info["cmdline"] or [""])[0])
    )  # fmt: skip
    return [first, *first.children(recursive=True)]


def test_a_server_that_hangs_holds_up_nothing_else(
    shop: Recommender, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("HELD_SECONDS", 3.0), ("POOL_SECONDS", 1), ("CONNECT_SECONDS", 2)):
        monkeypatch.setattr(store, name, seconds)
    database = Database(postgres)
    with TestClient(build(shop, database, MediaFolder(tmp_path / "media"))) as client, ThreadPoolExecutor(64) as pool:
        client.headers["Authorization"] = f"Bearer {create_key(database)}"
        assert client.post("/v1/recommendations", json={"k": 1}).status_code == 200
        stopped = processes(postgres)
        for process in stopped:
            process.suspend()
        try:
            asked = [pool.submit(client.get, "/v1/models") for _ in range(45)]
            probes = [pool.submit(client.get, "/readyz") for _ in range(10)]
            started = time.monotonic()
            for path in ("/healthz", "/", "/page/api.js", "/metrics"):
                assert client.get(path).status_code == 200
            assert time.monotonic() - started < 5
            for future in (*asked, *probes):
                told = future.result(timeout=60)
                assert told.status_code == 503 and "Retry-After" in told.headers
                assert told.json()["error"]["message"] == "the store does not answer; try again"
        finally:
            for process in stopped:
                process.resume()
        assert within(30, lambda: client.get("/v1/models").status_code == client.get("/readyz").status_code == 200)
        assert client.post("/v1/events", json={"events": [{"user": "u", "item": "b"}]}).status_code == 201
    database.close()


def test_a_server_that_is_gone_is_told_without_its_address(shop: Recommender, postgres: str, tmp_path: Path) -> None:
    database = Database(postgres)
    with TestClient(build(shop, database, MediaFolder(tmp_path / "media"))) as client:
        assert client.get("/readyz").status_code == 200
        database.engine.dispose()
        database.engine.url = database.engine.url.set(port=1)  # what is remembered of it
        database.engine.pool._creator = lambda *_: (_ for _ in ()).throw(  # type: ignore[attr-defined]
            database.engine.dialect.loaded_dbapi.OperationalError("connection to server at 10.1.2.3, port 5432 failed")
        )
        assert within(10, lambda: client.get("/readyz").status_code == 503)
        told = client.get("/readyz").text + client.get("/v1/models", headers={"Authorization": "Bearer x"}).text
        assert "does not answer" in told and "10.1.2.3" not in told and "5432" not in told
    database.close()


def test_a_lock_of_another_process_is_passed_over_and_told(shop: Recommender, tmp_path: Path) -> None:
    database = Database.at(tmp_path)
    with TestClient(build(shop, database, MediaFolder(tmp_path / "media"))) as client:
        client.headers["Authorization"] = f"Bearer {create_key(database)}"
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            answer = client.post("/v1/recommendations", json={"k": 1})
            assert answer.status_code == 200 and "not kept" in answer.json()["notes"][-1]
            chat = {"messages": [{"role": "user", "content": "science fiction"}]}
            assert client.post("/v1/chat/completions", json=chat).status_code == 200
        finally:
            other.execute("ROLLBACK")
            other.close()
        answer = client.post("/v1/recommendations", json={"k": 1}).json()
        assert client.get(f"/v1/explanations/{answer['id']}").status_code == 200
    database.close()
