"""The engine over a real vLLM on this machine's CPU: it agrees with the local one, under load; and it may be killed.

The local engine writes with int8 weights on a CPU, whose greedy text differs from float32 in a few words. What vLLM
must agree with to the letter is the same writing model in float32 on transformers.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from eval.faults.replicas import LOADS, killed
from eval.serving.servers import Gateway, Vllm, vllm_python
from llmrec.engine import remote
from llmrec.engine.vllm import VllmEngine
from llmrec.errors import SetupError
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


@pytest.fixture(scope="module")
def shop() -> Iterator[Recommender]:
    """The demo's, its LLM in this process; skips where there is no vLLM."""
    try:
        vllm_python()
    except SetupError as error:
        pytest.skip(str(error))
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


@pytest.mark.parametrize("role", ["rank", "write"])
def test_one_of_two_is_killed_under_load_and_no_request_is_lost(
    role: str, servers: tuple[Vllm, Vllm], tmp_path: Path
) -> None:
    """The command `python -m eval.faults --vllm` does it with two of each."""
    first = servers[("rank", "write").index(role)]
    second = first.another(tmp_path / f"{role}.log")
    try:
        second.wait()
        addresses = [each.url for each in servers]
        addresses[servers.index(first)] += f",{second.url}"
        words = ["--engine", "vllm?" + ";".join(addresses), "--writer", "llm"]
        gateway = Gateway([*words, "--database", f"sqlite:///{tmp_path}/store.db"], tmp_path / "log")
        try:
            found = killed(gateway, tmp_path / "log", (first, second), LOADS[role], 10)
        finally:
            gateway.kill()
    finally:
        second.kill()
    print(found)
    assert {*found["answers by status"]} == {"200"} and found["requests"] > LOADS[role].at_once + 1
    assert found["degraded"] == {} and found["others than before"] == 0
    assert found["vLLM away in the log"] == found["vLLM back in the log"] == 1
    assert min(found["answered by each until the kill"]) > 0


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()
