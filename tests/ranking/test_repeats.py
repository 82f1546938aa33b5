"""Repeats: kept where that is asked for, scored by habit and rhythm, and recommended again; on a grocery of our own."""

from pathlib import Path

import numpy as np
import pytest

import llmrec
from llmrec.catalog import Catalog, Interaction, load_catalog
from llmrec.catalog.feedback import Past
from llmrec.catalog.load import check
from llmrec.evaluation.leakage import leakage
from llmrec.evaluation.metrics import ndcg, target_ranks
from llmrec.evaluation.splits import load_split, rolling_events, rolling_split, save_split
from llmrec.ranking.fused import fit_weights, fuse
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.repeats import RepeatModel, repeat_components
from llmrec.ranking.score_component import ScoringBatch
from llmrec.recommender import Recommender
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig

DAY = 86_400
INTERVALS = (2, 3, 5, 7, 10, 14, 21, 30)
"""Days until each staple is used up; the other items are bought once in a while."""


@pytest.fixture(scope="module")
def grocery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 households of 4 staples each, bought when they are used up, and now and then something else, for 90 days."""
    folder, rng = tmp_path_factory.mktemp("grocery") / "shop", np.random.default_rng(7)
    folder.mkdir()
    names = [f"Staple {n}" for n in range(len(INTERVALS))] + [f"Treat {n}" for n in range(16)]
    lines = [f"g{n},{name},{('Fresh', 'Sweet')[name[0] == 'T']}" for n, name in enumerate(names)]
    (folder / "items.csv").write_text("\n".join(["item_id,title,category", *lines]) + "\n")
    rows = []
    for user in range(50):
        for staple in rng.choice(len(INTERVALS), 4, replace=False):
            time = rng.uniform(0, INTERVALS[staple])
            while time < 90:
                rows.append((user, staple, time))
                time += INTERVALS[staple] * rng.lognormal(0, 0.15)
        rows += [(user, 8 + int(rng.integers(16)), rng.uniform(0, 90)) for _ in range(4)]
    events = [f"h{user},g{item},{1.6e9 + time * DAY:.0f}" for user, item, time in sorted(rows, key=lambda row: row[2])]
    (folder / "interactions.csv").write_text("\n".join(["user_id,item_id,timestamp", *events]) + "\n")
    return folder


def test_repeats_are_told_and_can_be_kept(grocery: Path) -> None:
    lines = len((grocery / "interactions.csv").read_text().splitlines()) - 1
    first, kept = load_catalog(grocery), load_catalog(grocery, repeats="keep")
    events = sum(map(len, first.histories.values()))
    assert sum(map(len, kept.histories.values())) == lines > 2 * events and kept.repeats and not first.repeats
    told = [line for line in check(grocery).lines() if "repeat an earlier one" in line]
    assert told == [
        f"{lines - events:,} events of interactions.csv ({(lines - events) / lines:.0%}) repeat an earlier one of the "
        "same user and item: the first counts; `repeats` keep makes use of them"
    ]
    again = Catalog.from_datasets(kept.to_datasets(), repeats="keep")
    assert again.histories == kept.histories


def test_a_split_with_repeats_survives_its_file_and_asks_for_what_was_taken(grocery: Path, tmp_path: Path) -> None:
    catalog = load_catalog(grocery, repeats="keep")
    split = rolling_split(catalog)
    save_split(split, tmp_path / "split.jsonl")
    assert load_split(tmp_path / "split.jsonl", catalog) == split
    events = rolling_events(catalog, split, "test")
    assert sum(event.target in event.history for event in events) > len(events) / 2
    event = next(event for event in events if event.target in event.history)
    assert event.closed == () and len(event.past.ages[event.target]) == event.history.count(event.target)
    assert min(event.past.ages[event.target]) >= 0
    about = {"training digest": llmrec.evaluation.splits.events_digest(split.train)}
    assert leakage(about, catalog, split).state == "clean"
    everything = {user: catalog.history(user) for user in catalog.histories}
    about = {"training digest": llmrec.evaluation.splits.events_digest(everything)}
    assert leakage(about, catalog, split).state == "leaks"


def test_a_return_is_no_taking() -> None:
    bought = [Interaction("u", "milk", 1e9, kind="purchase"), Interaction("u", "milk", 1e9 + 7 * DAY, kind="purchase")]
    returned = Interaction("u", "milk", 1e9 + 8 * DAY, kind="return")
    ages = Past.of([*bought, returned], {"milk": 0}, 1e9 + 9 * DAY).ages
    assert ages == {0: (9 * DAY, 2 * DAY)}


def test_what_is_due_scores_highest_one_interval_after_it_was_taken() -> None:
    weekly = tuple(float(DAY * day) for day in range(70, -1, -7))
    model = RepeatModel.fit([Past({}, {}, {0: weekly, 1: (5.0,)})] * 20, 3)
    scores = [model.rhythm(0, (DAY * (7 + late), float(DAY * late))) for late in (1, 4, 7, 14, 60)]
    assert int(np.argmax(scores)) == 2 and scores[-1] < 0.01
    assert model.again[0] > 0.8 > 0.3 > model.again[1]
    assert model.habit(0, weekly) > model.habit(0, weekly[:2])
    again = RepeatModel.from_state(model.state())
    assert again is not None and again.rhythm(0, weekly) == pytest.approx(model.rhythm(0, weekly), rel=1e-5)
    moved = model.over(np.array([2, -1, 0]))
    assert moved.interval[2] == model.interval[0] and moved.again[1] == pytest.approx(model.again.mean())
    later = model.over(np.array([2, -1])).over(np.array([0, 1, -1]))  # a new item is no other for coming after one
    assert later.again.tolist() == model.over(np.array([2, -1, -1])).again.tolist()


def test_habit_and_rhythm_beat_what_is_bought_most(grocery: Path) -> None:
    catalog = load_catalog(grocery, repeats="keep")
    split = rolling_split(catalog)
    train = [catalog.rows(items) for items in split.train.values()]
    pasts = [
        Past.of(events[: len(rows)], catalog.row, events[len(rows) - 1].timestamp)
        for events, rows in zip((catalog.histories[user] for user in split.train), train, strict=True)
    ]
    once = [list(dict.fromkeys(rows)) for rows in train]
    together, model = Collaborative.fit(once, len(catalog.items)), RepeatModel.fit(pasts, len(catalog.items))
    parts, targets, events = {}, {}, {}
    for at in ("valid", "test"):
        events[at] = rolling_events(catalog, split, at)
        histories = [event.history for event in events[at]]
        batch = ScoringBatch(np.zeros((len(histories), 1), np.float32), histories, past=[e.past for e in events[at]])
        parts[at] = {"together": together.scores(histories)} | {
            part.key.kind: part.score_batch(np.arange(len(catalog.items)), batch) for part in repeat_components(model)
        }
        targets[at] = [event.target for event in events[at]]
    weights = fit_weights(parts["valid"], targets["valid"], [()] * len(targets["valid"]))
    assert weights["rhythm"] > 0.2
    most = llmrec.baselines.baseline("own-popularity").fit_rows(catalog, train)
    found = {
        "fused": fuse(parts["test"], weights, [()] * len(targets["test"])),
        "own popularity": most.score([event.history for event in events["test"]]),
    }
    reached = {name: ndcg(target_ranks(s, np.array(targets["test"]))).mean() for name, s in found.items()}
    assert reached["fused"] > reached["own popularity"] * 1.1, reached


def test_a_checkpoint_recommends_again_what_is_due(
    grocery: Path, tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("LLMREC_HOME", str(home))
    base_folder(home).parent.mkdir(parents=True)
    base_folder(home).symlink_to(tiny_base)
    shape = {"exit_layer": 1, "dim": 8, "window": 16, "lora_rank": 2, "lora_alpha": 4}
    config = TrainConfig(model=shape, epochs=1, queries=1, rationale={"pairs": 0}, repeats="keep", split="rolling")
    llmrec.train(grocery, tmp_path / "adapter", config)
    recommender = Recommender.from_pretrained(tmp_path / "adapter", grocery)
    assert recommender.catalog.repeats
    weights = recommender.pipeline.checkpoint.info.weights["history"]
    assert {str(key): w for key, w in weights.items() if str(key) in ("habit", "rhythm") and w}
    response = recommender.recommend(user="h0", k=5, explain=True)
    ids = [item.id for item in response.items]
    assert {*ids} & {*recommender.catalog.history("h0")}
    assert all(item.evidence is not None and item.rationale is not None for item in response.items)
    split = rolling_split(recommender.catalog)
    found = llmrec.evaluate(grocery, [tmp_path / "adapter"], ["popularity", "own-popularity"], split, repeats="keep")
    reached = {model.name: model.metrics["ndcg@10"].value for model in found.models}
    assert found.about["repeats"] == "keep" and found.models[0].trust != "leaks"
    assert reached["adapter"] > reached["own-popularity"] > reached["popularity"]
