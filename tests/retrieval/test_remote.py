"""The index on a real Chroma server: the same answers as the embedded one, lost and found again."""

import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import chromadb
import numpy as np
import pytest

from eval.serving.servers import Chroma
from llmrec.errors import BadInput, IndexUnreachable
from llmrec.retrieval import chroma
from llmrec.retrieval.chroma import ChromaIndex
from llmrec.retrieval.filters import parse_where
from llmrec.retrieval.index import exact_search
from llmrec.retrieval.remote import open_remote
from llmrec.retrieval.resilient import ResilientIndex
from tests.retrieval.test_chroma import made

V, B, CATALOG, STAMP = made(400, 16)
QUERIES = np.random.default_rng(9).normal(size=(8, 16)).astype(np.float32)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Chroma]:
    with Chroma(tmp_path / "chroma") as running:
        yield running


def opener(url: str) -> Callable[[], ChromaIndex]:
    return partial(open_remote, url, "made", V, B, CATALOG, STAMP)


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def reached(index: ResilientIndex) -> bool:
    try:
        return len(index.query(QUERIES, 10).rows[0]) == 10
    except IndexUnreachable:
        return False


def test_a_server_answers_as_the_embedded_index(server: Chroma, tmp_path: Path) -> None:
    where, closed = parse_where("year>=1990 and genre=war", CATALOG), [[1, 2, 3]] * len(QUERIES)
    with (
        ChromaIndex.build(tmp_path / "ix", V, B, CATALOG, STAMP) as embedded,
        opener(server.url)() as remote,
        opener(server.url)() as again,  # found, not built again
    ):
        assert remote.items == 400
        for other in (remote, again):
            mine, theirs = (each.query(QUERIES, 10, where, closed) for each in (embedded, other))
            for a, b in zip((*mine.rows, *mine.scores), (*theirs.rows, *theirs.scores), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-4)


def test_a_server_holds_a_large_catalogue_in_several_graphs(
    server: Chroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "PART", 150)
    with (
        ChromaIndex.build(tmp_path / "ix", V, B, CATALOG, STAMP) as embedded,
        opener(server.url)() as remote,
        opener(server.url)() as again,
    ):
        client = chromadb.HttpClient("127.0.0.1", server.port)
        assert sorted(held.count() for held in client.list_collections()) == [133, 133, 134]
        assert remote.items == again.items == 400
        mine, theirs = embedded.query(QUERIES, 30), again.query(QUERIES, 30)
        for a, b in zip((*mine.rows, *mine.scores), (*theirs.rows, *theirs.scores), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4)
    open_remote(server.url, "made", *made(60, 16, seed=3), rebuild=True).close()
    assert [held.count() for held in client.list_collections()] == [60]


def test_a_rebuild_leaves_nothing_of_the_old_items(server: Chroma) -> None:
    opener(server.url)().close()
    v, b, catalog, fingerprint = made(60, 16, seed=3)
    open_remote(server.url, "another shop", V, B, CATALOG, made(400, 16)[3], rebuild=True).close()
    with open_remote(server.url, "made", v, b, catalog, fingerprint, rebuild=True) as index:
        assert index.query(v[:1], 3).rows[0].tolist() == np.argsort(-(v @ v[0] + b))[:3].tolist()
    client = chromadb.HttpClient("127.0.0.1", server.port)
    places = sorted((held.metadata["place"], held.metadata["items"]) for held in client.list_collections())
    assert places == [("another shop", 400), ("made", 60)]


def test_an_index_half_built_is_built_to_its_end(server: Chroma) -> None:
    opener(server.url)().close()
    (collection,) = chromadb.HttpClient("127.0.0.1", server.port).list_collections()
    collection.delete(ids=[str(row) for row in range(100, 400)])
    with opener(server.url)() as index:
        assert len(index.query(QUERIES[:1], 400).rows[0]) >= 396


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "nonsense", "http://"])
def test_a_url_that_names_no_server_is_one_sentence(url: str) -> None:
    with pytest.raises(BadInput, match="no address of a Chroma server"):
        opener(url)()


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(IndexUnreachable, match=r"127\.0\.0\.1:1 does not answer .*chroma run"):
        opener("http://127.0.0.1:1")()


def test_a_killed_server_is_told_at_once_and_found_again(server: Chroma) -> None:
    index = ResilientIndex(opener(server.url))
    try:
        assert reached(index)
        server.send(signal.SIGKILL)
        with pytest.raises(IndexUnreachable):
            index.query(QUERIES, 10)
        assert index.items == 0
        started = time.monotonic()
        for _ in range(200):
            assert not reached(index)
        assert time.monotonic() - started < 1  # nobody waits for what is known to be lost
        server.start()
        assert until(lambda: reached(index)) and index.items == 400
    finally:
        index.close()


def test_a_server_that_hangs_holds_few_up_and_not_for_long(server: Chroma) -> None:
    index = ResilientIndex(opener(server.url))
    try:
        server.send(signal.SIGSTOP)
        started = time.monotonic()
        assert not reached(index) and time.monotonic() - started < 4
        started = time.monotonic()
        assert not reached(index) and time.monotonic() - started < 1
        server.send(signal.SIGCONT)
        assert until(lambda: reached(index))
    finally:
        index.close()


def test_a_server_that_lost_its_data_gets_it_again(server: Chroma) -> None:
    index = ResilientIndex(opener(server.url))
    try:
        (collection,) = (client := chromadb.HttpClient("127.0.0.1", server.port)).list_collections()
        client.delete_collection(collection.name)
        assert not reached(index) and until(lambda: reached(index))
    finally:
        index.close()


def test_a_start_without_the_server_goes_on_and_finds_it(server: Chroma) -> None:
    server.send(signal.SIGKILL)
    index = ResilientIndex(opener(server.url))
    try:
        assert not reached(index)
        server.start()
        assert until(lambda: reached(index))
    finally:
        index.close()


def test_a_damaged_embedded_index_is_built_again_while_it_is_in_use(tmp_path: Path) -> None:
    path = tmp_path / "ix"
    index = ResilientIndex(partial(ChromaIndex.build, path, V, B, CATALOG, STAMP))
    try:
        for file in path.glob("chroma-*/chroma.sqlite3"):
            file.write_bytes(b"no database at all" * 4000)
        until(lambda: not reached(index), 5)
        assert until(lambda: reached(index))
    finally:
        index.close()


def test_exact_search_is_what_the_index_approximates() -> None:
    allowed = np.arange(400) % 2 == 0
    scores = QUERIES @ V.T + B
    closed = [np.argsort(-scores[n])[:20].tolist() for n in range(len(QUERIES))]
    for n, rows in enumerate(exact_search(V, B, QUERIES, 15, allowed, closed)):
        wanted = [row for row in np.argsort(-scores[n]) if allowed[row] and row not in closed[n]][:15]
        assert rows.tolist() == wanted
    assert [len(rows) for rows in exact_search(V, B, QUERIES[:1], 500, allowed, [[0]])] == [199]
