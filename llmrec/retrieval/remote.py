"""An index, or one's part of it, on a Chroma server that several gateways may share.

A collection's name is a digest of what it was built from. So none is read by another model or catalogue, and two
gateways that build it at once write the same vectors into the same collection: no lock is needed. An item's id there is
its row, whatever part of the items the server holds: one that holds too many answers as rightly as before.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from llmrec.catalog import Catalog
from llmrec.errors import BadInput, IndexMismatch, IndexUnreachable, LlmrecError
from llmrec.retrieval.chroma import (
    CENTRE,
    MEDIA_HNSW,
    ChromaIndex,
    Vectors,
    centre_in,
    centre_of,
    described,
    fill,
    media_collection,
    parted,
    parts_of,
    stored,
    whole,
    with_centre,
)
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.retrieval.index import Floats, Rows
from llmrec.vector_rows import VectorRows, as_rows

CONNECT_TIMEOUT, QUERY_TIMEOUT, BUILD_TIMEOUT = 1.0, 2.0, 120.0
"""Seconds for the server to answer a heartbeat, a query, and one batch of vectors."""


@dataclass(frozen=True, eq=False)
class Shard:
    """The part of an index that one of several servers holds.

    Parameters
    ----------
    rows : (n,) intp
        Rows of its items, ascending.
    layout
        The same where the same servers share the items in the same way, and of each server another.
    """

    rows: Rows
    layout: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What was written to a server, and deleted there, so that it holds what it has to.

    Parameters
    ----------
    added, removed
        Numbers of items.
    """

    added: int = 0
    removed: int = 0


def server_address(url: str) -> str:
    """The address of a Chroma server as two writings of it have it in common.

    Parameters
    ----------
    url
        Such as ``http://127.0.0.1:8000``.

    Raises
    ------
    BadInput
        Where it names no server.

    Examples
    --------
    >>> server_address("HTTP://Index-1:8000/"), server_address("https://index.example")
    ('http://index-1:8000', 'https://index.example:443')
    """
    address = urlsplit(url.strip())
    try:
        port = address.port or (443 if address.scheme == "https" else 80)
    except ValueError:
        port = 0
    if address.scheme not in ("http", "https") or not address.hostname or not port:
        raise BadInput(
            f"`chroma` is {url!r}, which is no address of a Chroma server; pass one like http://127.0.0.1:8000",
            "chroma",
        )
    host = f"[{address.hostname}]" if ":" in address.hostname else address.hostname
    return f"{address.scheme}://{host}:{port}"


def open_remote(
    url: str,
    catalog_name: str,
    v: Floats | VectorRows,
    b: Floats,
    catalog: Catalog,
    fingerprint: IndexFingerprint,
    rebuild: bool = False,
    progress: Callable[[int], None] | None = None,
    media: Mapping[str, VectorRows] | None = None,
    shard: Shard | None = None,
    moved: Callable[[Moved], None] | None = None,
) -> ChromaIndex:
    """Open the index on a Chroma server, after writing there what is absent.

    Parameters
    ----------
    url
        Address of the server.
    catalog_name
        Name of the catalogue, kept with the collection.
    v, b : (items, dim) and (items,) float32
        Item vectors and biases.
    catalog
        The items.
    fingerprint
        What the vectors were made from.
    rebuild
        Delete the collections that `catalog_name` had before, and build. Of a shard, the items that it holds of this
        very version stay where they are its own, and the others are deleted.
    progress
        Called with the number of items that were written.
    media : modality -> (items, dim) float32
        Unit rows of the items' media.
    shard
        What of the index the server has to hold; by default all of it.
    moved
        Called with what was written and deleted.

    Returns
    -------
    ChromaIndex

    Raises
    ------
    BadInput
        For a URL that names no server.
    IndexMismatch
        Where the server holds something else under the name of the index.
    IndexUnreachable
        Where the server does not answer.
    """
    server_address(url)
    name, rows = f"llmrec-{fingerprint.version}", np.arange(len(v)) if shard is None else shard.rows
    layout = "" if shard is None else shard.layout
    options = described(fingerprint, len(catalog.items), parts_of(len(rows)))
    options["metadata"] |= {"place": catalog_name}
    with _translated_errors(url):
        client = _connect(url)
        try:
            if rebuild:
                _delete_former(client, catalog_name, name, options["metadata"] if shard else None)
            # as many parts as it was begun with: where servers come or go, or two gateways begin it at once, items stay
            begun = next((each for each in client.list_collections() if each.name == name), None)
            if begun is None:  # all vectors are read for their centre once, and not by each gateway that opens it
                begun = client.get_or_create_collection(name, **with_centre(options, centre_of(v)))
            options["metadata"] |= {"parts": _parts(begun)}
            _require(begun, options["metadata"], url)
            centre = centre_in(begun.metadata)  # which another gateway may have written, and rounded otherwise
            options = with_centre(options, centre)
            vectors, parts, changes = stored(v, b, catalog, fingerprint, centre), [], []
            for each, own in parted(name, rows, options["metadata"]["parts"]).items():
                parts.append(client.get_or_create_collection(each, **options))
                _require(parts[-1], options["metadata"], url)
                changes.append(_complete(client, parts[-1], vectors, own, layout, rebuild, catalog, progress))
            held = {}
            for modality, shown in (media or {}).items():
                held[modality] = client.get_or_create_collection(
                    media_collection(name, modality), configuration={"hnsw": MEDIA_HNSW}, embedding_function=None,
                    metadata={"items": len(shown), "place": catalog_name},
                )  # fmt: skip
                there = rows[as_rows(shown).present[rows]]
                _complete(client, held[modality], shown.__getitem__, there, layout, rebuild)
            items = sum(part.count() for part in parts)
            if items < len(rows) or not whole(parts, items, fingerprint):
                raise IndexUnreachable(f"the Chroma server at {url} has not kept all items; see its log")
            _set_timeout(client, QUERY_TIMEOUT)
        except BaseException:
            client.close()
            raise
    if moved:
        moved(Moved(sum(change.added for change in changes), sum(change.removed for change in changes)))
    return ChromaIndex(client, parts, None, items, held)


def _delete_former(client: Any, catalog_name: str, name: str, kept: Mapping[str, Any] | None) -> None:
    """Deletes the collections of a catalogue, but of the version `name` where they are what `kept` describes."""
    existing = client.list_collections()
    keep = kept is not None and not any(each.name == name and not _holds(each, kept) for each in existing)
    for each in existing:
        own = each.name.startswith(name)
        if not (own and keep) and (own or (each.metadata or {}).get("place") == catalog_name):
            client.delete_collection(each.name)


def _require(collection: Any, described: Mapping[str, Any], url: str) -> None:
    """Refuse a collection that is not what is described."""
    if differences := _differences(collection, described):
        raise IndexMismatch(
            f"the Chroma server at {url} holds another catalogue's version under the name {collection.name} "
            f"({differences}); run `llmrec index` to build it again",
            "chroma",
        )


def _holds(collection: Any, described: Mapping[str, Any]) -> bool:
    """Whether a collection is what is described, or one of more parts than its items would be given now."""
    return not _differences(collection, described) and _parts(collection) >= described["parts"]


def _parts(collection: Any) -> int:
    """Of how many collections it is one."""
    return int((collection.metadata or {}).get("parts", 1))


def _differences(collection: Any, described: Mapping[str, Any]) -> str:
    """In what a collection differs from what its name promises: one copied by hand does; "" where in nothing."""
    found = dict(collection.metadata or {})
    pairs = {
        name: (found.get(name), wanted) for name, wanted in described.items() if name not in ("place", "parts", CENTRE)
    }
    return "; ".join(f"{name} is {held!r}, not {wanted!r}" for name, (held, wanted) in pairs.items() if held != wanted)


def _complete(
    client: Any,
    collection: Any,
    vectors: Vectors,
    rows: Rows,
    layout: str,
    alone: bool,
    catalog: Catalog | None = None,
    progress: Callable[[int], None] | None = None,
) -> Moved:
    """Writes those of `rows` that a collection lacks; `alone`: and deletes what is none of them.

    Without `alone` other rows stay: gateways that were told of other servers may count on them. What a collection holds
    is not listed where it was complete in the same layout before, and has kept its size.
    """
    noted, count = dict(collection.metadata or {}), collection.count()
    complete = noted.get("layout") == layout and noted.get("held") == count if layout else count == len(rows)
    if complete and not alone:
        return Moved()
    held = np.array([int(id) for id in collection.get(include=[])["ids"]] if count else [], np.intp)
    missing, more = np.setdiff1d(rows, held), np.setdiff1d(held, rows) if alone else np.empty(0, np.intp)
    fill(client, collection, vectors, missing, catalog, progress)
    step = client.get_max_batch_size()
    for start in range(0, len(more), step):
        collection.delete(ids=[str(row) for row in more[start : start + step]])
    if layout:
        collection.modify(metadata=noted | {"layout": layout, "held": len(held) + len(missing) - len(more)})
    return Moved(len(missing), len(more))


def _connect(url: str) -> Any:
    """Return a client of a server that answers, telemetry off."""
    import chromadb
    import httpx
    from chromadb.config import Settings

    address = urlsplit(url)
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 80)
    # Chroma's client asks the server when it is made, and would wait without limit for one that hangs
    httpx.get(f"{address.scheme}://{address.netloc}/api/v2/heartbeat", timeout=CONNECT_TIMEOUT).raise_for_status()
    settings = Settings(anonymized_telemetry=False)
    client = chromadb.HttpClient(str(address.hostname), port, ssl=secure, settings=settings)
    _set_timeout(client, BUILD_TIMEOUT)
    return client


def _set_timeout(client: Any, seconds: float) -> None:
    """Limit the time of an answer: Chroma's client has no setting for it, and no limit by default."""
    client._server._session.timeout = seconds


@contextmanager
def _translated_errors(url: str) -> Iterator[None]:
    """Turn every error of the connection into an `IndexUnreachable`."""
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
