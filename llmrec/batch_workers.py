"""What ranks the parts of a batch: each worker opens a recommender of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from llmrec import paths
from llmrec.batch_parts import schema
from llmrec.catalog import Catalog, load_catalog
from llmrec.catalog.types import Repeats
from llmrec.pipeline_config import PipelineConfig
from llmrec.response import Response
from llmrec.workers import Part, PartResult

if TYPE_CHECKING:
    from llmrec.recommender import Recommender


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

    def worker(self) -> "RankingWorker":
        """What ranks in another process."""
        return RankingWorker(self)


class RankingWorker:
    """Ranks for the users of parts, with a recommender that is opened at the first one.

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

    def work(self, part: Part) -> PartResult:
        """Make the lists of a part: rows in the order of users and ranks, with the columns of `schema`.

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
        for user, response in zip(part.values, self.recommender.recommend_many(part.values, **fields), strict=True):
            _append(values, user, response)
            degraded |= {*response.degraded}
            without_items += not response.items
        record = {"degraded": sorted(degraded), "without_items": without_items}
        return PartResult(part.number, pa.table(values, schema=columns), record)


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
