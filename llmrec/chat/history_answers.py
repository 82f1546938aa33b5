"""Answers about what the person has."""

import re
from collections.abc import Sequence

from llmrec.catalog import Catalog
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.chat.nlu.references import find_title
from llmrec.errors import UnknownItem

SHOWN_HISTORY = 5
"""Items of the history that are named."""
_OTHERS = re.compile(
    r"\b(?:users? \w+|other (?:users?|people|customers?)|everyone|anybody else|someone else|somebody else)\b|别人|其他人|其他用户",
    re.I,
)
_HAVE_I = re.compile(
    r"^(?:(?:so|and|wait|hey|hm+|but|ok)[, ]+)*(?:have|did|had) (?:i|we) (?:already |ever |actually )?(?:seen?|watch(?:ed)?|buy|bought|own(?:ed)?|read|had|have|got|get|"
    r"order(?:ed)?|heard?|listen(?:ed)? to|see) (?P<title>.+?)(?: (?:yet|before|already|ever))*[\s?.!]*$|"
    r"我(?:是不是|有没有)?(?:已经|曾经|以前|之前)?(?:看|买|读|听|用)过(?P<chinese>.+?)(?:没有|没|吗|么)?[\s??。!!]*$",
    re.I,
)
_OF_HISTORY = re.compile(
    r"^(?:(?:so|and|wait|hey|hm+|but|ok)[, ]+)*(?:what|which|how many)\b.*\b(?:did|have|had) (?:i|we|users? \w+|other \w+|everyone) "
    r"(?:\w+ )?(?:watch|see\b|seen|buy|bought|read|order|own|listen|hear|get\b|wear|pick|rated?\b)|^(?:(?:so|and|ok)[, ]+)*(?:what's|what(?: is| was)?) the "
    r"(?:last|latest|most recent) (?:thing|film|movie|book|item|one|song|album|show) (?:that )?(?:i|we)(?: have|'ve)? (?:watch|saw|seen|bought|read|"
    r"rated|heard|order)|\b(?:tell|show|remind) me what (?:i|we)(?: have|'ve)?(?: last| most recently)? (?:watched|saw|seen|bought|read)\b|"
    r"^what do i (?:usually|normally|mostly|generally|tend to|typically) (?:watch|read|buy|wear|go for|like)\b|我(?:上次|最近|之前|以前).*(?:什么|哪|几)|"
    r"我(?:都|一共)?(?:看|买|读|听)过(?:什么|哪|几|多少)",
    re.I,
)
_OWNS = re.compile(
    r"\b(?:do i (?:already )?(?:own|have)|would i have (?:read|seen|watched|bought|heard)|did i (?:not )?(?:buy|get|order|see|watch|read)"
    r"(?! (?:say|tell|ask)))\b|我(?:是不是)?(?:已经|以前|之前)?(?:有|买过|看过|读过|听过)(?:它|这个|这本|这部|这件)?(?:了)?(?:吗|没有|没)",
    re.I,
)
"""What asks whether something is the person's already."""
_OF_LISTED = re.compile(
    r"\b(?:have|did|had) (?:i|we)\b.* (?:any|some|one|which|all) of (?:these|those|them|the (?:\d|two|three|four|five|films|movies|list))\b|"
    r"\b(?:which|any|how many) of (?:these|those|them|the (?:\d|two|three|four|five|films|movies|list))\b.*\b(?:have|had|did) (?:i|we)\b|"
    r"(?:这些|这几[部个本]|上面(?:这|那)?几?[部个本]?|里面)[^,。]{0,6}我[^,。]{0,5}(?:看|买|读|听)过|我[^,。]{0,5}(?:看|买|读|听)过(?:这些|这几[部个本])",
    re.I,
)
"""What asks which items of the list are the person's already."""
_COUNT = re.compile(r"\bhow many\b|多少|几(?:部|本|个|件|首)", re.I)
_LAST = re.compile(r"\blast\b|most recent|latest|上一?次|最近|最后|上回|刚才", re.I)


def from_history(line: str, history: Sequence[str], catalog: Catalog, language: str, named: Sequence[str] = ()) -> str:
    """Answer a question about what the person interacted with.

    Parameters
    ----------
    line
        The question.
    history
        Ids of the person's items, oldest first.
    catalog
        The items.
    language
        "en" or "zh".
    named
        Ids of the items that the line names by place.

    Returns
    -------
    str
        Nothing about other people.
    """
    say = CatalogueSentences(language, catalog)
    if _OTHERS.search(line):
        return say("others")
    if named and not _OF_HISTORY.search(line):
        return " ".join(say("had" if id in history else "had not", catalog.item(id)) for id in named)
    if title := _title_asked(line):
        return _had(say, title, history, catalog)
    if not history:
        return say("no history")
    latest = [catalog.item(id).label() for id in history[: -SHOWN_HISTORY - 1 : -1]]
    if _COUNT.search(line):
        return say("count", count=len(history), titles=", ".join(latest))
    if _LAST.search(line) and not re.search(r"\b(?:films|movies|things|books|items|ones|few)\b|几", line, re.I):
        return say("last", titles=latest[0])
    return say("latest", titles="; ".join(latest))


def known_of_listed(line: str, listed: Sequence[str], history: Sequence[str], catalog: Catalog, language: str) -> str:
    """Answer which items of a list the person knows: "have I seen any of these?".

    Parameters
    ----------
    line
        The question.
    listed
        Ids of the list.
    history
        Ids of the person's items.
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
        "" where it asks no such thing.
    """
    if not listed or not _OF_LISTED.search(line):
        return ""
    say, titles = CatalogueSentences(language, catalog), {catalog.item(id).title for id in history}
    known = [item for item in map(catalog.item, listed) if item.title in titles]
    return say("had some", titles=say.titles(known)) if known else say("had none")


def of_history(line: str) -> bool:
    """Tell whether the words of a line ask what somebody interacted with.

    Parameters
    ----------
    line
        What the person wrote.

    Returns
    -------
    bool
        Whether it is "have I seen Heat?", "what did I watch last?" or the like.
    """
    return any((_title_asked(line), _OF_HISTORY.search(line), _OWNS.search(line), _OF_LISTED.search(line)))


def _title_asked(line: str) -> str:
    """The title of "have I seen Heat?"; "" where there is none."""
    found = _HAVE_I.search(line)
    title = (found["title"] or found["chinese"] or "").strip(' "“”《》') if found else ""
    return "" if re.match(r"(?:anything|something|what|any|some)\b|什么|哪|几|多少", title, re.I) else title


def _had(say: CatalogueSentences, title: str, history: Sequence[str], catalog: Catalog) -> str:
    try:
        found = find_title(title, catalog)
    except UnknownItem:
        return say("not had")
    same = [id for id in history if catalog.item(id).title == catalog.item(found).title]
    return say("had" if same else "had not", catalog.item(found))
