"""Training prompts: windows over each history, cut anew every epoch, with wishes hung along them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

from llmrec.model.prompt import Branch

T = TypeVar("T")


class QueryWords(Protocol):
    """Writes a wish for an item row, as token ids (empty: it has none)."""

    def __call__(self, row: int, rng: Random, context: str = "", /) -> tuple[int, ...]:
        """`context`: words of when it is asked; "" for none."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one user's history and what is to be predicted along it.

    `items`: rows read; `targets`: `len(items) + 1` rows, what comes after 0, 1, … items read (-1: unknown);
    `branches` and `wished`: wishes asked along the way and the row each is answered by.
    """

    items: tuple[int, ...]
    targets: tuple[int, ...]
    branches: tuple[Branch, ...]
    queried: tuple[int, ...]


def epoch_windows(
    histories: Mapping[str, Sequence[int]],
    size: int,
    queries: int,
    words: QueryWords,
    seed: str,
    contexts: Mapping[str, Sequence[str]] | None = None,
    told: float = 0.0,
) -> list[Window]:
    """Every training event once as a target, in windows of at most `size` items, shuffled; a pure function of `seed`.

    `words` writes the wishes; to a share `told` of them it is told `contexts`: user -> words of when each event was.
    The first window of a
    user starts at the first event (a new user's prompt); the cuts between windows move from epoch to epoch.
    """
    rng = Random(seed)
    windows: list[Window] = []
    for user, history in histories.items():
        # Drawn per user even where it is not needed, so that one user's length leaves the others' draws alone.
        offset = rng.randrange(size)
        for start, end in _cuts(len(history), size, offset):
            read = tuple(history[start : end - 1])
            targets = (history[start] if start == 0 else -1, *history[start + 1 : end])
            branches, queried = [], []
            for after in sorted(rng.randrange(len(targets)) for _ in range(queries)):
                target = history[start + after]
                context = contexts[user][start + after] if contexts and rng.random() < told else ""
                ids = words(target, rng, context) if context else words(target, rng)
                if ids and not (start > 0 and after == 0):
                    branches.append(Branch(after, ids))
                    queried.append(target)
            windows.append(Window(read, targets, tuple(branches), tuple(queried)))
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
    """Every history in an order of its own; a pure function of `seed` and the lengths."""
    rng = Random(f"{seed}:order")
    return {user: rng.sample(list(rows), len(rows)) for user, rows in histories.items()}
