"""A pattern that is wanted without saying which: "something with a bit of a pattern" is any that is not plain."""

import re

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import attribute_noun
from llmrec.chat.nlu.lexicon import value_facets
from llmrec.retrieval.filters import written

_PLAIN = frozenset(
    ("solid", "plain", "none", "unknown", "melange", "denim", "chambray", "treatment", "slub", "neps", "mesh",
     "transparent", "unpatterned", "纯色", "素色", "无")
)  # fmt: skip
"""Words of values that are no pattern to the eye."""
_STRUCTURE = re.compile(r"structure|\bother\b", re.I)
_WANTED = re.compile(
    r"\b(?:with|in|has|have|having)(?: (?:a|some|any|the))?(?: (?:little )?bit of(?: an?)?| touch of(?: an?)?|"
    r" kind of(?: an?)?| sort of)?"
    r"(?: (?:nice|bold|fun|bright|small|subtle|lively|interesting))* (?:patterns?|prints?)(?: (?:on|to|in) (?:it|"
    r"them))?\b|"
    r"\b(?:patterned|(?:less|not so|not) plain|(?:some|a bit of(?: an?)?|a|more) (?:pattern|print))\b|"
    r"(?:有|带)(?:一?[点些])?(?:花纹|图案|印花)的?|花一?点的|不要?(?:太|那么)?素的?",
    re.I,
)


def patterned(query: str, catalog: Catalog) -> tuple[str, str]:
    """Read that items are to have a pattern, whichever.

    Parameters
    ----------
    query
        What is left of a line.
    catalog
        Its patterns are read.

    Returns
    -------
    query : str
        Without the words that say so.
    condition : str
        As `llmrec.retrieval.filters.parse_where` reads it; "" where the query says no such thing, or nothing has a
        pattern.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> patterns = ("Solid", "Stripe", "Dot")
    >>> shop = Catalog("shop", tuple(Item(p, p, "", {"pattern": p}) for p in patterns), {})
    >>> patterned("something with a bit of a pattern", shop)
    ('something', 'pattern=Dot|Stripe')
    """
    match = _WANTED.search(query)
    if match is None:
        return query, ""
    facets = [each for each in derived(catalog, value_facets) if attribute_noun(each.name) == "pattern"]
    words = {each.value: set(re.findall(r"\w+", each.value.casefold())) for each in facets}
    values = [value for value, own in words.items() if not (own & _PLAIN or _STRUCTURE.search(value))]
    if not values:
        return query, ""
    left = f"{query[: match.start()]} {query[match.end() :]}"
    return " ".join(left.split()), written((facets[0].name,), "=", tuple(sorted(values)))
