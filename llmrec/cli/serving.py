"""Commands of the gateway."""

from typing import Annotated, Literal

import typer

from llmrec.cli import show
from llmrec.cli.options import Adapter, ChatModel, ChatUrl, Chroma, Data, Database, Json

app = typer.Typer()
keys_app = typer.Typer(help="API keys of the gateway.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@app.command()
def serve(
    data: Data = None,
    adapter: Adapter = None,
    engine: Annotated[
        Literal["local", "vllm"], typer.Option("--engine", help="Where the LLM runs: here, or in vLLM servers.")
    ] = "local",
    rank_url: Annotated[
        str, typer.Option("--rank-url", help="The vLLM that ranks (serve/vllm/start rank).")
    ] = "http://127.0.0.1:8001",
    write_url: Annotated[
        str, typer.Option("--write-url", help="The vLLM that writes (serve/vllm/start write).")
    ] = "http://127.0.0.1:8002",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    database: Database = None,
    chroma: Chroma = None,
    chat_url: ChatUrl = None,
    chat_model: ChatModel = None,
) -> None:
    """Serve recommendations over HTTP; the first start makes and prints an API key."""
    from llmrec.cli.serve import run_serve

    vllm = (rank_url, write_url) if engine == "vllm" else None
    run_serve(data, adapter, host, port, database, chroma, vllm, chat_url, chat_model)


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
    from llmrec.cli.serve import run_create_key

    result = run_create_key(data, database, tenant, edits_items, rates)
    show.json(result) if json else show.ready(result)


@keys_app.command("list")
def keys_list(data: Data = None, database: Database = None, json: Json = False) -> None:
    """List the API keys of the gateway; their secrets are not kept."""
    from llmrec.cli.serve import run_list_keys

    found = run_list_keys(data, database)
    show.json({"keys": found}) if json else show.ready({key["id"]: show.facts(key) for key in found})


@keys_app.command("revoke")
def keys_revoke(
    id: Annotated[str, typer.Argument(help="Id of the key, as `llmrec keys list` shows it.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Take an API key away, at once."""
    from llmrec.cli.serve import run_revoke_key

    run_revoke_key(data, database, id)
