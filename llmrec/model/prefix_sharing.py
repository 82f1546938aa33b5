"""Which requests are read together: what their histories have in common is read once.

A history that another goes on from is read as its beginning. Histories that begin alike and then part, such as one
history without each of its items in turn, are branches of one of them. Each request gets the query vector that a prompt
of its own would give; on a CPU leave-one-out over 24 of 50 items costs a quarter.
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
class SharedPrompt:
    """One prompt, and the requests that it answers.

    Parameters
    ----------
    trunk
        Item rows.
    on_trunk
        Request -> after how many items of the trunk its query vector is read.
    branches
        Of the trunk.
    on_branches
        The request that each branch answers.
    """

    trunk: tuple[int, ...]
    on_trunk: dict[int, int]
    branches: tuple[Branch, ...] = ()
    on_branches: tuple[int, ...] = ()

    def slots(self, soft_tokens: int) -> int:
        """Its length but for the words that all prompts begin with."""
        return len(self.trunk) * soft_tokens + sum(branch.slots(soft_tokens) for branch in self.branches)


def shared_prompts(
    histories: Sequence[Sequence[int]], queries: Sequence[tuple[int, ...]], window: int, soft_tokens: int = 1
) -> list[SharedPrompt]:
    """As few and short prompts as answer all requests.

    Parameters
    ----------
    histories
        Item rows of each request, oldest first.
    queries
        Token ids of the words after each; empty for none.
    window
        Newest items that are read.
    soft_tokens
        Slots an item takes.

    Examples
    --------
    >>> shared_prompts([(1, 2, 3), (1, 2)], [(), ()], window=10)
    [SharedPrompt(trunk=(1, 2, 3), on_trunk={0: 3, 1: 2}, branches=(), on_branches=())]
    """
    found, without_query = [], []
    for n, (history, query) in enumerate(zip(histories, queries, strict=True)):
        if query or len(history) > window:
            read = tuple(history[-window:])
            found.append(_alone(read, query, n))
        else:
            without_query.append((tuple(history), n))
    return _branched([*found, *_chained(without_query)], soft_tokens)


def _alone(read: tuple[int, ...], query: tuple[int, ...], request: int) -> SharedPrompt:
    if not query:
        return SharedPrompt(read, {request: len(read)})
    return SharedPrompt(read, {}, (Branch(len(read), query),), (request,))


def _chained(without_query: Sequence[tuple[tuple[int, ...], int]]) -> list[SharedPrompt]:
    """Each history that others begin like, with those: in descending order it comes after all that begin with it."""
    found: list[SharedPrompt] = []
    longest: tuple[int, ...] = ()
    along: dict[int, int] = {}
    for history, n in sorted(without_query, reverse=True):
        if along and longest[: len(history)] != history:
            found.append(SharedPrompt(longest, along))
            along = {}
        if not along:
            longest = history
        along[n] = len(history)
    return [*found, SharedPrompt(longest, along)] if along else found


def _branched(prompts: list[SharedPrompt], soft_tokens: int) -> list[SharedPrompt]:
    """Prompts of one request each become branches of that of them which most have most in common with."""
    single = [p for p in prompts if len(p.on_trunk) + len(p.on_branches) == 1]
    if not 2 < len(single) <= MOST_COMPARED:
        return prompts
    found = [p for p in prompts if len(p.on_trunk) + len(p.on_branches) > 1]
    common = _common([p.trunk for p in single])
    lengths = np.array([len(p.trunk) for p in single])
    common[2 * common < lengths[None]] = 0  # [i, j]: of j's items those that i begins with, if half of them or more
    np.fill_diagonal(common, 0)
    left = np.ones(len(single), np.bool_)
    while left.any():
        gains = np.where(left, (common * left[None]).sum(axis=1), -1)
        first = int(gains.argmax())
        left[first] = False
        prompt = single[first]
        on_trunk, branches, requests = dict(prompt.on_trunk), list(prompt.branches), list(prompt.on_branches)
        slots = prompt.slots(soft_tokens)
        for other in np.argsort(-common[first], kind="stable"):
            branch = _branch(single[other], int(common[first, other]))
            if not left[other] or not common[first, other] or slots + branch.slots(soft_tokens) > MOST_SLOTS:
                continue
            left[other] = False
            slots += branch.slots(soft_tokens)
            if branch.slots(soft_tokens):
                branches.append(branch)
                requests.append(_request(single[other]))
            else:  # the trunk has all of it
                on_trunk[_request(single[other])] = branch.after
        found.append(SharedPrompt(prompt.trunk, on_trunk, tuple(branches), tuple(requests)))
    return found


def _branch(prompt: SharedPrompt, after: int) -> Branch:
    """What a prompt of one request goes on with after its first items."""
    words = prompt.branches[0].words if prompt.branches else ()
    return Branch(after, words, prompt.trunk[after:])


def _request(prompt: SharedPrompt) -> int:
    return prompt.on_branches[0] if prompt.on_branches else next(iter(prompt.on_trunk))


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
