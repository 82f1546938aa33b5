"""What an open text says the user chose before of the same series or maker, held against the history.

Where the catalogue holds nothing else of that series or maker, the history cannot tell, and nothing is decided.
"""

import re

from llmrec.catalog.types import Catalog, derived
from llmrec.verification.open_text.identity import makers_of, own_text
from llmrec.verification.open_text.statements import Statement
from llmrec.verification.reading import Claim, judged, unchecked
from llmrec.verification.resolution import ResolvedText
from llmrec.verification.short_titles import folded

_WORK = r"(?:items?|books?|novels?|works?|instal?lments?|volumes?|parts?|films?|movies|episodes?|titles?|stories|seasons?|albums?)"
_BEFORE = re.compile(
    rf"\byou(?:'ve| have| had)?(?: \w+ly| also| already)* (?:enjoyed|liked|loved|read|watched|picked|followed|finished|devoured|adored)\b"
    rf"[^.;]{{0,40}}?\b(?:(?:first|previous|prior|earlier|other|past|preceding|rest of|all)\b[^.;]{{0,20}}?\b{_WORK}|series|saga|trilogy)"
    rf"(?:[^.;,]{{0,25}}\b(?:series|saga|trilogy|author|writer|director|artist|by))?"
    rf"|\byou(?:'ve| have| had)?[^.;]{{0,30}}\b(?:author|writer|director|artist)'s (?:previous|earlier|other|past|prior) {_WORK}",
    re.IGNORECASE,
)  # fmt: skip
_DENIED = re.compile(r"\b(?:not|never|n't|without|would|will|if|might|may|no)\b", re.IGNORECASE)
_BRACKET = re.compile(r"\(([^()]*)\)|: ([^:()]+)")
_NO_SERIES = re.compile(
    r"\b(?:volume|vol|book|part|episode|number|no|series|novels?|a|an|the|of|trilogy|saga|edition|and|paperback|hardcover|\d+)\b\.?|[#,.]",
    re.I,
)


class Families:
    """The series that titles name in brackets, and their items; made once a catalogue and kept with it.

    Parameters
    ----------
    catalog : Catalog
        Its titles.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.of: dict[str, set[tuple[str, ...]]] = {item.id: _series(item.title) for item in catalog.items}
        self.members: dict[tuple[str, ...], set[str]] = {}
        for item, names in self.of.items():
            for name in names:
                self.members.setdefault(name, set()).add(item)
        self._texts = {item.id: item.text() for item in catalog.items}

    def related(self, item: str, makers: set[str]) -> set[str]:
        """The other items of an item's series, and those whose text names one of its makers."""
        found = {other for name in self.of[item] for other in self.members[name]}
        found |= {other for maker in makers for other, text in self._texts.items() if maker in text}
        return found - {item}


def _series(title: str) -> set[tuple[str, ...]]:
    named = [part for match in _BRACKET.finditer(title.replace("&amp;", "&")) for part in match.groups() if part]
    return {words for part in named if (words := folded(_NO_SERIES.sub(" ", part))) and len("".join(words)) > 4}


def series_claims(text: ResolvedText, statement: Statement) -> list[Claim]:
    """That the user chose others of the series, or of its maker, before.

    Parameters
    ----------
    text : ResolvedText
        The text.
    statement : Statement
        One sentence of it.

    Returns
    -------
    list of Claim
        At most one.
    """
    match = _BEFORE.search(re.sub(r'"[^"]*"', '""', statement.shown))
    if match is None or not text.grounds.history or _DENIED.search(match.group()):
        return []
    families = derived(text.catalog, Families)
    related = families.related(text.grounds.item, makers_of(own_text(text)))
    held = tuple(item for item in text.grounds.history if item in related)
    against = f"history and catalogue of item {text.grounds.item}"
    if not related:
        why = "the catalogue holds no other of its series or maker"
        return [unchecked("watched", statement.text, statement.start, why, against)]
    why = f"the history holds none of the {len(related)} others of its series or maker"
    return [judged("watched", statement.text, statement.start, bool(held), against, why, cites=held)]
