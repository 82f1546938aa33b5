"""Variety on demand: the scores' own order at 1, no two alike when it is asked for."""

import numpy as np

from llmrec.ranking.diversity import diversify

SCORES = np.array([5.0, 4.9, 4.8, 3.0, 2.0], np.float32)
KINDS = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)


def test_relevance_one_keeps_the_order_of_the_scores() -> None:
    shuffled = np.array([2, 0, 4, 1, 3])
    picked = diversify(SCORES[shuffled], KINDS[shuffled], 5, relevance=1)
    assert shuffled[picked].tolist() == [0, 1, 2, 3, 4]


def test_variety_brings_one_of_each_kind_first() -> None:
    assert diversify(SCORES, KINDS, 3, relevance=0.4) == [0, 3, 4]


def test_no_place_twice_and_no_more_than_there_are() -> None:
    assert sorted(diversify(SCORES, KINDS, 9, relevance=0.5)) == [0, 1, 2, 3, 4]
    assert diversify(SCORES[:0], KINDS[:0], 3, relevance=0.5) == []
    equal = np.ones(4, np.float32)
    assert sorted(diversify(equal, KINDS[:4], 4, relevance=0.5)) == [0, 1, 2, 3]
