"""Attributes are independent across modalities; tastes live in one to three; purchases follow them, with causes."""

from collections import Counter
from itertools import combinations

import numpy as np
from scipy.stats import chi2_contingency

from llmrec.catalog.simshop import ATTRIBUTES, BY_NAME, World, make_world


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
