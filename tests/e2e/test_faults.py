"""The gateway and its Chroma server as processes, killed amid acknowledged work; and how a gateway ends."""

import json
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from eval.faults.gateways import run_several
from eval.faults.one_gateway import ITEMS, PEOPLE, run
from eval.serving.servers import Gateway, Postgres
from llmrec import paths

pytestmark = pytest.mark.services


def test_nothing_acknowledged_is_lost_and_nobody_deleted_is_left(tmp_path: Path) -> None:
    """The command `python -m eval.faults` does it fifty times."""
    found = run(2, tmp_path / "faults")
    assert found["lost or left"] == []
    assert all(found["acknowledged"].values()) and found["exit status in the end"] == 0


def test_gateways_on_one_postgresql_agree_and_lose_nothing_when_one_is_killed(tmp_path: Path) -> None:
    """The command `python -m eval.faults --gateways` does it at length."""
    if not shutil.which("initdb"):
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not installed")
    found = run_several(tmp_path / "several", operations=60, seconds=15, starts=3)
    assert found["started at once, and up"] == [3, 3] and found["first keys made"] == 1
    assert found["put at one until found at the other"]["p50 ms"] < 1000
    answers = found["answers of the two and of one started then"]
    assert answers["different"] == 0, answers["the first of them"]
    assert found["kills"]["kills"] and found["kills"]["lost"] == []
    assert {*found["kills"]["answers by status"]} <= {"200", "201", "202", "404", "429"}
    assert found["answers of the two after the kills"]["different"] == 0


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small catalogue, with a data directory of its own beside it."""
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "items.csv").write_text(ITEMS)
    (tmp_path / "films" / "interactions.csv").write_text(PEOPLE)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(paths.home() / "models")
    return tmp_path


def test_a_gateway_that_is_told_to_end_ends_what_runs(shop: Path) -> None:
    gateway = Gateway(
        ["--data", str(shop / "films"), "--adapter", "ml-100k"], shop / "log", {"LLMREC_HOME": str(shop / "home")}
    )
    body = {"user": "somebody", "query": "robots", "k": 10, "explain": True}
    with gateway.client() as client, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.post, "/v1/recommendations", json=body)
        while "llmrec_gate_requests 1.0" not in httpx.get(f"{gateway.address}/metrics").text and not asked.done():
            time.sleep(0.01)
        assert gateway.end() == 0
        answer = asked.result()
    assert answer.status_code == 200 and all(item["rationale"]["text"] for item in answer.json()["items"])
    lines = [json.loads(line) for line in (shop / "log").read_text().splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines][-1] != "failed" and "ending" in [line["event"] for line in lines]


def children(gateway: Gateway) -> list[psutil.Process]:
    """The processes that serve; Python has one more, which serves nobody."""
    assert gateway._process is not None
    return [
        each for each in psutil.Process(gateway._process.pid).children() if "spawn_main" in " ".join(each.cmdline())
    ]


def metric(gateway: Gateway, name: str) -> float:
    lines = httpx.get(f"{gateway.address}/metrics", timeout=60).text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def test_several_processes_behind_one_port_share_all_and_a_lost_one_is_replaced(shop: Path) -> None:
    if not shutil.which("initdb"):
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not installed")
    words = ["--data", str(shop / "films"), "--adapter", "ml-100k", "--index", "exact", "--workers", "2"]
    with Postgres() as postgres:
        gateway = Gateway(
            [*words, "--database", postgres.url], shop / "log", {"LLMREC_HOME": str(shop / "home")}
        )  # fmt: skip
        try:
            end = time.monotonic() + 240
            while metric(gateway, "llmrec_workers") < 2 and time.monotonic() < end:
                time.sleep(0.2)
            lost, other = children(gateway)
            statuses = [post(gateway, "/v1/events", {"events": [{"user": f"u{n}", "item": "f1"}]}) for n in range(10)]
            lost.kill()
            lost.wait()
            statuses += [post(gateway, "/v1/events", {"events": [{"user": f"u{n}", "item": "f2"}]}) for n in range(10)]
            assert statuses == [201] * 20
            for serving in (1, 2):  # it is missed, and then replaced
                while metric(gateway, "llmrec_workers") != serving and time.monotonic() < end:
                    time.sleep(0.05)
            assert lost.pid not in {each.pid for each in children(gateway)} and other.is_running()
            # what the lost one counted is still counted, but perhaps the one that it had answered just then
            assert metric(gateway, 'llmrec_requests_total{method="POST",route="/v1/events",status="201"}') in (19, 20)
            assert metric(gateway, "llmrec_workers") == 2
            assert post(gateway, "/v1/recommendations", {"user": "u3", "k": 2}) == 200
            left = children(gateway)
            assert gateway.end() == 0 and not any(each.is_running() for each in left)
        finally:
            gateway.kill()


def post(gateway: Gateway, path: str, body: object) -> int:
    with gateway.client() as client:
        return client.post(path, json=body).status_code


FULL = """
set -e
mount -t tmpfs -o size=300k none "$1"
shift
exec "$@"
"""


def test_a_full_disk_is_told_and_loses_nothing(shop: Path) -> None:
    disk = shop / "disk"
    disk.mkdir()
    namespace = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*namespace, "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    start = [*namespace, "sh", "-c", FULL, "sh", str(disk), sys.executable]
    words = ["--data", str(shop / "films"), "--adapter", "ml-100k", "--database", f"sqlite:///{disk}/store.db"]
    gateway = Gateway(words, shop / "log", {"LLMREC_HOME": str(shop / "home")}, start)
    try:
        with gateway.client() as client:
            kept, status = 0, 201
            while status == 201 and kept < 500:
                events = [{"user": f"{'x' * 150}-{kept}-{n}", "item": "f1"} for n in range(10)]
                answer = client.post("/v1/events", json={"events": events})
                status = answer.status_code
                kept += status == 201
            assert status == 507 and "free some space" in answer.json()["error"]["message"]
            assert client.get("/readyz").status_code == client.get("/v1/items/f1").status_code == 200
            for n in (0, kept // 2, kept - 1):  # people are answered, and what was acknowledged is there
                answer = client.post("/v1/recommendations", json={"user": f"{'x' * 150}-{n}-9", "k": 2})
                assert answer.status_code == 200 and answer.json()["history"] == ["f1"]
            assert "disk is full" in answer.json()["notes"][-1]
    finally:
        gateway.kill()
