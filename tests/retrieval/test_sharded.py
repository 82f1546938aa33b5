"""The index on several real Chroma servers: one server's answers, a part of them where one is lost, few items moved."""

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest

from eval.serving.servers import Chroma
from llmrec.errors import BadInput, IndexMismatch, IndexUnreachable
from llmrec.retrieval import chroma
from llmrec.retrieval.chroma import ChromaIndex
from llmrec.retrieval.filters import parse_where
from llmrec.retrieval.index import ExactIndex, IndexInputs
from llmrec.retrieval.resilient import ResilientIndex
from llmrec.retrieval.sharded import ShardedIndex, open_chroma, rendezvous, server_addresses
from tests.retrieval.test_chroma import made
from tests.retrieval.test_remote import until

V, B, CATALOG, STAMP = made(400, 16)
TEXT = (V / np.linalg.norm(V, axis=1, keepdims=True)).astype(np.float32)
TEXT[7] = 0
MEDIA = {"text": TEXT}
QUERIES = np.random.default_rng(9).normal(size=(8, 16)).astype(np.float32)
EXACT = ExactIndex(V, B, CATALOG, MEDIA)


services = pytest.mark.services


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Chroma]]:
    folder = tmp_path_factory.mktemp("servers")
    with Chroma(folder / "a") as a, Chroma(folder / "b") as b, Chroma(folder / "c") as c:
        yield [a, b, c]


@pytest.fixture
def servers(started: list[Chroma]) -> list[Chroma]:
    """Three that run and hold nothing."""
    for server in started:
        if not server.runs:
            server.start()
        client = chromadb.HttpClient("127.0.0.1", server.port)
        for collection in client.list_collections():
            client.delete_collection(collection.name)
    return started


def inputs(servers: list[Chroma], **more: Any) -> IndexInputs:
    argument = ",".join(server.url for server in servers)
    return IndexInputs(V, B, CATALOG, STAMP, Path("made"), argument=argument, media=MEDIA, **more)


def opened(servers: list[Chroma], **more: Any) -> ShardedIndex:
    index = open_chroma(inputs(servers, **more))
    assert isinstance(index, ShardedIndex)
    return index


def changes(index: ShardedIndex) -> list[tuple[int, int]]:
    return [(state.added, state.removed) for state in index.shards]


def same(index: Any, where: str | None = None) -> bool:
    """Whether an index answers as one that scores every item; both are small enough for that."""
    chosen, closed = parse_where(where, CATALOG) if where else None, [[1, 2, 3]] * len(QUERIES)
    mine, theirs = (each.query(QUERIES, 30, chosen, closed) for each in (index, EXACT))
    near, nearest = (each.alike("text", TEXT[[5, 9]], 12) for each in (index, EXACT))
    pairs = [*zip(mine.rows, theirs.rows, strict=True), *zip(near.rows, nearest.rows, strict=True)]
    scores = [*zip(mine.scores, theirs.scores, strict=True), *zip(near.scores, nearest.scores, strict=True)]
    found = all(a.tolist() == b.tolist() for a, b in pairs)
    return found and all(np.allclose(a, b, atol=1e-4) for a, b in scores) and not mine.degraded | near.degraded


def without(index: Any, missing: np.ndarray) -> bool:
    """Whether an index answers with the best of all but the missing rows, and says what is missing."""
    mine, theirs = index.query(QUERIES, 30), EXACT.query(QUERIES, 30, None, [missing.tolist()] * len(QUERIES))
    near = index.alike("text", TEXT[[5]], 30)
    return (
        [rows.tolist() for rows in mine.rows] == [rows.tolist() for rows in theirs.rows]
        and mine.degraded == near.degraded == {"index:2"}
        and not set(near.rows[0].tolist()) & set(missing.tolist())
    )


@services
def test_several_servers_answer_as_one_and_share_the_items(servers: list[Chroma]) -> None:
    index = opened(servers)
    try:
        assert all(same(index, where) for where in (None, "year>=1990", "genre=war and year<1950"))
        held = [chromadb.HttpClient("127.0.0.1", server.port).list_collections() for server in servers]
        sizes = [sum(each.count() for each in own if each.metadata.get("catalogue")) for own in held]
        assert sum(sizes) == 400 == index.items and all(90 < size < 180 for size in sizes)
        assert [size for size, _ in changes(index)] == sizes
        again = opened(list(reversed(servers)))
        assert changes(again) == [(0, 0)] * 3 and same(again)
        again.close()
    finally:
        index.close()


@services
def test_a_lost_server_leaves_the_rest_of_the_answer_and_comes_back(servers: list[Chroma]) -> None:
    opened(servers).close()
    index = ResilientIndex(lambda: open_chroma(inputs(servers, repair=True)))
    lost = np.flatnonzero(rendezvous([item.id for item in CATALOG.items], [s.url for s in servers]) == 1)
    try:
        servers[1].send(signal.SIGKILL)
        assert without(index, lost) and index.items == 400 - len(lost)
        started = time.monotonic()
        assert all(without(index, lost) for _ in range(20)) and time.monotonic() - started < 5
        servers[1].start()
        assert until(lambda: same(index)) and index.items == 400
        for server in servers:
            server.send(signal.SIGKILL)
        with pytest.raises(IndexUnreachable):
            index.query(QUERIES, 10)
        servers[0].start()
        servers[2].start()
        assert until(lambda: reached(lambda: without(index, lost)))  # one that begins without a server finds it later
        servers[1].start()
        assert until(lambda: reached(lambda: same(index)))
    finally:
        index.close()


def reached(true: Callable[[], bool]) -> bool:
    try:
        return true()
    except IndexUnreachable:
        return False


@services
def test_a_further_server_gets_its_items_and_no_others_move(servers: list[Chroma], tmp_path: Path) -> None:
    opened(servers).close()
    with Chroma(tmp_path / "d") as further:
        four = [*servers, further]
        older, newer = opened(servers), opened(four)
        ((new, _),) = {change for change in changes(newer) if change != (0, 0)}
        assert 60 < new < 140 and changes(newer)[3] == (new, 0)
        assert same(newer) and same(older)  # gateways that know of three go on
        older.close()
        newer.close()
        index = opened(four, rebuild=True)  # `llmrec index`
        assert [added for added, _ in changes(index)] == [0, 0, 0, 0] and same(index)
        assert sum(removed for _, removed in changes(index)) == new
        index.close()
        fewer = opened(four[1:])  # and one less
        assert sum(added for added, _ in changes(fewer)) < 160 and same(fewer)
        fewer.close()


@services
def test_one_server_grows_to_several_and_back(servers: list[Chroma]) -> None:
    open_chroma(inputs(servers[:1])).close()
    index = opened(servers[:2])
    assert changes(index)[0] == (0, 0) and 150 < changes(index)[1][0] < 250 and same(index)
    index.close()
    index = opened(servers[:2], rebuild=True)
    assert changes(index)[0][1] == changes(index)[1][0] or changes(index)[0][1] > 0
    index.close()
    alone = open_chroma(inputs(servers[:1]))
    assert isinstance(alone, ChromaIndex) and alone.items == 400 and same(alone)
    alone.close()


@services
def test_a_server_keeps_the_graphs_that_it_began_with_until_it_is_built_again(
    servers: list[Chroma], monkeypatch: pytest.MonkeyPatch
) -> None:
    def graphs() -> list[int]:
        client = chromadb.HttpClient("127.0.0.1", servers[0].port)
        return [each.count() for each in client.list_collections() if each.metadata.get("catalogue")]

    monkeypatch.setattr(chroma, "PART", 100)
    index = opened(servers)
    assert len(graphs()) == 2 and sum(graphs()) < 180 and same(index)
    index.close()
    index = opened(servers[:2])  # has more items to hold now
    assert len(graphs()) == 2 and same(index)
    index.close()
    index = opened(servers[:2], rebuild=True)
    begun = len(graphs())
    assert begun == chroma.parts_of(sum(graphs())) and same(index)
    index.close()
    monkeypatch.setattr(chroma, "PART", 50)
    index = opened(servers[:2])
    assert len(graphs()) == begun and same(index)
    index.close()
    index = opened(servers[:2], rebuild=True)
    assert len(graphs()) == chroma.parts_of(sum(graphs())) > begun and same(index)
    index.close()


@services
def test_a_rebuild_deletes_what_the_catalogue_had_before_and_lost_items_are_written_again(
    servers: list[Chroma],
) -> None:
    v, b, catalog, stamp = made(60, 16, seed=3)
    open_chroma(replace(inputs(servers), v=v, b=b, catalog=catalog, fingerprint=stamp, media={})).close()
    opened(servers, rebuild=True).close()
    client = chromadb.HttpClient("127.0.0.1", servers[0].port)
    assert {each.metadata["items"] for each in client.list_collections()} == {400}
    collection = next(each for each in client.list_collections() if each.metadata.get("catalogue"))
    collection.delete(ids=collection.get(limit=20, include=[])["ids"])
    index = opened(servers)
    assert changes(index) == [(20, 0), (0, 0), (0, 0)] and same(index)
    index.close()


@services
def test_a_server_with_anothers_version_is_one_sentence(servers: list[Chroma]) -> None:
    opened(servers[:2]).close()
    client = chromadb.HttpClient("127.0.0.1", servers[1].port)
    collection = next(each for each in client.list_collections() if each.metadata.get("catalogue"))
    collection.modify(metadata=dict(collection.metadata) | {"catalogue": "another's"})
    with pytest.raises(IndexMismatch, match=rf"{servers[1].url} holds another catalogue's version .*llmrec index"):
        opened(servers[:2])
    opened(servers[:2], rebuild=True).close()


@services
def test_a_server_that_is_not_there_or_twice_is_one_sentence(servers: list[Chroma]) -> None:
    servers[2].send(signal.SIGKILL)
    with pytest.raises(IndexUnreachable, match=f"{servers[2].url} does not answer .*chroma run"):
        opened(servers)
    alias = servers[0].url.replace("127.0.0.1", "localhost")
    with pytest.raises(BadInput, match="one server"):
        open_chroma(replace(inputs(servers[:2]), argument=f"{servers[0].url},{alias}"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("http://a:1,,http://b:1", "missing beside a comma"),
        ("http://a:1,", "missing beside a comma"),
        ("http://a:1,HTTP://A:1/", "names http://a:1 twice"),
        ("http://a:1,b:1", "'b:1', which is no address"),
        ("http://a:99999,http://b", "no address"),
    ],
)
def test_addresses_that_are_none_are_one_sentence(written: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        server_addresses(written)


def test_shares_are_even_and_a_server_more_takes_only_its_own() -> None:
    ids, names = [f"item-{n}" for n in range(20_000)], [f"http://chroma-{n}:8000" for n in range(6)]
    for count in range(1, 6):
        before, after = rendezvous(ids, names[:count]), rendezvous(ids, names[: count + 1])
        assert np.abs(np.bincount(before) - 20_000 / count).max() < 0.05 * 20_000 / count
        moved = before != after
        assert (after[moved] == count).all() and abs(moved.mean() * (count + 1) - 1) < 0.05
    turned = rendezvous(ids, names[::-1])
    assert (5 - turned == rendezvous(ids, names)).all()


@services
def test_servers_that_hold_none_of_few_items_are_not_missing(servers: list[Chroma]) -> None:
    v, b, catalog, stamp = made(1, 16)
    given = replace(inputs(servers), v=v, b=b, catalog=catalog, fingerprint=stamp, media={})
    index = open_chroma(given)
    found = index.query(QUERIES[:1], 5)
    assert found.rows[0].tolist() == [0] and not found.degraded
    index.close()
