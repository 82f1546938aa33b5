"""Weights of the fused score, fitted on validation events."""

from collections.abc import Callable

import numpy as np
import pytest

from llmrec.catalog.types import Catalog
from llmrec.encoders import Encoder, Features
from llmrec.evaluation.splits import rolling_events, rolling_split
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.ranking.score_component import WORDS
from llmrec.train.calibrate import calibrate, transfer_pays_off
from llmrec.train.run import compose


def test_weights_are_shares_for_both_situations(
    make_model: Callable[..., tuple[RecLM, ItemTable]],
    tiny_catalog: Catalog,
    tiny_features: Features,
    words: PromptWords,
    quick_text: Encoder[str],
) -> None:
    made, split = make_model(exit_layer=1), rolling_split(tiny_catalog)
    components = compose(*made, tiny_features, {u: tiny_catalog.rows(items) for u, items in split.train.items()}, 0)
    events = rolling_events(tiny_catalog, split, "valid")
    first = calibrate(*made, words, components, tiny_catalog, events, quick_text, 0)
    weights, metrics = first.weights, first.metrics
    assert set(weights) == {"history", "words", "example"}
    assert WORDS in weights["words"] and WORDS not in weights["history"]
    for parts in (weights["history"], weights["words"]):
        assert all(weight >= 0 for weight in parts.values())
        assert sum(parts.values()) == pytest.approx(1, abs=1e-3)
    assert all(0 <= value <= 1 for value in metrics.values()) and len(metrics) == 4
    # Fitted weights are chosen on these very events: they cannot lose to one part of them.
    assert metrics["valid ndcg@10"] >= metrics["valid ndcg@10 of the LLM alone"] - 0.05
    assert calibrate(*made, words, components, tiny_catalog, events, quick_text, 0) == first


@pytest.mark.parametrize(("cost", "expected"), [(1.0, True), (-9.0, False)])
def test_lending_to_new_items_is_kept_while_it_costs_little(
    make_model: Callable[..., tuple[RecLM, ItemTable]],
    tiny_catalog: Catalog,
    tiny_features: Features,
    words: PromptWords,
    quick_text: Encoder[str],
    monkeypatch: pytest.MonkeyPatch,
    cost: float,
    expected: bool,
) -> None:
    made, split = make_model(exit_layer=1), rolling_split(tiny_catalog)
    components = compose(*made, tiny_features, {u: tiny_catalog.rows(items) for u, items in split.train.items()}, 0)
    events = rolling_events(tiny_catalog, split, "valid")
    transferred = components.with_cold_start().cold_start
    assert transferred is not None  # some films have no training event
    assert components.with_cold_start().cold_start is transferred  # the costly part is computed once
    monkeypatch.setattr("llmrec.train.calibrate.TRANSFER_COST", cost)
    assert calibrate(*made, words, components, tiny_catalog, events, quick_text, 0).cold_start is expected


def test_items_that_come_after_a_training_on_known_ones_alone_are_lent_to(
    make_model: Callable[..., tuple[RecLM, ItemTable]], tiny_features: Features
) -> None:
    components = compose(*make_model(exit_layer=1), tiny_features, {"u": list(range(12))}, seed=0)
    assert components.with_cold_start().cold_start is None
    assert transfer_pays_off(components, np.zeros((0, 16), np.float32), [])
