"""The checkpoint's card and provenance: data, recipe, machine and metrics."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmrec.evaluation.splits import events_digest
from llmrec.feedback_rule import summary
from llmrec.model.checkpoint import CheckpointInfo, write_text
from llmrec.provenance import made_with, release
from llmrec.train.config import TrainConfig
from llmrec.train.continued import TRAINED_UNTIL, TRAINING_DIGEST, Start, trained_until
from llmrec.train.data import TrainingData
from llmrec.train.held_out import Table
from llmrec.train.trainer import Progress

RECORD = "training.json"
"""How the rationale LoRA beside it was made."""


def provenance(
    data: TrainingData,
    recipe: TrainConfig,
    chosen: Progress,
    refitted: Progress | None,
    test: Table,
    start: Start | None,
) -> dict[str, Any]:
    """Data, split, recipe, machine, time, commit and test of a run.

    Parameters
    ----------
    data
        The data of the run.
    recipe
        Of the loop.
    chosen
        The training whose best epoch validation found.
    refitted
        The training on everything, where there was one.
    test
        Metrics of the chosen model on the test part.
    start
        The checkpoint that training went on from.
    """
    items, trained_on = data.catalog.items, data.trained_on
    return {
        "data": data.catalog.name,
        "items": len(items),
        "users": len(trained_on),
        "training events": sum(len(rows) for rows in trained_on.values()),
        TRAINING_DIGEST: _digest(data, start),
        TRAINED_UNTIL: trained_until(data.catalog, trained_on),
        "items with": {m: int(data.features.mask[m].sum()) for m in data.features.encoders},
        "split": data.split,
        **({"feedback": summary(data.feedback, data.catalog)} if data.feedback.informative else {}),
        **({"continued from": start.checkpoint.info.name} if start else {}),
        "test": test,
        "recipe": {"epochs": recipe.epochs, "patience": recipe.patience} | recipe.recipe(),
        "epochs": len(chosen.log),
        "best epoch": chosen.best_epoch + 1,
        "seconds": round(chosen.seconds, 1),
        **({"seconds of the refit": round(refitted.seconds, 1)} if refitted else {}),
        **made_with(),
        "machine": chosen.machine,
    }


def _digest(data: TrainingData, start: Start | None) -> str:
    """Digest the training events; a note in its place where an earlier checkpoint was trained on further ones."""
    if start and not start.trained_exactly_on(data.catalog, data.trained_on):
        return "more than these events"
    items = data.catalog.items
    return events_digest({user: [items[row].id for row in rows] for user, rows in data.trained_on.items()})


def write_card(folder: Path, info: CheckpointInfo) -> None:
    """Write card.md, with a section on the rationale LoRA where there is one."""
    about = info.provenance
    recipe = "\n".join(f"| {name} | {value} |" for name, value in about["recipe"].items())
    shape = "\n".join(f"| {name} | {value} |" for name, value in info.config)
    weights = "\n".join(
        f"| {situation} | {', '.join(f'{part} {weight}' for part, weight in parts.items() if weight)} |"
        for situation, parts in info.weights.items()
    )
    unused = [str(part) for part in info.weights["history"] if not any(of.get(part) for of in info.weights.values())]
    weightless = f"\nWithout weight, as validation gained nothing by them: {', '.join(unused)}.\n" if unused else ""
    media = ", ".join(f"{count} with {modality}" for modality, count in about["items with"].items() if count)
    feedback = f" Of the catalogue's events, {about['feedback']}." if "feedback" in about else ""
    continued = f" Training went on from {about['continued from']}." if "continued from" in about else ""
    text = f"""# Checkpoint {info.name}

For the base model **{info.base}**: LoRA, soft-token fusion, item head, item-item model and fused-score weights.

## Data
{about["data"]}: {about["items"]} items ({media}), {about["users"]} users, {about["training events"]} training events.
Split: {about["split"]}.{feedback}{continued}

The checkpoint holds vectors and weights computed from the data, none of its words or pictures; the data keep the terms
of their owners.

## Encoders and prompts
{", ".join(f"{m}: `{i}`" for m, i in info.encoders.items())}; prompts {", ".join(info.prompts.values())}.

{_test(about)}
{_validation(info)}
## Fused score
| situation | weight of each z-normalised component |
| --- | --- |
{weights}
{weightless}
Scores are {"" if info.cold_start else "not "}transferred to items without events from items with media like theirs.
{_sentences(folder / "rationale" / RECORD)}
## Recipe
{about["seconds"]:.0f} s on {about["machine"]}, best of {about["epochs"]} epochs: {about["best epoch"]};{_refit(about)}
{about["date"]}, {release(about)}.

| field | value |
| --- | --- |
{shape}
{recipe}
"""
    write_text(folder / "card.md", text)


def _test(about: Mapping[str, Any]) -> str:
    """The card's section on the test part."""
    table: Table = about["test"]
    if not table:
        return "## Test\nNone: no events were held out that chose nothing.\n"
    first = next(iter(table.values()))
    rows = "\n".join(
        f"| {model} | {row['ndcg@10']:.4f} ± {row['se_ndcg@10']:.4f} | {row['recall@10']:.4f} | {row['mrr@10']:.4f} |"
        for model, row in table.items()
    )
    after = (
        "These figures are of a model that had not seen the test part. The one in this folder has the same epochs and\n"
        "weights of the fused score, and has learnt from all events."
        if "seconds of the refit" in about
        else "They are of the model in this folder."
    )
    return f"""## Test
{first["events"]:.0f} events of {first["users"]:.0f} users that chose nothing; all items outside the history are ranked.
Means over users, ± standard error; the baselines learnt from the same events. In words: with a query composed from the
item that is asked for, in phrasings that training does not use.

| model | NDCG@10 | Recall@10 | MRR@10 |
| --- | --- | --- | --- |
{rows}

{after}
"""


def _validation(info: CheckpointInfo) -> str:
    """The card's section on what was reached on validation events."""
    rows = [f"| {name} | {value} |" for name, value in info.metrics.items() if not name.startswith("test")]
    if not rows:
        return "## Validation\nNone: no events were held out to choose by.\n"
    return (
        """## Validation
On the events that chose the epoch and the weights of the fused score, so higher than on others.

| metric | value |
| --- | --- |
"""
        + "\n".join(rows)
        + "\n"
    )


def _refit(about: Mapping[str, Any]) -> str:
    if "seconds of the refit" not in about:
        return ""
    return f" again on all events, {about['best epoch']} epochs: {about['seconds of the refit']:.0f} s;"


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
