"""Interest space: the directions along which items taken together lie near each other."""

import numpy as np

from llmrec.ranking.projection import DIRECTIONS, Interest, interest_axes


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
