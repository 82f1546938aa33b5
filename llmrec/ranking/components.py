"""The parts of the fused score, each computed for every item of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.events import Rows
from llmrec.ranking.cold_start import ColdStart
from llmrec.ranking.content import content_scores, similar_to, unit_rows
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.preference import PreferenceModel, Preferences

Floats = NDArray[np.float32]

SHOWN = "example"
"""Label of the components that compare with the example of the request."""
NEAR, FAR = 1, 3
"""Newest history items whose media are compared: the last alone, and the last three."""


@dataclass(frozen=True)
class Components:
    """What scores items besides the words of the LLM: its item vectors, and what needs no LLM at all.

    `v (items, dim)`, `b (items,)`: RecLM's item vectors and biases; `media`: modality -> (items, dim) `unit_rows`;
    `mask`: modality -> (items,) bool; `steps`: modality -> steps of its raw vectors, where there are several;
    `popular (items,)`; `newcomers`: lends scores to the items nobody took; `likeness`: component -> (items,), how
    like the example of the request each item is; `tasting`: a taste over this catalogue, where one was learnt.
    """

    v: Floats
    b: Floats
    collaborative: Collaborative
    media: Mapping[str, Floats]
    mask: Mapping[str, NDArray[np.bool_]]
    steps: Mapping[str, int]
    popular: Floats
    preferences: Preferences | None = None
    cold_start: ColdStart | None = None
    likeness: Mapping[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        v: Floats,
        b: Floats,
        collaborative: Collaborative,
        vectors: Mapping[str, Floats],
        mask: Mapping[str, NDArray[np.bool_]],
        steps: Mapping[str, int],
        popular: Floats,
        taste: PreferenceModel | None = None,
    ) -> "Components":
        """From raw media vectors `(items, dim)` and their `steps`, which are pooled here (see `unit_rows`)."""
        media = {m: unit_rows(x, steps.get(m, 1)) for m, x in vectors.items()}
        return cls(v, b, collaborative, media, mask, steps, popular, taste.over(media, mask) if taste else None)

    def with_cold_start(self) -> "Components":
        """The same, with scores lent to the items nobody took, where there are any."""
        return replace(self, cold_start=self._cold_start)

    @cached_property
    def _cold_start(self) -> ColdStart | None:
        """Kept, as training lends more than once: it costs the inverse of a matrix of all lenders."""
        return ColdStart.of(self.media, self.mask, self.popular)

    def like(self, example: Mapping[str, Floats], row: int | None) -> "Components":
        """The same, with components for each item's likeness to an example.

        `example`: modality -> (dim,) raw vector; `row`: the example's own, where it is an item of the catalogue: then
        its vectors are rows of `media`, and who took it counts too.
        """
        if row is None:
            example = {m: unit_rows(x[None], self.steps.get(m, 1))[0] for m, x in example.items()}
        found = {f"{m} {SHOWN}": similar_to(x, self.media[m], self.mask[m]) for m, x in example.items()}
        if row is not None:
            found[f"collaborative {SHOWN}"] = self.transfer(self.collaborative.scores([(row,)]))[0]
        return replace(self, likeness=found)

    def transfer(self, scores: Floats) -> Floats:
        """`scores (events, items)` of one component, lent to newcomers where that is done."""
        return self.cold_start.transfer(scores) if self.cold_start else scores

    def scores(self, q: Floats, histories: Rows, asked: Floats | None = None) -> dict[str, Floats]:
        """Component -> `(events, items) float32`.

        `q (events, dim)`: query vectors of the LLM, wish included; `histories`: item rows, oldest first;
        `asked (events, text dim)`: encoded words of each wish, where there is one.
        """
        found = {
            "llm": self.transfer(q @ self.v.T + self.b),
            "collaborative": self.transfer(self.collaborative.scores(histories)),
        }
        for name, vectors in self.media.items():
            near, far = content_scores(vectors, self.mask[name], histories, (NEAR, FAR))
            found |= {f"{name} last": near, f"{name} recent": far}
        if self.preferences:
            found["taste"] = self.preferences.scores(histories)
            for name, places in self.preferences.places.items():
                found[f"{name} interest"] = content_scores(places, self.mask[name], histories, (FAR,))[0]
        found["popularity"] = np.broadcast_to(self.popular, found["llm"].shape)
        if asked is not None and "text" in self.media:
            found["words"] = np.where(self.mask["text"], asked @ self.media["text"].T, np.float32(0))
        found |= {name: np.broadcast_to(scores, found["llm"].shape) for name, scores in self.likeness.items()}
        return found


def is_example(component: str) -> bool:
    """Whether a component compares items with the example of the request."""
    return component.endswith(f" {SHOWN}")


def modality_of(component: str) -> str | None:
    """The modality a media component compares ("text", "image"), or None for the others."""
    name, _, label = component.partition(" ")
    return name if label else None


def as_arrays(components: Components) -> dict[str, NDArray[Any]]:
    """What a pack keeps of them beside the RecLM: the item-item model, the counts and the taste."""
    taste = components.preferences.taste.state() if components.preferences else {}
    return {**components.collaborative.state(), "popular": components.popular, **taste}
