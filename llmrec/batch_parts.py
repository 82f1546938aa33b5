"""The parts of a batch of recommendations on disk: each is written whole or not at all, then all become one file.

A run keeps its parts in a folder beside its output, each with the fingerprint of what it was made of. A run that ended
early goes on with the parts that are missing, and its output is byte for byte that of a run without a break: parts are
of a fixed size, and joined in the order of their users.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as arrow_parquet
from filelock import FileLock, Timeout

from llmrec.errors import BadInput, StorageError, storage_error
from llmrec.workers import PartResult

RECORD = b"llmrec"
"""Key of the JSON object that is kept with each file's schema."""
GROUP_ROWS = 100_000
"""Rows of a row group of the output: what is held in memory while parts are joined."""
LISTS = pa.schema(
    [
        ("user_id", pa.string()), ("rank", pa.int32()), ("item_id", pa.string()), ("title", pa.string()),
        ("score", pa.float64()),
    ]
)  # fmt: skip
REASONS = (pa.field("rationale", pa.string()), pa.field("evidence", pa.string()))


def schema(explain: bool) -> pa.Schema:
    """Columns of the output, and of each part.

    Parameters
    ----------
    explain
        Whether there are sentences and, as JSON, their evidence.
    """
    return pa.schema([*LISTS, *(REASONS if explain else ())])


@dataclass
class PartStore:
    """The parts of one run.

    Parameters
    ----------
    out
        The output file; parts lie in a folder beside it until they are joined.
    fingerprint
        Of all that decides the output.
    parts
        How many there are.
    columns
        See `schema`.
    """

    out: Path
    fingerprint: str
    parts: int
    columns: pa.Schema
    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What is kept with each part that is there."""

    @property
    def folder(self) -> Path:
        """Where the parts lie."""
        return self.out.with_name(f"{self.out.name}.parts")

    def finished(self) -> dict[str, Any] | None:
        """`rows`, `degraded` and `without_items` of the output, where a run of the same fingerprint has ended."""
        kept = _record(self.out)
        return kept if kept and kept.get("fingerprint") == self.fingerprint else None

    @contextmanager
    def opened(self) -> "Iterator[int]":
        """Hold the folder, with `records` of the parts that are of use; gives the number of those that are not.

        Raises
        ------
        BadInput
            Where another run writes the same output.
        StorageError
            Where the disk refuses.
        """
        lock = FileLock(self.folder / "lock", thread_local=False)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise BadInput(
                f"another llmrec is writing {self.out}; wait for it, or pass another `out`", "out"
            ) from error
        except OSError as error:
            why = error.strerror or error
            raise StorageError(f"the folder {self.folder} cannot be made ({why}); pass another `out`", "out") from error
        try:
            yield self._read()
        finally:
            lock.release()

    def write(self, ranked: PartResult) -> None:
        """Keep a part; one that is there already stays.

        Parameters
        ----------
        ranked
            Its lists, with the columns of `schema`; its record has `degraded`, what was out of reach for some of the
            users (see `Response.degraded`), and `without_items`, for how many nothing was left to recommend.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        if ranked.number in self.records:
            return
        record = {"part": ranked.number, **ranked.record, "fingerprint": self.fingerprint}
        with _whole(self._file(ranked.number)) as partial:
            arrow_parquet.write_table(_with_record(ranked.table.cast(self.columns), record), partial)
        self.records[ranked.number] = record

    def join(self) -> dict[str, Any]:
        """Make the output of all parts, and delete them.

        Returns
        -------
        dict
            What is kept with the output, see `finished`.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        files = [self._file(number) for number in range(self.parts)]
        record = {
            "fingerprint": self.fingerprint,
            "rows": sum(arrow_parquet.read_metadata(file).num_rows for file in files),
            "degraded": self.degraded(),
            "without_items": sum(record["without_items"] for record in self.records.values()),
        }
        columns = self.columns.with_metadata({RECORD: json.dumps(record).encode()})
        with (
            _whole(self.out) as partial,
            arrow_parquet.ParquetWriter(partial, columns, compression="zstd") as writer,
        ):
            for group in _groups(files):
                writer.write_table(group.cast(columns), row_group_size=GROUP_ROWS)
        shutil.rmtree(self.folder, ignore_errors=True)
        return record

    def degraded(self) -> list[str]:
        """What was out of reach for some part."""
        return sorted({name for record in self.records.values() for name in record["degraded"]})

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:06}.parquet"

    def _read(self) -> int:
        """Find the parts that are there; delete those of another run, and what a kill or a power cut left."""
        unusable = 0
        for file in sorted(self.folder.glob("*.parquet*")):
            record = _record(file) if file.suffix == ".parquet" else None
            if record and record.get("fingerprint") == self.fingerprint and record["part"] < self.parts:
                self.records[record["part"]] = record
                continue
            unusable += file.suffix == ".parquet"
            file.unlink()
        return unusable


def _groups(files: Sequence[Path]) -> Iterator[pa.Table]:
    """The rows of the parts in their order, `GROUP_ROWS` at once."""
    held: list[pa.Table] = []
    for file in files:
        held.append(arrow_parquet.read_table(file))
        while sum(map(len, held)) >= GROUP_ROWS:
            rows = pa.concat_tables(held)
            yield rows.slice(0, GROUP_ROWS)
            held = [rows.slice(GROUP_ROWS)]
    if any(map(len, held)):
        yield pa.concat_tables(held)


def _with_record(table: pa.Table, record: dict[str, Any]) -> pa.Table:
    return table.replace_schema_metadata({RECORD: json.dumps(record).encode()})


def _record(file: Path) -> dict[str, Any] | None:
    """What is kept with a file; None where it is absent, damaged, or none of ours."""
    try:
        kept = json.loads((arrow_parquet.read_schema(file).metadata or {})[RECORD])
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None
    return kept if isinstance(kept, dict) else None


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """A path to write to that becomes `file` at the end of the block; nothing is left of it where that fails."""
    partial = file.with_name(f"{file.name}.partial")
    try:
        yield partial
        partial.replace(file)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError | pa.ArrowException):
            raise storage_error(str(file), error) from error
        raise


Progress = Callable[[int, int], None]
"""Told the users whose lists are there, and how many there are in all."""
