"""Candidate sources: each proposes what it says, an index that does not answer is replaced and said so."""

from dataclasses import replace

import numpy as np
import pytest

from llmrec.catalog import Catalog, Item
from llmrec.errors import IndexUnreachable
from llmrec.retrieval.candidates import (
    CandidateQuery,
    Candidates,
    ComponentSource,
    IndexSource,
    SourceInputs,
    UnindexedSource,
    gather,
)
from llmrec.retrieval.filters import parse_where
from llmrec.retrieval.index import ExactIndex, Neighbours

RNG = np.random.default_rng(0)
ITEMS, DIM, REQUESTS = 60, 8, 3
CATALOG = Catalog("made", tuple(Item(str(n), f"t{n}", "", {"year": 1990 + n % 5}) for n in range(ITEMS)), {})
V, B = RNG.normal(size=(ITEMS, DIM)).astype(np.float32), RNG.normal(size=ITEMS).astype(np.float32)
Q = RNG.normal(size=(REQUESTS, DIM)).astype(np.float32)
INPUTS = SourceInputs(CATALOG, ExactIndex(V, B, CATALOG), V, B, np.array([58, 59]), ("llm",))


class Silent(ExactIndex):
    """An index whose server is gone."""

    def query(self, *_: object) -> Neighbours:  # type: ignore[override]
        raise IndexUnreachable("the index does not answer")


def asked(where: str | None = None, k: int = 5) -> CandidateQuery:
    chosen = parse_where(where, CATALOG) if where else None
    allowed = np.ones(ITEMS, np.bool_) if chosen is None else chosen.mask(CATALOG)
    scores = {name: RNG.normal(size=(REQUESTS, ITEMS)).astype(np.float32) for name in ("llm", "collaborative", "words")}
    return CandidateQuery(Q, [(1,), (), (2, 3)], [(1,), (), (2, 3)], scores, chosen, allowed, k)


@pytest.mark.parametrize("where", [None, "year=1991"])
def test_the_index_proposes_its_nearest_and_is_replaced_where_it_does_not_answer(where: str | None) -> None:
    query = asked(where)
    found = IndexSource(INPUTS).candidates(query)
    instead = IndexSource(replace(INPUTS, index=Silent(V, B, CATALOG))).candidates(query)
    assert found.degraded == frozenset() and instead.degraded == {"index"}
    for n, (rows, others) in enumerate(zip(found.rows, instead.rows, strict=True)):
        exact = V @ Q[n] + B
        exact[~query.allowed] = -np.inf
        exact[list(query.exclude[n])] = -np.inf
        assert rows.tolist() == others.tolist() == np.argsort(-exact)[:5].tolist()


def test_components_propose_their_best_unless_the_index_covers_them() -> None:
    query = asked("year>1990")
    for n, rows in enumerate(ComponentSource(INPUTS).candidates(query).rows):
        best = set()
        for name in ("collaborative", "words"):
            best |= set(np.argsort(-np.where(query.allowed, query.scores[name][n], -np.inf))[:5].tolist())
        assert set(rows.tolist()) == best
    assert all(
        not len(rows) for rows in ComponentSource(replace(INPUTS, indexed_scores=query.scores)).candidates(query).rows
    )


def test_what_is_gathered_is_a_union_without_what_the_filter_excludes() -> None:
    query = asked("year>=1993")  # rows 3, 4, 8, 9, … 58, 59
    sources = [make(INPUTS) for make in (IndexSource, ComponentSource, UnindexedSource)]
    found = gather(sources, query)
    for n, rows in enumerate(found.rows):
        proposed = {row for source in sources for row in source.candidates(query).rows[n].tolist()}
        assert rows.tolist() == sorted(row for row in proposed if query.allowed[row])
        assert {58, 59} <= set(rows.tolist())


def test_a_source_of_ones_own_adds_to_the_others_and_says_what_it_missed() -> None:
    class Newest:
        def __init__(self, inputs: SourceInputs) -> None:
            self._rows = np.arange(len(inputs.catalog.items))[-3:]

        def candidates(self, query: CandidateQuery) -> Candidates:
            return Candidates([self._rows] * len(query.vectors), frozenset({"newest"}))

    found = gather([IndexSource(INPUTS), Newest(INPUTS)], asked())
    assert all({57, 58, 59} <= set(rows.tolist()) for rows in found.rows) and found.degraded == {"newest"}
