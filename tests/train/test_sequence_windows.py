"""Windows: every event once a target, wishes answered by what came next."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.train.sequence_windows import Window, epoch_windows, event_contexts, repeat_factors, resample, shuffled


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


def catalogue(stamps: Sequence[float]) -> Catalog:
    items = tuple(Item(str(n), f"t{n}") for n in range(len(stamps)))
    return Catalog("c", items, {"u": tuple(Interaction("u", str(n), stamp) for n, stamp in enumerate(stamps))})


def at(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[arg-type]


def test_each_event_has_its_own_time_and_season() -> None:
    evening, morning = at(1998, 1, 5, 20), at(1998, 4, 2, 9)
    told = event_contexts(catalogue([evening, morning]), {"u": [1, 0]})
    assert told == {"u": ["it is a spring morning", "it is a winter evening"]}


def test_dates_tell_the_season_and_an_order_tells_nothing() -> None:
    assert event_contexts(catalogue([at(2019, 9, 1), at(2020, 6, 1)]), {"u": [0, 1]}) == {
        "u": ["it is autumn", "it is summer"]
    }
    assert event_contexts(catalogue([0.0, 1.0]), {"u": [0, 1]}) == {"u": ["", ""]}


def test_a_wish_is_told_the_moment_of_the_event_that_answers_it() -> None:
    histories = {"a": list(range(12)), "b": [20, 21]}
    contexts = {user: [f"c{row}" for row in rows] for user, rows in histories.items()}
    seen: list[tuple[int, str]] = []

    def words(row: int, _rng: Random, context: str = "") -> tuple[int, ...]:
        seen.append((row, context))
        return (row,)

    epoch_windows(histories, 4, 6, words, "0", contexts, context_share=0.5)
    told = [(row, context) for row, context in seen if context]
    assert 0 < len(told) < len(seen)
    assert all(context == f"c{row}" for row, context in told)


def test_without_contexts_the_draws_are_those_of_before_and_an_order_of_chance_is_shared() -> None:
    histories = {"a": list(range(12)), "b": [20, 21, 22]}
    write = lambda row, _rng, _context="": (row,)  # noqa: E731
    assert epoch_windows(histories, 4, 3, write, "0") == epoch_windows(histories, 4, 3, write, "0", None, 0.0)
    contexts = {user: [f"c{row}" for row in rows] for user, rows in histories.items()}
    rows, told = shuffled(histories, "7"), shuffled(contexts, "7")
    assert all(told[user] == [f"c{row}" for row in rows[user]] for user in rows)


def test_rarest_modality_of_an_item_decides_how_often_it_is_wanted() -> None:
    rows = torch.arange(100)
    mask = {"text": rows >= 0, "image": rows < 25, "video": rows < 4, "audio": rows < 0}
    factors = repeat_factors(mask, rare=0.5)
    assert factors[0] == pytest.approx((0.5 / 0.04) ** 0.5) and factors[10] == pytest.approx(2**0.5)
    assert factors[50] == 1
    assert repeat_factors(mask, rare=0.01).max() == 1


def test_prompts_are_repeated_as_wanted_and_none_is_lost() -> None:
    histories = {str(user): [user, 50 + user % 7, 60] for user in range(40)}
    windows = epoch_windows(histories, 4, 0, lambda _row, _rng: (), "0:0")
    factors = torch.ones(100)
    factors[:20] = 2.5
    drawn = resample(windows, factors, "0:0")
    often = [drawn.count(w) for w in windows if min(w.items) < 20]
    assert set(often) == {2, 3} and 2.2 < sum(often) / len(often) < 2.8
    assert all(drawn.count(w) == 1 for w in windows if min(w.items) >= 20)
    assert drawn == resample(windows, factors, "0:0") != resample(windows, factors, "0:1")
    assert sorted(map(repr, resample(windows, torch.ones(100), "0:0"))) == sorted(map(repr, windows))
