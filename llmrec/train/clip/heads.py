"""The heads' own training, on vectors of frozen encoders.

The loss on products is CLIP's (Radford et al. 2021), where products with the same words are all right answers (UniCL,
Yang et al. 2022, arXiv 2204.03610). Everyday objects come in through the image encoder's own classifier. Features
imagined for each of ImageNet's classes are matched with the names of the classes like any product; and of real
pictures, and of mixtures of them (Zhang et al. 2018, arXiv 1710.09412) with imagined ones, the similarities to all
names learn what the classifier says (Hinton et al. 2015, arXiv 1503.02531).

The heads begin, by a closed form, from what that classifier knows. The first hidden units of the image head
are the classifier's logits, so that the head separates classes as sharply as ImageNet's own training did; from the
hidden units to the joint space goes the ridge regression of the words that the pictures have. Features of real pictures
are few and alike; without this start a head names objects that it has seen imagined alone, and mistakes real ones.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llmrec.encoders.image import Lite0
from llmrec.train.clip.imagenet_classes import class_texts, imagined_features
from llmrec.train.clip.pairs import PHRASINGS, Pairs
from llmrec.train.config import ClipConfig

Report = Callable[[str, int, int], None]
"""Called with the stage, steps done, and steps in all."""
SAME_TEXT_COSINE = 0.999
"""Cosine from which two texts count as equal: their vectors are cached in half precision."""
RIDGE = 100.0
"""Penalty on squared weights, for hidden units of about unit spread."""
ACTIVATION_THRESHOLD = 1.0
"""Deviations above its mean at which a class's hidden unit activates: most classes are unrelated to most pictures."""


@dataclass(frozen=True)
class Material:
    """Tensors that steps draw from, on the CPU."""

    pictures: Tensor
    """(n, 1280) features of the products' pictures."""
    texts: Tensor
    """(n, PHRASINGS, 384) unit rows."""
    train: Tensor
    """Rows to learn from."""
    classes: Tensor
    """(classes, namings, 384) unit rows."""
    imagined: Tensor
    """(sets * classes, 1280) features of imagined pictures, in the order of the classes."""
    classifier: nn.Linear
    """(n, 1280) -> (n, classes) logits."""

    @classmethod
    def of(cls, pairs: Pairs, cache: Path, seed: int, report: Report) -> "Material":
        """The pairs, and ImageNet's classes."""
        encoder = Lite0().classifier().eval().requires_grad_(False)
        imagined = imagined_features(encoder, seed, lambda done, of: report("imagining classes", done, of))
        rows = torch.from_numpy((~pairs.held_out).nonzero()[0])
        texts = torch.from_numpy(pairs.texts)
        return cls(torch.from_numpy(pairs.pictures), texts, rows, class_texts(cache), imagined, encoder.classifier)

    def labels(self, pictures: Tensor) -> Tensor:
        """(n, classes): the classifier's probabilities for features (n, 1280)."""
        with torch.no_grad():
            chance: Tensor = self.classifier(pictures).softmax(1)
        return chance

    @cached_property
    def scale(self) -> tuple[Tensor, Tensor]:
        """Mean and spread (1280,) of the training pictures."""
        pictures = torch.cat([self.pictures[self.train], self.imagined])
        return pictures.mean(0), pictures.std(0) + 0.05


def fit_heads(model: Any, material: Material, config: ClipConfig, report: Report) -> None:
    """Train the heads of `model` in place; they end as the average of their weights along the run.

    Parameters
    ----------
    model
        An open_clip model as `llmrec.encoders.clip.build` makes it; its encoders stay frozen.
    material
        Vectors to learn from.
    config
        The recipe.
    report
        Called with each step.
    """
    # standardised inputs learn faster; they are folded into the first layer at the end
    mean, spread = material.scale
    head, proj = model.visual.head, model.text.proj
    rng = torch.Generator().manual_seed(config.seed)
    _start(head, proj, material, config, rng)
    scale = nn.Parameter(torch.tensor(math.log(1 / 0.05)))
    heads = [*head.parameters(), *proj.parameters()]
    average = [p.detach().clone() for p in heads]
    groups = [{"params": heads, "weight_decay": config.weight_decay}, {"params": [scale], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=config.lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.lr, total_steps=config.steps, pct_start=0.1)
    head.train()
    for step in range(config.steps):
        loss = _loss(head, proj, scale.exp(), material, config, rng)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            scale.clamp_(max=math.log(100))
            decay = min(config.average, (step + 1) / (step + 10))  # the first steps' weights should not linger
            for averaged, p in zip(average, heads, strict=True):
                averaged.lerp_(p, 1 - decay)
        report("training the heads", step + 1, config.steps)
    with torch.no_grad():
        for p, averaged in zip(heads, average, strict=True):
            p.copy_(averaged)
        first = head.mlp.fc1
        first.weight.div_(spread)
        first.bias.sub_(first.weight @ mean)
        model.logit_scale.copy_(scale)


def _start(head: nn.Module, proj: nn.Linear, material: Material, config: ClipConfig, rng: torch.Generator) -> None:
    """Initialise both heads from the classifier and a regression."""
    mean, spread = material.scale
    nn.init.orthogonal_(proj.weight, generator=rng)
    real, texts = material.pictures[material.train], material.texts[material.train]
    mixed = [_mixtures(material, material.train, config, rng) for _ in range(len(real) // config.mixtures)]
    imagined = torch.cat([material.imagined, *mixed])
    inputs = (torch.cat([real, imagined]) - mean) / spread
    with torch.no_grad():
        targets = proj(
            torch.cat([(texts.mean(1) + texts[:, 0]) / 2, material.labels(imagined) @ material.classes.mean(1)])
        )
    start_image(head, material.classifier, inputs[: len(real)], material.scale)
    fit_output(head, inputs, targets)


@torch.no_grad()
def start_image(head: Any, classifier: nn.Linear, inputs: Tensor, scale: tuple[Tensor, Tensor]) -> None:
    """Set the hidden units of an MLP to the classes of a classifier; the others stay random, but for a constant one.

    Parameters
    ----------
    head
        The image head.
    classifier
        Linear, ``(n, 1280)`` -> ``(n, classes)`` logits.
    inputs
        ``(n, 1280)`` float32: features as the head gets them, `(pictures - mean) / spread`.
    scale
        That mean and spread, ``(1280,)`` each.

    Raises
    ------
    ValueError
        Where there are fewer hidden units than classes.
    """
    mean, spread = scale
    first = head.mlp.fc1
    classes, hidden = len(classifier.weight), first.weight.shape[0]
    if hidden <= classes:
        raise ValueError(f"{hidden} hidden units cannot hold {classes} classes; take more dimensions")
    weight, bias = classifier.weight * spread, classifier.bias + classifier.weight @ mean
    logits = inputs @ weight.T + bias
    usual, deviation = logits.mean(0), logits.std(0).clamp(min=1e-6)
    first.weight[:classes] = weight / deviation[:, None]
    first.bias[:classes] = (bias - usual) / deviation - ACTIVATION_THRESHOLD
    first.weight[-1], first.bias[-1] = 0.0, 1.0


@torch.no_grad()
def fit_output(head: Any, inputs: Tensor, targets: Tensor) -> None:
    """Set the output layer of an MLP to the ridge regression of targets on its hidden units.

    Parameters
    ----------
    head
        The image head.
    inputs
        ``(n, 1280)`` float32.
    targets
        ``(n, dim)`` float32.
    """
    mlp = head.mlp
    hidden = F.gelu(mlp.fc1(inputs))
    gram = hidden.T @ hidden
    gram.diagonal().add_(RIDGE)
    mlp.fc2.weight.copy_(torch.linalg.solve(gram, hidden.T @ targets).T)


def _loss(
    head: nn.Module, proj: nn.Module, scale: Tensor, material: Material, config: ClipConfig, rng: torch.Generator
) -> Tensor:
    """The loss of one random step."""
    rows = material.train[torch.randperm(len(material.train), generator=rng)[: config.batch]]
    short = torch.randint(1, PHRASINGS, (len(rows),), generator=rng)
    phrasing = torch.where(torch.rand(len(rows), generator=rng) < config.full_text, 0, short)
    classes, namings = material.classes.shape[:2]
    chosen = torch.randperm(classes, generator=rng)[: config.classes]
    sets = torch.randint(len(material.imagined) // classes, (len(chosen),), generator=rng)
    mixed = _mixtures(material, rows, config, rng)
    pixels = torch.cat([material.pictures[rows], mixed, material.imagined[sets * classes + chosen]])
    mean, spread = material.scale
    joint = F.normalize(head(F.dropout((pixels - mean) / spread, config.dropout / 2)), dim=-1)

    texts = material.texts[rows, phrasing]
    real, mixtures, imagined = joint.split([len(rows), len(mixed), len(chosen)])
    loss = contrast(scale * real @ F.normalize(proj(texts), dim=-1).T, texts @ texts.T > SAME_TEXT_COSINE)
    naming = torch.randint(namings, (classes,), generator=rng)
    names = F.normalize(proj(material.classes[torch.arange(classes), naming]), dim=-1)
    loss = loss + contrast(scale * imagined @ names[chosen].T, torch.eye(len(chosen), dtype=torch.bool))
    labelled = min(config.mixtures // 2, len(real))
    labels = material.labels(torch.cat([pixels[:labelled], mixed]))
    guess = (scale * torch.cat([real[:labelled], mixtures]) @ names.T).log_softmax(1)
    return loss - config.label_weight * (labels * guess).sum(1).mean()


def _mixtures(material: Material, rows: Tensor, config: ClipConfig, rng: torch.Generator) -> Tensor:
    """(mixtures, 1280): features between imagined pictures and those of `rows`."""
    imagined = material.imagined[torch.randint(len(material.imagined), (config.mixtures,), generator=rng)]
    real = material.pictures[rows[torch.randint(len(rows), (config.mixtures,), generator=rng)]]
    return real.lerp(
        imagined, config.min_imagined + (1 - config.min_imagined) * torch.rand(len(imagined), 1, generator=rng)
    )


def contrast(logits: Tensor, same: Tensor) -> Tensor:
    """Symmetric cross-entropy of pictures by texts.

    Parameters
    ----------
    logits
        ``(n, n)`` float32.
    same
        ``(n, n)`` bool: every right answer.

    Returns
    -------
    Tensor
        A scalar.
    """
    targets = same.float()
    targets = targets / targets.sum(1, keepdim=True)
    losses = [-(targets * side.log_softmax(1)).sum(1).mean() for side in (logits, logits.T)]
    return (losses[0] + losses[1]) / 2
