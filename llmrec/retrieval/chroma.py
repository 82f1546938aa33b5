"""The item vectors in Chroma: approximate nearest items to a query vector, with attribute filters.

A score is q.v + b. Stored are [v - c; b], c being the middle of all v, and asked is [q; 1], so that their inner product
is that score less q.c, the same for every item. The collection's space is `ip`: cosine would drop the length of v. What
all v have in common tells none from another and leads a graph's search astray: where it is most of them (Amazon Beauty,
trained for seven epochs: |c| 2.3, |v| 2.4) a graph of the v themselves finds 0.23 of the best four hundred, and one of
v - c 0.98; on MovieLens-100K 0.998 and 1.0.

A graph over more items finds less of the true best, however far it is searched (at most 0.87 of the best hundred of a
million, 0.98 of 200,000), so that a large catalogue's items are dealt out to collections of at most `PART`.

Beside them stands a collection for each modality, of the items' own media: unit vectors, so that inner products are
cosines.

Which folder on disk a process opens, and what happens where two do, is the business of `llmrec.retrieval.versions`;
`llmrec.retrieval.remote` keeps the same collection on a Chroma server, `llmrec.retrieval.sharded` on several.
"""

import base64
import hashlib
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.errors import BadInput, IndexMismatch, IndexOutdated, IndexUnreachable, LlmrecError, StorageError
from llmrec.retrieval.at_once import at_once
from llmrec.retrieval.chroma_filters import chroma_metadata, chroma_where
from llmrec.retrieval.filters import Filter, attribute_kinds
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.retrieval.index import Floats, Neighbours
from llmrec.retrieval.versions import DATABASE, Claim, claim, fresh, sweep, use
from llmrec.vector_rows import VectorRows, as_rows

COLLECTION, CENTRE = "items", "centre"
HNSW = {"space": "ip", "ef_construction": 200, "max_neighbors": 48, "ef_search": 400}
"""Recall@100 of 0.999 at 20,000 items in 3 ms a query; Chroma's defaults (16, ef 100) reach 0.54 there. A collection of
more is searched further (see `search_breadth`)."""
MEDIA_HNSW = HNSW | {"max_neighbors": 32, "ef_construction": 100, "ef_search": 200}
"""Of media: at most some hundred are asked for, and which of them are candidates is not what an order hangs on.

They are stored without attributes, which take as long to write as all else: what a filter keeps out is left out of the
rows that come."""
PART, WIDE_FROM = 250_000, 62_500
"""About the most items of a collection, and how many may be searched as far as `HNSW` says: of the best hundred of
200,000 an `ef_search` of 400, 800 and 1,600 finds 0.94, 0.97 and 0.98 (`python -m eval.graphs`)."""
Vectors = Callable[[NDArray[np.intp]], Floats]
"""Rows of items -> what is stored of them: nothing of the size of all items is held."""
MEND = "run `llmrec index` to build it again"


class ChromaIndex:
    """An open index; close it, or use it as a context manager."""

    def __init__(
        self,
        client: Any,
        parts: Sequence[Any],
        claimed: Claim | None,
        items: int,
        media: Mapping[str, Any] | None = None,
    ) -> None:
        """Use `build`, `open`, or `llmrec.retrieval.remote.open_remote`, whose indexes have no folder."""
        self._client, self._parts, self._claimed = client, parts, claimed
        self._media = media or {}
        self._centre = centre_in(parts[0].metadata)
        self.collection_id = str(parts[0].id)
        self.items, self._process = items, os.getpid()

    @classmethod
    def build(
        cls,
        path: Path,
        v: Floats | VectorRows,
        b: Floats,
        catalog: Catalog,
        fingerprint: IndexFingerprint,
        progress: Callable[[int], None] | None = None,
        media: Mapping[str, VectorRows] | None = None,
        ef: int | None = None,
    ) -> "ChromaIndex":
        """Store the items' vectors `v` (items, dim), biases `b` (items,), `media` and attributes; open the result.

        `progress` hears how many items are in, `ef` is how far a search looks (see `looks_as_far`). Raises
        `StorageError` where the disk refuses; the index that was there before then stays as it was. Another process
        that has it open goes on with the old one.
        """
        centre = centre_of(v)
        vectors = stored(v, b, catalog, fingerprint, centre)
        with _disk(path):
            path.mkdir(parents=True, exist_ok=True)
        claimed = fresh(path)
        try:
            with _disk(path):
                client = _client(claimed.folder)
                try:
                    parts = parts_of(len(v))
                    options = with_centre(described(fingerprint, len(v), parts), centre)
                    for name, rows in parted(COLLECTION, np.arange(len(v)), parts).items():
                        part = client.create_collection(name, **options)
                        fill(client, part, vectors, rows, catalog, progress)
                    for modality, held in (media or {}).items():
                        of_media = client.create_collection(
                            media_collection(COLLECTION, modality), configuration={"hnsw": MEDIA_HNSW},
                            metadata={"items": len(held), "place": ""}, embedding_function=None,
                        )  # fmt: skip
                        fill(client, of_media, held.__getitem__, np.flatnonzero(as_rows(held).present))
                finally:
                    client.close()
                use(claimed)
        except BaseException:
            claimed.release()
            raise
        sweep(path)
        return cls._pipeline(claimed, fingerprint, tuple(media or ()), ef)

    @classmethod
    def open(
        cls, path: Path, fingerprint: IndexFingerprint, media: Sequence[str] = (), ef: int | None = None
    ) -> "ChromaIndex":
        """Open the index, made by what `stamp` names, or a copy of it where another process has it open.

        Raises `IndexMismatch` where there is none, it is damaged, or something else made it, `IndexOutdated` where the
        items have changed since or it lacks one of `media`, and what `claim` raises.
        """
        if not (path / "current").is_file():
            raise IndexMismatch(f"there is no index at {path}; run `llmrec index` to build one")
        with _damage(path):
            claimed = claim(path)
        return cls._pipeline(claimed, fingerprint, media, ef)

    @classmethod
    def _pipeline(
        cls, claimed: Claim, fingerprint: IndexFingerprint, media: Sequence[str], ef: int | None
    ) -> "ChromaIndex":
        """The index in a folder that is ours; it is let go where opening fails."""
        client, path, formed = None, claimed.folder.parent, {"form": fingerprint.form}
        try:
            with _damage(path):
                if not (claimed.folder / DATABASE).is_file():
                    raise IndexMismatch(f"the index at {path} has lost its files; {MEND}")
                client = _client(claimed.folder)
                first = client.get_collection(COLLECTION, embedding_function=None)
                found = dict(first.metadata or {})
                differences = fingerprint.differences(found)
                if differences and found.get("form") is None and not fingerprint.differences(found | formed):
                    raise IndexOutdated(f"the index at {path} was built before vectors were stored so; {MEND}")
                if differences:
                    raise IndexMismatch(f"the index at {path} is of another make: {'; '.join(differences)}; {MEND}")
                if found.get("catalogue") != fingerprint.catalogue:
                    raise IndexOutdated(f"the index at {path} was built before the items changed; {MEND}")
                items = int(found["items"])
                kept = {each.name for each in client.list_collections()}
                of_items = [*parted(COLLECTION, np.arange(items), int(found.get("parts", 1)))]
                if {*of_items} - kept:
                    raise IndexMismatch(f"the index at {path} has lost some of its items; {MEND}")
                parts = [client.get_collection(name, embedding_function=None) for name in of_items]
                if not whole(parts, items, fingerprint):
                    raise IndexMismatch(f"the index at {path} holds fewer items than it was given; {MEND}")
                names = {m: media_collection(COLLECTION, m) for m in media}
                if {*names.values()} - kept:
                    raise IndexOutdated(f"the index at {path} was built before it held media; {MEND}")
                collections = {m: client.get_collection(name, embedding_function=None) for m, name in names.items()}
                reaches = [(each, search_breadth(items)) for each in parts]
                reaches += [(each, int(str(MEDIA_HNSW["ef_search"]))) for each in collections.values()]
                if [each for each, own in reaches if not looks_as_far(each, ef or own)]:
                    client.close()  # Chroma looks as far as a collection said when it was read
                    client = _client(claimed.folder)
                    parts = [client.get_collection(name, embedding_function=None) for name in of_items]
                    collections = {m: client.get_collection(n, embedding_function=None) for m, n in names.items()}
        except BaseException:
            if client is not None:
                client.close()
            claimed.release()
            raise
        return cls(client, parts, claimed, items, collections)

    def query(
        self,
        q: Floats,
        k: int,
        where: Filter | None = None,
        exclude: Sequence[Sequence[int]] | None = None,
    ) -> Neighbours:
        """See `Index.query`; approximate. Raises `BadInput` in a forked process, where Chroma's threads are missing."""
        self._check_process()
        shut = [frozenset(rows) for rows in exclude] if exclude is not None else [frozenset[int]()] * len(q)
        reach = min(k + max((len(rows) for rows in shut), default=0), self.items)
        if not len(q) or reach < 1:
            return Neighbours.none(len(q))
        augmented = np.hstack([q, np.ones((len(q), 1))]).astype(np.float32)
        told = chroma_where(where) if where else None
        # what a filter lets through may lie in one part: every fourth row of a catalogue may be its black ones
        each = reach if where else share_of(reach, 1 / len(self._parts))

        def nearest(part: Any) -> Any:
            return part.query(query_embeddings=augmented, n_results=each, where=told, include=["distances"])

        with _unreachable():
            found = at_once([partial(nearest, part) for part in self._parts])
        rows: list[NDArray[np.intp]] = []
        scores: list[Floats] = []
        common = 1 + np.asarray(q, np.float64) @ self._centre  # ip distance: 1 - q.(v - c) - b
        for n, never in enumerate(shut):
            near = np.array([int(name) for part in found for name in part["ids"][n]], np.intp)
            distances = np.array([distance for part in found for distance in part["distances"][n]], np.float64)
            best = np.argsort(distances, kind="stable") if len(found) > 1 else np.arange(len(near))
            kept = np.array([row for row in best.tolist() if near[row] not in never], np.intp)[:k]
            rows.append(near[kept])
            scores.append((common[n] - distances[kept]).astype(np.float32))
        return Neighbours(rows, scores)

    def alike(self, modality: str, vectors: Floats, k: int) -> Neighbours:
        """See `ContentIndex.alike`; approximate. Raises what `query` raises."""
        self._check_process()
        reach = min(k, self.items)
        if modality not in self._media or not len(vectors) or reach < 1:
            return Neighbours.none(len(vectors))
        with _unreachable():
            found = self._media[modality].query(query_embeddings=vectors, n_results=reach, include=["distances"])
        return Neighbours(
            [np.array([int(name) for name in ids], np.intp) for ids in found["ids"]],
            [(1 - np.array(distances, np.float64)).astype(np.float32) for distances in found["distances"]],
        )

    def _check_process(self) -> None:
        if self._claimed and os.getpid() != self._process:
            raise BadInput(
                "the index was opened before this process was forked, and cannot answer here; open the recommender in "
                "each process, or start processes by multiprocessing's method 'spawn'"
            )

    def close(self) -> None:
        """Let go of the index."""
        self._client.close()
        if self._claimed:
            self._claimed.release()

    def __enter__(self) -> "ChromaIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _client(folder: Path) -> Any:
    """Chroma embedded in this process, telemetry off."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def centre_of(v: Floats | VectorRows) -> Floats:
    """The middle of all item vectors `(dim,)`; what is stored of each is what differs from it."""
    rows = as_rows(v)
    total = sum((rows[part].sum(0, dtype=np.float64) for part in rows.blocks()), np.zeros(v.shape[1]))
    return (total / max(1, len(v))).astype(np.float32)


def centre_in(metadata: Mapping[str, Any] | None) -> Floats:
    """The middle that a collection's items were stored without; `IndexMismatch` where it does not tell."""
    try:
        return np.frombuffer(base64.b64decode((metadata or {})[CENTRE], validate=True), np.float32)
    except (KeyError, TypeError, ValueError) as error:
        raise IndexMismatch(f"the index does not tell what its vectors were stored without; {MEND}") from error


def stored(
    v: Floats | VectorRows, b: Floats, catalog: Catalog, fingerprint: IndexFingerprint, centre: Floats
) -> Vectors:
    """What is stored of the items' vectors `v` (items, dim) and biases `b` (items,)."""
    if (len(v), v.shape[1] + 1) != (len(catalog.items), fingerprint.dimension) or len(b) != len(v):
        raise ValueError(f"vectors {v.shape} and biases {b.shape} for {len(catalog.items)} items and {fingerprint}")
    return lambda rows: np.hstack([v[rows] - centre, b[rows, None]]).astype(np.float32)


def described(fingerprint: IndexFingerprint, items: int, parts: int) -> dict[str, Any]:
    """What a collection is created with beside its centre: its graph, its stamp, and of how many it is one."""
    return {
        "configuration": {"hnsw": HNSW | {"ef_search": search_breadth(items)}},
        "metadata": asdict(fingerprint) | {"items": items, "parts": parts},
        "embedding_function": None,
    }


def with_centre(options: Mapping[str, Any], centre: Floats) -> dict[str, Any]:
    """What `described` tells, and the centre: as text, since metadata hold no lists."""
    told = {CENTRE: base64.b64encode(centre.tobytes()).decode()}
    return {**options, "metadata": options["metadata"] | told}


def parts_of(items: int) -> int:
    """The number of collections that so many items of one index, or shard, are dealt out to.

    Parameters
    ----------
    items
        Held there. A few more than fill the collections begin no new one: shards differ by some.

    Examples
    --------
    >>> [parts_of(items) for items in (0, 250_000, 260_000, 501_000, 1_000_000)]
    [1, 1, 1, 2, 4]
    """
    return max(1, -(-(10 * items - PART) // (10 * PART)))


def share_of(k: int, share: float) -> int:
    """How many of the best `k` a part is asked for that items were dealt out to by chance: its share, and some.

    Parameters
    ----------
    k
        By the request.
    share
        Of the items, that the part holds. Four deviations more are missed by one part in thirty thousand.

    Examples
    --------
    >>> share_of(400, 1.0), share_of(400, 0.25), share_of(10, 0.25)
    (400, 135, 8)
    """
    mean = k * share
    return max(1, min(k, math.ceil(mean + 4 * math.sqrt(mean * (1 - share)))))


def parted(collection: str, rows: NDArray[np.intp], parts: int) -> dict[str, NDArray[np.intp]]:
    """The collections of an index's items, and which of `rows` each holds.

    Parameters
    ----------
    collection
        Name of the first.
    rows
        All of the catalogue's, or those of a shard.
    parts
        How many collections they are.

    Examples
    --------
    >>> {name: rows.tolist() for name, rows in parted("items", np.arange(8), 3).items()}
    {'items': [0, 3, 6], 'items-part-1': [1, 4, 7], 'items-part-2': [2, 5]}
    """
    return {f"{collection}-part-{n}" if n else collection: rows[rows % parts == n] for n in range(parts)}


def search_breadth(items: int) -> int:
    """How far a collection of a catalogue of so many items is searched: its `ef_search`.

    Parameters
    ----------
    items
        Of the whole catalogue.

    Examples
    --------
    >>> [search_breadth(items) for items in (1_000, 100_000, 1_000_000)]
    [400, 640, 1600]
    """
    return round(int(str(HNSW["ef_search"])) * max(1.0, min(items, PART) / WIDE_FROM))


def looks_as_far(collection: Any, ef: int) -> bool:
    """Whether a collection is searched as far as is wanted; where it is not, it will be when it is read again.

    Parameters
    ----------
    collection
        Of items or of a modality.
    ef
        How many nodes of the graph a search keeps: more finds more of the true nearest, and takes longer.
    """
    if collection.configuration["hnsw"]["ef_search"] == ef:
        return True
    collection.modify(configuration={"hnsw": {"ef_search": ef}})
    return False


def media_collection(collection: str, modality: str) -> str:
    """Name of the collection of a modality's vectors: Chroma's names take few signs, those of modalities may be any."""
    return f"{collection}-{hashlib.sha256(modality.encode()).hexdigest()[:12]}"


def fill(
    client: Any,
    collection: Any,
    vectors: Vectors,
    rows: NDArray[np.intp],
    catalog: Catalog | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Puts the vectors of `rows` in, with their rows as ids, and the attributes of the items of a `catalog`."""
    kinds = attribute_kinds(catalog) if catalog else {}
    step = client.get_max_batch_size()
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        told = [chroma_metadata(catalog.items[row], kinds) or None for row in part] if catalog else None
        collection.upsert(ids=[str(row) for row in part], embeddings=vectors(part), metadatas=told)
        if progress:
            progress(start + len(part))


def whole(parts: Sequence[Any], items: int, fingerprint: IndexFingerprint) -> bool:
    """Whether all items are in; reads the graphs, which Chroma would otherwise leave to the first user's query."""
    counts = [part.count() for part in parts]
    if sum(counts) != items:
        return False
    asked = np.ones((1, fingerprint.dimension), np.float32)
    probes = [part.query(query_embeddings=asked, n_results=1, include=["distances"]) for part in parts]
    return all(probe["ids"][0] or not count for probe, count in zip(probes, counts, strict=True))


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """A refused write becomes a `StorageError`: an OSError, or an InternalError of Chroma.

    Chroma words a full disk in many ways ("disk is full", "Failed to apply logs to the hnsw segment writer", …), and
    while it fills a new folder its internal errors have no other cause that we know.
    """
    from chromadb.errors import InternalError

    try:
        yield
    except (OSError, InternalError) as error:
        raise StorageError(
            f"the index at {path} cannot be written ({error}); free some space or choose another LLMREC_HOME"
        ) from error


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Whatever Chroma throws over broken files becomes an `IndexMismatch`: it raises its own errors and panics."""
    try:
        yield
    except (LlmrecError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of Chroma's Rust core is no Exception
        raise IndexMismatch(f"the index at {path} is damaged ({str(error)[:120]}); {MEND}") from error


@contextmanager
def _unreachable() -> Iterator[None]:
    """Whatever Chroma throws instead of an answer becomes an `IndexUnreachable`."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of Chroma's Rust core is no Exception
        raise IndexUnreachable(f"the index does not answer ({type(error).__name__}: {str(error)[:120]})") from error
