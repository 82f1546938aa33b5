"""The parts of the fused score, computed for every item."""

from collections.abc import Callable

import numpy as np
import pytest

from llmrec.encoders import Features
from llmrec.model.inference import item_vectors, query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.ranking.components import Components, as_arrays, modality_of
from llmrec.ranking.item_item import Collaborative, popularity
from llmrec.train.run import compose

HISTORIES = {"a": [0, 2, 5, 8], "b": [1, 4, 2], "c": [2, 5, 1]}


@pytest.fixture
def made(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> tuple[RecLM, ItemTable]:
    return make_model()


@pytest.fixture
def components(made: tuple[RecLM, ItemTable], tiny_features: Features) -> Components:
    return compose(*made, tiny_features, HISTORIES, seed=0)


def test_every_part_scores_every_item(made: tuple[RecLM, ItemTable], components: Components) -> None:
    histories = [[1, 2], [4, 5, 8], []]
    q = query_vectors(made[0], soft_tokens(*made), (5, 9), histories)
    found = components.scores(q, histories)
    assert set(found) == {
        "llm", "collaborative", "text last", "text recent", "image last", "image recent", "popularity"
    }  # fmt: skip
    assert all(x.shape == (3, 12) and np.isfinite(x).all() for x in found.values())
    v, b = item_vectors(*made)
    assert np.allclose(found["llm"], q @ v.T + b, atol=1e-5)
    assert not found["text last"][2].any()  # no history, nothing to be like


def test_media_are_compared_with_the_last_item_and_the_last_three(
    components: Components, tiny_features: Features
) -> None:
    rows = tiny_features.vectors["text"] / np.maximum(
        np.linalg.norm(tiny_features.vectors["text"], axis=1, keepdims=True), 1e-6
    )
    found = components.scores(np.zeros((1, 16), np.float32), [[1, 2, 3, 4]])
    assert np.allclose(found["text last"][0], rows @ rows[4], atol=1e-5)
    assert np.allclose(
        found["text recent"][0], (rows @ rows[[2, 3, 4]].T).max(1) * tiny_features.mask["text"], atol=1e-5
    )


def test_a_clip_shown_is_compared_as_the_items_clips_are() -> None:
    clips = np.random.default_rng(0).normal(size=(12, 6 * 4)).astype(np.float32)
    rows = list(HISTORIES.values())
    own = Components.of(
        np.zeros((12, 4), np.float32), np.zeros(12, np.float32), Collaborative.fit(rows, 12), {"video": clips},
        {"video": np.ones(12, np.bool_)}, {"video": 6}, popularity(rows, 12),
    )  # fmt: skip
    assert own.media["video"].shape == (12, 8)
    filed, item = own.like({"video": clips[7]}, None), own.like({"video": own.media["video"][7]}, 7)
    assert filed.likeness["video example"].argmax() == 7
    assert np.allclose(filed.likeness["video example"], item.likeness["video example"], atol=1e-5)


def test_words_score_by_likeness_and_leave_out_items_without_text(
    components: Components, tiny_features: Features
) -> None:
    asked = tiny_features.vectors["text"][[3]] / np.linalg.norm(tiny_features.vectors["text"][3])
    words = components.scores(np.zeros((1, 16), np.float32), [[1]], asked)["words"]
    assert words.argmax() == 3 and words[0, 3] == pytest.approx(1, abs=1e-5)
    assert words[0, 11] == 0 and not tiny_features.mask["text"][11]


def test_popularity_counts_training_events(components: Components) -> None:
    found = components.scores(np.zeros((2, 16), np.float32), [[1], []])["popularity"]
    assert found[0].argmax() == 2 and np.array_equal(found[0], found[1])
    assert found[0, 2] > found[0, 5] > found[0, 7]


def test_catalogue_without_pictures_has_no_picture_part(tiny_features: Features) -> None:
    text = {"text": tiny_features.vectors["text"]}
    rows = list(HISTORIES.values())
    own = Components.of(
        np.zeros((12, 4), np.float32), np.zeros(12, np.float32), Collaborative.fit(rows, 12), text,
        {"text": tiny_features.mask["text"]}, {}, popularity(rows, 12),
    )  # fmt: skip
    found = own.scores(np.zeros((1, 4), np.float32), [[1]])
    assert set(found) == {"llm", "collaborative", "text last", "text recent", "popularity"}


def test_what_a_pack_keeps_gives_the_same_scores_back(components: Components) -> None:
    kept = as_arrays(components)
    again = Collaborative.from_state({name: x for name, x in kept.items() if name != "popular"})
    histories = [[0, 2], [4]]
    assert np.allclose(again.scores(histories), components.collaborative.scores(histories), atol=1e-3)
    assert np.array_equal(kept["popular"], components.popular)


def test_names_of_parts_tell_their_modality() -> None:
    assert modality_of("image recent") == "image" and modality_of("text last") == "text"
    assert modality_of("llm") is None and modality_of("words") is None
