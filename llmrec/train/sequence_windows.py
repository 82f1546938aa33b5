"""Training prompts: windows over each history, cut anew every epoch, with queries along them.

Also their augmentation: shuffled histories, contexts from timestamps, and prompts repeated for rare modalities.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from llmrec.catalog import Catalog
from llmrec.catalog.feedback import DAY, EARLIEST
from llmrec.context import Context
from llmrec.model.prompt import Branch
from llmrec.train.config import TrainConfig

T = TypeVar("T")


class QueryWords(Protocol):
    """Writes a query for an item row, as token ids (empty: it has none)."""

    def __call__(self, row: int, rng: Random, context: str = "", /) -> tuple[int, ...]:
        """Write a query; `context`: the words of its context, "" without."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """A window of one user's history, and what is predicted along it.

    Parameters
    ----------
    items
        Rows that are read.
    targets
        ``len(items) + 1`` rows: what comes after 0, 1, … items read; -1 where that is not known.
    branches, queried
        Queries along the window, and the target row of each.
    has_new
        Whether a target is newer than the checkpoint that training goes on from.
    weights, query_weights
        Of `targets` and `queried` in the loss; empty where all count alike.
    """

    items: tuple[int, ...]
    targets: tuple[int, ...]
    branches: tuple[Branch, ...]
    queried: tuple[int, ...]
    has_new: bool = True
    weights: tuple[float, ...] = ()
    query_weights: tuple[float, ...] = ()


def epoch_windows(
    histories: Mapping[str, Sequence[int]],
    size: int,
    queries: int,
    words: QueryWords,
    seed: str,
    contexts: Mapping[str, Sequence[str]] | None = None,
    context_share: float = 0.0,
    first_new: Mapping[str, int] | None = None,
    target_weights: Mapping[str, Sequence[float]] | None = None,
) -> list[Window]:
    """Every training event once as a target, in windows, shuffled; a pure function of `seed`.

    The first window of a user starts at the first event (a new user's prompt); the cuts between windows move from epoch
    to epoch.

    Parameters
    ----------
    histories
        User -> training item rows, oldest first.
    size
        Most items of a window.
    queries
        How many are asked along each window.
    words
        Writes them.
    seed
        Of cuts, queries and order.
    contexts
        User -> words of when each event was.
    context_share
        Share of the queries that are written with their context.
    first_new
        User -> place of the first new event, for `Window.has_new`; default: all events are new.
    target_weights
        User -> weight of each event as a target; one of weight 0 is read alone. Default: all count alike.

    Returns
    -------
    list of Window
        At least one for each user with an event.
    """
    rng = Random(seed)
    windows: list[Window] = []
    for user, history in histories.items():
        # Drawn per user even where it is not needed, so that one user's length leaves the others' draws alone.
        offset = rng.randrange(size)
        for start, end in _cuts(len(history), size, offset):
            items = tuple(history[start : end - 1])
            weights = () if target_weights is None else tuple(target_weights[user][start:end])
            goals = [row if not weights or weights[at] else -1 for at, row in enumerate(history[start:end])]
            targets = (goals[0] if start == 0 else -1, *goals[1:])
            branches, queried, query_weights = [], [], []
            for after in sorted(rng.randrange(len(targets)) for _ in range(queries)):
                target = history[start + after]
                context = contexts[user][start + after] if contexts and rng.random() < context_share else ""
                ids = words(target, rng, context) if context else words(target, rng)
                if ids and targets[after] >= 0:
                    branches.append(Branch(after, ids))
                    queried.append(target)
                    if weights:
                        query_weights.append(weights[after])
            has_new = first_new is None or end > first_new[user]
            windows.append(
                Window(items, targets, tuple(branches), tuple(queried), has_new, weights, tuple(query_weights))
            )
    rng.shuffle(windows)
    return windows


def _cuts(length: int, size: int, offset: int) -> Iterator[tuple[int, int]]:
    """Half-open stretches that share one event, so that no target is lost between them."""
    if length <= size + 1:
        if length:  # a split file may give a user nothing to train on
            yield 0, length
        return
    start, end = 0, offset + 2
    while start < length - 1:
        yield start, min(end, length)
        start, end = end - 1, end + size


def shuffled(histories: Mapping[str, Sequence[T]], seed: str) -> dict[str, list[T]]:
    """Every history in an order of its own.

    Parameters
    ----------
    histories
        User -> anything by event.
    seed
        The order is a pure function of it and the lengths, so that what belongs to a history is shuffled alike.
    """
    rng = Random(f"{seed}:order")
    return {user: rng.sample(list(rows), len(rows)) for user, rows in histories.items()}


def event_contexts(catalog: Catalog, histories: Mapping[str, Sequence[int]]) -> dict[str, list[str]]:
    """Return the context of each event in words, from its timestamp.

    Parameters
    ----------
    catalog
        Has the timestamps.
    histories
        User -> item rows.

    Returns
    -------
    dict
        User -> time of day and season of each event, "" where its timestamp gives neither. Where all timestamps are
        midnights they are dates, which give the season alone.
    """
    timestamps = {
        user: {event.item: event.timestamp for event in catalog.histories.get(user, ())} for user in histories
    }
    dated = all(at % DAY == 0 for events in timestamps.values() for at in events.values())
    return {
        user: [_words(timestamps[user].get(catalog.items[row].id, 0.0), dated) for row in rows]
        for user, rows in histories.items()
    }


def _words(timestamp: float, dated: bool) -> str:
    if timestamp < EARLIEST:
        return ""
    context = Context.at(timestamp)
    return (Context(season=context.season) if dated else context).words()


def replayed(windows: Sequence[Window], replay: float, seed: str) -> list[Window]:
    """The windows with new events, and some of the others.

    Parameters
    ----------
    windows
        Of an epoch.
    replay
        How many of the others there are for each with a new event, at most.
    seed
        Of the draw.

    Returns
    -------
    list of Window
        In the given order.
    """
    old_windows = [n for n, window in enumerate(windows) if not window.has_new]
    count = min(len(old_windows), round(replay * (len(windows) - len(old_windows))))
    kept = set(Random(f"{seed}:replay").sample(old_windows, count))
    return [window for n, window in enumerate(windows) if window.has_new or n in kept]


def repeat_factors(mask: Mapping[str, Tensor], rare: float) -> Tensor:
    """Return how often an item should be seen, given its modalities.

    A modality of a share f < `rare` of the items gives sqrt(rare / f); the item's rarest modality decides.

    Parameters
    ----------
    mask
        Modality -> ``(items,)`` bool.
    rare
        Share of items below which a modality is rare.

    Returns
    -------
    Tensor
        ``(items,)`` float32, 1 or more.

    References
    ----------
    Gupta, Dollár & Girshick 2019, "LVIS", CVPR (repeat-factor sampling).
    """
    factors = torch.ones(len(next(iter(mask.values()))))
    for present in mask.values():
        share = float(present.float().mean())
        if 0 < share < rare:
            factors = torch.where(present.cpu(), factors.clamp(min=math.sqrt(rare / share)), factors)
    return factors


def resample(windows: Sequence[Window], factors: Tensor, seed: str) -> list[Window]:
    """Repeat each window by the largest factor of its items.

    Parameters
    ----------
    windows
        Of an epoch.
    factors
        ``(items,)`` float32, see `repeat_factors`; fractions are drawn.
    seed
        Of draw and order.

    Returns
    -------
    list of Window
        Shuffled; each given window at least once.
    """
    rng, factor_of = Random(f"{seed}:resample"), factors.tolist()
    repeated = []
    for window in windows:
        factor = max(factor_of[row] for row in (*window.items, *window.targets) if row >= 0)
        repeated += [window] * (math.floor(factor) + (rng.random() < factor % 1))
    rng.shuffle(repeated)
    return repeated


@dataclass(frozen=True)
class Prompts:
    """The source of the loop's prompts.

    Parameters
    ----------
    histories
        User -> training item rows, oldest first.
    before
        Token ids that open every prompt.
    query_words
        Writes a query in words for an item row.
    contexts
        User -> words of when each event happened, for `TrainConfig.contexts` of the queries.
    first_new
        User -> place in the history of the first new event, where training goes on from a checkpoint: prompts without
        a new event are read by `replay` of it only. None: all events are new.
    replay
        Prompts of old events alone that an epoch reads, for each with a new one.
    content
        Digest of the items' text and media (`Features.digest`): a run goes on only while they stay as they were.
    target_weights
        User -> weight of each event as a target. None: all count alike.
    """

    histories: Mapping[str, Sequence[int]]
    before: Sequence[int]
    query_words: QueryWords
    contexts: Mapping[str, Sequence[str]] | None = None
    first_new: Mapping[str, int] | None = None
    replay: float = 0.0
    content: str = ""
    target_weights: Mapping[str, Sequence[float]] | None = None

    def windows(self, size: int, config: TrainConfig, epoch: int) -> list[Window]:
        """The prompts of an epoch; a pure function of the seed and the epoch."""
        seed, histories, contexts = f"{config.seed}:{epoch}", self.histories, self.contexts
        weights = self.target_weights
        if config.shuffle:
            histories = shuffled(histories, seed)
            contexts = shuffled(contexts, seed) if contexts else contexts
            weights = shuffled(weights, seed) if weights else weights
        windows = epoch_windows(
            histories, size, config.queries, self.query_words, seed, contexts, config.contexts, self.first_new, weights
        )
        return windows if self.first_new is None else replayed(windows, self.replay, seed)

    def max_windows(self, size: int) -> int:
        """An upper bound of the prompts of an epoch."""
        if self.first_new is None:
            return sum(_windows(len(rows), size) for rows in self.histories.values())
        new_windows = sum(
            _windows(len(rows) - self.first_new[u] + 1, size) + 1
            for u, rows in self.histories.items()
            if self.first_new[u] < len(rows)
        )
        return math.ceil(new_windows * (1 + self.replay))


def _windows(length: int, size: int) -> int:
    """An upper bound of the windows a history is cut into (see `epoch_windows`)."""
    return 1 if length <= size + 1 else 2 + (length - 2) // size
