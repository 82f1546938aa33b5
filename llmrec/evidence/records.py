"""Evidence as data: what moved the score of a recommended item, and by how much. No words, no model.

Records are made by the other modules of this package, kept with answers as JSON (`evidence.schema.json`), and judged
against by `llmrec.verification`. All effects are in standard deviations of the user's fused scores over the items not
seen, so that they compare between users.

Leave-one-out as the measure of what moved a score is the *comprehensiveness* of ERASER, one input at a time.

References
----------
DeYoung et al. 2020, "ERASER: A Benchmark to Evaluate Rationalized NLP Models" (ACL).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import isfinite, nan
from typing import Any, Literal

from llmrec.catalog.vocabulary import Facet

Kind = Literal["history", "attribute", "modality", "query", "trait"]
Strength = Literal["strong", "some", "faint"]

STRONG, FAINT = 0.25, 0.053
"""Effects from STRONG up are strong, below FAINT faint.

FAINT is the noise floor: 95 % of the effects between films that have nothing in common lie below it, and nothing faint
is called a reason without a hedge. STRONG is what chance does not reach by picking either: the largest such effect on
one film lies below it 19 times in 20. Both measured by `python -m eval.effect_noise`.
"""


MIN_GROUP = 20
"""Smallest number of users that evidence gives: fewer could be identified, and their share is unreliable."""


@dataclass(frozen=True)
class Counterfactual:
    """Where the item would rank without one reason: its strongest history item, or the query.

    Attributes
    ----------
    history_item : str or None
        The history item left out; None: the query.
    rank, rank_without : int
        From 1 among the items that may be recommended (not seen, let through by the filter), scored anew as a request
        without that reason is.
    """

    history_item: str | None
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
class CoOccurrence:
    """How many users of a history item also have the recommended one: counts, never who they are.

    They are told to people, so each is of 20 users or more and rounded to tens: two answers never differ by one user.

    Attributes
    ----------
    history_item : str
        The history item.
    both : int
        Users with both items.
    group : int
        Users with the history item.
    takers : int
        Users with the recommended item.
    people : int
        All users of the catalogue.
    """

    history_item: str
    both: int
    group: int
    takers: int
    people: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "CoOccurrence":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        counts = (int(record[name]) for name in ("both", "group", "takers", "people"))
        return cls(str(record["history_item"]), *counts)


@dataclass(frozen=True)
class Pairing:
    """What days say of the recommended item and the one that it is to go with: counts, never whose.

    Like those of `CoOccurrence` they are of 20 people or more and rounded to tens; all are 0 where nothing may be told.

    Attributes
    ----------
    anchor : str
        The item that the recommended one is to go with.
    item_value, anchor_value : str or None
        Keys of the attributes of both that were counted; None: the items themselves were.
    both : int
        Days on which one user took both.
    group, takers : int
        Days with the anchor's side, and with the item's.
    days : int
        All days on which a user took something.
    shared : str or None
        Without counts, key of an attribute that both items have.
    """

    anchor: str
    item_value: str | None = None
    anchor_value: str | None = None
    both: int = 0
    group: int = 0
    takers: int = 0
    days: int = 0
    shared: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Pairing":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        own, theirs, shared = (
            None if record[name] is None else str(record[name]) for name in ("item_value", "anchor_value", "shared")
        )
        both, group, takers, days = (int(record[name]) for name in ("both", "group", "takers", "days"))
        return cls(str(record["anchor"]), own, theirs, both, group, takers, days, shared)

    def counted(self, exact: tuple[int, int, int, int], people: int) -> "Pairing | None":
        """With counts as they are told.

        Parameters
        ----------
        exact : tuple of int
            `both`, `group`, `takers` and `days`.
        people : int
            Of how many users the smallest of these is.

        Returns
        -------
        Pairing or None
            None where fewer than `MIN_GROUP` people are behind a count, or both are together no more than by chance,
            as counted or as rounded.
        """
        both, group, takers, days = told = tuple(map(rounded_count, exact))
        if people < MIN_GROUP or any(own * n <= first * second for own, first, second, n in (exact, told)):
            return None
        return replace(self, both=both, group=group, takers=takers, days=days)


def rounded_count(users: int) -> int:
    """A count of users as it is told.

    Parameters
    ----------
    users : int
        The count.

    Returns
    -------
    int
        To the nearest ten.

    Examples
    --------
    >>> rounded_count(24), rounded_count(25), rounded_count(943)
    (20, 30, 940)
    """
    return (users + 5) // 10 * 10


@dataclass(frozen=True)
class ShapleyValue:
    """What a history item adds to the score, averaged over the orders in which items can come.

    Attributes
    ----------
    history_item : str
        The history item.
    effect : float
        The sampled value.
    error : float
        Its standard error; NaN of a single order.
    """

    history_item: str
    effect: float
    error: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON; an error that is not known is null."""
        error = round(self.error, 5) if isfinite(self.error) else None
        return {"history_item": self.history_item, "effect": round(self.effect, 5), "error": error}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "ShapleyValue":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        error = nan if record["error"] is None else float(record["error"])
        return cls(str(record["history_item"]), float(record["effect"]), error)


@dataclass(frozen=True)
class Evidence:
    """One thing that moved the score of the recommended item, and by how much.

    - `history_item` alone: leaving that item out of the history lowers the score by `effect`;
    - `history_item` and `attribute`: the recommended item shares that attribute with it (`effect`: that item's);
    - `modality` alone: taking this input of the recommended item away lowers the score by `effect`;
      `"query"` alone: leaving the query out does;
    - `attribute` with modality `"query"`: the query names this attribute, and the recommended item has it;
    - `attribute` without a history item: over the whole catalogue, having it raises this user's scores by `effect`
      (see `llmrec.evidence.surrogate`); `modality` is the one that shows it, None where it is listed.

    Attributes
    ----------
    history_item : str or None
        Id of an item of the history.
    attribute : str or None
        Key of a facet, such as `genres=Comedy`.
    modality : str or None
        An input of the recommended item: `text`, `image`, …, `id` (who interacted with it), `query`, or the name of the
        request's example.
    effect : float
        In standard deviations of the user's scores.
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
    """All evidence for one recommended item.

    Attributes
    ----------
    item : str
        Id of the recommended item.
    items : tuple of Evidence
        Most effective first within each kind.
    query : str
        The request's words, empty without any.
    counterfactuals : tuple of Counterfactual
        Ranks without the strongest history item and without the query.
    companions : tuple of CoOccurrence
        Counts for the history items that raise the score.
    shapley : tuple of ShapleyValue
        Of every history item that was left out in turn, largest first; empty where they were not asked for.
    fidelity : float or None
        R² of the surrogate from which the effects of traits come; None where it was not fitted.
    ratings : mapping of str to float
        History item -> what the user gave it, of those that raise the score, where the scorer reads ratings.
    pairing : Pairing or None
        What is known of the item beside the one that it is to go with; None where something else was wanted.
    """

    item: str
    items: tuple[Evidence, ...]
    query: str = ""
    counterfactuals: tuple[Counterfactual, ...] = ()
    companions: tuple[CoOccurrence, ...] = ()
    shapley: tuple[ShapleyValue, ...] = ()
    fidelity: float | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    pairing: Pairing | None = None

    @property
    def history(self) -> tuple[Evidence, ...]:
        """Records of the history items that raise the score, most effective first."""
        return tuple(e for e in self.items if e.kind == "history" and e.effect > 0)

    @property
    def causes(self) -> tuple[Evidence, ...]:
        """Records of the history items that raise the score by more than noise does."""
        return tuple(e for e in self.history if e.effect >= FAINT)

    @property
    def modalities(self) -> tuple[Evidence, ...]:
        """Records of the item's own inputs that raise the score, most effective first."""
        return tuple(e for e in self.items if e.kind == "modality" and e.effect > 0)

    @property
    def helps(self) -> tuple[Evidence, ...]:
        """Records of the item's own inputs that raise the score by more than noise does."""
        return tuple(e for e in self.modalities if e.effect >= FAINT)

    @property
    def traits(self) -> tuple[Evidence, ...]:
        """Records of the attributes seen in the item's media that raise the score, most effective first."""
        return tuple(e for e in self.items if e.kind == "trait" and e.modality is not None)

    @property
    def queried(self) -> tuple[Facet, ...]:
        """Attributes that the query names and the item has."""
        return tuple(Facet.of(e.attribute) for e in self.items if e.kind == "query" and e.attribute is not None)

    @property
    def answers_query(self) -> bool:
        """Whether the query raised the score by more than noise, or the item has an attribute that it names."""
        return any(e.kind == "query" and (e.attribute is not None or e.effect >= FAINT) for e in self.items)

    @property
    def strength(self) -> Strength:
        """Of the strongest single reason; a query that names an attribute the item has is never faint."""
        reasons = [e for e in self.items if e.kind not in ("attribute", "trait") or e in self.traits]
        best = strength(max((e.effect for e in reasons), default=0.0))
        return "some" if best == "faint" and self.queried else best

    def shared(self, history_item: str) -> tuple[Facet, ...]:
        """Attributes that the recommended item shares with one cited history item.

        Where the effects of attributes were measured, only those that raised the score, the most effective first: what
        both happen to be is no reason.
        """
        shared = [
            e.attribute
            for e in self.items
            if e.kind == "attribute" and e.attribute is not None and e.history_item == history_item
        ]
        if self.fidelity is not None:
            raised = [e.attribute for e in self.items if e.kind == "trait"]
            shared = [key for key in raised if key is not None and key in shared]
        return tuple(map(Facet.of, shared))

    @property
    def listed_traits(self) -> tuple[Facet, ...]:
        """Listed attributes of the item that raise the score, most effective first."""
        listed = (e.attribute for e in self.items if e.kind == "trait" and e.modality is None)
        return tuple(Facet.of(key) for key in listed if key is not None)

    def to_dict(self) -> dict[str, object]:
        """For JSON, as `evidence.schema.json` describes it."""
        kept = ("items", "counterfactuals", "companions", "shapley")
        record: dict[str, object] = {
            "item": self.item,
            "query": self.query,
            **{name: [one.to_dict() for one in getattr(self, name)] for name in kept},
        }
        if self.ratings:
            record["ratings"] = dict(self.ratings)
        if self.pairing:
            record["pairing"] = self.pairing.to_dict()
        return record if self.fidelity is None else record | {"fidelity": round(self.fidelity, 4)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "ItemEvidence":
        """What `to_dict` gave; raises `KeyError`, `TypeError` or `ValueError` on another shape."""
        fidelity = record.get("fidelity")
        return cls(
            str(record["item"]),
            tuple(map(Evidence.from_dict, record["items"])),
            str(record["query"]),
            tuple(map(Counterfactual.from_dict, record.get("counterfactuals", ()))),
            tuple(map(CoOccurrence.from_dict, record.get("companions", ()))),
            tuple(map(ShapleyValue.from_dict, record.get("shapley", ()))),
            None if fidelity is None else float(fidelity),
            {str(item): float(rating) for item, rating in record.get("ratings", {}).items()},
            Pairing.from_dict(record["pairing"]) if record.get("pairing") else None,
        )


def strength(effect: float) -> Strength:
    """An effect in one word.

    Parameters
    ----------
    effect : float
        In standard deviations of the user's scores.

    Returns
    -------
    {"strong", "some", "faint"}
        See `STRONG` and `FAINT`.

    Examples
    --------
    >>> strength(0.3), strength(0.1), strength(0.01)
    ('strong', 'some', 'faint')
    """
    return "strong" if effect >= STRONG else "some" if effect >= FAINT else "faint"
