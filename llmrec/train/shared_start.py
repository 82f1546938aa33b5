"""Where a model with a shared space starts: whitened axes, and scales that make the training events likely."""

from collections.abc import Mapping, Sequence
from random import Random

import torch
from torch.nn import functional as F

from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM

EVENTS, ITEMS = 1000, 5000
"""Most training events and items that the scales are fitted on."""
ROUNDS, RATE = 60, 0.1
"""Steps of Adam, and their size."""


def start_shared_space(model: RecLM, table: ItemTable, histories: Mapping[str, Sequence[int]], seed: int) -> None:
    """Fit what the shared space of an untrained model starts with: axes to the items, scales to what came next.

    Without histories, as where these must leave no trace, the scales stay alike.

    Parameters
    ----------
    model
        Untrained; it is changed in place, where it has a shared space.
    table
        The items of training.
    histories
        User -> training rows, oldest first.
    seed
        Of the events and items that are drawn.
    """
    pointer = model.pointer
    if pointer is None:
        return
    with torch.no_grad():
        items = model.read_over_time(table.batch())
        pointer.start_from(items)
        content = pointer.content(items)
    rng = Random(seed)
    places = [(user, at) for user, rows in histories.items() for at in range(1, len(rows))]
    drawn = rng.sample(places, min(EVENTS, len(places)))
    if not drawn:
        return
    with torch.no_grad():
        goals = [histories[user][at] for user, at in drawn]
        others = rng.sample(range(len(table)), min(ITEMS, len(table)))
        shown = torch.tensor(sorted({*goals, *others}))
        queries = torch.zeros(len(drawn), content.shape[1])
        closed = torch.zeros(len(drawn), len(shown), dtype=torch.bool)
        for n, (user, at) in enumerate(drawn):
            read = list(histories[user][max(0, at - model.config.window) : at])
            weights = pointer.recency[: len(read)].flip(0).softmax(0)
            queries[n] = weights @ content[read]
            before = {*histories[user][:at]} - {histories[user][at]}  # what is taken again stays open
            closed[n] = torch.isin(shown, torch.tensor(sorted(before), dtype=torch.long))
        sizes = [*pointer.widths.values()]
        likeness = torch.stack(
            [q @ c.T for q, c in zip(queries.split(sizes, 1), content[shown].split(sizes, 1), strict=True)], dim=-1
        )
    target = torch.searchsorted(shown, torch.tensor(goals))
    scale = pointer.scale.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([scale], lr=RATE)
    for _ in range(ROUNDS):
        optimizer.zero_grad()
        F.cross_entropy((likeness @ scale.exp()).masked_fill(closed, -1e9), target).backward()
        optimizer.step()
    with torch.no_grad():
        pointer.scale.copy_(scale)
