"""Likeness to what a history's media have in common, in a whitened space."""

import numpy as np
import pytest

from llmrec.catalog.feedback import Past
from llmrec.ranking.content import unit_rows
from llmrec.ranking.profile import PROFILE, ProfileSpaces, Whitening
from llmrec.ranking.recency import REACH, STEP, recency_weights
from llmrec.ranking.score_component import ComponentKey, ScoringBatch, ScoringSituation
from llmrec.vector_rows import VectorRows

RNG = np.random.default_rng(3)
RAW = RNG.normal(size=(200, 12)).astype(np.float32) * np.array([8, *[1] * 11], np.float32) + 2
ROWS = VectorRows(unit_rows(RAW))
THERE = np.arange(200) != 7
NOTHING = np.zeros(1, np.float32)


@pytest.fixture
def spaces() -> ProfileSpaces:
    return ProfileSpaces.of({"text": ROWS}, {"text": THERE})


def scores(spaces: ProfileSpaces, *history: int) -> np.ndarray:
    (part,) = spaces.parts({"text": ROWS})
    return part.score(np.arange(200), ScoringSituation(NOTHING, history))


def test_no_axis_counts_more_than_another() -> None:
    white = Whitening.fit(ROWS, THERE)
    assert white is not None
    spread = white(ROWS[:])[THERE].std(0)
    assert spread.max() < 1.3 * spread.min()
    assert unit_rows(RAW).std(0).max() > 2 * unit_rows(RAW).std(0).min()


def test_a_score_is_the_mean_cosine_to_the_history_newer_items_first(spaces: ProfileSpaces) -> None:
    white = spaces.whitenings["text"](ROWS[:])
    np.testing.assert_allclose(scores(spaces, 4)[THERE], (white @ white[4])[THERE], atol=1e-5)
    mean = (STEP * white[4] + white[9]) / (STEP + 1)
    np.testing.assert_allclose(scores(spaces, 4, 9)[THERE], (white @ mean)[THERE], atol=1e-5)


def test_items_without_the_modality_neither_count_nor_score(spaces: ProfileSpaces) -> None:
    assert scores(spaces, 4)[7] == 0 and not scores(spaces, 7).any() and not scores(spaces).any()
    np.testing.assert_allclose(scores(spaces, 4, 7), scores(spaces, 4), atol=1e-6)


def test_days_count_where_they_are_known(spaces: ProfileSpaces) -> None:
    (part,) = spaces.parts({"text": ROWS})
    past = Past(moments=((4, 19000.0), (9, 19060.0)))
    one = part.score_batch(np.arange(200), ScoringBatch(NOTHING[None], [(4, 9)], None, past=[past]))[0]
    np.testing.assert_allclose(one, scores(spaces, 9), atol=0.01)  # two months later the former hardly counts


def test_what_a_checkpoint_keeps_scores_alike_and_former_ones_have_none(spaces: ProfileSpaces) -> None:
    kept = ProfileSpaces.of({"text": ROWS}, {"text": THERE}, ProfileSpaces.whitenings_in(spaces.state()))
    np.testing.assert_allclose(scores(kept, 4, 9), scores(spaces, 4, 9), atol=0.01)
    assert ProfileSpaces.whitenings_in({"popular": np.ones(3)}) == {}


def test_items_that_come_later_are_scored_by_the_map_of_training(spaces: ProfileSpaces) -> None:
    more = VectorRows(np.vstack([ROWS[:], ROWS[[4]]]))
    later = ProfileSpaces.of({"text": more}, {"text": np.append(THERE, True)}, spaces.whitenings, spaces, [200])
    (part,) = later.parts({"text": more})
    found = part.score(np.arange(201), ScoringSituation(NOTHING, (4,)))
    assert found[200] == pytest.approx(1, abs=1e-4) and found[4] == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(found[:200], scores(spaces, 4), atol=1e-6)


def test_a_modality_that_hardly_any_item_has_makes_no_component() -> None:
    alone = np.arange(200) < 79  # fewer than ten an axis
    assert [*ProfileSpaces.of({"text": ROWS}, {"text": alone}).parts({"text": ROWS})] == []
    same = {"text": VectorRows(np.repeat(ROWS[:1], 200, axis=0))}
    assert [*ProfileSpaces.of(same, {"text": THERE}).parts(same)] == []  # nor one that is the same of all
    assert ComponentKey(PROFILE, "text") == ComponentKey.parse("text profile")


def test_only_the_newest_items_count() -> None:
    weights = recency_weights([range(REACH + 5)], REACH + 5)
    assert weights.nnz == REACH and weights[0, REACH + 4] == 1 and weights[0, 4] == 0
