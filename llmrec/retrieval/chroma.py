"""The item vectors in Chroma: approximate nearest items to a query vector, with attribute filters.

A score is q.v + b. Stored are [v; b] and asked is [q; 1], so that their inner product is that score, and the
collection's space is `ip`: cosine would drop the length of v, and l2 with the usual added coordinate keeps only
0.26-0.95 of the true best hundred where `ip` keeps 0.98-1.0 (low-rank vectors, 1,682 to 20,000 items).

Beside it stands a collection for each modality, of the items' own media: unit vectors, so that inner products are
cosines.

Which folder on disk a process opens, and what happens where two do, is the business of `llmrec.retrieval.versions`;
`llmrec.retrieval.remote` keeps the same collection on a Chroma server, `llmrec.retrieval.sharded` on several.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog, Item
from llmrec.errors import BadInput, IndexMismatch, IndexOutdated, IndexUnreachable, LlmrecError, StorageError
from llmrec.retrieval.filters import Clause, Filter, Kind, attribute_kinds, finite
from llmrec.retrieval.fingerprint import IndexFingerprint, metadata_key
from llmrec.retrieval.index import Floats, Neighbours
from llmrec.retrieval.versions import DATABASE, Claim, claim, fresh, sweep, use
from llmrec.vector_rows import VectorRows, as_rows

COLLECTION = "items"
HNSW = {"space": "ip", "ef_construction": 200, "max_neighbors": 48, "ef_search": 400}
"""Recall@100 of 0.999 at 20,000 items in 3 ms a query; Chroma's defaults (16, ef 100) reach 0.54 there."""
MEDIA_HNSW = HNSW | {"max_neighbors": 32, "ef_search": 200}
"""Of media: at most some hundred are asked for, and which of them are candidates is not what an order hangs on."""
Vectors = Callable[[NDArray[np.intp]], Floats]
"""Rows of items -> what is stored of them: nothing of the size of all items is held."""
MEND = "run `llmrec index` to build it again"


class ChromaIndex:
    """An open index; close it, or use it as a context manager."""

    def __init__(
        self, client: Any, collection: Any, claimed: Claim | None, items: int, media: Mapping[str, Any] | None = None
    ) -> None:
        """Use `build`, `open`, or `llmrec.retrieval.remote.open_remote`, whose indexes have no folder."""
        self._client, self._collection, self._claimed = client, collection, claimed
        self._media = media or {}
        self.collection_id = str(collection.id)
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
        vectors = stored(v, b, catalog, fingerprint)
        with _disk(path):
            path.mkdir(parents=True, exist_ok=True)
        claimed = fresh(path)
        try:
            with _disk(path):
                client = _client(claimed.folder)
                try:
                    collection = client.create_collection(COLLECTION, **described(fingerprint, len(v)))
                    fill(client, collection, vectors, catalog, np.arange(len(v)), progress)
                    for modality, held in (media or {}).items():
                        of_media = client.create_collection(
                            media_collection(COLLECTION, modality), configuration={"hnsw": MEDIA_HNSW},
                            metadata={"items": len(held), "place": ""}, embedding_function=None,
                        )  # fmt: skip
                        fill(client, of_media, held.__getitem__, catalog, np.flatnonzero(as_rows(held).present))
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
        client, path = None, claimed.folder.parent
        try:
            with _damage(path):
                if not (claimed.folder / DATABASE).is_file():
                    raise IndexMismatch(f"the index at {path} has lost its files; {MEND}")
                client = _client(claimed.folder)
                collection = client.get_collection(COLLECTION, embedding_function=None)
                found = dict(collection.metadata or {})
                if differences := fingerprint.differences(found):
                    raise IndexMismatch(f"the index at {path} is of another make: {'; '.join(differences)}; {MEND}")
                if found.get("catalogue") != fingerprint.catalogue:
                    raise IndexOutdated(f"the index at {path} was built before the items changed; {MEND}")
                items = int(found["items"])
                if not whole(collection, items, fingerprint):
                    raise IndexMismatch(f"the index at {path} holds fewer items than it was given; {MEND}")
                names, kept = {m: media_collection(COLLECTION, m) for m in media}, client.list_collections()
                if {*names.values()} - {each.name for each in kept}:
                    raise IndexOutdated(f"the index at {path} was built before it held media; {MEND}")
                collections = {m: client.get_collection(name, embedding_function=None) for m, name in names.items()}
                reaches = [(collection, HNSW), *((each, MEDIA_HNSW) for each in collections.values())]
                if [each for each, shape in reaches if not looks_as_far(each, ef or int(str(shape["ef_search"])))]:
                    client.close()  # Chroma looks as far as a collection said when it was read
                    client = _client(claimed.folder)
                    collection = client.get_collection(COLLECTION, embedding_function=None)
                    collections = {m: client.get_collection(n, embedding_function=None) for m, n in names.items()}
        except BaseException:
            if client is not None:
                client.close()
            claimed.release()
            raise
        return cls(client, collection, claimed, items, collections)

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
        with _unreachable():
            found = self._collection.query(
                query_embeddings=augmented,
                n_results=reach,
                where=chroma_where(where) if where else None,
                include=["distances"],
            )
        rows: list[NDArray[np.intp]] = []
        scores: list[Floats] = []
        for ids, distances, never in zip(found["ids"], found["distances"], shut, strict=True):
            near = np.array([int(name) for name in ids], np.intp)
            kept = np.array([row not in never for row in near.tolist()], np.bool_)
            rows.append(near[kept][:k])
            scores.append((1 - np.array(distances, np.float64)[kept][:k]).astype(np.float32))  # ip distance: 1 - q.v
        return Neighbours(rows, scores)

    def alike(self, modality: str, vectors: Floats, k: int, where: Filter | None = None) -> Neighbours:
        """See `ContentIndex.alike`; approximate. Raises what `query` raises."""
        self._check_process()
        reach = min(k, self.items)
        if modality not in self._media or not len(vectors) or reach < 1:
            return Neighbours.none(len(vectors))
        with _unreachable():
            found = self._media[modality].query(
                query_embeddings=vectors,
                n_results=reach,
                where=chroma_where(where) if where else None,
                include=["distances"],
            )
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


def stored(v: Floats | VectorRows, b: Floats, catalog: Catalog, fingerprint: IndexFingerprint) -> Vectors:
    """What is stored of the items' vectors `v` (items, dim) and biases `b` (items,)."""
    if (len(v), v.shape[1] + 1) != (len(catalog.items), fingerprint.dimension) or len(b) != len(v):
        raise ValueError(f"vectors {v.shape} and biases {b.shape} for {len(catalog.items)} items and {fingerprint}")
    return lambda rows: np.hstack([v[rows], b[rows, None]]).astype(np.float32)


def described(fingerprint: IndexFingerprint, items: int) -> dict[str, Any]:
    """What a collection is created with: its graph and its stamp."""
    return {
        "configuration": {"hnsw": HNSW}, "metadata": asdict(fingerprint) | {"items": items}, "embedding_function": None
    }  # fmt: skip


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
    catalog: Catalog,
    rows: NDArray[np.intp],
    progress: Callable[[int], None] | None = None,
) -> None:
    """Puts the vectors of `rows` in, with their rows as ids, and the items' attributes."""
    kinds = attribute_kinds(catalog)
    step = client.get_max_batch_size()
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        collection.upsert(
            ids=[str(row) for row in part],
            embeddings=vectors(part),
            metadatas=[chroma_metadata(catalog.items[row], kinds) or None for row in part],
        )
        if progress:
            progress(start + len(part))


def whole(collection: Any, items: int, fingerprint: IndexFingerprint) -> bool:
    """Whether all items are in; reads the graph, which Chroma would otherwise leave to the first user's query."""
    if collection.count() != items:
        return False
    asked = np.ones((1, fingerprint.dimension), np.float32)
    probe = collection.query(query_embeddings=asked, n_results=1, include=["distances"])
    return not items or bool(probe["ids"][0])


CONDITIONS = {">=": "$gte", "<=": "$lte", ">": "$gt", "<": "$lt", "=": "$eq", "!=": "$ne"}


def chroma_where(where: Filter) -> dict[str, Any]:
    """A filter as Chroma's `where` argument, over the metadata that `chroma_metadata` gives each item.

    Parameters
    ----------
    where
        Of one clause at least.
    """
    parts = [_condition(clause) for clause in where.clauses]
    return parts[0] if len(parts) == 1 else {"$and": parts}


def _condition(clause: Clause) -> dict[str, Any]:
    if clause.others:
        return {"$or": [_condition(each) for each in (replace(clause, others=()), *clause.others)]}
    negated = clause.operator == "!="
    if clause.kind == "number" and len(clause.values) == 1:
        return {metadata_key(clause.attribute): {CONDITIONS[clause.operator]: clause.values[0]}}
    if clause.kind != "words":
        return {metadata_key(clause.attribute): {"$nin" if negated else "$in": list(clause.values)}}
    marks: list[dict[str, Any]] = [
        {_mark(clause.attribute, str(word)): {"$ne" if negated else "$eq": True}} for word in clause.values
    ]
    return marks[0] if len(marks) == 1 else {"$and" if negated else "$or": marks}


def chroma_metadata(item: Item, kinds: Mapping[str, Kind]) -> dict[str, str | float | bool]:
    """An item's attributes as Chroma stores them: numbers as float, several words as a mark `name:word` each.

    Parameters
    ----------
    item
        Of the catalogue that `kinds` describes.
    kinds
        What each attribute holds (see `llmrec.retrieval.filters.attribute_kinds`).
    """
    found: dict[str, str | float | bool] = {}
    for name, value in item.attributes.items():
        if kinds[name] == "words":
            for word in value if isinstance(value, tuple) else (str(value),):
                found[_mark(name, word)] = True
        elif kinds[name] == "word":
            found[metadata_key(name)] = str(value)
        elif (number := finite(value)) is not None:
            found[metadata_key(name)] = number
    return found


def _mark(attribute: str, word: str) -> str:
    """The metadata key that says that an item has `word` among the words of `attribute`."""
    return f"{metadata_key(attribute)}:{word}"


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
