"""Where the parts of a batch are ranked: in this process, in a pool of processes, or by actors of Ray Data.

All three rank a part by the same function, on one thread, so that their lists are the same to the last digit.
"""

import atexit
import json
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import wait as ended
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from llmrec import errors, paths
from llmrec.batch_parts import Part, RankedPart, schema
from llmrec.catalog import Catalog, load_catalog
from llmrec.catalog.types import Repeats
from llmrec.errors import BadInput, LlmrecError
from llmrec.extras import needs
from llmrec.pipeline_config import PipelineConfig
from llmrec.response import Response

if TYPE_CHECKING:
    from llmrec.recommender import Recommender

LOCAL = "local"
"""Address of a Ray cluster that is started for the batch, on this machine."""
CONNECT = 5.0
"""Seconds that a cluster has to take a connection."""
MOST_BLOCKS = 4096
"""Of a Ray data set: what its scheduler keeps count of."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a worker opens its recommender, and what it ranks.

    Parameters
    ----------
    data
        Folder of the catalogue, or one in memory.
    adapter
        See `Recommender.from_pretrained`.
    reader, repeats
        How the folder is read.
    config
        See `Recommender.from_pretrained`.
    fields
        The fields of a request but its user.
    """

    data: Path | Catalog
    adapter: Path | str | None
    reader: str | None
    repeats: Repeats
    config: PipelineConfig | None
    fields: Mapping[str, Any]

    def open(self, catalog: Catalog | None = None) -> "Recommender":
        """Open a recommender, one process after the other: the first builds the index, and the others copy it.

        Parameters
        ----------
        catalog
            That of the folder, where the caller has read it already.
        """
        from filelock import FileLock

        from llmrec.recommender import Recommender

        data = self.data
        if catalog is None and not isinstance(data, Catalog):
            catalog = load_catalog(data, reader=self.reader, repeats=self.repeats)
        place = paths.home() / "index"
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(place / "batch.lock"):
            return Recommender.from_pretrained(self.adapter, data, catalog=catalog, config=self.config)


class Worker:
    """Ranks parts, with a recommender that is opened at the first one.

    Parameters
    ----------
    opening
        How.
    recommender
        One that is open, and stays open.
    catalog
        That of the folder, where it has been read already.
    """

    def __init__(
        self, opening: Opening, recommender: "Recommender | None" = None, catalog: Catalog | None = None
    ) -> None:
        self.opening, self._given, self._catalog = opening, recommender, catalog

    @cached_property
    def recommender(self) -> "Recommender":
        """What ranks."""
        return self._given or self.opening.open(self._catalog)

    def close(self) -> None:
        """Release the index of what was opened here: an embedded one is this process's own copy."""
        if self._given is None and "recommender" in self.__dict__:
            self.recommender.pipeline.index.close()

    def rank(self, part: Part) -> RankedPart:
        """Make the lists of a part.

        Raises
        ------
        LlmrecError
            As `Recommender.recommend_many` does.
        """
        fields = self.opening.fields
        columns = schema(bool(fields.get("explain")))
        values: dict[str, list[Any]] = {name: [] for name in columns.names}
        degraded: set[str] = set()
        without_items = 0
        for user, response in zip(part.users, self.recommender.recommend_many(part.users, **fields), strict=True):
            _append(values, user, response)
            degraded |= {*response.degraded}
            without_items += not response.items
        lists = pa.table(values, schema=columns)
        return RankedPart(part.number, lists, tuple(sorted(degraded)), without_items)


def _append(values: Mapping[str, list[Any]], user: str, response: Response) -> None:
    for rank, item in enumerate(response.items, 1):
        row: dict[str, Any] = {
            "user_id": user, "rank": rank, "item_id": item.id, "title": item.title, "score": item.score,
        }  # fmt: skip
        if "rationale" in values:
            reasons = item.rationale
            row["rationale"] = reasons.text if reasons else None
            row["evidence"] = json.dumps(reasons.to_dict(), ensure_ascii=False) if reasons else None
        for name, value in row.items():
            values[name].append(value)


def in_process(worker: Worker, parts: Sequence[Part]) -> Iterator[RankedPart]:
    """Rank parts here, one after the other.

    Parameters
    ----------
    worker
        Ranks them.
    parts
        Those to be ranked.

    Yields
    ------
    RankedPart
    """
    with _one_thread(), closing(worker):
        for part in parts:
            yield worker.rank(part)


def in_pool(opening: Opening, parts: Sequence[Part], workers: int) -> Iterator[RankedPart]:
    """Rank parts in processes on this machine.

    Parameters
    ----------
    opening
        What each process opens.
    parts
        Those to be ranked.
    workers
        Number of processes.

    Yields
    ------
    RankedPart
        As they are ready.

    Raises
    ------
    LlmrecError
        As a worker does; also where one was ended from outside.
    """
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(opening,)
    )
    try:
        pending: set[Future[RankedPart]] = set()
        left = iter(parts)
        while True:
            while len(pending) < 2 * workers and (part := next(left, None)):
                pending.add(pool.submit(_rank, part))
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


def _start(opening: Opening) -> None:
    """Prepare a process of the pool."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which ends its workers
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _prepare_process()
    _worker = Worker(opening)
    atexit.register(_worker.close)


def _end_with(sentinel: int) -> None:
    """End this process where its program was killed: it would wait for work without end."""
    ended([sentinel])
    os._exit(1)


def _rank(part: Part) -> RankedPart:
    return _worker.rank(part)


class RayWorker:
    """Ranks parts as an actor of Ray Data.

    Parameters
    ----------
    opening
        What it opens.
    """

    def __init__(self, opening: Opening) -> None:
        _prepare_process()
        self._worker = Worker(opening)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Rank the part in each row ``(number, users)``; give a row ``(record, lists)`` for each, as JSON and Arrow."""
        rows = [self._ranked(Part(row["number"], tuple(row["users"]))) for row in batch.to_pylist()]
        return pa.Table.from_pylist(rows, pa.schema([("record", pa.string()), ("lists", pa.large_binary())]))

    def _ranked(self, part: Part) -> dict[str, Any]:
        try:
            ranked = self._worker.rank(part)
        except LlmrecError as error:  # as data: of an exception Ray brings the words alone
            return {"record": json.dumps({"error": [type(error).__name__, str(error), error.fields]}), "lists": b""}
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, ranked.lists.schema) as writer:
            writer.write_table(ranked.lists)
        return {"record": json.dumps(ranked.record()), "lists": sink.getvalue().to_pybytes()}


def on_ray(opening: Opening, parts: Sequence[Part], workers: int, address: str) -> Iterator[RankedPart]:
    """Rank parts by actors of Ray Data; those of a machine that is lost are ranked again by the others.

    Parameters
    ----------
    opening
        What each actor opens; its folders have to be there on every machine of the cluster.
    parts
        Those to be ranked.
    workers
        Number of actors; each has a core.
    address
        Of the cluster, as `ray.init` takes it; "local" starts one on this machine.

    Yields
    ------
    RankedPart
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
    with needs("ray", "a batch on Ray"):
        import ray
        import ray.data
    with _cluster(address, workers):
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        rows = [{"number": part.number, "users": list(part.users)} for part in parts]
        ranked = ray.data.from_items(rows, override_num_blocks=min(len(rows), MOST_BLOCKS)).map_batches(
            RayWorker, fn_constructor_args=(opening,), batch_size=1, batch_format="pyarrow", zero_copy_batch=True,
            compute=ray.data.ActorPoolStrategy(size=workers), num_cpus=1,
        )  # fmt: skip
        seen: set[int] = set()
        for row in ranked.iter_rows():
            record = json.loads(row["record"])
            if "error" in record:
                raise _raised(record["error"])
            if record["part"] not in seen:
                seen.add(record["part"])
                lists = pa.ipc.open_stream(row["lists"]).read_all()
                yield RankedPart(record["part"], lists, tuple(record["degraded"]), record["without_items"])


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
        host, _, port = address.rpartition("://")[2].rpartition(":")
        if host and port.isdigit():  # Ray waits for minutes where nobody listens
            socket.create_connection((host, int(port)), CONNECT).close()
        ray.init(
            address=address, num_cpus=cores, include_dashboard=False if address == LOCAL else None, log_to_driver=False,
            logging_level=logging.ERROR, runtime_env=environment,
        )  # fmt: skip
    except (OSError, ValueError, RuntimeError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(f"no Ray cluster answers at {address!r} ({why}); pass its address, or local", "ray") from error
    try:
        yield
    finally:
        ray.shutdown()


def _prepare_process() -> None:
    """For a process that ranks and does nothing else: one thread, and the settings of the command."""
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
