"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

OPENING = "opening the catalogue, the model and the index"
Data = Annotated[Path | None, typer.Option("--data", help="Catalogue folder (default: the demo's MovieLens-100K).")]
Adapter = Annotated[
    Path | None,
    typer.Option("--adapter", help="Adapter: a folder, or the name of a shipped one (default: the demo's, ml-100k)."),
]
Base = Annotated[
    Path | None, typer.Option("--base", help="Base LLM, a Hugging Face folder (default: the one of setup).")
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
Chroma = Annotated[
    str | None,
    typer.Option(
        "--chroma",
        envvar="LLMREC_CHROMA",
        help="URL of a Chroma server that has the index (default: an index below LLMREC_HOME).",
    ),
]
ChatUrl = Annotated[
    str | None,
    typer.Option(
        "--chat-url",
        help="OpenAI-compatible endpoint of a chat model that reads lines along with the rules; "
        "its key, if it wants one, is OPENAI_API_KEY of the environment.",
    ),
]
ChatModel = Annotated[str | None, typer.Option("--chat-model", help="Name of that model.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
