"""What a text of another author claims beside titles, attributes and numbers: names, causes, comparisons.

Its plain words are no claims: praise ("a gripping story") says nothing that could be checked, and counting it would
drown what can.
"""

import re

from llmrec.verification.checks.lexicon import DOUBT, OPENERS
from llmrec.verification.checks.resolution import ResolvedText
from llmrec.verification.claims import Claim, judged, unchecked

_CAUSE = re.compile(
    r"\b(?:because|since|due to|thanks to|based on|given|as (?:you|the user|they|he|she)|having|owing to)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\b(?:more|less|better|rather|\w+er) than\b", re.IGNORECASE)
_NAME = re.compile(
    r"(?:[A-Z][\w'&\u2019-]+|[A-Z]\.)(?:(?:\s(?:of|the|in|de|van|von)){0,2}\s(?:[A-Z][\w'&\u2019-]+|[A-Z]\.|\d+|[IVX]+\b))*"
)


def open_text_claims(text: ResolvedText) -> list[Claim]:
    """Names, causes and comparisons of an open text."""
    return [*_names(text), *_causes(text), *_comparisons(text)]


def _names(text: ResolvedText) -> list[Claim]:
    """Capitalised names that are no known title: of the item's own text, or else of nothing at hand.

    One capitalised word that begins a sentence is a word.
    """
    rest_of_text = text.reading.without_names
    item_text = text.catalog.item(text.grounds.item).text().casefold()
    against = f"text of item {text.grounds.item}"
    claims = []
    for match in _NAME.finditer(rest_of_text):
        name, start = match.group(), match.start()
        begins = not rest_of_text[:start].strip() or rest_of_text[:start].rstrip()[-1:] in '.!?:;"'
        if begins and " " not in name:
            continue
        if begins and name.split(" ", 1)[0] in OPENERS:
            rest = name.split(" ", 1)[1]
            name, start = rest, start + len(name) - len(rest)
            if not name[:1].isupper():
                continue
        if name in ("I", "I'm", "I've", "TV", "English"):
            continue
        if name.casefold() in item_text:
            claims.append(judged("name", name, start, True, against))
        elif text.caused(start):
            claims.append(_cited_name(text, name, start))
        else:
            why = "neither catalogue nor the item's text has this name"
            claims.append(unchecked("name", name, start, why, against))
    return claims


def _cited_name(text: ResolvedText, name: str, start: int) -> Claim:
    """A name that is given as a cause: the title of a history item, perhaps with a slip of the pen."""
    near = text.vocabulary.spellings.alike(name)
    cites = tuple(item for item in near if item in text.grounds.history)
    against = f"history of item {', '.join(sorted(cites))}" if cites else "the catalogue's titles"
    why = "the user's history does not hold it" if near else "the catalogue has no such title"
    return judged("title", name, start, bool(cites), against, why, cites=cites)


def _causes(text: ResolvedText) -> list[Claim]:
    """A claim for each sentence that gives a cause: did what it cites move the score?

    Where a scorer was asked and no sentence gives one in so many words, what the text cites is taken for its reason.
    """
    bare, claims = text.reading.bare, []
    for span in text.reading.sentences:
        match = _CAUSE.search(bare, span[0], min(span[1], len(bare)))
        if match is not None:
            claims.append(_cause(text, match.group(), match.start(), text.cited_in(span)))
    if not claims and text.cited and text.grounds.measured:
        first = min((quote for quote in text.titles if quote.start in text.cited), key=lambda quote: quote.start)
        claims.append(_cause(text, first.text, first.start, list(text.cited.values())))
    return claims


def _cause(text: ResolvedText, words: str, start: int, cited: list[list[str]]) -> Claim:
    against = f"effects on item {text.grounds.item}"
    if not text.grounds.measured:
        return unchecked("cause", words, start, "no scorer measured what moved the score", against)
    if not cited:
        return unchecked("cause", words, start, "it cites no item of the history", against)
    hedged = bool(text.reading.words_in(text.reading.sentence(start)) & DOUBT)
    moved = any(text.grounds.moved(ids) for ids in cited)
    why = "nothing that it cites moved the score more than noise"
    return judged("cause", words, start, moved or hedged, against, why, reason=True)


def _comparisons(text: ResolvedText) -> list[Claim]:
    return [
        unchecked("comparison", m.group(), m.start(), "nothing at hand compares the two")
        for m in _COMPARED.finditer(text.reading.bare)
    ]
