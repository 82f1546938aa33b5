"""ImageNet's classes as training pairs without ImageNet's pictures: imagined features on one side, names on the other.

A classifier's weights tell which pooled features mean which class, as ConSE uses them (Norouzi et al. 2014, arXiv
1312.5650); the batch norms tell how features are spread (data-free inversion: Yin et al. 2020, DeepInversion, arXiv
1912.08795). So features of a class are found by gradient steps at the encoder's bottleneck, where random places of that
spread are pulled towards the class; rows of the classifier themselves lie where no picture's features do.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from llmrec.train.clip.pairs import text_vectors

CLASSES = 1000
NAMINGS = 9
"""Ways to say a class; classes with fewer names say some of them twice."""
NAME = 2
"""Which of them is the first name alone."""
RECIPES = tuple(
    (places, common, pull) for pull in (4.0, 8.0, 16.0) for places, common in ((4, 0.3), (6, 0.5), (9, 0.7), (12, 0.5))
)
"""Places in the picture, the share of their spread that they have in common, and the pull back to the spread."""
STEPS, RATE = 15, 0.07


def class_names() -> list[str]:
    """The 1,000 classes, in the order of the classifier: first names alone."""
    return [names[0] for names in _synonyms()]


def class_texts(cache: Path) -> Tensor:
    """Vectors of what the classes are called: names, "a photo of a …", and WordNet's definition.

    Parameters
    ----------
    cache
        Folder of the feature cache.

    Returns
    -------
    Tensor
        ``(1000, NAMINGS, 384)`` float32 unit rows.
    """
    from timm.data import ImageNetInfo  # type: ignore[attr-defined]

    info = ImageNetInfo()
    texts = []
    for n, names in enumerate(_synonyms()):
        phrasings = [", ".join(names), info.index_to_description(n, detailed=True), *names]
        phrasings += [f"a photo of a {name}" for name in names]
        texts += (phrasings * NAMINGS)[:NAMINGS]
    return torch.from_numpy(text_vectors(texts, cache)).view(CLASSES, NAMINGS, -1)


def imagined_features(model: Any, seed: int, report: Callable[[int, int], None]) -> Tensor:
    """Features of synthetic pictures: for each recipe, one pooled feature vector a class.

    Parameters
    ----------
    model
        timm's EfficientNet-Lite0 with its classifier.
    seed
        Of the places that the search starts from.
    report
        Called with (done, all) after each recipe.

    Returns
    -------
    Tensor
        ``(12000, 1280)`` float32, in the order of the classes.
    """
    features = []
    for n, (places, common, pull) in enumerate(RECIPES):
        features.append(_imagine(model, places, common, pull, seed + n))
        report(n + 1, len(RECIPES))
    return torch.cat(features)


def _imagine(model: Any, places: int, common: float, pull: float, seed: int) -> Tensor:
    """(1000, 1280) features of pictures of `places` places each."""
    last, out = model.blocks[-1][-1].bn3, model.bn2
    with torch.no_grad():
        scale = out.weight / (out.running_var + out.eps).sqrt()
        matrix = (model.conv_head.weight[:, :, 0, 0] * scale[:, None]).T
        offset = out.bias - out.running_mean * scale
    rng = torch.Generator().manual_seed(seed)
    width = len(last.bias)
    noise = torch.randn(CLASSES, places, width, generator=rng)
    shared = torch.randn(CLASSES, 1, width, generator=rng)
    activations = (noise * (1 - common) ** 0.5 + shared * common**0.5).requires_grad_(True)
    target = torch.arange(CLASSES)

    def pooled() -> Tensor:
        bottleneck = last.bias + last.weight.abs() * activations
        mean: Tensor = (bottleneck @ matrix + offset).clamp(0, 6).mean(1)
        return mean

    optimiser = torch.optim.Adam([activations], lr=RATE)
    for _ in range(STEPS):
        guess = model.classifier(pooled())
        wrong = F.cross_entropy(guess, target, reduction="sum", label_smoothing=0.05)
        loss = wrong + 0.5 * pull * activations.square().mean((1, 2)).sum()
        (activations.grad,) = torch.autograd.grad(loss, activations)
        optimiser.step()
    return pooled().detach()


def _synonyms() -> list[list[str]]:
    from timm.data import ImageNetInfo  # type: ignore[attr-defined]

    info = ImageNetInfo()
    return [str(info.index_to_description(n)).split(", ") for n in range(CLASSES)]
