"""What a trained RecLM says, without gradients: soft tokens, item vectors, and query vectors of many requests."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from llmrec.model.prompt import Branch, splice
from llmrec.model.reclm import RecLM


@torch.inference_mode()
def soft_tokens(model: RecLM) -> torch.Tensor:
    """Soft tokens of the whole catalogue, `(items, K, hidden)`."""
    known: torch.Tensor = model.known  # type: ignore[assignment]
    return model.soft(known)


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
    wishes: Sequence[Sequence[int]] | None = None,
    batch: int = 64,
    soft: torch.Tensor | None = None,
) -> NDArray[np.float32]:
    """`q (n, dim) float32` of each history (item rows, oldest first), each with an optional wish (token ids).

    Only the last `window` items are read. Requests of like length share a batch, so little is spent on padding.
    `soft`: the catalogue's `soft_tokens`, from who asks often; they are computed here otherwise.
    """
    device = model.id_in.weight.device
    soft = soft_tokens(model) if soft is None else soft
    size, slots = model.config.window, model.config.soft_tokens
    order = sorted(range(len(histories)), key=lambda n: len(histories[n]) + (len(wishes[n]) if wishes else 0))
    q = np.zeros((len(histories), model.config.dim), np.float32)
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        read = [tuple(histories[n])[-size:] for n in chosen]
        asked = [
            (Branch(len(rows), tuple(wishes[n])),) if wishes and wishes[n] else ()
            for n, rows in zip(chosen, read, strict=True)
        ]
        prompt = splice(before, read, asked, slots, device)
        states = model.states(prompt, model.embed(prompt, soft))
        last = [
            int(prompt.read_branch[n, 0]) if asked[n] else len(before) - 1 + len(read[n]) * slots
            for n in range(len(chosen))
        ]
        q[chosen] = model.read(states, torch.tensor(last, device=device).unsqueeze(1))[:, 0].cpu().numpy()
    return q
