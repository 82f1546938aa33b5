"""The LLM in vLLM servers: prompt embeddings in and the last hidden state out for ranking, plain prompts for words.

Soft tokens are made, and hidden states become q, in this process. Each role may have several servers, among which
requests are shared out. Where none answers the request is ranked here, which gives the same q, and sentences are
written by rule.

vLLM's pooling endpoint takes prompt embeddings as the content of a chat message (seen in 0.32.0); the exported model's
chat template adds nothing to them. What comes back is a base64 of plain float32 numbers: nothing is unpickled here.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.engine.base import LLM, EngineInputs, Generated, QueryVectors
from llmrec.engine.local import MAX_NEW_TOKENS, TEMPERATURE, LocalEngine, open_local
from llmrec.engine.remote import NoAnswer, Remote, RequestRefused
from llmrec.engine.replicas import Replicas
from llmrec.errors import BadInput, EngineMismatch
from llmrec.model.export import rank_name, write_name

if TYPE_CHECKING:
    from llmrec.model.item_table import ItemTable

Floats = NDArray[np.float32]
URLS = ("http://127.0.0.1:8001", "http://127.0.0.1:8002")
"""Where `serve/vllm/start` has its servers: the one that ranks, the one that writes."""
MAX_PARALLEL = 32
"""Prompts sent to each ranking server in parallel; one explained request has 25."""


class VllmEngine:
    """A `CatalogueEngine` over servers that rank and servers that write. Safe for use by several threads."""

    def __init__(
        self, local: LocalEngine, rank_urls: Sequence[str], rank_model: str, write_urls: Sequence[str], write_model: str
    ) -> None:
        """Connect to the servers; those that do not answer now are tried again later.

        Parameters
        ----------
        local
            Makes prompts, and ranks in place of unreachable servers.
        rank_urls, write_urls
            Addresses of the servers, those of one role of one model.
        rank_model, write_model
            The served names that `llmrec.model.export` gave; `write_model` is "" where the checkpoint writes nothing.

        Raises
        ------
        EngineMismatch
            Where a server serves something else.
        """
        self._local = local
        width = int(local.model.id_in.weight.shape[1])
        self._rank = Replicas("rank", rank_urls, rank_model, lambda remote: _probe_ranking(remote, width))
        self._write = Replicas("write", write_urls, write_model, _probe_writing) if write_model else None
        self._pool = ThreadPoolExecutor(MAX_PARALLEL * len(self._rank), thread_name_prefix="vllm")

    def over(self, table: "ItemTable", changed: Sequence[int]) -> "VllmEngine":
        """See `CatalogueEngine.over`."""
        engine = copy(self)
        engine._local = self._local.over(table, changed)
        return engine

    def query_vectors(
        self, histories: Sequence[Sequence[int]], queries: Sequence[str], example: Mapping[str, Floats] | None = None
    ) -> QueryVectors:
        """See `Engine.query_vectors`."""
        if not self._rank.unreachable:
            prompts = self._local.prompts(histories, queries, example)
            try:
                states = list(self._pool.map(lambda prompt: _last_hidden_state(self._rank.post, prompt), prompts))
                return self._local.of_states(np.stack(states), histories, example)
            except NoAnswer:
                pass  # logged where it happened
        local = self._local.query_vectors(histories, queries, example)
        return QueryVectors(local.vectors, local.degraded | {LLM})

    def generate(self, prompts: Sequence[str], seed: int) -> Generated:
        """See `Engine.generate`; texts are empty where the server does not answer."""
        nothing = ("",) * len(prompts)
        if self._write is None:
            return Generated(nothing)
        body = _completion_body(prompts)
        if seed > 0:
            body |= {"temperature": TEMPERATURE, "seed": seed}
        try:
            return Generated(_texts(self._write.post("/v1/completions", body)))
        except NoAnswer:
            return Generated(nothing, frozenset({LLM}))


def open_vllm(inputs: EngineInputs) -> VllmEngine:
    """The engine `vllm`: the models that `llmrec export` writes, in two servers (`serve/vllm/start`).

    Parameters
    ----------
    inputs
        What it runs; `argument`: addresses of the ranking and of the writing server with a comma between; of several
        each, with commas between those of one role and a semicolon between the roles; "" for the ports of
        `serve/vllm/start` on this machine.

    Returns
    -------
    VllmEngine

    Raises
    ------
    BadInput
        Where the argument is no such addresses.
    EngineMismatch
        Where a server serves something else.
    """
    rank, write = _addresses(inputs.argument) if inputs.argument else ([URLS[0]], [URLS[1]])
    writes = write_name(inputs.checkpoint) if inputs.rationale else ""
    return VllmEngine(open_local(inputs.with_argument("")), rank, rank_name(inputs.checkpoint), write, writes)


def _addresses(argument: str) -> tuple[list[str], list[str]]:
    """The addresses of the servers that rank, and of those that write. Raises `BadInput`."""
    parts = argument.split(";") if ";" in argument else argument.split(",")
    roles = [[url.strip().rstrip("/") for url in part.split(",")] for part in parts]
    if len(roles) != 2 or not all(url.startswith(("http://", "https://")) for role in roles for url in role):
        raise BadInput(
            f"the engine vllm got {argument!r}; pass the addresses of the ranking and of the writing server, such as "
            f"vllm?{','.join(URLS)}, or of several each, such as 'vllm?http://a:8001,http://b:8001;http://a:8002'",
            "engine",
        )
    for role in roles:
        if twice := {url for url in role if role.count(url) > 1}:
            raise BadInput(f"the engine vllm got {', '.join(sorted(twice))} twice; pass each server once", "engine")
    return roles[0], roles[1]


def _last_hidden_state(post: Any, prompt: Any) -> Floats:
    """Return the last hidden state `(hidden,)` of a prompt `(slots, hidden)`."""
    import torch

    buffer = io.BytesIO()
    torch.save(prompt.contiguous().cpu().clone(), buffer)  # vLLM's own format for prompt embeddings
    content = {"type": "prompt_embeds", "data": base64.b64encode(buffer.getvalue()).decode()}
    body = {
        "messages": [{"role": "user", "content": [content]}], "task": "embed", "use_activation": False,
        "encoding_format": "base64", "endianness": "little",
    }  # fmt: skip
    state: Floats = np.frombuffer(base64.b64decode(post("/pooling", body)["data"][0]["data"]), "<f4").astype(np.float32)
    return state


def _completion_body(prompts: Sequence[str]) -> dict[str, Any]:
    return {"prompt": list(prompts), "max_tokens": MAX_NEW_TOKENS, "temperature": 0.0, "add_special_tokens": False}


def _texts(answer: Any) -> tuple[str, ...]:
    choices = sorted(answer["choices"], key=lambda choice: int(choice["index"]))
    return tuple(str(choice["text"]) for choice in choices)


def _probe_ranking(remote: Remote, width: int) -> None:
    import torch

    try:
        state = _last_hidden_state(remote.request, torch.zeros(1, width))
    except RequestRefused as error:
        raise EngineMismatch(
            f"vLLM {remote.version} takes no prompt embeddings at /pooling ({error}); start it with "
            "serve/vllm/start rank, and update it where it is older than 0.32.0"
        ) from error
    if len(state) != width:
        raise EngineMismatch(f"{remote.url} gives states of {len(state)} numbers, the model's have {width}")


def _probe_writing(remote: Remote) -> None:
    try:
        remote.request("/v1/completions", _completion_body(["a"]) | {"max_tokens": 1})
    except RequestRefused as error:
        raise EngineMismatch(f"{error}; start it with serve/vllm/start write") from error
