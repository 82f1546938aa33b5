"""What every baseline is: fitted on histories, asked for scores of the whole catalogue after other histories."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, overload

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows
from llmrec.catalog.types import Catalog, Interaction
from llmrec.errors import BadInput
from llmrec.evaluation.metrics import mask_seen, tie_order, top_rows
from llmrec.evaluation.splits import Event, Split, rolling_events

if TYPE_CHECKING:
    from llmrec.encoders import Features

Floats = NDArray[np.float32]
Config = Mapping[str, Any]
Progress = Callable[[int, int], None]
"""Told of steps done and steps in all."""


class Scored(NamedTuple):
    """One item of a list."""

    item: str
    title: str
    score: float


class Baseline(ABC):
    """A recommender to compare with.

    A subclass takes its configuration as keyword arguments of its constructor and defines `_learn` and `score`.
    """

    encoder_specs: Mapping[str, str] = MappingProxyType({})
    """Modality -> encoder of the media it reads (see `llmrec.encoders.registry`); empty where it reads none."""
    random: ClassVar[bool] = False
    """Whether chance plays a part; then the constructor takes a `seed`."""

    catalog: Catalog
    features: "Features | None" = None
    _progress: Progress = staticmethod(lambda _done, _total: None)

    @classmethod
    def grid(cls, modalities: Sequence[str] = ()) -> Sequence[Config]:
        """Configurations that validation chooses from, the usual one first.

        Parameters
        ----------
        modalities : sequence of str
            Modalities that the catalogue has, for baselines that read media.

        Returns
        -------
        sequence of mapping
            Keyword arguments of the constructor.
        """
        del modalities
        return ({},)

    def fit(
        self,
        catalog: Catalog,
        events: Split | Mapping[str, Sequence[str]] | Mapping[str, Sequence[Interaction]] | None = None,
        *,
        features: "Features | None" = None,
        progress: Progress | None = None,
    ) -> Self:
        """Learn from histories.

        Parameters
        ----------
        catalog : Catalog
            The items that can be recommended.
        events : Split or mapping of str to sequence of str, optional
            A split, whose train part is learnt from (and whose valid part may serve to choose weights); or user -> item
            ids or interactions, oldest first. Default: all events of the catalogue.
        features : Features, optional
            The items' media as vectors, for baselines that read them; encoded (and cached) where not given.
        progress : callable, optional
            Told of steps done and steps in all.

        Returns
        -------
        Self

        Raises
        ------
        UnknownItem
            Where a history names an item that the catalogue lacks.
        BadInput
            Where there is nothing to learn from.
        """
        histories: Mapping[str, Sequence[str]] | Mapping[str, Sequence[Interaction]]
        if isinstance(events, Split):
            histories, valid = events.train, rolling_events(catalog, events, "valid")
        else:
            histories, valid = events or catalog.histories, []
        ids = ([e.item if isinstance(e, Interaction) else e for e in history] for history in histories.values())
        rows = [catalog.rows(history) for history in ids if history]
        return self.fit_rows(catalog, rows, valid, features=features, progress=progress)

    def fit_rows(
        self,
        catalog: Catalog,
        train: Rows,
        valid: Sequence[Event] = (),
        *,
        features: "Features | None" = None,
        progress: Progress | None = None,
    ) -> Self:
        """The same from item rows.

        Parameters
        ----------
        catalog : Catalog
            The items that can be recommended.
        train : sequence of sequence of int
            Item rows of each user, oldest first.
        valid : sequence of Event
            Held-out events, which may serve to choose weights or to stop early.
        features, progress
            See `fit`.
        """
        train = [rows for rows in train if rows]
        if not train:
            raise BadInput(f"catalogue {catalog.name!r} has no event to learn from; add interactions")
        self.catalog = catalog
        if progress is not None:
            self._progress = progress
        if self.encoder_specs:
            self.features = features or encoded(catalog, self.encoder_specs)
        self._learn(train, valid)
        return self

    @abstractmethod
    def _learn(self, train: Rows, valid: Sequence[Event]) -> None:
        """Learn from item rows, one non-empty list a user, oldest first; `valid` may be empty."""

    @abstractmethod
    def score(self, histories: Rows) -> Floats:
        """Scores of the whole catalogue after each history.

        Parameters
        ----------
        histories : sequence of sequence of int
            Item rows, oldest first; may be empty.

        Returns
        -------
        ndarray of shape (histories, items), float32
            Finite, higher is better. Items of the history are scored too: leave them out.
        """

    @overload
    def recommend(self, users: str, k: int = 10) -> list[Scored]: ...  # type: ignore[overload-overlap]
    @overload
    def recommend(self, users: Sequence[str], k: int = 10) -> dict[str, list[Scored]]: ...
    @overload
    def recommend(self, users: None = None, k: int = 10, *, history: Sequence[str]) -> list[Scored]: ...
    def recommend(
        self, users: str | Sequence[str] | None = None, k: int = 10, *, history: Sequence[str] | None = None
    ) -> list[Scored] | dict[str, list[Scored]]:
        """The best items that are not in the history.

        Parameters
        ----------
        users : str or sequence of str, optional
            A user of the catalogue, or several; each is answered from all of their events.
        k : int
            At most so many items; fewer where the catalogue has no more.
        history : sequence of str, optional
            Item ids, oldest first, in place of a user's.

        Returns
        -------
        list of Scored, or dict of str to list of Scored
            Best first; for several users, a list each.

        Raises
        ------
        BadInput
            Where neither or both of `users` and `history` are given, or nothing is fitted yet.
        UnknownUser, UnknownItem
            Where the catalogue lacks one.
        """
        if (users is None) == (history is None):
            raise BadInput("pass either `users` or `history`")
        if not hasattr(self, "catalog"):
            raise BadInput(f"{type(self).__name__} has learnt nothing yet; call `fit` first")
        if users is None or isinstance(users, str):
            ids = self.catalog.history(users) if users is not None else tuple(history or ())
            return self._lists([ids], k)[0]
        return dict(zip(users, self._lists([self.catalog.history(user) for user in users], k), strict=True))

    def _lists(self, histories: Sequence[Sequence[str]], k: int) -> list[list[Scored]]:
        rows = [self.catalog.rows(list(ids)) for ids in histories]
        scores = mask_seen(self.score(rows), rows)
        tops = top_rows(scores, k, tie_order([item.id for item in self.catalog.items]))
        items = self.catalog.items
        return [
            [Scored(items[n].id, items[n].title, float(own[n])) for n in top if np.isfinite(own[n])]
            for own, top in zip(scores, tops, strict=True)
        ]


def encoded(catalog: Catalog, encoder_specs: Mapping[str, str]) -> "Features":
    """The catalogue's features, from the cache where they lie there.

    Parameters
    ----------
    catalog : Catalog
    encoder_specs : mapping of str to str
        Modality -> encoder spec. Modalities that no item has are left out.

    Raises
    ------
    StorageError, SetupError
        As `llmrec.encoders.extract` does.
    """
    from llmrec.encoders import encoder, extract
    from llmrec.encoders.base import lacks
    from llmrec.paths import home

    there = [m for m in encoder_specs if m == "text" or not all(lacks(item, m) for item in catalog.items)]
    return extract(catalog, [encoder(m, encoder_specs[m]) for m in there], home() / "features")[0]
