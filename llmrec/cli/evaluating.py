"""Commands that measure ranking: the split of a catalogue, and adapters beside baselines on it."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from llmrec import paths
from llmrec.cli import show
from llmrec.cli.options import (
    Adapter,
    Candidates,
    Columns,
    ConfigFile,
    Data,
    Engine,
    Index,
    Json,
    Reader,
    Repeats,
    Settings,
    config_file,
    name_columns,
    pipeline_config,
)

app = typer.Typer()
BASELINES = "popularity,item-knn,ease,content-knn,sasrec"


@app.command()
def split(
    out: Annotated[Path, typer.Option("--out", help="Split file to write (JSON lines).")],
    data: Data = None,
    kind: Annotated[
        Literal["rolling", "loo"],
        typer.Option("--kind", help="rolling: a user's last events, up to 5, are test; loo: the last one alone."),
    ] = "rolling",
    repeats: Repeats = "first",
    reader: Reader = None,
    columns: Columns = None,
    json: Json = False,
) -> None:
    """Write which events train, which choose, and which are asked: a line a user, for train, evaluate and rank."""
    from llmrec.catalog import load_catalog
    from llmrec.evaluation.splits import make_split, save_split
    from llmrec.setup import demo_data

    name_columns(data, columns, reader)
    catalog = load_catalog(data or demo_data(paths.home()), reader=reader, repeats=repeats)
    made = make_split(catalog, kind)
    save_split(made, out)
    counts = {part: sum(map(len, getattr(made, part).values())) for part in ("train", "valid", "test")}
    result = {"split": str(out), "kind": kind, "users": len(made.train), **counts}
    show.json(result) if json else show.ready(result)


@app.command()
def evaluate(
    data: Data = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option("--adapter", help="Trained adapter, a folder or the name of a shipped one; may be repeated."),
    ] = None,
    baselines: Annotated[
        str,
        typer.Option("--baselines", help="Comma separated names, or none; a+b is the weighted pair of two."),
    ] = BASELINES,
    split: Annotated[
        str, typer.Option("--split", help="rolling, loo, or a file of `llmrec split`.", metavar="rolling|loo|FILE")
    ] = "rolling",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of table, plot, JSON and lists; a run in it is taken up again."),
    ] = None,
    train: Annotated[
        bool,
        typer.Option("--train", help="Train an adapter on this split first, in OUT/adapter; --config and --set: how."),
    ] = False,
    config: ConfigFile = None,
    settings: Settings = None,
    tune: Annotated[
        bool, typer.Option("--tune/--no-tune", help="Let baselines choose their configuration on valid.")
    ] = True,
    seed: Annotated[int, typer.Option("--seed", help="Seed of baselines in which chance plays a part.")] = 0,
    positive: Annotated[
        str,
        typer.Option(
            "--positive",
            help="Which held-out events are asked for: all; mean, those rated not below their user's mean; or a "
            "filter, such as 'rating>=4' or 'kind=purchase'.",
        ),
    ] = "all",
    repeats: Repeats = "first",
    reader: Reader = None,
    columns: Columns = None,
    json: Json = False,
) -> None:
    """Rank held-out events with adapters and baselines: recall, NDCG, MRR, coverage, novelty, cold and warm items."""
    from llmrec.evaluator import evaluate as run
    from llmrec.setup import demo_data
    from llmrec.train.config import TrainConfig

    recipe: bool | TrainConfig = train
    if config or settings:
        if not train:
            raise typer.BadParameter("--config and --set are of the adapter that --train trains; pass --train too")
        recipe = TrainConfig.read(config_file(config), settings or ())
    folder = data or demo_data(paths.home())
    names = [] if baselines.strip() == "none" else [name.strip() for name in baselines.split(",") if name.strip()]
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]  # two shops may have folders of one name
    kept = out or paths.home() / "evaluations" / f"{folder.resolve().name}-{place}-{Path(split).stem}"
    name_columns(data, columns, reader)
    bar_columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*bar_columns, console=show.ERR, transient=True, disable=not show.ERR.is_terminal) as bars:
        bar, last = bars.add_task("reading the catalogue", total=None), ""

        def report(what: str, done: int, total: int) -> None:
            nonlocal last
            stage = what.partition(",")[0].partition(":")[0]  # not every configuration where there is no bar
            if stage != last and not show.ERR.is_terminal:
                show.note(stage)
            last = stage
            bars.update(bar, description=what, completed=done, total=total or None)

        found = run(
            folder, adapter or [], names, split, out=kept, train=recipe, tune=tune, seed=seed, progress=report,
            reader=reader, positive=positive, repeats=repeats,
        )  # fmt: skip
    if json:
        show.json(found.to_dict() | {"out": str(kept)})
        return
    show.OUT.print(repr(found), soft_wrap=True, markup=False)
    show.ready({"results": kept / "evaluation.json"})


@app.command()
def rank(
    split: Annotated[Path, typer.Option("--split", help="Split file (JSON lines), as `llmrec split` writes it.")],
    out: Annotated[Path, typer.Option("--out", help="Ranking file to write, in the referee's format.")],
    at: Annotated[str, typer.Option("--at", help="Which held-out events: valid or test.")] = "test",
    data: Data = None,
    adapter: Adapter = None,
    reader: Reader = None,
    columns: Columns = None,
    index: Index = None,
    engine: Engine = None,
    candidates: Candidates = None,
    json: Json = False,
) -> None:
    """Rank 20 items for each held-out event of a split, rolling, for the referee to judge."""
    from llmrec.cli.recommending import opened
    from llmrec.evaluation.splits import load_split

    if at not in ("valid", "test"):
        raise typer.BadParameter(f"--at is {at!r}; pass valid or test")
    config = pipeline_config(None, index, engine, candidates)
    name_columns(data, columns, reader)
    with show.waiting("ranking the held-out events"):
        recommender = opened(data, adapter, lambda catalog: load_split(split, catalog), config, reader)
        from llmrec.ranking_file import write_ranking

        result = write_ranking(recommender, split, at, out)
    show.json(result) if json else show.ready(result)


@app.command("audit")
def audit_explanations(
    data: Annotated[Path, typer.Option("--data", help="Catalogue folder.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the report; a run in it is resumed.")],
    adapter: Annotated[
        Path | None, typer.Option("--adapter", help="Adapter that scores (default without a file: the demo's).")
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
    reader: Reader = None,
    columns: Columns = None,
    json: Json = False,
) -> None:
    """Measure whether explanations are true, grounded, readable and fair; ours, or a file of any system's."""
    from llmrec.auditor import audit

    name_columns(data, columns, reader)
    result = audit(
        data, explanations, adapter=adapter, users=users, groups=groups, thresholds=thresholds, out=out, seed=seed,
        report=show.note, reader=reader,
    )  # fmt: skip
    show.json(result.to_dict()) if json else show.audited(result.to_dict())
    if result.missed:
        raise typer.Exit(1)
