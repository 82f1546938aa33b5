"""A vLLM server, which may not answer: asked, given up at once while it is away, taken back when it is there again."""

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
"""Older ones deserialise prompt embeddings unsafely (CVE-2025-62164)."""
AGAIN = 2.0
"""Seconds between looks at a server that is away."""
PATIENCE = httpx.Timeout(45.0, connect=2.0)
"""Seconds for one answer of a server under load (the gateway gives its own up after 60), and for a connection."""
AT_ONCE = 64
"""Connections to one server: as many requests as may be inside the gateway, and what one of them asks at once."""


class Unanswered(Exception):
    """There is no answer."""


class Away(Unanswered):
    """The server does not answer at all: neither would it the next request."""


class Declined(Unanswered):
    """The server answers that this request is wrong."""


class Remote:
    """One vLLM server. May be asked by several threads."""

    def __init__(self, role: str, url: str, model: str, try_out: Callable[["Remote"], None]) -> None:
        """Take the address of a server; nothing is sent before `check`.

        Parameters
        ----------
        role
            What it is for, in its log lines.
        url
            Its address.
        model
            The name that it must serve.
        try_out
            Asks it for one answer of its kind; raises `EngineMismatch` where that is of no use.
        """
        self.role, self.url, self.model, self._try_out = role, url, model, try_out
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._client = httpx.Client(base_url=url, timeout=PATIENCE, limits=limits, trust_env=False)
        self._lock, self.away = threading.Lock(), False
        self.version = ""

    def check(self) -> None:
        """Asks for version, model and one answer. Raises `EngineMismatch`, `Away`."""
        try:
            self.version = str(self._ask("GET", "/version").get("version", "none"))
            served = [str(model.get("id")) for model in self._ask("GET", "/v1/models").get("data", [])]
        except Declined as error:
            raise EngineMismatch(f"{error}; it is no vLLM") from error
        try:
            old = Version(self.version) < OLDEST
        except InvalidVersion:
            old = True
        if old:
            raise EngineMismatch(f"{self.url} is vLLM {self.version}; llmrec needs {OLDEST} or newer, so update it")
        if self.model not in served:
            raise EngineMismatch(
                f"{self.url} serves {', '.join(served) or 'no model'}, but this adapter pack's is {self.model}; "
                "export the pack with `llmrec export` and serve that"
            )
        self._try_out(self)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to `body` and the model's name, as JSON. Raises `Declined`, and `Away`, at once while it is so."""
        if self.away:
            raise Away(f"{self.url} is away")
        try:
            return self._ask("POST", path, body)
        except Away as error:
            self.leave(error)
            raise
        except Declined as error:
            LOG.error("vLLM refused", extra={"fields": {"role": self.role, "reason": str(error)}})
            raise

    def leave(self, why: Exception) -> None:
        """From now on it is away; a thread looks whether it is back."""
        with self._lock:
            if self.away:
                return
            self.away = True
        LOG.warning("vLLM away", extra={"fields": {"role": self.role, "url": self.url, "reason": str(why)}})
        threading.Thread(target=self._wait, name=f"vllm-{self.role}", daemon=True).start()

    def _wait(self) -> None:
        told = ""
        while True:
            time.sleep(AGAIN)
            try:
                self.check()
            except Away:
                continue
            except EngineMismatch as error:
                if told != str(error):
                    told = str(error)
                    LOG.error("vLLM of no use", extra={"fields": {"role": self.role, "reason": told}})
                continue
            self.away = False
            LOG.info("vLLM back", extra={"fields": {"role": self.role, "url": self.url}})
            return

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """As `post`, also while it is away: for `try_out`. Raises `Unanswered`."""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        told = None if body is None else {"model": self.model} | body
        try:
            response = self._client.request(method, path, json=told)
        except httpx.HTTPError as error:
            raise Away(f"{self.url} does not answer ({type(error).__name__})") from error
        if response.status_code >= 500:
            raise Away(f"{self.url} answers {path} with {response.status_code}")
        try:
            found = response.json()
        except ValueError as error:
            raise Away(f"{self.url} is no vLLM: it does not answer {path} in JSON") from error
        if response.status_code >= 400 or not isinstance(found, dict):
            raise Declined(f"{self.url} answers {path} with {response.status_code}: {_sentence(found)}")
        return found


def _sentence(found: Any) -> str:
    error = found.get("error", found) if isinstance(found, dict) else found
    return str(error.get("message", error) if isinstance(error, dict) else error)[:300]
