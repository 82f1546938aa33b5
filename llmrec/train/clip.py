"""`llmrec train-clip`: projection heads that put the pictures and the words of the packaged towers in one space.

Both towers are frozen, so the heads learn from their cached vectors: a step costs milliseconds, and every step sees a
fair part of all products. The loss is CLIP's (Radford et al. 2021), where products with the same words are all right
answers (UniCL, Yang et al. 2022, arXiv 2204.03610). Everyday objects come in twice: features imagined for each of
ImageNet's classes are matched with its names, and on the real pictures the similarities to the 1,000 names learn what
the classifier says of them (Hinton et al. 2015, arXiv 1503.02531).
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llmrec.catalog import load_catalog
from llmrec.encoders.clip_lite import build
from llmrec.encoders.image import Lite0
from llmrec.errors import BadInput
from llmrec.paths import home
from llmrec.train.clip_card import save_heads
from llmrec.train.clip_classes import CLASSES, NAMINGS, class_texts, imagined_features
from llmrec.train.clip_metrics import naming_agreement, recall
from llmrec.train.clip_pairs import PHRASINGS, Pairs, read_pairs
from llmrec.train.trainer import machine_name

Report = Callable[[str, int, int], None]
"""What is under way, steps done, steps in all."""
ALIKE = 0.999
"""Cosine from which two texts are the same words: their vectors are cached in half precision."""
LEAST = 64
"""Products to train on, at least: fewer teach a head nothing that holds for others."""


@dataclass(frozen=True, slots=True)
class ClipConfig:
    """The recipe of a run."""

    seed: int = 0
    steps: int = 600
    batch: int = 1024
    """Products a step."""
    lr: float = 1e-3
    weight_decay: float = 0.1
    dim: int = 256
    """Size of the joint space."""
    dropout: float = 0.3
    """On the image head's hidden units; half of it on its inputs."""
    whole: float = 0.4
    """Share of the pairs with everything the catalogue says; the others get one of the shorter phrasings."""
    classes: int = 256
    """Imagined pictures of ImageNet's classes a step, and real ones that the classifier labels."""
    class_weight: float = 1.0
    """Of the loss on imagined pictures, where that on products has 1."""
    label_weight: float = 0.3
    """Of the loss on the classifier's labels."""
    average: float = 0.995
    """Decay of the moving average of the weights, which is what is kept."""


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
    if int((~pairs.held_out).sum()) < LEAST:
        raise BadInput(
            f"{', '.join(map(str, data))}: {int((~pairs.held_out).sum())} products with a picture are too few to learn "
            f"from; {LEAST} are needed"
        )
    torch.manual_seed(config.seed)
    shape = model_config(config)
    model = build(shape)
    material = _Material(pairs, cache, config.seed, report)
    _fit(model, material, config, report)
    model.eval()
    with torch.inference_mode():
        pictures = F.normalize(model.visual.head(material.pictures), dim=-1).numpy()
        texts = F.normalize(model.text.proj(material.texts), dim=-1).numpy()
        names = F.normalize(model.text.proj(material.classes[:, 2]), dim=-1).numpy()
        chance = material.chance.numpy()
    left = pairs.held_out.nonzero()[0]
    metrics = {"products": float(len(left))}
    for label, way in (("all its words", 0), ("its title", 1)):
        found = recall(pictures[left], texts[left, way], [pairs.words[row][way] for row in left], config.seed)
        metrics |= {f"picture and {label}: {name}": value for name, value in found.items()}
    metrics["picture to the class that the classifier is sure of"] = naming_agreement(
        pictures[left], names, chance[left]
    )
    save_heads(model, shape, out, data, config, metrics, time.perf_counter() - started, machine_name())
    return metrics


class _Material:
    """Tensors that steps draw from, on the CPU."""

    def __init__(self, pairs: Pairs, cache: Path, seed: int, report: Report) -> None:
        classifier = Lite0().classifier().eval()
        self.pictures, self.texts = torch.from_numpy(pairs.pictures), torch.from_numpy(pairs.texts)
        self.train = torch.from_numpy((~pairs.held_out).nonzero()[0])
        self.classes = class_texts(cache)
        with torch.no_grad():
            self.chance = classifier.classifier(self.pictures).softmax(1)
        self.imagined = imagined_features(classifier, seed, lambda done, of: report("imagining classes", done, of))
        seen = torch.cat([self.pictures[self.train], self.imagined])
        self.mean, self.spread = seen.mean(0), seen.std(0) + 0.05


def _fit(model: Any, material: _Material, config: ClipConfig, report: Report) -> None:
    """Trains the heads of `model` in place; they end as the average of their weights along the run."""
    # standardised inputs learn faster; they are folded into the first layer at the end
    head, proj = model.visual.head, model.text.proj
    scale = nn.Parameter(torch.tensor(math.log(1 / 0.05)))
    heads = [*head.parameters(), *proj.parameters()]
    average = [p.detach().clone() for p in heads]
    groups = [{"params": heads, "weight_decay": config.weight_decay}, {"params": [scale], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=config.lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.lr, total_steps=config.steps, pct_start=0.1)
    rng = torch.Generator().manual_seed(config.seed)
    head.train()
    for step in range(config.steps):
        loss = _loss(head, proj, scale.exp(), material, config, rng)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            scale.clamp_(max=math.log(100))
            keep = min(config.average, (step + 1) / (step + 10))  # the first steps' weights should not linger
            for kept, p in zip(average, heads, strict=True):
                kept.lerp_(p, 1 - keep)
        report("training the heads", step + 1, config.steps)
    with torch.no_grad():
        for p, kept in zip(heads, average, strict=True):
            p.copy_(kept)
        first = head.mlp.fc1
        first.weight.div_(material.spread)
        first.bias.sub_(first.weight @ material.mean)
        model.logit_scale.copy_(scale)


def _loss(
    head: nn.Module, proj: nn.Module, scale: Tensor, material: _Material, config: ClipConfig, rng: torch.Generator
) -> Tensor:
    """The loss of one random step."""
    rows = material.train[torch.randperm(len(material.train), generator=rng)[: config.batch]]
    short = torch.randint(1, PHRASINGS, (len(rows),), generator=rng)
    ways = torch.where(torch.rand(len(rows), generator=rng) < config.whole, 0, short)
    classes = torch.randperm(CLASSES, generator=rng)[: config.classes]
    sets = torch.randint(len(material.imagined) // CLASSES, (len(classes),), generator=rng)
    pixels = torch.cat([material.pictures[rows], material.imagined[sets * CLASSES + classes]])
    joint = F.normalize(head(F.dropout((pixels - material.mean) / material.spread, config.dropout / 2)), dim=-1)
    real, unreal = joint[: len(rows)], joint[len(rows) :]

    said = material.texts[rows, ways]
    loss = contrast(scale * real @ F.normalize(proj(said), dim=-1).T, said @ said.T > ALIKE)
    naming = torch.randint(NAMINGS, (CLASSES,), generator=rng)
    names = F.normalize(proj(material.classes[torch.arange(CLASSES), naming]), dim=-1)
    same = torch.eye(len(classes), dtype=torch.bool)
    loss = loss + config.class_weight * contrast(scale * unreal @ names[classes].T, same)
    labelled = rows[: config.classes]
    guess = (scale * real[: len(labelled)] @ names.T).log_softmax(1)
    return loss - config.label_weight * (material.chance[labelled] * guess).sum(1).mean()


def contrast(logits: Tensor, same: Tensor) -> Tensor:
    """Symmetric cross-entropy of `logits (n, n)`, pictures by texts; `same (n, n) bool`: every right answer."""
    wanted = same.float()
    wanted = wanted / wanted.sum(1, keepdim=True)
    each = [-(wanted * side.log_softmax(1)).sum(1).mean() for side in (logits, logits.T)]
    return (each[0] + each[1]) / 2
