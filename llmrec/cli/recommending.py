"""Commands that recommend: `recommend`, `recommend-all`, `chat`, and `demo`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from llmrec.cli import show
from llmrec.cli.options import (
    OPENING,
    Adapter,
    Candidates,
    ChatModel,
    ChatUrl,
    Chroma,
    Columns,
    Data,
    Engine,
    History,
    Index,
    Json,
    Ray,
    Reader,
    User,
    Verifier,
    WorkerCount,
    Writer,
    name_columns,
    pipeline_config,
)
from llmrec.cli.progress import users_bar
from llmrec.errors import BadInput

if TYPE_CHECKING:
    from llmrec.catalog import Catalog
    from llmrec.chat.conversation import Conversation
    from llmrec.pipeline_config import PipelineConfig
    from llmrec.recommender import Recommender
    from llmrec.response import Response

app = typer.Typer()

Query = Annotated[str | None, typer.Option("--query", help="What is wanted, in words.")]
Where = Annotated[str | None, typer.Option("--where", help="Filter on attributes, for example 'year>=1990'.")]
Explain = Annotated[bool, typer.Option("--explain", help="Say why, from measured evidence.")]
SentenceStyle = Annotated[
    Literal["line", "two", "comparison"] | None,
    typer.Option("--style", help="With --explain: a line, two sentences or a comparison by rule, without the LLM."),
]
Diversity = Annotated[
    float, typer.Option("--diversity", min=0, max=1, help="0 ranks by score alone, 1 by difference alone.")
]
OnePerTitle = Annotated[
    bool,
    typer.Option("--one-per-title", help="Of items with one title, such as colours of a dress, list the best only."),
]
Exposure = Annotated[
    str | None,
    typer.Option(
        "--exposure",
        metavar="RULES",
        help="Shares of the list that groups of items have at least or at most: 'tail>=0.3; brand<=0.4'; groups are "
        "tail, head, new, each value of an attribute, or a filter.",
    ),
]
IntentOption = Annotated[
    Literal["next", "similar", "complement"] | None,
    typer.Option(
        "--intent",
        help="What comes next, what is like --like, or what goes with it, or with the newest item of the history.",
    ),
]
K = Annotated[int, typer.Option("-k", min=1, max=1000, help="How many items.")]
USERS = ("471", "943", "11")
"""Users of MovieLens-100K whom the demo recommends to."""
QUERY = "an animated comedy for a rainy evening"
NEW_USER_QUERY = "a science fiction adventure in space"
LAST, TOP = 8, 5
"""Items of a history that the demo shows, and items it recommends."""


@app.command()
def recommend(
    data: Data = None,
    adapter: Adapter = None,
    user: User = None,
    history: History = None,
    query: Query = None,
    k: K = 10,
    where: Where = None,
    image: Annotated[Path | None, typer.Option("--image", help="A picture of something like what is wanted.")] = None,
    video: Annotated[Path | None, typer.Option("--video", help="A clip of something like what is wanted.")] = None,
    like: Annotated[str | None, typer.Option("--like", help="Id of an item that is like what is wanted.")] = None,
    intent: IntentOption = None,
    explain: Explain = False,
    shapley: Annotated[
        int,
        typer.Option(
            "--shapley", min=0, max=4096, metavar="N", help="With --explain: Shapley values too, over N random orders."
        ),
    ] = 0,
    style: SentenceStyle = None,
    diversity: Diversity = 0.0,
    one_per_title: OnePerTitle = False,
    exposure: Exposure = None,
    chroma: Chroma = None,
    reader: Reader = None,
    columns: Columns = None,
    index: Index = None,
    engine: Engine = None,
    candidates: Candidates = None,
    verifier: Verifier = None,
    writer: Writer = None,
    json: Json = False,
) -> None:
    """Recommend items to a user, to a history, to a query in words, or by an example; in any combination."""
    from llmrec.request import Request

    request = Request(
        user=user, history=_ids(history), query=query, k=k, where=where, explain=explain, diversity=diversity,
        one_per_title=one_per_title, exposure=exposure, image=image, video=video, like=like, shapley=shapley,
        style=style, intent=intent,
    )  # fmt: skip
    config = pipeline_config(chroma, index, engine, candidates, verifier, writer)
    name_columns(data, columns, reader)
    with show.waiting(OPENING):
        recommender = opened(data, adapter, request.check, config, reader, resilient=chroma is not None)
        answer = recommender.stream(request)
    show.json(answer.whole().to_dict()) if json else show.answer(answer, recommender.catalog)


@app.command()
def recommend_all(
    out: Annotated[Path, typer.Option("--out", help="Parquet file to write; a run that was ended goes on.")],
    data: Data = None,
    adapter: Adapter = None,
    users: Annotated[
        Path | None,
        typer.Option("--users", help="File of user ids: one a line, or a table with a column of them (default: all)."),
    ] = None,
    k: K = 10,
    query: Query = None,
    where: Where = None,
    explain: Explain = False,
    style: SentenceStyle = None,
    diversity: Diversity = 0.0,
    one_per_title: OnePerTitle = False,
    exposure: Exposure = None,
    workers: WorkerCount = 1,
    ray: Ray = None,
    chroma: Chroma = None,
    reader: Reader = None,
    columns: Columns = None,
    index: Index = None,
    engine: Engine = None,
    candidates: Candidates = None,
    verifier: Verifier = None,
    writer: Writer = None,
    json: Json = False,
) -> None:
    """Recommend items to all users, or to those of a file, and write the lists to a Parquet file."""
    from llmrec.batch import recommend_all as run

    config = pipeline_config(chroma, index, engine, candidates, verifier, writer)
    name_columns(data, columns, reader)
    with users_bar(out) as progress:
        result = run(
            out, data, adapter, users, workers=workers, ray=ray, reader=reader, config=config, progress=progress,
            k=k, query=query, where=where, explain=explain, style=style, diversity=diversity,
            one_per_title=one_per_title, exposure=exposure,
        )  # fmt: skip
    if json:
        show.json(result.to_dict())
        return
    show.ready({name: value for name, value in result.to_dict().items() if value not in (None, [])})


@app.command()
def chat(
    data: Data = None,
    adapter: Adapter = None,
    user: User = None,
    history: History = None,
    chat_url: ChatUrl = None,
    chat_model: ChatModel = None,
    chroma: Chroma = None,
    reader: Reader = None,
    columns: Columns = None,
    index: Index = None,
    engine: Engine = None,
    candidates: Candidates = None,
    verifier: Verifier = None,
    writer: Writer = None,
) -> None:
    """Ask for recommendations in words, line by line."""
    from llmrec.chat.nlu.chat_model import chat_model as model_at
    from llmrec.request import Request

    model = model_at(chat_url, chat_model)
    request = Request(user=user, history=_ids(history))
    config = pipeline_config(chroma, index, engine, candidates, verifier, writer)
    name_columns(data, columns, reader)
    with show.waiting(OPENING):
        recommender = opened(data, adapter, request.check, config, reader, resilient=chroma is not None)
    from llmrec.chat import Conversation, model_parser

    catalog = recommender.catalog
    parser = None
    if model:
        import langsmith

        langsmith.configure(enabled=False)  # LangChain would send there what is said, where the environment asks it
        parser = model_parser(model, catalog)
    events = catalog.histories[user] if user is not None else ()
    _converse(Conversation(catalog, history=request.history_ids(catalog), events=events, parser=parser), recommender)


@app.command()
def demo(
    data: Data = None,
    adapter: Adapter = None,
    talk: Annotated[bool, typer.Option("--chat/--no-chat", help="Open a chat at the end, on a terminal.")] = True,
) -> None:
    """Three real users, a query in words and a new user; then, on a terminal, a chat."""
    from llmrec.recommender import Recommender

    with show.waiting(OPENING):
        recommender = Recommender.from_pretrained(adapter, data)
    users = _show_examples(recommender)
    if talk and sys.stdin.isatty() and sys.stdout.isatty():
        from llmrec.chat import Conversation

        _title(f"Now you, as user {users[1]}")
        catalog = recommender.catalog
        own = Conversation(catalog, history=catalog.history(users[1]), events=catalog.histories[users[1]])
        _converse(own, recommender)


def opened(
    data: Path | None,
    adapter: Path | None,
    check: "Callable[[Catalog], object]",
    config: "PipelineConfig | None" = None,
    reader: str | None = None,
    resilient: bool = False,
) -> "Recommender":
    """Open a recommender in the order in which a mistake of the command's user shows.

    Parameters
    ----------
    data, adapter, config, resilient
        See `Recommender.from_pretrained`.
    check
        Refuses what the catalogue cannot answer, before model and index are opened.
    reader
        Name or import path of the reader of `data`.

    Returns
    -------
    Recommender
    """
    from llmrec import paths
    from llmrec.catalog import load_catalog
    from llmrec.setup import demo_data

    if config:
        config.check()
    folder = data or demo_data(paths.home())
    from llmrec.pipeline_config import kept_repeats

    catalog = load_catalog(folder, reader=reader, repeats=kept_repeats(adapter))
    check(catalog)
    from llmrec.recommender import Recommender  # PyTorch alone takes seconds to import

    return Recommender.from_pretrained(adapter, folder, catalog=catalog, resilient=resilient, config=config)


def _ids(history: str | None) -> tuple[str, ...] | None:
    """The item ids of a comma separated list."""
    return None if history is None else tuple(part.strip() for part in history.split(",") if part.strip())


def _converse(conversation: "Conversation", recommender: "Recommender") -> None:
    """Read lines and answer them until `quit` or the end of the input; bad input is answered, not fatal."""
    from llmrec.chat.chinese_reasons import reason_in_chinese
    from llmrec.chat.clarification import CANDIDATES
    from llmrec.chat.item_examples import help_text

    show.OUT.print(f"[dim]{escape(help_text(conversation.catalog))} · quit[/]", soft_wrap=True)
    response: Response | None = None
    while True:
        try:
            line = show.OUT.input("[bold cyan]you>[/] ")
        except EOFError:
            return
        try:
            reply = conversation.reply(line)
            if reply.request is not None:
                made = recommender.recommend(reply.request)
                response = made if made.items or response is None else response
                ids = [item.id for item in made.items]
                candidates = made.candidates(CANDIDATES) if reply.clarifies else ()
                question = conversation.show(reply, ids, candidates=candidates)
                if reply.words:
                    show.OUT.print(escape(reply.words), soft_wrap=True)
                show.items(made.items, conversation.catalog)
                if not made.items and not reply.words:
                    show.OUT.print("Nothing in the catalogue fits; take a condition back.", soft_wrap=True)
                if question:
                    show.OUT.print(escape(question), soft_wrap=True)
            elif reply.why is not None and response is not None:
                if response.items[0].rationale is None:
                    response = recommender.explain(response)
                item = next(item for item in response.items if item.id == reply.why)
                if reply.words:
                    show.OUT.print(escape(reply.words), soft_wrap=True)
                if reply.language == "zh" and item.evidence is not None:
                    show.OUT.print(
                        escape(reason_in_chinese(item.evidence, conversation.catalog, reply.detailed)), soft_wrap=True
                    )
                elif item.rationale is not None and not reply.detailed:
                    show.OUT.print(escape(item.rationale.text), soft_wrap=True)
                else:
                    show.reasons(item, conversation.catalog)
            else:
                show.OUT.print(escape(reply.words), soft_wrap=True)
        except BadInput as error:
            show.OUT.print(escape(str(error)), style="yellow", soft_wrap=True)
            continue
        if reply.done:
            return


def _show_examples(recommender: "Recommender") -> list[str]:
    """The demo's answers; the users it asks for, of those that the catalogue has."""
    from llmrec.request import Request

    catalog = recommender.catalog
    users = [user for user in USERS if user in catalog.histories] or sorted(catalog.histories)[: len(USERS)]

    def answer(title: str, request: Request) -> None:
        _title(title)
        show.answer(recommender.stream(request), catalog)

    for user in users:
        history = catalog.history(user)
        _title(f"User {user}: {len(history)} films, the last {min(LAST, len(history))}")
        show.films(catalog, history[-LAST:])
        answer(f"What user {user} could watch next", Request(user=user, k=TOP, explain=True))
    answer(f'User {users[1]} asks for "{QUERY}"', Request(user=users[1], query=QUERY, k=TOP, explain=True))
    new_user = Request(query=NEW_USER_QUERY, k=TOP, explain=True)
    answer(f'A new user without any history asks for "{NEW_USER_QUERY}"', new_user)
    return users


def _title(words: str) -> None:
    show.OUT.print()
    show.OUT.rule(f"[bold]{escape(words)}[/]", align="left")
