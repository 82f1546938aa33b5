"""Windows: every event once a target, wishes answered by what came next."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrec.train.sequence_windows import Window, epoch_windows


def named(row: int, _rng: Random) -> tuple[int, ...]:
    return (1000 + row,)


def cut(histories: dict[str, list[int]], size: int = 4, queries: int = 3, seed: str = "0:0") -> list[Window]:
    return epoch_windows(histories, size, queries, named, seed)


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 23), min_size=1, max_size=5),
    size=st.integers(1, 6),
    seed=st.integers(0, 10**6),
)
def test_every_event_is_a_target_exactly_once(lengths: list[int], size: int, seed: int) -> None:
    histories = {str(u): list(range(100 * u, 100 * u + n)) for u, n in enumerate(lengths)}
    windows = cut(histories, size, queries=2, seed=str(seed))
    targets = sorted(row for w in windows for row in w.targets if row >= 0)
    assert targets == sorted(row for rows in histories.values() for row in rows)
    for w in windows:
        assert len(w.items) <= size and len(w.targets) == len(w.items) + 1
        # What is read is what was taken just before each target.
        assert list(w.targets[1:]) == [row + 1 for row in w.items]
        assert w.targets[0] in (-1, *(rows[0] for rows in histories.values() if rows))


def test_pure_function_of_the_seed_that_moves_with_it() -> None:
    histories = {"a": list(range(20)), "b": list(range(30, 37))}
    assert cut(histories) == cut(histories)
    assert cut(histories) != cut(histories, seed="0:1")


@pytest.mark.parametrize("seed", ["0:0", "0:1", "3:7"])
def test_wish_is_answered_by_the_item_taken_at_its_moment(seed: str) -> None:
    windows = cut({"a": list(range(20)), "b": [50, 51]}, seed=seed)
    asked = [(w, b, row) for w in windows for b, row in zip(w.branches, w.queried, strict=True)]
    assert len(asked) > 3
    for window, branch, row in asked:
        assert branch.words == (1000 + row,)
        assert window.targets[branch.after] == row


def test_item_that_can_be_asked_for_in_no_words_has_no_wish() -> None:
    windows = epoch_windows({"a": [1, 2, 3]}, 4, 5, lambda _row, _rng: (), "0")
    assert all(not w.branches and not w.queried for w in windows)


def test_user_without_training_events_gives_no_prompt() -> None:
    assert cut({"nobody": []}) == []
