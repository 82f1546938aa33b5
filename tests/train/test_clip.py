"""Training of CLIP heads on vectors of the towers: phrasings, what is held out, the loss, the folder written."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from llmrec.catalog import Item
from llmrec.encoders import encoder
from llmrec.encoders.clip import build
from llmrec.encoders.image import Lite0
from llmrec.errors import BadInput
from llmrec.setup.packages import LITE0, MINILM
from llmrec.train.clip.heads import Material, contrast, fit_heads
from llmrec.train.clip.imagenet_classes import _imagine, class_names
from llmrec.train.clip.metrics import naming_agreement, recall
from llmrec.train.clip.pairs import HELD_OUT, PHRASINGS, held_out, phrasings
from llmrec.train.clip.run import model_config, save_heads, train_clip
from llmrec.train.config import ClipConfig

needs_encoders = pytest.mark.skipif(
    LITE0.version() is None or MINILM.version() is None, reason="the packages of the towers are not installed"
)


def test_phrasings_go_from_everything_to_a_few_words() -> None:
    dress = Item("1", "Molly", "A long dress.", {"colour": "Red", "category": "Dress", "product_code": "77"})
    said = phrasings(dress)
    assert len(said) == PHRASINGS
    assert said[0] == dress.text() and said[1] == "Molly" and said[4] == "Red Dress"
    assert not any("77" in text for text in said)
    assert phrasings(Item("2", "Fargo")) == ("Fargo", "Fargo", "Fargo", "Fargo", "Fargo", "a picture of a Fargo")
    assert all(phrasings(Item("3", "")))


def test_a_fifth_of_the_products_is_held_out_with_all_its_colours() -> None:
    items = [
        Item(f"{n}-{c}", "Tee", attributes={"product_code": str(n), "colour": c}) for n in range(1000) for c in "ab"
    ]
    left = [held_out(item) for item in items]
    assert left[::2] == left[1::2]
    assert abs(np.mean(left) - HELD_OUT) < 0.04


def test_contrast_takes_every_product_with_the_same_words_for_right() -> None:
    logits = torch.tensor([[9.0, 9.0, 0.0], [9.0, 9.0, 0.0], [0.0, 0.0, 9.0]])
    same = torch.tensor([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=torch.bool)
    assert contrast(logits, same) < contrast(logits, torch.eye(3, dtype=torch.bool)) + 1e-6
    assert contrast(logits, same).item() == pytest.approx(2 / 3 * np.log(2), abs=1e-3)


def test_recall_counts_ties_against_and_the_same_words_for() -> None:
    eye = np.eye(20, dtype=np.float32)
    words = [str(n) for n in range(20)]
    assert recall(eye, eye, words, seed=0)["recall@1"] == 1.0
    collapsed = np.tile(eye[:1], (20, 1))
    assert recall(collapsed, collapsed, words, seed=0)["recall@10"] == 0.0  # a space in one point finds nothing
    assert recall(collapsed, collapsed, ["same"] * 20, seed=0)["recall@1"] == 1.0
    shifted = recall(eye, np.roll(eye, 1, axis=0), words, seed=0)
    assert shifted["recall@1"] == 0.0 and shifted["reversed recall@1"] == 0.0
    assert recall(np.full_like(eye, np.nan), eye, words, seed=0)["recall@10"] == 0.0


def test_naming_is_judged_where_the_classifier_is_sure() -> None:
    chance = np.array([[0.9, 0.1], [0.2, 0.8], [0.45, 0.55]], np.float32)
    names = np.eye(2, dtype=np.float32)
    assert naming_agreement(names[[0, 0, 0]], names, chance) == pytest.approx(1 / 3, abs=1e-3)
    assert np.isnan(naming_agreement(names, names, np.full((2, 2), 0.4, np.float32)))


@needs_encoders
def test_heads_learn_to_match_and_open_clip_runs_what_is_written(tmp_path: Path) -> None:
    rng = torch.Generator().manual_seed(0)
    secret = torch.randn(384, 1280, generator=rng)
    meant = torch.randn(160, 1, 6, generator=rng) @ torch.randn(6, 384, generator=rng)  # six things can be said
    texts = nn.functional.normalize(meant + 0.3 * torch.randn(160, PHRASINGS, 384, generator=rng), dim=-1)
    pictures = (texts.mean(1) @ secret).clamp(min=0)
    classes = nn.functional.normalize(torch.randn(5, 9, 384, generator=rng), dim=-1)
    imagined = torch.cat([(classes.mean(1) @ secret).clamp(min=0)] * 2)
    last = nn.Linear(1280, 5).requires_grad_(False)
    material = Material(pictures, texts, torch.arange(120), classes, imagined, last)
    config = ClipConfig(steps=60, batch=64, dim=32, mixtures=16)
    made = []
    for _ in range(2):
        torch.manual_seed(0)
        model = build(model_config(config))
        before = {name: x.clone() for name, x in model.visual.trunk.state_dict().items()}
        fit_heads(model, material, config, lambda *_: None)
        made.append(model.eval())
    assert all(torch.equal(x, before[name]) for name, x in made[0].visual.trunk.state_dict().items())
    assert torch.equal(made[0].visual.head.mlp.fc1.weight, made[1].visual.head.mlp.fc1.weight)
    with torch.inference_mode():
        seen = nn.functional.normalize(made[0].visual.head(pictures[120:]), dim=-1).numpy()
        said = nn.functional.normalize(made[0].text.proj(texts[120:, 0]), dim=-1).numpy()
    # a quarter by chance; these were never trained on
    assert recall(seen, said, [str(n) for n in range(40)], seed=0)["recall@10"] > 0.6

    shape = model_config(config)
    save_heads(made[0], shape, tmp_path / "mine", [tmp_path / "shop"], config, {"recall@10": 0.5}, 1.0)
    assert "shop" in (tmp_path / "mine" / "card.md").read_text()
    assert (
        "/"
        not in json.loads((tmp_path / "mine" / "open_clip_config.json").read_text())["model_cfg"]["text_cfg"][
            "hf_model_name"
        ]
    )
    text = encoder("text", f"open_clip:{tmp_path / 'mine'}")
    words = encoder("text", "minilm").encode(["a red dress"])
    with torch.inference_mode():
        wanted = nn.functional.normalize(made[0].text.proj(torch.from_numpy(words)), dim=-1).numpy()
    assert text.dim == 32
    np.testing.assert_allclose(text.encode(["a red dress"]), wanted, atol=2e-3)


@needs_encoders
def test_imagined_features_are_of_their_class_and_like_features() -> None:
    tower = Lite0().classifier().eval().requires_grad_(False)
    made = _imagine(tower, places=2, common=0.5, pull=8.0, seed=0)
    assert made.shape == (1000, 1280) and made.min() >= 0 and made.max() <= 6
    assert (tower.classifier(made).argmax(1) == torch.arange(1000)).float().mean() > 0.9
    assert len(class_names()) == 1000 and "espresso" in class_names()


def test_too_few_products_are_refused(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("item_id,title\n1,Shoe\n2,Hat\n")
    (tmp_path / "interactions.csv").write_text("user_id,item_id,timestamp\nu,1,1\nu,2,2\n")
    with pytest.raises(BadInput, match="too few"):
        train_clip([tmp_path], tmp_path / "out", ClipConfig(), lambda *_: None)
