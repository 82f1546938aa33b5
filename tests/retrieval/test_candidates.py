"""Candidate sources: each proposes few rows and the right ones; the others go on where the index does not answer."""

import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from llmrec.catalog import Catalog, Item
from llmrec.errors import IndexUnreachable
from llmrec.evidence.effects import Situation
from llmrec.pipeline import source_inputs
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.content import unit_rows
from llmrec.ranking.fused import SAMPLE, ScoredRows
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.score_component import ScoringSituation
from llmrec.ranking.terms import Terms
from llmrec.retrieval import candidates, sources
from llmrec.retrieval.candidates import CandidateQuery, Candidates, SourceInputs, gather
from llmrec.retrieval.filters import parse_where
from llmrec.retrieval.index import ExactIndex, Neighbours
from llmrec.retrieval.sources import (
    ContentSource,
    ExampleSource,
    HistorySource,
    IndexSource,
    NeighbourSource,
    NewSource,
    PopularSource,
    TermsSource,
    WordsSource,
)
from llmrec.vector_rows import VectorRows

RNG = np.random.default_rng(0)
ITEMS, DIM, REQUESTS = 300, 8, 3
CATALOG = Catalog("made", tuple(Item(str(n), f"t{n}", "", {"year": 1990 + n % 5}) for n in range(ITEMS)), {})
V, B = RNG.normal(size=(ITEMS, DIM)).astype(np.float32), RNG.normal(size=ITEMS).astype(np.float32)
Q = RNG.normal(size=(REQUESTS, DIM)).astype(np.float32)
TEXT = unit_rows(RNG.normal(size=(ITEMS, 6)).astype(np.float32))
TEXT[7] = 0  # an item without text
POPULAR = np.arange(ITEMS, 0, -1).astype(np.float32)
POPULAR[250:] = 0
TERMS = Terms.of(CATALOG.items)
WALKS = [[n, n + 1, n + 2, n + 3] for n in range(200)]
LATE = np.array([298, 299])
INPUTS = SourceInputs(
    CATALOG, ExactIndex(V, B, CATALOG, {"text": TEXT}), VectorRows(V), B, np.empty(0, np.intp),
    {"text": VectorRows(TEXT)}, ["text"], POPULAR,
    Collaborative.fit(WALKS, ITEMS).neighbours, TERMS.best, TERMS.like_history,
)  # fmt: skip
HISTORIES = [(1, 20), (), (2, 3, 40)]


class Silent(ExactIndex):
    """An index whose server is gone."""

    def query(self, *_: object) -> Neighbours:  # type: ignore[override]
        raise IndexUnreachable("the index does not answer")

    def alike(self, *_: object) -> Any:
        raise IndexUnreachable("the index does not answer")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Budgets that a catalogue of 300 items is larger than."""
    for name in ("BY_QUERY_VECTOR", "BY_WORDS", "BY_EXAMPLE", "BY_CONTENT", "NEIGHBOURS", "POPULAR", "NEW"):
        monkeypatch.setattr(sources, name, 5)
    monkeypatch.setattr(candidates, "SCANNED", 10)


def asked(where: str | None = None, **more: Any) -> CandidateQuery:
    chosen = parse_where(where, CATALOG) if where else None
    allowed = np.ones(ITEMS, np.bool_) if chosen is None else chosen.mask(CATALOG)
    return CandidateQuery(Q, HISTORIES, HISTORIES, chosen, allowed, k=3, **more)


def best(scores: np.ndarray, query: CandidateQuery, n: int, k: int = 5) -> list[int]:
    """The rows of the best open scores."""
    open_ = np.where(query.allowed, scores, -np.inf)
    open_[list(query.exclude[n])] = -np.inf
    return [int(row) for row in np.argsort(-open_, kind="stable")[:k] if np.isfinite(open_[row])]


@pytest.mark.parametrize("where", [None, "year=1991", "year>=1991"])
@pytest.mark.parametrize("compared", [0, 300_000])
def test_the_index_proposes_its_nearest_and_says_so_where_it_does_not_answer(
    where: str | None, compared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "COMPARED", compared)
    query = asked(where)
    for n, rows in enumerate(IndexSource(INPUTS).candidates(query).rows):
        assert set(best(V @ Q[n] + B, query, n)) <= set(rows.tolist())
    silent = IndexSource(replace(INPUTS, index=Silent(V, B, CATALOG))).candidates(query)
    if compared and where == "year=1991":  # what a narrow filter lets through is compared without an index
        assert silent.degraded == frozenset() and all(len(rows) > 4 for rows in silent.rows)
    else:
        assert silent.degraded == {"index"} and [len(rows) for rows in silent.rows] == [0, 0, 0]


def test_media_that_the_index_holds_shortened_are_compared_whole() -> None:
    first = TEXT[:, :2] / np.maximum(np.linalg.norm(TEXT[:, :2], axis=1, keepdims=True), 1e-6)
    inputs = replace(
        INPUTS, index=ExactIndex(V, B, CATALOG, {"text": first}), short_media={"text": VectorRows(first)},
        shortened=lambda _, rows: rows[:, :2] / np.linalg.norm(rows[:, :2], axis=1, keepdims=True),
    )  # fmt: skip
    for where in (None, "year=1991"):
        query = asked(where, words=TEXT[[9, 10, 11]])
        for n, rows in enumerate(WordsSource(inputs).candidates(query).rows):
            near = best(first @ first[9 + n], query, n, 10)
            assert rows.tolist() == sorted(near, key=lambda row: -float(TEXT[row] @ TEXT[9 + n]))[:5]


def test_items_that_came_since_the_index_was_built_are_compared_beside_it() -> None:
    query = asked(words=TEXT[[299, 5, 298]])
    inputs = replace(INPUTS, unindexed=LATE, index=Silent(V, B, CATALOG))
    for n, rows in enumerate(IndexSource(inputs).candidates(query).rows):
        assert set(rows.tolist()) == set(LATE.tolist()), n
    found = WordsSource(inputs).candidates(query)
    assert found.degraded == {"index"} and found.rows[0][0] == 299 and found.rows[2][0] == 298


def test_content_is_that_of_the_newest_items_of_the_history() -> None:
    found = ContentSource(INPUTS).candidates(asked())
    assert len(found.rows[1]) == 0
    for n, newest in ((0, [20, 1]), (2, [40, 3, 2])):
        near = {row for item in newest for row in best(TEXT @ TEXT[item], asked(), n)}
        assert set(found.rows[n].tolist()) == near
    alone = replace(asked(), histories=[(7,), (7,), (7,)])
    assert [len(rows) for rows in ContentSource(INPUTS).candidates(alone).rows] == [0, 0, 0]  # it has no text


def test_words_and_examples_are_compared_with_the_items_media() -> None:
    query = asked(words=TEXT[[9, 10, 11]], example={"text": TEXT[12]})
    for n, rows in enumerate(WordsSource(INPUTS).candidates(query).rows):
        assert rows.tolist() == best(TEXT @ TEXT[9 + n], query, n)
    for rows in ExampleSource(INPUTS).candidates(query).rows:
        assert rows.tolist() == best(TEXT @ TEXT[12], query, 0)
    for make in (WordsSource, ExampleSource):
        assert [len(rows) for rows in make(INPUTS).candidates(asked()).rows] == [0, 0, 0]


def test_words_that_few_items_have_find_them() -> None:
    query = replace(asked(queries=["t5 or t11", "nothing here", "t5 or t11"]), histories=[(), (), ()])
    found = TermsSource(INPUTS).candidates(query).rows
    assert [sorted(rows.tolist()) for rows in found] == [[5, 11], [], [5, 11]]
    assert [len(rows) for rows in TermsSource(INPUTS).candidates(replace(query, queries=())).rows] == [0, 0, 0]


def test_what_a_filter_shuts_out_takes_no_places(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BY_TERMS", "BY_HISTORY_TERMS"):
        monkeypatch.setattr(sources, name, 3)
    items = tuple(Item(str(n), "red shirt", "", {"year": 1990 + (n >= 30)}) for n in range(40))
    catalog, terms = Catalog("red", items, {}), Terms.of(items)
    chosen = parse_where("year=1991", catalog)
    query = CandidateQuery(Q[:1], [(31,)], [(31,)], chosen, chosen.mask(catalog), queries=["a red shirt"])
    inputs = replace(INPUTS, catalog=catalog, named=terms.best, phrased_like=terms.like_history)
    found = TermsSource(inputs).candidates(query).rows[0].tolist()
    assert found == [30, 32, 33] * 2  # by the query's words, then by the history's; without the filter rows 0 to 2
    speak = {31: (np.arange(40), np.linspace(2, 1, 40).astype(np.float32))}
    source = NeighbourSource(replace(inputs, neighbours=lambda row, _: speak[row]))
    assert source.candidates(query).rows[0].tolist() == [30, 32, 33, 34, 35]


def test_new_items_that_are_closed_leave_their_places_to_the_next() -> None:
    query = replace(asked(), exclude=[(), tuple(range(295, 300)), tuple(range(252, 300))])
    found = [rows.tolist() for rows in NewSource(INPUTS).candidates(query).rows]
    assert found == [[299, 298, 297, 296, 295], [294, 293, 292, 291, 290], [251, 250]]


def test_the_history_s_own_words_find_items_that_have_them() -> None:
    items = [Item(str(n), f"{('red', 'blue', 'green')[n % 3]} {('shirt', 'dress')[n % 2]}") for n in range(12)]
    terms = Terms.of(items)
    source = TermsSource(replace(INPUTS, named=terms.best, phrased_like=terms.like_history))
    query = replace(asked(), histories=[(0, 1), (), (4,)], exclude=[(0, 1), (), (4,)])
    found = source.candidates(query).rows
    assert found[0][0] == 7 and found[2][0] == 10 and not len(found[1])  # the newest item counts most
    assert not {0, 1} & set(found[0].tolist())


def test_neighbours_are_those_that_the_history_speaks_for() -> None:
    found = NeighbourSource(INPUTS).candidates(asked()).rows
    assert {21, 22} <= set(found[0].tolist()) and {41, 42} <= set(found[2].tolist()) and not len(found[1])
    assert all(
        len(rows) <= 5 and not {*rows.tolist()} & {*closed} for rows, closed in zip(found, HISTORIES, strict=True)
    )


def test_the_history_is_proposed_where_it_may_be_taken_again() -> None:
    assert [len(rows) for rows in HistorySource(INPUTS).candidates(asked()).rows] == [0, 0, 0]
    again = replace(asked(), histories=[(1, 20, 1), (), (2,)], exclude=[(20,), (), ()])
    assert [rows.tolist() for rows in HistorySource(INPUTS).candidates(again).rows] == [[1], [], [2]]


def test_what_is_popular_always_fills_a_list_and_what_is_new_has_a_place() -> None:
    for query in (asked(), asked("year=1994"), replace(asked("year>1990"), k=200)):
        for n, rows in enumerate(PopularSource(INPUTS).candidates(query).rows):
            assert rows.tolist() == best(POPULAR, query, n, max(5, query.k))
    assert NewSource(INPUTS).candidates(asked()).rows[0].tolist() == [299, 298, 297, 296, 295]
    assert NewSource(INPUTS).candidates(asked("year=1990")).rows[1].tolist() == [295, 290, 285, 280, 275]


def test_what_is_gathered_is_a_union_without_what_the_filter_and_the_request_exclude() -> None:
    query = asked("year>=1993")
    made = [make(INPUTS) for make in (IndexSource, ContentSource, NeighbourSource, PopularSource, NewSource)]
    for n, rows in enumerate(gather(made, query).rows):
        proposed = {row for source in made for row in source.candidates(query).rows[n].tolist()}
        assert rows.tolist() == sorted(row for row in proposed if query.allowed[row] and row not in query.exclude[n])


def test_the_others_propose_more_where_the_index_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "ALONE", 3)
    others = [NeighbourSource(INPUTS), PopularSource(INPUTS)]
    silent = IndexSource(replace(INPUTS, index=Silent(V, B, CATALOG)))
    beside, alone = gather(others, asked()), gather([silent, *others], asked())
    assert beside.degraded == frozenset() and alone.degraded == {"index"}
    for few, many in zip(beside.rows, alone.rows, strict=True):
        assert set(few.tolist()) < set(many.tolist()) and len(many) >= 15


def test_a_narrow_filter_is_answered_by_all_that_it_lets_through() -> None:
    class Never:
        def candidates(self, _query: CandidateQuery) -> Candidates:
            raise AssertionError("no source is asked")

    narrow = replace(asked("year=1991"), allowed=np.isin(np.arange(ITEMS), [1, 6, 11, 40]))
    assert [rows.tolist() for rows in gather([Never()], narrow).rows] == [[6, 11, 40], [1, 6, 11, 40], [1, 6, 11]]


def test_a_source_of_ones_own_adds_to_the_others_and_says_what_it_missed() -> None:
    class Newest:
        def __init__(self, inputs: SourceInputs) -> None:
            self._rows = np.arange(len(inputs.catalog.items))[-3:]

        def candidates(self, query: CandidateQuery) -> Candidates:
            return Candidates([self._rows] * len(query.vectors), frozenset({"newest"}))

    found = gather([IndexSource(INPUTS), Newest(INPUTS)], asked())
    assert all({297, 298, 299} <= set(rows.tolist()) for rows in found.rows) and found.degraded == {"newest"}


def test_an_index_without_media_leaves_them_to_the_others() -> None:
    class Plain:
        items = ITEMS

        def query(self, q: np.ndarray, *_: Sequence[int]) -> Neighbours:
            return Neighbours([np.arange(3)] * len(q), [np.zeros(3, np.float32)] * len(q))

        def close(self) -> None: ...

    plain = replace(INPUTS, index=Plain())
    assert [len(rows) for rows in ContentSource(plain).candidates(asked()).rows] == [0, 0, 0]


def test_no_request_makes_an_array_of_all_items_but_the_mask_of_a_filter() -> None:
    """Candidates, scores, order and what evidence scores again, in a catalogue whose item count would show."""
    items, rng = 1_000_003, np.random.default_rng(1)
    v, media = rng.normal(size=(items, 4)).astype(np.float32), {"text": unit_rows(rng.normal(size=(items, 4)))}
    near = rng.integers(0, items, (2, 20))
    weights = sp.csr_matrix((np.ones(40, np.float32), (np.repeat([5, 9], 20), near.ravel())), shape=(items, items))
    popular = rng.integers(0, 9, items).astype(np.float32)
    learnt = InteractionModels(Collaborative(weights, 0.75), popular)
    mask = {"text": np.ones(items, np.bool_)}
    said = rng.integers(0, 500, (items, 2)).astype(np.int32)
    counts = sp.csr_matrix((np.ones(2 * items, np.float32), said.ravel(), np.arange(0, 2 * items + 1, 2)), (items, 500))
    terms = Terms({f"w{n}": n for n in range(500)}, counts)
    terms.best("w1", 1), terms.like_history((5,), 1)  # what it keeps is made once
    components = Components(
        v, v[:, 0].copy(), learnt, {"text": media["text"].astype(np.float32)}, mask, {}, terms=terms
    )

    class Some:
        items = 1_000_003

        def query(self, q: np.ndarray, k: int, *_: object) -> Neighbours:
            return Neighbours([rng.integers(0, items, k)] * len(q), [np.zeros(k, np.float32)] * len(q))

        def alike(self, _modality: str, vectors: np.ndarray, k: int, *_: object) -> Neighbours:
            return Neighbours([rng.integers(0, items, k)] * len(vectors), [np.zeros(k, np.float32)] * len(vectors))

        def close(self) -> None: ...

    inputs = source_inputs(CATALOG, Some(), components, ["text"], np.array([3, 4]))
    kinds = (IndexSource, ContentSource, WordsSource, TermsSource, NeighbourSource, PopularSource, NewSource)
    made = [make(inputs) for make in kinds]
    sample, q, history = np.sort(rng.choice(items, SAMPLE, replace=False)), v[:1], (5, 9)
    allowed, words = np.ones(items, np.bool_), np.ones((1, 4), np.float32)
    weight = {part.key: 1.0 for part in components.parts(words=True)}
    tracemalloc.start()
    try:
        found = gather(made, CandidateQuery(q, [history], [history], None, allowed, words, ["w3 w4"]))
        scored = ScoredRows.of(found.rows[0], sample, history, items)
        situation = Situation.of(ScoringSituation(q[0], history, words[0], query="w3 w4"), scored, components, weight)
        top = situation.order()[:10]
        situation.rescored(components, np.repeat(q, 4, axis=0), [(5,), (9,), (), history])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(top) == 10 and len(scored.rows) < 2 * SAMPLE
    assert peak < items  # bytes: not even one a row
