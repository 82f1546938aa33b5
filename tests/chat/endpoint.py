"""A peer that speaks as much of OpenAI's API as a chat model needs, answers by heart, and can be made to fail."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from llmrec.chat.nlu.proposals import Proposal, ProposedCondition


def proposed(
    action: str = "ask", subject: str = "", query: str = "", *conditions: tuple[str, str, list[Any]]
) -> Proposal:
    """What a model might say of a line."""
    parts = [ProposedCondition(attribute=a, operator=o, values=v) for a, o, v in conditions]  # type: ignore[arg-type]
    return Proposal(action=action, subject=subject, query=query, conditions=parts)  # type: ignore[arg-type]


class Peer:
    """The endpoint at `url`; `answers`: what it says of a line, and of all others what is no JSON."""

    def __init__(self, answers: Mapping[str, Proposal], url: str) -> None:
        self.answers, self.url = answers, url
        self.asked: list[dict[str, Any]] = []
        """The bodies that came, the oldest first."""
        self.keys: list[str] = []
        """The header Authorization of each."""
        self.trouble = ""
        """What goes wrong: "silent" (no answer ever), "dripping" (a byte now and then), or a status."""
        self.left, self.ends = threading.Event(), threading.Event()
        """Whether a client has gone away from a dripping answer; whether the test is over."""

    @property
    def lines(self) -> list[str]:
        """What it was asked of."""
        return [body["messages"][-1]["content"] for body in self.asked]


@contextmanager
def peer(answers: Mapping[str, Proposal], port: int = 0) -> Iterator[Peer]:
    """A running endpoint on a port of its own, or on this."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.asked.append(body)
            found.keys.append(self.headers["Authorization"])
            if found.trouble == "silent":
                found.ends.wait()
            elif found.trouble == "dripping":
                self.drip()
            else:
                self.answer(int(found.trouble or 200), body)

        def drip(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            try:
                while not found.ends.wait(0.02):
                    self.wfile.write(b" ")
            except OSError:
                found.left.set()

        def answer(self, status: int, body: dict[str, Any]) -> None:
            known = found.answers.get(body["messages"][-1]["content"])
            message = {"role": "assistant", "content": known.model_dump_json() if known else "no JSON at all"}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            told = {"id": "1", "object": "chat.completion", "created": 0, "model": body["model"], "choices": [choice]}
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        found = Peer(answers, f"http://127.0.0.1:{server.server_port}/v1")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield found
        finally:
            found.ends.set()
            server.shutdown()
