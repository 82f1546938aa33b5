"""A batch in several processes and on a Ray cluster: the same file, also where a process or a machine is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import llmrec
from llmrec import batch
from llmrec.errors import BadInput, CheckpointError, LlmrecError
from llmrec.paths import home

pytestmark = pytest.mark.services

USERS = tuple(str(n) for n in range(1, 61))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "PART", 5)
    monkeypatch.setenv("LLMREC_HOME", str(home().resolve()))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """The file of one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "PART", 5)
        out = tmp_path_factory.mktemp("batch") / "recs.parquet"
        llmrec.recommend_all(out, users=USERS, k=5)
    yield out.read_bytes()


def test_processes_give_the_file_of_one(expected: bytes, tmp_path: Path) -> None:
    result = llmrec.recommend_all(tmp_path / "recs.parquet", users=USERS, k=5, workers=2)
    assert result.out.read_bytes() == expected


def test_errors_of_workers_end_the_run_in_their_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="absent"):
        llmrec.recommend_all(tmp_path / "recs.parquet", adapter=tmp_path / "absent", users=USERS, workers=2)


def test_a_worker_that_is_killed_ends_the_run_and_the_next_goes_on(expected: bytes, tmp_path: Path) -> None:
    def kill(done: int, _total: int) -> None:
        if done:
            for worker in workers():
                os.kill(worker, signal.SIGKILL)

    with pytest.raises(LlmrecError, match="ended from outside"):
        llmrec.recommend_all(tmp_path / "recs.parquet", users=USERS, k=5, workers=2, progress=kill)
    result = llmrec.recommend_all(tmp_path / "recs.parquet", users=USERS, k=5, workers=2)
    assert result.resumed >= 5 and result.out.read_bytes() == expected


def workers() -> list[int]:
    import multiprocessing

    return [process.pid for process in multiprocessing.active_children() if process.pid]


def test_a_command_that_is_killed_leaves_no_workers_and_goes_on(tmp_path: Path) -> None:
    asked = tmp_path / "users.txt"
    asked.write_text("".join(f"{user}\n" for user in range(1, 601)))
    command = [sys.executable, "-m", "llmrec.cli", "recommend-all", "-k", "3", "--workers", "2"]
    command += ["--users", str(asked), "--out"]
    out = tmp_path / "recs.parquet"
    with subprocess.Popen([*command, str(out)], stderr=subprocess.PIPE, start_new_session=True) as run:
        parts = tmp_path / "recs.parquet.parts"
        while run.poll() is None and not list(parts.glob("*.parquet")):
            time.sleep(0.2)
        run.kill()
    for _ in range(100):
        if not (left := members(run.pid)):
            break
        time.sleep(0.2)
    assert not left
    done = subprocess.run([*command, str(out)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "are there from an earlier run" in done.stderr
    lists = pd.read_parquet(out)
    assert len(lists) == 3 * 600 == len(lists.drop_duplicates(["user_id", "item_id"]))


def members(session: int) -> list[str]:
    """Processes of a session that have not ended."""
    found = subprocess.run(["ps", "-o", "pid=,stat=", "-s", str(session)], capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if " Z" not in line]


def test_actors_of_ray_give_the_file_of_one_process(expected: bytes, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    result = llmrec.recommend_all(tmp_path / "recs.parquet", users=USERS, k=5, workers=2, ray="local")
    assert result.out.read_bytes() == expected
    with pytest.raises(CheckpointError, match="absent"):
        llmrec.recommend_all(tmp_path / "other.parquet", adapter=tmp_path / "absent", users=USERS, ray="local")


def test_no_cluster_at_an_address_is_said(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with pytest.raises(BadInput, match="no Ray cluster answers"):
        llmrec.recommend_all(tmp_path / "recs.parquet", users=USERS, ray="127.0.0.1:9")


def test_a_machine_that_is_lost_costs_no_user(expected: bytes, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        nodes = [cluster.add_node(num_cpus=1), cluster.add_node(num_cpus=1)]
        cluster.wait_for_nodes()
        removed: list[int] = []

        def remove(done: int, _total: int) -> None:
            if done >= 10 and not removed:
                removed.append(done)
                cluster.remove_node(nodes[1], allow_graceful=False)

        result = llmrec.recommend_all(
            tmp_path / "recs.parquet", users=USERS, k=5, workers=2, ray=cluster.address, progress=remove
        )
    finally:
        cluster.shutdown()
    assert removed and result.out.read_bytes() == expected
