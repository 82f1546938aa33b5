"""Which two items a line compares by a fact that is told of each, and what is said where the catalogue lacks one of them.

"is Butch Cassidy better rated than The Wild Bunch?", "ratings of 2 and Emma", 理智与情感和爱玛哪个评分更高.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.questions import refers_to_topic
from llmrec.chat.nlu.references import find_title
from llmrec.errors import BadInput

MAX_TITLE_WORDS = 8
"""Words of a title that is compared with another."""
_OPENING = r"(?:(?:so|and|but|ok|hm+|well|wait|then|oh|now)[, ]+)*"
_BY = (
    r"(?:(?:better|higher|worse|lower|best|highest|more highly|more) (?:rated|liked|reviewed|regarded|popular)|"
    r"(?:newer|older|longer|shorter|cheaper|earlier|later|more recent|more expensive))"
)
_NOUN = r"(?:average )?(?:ratings?|scores?|reviews?|years?|lengths?|running times?|prices?)"
_OF_TWO = re.compile(
    rf"{_OPENING}(?:is|are|was|were) (?P<a>.+?) {_BY} than (?P<b>.+?)|"
    rf"{_OPENING}(?:which|what)(?: one| film| movie| of (?:them|the two|these two))? (?:is|has|had|was|got|gets)(?: the)? "
    rf"(?:{_BY}|(?:better|higher|best|highest|worse|lower|most) {_NOUN})(?: one)?[,:;-]* (?:between )?(?P<c>.+?) (?:or|and) (?P<d>.+?)|"
    rf"{_OPENING}(?:compare )?(?:the )?{_NOUN} (?:of|for|between) (?P<e>.+?) (?:and|with|vs\.?|versus|or) (?P<f>.+?)|"
    rf"{_OPENING}(?:what (?:is|are|were)|what'?s|how (?:is|are)|tell me) the {_NOUN} (?:of|for) (?P<g>.+?) and (?:of |for )?(?P<h>.+?)|"
    rf"{_OPENING}(?P<i>.+?) (?:or|vs\.?|versus|and) (?P<j>.+?)[,:;?-]+ (?:which|what)(?: one)?(?: is|'s| has| was)(?: the)? "
    rf"(?:{_BY}|(?:better|higher|best|highest) {_NOUN})(?: one)?|"
    r"(?P<k>[^,。?!]+?)(?:和|跟|与|同|还是)(?P<l>[^,。?!]+?)[,]?(?:(?:的)?(?:评分|口碑|分数?|年代|片长|价格)|两[部个])*(?:哪(?:一)?[部个本件]?|谁)(?:的)?(?:更|比较)?"
    r"(?:评分|口碑|分数?|新|老|早|晚|长|短|便宜|贵|受欢迎)(?:更|比较)?(?:高|好|低)?(?:一?[些点])?(?:呢|啊)?|"
    r"(?P<m>[^,。?!]+?)(?:的)?(?:评分|口碑|分数?)?比(?P<n>[^,。?!]+?)(?:的)?(?:评分|口碑|分数?)?(?:更|要)?(?:高|好|低)(?:吗|么)?",
    re.I,
)
"""What compares two items that it names by a number of theirs."""


_ENDING = re.compile(r"(?:[\s?.!。,]|\b(?:please|then|now|by people|on average|here)\b)+$", re.I)


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two items that a line compares.

    Parameters
    ----------
    items
        Ids of those that the catalogue has, in the order in which they are named.
    missing
        The title that it lacks; "" for none.
    """

    items: tuple[str, ...]
    missing: str = ""


def compared_pair(
    line: str, named: Callable[[str], tuple[str, ...]], topic: str | None, catalog: Catalog
) -> ComparedPair | None:
    """Read the two items that a line compares.

    Parameters
    ----------
    line
        A question.
    named
        What finds the items that words name.
    topic
        Id of the item that "it" means; None for none.
    catalog
        Whose titles are read.

    Returns
    -------
    ComparedPair or None
        None where it compares no two titles, or both are none of the catalogue's.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("a", "Emma"), Item("b", "Heat")), {})
    >>> compared_pair("is emma better rated than Clueless?", lambda said: ("a",) if "emma" in said else (), None, films)
    ComparedPair(items=('a',), missing='Clueless')
    """
    match = _OF_TWO.fullmatch(_ENDING.sub("", line.strip()))
    if match is None:
        return None
    found: list[str] = []
    missing = ""
    for said in (each.strip(" \"'“”") for each in match.groups() if each):
        ids = named(said)
        if not ids and topic and refers_to_topic(said):
            ids = (topic,)
        if len(ids) > 1 or (not ids and not _is_title(said, catalog)):
            return None
        if not ids:
            try:
                ids = (find_title(said.strip("《》"), catalog),)
            except BadInput:
                missing = said.strip("《》")
        found += ids
    return ComparedPair(tuple(dict.fromkeys(found)), missing) if found else None


def _is_title(text: str, catalog: Catalog) -> bool:
    """Whether words may be a title: not too many, no value of the catalogue, and nothing that points at the list."""
    points = re.search(
        r"\d|\b(?:these|those|them|others?|rest|all|any|most|average|usual|list|ones?)\b|这些|其他|别的|第", text, re.I
    )
    return len(text.split()) <= MAX_TITLE_WORDS and points is None and not Lexicon.of(catalog).mentions(text)
