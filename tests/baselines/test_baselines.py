"""Each baseline: what its formula promises, what all of them promise, and that it learns something."""

from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from llmrec import baselines
from llmrec.baselines import Baseline, ContentKNN, Ease, Hybrid, ItemKNN, Multimodal, Pair, Popularity, PureSvd, SasRec
from llmrec.baselines.multimodal import Recipe
from llmrec.catalog import load_catalog
from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.encoders import Features
from llmrec.errors import BadInput, UnknownPlugin, UnknownUser
from llmrec.evaluation.metrics import mask_seen, ranking_metrics, tie_order
from llmrec.evaluation.splits import rolling_events, rolling_split
from llmrec.registry import BUILT_IN

ITEMS, USERS = 40, 30
QUICK = {"dim": 16, "window": 8, "epochs": 6, "lr": 1e-2}
MADE = {
    "popularity": lambda: Popularity(),
    "item-knn": lambda: ItemKNN(k=20, shrink=1),
    "ease": lambda: Ease(regulariser=2),
    "pure-svd": lambda: PureSvd(factors=4),
    "content-knn": lambda: ContentKNN(),
    "sasrec": lambda: SasRec(**QUICK, dropout=0.1),
    "hybrid": lambda: Hybrid(factors=4, candidates=15),
    "early-fusion": lambda: baselines.baseline("early-fusion", **QUICK),
    "encoder-decoder": lambda: baselines.baseline("encoder-decoder", **QUICK),
    "lstm": lambda: Multimodal(Recipe("weighted", temporal="lstm"), **QUICK),
    "ease+content-knn": lambda: Pair(Ease(regulariser=2), ContentKNN()),
}


@pytest.fixture(scope="module")
def kinds() -> Catalog:
    """Even rows are of one kind, odd rows of the other; every user has 14 events of one kind and 2 of the other."""
    rng = Random(0)
    items = tuple(Item(f"i{n:02}", f"Thing {n}", f"A {'red' if n % 2 else 'blue'} thing.") for n in range(ITEMS))
    histories = {}
    for user in range(USERS):
        liked = [n for n in range(ITEMS) if n % 2 == user % 2]
        chosen = rng.sample(liked, 14) + rng.sample([n for n in range(ITEMS) if n not in liked], 2)
        rng.shuffle(chosen)
        events = [Interaction(f"u{user}", items[n].id, 1000.0 + place) for place, n in enumerate(chosen)]
        histories[f"u{user}"] = tuple(events)
    return Catalog("kinds", items, histories)


@pytest.fixture(scope="module")
def kinds_features() -> Features:
    """Text and image vectors that tell the kinds apart under noise; a clip of three frames for every second item."""
    rng, rows = np.random.default_rng(0), np.arange(ITEMS)
    sign = np.where(rows % 2, 1.0, -1.0)[:, None]
    dims = {"text": 8, "image": 6, "video": 12}
    vectors = {m: (sign + 0.5 * rng.normal(size=(ITEMS, d))).astype(np.float32) for m, d in dims.items()}
    mask = {"text": np.ones(ITEMS, np.bool_), "image": rows != 5, "video": rows % 4 < 2}
    ids = tuple(f"i{n:02}" for n in rows)
    keys = {m: tuple(f"{n + 1:064x}" if there else "" for n, there in enumerate(mask[m])) for m in mask}
    names = {m: f"{m}-test" for m in dims}
    return Features(ids, ids, {m: x * mask[m][:, None] for m, x in vectors.items()}, mask, names, keys, {"video": 3})


def ndcg(baseline: Baseline, catalog: Catalog, at: str = "test") -> float:
    events = rolling_events(catalog, rolling_split(catalog), at)
    seen = [e.history for e in events]
    order = tie_order([item.id for item in catalog.items])
    scores = baseline.score(seen)
    return ranking_metrics(scores, [e.target for e in events], seen, [e.user for e in events], order)["ndcg@10"]


@pytest.fixture(scope="module")
def fitted(kinds: Catalog, kinds_features: Features) -> dict[str, Baseline]:
    split = rolling_split(kinds)
    return {name: make().fit(kinds, split, features=kinds_features) for name, make in MADE.items()}


@pytest.mark.parametrize("name", MADE)
def test_scores_are_finite_and_beat_popularity(name: str, fitted: dict[str, Baseline], kinds: Catalog) -> None:
    scores = fitted[name].score([[0, 2, 4], [], [1]])
    assert scores.shape == (3, 40) and scores.dtype == np.float32 and np.isfinite(scores).all()
    if name != "popularity":
        assert ndcg(fitted[name], kinds) > 1.2 * ndcg(fitted["popularity"], kinds)


@pytest.mark.parametrize("name", MADE)
def test_a_batch_and_single_histories_agree(name: str, fitted: dict[str, Baseline]) -> None:
    histories = [[0, 2, 4], [1, 3], [7]]
    together = mask_seen(fitted[name].score(histories), histories)
    alone = np.concatenate([mask_seen(fitted[name].score([history]), [history]) for history in histories])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["sasrec", "pure-svd", "encoder-decoder"])
def test_the_same_seed_gives_the_same_scores(
    name: str, fitted: dict[str, Baseline], kinds: Catalog, kinds_features: Features
) -> None:
    again = MADE[name]().fit(kinds, rolling_split(kinds), features=kinds_features)
    np.testing.assert_allclose(again.score([[0, 2]]), fitted[name].score([[0, 2]]), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", MADE)
def test_lists_leave_out_the_history_and_stand_in_order(name: str, fitted: dict[str, Baseline], kinds: Catalog) -> None:
    lists = fitted[name].recommend(["u0", "u1"], k=5)
    assert list(lists) == ["u0", "u1"]
    for user, items in lists.items():
        assert len({each.item for each in items}) == 5 and not {each.item for each in items} & {*kinds.history(user)}
        assert [each.score for each in items] == sorted((each.score for each in items), reverse=True)
    assert [each.item for each in fitted[name].recommend("u0", k=5)] == [each.item for each in lists["u0"]]
    assert len(fitted[name].recommend(history=kinds.history("u0"), k=100)) == 40 - 16


def test_equal_scores_stand_in_the_order_of_the_referee() -> None:
    shop = Catalog("shop", tuple(Item(name, name) for name in "abcd"), {})
    items = [each.item for each in Popularity().fit(shop, {"u": ["a"]}).recommend(history=["a"])]
    order = tie_order(list("abcd"))
    assert items == ["abcd"[row] for row in order if row != 0]


def test_what_cannot_be_answered_is_said(kinds: Catalog, fitted: dict[str, Baseline]) -> None:
    with pytest.raises(BadInput, match="call `fit` first"):
        Popularity().recommend("u0")
    with pytest.raises(UnknownUser, match="nobody"):
        fitted["ease"].recommend("nobody")
    with pytest.raises(BadInput, match="either `users` or `history`"):
        fitted["ease"].recommend()
    with pytest.raises(BadInput, match="has no event to learn from"):
        Popularity().fit(Catalog("bare", kinds.items, {}))
    with pytest.raises(BadInput, match="`weights` names audio; catalogue 'kinds' has text, image, video"):
        ContentKNN(weights={"audio": 1.0}).fit(kinds, features=fitted["content-knn"].features)


def test_they_go_by_name() -> None:
    for name in BUILT_IN["baseline"]:
        assert issubclass(baselines.baseline_class(name), Baseline)
    assert isinstance(baselines.baseline("ease+sasrec", second={"epochs": 1}), Pair)
    assert baselines.baseline("llmrec.baselines.counts:ItemKNN", k=7).k == 7  # type: ignore[attr-defined]
    with pytest.raises(UnknownPlugin, match="popularity, item-knn, ease"):
        baselines.baseline("best")
    with pytest.raises(BadInput, match="'ease' does not take lambda"):
        baselines.baseline("ease", **{"lambda": 3})
    with pytest.raises(BadInput, match="is no baseline"):
        baselines.baseline("llmrec.registry:register")
    for name in BUILT_IN["baseline"]:
        cls = baselines.baseline_class(name)
        for config in cls.grid(("text", "image")):
            cls(**config)


def test_ease_solves_its_normal_equations(kinds: Catalog, fitted: dict[str, Baseline]) -> None:
    ease = fitted["ease"]
    assert isinstance(ease, Ease)
    x = np.zeros((len(kinds.histories), 40))
    for line, items in zip(x, rolling_split(kinds).train.values(), strict=True):
        line[kinds.rows(items)] = 1
    x, b = x[:, ease.active], ease.weights.astype(np.float64)
    assert np.diag(b) == pytest.approx(0)
    gradient = x.T @ (x @ b - x) + 2.0 * b  # zero off the diagonal at the optimum
    np.fill_diagonal(gradient, 0)
    assert np.abs(gradient).max() < 1e-3


def test_item_knn_by_hand() -> None:
    shop = Catalog("shop", tuple(Item(name, name) for name in "abc"), {})
    knn = ItemKNN(k=1, shrink=1.0).fit_rows(shop, [[0, 1], [0, 1], [0, 2]])
    ab, ac = 2 / (np.sqrt(3 * 2) + 1), 1 / (np.sqrt(3 * 1) + 1)
    assert knn.score([[1], [2], [0]]) == pytest.approx(np.array([[ab, 0, 0], [ac, 0, 0], [0, ab, 0]]))


def test_content_looks_at_the_last_items_and_at_media_that_are_there(kinds: Catalog) -> None:
    vectors = np.zeros((40, 2), np.float32)
    vectors[:4] = [[1, 0], [1, 0.1], [0, 1], [9, 9]]
    mask = np.arange(40) < 3
    keys = tuple("0" * 64 for _ in range(40))
    features = Features(keys, keys, {"text": vectors}, {"text": mask}, {"text": "t"}, {"text": keys})
    for pool in ("max", "mean"):
        scores = ContentKNN(1, pool).fit(kinds, features=features).score([[2, 0], []])  # type: ignore[arg-type]
        assert scores[0].argsort()[::-1].tolist()[:2] == [0, 1]
        assert not scores[:, 3:].any() and not scores[1].any()


def test_sasrec_reads_order_and_windows_keep_every_step() -> None:
    ring = Catalog("ring", tuple(Item(str(n), str(n)) for n in range(7)), {})
    model = SasRec(dim=16, window=5, dropout=0.1, lr=5e-3, epochs=30)
    steps = [step for window in model.sequences(range(13)) for step in pairwise(window)]
    assert sorted(steps) == list(pairwise(range(13)))
    assert SasRec(window=5, windows=False).sequences(range(13)) == [range(7, 13)]
    for negatives in (0, 3):
        model = SasRec(dim=16, window=5, dropout=0.1, lr=5e-3, epochs=30, negatives=negatives)
        model.fit_rows(ring, [[0, 1, 2, 3, 4, 5], [2, 3, 4, 5, 0, 1], [4, 5, 0, 1, 2, 3]] * 20)
        histories = [[4, 5, 0, 1, 2], [0, 1, 2, 3, 4]]
        scores = model.score(histories)
        assert (scores[:, 6] < scores[:, :6].min(axis=1)).all()  # nobody took item 6
        assert mask_seen(scores, histories).argmax(axis=1).tolist() == [3, 5]


def test_a_pair_finds_the_part_that_knows(kinds: Catalog) -> None:
    class Knows(Popularity):
        """Ranks what comes next in the rows first."""

        def score(self, histories):  # type: ignore[no-untyped-def]
            found = np.zeros((len(histories), 40), np.float32)
            for line, history in zip(found, histories, strict=True):
                line[np.array([2, 4]) + history[-1] if history[-1] < 36 else [0]] = 1
            return found

    train = [[n, n + 2] for n in range(34)] * 2
    pair = Pair(Popularity(), Knows()).fit_rows(kinds, train)
    assert pair.share is not None and pair.share > 0.1 and len(pair.tried) > 30
    assert dict(pair.tried)[pair.share] == max(dict(pair.tried).values()) > dict(pair.tried)[0.0]
    assert Pair(Popularity(), Knows(), share=0.25).fit_rows(kinds, train).share == 0.25


def test_hybrid_ranks_what_retrieval_finds_before_the_rest(
    kinds: Catalog, kinds_features: Features, fitted: dict[str, Baseline]
) -> None:
    hybrid = fitted["hybrid"]
    scores = hybrid.score([[0, 2]])[0]
    top = scores.argsort()[::-1]
    assert scores[top[14]] > -100 > scores[top[15]]
    assert set(top[:12] % 2) == {0}
    # Without a split the last event of each user serves as valid.
    assert ndcg(Hybrid(factors=4).fit(kinds, features=kinds_features), kinds) > 0


def test_multimodal_ranks_items_that_nobody_took(kinds: Catalog, kinds_features: Features) -> None:
    train = [[row for row in kinds.rows(kinds.history(user)) if row >= 8] for user in kinds.histories]
    model = baselines.baseline("early-fusion", **QUICK).fit_rows(kinds, train, features=kinds_features)
    scores = model.score([[8, 10, 12], [9, 11, 13]])[:, :8]
    assert set(scores[0].argsort()[::-1][:3] % 2) == {0} and set(scores[1].argsort()[::-1][:3] % 2) == {1}


@pytest.mark.parametrize(("name", "expected"), [("popularity", 0.0392), ("item-knn", 0.0660), ("ease", 0.0810)])
def test_published_figures_of_movielens(shared: Path, name: str, expected: float) -> None:
    films = load_catalog(shared / "data" / "ml-100k")
    assert ndcg(baselines.baseline(name).fit(films, rolling_split(films)), films) == pytest.approx(expected, abs=2e-4)
