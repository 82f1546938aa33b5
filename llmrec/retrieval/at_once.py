"""Work of a request that waits for others, on threads: what the index answers over a network, most of all."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")
THREADS = 64
"""Of a process: some twenty a request where the index lies on two servers. What no thread is free for is done by the
request's own."""


def at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """What all tasks return, in their order.

    Parameters
    ----------
    tasks
        The first is done in this thread, and each that no other thread has begun by then: tasks may call this again
        without waiting for one another.

    Raises
    ------
    Exception
        What the first of the tasks raises that fails; those that none has begun are left.

    Examples
    --------
    >>> at_once([lambda: 1, lambda: 2])
    [1, 2]
    """
    begun = [_threads().submit(task) for task in tasks[1:]]
    try:
        found = [task() for task in tasks[:1]]
        for future, task in zip(begun, tasks[1:], strict=True):
            found.append(task() if future.cancel() else future.result())
        return found
    finally:
        for future in begun:
            future.cancel()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "at-once")


os.register_at_fork(after_in_child=_threads.cache_clear)  # a fork has none of its parent's threads
