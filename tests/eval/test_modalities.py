"""The modality suite on a tiny world with truth: each row measured once, and telling what was removed."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.modalities.checkpoints import load_checkpoints, run_checkpoint
from eval.modalities.models import only
from eval.modalities.recipes import CLASSICS, RECIPES, Training, row_name, with_encoders
from eval.modalities.report import write_report
from eval.modalities.rows import COLD, MAIN, REMOVED, Filed, removed
from eval.modalities.runs import ORACLE, Run, run_hybrid, run_oracle, run_recipe
from eval.modalities.worlds import World, measure, open_world, oracle
from llmrec.catalog.simshop import ATTRIBUTES, make_world
from llmrec.catalog.simshop.splits import cold_split
from llmrec.catalog.simshop.truth import truth_lines
from llmrec.encoders import Features
from llmrec.encoders.registry import encoder
from llmrec.errors import BadInput
from llmrec.fusion import FUSIONS
from llmrec.paths import resource

ITEMS, USERS = 60, 40
QUICK = Training(
    {"exit_layer": 1, "dim": 32, "window": 16, "lora_rank": 0}, {"epochs": 1, "queries": 0, "batch": 8}, False, 50
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A SimShop without its media files: the features below stand for what towers see."""
    folder, truth = tmp_path_factory.mktemp("worlds") / "shop", make_world(ITEMS, USERS, 0)
    folder.mkdir()
    with (folder / "items.csv").open("w", newline="") as out:
        csv.writer(out).writerows([("item_id", "title"), *((item, f"Thing {item}") for item in truth.items)])
    with (folder / "interactions.csv").open("w", newline="") as out:
        events = [(p.user, p.item, p.timestamp) for p in truth.purchases]
        csv.writer(out).writerows([("user_id", "item_id", "timestamp"), *events])
    (folder / "truth.jsonl").write_text("\n".join(truth_lines(truth)))
    cold, users = cold_split(truth)
    lines = [{"user": u.user, "train": u.train, "valid": u.valid, "test": u.test} for u in users]
    (folder / "cold.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (folder / "cold_items.jsonl").write_text("\n".join(json.dumps({"item": item}) for item in sorted(cold)))
    return open_world(folder)


@pytest.fixture(scope="module")
def features(world: World) -> Features:
    """One-hot attributes of each modality, as a perfect tower would tell them."""
    assert world.truth is not None
    vectors = {}
    for modality in ("text", "image"):
        columns = [world.truth.values[a.name] for a in ATTRIBUTES if a.modality == modality]
        hot = [np.array(column)[:, None] == np.unique(column)[None] for column in columns]
        vectors[modality] = np.concatenate(hot, axis=1).astype(np.float32)
    ids = tuple(item.id for item in world.catalog.items)
    mask = {m: np.ones(len(ids), np.bool_) for m in vectors}
    keys = {m: tuple("0" * 64 for _ in ids) for m in vectors}
    return Features(ids, ids, vectors, mask, {m: f"{m}-truth" for m in vectors}, keys)


def a_run(world: World, filed: Filed, base: Path, store: Path, name: str = "weighted") -> Run:
    return Run(world, filed, name, RECIPES[name], QUICK, 0, base, store)


def test_oracle_knows_more_than_chance_and_knows_cold_items_too(world: World) -> None:
    for task in (world.warm, world.cold):
        known = measure(world, task, oracle(world, task), ("image",))
        blind = np.random.default_rng(0).random(oracle(world, task).shape).astype(np.float32)
        assert known["ndcg@10"] > 1.3 * measure(world, task, blind, ())["ndcg@10"]
        assert {f"ndcg@10 image {g}" for g in ("only", "partly", "elsewhere")} <= set(known)
    assert world.cold.candidates is not None and 0 < world.cold.candidates.sum() < ITEMS / 4
    trained = {row for rows in world.cold.train.values() for row in rows}
    assert all(world.cold.candidates[e.target] and e.target not in trained for e in world.cold.test)


def test_groups_part_the_users_by_where_their_taste_lives(world: World) -> None:
    groups = world.users_of("audio")
    assert sum(len(users) for users in groups.values()) == USERS == len(frozenset.union(*groups.values()))
    assert world.truth is not None
    assert all(world.truth.tastes[user].modalities == ("audio",) for user in groups["only"])


def test_rows_of_one_recipe_and_report(world: World, features: Features, tiny_base: Path, tmp_path: Path) -> None:
    filed = Filed(tmp_path / "results")
    run = a_run(world, filed, tiny_base, tmp_path)
    run_oracle(world, filed)
    run_hybrid(world, filed, only(features, ("text",)), 0)
    run_recipe(run, features, retrained=True, cold=True)
    rows = {(row.section, row.model): row for row in filed.store.rows()}
    expected = {(MAIN, "weighted"), (COLD, "weighted"), (MAIN, ORACLE), (COLD, ORACLE)}
    expected |= {(at, removed("weighted", m, "masked")) for m in ("text", "image") for at in (REMOVED, COLD)}
    expected |= {(REMOVED, removed("weighted", m, "retrained")) for m in ("text", "image")}
    assert expected < set(rows)
    whole = rows[MAIN, "weighted"]
    assert whole.measures["weight of text"] + whole.measures["weight of image"] == pytest.approx(1, abs=1e-3)
    assert whole.measures["tokens a request"] > 5 and whole.commit and whole.config["fusion"] == "weighted"
    assert whole.metrics["ndcg@10"] != rows[REMOVED, removed("weighted", "text", "masked")].metrics["ndcg@10"]
    markdown, plot = write_report(filed.folder)
    text = markdown.read_text()
    assert "of the oracle" in text and "Whom it costs" in text and "cold ndcg@10" in text
    assert plot.stat().st_size > 10_000

    # The same again measures nothing; another recipe does.
    written = filed.store.file.stat().st_mtime_ns
    run_recipe(run, features, retrained=True, cold=True)
    assert written == filed.store.file.stat().st_mtime_ns
    longer = Training(QUICK.shape, {**QUICK.recipe, "epochs": 2}, False, 50)
    assert not filed.done(
        world,
        "weighted",
        0,
        MAIN,
        Run(world, filed, "weighted", RECIPES["weighted"], longer, 0, tiny_base, tmp_path).config(features),
    )


def test_the_shop_with_missing_media_shares_the_truth_and_the_cold_items(world: World) -> None:
    inside = world.folder / "missing"
    inside.mkdir()
    for name in ("items.csv", "interactions.csv"):
        shutil.copy(world.folder / name, inside / name)
    partial = open_world(inside)
    assert (world.name, partial.name) == ("shop", "shop-missing")
    assert partial.users_of("audio") == world.users_of("audio") != {}
    assert partial.cold.test == world.cold.test and partial.warm.test == world.warm.test


def test_a_trained_pack_is_a_row_of_the_world_it_was_trained_on(shared: Path, base_model: Path, tmp_path: Path) -> None:
    whole = open_world(shared / "data" / "ml-100k")
    world = replace(whole, warm=replace(whole.warm, test=whole.warm.test[:40]))
    folders = [resource("adapters") / "ml-100k"]
    with pytest.raises(BadInput, match=r"was trained on ml-100k, not on a world here \(hm\)"):
        load_checkpoints(folders, ["hm"])
    (checkpoint,) = load_checkpoints(folders, ["hm", world.name])
    filed = Filed(tmp_path)
    run_checkpoint(world, filed, checkpoint, base_model)
    found = {row.model: row.metrics["ndcg@10"] for row in filed.store.rows()}
    assert set(found) == {"concat", *(removed("concat", m, "masked") for m in ("text", "image"))}
    assert found["concat"] > 0.05 and len(set(found.values())) == 3
    written = filed.store.file.stat().st_mtime_ns
    run_checkpoint(world, filed, checkpoint, base_model)
    assert written == filed.store.file.stat().st_mtime_ns


def test_recipes_name_fusions_and_towers_that_exist() -> None:
    assert set(FUSIONS) < set(RECIPES) and len(CLASSICS) == 5
    for recipe in RECIPES.values():
        assert recipe.fusion in FUSIONS
        for modality, spec in (recipe.encoder_specs or {}).items():
            assert encoder(modality, spec).modality == modality
    changed = with_encoders(CLASSICS["text+image ViT concat"], {"image": "lite0", "audio": "mel"})
    assert changed.encoder_specs == {"text": "minilm", "image": "lite0"}
    assert row_name("text+image ViT concat", changed) == "text+image ViT concat, image=lite0"
    other = {"image": "timm:hub/vit", "text": "minilm"}
    assert row_name("concat", with_encoders(RECIPES["concat"], other)) == "concat, image=timm-hub-vit"
    assert row_name("concat", with_encoders(RECIPES["concat"], {"image": "lite0"})) == "concat"
    assert row_name("text+image ViT concat", with_encoders(CLASSICS["text+image ViT concat"], {"audio": "mfcc"})) == (
        "text+image ViT concat"
    )
