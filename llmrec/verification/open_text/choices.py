"""What an open text says that the user chose, and in what order, whatever the wording: titles, cues, and where they stand."""

import re

from llmrec.verification.grounds import Facts
from llmrec.verification.open_text.statements import Statement
from llmrec.verification.reading import Claim, ClaimKind, Quote, judged, unchecked
from llmrec.verification.resolution import ResolvedText

_NO_CHOICE = re.compile(
    r"\b(?:not(?! (?:so )?long ago| only)|never|no|nobody|none|without|unlike|instead of|rather than|if|(?:would|will|could|might|may|should|can) (?:\w+ )?have)\b|n't\b",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"\b(?:last|latest|most recent|most recently|newest|closes|ends|ended|only just|just now|nothing since|finished with)\b|\bnothing\b.*\b(?:after|since)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?:first|started|began|begins|opens|earliest|oldest)\b", re.IGNORECASE)
_BETWEEN_EARLIER = re.compile(
    r"\b(?:before|ahead of|earlier (?:\w+ ){0,4}than|prior to|preceded|precedes|sooner than|followed by|and then|then|later|afterwards|next)\b",
    re.I,
)
_BETWEEN_LATER = re.compile(
    r"\b(?:after|later (?:\w+ ){0,4}than|following|once|since|followed|follows|more recent(?:ly)? (?:\w+ ){0,4}than)\b",
    re.I,
)
_LED_BY_AFTER = re.compile(r"^\W*(?:after|following|once|since)\b[^,]*$", re.IGNORECASE)
_LED_BY_BEFORE = re.compile(r"^\W*(?:before|prior to|ahead of)\b[^,]*$", re.IGNORECASE)


def decided(
    text: ResolvedText, statement: Statement, kind: ClaimKind, true: bool | None, against: str, why: str
) -> Claim:
    """A statement as one claim, supported, contradicted or, where `true` is None, not checkable."""
    if true is None:
        return unchecked(kind, statement.text, statement.start, why, against)
    return judged(kind, statement.text, statement.start, true, f"{against} of item {text.grounds.item}", why)


def _of_the_user(text: ResolvedText, statement: Statement) -> bool:
    """Whether a statement speaks of what the user chose."""
    shown = re.sub(r'"[^"]*"', '""', statement.shown)
    chose = re.escape(text.words.chose)
    return bool(
        re.search(
            rf"\byou\b[^.;]*\b(?:{chose}|read|enjoyed|liked|loved|turned to|tried)\b|\b(?:{chose}|read) by you\b",
            shown,
            re.IGNORECASE,
        )
        or re.search(
            rf"\b(?:your|an?) (?:\w+ ){{0,2}}(?:history|(?:earlier |previous |past |last |latest ){text.words.noun}s?)\b",
            shown,
            re.I,
        )
        or re.search(
            rf"\byour (?:\w+ ){{0,2}}(?:{text.words.noun}s?|choices?|picks?|selections?)\b", shown, re.IGNORECASE
        )
        or re.search(
            rf"\b(?:has|have|had) (?:already )?been {chose}\b[^.;]*\byou\b|\byou finished\b", shown, re.IGNORECASE
        )
    )


def chosen_claim(text: ResolvedText, statement: Statement, facts: Facts) -> Claim | None:
    """That the user chose an item: one that the history does not hold.

    Parameters
    ----------
    text : ResolvedText
        The text.
    statement : Statement
        One sentence of it.
    facts : Facts
        What is known.

    Returns
    -------
    Claim or None
        A contradicted one, or none: what the history holds is told by titles.
    """
    shown = re.sub(r'"[^"]*"', '""', statement.shown)
    if not facts.history or not _of_the_user(text, statement) or _NO_CHOICE.search(shown):
        return None
    others = [quote for quote in statement.titles if not text.is_item(quote)]
    for quote in others if len(others) == 1 else ():  # of several, it does not say which
        ids = text.ids(quote)
        known = ids and not set(ids) & {*facts.history, facts.item}
        if known and text.role(quote) == "" and _is_whole(text, quote):
            return decided(
                text, statement, "watched", False, "history", f"the user's history does not hold {quote.text!r}"
            )
    return None


def _is_whole(text: ResolvedText, quote: Quote) -> bool:
    """Whether words are surely a title: between quotation marks, or of several words."""
    return " " in quote.text.strip() or quote in text.reading.quotes


def order_claim(text: ResolvedText, statement: Statement, facts: Facts) -> Claim | None:
    """What of the history was last, or which of two came first.

    Parameters
    ----------
    text, statement, facts
        As for `chosen_claim`.

    Returns
    -------
    Claim or None
        Where the history holds what is named.
    """
    shown = re.sub(r'"[^"]*"', '""', statement.shown)
    if not facts.history or _NO_CHOICE.search(shown) or not _of_the_user(text, statement):
        return None
    named = [(q, held) for q in statement.titles if (held := [i for i in text.ids(q) if i in facts.history])]
    if len(statement.titles) != len(named) or not named:
        return None
    if len(named) == 1:
        ids = set(named[0][1])
        if _LAST.search(shown) and (
            "othing" in shown
            or not re.search(r"\b(?:last|latest) (?:of|in|\d+|few|two|three)\b|\bbefore\b|\bafter\b", shown)
        ):
            return decided(text, statement, "order", facts.history[-1] in ids, "history", "it was not the last")
        if _FIRST.search(shown) and re.search(
            r"\bfirst \w+ (?:\w+ )?(?:you|in your)\b|\bstarted (?:out )?with\b|\bopens\b", shown
        ):
            return decided(text, statement, "order", facts.history[0] in ids, "history", "it was not the first")
        return None
    return _of_two(text, statement, facts, named) if len(named) == 2 else None


def _of_two(
    text: ResolvedText, statement: Statement, facts: Facts, named: list[tuple[Quote, list[str]]]
) -> Claim | None:
    (one, first), (other, second) = named
    base = statement.start
    before = statement.text[: one.start - base]
    between = statement.text[one.end - base : other.start - base]
    after = statement.text[other.end - base :]
    if back := re.search(r"\b(after|before) (?:it|that|this)\b", between):
        earlier = back.group(1) == "after"
    elif "already" in after:
        earlier = False
    elif _LED_BY_AFTER.search(before):
        earlier = True
    elif _LED_BY_BEFORE.search(before):
        earlier = False
    elif re.search(r"\bearlier\b|\bbefore\b|\bahead\b", between) or (
        _BETWEEN_EARLIER.search(between) and not _BETWEEN_LATER.search(between)
    ):
        earlier = True
    elif _BETWEEN_LATER.search(between):
        earlier = False
    else:
        return None
    places = ([n for n, item in enumerate(facts.history) if item in ids] for ids in (first, second))
    a, b = places
    true = min(a) < max(b) if earlier else max(a) > min(b)
    return decided(text, statement, "order", true, "history", "the history says otherwise")
