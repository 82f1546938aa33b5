"""The gateway and its keys from the command line."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from llmrec.cli import show
from llmrec.extras import needs


def run_serve(
    data: Path | None,
    adapter: Path | None,
    host: str,
    port: int,
    database: str | None,
    chroma: str | None,
    vllm: tuple[str, str] | None = None,
    chat_url: str | None = None,
    chat_name: str | None = None,
) -> None:
    """Serve until told to end; `chroma`: URL of the server that has the index, `vllm`: of those that rank and write;
    `chat_*`: a model that reads lines of chats beside the rules.

    Raises `MissingExtra` where the packages of the gateway are missing, and what `chat_model` raises.
    """
    with needs("serve", "the gateway"):
        from llmrec.server.run import serve
    from llmrec.chat.endpoint import chat_model

    def say(line: str) -> None:
        show.OUT.print(line, soft_wrap=True, markup=False)

    serve(data, adapter, host, port, database, chroma, say, vllm, chat_model(chat_url, chat_name))


def run_create_key(
    data: Path | None, database: str | None, tenant: str, edits_items: bool, rates: str
) -> dict[str, str]:
    """The secret of a new key; raises what `create_key` does."""
    with needs("serve", "the gateway"):
        from llmrec.server.settings import open_database
        from llmrec.server.store.keys import create_key
    with closing(open_database(data, database)) as store:
        return {"key": create_key(store, tenant, edits_items, rates)}


def run_list_keys(data: Path | None, database: str | None) -> list[dict[str, Any]]:
    """What is kept of each key."""
    with needs("serve", "the gateway"):
        from llmrec.server.settings import open_database
        from llmrec.server.store.keys import list_keys
    with closing(open_database(data, database)) as store:
        return [
            {
                "id": key.id,
                "tenant": key.tenant,
                "edits_items": key.edits_items,
                "rates": key.rates,
                "created": datetime.fromtimestamp(key.created, UTC).isoformat(timespec="seconds"),
            }
            for key in list_keys(store)
        ]


def run_revoke_key(data: Path | None, database: str | None, id: str) -> None:
    """Raises `BadInput` where there is none of that id."""
    with needs("serve", "the gateway"):
        from llmrec.server.settings import open_database
        from llmrec.server.store.keys import revoke_key
    with closing(open_database(data, database)) as store:
        revoke_key(store, id)
