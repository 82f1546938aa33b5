"""Engines: in this process, batch and single agree; over vLLM, failing servers are replaced, told and used again.

What a real vLLM answers is in tests/e2e/test_vllm.py; the server here answers only to inject faults.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmrec.engine import remote, replicas
from llmrec.engine.base import Generated
from llmrec.engine.local import LocalEngine
from llmrec.engine.vllm import VllmEngine, _addresses
from llmrec.errors import BadInput, CheckpointError, EngineMismatch
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.paths import home, resource
from llmrec.setup import base_folder

DEAD = "http://127.0.0.1:9"
"""Port 9 (discard): nobody listens."""
HISTORIES, QUERIES = [(0, 1, 2), ()], ["", "a comedy"]


class Faulty(ThreadingHTTPServer):
    """Answers as a vLLM does, but for `wrong`: path -> (status, body). Its hidden states are all ones."""

    daemon_threads, request_queue_size = True, 128

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Answers)
        self.wrong: dict[str, tuple[int, Any]] = {}
        self.silent = threading.Event()
        self.asked: list[str] = []
        state = base64.b64encode(np.ones(32, "<f4").tobytes()).decode()
        self.right = {
            "/version": {"version": "0.32.0"},
            "/health": {},
            "/v1/models": {"data": [{"id": "pack/rank"}]},
            "/pooling": {"data": [{"data": state}]},
        }
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server = self.server
        assert isinstance(server, Faulty)
        server.asked.append(self.path)
        while server.silent.is_set():
            time.sleep(0.02)
        status, body = server.wrong.get(self.path, (200, server.right.get(self.path)))
        told = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        return


class _Impatient(_Answers):
    """Keeps a connection for a moment, and breaks it where a request comes later: as a timer that fires just then."""

    protocol_version, keeps, answered = "HTTP/1.1", 0.4, 0.0

    def do_GET(self) -> None:
        if self.answered and time.monotonic() - self.answered > self.keeps:
            self.close_connection = True
            return
        super().do_GET()
        self.answered = time.monotonic()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "RETRY_INTERVAL", 0.05)
    monkeypatch.setattr(replicas, "HEALTH_INTERVAL", 0.05)


@pytest.fixture
def local(make_model: Callable[..., tuple[RecLM, ItemTable]], tiny_base: Path) -> LocalEngine:
    return LocalEngine(*make_model(), tiny_base, None)


@pytest.fixture
def server() -> Iterator[Faulty]:
    server = Faulty()
    yield server
    server.stop()


def over(local: LocalEngine, *urls: str) -> VllmEngine:
    return VllmEngine(local, urls, "pack/rank", [DEAD], "")


def asked(engine: VllmEngine) -> tuple[np.ndarray, set[str]]:
    found = engine.query_vectors(HISTORIES, QUERIES)
    return found.vectors, set(found.degraded)


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def test_with_nobody_at_the_port_it_ranks_here_at_once_and_says_so(local: LocalEngine) -> None:
    engine = VllmEngine(local, [DEAD], "pack/rank", [DEAD], "pack/write")
    q, missed = asked(engine)
    assert np.array_equal(q, local.query_vectors(HISTORIES, QUERIES).vectors) and missed == {"llm"}
    assert engine.generate(["a", "b"], 0) == Generated(("", ""), frozenset({"llm"}))


def test_a_connection_that_the_server_closes_when_idle_is_not_used_again(
    local: LocalEngine, server: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "KEEP_ALIVE", 0.2)
    server.RequestHandlerClass = _Impatient
    engine = over(local, server.url)
    for _ in range(3):
        assert asked(engine)[1] == set()
        time.sleep(0.5)
    assert asked(engine)[1] == set()


def test_a_pack_that_writes_nothing_misses_no_writer(local: LocalEngine, server: Faulty) -> None:
    assert over(local, server.url).generate(["a"], 0) == Generated(("",))


def test_what_dies_amid_requests_is_asked_no_more_and_comes_back_by_itself(local: LocalEngine) -> None:
    server = Faulty()
    engine = over(local, server.url)
    served, missed = asked(engine)
    assert missed == set() and np.allclose(served[0], served[1])  # states of ones, whatever is asked
    server.stop()
    q, missed = asked(engine)
    assert missed == {"llm"} and np.array_equal(q, local.query_vectors(HISTORIES, QUERIES).vectors)
    again = Faulty(server.server_port)
    try:
        assert until(lambda: asked(engine)[1] == set())
        assert np.array_equal(asked(engine)[0], served)
    finally:
        again.stop()


def test_a_replica_that_is_lost_under_load_loses_no_request(local: LocalEngine) -> None:
    servers = [Faulty(), Faulty()]
    engine = over(local, *(server.url for server in servers))
    with ThreadPoolExecutor(8) as pool:
        flying = [pool.submit(asked, engine) for _ in range(120)]
        until(lambda: sum(each.done() for each in flying) >= 20)
        servers[0].stop()
        assert all(each.result()[1] == set() for each in flying)
    told = [server.asked.count("/pooling") for server in servers]
    assert min(told) > 10 and sum(told) >= 240  # both were asked, and what the first lost went to the second
    again = Faulty(servers[0].server_port)
    assert until(lambda: asked(engine)[1] == set() and again.asked.count("/pooling") > 1)
    servers[1].stop()
    assert until(lambda: asked(engine)[1] == set())
    again.stop()
    assert asked(engine)[1] == {"llm"}  # none is left: ranked here, and said so


def test_a_replica_that_hangs_gets_no_further_requests(
    local: LocalEngine, server: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "PING_SECONDS", 1.0)
    hanging = Faulty()
    engine = over(local, hanging.url, server.url)
    hanging.silent.set()
    with ThreadPoolExecutor(2) as pool:
        first = [pool.submit(asked, engine) for _ in range(2)]
        time.sleep(4 * replicas.HEALTH_INTERVAL + remote.PING_SECONDS)
        before = hanging.asked.count("/pooling")
        assert [asked(engine)[1] for _ in range(20)] == [set()] * 20
        assert hanging.asked.count("/pooling") == before
        hanging.silent.clear()
        assert [each.result()[1] for each in first] == [set(), set()]
    hanging.stop()


def test_addresses_of_several_servers() -> None:
    assert _addresses("http://a,http://b/") == (["http://a"], ["http://b"])
    assert _addresses("http://a,http://b;http://c") == (["http://a", "http://b"], ["http://c"])
    for wrong in ("http://a", "http://a,http://b,http://c", "a;b", "http://a;http://b;http://c", "http://a;"):
        with pytest.raises(BadInput, match="addresses of the ranking"):
            _addresses(wrong)
    with pytest.raises(BadInput, match="twice"):
        _addresses("http://a,http://a;http://b")


def test_a_server_that_fails_inside_is_away_and_not_asked_by_every_request(local: LocalEngine, server: Faulty) -> None:
    engine = over(local, server.url)
    server.wrong["/pooling"] = (500, {"error": {"message": "EngineDeadError"}})
    server.wrong["/version"] = (503, {})
    assert asked(engine)[1] == {"llm"}
    before = server.asked.count("/pooling")
    assert [asked(engine)[1] for _ in range(20)] == [{"llm"}] * 20
    assert server.asked.count("/pooling") == before
    server.wrong.clear()
    assert until(lambda: asked(engine)[1] == set())


def test_a_request_that_the_server_declines_is_ranked_here_alone(local: LocalEngine, server: Faulty) -> None:
    engine = over(local, server.url)
    server.wrong["/pooling"] = (400, {"error": {"message": "the prompt is too long"}})
    assert asked(engine)[1] == {"llm"}
    server.wrong.clear()
    assert asked(engine)[1] == set()  # at once: it was never away


@pytest.mark.parametrize(
    ("path", "answer", "sentence"),
    [
        ("/version", (200, {"version": "0.12.9"}), r"is vLLM 0\.12\.9; llmrec needs 0\.13\.0 or newer"),
        ("/version", (200, {"version": "dev"}), "needs 0.13.0 or newer"),
        ("/version", (404, {"detail": "Not Found"}), "is no vLLM"),
        ("/v1/models", (200, {"data": [{"id": "other/rank"}]}), "serves other/rank, but this adapter pack's is pack/"),
        ("/pooling", (400, {"error": {"message": "unknown part"}}), "takes no prompt embeddings at /pooling"),
        ("/pooling", (200, {"data": [{"data": "AACAPw=="}]}), "states of 1 numbers, the model's have 32"),
    ],
)
def test_a_server_that_does_not_fit_is_refused_at_the_start(
    local: LocalEngine, server: Faulty, path: str, answer: tuple[int, Any], sentence: str
) -> None:
    server.wrong[path] = answer
    with pytest.raises(EngineMismatch, match=sentence) as refused:
        over(local, server.url)
    assert "\n" not in str(refused.value)


def test_what_comes_back_as_another_model_stays_away(local: LocalEngine, server: Faulty) -> None:
    engine = over(local, server.url)
    server.wrong["/pooling"] = (500, {})
    asked(engine)
    server.wrong = {"/v1/models": (200, {"data": [{"id": "other/rank"}]})}
    seen = server.asked.count("/v1/models")
    assert until(lambda: server.asked.count("/v1/models") > seen + 2)
    assert asked(engine)[1] == {"llm"}


def test_other_items_share_the_servers(
    local: LocalEngine, server: Faulty, make_model: Callable[..., tuple[RecLM, ItemTable]]
) -> None:
    engine = over(local, server.url)
    server.wrong["/pooling"] = (500, {})
    asked(engine)
    assert asked(engine.over(make_model()[1], [0]))[1] == {"llm"}
    server.wrong.clear()
    assert until(lambda: asked(engine.over(make_model()[1], [0]))[1] == set())


@pytest.fixture(scope="module")
def writer() -> LocalEngine:
    checkpoint = resource("adapters") / "ml-100k"
    return LocalEngine(None, None, base_folder(home()), checkpoint / "rationale")  # type: ignore[arg-type]


def test_greedy_words_do_not_change(writer: LocalEngine) -> None:
    prompt = 'film: "Heat" (crime, thriller, 1990s)\nwatched: "Casino", strong; both crime, 1990s\nWhy, film first:'
    first, again = writer.generate([prompt], 0), writer.generate([prompt], 0)
    assert first == again
    assert first.texts[0].strip()


def test_another_seed_may_write_otherwise_but_the_same_again(writer: LocalEngine) -> None:
    prompt = 'film: "Heat" (crime, thriller, 1990s)\nwatched: "Casino", strong; both crime, 1990s\nWhy, history first:'
    assert writer.generate([prompt] * 2, 1) == writer.generate([prompt] * 2, 1)


def test_a_truncated_rationale_adapter_is_refused(tmp_path: Path) -> None:
    for file in (resource("adapters") / "ml-100k" / "rationale").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[: 20_000 if file.suffix == ".safetensors" else None])
    engine = LocalEngine(None, None, base_folder(home()), tmp_path)  # type: ignore[arg-type]
    with pytest.raises(CheckpointError, match="damaged"):
        engine.generate(["a"], 0)
