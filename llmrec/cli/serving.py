"""Commands of the gateway: `serve`, and `keys` that make, list and revoke its API keys."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmrec.cli import show
from llmrec.cli.options import (
    Adapter,
    Candidates,
    ChatModel,
    ChatUrl,
    Chroma,
    Data,
    Database,
    Engine,
    Index,
    Json,
    Reader,
    Verifier,
    pipeline_config,
)
from llmrec.extras import needs

if TYPE_CHECKING:
    from llmrec.server.store.database import Database as Store

app = typer.Typer()
keys_app = typer.Typer(help="API keys of the gateway.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@app.command()
def serve(
    data: Data = None,
    adapter: Adapter = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0: a free one.")] = 8080,
    database: Database = None,
    chroma: Chroma = None,
    chat_url: ChatUrl = None,
    chat_model: ChatModel = None,
    reader: Reader = None,
    index: Index = None,
    engine: Engine = None,
    candidates: Candidates = None,
    verifier: Verifier = None,
) -> None:
    """Serve recommendations over HTTP; the first start makes and prints an API key."""
    with needs("serve", "the gateway"):
        from llmrec.chat import endpoint
        from llmrec.server import run

    def say(line: str) -> None:
        show.OUT.print(line, soft_wrap=True, markup=False)

    config = pipeline_config(chroma, index, engine, candidates, verifier)
    model = endpoint.chat_model(chat_url, chat_model)
    run.serve(data, adapter, host, port, database, config, say, model, reader)


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
    with _store(data, database) as store:
        from llmrec.server.store.keys import create_key

        result = {"key": create_key(store, tenant, edits_items, rates)}
    show.json(result) if json else show.ready(result)


@keys_app.command("list")
def keys_list(data: Data = None, database: Database = None, json: Json = False) -> None:
    """List the API keys of the gateway; their secrets are not kept."""
    with _store(data, database) as store:
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
) -> None:
    """Withdraw an API key, at once."""
    with _store(data, database) as store:
        from llmrec.server.store.keys import revoke_key

        revoke_key(store, id)


@contextmanager
def _store(data: Path | None, database: str | None) -> "Iterator[Store]":
    """The gateway's database, closed at the end."""
    with needs("serve", "the gateway"):
        from llmrec.server.settings import open_database
    with closing(open_database(data, database)) as store:
        yield store
