"""For whom clothes are where a line only says "for her": for the one of whom the conversation was."""

import re

from llmrec.catalog import Catalog
from llmrec.catalog.wording import wording
from llmrec.chat.condition_sets import for_whom
from llmrec.chat.nlu.lexicon import AUDIENCES, Lexicon
from llmrec.chat.state import DialogueState, values_of

_WHO = ("men", "women", "kids", "girls", "boys", "babies")
"""Whom each set of `AUDIENCES` is, as a line names them."""
_PRONOUN = re.compile(
    r"\bfor (?P<who>her|him|them|the (?:little|wee|small|young) one)(?P<last> this time| too| as well| now| then)?"
    r"(?=\s*(?:$|[,.;:!?]|\b(?:that|which|in|with|and|or|but|please|instead|maybe|preferably|from|under|not|no)\b))",
    re.I,
)
"""A person who was named before."""
_OF_HER, _OF_HIM = ("girls", "women", "kids", "babies"), ("boys", "men", "kids", "babies")


def with_wearer(line: str, state: DialogueState, catalog: Catalog) -> str:
    """Write for whom an article is as the sections of a shop say it.

    Parameters
    ----------
    line
        What a person wrote.
    state
        What the conversation has come to.
    catalog
        The items; of others than products the line stays as it is.

    Returns
    -------
    str
        "a dress for girls" for "a dress for her" of a girl, "a shirt for men" for "a shirt for him" of nobody else.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> from llmrec.chat.state import ListState
    >>> sections = ("Girls Tops", "Boys Tops", "Men Tops", "Womens Tops")
    >>> shop = Catalog("shop", tuple(Item(s, s, "", {"section": s, "price": 9.0}) for s in sections), {})
    >>> girl = DialogueState(last=ListState(conditions=("section='Girls Tops'",)))
    >>> with_wearer("and a dress for her, please", girl, shop)
    'and a dress for girls, please'
    >>> with_wearer("a shirt for him then", girl, shop)
    'a shirt for men'
    """
    if wording(catalog).noun != "product" or not _PRONOUN.search(line):
        return line
    spoken_of = _spoken_of(state)

    def named(match: re.Match[str]) -> str:
        who = match["who"].casefold()
        of = _OF_HER if who == "her" else _OF_HIM if who == "him" else _WHO
        meant = next((each for each in spoken_of if each in of), {"her": "women", "him": "men"}.get(who, ""))
        return f"for {meant}" if meant and Lexicon.of(catalog).mentions(meant) else match[0]

    return _PRONOUN.sub(named, line)


def _spoken_of(state: DialogueState) -> list[str]:
    """For whom lists were, the latest first."""
    held = [state.last.conditions if state.last else (), state.lasting]
    held += [each.last.conditions for each in reversed(state.earlier) if each.last]
    return list(
        dict.fromkeys(who for conditions in held for each in conditions if for_whom(each) for who in _whom(each))
    )


def _whom(condition: str) -> list[str]:
    """For whom a condition is, those that most of its values name first."""
    values = [re.findall(r"[\w']+", value.casefold()) for value in values_of(condition)]
    counts = {
        who: sum(not said.isdisjoint(words) for words in values) for who, said in zip(_WHO, AUDIENCES, strict=True)
    }
    return [who for who in sorted(counts, key=lambda who: -counts[who]) if counts[who]][:1]
