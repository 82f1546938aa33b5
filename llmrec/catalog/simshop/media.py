"""Renders the media files of a world in several processes; each file depends on the seed and its own number alone."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

SUFFIXES = {"image": ".jpg", "video": ".mp4", "audio": ".wav"}
CHUNK = 10
"""Files a process renders before it reports."""
STREAMS = {"image": 10, "video": 11, "audio": 12, "query": 13}
"""Random streams: a picture's noise must not depend on whether its clip was rendered before."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to render: `values` in the order of the modality's attributes; `number` names its random stream."""

    file: Path
    stream: str
    values: tuple[str, ...]
    seed: int
    number: int


def render(jobs: Iterable[Job], workers: int, report: Callable[[int], None]) -> None:
    """Render the files that are not there yet.

    A file appears whole or not at all, so a run that was cut off is resumed by the next.

    Parameters
    ----------
    jobs
        Files to render.
    workers
        Processes.
    report
        Is told how many more files are done.

    Raises
    ------
    OSError
        Where the disk refuses.
    MissingExtra
        Where PyAV is not installed.
    """
    waiting = []
    for job in jobs:
        if job.file.is_file():
            report(1)
        else:
            waiting.append(job)
    chunks = [waiting[start : start + CHUNK] for start in range(0, len(waiting), CHUNK)]
    if workers <= 1 or len(chunks) <= 1:
        for chunk in chunks:
            report(_render_chunk(chunk))
        return
    # spawned, not forked: the caller may hold threads (progress bar, BLAS), and a fork of those can hang
    with ProcessPoolExecutor(min(workers, len(chunks)), mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_render_chunk, chunk) for chunk in chunks]
        try:
            for future in as_completed(futures):
                report(future.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _render_chunk(chunk: list[Job]) -> int:
    for job in chunk:
        part = job.file.with_name(f".{os.getpid()}.part{job.file.suffix}")
        try:
            _render_one(job, part)
            part.replace(job.file)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
    return len(chunk)


def _render_one(job: Job, file: Path) -> None:
    rng = np.random.default_rng([job.seed, STREAMS[job.stream], job.number])
    first, second, third = job.values
    if job.stream == "video":
        from llmrec.catalog.simshop.clips import film

        film(file, first, second, third, rng)
    elif job.stream == "audio":
        from llmrec.catalog.simshop.sounds import play

        file.write_bytes(play(first, second, third, rng))
    else:
        from llmrec.catalog.simshop.paint import paint

        file.write_bytes(paint(first, second, third, rng))
