"""Commands that serve: `serve`, `keys` for its API keys, `users` for what it keeps of people, `mcp` for agents."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    Database,
    DatabaseKey,
    Engine,
    Index,
    Json,
    Media,
    Reader,
    Verifier,
    Writer,
    name_columns,
    pipeline_config,
)
from llmrec.errors import BadInput, UnknownUser
from llmrec.extras import needs
from llmrec.runtime import uncollected_start

if TYPE_CHECKING:
    from llmrec.catalog import Catalog
    from llmrec.server.store.database import Database as Store

app = typer.Typer()
keys_app = typer.Typer(help="API keys of the gateway.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
users_app = typer.Typer(help="What the gateway keeps of people: give it out, forget it.", no_args_is_help=True)
app.add_typer(users_app, name="users")
UserId = Annotated[str, typer.Argument(help="Id of the user, as events and chats name them.")]
Tenant = Annotated[str, typer.Option("--tenant", help="Whose user it is.")]


@app.command()
def serve(
    data: Data = None,
    adapter: Adapter = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0: a free one.")] = 8080,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", min=1, max=256, help="Processes behind the port; several need PostgreSQL and a Chroma server."
        ),
    ] = 1,
    database: Database = None,
    database_key: DatabaseKey = None,
    media: Media = None,
    chroma: Chroma = None,
    chat_url: ChatUrl = None,
    chat_model: ChatModel = None,
    reader: Reader = None,
    columns: Columns = None,
    index: Index = None,
    engine: Engine = None,
    candidates: Candidates = None,
    verifier: Verifier = None,
    writer: Writer = None,
    keep_days: Annotated[
        float, typer.Option("--keep-days", min=0, help="Days for which answers and conversations are kept.")
    ] = 30,
) -> None:
    """Serve recommendations over HTTP; the first start makes and prints an API key."""

    def say(line: str) -> None:
        show.OUT.print(line, soft_wrap=True, markup=False)

    config = pipeline_config(chroma, index, engine, candidates, verifier, writer)
    name_columns(data, columns, reader)
    # imports alone: what they are called with may lack a package of its own
    with needs("serve", "the gateway"), uncollected_start():
        from llmrec.server.settings import Served

        if workers > 1:
            from llmrec.server import workers as processes
        else:
            from llmrec.server import run
    served = Served(
        data, adapter, database, config, chat_url, chat_model, reader, database_key, keep_days, media
    )  # fmt: skip
    if workers > 1:
        processes.serve(served, host, port, workers, say)
    else:
        run.serve(served, host, port, say)


@app.command()
def mcp(
    data: Data = None,
    adapter: Adapter = None,
    user: Annotated[
        str | None, typer.Option("--user", help="The one person whom the tools are for (default: agents name one).")
    ] = None,
    where: Annotated[
        str | None, typer.Option("--where", help="Filter that holds whatever an agent asks for: 'year>=1990'.")
    ] = None,
    http: Annotated[
        str | None,
        typer.Option(
            "--http",
            metavar="HOST:PORT",
            help="Serve over HTTP, to who has a key (default: on stdin and stdout).",
        ),
    ] = None,
    database: Database = None,
    database_key: DatabaseKey = None,
    media: Media = None,
    chroma: Chroma = None,
    reader: Reader = None,
    columns: Columns = None,
    index: Index = None,
    engine: Engine = None,
    candidates: Candidates = None,
    verifier: Verifier = None,
    writer: Writer = None,
) -> None:
    """Serve other people's agents by the Model Context Protocol: recommend, look_up, compare, remember."""
    with needs("mcp", "llmrec mcp"), uncollected_start():
        from llmrec.server import mcp as tools
        from llmrec.server.media_store import open_media
    address = None if http is None else _address(http)
    held = open_media(data, media)
    from llmrec.cli.recommending import opened
    from llmrec.request import Request

    config = pipeline_config(chroma, index, engine, candidates, verifier, writer)
    name_columns(data, columns, reader)
    with _store(data, database, database_key) as store:
        with show.waiting(OPENING), uncollected_start():
            recommender = opened(data, adapter, Request(where=where).check, config, reader, resilient=True)
        tools.run(recommender, store, held, user, where, address, show.note)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise BadInput(f"`http` is {text!r}; pass an address and a port, such as 127.0.0.1:8090", "http")
    return host.strip("[]"), int(port)


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
    database_key: DatabaseKey = None,
    json: Json = False,
) -> None:
    """Make an API key of the gateway and print it, this once."""
    with _store(data, database, database_key) as store:
        from llmrec.server.store.keys import create_key

        result = {"key": create_key(store, tenant, edits_items, rates)}
    show.json(result) if json else show.ready(result)


@keys_app.command("list")
def keys_list(
    data: Data = None, database: Database = None, database_key: DatabaseKey = None, json: Json = False
) -> None:
    """List the API keys of the gateway; their secrets are not kept."""
    with _store(data, database, database_key) as store:
        from llmrec.server.store.keys import list_keys

        found = [
            {
                "id": key.id,
                "tenant": key.tenant,
                "edits_items": key.edits_items,
                "rates": key.rates,
                "created": datetime.fromtimestamp(key.created, UTC).isoformat(timespec="seconds"),
            }
            for key in list_keys(store)
        ]
    show.json({"keys": found}) if json else show.ready({str(key["id"]): show.facts(key) for key in found})


@keys_app.command("revoke")
def keys_revoke(
    id: Annotated[str, typer.Argument(help="Id of the key, as `llmrec keys list` shows it.")],
    data: Data = None,
    database: Database = None,
    database_key: DatabaseKey = None,
) -> None:
    """Withdraw an API key, at once."""
    with _store(data, database, database_key) as store:
        from llmrec.server.store.keys import revoke_key

        revoke_key(store, id)


@users_app.command("export")
def users_export(
    user: UserId,
    tenant: Tenant = "main",
    out: Annotated[Path | None, typer.Option("--out", help="File to write (default: printed).")] = None,
    data: Data = None,
    reader: Reader = None,
    database: Database = None,
    database_key: DatabaseKey = None,
) -> None:
    """Give out all that the gateway keeps of a user, as JSON; it need not run."""
    with _store(data, database, database_key, existing=True) as store:
        from llmrec.server.schemas.users import PersonalExport
        from llmrec.server.store.personal_data import find_personal_data

        folder = _folder(tenant, data, reader)
        for name in _spellings(user):
            if (found := find_personal_data(store, folder, tenant, name)) is not None:
                break
    if found is None:
        raise UnknownUser(f"nothing is kept of a user {user!r} of tenant {tenant!r}; check the id")
    text = PersonalExport.of(name, found).model_dump_json(indent=2)
    if out is None:
        show.OUT.print(text, soft_wrap=True, markup=False, highlight=False)
        return
    out.touch(0o600)
    out.chmod(0o600)
    out.write_text(text + "\n", encoding="utf-8")


@users_app.command("forget")
def users_forget(
    user: UserId,
    tenant: Tenant = "main",
    data: Data = None,
    reader: Reader = None,
    database: Database = None,
    database_key: DatabaseKey = None,
    json: Json = False,
) -> None:
    """Delete all that the gateway keeps of a user, and say what stays; it need not run."""
    with _store(data, database, database_key, existing=True) as store:
        from llmrec.server.schemas.users import Forgotten
        from llmrec.server.store.personal_data import forget

        folder = _folder(tenant, data, reader)
        for name in _spellings(user):
            if (removal := forget(store, folder, tenant, name)) is not None:
                break
        if removal is None:
            raise UnknownUser(f"there is no user {user!r} of tenant {tenant!r} to forget; check the id")
        result = Forgotten.of(user, removal, store.embedded).model_dump()
    if json:
        show.json(result)
        return
    show.ready({"deleted": user, "removed": show.facts(result["removed"])})
    for sentence in result["kept"]:
        show.note(f"kept: {sentence}")


def _spellings(user: str) -> list[str]:
    """An id as it is written, under which an older gateway may have kept somebody, and in the spelling of today's."""
    from llmrec.catalog.types import normal_id

    return list(dict.fromkeys((user, normal_id(user))))


def _folder(tenant: str, data: Path | None, reader: str | None) -> "Catalog":
    """The catalogue's folder, whose users are the first tenant's; an empty one for others."""
    from llmrec.catalog import Catalog, load_catalog
    from llmrec.paths import home
    from llmrec.server.store.keys import FIRST_TENANT
    from llmrec.setup import demo_data

    if tenant != FIRST_TENANT:
        return Catalog("", (), {})
    return load_catalog(data or demo_data(home()), reader=reader)


@contextmanager
def _store(data: Path | None, database: str | None, key_file: Path | None, existing: bool = False) -> "Iterator[Store]":
    """The gateway's database, closed at the end."""
    with needs("serve", "the gateway"):
        from llmrec.server.settings import open_database
    with closing(open_database(data, database, key_file, existing=existing)) as store:
        yield store
