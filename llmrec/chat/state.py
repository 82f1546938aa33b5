"""The state of a conversation between two turns, as it is kept by whoever answers and found again by an answer's id."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from llmrec.errors import BadFilter
from llmrec.retrieval.filters import WrittenClause, read_clauses, written

MAX_CHANGES = 5
"""Changes that can be taken back, one after the other."""
_AS_MADE = {"items": (), "response_id": None}
"""What a list holds beside what it was made for."""


class ListState(BaseModel):
    """The last list of a conversation and what it was made for.

    Parameters
    ----------
    items
        Item ids, best first.
    query
        The query that the list answers.
    like
        Id of the item that the list is like.
    goes_with
        Whether it is of what goes with that item, in place of what is like it.
    image
        SHA-256 digest of the picture that the list is like. The picture itself is not part of the state.
    conditions
        What every item of the list meets, each as `llmrec.retrieval.filters.parse_where` reads it.
    preferred
        Those of them that nobody stated, which a mood or an occasion came to; they go with the wish.
    excluded
        Ids of items that were kept out of the list.
    response_id
        Id under which the list is kept with its reasons; None where it is not.
    length
        Items that it is to have; None where that was not said.
    viewers
        Whom a line began it for: "oneself", or others in its words; "" where it did not say.
    """

    model_config = ConfigDict(frozen=True)

    items: tuple[str, ...] = ()
    query: str | None = None
    like: str | None = None
    goes_with: bool = False
    image: str | None = None
    conditions: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    response_id: str | None = None
    length: int | None = None
    viewers: str = ""

    def without(self, conditions: Sequence[str]) -> "ListState":
        """Make the list as if conditions had not been asked for.

        Parameters
        ----------
        conditions
            Of its own, or any.

        Returns
        -------
        ListState
        """
        return self.model_copy(update={"conditions": tuple(c for c in self.conditions if c not in conditions)})

    def ruled(self, deleted: Sequence[str], added: Sequence[str]) -> "ListState":
        """Make the list as if rules that were deleted and made since had been so when it was asked for.

        Parameters
        ----------
        deleted, added
            Those that last no longer, and those that last now.

        Returns
        -------
        ListState
            With the new rules among its conditions, before which what contradicts them gives way; its items stay.

        Examples
        --------
        >>> ListState(conditions=("genres=War", "year>=1990")).ruled(("year>=1990",), ("genres!=War",)).conditions
        ('genres!=War',)
        """
        left = self.without(deleted)
        ruled_out = {pair for condition in added if excludes(condition) for pair in _pairs(condition)}
        possible = [each for each in left.conditions if not (_states(each) and _pairs(each) <= ruled_out)]
        return left.model_copy(update={"conditions": narrowed(possible, added)})


class Option(BaseModel):
    """One answer to a question that was asked back.

    Parameters
    ----------
    text
        Its words.
    condition
        What the items of the next list meet where it is chosen, as `llmrec.retrieval.filters.parse_where` reads it.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    condition: str


class Question(BaseModel):
    """A question that was asked back.

    Parameters
    ----------
    attribute
        Name of the attribute that it is about.
    text
        Its words.
    options
        Two to eight answers, the likeliest first; four at most are offered as buttons.
    """

    model_config = ConfigDict(frozen=True)

    attribute: str
    text: str
    options: tuple[Option, ...]


class Snapshot(BaseModel):
    """What a conversation had come to before a change that can be taken back; see `DialogueState` for the fields."""

    model_config = ConfigDict(frozen=True)

    liked: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    last: ListState | None = None

    def ruled(self, deleted: Sequence[str], added: Sequence[str]) -> "Snapshot":
        """Make the snapshot as if rules that were deleted and made since had been so then.

        Parameters
        ----------
        deleted, added
            Those that last no longer, and those that last now.

        Returns
        -------
        Snapshot
        """
        lasting = (*(each for each in self.lasting if each not in deleted), *added)
        last = self.last and self.last.ruled(deleted, added)
        return self.model_copy(update={"lasting": tuple(dict.fromkeys(lasting)), "last": last})


class DialogueState(BaseModel):
    """What a conversation has come to.

    Parameters
    ----------
    liked
        Ids of items that the person said to like, to have seen or to take, in the order in which they were named.
    accepted
        Ids of those of them that the person said to take.
    rejected
        Ids of items that the person said not to want.
    last
        The last list; None before the first one.
    topic
        Id of the item that "that" refers to: the last one that was named or explained.
    lasting
        Conditions that hold until they are taken back, each as `llmrec.retrieval.filters.parse_where` reads it.
    refused
        Words that no item of a list is to be about, and that are no attribute values ("hospitals").
    short_replies
        Replies without a list so far, by which the next one is worded otherwise.
    question
        The question that stands below the last list; None where there is none.
    spoken
        Conditions of which the last reply told which items of the list meet them.
    mentioned
        Ids of the items that an answer since the last list spoke of, which is what "those two" means.
    clarified
        Names of the attributes that questions were about so far.
    last_line
        The last line where it spoke of an item of the list, which the next may correct ("I meant 3"); "" for any other.
    last_line_changed
        Whether that line changed what can be taken back.
    last_question
        The last line where it asked for a fact of an item, which the next may ask of another ("and Emma?"); "" else.
    earlier
        What it had come to before each of the last `MAX_CHANGES` changes, the latest last.
    first
        The first list, which "the list at the start" means; None before it.

    Examples
    --------
    >>> state = DialogueState(liked=("50",), last=ListState(items=("172", "181"), query="space"))
    >>> DialogueState.model_validate_json(state.model_dump_json()) == state
    True
    """

    model_config = ConfigDict(frozen=True)

    liked: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    last: ListState | None = None
    topic: str | None = None
    lasting: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    short_replies: int = 0
    question: Question | None = None
    spoken: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    clarified: tuple[str, ...] = ()
    last_line: str = ""
    last_line_changed: bool = False
    last_question: str = ""
    earlier: tuple[Snapshot, ...] = ()
    first: ListState | None = None

    def remembering(self, before: "DialogueState") -> "DialogueState":
        """Make the state in which a change can be taken back.

        Parameters
        ----------
        before
            The state before the change.

        Returns
        -------
        DialogueState
            This one, with what there was before among `earlier`.
        """
        held = {name: getattr(before, name) for name in Snapshot.model_fields}
        return self.model_copy(update={"earlier": (*before.earlier, Snapshot(**held))[-MAX_CHANGES:]})

    def reverted(self) -> "DialogueState | None":
        """Make the state before the last change.

        Returns
        -------
        DialogueState or None
            None where nothing is left that could be taken back.
        """
        for at in reversed(range(len(self.earlier))):
            then = {name: getattr(self.earlier[at], name) for name in Snapshot.model_fields}
            if self.changed(self.model_copy(update=then)):
                return self.model_copy(update={**then, "earlier": self.earlier[:at], "topic": None})
        return None

    def changed(self, other: "DialogueState") -> bool:
        """Tell whether another state differs in what a person can take back.

        Parameters
        ----------
        other
            The other state.

        Returns
        -------
        bool
            Whether they differ in what was said of items, in what lasts, or in what the last list was made for.
        """
        names = ("liked", "accepted", "rejected", "lasting", "refused")
        return self.lists_otherwise(other) or any(getattr(self, name) != getattr(other, name) for name in names)

    def lists_otherwise(self, other: "DialogueState") -> bool:
        """Tell whether the last list of another state was made for something else.

        Parameters
        ----------
        other
            The other state.

        Returns
        -------
        bool
        """
        mine, theirs = (None if s.last is None else s.last.model_copy(update=_AS_MADE) for s in (self, other))
        return mine != theirs

    def in_force(self, conditions: Sequence[str]) -> tuple[str, ...]:
        """Join conditions to those that last.

        Parameters
        ----------
        conditions
            Conditions of a line.

        Returns
        -------
        tuple of str
            What lasts, but for what the line itself asks for, and the conditions of the line.

        Examples
        --------
        >>> DialogueState(lasting=("genres!=Musical", "genres!=War")).in_force(("genres=Musical", "year>=1990"))
        ('genres!=War', 'genres=Musical', 'year>=1990')
        """
        return narrowed(self.lasting, conditions)

    def ruled(self, rules: Sequence[str]) -> "DialogueState":
        """Make the state in which just these conditions last.

        Parameters
        ----------
        rules
            What lasts for the person, whatever a conversation had come to.

        Returns
        -------
        DialogueState
            What lasted and is none of them holds for the last list no longer either, and what is new among them holds
            for it, too: a list that goes on with it, or narrows it, meets the rules as they are then. To take back a
            change of the conversation changes no rule that was made or deleted elsewhere since.

        Examples
        --------
        >>> before = DialogueState(lasting=("genres!=War", "year>=1990"))
        >>> ruled = before.remembering(before).ruled(("genres!=War", "genres!=Musical"))
        >>> ruled.lasting, ruled.earlier[0].lasting
        (('genres!=War', 'genres!=Musical'), ('genres!=War', 'genres!=Musical'))
        """
        gone = [each for each in self.lasting if each not in rules]
        new = [each for each in rules if each not in self.lasting]
        earlier = tuple(each.ruled(gone, new) for each in self.earlier)
        last = self.last and self.last.ruled(gone, new)
        first = self.first and self.first.ruled(gone, new)
        held = {"lasting": tuple(rules), "last": last, "earlier": earlier, "first": first}
        return self.without(gone).model_copy(update=held)

    def without(self, conditions: Sequence[str]) -> "DialogueState":
        """Make the state in which conditions hold no longer.

        Parameters
        ----------
        conditions
            Of those that last, and of what is refused.

        Returns
        -------
        DialogueState
            Neither the last list nor further ones have them.
        """
        last = self.last and self.last.without(conditions)
        lasting, refused = (
            tuple(each for each in held if each not in conditions) for held in (self.lasting, self.refused)
        )
        return self.model_copy(update={"lasting": lasting, "refused": refused, "last": last})


def narrowed(before: Sequence[str], added: Sequence[str]) -> tuple[str, ...]:
    """Join conditions of two lines.

    Parameters
    ----------
    before
        Conditions of the last list.
    added
        Conditions of the line that narrows it.

    Returns
    -------
    tuple of str
        All of them; but where the line states an attribute's value anew, the old one is dropped, and of a quantity the
        end that it states, or both where nothing would be left between them.

    Examples
    --------
    >>> narrowed(("year>=1980", "genres!=Horror"), ("year>=1990", "genres!=War"))
    ('genres!=Horror', 'year>=1990', 'genres!=War')
    """
    stated = [clause for condition in added if not excludes(condition) for clause in read_clauses(condition)]
    asked = {pair for condition in added if not excludes(condition) for pair in _pairs(condition)}
    kept = [
        condition
        for condition in before
        if not (asked & _pairs(condition) if excludes(condition) else _overridden(condition, stated))
    ]
    return tuple(dict.fromkeys((*kept, *added)))


def widened(before: Sequence[str], added: Sequence[str]) -> tuple[str, ...]:
    """Join what a line adds by "or" to what the list before asked for of the same attribute.

    Parameters
    ----------
    before
        Conditions of the last list.
    added
        Conditions of the line.

    Returns
    -------
    tuple of str
        Those of the line, each with what was asked for before among its values.

    Examples
    --------
    >>> widened(("genres=Comedy", "year>=1980", "year<1990"), ("year>=1970", "year<1980"))
    ('year=1970..1979|1980..1989',)
    >>> widened(("genres=Comedy",), ("genres=Drama",))
    ('genres=Comedy|Drama',)
    """
    had, new = _spans_and_values(before), _spans_and_values(added)
    joined = []
    for names, values in new.items():
        earlier = [value for value in had.get(names, ()) if value not in values]
        written_values = "|".join(sorted((*earlier, *values)))
        if all(re.fullmatch(r"[\d.]+", value) for value in (*earlier, *values)):  # quotes would make a span a word
            joined.append(f"{written(names, '=', ('0',))[:-1]}{written_values}" if earlier else None)
        else:
            joined.append(written(names, "=", tuple(sorted((*earlier, *values)))) if earlier else None)
    kept = [each for each in added if attributes_of(each) not in new or attributes_of(each) not in had]
    return (*kept, *(each for each in joined if each is not None))


def _spans_and_values(conditions: Sequence[str]) -> dict[tuple[str, ...], list[str]]:
    """Attributes -> the values that conditions ask for; of a quantity with two ends the span of whole numbers."""
    found: dict[tuple[str, ...], list[str]] = {}
    ends: dict[tuple[str, ...], dict[str, float]] = {}
    for clause in (clause for each in conditions for clause in read_clauses(each)):
        if clause.operator == "=":
            found.setdefault(clause.attributes, []).extend(clause.values)
        elif clause.operator[0] in "<>":
            shift = {">": 1, "<": -1}.get(clause.operator, 0)
            ends.setdefault(clause.attributes, {})[clause.operator[0]] = float(clause.values[0]) + shift
    for names, held in ends.items():
        if {"<", ">"} <= held.keys():
            found.setdefault(names, []).append(f"{held['>']:g}..{held['<']:g}")
    return found


def _overridden(condition: str, stated: Sequence[WrittenClause]) -> bool:
    """Whether clauses state anew what a condition does."""
    for old in read_clauses(condition):
        for new in stated:
            if set(old.attributes).isdisjoint(new.attributes):
                continue
            ends = {old.operator[0], new.operator[0]}
            if ends != {"<", ">"}:
                return True
            low, high = (old, new) if old.operator[0] == ">" else (new, old)
            if float(low.values[0]) >= float(high.values[0]):
                return True
    return False


def _states(condition: str) -> bool:
    return all(clause.operator == "=" for clause in read_clauses(condition))


def stated_pairs(condition: str) -> frozenset[tuple[str, str]]:
    """List what a condition asks for.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    frozenset of tuple of str
        Names of attributes and values; none where it rules values out or bounds a quantity.
    """
    return frozenset(_pairs(condition)) if _states(condition) else frozenset()


def _pairs(condition: str) -> set[tuple[str, str]]:
    return {(name, value) for name in attributes_of(condition) for value in values_of(condition)}


def clauses_or_text(condition: str) -> tuple[WrittenClause, ...] | str:
    """Return what tells whether two conditions are the same, however they are written.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it, or any text.

    Returns
    -------
    tuple of WrittenClause or str
        Its clauses; of what is no condition the text.

    Examples
    --------
    >>> clauses_or_text("year >= 1990") == clauses_or_text("year>=1990")
    True
    """
    try:
        return read_clauses(condition)
    except BadFilter:
        return condition


def values_of(condition: str) -> tuple[str, ...]:
    """List the values of a condition.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    tuple of str
        Without quotes.

    Examples
    --------
    >>> values_of("colour!=Blue|'Dark Blue'")
    ('Blue', 'Dark Blue')
    """
    return tuple(value for clause in read_clauses(condition) for value in clause.values)


def attributes_of(condition: str) -> tuple[str, ...]:
    """Name the attributes of a condition.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    tuple of str
        Without quotes; several where any of them will do.

    Examples
    --------
    >>> attributes_of("year>=1990"), attributes_of("'a=b'|colour=red")
    (('year',), ('a=b', 'colour'))
    """
    return tuple(dict.fromkeys(name for clause in read_clauses(condition) for name in clause.attributes))


def excludes(condition: str) -> bool:
    """Tell whether a condition rules values out.

    Parameters
    ----------
    condition
        As `llmrec.retrieval.filters.parse_where` reads it.

    Returns
    -------
    bool

    Examples
    --------
    >>> excludes("genres!=Horror"), excludes("'a!=b'=Horror")
    (True, False)
    """
    return any(clause.operator == "!=" for clause in read_clauses(condition))
