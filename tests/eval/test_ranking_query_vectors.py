"""Reading a user once gives the query vectors that reading every event by itself gives."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from eval.ranking.query_vectors import Queries, ask, shuffled
from eval.ranking.variants import Trained
from llmrec.catalog.types import Catalog
from llmrec.evaluation.splits import rolling_events, rolling_split
from llmrec.model.inference import query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.train.trainer import Progress


def test_shared_reading_equals_single_reading(
    make_model: Callable[..., tuple[RecLM, ItemTable]], tiny_base: Path, tiny_catalog: Catalog
) -> None:
    words = PromptWords.load(tiny_base)
    model, table = make_model()
    split = rolling_split(tiny_catalog, last=2)
    events = [e for at in ("valid", "test") for e in rolling_events(tiny_catalog, split, at)]
    queries = [words.query_tokens("a comedy") if n % 2 else () for n in range(len(events))]
    plain, queried = ask(Trained(model, table, words, Progress(), ()), events, queries)
    soft = soft_tokens(model, table)
    histories = [e.history for e in events]
    np.testing.assert_allclose(plain, query_vectors(model, soft, words.before, histories), atol=1e-4)
    np.testing.assert_allclose(queried, query_vectors(model, soft, words.before, histories, queries), atol=1e-4)
    np.testing.assert_array_equal(plain[::2], queried[::2])


def test_shuffling_keeps_the_items_that_are_read(tiny_catalog: Catalog) -> None:
    event = rolling_events(tiny_catalog, rolling_split(tiny_catalog, last=2), "test")[0]
    assert sorted(shuffled(event, 3, 0)) == sorted(event.history[-3:])
    assert shuffled(event, 64, 0) == shuffled(event, 64, 0)


def test_queries_survive_the_disk(tmp_path: Path) -> None:
    one = np.ones((2, 3), np.float32)
    Queries({"test": one, "test query": 2 * one}, {"test": one}, one, one[:, 0], {"seconds": 1.5}).save(
        tmp_path / "q.npz"
    )
    found = Queries.load(tmp_path / "q.npz")
    assert set(found.q) == {"test", "test query"} and found.about == {"seconds": 1.5}
    np.testing.assert_array_equal(found.scores("test query"), 2 * one @ one.T + 1)
