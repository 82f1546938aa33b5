"""What a model remembers: shards and forgetting, which leave bit for bit what a run without the users would have made;
and training with differential privacy, in which nothing but clipped sums with noise reaches the checkpoint.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.errors import BadInput, UnknownUser
from llmrec.model.checkpoint import load_checkpoint
from llmrec.model.prompt import PromptWords
from llmrec.pipeline_config import PipelineConfig
from llmrec.ranking.components import InteractionModels
from llmrec.recommender import Recommender
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig
from llmrec.train.logs import TrainEvent
from llmrec.train.private import Budget, clipped_gradient, noisy_counts, spent
from llmrec.train.run import STATE, TrainResult, checkpoint_of, train
from llmrec.train.sequence_windows import Prompts, epoch_windows
from llmrec.train.shards import Forgotten, ShardWeights, average_into, shard_histories, shard_of
from llmrec.train.trainer import saved_progress
from llmrec.train.unlearn import unlearn

SHARDS = 3
GENRES = ("Comedy", "Drama", "Horror")


def shop(users: int = 12, items: int = 16, events: int = 9) -> Catalog:
    """Each user has an item that nobody else has."""
    shown = [Item(f"i{n}", f"Film Number {n}", "Somebody travels.", {"genres": (GENRES[n % 3],)}) for n in range(items)]
    own = [Item(f"own{n}", f"Rare Film {n}", "Nobody travels.", {"genres": (GENRES[n % 3],)}) for n in range(users)]
    histories = {}
    for user in range(users):
        rows = [f"own{user}", *(f"i{(2 * user + t * (1 + user % 2)) % items}" for t in range(events - 1))]
        histories[f"u{user}"] = tuple(Interaction(f"u{user}", item, 1000.0 + t) for t, item in enumerate(rows))
    return Catalog("shop", (*shown, *own), histories)


@pytest.fixture(scope="module")
def config(tiny_base: Path) -> TrainConfig:
    shape = {"exit_layer": 1, "dim": 8, "window": 4, "lora_rank": 2, "lora_alpha": 4}
    return TrainConfig(model=shape, epochs=2, batch=4, queries=1, rationale={"pairs": 0}, base=tiny_base, shards=SHARDS)


@pytest.fixture(scope="module")
def home(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny base stands for that of setup."""
    home = tmp_path_factory.mktemp("home")
    base_folder(home).parent.mkdir(parents=True)
    base_folder(home).symlink_to(tiny_base)
    return home


@pytest.fixture(autouse=True)
def _at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(home))


@pytest.fixture(scope="module")
def whole(config: TrainConfig, home: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """A run in shards of all users."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMREC_HOME", str(home))
        return train(shop(), tmp_path_factory.mktemp("run") / "whole", config)


def contents(folder: Path) -> dict[str, np.ndarray]:
    found = load_checkpoint(folder)
    return {**found.arrays, **{f"of interactions: {name}": x for name, x in found.collaborative.items()}}


def same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def test_a_user_keeps_the_shard_whoever_else_there_is() -> None:
    histories = {f"u{n}": [n, n + 1] for n in range(40)}
    shards = shard_histories(histories, 4)
    assert sorted(user for part in shards.values() for user in part) == sorted(histories)
    assert set(shards) == {1, 2, 3, 4}
    fewer = shard_histories({user: rows for user, rows in histories.items() if user != "u7"}, 4)
    assert all(set(shards[n]) - set(fewer[n]) == ({"u7"} if n == shard_of("u7", 4) else set()) for n in shards)
    assert shard_histories({"u1": [3]}, 2) == {}  # one event has no next one


def test_rows_of_items_are_averaged_over_the_shards_that_own_them(make_model: Callable[..., tuple]) -> None:
    model, _ = make_model()
    start = {name: p.detach().clone() for name, p in model.trainable().items()}
    ones = {name: torch.ones_like(p) for name, p in start.items()}
    fours = {name: torch.full_like(p, 4) for name, p in start.items()}
    items = model.id_in.num_embeddings
    first, both = torch.arange(items) < 6, torch.arange(items) < 9
    average_into(model, [ShardWeights(ones, first, 100), ShardWeights(fours, both, 200)])
    rows = model.id_out.weight.detach()
    assert torch.allclose(rows[:6], torch.tensor(3.0)) and torch.equal(rows[6:9], torch.full_like(rows[6:9], 4))
    assert torch.equal(rows[9:], start["id_out.weight"][9:])  # nobody's: as it was
    assert torch.allclose(model.query_head[2].weight, torch.tensor(3.0))


def test_what_is_left_is_what_a_run_without_the_users_makes(
    whole: TrainResult, config: TrainConfig, tmp_path: Path
) -> None:
    """Weights, ids, counts, item-item model, codes and fused weights, although an item has lost its only user."""
    gone = [user for user in shop().histories if shard_of(user, SHARDS) == shard_of("u3", SHARDS)][:2]
    told: list[TrainEvent] = []
    result = unlearn(whole.folder, tmp_path / "less", gone, data=shop(), report=told.append)
    full = shop()
    without = replace(full, histories={user: own for user, own in full.histories.items() if user not in gone})
    fresh = train(without, tmp_path / "fresh", config)
    assert same(contents(result.folder), contents(fresh.folder))
    assert not same(contents(result.folder), contents(whole.folder))
    assert result.info.weights == fresh.info.weights and result.test == fresh.test
    lines = [event.message for event in told]
    shard = shard_of(gone[0], SHARDS)
    assert f"shard {shard} of 3: trained again" in lines and sum("kept as it is" in line for line in lines) == 4
    noted = result.info.provenance["forgotten"]
    assert noted["users"] == 2 and noted["trained again"] == [shard] and noted["seconds"] < noted["seconds of all"]
    card = (result.folder / "card.md").read_text()
    assert "Forgotten: 2 users. Trained again" in card and f"again: {shard} of 3 shards" in card
    texts = [file.read_text() for file in result.folder.rglob("*.*") if file.suffix in (".md", ".json", ".csv")]
    assert not [user for user in gone for text in texts if f'"{user}"' in text or f" {user} " in text]

    # the same command again has nothing to do; training on leaves them out, and so does a checkpoint of the run
    again = unlearn(whole.folder, tmp_path / "less", gone, data=shop(), report=told.append)
    assert same(contents(again.folder), contents(fresh.folder))
    steps = len([event for event in told if event.kind == "step"])
    assert same(contents(train(shop(), tmp_path / "less", config, report=told.append).folder), contents(fresh.folder))
    assert len([event for event in told if event.kind == "step"]) == steps
    packed = checkpoint_of(tmp_path / "less", tmp_path / "packed", data=shop())
    assert same(contents(packed.folder), contents(fresh.folder))
    assert "Forgotten: 2 users" in (packed.folder / "card.md").read_text()


def test_users_who_have_left_the_data_need_no_name(whole: TrainResult, config: TrainConfig, tmp_path: Path) -> None:
    full = shop()
    without = replace(full, histories={user: own for user, own in full.histories.items() if user != "u5"})
    result = unlearn(whole.folder, tmp_path / "less", data=without)
    assert result.info.provenance["forgotten"]["trained again"] == [shard_of("u5", SHARDS)]
    assert same(contents(result.folder), contents(train(without, tmp_path / "fresh", config).folder))


def test_a_shard_without_users_leaves_no_state(whole: TrainResult, tmp_path: Path) -> None:
    gone = [user for user in shop().histories if shard_of(user, SHARDS) == shard_of("u3", SHARDS)]
    result = unlearn(whole.folder, tmp_path / "less", gone, data=shop())
    left = {file.name for file in (result.folder / STATE).glob("*.safetensors")}
    assert len(left) == 4 and not [name for name in left if f"shard-{shard_of('u3', SHARDS)}-of" in name]
    assert any((whole.folder / STATE).glob(f"select-shard-{shard_of('u3', SHARDS)}-of-3*"))  # the old run is as it was


def test_a_missing_state_is_trained_again(whole: TrainResult, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole.folder, run)
    other = next(n for n in range(1, SHARDS + 1) if n != shard_of("u3", SHARDS))
    (run / STATE / f"select-shard-{other}-of-{SHARDS}.safetensors").unlink()
    told: list[TrainEvent] = []
    result = unlearn(run, tmp_path / "less", ["u3"], data=shop(), report=told.append)
    assert any(f"shard {other} of 3: there is no training state" in event.message for event in told)
    assert result.info.provenance["forgotten"]["trained again"] == sorted({other, shard_of("u3", SHARDS)})


def test_without_shards_everything_is_trained_again_and_told(config: TrainConfig, tmp_path: Path) -> None:
    plain = config.changed(shards=1, test=False)
    train(shop(), tmp_path / "run", plain)
    told: list[TrainEvent] = []
    result = unlearn(tmp_path / "run", tmp_path / "less", ["u1", "u2"], data=shop(), report=told.append)
    assert any("has no shards, so everything is trained again" in event.message for event in told)
    assert "The run had no shards" in (result.folder / "card.md").read_text()
    left = replace(shop(), histories={u: own for u, own in shop().histories.items() if u not in ("u1", "u2")})
    assert same(contents(result.folder), contents(train(left, tmp_path / "fresh", plain).folder))
    assert saved_progress(tmp_path / "run" / STATE / "select.safetensors").epoch == 2  # as it was


def test_what_cannot_forget_says_so(whole: TrainResult, config: TrainConfig, tmp_path: Path) -> None:
    with pytest.raises(UnknownUser, match="user 'nobody' has no events in catalogue 'shop', nor have 1 others; name"):
        unlearn(whole.folder, tmp_path / "less", ["u1", "nobody", "else"], data=shop())
    with pytest.raises(BadInput, match="holds no training state"):
        unlearn(tmp_path, tmp_path / "less", ["u1"], data=shop())
    with pytest.raises(BadInput, match="catalogue in memory; name it as `data`"):
        unlearn(whole.folder, tmp_path / "less", ["u1"])
    with pytest.raises(BadInput, match="the run's own folder"):
        unlearn(whole.folder, whole.folder, ["u1"], data=shop())
    for fields, why in (({"continue_from": "old"}, "went on from old"), ({"privacy": {"epsilon": 1}}, "was private")):
        run = tmp_path / why.replace(" ", "-")
        (run / STATE).mkdir(parents=True)
        about = {"data": "", "config": config.changed(shards=1, **fields).model_dump(mode="json")}
        (run / STATE / "run.json").write_text(json.dumps(about))
        with pytest.raises(BadInput, match=why):
            unlearn(run, tmp_path / "less", ["u1"], data=shop())


@pytest.mark.parametrize("fields", [{"continue_from": "old"}, {"model": {"interest": 4}}])
def test_what_learns_across_shards_is_refused(fields: dict) -> None:
    with pytest.raises(BadInput, match=r"`shards` is above 1, and .* would learn from the users of all shards; leave"):
        TrainConfig(shards=2, **fields)


def test_the_forgotten_are_kept_as_digests_alone(tmp_path: Path) -> None:
    forgotten = Forgotten().adding(["u3"]).adding(["u4"])
    (tmp_path / "run.json").write_text(json.dumps(forgotten.record()))
    read = Forgotten.of(tmp_path / "run.json")
    assert set(read.without(shop()).histories) == set(shop().histories) - {"u3", "u4"}
    assert "u3" not in json.dumps(forgotten.record()) and len(read.digests) == 2
    assert Forgotten().adding(["u3"]).digests.isdisjoint(Forgotten().adding(["u3"]).digests)  # each run its own salt
    assert Forgotten().record() == {} and Forgotten.of(tmp_path / "none.json") == Forgotten()


def test_counts_less_a_user_are_the_counts_without_the_user() -> None:
    """Refitting is what is done; that it equals subtraction shows where numbers are exact: counts and EASE's matrix."""
    rng = np.random.default_rng(3)
    histories = [list(rng.choice(30, size=rng.integers(2, 12), replace=False)) for _ in range(50)]
    all_users, without = (InteractionModels.fit(h, 30) for h in (histories, histories[1:]))
    own = np.zeros(30)
    own[histories[0]] = 1
    assert np.array_equal(np.round(np.expm1(all_users.popular)) - own, np.round(np.expm1(without.popular)))
    x, left = (np.array([[float(n in h) for n in range(30)] for h in part]) for part in (histories, histories[1:]))
    assert np.array_equal(x.T @ x - np.outer(own, own), left.T @ left)


@pytest.fixture(scope="module")
def private(config: TrainConfig) -> TrainConfig:
    pytest.importorskip("opacus")
    return config.changed(shards=1, privacy={"epsilon": 3, "users": 6})


@pytest.mark.usefixtures("private")
def test_the_budget_is_kept_and_nearly_used_up() -> None:
    for epsilon, counts in ((8, 0.5), (2, 0.5), (2, 0), (0.3, 0.2)):
        config = TrainConfig(epochs=3, privacy={"epsilon": epsilon, "counts": counts})
        budget = Budget.of(config, 1000)
        assert 0.97 * epsilon <= budget.epsilon <= epsilon and budget.delta == 1e-4
        assert budget.steps == 24 and budget.rate == 0.128
        assert (budget.counts_noise == 0) == (counts == 0)
        assert spent(budget.noise, budget.rate, budget.steps, 0, budget.delta) < budget.epsilon or not counts
    assert Budget.of(TrainConfig(privacy={"epsilon": 2, "users": 50, "delta": 1e-5}), 20).rate == 1  # all, every step


def test_no_user_moves_a_step_by_more_than_the_clip(make_model: Callable[..., tuple], tiny_base: Path) -> None:
    model, table = make_model()
    words = PromptWords.load(tiny_base)
    trained = {name: p for name, p in model.trainable().items() if "lora_" in name or name.startswith("item_head")}
    soft = model.soft_tokens(table.batch()).detach()

    def length(rows: list[int], clip: float, **fields: int) -> float:
        config = TrainConfig(clip=clip, **fields)
        prompts = Prompts({"u": rows}, words.before, lambda row, *_: (row + 3,))
        windows = epoch_windows(prompts.histories, 4, config.queries, prompts.query_words, "0")
        parts = clipped_gradient(model, table, soft, windows, prompts, config, trained)
        return sum(float(part.square().sum()) for part in parts) ** 0.5

    long = [0, 5, 3, 9, 1, 2, 7, 4, 6, 8, 10, 11] * 3
    free = length(long, 1e9)
    assert free > 0 and length(long, 1e9, queries=0) != free
    for clip in (free / 2, free / 100):
        assert length(long, clip) == pytest.approx(clip, rel=1e-4)
    assert length([4, 2], 1e-3) <= 1e-3 * (1 + 1e-6)
    assert length([], 1.0) == 0


def test_counts_of_a_user_weigh_one_however_many() -> None:
    histories = {"few": [0, 1], "many": list(range(30)), "twice": [3, 3, 3, 3]}
    tiny = 1e-6
    counts = np.expm1(noisy_counts(histories, 40, tiny, torch.Generator().manual_seed(0)))
    for user, rows in histories.items():
        others = {other: own for other, own in histories.items() if other != user}
        left = np.expm1(noisy_counts(others, 40, tiny, torch.Generator().manual_seed(0)))
        assert np.linalg.norm(counts - left) == pytest.approx(1, abs=1e-3), rows
    assert not noisy_counts(histories, 40, 0, torch.Generator()).any()
    drowned = [noisy_counts(histories, 400, 5.0, torch.Generator().manual_seed(n)) for n in range(20)]
    assert np.mean([np.count_nonzero(each) for each in drowned]) < 1  # what noise alone would reach counts as never


def test_a_private_checkpoint_holds_nothing_else_of_users(private: TrainConfig, tmp_path: Path) -> None:
    told: list[TrainEvent] = []
    result = train(shop(), tmp_path / "a", private, report=told.append)
    found = load_checkpoint(result.folder)
    assert not found.arrays["known"].any() and set(found.items) == {item.id for item in shop().items}
    assert not found.collaborative["weights"].size and not [n for n in found.collaborative if "preference" in n]
    about = found.info.provenance
    assert about["privacy"]["epsilon"] <= 3 and about["privacy"]["delta"] == 1 / 120 and about["privacy"]["users"] == 12
    assert not {"training digest", "trained until", "training events"} & set(about)
    assert not [name for name in found.info.metrics if name.startswith("valid")]
    assert not (result.folder / "metrics.csv").exists()  # losses would be figures without noise
    assert not [event for event in told if "loss" in event.metrics or "next" in event.metrics]
    card = (result.folder / "card.md").read_text()
    assert "## Privacy" in card and f"({about['privacy']['epsilon']:.2f}, 0.0083)-differential privacy" in card
    assert "figures of the test part are not" in card and result.test
    assert result.info.weights["history"][next(k for k in result.info.weights["history"] if str(k) == "popularity")] > 0

    steps = len([event for event in told if event.kind == "step"])
    assert steps == 2 * about["privacy"]["steps"]  # for the test's figures, and again on everything
    assert same(contents(train(shop(), tmp_path / "a", private, report=told.append).folder), contents(result.folder))
    assert len([event for event in told if event.kind == "step"]) == steps  # nothing is drawn, or spent, again
    other = train(shop(), tmp_path / "b", private)
    assert not same(contents(other.folder), contents(result.folder))  # the seed does not tell the noise
    opened = Recommender.from_pretrained(result.folder, shop(), config=PipelineConfig(index="exact"))
    assert len(opened.recommend(user="u1", k=3).items) == 3


def test_a_private_run_that_was_cut_short_goes_on(private: TrainConfig, tmp_path: Path) -> None:
    once = private.changed(test=False)
    steps: list[int] = []

    def interrupt(event: TrainEvent) -> None:
        steps.extend([event.step] if event.kind == "step" else [])
        if event.kind == "step" and steps == [1, 2]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(shop(), tmp_path / "run", once, report=interrupt)
    with pytest.raises(BadInput, match="has not ended; run the same `llmrec train` again"):
        checkpoint_of(tmp_path / "run", tmp_path / "packed", data=shop())
    train(shop(), tmp_path / "run", once, report=interrupt)
    assert steps == [1, 2, 3, 4]
    with pytest.raises(BadInput, match="made by another recipe"):
        train(shop(), tmp_path / "run", once.changed(privacy={"epsilon": 9, "users": 6}))


@pytest.mark.parametrize("fields", [{"contexts": 0.5}, {"shards": 2}, {"model": {"interest": 3}}, {"focal": 1}])
def test_what_the_accountant_does_not_know_is_refused(fields: dict) -> None:
    with pytest.raises(BadInput, match=r"`privacy\.epsilon` is set, and what .* would learn is outside the budget"):
        TrainConfig(privacy={"epsilon": 1}, **fields)


def test_a_fusion_that_reads_interactions_is_refused(private: TrainConfig, tmp_path: Path) -> None:
    pytest.importorskip("torch_geometric")
    with pytest.raises(BadInput, match=r"`model\.fusion` is 'graph', which reads interactions outside the budget"):
        train(shop(), tmp_path / "run", private.changed(model={"fusion": "graph"}))
