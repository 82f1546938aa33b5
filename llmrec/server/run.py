"""`llmrec serve`: opens what it answers from, makes the first key, and serves until it is told to end."""

import signal
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import langsmith
import torch
import uvicorn
from threadpoolctl import threadpool_limits

from llmrec.chat.reader import ModelReader
from llmrec.pipeline import through_vllm
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.server.app import build
from llmrec.server.connections import Connection, listening
from llmrec.server.dependencies import OVER_VLLM, USUAL, open_database, store_folder
from llmrec.server.observability import log_to_stderr
from llmrec.server.store.keys import create_key, list_keys

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

GRACE = 60
"""Seconds that running requests get when the gateway is told to end."""


def serve(
    data: Path | None,
    adapter: Path | None,
    host: str,
    port: int,
    url: str | None,
    chroma: str | None,
    say: Callable[[str], None],
    vllm: tuple[str, str] | None = None,
    chat: "BaseChatModel | None" = None,
) -> None:
    """Serves until SIGTERM or Ctrl-C, then ends what runs. `say` hears what the person at the terminal must know;
    `url`: of the database, `chroma`: of the server that has the index, where these do not lie below LLMREC_HOME;
    `vllm`: the addresses of the servers that rank and write, where the LLM does not run here; `chat`: a model that
    reads lines of chats beside the rules.

    Raises `BadInput` where the address is taken, and what `Recommender.open`, `through_vllm` and `open_database` raise.
    """
    # a port that is taken is told before the models are loaded
    with listening(host, port) as listener, closing(open_database(data, url)) as database:
        recommender = Recommender.open(data, adapter, chroma=chroma, resilient=True)
        log_to_stderr()
        langsmith.configure(enabled=False)  # LangChain would send there what people say, where the environment asks it
        # The products of one request are small: threads that share one spend more time in waiting for a core, which
        # another request or vLLM has, than in multiplying.
        threadpool_limits(1, user_api="blas")
        if vllm:
            torch.set_num_threads(1)
            recommender = Recommender(through_vllm(recommender.pipeline, *vllm))
        if not list_keys(database):  # not before: a start that fails must not use up the one showing of the key
            say(f"API key, shown this once: {create_key(database)}")
        reader = ModelReader(chat) if chat else None
        app = build(recommender, database, store_folder(data) / "media", OVER_VLLM if vllm else USUAL, reader)
        shown = f"[{host}]" if ":" in host else host
        say(f"serving on http://{shown}:{listener.getsockname()[1]} (pages of the API: /docs); Ctrl-C ends it")
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=30, http=Connection,
        )  # fmt: skip
        loading = threading.Thread(target=_load_writer, args=(recommender,), name="load-writer")
        loading.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            # uvicorn raises the signal again once all is ended; that is then the end of the command, and no error
            signal.signal(number, lambda *_: None)
        with closing(recommender.pipeline.index):
            uvicorn.Server(config).run([listener])
            loading.join()  # PyTorch aborts a process that ends while it works


def _load_writer(recommender: Recommender) -> None:
    """Has the first sentence written now, as the writing model takes seconds to load: nobody should wait for it."""
    recommender.recommend(Request(history=(), k=1, explain=True))
