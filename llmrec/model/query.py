"""What a trained RecLM says, without gradients: soft tokens, item vectors, and query vectors of many requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    wishes: Sequence[Sequence[int]] | None = None,
    batch: int = 64,
    soft: torch.Tensor | None = None,
) -> NDArray[np.float32]:
    """`q (n, dim) float32` of each history (item rows, oldest first), each with an optional wish (token ids).

    Only the last `window` items are read. Requests of like length share a batch, so little is spent on padding, and
    a history that another one goes on from is read as its beginning (the events of one user, for example).
    `soft`: the catalogue's `soft_tokens`, from who asks often; they are computed here otherwise.
    """
    device = model.id_in.weight.device
    soft = soft_tokens(model) if soft is None else soft
    slots = model.config.soft_tokens
    asked = [tuple(wish) for wish in wishes] if wishes else [()] * len(histories)
    prompts = sorted(_prompts(histories, asked, model.config.window), key=lambda p: len(p.read) + len(p.wish))
    q = np.zeros((len(histories), model.config.dim), np.float32)
    for start in range(0, len(prompts), batch):
        chosen = prompts[start : start + batch]
        branches = [(Branch(len(p.read), p.wish),) if p.wish else () for p in chosen]
        prompt = splice(before, [p.read for p in chosen], branches, slots, device)
        states = model.states(prompt, model.embed(prompt, soft))
        most = max(len(p.answers) for p in chosen)
        at = torch.full((len(chosen), most), -1)
        for n, p in enumerate(chosen):
            ends = [len(before) - 1 + items * slots for _, items in p.answers]
            at[n, : len(ends)] = torch.tensor([int(prompt.read_branch[n, 0])] if p.wish else ends)
        found = model.read(states, at.to(device)).cpu().numpy()
        for n, p in enumerate(chosen):
            q[[request for request, _ in p.answers]] = found[n, : len(p.answers)]
    return q


@torch.inference_mode()
def prompt_embeddings(
    model: RecLM,
    before: Sequence[int],
    histories: Sequence[Sequence[int]],
    wishes: Sequence[tuple[int, ...]],
    soft: torch.Tensor,
) -> list[torch.Tensor]:
    """The prompt of each request (see `query_vectors`) as embeddings `(slots, hidden)`, for an LLM elsewhere.

    q is `read_states` of the last slot's state.
    """
    found = []
    for history, wish in zip(histories, wishes, strict=True):
        read = tuple(history[-model.config.window :])
        branches = (Branch(len(read), wish),) if wish else ()
        prompt = splice(before, [read], [branches], model.config.soft_tokens, model.id_in.weight.device)
        found.append(model.embed(prompt, soft)[0])
    return found


@torch.inference_mode()
def read_states(model: RecLM, states: NDArray[np.float32]) -> NDArray[np.float32]:
    """`q (n, dim)` of the last hidden states `(n, hidden)` of prompts."""
    q: NDArray[np.float32] = model.query_head(torch.from_numpy(states).to(model.id_in.weight.device)).cpu().numpy()
    return q


@dataclass(frozen=True, slots=True)
class _Prompt:
    """What is read once: items and perhaps a wish; `answers`: the requests it answers, after how many items each."""

    read: tuple[int, ...]
    wish: tuple[int, ...]
    answers: tuple[tuple[int, int], ...]


def _prompts(histories: Sequence[Sequence[int]], wishes: Sequence[tuple[int, ...]], window: int) -> list[_Prompt]:
    """As few prompts as answer all requests: a wishless history is read within a longer one that begins like it."""
    found, shared = [], []
    for n, (history, wish) in enumerate(zip(histories, wishes, strict=True)):
        if wish or len(history) > window:
            read = tuple(history[-window:])
            found.append(_Prompt(read, wish, ((n, len(read)),)))
        else:
            shared.append((tuple(history), n))
    longest: tuple[int, ...] = ()
    answers: list[tuple[int, int]] = []
    # In descending order a history comes after all that begin with it and before any other.
    for history, n in sorted(shared, reverse=True):
        if longest[: len(history)] != history and answers:
            found.append(_Prompt(longest, (), tuple(answers)))
            answers = []
        if not answers:
            longest = history
        answers.append((n, len(history)))
    return [*found, _Prompt(longest, (), tuple(answers))] if answers else found
