"""The checkpoint's card and provenance: data, recipe, machine and metrics."""

import json
from collections.abc import Mapping
from dataclasses import asdict
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
from llmrec.train.private import Budget
from llmrec.train.shards import Forgotten, Reuse
from llmrec.train.trainer import Progress

RECALIBRATED = "calibration"
"""Field of a checkpoint's provenance: how its weights were fitted after its training (`llmrec.train.recalibrate`)."""
RECORD = "training.json"
"""How the rationale LoRA beside it was made."""


def provenance(
    data: TrainingData,
    recipe: TrainConfig,
    chosen: Progress,
    refitted: Progress | None,
    test: Table,
    start: Start | None,
    *,
    budget: Budget | None = None,
    forgotten: Forgotten | None = None,
    reuse: Reuse | None = None,
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
    budget
        What a private training spent; what it would give away of single users is then left out.
    forgotten
        The users that were left out.
    reuse
        What was trained again to forget them.
    """
    items, trained_on = data.catalog.items, data.trained_on
    of_events = {
        "training events": sum(len(rows) for rows in trained_on.values()),
        TRAINING_DIGEST: _digest(data, start),
        TRAINED_UNTIL: trained_until(data.catalog, trained_on),
    }
    unlearned = {"users": len(forgotten.digests)} if forgotten and forgotten.digests else {}
    unlearned |= reuse.record() if reuse else {}
    return {
        "data": data.catalog.name,
        "items": len(items),
        "users": len(trained_on),
        **(of_events if budget is None else {"privacy": asdict(budget)}),
        **({"forgotten": unlearned} if unlearned else {}),
        **({"shards": recipe.shards} if recipe.shards > 1 else {}),
        "items with": {m: int(data.features.mask[m].sum()) for m in data.features.encoders},
        "split": data.split,
        **({"feedback": summary(data.feedback, data.catalog)} if data.feedback.informative and not budget else {}),
        **({"continued from": start.checkpoint.info.name} if start else {}),
        "test": test,
        "recipe": {"epochs": recipe.epochs, "patience": recipe.patience} | recipe.recipe(),
        "epochs": chosen.epoch,
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
    events = f", {about['training events']} training events" if "training events" in about else ""
    epochs = about.get("epochs", about["recipe"].get("epochs"))
    text = f"""# Checkpoint {info.name}

For the base model **{info.base}**: LoRA, soft-token fusion, item head, item-item model and fused-score weights.

## Data
{about["data"]}: {about["items"]} items ({media}), {about["users"]} users{events}.
Split: {about["split"]}.{feedback}{continued}

The checkpoint holds vectors and weights computed from the data, none of its words or pictures; the data keep the terms
of their owners.

## Encoders and prompts
{", ".join(f"{m}: `{i}`" for m, i in info.encoders.items())}; prompts {", ".join(info.prompts.values())}.

{_test(about)}
{_validation(info)}{_privacy(about)}{_forgotten(about)}
## Fused score
| situation | weight of each z-normalised component |
| --- | --- |
{weights}
{weightless}
Scores are {"" if info.cold_start else "not "}transferred to items without events from items with media like theirs.
{_recalibrated(about)}{_sentences(folder / "rationale" / RECORD)}
## Recipe
{about["seconds"]:.0f} s on {about["machine"]}, best of {epochs} epochs: {about["best epoch"]};{_refit(about)}
{about["date"]}, {release(about)}.

| field | value |
| --- | --- |
{shape}
{recipe}
"""
    write_text(folder / "card.md", text)


def _test(about: Mapping[str, Any]) -> str:
    """The card's section on the test part."""
    table: Table = about.get("test", {})
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


def _privacy(about: Mapping[str, Any]) -> str:
    """The card's section on differential privacy; "" where the run was not private."""
    if "privacy" not in about:
        return ""
    spent = about["privacy"]
    counts = (
        f"how often items are chosen (noise {spent['counts_noise']:.2f} on counts in which a user weighs 1)"
        if spent["counts_noise"]
        else "no count of items"
    )
    figures = " The figures of the test part are not: they are of its events, without noise." if about["test"] else ""
    return f"""
## Privacy
({spent["epsilon"]:.2f}, {spent["delta"]:.2g})-differential privacy in all events of any one user, of all that this
folder holds but `state/`: DP-SGD of LoRA and heads (a user is drawn with chance {spent["rate"]:.3f} in each of
{spent["steps"]} steps, gradients of length {spent["clip"]} at most, noise {spent["noise"]:.2f}), and {counts}. Nothing
else was learnt from interactions: no item-item model, no preference codes, no ids; epochs and weights of the fused
score were fixed in advance.{figures} The number of users counts as public, as do the items. What an application reads
from interactions when it answers (histories, evidence) is not covered.
"""


def _forgotten(about: Mapping[str, Any]) -> str:
    """The card's section on users that were left out; "" where there are none."""
    if "forgotten" not in about:
        return ""
    noted = about["forgotten"]
    who = f"forgotten: {noted['users']} users." if "users" in noted else "Users whose events had left the data."
    if "trained again" not in noted:
        return f"\n## Forgotten\n{who.capitalize()}\n"
    again, of = noted["trained again"], noted["shards"]
    if of == 1:
        what = "The run had no shards, so everything was trained again."
    else:
        what = f"Trained again: {', '.join(map(str, again)) or 'none'} of {of} shards."
    return f"""
## Forgotten
{who.capitalize()} {what} It took {noted["seconds"]:.0f} s of training; all shards take {noted["seconds of all"]:.0f} s.
Counts, item-item model, preference codes and weights of the fused score were computed without them.
"""


def _recalibrated(about: Mapping[str, Any]) -> str:
    """The card's words on weights that were fitted after the training; "" where they were not."""
    if RECALIBRATED not in about:
        return ""
    noted = about[RECALIBRATED]
    return (
        f"The weights were fitted anew, without training, on {noted['events']} events of the valid part of the split "
        f"{noted['split']!r}; {noted['date']}, {release(noted)}.\n"
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
