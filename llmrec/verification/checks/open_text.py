"""What a text of another system claims beside titles, attributes and numbers: names, causes, comparisons.

Its plain words are no claims: praise ("a gripping story") says nothing that could be checked, and counting it would
drown what can.
"""

import re

from llmrec.evidence.records import FAINT
from llmrec.verification.checks.lexicon import DOUBT, OPENERS
from llmrec.verification.checks.roles import Scene
from llmrec.verification.claims import Claim, judged, unchecked

_CAUSE = re.compile(
    r"\b(?:because|since|due to|thanks to|based on|given|as (?:you|the user|they|he|she)|having|owing to)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\b(?:more|less|better|rather|\w+er) than\b", re.IGNORECASE)
_NAME = re.compile(
    r"(?:[A-Z][\w'&\u2019-]+|[A-Z]\.)(?:(?:\s(?:of|the|in|de|van|von)){0,2}\s(?:[A-Z][\w'&\u2019-]+|[A-Z]\.|\d+|[IVX]+\b))*"
)


def foreign_claims(scene: Scene) -> list[Claim]:
    """Names, causes and comparisons of an open text."""
    return [*_names(scene), *_causes(scene), *_comparisons(scene)]


def _names(scene: Scene) -> list[Claim]:
    """Capitalised names that are no known title: of the item's own text, or else of nothing at hand.

    One capitalised word that begins a sentence is a word.
    """
    hidden = scene.reading.unnamed
    own = scene.catalog.item(scene.grounds.item).text().casefold()
    against = f"text of item {scene.grounds.item}"
    found = []
    for match in _NAME.finditer(hidden):
        name, start = match.group(), match.start()
        begins = not hidden[:start].strip() or hidden[:start].rstrip()[-1:] in '.!?:;"'
        if begins and " " not in name:
            continue
        if begins and name.split(" ", 1)[0] in OPENERS:
            rest = name.split(" ", 1)[1]
            name, start = rest, start + len(name) - len(rest)
            if not name[:1].isupper():
                continue
        if name in ("I", "I'm", "I've", "TV", "English"):
            continue
        if name.casefold() in own:
            found.append(judged("name", name, start, True, against))
        elif scene.caused(start):
            near = scene.vocabulary.spellings.alike(name)
            in_history = [item for item in near if item in scene.grounds.history]
            why = "the user's history does not hold it" if near else "the catalogue has no such title"
            against_titles = (
                f"history of item {', '.join(sorted(in_history))}" if in_history else "the catalogue's titles"
            )
            true, cites = bool(in_history), tuple(in_history)
            found.append(judged("title", name, start, true, against_titles, why, cites=cites))
        else:
            found.append(unchecked("name", name, start, "neither catalogue nor the item's text has this name", against))
    return found


def _causes(scene: Scene) -> list[Claim]:
    """A claim for each sentence that gives a cause: did what it cites move the score?

    Where a scorer was asked and no sentence gives one in so many words, what the text cites is taken for its reason.
    """
    found = []
    for span in scene.reading.sentences:
        match = _CAUSE.search(scene.reading.bare, span[0], min(span[1], len(scene.reading.bare)))
        if match is not None:
            found.append(_cause(scene, match.group(), match.start(), scene.cited_in(span)))
    if not found and scene.cited and scene.grounds.evidence:
        first = min((quote for quote in scene.titles if quote.start in scene.cited), key=lambda quote: quote.start)
        found.append(_cause(scene, first.text, first.start, list(scene.cited.values())))
    return found


def _cause(scene: Scene, text: str, start: int, cited: list[list[str]]) -> Claim:
    against = f"effects on item {scene.grounds.item}"
    if scene.grounds.evidence is None:
        return unchecked("cause", text, start, "no scorer measured what moved the score", against)
    if not cited:
        return unchecked("cause", text, start, "it cites no item of the history", against)
    hedged = bool(scene.reading.said(scene.reading.sentence(start)) & DOUBT)
    moved = any(scene.grounds.effect(ids) >= FAINT for ids in cited)
    why = "nothing that it cites moved the score more than noise"
    return judged("cause", text, start, moved or hedged, against, why, reason=True)


def _comparisons(scene: Scene) -> list[Claim]:
    return [
        unchecked("comparison", m.group(), m.start(), "nothing at hand compares the two")
        for m in _COMPARED.finditer(scene.reading.bare)
    ]
