"""`llmrec.evaluate`: the referee agrees with its lists, a run goes on where it was, nothing leaks in silence."""

import json
from pathlib import Path

import pandas as pd
import pytest

import llmrec
from llmrec.baselines import Popularity
from llmrec.catalog import Catalog, load_catalog
from llmrec.errors import BadInput, CheckpointError, UnknownPlugin
from llmrec.evaluation.splits import Split, rolling_split
from llmrec.paths import home
from tests.evaluation import referee

CHEAP = ("popularity", "item-knn", "ease")


@pytest.fixture
def catalog(made_folder: Path) -> Catalog:
    return load_catalog(made_folder)


@pytest.mark.parametrize(("split", "last"), [("rolling", 5), ("loo", 1)])
def test_figures_are_the_referees(made_folder: Path, tmp_path: Path, split: str, last: int) -> None:
    found = llmrec.evaluate(made_folder, baselines=CHEAP, split=split, out=tmp_path)
    assert {model.name for model in found.models} == set(CHEAP)
    for model in found.models:
        lines = (tmp_path / "rankings" / f"{model.name}.jsonl").read_text().splitlines()
        rankings = {row["user"]: row["items"] for row in map(json.loads, lines)}
        expected = referee.score(made_folder, rankings, last=last)
        for name in ("recall@10", "ndcg@10", "recall@20", "ndcg@20", "mrr@10"):
            assert model.metrics[name].value == pytest.approx(expected[name], abs=6e-6)
        assert model.metrics["coverage@10"].value == pytest.approx(expected["coverage@10"], abs=6e-5)
        assert found.about["events"] == expected["events"]
    told = json.loads((tmp_path / "evaluation.json").read_text())
    assert told["split"] == split and (tmp_path / "evaluation.png").stat().st_size > 5000


def test_configurations_are_chosen_on_valid_and_kept(catalog: Catalog, tmp_path: Path) -> None:
    seen: list[str] = []
    first = llmrec.evaluate(
        catalog, baselines=["ease"], out=tmp_path, progress=lambda what, _done, _total: seen.append(what)
    )
    (model,) = first.models
    reached = json.loads((tmp_path / "rankings" / "ease.json").read_text())["valid"]
    assert len(reached) == 4 and model.valid == max(reached.values())
    assert any("configuration 4 of 4" in what for what in seen)

    again: list[str] = []
    second = llmrec.evaluate(
        catalog, baselines=["ease"], out=tmp_path, progress=lambda what, _done, _total: again.append(what)
    )
    assert not again and second.models[0].metrics == model.metrics

    other = llmrec.evaluate(catalog, baselines=["ease"], split="loo", out=tmp_path)
    assert other.models[0].metrics != model.metrics  # another split is another run
    plain = llmrec.evaluate(catalog, baselines=["ease"], tune=False)
    assert plain.models[0].config == {"regulariser": 200}


def test_works_for_a_catalogue_in_memory(kinds_frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    catalog = llmrec.Catalog.from_pandas(*kinds_frames, name="kinds")
    found = llmrec.evaluate(catalog, baselines=["popularity", "ease", "ease+popularity"])
    table = found.to_pandas()
    assert table.loc["ease", "ndcg@10"] > table.loc["popularity", "ndcg@10"]
    pair = next(model for model in found.models if "+" in model.name)
    assert 0 <= pair.config["share of the second"] <= 1
    assert "popularity" in repr(found)


@pytest.fixture
def kinds_frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    items = pd.DataFrame({"item_id": [f"i{n}" for n in range(30)], "title": [f"Thing {n}" for n in range(30)]})
    rows = [(f"u{u}", f"i{(u % 2) * 15 + (u + 3 * n) % 15}", n) for u in range(20) for n in range(10)]
    return items, pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])


def test_a_baseline_of_ones_own_is_evaluated_beside_the_others(catalog: Catalog) -> None:
    class Newest(Popularity):
        """Something of one's own."""

    llmrec.register("baseline", "newest-of-the-test")(Newest)
    found = llmrec.evaluate(catalog, baselines=["popularity", "newest-of-the-test"])
    assert len({model.metrics["ndcg@10"] for model in found.models}) == 1


def test_what_cannot_be_evaluated_is_left_out_and_said(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmrec.baselines.linear.MOST_ITEMS", 5)
    found = llmrec.evaluate(catalog, baselines=["popularity", "ease"])
    assert [model.name for model in found.models] == ["popularity"]
    assert "leave it out" in found.skipped["ease"] and "ease left out" in repr(found)
    with pytest.raises(BadInput, match="nothing could be evaluated"):
        llmrec.evaluate(catalog, baselines=["ease"])


def test_wrong_names_are_refused_before_anything_is_done(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(UnknownPlugin, match="no baseline 'best'"):
        llmrec.evaluate(catalog, baselines=["popularity", "best"], out=tmp_path / "out")
    with pytest.raises(BadInput, match="`baselines` names 'ease' more than once"):
        llmrec.evaluate(catalog, baselines=["ease", "ease"])
    with pytest.raises(CheckpointError, match="nowhere"):
        llmrec.evaluate(catalog, adapters=[tmp_path / "nowhere"], out=tmp_path / "out")
    with pytest.raises(BadInput, match="nothing to evaluate"):
        llmrec.evaluate(catalog, baselines=[])
    assert not (tmp_path / "out").exists()


def test_an_adapter_is_trained_on_the_split_and_knows_nothing_else(
    made_folder: Path, base_model: Path, tmp_path: Path
) -> None:
    from llmrec.model.config import RecLMConfig
    from llmrec.train.config import RationaleConfig, TrainConfig

    shape = RecLMConfig(exit_layer=1, dim=16, window=8, lora_rank=0)
    quick = TrainConfig(base=base_model, model=shape, epochs=1, queries=0, rationale=RationaleConfig(pairs=0))
    found = llmrec.evaluate(made_folder, baselines=["popularity"], train=quick, out=tmp_path)
    trained = next(model for model in found.models if model.name == "llmrec")
    assert (trained.kind, trained.trust) == ("adapter", "clean") and "by the number" not in trained.note
    written = (tmp_path / "adapter" / "checkpoint.json").stat().st_mtime_ns
    again = llmrec.evaluate(made_folder, baselines=[], train=quick, out=tmp_path)
    assert again.models[0].metrics == trained.metrics
    assert (tmp_path / "adapter" / "checkpoint.json").stat().st_mtime_ns == written


def test_the_shipped_adapter_is_clean_under_rolling_and_leaks_where_it_does(base_model: Path, tmp_path: Path) -> None:
    from llmrec.setup import demo_data

    del base_model
    folder = demo_data(home())
    catalog = load_catalog(folder)
    rolling = rolling_split(catalog)
    few = [user for n, user in enumerate(rolling.train) if n % 40 == 0]
    nothing = dict.fromkeys(rolling.train, ())
    asked = Split(rolling.train, nothing, {u: rolling.test[u] if u in few else () for u in rolling.train})
    found = llmrec.evaluate(folder, ["ml-100k"], ["popularity"], asked, out=tmp_path / "clean")
    adapter = next(model for model in found.models if model.kind == "adapter")
    assert adapter.trust == "clean" and adapter.metrics["ndcg@10"].value > 0.08
    assert "ml-100k against popularity" in repr(found)
    peeked = Split(nothing, nothing, {u: rolling.train[u][-2:] if u in few else () for u in rolling.train})
    leaking = llmrec.evaluate(folder, ["ml-100k"], [], peeked, out=tmp_path / "leaks")
    assert leaking.models[0].trust == "leaks" and "LEAKS" in repr(leaking)
