"""Items that a line names before it says that both are known: "Seven, Heat, both seen" is of these two alone."""

import re

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.chat.nlu.languages import with_titles
from llmrec.chat.nlu.normalisation import HALF_WIDTH
from llmrec.chat.nlu.references import find_title, list_position
from llmrec.errors import UnknownItem

_OPENING = r"(?:(?:ok|oh|hm+|well|ah|and|but|no|so|nah|ugh)[, ]+)*"
_WHO = r"(?:(?:i|we)(?:'ve| have)?,? )?(?:already )?"
_ALL = r"(?:both|all (?:two|three|four|of)|each)(?: of)?(?: (?:them|those|these|which))?"
_BOTH = re.compile(
    rf"{_OPENING}(?P<titles>(?!(?:i|we|both|all)\b)[^.;!?]+?)[,:;-]*(?: -+)? {_WHO}"
    rf"(?:{_ALL},? (?:already |been )?(?:seen|watched|saw)|"
    rf"(?:seen|watched|saw) {_ALL})(?: already| before| them)*(?P<rest>\s*[,.;!].*)?|"
    r"(?P<zh>[^。;!?]+?)[,、]?(?:这|那)?(?:两部|两个|二者|[两俩三四]部|[两三四]个)?(?:我|我们)?(?:全)?都(?:已经)?[看买读听]过了?(?P<more>\s*[,。;!?].*)?",
    re.I,
)
"""Titles, and behind them that all of them are known."""
_JOINT = re.compile(r"\s*(?:,|、|&|\band\b|和|跟|还有)\s*(?:and\s+|和)?", re.I)
MAX_WORDS = 6
"""Words that one of the titles may have."""


def seen_together(line: str, catalog: Catalog) -> str:
    """Write that two items or more are known, such that each is named behind the verb.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Whose titles are read.

    Returns
    -------
    str
        The line as it is where it names anything else, or one alone.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Heat"), Item("2", "Seven (Se7en)"), Item("3", "Big")), {})
    >>> seen_together("seven, heat, both seen. something else", films)
    'seen Seven (Se7en) and Heat. something else'
    >>> seen_together("both seen", films)
    'both seen'
    """
    found = _BOTH.fullmatch(with_titles(line.translate(HALF_WIDTH).strip(), catalog))
    if found is None:
        return line
    parts = [part.strip(" 《》\"'") for part in _JOINT.split(found["titles"] or found["zh"]) if part.strip()]
    named = [_named(part, catalog) for part in parts]
    if len(named) < 2 or not all(named):
        return line
    rest = found["rest"] or found["more"] or ""
    if found["zh"]:
        return f"{'、'.join(f'《{each}》' for each in named)}看过了{rest}"
    return f"seen {', '.join(named[:-1])} and {named[-1]}{rest}"


def _named(part: str, catalog: Catalog) -> str:
    """The title that words name, or begin; "" for other words, and for a place that none is of."""
    if position := list_position(part):
        return f"number {position}"
    if not part or len(part.split()) > MAX_WORDS:
        return ""
    try:
        title = catalog.item(find_title(part, catalog)).title
    except UnknownItem:
        return ""
    words = re.findall(r"\w+", natural_order(title).casefold().removeprefix("the "))
    said = re.findall(r"\w+", part.casefold().removeprefix("the "))
    return natural_order(title) if said and words[: len(said)] == said else ""
