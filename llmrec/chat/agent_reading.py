"""What other people's agents say, read: requests in words and filters, rules that last, and what is wrong in them."""

import re
from collections.abc import Sequence

from pydantic import ValidationError

from llmrec.catalog import Catalog
from llmrec.catalog.types import composed, derived
from llmrec.catalog.wording import plain
from llmrec.chat.agent_schemas import RequestArguments
from llmrec.chat.answers import unmet_demands
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.proposals import describe_attributes
from llmrec.chat.nlu.rules import conditions_alone, understand
from llmrec.chat.state import clauses_or_text
from llmrec.errors import BadFilter, BadInput
from llmrec.request import Request
from llmrec.retrieval.filters import parse_where, split_clauses

_OPERATORS = re.compile("[<>=]")
"""What a filter has and words have not."""
_NO_JOINT = re.compile(r";|\|\||&&?|\bor\b", re.I)


def read_request(
    arguments: RequestArguments, catalog: Catalog, words: Catalog, held: Sequence[str | None] = ()
) -> tuple[Request, tuple[str, ...]]:
    """Read what an agent wants.

    Parameters
    ----------
    arguments
        What it gave.
    catalog
        The items.
    words
        Those by whose values the query is read.
    held
        Filters that hold whatever it asks for; what it adds narrows.

    Returns
    -------
    request : Request
        Of nobody in particular.
    notes : tuple of str
        What the query demands that the catalogue tells of no item.

    Raises
    ------
    BadFilter
        Where its filter does not parse by itself.
    """
    query = composed(arguments.query or "").strip()
    intent = understand(query, words)
    reads = intent.action == "ask" and not intent.comparisons  # words of a conversation mean nothing here
    filters, left = (intent.filters, intent.query) if reads else ((), query)
    if arguments.where:
        parse_where(arguments.where, catalog)
    clauses = dict.fromkeys(clause for clause in (*held, arguments.where, *filters) if clause)
    unmet = unmet_demands(query, words, language_of(query)) if query else ""
    request = Request(query=left or None, where=" and ".join(clauses) or None, like=arguments.like, k=arguments.k)
    return request, (unmet,) if unmet else ()


def read_rule(value: str, words: Catalog) -> tuple[str, ...]:
    """Read what is to hold for all lists of a person.

    Parameters
    ----------
    value
        A filter, or words: "no horror".
    words
        The items by whose values words are read.

    Returns
    -------
    tuple of str
        Conditions, each as `llmrec.retrieval.filters.parse_where` reads it.

    Raises
    ------
    BadInput
        Where no condition is read, or the text says anything beside conditions that all hold: a rule lasts, so that
        none is guessed.
    """
    try:
        parse_where(value, words)
        return split_clauses(value)
    except BadFilter as error:
        if _OPERATORS.search(value):
            joint = _NO_JOINT.search(value)
            why = f"{joint[0].strip()!r} joins no clauses" if joint else str(error)
            raise BadInput(
                f"the rule {plain(value[:100])!r} is no filter: {why}; join clauses that all hold by 'and', values of "
                "which any will do by '|', as in genres=Comedy|Drama, or send each as a rule of its own"
            ) from error
        if found := conditions_alone(composed(value), words):
            return found
        names = derived(words, attribute_names)
        raise BadInput(
            f"no condition is read in {plain(value[:100])!r} ({error}); say it by an attribute, of {names}"
        ) from error


def rules_like(value: str, held: Sequence[str]) -> tuple[str, ...]:
    """Find the rules that a text is, be it written otherwise, also where the catalogue lacks their value by now.

    Parameters
    ----------
    value
        Of one or several of them, or any text.
    held
        The rules of a person.

    Returns
    -------
    tuple of str
        Of those held; none where a clause of the text is none of them.

    Examples
    --------
    >>> rules_like("year >= 1990", ("genres!=War", "year>=1990"))
    ('year>=1990',)
    """
    if value in held:
        return (value,)
    try:
        parts = {clauses_or_text(each) for each in split_clauses(value)}
    except BadFilter:
        return ()
    found = tuple(rule for rule in held if clauses_or_text(rule) in parts)
    return found if parts <= set(map(clauses_or_text, found)) else ()


def holds_in(rule: str, catalog: Catalog) -> bool:
    """Tell whether a catalogue can still meet a rule: its items change while a rule is kept.

    Parameters
    ----------
    rule
        As `llmrec.retrieval.filters.parse_where` reads it.
    catalog
        The items.

    Returns
    -------
    bool
        False where no item has the attribute or the value any more.
    """
    try:
        parse_where(rule, catalog)
    except BadFilter:
        return False
    return True


def complaint(error: ValidationError) -> str:
    """Put in a sentence what is wrong with arguments.

    Parameters
    ----------
    error
        Of their model.

    Returns
    -------
    str
        The first field that is wrong, and what it should be; never its value.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))[:200]
    said = first["msg"].removeprefix("Value error, ")
    return f"`{place}`: {said[:1].lower()}{said[1:]}; see the tool's schema"


def attribute_names(catalog: Catalog) -> str:
    """List the attributes that filters may use.

    Parameters
    ----------
    catalog
        The items.

    Returns
    -------
    str
        Their names, with commas.
    """
    return ", ".join(plain(str(attribute["name"])) for attribute in describe_attributes(catalog))
