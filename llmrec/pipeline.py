"""What answers for one catalogue: features, the model and the items as it reads them, score components, engine, index.

Items can be put in, replaced or withdrawn while a pipeline is open (`Pipeline.update_items`): nothing is trained, no
model is built anew, and the index stays as it is. A new item is known by its media: its scores come from the RecLM's
item head and are carried over from items like it (`llmrec.ranking.cold_start`). The index does not hold it; every item
that came or changed since the index was built is a candidate of every request, so that a changed item is found at once
and thousands of them cost little.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrec import paths
from llmrec.catalog import Catalog, Interaction, Item
from llmrec.catalog.queries import kind_words
from llmrec.encoders import Encoder, Features, encoder_by_id
from llmrec.encoders.extract import Problem, extract, note_problems
from llmrec.encoders.features import MediaVectors
from llmrec.engine.base import CatalogueEngine, EngineInputs
from llmrec.errors import BadInput, CheckpointMismatch, SetupError
from llmrec.evidence.probes import labelled_catalog, probe_features
from llmrec.evidence.surrogate import Surrogate
from llmrec.model.catalog_match import catalog_match, check_catalog
from llmrec.model.checkpoint import Checkpoint, identity, load_checkpoint
from llmrec.model.inference import item_vectors
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.model.restore import index_axes, restore_items, restore_model
from llmrec.pipeline_config import PipelineConfig, kept_repeats
from llmrec.ranking.complement_features import Anchored
from llmrec.ranking.complements import ComplementModel, Complements
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.fused import reference_sample
from llmrec.ranking.profile import ProfileSpaces
from llmrec.ranking.score_component import HISTORY_TERMS, QUERY_TERMS, WORDS, ComponentKey
from llmrec.ranking.short_histories import kind_share, with_popularity
from llmrec.ranking.terms import query_weights
from llmrec.retrieval.candidates import CandidateSource, SourceInputs
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.retrieval.index import Index, IndexInputs
from llmrec.retrieval.resilient import ResilientIndex
from llmrec.setup import base_folder, base_of, demo_data, verify
from llmrec.setup.artefact import RECORD
from llmrec.vector_rows import VectorRows, as_rows
from llmrec.verification import Verifier
from llmrec.workers import Workers

Floats = NDArray[np.float32]
_NO_EVENTS: dict[str, tuple[Interaction, ...]] = {}


@dataclass(frozen=True)
class Pipeline:
    """Everything one catalogue and one checkpoint need to answer. It is never changed: an update gives another.

    Parameters
    ----------
    catalog
        The items and the interactions.
    checkpoint
        What was trained.
    model
        The checkpoint's, for any items.
    media
        The vectors of the items' media.
    table
        The catalogue's items as the model reads them.
    components
        What scores them.
    engine
        Where the LLM runs.
    index
        Nearest items by the LLM's vectors.
    problems
        Contents that could not be read.
    indexed
        The items as the index holds them; those of the catalogue that came later follow theirs.
    index_version
        What the index was built from: the same at every process whose index holds the same vectors.
    unindexed
        ``(n,)`` int: rows of the items that came or changed since the index was built.
    withdrawn
        Rows of the items that are no longer recommended.
    remarks
        Given with every response.
    config
        Its index, engine, candidate sources and verifier by name.
    complements
        What goes with its items, once that was asked.
    """

    catalog: Catalog
    checkpoint: Checkpoint
    model: RecLM
    media: MediaVectors
    table: ItemTable
    components: Components
    engine: CatalogueEngine
    index: Index
    problems: tuple[Problem, ...]
    indexed: tuple[Item, ...] = ()
    index_version: str = ""
    unindexed: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    withdrawn: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()
    config: PipelineConfig = field(default_factory=PipelineConfig)
    complements: Complements = field(default_factory=Complements)

    @cached_property
    def sources(self) -> tuple[CandidateSource, ...]:
        """Where candidates come from."""
        fitted = [parts for situation, parts in self.checkpoint.info.weights.items() if situation != "example"]
        counted = {key.modality for parts in fitted for key, weight in parts.items() if weight} | {"text"}
        compared = [m for m in self.components.media if m in counted]
        inputs = source_inputs(self.catalog, self.index, self.components, compared, self.unindexed)
        return self.config.sources(replace(inputs, beside=self._beside))

    @property
    def complement_model(self) -> ComplementModel:
        """What goes with the items; learnt from the catalogue's events at the first call, which takes seconds."""
        return self.complements.of(self.countable_catalog, self.components)

    @cached_property
    def countable_catalog(self) -> Catalog:
        """The catalogue with the events that may be counted: none where the checkpoint was trained privately."""
        private = "privacy" in self.checkpoint.info.provenance
        return replace(self.catalog, histories=_NO_EVENTS) if private else self.catalog

    def _beside(self, row: int) -> NDArray[np.intp]:
        return self.complement_model.proposed(Anchored(row))

    @cached_property
    def sample(self) -> NDArray[np.intp]:
        """Rows that stand for the catalogue where scores are normalised, see `reference_sample`."""
        return reference_sample(item.id for item in self.catalog.items)

    @cached_property
    def verifier(self) -> Verifier:
        """Decides which sentences reach a user."""
        return self.config.make_verifier(self.labelled_catalog)

    @cached_property
    def name(self) -> str:
        """Name and content of the checkpoint: another training under the same name has another."""
        return identity(self.checkpoint)

    def vectors_without(self, rows: Sequence[int]) -> dict[str, tuple[Floats, Floats]]:
        """Item vectors ``(rows, dim)`` and biases ``(rows,)`` without each input of an item (a modality, "id").

        Parameters
        ----------
        rows
            Whose.
        """
        if self.table.graph is None:
            return {name: item_vectors(self.model, self.table, name, rows) for name in self._item_inputs}
        return {name: (v[list(rows)], b[list(rows)]) for name, (v, b) in self._all_without.items()}

    @property
    def _item_inputs(self) -> tuple[str, ...]:
        return (*self.model.modalities, "id")

    @cached_property
    def _all_without(self) -> dict[str, tuple[Floats, Floats]]:
        """Where the model reads neighbours, a few items cost as much as all."""
        return {name: item_vectors(self.model, self.table, name) for name in self._item_inputs}

    @cached_property
    def labelled_catalog(self) -> Catalog:
        """The catalogue as sentences speak of it: with words for what its media show, where labels teach them."""
        return labelled_catalog(self.catalog, probe_features(self.components), self.components.mask)

    @cached_property
    def surrogate(self) -> Surrogate:
        """Estimates how much each attribute moves a user's scores."""
        return Surrogate(self.labelled_catalog)

    def weights(self, query: str, known: int | None = None) -> dict[ComponentKey, float]:
        """Component -> its weight in the fused score of a request.

        Parameters
        ----------
        query
            Its words; "" for none.
        known
            Items of its history, which count where they are few; None for many.
        """
        fitted = self.checkpoint.info.weights
        later = dict.fromkeys((WORDS, QUERY_TERMS, HISTORY_TERMS), 0.0)  # former checkpoints do not know them
        if not query or "words" not in fitted:
            return later | dict(fitted["history"])
        # Without vectors of texts nothing could take the place of single words.
        terms = self.components.terms if "text" in self.components.media else None
        weights = later | query_weights(later | dict(fitted["words"]), terms, query)
        return (
            weights if known is None else with_popularity(weights, known, kind_share(query, kind_words(self.catalog)))
        )

    def words(self, query: str) -> Floats | None:
        """The query as the encoder of the items' own text reads it.

        Parameters
        ----------
        query
            Words.

        Returns
        -------
        ndarray or None
            ``(text dim,)`` float32; None where items have no text.
        """
        id = self.checkpoint.info.encoders.get("text")
        if id is None:
            return None
        text: Encoder[str] = encoder_by_id("text", id)
        read: Floats = text.encode([query])[0]
        return read

    def update_items(self, put: Sequence[Item], withdrawn: Collection[str] = (), kept: int | None = None) -> "Pipeline":
        """With items put in, replaced or withdrawn; this pipeline goes on as it was.

        Parameters
        ----------
        put
            New items, and new versions of items by their ids. What was withdrawn before is recommended again.
        withdrawn
            Ids of items that are no longer recommended.
        kept
            How many rows stay: later ones are dropped first, and those of `put` come after. By default all.

        Raises
        ------
        UnknownItem
            Where no item has such an id.
        CheckpointMismatch, SetupError, StorageError
            See `extract_features`.
        """
        count = len(self.catalog.items) if kept is None else kept
        items = {item.id: item for item in (*self.catalog.items[:count], *put)}
        catalog = replace(self.catalog, items=tuple(items.values()))
        rows = catalog.rows([item.id for item in put])
        gone = ({row for row in self.withdrawn if row < count} - {*rows}) | {*catalog.rows([*withdrawn])}
        own, problems = extract_features(
            Catalog(catalog.name, tuple(put), {}), self.checkpoint, paths.home(), progress=False
        )
        media = self.media.put(rows, own.media, len(catalog.items))
        table = restore_items(self.checkpoint, tuple(items), media.vectors, media.mask)
        vectors = self._vectors_over(table, rows)
        late = {*self.unindexed[self.unindexed < count].tolist()} - {*rows}
        late |= {row for row in rows if catalog.items[row] not in self.indexed[row : row + 1]}
        return replace(
            self,
            catalog=catalog,
            media=media,
            table=table,
            components=build_components(vectors, self.checkpoint, catalog, media, self.components, rows),
            engine=self.engine.over(table, rows),
            problems=(*(p for p in self.problems if p.item in catalog.row and p.item not in own.row), *problems),
            unindexed=np.array(sorted(late), np.intp),
            withdrawn=tuple(sorted(gone)),
        )

    def _vectors_over(self, table: ItemTable, rows: Sequence[int]) -> tuple[VectorRows, Floats]:
        """Item vectors and biases of `table`: only those of `rows` are made anew, unless the model reads neighbours."""
        if table.graph is not None:
            v, b = item_vectors(self.model, table)
            return as_rows(v), b
        own, biases = item_vectors(self.model, table, rows=rows)
        stay = min(len(table), len(self.table))
        b = np.pad(self.components.b[:stay], (0, len(table) - stay))
        b[list(rows)] = biases
        return self.components.v.put(rows, own, len(table)), b

    def with_engine(self, spec: str) -> "Pipeline":
        """The same pipeline with the LLM elsewhere.

        Parameters
        ----------
        spec
            As `PipelineConfig.engine`.

        Raises
        ------
        UnknownPlugin, BadInput
            Where the spec names no engine.
        EngineMismatch
            Where a server serves something else.
        """
        config = self.config.changed(engine=spec)
        base = base_of(self.checkpoint.info.base, paths.home())
        inputs = EngineInputs(self.model, self.table, base, self.checkpoint)
        return replace(self, engine=config.open_engine(inputs), config=config)


def load_pipeline(
    data: Catalog | Path | str | None,
    adapter: Path | str | None,
    rebuild: bool = False,
    catalog: Catalog | None = None,
    resilient: bool = False,
    config: PipelineConfig | None = None,
    encoding: Workers | None = None,
) -> Pipeline:
    """Load all parts.

    The index is built where there is none, and again where the items or their media have changed: it is a cache.

    Parameters
    ----------
    data
        Folder of the catalogue, or one in memory; default: the demo's.
    adapter
        Folder of the checkpoint, or the name of a shipped one; default: the demo's, which is refused on a catalogue
        that has next to nothing in common with it.
    rebuild
        Whether the index is built anew in any case.
    catalog
        That of the folder `data`, where the caller has read it already.
    resilient
        Go on without the index while it is out of reach, and build it again where it is damaged: for a process that
        must not end over it.
    config
        Index, engine, candidate sources and verifier; default: llmrec's own.
    encoding
        Processes or actors of Ray that encode the items whose vectors are not there yet; default: this process.

    Returns
    -------
    Pipeline

    Raises
    ------
    CatalogError, CheckpointError, CheckpointMismatch, SetupError, StorageError
        Where a part cannot be read or does not fit, or the disk refuses.
    UnknownPlugin, BadInput
        Where `config` names no such part.
    EngineMismatch
        Where a server of the engine serves another model.
    IndexMismatch, IndexBusy, IndexUnreachable
        Where the index cannot be had, unless `resilient`.
    """
    config = config or PipelineConfig()
    config.check()  # a misspelt name shows before the models are loaded
    home = paths.home()
    folder = None if isinstance(data, Catalog) else _demo_data(home, adapter) if data is None else Path(data)
    checkpoint = load_checkpoint(paths.adapter_folder("ml-100k" if adapter is None else adapter))
    if isinstance(data, Catalog):
        catalog = data
    elif catalog is None:
        catalog = Catalog.read(folder or demo_data(home), repeats=kept_repeats(adapter))
    # One that the caller names is used on any catalogue, which every answer then says.
    match = check_catalog(checkpoint, catalog) if adapter is None else catalog_match(checkpoint, catalog)
    base = base_of(checkpoint.info.base, home)
    model = _intact_model(checkpoint, base)
    features, problems = extract_features(catalog, checkpoint, home, processes=encoding)
    if folder is not None:
        note_problems(folder, features, problems)
    ids = tuple(item.id for item in catalog.items)
    media = features.media.mapped(home / "features")
    table = restore_items(checkpoint, ids, media.vectors, media.mask)
    components = build_components(item_vectors(model, table), checkpoint, catalog, media).mapped(home / "features")
    engine = config.open_engine(EngineInputs(model, table, base, checkpoint))
    fingerprint = IndexFingerprint.of(
        catalog, checkpoint.info.encoders, identity(checkpoint), model.width, features.keys
    )
    source = (
        str(folder.resolve()) if folder is not None else "\n".join(ids)
    )  # in memory: the same items, the same index
    name = catalog.name.replace("/", "-")
    place = f"{name}-{hashlib.sha256(f'{source}|{fingerprint.adapter}'.encode()).hexdigest()[:12]}"
    inputs = IndexInputs(
        components.v, components.b, catalog, fingerprint, home / "index" / place, rebuild=rebuild, repair=resilient,
        media=components.index_media,
    )  # fmt: skip  # one folder a checkpoint, so that they do not evict one another
    opener: Callable[[], Index] = partial(config.open_index, inputs)
    index: Index = ResilientIndex(opener) if resilient else opener()
    remarks = (note,) if (note := match.note()) else ()
    media.release()
    return Pipeline(
        catalog, checkpoint, model, media, table, components, engine, index, tuple(problems), catalog.items,
        fingerprint.version, remarks=remarks, config=config, complements=Complements(home / "complements"),
    )  # fmt: skip


def _intact_model(checkpoint: Checkpoint, base: Path) -> RecLM:
    """The checkpoint's model on a base whose files are checked. Raises `SetupError` and as `restore_model` does."""
    if base != base_folder(paths.home()) and not (base / RECORD).is_file():
        return restore_model(checkpoint, base)  # the user's own, known by its checkpoint alone
    with ThreadPoolExecutor(1) as pool:  # hashing needs no interpreter: it costs a start nothing beside the imports
        checked = pool.submit(verify, base, what="the base model")
        try:
            return restore_model(checkpoint, base)
        finally:
            checked.result()  # raised in place of what a damaged file led to


def source_inputs(
    catalog: Catalog,
    index: Index,
    components: Components,
    compared: Sequence[str] | None = None,
    unindexed: NDArray[np.intp] | None = None,
) -> SourceInputs:
    """What candidate sources propose from, of what scores the items.

    Parameters
    ----------
    catalog, index, compared, unindexed
        See `SourceInputs`; by default all modalities are compared, and the index holds every item as it is.
    components
        Of the catalogue.
    """
    learnt, terms, late = components.interaction_models, components.terms, unindexed
    return SourceInputs(
        catalog, index, components.v, components.b, np.empty(0, np.intp) if late is None else late, components.media,
        [*components.media] if compared is None else compared, learnt.popular, learnt.collaborative.neighbours,
        terms.best if terms else _no_rows, terms.like_history if terms else _no_rows,
        components.short_media, components.shortened,
    )  # fmt: skip


def _no_rows(_of: object, _most: int) -> NDArray[np.intp]:
    return np.empty(0, np.intp)


def _demo_data(home: Path, adapter: Path | str | None) -> Path:
    try:
        return demo_data(home)
    except SetupError as error:
        if adapter is None:
            raise
        raise SetupError(
            f"{error}; with a catalogue of your own, pass its folder as `data` beside `adapter`", "data", "adapter"
        ) from error


def extract_features(
    catalog: Catalog, checkpoint: Checkpoint, home: Path, progress: bool = True, processes: Workers | None = None
) -> tuple[Features, list[Problem]]:
    """A catalogue's features by a checkpoint's encoders.

    Parameters
    ----------
    catalog
        The items.
    checkpoint
        Names the encoders, and carries the vectors of its own items.
    home
        The folder of `LLMREC_HOME`, where vectors are kept.
    progress
        Whether a progress bar is shown.
    processes
        See `llmrec.encoders.extract.extract`.

    Returns
    -------
    tuple
        The features, and the contents that could not be read.

    Raises
    ------
    CheckpointMismatch
        Where this llmrec has no such encoder.
    SetupError, StorageError, BadInput, LlmrecError
        See `llmrec.encoders.extract.extract`.
    """
    try:
        encoders = [encoder_by_id(modality, id) for modality, id in checkpoint.info.encoders.items()]
    except BadInput as error:
        raise CheckpointMismatch(
            f"{checkpoint.folder} cannot be used here ({error}); retrain with `llmrec train`"
        ) from error
    carried = checkpoint.folder / "features.safetensors"
    shipped = Features.load(carried) if carried.is_file() else None
    return extract(catalog, encoders, home / "features", shipped, progress, processes=processes)


def build_components(
    vectors: tuple[Floats | VectorRows, Floats],
    checkpoint: Checkpoint,
    catalog: Catalog,
    media: MediaVectors,
    before: Components | None = None,
    changed: Sequence[int] = (),
) -> Components:
    """The score components of a catalogue, by a checkpoint.

    Parameters
    ----------
    vectors
        The model's item vectors ``(items, dim)`` and biases ``(items,)``, float32.
    checkpoint
        Has the item-item model and the counts of training events.
    catalog, media
        The items and the vectors of their media, in the same rows.
    before, changed
        The components of the catalogue as it was, and the rows that came or changed since.
    """
    source = checkpoint.rows_of(item.id for item in catalog.items)
    was = None if before is None else before.trained_rows
    if (
        before is not None
        and was is not None
        and np.array_equal(source[: len(was)], was)
        and (source[len(was) :] < 0).all()
    ):
        # None that was trained on has come or gone: the models stay as they are, but for rows of new items.
        learnt = before.interaction_models.over(np.where(np.arange(len(source)) < len(was), np.arange(len(source)), -1))
    else:
        learnt = InteractionModels.from_state(checkpoint.collaborative).over(source)
    read = {m: media.vectors[m] for m in checkpoint.info.encoders}
    masks = {m: media.mask[m] for m in checkpoint.info.encoders}
    axes = index_axes(checkpoint)
    stored = ProfileSpaces.whitenings_in(checkpoint.collaborative)
    whitenings = {m: own for m, own in stored.items() if m in read}
    components = Components.of(*vectors, learnt, read, masks, media.steps, before, changed, axes, whitenings)
    components = replace(components, trained_rows=source)
    components = components.with_terms(catalog.items, before, changed).with_named(checkpoint.info.components, catalog)
    return components.with_cold_start(before, changed) if checkpoint.info.cold_start else components
