"""Vectors of items that are held once: read by rows, put without a copy, mapped from a file."""

from pathlib import Path

import numpy as np
import pytest

from llmrec import vector_rows
from llmrec.vector_rows import VectorRows


def numbered(items: int, dim: int = 3) -> np.ndarray:
    return np.arange(items * dim, dtype=np.float16).reshape(items, dim)


def test_any_rows_are_read_as_float32() -> None:
    held = numbered(5)
    rows = VectorRows(held)
    assert rows.shape == (5, 3) and len(rows) == 5
    mask = np.array([True, False, True, False, False])
    for which, same in (([3, 0, 3], [3, 0, 3]), (np.array([4]), [4]), (slice(1, 3), [1, 2]), (mask, [0, 2])):
        assert rows[which].dtype == np.float32
        np.testing.assert_array_equal(rows[which], held[same])
    assert rows[[]].shape == rows[()].shape == (0, 3)
    np.testing.assert_array_equal(rows[np.intp(2)], held[2])
    np.testing.assert_array_equal(np.asarray(rows), held)


def test_what_is_put_is_seen_by_its_own_table_alone() -> None:
    start = VectorRows(numbered(4))
    one = start.put([1, 4], np.full((2, 3), 9, np.float32), 5)
    other = start.put([1], np.full((1, 3), 7, np.float32), 4)  # of the same start: neither sees the other's
    then = one.put([4], np.full((1, 3), 8, np.float32), 5)
    assert start[1].tolist() == [3, 4, 5] and other[1].tolist() == [7, 7, 7]
    assert one[[1, 4]].tolist() == [[9, 9, 9], [9, 9, 9]] and then[[1, 4]].tolist() == [[9, 9, 9], [8, 8, 8]]
    assert [len(x) for x in (start, one, other, then)] == [4, 5, 4, 5]
    np.testing.assert_array_equal(then[[0, 2, 3]], start[[0, 2, 3]])


def test_the_last_rows_may_go_and_others_come_in_their_place() -> None:
    rows = VectorRows(numbered(6)).put([6], np.full((1, 3), 9, np.float32), 7)
    fewer = rows.put((), np.empty((0, 3), np.float32), 2)
    assert len(fewer) == 2
    grown = fewer.put([3], np.full((1, 3), 5, np.float32), 5)
    assert grown[:].tolist() == [[0, 1, 2], [3, 4, 5], [0, 0, 0], [5, 5, 5], [0, 0, 0]]
    assert grown.present.tolist() == [True, True, False, True, False]
    changed = fewer.put([0, 1], np.full((2, 3), 7, np.float32), 4)  # as many come without a vector as change
    assert changed[:].tolist() == [[7, 7, 7], [7, 7, 7], [0, 0, 0], [0, 0, 0]]


def test_rows_that_are_replaced_over_and_over_take_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_rows, "BLOCK", 8)
    rows = VectorRows(numbered(3))
    sizes = []
    for n in range(200):
        rows = rows.put([n % 2], np.full((1, 3), n, np.float32), 3)
        sizes.append(rows.nbytes)
        assert rows[:].tolist()[2] == [6, 7, 8] and rows[n % 2].tolist() == [n] * 3
    assert max(sizes) < sizes[0] + 40 * 3 * 2


def test_views_are_made_of_what_is_read() -> None:
    calls = []

    def doubled(x: np.ndarray) -> np.ndarray:
        calls.append(len(x))
        return np.hstack([x, x])

    view = VectorRows(numbered(5)).put([0], np.ones((1, 3), np.float32), 5).through(doubled)
    assert view.shape == (5, 6) and view[[0, 4]].tolist() == [[1] * 6, [12, 13, 14, 12, 13, 14]]
    assert max(calls) == 2  # rows that nobody asked for are not made


def test_many_lie_in_a_file_that_nobody_has_to_tidy_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = VectorRows(numbered(9))
    assert rows.mapped(tmp_path) is rows
    monkeypatch.setattr(vector_rows, "LEAST_MAPPED", 1)
    mapped = rows.mapped(tmp_path / "made")
    np.testing.assert_array_equal(mapped[:], rows[:])
    assert mapped.nbytes == 0 and not list((tmp_path / "made").iterdir())
    assert mapped.put([2], np.ones((1, 3), np.float32), 9)[[1, 2]].tolist() == [[3, 4, 5], [1, 1, 1]]


def test_what_was_read_of_a_file_is_let_go_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_rows, "LEAST_MAPPED", 1)
    numbers = np.arange(3 * 400_000, dtype=np.float32).reshape(-1, 3)
    mapped = VectorRows(numbers).mapped(tmp_path)

    def resident() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssFile"))

    mapped[:].sum()
    before = resident()
    mapped.release()
    VectorRows(numbers).release()  # what is in no file stays
    assert resident() < before - 4000 and mapped[[399_999]].tolist() == [numbers[-1].tolist()]


def test_products_are_those_of_the_rows_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_rows, "BLOCK", 4)
    rows = VectorRows(numbered(11)).put([3], np.ones((1, 3), np.float32), 12)
    queries, wanted = np.array([[1, 0, 2], [0, 1, 0]], np.float32), np.array([11, 3, 0, 7, 2, 9], np.intp)
    np.testing.assert_allclose(rows.products(queries, wanted), queries @ rows[wanted].T)
    assert rows.products(queries, np.empty(0, np.intp)).shape == (2, 0)
