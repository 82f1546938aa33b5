"""SimShop's world, the words that it is told in, its truth file, and the oracle that ranks by it."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from llmrec.catalog.simshop import ATTRIBUTES, BY_NAME, World, make_world, oracle_scores
from llmrec.catalog.simshop.words import Words, write_words
from llmrec.errors import UnknownItem, UnknownUser


@pytest.fixture(scope="session")
def world() -> World:
    """600 items and 300 users, in memory."""
    return make_world(600, 300, 0)


def test_no_modality_tells_of_another(world: World) -> None:
    for a, b in combinations(ATTRIBUTES, 2):
        if a.modality != b.modality:
            pairs = Counter(zip(world.values[a.name], world.values[b.name], strict=True))
            table = [[pairs[v, w] for w in b.values] for v in a.values]
            assert chi2_contingency(table).pvalue > 1e-4, (a.name, b.name)


def test_every_value_is_about_equally_frequent(world: World) -> None:
    for attribute in ATTRIBUTES:
        counts = Counter(world.values[attribute.name])
        assert set(counts) == set(attribute.values)
        assert max(counts.values()) < 1.3 * min(counts.values())


def test_tastes_are_about_three_attributes_of_one_to_three_modalities(world: World) -> None:
    spread = Counter(taste.modalities for taste in world.tastes.values())
    assert all(len(taste.likes) == len(taste.weights) == 3 for taste in world.tastes.values())
    for modality in ("image", "video", "audio", "text"):
        assert spread[modality,] == 30  # a tenth of the users each: an ablation has somebody to miss it
    assert sum(n for modalities, n in spread.items() if len(modalities) == 3) == 75


def test_purchases_follow_the_taste_and_name_their_cause(world: World) -> None:
    row = {item: n for n, item in enumerate(world.items)}
    caused = [p for p in world.purchases if p.attribute]
    assert len(caused) > 0.95 * len(world.purchases)
    for p in caused:
        assert p.attribute is not None
        assert p.value == world.values[p.attribute][row[p.item]]
        assert p.value in world.tastes[p.user].likes[p.attribute]
        assert p.modality == BY_NAME[p.attribute].modality
    driven = Counter(p.modality for p in caused if len(world.tastes[p.user].modalities) > 1)
    assert min(driven.values()) > 0.15 * sum(driven.values())
    for user, bought in world.histories().items():
        assert 15 <= len(set(bought)) == len(bought) <= 25, user


def test_a_seed_makes_a_world_and_another_seed_another() -> None:
    assert make_world(60, 20, 1) == make_world(60, 20, 1)
    assert make_world(60, 20, 1).values != make_world(60, 20, 2).values
    np.testing.assert_array_less(0.5, [w for t in make_world(60, 20, 1).tastes.values() for w in t.weights.values()])


SYNONYMS = """
    round circle circular disc ball square cube star starry heart ring hoop red crimson yellow golden green blue purple
    violet plain stripe striped dot dotted spotted check checked zigzag chevron spin spinning turning bounce bouncing
    slide sliding pulse pulsing sway swaying orbit orbiting rise rising slow brisk rapid fast quick day dusk spot flute
    reed strings bell shaker harp drum buzz buzzing calm steady hurried low middle high pitch loud quiet sound music
    video photo picture bright dark colour color colourful
"""


@pytest.fixture(scope="module")
def words(world: World) -> list[Words]:
    return write_words(world.values, world.seed)


def test_titles_are_unique_and_words_tell_their_own_attributes(world: World, words: list[Words]) -> None:
    assert len({told.title for told in words}) == 600
    for row, told in enumerate(words):
        text = f"{told.title} {told.description}".lower()
        assert told.family in text
        for attribute in ATTRIBUTES:
            if attribute.modality == "text":
                assert world.values[attribute.name][row].lower() in text
    assert set(Counter(told.family for told in words).values()) == {75}
    assert all(1 < told.price < 200 for told in words)


def test_no_word_of_another_modality_occurs(words: list[Words]) -> None:
    said = {word for told in words for word in re.findall(r"[a-z-]+", f"{told.title} {told.description}".lower())}
    held = {value.lower() for a in ATTRIBUTES if a.modality != "text" for value in a.values}
    names = {a.name for a in ATTRIBUTES if a.modality != "text"}
    assert not said & (held | names | set(SYNONYMS.split()))


@pytest.mark.parametrize("name", [a.name for a in ATTRIBUTES if a.modality != "text"])
def test_a_classifier_on_words_does_no_better_than_chance(world: World, words: list[Words], name: str) -> None:
    """Naive Bayes on the words of 400 items, asked about 200."""
    values = world.values[name]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    texts = [re.findall(r"[a-z]+", f"{told.title} {told.description}".lower()) for told in words]
    for text, value in zip(texts[:400], values[:400], strict=True):
        counts[value].update(text)
    kinds = sorted(counts)

    def guess(text: list[str]) -> str:
        scores = [sum(np.log((counts[k][w] + 1) / (counts[k].total() + 500)) for w in text) for k in kinds]
        return kinds[int(np.argmax(scores))]

    right = np.mean([guess(text) == value for text, value in zip(texts[400:], values[400:], strict=True)])
    chance = 1 / len(kinds)
    assert right < chance + 4 * np.sqrt(chance * (1 - chance) / 200)


Ranker = Callable[[str, list[str]], NDArray[np.float64]]


def test_oracle_scores_are_the_chances_of_the_next_purchase(world: World) -> None:
    user, taste = next(iter(world.tastes.items()))
    seen = world.histories()[user][:4]
    scores = oracle_scores(world, user, seen)
    assert scores.shape == (600,)
    assert scores.sum() == pytest.approx(1)
    rows = [world.items.index(item) for item in seen]
    assert not scores[rows].any()
    liked = np.all([np.isin(world.values[name], values) for name, values in taste.likes.items()], axis=0)
    liked[rows] = False
    assert scores[liked].min() > scores[~liked].max()
    with pytest.raises(UnknownUser, match="nobody"):
        oracle_scores(world, "nobody")
    with pytest.raises(UnknownItem, match="nothing"):
        oracle_scores(world, user, ["nothing"])


def test_the_oracle_ranks_well_popularity_does_not_and_a_learner_comes_near(world: World) -> None:
    counts = np.bincount([world.items.index(p.item) for p in world.purchases], minlength=600).astype(float)
    oracle = ndcg(world, lambda user, seen: oracle_scores(world, user, seen))
    assert oracle > 0.38
    assert ndcg(world, lambda _, __: counts) < 0.03
    assert ndcg(world, PreferenceLearner(world)) > 0.85 * oracle


def ndcg(world: World, rank: Ranker) -> float:
    """NDCG@10 of the last five purchases, each ranked after all before; ties are broken at random."""
    rng, values = np.random.default_rng(0), []
    row = {item: n for n, item in enumerate(world.items)}
    for user, bought in world.histories().items():
        for at in range(len(bought) - 5, len(bought)):
            scores = rank(user, list(bought[:at])) + 1e-12 * rng.random(600)
            scores[[row[item] for item in bought[:at]]] = -np.inf
            place = int((scores > scores[row[bought[at]]]).sum())
            values.append(1 / np.log2(place + 2) if place < 10 else 0.0)
    return float(np.mean(values))


class PreferenceLearner:
    """Knows the attributes of items but not the tastes: each attribute apart is liked in one to three values or not."""

    def __init__(self, world: World) -> None:
        self.row = {item: n for n, item in enumerate(world.items)}
        self.codes = {a.name: np.array([a.values.index(v) for v in world.values[a.name]]) for a in ATTRIBUTES}

    def __call__(self, _: str, seen: list[str]) -> NDArray[np.float64]:
        scores = np.zeros(len(self.row))
        for name, codes in self.codes.items():
            size = len(BY_NAME[name].values)
            counts = np.bincount(codes[[self.row[item] for item in seen]], minlength=size)
            subsets = np.array([[n >> v & 1 for v in range(size)] for n in range(1, 2**size - 1)])
            subsets = subsets[subsets.sum(1) <= 3]
            held = subsets.sum(1, keepdims=True)
            chances = np.where(subsets, 0.94 / held, 0.06 / (size - held))
            chances = np.vstack([chances, np.full(size, 1 / size)])  # the taste may not be about it
            prior = np.r_[np.full(len(subsets), 0.25 / len(subsets)), 0.75]
            log = np.log(prior) + np.log(chances) @ counts
            weight = np.exp(log - log.max())
            scores += np.log(weight / weight.sum() @ chances)[codes]
        return scores
