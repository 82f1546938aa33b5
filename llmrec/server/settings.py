"""How a gateway is set up: its limits, and where it keeps what is its own."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from llmrec import paths
from llmrec.errors import BadInput
from llmrec.pipeline_config import PipelineConfig
from llmrec.server.store.database import Database
from llmrec.server.store.encryption import VARIABLE, read_keys
from llmrec.setup import demo_data

KEPT_DAYS = 30.0
"""How long answers and conversations are kept by default: nobody asks for their reasons any more."""
SQLITE = "sqlite:///"
"""How the URL of an SQLite database begins."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may ask of the gateway.

    Parameters
    ----------
    workers
        Requests that the recommender works on at once. More than there are cores are not done sooner.
    queue
        Requests that may wait for a worker; of further ones those of who has most there are refused (429).
    seconds
        Time in which a request is answered, and in which its body must arrive.
    body
        Bytes of the body of a request that may hold media: an item, a chat.
    plain_body
        Bytes of other bodies.
    bodies
        Bytes of all bodies under way; half of them may be one tenant's.
    connections
        Connections at once; a further one takes the place of one that asks nothing, or is refused.
    """

    workers: int = 2
    queue: int = 32
    seconds: float = 60.0
    body: int = 20_000_000
    plain_body: int = 2_000_000
    bodies: int = 200_000_000
    connections: int = 800


@dataclass(frozen=True, slots=True)
class Served:
    """What a gateway is started with; each process of several opens the same.

    Parameters
    ----------
    data, adapter
        As `Recommender.from_pretrained` takes them.
    url
        URL of the database, where it does not lie below LLMREC_HOME.
    config
        Index, engine, candidate sources and verifier.
    chat_url, chat_model
        A chat model that reads lines of chats beside the rules; see `llmrec.chat.nlu.chat_model.chat_model`.
    reader
        Name or import path of the reader of `data`.
    key_file
        File of the key with which the database is encrypted.
    kept_days
        How long answers and conversations are kept.
    media
        Folder or URL of the media of items that were put, where they do not lie beside the store.
    """

    data: Path | None
    adapter: Path | None
    url: str | None
    config: PipelineConfig
    chat_url: str | None = None
    chat_model: str | None = None
    reader: str | None = None
    key_file: Path | None = None
    kept_days: float = KEPT_DAYS
    media: str | None = None

    def open_database(self) -> Database:
        """Open the store; see `open_database`."""
        return open_database(self.data, self.url, self.key_file)


LOCAL_LIMITS = Limits()
VLLM_LIMITS = Limits(workers=16)
"""Where the LLM runs elsewhere a request mostly waits, and vLLM answers many at once for little more than one."""


def store_folder(data: Path | None) -> Path:
    """Name the folder in which the gateway over a catalogue keeps its store and media.

    Parameters
    ----------
    data
        The catalogue's folder; by default the demo's.

    Returns
    -------
    Path
        Below LLMREC_HOME; it need not exist yet.
    """
    folder = (data or demo_data(paths.home())).resolve()
    return paths.home() / "server" / f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


def open_database(
    data: Path | None, url: str | None, key_file: Path | None = None, *, existing: bool = False
) -> Database:
    """Open the store of the gateway over a catalogue.

    Parameters
    ----------
    data
        The catalogue's folder; by default the demo's.
    url
        URL of a database; by default SQLite in the store's folder.
    key_file
        File of the key with which it is encrypted. The environment variable LLMREC_DATABASE_KEY may hold the key, too.
    existing
        Whether SQLite's file must be there already: who asks for a person's data in a file that is not there has
        mistyped its name, and must not be told that nothing is kept.

    Returns
    -------
    Database
        With all its tables.

    Raises
    ------
    BadInput
        Where the URL or the key cannot be used, or there is no such file.
    StorageError, StoreUnavailable
        Where the database cannot be written, or does not answer.
    """
    keys = read_keys(key_file, os.environ.get(VARIABLE))
    file = Path(url.removeprefix(SQLITE)) if url else store_folder(data) / "store.db"
    if existing and (url is None or url.startswith(SQLITE)) and not file.is_file():
        raise BadInput(
            f"there is no database {file}; name the one that the gateway is served with as `database`", "database"
        )
    return Database(url, keys) if url else Database.at(store_folder(data), keys)
