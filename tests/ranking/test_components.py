"""The parts of the fused score, computed for every item."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from llmrec.catalog.types import Catalog
from llmrec.encoders import Features
from llmrec.errors import BadInput, PluginError
from llmrec.model.inference import item_vectors, query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.ranking.built_in import FixedComponent
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.content import AXES, ITEMS_AN_AXIS, content_scores, similar_to, unit_rows
from llmrec.ranking.item_item import popularity
from llmrec.ranking.projection import DIRECTIONS, Interest, interest_axes
from llmrec.ranking.score_component import (
    EXAMPLE,
    HISTORY_TERMS,
    LAST,
    LLM,
    POPULARITY,
    PREFERENCE,
    QUERY_TERMS,
    RECENT,
    WORDS,
    ComponentInputs,
    ComponentKey,
    ScoringBatch,
    ScoringSituation,
)
from llmrec.registry import register
from llmrec.train.model_factory import compose

HISTORIES = {"a": [0, 2, 5, 8], "b": [1, 4, 2], "c": [2, 5, 1]}


def scores_of_one(components: Components, rows: Any, situation: ScoringSituation) -> dict[ComponentKey, Any]:
    """Of one request."""
    found = components.score_batch(rows, ScoringBatch.one(situation))
    return {key: scores[0] for key, scores in found.items()}


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
    assert [str(key) for key in found] == [
        "llm", "collaborative", "text last", "text recent", "image last", "image recent", "popularity"
    ]  # fmt: skip
    assert all(x.shape == (3, 12) and np.isfinite(x).all() for x in found.values())
    v, b = item_vectors(*made)
    assert np.allclose(found[LLM], q @ v.T + b, atol=1e-5)
    assert not found[ComponentKey(LAST, "text")][2].any()  # no history, nothing to be like


def test_media_are_compared_with_the_last_item_and_the_last_three(
    components: Components, tiny_features: Features
) -> None:
    rows = tiny_features.vectors["text"] / np.maximum(
        np.linalg.norm(tiny_features.vectors["text"], axis=1, keepdims=True), 1e-6
    )
    found = components.scores(np.zeros((1, 16), np.float32), [[1, 2, 3, 4]])
    assert np.allclose(found[ComponentKey(LAST, "text")][0], rows @ rows[4], atol=1e-5)
    assert np.allclose(
        found[ComponentKey(RECENT, "text")][0],
        (rows @ rows[[2, 3, 4]].T).max(1) * tiny_features.mask["text"],
        atol=1e-5,
    )


def test_long_vectors_are_shortened_for_an_index_and_keep_who_is_near() -> None:
    rng = np.random.default_rng(0)
    items = AXES * ITEMS_AN_AXIS + 1  # one has no picture
    kinds = rng.normal(size=(40, 3 * AXES)).astype(np.float32)
    vectors = kinds[rng.integers(0, 40, items)] + rng.normal(size=(items, 3 * AXES)).astype(np.float32)
    there = np.ones(items, np.bool_)
    there[3] = False
    vectors[3] = 0
    learnt = InteractionModels.fit([[0, 1]], items)
    v, b = np.zeros((items, 4), np.float32), np.zeros(items, np.float32)
    own = Components.of(v, b, learnt, {"image": vectors, "text": vectors[:, :8]}, {"image": there, "text": there}, {})
    short = own.index_media
    assert short["image"].shape == (items, AXES) and short["text"] is own.media["text"] and not short["image"][3].any()
    asked = own.media["image"][:20]
    wanted = np.argsort(-asked @ own.media["image"][:].T, axis=1)[:, :10]
    found = np.argsort(-own.shortened("image", asked) @ short["image"][:].T, axis=1)[:, :20]
    assert np.mean([np.isin(best, near).mean() for best, near in zip(wanted, found, strict=True)]) > 0.95
    more = np.vstack([vectors, vectors[[5]]])
    new, present = {"image": more, "text": more[:, :8]}, {m: np.append(x, True) for m, x in own.mask.items()}
    v, b = np.zeros((items + 1, 4), np.float32), np.zeros(items + 1, np.float32)
    grown = Components.of(v, b, learnt, new, present, {}, own, [items], own.axes)
    assert np.allclose(grown.index_media["image"][[5, items]], short["image"][[5, 5]], atol=1e-3)


def test_a_clip_shown_is_compared_as_the_items_clips_are() -> None:
    clips = np.random.default_rng(0).normal(size=(12, 6 * 4)).astype(np.float32)
    rows = list(HISTORIES.values())
    own = Components.of(
        np.zeros((12, 4), np.float32), np.zeros(12, np.float32), InteractionModels.fit(rows, 12), {"video": clips},
        {"video": np.ones(12, np.bool_)}, {"video": 6},
    )  # fmt: skip
    assert own.media["video"].shape == (12, 8)
    filed, item = (
        made.scores(np.zeros((1, 4), np.float32), [()])[ComponentKey(EXAMPLE, "video")][0]
        for made in (own.like({"video": clips[7]}, None), own.like({"video": own.media["video"][7]}, 7))
    )
    assert filed.argmax() == 7 and np.allclose(filed, item, atol=1e-5)


def test_words_score_by_likeness_and_leave_out_items_without_text(
    components: Components, tiny_features: Features
) -> None:
    asked = tiny_features.vectors["text"][[3]] / np.linalg.norm(tiny_features.vectors["text"][3])
    words = components.scores(np.zeros((1, 16), np.float32), [[1]], asked)[WORDS]
    assert words.argmax() == 3 and words[0, 3] == pytest.approx(1, abs=1e-5)
    assert words[0, 11] == 0 and not tiny_features.mask["text"][11]


def test_popularity_counts_training_events(components: Components) -> None:
    found = components.scores(np.zeros((2, 16), np.float32), [[1], []])[POPULARITY]
    assert found[0].argmax() == 2 and np.array_equal(found[0], found[1])
    assert found[0, 2] > found[0, 5] > found[0, 7]


def test_catalogue_without_pictures_has_no_picture_part(tiny_features: Features) -> None:
    text = {"text": tiny_features.vectors["text"]}
    rows = list(HISTORIES.values())
    own = Components.of(
        np.zeros((12, 4), np.float32), np.zeros(12, np.float32), InteractionModels.fit(rows, 12), text,
        {"text": tiny_features.mask["text"]}, {},
    )  # fmt: skip
    found = own.scores(np.zeros((1, 4), np.float32), [[1]])
    assert {str(key) for key in found} == {"llm", "collaborative", "text last", "text recent", "popularity"}


def test_what_a_checkpoint_keeps_gives_the_same_scores_back(components: Components) -> None:
    learnt = components.interaction_models
    again, histories = InteractionModels.from_state(learnt.state()), [[0, 2], [4]]
    assert np.allclose(again.collaborative.scores(histories), learnt.collaborative.scores(histories), atol=1e-3)
    assert np.array_equal(again.popular, learnt.popular) and again.preference is None


def test_interactions_in_the_rows_of_another_catalogue(components: Components) -> None:
    source = np.array([5, -1, 2, 0])
    other = components.interaction_models.over(source)
    assert other.popular.tolist() == [
        components.interaction_models.popular[5],
        0,
        *components.interaction_models.popular[[2, 0]],
    ]
    there = components.interaction_models.collaborative.scores([[0, 5]])[0]
    assert np.allclose(other.collaborative.scores([[3, 0]])[0], [there[5], 0, there[2], there[0]], atol=1e-6)
    grown = other.over(np.array([0, 1, 2, 3, -1])).collaborative  # behind the others: their entries are shared
    assert np.shares_memory(grown.weights.data, other.collaborative.weights.data)
    assert grown.scores([[3, 0]])[0, :4].tolist() == other.collaborative.scores([[3, 0]])[0].tolist()
    assert grown.scores([[3, 0]])[0, 4] == 0


def test_some_rows_get_the_scores_that_the_whole_catalogue_gives_them(
    made: tuple[RecLM, ItemTable], tiny_features: Features
) -> None:
    """Two-stage scoring: every built-in component, cold items carried over, an example, a query and a plug-in."""
    own = compose(*made, tiny_features, {"a": [0, 2, 5, 8, 1, 4], "b": [1, 4, 2, 6, 5, 0]}, seed=0)
    raw = {m: x[3] for m, x in own.media.items()}
    own = own.with_cold_start().like(raw, 3).with_plugins([Longest()])
    assert own.cold_start is not None and own.preferences is not None
    histories, words = [(1, 2, 5), (7,), ()], own.media["text"][[3, 4, 5]]
    q = query_vectors(made[0], soft_tokens(*made), (5, 9), histories)
    whole, rows = own.scores(q, histories, words), np.array([11, 3, 0, 5, 10, 7])
    kinds = {"llm", "collaborative", "popularity", "words", "last", "recent", "preference", "interest", "example"}
    assert {key.kind for key in whole} == kinds | {"longest"}
    for n, history in enumerate(histories):
        some = scores_of_one(own, rows, ScoringSituation(q[n], history, words[n]))
        assert list(some) == list(whole)
        for key, scores in some.items():
            assert scores.shape == (6,) and np.allclose(scores, whole[key][n, rows], atol=1e-5), key


class Longest:
    """A component from outside: it scores rows, and no more."""

    key = ComponentKey("longest")

    def score(self, rows: np.ndarray, situation: ScoringSituation) -> np.ndarray:
        return (rows * len(situation.history)).astype(np.float32)


def test_a_plugin_takes_part_and_needs_a_name_of_its_own(components: Components) -> None:
    own = components.with_plugins([Longest()])
    found = own.scores(np.zeros((2, 16), np.float32), [[1, 2], []])
    assert found[Longest.key].tolist() == [[2.0 * row for row in range(12)], [0.0] * 12]
    for again in ([Longest()], [FixedComponent(LLM, np.zeros(12, np.float32))]):
        with pytest.raises(ValueError, match=r"two score components are called (longest|llm)"):
            own.with_plugins(again)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.full(12, np.nan), r"component 'longest' gave scores of shape \(12,\); they have to be finite"),
        (np.zeros(1), r"gave scores of shape \(1,\); they have to be finite numbers of shape \(12,\)"),
        (1.0, r"gave scores of shape \(\);"),
        (None, "score component Wrong fails .ZeroDivisionError: "),
    ],
)
def test_what_a_plugin_gives_is_checked(components: Components, wrong: Any, says: str) -> None:
    class Wrong(Longest):
        def score(self, rows: np.ndarray, situation: ScoringSituation) -> Any:
            return len(rows) // len(situation.words or ()) if wrong is None else wrong

    own = components.with_plugins([Wrong()])
    with pytest.raises(PluginError, match=says):
        own.scores(np.zeros((1, 16), np.float32), [[1, 2]])
    with pytest.raises(PluginError, match=says):
        scores_of_one(own, np.arange(12), ScoringSituation(np.zeros(16, np.float32), (1, 2)))


def test_components_by_name(components: Components, tiny_catalog: Catalog) -> None:
    @register("score_component", "years")
    class Years(Longest):
        key = ComponentKey("years")

        def __init__(self, inputs: ComponentInputs) -> None:
            assert inputs.catalog is tiny_catalog and set(inputs.media) == {"text", "image"}

    assert components.with_named(["years"], tiny_catalog).plugins[0].key == Years.key
    assert components.with_named([], tiny_catalog) is components
    with pytest.raises(BadInput, match="two score components are called years"):
        components.with_named(["years", "years"], tiny_catalog)
    register("score_component", "nothing")(lambda _inputs: None)
    with pytest.raises(BadInput, match="component 'nothing' makes a NoneType, which has no `key`"):
        components.with_named(["nothing"], tiny_catalog)


@pytest.mark.parametrize(
    "text", ["llm", "text last", "image example", "collaborative example", "words", "my_pkg.parts:Own"]
)
def test_names_are_read_as_they_were_written(text: str) -> None:
    key = ComponentKey.parse(text)
    assert str(key) == text and ComponentKey.parse(str(key)) == key
    assert key.modality == ("" if " " not in text else text.split()[0])


def test_former_names_are_understood() -> None:
    assert ComponentKey.parse("taste") == PREFERENCE and str(PREFERENCE) == "preference"


def test_words_of_some_items_are_counted_as_those_of_the_catalogue(
    components: Components, tiny_catalog: Catalog
) -> None:
    counted, q = components.with_terms(tiny_catalog.items), np.zeros((2, 16), np.float32)
    asked, histories = [tiny_catalog.items[3].title, "nothing of it"], [[1, 2], []]
    vectors = np.zeros((2, counted.media["text"].shape[1]), np.float32)
    whole, rows = counted.scores(q, histories, vectors, queries=asked), np.array([7, 3, 0])
    for n, history in enumerate(histories):
        some = scores_of_one(counted, rows, ScoringSituation(q[n], tuple(history), vectors[n], query=asked[n]))
        for key in (QUERY_TERMS, HISTORY_TERMS):
            np.testing.assert_allclose(some[key], whole[key][n, rows], atol=1e-5)
    assert whole[QUERY_TERMS][0].argmax() == 3


def _unit(n: int = 30, dim: int = 8) -> np.ndarray:
    x = np.random.default_rng(1).normal(size=(n, dim)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_score_is_the_largest_cosine_to_the_last_items() -> None:
    x = _unit()
    mask = np.ones(30, bool)
    scores = content_scores(x, mask, [[1, 2, 3, 4]], (2,))[0]
    np.testing.assert_allclose(scores[0], np.maximum(x @ x[3], x @ x[4]), rtol=1e-5)


def test_batches_larger_than_a_block_equal_single_events() -> None:
    x, rng = _unit(), np.random.default_rng(2)
    mask = rng.random(30) > 0.2
    histories = [rng.choice(30, size=rng.integers(0, 6), replace=False).tolist() for _ in range(600)]
    batch = content_scores(x, mask, histories, (3,))[0]
    for event in (0, 255, 256, 599):
        np.testing.assert_allclose(batch[event], content_scores(x, mask, [histories[event]], (3,))[0][0], atol=1e-6)


def test_an_undescribed_item_is_neither_like_nor_unlike() -> None:
    x, mask = _unit(), np.ones(30, bool)
    mask[5] = False
    scores = content_scores(x, mask, [[5], [], [4, 5]], (1,))[0]
    assert not scores[:2].any()
    assert not scores[2].any()  # the newest item is the undescribed one
    assert content_scores(x, mask, [[5, 4]], (1,))[0][0, 5] == 0
    assert not content_scores(x, np.zeros(30, bool), [[1, 2]], (3,))[0].any()


def _clip(appearance: np.ndarray, motion: np.ndarray, start: int) -> np.ndarray:
    """(1, 6 * 8): a look that stays and a movement that comes round every six frames, seen from `start` on."""
    phases = np.cos(2 * np.pi * (np.arange(6) + start) / 6)
    return (appearance + phases[:, None] * motion).astype(np.float32).reshape(1, -1)


def test_clips_of_one_motion_are_alike_wherever_they_begin() -> None:
    look, spin, bounce = np.abs(_unit(3))
    clips = np.vstack([_clip(look, spin, 0), _clip(look, spin, 3), _clip(look, bounce, 0), np.zeros((1, 48))])
    rows = unit_rows(clips.astype(np.float32), steps=6)
    assert rows.shape == (4, 16)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 1, 0], rtol=1e-5)
    assert rows[0] @ rows[1] > 0.9999 > 0.99 > rows[0] @ rows[2]
    flat = unit_rows(clips.astype(np.float32))
    assert flat.shape == clips.shape and flat[0] @ flat[1] < flat[0] @ flat[2]


def test_words_score_by_cosine_whatever_their_length() -> None:
    x, mask = _unit(), np.ones(30, bool)
    mask[7] = False
    short, long = similar_to(x[3], x, mask), similar_to(9 * x[3], x, mask)
    np.testing.assert_allclose(short, long, rtol=1e-5)
    assert int(short.argmax()) == 3
    assert short[7] == 0
    assert not similar_to(np.zeros(8, np.float32), x, mask).any()


def test_popularity_counts_histories() -> None:
    counts = popularity([[0, 1], [1], [], [1, 2]], 4)
    np.testing.assert_allclose(counts, np.log1p([1, 3, 1, 0]), rtol=1e-6)


def test_one_product_serves_several_lengths_of_history() -> None:
    x, mask = _unit(), np.ones(30, bool)
    mask[4] = False
    histories = [[1, 2, 3, 4], [], [5, 6], [4]]
    for scores, last in zip(content_scores(x, mask, histories, (1, 3)), (1, 3), strict=True):
        np.testing.assert_allclose(scores, content_scores(x, mask, histories, (last,))[0], atol=1e-6)


def world(seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[list[int]]]:
    """60 items of two kinds, a faint part of five numbers of their vectors; each of 80 users keeps to one kind."""
    rng = np.random.default_rng(seed)
    kind = np.arange(60) % 2
    vectors = rng.normal(size=(60, 20)).astype(np.float32)
    vectors[:, :5] += 0.9 * (2 * kind[:, None] - 1)
    users = [list(rng.choice(np.flatnonzero(kind == user % 2), 8, replace=False)) for user in range(80)]
    return vectors, kind, users


def test_the_first_direction_is_what_people_choose_by() -> None:
    vectors, kind, users = world()
    axes = interest_axes(vectors, np.ones(60, np.bool_), users, 4)
    first = vectors @ axes[:, 0]
    assert axes.shape == (20, 4) and axes.dtype == np.float32
    by_itself = max(abs(np.corrcoef(vectors[:, n], kind)[0, 1]) for n in range(20))
    assert abs(np.corrcoef(first, kind)[0, 1]) > by_itself + 0.1
    assert abs(first.std() - 1) < 0.01


def test_where_nobody_takes_anything_there_are_no_directions() -> None:
    vectors, _, _ = world()
    assert not interest_axes(vectors, np.ones(60, np.bool_), [], 4).any()
    assert not interest_axes(vectors, np.zeros(60, np.bool_), [[0, 1], [2, 3]], 4).any()


def test_items_never_taken_have_a_place_too() -> None:
    vectors, kind, users = world()
    known = [[row for row in rows if row < 50] for rows in users]
    media = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    places = Interest.of(media, np.ones(60, np.bool_), known).places(media)
    assert places.shape == (60, DIRECTIONS)
    assert abs(np.corrcoef(places[50:, 0], kind[50:])[0, 1]) > 0.8
