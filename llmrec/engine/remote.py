"""Client of one vLLM server that may be unreachable.

While it is unreachable, requests fail at once, and a thread checks it every `RETRY_INTERVAL` seconds.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
from packaging.version import InvalidVersion, Version

from llmrec.errors import EngineMismatch

LOG = logging.getLogger(__name__)
OLDEST = Version("0.13.0")
"""Older versions deserialise prompt embeddings unsafely (CVE-2025-62164)."""
RETRY_INTERVAL = 2.0
"""Seconds between two checks of an unreachable server."""
TIMEOUT = httpx.Timeout(45.0, connect=2.0)
"""Seconds for one answer of a server under load (the gateway's own limit is 60), and for a connection."""
PING_SECONDS = 5.0
"""Seconds for a sign of life."""
MAX_CONNECTIONS = 64
"""Connections to one server: for all requests inside the gateway, and for the parallel prompts of one of them."""

KEEP_ALIVE = 2.0
"""Seconds that an idle connection is kept: less than the five after which vLLM closes it. With as many, a request that
is sent at that very moment finds the connection broken, and a server that lives is taken to be away."""


class NoAnswer(Exception):
    """The server gave no usable answer."""


class ServerUnreachable(NoAnswer):
    """The server does not answer at all, so the next request would fail, too."""


class RequestRefused(NoAnswer):
    """The server answers that this request is invalid."""


class Remote:
    """One vLLM server. Safe for use by several threads."""

    def __init__(self, role: str, url: str, model: str, probe: Callable[["Remote"], None]) -> None:
        """Configure the client; nothing is sent before `check`.

        Parameters
        ----------
        role
            What the server is for, in log lines.
        url
            Its address.
        model
            The name that it must serve.
        probe
            Sends one request of the server's kind; raises `EngineMismatch` where the answer is unusable.
        """
        self.role, self.url, self.model, self._probe = role, url, model, probe
        limits = httpx.Limits(
            max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS, keepalive_expiry=KEEP_ALIVE
        )
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT, limits=limits, trust_env=False)
        self._lock, self.unreachable = threading.Lock(), False
        self.version = ""

    def check(self) -> None:
        """Check version, model and one answer.

        Raises
        ------
        EngineMismatch
            Where the server is too old or serves another model.
        ServerUnreachable
            Where it does not answer.
        """
        try:
            self.version = str(self._send("GET", "/version").get("version", "none"))
            served = [str(model.get("id")) for model in self._send("GET", "/v1/models").get("data", [])]
        except RequestRefused as error:
            raise EngineMismatch(f"{error}; it is no vLLM") from error
        try:
            outdated = Version(self.version) < OLDEST
        except InvalidVersion:
            outdated = True
        if outdated:
            raise EngineMismatch(f"{self.url} is vLLM {self.version}; llmrec needs {OLDEST} or newer, so update it")
        if self.model not in served:
            raise EngineMismatch(
                f"{self.url} serves {', '.join(served) or 'no model'}, but this adapter pack's is {self.model}; "
                "export the pack with `llmrec export` and serve that"
            )
        self._probe(self)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send a request with the model's name.

        Parameters
        ----------
        path
            Of the endpoint.
        body
            JSON object without `model`.

        Returns
        -------
        dict
            The answer's JSON.

        Raises
        ------
        RequestRefused
            Where the server calls the request invalid.
        ServerUnreachable
            Where it does not answer; at once, while it is marked unreachable.
        """
        if self.unreachable:
            raise ServerUnreachable(f"{self.url} is away")
        try:
            return self._send("POST", path, body)
        except ServerUnreachable as error:
            self.mark_unreachable(error)
            raise
        except RequestRefused as error:
            LOG.error("vLLM refused", extra={"fields": {"role": self.role, "reason": str(error)}})
            raise

    def ping(self) -> None:
        """Ask for a sign of life, which a server under load gives as soon.

        Raises
        ------
        ServerUnreachable
            Where there is none within `PING_SECONDS`, or the server says that it has failed.
        """
        try:
            response = self._client.get("/health", timeout=PING_SECONDS)
        except httpx.PoolTimeout:
            return  # our own connections are all in use: that says nothing of the server
        except httpx.HTTPError as error:
            raise ServerUnreachable(f"{self.url} gives no sign of life ({type(error).__name__})") from error
        if response.status_code >= 500:
            raise ServerUnreachable(f"{self.url} answers /health with {response.status_code}")

    def mark_unreachable(self, cause: Exception) -> None:
        """Fail further requests at once, and start the thread that checks the server."""
        with self._lock:
            if self.unreachable:
                return
            self.unreachable = True
        LOG.warning("vLLM away", extra={"fields": {"role": self.role, "url": self.url, "reason": str(cause)}})
        threading.Thread(target=self._retry, name=f"vllm-{self.role}", daemon=True).start()

    def _retry(self) -> None:
        logged = ""
        while True:
            time.sleep(RETRY_INTERVAL)
            try:
                self.check()
            except ServerUnreachable:
                continue
            except EngineMismatch as error:
                if logged != str(error):
                    logged = str(error)
                    LOG.error("vLLM of no use", extra={"fields": {"role": self.role, "reason": logged}})
                continue
            self.unreachable = False
            LOG.info("vLLM back", extra={"fields": {"role": self.role, "url": self.url}})
            return

    def request(self, path: str, body: dict[str, Any]) -> Any:
        """Send as `post` does, also while the server is marked unreachable: for `probe`. Raises `NoAnswer`."""
        return self._send("POST", path, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        message = None if body is None else {"model": self.model} | body
        try:
            response = self._client.request(method, path, json=message)
        except httpx.HTTPError as error:
            raise ServerUnreachable(f"{self.url} does not answer ({type(error).__name__})") from error
        if response.status_code >= 500:
            raise ServerUnreachable(f"{self.url} answers {path} with {response.status_code}")
        try:
            answer = response.json()
        except ValueError as error:
            raise ServerUnreachable(f"{self.url} is no vLLM: it does not answer {path} in JSON") from error
        if response.status_code >= 400 or not isinstance(answer, dict):
            raise RequestRefused(f"{self.url} answers {path} with {response.status_code}: {_error_message(answer)}")
        return answer


def _error_message(answer: Any) -> str:
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    return str(error.get("message", error) if isinstance(error, dict) else error)[:300]
