"""Evidence beyond single effects, as data: ranks without a reason, what people take together, Shapley values.

Why an item was recommended, as data: measured effects turned into ranked evidence records.

The recommender measures (leave one history item out, take one modality of the candidate away, drop the wish)
and passes numbers; nothing here runs a model. The words of a rationale may claim only what these records and
the catalogue hold. Leave-one-out as the measure of what moved a score: "comprehensiveness" of ERASER (DeYoung
et al., 2020), one item at a time.

"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite, nan
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.errors import BadInput


@dataclass(frozen=True)
class Counterfactual:
    """Where the item would rank without one reason: its strongest history item, or the wish.

    Ranks count from 1 among the items that may be answered (not seen, let through by the filter), scored anew as a
    request without that reason is.
    """

    history_item: str | None
    """None: without the wish."""
    rank: int
    rank_without: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Counterfactual":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        item = record["history_item"]
        return cls(None if item is None else str(item), int(record["rank"]), int(record["rank_without"]))


@dataclass(frozen=True)
class Companions:
    """How many of those who took a history item also took the recommended one. Counts, never who they are."""

    history_item: str
    both: int
    group: int
    """People who took the history item."""
    takers: int
    """People who took the recommended item, of all `people`."""
    people: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Companions":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        counts = (int(record[name]) for name in ("both", "group", "takers", "people"))
        return cls(str(record["history_item"]), *counts)


@dataclass(frozen=True)
class Share:
    """A history item's Shapley value: what it adds to the score, averaged over the orders in which items can come.

    `effect` and its standard `error` are in standard deviations of the user's scores, as effects are; a single order
    tells no error (NaN).
    """

    history_item: str
    effect: float
    error: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        error = round(self.error, 5) if isfinite(self.error) else None
        return {"history_item": self.history_item, "effect": round(self.effect, 5), "error": error}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Share":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        error = nan if record["error"] is None else float(record["error"])
        return cls(str(record["history_item"]), float(record["effect"]), error)


Kind = Literal["history", "attribute", "modality", "query", "trait"]
Strength = Literal["strong", "some", "faint"]

STRONG, FAINT = 0.25, 0.053
"""Effects from STRONG up are strong, below FAINT faint; in standard deviations of the user's scores over the
catalogue. FAINT is the noise floor: 95 % of the effects between films that have nothing in common lie below it, and
nothing faint is called a reason without a hedge. STRONG is what chance does not reach by picking either: the largest
such effect on one film lies below it 19 times in 20. Both measured by `python -m eval.effect_noise`.
"""

MAX_HISTORY, MAX_SHARED = 3, 3
"""History items kept as evidence, and shared attributes kept for each of them."""


@dataclass(frozen=True)
class Evidence:
    """One thing that moved the score of the recommended item, and by how much.

    - `history_item` alone: leaving that item out of the history lowers the score by `effect`;
    - `history_item` and `attribute`: the recommended item shares that attribute with it (`effect`: that item's);
    - `modality` alone: taking this input of the recommended item away lowers the score by `effect`;
      `"query"` alone: dropping the wish does;
    - `attribute` with modality `"query"`: the wish names this attribute, and the recommended item has it;
    - `attribute` without a history item: over the whole catalogue, having it raises this user's scores by `effect`
      (see `surrogate`); `modality` is the one that shows it, None where it is listed.

    `attribute` is a facet key such as `genres=Comedy`. `effect` is in standard deviations of the user's
    scores.
    """

    history_item: str | None
    attribute: str | None
    modality: str | None
    effect: float

    @property
    def kind(self) -> Kind:
        """Which of the readings this record has."""
        if self.modality == "query":
            return "query"
        if self.attribute is not None and self.history_item is None:
            return "trait"
        if self.modality is not None:
            return "modality"
        return "attribute" if self.attribute is not None else "history"

    def to_dict(self) -> dict[str, str | float | None]:
        """For JSON."""
        return {
            "kind": self.kind, "history_item": self.history_item, "attribute": self.attribute,
            "modality": self.modality, "effect": round(self.effect, 5),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Evidence":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        history_item, attribute, modality = (
            None if (value := record[name]) is None else str(value)
            for name in ("history_item", "attribute", "modality")
        )
        return cls(history_item, attribute, modality, float(record["effect"]))


@dataclass(frozen=True)
class ItemEvidence:
    """The evidence for one recommended item, most effective first within each kind."""

    item: str
    items: tuple[Evidence, ...]
    query: str = ""
    """The wish in words, empty without one."""
    counterfactuals: tuple[Counterfactual, ...] = ()
    companions: tuple[Companions, ...] = ()
    shapley: tuple[Share, ...] = ()
    """Of every history item that was left out in turn, largest first; empty where they were not asked for."""
    fidelity: float | None = None
    """R² of the surrogate that the attributes' effects come from; None without such effects."""

    @property
    def history(self) -> tuple[Evidence, ...]:
        """Records of the history items that raise the score, most effective first."""
        return tuple(e for e in self.items if e.kind == "history" and e.effect > 0)

    @property
    def causes(self) -> tuple[Evidence, ...]:
        """Records of the history items that raise the score by more than noise does."""
        return tuple(e for e in self.history if e.effect >= FAINT)

    @property
    def helps(self) -> tuple[Evidence, ...]:
        """Records of the item's own inputs that raise the score by more than noise does."""
        return tuple(e for e in self.modalities if e.effect >= FAINT)

    @property
    def modalities(self) -> tuple[Evidence, ...]:
        """Records of the item's own inputs that raise the score, most effective first."""
        return tuple(e for e in self.items if e.kind == "modality" and e.effect > 0)

    @property
    def traits(self) -> tuple[Evidence, ...]:
        """Records of the attributes seen in the item's media that raise the score, most effective first."""
        return tuple(e for e in self.items if e.kind == "trait" and e.modality is not None)

    @property
    def queried(self) -> tuple[Facet, ...]:
        """What the wish named and the item has."""
        return tuple(Facet.of(e.attribute) for e in self.items if e.kind == "query" and e.attribute is not None)

    @property
    def answers_query(self) -> bool:
        """Whether the wish moved the score up by more than noise, or the item has an attribute it named."""
        return any(e.kind == "query" and (e.attribute is not None or e.effect >= FAINT) for e in self.items)

    @property
    def strength(self) -> Strength:
        """Of the strongest single reason; a wish that names an attribute the item has is never faint."""
        reasons = [e for e in self.items if e.kind not in ("attribute", "trait") or e in self.traits]
        best = strength(max((e.effect for e in reasons), default=0.0))
        return "some" if best == "faint" and self.queried else best

    def shared(self, history_item: str) -> tuple[Facet, ...]:
        """Attributes the recommended item shares with one cited history item."""
        return tuple(
            Facet.of(e.attribute)
            for e in self.items
            if e.kind == "attribute" and e.attribute is not None and e.history_item == history_item
        )

    def to_dict(self) -> dict[str, object]:
        """For JSON, as evidence.schema.json says."""
        kept = ("items", "counterfactuals", "companions", "shapley")
        told: dict[str, object] = {
            "item": self.item,
            "query": self.query,
            **{name: [record.to_dict() for record in getattr(self, name)] for name in kept},
        }
        return told if self.fidelity is None else told | {"fidelity": round(self.fidelity, 4)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "ItemEvidence":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        fidelity = record.get("fidelity")
        return cls(
            str(record["item"]),
            tuple(map(Evidence.from_dict, record["items"])),
            str(record["query"]),
            tuple(map(Counterfactual.from_dict, record.get("counterfactuals", ()))),
            tuple(map(Companions.from_dict, record.get("companions", ()))),
            tuple(map(Share.from_dict, record.get("shapley", ()))),
            None if fidelity is None else float(fidelity),
        )


def strength(effect: float) -> Strength:
    """An effect in words."""
    return "strong" if effect >= STRONG else "some" if effect >= FAINT else "faint"


def rank_evidence(
    catalog: Catalog,
    item: str,
    history: Sequence[str],
    history_effects: NDArray[np.floating],
    modality_effects: Mapping[str, float] | None = None,
    query: str = "",
    scale: float = 1.0,
) -> ItemEvidence:
    """Evidence for recommending `item` from effects measured on the scorer.

    `history_effects`: (n_history,) score(all) - score(without that item), in the order of `history` (item
    ids, oldest first). `modality_effects`: input of the item ("text", "image", "id", …; "query" for the wish)
    -> score lost without it. `scale` divides every effect: the standard deviation of the user's scores over
    the catalogue makes strengths comparable between users. Only what raises the score is kept. Raises
    `BadInput` on effects that do not fit the history or are not finite, `UnknownItem` on ids the catalogue
    lacks.
    """
    effects = np.asarray(history_effects, dtype=np.float64)
    named = dict(modality_effects or {})
    if effects.shape != (len(history),):
        raise BadInput(f"history_effects has shape {effects.shape} for {len(history)} history items; pass one an item")
    if not (np.isfinite(effects).all() and np.isfinite(list(named.values())).all() and scale > 0):
        raise BadInput(f"effects of item {item!r} are not finite or scale {scale} is not positive; check the scorer")
    catalog.rows([item, *history])
    vocabulary = Vocabulary.of(catalog)
    best = [n for n in np.argsort(-effects, kind="stable")[:MAX_HISTORY] if effects[n] > 0]
    records = [Evidence(history[n], None, None, float(effects[n]) / scale) for n in best]
    for n in best:
        shared = shared_facets(vocabulary, item, history[n])
        records += [Evidence(history[n], facet.key, None, float(effects[n]) / scale) for facet in shared]
    for modality, effect in sorted(named.items(), key=lambda pair: -pair[1]):
        if effect > 0 and (modality != "query" or query):
            records.append(Evidence(None, None, modality, effect / scale))
    if query:
        gain = max(named.get("query", 0.0), 0.0) / scale
        asked = {facet for mention in vocabulary.mentions(query) for facet in mention.facets}
        records += [Evidence(None, f.key, "query", gain) for f in vocabulary.facets[item] if f in asked]
    return ItemEvidence(item, tuple(records), query)


def shared_facets(vocabulary: Vocabulary, item: str, other: str) -> tuple[Facet, ...]:
    """Facets two items share, the rarest in the catalogue first: few share it, so it says more."""
    theirs = set(vocabulary.facets[other])
    both = [facet for facet in vocabulary.facets[item] if facet in theirs]
    return tuple(sorted(both, key=lambda facet: vocabulary.counts[facet])[:MAX_SHARED])
