"""What a history says in counts: item codes, and how much oftener than the catalogue a person takes each value.

Every modality is read as a few soft codes of `VALUES` values each, like the codebooks of VQ-Rec (Hou et al. 2023,
arXiv 2210.12316) but learnt from what is taken next (`llmrec.train.preference`). A history is a Dirichlet-multinomial
sample over the values of each code, as in Bayesian Sets (Ghahramani & Heller 2005). The log of how much oftener a
value was taken than the catalogue has it, log(p / base), speaks for items of that value, and a code in which the
history is far from the catalogue, KL(p | base), speaks louder: what a person is consistent in is what they choose by.
Codes are of media alone, so an item that nobody has taken yet is scored like any other. What is learnt depends on
where it starts, so a few are learnt apart and their scores added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows, flatten
from llmrec.errors import CheckpointError
from llmrec.ranking.content import unit_rows
from llmrec.ranking.projection import Interest

Floats = NDArray[np.float32]
VALUES = 8
"""Values of a code."""
SMALL = 1e-3
"""Weight of each value before any item is counted: no value is impossible."""


@dataclass(frozen=True)
class Reader:
    """How one modality becomes codes, in E ways that were learnt apart: from the first k directions of its interest
    space, by `weight (E, k, codes * VALUES)` and `bias (E, codes * VALUES)`; `gain (E, codes)` weighs each code."""

    interest: Interest
    weight: Floats
    bias: Floats
    gain: Floats

    def codes(self, media: Floats, mask: NDArray[np.bool_]) -> Floats:
        """`(E, items, codes * VALUES)`: chances of the values of each code; zeros where `mask (items,)` is False."""
        places = self.interest.places(media)[:, : self.weight.shape[1]]
        logits = (places @ self.weight + self.bias[:, None]).reshape(len(self.weight), len(media), -1, VALUES)
        chances = np.exp(logits - logits.max(-1, keepdims=True))
        chances /= chances.sum(-1, keepdims=True)
        return np.where(mask[:, None], chances.reshape(*chances.shape[:2], -1), 0).astype(np.float32)


@dataclass(frozen=True)
class PreferenceModel:
    """The learnt part: `readers` by modality; `prior (E,)`: how many events' worth of the catalogue's shares a history
    starts with; the loudness of a code is `calm (E,) + keen (E,) * KL`."""

    readers: Mapping[str, Reader]
    prior: Floats
    calm: Floats
    keen: Floats

    def over(self, media: Mapping[str, Floats], mask: Mapping[str, NDArray[np.bool_]]) -> "Preferences":
        """This taste over a catalogue: `media[modality] (items, dim)` unit rows, `mask[modality] (items,)`."""
        places = {m: unit_rows(reader.interest.places(media[m])) for m, reader in self.readers.items()}
        return Preferences(self, {m: reader.codes(media[m], mask[m]) for m, reader in self.readers.items()}, places)

    def places(self, media: Mapping[str, Floats]) -> dict[str, Floats]:
        """Modality -> `(items, k)`: the coordinates in interest space that its codes are read from."""
        return {m: r.interest.places(media[m])[:, : r.weight.shape[1]] for m, r in self.readers.items()}

    def state(self) -> dict[str, NDArray[Any]]:
        """Arrays for a pack."""
        arrays: dict[str, NDArray[Any]] = {"taste": np.stack([self.prior, self.calm, self.keen])}
        for m, reader in self.readers.items():
            space = reader.interest
            parts = (space.mean, space.spread, space.axes, reader.weight, reader.bias, reader.gain)
            arrays |= {f"taste.{m}.{name}": part for name, part in zip(_PARTS, parts, strict=True)}
        return arrays

    @classmethod
    def from_state(cls, arrays: Mapping[str, NDArray[Any]]) -> "PreferenceModel | None":
        """What `state` gave; None where there is none. Raises `CheckpointError` where a part is missing."""
        if "taste" not in arrays:
            return None
        readers = {}
        try:
            for m in sorted({name.split(".")[1] for name in arrays if name.startswith("taste.")}):
                mean, spread, axes, weight, bias, gain = (arrays[f"taste.{m}.{part}"] for part in _PARTS)
                readers[m] = Reader(Interest(mean, spread, axes), weight, bias, gain)
        except KeyError as error:
            raise CheckpointError(f"the pack lacks {error.args[0]}; copy it again, or train it again") from error
        return cls(readers, *arrays["taste"])


_PARTS = ("mean", "spread", "axes", "weight", "bias", "gain")


@dataclass(frozen=True)
class Preferences:
    """A taste over one catalogue: `codes[modality] (E, items, width)`, and `places[modality] (items, k)`, unit rows in
    its interest space."""

    taste: PreferenceModel
    codes: Mapping[str, Floats]
    places: Mapping[str, Floats]

    def scores(self, histories: Rows, without: str = "") -> Floats:
        """`(events, items) float32`: how an item's values stand against each history's counts; 0 without a history.

        `without`: a modality in which every item is as the catalogue is on the whole, while histories stay as they
        are: what the scores lose is what the modality tells of the items.
        """
        events, rows, _ = flatten(histories)
        found = np.zeros((len(histories), next(iter(self.codes.values())).shape[1]), np.float32)
        for m, read in self.codes.items():
            for way, (codes, base) in enumerate(zip(read, self._base[m], strict=True)):
                counts = np.zeros((len(histories), len(base)), np.float32)
                np.add.at(counts, events, codes[rows])
                query = self._query(m, way, counts)
                found += (query @ base)[:, None] if m == without else query @ self._shown[m][way].T
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
        """Log-lift times loudness, `(events, width)` like `counts`."""
        taste, shares = self.taste, self._base[modality][way].reshape(-1, VALUES)
        interacted = counts.reshape(len(counts), -1, VALUES)
        chance = (interacted + taste.prior[way] * shares) / (interacted.sum(-1, keepdims=True) + taste.prior[way])
        lift = np.log(chance / shares)
        loud = taste.calm[way] + taste.keen[way] * (chance * lift).sum(-1, keepdims=True)
        gain = taste.readers[modality].gain[way]
        query: Floats = (lift * loud * gain[:, None]).reshape(counts.shape).astype(np.float32)
        query[~counts.any(axis=1)] = 0  # exactly: rounding is no opinion
        return query


def shares_of(codes: Floats) -> Floats:
    """`(width,)`: how the items of `codes (items, width)` share out over the values of each code."""
    summed = codes.sum(0).reshape(-1, VALUES)
    shares: Floats = ((summed + SMALL) / (summed.sum(-1, keepdims=True) + VALUES * SMALL)).ravel().astype(np.float32)
    return shares
