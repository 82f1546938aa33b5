"""Several processes (batches, also on a Ray cluster and where one is lost, and a training) give what one gives."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import llmrec
from llmrec import batch
from llmrec.catalog import Catalog, Item
from llmrec.encoders.extract import PART
from llmrec.errors import BadInput, CheckpointError, LlmrecError
from llmrec.model.checkpoint import load_checkpoint
from llmrec.paths import home
from llmrec.recommender import Recommender
from llmrec.train.config import RationaleConfig
from llmrec.train.run import train
from llmrec.train.training_state import load_training_state
from llmrec.workers import Workers
from tests.train.test_run import CONFIG, write_catalogue

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
    result = llmrec.recommend_all(tmp_path / "recs.parquet", users=USERS, k=5, workers=2, ray="local")
    assert result.out.read_bytes() == expected
    with pytest.raises(CheckpointError, match="absent"):
        llmrec.recommend_all(tmp_path / "other.parquet", adapter=tmp_path / "absent", users=USERS, ray="local")


def test_no_cluster_at_an_address_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no Ray cluster answers"):
        llmrec.recommend_all(tmp_path / "recs.parquet", users=USERS, ray="127.0.0.1:9")
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        with pytest.raises(BadInput, match="no Ray"):
            llmrec.recommend_all(tmp_path / "recs.parquet", users=USERS, ray=f"127.0.0.1:{other.server_port}")
        other.shutdown()


def test_a_machine_that_is_lost_costs_no_user(expected: bytes, tmp_path: Path) -> None:
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


def texts(count: int) -> Catalog:
    """Items whose texts no other has."""
    shapes = ("a lamp", "a chair", "a bowl", "a shelf", "a rug")
    items = [Item(f"i{n}", f"Number {n}", f"{shapes[n % 5]} of {n // 5} parts") for n in range(count)]
    return Catalog("texts", tuple(items), {})


def test_a_machine_that_is_lost_costs_no_item_of_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ray.cluster_utils import Cluster

    count, files = 6_000, "features/all-MiniLM*/*.safetensors"
    homes = [tmp_path / name for name in ("pool", "ray")]
    for each in homes:
        each.mkdir()
        for kept in ("models", "datasets"):
            (each / kept).symlink_to(home().resolve() / kept)
    monkeypatch.setenv("LLMREC_HOME", str(homes[0]))
    by_pool = Recommender.from_pretrained("ml-100k", texts(count), encoding=Workers(2))

    monkeypatch.setenv("LLMREC_HOME", str(homes[1]))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    lost: list[int] = []
    try:
        nodes = [cluster.add_node(num_cpus=1), cluster.add_node(num_cpus=1)]
        cluster.wait_for_nodes()

        def lose() -> None:
            while (parts := len([*homes[1].glob(files)])) < 6:
                time.sleep(0.1)
            lost.append(parts)
            cluster.remove_node(nodes[1], allow_graceful=False)

        threading.Thread(target=lose, daemon=True).start()
        by_ray = Recommender.from_pretrained("ml-100k", texts(count), encoding=Workers(2, cluster.address))
    finally:
        cluster.shutdown()
    assert lost and lost[0] < count / PART["text"]
    assert by_ray.index()["items"] == by_pool.index()["items"] == count
    ours, theirs = by_ray.pipeline.media, by_pool.pipeline.media
    assert ours.mask["text"].all()
    assert np.array_equal(ours.vectors["text"][:], theirs.vectors["text"][:])
    for each in (by_ray, by_pool):
        each.pipeline.index.close()


@pytest.mark.parametrize("divided", [False, True])
def test_two_processes_train_as_one_does(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, divided: bool
) -> None:
    """Without dropout, whose masks each process draws for its own prompts; 11 prompts a step leave one over.

    Divided: the base's frozen layers lie half with each, as `accelerate launch --use_fsdp` asks by this variable.
    """
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    data = write_catalogue(tmp_path / "data", users=12, items=16, events=12)
    config = CONFIG.changed(
        base=tiny_base, rationale=RationaleConfig(pairs=0), epochs=3, batch=11, dropout=0.0, sampled_items=8
    )
    recipe, one, two = tmp_path / "train.yaml", tmp_path / "one", tmp_path / "two"
    recipe.write_text(config.as_yaml())
    train(data, one, config)
    launched = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command = ["-m", "llmrec.cli", "train", "--data", str(data), "--out", str(two), "--config", str(recipe)]
    done = subprocess.run(
        [*launched, *command],
        env={**os.environ, "GLOO_SOCKET_IFNAME": "lo", "ACCELERATE_USE_FSDP": str(divided).lower()},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("folder") == 1  # one of them tells of the checkpoint
    for name in ("select", "refit"):
        (a,), (b,) = ([*(run / "state").glob(f"{name}*.safetensors")] for run in (one, two))
        assert a.name == b.name
        first, second = load_training_state(a), load_training_state(b)
        assert first is not None and second is not None
        for part in ("weights", "average", "best"):
            for key, mine in first[part].items():
                if key == "item_head.bias":
                    continue  # moves all scores alike: its gradient is noise, which Adam makes as large as any
                torch.testing.assert_close(second[part][key], mine, rtol=1e-4, atol=1e-5)
        losses = [[row["loss"] for row in state["progress"]["log"]] for state in (first, second)]
        assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    assert load_checkpoint(two).info.metrics == pytest.approx(load_checkpoint(one).info.metrics, abs=0.02)

    # Goes on with one process where two stopped.
    more = train(data, two, config.changed(epochs=4))
    assert len(more.log) > len(losses[0])
