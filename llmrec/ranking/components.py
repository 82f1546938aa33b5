"""The score components of a catalogue, and what they give for a request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows
from llmrec.catalog.feedback import Past
from llmrec.catalog.types import Catalog, Item
from llmrec.errors import BadInput, CheckpointError
from llmrec.ranking.built_in import (
    CollaborativeComponent,
    ExampleLikeness,
    FixedComponent,
    HistoryLikeness,
    LlmComponent,
    PreferenceComponent,
    WordsComponent,
)
from llmrec.ranking.cold_start import ColdStart
from llmrec.ranking.content import along, principal_axes, unit_rows
from llmrec.ranking.item_item import Collaborative, popularity
from llmrec.ranking.opinion import OpinionComponent, OpinionModel
from llmrec.ranking.preference import PreferenceModel, Preferences
from llmrec.ranking.profile import ProfileSpaces, Whitening
from llmrec.ranking.repeats import RepeatModel, repeat_components
from llmrec.ranking.score_component import (
    APPROVAL,
    EXAMPLE,
    INTEREST,
    LAST,
    LLM,
    RECENT,
    ComponentInputs,
    ComponentKey,
    Floats,
    ItemRows,
    ScoreComponent,
    ScoringBatch,
    score_batch,
)
from llmrec.ranking.terms import HistoryTerms, QueryTerms, Terms
from llmrec.registry import make
from llmrec.vector_rows import VectorRows, as_rows

NEAR, FAR = 1, 3
"""Newest history items whose media are compared: the last alone, and the last three."""


@dataclass(frozen=True, eq=False)
class InteractionModels:
    """What is learnt of a catalogue's interactions without the LLM.

    Parameters
    ----------
    collaborative
        The item-item model.
    popular
        ``(items,)`` float32: log(1 + training histories that hold the item).
    preference
        The preference model, where one was learnt.
    opinion
        The model of what users think of what they take, where their events tell it.
    repeat
        The model of when items are taken again, where what was taken may be recommended again.

    Examples
    --------
    >>> learnt = InteractionModels.fit([[0, 1, 2], [1, 2], [2, 0]], 4)
    >>> np.round(np.exp(learnt.popular) - 1)
    array([2., 2., 3., 0.], dtype=float32)
    """

    collaborative: Collaborative
    popular: Floats
    preference: PreferenceModel | None = None
    opinion: OpinionModel | None = None
    repeat: RepeatModel | None = None

    @classmethod
    def fit(
        cls,
        histories: Rows,
        items: int,
        preference: PreferenceModel | None = None,
        opinion: OpinionModel | None = None,
        repeat: RepeatModel | None = None,
        weights: Sequence[Sequence[float]] | None = None,
    ) -> "InteractionModels":
        """From training histories.

        Parameters
        ----------
        histories
            Item rows of each user, oldest first, each once.
        items
            How many items there are.
        preference
            See `llmrec.train.preference`, which learns it.
        opinion, repeat
            Fitted on the same events.
        weights
            Of each event as a target; see `Collaborative.fit`.
        """
        collaborative = Collaborative.fit(histories, items, weights=weights)
        return cls(collaborative, popularity(histories, items), preference, opinion, repeat)

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> "InteractionModels":
        """What `state` gave, in the rows of training.

        Raises
        ------
        CheckpointError
            Where a part is missing or damaged.
        """
        if "popular" not in state:
            raise CheckpointError("the checkpoint's item-item model lacks popular; train it again")
        return cls(
            Collaborative.from_state(state), state["popular"], PreferenceModel.from_state(state),
            OpinionModel.from_state(state), RepeatModel.from_state(state),
        )  # fmt: skip

    def state(self) -> dict[str, NDArray[Any]]:
        """Arrays for a checkpoint."""
        learnt = [model.state() for model in (self.preference, self.opinion, self.repeat) if model]
        state = {**self.collaborative.state(), "popular": self.popular}
        return state | {name: array for arrays in learnt for name, array in arrays.items()}

    def over(self, source: ItemRows) -> "InteractionModels":
        """The same in the rows of another catalogue.

        Parameters
        ----------
        source
            ``(items,)`` int: each item's row here, -1 for one that was not in training: it has no neighbours and
            counts as never chosen.
        """
        popular = np.where(source >= 0, self.popular[source], 0).astype(np.float32)
        opinion = self.opinion.over(source) if self.opinion else None
        repeat = self.repeat.over(source) if self.repeat else None
        collaborative = self.collaborative.over(source)
        return replace(self, collaborative=collaborative, popular=popular, opinion=opinion, repeat=repeat)


@dataclass(frozen=True)
class Components:
    """What scores the items of a catalogue.

    Parameters
    ----------
    v, b
        ``(items, dim)`` and ``(items,)`` float32: RecLM's item vectors and biases.
    interaction_models
        The models of interactions, in the catalogue's rows.
    media
        Modality -> ``(items, dim)`` unit rows (see `unit_rows`), made as they are read.
    mask
        Modality -> ``(items,)`` bool.
    steps
        Modality -> steps of its raw vectors, where there are several.
    preferences
        The preference model over the catalogue, where one was learnt.
    cold_start
        Carries scores over to cold items, where that is done.
    likeness
        How like the request's example items are.
    plugins
        Components from outside llmrec. They take part wherever the built-in ones do: `scores` holds theirs, so that
        training fits a weight for each and evidence counts them.
    terms
        The words of the items, where they are counted.
    axes
        Modality -> ``(dim, k)`` float32: along which an index compares it, where that is not the whole vector (see
        `principal_axes`).
    short_media
        Modality -> ``(items, k)`` float16: the unit rows of `media` along these.
    profiles
        The whitened spaces in which a history's media are summed.
    trained_rows
        ``(items,)`` int: the items' rows in the checkpoint, -1 for those that are not in it; None where there is none.
    """

    v: VectorRows
    b: Floats
    interaction_models: InteractionModels
    media: Mapping[str, VectorRows]
    mask: Mapping[str, NDArray[np.bool_]]
    steps: Mapping[str, int]
    preferences: Preferences | None = None
    cold_start: ColdStart | None = None
    likeness: tuple[ScoreComponent, ...] = ()
    plugins: tuple[ScoreComponent, ...] = ()
    terms: Terms | None = None
    axes: Mapping[str, Floats] = field(default_factory=dict)
    short_media: Mapping[str, VectorRows] = field(default_factory=dict)
    profiles: ProfileSpaces = field(default_factory=ProfileSpaces)
    trained_rows: ItemRows | None = None

    @classmethod
    def of(
        cls,
        v: Floats | VectorRows,
        b: Floats,
        interaction_models: InteractionModels,
        vectors: Mapping[str, VectorRows],
        mask: Mapping[str, NDArray[np.bool_]],
        steps: Mapping[str, int],
        before: "Components | None" = None,
        changed: Sequence[int] = (),
        axes: Mapping[str, Floats] | None = None,
        whitenings: Mapping[str, Whitening] | None = None,
    ) -> "Components":
        """From raw media.

        Parameters
        ----------
        v, b, interaction_models, mask, steps
            See the class.
        vectors
            Modality -> ``(items, dim)``, raw; their steps are pooled as they are read (see `unit_rows`).
        before, changed
            See `with_cold_start`.
        axes
            See the class; default: fitted on `vectors`.
        whitenings
            Modality -> that of the checkpoint; default: fitted on `vectors`.
        """
        media = {m: as_rows(x).through(partial(unit_rows, steps=steps.get(m, 1))) for m, x in vectors.items()}
        if axes is None:
            fitted = {m: principal_axes(x, mask[m]) for m, x in media.items()}
            axes = {m: own for m, own in fitted.items() if own is not None}
        if before:
            new = {m: along(own, media[m][changed]) for m, own in axes.items()}
            short = {m: before.short_media[m].put(changed, x, len(v)) for m, x in new.items()}
        else:
            short = {m: _along(own, media[m]) for m, own in axes.items()}
        preferences = interaction_models.preference
        profiles = ProfileSpaces.of(media, mask, whitenings, before.profiles if before else None, changed)
        known = preferences.over(media, mask, before.preferences if before else None, changed) if preferences else None
        made = cls(as_rows(v), b, interaction_models, media, mask, steps, known, axes=axes, short_media=short)
        return replace(made, profiles=profiles)

    def state(self) -> dict[str, NDArray[Any]]:
        """Arrays for a checkpoint: the models of interactions, and the maps to the whitened spaces."""
        return self.interaction_models.state() | self.profiles.state()

    def shortened(self, modality: str, vectors: Floats) -> Floats:
        """``(n, dim)`` unit rows like those of `media`, as an index holds them: ``(n, k)`` float32."""
        return along(self.axes.get(modality), vectors)

    @property
    def index_media(self) -> dict[str, VectorRows]:
        """Modality -> unit rows of all items as an index holds them."""
        return {**self.media, **self.short_media}

    def mapped(self, folder: Path) -> "Components":
        """The same, with the item vectors and short media in files of a folder where they are many."""
        short = {m: x.mapped(folder) for m, x in self.short_media.items()}
        return replace(self, v=self.v.mapped(folder), short_media=short)

    def with_cold_start(self, before: "Components | None" = None, changed: Sequence[int] = ()) -> "Components":
        """The same, with scores carried over to the cold items, where there are any.

        Parameters
        ----------
        before
            The components of the catalogue as it was, if that was open: what need not be solved again is kept.
        changed
            Rows of the items that are new since or have other media; all others are in the rows they were in.
        """
        was = before.cold_start if before else None
        now = was.over(self.media, self.mask, self.interaction_models.popular, changed) if was else self._cold_start
        return replace(self, cold_start=now)

    @cached_property
    def _cold_start(self) -> ColdStart | None:
        """Kept, as training asks more than once: it costs the inverse of a matrix of all sources."""
        return ColdStart.of(self.media, self.mask, self.interaction_models.popular)

    def with_terms(
        self, items: Sequence[Item], before: "Components | None" = None, changed: Sequence[int] = ()
    ) -> "Components":
        """The same, with components that count the words of the items.

        Parameters
        ----------
        items
            In the rows of the components.
        before, changed
            See `with_cold_start`.
        """
        return replace(self, terms=Terms.of(items, before.terms if before else None, changed))

    def with_plugins(self, plugins: Sequence[ScoreComponent]) -> "Components":
        """The same, with further components.

        Parameters
        ----------
        plugins
            Each with a key that no other component has.

        Raises
        ------
        ValueError
            Where two have the same key.
        """
        keys = [part.key for part in (*self.parts(words=True), *plugins)]
        if twice := sorted({str(key) for key in keys if keys.count(key) > 1}):
            raise ValueError(f"two score components are called {', '.join(twice)}; give each a key of its own")
        return replace(self, plugins=(*self.plugins, *plugins))

    def with_named(self, specs: Sequence[str], catalog: Catalog) -> "Components":
        """The same, with further components by their names.

        Parameters
        ----------
        specs
            What `llmrec.registry.resolve` takes for the kind "score_component": each names a `ComponentFactory`.
        catalog
            The items, in the rows of the components, and the training interactions.

        Raises
        ------
        BadInput
            Where a spec names nothing (`UnknownPlugin`), or what it names is no score component.
        """
        if not specs:
            return self
        inputs = ComponentInputs(catalog, self.media, self.mask, self.interaction_models.popular)
        parts = [make("score_component", spec, inputs, needs=("key", "score")) for spec in specs]
        for spec, part in zip(specs, parts, strict=True):
            if not isinstance(part.key, ComponentKey):
                raise BadInput(f"`key` of the score component {spec!r} is {part.key!r}; it has to be a ComponentKey")
        try:
            return self.with_plugins(parts)
        except ValueError as error:
            raise BadInput(f"`components` does not fit ({error})") from error

    def like(self, example: Mapping[str, Floats], row: int | None) -> "Components":
        """The same, with components for each item's likeness to an example.

        Parameters
        ----------
        example
            Modality -> ``(dim,)`` float32, raw; of an item of the catalogue, its rows of `media`.
        row
            The example's row, where it is an item of the catalogue: then who interacted with it counts too.
        """
        if row is None:
            example = {m: unit_rows(x[None], self.steps.get(m, 1))[0] for m, x in example.items()}
        likeness: list[ScoreComponent] = [
            ExampleLikeness(ComponentKey(EXAMPLE, m), self.media[m], self.mask[m], x) for m, x in example.items()
        ]
        if row is not None:
            model, key = self.interaction_models.collaborative, ComponentKey(EXAMPLE, "collaborative")
            likeness.append(CollaborativeComponent(model, self.cold_start, row, key))
        return replace(self, likeness=tuple(likeness))

    def parts(self, words: bool) -> Iterator[ScoreComponent]:
        """The components one by one, in the order in which their weights are fitted.

        Parameters
        ----------
        words
            Whether the request has a query.
        """
        yield self.llm
        yield CollaborativeComponent(self.interaction_models.collaborative, self.cold_start)
        for m, vectors in self.media.items():
            for kind, last in ((LAST, NEAR), (RECENT, FAR)):
                yield HistoryLikeness(ComponentKey(kind, m), vectors, self.mask[m], last, (NEAR, FAR))
        if self.preferences:
            yield PreferenceComponent(self.preferences)
            for m, places in self.preferences.places.items():
                yield HistoryLikeness(ComponentKey(INTEREST, m), places, self.mask[m], FAR, (FAR,))
        yield from self.profiles.parts(self.media)
        if self.terms:
            yield HistoryTerms(self.terms)
        yield FixedComponent.popularity(self.interaction_models.popular)
        if opinion := self.interaction_models.opinion:
            yield FixedComponent(APPROVAL, opinion.approval)
            yield OpinionComponent(opinion)
        if repeat := self.interaction_models.repeat:
            yield from repeat_components(repeat)
        if words and "text" in self.media:
            yield WordsComponent(self.media["text"], self.mask["text"])
        if words and self.terms:
            yield QueryTerms(self.terms)
        yield from self.likeness
        yield from self.plugins

    @property
    def llm(self) -> LlmComponent:
        """The component of the LLM's query vector."""
        return LlmComponent(self.v, self.b, self.cold_start)

    def scores(
        self,
        q: Floats,
        histories: Rows,
        words: Floats | None = None,
        past: Sequence[Past] | None = None,
        queries: Sequence[str] | None = None,
    ) -> dict[ComponentKey, Floats]:
        """Raw scores of the whole catalogue for several requests.

        Parameters
        ----------
        q
            ``(events, dim)`` float32: query vectors of the LLM, which has read queries and examples.
        histories
            Item rows of each, oldest first.
        words
            ``(events, text dim)`` float32: encoded words of each query, where there are queries.
        past
            What the events of each history say beside their order, where that is known.
        queries
            The queries themselves, where there are queries.

        Returns
        -------
        dict
            Component -> ``(events, items)`` float32.
        """
        return self.score_batch(np.arange(len(self.v)), ScoringBatch(q, histories, words, past=past, queries=queries))

    def score_batch(
        self, rows: ItemRows, batch: ScoringBatch, weights: Mapping[ComponentKey, float] | None = None
    ) -> dict[ComponentKey, Floats]:
        """Raw scores of some items for several requests: what `scores` gives, at a cost that grows with the rows alone.

        Parameters
        ----------
        rows
            ``(C,)`` int: which items.
        batch
            The requests.
        weights
            Those of the fused score: components of weight 0 are left out, but for the LLM. Default: none is.

        Returns
        -------
        dict
            Component -> ``(events, C)`` float32.
        """
        parts = self.parts(batch.words is not None)
        wanted = [each for each in parts if weights is None or each.key == LLM or weights.get(each.key, 1)]
        return {part.key: score_batch(part, rows, batch) for part in wanted}


def _along(axes: Floats, media: VectorRows) -> VectorRows:
    """Unit rows as an index compares them, kept in half the bytes: it looks for twice as many as are wanted."""
    short = np.zeros((len(media), axes.shape[1]), np.float16)
    for block in media.blocks():
        short[block] = along(axes, media[block])
    return VectorRows(short)
