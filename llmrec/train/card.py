"""The pack's card and its provenance: what it was made from, how, where, and what it reached."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmrec.evaluation.splits import events_digest
from llmrec.model.checkpoint import CheckpointInfo, write_text
from llmrec.provenance import made_with, release
from llmrec.train.config import TrainConfig
from llmrec.train.trainer import Progress

if TYPE_CHECKING:
    from llmrec.train.run import Material

RECORD = "training.json"
"""How the rationale LoRA beside it was made."""


def provenance(material: "Material", config: TrainConfig, progress: Progress) -> dict[str, Any]:
    """Data, split, recipe, machine, time and commit of a run."""
    features = material.features
    return {
        "data": material.catalog.name,
        "items": len(material.catalog.items),
        "users": len(material.histories),
        "training events": sum(len(rows) for rows in material.histories.values()),
        "training digest": events_digest(
            {user: [material.catalog.items[row].id for row in rows] for user, rows in material.histories.items()}
        ),
        "items with": {m: int(features.mask[m].sum()) for m in features.encoders},
        "split": material.split,
        "recipe": {"epochs": config.epochs, "patience": config.patience} | config.recipe(),
        "best epoch": progress.best_epoch + 1,
        "seconds": round(progress.seconds, 1),
        **made_with(),
        "machine": progress.machine,
    }


def write_card(folder: Path, info: CheckpointInfo, progress: Progress) -> None:
    """Writes card.md; of the rationale LoRA it tells where there is one."""
    about = info.provenance
    recipe = "\n".join(f"| {name} | {value} |" for name, value in about["recipe"].items())
    shape = "\n".join(f"| {name} | {value} |" for name, value in info.config)
    metrics = "\n".join(f"| {name} | {value} |" for name, value in info.metrics.items())
    weights = "\n".join(
        f"| {situation} | {', '.join(f'{part} {weight}' for part, weight in parts.items() if weight)} |"
        for situation, parts in info.weights.items()
    )
    media = ", ".join(f"{count} with {modality}" for modality, count in about["items with"].items())
    text = f"""# Adapter pack {info.name}

For the base model **{info.base}**: LoRA, soft-token fusion, item head, item-item model and fused-score weights.

## Data
{about["data"]}: {about["items"]} items ({media}), {about["users"]} users, {about["training events"]} training events.
Split: {about["split"]}. The pack holds vectors and weights computed from the data, none of its words or pictures;
the data keep the terms of their owners.

## Encoders and prompts
{", ".join(f"{m}: `{i}`" for m, i in info.encoders.items())}; prompts {", ".join(info.prompts.values())}.

## Validation metrics
| metric | value |
| --- | --- |
{metrics}

## Fused score
| situation | weight of each z-normalised component |
| --- | --- |
{weights}

Items that nobody has taken yet are {"" if info.cold_start else "not "}lent the scores of items with media like theirs.
{_sentences(folder / "rationale" / RECORD)}
## Recipe
{progress.seconds:.0f} s on {about["machine"]}, best of {len(progress.log)} epochs: {about["best epoch"]};
{about["date"]}, {release(about)}.

| knob | value |
| --- | --- |
{shape}
{recipe}
"""
    write_text(folder / "card.md", text)


def _sentences(record: Path) -> str:
    """The card's section on the rationale LoRA; "" without a record of it."""
    if not record.is_file():
        return ""
    about = json.loads(record.read_text(encoding="utf-8"))
    recipe = ", ".join(f"{name} {value}" for name, value in about["recipe"].items() if name != "pairs")
    return f"""
## Sentences
The LoRA in `rationale/` learnt from {about["pairs"]} composed pairs of evidence and sentence, {about["held out"]} of
them held out: loss {about["held-out loss"]} nats a token. {about["seconds"]:.0f} s on {about["machine"]};
{about["date"]}, {release(about)}; {recipe}.
"""
