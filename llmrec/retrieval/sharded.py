"""Where a Chroma index lies: in a folder of this machine, on a Chroma server, or shared out among several.

Of several servers each holds the items that rendezvous hashing gives it: of the weights that an item has with each
server the largest decides, so that a server more, or less, moves only its own items. A request is asked of all at once,
and the best of all that they find are the best there are. One that is lost is missing from the answers, which say so,
until it is back.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from llmrec.errors import BadInput, IndexMismatch, IndexOutdated, IndexUnreachable
from llmrec.retrieval.at_once import at_once
from llmrec.retrieval.chroma import ChromaIndex, share_of
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.index import INDEX, Floats, IndexInputs, Neighbours
from llmrec.retrieval.remote import Moved, Shard, open_remote, server_address
from llmrec.retrieval.resilient import ResilientIndex

MOST_EF = 10_000


def open_chroma(inputs: IndexInputs) -> "ChromaIndex | ShardedIndex":
    """The index `chroma`, on disk, on a server or on several; built where there is none.

    Parameters
    ----------
    inputs
        What it is made of; `argument`: URL of a Chroma server, or of several, with commas between them; "" for an index
        on disk; on disk it may be `ef=N`, how far a search looks (see `llmrec.retrieval.chroma.looks_as_far`).

    Returns
    -------
    ChromaIndex or ShardedIndex

    Raises
    ------
    IndexMismatch, IndexOutdated, IndexBusy, StorageError
        Where it cannot be had on disk, or a server holds something else in its place.
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
        servers = server_addresses(inputs.argument)
        if len(servers) > 1:
            return ShardedIndex(inputs, servers)
        return open_remote(
            servers[0], inputs.folder.name, inputs.v, inputs.b, inputs.catalog, inputs.fingerprint, inputs.rebuild,
            media=inputs.media,
        )  # fmt: skip
    if not inputs.rebuild and (inputs.folder / "current").is_file():
        with suppress(IndexMismatch if inputs.repair else IndexOutdated):
            return ChromaIndex.open(inputs.folder, inputs.fingerprint, tuple(inputs.media), ef)
    return ChromaIndex.build(
        inputs.folder, inputs.v, inputs.b, inputs.catalog, inputs.fingerprint, media=inputs.media, ef=ef
    )


def server_addresses(servers: str) -> list[str]:
    """The servers that share an index.

    Parameters
    ----------
    servers
        Their URLs, with commas between them.

    Raises
    ------
    BadInput
        Where a part is empty or names no server, or one server is named twice.

    Examples
    --------
    >>> server_addresses("http://a:8000, http://b:8000/")
    ['http://a:8000', 'http://b:8000']
    """
    addresses: list[str] = []
    for part in servers.split(","):
        if not part.strip():
            raise BadInput(
                f"`chroma` is {servers!r}, where an address is missing beside a comma; pass addresses like "
                "http://a:8000,http://b:8000",
                "chroma",
            )
        address = server_address(part)
        if address in addresses:
            raise BadInput(f"`chroma` names {address} twice; pass each Chroma server once", "chroma")
        addresses.append(address)
    return addresses


def rendezvous(ids: Sequence[str], servers: Sequence[str]) -> NDArray[np.intp]:
    """Which server each item lies on.

    Parameters
    ----------
    ids
        Of the items.
    servers
        Their addresses, each once; their order changes nothing but the numbers of the result.

    Returns
    -------
    ndarray
        ``(items,)`` intp, places in `servers`.

    Examples
    --------
    >>> ids, three = [str(n) for n in range(4000)], ["http://a:80", "http://b:80", "http://c:80"]
    >>> before, after = rendezvous(ids, three), rendezvous(ids, [*three, "http://d:80"])
    >>> bool((after[before != after] == 3).all()), round(float((before != after).mean()), 2)
    (True, 0.25)
    """
    own = np.array([_digest(id) for id in ids], np.uint64)
    chosen, largest = np.zeros(len(ids), np.intp), np.zeros(len(ids), np.uint64)
    for place, address in enumerate(servers):
        weight = _mixed(own ^ np.uint64(_digest(address)))
        better = weight >= largest
        chosen[better], largest[better] = place, weight[better]
    return chosen


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spreads each number over all 64 bits (the finaliser of splitmix64), a different one for a different number."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    return bits ^ (bits >> np.uint64(31))


@dataclass(frozen=True, slots=True)
class ShardState:
    """What a server holds of an index.

    Parameters
    ----------
    server
        Its address.
    items
        How many items it answers for.
    added, removed
        How many of them were written when it was opened, and how many others were deleted.
    """

    server: str
    items: int
    added: int
    removed: int


class ShardedIndex:
    """An `Index` on several Chroma servers. Where some do not answer, the others do, and it says which are missing.

    Parameters
    ----------
    inputs
        What it is made of. With `repair` servers that cannot be reached are left out until they can.
    servers
        Their addresses, see `server_addresses`.

    Raises
    ------
    IndexUnreachable
        Where no server can be reached, or one of them cannot and `inputs.repair` is not set.
    IndexMismatch
        Where a server holds something else in the place of its items.
    BadInput
        Where two addresses are of one server.
    """

    def __init__(self, inputs: IndexInputs, servers: Sequence[str]) -> None:
        self._inputs, self._servers = inputs, tuple(servers)
        places = rendezvous([item.id for item in inputs.catalog.items], servers)
        self._rows = [np.flatnonzero(places == place) for place in range(len(servers))]
        self._moved = [Moved()] * len(servers)
        self._collections = [""] * len(servers)
        opened = at_once([partial(self._opened, place) for place in range(len(servers))])
        self._shards = [each for each in opened if isinstance(each, ResilientIndex)]
        errors = [each for each in opened if isinstance(each, Exception)]
        try:
            if errors:
                raise errors[0]
            self._inputs = replace(inputs, rebuild=False)  # a server that comes back keeps what it holds
            self._check_distinct()
            if not any(shard.items for shard in self._shards) and len(inputs.catalog.items):
                raise IndexUnreachable(f"none of the Chroma servers at {', '.join(servers)} answers", "chroma")
        except BaseException:
            self.close()
            raise

    @property
    def items(self) -> int:
        """Number of items that can be found now."""
        return sum(state.items for state in self.shards)

    @property
    def shards(self) -> tuple[ShardState, ...]:
        """What each server holds, 0 items while it is out of reach; in the order of the servers."""
        return tuple(
            ShardState(server, len(rows) if shard.items else 0, moved.added, moved.removed)
            for server, rows, shard, moved in zip(self._servers, self._rows, self._shards, self._moved, strict=True)
        )

    def query(
        self,
        q: Floats,
        k: int,
        where: Filter | None = None,
        exclude: Sequence[Sequence[int]] | None = None,
    ) -> Neighbours:
        """See `Index.query`; raises `IndexUnreachable` where no server answers."""
        return self._gathered(len(q), k, lambda shard, own: shard.query(q, own, where, exclude))

    def alike(self, modality: str, vectors: Floats, k: int) -> Neighbours:
        """See `ContentIndex.alike`; raises `IndexUnreachable` where no server answers."""
        return self._gathered(len(vectors), k, lambda shard, own: shard.alike(modality, vectors, own))

    def close(self) -> None:
        """See `Index.close`."""
        for shard in self._shards:
            shard.close()

    def _opened(self, place: int) -> ResilientIndex | Exception:
        """The shard at a place, or why it cannot be opened: the others are to be closed then."""
        try:
            return self._resilient(place)
        except Exception as error:
            return error

    def _resilient(self, place: int) -> ResilientIndex:
        """The shard at a place; it is found again where it is lost later, and may be lost from the start in repair."""
        first: list[ChromaIndex] = []
        if not self._inputs.repair:
            first.append(self._open(place))
        return ResilientIndex(lambda: first.pop() if first else self._open(place), f"{INDEX}:{place + 1}")

    def _open(self, place: int) -> ChromaIndex:
        inputs, url = self._inputs, self._servers[place]
        layout = hashlib.sha256("\n".join([*sorted(self._servers), "", url]).encode()).hexdigest()[:16]
        moved: list[Moved] = []
        index = open_remote(
            url, inputs.folder.name, inputs.v, inputs.b, inputs.catalog, inputs.fingerprint, inputs.rebuild,
            media=inputs.media, shard=Shard(self._rows[place], layout), moved=moved.append,
        )  # fmt: skip
        self._moved[place], self._collections[place] = moved[0], index.collection_id
        return index

    def _check_distinct(self) -> None:
        """Refuses two addresses of one server: its items would be asked for twice, and a server would be missing."""
        for place, id in enumerate(self._collections):
            before = self._collections.index(id)
            if id and before < place:
                raise BadInput(
                    f"`chroma` names {self._servers[before]} and {self._servers[place]}, which are one server or hold "
                    "one's data and a copy of it; pass each server once, and begin a new one with an empty folder",
                    "chroma",
                )

    def _gathered(self, queries: int, k: int, ask: Callable[[ResilientIndex, int], Neighbours]) -> Neighbours:
        """What all shards find, each asked for its share of `k`, merged.

        Where one is lost meanwhile the others are asked again: their shares are larger then.
        """
        alive = [place for place, shard in enumerate(self._shards) if shard.items or not len(self._rows[place])]
        answers: list[Neighbours] = []
        while alive:
            answers, lost = self._answers(alive, k, ask)
            if not lost:
                break
            alive = [place for place in alive if place not in lost]
        if not alive:
            raise IndexUnreachable("no server of the index answers")
        missing = {f"{INDEX}:{place + 1}" for place in range(len(self._shards)) if place not in alive}
        merged = [
            _best([each.rows[n] for each in answers], [each.scores[n] for each in answers], k) for n in range(queries)
        ]
        return Neighbours([rows for rows, _ in merged], [scores for _, scores in merged], frozenset(missing))

    def _answers(
        self, places: Sequence[int], k: int, ask: Callable[[ResilientIndex, int], Neighbours]
    ) -> tuple[list[Neighbours], set[int]]:
        """What the shards at some places find, and the places of those that did not answer."""
        items = max(sum(len(self._rows[place]) for place in places), 1)

        def answer(place: int) -> Neighbours | None:
            shard = self._shards[place]
            try:
                return ask(shard, share_of(k, min(shard.items / items, 1)))  # one may hold others' items, too
            except IndexUnreachable:
                return None

        found = dict(zip(places, at_once([partial(answer, place) for place in places]), strict=True))
        return [each for each in found.values() if each is not None], {
            place for place, each in found.items() if each is None
        }


def _best(rows: Sequence[NDArray[np.intp]], scores: Sequence[Floats], k: int) -> tuple[NDArray[np.intp], Floats]:
    """The `k` best of what several found, each once: two servers may hold an item while it moves."""
    found, first = np.unique(np.concatenate(rows), return_index=True)
    values = np.concatenate(scores)[first]
    order = np.argsort(-values, kind="stable")[:k]
    return found[order], values[order]
