"""Distillation: a model learns what other checkpoints predict, beside what came next.

Several checkpoints of one catalogue, of other seeds or sizes, err on different events, and their mean prediction is
better than that of each. A model that learns it keeps much of that at the cost of one.

References
----------
Hinton, Vinyals & Dean 2015, "Distilling the Knowledge in a Neural Network" (arXiv 1503.02531); Furlanello et al. 2018,
"Born-Again Neural Networks", ICML.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from llmrec.errors import BadInput, CheckpointMismatch
from llmrec.model.checkpoint import load_checkpoint
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.model.restore import restore_items, restore_model
from llmrec.train.data import TrainingData


@dataclass(frozen=True, eq=False)
class Teacher:
    """A trained model, and what it makes of the catalogue.

    Parameters
    ----------
    model
        In evaluation mode.
    table
        The items as it reads them, in the rows of the model that learns.
    vectors, biases
        ``(items, dim)`` and ``(items,)``: its item vectors and biases.
    """

    model: RecLM
    table: ItemTable
    vectors: Tensor
    biases: Tensor


@dataclass(frozen=True, eq=False)
class Teachers:
    """The models that another one learns from.

    Parameters
    ----------
    models
        At least one.
    weight
        Share of their prediction in the loss on next items; what came next has the rest.
    """

    models: Sequence[Teacher]
    weight: float

    @classmethod
    def open(cls, folders: Sequence[Path], weight: float, base: Path, data: TrainingData) -> "Teachers | None":
        """Open checkpoints.

        Parameters
        ----------
        folders
            Of the checkpoints; of none there are no teachers.
        weight
            See the class.
        base
            Folder of the base model, which has to be theirs, too.
        data
            The catalogue and its features.

        Raises
        ------
        BadInput
            Where a checkpoint was made with other encoders than this training, or reads prompts of another layout.
        CheckpointError
            Where a checkpoint is damaged, or of another base or catalogue.
        """
        found = []
        for folder in folders:
            checkpoint = load_checkpoint(folder)
            wanted = {m: data.features.encoders.get(m) for m in checkpoint.info.encoders}
            if wanted != dict(checkpoint.info.encoders):
                raise BadInput(
                    f"the teacher {folder} reads {_listed(checkpoint.info.encoders)}, this training "
                    f"{_listed(data.features.encoders)}; train with its encoders (`encoders`), or leave it out",
                    "teachers",
                )
            if not checkpoint.rows_of([item.id for item in data.catalog.items]).max(initial=-1) >= 0:
                raise CheckpointMismatch(f"the teacher {folder} knows no item of this catalogue", "teachers")
            model = restore_model(checkpoint, base)
            vectors = {m: data.features.vectors[m] for m in checkpoint.info.encoders}
            masks = {m: data.features.mask[m] for m in checkpoint.info.encoders}
            table = restore_items(checkpoint, [item.id for item in data.catalog.items], vectors, masks)
            with torch.inference_mode():
                v, b = model.item_vectors(table.batch())
            found.append(Teacher(model, table, v.clone(), b.clone()))
        return cls(found, weight) if found else None

    def check(self, soft_tokens: int) -> None:
        """Refuse teachers that read another number of soft tokens an item than the prompts have."""
        for teacher in self.models:
            if teacher.model.config.soft_tokens != soft_tokens:
                raise BadInput(
                    f"a teacher reads {teacher.model.config.soft_tokens} soft tokens an item, this model "
                    f"{soft_tokens}; set `model.soft_tokens` alike",
                    "teachers",
                )

    def to(self, device: torch.device) -> "Teachers":
        """The same teachers on another device."""
        models = [
            Teacher(t.model.to(device), t.table.to(device), t.vectors.to(device), t.biases.to(device))
            for t in self.models
        ]
        return Teachers(models, self.weight)

    @torch.no_grad()
    def prediction(
        self, read: Callable[[RecLM, Tensor], Tensor], rows: Tensor, at: Tensor, candidates: Tensor | None
    ) -> Tensor:
        """What they expect next, on average.

        Parameters
        ----------
        read
            Query vectors ``(B, N + 1, dim)`` along the trunks of the step's prompts, of a model and of the soft tokens
            of `rows`.
        rows
            ``(m,)`` int64: rows of the catalogue.
        at
            ``(B, N + 1)`` bool: places along the prompts' trunks that are wanted, n of them.
        candidates
            ``(c,)`` int64: rows that are told apart; None: all.

        Returns
        -------
        Tensor
            ``(n, candidates)`` float32: probabilities, the geometric mean of the teachers'.
        """
        found = []
        for t in self.models:
            trunk = read(t.model, t.model.soft_tokens(t.table.batch(rows)))
            v, b = (t.vectors, t.biases) if candidates is None else (t.vectors[candidates], t.biases[candidates])
            found.append(F.log_softmax(trunk[at] @ v.T + b, dim=-1))
        return F.softmax(torch.stack(found).mean(0), dim=-1)


def _listed(encoders: Mapping[str, str]) -> str:
    return ", ".join(f"{modality} with {encoder}" for modality, encoder in encoders.items())
