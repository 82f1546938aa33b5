"""Wishes of training that are told when they are asked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.train.event_contexts import event_contexts
from llmrec.train.sequence_windows import epoch_windows, shuffled


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

    epoch_windows(histories, 4, 6, words, "0", contexts, told=0.5)
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
