"""Windows: every event once a target, wishes answered by what came next."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.train import query_texts as queries
from llmrec.train.processes import Processes
from llmrec.train.query_texts import compose_query, keywords
from llmrec.train.sequence_windows import Window, epoch_windows, event_contexts, repeat_factors, resample, shuffled
from llmrec.train.window_data import EpochData, EpochFiles


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


@settings(max_examples=10, deadline=None)
@given(users=st.integers(0, 9), batch=st.integers(1, 5), count=st.integers(1, 4), first=st.integers(0, 3))
def test_processes_read_each_window_of_an_epoch_once_in_the_same_steps(
    users: int, batch: int, count: int, first: int
) -> None:
    histories = {str(user): list(range(10 * user, 10 * user + 1 + user)) for user in range(users)}
    weighed = {user: [0.5 + row for row in rows] for user, rows in histories.items()}
    windows = epoch_windows(histories, 4, 2, named, "0", target_weights=weighed)
    wanted = [windows[at : at + batch] for at in range(0, len(windows), batch)]
    with EpochFiles(None, Processes()) as files:
        whole = files.open(lambda: windows, batch)
        assert len(whole) == len(wanted) and [step.own for step in whole.steps(first)] == wanted[first:]
        parts = [[*EpochData(whole.dataset, batch, Processes(rank, count)).steps(first)] for rank in range(count)]
    assert {len(steps) for steps in parts} == {len(wanted[first:])}
    for own, step in zip(wanted[first:], zip(*parts, strict=True), strict=True):
        read = [window for part in step for window in part.own]
        assert sorted(map(repr, read)) == sorted(map(repr, own))
        goals = [row for window in own for row in (*window.targets, *window.queried) if row >= 0]
        assert all((part.goals, part.has_query) == (goals, any(w.queried for w in own)) for part in step)


def test_the_file_of_an_epoch_is_gone_when_the_next_is_open(tmp_path: Path) -> None:
    (tmp_path / "windows-of-one-that-was-killed").mkdir()
    with EpochFiles(tmp_path, Processes()) as files:
        for epoch in range(2):
            assert len(files.open(lambda: cut({"a": [1, 2, 3]}), 2)) == 1, epoch
            assert len([*tmp_path.rglob("*.arrow")]) == len([*tmp_path.iterdir()]) == 1
    assert not [*tmp_path.iterdir()]


PLOT = Item(
    "1", "The Long Night", "Marlowe hunts a jewel smuggler through foggy harbours.",
    {"genres": ("Crime", "Film-Noir"), "year": 1947, "product_code": "77123", "price": 3.5},
)  # fmt: skip


def many(item: Item, held_out: bool, n: int = 300) -> set[str]:
    return {compose_query(item, Random(seed), held_out) for seed in range(n)}


def test_never_the_title_a_name_or_an_identifier(tiny_catalog: Catalog) -> None:
    for item in (*tiny_catalog.items, PLOT):
        for held_out in (False, True):
            for query in many(item, held_out, 60):
                assert item.title.lower() not in query.lower()
                assert "marlowe" not in query.lower() and "77123" not in query and "3.5" not in query


@pytest.mark.parametrize(
    ("title", "plot"),
    [
        ("Shadow, The", "A shadow hunts smugglers."),
        ("Seven (Se7en)", "A killer and his seven sins."),
        ("Sense and Sensibility", "Between sense and sensibility, sisters marry."),
    ],
)
def test_a_plot_that_says_the_title_does_not_tell_it(title: str, plot: str) -> None:
    item = Item("1", title, plot, {"genres": ("Drama", "Romance"), "year": 1994})
    name = title.split(",")[0].split(" (")[0].lower()
    for held_out in (False, True):
        asked = many(item, held_out)
        assert not any(re.search(rf"\b{name}\b", query.lower()) for query in asked)
        assert any(word in query for query in asked for word in ("smugglers", "killer", "sisters"))


def test_a_wish_that_told_no_title_is_the_one_it_always_was() -> None:
    drawn = Random(7)
    queries_of_before = [
        "find me crime film-noir of the 1940s",
        "crime about foggy and hunts and harbours",
        "crime film-noir",
    ]
    assert [compose_query(PLOT, drawn, False) for _ in range(3)] == queries_of_before
    telling = Item("2", "Harbours", PLOT.description, PLOT.attributes)  # its title is redrawn, beside the others' draws
    for seed in range(50):
        told, silent = Random(seed), Random(seed)
        query, before = compose_query(telling, told, False), compose_query(PLOT, silent, False)
        assert told.getstate() == silent.getstate()
        assert query == before or "harbours" in before


def test_wish_is_true_of_the_item() -> None:
    asked = many(PLOT, held_out=False)
    assert any("film-noir" in w for w in asked) and any("smuggler" in w for w in asked)
    assert any("40s" in w for w in asked) and not any("50s" in w for w in asked)
    assert all(any(fact in w for fact in ("crime", "noir", "40s", *keywords(PLOT.description))) for w in asked)


def test_held_out_phrasings_are_never_trained() -> None:
    for trained, held in (
        (queries.TRAIN_PHRASES, queries.HELD_OUT_PHRASES),
        (queries.TRAIN_ABOUT, queries.HELD_OUT_ABOUT),
        (queries.TRAIN_ERA, queries.HELD_OUT_ERA),
    ):
        assert not set(trained) & set(held)
    assert not many(PLOT, held_out=False) & many(PLOT, held_out=True)


@pytest.mark.parametrize("held_out", [False, True])
def test_same_draw_same_wish(held_out: bool) -> None:
    assert compose_query(PLOT, Random(5), held_out) == compose_query(PLOT, Random(5), held_out)


def test_item_with_a_title_alone_cannot_be_asked_for() -> None:
    assert compose_query(Item("1", "Quiet"), Random(0), False) == ""
