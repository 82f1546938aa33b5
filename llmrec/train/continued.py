"""Continued training: from a checkpoint, with the events and items that were added since.

The weights and the rows of the checkpoint's items are kept; new items get new rows. Prompts with a new event are read,
and some of the others, so that what was learnt is not forgotten (experience
replay, Robins 1995, "Catastrophic forgetting, rehearsal and pseudorehearsal").
"""

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from llmrec.catalog import Catalog
from llmrec.encoders import Encoder, Features, encoder_by_id
from llmrec.errors import BadInput
from llmrec.evaluation.splits import events_digest
from llmrec.model.catalog_match import check_catalog
from llmrec.model.checkpoint import Checkpoint, load_checkpoint
from llmrec.model.config import RecLMConfig
from llmrec.model.normaliser import Normaliser
from llmrec.model.reclm import RecLM
from llmrec.model.restore import check_base, normalisers, stored_parameter
from llmrec.train.calibrate import Calibration
from llmrec.train.config import TrainConfig
from llmrec.train.data import Histories

TRAINED_UNTIL = "trained until"
"""Field of a checkpoint's provenance: the timestamp of its last training event."""
TRAINING_DIGEST = "training digest"
"""Field of a checkpoint's provenance: the digest of its training events (`llmrec.evaluation.leakage`)."""
OF_ITEMS = ("id_in", "id_out", "bias")
"""Modules of a RecLM with one row per item."""


@dataclass(frozen=True)
class Start:
    """What training goes on from.

    Parameters
    ----------
    checkpoint
        As it was trained.
    """

    checkpoint: Checkpoint

    @classmethod
    def of(cls, config: TrainConfig, catalog: Catalog, base: Path) -> "Start | None":
        """The checkpoint that `config.continue_from` names; None where it names none.

        Raises
        ------
        BadInput
            Where `config.model` or `config.encoders` differ from those of the checkpoint.
        CheckpointError, CheckpointMismatch
            Where it cannot be used here, or is of another catalogue.
        """
        if config.continue_from is None:
            return None
        checkpoint = load_checkpoint(config.continue_from)
        check_base(checkpoint, base)
        check_catalog(checkpoint, catalog)
        if config.model not in (RecLMConfig(), checkpoint.info.config):
            raise BadInput("`model` differs from that of the checkpoint in `continue_from`; leave it out")
        if config.encoders:
            raise BadInput("`encoders` are those of the checkpoint in `continue_from`; leave them out")
        return cls(checkpoint)

    def encoders(self) -> list[Encoder[Any]]:
        """The encoders of the checkpoint."""
        return [encoder_by_id(modality, id) for modality, id in self.checkpoint.info.encoders.items()]

    def features(self) -> Features | None:
        """The vectors that the checkpoint carries."""
        carried = self.checkpoint.folder / "features.safetensors"
        return Features.load(carried) if carried.is_file() else None

    def config(self, config: TrainConfig) -> TrainConfig:
        """The recipe of the loop."""
        how = config.continued
        return config.changed(
            model=self.checkpoint.info.config,
            components=config.components or self.checkpoint.info.components,
            epochs=how.epochs,
            lr=config.lr * how.lr_factor,
            lr_lora=config.lr_lora * how.lr_factor,
            average=how.average,
        )

    def calibration(self) -> Calibration:
        """The weights of the fused score that the checkpoint has."""
        info = self.checkpoint.info
        return Calibration(
            {situation: dict(weights) for situation, weights in info.weights.items()}, {}, info.cold_start
        )

    def until(self) -> float:
        """Timestamp of the checkpoint's last training event; -inf where it is not recorded."""
        return float(self.checkpoint.info.provenance.get(TRAINED_UNTIL, -math.inf))

    def first_new_events(self, catalog: Catalog, histories: Histories) -> dict[str, int]:
        """User -> position in the history of the first event after `until`; the length where there is none."""
        until, positions = self.until(), {}
        for user, rows in histories.items():
            times = {event.item: event.timestamp for event in catalog.histories[user]}
            new_positions = (n for n, row in enumerate(rows) if times[catalog.items[row].id] > until)
            positions[user] = next(new_positions, len(rows))
        return positions

    def trained_exactly_on(self, catalog: Catalog, histories: Histories) -> bool:
        """Whether the checkpoint was trained on `histories` up to `until`, and on nothing else."""
        times = {user: {event.item: event.timestamp for event in events} for user, events in catalog.histories.items()}
        ids = {user: [catalog.items[row].id for row in rows] for user, rows in histories.items()}
        known = {user: [item for item in items if times[user][item] <= self.until()] for user, items in ids.items()}
        return events_digest(known) == self.checkpoint.info.provenance.get(TRAINING_DIGEST)

    @torch.no_grad()
    def load_weights(self, model: RecLM, items: tuple[str, ...]) -> None:
        """Load the checkpoint's weights into an untrained model; rows of new items become zeros.

        So a new item starts as one without an id, which the model scores by its media.

        Parameters
        ----------
        model
            Of the checkpoint's shape, its LoRA not merged.
        items
            Ids in the order of the model's id rows.
        """
        stored_row = {item: n for n, item in enumerate(self.checkpoint.items) if self.checkpoint.arrays["known"][n]}
        rows = [n for n, item in enumerate(items) if item in stored_row]
        stored_rows = [stored_row[items[n]] for n in rows]
        for name, p in model.trainable().items():
            stored = torch.from_numpy(stored_parameter(self.checkpoint, name).astype(np.float32)).to(p.device)
            if name.split(".")[0] in OF_ITEMS:
                p.zero_()
                p[rows] = stored[stored_rows]
            else:
                p.copy_(stored)

    def normalisers(self) -> Mapping[str, Normaliser]:
        """What the media of the checkpoint's items were normalised with."""
        return normalisers(self.checkpoint)


def copy_adapter(source: Path, target: Path) -> None:
    """Copy a LoRA that writes sentences, which knows no item; nothing where there is none."""
    if source.is_dir():
        draft = target.with_name(f"{target.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(source, draft)
        draft.replace(target)


def trained_until(catalog: Catalog, histories: Histories) -> float | None:
    """Timestamp of the last event in `histories`; None where there is none."""
    ids = {user: {catalog.items[row].id for row in rows} for user, rows in histories.items()}
    times = [e.timestamp for user, items in ids.items() for e in catalog.histories[user] if e.item in items]
    return max(times, default=None)
