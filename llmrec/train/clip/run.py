"""`llmrec train-clip`: projection heads that put the pictures and the words of the packaged encoders in one space.

Both encoders are frozen, so the heads learn from their cached vectors: a step costs a fraction of a second, and every
step sees a fair part of all products.
"""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import save_file

from llmrec.catalog import load_catalog
from llmrec.encoders.clip import CONFIG, HEADS, build, trained_parts
from llmrec.errors import storage_error
from llmrec.model.checkpoint import write_text
from llmrec.paths import home
from llmrec.provenance import made_with, release
from llmrec.train.clip.heads import Material, Report, fit_heads
from llmrec.train.clip.imagenet_classes import NAME
from llmrec.train.clip.metrics import naming_agreement, recall
from llmrec.train.clip.pairs import read_pairs
from llmrec.train.config import ClipConfig


def model_config(config: ClipConfig) -> dict[str, Any]:
    """What open_clip builds; the folder of the text encoder is that of its package."""
    vision = {
        "timm_model_name": "tf_efficientnet_lite0", "timm_pool": "avg", "timm_proj": "mlp",
        "timm_drop": config.dropout, "image_size": 224,
    }  # fmt: skip
    text = {
        "hf_model_name": "all-MiniLM-L6-v2", "hf_tokenizer_name": "all-MiniLM-L6-v2", "hf_proj_type": "linear",
        "hf_pooler_type": "mean_pooler", "context_length": 256,
    }  # fmt: skip
    return {"embed_dim": config.dim, "custom_text": True, "vision_cfg": vision, "text_cfg": text}


def train_clip(data: Sequence[Path], out: Path, config: ClipConfig, report: Report) -> dict[str, float]:
    """Train heads on catalogues.

    The encoders' vectors are cached, so a run that is cut off goes on from them; the heads' own training is short and
    begins again.

    Parameters
    ----------
    data
        Folders of catalogues.
    out
        Folder of the heads.
    config
        The recipe.
    report
        Called with each step.

    Returns
    -------
    dict
        Metrics on the products held out.

    Raises
    ------
    BadInput, CatalogError, SetupError, StorageError
        Where there are too few pictures, a catalogue or an encoder cannot be read, or the disk refuses.
    """
    started = time.perf_counter()
    cache = home() / "features"
    pairs = read_pairs([load_catalog(folder) for folder in data], cache)
    torch.manual_seed(config.seed)
    shape = model_config(config)
    model = build(shape)
    material = Material.of(pairs, cache, config.seed, report)
    fit_heads(model, material, config, report)
    model.eval()
    with torch.inference_mode():
        pictures = F.normalize(model.visual.head(material.pictures), dim=-1).numpy()
        texts = F.normalize(model.text.proj(material.texts), dim=-1).numpy()
        names = F.normalize(model.text.proj(material.classes[:, NAME]), dim=-1).numpy()
        chance = material.labels(material.pictures).numpy()
    test_rows = pairs.held_out.nonzero()[0]
    metrics = {"products": float(len(test_rows))}
    for label, phrasing in (("all its words", 0), ("its title", 1)):
        recalls = recall(
            pictures[test_rows],
            texts[test_rows, phrasing],
            [pairs.words[row][phrasing] for row in test_rows],
            config.seed,
        )
        metrics |= {f"picture and {label}: {name}": value for name, value in recalls.items()}
    metrics["picture and the class that the classifier is sure of: recall@1"] = naming_agreement(
        pictures[test_rows], names, chance[test_rows]
    )
    save_heads(model, shape, out, data, config, metrics, time.perf_counter() - started)
    return metrics


def save_heads(
    model: Any,
    shape: Mapping[str, Any],
    out: Path,
    data: Sequence[Path],
    config: ClipConfig,
    metrics: Mapping[str, float],
    seconds: float,
) -> None:
    """Write heads (float16), config and card.

    Parameters
    ----------
    model
        Trained.
    shape
        What open_clip builds it from, see `model_config`.
    out
        Folder of the heads; it is made.
    data
        Folders of the catalogues, whose names the card tells.
    config, metrics, seconds
        Further contents of the card.

    Raises
    ------
    StorageError
        Where the disk refuses.
    """
    parts = {name: value.to(torch.float16).contiguous() for name, value in trained_parts(model).items()}
    preprocess = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "size": 224}
    try:
        out.mkdir(parents=True, exist_ok=True)
        save_file(parts, out / HEADS)
        write_text(out / CONFIG, json.dumps({"model_cfg": shape, "preprocess_cfg": preprocess}, indent=2) + "\n")
        write_text(out / "card.md", _card(out.name, data, config, metrics, seconds))
    except (OSError, SafetensorError) as error:
        raise storage_error(f"the heads {out}", error) from error


def _card(
    name: str,
    data: Sequence[Path],
    config: ClipConfig,
    metrics: Mapping[str, float],
    seconds: float,
) -> str:
    about = made_with()
    reached = "\n".join(f"| {label} | {value:g} |" for label, value in metrics.items())
    recipe = "\n".join(f"| {knob} | {value} |" for knob, value in config)
    return f"""# CLIP heads {name}

Projection heads for EfficientNet-Lite0 (pictures) and all-MiniLM-L6-v2 (words), both frozen, as packages bring them:
together an open_clip `CustomTextCLIP`. `--encoder image=clip-lite` and `text=clip-lite` use the heads that ship,
`open_clip:FOLDER` any others.

## Data
Pairs of a picture and what the catalogue says of the item, from {", ".join(folder.name for folder in data)}; the names
of ImageNet's 1,000 classes and features imagined for them from the image encoder's own classifier. A fifth of the
products, by hash of product code or title, was never trained on. The folder holds weights computed from the data, none
of its words or pictures; the data keep the terms of their owners.

## Metrics on the products held out
Among 1,000 random ones (or all, where there are fewer), five draws.

| metric | value |
| --- | --- |
{reached}

## Recipe
{seconds:.0f} s on {about["machine"]}; {about["date"]}, {release(about)}.

| knob | value |
| --- | --- |
{recipe}
"""
