"""Opens a catalogue with an adapter pack: features, RecLM, components of the score, engine, index.

Items put in, replaced or withdrawn while a catalogue is open: nothing is trained, and the index stays as it is.

A new item is known by its media: its scores come from the RecLM's item head and are lent by the items it is like
(`llmrec.ranking.cold_start`). The index does not hold it; every item that came or changed since the index was built
is a candidate of every request, so that a changed item is found at once and thousands of them cost little.

"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrec import paths
from llmrec.catalog import Catalog, Item, load_catalog
from llmrec.encoders import Encoder, Features, encoder_by_id
from llmrec.encoders.extract import Problem, extract, note_problems
from llmrec.engine.base import CatalogueEngine
from llmrec.engine.local import LocalEngine
from llmrec.errors import BadInput, CheckpointMismatch, IndexMismatch, IndexOutdated
from llmrec.evidence.probes import labelled_catalog, probe_features
from llmrec.evidence.surrogate import Surrogate
from llmrec.model.catalog_match import catalog_match, check_catalog
from llmrec.model.checkpoint import Checkpoint, identity, load_checkpoint
from llmrec.model.inference import item_vectors
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.model.restore import restore_items, restore_model
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.score_component import LLM, WORDS, ComponentKey
from llmrec.retrieval.candidates import CandidateSource, ComponentSource, IndexSource, SourceInputs, UnindexedSource
from llmrec.retrieval.chroma import ChromaIndex
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.retrieval.index import Index
from llmrec.retrieval.remote import open_remote
from llmrec.retrieval.resilient import ResilientIndex
from llmrec.setup import base_folder, demo_data, verify

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pipeline:
    """Everything one catalogue and one pack need to answer."""

    catalog: Catalog
    checkpoint: Checkpoint
    model: RecLM
    table: ItemTable
    components: Components
    engine: CatalogueEngine
    index: Index
    features: Features
    problems: tuple[Problem, ...]
    unindexed: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    """Rows of the items that came or changed since the index was built."""
    withdrawn: tuple[int, ...] = ()
    """Rows of the items that are offered no longer."""
    remarks: tuple[str, ...] = ()
    """What every answer says of the pipeline itself."""

    @cached_property
    def sources(self) -> tuple[CandidateSource, ...]:
        """Where candidates come from."""
        indexed = () if self.components.cold_start else (str(LLM),)  # the index holds no scores of cold items
        inputs = SourceInputs(self.catalog, self.index, self.components.v, self.components.b, self.unindexed, indexed)
        return IndexSource(inputs), ComponentSource(inputs), UnindexedSource(inputs)

    @cached_property
    def name(self) -> str:
        """Name and content of the pack: another training under the same name is another pack."""
        return identity(self.checkpoint)

    @cached_property
    def blind(self) -> dict[str, tuple[Floats, Floats]]:
        """Input of an item -> all item vectors and biases without it: the modalities, and "id"."""
        return {name: item_vectors(self.model, self.table, name) for name in (*self.model.modalities, "id")}

    @cached_property
    def spoken(self) -> Catalog:
        """The catalogue as sentences speak of it: with words for what its media show, where labels teach them."""
        return labelled_catalog(self.catalog, probe_features(self.components), self.components.mask)

    @cached_property
    def surrogate(self) -> Surrogate:
        """What tells how much each attribute moves a user's scores."""
        return Surrogate(self.spoken)

    def weights(self, query: str) -> dict[ComponentKey, float]:
        """Component -> its weight in the fused score, with a wish or without."""
        fitted = self.checkpoint.info.weights
        return {WORDS: 0.0} | dict(fitted["words" if query and "words" in fitted else "history"])

    def words(self, query: str) -> Floats | None:
        """`(text dim,)`: the wish as the encoder of the items' own text reads it; None where items have no text."""
        id = self.checkpoint.info.encoders.get("text")
        if id is None:
            return None
        text: Encoder[str] = encoder_by_id("text", id)
        read: Floats = text.encode([query])[0]
        return read


def load_pipeline(
    data: Path | None,
    adapter: Path | None,
    rebuild: bool = False,
    catalog: Catalog | None = None,
    chroma: str | None = None,
    resilient: bool = False,
) -> Pipeline:
    """Loads all parts; `data` and `adapter` default to the demo's.

    The index is built where there is none, and again where the items or their media have changed: it is a cache.
    `catalog`: that of `data`, where the caller has read it already. `chroma`: URL of a Chroma server that has the
    index, which otherwise lies below LLMREC_HOME. `resilient`: go on without the index while it is out of reach, and
    build it again where it is damaged, for a process that is not to end over it.
    Raises `SetupError`, `CatalogError`, `CheckpointError`, `CheckpointMismatch`, `IndexMismatch`, `IndexBusy`,
    `StorageError`, `BadInput` for a `chroma` that is no URL, `IndexUnreachable` where that does not
    answer and `resilient` is not asked.
    """
    home = paths.home()
    folder = data or demo_data(home)
    checkpoint = load_checkpoint(adapter or paths.resource("adapters") / "ml-100k")
    catalog = catalog or load_catalog(folder)
    # One that the caller names is used on any catalogue, which every answer then says.
    match = check_catalog(checkpoint, catalog) if adapter is None else catalog_match(checkpoint, catalog)
    base = base_folder(home)
    verify(base, what="the base model")
    features, problems = features_of(catalog, checkpoint, home)
    note_problems(folder, features, problems)
    ids = tuple(item.id for item in catalog.items)
    model = restore_model(checkpoint, base)
    table = restore_items(checkpoint, ids, features.vectors, features.mask)
    components = components_of(item_vectors(model, table), checkpoint, catalog, features)
    rationale = checkpoint.folder / "rationale"
    engine = LocalEngine(model, table, base, rationale if rationale.is_dir() else None)
    fingerprint = IndexFingerprint.of(
        catalog, checkpoint.info.encoders, identity(checkpoint), checkpoint.info.config.dim, features.keys
    )
    place = f"{catalog.name}-{hashlib.sha256(f'{folder.resolve()}|{fingerprint.adapter}'.encode()).hexdigest()[:12]}"
    opener: Callable[[], Index]
    if chroma:
        opener = partial(open_remote, chroma, place, components.v, components.b, catalog, fingerprint, rebuild)
    else:
        path = home / "index" / place  # one folder for each pack, so that packs do not evict one another
        rebuilt = IndexMismatch if resilient else IndexOutdated
        opener = partial(_index, path, fingerprint, components, catalog, rebuild, rebuilt)
    index: Index = ResilientIndex(opener) if resilient else opener()
    remarks = (note,) if (note := match.note()) else ()
    return Pipeline(
        catalog, checkpoint, model, table, components, engine, index, features, tuple(problems), remarks=remarks
    )


def through_vllm(pipeline: Pipeline, rank_url: str, write_url: str) -> Pipeline:
    """`opened`, its LLM in the vLLM servers at these addresses. Raises `EngineMismatch`; one that is away may come."""
    from llmrec.engine.vllm import VllmEngine
    from llmrec.model.export import rank_name, write_name

    if not isinstance(pipeline.engine, LocalEngine):
        raise TypeError("the engine of what was opened is not a local one")
    writes = (pipeline.checkpoint.folder / "rationale").is_dir()
    engine = VllmEngine(
        pipeline.engine,
        rank_url,
        rank_name(pipeline.checkpoint),
        write_url,
        write_name(pipeline.checkpoint) if writes else "",
    )
    return replace(pipeline, engine=engine)


def features_of(
    catalog: Catalog, checkpoint: Checkpoint, home: Path, progress: bool = True
) -> tuple[Features, list[Problem]]:
    """The catalogue's features by the pack's encoders. Raises `CheckpointMismatch`, and what `extract` does."""
    try:
        encoders = [encoder_by_id(modality, id) for modality, id in checkpoint.info.encoders.items()]
    except BadInput as error:
        raise CheckpointMismatch(
            f"{checkpoint.folder} cannot be used here ({error}); retrain with `llmrec train`"
        ) from error
    carried = checkpoint.folder / "features.safetensors"
    shipped = Features.load(carried) if carried.is_file() else None
    return extract(catalog, encoders, home / "features", shipped, progress)


def components_of(
    vectors: tuple[Floats, Floats],
    checkpoint: Checkpoint,
    catalog: Catalog,
    features: Features,
    before: Components | None = None,
    changed: Sequence[int] = (),
) -> Components:
    """What scores the catalogue's items.

    Parameters
    ----------
    vectors
        The model's item vectors ``(items, dim)`` and biases ``(items,)``.
    checkpoint
        Has the item-item model and the counts of training events.
    catalog, features
        The items and their raw media, in the same rows.
    before, changed
        The components of the catalogue as it was, and the rows that came or changed since.
    """
    row = {item: n for n, item in enumerate(checkpoint.items)}
    source = np.array([row.get(item.id, -1) for item in catalog.items], np.intp)
    learnt = InteractionModels.from_state(checkpoint.collaborative).over(source)
    media = {m: features.vectors[m] for m in checkpoint.info.encoders}
    masks = {m: features.mask[m] for m in checkpoint.info.encoders}
    components = Components.of(*vectors, learnt, media, masks, features.steps)
    components = components.with_named(checkpoint.info.components, catalog)
    return components.with_cold_start(before, changed) if checkpoint.info.cold_start else components


def _index(
    path: Path,
    fingerprint: IndexFingerprint,
    components: Components,
    catalog: Catalog,
    rebuild: bool,
    rebuilt: type[IndexMismatch],
) -> ChromaIndex:
    """The index at `path`; built where there is none, and again where it is refused as `rebuilt`."""
    if not rebuild and (path / "current").is_file():
        with suppress(rebuilt):
            return ChromaIndex.open(path, fingerprint)
    return ChromaIndex.build(path, components.v, components.b, catalog, fingerprint)


def changed(pipeline: Pipeline, put: Sequence[Item], withdrawn: Collection[str]) -> Pipeline:
    """`opened` with the items `put` in (in the place of those with their ids), and `withdrawn` items not offered.

    What was withdrawn before and is put again is offered again. `opened` itself goes on as it was. Raises
    `UnknownItem`, and what `features_of` raises.
    """
    catalog = _merged(pipeline.catalog, put)
    own, problems = features_of(
        Catalog(catalog.name, tuple(put), {}), pipeline.checkpoint, paths.home(), progress=False
    )
    features = _replaced(pipeline.features, own, catalog)
    rows = catalog.rows([item.id for item in put])
    table = pipeline.table.put(restore_items(pipeline.checkpoint, own.ids, own.vectors, own.mask))
    gone = ({*pipeline.withdrawn} - {*rows}) | {*catalog.rows([*withdrawn])}
    return replace(
        pipeline,
        catalog=catalog,
        table=table,
        components=components_of(
            _vectors_after(pipeline, table, rows), pipeline.checkpoint, catalog, features, pipeline.components, rows
        ),
        engine=pipeline.engine.over(table, rows),
        features=features,
        problems=(*(p for p in pipeline.problems if p.item not in own.row), *problems),
        unindexed=np.union1d(pipeline.unindexed, np.array(rows, np.intp)),
        withdrawn=tuple(sorted(gone)),
    )


def _vectors_after(pipeline: Pipeline, table: ItemTable, rows: Sequence[int]) -> tuple[Floats, Floats]:
    """Item vectors and biases of `table`: only those of `rows` are made anew, unless the model reads neighbours."""
    if table.graph is not None:
        return item_vectors(pipeline.model, table)
    more = len(table) - len(pipeline.table)
    v, b = np.pad(pipeline.components.v, ((0, more), (0, 0))), np.pad(pipeline.components.b, (0, more))
    if rows:
        v[list(rows)], b[list(rows)] = item_vectors(pipeline.model, table, rows=rows)
    return v, b


def _merged(catalog: Catalog, put: Sequence[Item]) -> Catalog:
    """The items in their rows, those of `put` in the place of their namesakes or at the end."""
    items = {item.id: item for item in catalog.items} | {item.id: item for item in put}
    return replace(catalog, items=tuple(items.values()))


def _replaced(features: Features, own: Features, catalog: Catalog) -> Features:
    """`features` in the rows of `catalog`, with those of `own` in the place of the old."""
    ids = tuple(item.id for item in catalog.items)
    rows = [catalog.row[item] for item in own.ids]
    more = len(ids) - len(features.ids)

    def texts(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
        grown = [*old, *[""] * more]
        for row, text in zip(rows, new, strict=True):
            grown[row] = text
        return tuple(grown)

    vectors, mask = {}, {}
    for m in features.encoders:
        vectors[m] = np.pad(features.vectors[m], ((0, more), (0, 0)))
        mask[m] = np.pad(features.mask[m], (0, more))
        vectors[m][rows], mask[m][rows] = own.vectors[m], own.mask[m]
    keys = {m: texts(features.keys[m], own.keys[m]) for m in features.encoders}
    return replace(
        features, ids=ids, title_keys=texts(features.title_keys, own.title_keys), vectors=vectors, mask=mask, keys=keys
    )
