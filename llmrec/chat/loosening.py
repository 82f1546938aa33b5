"""What a line lets go of what holds without taking it back by name.

"A film for me alone" ends what a list for two was held to, "any suit trousers at all" their colours, "any colour but
pink" the other colours that were ruled out, and "the 70s are fine too" widens the years and narrows nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import attribute_noun
from llmrec.catalog.wording import wording
from llmrec.chat.condition_sets import for_whom, numeric, states_kind
from llmrec.chat.condition_words import describe_conditions, in_sentence
from llmrec.chat.nlu.clauses import clauses
from llmrec.chat.nlu.intent import THESE, Intent
from llmrec.chat.nlu.languages import in_chinese, language_of
from llmrec.chat.nlu.normalisation import HALF_WIDTH
from llmrec.chat.nlu.open_requests import (
    ANY_BUT,
    AT_ALL,
    AT_ALL_WORDS,
    FINE,
    FOR_ANOTHER,
    FOR_ONESELF,
    LEFT_OVER,
    NOUNS,
    OF_ITEMS,
)
from llmrec.chat.state import DialogueState, ListState, attributes_of, excludes, values_of, widened
from llmrec.chat.wordings import REFUSED_IN_CHINESE, SAYS
from llmrec.retrieval.filters import read_clauses, written


@dataclass(frozen=True, slots=True)
class Loosened:
    """What a line lets go.

    Parameters
    ----------
    state
        The conversation without it.
    line
        What else the line says.
    words
        What is said of it; "" where nothing was let go.
    """

    state: DialogueState
    line: str
    words: str = ""


def loosened(line: str, state: DialogueState, catalog: Catalog, read: Callable[[str], Intent]) -> Loosened:
    """Read what a line lets go of what held for the list before.

    Parameters
    ----------
    line
        What the person wrote.
    state
        What the conversation has come to.
    catalog
        The items.
    read
        Reads a part of the line.

    Returns
    -------
    Loosened
        The state and the line as they are where nothing is let go.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> from llmrec.chat.nlu.rules import understand
    >>> films = Catalog("films", (Item("1", "Big", "", {"genres": ("Comedy",), "year": 1988}),), {})
    >>> held = DialogueState(last=ListState(conditions=("year>=1990", "year<2000"), items=("1",)))
    >>> loose = loosened("the 80s are fine too", held, films, lambda part: understand(part, films))
    >>> loose.state.last.conditions, loose.line, loose.words
    (('year>=1980', 'year<2000'), '', 'From 1980 to 1999, then.')
    """
    if state.last is None:
        return Loosened(state, line)
    language, typed, line = language_of(line), line, line.translate(HALF_WIDTH)
    found = _found(line, state, state.last, catalog, read, language)
    return Loosened(found.state, typed if found.line == line else found.line, found.words)


def _found(
    line: str, state: DialogueState, last: ListState, catalog: Catalog, read: Callable[[str], Intent], language: str
) -> Loosened:
    if (viewers := _viewers(line, catalog)) is not None:
        return _for_others(line, viewers, state, last, language)
    if but := ANY_BUT.search(line):
        return _any_but(line, but, state, last, read, language)
    if at_all := AT_ALL.search(line):
        return _at_all(line, at_all, state, last, read, language)
    return _permitted(line, state, last, read, language)


def _viewers(line: str, catalog: Catalog) -> re.Match[str] | None:
    """What says for whom the next list is; None where a line does not, and of clothes, where a section says it."""
    if wording(catalog).noun == "product" or line.rstrip().endswith(("?", "\uff1f")):
        return None
    return FOR_ONESELF.search(line) or FOR_ANOTHER.search(line)


def _for_others(line: str, found: re.Match[str], state: DialogueState, last: ListState, language: str) -> Loosened:
    """Begin a list for somebody else: what held for the people before holds no longer."""
    oneself = FOR_ONESELF.fullmatch(found[0]) is not None
    viewers = "oneself" if oneself else found[0].casefold()
    left = LEFT_OVER.sub("", f"{line[: found.start()]} {line[found.end() :]}") if oneself else line
    left = " ".join(re.sub(r"(?<=[.;!]) (?:and|but|this is|it's|that's)?\s*,\s*", " ", left).split())
    rest = left if re.search(r"\w{3}", left) else line
    if last.viewers == viewers:
        return Loosened(state, rest)
    gone = tuple(each for each in last.conditions if each not in state.lasting)
    kept = tuple(each for each in last.conditions if each in state.lasting)
    fresh = {"conditions": kept, "preferred": (), "query": None, "like": None, "viewers": viewers}
    after = state.model_copy(update={"last": last.model_copy(update=fresh), "refused": ()})
    told = [describe_conditions(gone, language, only=False)] if gone else []
    if state.refused:
        refused = dict.fromkeys(_in(each, language) for each in state.refused)
        told.append(SAYS["without"][language].format(what=_listed(tuple(refused), language)))
    joined = ("、" if language == "zh" else "; ").join(told)
    words = SAYS["fresh oneself" if oneself else "fresh another"][language].format(conditions=joined) if told else ""
    return Loosened(after, rest, words)


def _any_but(
    line: str, but: re.Match[str], state: DialogueState, last: ListState, read: Callable[[str], Intent], language: str
) -> Loosened:
    """Open all values of an attribute but those that the line rules out."""
    noun = but["noun"] or but["zh"] or but["zh2"]
    noun = NOUNS.get(noun, noun.lower().replace("color", "colour"))
    if but["zh"]:
        line = f"{line[: but.start()]}不要{but['what']}{line[but.end() :].lstrip('行可以好是要')}"
    stated = read(line).filters
    held = dict.fromkeys((*state.lasting, *last.conditions))
    of = [each for each in held if any(noun in _noun(name) or _noun(name) in noun for name in attributes_of(each))]
    gone = tuple(each for each in of if each not in stated)
    after = state.without(gone)
    if any(map(states_kind, gone)) and after.last is not None:  # its words are of the kinds that it had
        after = after.model_copy(update={"last": after.last.model_copy(update={"query": None})})
    return Loosened(after, line, _let_go(gone, language))


def _at_all(
    line: str,
    at_all: re.Match[str],
    state: DialogueState,
    last: ListState,
    read: Callable[[str], Intent],
    language: str,
) -> Loosened:
    """Let go of all that was asked for beside what the line names."""
    left = f"{line[: at_all.start()]}{AT_ALL_WORDS.sub(' ', at_all[0])}{line[at_all.end() :]}"
    left = re.sub(r"\s+(?=[?.!,])", "", " ".join(left.split()))
    stated = read(left).filters
    named = {value for each in stated for value in values_of(each)}
    if not any(map(states_kind, stated)):
        return Loosened(state, line)
    gone = tuple(
        each
        for each in last.conditions
        if not (excludes(each) or for_whom(each) or each in state.lasting or named & set(values_of(each)))
    )
    after = state.without(gone)
    if after.last is not None and gone:
        after = after.model_copy(update={"last": after.last.model_copy(update={"query": None})})
    return Loosened(after, left, _let_go(gone, language))


def _listed(told: Sequence[str], language: str) -> str:
    return ("、" if language == "zh" else " or ").join(told)


def _in(what: str, language: str) -> str:
    return REFUSED_IN_CHINESE.get(what, in_chinese(what)) if language == "zh" else what


def _noun(name: str) -> str:
    return attribute_noun(name).replace("color", "colour")


def _let_go(gone: Sequence[str], language: str) -> str:
    """Say what may come again, and what is no longer asked for."""
    banned = [value for each in gone if excludes(each) for value in values_of(each)]
    asked = [each for each in gone if not excludes(each)]
    words = []
    if banned:
        told = [_in(each, language) for each in dict.fromkeys(banned)]
        words.append(SAYS["taken back"][language].format(values=("、" if language == "zh" else ", ").join(told)))
    if asked:
        words.append(SAYS["dropped"][language].format(conditions=describe_conditions(asked, language)))
    return ("" if language == "zh" else " ").join(words)


def _permitted(
    line: str, state: DialogueState, last: ListState, read: Callable[[str], Intent], language: str
) -> Loosened:
    """The conversation in which what a clause says is fine will do, too."""
    said, kept = [], []
    for part in clauses(line):
        found = FINE.fullmatch(part.strip(" ,"))
        what = (found["what"] or found["zh"]).strip() if found else ""
        meant = read(what) if what and not OF_ITEMS.search(what) else None
        if meant and meant.action == "ask" and (meant.filters or meant.comparisons or _age(what)):
            said.append((what, meant))
        else:
            kept.append(part)
    if not said:
        return Loosened(state, line)
    conditions, changed = last.conditions, list[str]()
    open_already: list[str] = []
    for what, meant in said:
        allowed = tuple(each for each in meant.filters if not excludes(each))
        opened = [each.operator for each in meant.comparisons if each.subject == THESE] or _age(what)
        after = _opened(conditions, allowed, opened)
        changed += [each for each in after if each not in conditions]
        changed = [each for each in changed if each in after]
        if after == conditions and allowed:
            open_already += allowed
        conditions = after
    preferred = tuple(each for each in conditions if each in last.preferred)
    after_last = last.model_copy(update={"conditions": conditions, "preferred": preferred})
    gone = tuple(each for each in last.conditions if each not in conditions)
    lasting = tuple(each for each in state.lasting if each not in gone)
    after_state = state.model_copy(update={"last": after_last, "lasting": lasting})
    about = {attributes_of(each) for each in changed}
    now = [each for each in conditions if attributes_of(each) in about and not excludes(each)]
    words = [in_sentence([describe_conditions(now, language)], language)] if now else []
    words += [_let_go(gone, language)] if gone and not now else []
    if open_already and not words:
        told = describe_conditions(open_already, language, only=False)
        words.append(SAYS["open already"][language].format(conditions=told))
    rest = " ".join(kept).strip(" ,.")
    return Loosened(after_state, rest if re.search(r"\w", rest) else "", " ".join(words))


def _age(what: str) -> list[str]:
    """The side of the years that an adjective opens: "older ones", 老一点的."""
    sides = ((r"\bold(?:er)?\b|老|旧|早", "<"), (r"\bnew(?:er)?\b|\brecent\b|新|晚", ">"))
    return [side for pattern, side in sides if re.search(pattern, what, re.I)]


def _opened(before: tuple[str, ...], allowed: Sequence[str], sides: Sequence[str]) -> tuple[str, ...]:
    """Conditions in which values will do, too, and quantities on a side of what was asked for."""
    shut = {">" if side == "<" else "<" for side in sides}
    found = [each for each in before if not (sides and _on_year(each) and _ends(each) <= shut)]
    for names in dict.fromkeys(map(attributes_of, allowed)):
        new = [each for each in allowed if attributes_of(each) == names]
        values = {value for each in new for value in values_of(each)}
        about = [each for each in found if not set(attributes_of(each)).isdisjoint(names)]
        own = [each for each in about if not excludes(each)]
        opened = [_without_values(each, values) for each in about if excludes(each)]
        opened += _either(own, new) if own else []
        found = [each for each in (*(one for one in found if one not in about), *opened) if each]
    return tuple(dict.fromkeys(found))


def _either(own: Sequence[str], new: Sequence[str]) -> list[str]:
    """What either of two sets of conditions on the same attribute asks for."""
    if all(map(numeric, (*own, *new))):
        low, high = (_bound(own, new, side) for side in (">", "<"))
        if low is not None and high is not None and _touch(own, new):
            return [each for each in (low, high) if each]
        return list(widened(own, new))
    values = [value for each in (*own, *new) for value in values_of(each)]
    return [written(attributes_of(own[0]), "=", tuple(dict.fromkeys(values)))]


def _bound(own: Sequence[str], new: Sequence[str], side: str) -> str | None:
    """The wider of two ends; "" where one side is open, None where values are listed."""
    ends = [[each for each in held if _ends(each) == {side}] for held in (own, new)]
    if any(_ends(each) == {"="} for each in (*own, *new)):
        return None
    if not all(ends):
        return ""
    pick = min if side == ">" else max
    return pick((held[0] for held in ends), key=lambda each: float(values_of(each)[0]))


def _touch(own: Sequence[str], new: Sequence[str]) -> bool:
    """Whether no gap is left between two spans, of which one may be open."""
    spans = []
    for held in (own, new):
        low = [float(values_of(each)[0]) for each in held if _ends(each) == {">"}]
        high = [float(values_of(each)[0]) for each in held if _ends(each) == {"<"}]
        spans.append((max(low, default=float("-inf")), min(high, default=float("inf"))))
    (a, b), (c, d) = sorted(spans)
    open_ended = float("inf") in (b, d) or float("-inf") in (a, c)
    return open_ended or c <= b + 1


def _ends(condition: str) -> set[str]:
    return {clause.operator[0] for clause in read_clauses(condition)}


def _on_year(condition: str) -> bool:
    return any(name in ("year", "release_year") for name in attributes_of(condition))


def _without_values(condition: str, values: set[str]) -> str:
    """An exclusion without some of its values; "" where none is left."""
    left = tuple(value for value in values_of(condition) if value not in values)
    if len(left) == len(values_of(condition)):
        return condition
    return written(attributes_of(condition), "!=", left) if left else ""
