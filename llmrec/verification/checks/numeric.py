"""Ranks without a reason, and counts of people: the numbers that evidence holds, and nothing else can check.

Years, decades, prices and other numbers.
"""

import re

from llmrec.evidence.records import CoOccurrence, Counterfactual
from llmrec.verification.checks.lexicon import QUERY
from llmrec.verification.checks.roles import Scene
from llmrec.verification.claims import Claim, judged, unchecked

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
    removed: set[str | None] = set(cited) if cited else {None} if said & QUERY else set()
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


def _counts(record: CoOccurrence, all_: bool) -> tuple[int, int]:
    return (record.takers, record.people) if all_ else (record.both, record.group)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text.replace(",", ""))


_PRICE = re.compile(
    r"(?:[$\u20ac\u00a3]\s?(\d+(?:[.,]\d+)?))|(?:(\d+(?:[.,]\d+)?)\s?(?:[$\u20ac\u00a3]|dollars|euros?|pounds|USD|EUR|GBP)\b)"
)
CENT = 0.01
"""Prices are told to the cent; a told price holds within that, or within a hundredth of it."""


def number_claims(scene: Scene) -> list[Claim]:
    """Years of the recommended item, or of the title just before "(1994)"; decades of no item; prices; measured ranks
    and counts; the rest."""
    prices = [] if scene.grounds.closed else [_price(scene, m) for m in _PRICE.finditer(scene.reading.bare)]
    measured = measured_claims(scene)
    taken = [range(claim.start, claim.start + len(claim.text)) for claim in (*prices, *measured)]
    found = []
    for word, start, end in scene.reading.words:
        if not word[0].isdigit() or any(start in span for span in taken) or _goes_on(scene, start):
            continue
        if re.fullmatch(r"(?:1[89]|20)\d\d", word):
            found.append(_year(scene, word, start))
        elif re.fullmatch(r"(?:\d\d)?\d0s", word):
            why = "no item of the catalogue is of that decade"
            found.append(judged("year", word, start, False, "the catalogue's decades", why))
        else:
            why = "neither evidence nor catalogue gives this number"
            found.append(unchecked("number", scene.reading.text[start:end], start, why))
    return [*prices, *measured, *found]


def _goes_on(scene: Scene, start: int) -> bool:
    """Whether digits are the decimals of the number before them."""
    return re.search(r"\d[.,]$", scene.reading.bare[:start]) is not None


def _year(scene: Scene, word: str, start: int) -> Claim:
    said_of = next((q for q in scene.titles if scene.reading.bare[q.end : start].strip() == "("), None)
    ids = [scene.grounds.item]
    if said_of is not None:
        ids = [i for i in scene.ids(said_of) if i in (*scene.grounds.history, scene.grounds.item)]
    years = {str(year) for item in ids if (year := scene.catalog.item(item).attributes.get("year"))}
    against = f"year of item {', '.join(ids)}"
    if not years and not scene.grounds.closed:
        return unchecked("year", word, start, "the catalogue does not give that item's year", against)
    return judged("year", word, start, word in years, against, "it is not the year of the item it is said of")


def _price(scene: Scene, match: re.Match[str]) -> Claim:
    told = float((match.group(1) or match.group(2)).replace(",", "."))
    price = scene.catalog.item(scene.grounds.item).attributes.get("price")
    against = f"price of item {scene.grounds.item}"
    if not isinstance(price, (int, float)):
        return unchecked("price", match.group(), match.start(), "the catalogue gives no price", against)
    near = abs(told - price) <= max(CENT, CENT * price)
    return judged("price", match.group(), match.start(), near, against, f"the catalogue's price is {price:g}")
