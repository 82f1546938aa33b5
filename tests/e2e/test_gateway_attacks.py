"""A gateway under attack, as a process: after each attack another tenant is served as before, and memory is given back.

Each attack is what one client can do over a socket, with a key of its own or without any.
"""

import contextlib
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest

from eval.faults.one_gateway import ITEMS, PEOPLE
from eval.serving.servers import Gateway
from llmrec import paths
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_key

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]
SLACK_SECONDS = 0.5
"""What a busy machine adds to any measured time."""


@dataclass
class Target:
    """A gateway, the attacker's client and another tenant's."""

    gateway: Gateway
    attacker: httpx.Client
    other: httpx.Client
    quiet: float

    @property
    def process(self) -> psutil.Process:
        assert self.gateway._process is not None
        return psutil.Process(self.gateway._process.pid)

    @property
    def memory(self) -> int:
        return int(self.process.memory_info().rss)

    def seconds(self, times: int = 7) -> float:
        """Median time of the other tenant's `{"k": 1}`."""
        taken = []
        for _ in range(times):
            started = time.monotonic()
            response = self.other.post("/v1/recommendations", json={"k": 1})
            assert response.status_code == 200, response.text
            taken.append(time.monotonic() - started)
        return statistics.median(taken)

    def raw(self, content: bytes) -> socket.socket:
        """A connection without a key."""
        address = httpx.URL(self.gateway.address)
        connection = socket.create_connection((address.host, address.port), timeout=20)
        with contextlib.suppress(OSError):  # it may close before it has read all
            connection.sendall(content)
        return connection


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacked")
    for name in ("films", "home"):
        (folder / name).mkdir()
    (folder / "films" / "items.csv").write_text(ITEMS)
    (folder / "films" / "interactions.csv").write_text(PEOPLE)
    (folder / "home" / "models").symlink_to(paths.home() / "models")
    store = f"sqlite:///{folder}/store.db"
    words = ["--data", str(folder / "films"), "--adapter", str(paths.adapter_folder("ml-100k")), "--database", store]
    gateway = Gateway(words, folder / "log", {"LLMREC_HOME": str(folder / "home"), "OMP_NUM_THREADS": "1"})
    with closing(Database(store)) as database:
        key = create_key(database, "elsewhere", edits_items=False)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with (
            gateway.client(60) as attacker,
            httpx.Client(base_url=gateway.address, headers=headers, timeout=60) as other,
        ):
            body = {"query": "robots", "k": 3, "explain": True}
            assert other.post("/v1/recommendations", json=body).status_code == 200  # all models are loaded
            found = Target(gateway, attacker, other, 0.0)
            found.seconds(20)
            found.quiet = found.seconds(20)
            yield found
    finally:
        gateway.kill()


def left(client: httpx.Client, path: str, body: Any, seconds: float = 1.0) -> None:
    """Ask, and leave before the answer is there."""
    with contextlib.suppress(httpx.HTTPError):
        httpx.post(f"{client.base_url}/{path}", json=body, headers=dict(client.headers), timeout=seconds)


def two_long_chats(target: Target) -> None:
    turns = [{"role": "user", "content": "comedy or " * 2000}, {"role": "assistant", "content": "ok"}] * 60
    body = {"model": "llmrec", "messages": [*turns, {"role": "user", "content": "more"}]}
    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            pool.submit(left, target.attacker, "v1/chat/completions", body, 3.0)


def single_long_lines(target: Target) -> None:
    for line in ("comedy or " * 2000, "1. \n" * 5000, "not " * 5000, "of " * 6600, "comedy, " * 2500):
        body = {"model": "llmrec", "messages": [{"role": "user", "content": line}]}
        left(target.attacker, "v1/chat/completions", body)


def flood_of_reasons(target: Target) -> None:
    body = {"user": "somebody", "k": 20, "explain": True}
    with ThreadPoolExecutor(34) as pool:
        for _ in range(34):
            pool.submit(left, target.attacker, "v1/recommendations", body)


def bodies_without_a_key(target: Target) -> None:
    head = b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 19999999\r\n\r\n"
    connections = [target.raw(head + b"x" * 19_000_000) for _ in range(60)]
    for connection in connections:
        connection.close()


def large_heads(target: Target) -> None:
    with target.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 1_000_000 + b"\r\n\r\n") as connection:
        assert b"200 OK" not in received(connection)
    target.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 50_000_000).close()
    for _ in range(40):
        target.raw(b"GET /healthz HTTP/1.1\r\n" + b"X-A: b\r\n" * 100_000).close()


def many_connections(target: Target) -> None:
    held = []
    with contextlib.suppress(OSError):
        for _ in range(950):
            held.append(target.raw(b"GET /healthz HTTP/1.1\r\n"))
    assert target.seconds(3) < 5 * target.quiet + SLACK_SECONDS  # while they are held
    for connection in held:
        connection.close()


def large_bodies_with_a_key(target: Target) -> None:
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {target.attacker.headers['Authorization']}\r\n"
        "Content-Type: application/json\r\nContent-Length: 19999999\r\n\r\n"
    ).encode()
    connections = [target.raw(head + b" " * 15_000_000) for _ in range(20)]
    for connection in connections:
        connection.close()


def half_an_emoji(target: Target) -> None:
    for method, path, body in (
        ("POST", "/v1/recommendations", r'{"query":"funny \ud83d","k":1}'),
        ("POST", "/v1/recommendations", r'{"user":"\ud800"}'),
        ("POST", "/v1/recommendations", r'{"where":"genres=\ud83d"}'),
        ("POST", "/v1/events", r'{"events":[{"user":"\ud83d","item":"f1"}]}'),
        ("POST", "/v1/events", r'{"events":[{"user":"u","item":"f1","id":"\ud83d"}]}'),
        ("POST", "/v1/chat/completions", r'{"model":"llmrec","messages":[{"role":"user","content":"funny \ud83d"}]}'),
        ("PUT", "/v1/items/x", r'{"title":"\ud83d"}'),
    ):
        headers = {"Content-Type": "application/json"}
        response = target.attacker.request(method, path, content=body, headers=headers)
        assert response.status_code in (200, 422), (path, body, response.status_code, response.text)


def received(connection: socket.socket) -> bytes:
    with contextlib.suppress(OSError):
        return connection.recv(100)
    return b""


ATTACKS = (
    two_long_chats, single_long_lines, flood_of_reasons, bodies_without_a_key, large_heads, many_connections,
    large_bodies_with_a_key, half_an_emoji,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_after_an_attack_others_are_served_as_before(target: Target, attack: Callable[[Target], None]) -> None:
    before = target.memory
    attack(target)
    assert target.seconds() < 5 * target.quiet + SLACK_SECONDS
    assert httpx.get(f"{target.gateway.address}/healthz", timeout=5).status_code == 200
    time.sleep(1)  # what was left is dropped
    assert target.memory < 1.2 * before


def test_amid_one_tenants_flood_another_waits_little(target: Target) -> None:
    body = {"user": "somebody", "k": 20, "explain": True}
    with ThreadPoolExecutor(34) as pool:
        asked = [pool.submit(target.attacker.post, "/v1/recommendations", json=body, timeout=90) for _ in range(34)]
        time.sleep(1)
        amid = target.seconds()
        refused = {future.result().status_code for future in asked}
    assert amid < 5 * target.quiet + SLACK_SECONDS
    assert refused <= {200, 429, 503}


def test_it_ends_in_time_amid_attacks(target: Target) -> None:
    two_long_chats(target)
    body = {"user": "somebody", "k": 20, "explain": True}
    with ThreadPoolExecutor(12) as pool:
        for _ in range(12):
            pool.submit(left, target.attacker, "v1/recommendations", body, 100.0)
        time.sleep(1)
        slow = target.raw(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: "
                          + target.attacker.headers["Authorization"].encode()
                          + b"\r\nContent-Length: 1000\r\n\r\n{")  # fmt: skip
        started = time.monotonic()
        assert target.gateway.end() == 0
        assert time.monotonic() - started < 61
        slow.close()
