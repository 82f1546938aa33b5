"""Items of a list by a part of their title, as people name what they see: "Butch Cassidy", "the wild bunch one"."""

import re
from collections.abc import Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.lexicon import ORDINARY, Lexicon

MIN_LETTERS, MIN_ONE_WORD = 7, 5
"""Letters from which several words of a title, and the first of them alone, name an item that is listed."""
MIN_SUBJECT = 4
"""Letters from which a title of one word is what a question is about, in whatever case."""
_SMALL = frozenset(re.findall(r"\S+", "a an the of in on at to and or for with from by is it's de la le el"))
"""Words with which no part of a title ends."""
_BEFORE = re.compile(
    r"^(?:(?:the|that|this|your|both|either|also|just|even|those|number|film|movie|book|one|called|item)\b\s*)+|"
    r"(?:[\s,]+(?:ones?|films?|movies?|books?|thing|item|too|as well|either|again|please|now|then|off|out|away))+$",
    re.I,
)
"""What stands around a title that is named."""


def listed_by_part(text: str, listed: Sequence[str], catalog: Catalog) -> str | None:
    """Find the one item of a list that words name by its title or a part of it.

    Parameters
    ----------
    text
        Words that may be a title, and no more.
    listed
        Ids of the items of the list, in order.
    catalog
        The items.

    Returns
    -------
    str or None
        Its id; None where they name none, or several.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> titles = ("Butch Cassidy and the Sundance Kid", "Wild Bunch, The", "High Noon")
    >>> films = Catalog("films", tuple(Item(t[:4], t) for t in titles), {})
    >>> [listed_by_part(said, ["Butc", "Wild", "High"], films) for said in ("butch cassidy", "that wild bunch one", "gun")]
    ['Butc', 'Wild', None]
    """
    words = _words(_BEFORE.sub("", natural_order(text.strip(" \"'“”《》.,!?"))))
    titles = {id: _words(natural_order(catalog.item(id).title)) for id in listed if id in catalog.row}
    whole = [id for id, title in titles.items() if words and words in (title, _bare(title))]
    named = wording(catalog).noun != "product" or (bool(words) and _tells(words, catalog))  # "the hoodie" is a kind
    if len(whole) == 1 and named:
        return whole[0]
    if not words or not _tells(words, catalog):
        return None
    found = [id for id, title in titles.items() if _within(words, title)]
    return found[0] if len(found) == 1 else None


def begun_titles(line: str, listed: Sequence[str], catalog: Catalog) -> tuple[str, ...]:
    """Find the items of a list that a line names by how their titles begin.

    Parameters
    ----------
    line
        What a person wrote.
    listed, catalog
        As for `listed_by_part`.

    Returns
    -------
    tuple of str
        Their ids; of products none, whose names say what they are.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("a", "Butch Cassidy and the Sundance Kid"), Item("b", "Wild Bunch, The")), {})
    >>> begun_titles("how long is butch cassidy?", ["a", "b"], films)
    ('a',)
    """
    if wording(catalog).noun == "product":
        return ()
    said = _words(line)
    titles = {id: _bare(_words(natural_order(catalog.item(id).title))) for id in listed if id in catalog.row}
    found = [id for id, title in titles.items() if len(title) == 1 and _is_subject(title[0], line, catalog)]
    for id, title in titles.items():
        for length in range(len(title) - 1, 1, -1):
            start = title[:length]
            if start[-1] in _SMALL or not _tells(start, catalog) or not _within(start, said):
                continue
            if sum(other[:length] == start for other in titles.values()) == 1:
                found.append(id)
            break
    return tuple(found)


def _is_subject(title: str, line: str, catalog: Catalog) -> bool:
    """Whether a question is about a title of one word, in whatever case: "is ghost a sad one?"."""
    if len(title) < MIN_SUBJECT or title in ORDINARY or Lexicon.of(catalog).mentions(title):
        return False
    return re.search(rf"\b(?:is|isn'?t|was|wasn'?t|does|did|has) {re.escape(title)}\b", line, re.I) is not None


def _tells(words: Sequence[str], catalog: Catalog) -> bool:
    """Whether words name something: enough letters, not only words of any line, and no value of the catalogue."""
    letters = len("".join(words))
    if letters < (MIN_LETTERS if len(words) > 1 else MIN_ONE_WORD) or ORDINARY.union(_SMALL).issuperset(words):
        return False
    return not Lexicon.of(catalog).mentions(" ".join(words))


def _within(words: Sequence[str], title: Sequence[str]) -> bool:
    """Whether words stand in a title one after the other."""
    return any([*title[at : at + len(words)]] == [*words] for at in range(len(title) - len(words) + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)?", re.sub(r"\s*\([^)]*\)", " ", text).casefold())


def _bare(title: list[str]) -> list[str]:
    return title[1:] if title[:1] in (["the"], ["a"], ["an"]) else title
