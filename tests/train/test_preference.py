"""A taste learnt from histories, and what it then says without torch."""

from collections.abc import Iterator, Mapping

import numpy as np
import pytest
import torch

from llmrec.errors import CheckpointError
from llmrec.ranking.content import unit_rows
from llmrec.ranking.preference import PreferenceModel
from llmrec.ranking.projection import Interest
from llmrec.train import preference as training
from llmrec.train.preference import learn_preference

ITEMS, USERS = 80, 200
Arrays = Mapping[str, np.ndarray]


def shop(seed: int = 0) -> tuple[Arrays, Arrays, np.ndarray, list[list[int]]]:
    """Items with a colour in the picture (4) and a tone in the sound (4); each user keeps to one of either."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 4, (ITEMS, 2))
    vectors = {}
    for column, (m, dim) in enumerate({"image": 24, "audio": 16}.items()):
        centres = rng.normal(size=(4, dim))
        vectors[m] = (centres[values[:, column]] + 0.5 * rng.normal(size=(ITEMS, dim))).astype(np.float32)
    mask = {m: np.ones(ITEMS, np.bool_) for m in vectors}
    users = []
    for user in range(USERS):
        about = user % 2
        liked = np.flatnonzero(values[:, about] == rng.integers(0, 4))
        users.append([int(row) for row in rng.choice(liked, min(12, len(liked) - 2), replace=False)])
    return vectors, mask, values, users


@pytest.fixture(scope="module", autouse=True)
def few_steps() -> Iterator[None]:
    """A shop as plain as this one is soon learnt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "STEPS", 150)
        yield


@pytest.fixture(scope="module")
def learnt(few_steps: None) -> PreferenceModel:  # noqa: ARG001 (the patch must be in place first)
    vectors, mask, _, users = shop()
    found = learn_preference(vectors, mask, {}, users, seed=0)
    assert found is not None
    return found


def hits(taste: PreferenceModel, without: str = "") -> dict[str, float]:
    """Share of the ten best unseen items that have what the history keeps to, by the modality it lives in."""
    vectors, mask, values, users = shop()
    scores = taste.over({m: unit_rows(x) for m, x in vectors.items()}, mask).scores(users, without)
    found: dict[str, list[float]] = {"image": [], "audio": []}
    for user, rows in enumerate(users):
        scores[user, rows] = -np.inf
        best = np.argsort(-scores[user])[:2]
        about = user % 2
        found[("image", "audio")[about]].append(float((values[best, about] == values[rows[0], about]).mean()))
    return {m: float(np.mean(shares)) for m, shares in found.items()}


def test_what_a_history_keeps_to_comes_first(learnt: PreferenceModel) -> None:
    assert min(hits(learnt).values()) > 0.85  # by chance a quarter, less those seen


def test_a_modality_that_is_hidden_is_missed_by_those_who_choose_by_it_alone(learnt: PreferenceModel) -> None:
    whole, blind = hits(learnt), hits(learnt, without="audio")
    assert blind["audio"] < whole["audio"] / 2
    assert blind["image"] > whole["image"] - 0.05


def test_an_empty_history_says_nothing(learnt: PreferenceModel) -> None:
    vectors, mask, _, _ = shop()
    assert not learnt.over({m: unit_rows(x) for m, x in vectors.items()}, mask).scores([[]]).any()


def test_an_item_without_media_is_neither_liked_nor_disliked(learnt: PreferenceModel) -> None:
    """It gets what the catalogue gets on the whole: the mean over items, weighted by nothing but their shares."""
    vectors, mask, _, users = shop()
    bare = {m: np.where(np.arange(ITEMS) == 5, False, there) for m, there in mask.items()}
    scores = learnt.over({m: unit_rows(x) for m, x in vectors.items()}, bare).scores(users)
    others = np.delete(scores, 5, axis=1)
    assert np.allclose(scores[:, 5], others.mean(1), atol=0.05 * np.abs(others).max())


def test_a_pack_gives_back_the_same_scores(learnt: PreferenceModel) -> None:
    vectors, mask, _, users = shop()
    media = {m: unit_rows(x) for m, x in vectors.items()}
    state = learnt.state()
    again = PreferenceModel.from_state(dict(sorted(state.items())))
    assert again is not None
    assert np.allclose(again.over(media, mask).scores(users), learnt.over(media, mask).scores(users), atol=1e-4)
    assert PreferenceModel.from_state({}) is None
    state.pop("preference.image.gain")
    with pytest.raises(CheckpointError, match=r"preference\.image\.gain"):
        PreferenceModel.from_state(state)


def test_what_is_trained_and_what_answers_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss of torch and the scores of numpy are the same product of counts."""
    vectors, mask, _, users = shop()
    monkeypatch.setattr(training, "NOISE", 0.0)
    media = {m: unit_rows(x) for m, x in vectors.items()}
    interests = {m: Interest.of(x, mask[m], users) for m, x in media.items()}
    places = {m: x.places(media[m])[:, : training.DIRECTIONS] for m, x in interests.items()}
    draw = torch.Generator().manual_seed(3)
    model = training._TrainablePreference(places, mask, draw)
    history = users[0][:5]
    loss = float(model.loss(torch.tensor([history]), draw).detach())
    arrays = model.arrays()
    parts = {m: [arrays[f"{part}.{m}"][None] for part in ("weight", "bias", "gain")] for m in interests}
    readers = {m: training.Reader(x, *parts[m]) for m, x in interests.items()}
    taste = PreferenceModel(readers, *(arrays[name][None] for name in ("prior", "calm", "keen")))
    scores = taste.over(media, mask).scores([history[:4]])[0]
    assert loss == pytest.approx(float(np.log(np.exp(scores).sum()) - scores[history[4]]), abs=1e-3)


def test_a_large_catalogue_is_learnt_from_draws_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "CANDIDATES", 30)
    vectors, mask, _, users = shop()
    found = learn_preference(vectors, mask, {}, users, seed=0)
    assert found is not None and min(hits(found).values()) > 0.8


def test_histories_too_short_to_count_teach_nothing() -> None:
    vectors, mask, _, users = shop()
    assert learn_preference(vectors, mask, {}, [rows[:4] for rows in users], seed=0) is None


def test_the_same_seed_learns_the_same(learnt: PreferenceModel) -> None:
    vectors, mask, _, users = shop()
    again = learn_preference(vectors, mask, {}, users, seed=0)
    assert again is not None
    assert all(np.array_equal(x, again.state()[name]) for name, x in learnt.state().items())
