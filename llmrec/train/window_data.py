"""The prompts of an epoch as an Arrow file of `datasets`: one process cuts them, all read it, each its own part.

The file is mapped into memory, so that a process holds the prompts of one step, however long the epoch is.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import TYPE_CHECKING, Any

from llmrec.errors import storage_error
from llmrec.model.prompt import Branch
from llmrec.train.processes import Processes
from llmrec.train.sequence_windows import Window

if TYPE_CHECKING:
    from datasets import Dataset

PREFIX = "windows-"
"""How the folders of these files begin, in that of the training state."""


@dataclass(frozen=True)
class Step:
    """The prompts of one step, as one of several processes sees them.

    Parameters
    ----------
    own
        What this process reads; the last step of an epoch may have none for it.
    first
        The first window of the step, whoever reads it.
    goals
        Item rows that are targets of any process's, in order.
    has_query
        Whether a query is among them.
    """

    own: Sequence[Window]
    first: Window
    goals: Sequence[int]
    has_query: bool


@dataclass(frozen=True)
class EpochData:
    """The prompts of an epoch, on disk.

    Parameters
    ----------
    dataset
        A row a window, in the order in which they are read.
    batch
        Windows of a step, over all processes.
    processes
        Who reads them: row n is process ``n % count``'s.
    """

    dataset: "Dataset"
    batch: int
    processes: Processes

    def __len__(self) -> int:
        """Number of steps; it is the same for all processes."""
        rows: int = self.dataset.num_rows
        return -(-rows // self.batch)

    def steps(self, first: int = 0) -> Iterator[Step]:
        """Read the steps in order.

        Parameters
        ----------
        first
            Where to begin.

        Yields
        ------
        Step
        """
        from datasets.distributed import split_dataset_by_node

        if first >= len(self):
            return
        part = split_dataset_by_node(
            self.dataset.to_iterable_dataset(), rank=self.processes.rank, world_size=self.processes.count
        )
        rows = islice(iter(part), self._own_before(first * self.batch), None)
        for start in range(first * self.batch, self.dataset.num_rows, self.batch):
            end = min(start + self.batch, self.dataset.num_rows)
            own = [_window(row) for row in islice(rows, self._own_before(end) - self._own_before(start))]
            if self.processes.count == 1:
                goals = [row for window in own for row in (*window.targets, *window.queried) if row >= 0]
                yield Step(own, own[0], goals, any(window.queried for window in own))
            else:
                told = self.dataset[start:end]
                both = zip(told["targets"], told["queried"], strict=True)
                goals = [row for targets, queried in both for row in (*targets, *queried) if row >= 0]
                first_window = _window({name: column[0] for name, column in told.items()})
                yield Step(own, first_window, goals, any(told["queried"]))

    def _own_before(self, row: int) -> int:
        """How many of the rows before this one are this process's."""
        return max(0, -(-(row - self.processes.rank) // self.processes.count))


class EpochFiles:
    """The files of a run's epochs, one at a time, in a folder of their own that the end of the block deletes.

    Parameters
    ----------
    folder
        That of the training state; None for one of the system's. What a process that was killed left there is deleted.
    processes
        The first one writes; the others read its file, or write their own where they do not see it.
    """

    def __init__(self, folder: Path | None, processes: Processes) -> None:
        self._folder, self._processes = folder, processes
        self._made: Path | None = None
        if folder is not None and processes.leads:
            for left in folder.glob(f"{PREFIX}*"):
                shutil.rmtree(left, ignore_errors=True)

    def __enter__(self) -> "EpochFiles":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._delete()

    def open(self, windows: Callable[[], Sequence[Window]], batch: int) -> EpochData:
        """Open the prompts of an epoch; those of the last one are deleted.

        Parameters
        ----------
        windows
            Cuts them: a pure function, so that it does not matter which process calls it.
        batch
            Windows of a step.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        from datasets import Dataset

        path = Path(self._processes.from_first(lambda: str(self._write(windows()))))
        if not path.is_file():  # of another machine
            path = self._write(windows())
        return EpochData(Dataset.from_file(str(path)), batch, self._processes)

    def _write(self, windows: Sequence[Window]) -> Path:
        from datasets.arrow_writer import ArrowWriter

        self._delete()
        try:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._made = Path(mkdtemp(prefix=PREFIX, dir=self._folder))
            path = self._made / f"{os.getpid()}.arrow"
            with ArrowWriter(features=_features(), path=str(path)) as writer:
                for window in windows:
                    writer.write(_row(window))
                writer.finalize()
        except OSError as error:
            raise storage_error(f"the prompts of an epoch in {self._made or self._folder}", error) from error
        return path

    def _delete(self) -> None:
        if self._made is not None:
            shutil.rmtree(self._made, ignore_errors=True)
        self._made = None


def _features() -> Any:
    from datasets import Features, List, Value

    rows, weights = List(Value("int32")), List(Value("float64"))
    return Features(
        {
            "items": rows, "targets": rows, "after": rows, "words": List(rows), "queried": rows,
            "has_new": Value("bool"), "weights": weights, "query_weights": weights,
        }
    )  # fmt: skip


def _row(window: Window) -> dict[str, Any]:
    return {
        "items": window.items,
        "targets": window.targets,
        "after": [branch.after for branch in window.branches],
        "words": [branch.words for branch in window.branches],
        "queried": window.queried,
        "has_new": window.has_new,
        "weights": window.weights,
        "query_weights": window.query_weights,
    }


def _window(row: dict[str, Any]) -> Window:
    branches = (Branch(after, tuple(words)) for after, words in zip(row["after"], row["words"], strict=True))
    return Window(
        tuple(row["items"]),
        tuple(row["targets"]),
        tuple(branches),
        tuple(row["queried"]),
        row["has_new"],
        tuple(row["weights"]),
        tuple(row["query_weights"]),
    )
