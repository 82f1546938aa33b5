"""Scores carried over to cold items."""

import numpy as np
import pytest

from llmrec.ranking.cold_start import ColdStart

ITEMS, DIM = 300, 16


@pytest.fixture
def shop() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors, popularity (the last 40 items are new), and scores of 50 events that follow the vectors."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(ITEMS, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    popular = np.ones(ITEMS, np.float32)
    popular[-40:] = 0
    taste = rng.normal(size=(50, DIM)).astype(np.float32)
    scores = (5 + taste @ vectors.T + 0.3 * rng.normal(size=(50, ITEMS))).astype(np.float32)
    return vectors, popular, scores


def filled(found: ColdStart, scores: np.ndarray) -> np.ndarray:
    """Of the whole catalogue."""
    return found.transfer_to(np.arange(scores.shape[1]), scores, lambda rows: scores[:, rows])


def transferred(shop: tuple[np.ndarray, np.ndarray, np.ndarray], mask: np.ndarray | None = None) -> np.ndarray:
    vectors, popular, scores = shop
    unknown = np.where(popular > 0, scores, -100).astype(np.float32)
    there = np.ones(ITEMS, np.bool_) if mask is None else mask
    found = ColdStart.of({"text": vectors}, {"text": there}, popular)
    assert found is not None
    return filled(found, unknown)


def test_known_items_keep_their_scores_and_new_ones_get_what_their_likes_have(
    shop: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    found, scores = transferred(shop), shop[2]
    assert np.array_equal(found[:, :-40], scores[:, :-40])
    right = [np.corrcoef(found[event, -40:], scores[event, -40:])[0, 1] for event in range(50)]
    assert np.mean(right) > 0.8


def test_new_items_compete_on_an_equal_footing(shop: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    top = np.argsort(-transferred(shop), axis=1)[:, :10]
    assert 0.5 < (top >= ITEMS - 40).mean() / (40 / ITEMS) < 2  # as often at the top as their number says


def test_a_single_new_item_gets_what_it_gets_among_many(
    shop: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    vectors, popular, scores = shop
    alone = np.ones_like(popular)
    alone[-1] = 0
    found = ColdStart.of({"text": vectors}, {"text": np.ones(ITEMS, np.bool_)}, alone)
    assert found is not None
    assert np.corrcoef(filled(found, scores)[:, -1], transferred(shop)[:, -1])[0, 1] > 0.95


def test_a_new_item_without_media_gets_the_mean(shop: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    mask = np.ones(ITEMS, np.bool_)
    mask[-1] = False
    assert np.allclose(transferred(shop, mask)[:, -1], shop[2][:, :-40].mean(axis=1), atol=1e-4)


def test_there_is_nothing_to_carry_over_where_everyone_is_known_or_nobody_is() -> None:
    vectors = {"text": np.eye(4, dtype=np.float32)}
    mask = {"text": np.ones(4, np.bool_)}
    assert ColdStart.of(vectors, mask, np.ones(4, np.float32)) is None
    assert ColdStart.of(vectors, mask, np.zeros(4, np.float32)) is None


def test_items_that_come_later_get_what_they_get_from_the_start(
    shop: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """New, with other media than before, and known ones that change: then it is solved again."""
    vectors, popular, scores = shop
    mask = np.ones(ITEMS, np.bool_)
    mask[-1] = False
    start = ColdStart.of({"text": vectors[:-10]}, {"text": mask[:-10]}, popular[:-10])
    assert start is not None
    for at, same in ((ITEMS - 30, True), (0, False)):
        media = vectors.copy()
        media[at] = vectors[7]
        changed = [at, *range(ITEMS - 10, ITEMS)]
        grown = start.over({"text": media}, {"text": mask}, popular, changed)
        whole = ColdStart.of({"text": media}, {"text": mask}, popular)
        assert grown is not None and whole is not None and (grown.loadings is start.loadings) == same
        assert np.allclose(filled(grown, scores), filled(whole, scores), atol=1e-4)


def test_silent_scores_stay_silent(shop: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    vectors, popular, _ = shop
    found = ColdStart.of({"text": vectors}, {"text": np.ones(ITEMS, np.bool_)}, popular)
    assert found is not None
    assert not filled(found, np.zeros((2, ITEMS), np.float32)).any()
