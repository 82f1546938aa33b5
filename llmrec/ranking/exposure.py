"""Re-ranking that keeps places for groups of items, and bounds how many a group may have.

A rule states the least or the greatest share of every list that a group has: of the first ten places, of the first
twenty, and so on down the list, rounded down for the least and up for the greatest. Lists are filled greedily from the
top: each place goes to the best item that no greatest share forbids, and, where a least share is due, to the best of
the groups that it is due to.

References
----------
Geyik, Ambler & Kenthapadi, "Fairness-Aware Ranking in Search & Recommendation Systems with Application to LinkedIn
Talent Search" (KDD 2019): DetGreedy, whose groups partition the items; here an item may be in several groups, and a
place that several are due at goes to an item of as many of them as there is.
Zehlike et al., "FA*IR: A Fair Top-k Ranking Algorithm" (CIKM 2017): shares of every prefix.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmrec.errors import BadInput

Rows = NDArray[np.intp]
HEAD_SHARE = 0.8
"""Of the training events: the most popular items that have so many together are the head, all others the tail."""
TAIL, HEAD, NEW = "tail", "head", "new"
KNOWN = (TAIL, HEAD, NEW)
RULE = re.compile(r"\s*(?P<group>.*\S)\s*(?P<bound>>=|<=)\s*(?P<share>\d*\.?\d+)\s*", re.DOTALL)
EXAMPLE = "write it like 'tail>=0.3; brand<=0.4; brand=Acme>=0.1', shares from 0 to 1"
CHOICE = 5
"""Candidates of a group that there should be for each place that is kept for it."""
EPSILON = 1e-9
"""So that 0.3 of ten places are three in binary, too."""


@dataclass(frozen=True, slots=True)
class ExposureRule:
    """A share of every list that a group of items has at least, or at most.

    Parameters
    ----------
    group
        `tail`, `head` or `new` (without training events); an attribute, each value of which is a group; or a filter.
    least, most
        Shares from 0 to 1.
    """

    group: str
    least: float = 0.0
    most: float = 1.0

    @property
    def filter(self) -> bool:
        """Whether the group is given by a filter."""
        return self.group not in KNOWN and re.search("[<>=]", self.group) is not None

    @property
    def attribute(self) -> bool:
        """Whether each value of an attribute is a group."""
        return self.group not in KNOWN and not self.filter

    def __str__(self) -> str:
        return f"{self.group}>={self.least:g}" if self.least else f"{self.group}<={self.most:g}"


def parse_rules(text: str) -> tuple[ExposureRule, ...]:
    """The rules that a text states.

    Parameters
    ----------
    text
        `GROUP>=SHARE` or `GROUP<=SHARE`, joined by semicolons.

    Returns
    -------
    tuple of ExposureRule
        None for a text without any.

    Raises
    ------
    BadInput
        Where it does not parse, or asks for more than there is.

    Examples
    --------
    >>> [str(rule) for rule in parse_rules("tail>=0.3; year>=1990>=.2; brand<=0.4")]
    ['tail>=0.3', 'year>=1990>=0.2', 'brand<=0.4']
    """
    rules = []
    for part in filter(str.strip, text.split(";")):
        match = RULE.fullmatch(part)
        if match is None or (share := float(match["share"])) > 1:
            raise BadInput(f"`exposure` has {part.strip()!r}, which is no rule; {EXAMPLE}", "exposure")
        rule = ExposureRule(match["group"], **{"least" if match["bound"] == ">=" else "most": share})
        if rule.attribute and rule.least:
            raise BadInput(
                f"`exposure` has {part.strip()!r}, a least share of every value of {rule.group!r}; name one, such as "
                f"{rule.group}=VALUE>={rule.least:g}",
                "exposure",
            )
        rules.append(rule)
    for group in {rule.group for rule in rules}:
        own = [rule for rule in rules if rule.group == group]
        if max(rule.least for rule in own) > min(rule.most for rule in own):
            raise BadInput(
                f"`exposure` asks for more of {group!r} than it allows; change one of the shares", "exposure"
            )
    return tuple(rules)


@dataclass(frozen=True, slots=True, eq=False)
class ExposureBound:
    """A rule, and the items that it is about.

    Parameters
    ----------
    rule
        The rule.
    members : (items,) bool
        The group's items; None where each value of an attribute is a group.
    values
        Row -> the values that the item has of that attribute.
    """

    rule: ExposureRule
    members: NDArray[np.bool_] | None = None
    values: Callable[[int], frozenset[object]] = lambda _row: frozenset()


def popularity_group(group: str, counts: NDArray[np.floating]) -> NDArray[np.bool_]:
    """The members of `tail`, `head` or `new`.

    Parameters
    ----------
    group
        Its name.
    counts : (items,) float
        Training events of each item.

    Returns
    -------
    (items,) bool

    Examples
    --------
    >>> popularity_group("head", np.array([6.0, 1, 3, 0]))
    array([ True, False,  True, False])
    """
    if group == NEW:
        return np.asarray(counts < 0.5)
    order = np.argsort(-counts, kind="stable")
    before = np.cumsum(counts[order]) - counts[order]
    head = np.zeros(len(counts), np.bool_)
    head[order] = (before < HEAD_SHARE * counts.sum() - EPSILON) & (counts[order] > 0)
    return head if group == HEAD else ~head


def with_groups(
    candidates: Rows,
    bounds: Sequence[ExposureBound],
    k: int,
    allowed: NDArray[np.bool_],
    closed: Sequence[int],
    sample: Rows,
) -> Rows:
    """Candidates with enough of those that a rule keeps places for, where other sources proposed too few.

    Parameters
    ----------
    candidates : (n,) intp
        Rows, ascending.
    bounds
        The rules with their items.
    k
        Number of items wanted.
    allowed : (items,) bool
        What the request's filter lets through.
    closed
        Rows that are never recommended.
    sample : (m,) intp
        Rows that stand for the catalogue: those of them that are in a group are added, or all of a small group.

    Returns
    -------
    (n or more,) intp
        Rows, ascending.
    """
    for bound in bounds:
        if bound.members is None:
            continue
        places = math.ceil(bound.rule.least * k), k - math.ceil(bound.rule.most * k - EPSILON)
        for members, kept in zip((bound.members, ~bound.members), places, strict=True):
            if kept and members[candidates].sum() < CHOICE * kept:
                own = np.flatnonzero(members & allowed)
                own = own if len(own) <= len(sample) else sample[(members & allowed)[sample]]
                candidates = np.union1d(candidates, np.setdiff1d(own, np.asarray(closed, np.intp)))
    return candidates


def expose(order: Rows, k: int, bounds: Sequence[ExposureBound]) -> Rows:
    """The `k` items that are recommended under rules of exposure.

    Parameters
    ----------
    order : (candidates,) intp
        Rows, best first.
    k
        Number of items wanted.
    bounds
        The rules with their items.

    Returns
    -------
    (at most k,) intp
        Rows in their new order. Where greatest shares forbid all that is left, the best of it follows; where a group
        has too few candidates, its places go to others.

    Examples
    --------
    >>> tail = ExposureBound(ExposureRule("tail", least=0.5), np.array([False, False, False, True, True]))
    >>> expose(np.array([0, 1, 2, 3, 4]), 4, [tail])
    array([0, 3, 1, 4])
    """
    groups = [(bound.rule, bound.members[order]) for bound in bounds if bound.members is not None]
    counts = [0] * len(groups)
    each = [_EachValue(bound, order) for bound in bounds if bound.members is None]
    free = np.ones(len(order), np.bool_)
    picked: list[int] = []
    for place in range(1, min(k, len(order)) + 1):
        allowed = free.copy()
        due = np.zeros(len(order), np.intp)
        for (rule, members), count in zip(groups, counts, strict=True):
            if count >= math.ceil(rule.most * place - EPSILON):
                allowed &= ~members
            if count < math.floor(rule.least * place + EPSILON):
                due += members
        for bound in each:
            allowed &= bound.open(place)
        best = int(np.where(allowed if allowed.any() else free, due, -1).argmax())
        picked.append(best)
        free[best] = False
        counts = [count + bool(members[best]) for count, (_, members) in zip(counts, groups, strict=True)]
        for bound in each:
            bound.count(best)
    return order[picked]


class _EachValue:
    """How often each value of an attribute stands in a list that is being filled."""

    def __init__(self, bound: ExposureBound, order: Rows) -> None:
        self._most = bound.rule.most
        self._values = [bound.values(int(row)) for row in order]
        self._counts: dict[object, int] = {}

    def open(self, place: int) -> NDArray[np.bool_]:
        """`(candidates,)`: which may stand at the place."""
        most = math.ceil(self._most * place - EPSILON)
        if not most:
            return np.array([not values for values in self._values], np.bool_)
        full = {value for value, count in self._counts.items() if count >= most}
        return np.array([full.isdisjoint(values) for values in self._values], np.bool_)

    def count(self, candidate: int) -> None:
        """Count the values of one that was picked."""
        for value in self._values[candidate]:
            self._counts[value] = self._counts.get(value, 0) + 1


def unmet(rows: Rows, bounds: Sequence[ExposureBound]) -> list[str]:
    """The rules that a list does not hold to, for want of candidates.

    Parameters
    ----------
    rows : (k,) intp
        The list.
    bounds
        The rules with their items.
    """
    missed = []
    for bound in bounds:
        counts: Mapping[object, int]
        if bound.members is not None:
            counts = {None: int(bound.members[rows].sum())}
        else:
            each = _EachValue(bound, rows)
            for place in range(len(rows)):
                each.count(place)
            counts = each._counts
        least = math.floor(bound.rule.least * len(rows) + EPSILON)
        most = math.ceil(bound.rule.most * len(rows) - EPSILON)
        if any(not least <= count <= most for count in counts.values()):
            missed.append(str(bound.rule))
    return missed
