"""Commands that measure ranking: the split of a catalogue, and adapters beside baselines on it."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from llmrec import paths
from llmrec.cli import show
from llmrec.cli.options import Data, Json

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
    json: Json = False,
) -> None:
    """Write which events train, which choose, and which are asked: a line a user, for train, evaluate and rank."""
    from llmrec.catalog import load_catalog
    from llmrec.evaluation.splits import make_split, save_split
    from llmrec.setup import demo_data

    catalog = load_catalog(data or demo_data(paths.home()))
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
        bool, typer.Option("--train", help="Train an adapter on this split first, in OUT/adapter, and rank with it.")
    ] = False,
    tune: Annotated[
        bool, typer.Option("--tune/--no-tune", help="Let baselines choose their configuration on valid.")
    ] = True,
    seed: Annotated[int, typer.Option("--seed", help="Seed of baselines in which chance plays a part.")] = 0,
    json: Json = False,
) -> None:
    """Rank held-out events with adapters and baselines: recall, NDCG, MRR, coverage, novelty, cold and warm items."""
    from llmrec.evaluator import evaluate as run
    from llmrec.setup import demo_data

    folder = data or demo_data(paths.home())
    names = [] if baselines.strip() == "none" else [name.strip() for name in baselines.split(",") if name.strip()]
    kept = out or paths.home() / "evaluations" / f"{folder.resolve().name}-{Path(split).stem}"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=show.ERR, transient=True, disable=not show.ERR.is_terminal) as bars:
        bar, last = bars.add_task("reading the catalogue", total=None), ""

        def report(what: str, done: int, total: int) -> None:
            nonlocal last
            stage = what.partition(",")[0].partition(":")[0]  # not every configuration where there is no bar
            if stage != last and not show.ERR.is_terminal:
                show.note(stage)
            last = stage
            bars.update(bar, description=what, completed=done, total=total or None)

        found = run(folder, adapter or [], names, split, out=kept, train=train, tune=tune, seed=seed, progress=report)
    if json:
        show.json(found.to_dict() | {"out": str(kept)})
        return
    show.OUT.print(repr(found), soft_wrap=True, markup=False)
    show.ready({"results": kept / "evaluation.json"})
