"""Titles: does the catalogue have it, does the history hold it, and did it move the score?"""

from llmrec.verification.checks.resolution import ResolvedText
from llmrec.verification.claims import Claim, judged, unchecked
from llmrec.verification.grammar import DOUBT
from llmrec.verification.reading import Quote


def title_claims(text: ResolvedText) -> list[Claim]:
    """A claim for each title, and one wherever the recommended item is called its own cause."""
    against = f"recommended item {text.grounds.item}"
    reversals = [
        judged("cause", m.group(), m.start(), False, against, "the recommended item is not its own cause")
        for m in text.own_cause.finditer(text.reading.bare)
        if text.grounds.closed
    ]
    return [*(_title(text, quote) for quote in text.titles), *reversals]


def _title(text: ResolvedText, quote: Quote) -> Claim:
    grounds = text.grounds
    history, item, role = text.history(quote), text.is_item(quote), text.role(quote)
    if grounds.query and quote.text.casefold() == grounds.query.casefold() and not history and not item:
        return judged("query", quote.text, quote.start, grounds.answers_query, "the query", "no query is answered")
    if not text.ids(quote):
        return _unknown(text, quote)
    if not history and not item:
        against, why = _sources(text, text.ids(quote)), "it is not in the evidence"
        if not grounds.closed:
            why = "the user's history does not hold it"
            if role != "cause":
                why = "it is neither the recommended item nor in the user's history"
                return unchecked("title", quote.text, quote.start, why, "the catalogue's titles")
        return judged("title", quote.text, quote.start, False, against, why)
    against = _sources(text, history or [grounds.item])
    if role == "cause" and not history:
        why = "the recommended item is not its own cause"
    elif role == "result" and not item and grounds.closed:
        why = "it is a cause, not what is recommended"
    elif history and grounds.measured and _overstated(text, quote, history):
        why = "its effect is within the noise, which asks for a hedge"
    else:
        why = ""
    return judged("title", quote.text, quote.start, not why, against, why, bool(history), tuple(history))


def _unknown(text: ResolvedText, quote: Quote) -> Claim:
    """A quoted name that the catalogue lacks: in an open text it may also be words out of the item's own text."""
    against, near = "the catalogue's titles", text.vocabulary.spellings.nearest(quote.text)
    why = "the catalogue has no such title" + (f"; the nearest is {near!r}" if near else "")
    if text.grounds.closed or text.role(quote) == "cause":
        return judged("title", quote.text, quote.start, False, against, why)
    item_text = text.catalog.item(text.grounds.item).text().casefold()
    if quote.text.strip(" .,!?").casefold() in item_text:
        return judged("name", quote.text, quote.start, True, f"text of item {text.grounds.item}")
    if _is_name(quote.text):
        return judged("title", quote.text, quote.start, False, against, why)
    return unchecked("name", quote.text, quote.start, "neither catalogue nor item text has these words", against)


def _is_name(text: str) -> bool:
    """Whether capitals or digits make quoted words a name rather than a manner of speaking ("must see")."""
    return any(sign.isupper() or sign.isdigit() for sign in text)


def _overstated(text: ResolvedText, quote: Quote, history: list[str]) -> bool:
    """Whether a sentence gives a history item that moved the score no more than noise does as a reason, undoubted."""
    if not text.grounds.closed and text.role(quote) != "cause":
        return False
    sentence = text.reading.sentence(quote.start)
    return not text.grounds.moved(history) and not text.reading.words_in(sentence) & DOUBT


def _sources(text: ResolvedText, ids: list[str]) -> str:
    """What a title was held against."""
    if ids == [text.grounds.item]:
        return f"recommended item {ids[0]}"
    kind = "evidence" if text.grounds.measured else "history"
    return f"{kind} of item {', '.join(sorted(ids))}"
