"""Opens a catalogue with an adapter pack: features, RecLM, components of the score, engine, index."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from llmrec import paths
from llmrec.catalog import Catalog, load_catalog
from llmrec.encoders import Encoder, Features, Problem, encoder_by_id, extract, note_problems
from llmrec.engine.base import CatalogueEngine
from llmrec.engine.local import LocalEngine
from llmrec.errors import BadInput, IndexMismatch, IndexOutdated, PackMismatch
from llmrec.explain.seen import probed, spoken
from llmrec.explain.surrogate import Surrogate
from llmrec.model.pack import Arrays, Pack, identity, load_pack, restore_model
from llmrec.model.query import item_vectors
from llmrec.model.reclm import RecLM
from llmrec.retrieval.collaborative import Collaborative
from llmrec.retrieval.components import Components
from llmrec.retrieval.remote import open_remote
from llmrec.retrieval.stamp import IndexStamp
from llmrec.retrieval.steady import SteadyIndex
from llmrec.retrieval.store import ItemIndex
from llmrec.retrieval.taste import Taste
from llmrec.setup import base_folder, demo_data, verify

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Opened:
    """Everything one catalogue and one pack need to answer."""

    catalog: Catalog
    pack: Pack
    model: RecLM
    components: Components
    engine: CatalogueEngine
    index: ItemIndex | SteadyIndex
    features: Features
    problems: tuple[Problem, ...]
    unindexed: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    """Rows of the items that came or changed since the index was built."""
    withdrawn: tuple[int, ...] = ()
    """Rows of the items that are offered no longer."""

    @cached_property
    def name(self) -> str:
        """Name and content of the pack: another training under the same name is another pack."""
        return identity(self.pack)

    @cached_property
    def blind(self) -> dict[str, tuple[Floats, Floats]]:
        """Input of an item -> all item vectors and biases without it: the modalities, and "id"."""
        return {name: item_vectors(self.model, name) for name in (*self.model.modalities, "id")}

    @cached_property
    def spoken(self) -> Catalog:
        """The catalogue as sentences speak of it: with words for what its media show, where labels teach them."""
        return spoken(self.catalog, probed(self.components), self.components.mask)

    @cached_property
    def surrogate(self) -> Surrogate:
        """What tells how much each attribute moves a user's scores."""
        return Surrogate(self.spoken)

    def weights(self, wish: str) -> dict[str, float]:
        """Component -> its weight in the fused score, with a wish or without."""
        fitted = self.pack.info.weights
        return {"words": 0.0} | dict(fitted["words" if wish and "words" in fitted else "history"])

    def words(self, wish: str) -> Floats | None:
        """`(text dim,)`: the wish as the encoder of the items' own text reads it; None where items have no text."""
        id = self.pack.info.encoders.get("text")
        if id is None:
            return None
        text: Encoder[str] = encoder_by_id("text", id)
        read: Floats = text.encode([wish])[0]
        return read


def open_all(
    data: Path | None,
    adapter: Path | None,
    rebuild: bool = False,
    catalog: Catalog | None = None,
    chroma: str | None = None,
    steady: bool = False,
) -> Opened:
    """Loads all parts; `data` and `adapter` default to the demo's.

    The index is built where there is none, and again where the items or their media have changed: it is a cache.
    `catalog`: that of `data`, where the caller has read it already. `chroma`: URL of a Chroma server that has the
    index, which otherwise lies below LLMREC_HOME. `steady`: go on without the index while it is out of reach, and
    build it again where it is damaged, for a process that is not to end over it.
    Raises `SetupError`, `CatalogError`, `PackError`, `PackMismatch`, `IndexMismatch`, `IndexBusy`, `StorageError`,
    `BadInput` for a `chroma` that is no URL, `IndexUnreachable` where that does not answer and `steady` is not asked.
    """
    home = paths.home()
    folder = data or demo_data(home)
    pack = load_pack(adapter or paths.resource("adapters") / "ml-100k")
    base = base_folder(home)
    verify(base, what="the base model")
    catalog = catalog or load_catalog(folder)
    features, problems = features_of(catalog, pack, home)
    note_problems(folder, features, problems)
    ids = tuple(item.id for item in catalog.items)
    model = restore_model(pack, base, ids, features.vectors, features.mask)
    components = components_of(model, pack, catalog, features)
    rationale = pack.folder / "rationale"
    engine = LocalEngine(model, base, rationale if rationale.is_dir() else None)
    stamp = IndexStamp.of(catalog, pack.info.encoders, identity(pack), pack.info.config.dim, features.keys)
    place = f"{catalog.name}-{hashlib.sha256(f'{folder.resolve()}|{stamp.adapter}'.encode()).hexdigest()[:12]}"
    opener: Callable[[], ItemIndex]
    if chroma:
        opener = partial(open_remote, chroma, place, components.v, components.b, catalog, stamp, rebuild)
    else:
        path = home / "index" / place  # one folder for each pack, so that packs do not evict one another
        rebuilt = IndexMismatch if steady else IndexOutdated
        opener = partial(_index, path, stamp, components, catalog, rebuild, rebuilt)
    index = SteadyIndex(opener) if steady else opener()
    return Opened(catalog, pack, model, components, engine, index, features, tuple(problems))


def through_vllm(opened: Opened, rank_url: str, write_url: str) -> Opened:
    """`opened`, its LLM in the vLLM servers at these addresses. Raises `EngineMismatch`; one that is away may come."""
    from llmrec.engine.vllm import VllmEngine
    from llmrec.model.export import rank_name, write_name

    if not isinstance(opened.engine, LocalEngine):
        raise TypeError("the engine of what was opened is not a local one")
    writes = (opened.pack.folder / "rationale").is_dir()
    engine = VllmEngine(
        opened.engine, rank_url, rank_name(opened.pack), write_url, write_name(opened.pack) if writes else ""
    )
    return replace(opened, engine=engine)


def features_of(catalog: Catalog, pack: Pack, home: Path, progress: bool = True) -> tuple[Features, list[Problem]]:
    """The catalogue's features by the pack's encoders. Raises `PackMismatch`, and what `extract` does."""
    try:
        encoders = [encoder_by_id(modality, id) for modality, id in pack.info.encoders.items()]
    except BadInput as error:
        raise PackMismatch(f"{pack.folder} cannot be used here ({error}); retrain with `llmrec train`") from error
    carried = pack.folder / "features.safetensors"
    shipped = Features.load(carried) if carried.is_file() else None
    return extract(catalog, encoders, home / "features", shipped, progress)


def components_of(model: RecLM, pack: Pack, catalog: Catalog, features: Features) -> Components:
    """What scores the catalogue's items: the model's vectors of them, and the pack's item-item model and counts."""
    v, b = item_vectors(model)
    row = {item: n for n, item in enumerate(pack.items)}
    source = np.array([row.get(item.id, -1) for item in catalog.items])
    popular = np.where(source >= 0, pack.collaborative["popular"][source], 0).astype(np.float32)
    used = list(pack.info.encoders)
    vectors = {m: features.vectors[m] for m in used}
    masks = {m: features.mask[m] for m in used}
    collaborative = _collaborative(pack.collaborative, source)
    taste = Taste.from_state(pack.collaborative)
    components = Components.of(v, b, collaborative, vectors, masks, features.steps, popular, taste)
    return components.lending() if pack.info.newcomers else components


def _collaborative(state: Arrays, source: NDArray[np.intp]) -> Collaborative:
    """The pack's item-item model in the catalogue's row order; items that the pack lacks have no neighbours."""
    trained = Collaborative.from_state(state)
    if np.array_equal(source, np.arange(trained.weights.shape[0])):
        return trained
    there = np.flatnonzero(source >= 0)
    place = sp.csr_matrix(
        (np.ones(len(there), np.float32), (there, source[there])), shape=(len(source), trained.weights.shape[0])
    )
    return Collaborative(sp.csr_matrix(place @ trained.weights @ place.T), trained.history_decay)


def _index(
    path: Path,
    stamp: IndexStamp,
    components: Components,
    catalog: Catalog,
    rebuild: bool,
    rebuilt: type[IndexMismatch],
) -> ItemIndex:
    """The index at `path`; built where there is none, and again where it is refused as `rebuilt`."""
    if not rebuild and (path / "current").is_file():
        with suppress(rebuilt):
            return ItemIndex.open(path, stamp)
    return ItemIndex.build(path, components.v, components.b, catalog, stamp)
