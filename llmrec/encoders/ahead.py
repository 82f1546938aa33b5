"""Reads ahead: threads decode the next batches while the tower works on this one."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 2  # batches in memory besides the one at work
MOST = 8  # more decoders than this wait for one tower


def default_workers() -> int:
    """One a core that this process may use, at most `MOST`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, cores)


def read_ahead(
    tasks: Sequence[Task], size: int, read: Callable[[Task], Result], workers: int
) -> Iterator[list[Result]]:
    """`read` of all tasks, in their order, in batches of `size`; at most `AHEAD` batches wait to be taken.

    The batches do not depend on `workers`. What `read` raises is raised here, at its place.
    """
    pool = ThreadPoolExecutor(workers, "decode")
    pending: deque[list[Future[Result]]] = deque()
    try:
        for start in range(0, len(tasks), size):
            pending.append([pool.submit(read, task) for task in tasks[start : start + size]])
            if len(pending) > AHEAD:
                yield [future.result() for future in pending.popleft()]
        while pending:
            yield [future.result() for future in pending.popleft()]
    finally:
        pool.shutdown(cancel_futures=True)
