"""The item vectors on a Chroma server, which several gateways may share.

A collection's name is a digest of all that it was made from. So none is ever read by another model or catalogue, and
two gateways that build it at once write the same into the same place: nothing is locked.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from llmrec.catalog import Catalog
from llmrec.errors import BadInput, IndexUnreachable, LlmrecError
from llmrec.retrieval.chroma import ChromaIndex, described, fill, stored, whole
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.retrieval.index import Floats

HELLO, QUERY, BUILD = 1.0, 2.0, 120.0
"""Seconds that the server gets to say that it lives, to answer a query, and to take in one batch of vectors."""


def open_remote(
    url: str,
    place: str,
    v: Floats,
    b: Floats,
    catalog: Catalog,
    fingerprint: IndexFingerprint,
    rebuild: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ChromaIndex:
    """The index on the server at `url`, built first from `v` (items, dim) and `b` (items,) where it is not whole there.

    `rebuild`: it is built in any case, and what `place` (a name of the catalogue) had there before is deleted.
    Raises `BadInput` for a URL that names no server, `IndexUnreachable` where the server does not answer.
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise BadInput(
            f"`chroma` is {url!r}, which is no address of a Chroma server; pass one like http://127.0.0.1:8000",
            "chroma",
        )
    name = "llmrec-" + hashlib.sha256(json.dumps(asdict(fingerprint), sort_keys=True).encode()).hexdigest()[:24]
    made = described(fingerprint, len(catalog.items))
    made["metadata"] |= {"place": place}
    with _answering(url):
        client = _connected(url)
        try:
            if rebuild:
                for old in client.list_collections():
                    if old.name == name or (old.metadata or {}).get("place") == place:
                        client.delete_collection(old.name)
            collection = client.get_or_create_collection(name, **made)
            if collection.count() != len(catalog.items):
                fill(client, collection, stored(v, b, catalog, fingerprint), catalog, progress)
            if not whole(collection, len(catalog.items), fingerprint):
                raise IndexUnreachable(f"the Chroma server at {url} has not kept all items; see its log")
            _patience(client, QUERY)
        except BaseException:
            client.close()
            raise
    return ChromaIndex(client, collection, None, len(catalog.items))


def _connected(url: str) -> Any:
    """A client of a server that lives, telemetry off."""
    import chromadb
    import httpx
    from chromadb.config import Settings

    address = urlsplit(url)
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 80)
    # Chroma's client asks the server when it is made, and would wait for one that hangs for ever
    httpx.get(f"{address.scheme}://{address.netloc}/api/v2/heartbeat", timeout=HELLO).raise_for_status()
    settings = Settings(anonymized_telemetry=False)
    client = chromadb.HttpClient(str(address.hostname), port, ssl=secure, settings=settings)
    _patience(client, BUILD)
    return client


def _patience(client: Any, seconds: float) -> None:
    """The time in which the server must answer: Chroma's client has no setting for it, and no limit of its own."""
    client._server._session.timeout = seconds


@contextmanager
def _answering(url: str) -> Iterator[None]:
    """Whatever goes wrong between us and the server becomes an `IndexUnreachable`."""
    try:
        yield
    except LlmrecError:
        raise
    except Exception as error:
        raise IndexUnreachable(
            f"the Chroma server at {url} does not answer ({type(error).__name__}: {str(error)[:120]}); "
            "start it with `chroma run`, or leave `chroma` out",
            "chroma",
        ) from error
