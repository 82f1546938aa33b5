"""`llmrec serve` as a process: the first start's key, what survives `kill -9`, how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from llmrec.chat.nlu.chat_model import TRIAL
from tests.chat.nlu.test_chat_model import peer, proposed
from tests.e2e.conftest import home_in, serving

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a store of its own."""
    return home_in(tmp_path_factory.mktemp("home"))


def talk(address: str, key: str) -> None:
    """As the README shows it: the standard client, streamed."""
    from openai import AuthenticationError, OpenAI

    client = OpenAI(base_url=f"{address}/v1", api_key=key)
    query = [{"role": "user", "content": "something funny from the 90s, not horror"}]
    stream = client.chat.completions.create(model="llmrec", user="42", messages=query, stream=True)  # type: ignore
    pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
    text = "".join(pieces)
    assert sum(bool(piece) for piece in pieces) >= 10
    assert [bool(re.search(rf"^{n}\. .* \(199\d\) · ", text, re.M)) for n in range(1, 6)] == [True] * 5
    assert text.count("\n(") == 5
    assert "llmrec" in [model.id for model in client.models.list()]
    whole = client.chat.completions.create(model="llmrec", user="42", messages=query)  # type: ignore
    assert whole.choices[0].message.content == text
    newer = client.responses.create(model="llmrec", input="something warm", max_output_tokens=20)
    assert "\n1. " in newer.output_text and newer.status == "incomplete"
    with pytest.raises(AuthenticationError):
        OpenAI(base_url=f"{address}/v1", api_key="llmrec-wrong").models.list()


def test_the_gateway_keeps_what_it_acknowledged_and_ends_in_order(own_home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving(own_home, log) as (process, address, key):
        assert key is not None
        client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        assert client.get("/readyz").json()["status"] == "ready"
        assert httpx.post(f"{address}/v1/recommendations", json={}).status_code == 401
        talk(address, key)
        for item in ("50", "172", "181"):
            event = {"user": "killed-amid", "item": item}
            assert client.post("/v1/events", json={"events": [event]}).status_code == 201
        process.kill()

    with serving(own_home, log) as (process, address, again):
        assert again is None  # the key of the first start goes on
        client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        made = subprocess.run(
            [sys.executable, "-m", "llmrec.cli", "keys", "create", "--tenant", "other", "--json"],
            env=os.environ | {"LLMREC_HOME": str(own_home)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        other = {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}
        assert client.post("/v1/recommendations", json={"user": "killed-amid"}, headers=other).status_code == 404
        answer = client.post("/v1/recommendations", json={"user": "killed-amid", "k": 3}).json()
        assert answer["history"] == ["50", "172", "181"] and len(answer["items"]) == 3
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert {"ready", "request", "ending"} <= {line["event"] for line in lines}
    assert "killed-amid" not in log.read_text() and key not in log.read_text()


def test_no_file_of_the_home_tells_of_who_was_forgotten(own_home: Path) -> None:
    """Database, logs, media, caches; the command deletes while no gateway runs."""
    log, user, words = own_home / "log", "forgotten-in-the-end", "a musical about a lighthouse in Zeeland"

    def llmrec(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "llmrec.cli", "users", *words]
        return subprocess.run(command, env=os.environ | {"LLMREC_HOME": str(own_home)}, capture_output=True, text=True)

    def traces() -> set[str]:
        files = [file for file in own_home.rglob("*") if file.is_file() and not file.is_symlink()]
        assert {"store.db", "log"} <= {file.name for file in files}
        content = b"".join(file.read_bytes() for file in files)
        return {trace for trace in (user, "lighthouse", "Zeeland", "order-of-theirs") if trace.encode() in content}

    with serving(own_home, log, ["--keep-days", "7"]) as (process, address, _):
        made = llmrec_key(own_home)
        client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {made}"}, timeout=120)
        event = {"user": user, "item": "50", "kind": "like", "timestamp": 1.5e9, "id": "order-of-theirs"}
        assert client.post("/v1/events", json={"events": [event]}).status_code == 201
        for name in (user, f"{user}-who-only-talked"):
            body = {"user": name, "messages": [{"role": "user", "content": words}]}
            assert client.post("/v1/chat/completions", json=body).status_code == 200
        given = client.get(f"/v1/users/{user}/export").json()
        assert given["events"] == [event] and len(given["answers"]) == len(given["conversations"]) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert {user, "lighthouse", "order-of-theirs"} <= traces()
    assert json.loads(llmrec("export", user).stdout) == given
    for name in (user, f"{user}-who-only-talked"):
        done = llmrec("forget", name)
        assert done.returncode == 0 and "answers 1, conversations 1" in done.stdout, done.stderr
    assert traces() == set()


def llmrec_key(home: Path) -> str:
    """A key of the gateway whose data directory this is."""
    made = subprocess.run(
        [sys.executable, "-m", "llmrec.cli", "keys", "create", "--json"],
        env=os.environ | {"LLMREC_HOME": str(home)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return str(json.loads(made.stdout)["key"])


def test_a_chat_model_reads_along_and_nobody_else_hears_of_it(own_home: Path, tmp_path: Path) -> None:
    """Whatever the environment asks LangChain and its client to trace and to log."""
    line, log = "I could do with a laugh", tmp_path / "log"
    answers = {line: proposed("ask", "", "a laugh", ("genres", "=", ["Comedy"])), TRIAL: proposed()}
    with peer(answers) as endpoint, socket.create_server(("127.0.0.1", 0)) as langsmith:
        env = {
            "OPENAI_API_KEY": "sk-nobody-sees-this", "OPENAI_LOG": "debug", "LANGSMITH_API_KEY": "any",
            "LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{langsmith.getsockname()[1]}",
        }  # fmt: skip
        words = ["--chat-url", endpoint.url, "--chat-model", "by-heart"]
        words += ["--database", f"sqlite:///{tmp_path / 'store.db'}"]
        with serving(own_home, log, words, env) as (process, address, key):
            body = {"model": "llmrec", "messages": [{"role": "user", "content": line}]}
            head = {"Authorization": f"Bearer {key}"}
            answer = httpx.post(f"{address}/v1/chat/completions", json=body, headers=head, timeout=120).json()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0  # what waits to be traced would be sent by now
        assert answer["recommendations"]["conditions"] == ["genres=Comedy"]
        assert endpoint.lines == [TRIAL, line] and set(endpoint.keys) == {"Bearer sk-nobody-sees-this"}
        langsmith.setblocking(False)
        with pytest.raises(BlockingIOError):
            langsmith.accept()
    assert "laugh" not in log.read_text() and "sk-nobody" not in log.read_text()


def test_a_start_that_fails_shows_no_key(tmp_path: Path) -> None:
    """Else the next start, which works, would keep silent about it."""
    store = f"sqlite:///{tmp_path / 'store.db'}"  # an empty one, which has no key yet
    command = [
        sys.executable, "-m", "llmrec.cli", "serve", "--port", "0", "--adapter", str(tmp_path), "--database", store,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "API key" not in done.stdout and "is no checkpoint" in done.stderr
