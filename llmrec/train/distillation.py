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

from llmrec.errors import BadInput, CheckpointMismatch, about
from llmrec.evaluation.leakage import leakage
from llmrec.evaluation.splits import Split
from llmrec.model.checkpoint import Checkpoint, load_checkpoint
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.model.restore import restore_items, restore_model
from llmrec.train.config import TrainConfig
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
        ``(items, width)`` and ``(items,)``: its item vectors and biases.
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
    def of(cls, checkpoints: Sequence[Checkpoint], config: TrainConfig, base: Path, data: TrainingData) -> "Teachers":
        """Restore the models of checkpoints.

        Parameters
        ----------
        checkpoints
            One at least.
        config
            The recipe of the model that learns.
        base
            Folder of the base model, which has to be theirs, too.
        data
            The catalogue and its features.

        Raises
        ------
        BadInput
            Where a checkpoint has learnt from events that this training holds out, or reads items otherwise.
        CheckpointMismatch
            Where one is of another base or catalogue.
        """
        found, ids = [], [item.id for item in data.catalog.items]
        for checkpoint in checkpoints:
            _check(checkpoint, config, data)
            read = checkpoint.info.encoders
            model = restore_model(checkpoint, base)
            vectors = {m: data.features.vectors[m] for m in read}
            table = restore_items(checkpoint, ids, vectors, {m: data.features.mask[m] for m in read})
            with torch.inference_mode():
                v, b = model.item_vectors(table.batch())
            found.append(Teacher(model, table, v.clone(), b.clone()))
        return cls(found, config.teacher_weight)

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
            Query vectors ``(B, N + 1, width)`` along the trunks of the step's prompts, of a model and of the soft
            tokens of `rows`.
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


def load_teachers(folders: Sequence[Path]) -> list[Checkpoint]:
    """Read the checkpoints that `teachers` names, before anything that takes long. Raises as `load_checkpoint` does."""
    with about("teachers"):
        return [load_checkpoint(folder) for folder in folders]


def _check(checkpoint: Checkpoint, config: TrainConfig, data: TrainingData) -> None:
    """Refuse a teacher that is of another catalogue, reads other inputs, or knows what this training holds out."""
    folder, read, own = checkpoint.folder, checkpoint.info.encoders, data.features.encoders
    if not (checkpoint.rows_of([item.id for item in data.catalog.items]) >= 0).any():
        raise CheckpointMismatch(f"the teacher {folder} knows no item of this catalogue", "teachers")
    if {m: own.get(m) for m in read} != dict(read):
        raise BadInput(
            f"the teacher {folder} reads {_listed(read)}, this training {_listed(own)}; train with its encoders "
            "(`encoders`), or leave it out",
            "teachers",
        )
    tokens, wanted = checkpoint.info.config.soft_tokens, config.model.soft_tokens
    if tokens != wanted:
        raise BadInput(
            f"the teacher {folder} reads {tokens} soft tokens an item, this model {wanted}; set `model.soft_tokens` "
            "alike",
            "teachers",
        )
    for at in ("valid", "test"):
        seen = leakage(checkpoint.info.provenance, data.catalog, _split_of(data), at)
        if seen.state == "leaks":
            raise BadInput(
                f"the teacher {folder} has learnt from events that this training holds out, and would teach them: it "
                f"was {seen.why.partition(':')[0]}; train it on the same split (`split`)",
                "teachers",
            )


def _split_of(data: TrainingData) -> Split:
    """The parts that a training learns from and holds out, as a split."""
    ids = [item.id for item in data.catalog.items]
    held_out: dict[str, dict[str, tuple[str, ...]]] = {"valid": {}, "test": {}}
    for at, events in (("valid", data.valid), ("test", data.test)):
        for event in events:
            held_out[at][event.user] = (*held_out[at].get(event.user, ()), ids[event.target])
    users = {*data.histories, *held_out["valid"], *held_out["test"]}
    train = {user: tuple(ids[row] for row in data.histories.get(user, ())) for user in users}
    return Split(train, *({user: part.get(user, ()) for user in users} for part in held_out.values()))


def _listed(encoders: Mapping[str, str]) -> str:
    return ", ".join(f"{modality} with {encoder}" for modality, encoder in encoders.items())
