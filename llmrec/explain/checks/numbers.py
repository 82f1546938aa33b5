"""Years, decades, prices and other numbers."""

import re

from llmrec.explain.checks.measured import measured_claims
from llmrec.explain.checks.scene import Scene
from llmrec.explain.claims import Claim, judged, unchecked

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
