"""What an open text says of how many people chose the recommended item, and what share of another item's."""

import re

from llmrec.verification.grounds import LEAST, Facts
from llmrec.verification.open_text.choices import decided
from llmrec.verification.open_text.statements import Statement
from llmrec.verification.reading import Claim
from llmrec.verification.resolution import ResolvedText

_PEOPLE = r"(?:people|users|customers|readers|visitors|guests|buyers|viewers|shoppers|persons|others)"
_WHO = re.compile(
    rf"\b(?:{_PEOPLE}|whoever|those who|all who|anyone who|everyone who|everybody who|percent|in a hundred)\b|%",
    re.IGNORECASE,
)
_EXACT = re.compile(
    r"\b(\d+(?:\.\d+)?) ?(?:%|percent|per cent|in a hundred|out of a hundred|of every hundred)", re.IGNORECASE
)
_LEAST_SHARE = (
    (r"\b(?:nearly|almost|practically) (?:everyone|everybody|all|always)\b|\bas a rule\b|\bwithout exception\b", 0.75),
    (r"\b(?:three quarters|four (?:out of|in) five|nine (?:out of|in) ten)\b", 0.7),
    (
        r"\b(?:most|the (?:great |vast )?majority|more often than not|more than half|over half|usually|typically|half of)\b",
        0.45,
    ),
)
_MOST_SHARE = (
    (
        r"\b(?:hardly (?:ever|any|anyone|anybody)|rarely|seldom|next to none|almost (?:none|nobody|never)|(?<!the )few)\b",
        0.35,
    ),
    (r"\b(?:a minority|less than half|fewer than half|less than a third|fewer than a third)\b", 0.5),
)
_TURNS = re.compile(
    r"\b(?:not|never|no|without|did without|nobody|unlike|less than|fewer than|only)\b|n't\b", re.IGNORECASE
)
NEAR = 0.06
"""How far a share may be from what is counted; a count, a tenth."""


def share_claim(text: ResolvedText, statement: Statement, facts: Facts) -> Claim | None:
    """How many people chose the recommended item; of those with another item, what share.

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
        None too where fewer than `LEAST` users have the other item.
    """
    shown = re.sub(r'"[^"]*"', '""', statement.shown)
    if not _WHO.search(shown) or len(re.findall(r"\d+(?:\.\d+)?", shown)) > 1:
        return None
    others = [q for q in statement.titles if text.ids(q) and facts.item not in text.ids(q)]
    mine = facts.audience.of(facts.item)
    if not others:
        count = re.search(rf"\b(\d+) (?:\w+ )?{_PEOPLE}\b", shown, re.IGNORECASE)
        if count is None or not _of_the_item(text, shown):
            return None
        said = int(count.group(1))
        true = abs(said - len(mine)) <= max(1, 0.1 * len(mine))
        return decided(text, statement, "people", true, "interactions", f"{len(mine)} users have it")
    if (
        len(others) != 1
        or len(text.ids(others[0])) != 1
        or not re.search(rf"\b(?:this|it)\b|\b{text.words.noun}\b", shown)
    ):
        return None
    group = facts.audience.of(text.ids(others[0])[0])
    if len(group) < LEAST:
        return None
    share = len(group & mine) / len(group)
    why = f"{len(group & mine)} of {len(group)} users"
    if exact := _EXACT.search(shown):
        true = abs(float(exact.group(1)) / 100 - share) <= NEAR
        return None if _TURNS.search(shown) else decided(text, statement, "people", true, "interactions", why)
    for form, most in _MOST_SHARE:
        if re.search(form, shown, re.IGNORECASE):
            return decided(text, statement, "people", share <= most, "interactions", why)
    for form, least in _LEAST_SHARE:
        if re.search(form, shown, re.IGNORECASE) and not _TURNS.search(shown):
            return decided(text, statement, "people", share >= least, "interactions", why)
    return None


def _of_the_item(text: ResolvedText, shown: str) -> bool:
    """Whether a statement counts who chose the recommended item."""
    chose = re.escape(text.words.chose)
    return bool(
        re.search(rf"\b(?:this {text.words.noun}|this one|it|this)\b", shown, re.IGNORECASE)
        and re.search(
            rf"\b{chose}\b|\b(?:so far|to date|in all|altogether|chose|counts|on their list)\b", shown, re.IGNORECASE
        )
    )
