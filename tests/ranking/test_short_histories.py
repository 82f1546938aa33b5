"""Popularity counts more the less is known of somebody, and only under a query that names no more than a kind."""

import pytest

from llmrec.ranking.score_component import LLM, POPULARITY, ComponentKey
from llmrec.ranking.short_histories import FEW, FEW_ITEMS, NOBODY, kind_share, with_popularity

FITTED = {LLM: 0.75, POPULARITY: 0.0, ComponentKey("terms"): 0.25}


@pytest.mark.parametrize(("known", "share"), [(0, NOBODY), (1, FEW), (FEW_ITEMS, FEW), (FEW_ITEMS + 1, 0.0)])
def test_the_share_of_popularity_falls_with_the_length_of_the_history(known: int, share: float) -> None:
    weights = with_popularity(FITTED, known, vague=1.0)
    assert weights[POPULARITY] == pytest.approx(share)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert weights[LLM] == pytest.approx(0.75 * (1 - share))


def test_a_query_that_tells_more_than_a_kind_leaves_the_weights() -> None:
    assert with_popularity(FITTED, 0, kind_share("a heist in space", {"comedy"})) == FITTED
    assert with_popularity({LLM: 1.0}, 0, 1.0) == {LLM: 1.0}


def test_what_is_refused_and_what_every_request_says_is_no_part_of_a_query() -> None:
    assert kind_share("I want a good comedy, not horror", {"comedy"}) == 1.0
    assert kind_share("", {"comedy"}) == 1.0
