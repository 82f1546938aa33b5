"""Titles: does the catalogue have it, does the history hold it, and did it move the score?"""

from llmrec.evidence.records import FAINT
from llmrec.verification.checks.lexicon import DOUBT
from llmrec.verification.checks.roles import Scene
from llmrec.verification.claims import Claim, judged, unchecked
from llmrec.verification.reading import Quote


def title_claims(scene: Scene) -> list[Claim]:
    """A claim for each title, and one wherever the recommended item is called its own cause."""
    against = f"recommended item {scene.grounds.item}"
    turned = [
        judged("cause", m.group(), m.start(), False, against, "the recommended item is not its own cause")
        for m in scene.own_cause.finditer(scene.reading.bare)
        if scene.grounds.closed
    ]
    return [*(_title(scene, quote) for quote in scene.titles), *turned]


def _title(scene: Scene, quote: Quote) -> Claim:
    grounds = scene.grounds
    history, item, part = scene.history(quote), scene.is_item(quote), scene.part(quote)
    if grounds.query and quote.text.casefold() == grounds.query.casefold() and not history and not item:
        return judged("wish", quote.text, quote.start, grounds.answers_query, "the wish", "no wish is answered")
    if not scene.ids(quote):
        return _unknown(scene, quote)
    if not history and not item:
        against, why = _sources(scene, scene.ids(quote)), "it is not in the evidence"
        if not grounds.closed:
            why = "the user's history does not hold it"
            if part != "cause":
                why = "it is neither the recommended item nor in the user's history"
                return unchecked("title", quote.text, quote.start, why, "the catalogue's titles")
        return judged("title", quote.text, quote.start, False, against, why)
    against = _sources(scene, history or [grounds.item])
    if part == "cause" and not history:
        why = "the recommended item is not its own cause"
    elif part == "result" and not item and grounds.closed:
        why = "it is a cause, not what is recommended"
    elif history and grounds.evidence and _overstated(scene, quote, history):
        why = "its effect is within the noise, which asks for a hedge"
    else:
        why = ""
    return judged("title", quote.text, quote.start, not why, against, why, bool(history), tuple(history))


def _unknown(scene: Scene, quote: Quote) -> Claim:
    """A quoted name that the catalogue lacks: in an open text it may also be words out of the item's own text."""
    against, near = "the catalogue's titles", scene.vocabulary.spellings.nearest(quote.text)
    why = "the catalogue has no such title" + (f"; the nearest is {near!r}" if near else "")
    if scene.grounds.closed or scene.part(quote) == "cause":
        return judged("title", quote.text, quote.start, False, against, why)
    own = scene.catalog.item(scene.grounds.item).text().casefold()
    if quote.text.strip(" .,!?").casefold() in own:
        return judged("name", quote.text, quote.start, True, f"text of item {scene.grounds.item}")
    if _is_name(quote.text):
        return judged("title", quote.text, quote.start, False, against, why)
    return unchecked("name", quote.text, quote.start, "neither catalogue nor item text has these words", against)


def _is_name(text: str) -> bool:
    """Whether capitals or digits make quoted words a name rather than a manner of speaking ("must see")."""
    return any(sign.isupper() or sign.isdigit() for sign in text)


def _overstated(scene: Scene, quote: Quote, history: list[str]) -> bool:
    """Whether a sentence gives a history item that moved the score no more than noise does as a reason, undoubted."""
    if not scene.grounds.closed and scene.part(quote) != "cause":
        return False
    sentence = scene.reading.sentence(quote.start)
    return scene.grounds.effect(history) < FAINT and not scene.reading.said(sentence) & DOUBT


def _sources(scene: Scene, ids: list[str]) -> str:
    """What a title was held against."""
    if ids == [scene.grounds.item]:
        return f"recommended item {ids[0]}"
    kind = "evidence" if scene.grounds.evidence else "history"
    return f"{kind} of item {', '.join(sorted(ids))}"
