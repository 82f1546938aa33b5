"""Work in parts: in this process, in a pool of processes, or by actors of Ray Data.

All three work at a part by the same function, on one thread, so that what comes of it is the same to the last digit.
"""

import atexit
import json
import logging
import multiprocessing
import os
import re
import signal
import socket
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait as ended
from typing import TYPE_CHECKING, Any, Protocol

from llmrec import errors
from llmrec.errors import BadInput, LlmrecError
from llmrec.extras import needs

if TYPE_CHECKING:
    import pyarrow as pa

LOCAL = "local"
"""Address of a Ray cluster that is started for the work, on this machine."""
ADDRESS = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}")
CONNECT = 5.0
"""Seconds that a cluster has to take a connection, and to answer it."""
HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
"""What a client of gRPC begins with (RFC 9113, 3.4); the server's first frame is of the same type, 4."""
MOST_BLOCKS = 4096
"""Of a Ray data set: what its scheduler keeps count of."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is worked at and kept together.

    Parameters
    ----------
    number
        From 0, in the order of the whole.
    values
        Ids of users, or the contents that are encoded.
    """

    number: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartResult:
    """What came of a part.

    Parameters
    ----------
    number
        Of the part.
    table
        Rows.
    record
        What goes with them, as JSON holds it.
    """

    number: int
    table: "pa.Table"
    record: Mapping[str, Any] = field(default_factory=dict)


class Worker(Protocol):
    """Works at parts, in one process."""

    def work(self, part: Part) -> PartResult:
        """Work at a part.

        Raises
        ------
        LlmrecError
            What the caller is told.
        """
        ...

    def close(self) -> None:
        """Release what it has opened."""
        ...


class Job(Protocol):
    """What makes workers in other processes, and on other machines: it is pickled."""

    def worker(self) -> Worker:
        """A worker; what costs time is opened at its first part."""
        ...


@dataclass(frozen=True, slots=True)
class Workers:
    """How many work, and where.

    Parameters
    ----------
    count
        Processes, or actors of Ray, each on one thread; 1 without Ray: this process.
    ray
        Address of a Ray cluster whose actors are the workers: HOST:PORT of its head, or "auto" on one of its machines;
        "local" starts one on this machine.

    Raises
    ------
    BadInput
        Where `count` is no number of workers, or `ray` no such address.
    """

    count: int = 1
    ray: str | None = None

    def __post_init__(self) -> None:
        """Check the number."""
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < 1:
            raise BadInput(f"`workers` is {self.count!r}; pass a whole number from 1 on", "workers")
        if self.ray is not None and not (self.ray in (LOCAL, "auto") or ADDRESS.fullmatch(self.ray)):
            # Ray Data does not work over Ray's client (ray://), only on a machine of the cluster.
            raise BadInput(
                f"{self.ray!r} is no address of a Ray cluster; on one of its machines pass HOST:PORT of its head or "
                "auto, elsewhere local",
                "ray",
            )

    @property
    def elsewhere(self) -> bool:
        """Whether other processes do the work."""
        return self.ray is not None or self.count > 1

    def run(self, job: Job, parts: Sequence[Part], local: Worker | None = None) -> Generator[PartResult, None, None]:
        """Work at parts, by as many workers as there are parts for.

        Parameters
        ----------
        job
            What each worker does.
        parts
            In order.
        local
            The worker of this process, where one alone is needed; default: one of the job's.

        Yields
        ------
        PartResult
            As they are ready, each once.

        Raises
        ------
        LlmrecError
            As a worker does; see `in_pool` and `on_ray`.
        """
        count = min(self.count, len(parts))
        if not parts:
            return
        if self.ray is not None:
            yield from on_ray(job, parts, count, self.ray)
        elif count > 1:
            yield from in_pool(job, parts, count)
        else:
            yield from in_process(local or job.worker(), parts)


def in_process(worker: Worker, parts: Sequence[Part]) -> Iterator[PartResult]:
    """Work at parts here, one after the other.

    Parameters
    ----------
    worker
        Closed at the end.
    parts
        In order.

    Yields
    ------
    PartResult
    """
    with _one_thread(), closing(worker):
        for part in parts:
            yield worker.work(part)


def in_pool(job: Job, parts: Sequence[Part], workers: int) -> Iterator[PartResult]:
    """Work at parts in processes on this machine.

    Parameters
    ----------
    job
        What each process does.
    parts
        In order.
    workers
        Number of processes.

    Yields
    ------
    PartResult
        As they are ready.

    Raises
    ------
    LlmrecError
        As a worker does; also where one was ended from outside.
    """
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(job,)
    )
    try:
        pending: set[Future[PartResult]] = set()
        left = iter(parts)
        while True:
            while len(pending) < 2 * workers and (part := next(left, None)):
                pending.add(pool.submit(_work, part))
            if not pending:
                break
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
        pool.shutdown()
    except BrokenProcessPool as error:
        raise LlmrecError(
            "a worker process was ended from outside, perhaps for want of memory; run again with fewer `workers`: "
            "what was done is kept",
            "workers",
        ) from error
    finally:
        own = [*(pool._processes or {}).values()]  # the program's other processes are none of ours
        pool.shutdown(wait=False, cancel_futures=True)
        for process in own:
            process.terminate()  # after an error or Ctrl-C: nobody waits for its part
            process.join()


_worker: Worker
"""Of a process of the pool."""


def _start(job: Job) -> None:
    """Prepare a process of the pool."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which ends its workers
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _prepare_process()
    _worker = job.worker()
    atexit.register(_worker.close)


def _end_with(sentinel: int) -> None:
    """End this process where its program was killed: it would wait for work without end."""
    ended([sentinel])
    os._exit(1)


def _work(part: Part) -> PartResult:
    return _worker.work(part)


class RayWorker:
    """Works at parts as an actor of Ray Data.

    Parameters
    ----------
    job
        What it does.
    """

    def __init__(self, job: Job) -> None:
        _prepare_process()
        self._worker = job.worker()

    def __call__(self, batch: "pa.Table") -> "pa.Table":
        """Work at the part in each row ``(number, values)``; give a row ``(record, table)`` each, as JSON and Arrow."""
        import pyarrow as pa

        rows = [self._done(Part(row["number"], tuple(row["values"]))) for row in batch.to_pylist()]
        return pa.Table.from_pylist(rows, pa.schema([("record", pa.string()), ("table", pa.large_binary())]))

    def _done(self, part: Part) -> dict[str, Any]:
        import pyarrow as pa

        try:
            done = self._worker.work(part)
        except LlmrecError as error:  # as data: of an exception Ray brings the words alone
            return {"record": json.dumps({"error": [type(error).__name__, str(error), error.fields]}), "table": b""}
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, done.table.schema) as writer:
            writer.write_table(done.table)
        return {
            "record": json.dumps({"number": done.number, "record": dict(done.record)}),
            "table": sink.getvalue().to_pybytes(),
        }


def on_ray(job: Job, parts: Sequence[Part], workers: int, address: str) -> Iterator[PartResult]:
    """Work at parts by actors of Ray Data; those of a machine that is lost are worked at again by the others.

    Parameters
    ----------
    job
        What each actor does; the folders that it names have to be there on every machine of the cluster.
    parts
        In order.
    workers
        Number of actors; each has a core.
    address
        Of the cluster, as `ray.init` takes it; "local" starts one on this machine.

    Yields
    ------
    PartResult
        As they are ready, each once.

    Raises
    ------
    BadInput
        Where no cluster answers at the address.
    MissingExtra
        Where Ray is not installed.
    LlmrecError
        As a worker does.
    """
    with needs("ray", "work on Ray"):
        import ray
        import ray.data
    import pyarrow as pa

    with _cluster(address, workers):
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        rows = [{"number": part.number, "values": list(part.values)} for part in parts]
        results = ray.data.from_items(rows, override_num_blocks=min(len(rows), MOST_BLOCKS)).map_batches(
            RayWorker, fn_constructor_args=(job,), batch_size=1, batch_format="pyarrow", zero_copy_batch=True,
            compute=ray.data.ActorPoolStrategy(size=workers), num_cpus=1,
        )  # fmt: skip
        seen: set[int] = set()
        for row in results.iter_rows():
            record = json.loads(row["record"])
            if "error" in record:
                raise _raised(record["error"])
            if record["number"] not in seen:
                seen.add(record["number"])
                table = pa.ipc.open_stream(row["table"]).read_all()
                yield PartResult(record["number"], table, record["record"])


def _raised(error: Sequence[Any]) -> LlmrecError:
    """What a worker raised on purpose: name of its class, message and fields."""
    name, message, fields = error
    found = getattr(errors, name, LlmrecError)
    return found(message) if found is errors.MissingExtra else found(message, *fields)


@contextmanager
def _cluster(address: str, workers: int) -> Iterator[None]:
    """Connect to a cluster; one that the caller has connected to is used as it is, and stays."""
    import ray

    if ray.is_initialized():
        yield
        return
    home = os.environ.get("LLMREC_HOME")
    environment = {"env_vars": {"LLMREC_HOME": home}} if home and address != LOCAL else None
    cores = max(workers, os.cpu_count() or 1) if address == LOCAL else None
    try:
        if address != LOCAL and ":" in address:
            _answers(address)
        ray.init(
            address=address, num_cpus=cores, include_dashboard=False if address == LOCAL else None, log_to_driver=False,
            logging_level=logging.ERROR, runtime_env=environment,
        )  # fmt: skip
    except (OSError, ValueError, RuntimeError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(
            f"no Ray cluster answers at {address!r} ({why}); pass its address, or local, and where the cluster wants "
            "a token set RAY_AUTH_MODE=token",
            "ray",
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _answers(address: str) -> None:
    """Raise `OSError` where nobody at the address speaks Ray's protocol: Ray itself waits for minutes."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), CONNECT) as connection:
        if os.environ.get("RAY_USE_TLS", "0") != "0":
            return  # what it says is enciphered
        connection.sendall(HTTP2)
        with connection.makefile("rb") as answer:
            if answer.read(4)[3:] != b"\4":
                raise ConnectionError("what listens there is no Ray")


def _prepare_process() -> None:
    """For a process that works at parts and does nothing else: one thread, and the settings of the command."""
    from llmrec.runtime import configure, silence_warnings

    configure()
    silence_warnings()
    _one_thread().__enter__()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread: how many there are decides the last digits of a sum."""
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
