"""Likeness of media to the history, and the projection that interest directions are found with."""

import numpy as np

from llmrec.ranking.content import content_scores, similar_to, unit_rows
from llmrec.ranking.item_item import popularity
from llmrec.ranking.projection import DIRECTIONS, Interest, interest_axes


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
