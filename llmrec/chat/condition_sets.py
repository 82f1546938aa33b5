"""Conditions that are to hold together: how many items meet them, and which give way where none does."""

import re
from collections.abc import Collection, Iterable, Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import is_kind
from llmrec.chat.nlu.lexicon import AUDIENCES, is_colour
from llmrec.chat.nlu.moods import KINDS_FOR_CHILDREN, MIN_IN_MOOD
from llmrec.chat.state import DialogueState, attributes_of, excludes, narrowed, stated_pairs, values_of
from llmrec.retrieval.filters import parse_where, read_clauses, written

MIN_OF_AUDIENCE = 0.5
"""Share of the values of a condition more of which must name the same people, such that it says for whom items are."""


class ConditionSets:
    """What joins conditions on the items of one catalogue.

    Parameters
    ----------
    words
        The items by whose values conditions are read.
    """

    def __init__(self, words: Catalog) -> None:
        self._words = words

    def count(self, conditions: Sequence[str]) -> int:
        """Count the items that meet conditions.

        Parameters
        ----------
        conditions
            Each as `llmrec.retrieval.filters.parse_where` reads it.

        Returns
        -------
        int
        """
        if not conditions:
            return len(self._words.items)
        return int(parse_where(" and ".join(conditions), self._words).mask(self._words).sum())

    def criticised(self, before: Sequence[str], added: Sequence[str]) -> tuple[str, ...]:
        """Join what a criticism asks for to the conditions of the list that it is about.

        Parameters
        ----------
        before
            Conditions of the list.
        added
            Such as a year after which what is not "too old" was made.

        Returns
        -------
        tuple of str
            Where hardly anything is left between an end that was asked for and the new one, without the former.
        """
        joined = narrowed(before, added)
        names = {name for each in added if numeric(each) for name in attributes_of(each)}
        if not names or self.count(joined) >= MIN_IN_MOOD:
            return joined
        return narrowed([each for each in before if names.isdisjoint(attributes_of(each))], added)

    @staticmethod
    def kinds_kept(preferred: Sequence[str], held: Sequence[str]) -> tuple[str, ...]:
        """Find the kinds that a list keeps to in the place of those that a mood came to.

        Parameters
        ----------
        preferred
            What the mood came to.
        held
            What the list meets.

        Returns
        -------
        tuple of str
            Empty where it meets one of them, or asks for no kind.
        """
        wanted = {pair for each in preferred if states_kind(each) for pair in stated_pairs(each)}
        kinds = tuple(each for each in held if states_kind(each))
        return () if not wanted or any(stated_pairs(each) & wanted for each in kinds) else kinds

    def satisfiable(
        self, before: tuple[str, ...], added: tuple[str, ...], state: DialogueState, beside: bool = False
    ) -> tuple[str, ...]:
        """Join conditions to those of before, of which the oldest give way where no item meets all.

        Parameters
        ----------
        before
            Conditions of the list before.
        added
            Those of the line.
        state
            What the conversation has come to.
        beside
            Whether values of an attribute that is stated anew are kept.

        Returns
        -------
        tuple of str
        """
        added = self._without_descriptors(added, (*before, *state.lasting))
        held = list(narrowed(before, added))
        if beside:
            held = list(dict.fromkeys((*(each for each in before if each in held or not numeric(each)), *added)))
        firm = {*added, *state.lasting}
        if not any(map(for_whom, added)):  # what does not fit whom it is for is of no use
            firm |= {each for each in held if for_whom(each)}
        if not self.meets([each for each in held if each in firm]):
            return tuple(held)  # whatever gave way, nothing would be met
        anew = {attributes_of(each) for each in added}
        while (loose := [each for each in held if each not in firm]) and not self.meets(held):
            # one whose going is enough, first of what the line speaks of; else the oldest
            # numbers first, and of which kind the items are last
            first = sorted(loose, key=lambda each: (attributes_of(each) not in anew, _weight(each)))
            enough = (each for each in first if self.meets([other for other in held if other != each]))
            held.remove(next(enough, first[0]))
        return tuple(held)

    def _without_descriptors(self, added: tuple[str, ...], held: Sequence[str]) -> tuple[str, ...]:
        """Leave out what only describes, such as the section for women that "smart" names, where nothing meets it."""
        describes = [each for each in added if not (excludes(each) or numeric(each) or for_whom(each) or _firm(each))]
        whom = () if any(map(for_whom, added)) else tuple(filter(for_whom, held))
        if not describes or self.meets((*whom, *added)):
            return added
        kept = [tuple(other for other in added if other != each) for each in describes]
        kept.append(tuple(each for each in added if each not in describes))
        return next((each for each in kept if each and self.meets((*whom, *each))), added)

    def meets(self, conditions: Sequence[str], never: Iterable[str] = ()) -> bool:
        """Tell whether any item meets conditions.

        Parameters
        ----------
        conditions
            Each as `llmrec.retrieval.filters.parse_where` reads it.
        never
            Ids of items that do not count.

        Returns
        -------
        bool
        """
        if not conditions:
            return True
        mask = parse_where(" and ".join(conditions), self._words).mask(self._words).copy()
        mask[[self._words.row[id] for id in never if id in self._words.row]] = False
        return bool(mask.any())


def _firm(condition: str) -> bool:
    """Whether a condition is on a kind or a colour, which no word only describes."""
    return any(is_kind(name) or is_colour(name) for name in attributes_of(condition))


def _weight(condition: str) -> int:
    """How much a condition says of what is wanted: a price or a year little, its kind much, whom it is for most."""
    if for_whom(condition):
        return 3
    return 2 if any(map(is_kind, attributes_of(condition))) else 0 if numeric(condition) else 1


def implied(condition: str, held: Sequence[str]) -> bool:
    """Tell whether others state what a condition does, or more.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.
    held
        The others.

    Returns
    -------
    bool
    """
    clauses = [clause for other in held for clause in read_clauses(other)]
    for each in read_clauses(condition):
        of_it = [clause for clause in clauses if clause.attributes == each.attributes]
        ruled_out = {value for clause in of_it if clause.operator == "!=" for value in clause.values}
        narrower = any(clause.operator == "=" and set(clause.values) <= set(each.values) for clause in of_it)
        if not (ruled_out.issuperset(each.values) if each.operator == "!=" else each.operator == "=" and narrower):
            return False
    return True


def numeric(condition: str) -> bool:
    """Tell whether a condition is on a number alone.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    bool
    """
    clauses = read_clauses(condition)
    return all(
        each.operator[0] in "<>" or all(re.fullmatch(r"[\d.]+", value) for value in each.values) for each in clauses
    )


def states_kind(condition: str) -> bool:
    """Tell whether a condition asks for a kind of item.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    bool

    Examples
    --------
    >>> states_kind("genres=Horror|Thriller"), states_kind("genres!=War"), states_kind("year>1980")
    (True, False, False)
    """
    return not excludes(condition) and any(map(is_kind, attributes_of(condition)))


def allowing(condition: str, excluded: Collection[str]) -> str:
    """Take values that are ruled out from what a condition asks for.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.
    excluded
        The values.

    Returns
    -------
    str
        "" where nothing is left of it.

    Examples
    --------
    >>> allowing("genres=Action|Comedy", {"Action"}), allowing("genres=War", {"War"}), allowing("year<1973", {"War"})
    ('genres=Comedy', '', 'year<1973')
    """
    values = values_of(condition)
    left = tuple(value for value in values if value not in excluded)
    if len(left) == len(values) or numeric(condition):
        return condition
    return written(attributes_of(condition), "=", left) if left else ""


def limits(conditions: Sequence[str]) -> tuple[str, ...]:
    """Find the limits among conditions: a quantity of which one end alone is stated ("not before 1985", "under 50").

    Parameters
    ----------
    conditions
        Each as `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    tuple of str
        A span, such as a decade, is what is wanted, and no limit.

    Examples
    --------
    >>> limits(("year>=1990", "year<2000", "price<50", "genres=War"))
    ('price<50',)
    """
    ends = [
        (each, attributes_of(each))
        for each in conditions
        if all(clause.operator[0] in "<>" for clause in read_clauses(each))
    ]
    names = [of for _, of in ends]
    return tuple(each for each, of in ends if names.count(of) == 1)


def for_children(condition: str) -> bool:
    """Tell whether a condition asks for kinds of items that are for children and for nothing else.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    bool

    Examples
    --------
    >>> for_children("genres=Animation|Children's"), for_children("genres=Children's|Comedy")
    (True, False)
    """
    return not excludes(condition) and KINDS_FOR_CHILDREN.issuperset(value.casefold() for value in values_of(condition))


def for_whom(condition: str) -> bool:
    """Tell whether a condition says for whom items are: the section for men, the departments for boys.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    bool

    Examples
    --------
    >>> for_whom("section='Denim Men'|'Men Shoes'"), for_whom("colour=Black"), for_whom("section!='Men Shoes'")
    (True, False, False)
    """
    values = [re.findall(r"[\w']+", value.casefold()) for value in values_of(condition)]
    named = max((sum(not said.isdisjoint(words) for words in values) for said in AUDIENCES), default=0)
    return not excludes(condition) and not numeric(condition) and named > MIN_OF_AUDIENCE * len(values)
