"""One part of each kind, as a package of somebody else brings them: none of llmrec's own files knows of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from llmrec import Catalog
from llmrec.baselines import Baseline
from llmrec.catalog.layouts import layout
from llmrec.catalog.quarantine import Findings
from llmrec.engine.base import CatalogueEngine, EngineInputs, Generated, QueryVectors
from llmrec.engine.local import open_local
from llmrec.fusion.base import Fusion, FusionSizes, ItemBatch
from llmrec.ranking.score_component import ComponentInputs, ComponentKey, ScoringSituation
from llmrec.retrieval.candidates import CandidateQuery, Candidates, SourceInputs
from llmrec.retrieval.index import ExactIndex, IndexInputs
from llmrec.verification import Grounds, Verdict

Floats = NDArray[np.float32]
SIGNATURE = "Signed by the shop's own engine."


@layout("stock.txt")
def read_stock_list(folder: Path, _findings: Findings) -> Catalog:
    """A reader: `stock.txt` has `id|title|user user …`, a line an item, in the order in which all users bought."""
    lines = [line.split("|") for line in (folder / "stock.txt").read_text(encoding="utf-8").splitlines()]
    items = pd.DataFrame([(item, title) for item, title, _ in lines], columns=["item_id", "title"])
    bought = [(user, item, float(time)) for time, (item, _, users) in enumerate(lines) for user in users.split()]
    return Catalog.from_pandas(items, pd.DataFrame(bought, columns=["user", "item", "timestamp"]), name=folder.name)


class Letters:
    """An encoder of text: how often each of 26 letters occurs."""

    modality, id, dim, steps = "text", "letters-1", 26, 1

    def read(self, raw: bytes) -> str:
        """See `Encoder.read`."""
        return raw.decode()

    def encode(self, contents: Sequence[str]) -> Floats:
        """`(n, 26)` float32."""
        return np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in contents], np.float32)


class GasSensor:
    """An encoder of a modality that llmrec does not have: four readings of a sensor."""

    modality, id, dim, steps = "scent", "gas-sensor-1", 4, 1

    def read(self, raw: bytes) -> NDArray[np.uint8]:
        """See `Encoder.read`."""
        return np.frombuffer(raw[:4], np.uint8)

    def encode(self, contents: Sequence[NDArray[np.uint8]]) -> Floats:
        """`(n, 4)` float32."""
        return np.array(contents, np.float32)


class FirstModality(Fusion):
    """A fusion that reads the first modality alone."""

    def __init__(self, sizes: FusionSizes) -> None:
        first = next(iter(sizes.dims.values()))
        super().__init__(sizes, first, first)

    def forward(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.forward`."""
        return self.to_soft_tokens(self.masked(batch)[0])

    def content(self, batch: ItemBatch) -> Tensor:
        """See `Fusion.content`."""
        return self.masked(batch)[0]


class ShortTitle:
    """A score component that prefers short titles."""

    key = ComponentKey("short-title")

    def __init__(self, inputs: ComponentInputs) -> None:
        self._scores = -np.array([len(item.title) for item in inputs.catalog.items], np.float32)

    def score(self, rows: NDArray[np.intp], _situation: ScoringSituation) -> Floats:
        """See `ScoreComponent.score`."""
        return self._scores[rows]


class FileIndex(ExactIndex):
    """An index that keeps its vectors in one file."""

    def __init__(self, inputs: IndexInputs) -> None:
        inputs.folder.mkdir(parents=True, exist_ok=True)
        file = inputs.folder / f"{inputs.argument or 'vectors'}.npy"
        if inputs.rebuild or not file.is_file():
            np.save(file, inputs.v)
        super().__init__(np.load(file), inputs.b, inputs.catalog)


class _Signed:
    """An engine: the local one, whose sentences are all the same."""

    def __init__(self, engine: CatalogueEngine) -> None:
        self._engine = engine

    def query_vectors(
        self, histories: Sequence[Sequence[int]], queries: Sequence[str], example: Mapping[str, Floats] | None = None
    ) -> QueryVectors:
        return self._engine.query_vectors(histories, queries, example)

    def generate(self, prompts: Sequence[str], seed: int) -> Generated:
        return Generated(tuple(f"{SIGNATURE} {sum(prompt.encode())}-{seed}" for prompt in prompts))

    def over(self, table: Any, changed: Sequence[int]) -> "_Signed":
        return _Signed(self._engine.over(table, changed))


def open_signed(inputs: EngineInputs) -> _Signed:
    """The engine `signed`."""
    return _Signed(open_local(inputs))


class LastInStock:
    """A candidate source that proposes the last item of the catalogue, and tells that it was asked."""

    def __init__(self, inputs: SourceInputs) -> None:
        self._last = len(inputs.catalog.items) - 1

    def candidates(self, query: CandidateQuery) -> Candidates:
        """See `CandidateSource.candidates`."""
        return Candidates([np.array([self._last])] * len(query.vectors), frozenset({"asked last-in-stock"}))


class SignedVerifier:
    """A verifier that lets through what the engine has signed."""

    def __init__(self, _catalog: Catalog) -> None:
        pass

    def verify(self, text: str, _grounds: Grounds) -> Verdict:
        """See `Verifier.verify`."""
        return Verdict((), "" if text.startswith(SIGNATURE) else "it is not signed")


class ByTitle(Baseline):
    """A baseline that ranks by the alphabet."""

    name: ClassVar[str] = "by-title"

    def _learn(self, *_args: Any, **_kwargs: Any) -> None:
        order = np.argsort([item.title for item in self.catalog.items])
        self._scores = -np.argsort(order).astype(np.float32)

    def score(self, histories: Sequence[Sequence[int]]) -> Floats:
        """See `Baseline.score`."""
        return np.tile(self._scores, (len(histories), 1))
