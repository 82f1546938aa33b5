"""What a trained RecLM says, without gradients: soft tokens, item vectors, and query vectors of many requests."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from llmrec.model.prefix_sharing import shared_prompts
from llmrec.model.prompt import Branch, splice
from llmrec.model.reclm import RecLM


@torch.inference_mode()
def soft_tokens(model: RecLM) -> torch.Tensor:
    """Soft tokens of the whole catalogue, `(items, K, hidden)`."""
    known: torch.Tensor = model.known  # type: ignore[assignment]
    return model.soft(known)


@torch.inference_mode()
def with_unseen(model: RecLM, soft: torch.Tensor, given: Mapping[str, NDArray[np.float32]]) -> torch.Tensor:
    """`soft (items, K, hidden)` and one row more: an item outside the catalogue (see `RecLM.unseen`)."""
    token = model.unseen({m: torch.from_numpy(x).to(soft.device) for m, x in given.items()})
    return torch.cat([soft, token.unsqueeze(0)])


@torch.inference_mode()
def item_vectors(model: RecLM, without: str = "") -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`v (items, dim), b (items,)`, with an input of every item hidden where one is named: a modality, or "id"."""
    known: torch.Tensor = model.known  # type: ignore[assignment]
    ids = torch.zeros_like(known) if without == "id" else known
    hidden = {without: torch.ones_like(known)} if without in model.modalities else None
    v, b = model.item_vectors(ids, hidden)
    return v.float().cpu().numpy(), b.float().cpu().numpy()


@torch.inference_mode()
def query_vectors(
    model: RecLM,
    before: Sequence[int],
    histories: Sequence[Sequence[int]],
    queries: Sequence[Sequence[int]] | None = None,
    batch: int = 64,
    soft: torch.Tensor | None = None,
) -> NDArray[np.float32]:
    """`q (n, dim) float32` of each history (item rows, oldest first), each with an optional wish (token ids).

    Only the last `window` items are read. Requests of like length share a batch, so little is spent on padding, and
    what histories have in common is read once (see `llmrec.model.prefix_sharing`).
    `soft`: the catalogue's `soft_tokens`, from who asks often; they are computed here otherwise.
    """
    device = model.id_in.weight.device
    soft = soft_tokens(model) if soft is None else soft
    slots = model.config.soft_tokens
    asked = [tuple(query) for query in queries] if queries else [()] * len(histories)
    prompts = sorted(shared_prompts(histories, asked, model.config.window, slots), key=lambda p: p.slots(slots))
    q = np.zeros((len(histories), model.config.dim), np.float32)
    for start in range(0, len(prompts), batch):
        chosen = prompts[start : start + batch]
        prompt = splice(before, [p.trunk for p in chosen], [p.branches for p in chosen], slots, device)
        trunk, branch = model(prompt, soft)
        for n, p in enumerate(chosen):
            q[list(p.along)] = trunk[n, list(p.along.values())].cpu().numpy()
            q[list(p.hung)] = branch[n, : len(p.hung)].cpu().numpy()
    return q


@torch.inference_mode()
def prompt_embeddings(
    model: RecLM,
    before: Sequence[int],
    histories: Sequence[Sequence[int]],
    queries: Sequence[tuple[int, ...]],
    soft: torch.Tensor,
) -> list[torch.Tensor]:
    """The prompt of each request (see `query_vectors`) as embeddings `(slots, hidden)`, for an LLM elsewhere.

    q is `read_states` of the last slot's state.
    """
    found = []
    for history, query in zip(histories, queries, strict=True):
        read = tuple(history[-model.config.window :])
        branches = (Branch(len(read), query),) if query else ()
        prompt = splice(before, [read], [branches], model.config.soft_tokens, model.id_in.weight.device)
        found.append(model.embed(prompt, soft)[0])
    return found


@torch.inference_mode()
def read_states(model: RecLM, states: NDArray[np.float32]) -> NDArray[np.float32]:
    """`q (n, dim)` of the last hidden states `(n, hidden)` of prompts."""
    q: NDArray[np.float32] = model.query_head(torch.from_numpy(states).to(model.id_in.weight.device)).cpu().numpy()
    return q
