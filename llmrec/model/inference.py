"""A trained RecLM without gradients: soft tokens and vectors of items, and query vectors of many requests."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from llmrec.model.item_table import ItemTable
from llmrec.model.prefix_sharing import shared_prompts
from llmrec.model.prompt import Branch, splice
from llmrec.model.reclm import RecLM
from llmrec.vector_rows import BLOCK

Floats = NDArray[np.float32]


@torch.inference_mode()
def soft_tokens(model: RecLM, table: ItemTable, rows: Sequence[int] | None = None) -> torch.Tensor:
    """Soft tokens of items.

    Parameters
    ----------
    model
        In evaluation mode.
    table
        The catalogue.
    rows
        Whose; the whole catalogue's by default.

    Returns
    -------
    Tensor
        ``(items, K, hidden + shared)`` float32, on the model's device.
    """
    return model.soft_tokens(table.batch(_rows(rows, table)).to(model.device))


@torch.inference_mode()
def with_unseen(model: RecLM, table: ItemTable, soft: torch.Tensor, vectors: Mapping[str, Floats]) -> torch.Tensor:
    """The catalogue's soft tokens, and those of an item that is not in it.

    Parameters
    ----------
    model
        In evaluation mode.
    table
        The catalogue.
    soft
        ``(items, K, hidden + shared)``: its `soft_tokens`.
    vectors
        Modality -> ``(width,)`` float32, normalised: see `ItemTable.unseen`.

    Returns
    -------
    Tensor
        ``(items + 1, K, hidden + shared)``.
    """
    batch = table.unseen({m: torch.from_numpy(x).to(table.id_rows.device) for m, x in vectors.items()})
    return torch.cat([soft, model.soft_tokens(batch.to(soft.device))])


@torch.inference_mode()
def item_vectors(
    model: RecLM, table: ItemTable, without: str = "", rows: Sequence[int] | None = None
) -> tuple[Floats, Floats]:
    """Item vectors and biases.

    Parameters
    ----------
    model
        In evaluation mode.
    table
        The catalogue.
    without
        An input to hide of every item: a modality, or "id"; none by default.
    rows
        Whose; the whole catalogue's by default.

    Returns
    -------
    tuple of ndarray
        v ``(items, width)`` and b ``(items,)``, float32.
    """
    ids = torch.zeros_like(table.known) if without == "id" else None
    wanted = range(len(table)) if rows is None else rows
    step = len(wanted) if table.graph is not None else BLOCK  # with neighbours every batch holds the whole catalogue
    v = np.empty((len(wanted), model.width), np.float32)
    b = np.empty(len(wanted), np.float32)
    for start in range(0, len(wanted), max(step, 1)):
        part = slice(start, start + step)
        batch = table.batch(_rows(wanted[part], table), ids=ids)
        batch = (batch.hide(without) if without in table.mask else batch).to(model.device)
        v[part], b[part] = (x.float().cpu().numpy() for x in model.item_vectors(batch))
    return v, b


def _rows(rows: Sequence[int] | None, table: ItemTable) -> torch.Tensor | None:
    return None if rows is None else torch.tensor(list(rows), dtype=torch.long, device=table.id_rows.device)


@torch.inference_mode()
def query_vectors(
    model: RecLM,
    soft: torch.Tensor,
    before: Sequence[int],
    histories: Sequence[Sequence[int]],
    queries: Sequence[Sequence[int]] | None = None,
    batch: int = 64,
) -> Floats:
    """Query vectors of many requests.

    Only the last `window` items are read. Requests of like length share a batch, so little is spent on padding, and
    what histories have in common is read once (see `llmrec.model.prefix_sharing`).

    Parameters
    ----------
    model
        In evaluation mode.
    soft
        ``(items, K, hidden + shared)``: the catalogue's `soft_tokens`.
    before
        Token ids of the words before a history.
    histories
        Item rows of each request, oldest first.
    queries
        Token ids of the words after each history; none by default.
    batch
        Prompts read at once.

    Returns
    -------
    ndarray
        q ``(requests, width)`` float32.
    """
    slots = model.config.soft_tokens
    query_tokens = [tuple(query) for query in queries] if queries else [()] * len(histories)
    prompts = sorted(shared_prompts(histories, query_tokens, model.config.window, slots), key=lambda p: p.slots(slots))
    q = np.zeros((len(histories), model.width), np.float32)
    for start in range(0, len(prompts), batch):
        chosen = prompts[start : start + batch]
        prompt = splice(before, [p.trunk for p in chosen], [p.branches for p in chosen], slots, model.device)
        trunk, branch = model(prompt, soft)
        for n, p in enumerate(chosen):
            q[list(p.on_trunk)] = trunk[n, list(p.on_trunk.values())].cpu().numpy()
            q[list(p.on_branches)] = branch[n, : len(p.on_branches)].cpu().numpy()
    return q


@torch.inference_mode()
def prompt_embeddings(
    model: RecLM,
    soft: torch.Tensor,
    before: Sequence[int],
    histories: Sequence[Sequence[int]],
    queries: Sequence[tuple[int, ...]],
) -> list[torch.Tensor]:
    """The prompts of `query_vectors` as embeddings, for an LLM elsewhere.

    Parameters
    ----------
    model, soft, before, histories, queries
        See `query_vectors`.

    Returns
    -------
    list of Tensor
        ``(slots, hidden)`` of each request; its q is `read_states` of the last slot's state.
    """
    found = []
    for history, query in zip(histories, queries, strict=True):
        read = tuple(history[-model.config.window :])
        branches = (Branch(len(read), query),) if query else ()
        prompt = splice(before, [read], [branches], model.config.soft_tokens, model.device)
        found.append(model.embed(prompt, soft)[0])
    return found


@torch.inference_mode()
def read_states(
    model: RecLM,
    states: Floats,
    soft: torch.Tensor,
    before: Sequence[int],
    histories: Sequence[Sequence[int]],
) -> Floats:
    """Query vectors from the last hidden states of `prompt_embeddings`.

    Parameters
    ----------
    model
        In evaluation mode.
    states
        ``(n, hidden)`` float32.
    soft, before, histories
        As of `prompt_embeddings`.

    Returns
    -------
    ndarray
        q ``(n, width)`` float32.
    """
    window = model.config.window
    read = [tuple(history[-window:]) for history in histories]
    prompt = splice(before, read, [()] * len(read), model.config.soft_tokens, model.device)
    last = prompt.read_trunk.max(dim=1, keepdim=True).values
    states_here = torch.from_numpy(states).to(model.device).unsqueeze(1)
    q: Floats = model.query(states_here, soft, prompt, last)[:, 0].cpu().numpy()
    return q
