"""What a part of the fused score is: its name, the request that it is told of, and the contract it fulfils."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows
from llmrec.catalog.feedback import NO_PAST, Past
from llmrec.catalog.types import Catalog
from llmrec.errors import PluginError
from llmrec.registry import working
from llmrec.vector_rows import VectorRows

Floats = NDArray[np.float32]
ItemRows = NDArray[np.intp]

FORMER_KINDS = {"taste": "preference"}
"""Kinds as former checkpoints write them -> their names today."""


@dataclass(frozen=True, order=True, slots=True)
class ComponentKey:
    """Name of a score component.

    Parameters
    ----------
    kind
        How it scores: "llm", "collaborative", "last", …, or the name of a plug-in. A word without white space.
    modality
        What it reads, for kinds that there are several of: "text", "image", …; "" for the others. Of an example it
        may be "collaborative" too: who interacted with the example's item.

    Examples
    --------
    >>> str(ComponentKey("last", "text")), str(ComponentKey("llm"))
    ('text last', 'llm')
    >>> ComponentKey.parse("image example")
    ComponentKey(kind='example', modality='image')
    """

    kind: str
    modality: str = ""

    def __str__(self) -> str:
        """As checkpoints and answers write it."""
        return f"{self.modality} {self.kind}" if self.modality else self.kind

    @classmethod
    def parse(cls, text: str) -> "ComponentKey":
        """The key that `str` wrote.

        Parameters
        ----------
        text
            "kind" or "modality kind".
        """
        modality, _, kind = text.rpartition(" ")
        return cls(FORMER_KINDS.get(kind, kind), modality)


LLM = ComponentKey("llm")
"""Query vector times item vector."""
COLLABORATIVE = ComponentKey("collaborative")
"""Which items go together, from histories alone."""
POPULARITY = ComponentKey("popularity")
"""How many histories hold the item."""
PREFERENCE = ComponentKey("preference")
"""Which values of the items' codes a history prefers."""
APPROVAL = ComponentKey("approval")
"""How often those who took the item liked it."""
OPINION = ComponentKey("opinion")
"""What the user's opinions of other items say of this one: likeness to what was disliked counts against it."""
HABIT = ComponentKey("habit")
"""How often and how lately the user took the item itself, where what was taken may be recommended again."""
RHYTHM = ComponentKey("rhythm")
"""Whether the item is due again, by the usual time between two takings."""
WORDS = ComponentKey("words")
"""Likeness of the query's words to the item's text."""
QUERY_TERMS = ComponentKey("terms")
"""Which of the query's words the item's text has."""
HISTORY_TERMS = ComponentKey("terms", "text")
"""Which words of the history's texts the item's text has."""
LAST, RECENT, INTEREST, EXAMPLE = "last", "recent", "interest", "example"
"""Kinds of which there is one a modality: likeness to the newest history item, to the newest few, to those along the
directions that users choose by, and to the request's example."""


@dataclass(frozen=True)
class ScoringSituation:
    """One request, as score components are told of it.

    Parameters
    ----------
    q
        ``(dim,)`` float32: the LLM's query vector, which has read the history, the words and the example.
    history
        Item rows, oldest first.
    words
        ``(text dim,)`` float32: the query as the encoder of the items' text reads it; None without one.
    past
        What the history's events say beside their order; of items outside `history` it says nothing.
    query
        The query as it was asked; "" without one.
    """

    q: Floats
    history: tuple[int, ...]
    words: Floats | None = None
    past: Past = NO_PAST
    query: str = ""


@dataclass(frozen=True, eq=False)
class ScoringBatch:
    """Several requests, for components that score them all at once.

    Parameters
    ----------
    q
        ``(events, dim)`` float32.
    histories
        Item rows of each, oldest first.
    words
        ``(events, text dim)`` float32, or None where there are no queries.

    Examples
    --------
    >>> batch = ScoringBatch(np.zeros((2, 4), np.float32), [(0, 1), (2,)])
    >>> [situation.history for situation in batch]
    [(0, 1), (2,)]
    """

    q: Floats
    histories: Rows
    words: Floats | None = None
    shared: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What one component has computed and another needs too."""
    past: Sequence[Past] | None = None
    """What the events of each history say beside their order; None where it is not known."""
    queries: Sequence[str] | None = None
    """The queries as they were asked, or None where there are none."""

    @property
    def pasts(self) -> Sequence[Past]:
        """One a request."""
        return [NO_PAST] * len(self) if self.past is None else self.past

    @classmethod
    def one(cls, situation: ScoringSituation) -> "ScoringBatch":
        """A single request."""
        words = None if situation.words is None else situation.words[None]
        return cls(situation.q[None], [situation.history], words, past=[situation.past], queries=[situation.query])

    def at(self, array: NDArray[Any] | VectorRows, rows: ItemRows) -> NDArray[Any]:
        """`array[rows]`, gathered once for all components that ask for these rows; the array itself where it is all.

        Parameters
        ----------
        array
            ``(items, …)``.
        rows
            ``(C,)`` int.
        """
        place = (id(array), id(rows))
        if place not in self.shared:
            whole = len(rows) == len(array) and np.array_equal(rows, np.arange(len(rows)))
            self.shared[place] = (array[:] if whole else array[rows], array, rows)  # held, so that no id is used again
        found: NDArray[Any] = self.shared[place][0]
        return found

    def __len__(self) -> int:
        """How many requests there are."""
        return len(self.histories)

    def __iter__(self) -> Iterator[ScoringSituation]:
        """The requests one by one."""
        for n, (history, past) in enumerate(zip(self.histories, self.pasts, strict=True)):
            words = None if self.words is None else self.words[n]
            yield ScoringSituation(self.q[n], tuple(history), words, past, self.queries[n] if self.queries else "")


class ScoreComponent(Protocol):
    """A part of the fused score.

    Its scores may be of any scale: they are normalised within a request, and added with a weight that training fits
    on held-out events.

    Examples
    --------
    A component of one's own, which prefers newer items (see `ComponentInputs`):

    >>> class Recency:
    ...     key = ComponentKey("recency")
    ...     def __init__(self, inputs):
    ...         years = [float(item.attributes.get("year", 0)) for item in inputs.catalog.items]
    ...         self.years = np.array(years, np.float32)
    ...     def score(self, rows, situation):
    ...         return self.years[rows]
    >>> from llmrec.catalog.types import Item
    >>> items = (Item("a", "Old", attributes={"year": 1950}), Item("b", "New", attributes={"year": 1999}))
    >>> newest = Recency(ComponentInputs(Catalog("films", items, {}), {}, {}, np.zeros(2, np.float32)))
    >>> newest.score(np.array([1, 0]), ScoringSituation(np.zeros(4, np.float32), ()))
    array([1999., 1950.], dtype=float32)
    """

    @property
    def key(self) -> ComponentKey:
        """Its name in weights and answers."""
        ...

    def score(self, rows: ItemRows, situation: ScoringSituation) -> Floats:
        """Scores of some items for one request.

        Parameters
        ----------
        rows
            ``(C,)`` int: which items.
        situation
            The request.

        Returns
        -------
        ndarray
            ``(C,)`` float32, finite. All equal where it has nothing to say.
        """
        ...


@runtime_checkable
class BatchScoreComponent(Protocol):
    """A `ScoreComponent` that can also score the same items for many requests at once, as evidence and training do."""

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """Scores of some items for several requests.

        Parameters
        ----------
        rows
            ``(C,)`` int: which items.
        batch
            The requests.

        Returns
        -------
        ndarray
            ``(events, C)`` float32: what `score` gives for each request.
        """
        ...


class InBatches:
    """A `ScoreComponent` whose score of one request is that of a batch of one."""

    def score(self: BatchScoreComponent, rows: ItemRows, situation: ScoringSituation) -> Floats:
        """See `ScoreComponent`."""
        found: Floats = self.score_batch(rows, ScoringBatch.one(situation))[0]
        return found


@dataclass(frozen=True, eq=False)
class ComponentInputs:
    """What a score component from outside is built from.

    Parameters
    ----------
    catalog
        The items and the training interactions.
    media
        Modality -> ``(items, dim)`` unit rows of the encoders' vectors: ``media[m][rows]`` are those of some items,
        float32, and ``media[m][:]`` of all.
    mask
        Modality -> ``(items,)`` bool.
    popular
        ``(items,)`` float32: log(1 + training histories that hold the item).
    """

    catalog: Catalog
    media: Mapping[str, VectorRows]
    mask: Mapping[str, NDArray[np.bool_]]
    popular: Floats


ComponentFactory = Callable[[ComponentInputs], ScoreComponent]
"""What a plug-in of the kind "score_component" is: a class or a function."""


def score_batch(component: ScoreComponent, rows: ItemRows, batch: ScoringBatch) -> Floats:
    """A component's scores of some items for several requests, whichever way it scores.

    Parameters
    ----------
    component
        The component.
    rows
        ``(C,)`` int: which items.
    batch
        The requests.

    Returns
    -------
    ndarray
        ``(events, C)`` float32.

    Raises
    ------
    PluginError
        Where a component from outside fails, or gives anything but that many finite numbers.
    """
    if isinstance(component, BatchScoreComponent):
        with working("score_component", component):
            found = component.score_batch(rows, batch)
        return _checked(component, found, (len(batch), len(rows)))
    scores = np.zeros((len(batch), len(rows)), np.float32)
    for n, situation in enumerate(batch):
        with working("score_component", component):
            own = component.score(rows, situation)
        scores[n] = _checked(component, own, (len(rows),))
    return scores


def _checked(component: ScoreComponent, scores: Floats, shape: tuple[int, ...]) -> Floats:
    """Refuse what would be broadcast, or spread through the fused score, in silence."""
    if np.shape(scores) != shape or not np.isfinite(scores).all():
        raise PluginError(
            f"score component '{component.key}' gave scores of shape {np.shape(scores)}; they have to be finite "
            f"numbers of shape {shape}"
        )
    return np.asarray(scores, np.float32)
