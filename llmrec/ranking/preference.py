"""A preference in counts: item codes, and how much oftener than the catalogue a history holds each value of them.

Every modality is read as a few soft codes of `VALUES` values each, learnt from which item comes next
(`llmrec.train.preference`). A history is a Dirichlet-multinomial sample over the values of each code. The log of how
much oftener it holds a value than the catalogue does, log(p / base), speaks for items of that value; a code in which
the history is far from the catalogue, KL(p | base), counts more: users choose by what they are consistent in. Codes
are of media alone, so a cold item is scored like any other. What is learnt depends on where it starts, so a few models
are learnt apart and their scores added.

References
----------
Hou et al., "Learning Vector-Quantized Item Representation for Transferable Sequential Recommenders" (VQ-Rec, 2023,
arXiv 2210.12316), for codes of items; Ghahramani & Heller, "Bayesian Sets" (2005, NeurIPS), for counting over them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows, flatten
from llmrec.errors import CheckpointError
from llmrec.ranking.content import unit_rows
from llmrec.ranking.projection import Interest
from llmrec.vector_rows import VectorRows, as_rows

Floats = NDArray[np.float32]
VALUES = 8
"""Values of a code."""
SMALL = 1e-3
"""Weight of each value before any item is counted: no value is impossible."""


FORMER_PREFIX = "taste"
"""What the arrays of former checkpoints begin with; today `preference`."""


@dataclass(frozen=True, eq=False)
class Reader:
    """How one modality becomes codes, by E models that were learnt apart.

    Parameters
    ----------
    interest
        Its interest space, of which the first k directions are read.
    weight, bias
        ``(E, k, codes * VALUES)`` and ``(E, codes * VALUES)`` float32: logits of the values.
    gain
        ``(E, codes)`` float32: what each code counts.
    """

    interest: Interest
    weight: Floats
    bias: Floats
    gain: Floats

    def codes(self, media: Floats, mask: NDArray[np.bool_]) -> Floats:
        """Chances of the values of each code.

        Parameters
        ----------
        media
            ``(items, dim)`` float32 unit rows.
        mask
            ``(items,)`` bool.

        Returns
        -------
        ndarray
            ``(E, items, codes * VALUES)`` float32; zeros where an item lacks the modality.
        """
        places = self.interest.places(media)[:, : self.weight.shape[1]]
        logits = (places @ self.weight + self.bias[:, None]).reshape(len(self.weight), len(media), -1, VALUES)
        chances = np.exp(logits - logits.max(-1, keepdims=True))
        chances /= chances.sum(-1, keepdims=True)
        return np.where(mask[:, None], chances.reshape(*chances.shape[:2], -1), 0).astype(np.float32)


@dataclass(frozen=True, eq=False)
class PreferenceModel:
    """What is learnt, for any catalogue of the same encoders.

    Parameters
    ----------
    readers
        Modality -> how it becomes codes.
    prior
        ``(E,)`` float32: how many events' worth of the catalogue's shares a history starts with.
    calm, keen
        ``(E,)`` float32: a code counts calm + keen * KL.
    """

    readers: Mapping[str, Reader]
    prior: Floats
    calm: Floats
    keen: Floats

    def over(
        self,
        media: Mapping[str, VectorRows],
        mask: Mapping[str, NDArray[np.bool_]],
        before: "Preferences | None" = None,
        changed: Sequence[int] = (),
    ) -> "Preferences":
        """The model over a catalogue.

        Parameters
        ----------
        media
            Modality -> ``(items, dim)`` unit rows.
        mask
            Modality -> ``(items,)`` bool.
        before, changed
            The model over the catalogue as it was, and the rows that came or changed since: only these are read. The
            last rows of the former may be gone.
        """
        codes: dict[str, Floats] = {}
        places: dict[str, Floats] = {}
        for m, reader in self.readers.items():
            items, ways = len(media[m]), len(reader.weight)
            codes[m] = np.zeros((ways, items, reader.weight.shape[2]), np.float32)
            places[m] = np.zeros((items, reader.interest.axes.shape[1]), np.float32)
            parts: Sequence[slice | Sequence[int]] = as_rows(media[m]).blocks()
            if before is not None:
                kept, parts = min(items, len(before.places[m])), [changed] if changed else []
                codes[m][:, :kept], places[m][:kept] = before.codes[m][:, :kept], before.places[m][:kept]
            for part in parts:
                own = media[m][part]
                codes[m][:, part] = reader.codes(own, mask[m][part])
                places[m][part] = unit_rows(reader.interest.places(own))
        return Preferences(self, codes, places)

    def places(self, media: Mapping[str, VectorRows]) -> dict[str, Floats]:
        """Coordinates in interest space that codes are read from, modality -> ``(items, k)`` float32."""
        return {m: r.interest.places(media[m][:])[:, : r.weight.shape[1]] for m, r in self.readers.items()}

    def state(self) -> dict[str, NDArray[Any]]:
        """Arrays for a checkpoint."""
        arrays: dict[str, NDArray[Any]] = {"preference": np.stack([self.prior, self.calm, self.keen])}
        for m, reader in self.readers.items():
            space = reader.interest
            parts = (space.mean, space.spread, space.axes, reader.weight, reader.bias, reader.gain)
            arrays |= {f"preference.{m}.{name}": part for name, part in zip(_PARTS, parts, strict=True)}
        return arrays

    @classmethod
    def from_state(cls, arrays: Mapping[str, NDArray[Any]]) -> "PreferenceModel | None":
        """The model that `state` describes.

        Parameters
        ----------
        arrays
            Of a checkpoint; those of other parts are passed over.

        Returns
        -------
        PreferenceModel or None
            None where none was learnt.

        Raises
        ------
        CheckpointError
            Where a part is missing.
        """
        prefix = next((name for name in ("preference", FORMER_PREFIX) if name in arrays), None)
        if prefix is None:
            return None
        readers = {}
        try:
            for m in sorted({name.split(".")[1] for name in arrays if name.startswith(f"{prefix}.")}):
                mean, spread, axes, weight, bias, gain = (arrays[f"{prefix}.{m}.{part}"] for part in _PARTS)
                readers[m] = Reader(Interest(mean, spread, axes), weight, bias, gain)
        except KeyError as error:
            raise CheckpointError(f"the checkpoint lacks {error.args[0]}; copy it again, or train it again") from error
        return cls(readers, *arrays[prefix])


_PARTS = ("mean", "spread", "axes", "weight", "bias", "gain")


@dataclass(frozen=True)
class Preferences:
    """A preference model over one catalogue.

    Parameters
    ----------
    model
        What was learnt.
    codes
        Modality -> ``(E, items, codes * VALUES)`` float32.
    places
        Modality -> ``(items, k)`` float32 unit rows in its interest space.
    """

    model: PreferenceModel
    codes: Mapping[str, Floats]
    places: Mapping[str, Floats]

    def scores(self, histories: Rows, without: str = "", rows: NDArray[np.intp] | None = None) -> Floats:
        """How items' values stand against each history's counts.

        Parameters
        ----------
        histories
            Item rows of each event, oldest first.
        without
            A modality in which every item is as the catalogue is on the whole, while histories stay as they are: what
            the scores lose is what the modality tells of the items.
        rows
            ``(C,)`` int: which items; all by default.

        Returns
        -------
        ndarray
            ``(events, C)`` float32; 0 without a history.
        """
        events, items, _ = flatten(histories)
        at = slice(None) if rows is None else rows
        count = next(iter(self.codes.values())).shape[1] if rows is None else len(rows)
        found = np.zeros((len(histories), count), np.float32)
        for m, read in self.codes.items():
            for way, (codes, base) in enumerate(zip(read, self._base[m], strict=True)):
                counts = np.zeros((len(histories), len(base)), np.float32)
                np.add.at(counts, events, codes[items])
                query = self._query(m, way, counts)
                found += (query @ base)[:, None] if m == without else query @ self._shown[m][way][at].T
        return found

    @cached_property
    def _base(self) -> dict[str, list[Floats]]:
        return {m: [shares_of(codes) for codes in read] for m, read in self.codes.items()}

    @cached_property
    def _shown(self) -> dict[str, list[Floats]]:
        """`codes`, with the catalogue's shares where an item's are unknown: that says nothing against it."""
        return {
            m: [np.where(x.any(axis=1)[:, None], x, base) for x, base in zip(read, self._base[m], strict=True)]
            for m, read in self.codes.items()
        }

    def _query(self, modality: str, way: int, counts: Floats) -> Floats:
        """Log-lift times what each code counts, `(events, width)` like `counts`."""
        model, shares = self.model, self._base[modality][way].reshape(-1, VALUES)
        interacted = counts.reshape(len(counts), -1, VALUES)
        chance = (interacted + model.prior[way] * shares) / (interacted.sum(-1, keepdims=True) + model.prior[way])
        lift = np.log(chance / shares)
        loud = model.calm[way] + model.keen[way] * (chance * lift).sum(-1, keepdims=True)
        gain = model.readers[modality].gain[way]
        query: Floats = (lift * loud * gain[:, None]).reshape(counts.shape).astype(np.float32)
        query[~counts.any(axis=1)] = 0  # exactly: rounding is no opinion
        return query


def shares_of(codes: Floats) -> Floats:
    """How a catalogue's items share out over the values of each code.

    Parameters
    ----------
    codes
        ``(items, codes * VALUES)`` float32.

    Returns
    -------
    ndarray
        ``(codes * VALUES,)`` float32: the shares of a code sum to 1, none of them is 0.
    """
    summed = codes.sum(0).reshape(-1, VALUES)
    shares: Floats = ((summed + SMALL) / (summed.sum(-1, keepdims=True) + VALUES * SMALL)).ravel().astype(np.float32)
    return shares
