"""`llmrec serve`: opens what it answers from, makes the first key, and serves until SIGTERM or Ctrl-C."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import torch
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from llmrec.catalog import load_catalog
from llmrec.chat.nlu.chat_model import ChatModelParser, chat_model
from llmrec.paths import home
from llmrec.pipeline_config import kept_repeats
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.runtime import uncollected_start
from llmrec.server.app import build
from llmrec.server.connections import Connection, address, end_amid_work, listening, serve_until_signal
from llmrec.server.media_store import MediaFolder, open_media
from llmrec.server.observability import configure_logging
from llmrec.server.recommending import load_writer
from llmrec.server.settings import LOCAL_LIMITS, VLLM_LIMITS, Served
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_first_key
from llmrec.setup import demo_data


def serve(served: Served, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C, then end what runs.

    Parameters
    ----------
    served
        What is opened.
    host, port
        Where to listen.
    say
        Called with each line that the person at the terminal must read.

    Raises
    ------
    BadInput
        Where the address is taken or not this machine's, or the place of the media cannot be written.
    LlmrecError
        Where the recommender or the database cannot be opened.
    """
    # a port that is taken and media that cannot be written are refused before the models are loaded
    media = open_media(served.data, served.media)
    with (
        listening(host, port) as listener,
        closing(served.open_database()) as database,
        opened(served, database, media) as app,
    ):
        if key := create_first_key(database):  # not before: a start that fails must not use up its one showing
            say(f"API key, shown this once: {key}")
        serve_until_signal(
            app,
            listener,
            lambda port: say(f"serving on {address(host, port)} (pages of the API: /docs); Ctrl-C ends it"),
        )


@contextmanager
def opened(served: Served, database: Database, media: MediaFolder, processes: int = 1) -> Iterator[FastAPI]:
    """Open a gateway in this process.

    Parameters
    ----------
    served
        What is opened.
    database
        Its store.
    media
        Where the media of items that were put lie.
    processes
        How many of them share this machine's cores.

    Yields
    ------
    FastAPI
        The app. At the end of the block the process is ended where something still runs that nobody waits for.

    Raises
    ------
    LlmrecError
        Where the recommender cannot be opened.
    """
    with uncollected_start():
        recommender, app = _open(served, database, media, processes)
    loading = threading.Thread(target=load_writer, args=(recommender,), name="load-writer")
    loading.start()
    try:
        with closing(recommender.pipeline.index):
            yield app
            loading.join()  # PyTorch aborts a process that ends while it works
            if app.state.gateway.limit.requests:
                end_amid_work()
    finally:
        gc.unfreeze()  # a process that goes on does so without this gateway


def _open(served: Served, database: Database, media: MediaFolder, processes: int) -> tuple[Recommender, FastAPI]:
    """What answers, and the app in front of it."""
    vllm = served.config.engine.partition("?")[0] == "vllm"
    if vllm:
        torch.set_num_threads(1)  # the servers need the cores more
    elif processes > 1:
        torch.set_num_threads(max(1, torch.get_num_threads() // processes))
    chat = chat_model(served.chat_url, served.chat_model)  # what is wrong with it is told before the models are loaded
    folder = served.data or demo_data(home())
    catalog = load_catalog(folder, reader=served.reader, repeats=kept_repeats(served.adapter))
    recommender = Recommender.from_pretrained(
        served.adapter, served.data, catalog=catalog, resilient=True, config=served.config
    )
    # What a first list makes is made here, before `ready`.
    recommender.recommend(Request(history=(), k=1))
    configure_logging()
    if chat:
        import langsmith

        langsmith.configure(enabled=False)  # LangChain would send there what people say, where the environment asks it
    # The products of one request are small: threads that share one spend more time in waiting for a core, which
    # another request or vLLM has, than in multiplying.
    threadpool_limits(1, user_api="blas")
    limits = VLLM_LIMITS if vllm else LOCAL_LIMITS
    Connection.most = limits.connections
    return recommender, build(
        recommender, database, media, limits, ChatModelParser(chat) if chat else None, served.kept_days
    )
