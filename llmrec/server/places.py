"""Where the gateway over a catalogue keeps its own."""

import hashlib
from pathlib import Path

from llmrec import paths
from llmrec.server.store.database import Database
from llmrec.setup import demo_data


def store_folder(data: Path | None) -> Path:
    """Where the gateway over a catalogue keeps its store and media."""
    folder = (data or demo_data(paths.home())).resolve()
    return paths.home() / "server" / f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


def open_database(data: Path | None, url: str | None) -> Database:
    """The database at `url`, else SQLite in the store's folder. Raises `BadInput`, `StorageError`."""
    return Database(url) if url else Database.at(store_folder(data))
