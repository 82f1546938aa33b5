"""Clients that ask slowly, read slowly or nothing, or go away amid the answer, on a real socket: others go on."""

import contextlib
import json
import re
import socket
import time
from pathlib import Path

import httpx
import psutil
import pytest

from llmrec.recommender import Recommender
from llmrec.server import connections
from llmrec.server.settings import Limits
from tests.server.conftest import served
from tests.server.test_items import within
from tests.server.test_pressure import raw

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
SMALL = 4096
"""Bytes that a client takes in without reading, and that the server's kernel takes off it."""


def asking(client: httpx.Client, method: str, path: str, content: bytes = b"") -> socket.socket:
    """A connection on which a request was sent, and nothing is read."""
    assert client.base_url.port is not None
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    connection.settimeout(60)
    connection.connect((client.base_url.host, client.base_url.port))
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {client.headers['Authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    connection.sendall(head.encode() + content)
    return connection


def streamed(client: httpx.Client) -> socket.socket:
    """The same, for a list with reasons in pieces."""
    query = [{"role": "user", "content": "something funny from the 90s"}]
    body = {"model": "llmrec", "user": "42", "messages": query, "stream": True}
    return asking(client, "POST", "/v1/chat/completions", json.dumps(body).encode())


def idle(client: httpx.Client) -> bool:
    """Whether nothing runs or waits at the gate."""
    return "llmrec_gate_requests 0.0" in client.get("/metrics").text


def ended(client: httpx.Client) -> int:
    """How many requests for files of a folder are over."""
    counts = re.findall(r'^llmrec_requests_total\{.*route="none".*\} (\S+)', client.get("/metrics").text, re.M)
    return int(sum(map(float, counts)))


def pipeline() -> int:
    """Connections of this process, which is client and server at once: each has two ends here."""
    return sum(connection.status != psutil.CONN_LISTEN for connection in psutil.Process().net_connections("tcp"))


def test_a_stream_that_is_not_read_or_left_amid_holds_no_place(recommender: Recommender, tmp_path: Path) -> None:
    with served(recommender, tmp_path, Limits(workers=1, queue=2), room=SMALL) as client:
        assert client.post("/v1/recommendations", json={"k": 1}).status_code == 200
        before = pipeline()
        unread, left = streamed(client), streamed(client)
        assert left.recv(100).startswith(b"HTTP/1.1 200")
        assert client.post("/v1/recommendations", json={"user": "1", "k": 1}).status_code == 200
        left.close()
        assert within(60, lambda: idle(client))
        with unread:
            assert b"data: [DONE]" in received(unread)  # who reads late gets all of it
        assert within(60, lambda: idle(client) and pipeline() <= before)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no TCP_USER_TIMEOUT")
def test_what_is_not_read_for_long_is_broken_off(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "TIMEOUT_SECONDS", 1.0)
    with served(recommender, tmp_path, Limits(), room=SMALL) as client:
        path = "/swagger/swagger-ui-bundle.js"
        whole = len(client.get(path).content)
        before = pipeline()
        unread = [asking(client, "GET", path) for _ in range(8)]
        assert client.post("/v1/recommendations", json={"user": "1", "k": 1}).status_code == 200
        assert within(60, lambda: ended(client) == 1 + len(unread))
        assert within(60, lambda: pipeline() <= before + len(unread))  # their own ends are open, the server's are not
        for connection in unread:
            with connection:
                assert len(received(connection)) < whole


def test_a_head_that_never_ends_is_not_waited_for(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "TIMEOUT_SECONDS", 1.0)
    with served(recommender, tmp_path, Limits()) as client:
        silent, half = raw(client, b""), raw(client, HEALTH[:20])
        second = raw(client, HEALTH + HEALTH[:20])
        dripping = raw(client, b"GET /healthz HTTP/1.1\r\n")
        with contextlib.suppress(ConnectionError):
            while True:  # until the connection is gone; the time limit of the test is the limit
                dripping.sendall(b"X: y\r\n")
                time.sleep(0.1)
        assert (received(silent), received(half)) == (b"", b"")
        assert received(second).startswith(b"HTTP/1.1 200")
        for connection in (silent, half, second, dripping):
            connection.close()


def test_who_is_slow_within_the_limits_is_served(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "TIMEOUT_SECONDS", 1.0)
    with served(recommender, tmp_path, Limits()) as client, raw(client, HEALTH) as connection:
        head = f"POST /v1/recommendations HTTP/1.1\r\nHost: x\r\nAuthorization: {client.headers['Authorization']}\r\n"
        body = b'{"k": 1}'
        for part in (
            HEALTH, f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode(), body,
            HEALTH.replace(b"Host", b"Connection: close\r\nHost"),
        ):  # fmt: skip
            time.sleep(1.5)
            connection.sendall(part)
        assert received(connection).count(b"HTTP/1.1 200") == 4


def test_who_leaves_has_no_work_done(recommender: Recommender, tmp_path: Path) -> None:
    body = json.dumps({"user": "42", "k": 20, "explain": True}).encode()
    with served(recommender, tmp_path, Limits(workers=1)) as client:
        asked = [asking(client, "POST", "/v1/recommendations", body) for _ in range(12)]
        assert within(60, lambda: "llmrec_gate_requests 12.0" in client.get("/metrics").text)
        for connection in asked:
            connection.close()
        assert within(15, lambda: idle(client))  # one list with its reasons takes that long
        counts = client.get("/metrics").text
        assert 'route="/v1/recommendations",status="499"} 12.0' in counts


def test_without_a_key_no_body_is_taken_and_no_endless_head(recommender: Recommender, tmp_path: Path) -> None:
    with served(recommender, tmp_path, Limits()) as client:
        without = httpx.Client(base_url=client.base_url)
        assert without.post("/healthz", content=b"x").status_code == 413
        assert without.post("/healthz", content=iter([b"x"])).status_code == 413
        assert without.post("/v1/recommendations", content=b"x" * 100_000).status_code == 401
        assert without.get("/healthz", headers={"X": "a" * 50_000}).status_code == 200
        for unending in (b"X: " + b"a" * 200_000, b"X: y\r\n" * 20_000, b"X: " + b"a" * 70_000 + b"\r\n\r\n"):
            with raw(client, HEALTH[:-2] + unending) as connection:
                told = received(connection)
            assert told.startswith(b"HTTP/1.1 431") and told.count(b"HTTP/1.1") == 1 and b"65,536" in told
        # a large body and the next request in one piece are no head
        body = b" " * 100_000 + b'{"k": 1}'
        head = f"POST /v1/recommendations HTTP/1.1\r\nHost: x\r\nAuthorization: {client.headers['Authorization']}\r\n"
        whole = f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        with raw(client, whole + HEALTH.replace(b"Host", b"Connection: close\r\nHost")) as connection:
            assert received(connection).count(b"HTTP/1.1 200") == 2


def test_bodies_under_way_have_a_bound_and_a_tenant_half_of_it(recommender: Recommender, tmp_path: Path) -> None:
    limits = Limits(body=60_000, plain_body=20_000, bodies=100_000)
    with served(recommender, tmp_path, limits) as client:
        assert client.post("/v1/recommendations", content=b" " * 30_000).status_code == 413
        assert client.put("/v1/items/x", content=b" " * 30_000).status_code == 422
        head = (
            f"PUT /v1/items/x HTTP/1.1\r\nHost: x\r\nAuthorization: {client.headers['Authorization']}\r\n"
            "Content-Type: application/json\r\nContent-Length: 40000\r\n\r\n"
        ).encode()

        def refused_beside_another() -> bool:
            with raw(client, head + b" " * 30_000):
                time.sleep(0.3)  # it is on its way
                refused = client.put("/v1/items/x", content=b" " * 30_000)
                assert client.post("/v1/recommendations", json={"k": 1}).status_code == 200
            return refused.status_code == 429 and "Retry-After" in refused.headers

        assert within(20, refused_beside_another)
        assert within(10, lambda: client.put("/v1/items/x", content=b" " * 30_000).status_code == 422)


def test_connections_that_ask_nothing_make_room(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections.Connection, "most", 20)
    with served(recommender, tmp_path, Limits()) as client:
        before = pipeline()
        idling = [raw(client, HEALTH[:20]) for _ in range(60)]
        assert httpx.get(f"{client.base_url}/healthz").status_code == 200
        assert pipeline() < before + 60 + 2 * 20  # 60 ends of ours, and of the gateway's less than 40
        for connection in idling:
            connection.close()


def received(connection: socket.socket) -> bytes:
    """What still comes until the connection ends, in whatever way."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)
