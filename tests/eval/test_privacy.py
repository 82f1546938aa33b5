"""The studies of privacy and of parts taken out, on a tiny shop: every model is measured and filed once."""

from pathlib import Path

import pytest

from eval import knockout
from eval.privacy import store, study, users_of
from eval.store import measurements
from llmrec.catalog import load_catalog
from llmrec.setup import base_folder
from llmrec.train.config import TrainConfig
from llmrec.train.shards import shard_of

MODELS = ["whole", "sharded", "forgotten", "epsilon 8"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    items = [f"i{n},Film Number {n},{('Comedy', 'Drama')[n % 2]},Somebody travels." for n in range(30)]
    (folder / "items.csv").write_text("\n".join(["item_id,title,genres,description", *items]) + "\n")
    rows = [f"u{u},i{(3 * u + t * (1 + 2 * (u % 2))) % 30},{1000 + t}" for u in range(20) for t in range(16)]
    (folder / "interactions.csv").write_text("\n".join(["user_id,item_id,timestamp", *rows]) + "\n")
    return folder


def test_strangers_are_not_trained_on_and_the_forgotten_are_of_one_shard(shop: Path) -> None:
    users = users_of(load_catalog(shop), 2, 3, seed=1)
    assert len(users.strangers) == 2 and not set(users.strangers) & set(users.catalog.histories)
    assert len(users.catalog.histories) == 18 and set(users.forgotten) <= set(users.catalog.histories)
    assert len(users.forgotten) == 3 and len({shard_of(user, 2) for user in users.forgotten}) == 1


def test_all_models_are_attacked_and_nothing_is_trained_twice(
    shop: Path, tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("opacus")
    home, rows = tmp_path / "home", store(tmp_path / "rows")
    monkeypatch.setenv("LLMREC_HOME", str(home))
    base_folder(home).parent.mkdir(parents=True)
    base_folder(home).symlink_to(tiny_base)
    shape = {"exit_layer": 1, "dim": 8, "window": 4, "lora_rank": 2, "lora_alpha": 4}
    config = TrainConfig(model=shape, epochs=1, batch=4, queries=0, rationale={"pairs": 0})
    options = {
        "shards": 2, "forgotten": 2, "epsilons": (8,), "private": ["privacy.users=9"], "rows": rows, "name": "shop",
    }  # fmt: skip
    made = study(shop, tmp_path / "out", config, **options)
    assert [row.model for row in made] == MODELS and len(rows.rows()) == 4
    by_name = {row.model: row for row in made}
    assert all(0 <= row.measures["membership, the LLM alone, forgotten"] <= 1 for row in made)
    assert by_name["forgotten"].measures["shards trained again"] == 1
    assert by_name["epsilon 8"].measures["epsilon"] <= 8 and by_name["epsilon 8"].measures["noise"] > 0
    assert "| forgotten | " in capsys.readouterr().out
    monkeypatch.setattr("eval.privacy.train", None)  # nothing is left to train
    again = study(shop, tmp_path / "out", config, **options)
    assert [row.metrics for row in again] == [row.metrics for row in made]


def test_each_part_is_taken_out_alone_and_the_whole_stands_beside(shop: Path, tmp_path: Path) -> None:
    lines = knockout.study(shop, "", seed=0, file=tmp_path / "measurements.jsonl")
    assert measurements("knockout", tmp_path / "measurements.jsonl") and len(lines) == 17
    whole = {line["query"]: line["test ndcg@10"] for line in lines if line["without"] == "nothing"}
    assert set(whole) == {"none", "composed"}
    for line in lines:
        share, _, _ = line["share of the whole"]
        assert share == pytest.approx(line["test ndcg@10"] / whole[line["query"]], abs=1e-3)
        taken_out = {"the query's words, one by one": "terms", "popularity": "popularity"}.get(line["without"])
        assert taken_out not in line["weights"] and "llm" not in line["weights"]
