"""Which requests are read together: what their histories have in common is read once.

A history that another goes on from is read as its beginning. Histories that begin alike and then part, such as one
history without each of its items in turn, hang as branches on one of them. What is said of each is what a prompt of its
own would say; on a CPU leave-one-out over 24 of 50 items costs a quarter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrec.model.prompt import Branch

MOST_COMPARED = 256
"""Histories compared with one another: their number counts squared."""
MOST_SLOTS = 768
"""Slots of a prompt with branches, whose attention is a full matrix."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One prompt: a trunk, the requests answered `along` it (request -> after how many items), and its `branches`,
    which answer the requests `hung` on it."""

    trunk: tuple[int, ...]
    along: dict[int, int]
    branches: tuple[Branch, ...] = ()
    hung: tuple[int, ...] = ()

    def slots(self, soft_tokens: int) -> int:
        """Its length but for the words that all prompts begin with."""
        return len(self.trunk) * soft_tokens + sum(branch.slots(soft_tokens) for branch in self.branches)


def shared_prompts(
    histories: Sequence[Sequence[int]], queries: Sequence[tuple[int, ...]], window: int, soft_tokens: int = 1
) -> list[Shared]:
    """As few and short prompts as answer all requests: histories (item rows, oldest first) with wishes (token ids)."""
    found, without_query = [], []
    for n, (history, query) in enumerate(zip(histories, queries, strict=True)):
        if query or len(history) > window:
            read = tuple(history[-window:])
            found.append(_alone(read, query, n))
        else:
            without_query.append((tuple(history), n))
    return _hung([*found, *_chained(without_query)], soft_tokens)


def _alone(read: tuple[int, ...], query: tuple[int, ...], request: int) -> Shared:
    if not query:
        return Shared(read, {request: len(read)})
    return Shared(read, {}, (Branch(len(read), query),), (request,))


def _chained(without_query: Sequence[tuple[tuple[int, ...], int]]) -> list[Shared]:
    """Each history that others begin like, with those: in descending order it comes after all that begin with it."""
    found: list[Shared] = []
    longest: tuple[int, ...] = ()
    along: dict[int, int] = {}
    for history, n in sorted(without_query, reverse=True):
        if along and longest[: len(history)] != history:
            found.append(Shared(longest, along))
            along = {}
        if not along:
            longest = history
        along[n] = len(history)
    return [*found, Shared(longest, along)] if along else found


def _hung(prompts: list[Shared], soft_tokens: int) -> list[Shared]:
    """Prompts of one request each are hung on that of them which most have most in common with; the rest stay."""
    single = [p for p in prompts if len(p.along) + len(p.hung) == 1]
    if not 2 < len(single) <= MOST_COMPARED:
        return prompts
    found = [p for p in prompts if len(p.along) + len(p.hung) > 1]
    common = _common([p.trunk for p in single])
    lengths = np.array([len(p.trunk) for p in single])
    common[2 * common < lengths[None]] = 0  # [i, j]: of j's items those that i begins with, where they are the half
    np.fill_diagonal(common, 0)
    left = np.ones(len(single), np.bool_)
    while left.any():
        gains = np.where(left, (common * left[None]).sum(axis=1), -1)
        first = int(gains.argmax())
        left[first] = False
        prompt = single[first]
        along, branches, hung = dict(prompt.along), list(prompt.branches), list(prompt.hung)
        slots = prompt.slots(soft_tokens)
        for other in np.argsort(-common[first], kind="stable"):
            branch = _branch(single[other], int(common[first, other]))
            if not left[other] or not common[first, other] or slots + branch.slots(soft_tokens) > MOST_SLOTS:
                continue
            left[other] = False
            slots += branch.slots(soft_tokens)
            if branch.slots(soft_tokens):
                branches.append(branch)
                hung.append(_request(single[other]))
            else:  # the trunk has all of it
                along[_request(single[other])] = branch.after
        found.append(Shared(prompt.trunk, along, tuple(branches), tuple(hung)))
    return found


def _branch(prompt: Shared, after: int) -> Branch:
    """What a prompt of one request goes on with after its first items."""
    words = prompt.branches[0].words if prompt.branches else ()
    return Branch(after, words, prompt.trunk[after:])


def _request(prompt: Shared) -> int:
    return prompt.hung[0] if prompt.hung else next(iter(prompt.along))


def _common(reads: Sequence[tuple[int, ...]]) -> NDArray[np.intp]:
    """`(n, n)`: how many items two histories begin with in common."""
    longest = max(map(len, reads))
    rows = np.full((len(reads), longest + 1), -1)
    for n, read in enumerate(reads):
        rows[n, : len(read)] = read
    lengths = np.array([len(read) for read in reads])
    apart = rows[:, None] != rows[None]  # (n, n, longest + 1)
    apart[:, :, longest] = True
    common: NDArray[np.intp] = np.minimum(apart.argmax(axis=2), np.minimum(lengths[:, None], lengths[None]))
    return common
