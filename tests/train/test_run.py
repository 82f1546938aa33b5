"""What a run does with a catalogue and leaves for eyes; the slowest tests here, for they load the real text encoder."""

import csv
import logging
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llmrec.baselines.counts import Popularity
from llmrec.catalog import load_catalog
from llmrec.catalog.types import Catalog
from llmrec.encoders import Encoder, Features, encoder, encoders_for, extract
from llmrec.errors import BadInput, CheckpointMismatch, SetupError
from llmrec.evaluation.metrics import ranking_metrics, tie_order
from llmrec.evaluation.splits import Split, rolling_events, rolling_split
from llmrec.model.checkpoint import load_checkpoint, save_checkpoint
from llmrec.model.config import RecLMConfig
from llmrec.model.inference import item_vectors, query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.model.restore import restore_items, restore_model
from llmrec.paths import home as home_folder
from llmrec.paths import resource
from llmrec.pipeline import build_components
from llmrec.ranking.fused import fuse
from llmrec.ranking.score_component import INTEREST, PREFERENCE, WORDS, ComponentKey
from llmrec.recommender import Recommender, Request
from llmrec.train.calibrate import calibrate, transfer_pays_off
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.held_out import ALONE, OURS, QUERIED, llm_ndcg
from llmrec.train.logs import EpochRow, RunLog, TrainEvent, log_lines, write_log
from llmrec.train.model_factory import compose, new_model, query_writer, training_items
from llmrec.train.recalibrate import recalibrate
from llmrec.train.run import TrainResult, checkpoint_of, train
from llmrec.train.sequence_windows import Prompts
from llmrec.train.shared_start import start_shared_space
from llmrec.train.trainer import fit

SHAPE = RecLMConfig(exit_layer=1, dim=8, shared=6, window=4, lora_rank=2, lora_alpha=4)
CONFIG = TrainConfig(model=SHAPE, epochs=1, batch=4, queries=1, rationale=RationaleConfig(pairs=6))
GENRES = ("Comedy", "Drama", "Horror")


def write_catalogue(folder: Path, users: int = 6, items: int = 9, events: int = 5) -> Path:
    folder.mkdir()
    with (folder / "items.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["item_id", "title", "year", "genres", "description"])
        for n in range(items):
            rows.writerow([f"i{n}", f"Film Number {n}", 1980 + n, GENRES[n % 3], "Somebody travels through mountains."])
    with (folder / "interactions.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["user_id", "item_id", "timestamp"])
        for user in range(users):
            for time in range(events):
                rows.writerow([f"u{user}", f"i{(2 * user + time * (1 + user % 2)) % items}", 1000 + time])
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_catalogue(tmp_path_factory.mktemp("shop") / "data", users=12, items=16, events=12)


@pytest.fixture(scope="module")
def config(tiny_base: Path) -> TrainConfig:
    return CONFIG.changed(base=tiny_base, rationale=RationaleConfig(pairs=0))


@pytest.fixture(scope="module")
def tested(data: Path, config: TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """A default run: tested, then trained anew on everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMREC_HOME", str(tmp_path_factory.mktemp("home")))
        return train(data, tmp_path_factory.mktemp("run") / "adapter", config)


def same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.usefixtures("home")
def test_catalogue_in_checkpoint_out(tiny_base: Path, tmp_path: Path) -> None:
    """The smallest shop: too few events for a test; and a LoRA that writes sentences."""
    data, out, heard = write_catalogue(tmp_path / "data", events=3), tmp_path / "pack", []
    config = CONFIG.changed(base=tiny_base)
    result = train(data, out, config, report=heard.append)
    assert any("no user has 4 events" in event.message for event in heard) and not result.test
    checkpoint = load_checkpoint(out)
    assert checkpoint.info.base == "tiny" and checkpoint.info.metrics == result.metrics
    assert checkpoint.info.config == SHAPE and set(checkpoint.info.encoders) == {
        "text"
    }  # no pictures, no image encoder
    about = checkpoint.info.provenance
    assert about["users"] == 6 and about["recipe"]["epochs"] == 1 and {"version", "commit", "machine"} <= about.keys()
    assert str(tmp_path) not in (out / "checkpoint.json").read_text()  # nothing of this machine
    assert set(checkpoint.info.weights) == {"history", "words", "example"}
    features = Features.load(out / "features.safetensors")
    assert len(restore_items(checkpoint, features.ids, features.vectors, features.mask)) == 9
    assert restore_model(checkpoint, tiny_base).config == SHAPE
    card = (out / "card.md").read_text()
    assert "tiny" in card and "NDCG" in card.upper() and "Film Number" not in card
    assert "learnt from 6 composed pairs" in card and "None: no events were held out that chose nothing" in card
    assert {"metrics.csv", "curve.png", "state"} <= {file.name for file in out.iterdir()}
    assert not list(out.rglob("*.pt"))

    # The same command again has nothing to train: it packs what is there.
    heard.clear()
    assert train(data, out, config, report=heard.append).metrics == result.metrics
    assert not [event for event in heard if event.kind != "message"]


def test_the_number_on_the_card_is_of_events_that_chose_nothing(tested: TrainResult, data: Path) -> None:
    catalog = load_catalog(data)
    assert set(tested.test) == {OURS, ALONE, QUERIED, "popularity", "item-kNN"}
    row = tested.test[OURS]
    assert row["users"] == 12 and 0 <= row["ndcg@10"] <= 1 and row["se_ndcg@10"] >= 0
    assert tested.metrics["test ndcg@10"] == row["ndcg@10"]
    split = rolling_split(catalog)
    counts = Popularity().fit(catalog, split)
    events = rolling_events(catalog, split, "test")
    assert row["events"] == len(events)
    scores = counts.score([e.history for e in events])
    order = tie_order([item.id for item in catalog.items])
    seen, targets = [e.history for e in events], [e.target for e in events]
    other = ranking_metrics(scores, targets, seen, [e.user for e in events], order)
    assert tested.test["popularity"]["ndcg@10"] == pytest.approx(other["ndcg@10"], abs=1e-5)
    card = (tested.folder / "card.md").read_text()
    assert "| popularity | " in card and "| item-kNN | " in card and f"{row['ndcg@10']:.4f} ± " in card
    assert "has learnt from all events" in card and "again on all events, 1 epochs" in card


def test_the_model_of_the_folder_has_learnt_from_everything(tested: TrainResult, data: Path) -> None:
    about = tested.info.provenance
    assert about["training events"] == sum(map(len, load_catalog(data).histories.values()))
    assert about["trained until"] == 1011.0
    assert [row.stage for row in tested.log] == ["select", "refit"] and set(tested.seconds) == {"select", "refit"}


def test_scores_are_the_referees(tested: TrainResult, data: Path, config: TrainConfig, tmp_path: Path) -> None:
    """The tested model ranked by other means: the checkpoint of its state, and the matrix of all scores."""
    catalog = load_catalog(data)
    split, out = rolling_split(catalog), tmp_path / "before"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMREC_HOME", str(tmp_path / "home"))
        (tested.folder / "state" / "refit-1-of-1.safetensors").rename(tmp_path / "refit.safetensors")
        packed = checkpoint_of(tested.folder, out)
        (tmp_path / "refit.safetensors").rename(tested.folder / "state" / "refit-1-of-1.safetensors")
    assert packed.test == tested.test
    checkpoint, features = load_checkpoint(out), Features.load(out / "features.safetensors")
    assert config.base is not None
    model = restore_model(checkpoint, config.base)
    table = restore_items(checkpoint, features.ids, features.vectors, features.mask)
    components = build_components(item_vectors(model, table), checkpoint, catalog, features.media)
    events = rolling_events(catalog, split, "test")
    histories = [e.history for e in events]
    before = PromptWords.load(config.base).before
    scores = components.scores(query_vectors(model, soft_tokens(model, table), before, histories), histories)
    fused = fuse(scores, checkpoint.info.weights["history"], histories)
    order = tie_order(features.ids)
    found = ranking_metrics(fused, [e.target for e in events], histories, [e.user for e in events], order)
    # float16 in the checkpoint
    assert found["ndcg@10"] == pytest.approx(tested.metrics["test ndcg@10"], abs=0.02)


@pytest.mark.usefixtures("home")
def test_without_a_test_everything_is_as_it_was_bit_for_bit(data: Path, config: TrainConfig, tmp_path: Path) -> None:
    """The steps of a training without a test part, put together by hand."""
    result = train(data, tmp_path / "adapter", config.changed(test=False))
    assert not result.test and "test ndcg@10" not in result.metrics

    catalog = load_catalog(data)
    rolling = rolling_split(catalog)
    kept = Split(rolling.before("test"), rolling.test, dict.fromkeys(rolling.train, ()))
    histories = {user: catalog.rows(items) for user, items in kept.train.items()}
    events = rolling_events(catalog, kept, "valid")
    features, _ = extract(catalog, encoders_for(catalog.items, {}), home_folder() / "features")
    assert config.base is not None
    items = training_items(features, ["text"], histories, SHAPE)
    model, words = new_model(config.base, SHAPE, items.schema, 0, config.dropout), PromptWords.load(config.base)
    start_shared_space(model, items.table, histories, config.seed)
    prompts = Prompts(histories, words.before, query_writer(catalog, words))
    fit(model, items.table, prompts, lambda m: llm_ndcg(m, items.table, words.before, events), config)
    components = compose(model, items.table, features, histories, 0).with_terms(catalog.items)
    fitted = calibrate(model, items.table, words, components, catalog, events, encoder("text", "minilm"), 0)
    assert result.info.weights == fitted.weights and result.metrics == fitted.metrics
    assert result.info.cold_start == fitted.cold_start
    save_checkpoint(
        tmp_path / "hand", result.info, model, items.table, items.normalisers,
        components.state(), components.axes,
    )  # fmt: skip
    by_hand, made = load_checkpoint(tmp_path / "hand"), load_checkpoint(result.folder)
    assert same(made.arrays, by_hand.arrays) and same(made.collaborative, by_hand.collaborative)


@pytest.mark.usefixtures("home")
def test_a_finished_run_goes_on_where_epochs_are_raised(data: Path, config: TrainConfig, tmp_path: Path) -> None:
    out, heard = tmp_path / "adapter", []
    train(data, out, config.changed(test=False))
    result = train(data, out, config.changed(test=False, epochs=3), report=heard.append)
    assert [event.epoch for event in heard if event.kind == "epoch"] == [2, 3]
    assert [row.metrics["epoch"] for row in result.log] == [0, 1, 2]
    with (out / "metrics.csv").open(newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0.0", "1.0", "2.0"]
    with pytest.raises(BadInput, match=r"another recipe \(`lr` was 0\.001\)"):
        train(data, out, config.changed(test=False, lr=0.1))


@pytest.mark.usefixtures("home")
def test_a_run_is_packed_while_it_is_under_way(data: Path, config: TrainConfig, tmp_path: Path) -> None:
    out, packed = tmp_path / "adapter", tmp_path / "packed"
    long = config.changed(epochs=3, checkpoint_minutes=0.0)

    def stop(event: TrainEvent) -> None:
        if event.kind == "step" and event.epoch == 2:
            assert (out / "metrics.csv").read_text().count("\n") == 2  # grows as it goes
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(data, out, long, report=stop)
    before = (out / "state" / "select.safetensors").read_bytes()
    result = checkpoint_of(out, packed)
    assert result.test and len(result.log) == 1
    assert (out / "state" / "select.safetensors").read_bytes() == before and not (packed / "state").exists()
    assert "They are of the model in this folder" in (packed / "card.md").read_text()
    assert train(data, out, long).log[0].metrics == result.log[0].metrics
    for run, message in ((packed, "holds no training state"), (out, "own folder")):
        with pytest.raises(BadInput, match=message):
            checkpoint_of(run, out)


@pytest.mark.usefixtures("home")
def test_a_catalogue_in_memory_trains_too(data: Path, config: TrainConfig, tmp_path: Path) -> None:
    out = tmp_path / "adapter"
    result = train(load_catalog(data), out, config.changed(split="rolling"))
    assert result.test and set(result.seconds) == {"select"}  # a split of one's own: nothing is trained anew
    with pytest.raises(BadInput, match="name it as `data`"):
        checkpoint_of(out, tmp_path / "packed")
    assert checkpoint_of(out, tmp_path / "packed", data=data).test == result.test


@pytest.mark.usefixtures("home")
def test_the_quick_recipe_runs(data: Path, tiny_base: Path, tmp_path: Path) -> None:
    recipe = TrainConfig.read(resource("configs") / "quick.yaml", base=tiny_base)
    result = train(data, tmp_path / "adapter", recipe)
    assert len(result.log) == 3 + result.info.provenance["best epoch"] and result.test


RECENCY = """
import numpy as np
from llmrec.ranking.score_component import ComponentKey

class Recency:
    key = ComponentKey("recency")

    def __init__(self, inputs):
        self.years = np.array([item.attributes["year"] for item in inputs.catalog.items], np.float32)

    def score(self, rows, situation):
        return self.years[rows]
"""


@pytest.mark.usefixtures("home")
def test_weights_are_fitted_anew_without_training(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "recency_of_ours.py").write_text(RECENCY)
    monkeypatch.syspath_prepend(tmp_path)
    data, out, anew = write_catalogue(tmp_path / "data", items=24, events=18), tmp_path / "one", tmp_path / "anew"
    config = CONFIG.changed(base=tiny_base, rationale=RationaleConfig(pairs=0))
    former = train(data, out, config.changed(split="rolling")).info
    same_again = recalibrate(out, data, tmp_path / "same")
    valid = "valid ndcg@10"  # near, not equal: a checkpoint stores half precision
    assert same_again.metrics[valid] == pytest.approx(former.metrics[valid], abs=0.05)
    assert same_again.weights["history"].keys() == former.weights["history"].keys()
    info = recalibrate(out, data, anew, components=["recency_of_ours:Recency"])
    assert info == load_checkpoint(anew).info and ComponentKey("recency") in info.weights["history"]
    assert (anew / "model.safetensors").read_bytes() == (out / "model.safetensors").read_bytes()
    assert "fitted anew, without training" in (anew / "card.md").read_text()
    assert len(Recommender.from_pretrained(anew, data).recommend(user="u0", query="a comedy", k=3).items) == 3
    with pytest.raises(BadInput, match="own folder"):
        recalibrate(out, data, out)
    train(data, tmp_path / "all", config)  # it ends by training on everything
    with pytest.raises(BadInput, match="it has seen the answers"):
        recalibrate(tmp_path / "all", data, anew)


def test_a_query_is_read_by_the_encoder_of_the_items_own_text_and_a_component_from_outside_takes_part(
    home: Path, tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """clip-lite's vectors are shorter than MiniLM's: nothing that a query meets may take them for one another's."""
    (tmp_path / "recency_of_ours.py").write_text(RECENCY)
    monkeypatch.syspath_prepend(tmp_path)
    data, out = write_catalogue(tmp_path / "data", items=24, events=18), tmp_path / "pack"
    config = CONFIG.changed(
        model=SHAPE.changed(interest=4), rationale=RationaleConfig(pairs=0), encoders={"text": "clip-lite"},
        base=tiny_base, components=("recency_of_ours:Recency",),
    )  # fmt: skip
    train(data, out, config)
    shop = Recommender.from_pretrained(out, data)
    asked = shop.pipeline.words("a comedy")
    assert asked is not None and asked.shape == shop.pipeline.components.media["text"].shape[1:] != (384,)
    assert len(shop.recommend(Request(user="u0", query="a comedy", k=3)).items) == 3
    # The component has a weight, and scores the catalogue that is open.
    recency, info = ComponentKey("recency"), shop.pipeline.checkpoint.info
    assert info.components == ("recency_of_ours:Recency",) and recency in info.weights["history"]
    years = [item.attributes["year"] for item in shop.catalog.items]
    q = np.zeros((1, shop.pipeline.model.width), np.float32)
    assert shop.pipeline.components.scores(q, [[0]])[recency].tolist() == [years]
    # The model reads the text along 4 interest directions, and the preferences are there to count by.
    assert shop.pipeline.table.vectors["text"].shape == (24, 4)
    assert {PREFERENCE, ComponentKey(INTEREST, "text")} <= set(shop.pipeline.checkpoint.info.weights["history"])
    assert shop.pipeline.components.preferences is not None
    shop.pipeline.index.close()
    monkeypatch.undo()
    monkeypatch.setenv("LLMREC_HOME", str(home))
    monkeypatch.delitem(sys.modules, "recency_of_ours")
    with pytest.raises(CheckpointMismatch, match="'recency_of_ours:Recency', which is not here; install its package"):
        Recommender.from_pretrained(out, data)


@pytest.mark.usefixtures("home")
def test_a_run_goes_on_only_while_the_items_are_what_they_were(
    data: Path, config: TrainConfig, tmp_path: Path, home: Path
) -> None:
    del home
    folder, out = shutil.copytree(data, tmp_path / "data"), tmp_path / "pack"
    config = config.changed(test=False)
    train(folder, out, config)
    items = (folder / "items.csv").read_text().splitlines()
    (folder / "items.csv").write_text("\n".join([*items[:-1], items[-1].replace("Film", "Play")]) + "\n")
    with pytest.raises(BadInput, match="made from other data"):
        train(folder, out, config)


@pytest.mark.parametrize(
    ("lost", "says"),
    [
        (("config.json", "model.safetensors", "tokenizer.json"), "it has no config.json"),
        (("model.safetensors",), r"it has no weights \(\*.safetensors\)"),
        (("tokenizer.json", "tokenizer_config.json"), "cannot be read"),
    ],
)
def test_a_base_that_is_none_is_one_sentence(
    data: Path, config: TrainConfig, tiny_base: Path, tmp_path: Path, lost: tuple[str, ...], says: str
) -> None:
    base = shutil.copytree(tiny_base, tmp_path / "base", ignore=shutil.ignore_patterns(*lost))
    with pytest.raises(SetupError, match=says) as refused:
        train(data, tmp_path / "pack", config.changed(base=base))
    assert "\n" not in str(refused.value) and refused.value.fields == ("base",)
    with pytest.raises(SetupError, match="there is no such folder"):
        train(data, tmp_path / "pack", config.changed(base=tmp_path / "nowhere"))


def test_users_with_too_few_events_are_refused(tiny_base: Path, tmp_path: Path) -> None:
    data = write_catalogue(tmp_path / "data", users=1)
    lines = (data / "interactions.csv").read_text().splitlines()
    (data / "interactions.csv").write_text("\n".join(lines[:3]) + "\n")
    with pytest.raises(BadInput, match="no user with enough events"):
        train(data, tmp_path / "pack", CONFIG.changed(base=tiny_base))


SELECT = [
    EpochRow("select", {"epoch": float(n), "loss": 3.0 - n, "ndcg@10": 0.1 * n, "seconds": 5.0 * n}) for n in range(3)
]
REFIT = [EpochRow("refit", {"epoch": float(n), "loss": 3.1 - n, "seconds": 6.0 * n}) for n in range(2)]


def test_a_row_an_epoch(tmp_path: Path) -> None:
    write_log([*SELECT, *REFIT], tmp_path)
    with (tmp_path / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["stage"] for row in rows] == ["select"] * 3 + ["refit"] * 2
    assert [float(row["loss"]) for row in rows] == [3.0, 2.0, 1.0, 3.1, 2.1]
    assert [row["ndcg@10"] for row in rows] == ["0.0", "0.1", "0.2", "", ""]


def test_the_picture_shows_loss_and_quality_apart(tmp_path: Path) -> None:
    """One panel above the other: each has lines of its own colour, and they do not lie on one another."""
    write_log([*SELECT, *REFIT], tmp_path)
    with Image.open(tmp_path / "curve.png") as picture:
        pixels = np.asarray(picture.convert("RGB"), np.int32)
    half = len(pixels) // 2

    def drawn(colour: tuple[int, int, int]) -> np.ndarray:
        return np.flatnonzero((np.abs(pixels - colour).sum(-1) < 30).any(1))

    orange, green, blue = drawn((255, 127, 14)), drawn((44, 160, 44)), drawn((31, 119, 180))
    assert len(orange) and len(green) and len(blue)
    assert orange.max() < half + 20 and green.max() < half + 20 < blue.min() + 60


def test_run_without_epochs_leaves_nothing(tmp_path: Path) -> None:
    write_log([], tmp_path)
    assert not list(tmp_path.iterdir())


def test_lines_go_to_a_logger(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "llmrec.train"):
        log_lines(TrainEvent("message", "read", "reading"))
        log_lines(TrainEvent("step", "select", step=1, steps=2))
    assert [record.message for record in caplog.records] == ["reading"]


def test_tensorboard_gets_losses_and_metrics(tmp_path: Path) -> None:
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    heard: list[TrainEvent] = []
    with RunLog(heard.append, tensorboard=tmp_path / "board") as log:
        log(TrainEvent("step", "select", step=1, steps=2, metrics={"next": 3.0}))
        log(TrainEvent("epoch", "select", epoch=1, metrics={"loss": 2.5, "ndcg@10": 0.1}))
        log.notify("read", "not for the board")
    assert len(heard) == 3
    board = reader.EventAccumulator(str(tmp_path / "board"))
    board.Reload()
    assert {"select/step/next", "select/epoch/loss", "select/epoch/ndcg@10"} == set(board.Tags()["scalars"])
    assert board.Scalars("select/epoch/loss")[0].value == pytest.approx(2.5)


def test_weights_are_shares_for_both_situations(
    make_model: Callable[..., tuple[RecLM, ItemTable]],
    tiny_catalog: Catalog,
    tiny_features: Features,
    words: PromptWords,
    quick_text: Encoder[str],
) -> None:
    made, split = make_model(exit_layer=1), rolling_split(tiny_catalog)
    components = compose(*made, tiny_features, {u: tiny_catalog.rows(items) for u, items in split.train.items()}, 0)
    events = rolling_events(tiny_catalog, split, "valid")
    first = calibrate(*made, words, components, tiny_catalog, events, quick_text, 0)
    weights, metrics = first.weights, first.metrics
    assert set(weights) == {"history", "words", "example"}
    assert WORDS in weights["words"] and WORDS not in weights["history"]
    for parts in (weights["history"], weights["words"]):
        assert all(weight >= 0 for weight in parts.values())
        assert sum(parts.values()) == pytest.approx(1, abs=1e-3)
    assert all(0 <= value <= 1 for value in metrics.values()) and len(metrics) == 4
    # Fitted weights are chosen on these very events: they cannot lose to one part of them.
    assert metrics["valid ndcg@10"] >= metrics["valid ndcg@10 of the LLM alone"] - 0.05
    assert calibrate(*made, words, components, tiny_catalog, events, quick_text, 0) == first


@pytest.mark.parametrize(("cost", "expected"), [(1.0, True), (-9.0, False)])
def test_lending_to_new_items_is_kept_while_it_costs_little(
    make_model: Callable[..., tuple[RecLM, ItemTable]],
    tiny_catalog: Catalog,
    tiny_features: Features,
    words: PromptWords,
    quick_text: Encoder[str],
    monkeypatch: pytest.MonkeyPatch,
    cost: float,
    expected: bool,
) -> None:
    made, split = make_model(exit_layer=1), rolling_split(tiny_catalog)
    components = compose(*made, tiny_features, {u: tiny_catalog.rows(items) for u, items in split.train.items()}, 0)
    events = rolling_events(tiny_catalog, split, "valid")
    transferred = components.with_cold_start().cold_start
    assert transferred is not None  # some films have no training event
    assert components.with_cold_start().cold_start is transferred  # the costly part is computed once
    monkeypatch.setattr("llmrec.train.calibrate.TRANSFER_COST", cost)
    assert calibrate(*made, words, components, tiny_catalog, events, quick_text, 0).cold_start is expected


def test_items_that_come_after_a_training_on_known_ones_alone_are_lent_to(
    make_model: Callable[..., tuple[RecLM, ItemTable]], tiny_catalog: Catalog, tiny_features: Features
) -> None:
    components = compose(*make_model(exit_layer=1), tiny_features, {"u": list(range(12))}, seed=0)
    assert components.with_cold_start().cold_start is None
    assert transfer_pays_off(components, tiny_catalog, np.zeros((0, 16), np.float32), [])
