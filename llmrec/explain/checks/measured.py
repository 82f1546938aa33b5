"""Ranks without a reason, and counts of people: the numbers that evidence holds, and nothing else can check."""

import re

from llmrec.explain.checks.lexicon import WISH
from llmrec.explain.checks.scene import Scene
from llmrec.explain.claims import Claim, judged, unchecked
from llmrec.explain.records import Companions, Counterfactual

_ORDINAL = r"(\d[\d,]*)(?:st|nd|rd|th)"
_RANK = re.compile(rf"\brank(?:s|ed)? {_ORDINAL}(?: instead of {_ORDINAL})?", re.IGNORECASE)
_COUNT = r"(\d[\d,]*)"
_GROUP = re.compile(rf"\bof (?:the )?{_COUNT} people\b[^.;]*?, {_COUNT}(?= )", re.IGNORECASE)
_PART = re.compile(rf"\b{_COUNT} (?:of|out of) (all )?(?:the )?{_COUNT}\b", re.IGNORECASE)
_HYPOTHETICAL = {"would", "without"}


def measured_claims(scene: Scene) -> list[Claim]:
    """A claim for each rank ("14th instead of 2nd") and each share of people ("of 113 people who …, 64 …")."""
    bare = scene.reading.bare
    ranks = [_rank(scene, match) for match in _RANK.finditer(bare)]
    groups = [_share(scene, m, group=m.group(1), both=m.group(2)) for m in _GROUP.finditer(bare)]
    parts = [_share(scene, m, m.group(3), m.group(1), bool(m.group(2))) for m in _PART.finditer(bare)]
    return [*ranks, *groups, *parts]


def _rank(scene: Scene, match: re.Match[str]) -> Claim:
    """What the sentence takes away is the title that it cites, or the wish that it speaks of."""
    span = scene.reading.sentence(match.start())
    cited = {item for ids in scene.cited_in(span) for item in ids}
    said = scene.reading.said(span)
    removed: set[str | None] = set(cited) if cited else {None} if said & WISH else set()
    known = scene.grounds.evidence.counterfactuals if scene.grounds.evidence else ()
    against = f"ranks of item {scene.grounds.item}"
    about = [record for record in known if not removed or record.history_item in removed]
    if not about:
        return unchecked("rank", match.group(), match.start(), "nothing measured that rank", against)
    first, second = _number(match.group(1)), _number(match.group(2))
    told = (second, first) if said & _HYPOTHETICAL else (first, second)
    why = f"it ranks {about[0].rank}, and {about[0].rank_without} without"
    true = any(_agrees(record, *told) for record in about)
    return judged("rank", match.group(), match.start(), true, against, why, reason=True)


def _agrees(record: Counterfactual, rank: int | None, without: int | None) -> bool:
    return rank in (None, record.rank) and without in (None, record.rank_without)


def _share(scene: Scene, match: re.Match[str], group: str, both: str, all_: bool = False) -> Claim:
    """Of those who took the cited item, or of all."""
    ids = {item for found in scene.cited_in(scene.reading.sentence(match.start())) for item in found}
    known = scene.grounds.evidence.companions if scene.grounds.evidence else ()
    about = [record for record in known if record.history_item in ids]
    against = f"counts of people for item {scene.grounds.item}"
    if not about:
        return unchecked("number", match.group(), match.start(), "nobody counted those people", against)
    told = (_number(both), _number(group))
    true = any(told == _counts(record, all_) for record in about)
    of_all = _counts(about[0], all_)
    why = f"the interactions say {of_all[0]} of {of_all[1]}"
    return judged("number", match.group(), match.start(), true, against, why, reason=True)


def _counts(record: Companions, all_: bool) -> tuple[int, int]:
    return (record.takers, record.people) if all_ else (record.both, record.group)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text.replace(",", ""))
