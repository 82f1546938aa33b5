"""The intent of one line: what is wanted, of which item, under which conditions."""

from dataclasses import dataclass, field
from typing import Literal

Action = Literal["ask", "more", "similar", "why", "like", "not", "seen", "drop", "anew", "help", "quit"]

READ_CHARACTERS = 2000
"""Characters of a line that are read; what follows is left out. Nobody says more at once, and reading takes time."""

LAST, THAT, THESE = "last", "that", "these"
"""References beside numbers and titles: the end of the last list, the topic, the whole last list."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition that holds against an item of the conversation: "cheaper than the second one".

    Parameters
    ----------
    attribute
        Attribute that both items have, such as "price".
    operator
        "<", "<=", ">" or ">=".
    subject
        What is compared with: a number in the last list ("2"), `LAST`, `THAT`, `THESE`, or a title.

    Examples
    --------
    >>> str(Comparison("price", "<", "2"))
    'price<#2'
    """

    attribute: str
    operator: str
    subject: str

    def __str__(self) -> str:
        """Write the comparison as one word."""
        return f"{self.attribute}{self.operator}#{self.subject}"


@dataclass(frozen=True, slots=True)
class Intent:
    """One line, understood.

    Parameters
    ----------
    action
        What is wanted: "ask" for a list, "more" of the last one, what is "similar" to an item, "why" an item is in the
        list, to note that an item is a "like", was "seen" or must "not" come again, to "drop" conditions, to begin
        "anew", "help", or to "quit".
    subject
        The item that the line is about: a number in the last list, `LAST`, `THAT`, or a title. For "drop", the
        conditions that are dropped.
    query
        What is left of the line once its conditions are taken out of it; the LLM reads it.
    filters
        Conditions on attributes, each as `llmrec.retrieval.filters.parse_where` reads it; all must hold.
    comparisons
        Conditions against items of the conversation; all must hold.
    leanings
        Comparisons with items of the conversation that would be nice to hold ("maybe something a bit older").
    preferred
        Conditions that would be nice to hold ("preferably before 1960", the kinds that a mood speaks for).
    """

    action: Action
    subject: str = ""
    query: str = ""
    filters: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    leanings: tuple[Comparison, ...] = field(default=(), repr=False)
    preferred: tuple[str, ...] = field(default=(), repr=False)
