"""What holds in a conversation, in words: conditions, what is ruled out, and what is known of the person."""

import re
from collections.abc import Callable, Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.queries import with_kinds
from llmrec.catalog.vocabulary import is_kind, natural_order
from llmrec.catalog.wording import plain, wording
from llmrec.chat.condition_sets import for_whom
from llmrec.chat.condition_words import describe_conditions, in_sentence, several
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import in_english
from llmrec.chat.nlu.lexicon import Lexicon, ValueMention
from llmrec.chat.nlu.moods import without_moods
from llmrec.chat.nlu.negated_moods import without_negated_moods
from llmrec.chat.nlu.query_words import telling_words
from llmrec.chat.nlu.refusals import is_vague, naming, unnamed
from llmrec.chat.nlu.suitability import hinting
from llmrec.chat.state import DialogueState, ListState, narrowed, stated_pairs, values_of
from llmrec.chat.wordings import ERRORS_IN_CHINESE, NOUNS, REFUSED_IN_CHINESE, SAYS

MAX_REPEATED = 60
"""Characters of a query that are said again before a list."""
MAX_QUOTED = 5
"""Words of a wish up to which it is said again."""
SHOWN_KINDS = 3
"""Kinds that are named of those that words speak for."""
SHOWN_TITLES = 5
"""Titles that are named of what is known."""


def recap(state: DialogueState, catalog: Catalog, language: str) -> str:
    """Put in words what holds now.

    Parameters
    ----------
    state
        What the conversation has come to.
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
    """
    last = state.last
    conditions = tuple(dict.fromkeys((*(last.conditions if last else ()), *state.lasting)))
    parts = [describe_conditions(conditions, language)] if conditions else []
    if state.refused:
        parts.append(describe_refused(state.refused, catalog, language, query=last.query or "" if last else ""))
    if last is not None and last.like is not None and last.like in catalog.row:
        way = "recap goes with" if last.goes_with else "recap like"
        parts.append(SAYS[way][language].format(title=catalog.item(last.like).title))
    if last is not None and last.query:
        parts.append(SAYS["recap words"][language].format(query=last.query))
    joint = ";" if language == "zh" else "; "
    return SAYS["recap"][language].format(conditions=joint.join(parts)) if parts else SAYS["recap nothing"][language]


def error_in_chinese(message: str) -> str:
    """Say in Chinese what is wrong with a line.

    Parameters
    ----------
    message
        As it is said in English.

    Returns
    -------
    str
        The message itself where there are no words for it.

    Examples
    --------
    >>> error_in_chinese("there is no list yet to speak of")[:5]
    '还没有列表'
    """
    for pattern, words in ERRORS_IN_CHINESE:
        if found := re.match(pattern, message):
            return words.format(*(each or "-" for each in found.groups()))
    return message


def describe_refused(
    refused: Sequence[str], catalog: Catalog, language: str, requested: Sequence[str] = (), query: str = ""
) -> str:
    """Put in words what is ruled out by words alone.

    Parameters
    ----------
    refused
        As `llmrec.chat.nlu.refusals.refusals` gives it.
    catalog
        The items, of whose kinds some hint at it.
    language
        "en" or "zh".
    requested
        Values that are requested in spite of it.
    query
        The words of what is wanted, some kinds of which are left in.

    Returns
    -------
    str
    """
    joint = "、" if language == "zh" else " or "
    told = [REFUSED_IN_CHINESE.get(what, what) if language == "zh" else what for what in refused]
    what = joint.join(dict.fromkeys(told))
    kinds = [value for _, value in hinting(refused, catalog, query) if value not in requested]
    values = several(kinds, language, "or")
    if (
        kinds
        and not any(item.description for item in catalog.items)
        and all(hinting((each,), catalog) for each in refused)
    ):
        return SAYS["refused by kinds"][language].format(values=values, what=what)  # titles tell next to nothing of it
    parts = [SAYS["refused"][language].format(what=what)]
    parts += [SAYS["refused kinds"][language].format(values=values)] if kinds else []
    return ("," if language == "zh" else ", and ").join(parts)


def memory(state: DialogueState, history: Sequence[str], catalog: Catalog, language: str) -> str:
    """Put in words what is known of the person, and how it is changed.

    Parameters
    ----------
    state
        What the conversation has come to.
    history
        Ids of the person's items, oldest first, those named in the conversation included.
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
    """

    def titled(ids: Sequence[str]) -> str:
        titles = [catalog.item(id).title for id in ids if id in catalog.row]
        shown = titles[: -SHOWN_TITLES - 1 : -1]
        return ("、" if language == "zh" else ", ").join(f"《{each}》" if language == "zh" else each for each in shown)

    own = [id for id in history if id not in state.liked]
    noun = wording(catalog).noun
    nouns = {"noun": NOUNS[noun]} if language == "zh" else {"nouns": f"{noun}s"}
    parts = []
    if state.lasting:
        parts.append(SAYS["knows rules"][language].format(conditions=describe_conditions(state.lasting, language)))
    if state.refused:
        parts.append(SAYS["knows refused"][language].format(what=describe_refused(state.refused, catalog, language)))
    for key, ids in (("knows history", own), ("knows liked", state.liked), ("knows rejected", state.rejected)):
        if ids:
            parts.append(SAYS[key][language].format(count=len(ids), titles=titled(ids), **nouns))
    last = state.last
    now = tuple(each for each in (last.conditions if last else ()) if each not in state.lasting)
    if now:
        parts.append(SAYS["knows now"][language].format(conditions=describe_conditions(now, language)))
    if not parts:
        return SAYS["knows nothing"][language]
    return ("" if language == "zh" else " ").join((*parts, SAYS["knows how"][language]))


def understood(
    intent: Intent,
    listing: ListState,
    state: DialogueState,
    before: DialogueState,
    catalog: Catalog,
    language: str,
    *,
    named: bool,
    unmet: bool,
    lasts: bool,
    preferred: Sequence[str] = (),
    met: Callable[[Sequence[str]], bool],
) -> tuple[str, ...]:
    """Say what a list is made for, where the line changed it; that a query's words are no attribute, else.

    Parameters
    ----------
    intent
        What the line means.
    listing
        The list.
    state, before
        What the conversation has come to with the line, and without it.
    catalog
        The items.
    language
        "en" or "zh".
    named
        Whether its conditions were said already.
    unmet
        Whether it is said already what the catalogue does not tell.
    lasts
        Whether the line says that what it rules out is ruled out for good.
    preferred
        Conditions that were told by what made them, such as a mood.
    met
        Whether any item meets conditions.

    Returns
    -------
    tuple of str
        Sentences.
    """
    had, refused, said = before.last.conditions if before.last else (), state.refused, []
    joint, query = ";" if language == "zh" else "; ", listing.query or ""
    if not listing.goes_with and listing.like not in (
        None,
        *((before.last.like, *before.last.items) if before.last else ()),
    ):
        title = catalog.item(listing.like).title if listing.like and listing.like in catalog.row else ""
        said += [SAYS["like title"][language].format(title=natural_order(title))] if title else []
    values = [value for each in listing.conditions for _, value in stated_pairs(each)]
    way = [each for each in state.lasting if each not in listing.conditions and each in (*had, *before.lasting)]
    if way and (before.last is None or set(way) - {each for each in state.lasting if each not in had}):
        key = "person gives way" if all(map(for_whom, way)) else "rule gives way"
        said.append(SAYS[key][language].format(conditions=describe_conditions(way, language)))
    held = state.last.conditions if state.last else ()
    gone = tuple(
        each for each in narrowed(held, listing.conditions) if each not in (*listing.conditions, *state.lasting)
    )
    gone = tuple(each for each in gone if len(values_of(each)) <= MAX_QUOTED or for_whom(each))
    out = {value for each in listing.conditions if "!=" in each for value in values_of(each)}
    gone = tuple(each for each in gone if not out.issuperset(values_of(each)))  # what is ruled out now is said as that
    if gone:
        adds = bool(intent.filters or intent.comparisons)
        key = "set aside" if not adds or met((*gone, *listing.conditions)) else "let go"
        said.append(SAYS[key][language].format(conditions=describe_conditions(gone, language)))
    conditions = [describe_conditions(listing.conditions, language)] if listing.conditions else []
    ruled_out = describe_refused(refused, catalog, language, values, query) if refused else ""
    if not met(listing.conditions):
        told = joint.join((*conditions, *([ruled_out] if ruled_out else [])))
        return (*said, SAYS["none meets"][language].format(conditions=told))
    untold = tuple(each for each in refused if each not in before.refused and not tells_of(each, catalog))
    refused = tuple(each for each in refused if each not in untold)
    if untold:
        joined = plain(_quoted(untold, language))
        said.append(SAYS["cannot leave out"][language].format(what=joined))
    ruled_out = describe_refused(refused, catalog, language, values, query) if refused else ""
    if set(refused) - set(before.refused) and (lasts or named):
        new = tuple(each for each in refused if each not in before.refused)
        what = describe_refused(new, catalog, language, values, query)
        said.append(SAYS["lasting refused"][language].format(what=what) if lasts else in_sentence([what], language))
    elif (
        not named
        and (conditions or ruled_out)
        and (set(listing.conditions) - set(had) or refused != before.refused or gone)
    ):
        # what was said of the list before need not be said again
        new = tuple(each for each in listing.conditions if each not in had and each not in preferred)
        now = tuple(each for each in refused if each not in before.refused)
        parts = [describe_conditions(new, language)] if new else []
        parts += [describe_refused(now, catalog, language, values, query)] if now else []
        if parts:
            said.append(in_sentence(parts, language))
        if listing.query != (before.last.query if before.last else None):
            said += _beside(intent.query, listing, catalog, language, kinds=bool(preferred))
    elif (
        not (named or unmet or preferred) and intent.query and not is_vague(intent.query)
        and listing.query != (before.last.query if before.last else None)
    ):  # fmt: skip
        said.append(_nearest(intent.query, catalog, language))
    return tuple(each for each in said if each)


def tells_of(what: str, catalog: Catalog) -> bool:
    """Tell whether a catalogue tells enough of what is ruled out to leave it out: by a text, or by kinds of items.

    Parameters
    ----------
    what
        In the words of the person.
    catalog
        The items.

    Returns
    -------
    bool

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Patton", "", {"genres": ("War",)}), Item("2", "Dogs")), {})
    >>> tells_of("guns", films), tells_of("dogs", films), tells_of("swearing", films)
    (True, True, False)
    """
    texts = any(item.description for item in catalog.items)
    return texts or bool(hinting((what,), catalog) or naming((what,), catalog))


def _beside(query: str, listing: ListState, catalog: Catalog, language: str, *, kinds: bool) -> tuple[str, ...]:
    """Own that what a line says beside its conditions only ranks; nothing where it says no more."""
    stated = {value for each in listing.conditions for _, value in stated_pairs(each)}
    if language == "zh":
        return ()  # what of it ranks is told by no blanks
    left = without_moods(without_negated_moods(query)) if kinds else without_negated_moods(query)
    for mention in reversed(Lexicon.of(catalog).mentions(left)):
        if stated.intersection(mention.values):
            left = f"{left[: mention.start]},{left[mention.end :]}"
    words = [each for each in _telling(left) if with_kinds(each, catalog) == each and not _names_kind(each, catalog)]
    return (_searched("ranks alone", _quoted(words, language), catalog, language),) if words else ()


def _names_kind(words: str, catalog: Catalog) -> bool:
    """Whether words are a kind of the catalogue, by which a list goes."""
    found = Lexicon.of(catalog).mentions(words)
    return any(each.start == 0 and each.end == len(words) and any(map(is_kind, each.attributes)) for each in found)


def _nearest(query: str, catalog: Catalog, language: str) -> str:
    """Say that a list goes by words alone, and which of them the catalogue lacks."""
    if language == "zh" and not in_english(query, catalog).strip():
        return SAYS["unread"][language].format(what=plain(query))
    stated = without_negated_moods(query)
    if kinds := with_kinds(stated, catalog)[len(stated) :].strip(", ").split():
        named = {value for mention in Lexicon.of(catalog).mentions(" ".join(kinds)) for value in mention.values}
        return SAYS["by kinds"][language].format(kinds=several(sorted(named)[:SHOWN_KINDS], language)) if named else ""
    mentions = Lexicon.of(catalog).mentions(query)
    if mentions and is_vague(_without(query, mentions)):
        return ""  # a value says itself what it is
    telling = _telling(query)
    lacking = [each for each in telling if unnamed(each, catalog)]
    if lacking:
        return SAYS["by unknown words"][language].format(words=plain(_quoted(lacking, language)))
    if language == "zh" or ((telling or stated != query) and len(query.split()) <= MAX_QUOTED):
        short = query if len(query) <= MAX_REPEATED else f"{query[:MAX_REPEATED].rsplit(' ', 1)[0]} …"
        return SAYS["by words"][language].format(query=plain(short))
    return _searched("by sense", "", catalog, language) if len(query.split()) > MAX_QUOTED else ""


def _telling(query: str) -> list[str]:
    """Words that clearly say what is wanted, none of which is a word of any line."""
    return [each for each in telling_words(query) if not any(map(is_vague, each.split()))]


def _searched(key: str, query: str, catalog: Catalog, language: str) -> str:
    """Own that words are looked for in texts alone."""
    where = SAYS["in texts" if any(item.description for item in catalog.items) else "in titles"][language]
    return SAYS[key][language].format(query=plain(query), where=where)


def _without(text: str, mentions: Sequence[ValueMention]) -> str:
    for each in reversed(mentions):
        text = f"{text[: each.start]} {text[each.end :]}"
    return text


def _quoted(words: Sequence[str], language: str) -> str:
    """Words of a line, each by itself: side by side they might say what nobody said."""
    return ("”、“" if language == "zh" else "” or “").join(words)
