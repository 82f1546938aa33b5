"""What holds in a conversation, in words: conditions, what is ruled out, and what is known of the person."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from llmrec.catalog import Catalog
from llmrec.catalog.queries import with_kinds
from llmrec.catalog.vocabulary import attribute_noun
from llmrec.catalog.wording import plain, wording
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import in_chinese, in_english
from llmrec.chat.nlu.lexicon import AUDIENCES, Lexicon, ValueMention
from llmrec.chat.nlu.moods import without_moods
from llmrec.chat.nlu.negated_moods import without_negated_moods
from llmrec.chat.nlu.query_words import bare_query, without_fillers
from llmrec.chat.nlu.refusals import is_vague, naming, unnamed
from llmrec.chat.nlu.suitability import hinting
from llmrec.chat.state import DialogueState, ListState, narrowed, stated_pairs
from llmrec.chat.wordings import ATTRIBUTES, ERRORS_IN_CHINESE, NOUNS, REFUSED_IN_CHINESE, SAYS
from llmrec.retrieval.filters import WrittenClause, read_clauses

_OPERATORS = {"!=": "none of", "=": "only", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
"""Operator of a condition -> its wording."""
MAX_UNNAMED, MAX_REPEATED = 4, 60
"""Words that the catalogue lacks, and characters of a query, that are said again before a list."""
MAX_QUOTED = 5
"""Words of a wish up to which it is said again."""
SHORT_QUERY = 6
"""Words of a query up to which a word that the catalogue lacks is what is wanted, and not told beside it."""
SHOWN_VALUES = 7
"""Values of one condition that are named."""
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
        parts.append(SAYS["recap like"][language].format(title=catalog.item(last.like).title))
    if last is not None and last.query:
        parts.append(SAYS["recap words"][language].format(query=last.query))
    joint = ";" if language == "zh" else "; "
    return SAYS["recap"][language].format(conditions=joint.join(parts)) if parts else SAYS["recap nothing"][language]


def describe_conditions(conditions: Sequence[str], language: str) -> str:
    """Put conditions in words.

    Parameters
    ----------
    conditions
        Each as `llmrec.retrieval.filters.parse_where` reads it.
    language
        "en" or "zh".

    Returns
    -------
    str
        Such as "no Musical and no War"; the two ends of a span are said at once.
    """
    parts: list[str] = []
    clauses = [each for condition in conditions for each in read_clauses(condition)]
    ruled_out: dict[tuple[str, ...], dict[str, None]] = {}
    for each in clauses:
        if each.operator == "!=":
            ruled_out.setdefault(each.attributes, {}).update(dict.fromkeys(each.values))
    clauses = [each for each in clauses if each.operator != "!="]
    clauses += [WrittenClause(names, "!=", tuple(values)) for names, values in ruled_out.items()]
    clauses.sort(key=lambda each: ("=", "<", ">", "!").index(each.operator[0]))
    joint = "、" if language == "zh" else ", "
    for clause in clauses:
        noun = ("或" if language == "zh" else " or ").join(_noun(name, language) for name in clause.attributes)
        ends = _ends([each for each in clauses if each.attributes == clause.attributes])
        if len(clause.values) == 1 and clause.operator[0] in "<>" and {"<", ">"} <= ends.keys():
            low, high = ends[">"], ends["<"]
            years = clause.attributes[0] in ("year", "release_year")
            values = {
                "low": _shifted(low.values[0], 1 if years and low.operator == ">" else 0),
                "high": _shifted(high.values[0], -1 if years and high.operator == "<" else 0),
            }
            parts.append(SAYS["span"][language].format(name=noun, **values))
            continue
        numeric = all(re.fullmatch(r"[\d.]+(?:\.\.[\d.]+)?", value) for value in clause.values)
        key = "exactly" if clause.operator == "=" and numeric else _OPERATORS[clause.operator]
        clause = replace(clause, values=_for_whom(_joined_spans(_short(clause.values)), language))
        shown = clause.values if len(clause.values) <= SHOWN_VALUES else clause.values[: SHOWN_VALUES - 1]
        told = joint.join(_told(value, language) for value in shown)
        told += " …" if len(shown) < len(clause.values) else ""
        parts.append(SAYS[key][language].format(name=noun, value=told, values=told))
    parts = [re.sub(r"^no (?=for )", "nothing ", part) for part in parts]
    return ("," if language == "zh" else " and ").join(dict.fromkeys(parts))


def _ends(clauses: Sequence[WrittenClause]) -> dict[str, WrittenClause]:
    """The ends of a span by how they compare, the narrowest of each."""
    found: dict[str, WrittenClause] = {}
    for each in clauses:
        sign, held = each.operator[0], found.get(each.operator[0])
        if held is not None and sign in "<>" and len(each.values) == len(held.values) == 1:
            narrower = (
                float(each.values[0]) < float(held.values[0])
                if sign == "<"
                else float(each.values[0]) > float(held.values[0])
            )
            each = each if narrower else held
        found[sign] = each
    return found


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
    values = ("、" if language == "zh" else ", ").join(in_chinese(each) if language == "zh" else each for each in kinds)
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
    values = [value for each in listing.conditions for _, value in stated_pairs(each)]
    way = [each for each in state.lasting if each not in listing.conditions and each in (*had, *before.lasting)]
    if way and (before.last is None or set(way) - {each for each in state.lasting if each not in had}):
        said.append(SAYS["rule gives way"][language].format(conditions=describe_conditions(way, language)))
    held = state.last.conditions if state.last else ()
    gone = tuple(
        each for each in narrowed(held, listing.conditions) if each not in (*listing.conditions, *state.lasting)
    )
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
        joined = ("、" if language == "zh" else " or ").join(plain(each) for each in untold)
        said.append(SAYS["cannot leave out"][language].format(what=joined))
    ruled_out = describe_refused(refused, catalog, language, values, query) if refused else ""
    if set(refused) - set(before.refused) and (lasts or named):
        new = tuple(each for each in refused if each not in before.refused)
        what = describe_refused(new, catalog, language, values, query)
        key = "lasting refused" if lasts else "criticised"
        said.append(SAYS[key][language].format(what=what, conditions=what))
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
            said.append(SAYS["criticised"][language].format(conditions=joint.join(parts)))
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
    left = re.sub(r"^(?:an?|the)\s+(?=\w+$)", "", without_fillers(bare_query(left)))
    if not left or is_vague(left) or len(left.split()) > MAX_QUOTED or with_kinds(left, catalog) != left:
        return ()  # a long stretch is talk, and no wish that a reply can name
    return (_searched("ranks alone", left, catalog, language),)


def _nearest(query: str, catalog: Catalog, language: str) -> str:
    """Say that a list goes by words alone, and which of them the catalogue lacks."""
    if language == "zh" and not in_english(query, catalog).strip():
        return SAYS["unread"][language].format(what=plain(query))
    stated = without_negated_moods(query)
    if kinds := with_kinds(stated, catalog)[len(stated) :].strip(", ").split():
        named = {value for mention in Lexicon.of(catalog).mentions(" ".join(kinds)) for value in mention.values}
        told = [in_chinese(each) if language == "zh" else each for each in sorted(named)]
        return SAYS["by kinds"][language].format(
            query=plain(query), kinds=("、" if language == "zh" else ", ").join(told)
        )
    mentions = Lexicon.of(catalog).mentions(query)
    if mentions and is_vague(_without(query, mentions)):
        return ""  # a value says itself what it is
    words = [word for word in unnamed(stated, catalog) if not is_vague(word)]
    if words and len(query.split()) <= MAX_UNNAMED and not is_vague(query) and not re.search(r" (?:and|or) |,", query):
        words = [query]
    if words and len(query.split()) <= SHORT_QUERY:
        return SAYS["by unknown words"][language].format(words=plain(_quoted(words[:MAX_UNNAMED], language)))
    if language == "en" and len(query.split()) > MAX_QUOTED:
        return _searched("by sense", "", catalog, language)
    short = query if len(query) <= MAX_REPEATED else f"{query[:MAX_REPEATED].rsplit(' ', 1)[0]} …"
    return SAYS["by words"][language].format(query=plain(short))


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


def _short(values: Sequence[str]) -> tuple[str, ...]:
    """Values without those that only say more: of "Dress" and "Dresses/Skirts girls" the first."""
    held = {value: [_stem(word) for word in re.findall(r"[\w']+", value.casefold())] for value in values}

    def says_more(value: str) -> bool:
        shorter = (other for other in values if len(other) < len(value) and len(held[other]) == 1)
        return any(held[other][0] in held[value] for other in shorter)

    return tuple(value for value in values if not says_more(value)) or tuple(values)


def _for_whom(values: tuple[str, ...], language: str) -> tuple[str, ...]:
    """In the place of all the sections that are for the same people, whom they are for."""
    for key, said in zip(("men", "women", "kids", "girls", "boys", "baby"), AUDIENCES, strict=True):
        if len(values) > 1 and all(said.intersection(re.findall(r"[\w']+", value.casefold())) for value in values):
            return (SAYS[f"for {key}"][language],)
    return values


def _stem(word: str) -> str:
    return re.sub(r"(?<=ss|sh|ch)es$|(?<!s)s$", "", word)


def _joined_spans(values: Sequence[str]) -> tuple[str, ...]:
    """Values of which spans that follow upon each other are one: "1980..1989", "1990..1999"."""
    found: list[str] = []
    for value in values:
        last = re.fullmatch(r"(\d+)\.\.(\d+)", found[-1]) if found else None
        span = re.fullmatch(r"(\d+)\.\.(\d+)", value)
        if last and span and int(span[1]) == int(last[2]) + 1:
            found[-1] = f"{last[1]}..{span[2]}"
        else:
            found.append(value)
    return tuple(found)


def _told(value: str, language: str) -> str:
    if span := re.fullmatch(r"([\d.]+?)\.\.([\d.]+)", value):
        return SAYS["span of values"][language].format(low=span[1], high=span[2])
    return in_chinese(value) if language == "zh" else value


def _noun(attribute: str, language: str) -> str:
    noun = attribute_noun(attribute)
    return ATTRIBUTES.get(noun, noun) if language == "zh" else noun


def _shifted(value: str, by: int) -> str:
    return f"{int(value) + by}" if by and value.isdigit() else value
