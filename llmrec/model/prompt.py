"""Prompts: words and soft tokens in one sequence, with queries as branches off one history.

A history is read once as a *trunk*; each query is a *branch* that attends to the trunk up to its own point in time and
to its own words, nothing else. In training one forward pass thus reads many queries at many moments of a history for
the price of their words; at inference there is one branch, at the end, which is an ordinary causal prompt. Histories
that begin alike are a trunk and branches too: each branch goes on with its own items.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from llmrec.model.backbone import reading_base, require_base
from llmrec.prompts import render

PAD = -1


class PromptWords:
    """Tokenised `prompts/recommend`: the instruction before a history and the query after it.

    Parameters
    ----------
    tokenizer
        Of the base LLM, a `PreTrainedTokenizerBase`.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.before = tuple(tokenizer(render("recommend", part="before"), add_special_tokens=False).input_ids)

    @classmethod
    def load(cls, base: Path) -> "PromptWords":
        """With the tokenizer of the Hugging Face model in the folder `base`; `SetupError` where it holds none."""
        from transformers import AutoTokenizer

        require_base(base)
        with reading_base(base):
            return cls(AutoTokenizer.from_pretrained(base))

    def query_tokens(self, query: str) -> tuple[int, ...]:
        """Token ids of the words after a history; empty for an empty query."""
        if not query.strip():
            return ()
        text = render("recommend", part="after", query=query)
        return tuple(self.tokenizer(text, add_special_tokens=False).input_ids)


@dataclass(frozen=True, slots=True)
class Branch:
    """What leaves the trunk.

    Parameters
    ----------
    after
        Items of the trunk that it attends to.
    words
        Token ids of a query, which end it.
    items
        Item rows before them.
    """

    after: int
    words: tuple[int, ...]
    items: tuple[int, ...] = ()

    def slots(self, soft_tokens: int) -> int:
        """How many slots it takes, an item being K `soft_tokens`."""
        return len(self.items) * soft_tokens + len(self.words)


@dataclass(frozen=True, slots=True)
class PromptBatch:
    """B spliced prompts of T slots, with N items in a trunk and M branches at most; int64 tensors on one device.

    Parameters
    ----------
    tokens
        ``(B, T)``: word id, or -1.
    items
        ``(B, T)``: item row, or -1.
    slot
        ``(B, T)``: which of the item's K soft tokens, or -1.
    position
        ``(B, T)``: rotary position.
    branch
        ``(B, T)``: 0 trunk, 1… branches, -1 padding.
    limit
        ``(B, T)``: last trunk position that the slot may attend to.
    read_trunk
        ``(B, N + 1)``: slot at which the query vector for "what comes after n items" is read, -1 for none.
    read_branch
        ``(B, M)``: the same for each branch.
    """

    tokens: Tensor
    items: Tensor
    slot: Tensor
    position: Tensor
    branch: Tensor
    limit: Tensor
    read_trunk: Tensor
    read_branch: Tensor

    @property
    def plain(self) -> bool:
        """True where every prompt is ordinary causal text: no branch leaves the trunk before its end."""
        inside = (self.branch > 0) & (self.position <= self.position.where(self.branch == 0, -1).amax(1, True))
        return not bool(inside.any()) and not bool((self.branch > 1).any())

    @property
    def lengths(self) -> Tensor:
        """Slots of each prompt without its padding, ``(B,)`` int64."""
        return (self.branch != PAD).sum(1)

    def rows(self, which: Tensor) -> "PromptBatch":
        """Some of the prompts, ``which (b,)`` int64, padded to the longest of them alone."""
        found = {name: getattr(self, name)[which] for name in PromptBatch.__slots__}
        slots = max(1, int((found["branch"] != PAD).sum(1).max()))
        read = {"read_trunk", "read_branch"}
        return PromptBatch(**{name: x if name in read else x[:, :slots] for name, x in found.items()})

    def history_slots(self, at: Tensor) -> Tensor:
        """Which slots begin an item that is read before others, ``(B, N, T)`` bool; `at (B, N)` int64: the others."""
        index = at.clamp(min=0).unsqueeze(-1).expand(-1, -1, self.items.shape[1])
        return self.attention()[:, 0].gather(1, index) & (self.slot == 0).unsqueeze(1)

    def attention(self) -> Tensor:
        """Which slot attends to which, ``(B, 1, T, T)`` bool."""
        seen, sees = self.position.unsqueeze(1), self.position.unsqueeze(2)
        trunk = (self.branch == 0).unsqueeze(1) & (seen <= torch.minimum(sees, self.limit.unsqueeze(2)))
        own = (self.branch.unsqueeze(1) == self.branch.unsqueeze(2)) & (seen <= sees)
        same = torch.eye(self.branch.shape[1], dtype=torch.bool, device=self.branch.device)
        padding = (self.branch == PAD).unsqueeze(2)
        return torch.where(padding, same, trunk | own).unsqueeze(1)


def splice(
    before: Sequence[int],
    histories: Sequence[Sequence[int]],
    branches: Sequence[Sequence[Branch]],
    soft_tokens: int,
    device: torch.device | str = "cpu",
) -> PromptBatch:
    """Lays prompts out: words, each history's items (K slots each), then its branches.

    Parameters
    ----------
    before
        Token ids of the words that all begin with.
    histories
        Item rows of each prompt, oldest first; may be empty.
    branches
        Of each prompt; possibly none.
    soft_tokens
        K.
    device
        Where the batch shall lie.

    Examples
    --------
    >>> batch = splice([7, 8], [[4, 6]], [[Branch(2, (30, 31))]], soft_tokens=1)
    >>> batch.tokens.tolist(), batch.items.tolist()
    ([[7, 8, -1, -1, 30, 31]], [[-1, -1, 4, 6, -1, -1]])
    """
    start, longest = len(before), max((len(h) for h in histories), default=0)
    widest = max((len(b) for b in branches), default=0)
    lengths = [
        start + len(h) * soft_tokens + sum(b.slots(soft_tokens) for b in queries)
        for h, queries in zip(histories, branches, strict=True)
    ]
    shape = (len(histories), max(lengths))
    fields = {name: torch.full(shape, PAD) for name in ("tokens", "items", "slot", "branch")}
    position, limit = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    read_trunk = torch.full((len(histories), longest + 1), PAD)
    read_branch = torch.full((len(histories), widest), PAD)
    words = torch.tensor(list(before))
    for n, (history, queries) in enumerate(zip(histories, branches, strict=True)):
        trunk = start + len(history) * soft_tokens
        fields["tokens"][n, :start] = words
        if history:
            fields["items"][n, start:trunk] = torch.tensor(list(history)).repeat_interleave(soft_tokens)
            fields["slot"][n, start:trunk] = torch.arange(soft_tokens).repeat(len(history))
        fields["branch"][n, :trunk] = 0
        position[n, :trunk] = limit[n, :trunk] = torch.arange(trunk)
        read_trunk[n, : len(history) + 1] = start - 1 + soft_tokens * torch.arange(len(history) + 1)
        at = trunk
        for m, query in enumerate(queries):
            end, root = at + query.slots(soft_tokens), start + query.after * soft_tokens
            words_at = end - len(query.words)
            if query.items:
                fields["items"][n, at:words_at] = torch.tensor(query.items).repeat_interleave(soft_tokens)
                fields["slot"][n, at:words_at] = torch.arange(soft_tokens).repeat(len(query.items))
            fields["tokens"][n, words_at:end] = torch.tensor(query.words, dtype=torch.long)
            fields["branch"][n, at:end] = m + 1
            position[n, at:end] = root + torch.arange(end - at)
            limit[n, at:end] = root - 1
            read_branch[n, m] = end - 1
            at = end
    batch = PromptBatch(**fields, position=position, limit=limit, read_trunk=read_trunk, read_branch=read_branch)
    return batch if str(device) == "cpu" else move(batch, device)


def by_length(lengths: Sequence[int], group: int) -> list[list[int]]:
    """Divide prompts into groups of like lengths, each to be padded by itself.

    Parameters
    ----------
    lengths
        Slots of each prompt.
    group
        Slots that a further group has to save: what it costs by itself.

    Returns
    -------
    list of list of int
        Places in `lengths`, shortest prompts first: the division that reads the fewest slots.

    Examples
    --------
    >>> by_length([3, 40, 4, 38, 3], group=20)
    [[0, 4, 2], [3, 1]]
    >>> by_length([3, 40, 4, 38, 3], group=200)
    [[0, 4, 2, 3, 1]]
    """
    order = sorted(range(len(lengths)), key=lambda place: lengths[place])
    cost, cut = [0], [0]  # of the first n prompts; where the last group of the cheapest division begins
    for n in range(1, len(order) + 1):
        longest = lengths[order[n - 1]]
        least, begin = min((cost[k] + group + (n - k) * longest, k) for k in range(n))
        cost.append(least)
        cut.append(begin)
    groups: list[list[int]] = []
    end = len(order)
    while end:
        groups.append(order[cut[end] : end])
        end = cut[end]
    return groups[::-1]


def move(batch: PromptBatch, device: torch.device | str) -> PromptBatch:
    """A batch on another device."""
    return PromptBatch(**{name: getattr(batch, name).to(device) for name in PromptBatch.__slots__})
