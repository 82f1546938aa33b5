"""llmrec's own candidate sources: four that ask the index, and four small ones that need none.

The index holds the LLM's item vectors and the items' media, a collection each. It is asked for the nearest items to the
LLM's query vector, to the newest items of the history, to the query's words, and to the request's example. Items that
came or changed since it was built are compared exactly, beside it. Neighbours of the history in the item-item model,
what is chosen most, what is new and, where things are taken again, the history itself complement it with few rows each;
where the index does not answer they are all there is, and the answer says so.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from llmrec.errors import IndexUnreachable
from llmrec.retrieval.at_once import at_once
from llmrec.retrieval.candidates import CandidateQuery, Candidates, SourceInputs
from llmrec.retrieval.filters import Filter
from llmrec.retrieval.index import INDEX, ContentIndex, Floats, Rows

BY_QUERY_VECTOR, BY_WORDS, BY_EXAMPLE = 400, 200, 200
"""Rows that are asked of the index by the LLM's query vector, by words, and by an example in each modality."""
BY_TERMS, BY_HISTORY_TERMS = 200, 50
"""Rows that have the query's words, and the history's."""
BY_CONTENT, NEWEST = 50, 3
"""Rows for each of the newest history items in each modality, and how many of these items are asked for."""
NEIGHBOURS, LISTED, RECENT = 8, 20, 50
"""Rows from the item-item model in all; neighbours that are kept of each item; newest history items that are read, each
counting one over its place from the end."""
AGAIN = 300
"""Newest items of the history that may be taken again."""
POPULAR, NEW = 20, 20
"""The most chosen items, and the newest of those that nobody has chosen yet."""
ALONE = 8
"""Times as many neighbours and popular items where the index does not answer. Beside it they bring none of the ten best
that it does not bring, on MovieLens-100K; alone, with so many, they hold the lists' quality there."""
WIDER = 4
"""Most times as many rows as wanted that the index is asked for, so that enough pass the filter."""
COMPARED = 300_000
"""Rows that a narrower filter may let through to be compared one by one: at 40,000 items, a tenth of which pass, that
takes 0.5 ms where Chroma takes 35 for the same rows. Beyond, the filter is handed to the index."""


class IndexSource:
    """The nearest items by the LLM's query vector."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._inputs = inputs

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        inputs, k = self._inputs, max(BY_QUERY_VECTOR, query.k)
        if (few := _few(query)) is not None:
            scores = inputs.vectors.products(query.vectors, few) + inputs.biases[few]
            return Candidates(_best(few, scores, k + max(map(len, query.exclude), default=0)))
        late = inputs.unindexed
        beside = query.vectors @ inputs.vectors[late].T + inputs.biases[late] if len(late) else None
        wanted, where = _reach(query, k)
        try:
            found = inputs.index.query(query.vectors, wanted, where, query.exclude)
        except IndexUnreachable:
            return Candidates(_with_late([_NONE] * len(query.vectors), late, beside, k), frozenset({INDEX}))
        return Candidates(_with_late(found.rows, late, beside, k), found.degraded)


class ContentSource:
    """The items whose media are nearest to those of the newest history items."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._inputs = inputs

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        newest = [list(dict.fromkeys(reversed(history)))[:NEWEST] for history in query.histories]
        owners = np.repeat(np.arange(len(newest)), [len(rows) for rows in newest])
        rows = np.array([row for own in newest for row in own], np.intp)
        vectors = {m: self._inputs.media[m][rows] for m in self._inputs.compared} if len(rows) else {}
        return _alike(self._inputs, query, vectors, owners, BY_CONTENT)


class WordsSource:
    """The items whose text is nearest to the query's words."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._inputs = inputs

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        vectors = {} if query.words is None or "text" not in self._inputs.media else {"text": query.words}
        return _alike(self._inputs, query, vectors, np.arange(len(query.vectors)), BY_WORDS)


class TermsSource:
    """The items that have most of the query's or the history's words: a sentence vector loses a name or a colour."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._named, self._phrased_like = inputs.named, inputs.phrased_like

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        more = 0 if query.where is None else len(query.allowed)  # all that are found, as the filter takes any of them
        named = {words: self._named(words, BY_TERMS + more) for words in {*query.queries}}
        asked = [named[words] for words in query.queries] or [_NONE] * len(query.vectors)
        rows = []
        for own, history, closed in zip(asked, query.histories, query.exclude, strict=True):
            alike = self._phrased_like(history, BY_HISTORY_TERMS + len(closed) + more)
            open_ = [_open(found, query, closed) for found in (own, alike)]
            rows.append(np.concatenate([open_[0][:BY_TERMS], open_[1][:BY_HISTORY_TERMS]]))
        return Candidates(rows)


class ExampleSource:
    """The items that are nearest to the request's example."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._inputs = inputs

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        found = _alike(
            self._inputs, query, {m: x[None] for m, x in query.example.items()}, np.zeros(1, np.intp), BY_EXAMPLE
        )
        return Candidates([found.rows[0]] * len(query.vectors) if query.example else found.rows, found.degraded)


class ComplementSource:
    """What may go with the request's item: from baskets, by its words and variants, by values that go with its own."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._beside = inputs.beside

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        rows = _NONE if query.anchor is None else self._beside(query.anchor)
        return Candidates([rows] * len(query.vectors))


class NeighbourSource:
    """The items that the history's items speak for most in the item-item model, by their stored lists."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._inputs = inputs
        self._lists: dict[int, tuple[Rows, Floats]] = {}

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        most = NEIGHBOURS * (ALONE if query.alone else 1)
        return Candidates(
            [self._of(own, closed, most, query) for own, closed in zip(query.histories, query.exclude, strict=True)]
        )

    def _of(self, history: Sequence[int], closed: Sequence[int], most: int, query: CandidateQuery) -> Rows:
        lists = [self._list(row) for row in reversed(history[-RECENT:])]
        if not lists:
            return _NONE
        weights = np.concatenate([own / (1 + age) for age, (_, own) in enumerate(lists)])
        rows, place = np.unique(np.concatenate([rows for rows, _ in lists]), return_inverse=True)
        total = np.bincount(place, weights, len(rows))
        return _open(rows[np.argsort(-total, kind="stable")], query, closed)[:most]

    def _list(self, row: int) -> tuple[Rows, Floats]:
        if row not in self._lists:
            self._lists[row] = self._inputs.neighbours(row, LISTED)
        return self._lists[row]


class HistorySource:
    """The newest items of the history, where what was taken may be taken again."""

    def __init__(self, _inputs: SourceInputs) -> None:
        pass

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        newest = [list(dict.fromkeys(reversed(history)))[:AGAIN] for history in query.histories]
        open_ = [np.setdiff1d(own, closed) for own, closed in zip(newest, query.exclude, strict=True)]
        return Candidates([rows.astype(np.intp) for rows in open_])


class PopularSource:
    """The items that are chosen most, of those that the filter lets through: there are always enough to fill a list."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._order = np.argsort(-inputs.popular, kind="stable")

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        return Candidates([self._of(query, closed) for closed in query.exclude])

    def _of(self, query: CandidateQuery, closed: Sequence[int]) -> Rows:
        wanted = max(POPULAR * (ALONE if query.alone else 1), query.k)
        size = wanted + len(closed)
        while True:
            best = _open(self._order[:size], query, closed)
            if len(best) >= wanted or size >= len(self._order):
                return best[:wanted]
            size *= 2


class NewSource:
    """The newest items that nobody has chosen yet: what counts choices cannot propose them."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._rows = np.flatnonzero(inputs.popular == 0)[::-1]

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        rows = self._rows if query.where is None else self._rows[query.allowed[self._rows]]
        return Candidates([_open(rows[: NEW + len(closed)], query, closed)[:NEW] for closed in query.exclude])


_NONE = np.empty(0, np.intp)


def _open(rows: Rows, query: CandidateQuery, closed: Sequence[int]) -> Rows:
    """Those of `rows` that the filter lets through and the request has not closed, in their order."""
    found: Rows = rows[query.allowed[rows] & ~np.isin(rows, np.asarray(closed, np.intp))]
    return found


def _alike(
    inputs: SourceInputs, query: CandidateQuery, vectors: Mapping[str, Floats], owners: Rows, k: int
) -> Candidates:
    """For each request, the `k` rows nearest to each vector (modality -> `(n, dim)`) that it owns (`owners (n,)`).

    The index compares along few axes: of twice as many rows as wanted, the truly nearest are taken.
    """
    parts = [partial(_alike_in, inputs, query, m, own, owners, k) for m, own in vectors.items()]
    found = at_once(parts)
    rows = [np.concatenate([_NONE, *(each.rows[n] for each in found)]) for n in range(len(query.vectors))]
    return Candidates(rows, frozenset().union(*(each.degraded for each in found)))


def _alike_in(
    inputs: SourceInputs, query: CandidateQuery, modality: str, vectors: Floats, owners: Rows, k: int
) -> Candidates:
    """`_alike` in one modality."""
    there = vectors.any(axis=1)
    asked, owned, held = vectors[there], owners[there], inputs.media[modality]
    late, few = inputs.unindexed, _few(query)
    found: Sequence[Rows] = [_NONE] * len(asked)
    degraded: frozenset[str] = frozenset()
    if not len(asked):
        return Candidates([_NONE] * len(query.vectors))
    short = inputs.shortened(modality, asked)
    if few is not None:
        scores = inputs.short_media.get(modality, held).products(short, few)
        found = _best(few, scores, 2 * k + max(map(len, query.exclude), default=0))
    elif isinstance(inputs.index, ContentIndex):
        wanted = int(np.ceil(2 * k / _passing(query)))  # what is like the newest items is often in the history too
        try:
            near_by = inputs.index.alike(modality, short, wanted)
            found, degraded = near_by.rows, near_by.degraded
        except IndexUnreachable:
            degraded = frozenset({INDEX})
    beside = asked @ held[late].T if len(late) and few is None else None
    rows: list[list[Rows]] = [[_NONE] for _ in query.vectors]
    for n, owner in enumerate(owned):
        near = _open(found[n], query, query.exclude[owner])
        rows[owner] += _best(near, (held[near] @ asked[n])[None], k)
        if beside is not None:
            (newest,) = _best(late, beside[n : n + 1], k)
            rows[owner].append(_open(newest, query, query.exclude[owner]))
    return Candidates([np.concatenate(each) for each in rows], degraded)


def _few(query: CandidateQuery) -> Rows | None:
    """What the filter lets through, where that is so little that it is compared row by row."""
    if query.where is None:
        return None
    passing = np.count_nonzero(query.allowed)
    return np.flatnonzero(query.allowed) if passing <= min(COMPARED, len(query.allowed) // WIDER) else None


def _best(rows: Rows, scores: Floats, k: int) -> list[Rows]:
    """The `k` of `rows (n,)` that each of `scores (requests, n)` is largest at, best first."""
    if k < len(rows):  # all are not put in order
        chosen = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        rows, scores = rows[chosen], np.take_along_axis(scores, chosen, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")
    return list(np.take_along_axis(np.broadcast_to(rows, scores.shape), order, axis=1))


def _with_late(found: Sequence[Rows], late: Rows, beside: Floats | None, k: int) -> list[Rows]:
    """What the index found, and the `k` best of the rows that it does not hold (`late`), by their scores `beside`."""
    if beside is None:
        return list(found)
    return [np.concatenate([own, rows]) for own, rows in zip(_best(late, beside, k), found, strict=True)]


def _reach(query: CandidateQuery, k: int) -> tuple[int, Filter | None]:
    """How many rows the index is asked for, and the filter that it is told; a wide filter is applied to what comes."""
    share = _passing(query)
    return (k, query.where) if share * WIDER < 1 else (int(np.ceil(k / share)), None)


def _passing(query: CandidateQuery) -> float:
    """Which share of the items the filter lets through: 1 without one, more than none with any."""
    through = int(np.count_nonzero(query.allowed))
    return 1.0 if query.where is None else max(through, 1) / max(len(query.allowed), 1)
