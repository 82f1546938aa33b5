"""Several vLLM servers that serve one model: each request goes to one of them, and to another where that one fails.

A request is sent again only where a server gave no answer; what it sends is read by the server and changes nothing
there, so that it may be answered twice.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from llmrec.engine.remote import LOG, Remote, ServerUnreachable

HEALTH_INTERVAL = 2.0
"""Seconds between two checks of servers that are taken to answer."""


class Replicas:
    """Servers of one role. Safe for use by several threads."""

    def __init__(self, role: str, urls: Sequence[str], model: str, probe: Callable[[Remote], None]) -> None:
        """Connect to all of them; those that do not answer now are tried again later.

        Parameters
        ----------
        role, model, probe
            As `Remote` takes them.
        urls
            Their addresses.

        Raises
        ------
        EngineMismatch
            Where one serves something else.
        """
        self.role = role
        self._remotes = tuple(Remote(role, url, model, probe) for url in urls)
        self._lock, self._turn = threading.Lock(), 0
        self._sent = dict.fromkeys(self._remotes, 0)
        for remote in self._remotes:
            try:
                remote.check()
            except ServerUnreachable as error:
                remote.mark_unreachable(error)
            else:
                LOG.info("vLLM found", extra={"fields": {"role": role, "url": remote.url, "version": remote.version}})
        if len(self._remotes) > 1:  # of a single one the next request tells
            threading.Thread(target=self._watch, name=f"vllm-{role}-health", daemon=True).start()

    def __len__(self) -> int:
        """Count the servers."""
        return len(self._remotes)

    @property
    def unreachable(self) -> bool:
        """Whether none of them answers."""
        return all(remote.unreachable for remote in self._remotes)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send a request to the server that has least under way, and to the others in turn where it does not answer.

        Parameters
        ----------
        path, body
            As `Remote.post` takes them.

        Returns
        -------
        dict
            The answer's JSON.

        Raises
        ------
        RequestRefused
            Where a server calls the request invalid; the others would, too.
        ServerUnreachable
            Where none answers.
        """
        failed: set[Remote] = set()
        while (remote := self._take(failed)) is not None:
            try:
                return remote.post(path, body)
            except ServerUnreachable:
                failed.add(remote)
            finally:
                with self._lock:
                    self._sent[remote] -= 1
        raise ServerUnreachable(f"no vLLM of the role {self.role} answers")

    def _take(self, failed: set[Remote]) -> Remote | None:
        """The server for the next request, with that request counted; of equals each in its turn."""
        with self._lock:
            self._turn += 1
            turned = [self._remotes[(self._turn + n) % len(self._remotes)] for n in range(len(self._remotes))]
            left = [remote for remote in turned if not remote.unreachable and remote not in failed]
            if not left:
                return None
            chosen = min(left, key=self._sent.__getitem__)
            self._sent[chosen] += 1
            return chosen

    def _watch(self) -> None:
        """Ask all for a sign of life, so that a server that hangs gets no further requests."""
        while True:
            time.sleep(HEALTH_INTERVAL)
            for remote in self._remotes:
                if not remote.unreachable:
                    try:
                        remote.ping()
                    except ServerUnreachable as error:
                        remote.mark_unreachable(error)
