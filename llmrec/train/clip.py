"""`llmrec train-clip`: projection heads that put the pictures and the words of the packaged towers in one space.

Both towers are frozen, so the heads learn from their cached vectors: a step costs a fraction of a second, and every
step sees a fair part of all products.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from llmrec.catalog import load_catalog
from llmrec.encoders.clip_lite import build
from llmrec.paths import home
from llmrec.train.clip_card import save_heads
from llmrec.train.clip_classes import NAME
from llmrec.train.clip_heads import ClipConfig, Material, Report, fit_heads
from llmrec.train.clip_metrics import naming_agreement, recall
from llmrec.train.clip_pairs import read_pairs
from llmrec.train.trainer import machine_name


def model_config(config: ClipConfig) -> dict[str, Any]:
    """What open_clip builds; the folder of the text tower is that of its package."""
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
    """Trains heads on the catalogues `data`, writes the folder `out`, returns metrics on the products held out.

    The towers' vectors are cached, so a run that is cut off goes on from them; the heads' own training is short and
    begins again. Raises `BadInput`, `CatalogError`, `SetupError`, `StorageError`.
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
    left = pairs.held_out.nonzero()[0]
    metrics = {"products": float(len(left))}
    for label, way in (("all its words", 0), ("its title", 1)):
        found = recall(pictures[left], texts[left, way], [pairs.words[row][way] for row in left], config.seed)
        metrics |= {f"picture and {label}: {name}": value for name, value in found.items()}
    metrics["picture and the class that the classifier is sure of: recall@1"] = naming_agreement(
        pictures[left], names, chance[left]
    )
    save_heads(model, shape, out, data, config, metrics, time.perf_counter() - started, machine_name())
    return metrics
