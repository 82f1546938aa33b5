"""Tasks at once: results in order, errors raised, tasks within tasks, and a fork."""

import multiprocessing
import threading
from functools import partial

import pytest

from llmrec.retrieval.at_once import THREADS, at_once


def test_tasks_wait_together_and_answer_in_order() -> None:
    meeting = threading.Barrier(3, timeout=20)  # breaks unless all three are under way

    def met(n: int) -> int:
        meeting.wait()
        return n

    assert at_once([partial(met, n) for n in range(3)]) == [0, 1, 2] and at_once([]) == []


def test_what_a_task_raises_is_raised() -> None:
    def fails() -> int:
        raise ValueError("of a task")

    for tasks in ([fails, lambda: 1], [lambda: 1, fails]):
        with pytest.raises(ValueError, match="of a task"):
            at_once(tasks)


def test_tasks_of_tasks_never_wait_for_a_free_thread() -> None:
    def inner(n: int) -> int:
        return sum(at_once([partial(int, n), partial(int, 1)]))

    assert at_once([partial(inner, n) for n in range(4 * THREADS)]) == [n + 1 for n in range(4 * THREADS)]


def _in_a_fork(answer: "multiprocessing.SimpleQueue[list[int]]") -> None:
    answer.put(at_once([lambda: 1, lambda: 2]))


def test_a_fork_has_threads_of_its_own() -> None:
    at_once([lambda: 1, lambda: 2])
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    process = context.Process(target=_in_a_fork, args=(answer,))
    process.start()
    process.join(20)
    assert not process.exitcode and answer.get() == [1, 2]
