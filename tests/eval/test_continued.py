"""The studies of continued training and of ratings on a tiny shop: a second call only reads."""

from pathlib import Path

import pytest

from eval import ratings
from eval.continued import MODELS, continues, parts, store, study
from llmrec.catalog import load_catalog
from llmrec.evaluation.leakage import leakage
from llmrec.model.checkpoint import load_checkpoint
from llmrec.ranking.score_component import APPROVAL, OPINION
from llmrec.recommender import Recommender
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Twenty users of sixteen events each; the last two users come late."""
    folder = tmp_path / "shop"
    folder.mkdir()
    items = [f"i{n},Film Number {n},{('Comedy', 'Drama')[n % 2]},Somebody travels." for n in range(30)]
    (folder / "items.csv").write_text("\n".join(["item_id,title,genres,description", *items]) + "\n")
    rows = [
        f"u{u},i{(3 * u + t * (1 + 2 * (u % 2))) % 30},{1000 + 100 * (u >= 18) + t}"
        for u in range(20)
        for t in range(16)
    ]
    (folder / "interactions.csv").write_text("\n".join(["user_id,item_id,timestamp", *rows]) + "\n")
    return folder


def test_what_is_new_is_the_last_by_time(shop: Path) -> None:
    catalog = load_catalog(shop)
    cut = parts(catalog, 0.1)
    whole = sum(map(len, cut.split.train.values()))
    assert cut.old + cut.new == whole and 0 < cut.new <= 0.1 * whole + 20
    assert cut.new_users == 2
    held = {(user, item) for at in (cut.split.valid, cut.split.test) for user, items in at.items() for item in items}
    learnt = {(user, event.item) for user, events in cut.before.histories.items() for event in events}
    assert not held & learnt
    latest = max(event.timestamp for events in cut.before.histories.values() for event in events)
    first_new = min(
        event.timestamp
        for user, items in cut.split.train.items()
        for event in catalog.histories[user]
        if event.item in items and (user, event.item) not in learnt
    )
    assert latest < first_new


def test_three_checkpoints_are_compared_and_nothing_is_trained_twice(
    shop: Path, tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out, rows = tmp_path / "home", tmp_path / "out", store(tmp_path / "rows")
    monkeypatch.setenv("LLMREC_HOME", str(home))
    base_folder(home).parent.mkdir(parents=True)
    base_folder(home).symlink_to(tiny_base)
    shape = {"exit_layer": 1, "dim": 8, "window": 4, "lora_rank": 2, "lora_alpha": 4}
    config = TrainConfig(model=shape, epochs=2, batch=4, queries=1, rationale={"pairs": 0}, continued={"epochs": 1})
    made = study(shop, out, config, 0.1, rows, "shop")
    assert [row.model for row in made] == list(MODELS) and {row.model: row for row in rows.rows()} == {
        row.model: row for row in made
    }
    anew, continued = made[1], made[2]
    assert anew.measures["ndcg@10 to anew"] == 1 and continued.measures["seconds of training"] > 0
    assert all(0 <= row.metrics["ndcg@10"] <= 1 and row.commit and row.machine for row in made)
    assert "| continued | " in capsys.readouterr().out
    catalog, cut = load_catalog(shop), parts(load_catalog(shop), 0.1)
    states = {m: leakage(load_checkpoint(out / m).info.provenance, catalog, cut.split).state for m in MODELS}
    assert states == {"old": "unknown", "anew": "clean", "continued": "clean"}

    monkeypatch.setattr("eval.continued.train", None)  # nothing is left to train
    again = study(shop, out, config, 0.1, rows, "shop")
    assert [row.metrics for row in again] == [row.metrics for row in made]


def test_ratings_used_are_compared_with_ratings_ignored(
    shop: Path, tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out, file = tmp_path / "home", tmp_path / "out", tmp_path / "measurements.jsonl"
    monkeypatch.setenv("LLMREC_HOME", str(home))
    base_folder(home).parent.mkdir(parents=True)
    base_folder(home).symlink_to(tiny_base)
    rows = (shop / "interactions.csv").read_text().splitlines()
    rated = [f"{row},{1 + (7 * n) % 5}" for n, row in enumerate(rows[1:])]
    (shop / "interactions.csv").write_text("\n".join([f"{rows[0]},rating", *rated]) + "\n")
    shape = {"exit_layer": 1, "dim": 8, "window": 4, "lora_rank": 2, "lora_alpha": 4}
    config = TrainConfig(model=shape, epochs=1, batch=4, queries=1, rationale={"pairs": 0})
    lines = ratings.study(shop, out, config, "rating>=4", ["used"], file)
    found = {line["model"]: line for line in lines}
    assert len(found) == len(lines) == 10
    assert found["llmrec, ratings ignored"]["ratio to ignored"] == [1, 1, 1]
    assert found["llmrec, ratings used"]["config"]["positive"] == "rating>=4"
    assert "| llmrec, ratings used | 1 | " in capsys.readouterr().out

    used = load_checkpoint(out / "seed0" / "used").info
    assert used.provenance["feedback"].startswith("104 of 260 events are positive (rating>=4)")
    assert {APPROVAL, OPINION} <= used.weights["history"].keys()
    assert "104 of 260 events" in (out / "seed0" / "used" / "card.md").read_text()
    assert not {APPROVAL, OPINION} & load_checkpoint(out / "seed0" / "ignored").info.weights["history"].keys()
    recommender = Recommender.from_pretrained(out / "seed0" / "used", shop)
    response = recommender.recommend(user="u0", k=3, explain=True)
    assert response.items and not {item.id for item in response.items} & set(recommender.catalog.history("u0"))

    monkeypatch.setattr("eval.ratings.train", None)  # nothing is left to train
    again = ratings.study(shop, out, config, "rating>=4", ["used"], file)
    assert [line["ndcg@10 of positive events"] for line in again] == [
        line["ndcg@10 of positive events"] for line in lines
    ]


def test_the_shape_is_that_of_the_checkpoint_gone_on_from(tmp_path: Path) -> None:
    config = continues(TrainConfig(model={"dim": 16}, lr=0.1), tmp_path)
    assert config.model == TrainConfig().model and config.lr == 0.1 and config.continue_from == tmp_path
