"""The prompt splicer: words and soft tokens in one sequence, with wishes as branches off one history.

A history is read once as a *trunk*; each wish is a *branch* that sees the trunk up to its own point in time and
its own words, nothing else. In training one forward pass thus asks many wishes at many moments of a history for
the price of their words; at inference there is one branch, at the end, which is an ordinary causal prompt. Histories
that begin alike are a trunk and branches too: each branch goes on with its own items.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

PAD = -1


@dataclass(frozen=True, slots=True)
class Branch:
    """What comes after the first `after` items of the trunk: perhaps other items (rows), then a wish's token ids."""

    after: int
    words: tuple[int, ...]
    items: tuple[int, ...] = ()

    def slots(self, soft_tokens: int) -> int:
        """How many slots it takes."""
        return len(self.items) * soft_tokens + len(self.words)


@dataclass(frozen=True, slots=True)
class PromptBatch:
    """A batch of spliced prompts. B prompts, T slots; every field is an integer tensor on one device.

    `tokens (B, T)`: word id, or -1; `items (B, T)`: item row, or -1; `slot (B, T)`: which of the item's K soft
    tokens; `position (B, T)`: rotary position; `branch (B, T)`: 0 trunk, 1… branches, -1 padding;
    `limit (B, T)`: last trunk position that the slot may see.
    `read_trunk (B, N + 1)`: slot at which the query vector for "what comes after n items" is read (-1 none);
    `read_branch (B, M)`: the same for each branch.
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

    def attention(self) -> Tensor:
        """Which slot sees which: `(B, 1, T, T) bool`."""
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
    """Lays out `before` words, each history's items (K slots each), then its branches.

    `histories`: item rows, oldest first (may be empty); `branches`: per prompt, possibly none.
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


def move(batch: PromptBatch, device: torch.device | str) -> PromptBatch:
    """The same batch on another device."""
    return PromptBatch(**{name: getattr(batch, name).to(device) for name in PromptBatch.__slots__})
