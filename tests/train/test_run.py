"""`llmrec train` from a folder of files to a pack; the slowest tests here, for they load the real text encoder."""

import csv
import json
from pathlib import Path

import pytest

from llmrec.encoders import Features
from llmrec.errors import BadInput
from llmrec.model.checkpoint import load_checkpoint
from llmrec.model.config import RecLMConfig
from llmrec.model.inference import soft_tokens
from llmrec.model.restore import restore_items, restore_model
from llmrec.ranking.score_component import INTEREST, PREFERENCE, ComponentKey
from llmrec.recommender import Recommender, Request
from llmrec.setup import base_folder
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.run import train

SHAPE = RecLMConfig(exit_layer=1, dim=8, window=4, lora_rank=2, lora_alpha=4)
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


@pytest.mark.usefixtures("home")
def test_catalogue_in_pack_out(tiny_base: Path, tmp_path: Path) -> None:
    data, out, told = write_catalogue(tmp_path / "data"), tmp_path / "pack", []
    metrics = train(data, out, CONFIG.changed(base=tiny_base), told.append, lambda _line: None)
    checkpoint = load_checkpoint(out)
    assert checkpoint.info.base == "tiny" and checkpoint.info.metrics == metrics and checkpoint.info.config == SHAPE
    assert set(checkpoint.info.encoders) == {"text"}  # no pictures, no picture tower
    assert checkpoint.info.provenance["users"] == 6 and checkpoint.info.provenance["recipe"]["epochs"] == 1
    assert set(checkpoint.info.weights) == {"history", "words", "example"}
    features = Features.load(out / "features.safetensors")
    model = restore_model(checkpoint, tiny_base)
    table = restore_items(checkpoint, features.ids, features.vectors, features.mask)
    assert table.known.shape == (9,) and soft_tokens(model, table).shape == (9, 1, 32)
    card = (out / "card.md").read_text()
    assert "tiny" in card and "NDCG" in card.upper() and "Film Number" not in card
    assert "learnt from 6 composed pairs" in card
    assert {"metrics.csv", "curve.png", "checkpoint.pt"} <= {file.name for file in out.iterdir()}

    # The same command again has nothing to train: it packs what is there.
    told.clear()
    assert train(data, out, CONFIG.changed(base=tiny_base), told.append, lambda _line: None) == metrics
    assert not told
    json.loads((out / "checkpoint.json").read_text())


def test_a_wish_is_read_by_the_encoder_of_the_items_own_text(home: Path, tiny_base: Path, tmp_path: Path) -> None:
    """clip-lite's vectors are shorter than MiniLM's: nothing that a wish meets may take them for one another's."""
    data, out = write_catalogue(tmp_path / "data", items=24, events=18), tmp_path / "pack"
    config = CONFIG.changed(
        model=SHAPE.changed(interest=4), rationale=RationaleConfig(pairs=0), encoders={"text": "clip-lite"},
        base=tiny_base,
    )  # fmt: skip
    train(data, out, config, lambda _e: None, lambda _line: None)
    base_folder(home).parent.mkdir(parents=True)
    base_folder(home).symlink_to(tiny_base)
    shop = Recommender.open(data, out)
    asked = shop.pipeline.words("a comedy")
    assert asked is not None and asked.shape == shop.pipeline.components.media["text"].shape[1:] != (384,)
    assert len(shop.recommend(Request(user="u0", query="a comedy", k=3)).items) == 3
    # The model reads the text along 4 interest directions, and the taste is there to count by.
    assert shop.pipeline.table.vectors["text"].shape == (24, 4)
    assert {PREFERENCE, ComponentKey(INTEREST, "text")} <= set(shop.pipeline.checkpoint.info.weights["history"])
    assert shop.pipeline.components.preferences is not None


@pytest.mark.usefixtures("home")
def test_users_with_too_few_events_are_refused(tiny_base: Path, tmp_path: Path) -> None:
    data = write_catalogue(tmp_path / "data", users=1)
    lines = (data / "interactions.csv").read_text().splitlines()
    (data / "interactions.csv").write_text("\n".join(lines[:3]) + "\n")
    with pytest.raises(BadInput, match="no user with enough events"):
        train(data, tmp_path / "pack", CONFIG.changed(base=tiny_base), lambda _e: None, lambda _line: None)
