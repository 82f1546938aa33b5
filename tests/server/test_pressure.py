"""More requests than can be answered, slow and broken clients, on a real socket: told at once, others go on."""

import asyncio
import json
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from llmrec.recommender import Recommender
from llmrec.server.concurrency import Client, ConcurrencyLimit, Job
from llmrec.server.errors import Refused
from llmrec.server.observability import JsonFormatter, log_event
from llmrec.server.settings import Limits
from tests.server.conftest import served


def test_sixteen_at_once_get_the_answers_of_one_after_the_other(recommender: Recommender, tmp_path: Path) -> None:
    with served(recommender, tmp_path, Limits()) as client:

        def ask(n: int) -> list[str]:
            body = {"user": str(n), "k": 5, "query": "a funny film" if n % 2 else None}
            response = client.post("/v1/recommendations", json=body)
            assert response.status_code == 200, response.text
            return [item["id"] for item in response.json()["items"]]

        alone = [ask(n) for n in range(1, 17)]
        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(ask, range(1, 17))) == alone


def test_no_event_of_many_clients_is_lost_or_doubled(recommender: Recommender, tmp_path: Path) -> None:
    items = [item.id for item in recommender.catalog.items[:40]]
    with served(recommender, tmp_path, Limits()) as client:

        def send(pair: tuple[str, str]) -> int:
            event = {"user": pair[0], "item": pair[1], "id": f"{pair[0]}-{pair[1]}"}
            return client.post("/v1/events", json={"events": [event]}).json()["recorded"]  # type: ignore[no-any-return]

        sent = [(f"p{n % 4}", item) for n in range(4) for item in items]
        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(send, [*sent, *sent])) == len(sent)
        for n in range(4):
            answer = client.post("/v1/recommendations", json={"user": f"p{n}", "k": 1}).json()
            assert set(answer["history"]) == set(items)


def test_who_would_wait_too_long_is_told_when_to_come_again(recommender: Recommender, tmp_path: Path) -> None:
    with served(recommender, tmp_path, Limits(workers=1, queue=2)) as client, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: client.post("/v1/recommendations", json={"user": str(n)}), range(1, 17)))
        refused = [answer for answer in answers if answer.status_code == 429]
        assert {answer.status_code for answer in answers} == {200, 429}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
        assert "llmrec_gate_requests 0.0" in client.get("/metrics").text


def test_slow_work_is_told_and_keeps_its_lane_to_its_end() -> None:
    limit = ConcurrencyLimit(workers=1, queue=0, seconds=0.2)
    done = threading.Event()

    async def two() -> tuple[str, str, str]:
        with pytest.raises(Refused) as slow:
            await limit.run(lambda _: done.wait(5))
        with pytest.raises(Refused) as busy:
            await limit.run(lambda _: "never")
        done.set()
        while limit.requests:
            await asyncio.sleep(0.01)
        return slow.value.code, busy.value.code, await limit.run(lambda _: "now")

    assert asyncio.run(two()) == ("too_slow", "busy", "now")
    limit.close()


def held(limit: ConcurrencyLimit, client: Client, until: threading.Event) -> "asyncio.Task[bool]":
    """Work of a client that runs, or waits, until it is told to end or nobody waits for it any more."""

    def work(job: Job) -> bool:
        while not until.wait(0.01):
            job.check()
        return True

    return asyncio.create_task(limit.run(work, client, "held"))


def test_who_floods_waits_for_itself_and_gives_way_in_a_full_queue() -> None:
    limit, end = ConcurrencyLimit(workers=2, queue=4, seconds=30), threading.Event()

    async def all_of_it() -> None:
        flood = [held(limit, Client("loud", "k"), end) for _ in range(6)]
        await asyncio.sleep(0.05)
        with pytest.raises(Refused) as refused:
            await limit.run(lambda _: 1, Client("loud", "k"))
        assert refused.value.code == "busy"
        # a tenant of which nothing runs has a lane at once, and one whose lane is taken a place in the full queue
        assert await asyncio.wait_for(limit.run(lambda _: "now", Client("quiet", "q")), 5) == "now"
        quiet = [held(limit, Client("quiet", "q"), end) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(Refused) as late:
            await flood[-1]
        assert late.value.status == 429 and not any(task.done() for task in (*flood[:-1], *quiet))
        end.set()
        assert all(await asyncio.gather(*flood[:-1], *quiet))

    asyncio.run(all_of_it())
    assert limit.close()


def test_the_keys_of_a_tenant_share_its_part() -> None:
    limit, end, order = ConcurrencyLimit(workers=1, queue=8, seconds=30), threading.Event(), list[str]()

    async def all_of_it() -> None:
        first = held(limit, Client("shop", "web"), end)
        await asyncio.sleep(0.05)

        def note(key: str) -> "asyncio.Task[None]":
            return asyncio.create_task(limit.run(lambda _: order.append(key), Client("shop", key)))

        rest = [note(key) for key in ("web", "web", "web", "app", "app")]
        await asyncio.sleep(0.05)
        end.set()
        await asyncio.gather(first, *rest)

    asyncio.run(all_of_it())
    assert order == ["app", "web", "app", "web", "web"]
    assert limit.close()


def test_work_stops_when_its_client_has_left_or_the_gateway_ends() -> None:
    limit, never = ConcurrencyLimit(workers=1, queue=8, seconds=30), threading.Event()

    async def all_of_it() -> None:
        left = asyncio.get_running_loop().create_future()
        tasks = [held(limit, Client(left=left), never) for _ in range(4)]
        await asyncio.sleep(0.05)
        assert limit.requests == 4
        left.set_result(None)
        gone = await asyncio.gather(*tasks, return_exceptions=True)
        assert [error.status for error in gone if isinstance(error, Refused)] == [499] * 4
        while limit.requests:
            await asyncio.sleep(0.01)
        last = [held(limit, Client(), never) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert await asyncio.to_thread(limit.close)
        ended = await asyncio.gather(*last, return_exceptions=True)
        assert [(error.status, error.code) for error in ended if isinstance(error, Refused)] == [(503, "ending")] * 2

    asyncio.run(all_of_it())


def test_time_that_ends_within_the_work_is_a_refusal_too() -> None:
    def late(job: Job) -> None:
        job.stop()
        job.check()

    with pytest.raises(Refused, match="no answer within 30 s") as refused:
        asyncio.run(ConcurrencyLimit(workers=1, queue=1, seconds=30).run(late))
    assert (refused.value.status, refused.value.code) == (503, "too_slow")


def test_the_end_does_not_wait_for_what_does_not_stop() -> None:
    limit, end = ConcurrencyLimit(workers=1, queue=1, seconds=0.1), threading.Event()

    async def all_of_it() -> None:
        with pytest.raises(Refused):
            await limit.run(lambda _: end.wait(30))
        assert not limit.close(0.1)

    asyncio.run(all_of_it())
    end.set()


def test_when_to_come_again_is_told_by_what_really_waits() -> None:
    limit, end = ConcurrencyLimit(workers=1, queue=3, seconds=30), threading.Event()

    async def waits() -> list[float]:
        for _ in range(20):  # short work of another kind says nothing of what waits
            await limit.run(lambda _: None, kind="short")
        tasks, told = [held(limit, Client(), end) for _ in range(4)], []
        for _ in range(2):
            await asyncio.sleep(0.6)
            with pytest.raises(Refused) as refused:
                await limit.run(lambda _: None, kind="short")
            told.append(refused.value.retry_after or 0)
        end.set()
        await asyncio.gather(*tasks)
        return told

    first, second = asyncio.run(waits())
    assert first >= 4 and second > first  # four run or wait, and longer the longer the first takes
    assert limit.close()


def raw(client: httpx.Client, content: bytes) -> socket.socket:
    host, port = client.base_url.host, client.base_url.port
    assert port is not None
    connection = socket.create_connection((host, port), timeout=30)
    connection.sendall(content)
    return connection


def test_broken_and_slow_clients_hold_nobody_up(recommender: Recommender, tmp_path: Path) -> None:
    with served(recommender, tmp_path, Limits(seconds=2)) as client:
        head = (
            f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {client.headers['Authorization']}\r\n"
            "Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
        ).encode()
        half = [raw(client, head + b'{"events": [{"user": "half-sent"') for _ in range(8)]
        for gone in half[4:]:
            gone.close()
        for junk in (b"\x00\xff\x16\x03junk\r\n\r\n", b"GET /v1/models\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n"):
            with raw(client, junk) as connection:
                assert b"200" not in connection.recv(100)
        started = time.monotonic()
        assert client.post("/v1/recommendations", json={"user": "1", "k": 1}).status_code == 200
        assert time.monotonic() - started < 2
        told = half[0].makefile("rb").read()  # to the end of the connection
        assert told.startswith(b"HTTP/1.1 408") and b"connection: close" in told.lower()
        for connection in half[:4]:
            connection.close()
        assert client.post("/v1/recommendations", json={"user": "half-sent"}).status_code == 404


def test_logs_are_json_and_tell_of_nobody(
    recommender: Recommender, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "llmrec.server"), served(recommender, tmp_path, Limits()) as client:
        body: dict[str, Any] = {"user": "secret-person", "query": "secret-wish"}
        client.post("/v1/recommendations", json=body)
        client.delete("/v1/users/secret-person")
        client.get("/v1/secret-path", headers={"Authorization": "Bearer secret-key"})
        try:
            raise ValueError("secret-message of secret-person")
        except ValueError as error:
            log_event("failed", logging.ERROR, error)
    lines = [JsonFormatter().format(record) for record in caplog.records]
    requests = [line for line in map(json.loads, lines) if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in requests] == [
        ("/v1/recommendations", 404), ("/v1/users/{user:path}", 404), ("none", 401)
    ]  # fmt: skip
    assert all(line["ms"] >= 0 and line["request"] for line in requests)
    assert [line.get("error") for line in map(json.loads, lines) if line["event"] == "failed"] == ["ValueError"]
    assert "secret" not in "".join(lines)
