"""Commands that train: checkpoints of a catalogue, and CLIP heads."""

from pathlib import Path
from typing import Annotated

import typer

from llmrec.cli import show
from llmrec.cli.options import (
    ClipCommand,
    Columns,
    ConfigCommand,
    ConfigFile,
    Json,
    PrintConfig,
    Settings,
    config_file,
    given,
    name_columns,
    shortcut,
)

app = typer.Typer()


@app.command(cls=ConfigCommand)
def train(
    data: Annotated[Path | None, typer.Option("--data", help="Catalogue folder.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the checkpoint; a run in it is gone on with.")
    ] = None,
    config: ConfigFile = None,
    settings: Settings = None,
    print_config: PrintConfig = False,
    reader: Annotated[str | None, shortcut("reader", "--reader")] = None,
    columns: Columns = None,
    repeats: Annotated[str | None, shortcut("repeats", "--repeats")] = None,
    positive: Annotated[str | None, shortcut("positive", "--positive")] = None,
    event_weights: Annotated[str | None, shortcut("event_weights", "--event-weights")] = None,
    accept: Annotated[bool | None, shortcut("accept_losses", "--accept-losses/--no-accept-losses")] = None,
    split: Annotated[str | None, shortcut("split", "--split")] = None,
    test: Annotated[bool | None, shortcut("test", "--test/--no-test")] = None,
    continue_from: Annotated[Path | None, shortcut("continue_from", "--continue-from")] = None,
    base: Annotated[Path | None, shortcut("base", "--base")] = None,
    seed: Annotated[int | None, shortcut("seed", "--seed")] = None,
    epochs: Annotated[int | None, shortcut("epochs", "--epochs")] = None,
    layers: Annotated[int | None, shortcut("model.exit_layer", "--layers")] = None,
    queries: Annotated[int | None, shortcut("queries", "--queries", "--wishes")] = None,
    rationales: Annotated[int | None, shortcut("rationale.pairs", "--rationales")] = None,
    encoder: Annotated[
        list[str] | None,
        typer.Option("--encoder", help="MODALITY=SPEC, such as image=timm:resnet50; may be given for each modality."),
    ] = None,
    component: Annotated[
        list[str] | None,
        typer.Option("--component", help="A score component of your own, by name or import path; may be repeated."),
    ] = None,
    rationale_epochs: Annotated[int | None, shortcut("rationale.epochs", "--rationale-epochs")] = None,
    fusion: Annotated[str | None, shortcut("model.fusion", "--fusion")] = None,
    temporal: Annotated[str | None, shortcut("model.temporal", "--temporal")] = None,
    interest: Annotated[int | None, shortcut("model.interest", "--interest")] = None,
    shuffle: Annotated[bool | None, shortcut("shuffle", "--shuffle/--no-shuffle")] = None,
    focal: Annotated[float | None, shortcut("focal", "--focal")] = None,
    class_weights: Annotated[float | None, shortcut("class_weights", "--class-weights")] = None,
    resample_rare: Annotated[float | None, shortcut("resample_rare", "--resample-rare")] = None,
    contexts: Annotated[float | None, shortcut("contexts", "--contexts")] = None,
    shards: Annotated[int | None, shortcut("shards", "--shards")] = None,
    epsilon: Annotated[float | None, shortcut("privacy.epsilon", "--dp-epsilon")] = None,
    delta: Annotated[float | None, shortcut("privacy.delta", "--dp-delta")] = None,
    tensorboard: Annotated[bool | None, shortcut("tensorboard", "--tensorboard/--no-tensorboard")] = None,
    json: Json = False,
) -> None:
    """Train a checkpoint on a catalogue; Ctrl-C keeps the training state, and the same command goes on from it.

    Every field of the config can be set: by --config, by --set, and the usual ones by options of their own.
    """
    from llmrec.encoders.registry import chosen
    from llmrec.train.config import TrainConfig

    fields = given(
        reader=reader, split=split, test=test, continue_from=continue_from, base=base, seed=seed, epochs=epochs,
        model__exit_layer=layers, queries=queries, rationale__pairs=rationales, rationale__epochs=rationale_epochs,
        model__fusion=fusion, model__temporal=temporal, model__interest=interest, shuffle=shuffle, focal=focal,
        class_weights=class_weights, resample_rare=resample_rare, contexts=contexts, tensorboard=tensorboard,
        repeats=repeats, positive=positive, event_weights=event_weights, encoders=chosen(encoder) if encoder else None,
        components=component or None,
        shards=shards, privacy__epsilon=epsilon, privacy__delta=delta,
    )  # fmt: skip
    fields |= {} if accept is None else {"accept_losses": accept}
    recipe = TrainConfig.read(config_file(config), settings or (), **fields)
    if print_config:
        show.OUT.print(recipe.as_yaml(), soft_wrap=True, markup=False, end="")
        return
    if data is None or out is None:
        raise typer.BadParameter("--data and --out are needed")
    name_columns(data, columns, recipe.reader)
    from llmrec.cli.progress import run_training

    if trained := run_training(data, out, recipe):
        show.trained(trained, json)


@app.command("pack")
def checkpoint_of(
    run: Annotated[Path, typer.Option("--from", help="Folder of a training run, its --out.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the checkpoint to write; another one.")],
    data: Annotated[Path | None, typer.Option("--data", help="Catalogue folder (default: that of the run).")] = None,
    json: Json = False,
) -> None:
    """Write a checkpoint of a training run as it stands: one that was cut short, or that is still under way."""
    from llmrec.cli.progress import run_checkpoint_of

    show.trained(run_checkpoint_of(run, out, data), json)


@app.command()
def calibrate(
    adapter: Annotated[str, typer.Option("--adapter", help="Checkpoint: a folder, or the name of a shipped one.")],
    data: Annotated[Path, typer.Option("--data", help="Catalogue folder.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the checkpoint to write; another one.")],
    split: Annotated[str, typer.Option("--split", help="Split file, `rolling` or `loo`: its valid part.")] = "rolling",
    positive: Annotated[str, typer.Option("--positive", help="Which held-out events count; see `train`.")] = "all",
    component: Annotated[
        list[str] | None, typer.Option("--component", help="A further score component; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the events that are drawn, and of the queries.")] = 0,
    json: Json = False,
) -> None:
    """Write a copy of a checkpoint whose fused score has weights that are fitted anew; nothing is trained.

    For components that the checkpoint does not know yet. It must have learnt from the train part of the split alone.
    """
    from llmrec.train.recalibrate import recalibrate

    with show.waiting("fitting the weights of the fused score"):
        info = recalibrate(adapter, data, out, split=split, positive=positive, components=component or (), seed=seed)
    found = {"checkpoint": str(out), **info.metrics}
    show.json(found) if json else show.ready(found)


@app.command()
def unlearn(
    run: Annotated[Path, typer.Option("--from", help="Folder of a training run, its --out.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the checkpoint without the users; another one.")],
    user: Annotated[list[str] | None, typer.Option("--user", help="User to forget; may be repeated.")] = None,
    users: Annotated[Path | None, typer.Option("--users", help="File of users to forget, an id a line.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Catalogue folder (default: that of the run).")] = None,
    json: Json = False,
) -> None:
    """Write a checkpoint of a training run without some users; only the shards that they were in are trained again.

    Without --user and --users those are forgotten whose events are no longer in the data. Ctrl-C keeps what is done,
    and the same command goes on from it.
    """
    from llmrec.cli.progress import run_unlearning

    ids = [*(user or ()), *(user_file(users) if users else ())]
    show.trained(run_unlearning(run, out, ids, data), json)


def user_file(path: Path) -> list[str]:
    """The ids of a file, one a line; raises `BadInput` where it cannot be read or holds none."""
    from llmrec.errors import BadInput

    try:
        ids = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the file {path} cannot be read ({error}); pass a text file with a user id a line") from error
    if not any(ids):
        raise BadInput(f"the file {path} holds no user; write an id a line")
    return [user for user in ids if user]


@app.command("train-clip", cls=ClipCommand)
def train_clip(
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="Catalogue folder; may be given several times.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder of heads to write.")] = None,
    config: ConfigFile = None,
    settings: Settings = None,
    print_config: PrintConfig = False,
    seed: Annotated[int | None, shortcut("seed", "--seed")] = None,
    steps: Annotated[int | None, shortcut("steps", "--steps")] = None,
    json: Json = False,
) -> None:
    """Train CLIP heads that put the catalogues' pictures and words in one space (as clip-lite's)."""
    from llmrec.train.config import ClipConfig

    recipe = ClipConfig.read(config_file(config), settings or (), **given(seed=seed, steps=steps))
    if print_config:
        show.OUT.print(recipe.as_yaml(), soft_wrap=True, markup=False, end="")
        return
    if not data or out is None:
        raise typer.BadParameter("--data and --out are needed")
    from llmrec.cli.progress import run_train_clip

    metrics = run_train_clip(data, out, recipe)
    show.json(metrics) if json else show.ready(metrics)
