"""Where the heads begin: from what the tower's own classifier knows, by a closed form, which training then bends.

The first hidden units of the image head are the classifier's logits, so that the head sees each class as sharply as
ImageNet's own training did; from the hidden units to the joint space goes the ridge regression of what words the
pictures have. Features of real pictures are few and alike; without this start a head names objects that it has seen
imagined alone, and mistakes real ones.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RIDGE = 100.0
"""Penalty on squared weights, for hidden units of about unit spread."""
SILENT = 1.0
"""Deviations above its mean from which a class speaks: most classes say nothing of most pictures."""


@torch.no_grad()
def start_image(head: Any, classifier: nn.Linear, inputs: Tensor, scale: tuple[Tensor, Tensor]) -> None:
    """Hidden units of the MLP `head` become the classes of `classifier`; those left over stay random, but for one that
    is constant.

    `inputs (n, 1280)`: features as the head gets them, `(pictures - mean) / spread`; `scale`: that mean and spread.
    Raises `ValueError` where there are fewer hidden units than classes.
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
    first.bias[:classes] = (bias - usual) / deviation - SILENT
    first.weight[-1], first.bias[-1] = 0.0, 1.0


@torch.no_grad()
def fit_output(head: Any, inputs: Tensor, wanted: Tensor) -> None:
    """The output layer of the MLP `head` becomes the ridge regression of `wanted (n, dim)` on its hidden units."""
    mlp = head.mlp
    hidden = F.gelu(mlp.fc1(inputs))
    gram = hidden.T @ hidden
    gram.diagonal().add_(RIDGE)
    mlp.fc2.weight.copy_(torch.linalg.solve(gram, hidden.T @ wanted).T)
