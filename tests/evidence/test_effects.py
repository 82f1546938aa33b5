"""Measured effects of an item's inputs, here on a score that is a taste alone."""

import numpy as np
import pytest

from llmrec.evidence.effects import Situation, input_effects
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.score_component import PREFERENCE
from llmrec.train import preference as training
from llmrec.train.preference import learn_preference

ITEMS = 60


@pytest.fixture(scope="module")
def shop() -> tuple[Components, np.ndarray, list[list[int]]]:
    """Colours in pictures and tones in sounds, four of each; users keep to a colour, or (odd ones) to a tone."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, (ITEMS, 2))
    vectors = {
        m: (rng.normal(size=(4, 16))[values[:, n]] + 0.3 * rng.normal(size=(ITEMS, 16))).astype(np.float32)
        for n, m in enumerate(("image", "audio"))
    }
    users = []
    for user in range(120):
        liked = np.flatnonzero(values[:, user % 2] == rng.integers(0, 4))
        users.append([int(row) for row in rng.choice(liked, 8, replace=False)])
    mask = {m: np.ones(ITEMS, np.bool_) for m in vectors}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "STEPS", 150)
        taste = learn_preference(vectors, mask, {}, users, seed=0)
    nothing = np.zeros((ITEMS, 2), np.float32)
    learnt = InteractionModels(Collaborative.fit(users, ITEMS), nothing[:, 0], taste)
    components = Components.of(nothing, nothing[:, 0], learnt, vectors, mask, {})
    return components, values, users


@pytest.mark.parametrize(("user", "cause", "other"), [(0, "image", "audio"), (1, "audio", "image")])
def test_the_modality_that_the_taste_lives_in_moved_the_score(
    shop: tuple[Components, np.ndarray, list[list[int]]], user: int, cause: str, other: str
) -> None:
    components, values, users = shop
    history, about = tuple(users[user]), user % 2
    q = np.zeros(2, np.float32)
    parts = {name: scores[0] for name, scores in components.scores(q[None], [history]).items()}
    unseen = np.ones(ITEMS, np.bool_)
    unseen[list(history)] = False
    situation = Situation(history, "", None, parts, {key: float(key == PREFERENCE) for key in parts}, unseen)
    right = [int(row) for row in np.flatnonzero(unseen & (values[:, about] == values[history[0], about]))]
    without = dict.fromkeys(("image", "audio"), (components.v, components.b))
    for row, effects in zip(right, input_effects(situation, right, components, q, without), strict=True):
        assert effects[cause] > 1 > 2 * abs(effects[other])
        # The effect is the score lost, in the deviations of the fused score.
        assert components.preferences is not None
        lost = parts[PREFERENCE][row] - components.preferences.scores([history], without=cause)[0, row]
        assert effects[cause] == pytest.approx(float(lost) / situation.scales[PREFERENCE][1], rel=1e-4)
