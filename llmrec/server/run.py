"""`llmrec serve`: opens what it answers from, makes the first key, and serves until SIGTERM or Ctrl-C."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import langsmith
import torch
from threadpoolctl import threadpool_limits

from llmrec.catalog import load_catalog
from llmrec.chat.nlu.chat_model import ChatModelParser
from llmrec.paths import home
from llmrec.pipeline_config import PipelineConfig, kept_repeats
from llmrec.recommender import Recommender
from llmrec.server.app import build
from llmrec.server.connections import Connection, end_amid_work, listening, serve_until_signal
from llmrec.server.observability import configure_logging
from llmrec.server.recommending import load_writer
from llmrec.server.retention import KEPT_DAYS
from llmrec.server.settings import LOCAL_LIMITS, VLLM_LIMITS, media_folder, open_database
from llmrec.server.store.keys import create_first_key
from llmrec.setup import demo_data

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def serve(
    data: Path | None,
    adapter: Path | None,
    host: str,
    port: int,
    url: str | None,
    config: PipelineConfig,
    say: Callable[[str], None],
    chat: "BaseChatModel | None" = None,
    reader: str | None = None,
    key_file: Path | None = None,
    kept_days: float = KEPT_DAYS,
    media: Path | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then end what runs.

    Parameters
    ----------
    data, adapter
        As `Recommender.from_pretrained` takes them.
    host, port
        Where to listen.
    url
        URL of the database, where it does not lie below LLMREC_HOME.
    config
        Index, engine, candidate sources and verifier.
    say
        Called with each line that the person at the terminal must read.
    chat
        A chat model that reads lines of chats beside the rules.
    reader
        Name or import path of the reader of `data`.
    key_file
        File of the key with which the database is encrypted.
    kept_days
        How long answers and conversations are kept.
    media
        Folder of the media of items that were put, where it is not that of the store.

    Raises
    ------
    BadInput
        Where the address is taken or not this machine's, or the folder of media cannot be written.
    LlmrecError
        Where the recommender or the database cannot be opened.
    """
    # a port that is taken and a folder that cannot be written are refused before the models are loaded
    folder_of_media = media_folder(data, media)
    with listening(host, port) as listener, closing(open_database(data, url, key_file)) as database:
        vllm = config.engine.partition("?")[0] == "vllm"
        if vllm:
            torch.set_num_threads(1)  # the servers need the cores more
        folder = data or demo_data(home())
        catalog = load_catalog(folder, reader=reader, repeats=kept_repeats(adapter))
        recommender = Recommender.from_pretrained(adapter, data, catalog=catalog, resilient=True, config=config)
        configure_logging()
        langsmith.configure(enabled=False)  # LangChain would send there what people say, where the environment asks it
        # The products of one request are small: threads that share one spend more time in waiting for a core, which
        # another request or vLLM has, than in multiplying.
        threadpool_limits(1, user_api="blas")
        if key := create_first_key(database):  # not before: a start that fails must not use up its one showing
            say(f"API key, shown this once: {key}")
        limits = VLLM_LIMITS if vllm else LOCAL_LIMITS
        Connection.most = limits.connections
        parser = ChatModelParser(chat) if chat else None
        app = build(recommender, database, folder_of_media, limits, parser, kept_days)
        shown = f"[{host}]" if ":" in host else host
        loading = threading.Thread(target=load_writer, args=(recommender,), name="load-writer")
        loading.start()
        with closing(recommender.pipeline.index):
            serve_until_signal(
                app,
                listener,
                lambda port: say(f"serving on http://{shown}:{port} (pages of the API: /docs); Ctrl-C ends it"),
            )
            loading.join()  # PyTorch aborts a process that ends while it works
            if app.state.gateway.limit.requests:
                end_amid_work()
