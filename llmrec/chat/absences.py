"""Why the last list has one item and not another: what rules it out, or what tells the two apart."""

from collections.abc import Collection, Container

from llmrec.catalog import Catalog, Item
from llmrec.catalog.queries import with_kinds
from llmrec.catalog.vocabulary import is_kind
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.descriptions import describe_refused
from llmrec.chat.nlu.conditions import parse_conditions
from llmrec.chat.nlu.languages import chinese_conditions, in_english
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.state import DialogueState, ListState, values_of
from llmrec.retrieval.filters import parse_where, written


def absent(
    subject: str,
    item: Item | None,
    state: DialogueState,
    catalog: Catalog,
    language: str,
    *,
    history: Collection[str],
    offered: Container[str],
    never: Collection[str],
    preferred: str | None = None,
) -> str:
    """Tell why something is not in the last list.

    Parameters
    ----------
    subject
        What is asked about: a title as it was typed, or a value ("the black ones").
    item
        The item that it names; None where it names none.
    state
        What the conversation has come to.
    catalog
        The items.
    language
        "en" or "zh".
    history
        Ids of the person's items.
    offered
        Ids of the items that can be recommended.
    never
        Ids that are left out of the list by what was ruled out in words.
    preferred
        Id of the item of the list in whose place it could be; None for the first.

    Returns
    -------
    str
        The first reason that holds, or else what tells the two apart.
    """
    say, last = CatalogueSentences(language, catalog), state.last
    if last is None:
        return say("absent no list")
    if item is None:
        return _absent_value(say, subject, last, catalog, language, never)
    beside = next((catalog.item(id) for id in (preferred, *last.items) if id in catalog.row), None)
    if beside is not None and preferred is not None and item.id in last.items:
        return distinctions(beside, item, last, catalog, language)
    if item.id in last.items:
        return say("absent listed", item, place=last.items.index(item.id) + 1)
    missed = [each for each in last.conditions if not parse_where(each, catalog).mask(catalog)[catalog.row[item.id]]]
    facts = say.facts(item) or say.kind(item)
    for key, holds in (
        ("absent unoffered", item.id not in offered),
        ("absent rejected", item.id in state.rejected),
        ("absent had", item.id in history),
        ("absent example", item.id == last.like),
        ("absent condition", bool(missed)),
        ("absent refused", item.id in never and item.id not in last.excluded),
        ("absent shown", item.id in last.excluded),
    ):
        if holds:
            told = describe_conditions(missed, language) if missed else ""
            what = describe_refused(state.refused, catalog, language) if state.refused else ""
            return say(key, item, conditions=told, facts=facts, what=what)
    lower = say("absent lower", item)
    return lower if beside is None else f"{lower} {distinctions(beside, item, last, catalog, language)}"


def _absent_value(
    say: CatalogueSentences, subject: str, last: ListState, catalog: Catalog, language: str, never: Collection[str]
) -> str:
    """Tell why no item of the last list has a value; that no title is like it where it is no value."""
    own = chinese_conditions(subject, catalog)[1]
    mention = next(iter(Lexicon.of(catalog).mentions(subject)), None)
    if not own and mention is None:
        return say("absent unknown", title=subject)
    condition = own[0] if own else written(mention.attributes, "=", mention.values) if mention else ""
    mask = parse_where(" and ".join((*last.conditions, condition)), catalog).mask(catalog)
    count = sum(catalog.items[row].id not in never for row in mask.nonzero()[0])
    values = ("、" if language == "zh" else ", ").join(values_of(condition))
    if count:
        word = values_of(condition)[0] if own or mention is None else subject[mention.start : mention.end]
        return say("absent value some", count=count, values=values, value=word)
    told = describe_conditions(last.conditions, language) if last.conditions else ""
    return say("absent value none", values=values, conditions=told or "-")


def distinctions(one: Item, other: Item, last: ListState, catalog: Catalog, language: str) -> str:
    """Put in words what the catalogue tells two items apart by, what the list was asked for first.

    Parameters
    ----------
    one
        An item of the last list.
    other
        Any other item.
    last
        The last list.
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str

    Examples
    --------
    >>> kinds = {"Kolya": ("Comedy",), "Fargo": ("Comedy", "Crime")}
    >>> films = tuple(Item(title, title, "", {"genres": held}) for title, held in kinds.items())
    >>> distinctions(*films, ListState(items=("Kolya",)), Catalog("films", films, {}), "en")
    'What tells them apart: Fargo is Crime, too; Kolya is not.'
    """
    say, parts = CatalogueSentences(language, catalog), []
    requested = _requested(last, catalog)
    if (kept := requested & _values(one)) and (missed := kept - _values(other)):
        parts.append(say("apart requested", one, other=other.title, values=say.listed(sorted(missed))))
    if one.id in last.items and other.id in last.items:
        first, second = sorted((one, other), key=lambda each: last.items.index(each.id))
        places = {"place": last.items.index(first.id) + 1, "below": last.items.index(second.id) + 1}
        parts.append(say("apart places", first, other=second.title, **places))
    mine, theirs = say.apart(one, other), say.apart(other, one)
    if mine and theirs:
        parts.append(say("apart", one, other=other.title, mine=mine, theirs=theirs))
    elif mine or theirs:
        more, less = (one, other) if mine else (other, one)
        parts.append(say("apart one", more, other=less.title, mine=mine or theirs))
    else:
        parts.append(say("apart none", one, other=other.title))
    return " ".join(parts) if language == "en" else "".join(parts)


def _values(item: Item) -> set[str]:
    held = (value if isinstance(value, tuple) else (value,) for value in item.attributes.values())
    return {each for values in held for each in values if isinstance(each, str)}


def _requested(last: ListState, catalog: Catalog) -> set[str]:
    """Kinds that the words of the list speak for; its conditions are met by whatever could be in it."""
    query = in_english(last.query or "", catalog)
    kinds = parse_conditions(with_kinds(query, catalog)[len(query) :], catalog).conditions
    named = Lexicon.of(catalog).mentions(query)
    return {
        *(value for each in kinds for value in values_of(each)),
        *(value for each in named if any(map(is_kind, each.attributes)) for value in each.values),
    }  # fmt: skip
