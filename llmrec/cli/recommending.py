"""Commands that recommend, and that judge recommendations and their reasons."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from llmrec.cli import show
from llmrec.cli.options import OPENING, Adapter, ChatModel, ChatUrl, Chroma, Data, History, Json, User

app = typer.Typer()


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
    shapley: Annotated[
        int,
        typer.Option(
            "--shapley", min=0, max=4096, metavar="N", help="With --explain: Shapley values too, over N random orders."
        ),
    ] = 0,
    style: Annotated[
        Literal["line", "two", "comparison"] | None,
        typer.Option("--style", help="With --explain: a line, two sentences or a comparison by rule, without the LLM."),
    ] = None,
    diversity: Annotated[
        float,
        typer.Option("--diversity", min=0, max=1, help="0 ranks by score alone, 1 by difference alone."),
    ] = 0.0,
    chroma: Chroma = None,
    json: Json = False,
) -> None:
    """Recommend items to a user, to a history, to a wish in words, or by an example; in any combination."""
    from llmrec.cli.opened import pipeline
    from llmrec.request import Request

    request = Request(
        user=user, history=_ids(history), query=query, k=k, where=where, explain=explain, diversity=diversity,
        image=image, video=video, like=like, shapley=shapley, style=style,
    )  # fmt: skip
    with show.waiting(OPENING):
        recommender = pipeline(data, adapter, request.check, chroma)
        answer = recommender.stream(request)
    show.json(answer.whole().to_dict()) if json else show.answer(answer, recommender.catalog)


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
    from llmrec.cli.opened import pipeline
    from llmrec.evaluation.splits import load_split

    if at not in ("valid", "test"):
        raise typer.BadParameter(f"--at is {at!r}; pass valid or test")
    with show.waiting("ranking the held-out events"):
        recommender = pipeline(data, adapter, lambda catalog: load_split(split, catalog))
        from llmrec.ranking_file import write_ranking

        result = write_ranking(recommender, split, at, out)
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
    from llmrec.cli.audit import run_audit

    result = run_audit(data, adapter, explanations, users, thresholds, groups, out, seed, show.note)
    show.json(result) if json else show.audited(result)
    if result["missed"]:
        raise typer.Exit(1)


@app.command()
def chat(
    data: Data = None,
    adapter: Adapter = None,
    user: User = None,
    history: History = None,
    chat_url: ChatUrl = None,
    chat_model: ChatModel = None,
) -> None:
    """Ask for recommendations in words, line by line."""
    from llmrec.chat import endpoint
    from llmrec.cli.opened import pipeline
    from llmrec.request import Request

    model = endpoint.chat_model(chat_url, chat_model)
    request = Request(user=user, history=_ids(history))
    with show.waiting(OPENING):
        recommender = pipeline(data, adapter, request.check)
    from llmrec.chat import Conversation, model_parser
    from llmrec.cli.demo import converse

    catalog = recommender.catalog
    parser = model_parser(model, catalog) if model else None
    converse(Conversation(catalog, history=request.history_ids(catalog), parser=parser), recommender)


@app.command()
def demo(
    data: Data = None,
    adapter: Adapter = None,
    talk: Annotated[bool, typer.Option("--chat/--no-chat", help="Open a chat at the end, on a terminal.")] = True,
) -> None:
    """Three real users, a wish in words and a newcomer; then, on a terminal, a chat."""
    from llmrec.cli.demo import run_demo
    from llmrec.recommender import Recommender

    with show.waiting(OPENING):
        recommender = Recommender.open(data, adapter)
    run_demo(recommender, talk and sys.stdin.isatty() and sys.stdout.isatty())


def _ids(history: str | None) -> tuple[str, ...] | None:
    """The item ids of a comma separated list."""
    return None if history is None else tuple(part.strip() for part in history.split(",") if part.strip())
