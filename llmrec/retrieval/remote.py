"""Where a Chroma index lies: in a folder of this machine, or on a Chroma server that several gateways may share.

On a server a collection's name is a digest of what it was built from. So none is read by another model or catalogue,
and two gateways that build it at once write the same vectors into the same collection: no lock is needed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from llmrec.catalog import Catalog
from llmrec.errors import BadInput, IndexMismatch, IndexOutdated, IndexUnreachable, LlmrecError
from llmrec.retrieval.chroma import ChromaIndex, described, fill, fill_media, media_collection, stored, whole
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.retrieval.index import Floats, IndexInputs

CONNECT_TIMEOUT, QUERY_TIMEOUT, BUILD_TIMEOUT = 1.0, 2.0, 120.0
"""Seconds for the server to answer a heartbeat, a query, and one batch of vectors."""
MOST_EF = 10_000


def open_chroma(inputs: IndexInputs) -> ChromaIndex:
    """The index `chroma`, on disk or on a server; built where there is none.

    Parameters
    ----------
    inputs
        What it is made of; `argument`: URL of a Chroma server, "" for an index on disk; on disk it may be `ef=N`, how
        far a search looks (see `llmrec.retrieval.chroma.looks_as_far`).

    Returns
    -------
    ChromaIndex

    Raises
    ------
    IndexMismatch, IndexOutdated, IndexBusy, StorageError
        Where it cannot be had on disk.
    IndexUnreachable, BadInput
        Where the server does not answer, or the argument is neither a URL nor `ef=N`.
    """
    ef = None
    if inputs.argument.startswith("ef="):
        number = inputs.argument.removeprefix("ef=")
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= MOST_EF:
            raise BadInput(f"`index` is 'chroma?ef={number}'; pass a whole number from 1 to {MOST_EF:,}", "index")
        ef = int(number)
    elif inputs.argument:
        return open_remote(
            inputs.argument, inputs.folder.name, inputs.v, inputs.b, inputs.catalog, inputs.fingerprint, inputs.rebuild,
            media=inputs.media,
        )  # fmt: skip
    if not inputs.rebuild and (inputs.folder / "current").is_file():
        with suppress(IndexMismatch if inputs.repair else IndexOutdated):
            return ChromaIndex.open(inputs.folder, inputs.fingerprint, tuple(inputs.media), ef)
    return ChromaIndex.build(
        inputs.folder, inputs.v, inputs.b, inputs.catalog, inputs.fingerprint, media=inputs.media, ef=ef
    )


def open_remote(
    url: str,
    catalog_name: str,
    v: Floats,
    b: Floats,
    catalog: Catalog,
    fingerprint: IndexFingerprint,
    rebuild: bool = False,
    progress: Callable[[int], None] | None = None,
    media: Mapping[str, Floats] | None = None,
) -> ChromaIndex:
    """Open the index on a Chroma server, after building it where it is absent or incomplete.

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
        Build in any case, and delete the collections that `catalog_name` had before.
    progress
        Called with the number of items that were written.
    media : modality -> (items, dim) float32
        Unit rows of the items' media.

    Returns
    -------
    ChromaIndex

    Raises
    ------
    BadInput
        For a URL that names no server.
    IndexUnreachable
        Where the server does not answer.
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise BadInput(
            f"`chroma` is {url!r}, which is no address of a Chroma server; pass one like http://127.0.0.1:8000",
            "chroma",
        )
    name = f"llmrec-{fingerprint.version}"
    options = described(fingerprint, len(catalog.items))
    options["metadata"] |= {"place": catalog_name}
    with _translated_errors(url):
        client = _connect(url)
        try:
            if rebuild:
                for existing in client.list_collections():
                    if existing.name.startswith(name) or (existing.metadata or {}).get("place") == catalog_name:
                        client.delete_collection(existing.name)
            collection = client.get_or_create_collection(name, **options)
            if collection.count() != len(catalog.items):
                fill(client, collection, stored(v, b, catalog, fingerprint), catalog, progress)
            held = {
                m: fill_media(client, media_collection(name, m), x, catalog, catalog_name)
                for m, x in (media or {}).items()
            }
            if not whole(collection, len(catalog.items), fingerprint):
                raise IndexUnreachable(f"the Chroma server at {url} has not kept all items; see its log")
            _set_timeout(client, QUERY_TIMEOUT)
        except BaseException:
            client.close()
            raise
    return ChromaIndex(client, collection, None, len(catalog.items), held)


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
