"""Conditions that a line of words states: years, prices, what must not be, what must be, and what is asked for.

Rules, not a model: a year, a price limit and an exclusion must be obeyed to the letter, and a rule says
the same thing every time. What no rule reads stays in the wish, where the LLM reads it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.chat.lexicon import Lexicon, Named, is_colour, noun_pattern, turned
from llmrec.chat.numbers import read_quantities
from llmrec.retrieval.filters import written

_NEITHER = (
    r"not (?:only|just|necessarily|exclusively)|"
    r"(?:i )?(?:do not|don'?t|would not|wouldn'?t) (?:mind|hate|dislike|avoid)"
)
"""Sounds like a condition and is none."""
_MUST = (
    r"not without|never without|nothing but|(?:nothing|none|no \w+) (?:that|which) (?:isn'?t|is not|aren'?t|are not)|"
    r"only|strictly|exclusively|solely|(?:it )?(?:must|has to|have to|should) be"
)
_MUST_NOT = (
    r"(?:anything|everything|any \w+|all) (?:but|except(?: for)?)|"
    r"(?:i )?(?:do not|don'?t|did not|didn'?t) (?:like|want|care for|enjoy|need|show(?: me)?)|"
    r"(?:i )?(?:can'?t|cannot|can not) stand|(?:i'?m |i am )?(?:sick|tired|bored|weary) of|enough of|"
    r"(?:i )?(?:hates?|dislikes?|detests?)|not in the mood for|(?:i'?m )?not (?:into|a fan of|keen on)|no more|"
    r"other than|"
    r"rather not|avoid(?:ing)?|skip|excluding|exclude|leave out|without|except(?: for)?|nothing|neither|less|minus|"
    r"not?|never|isn'?t|aren'?t|non"
)
_VAGUE = (
    r"(?:(?:to see|to watch|see|watch|with|any|an?|too|so|very|really|much|more|another|of|for|that is|that's|in|the|"
    r"those|these|all|yet)\s+)*"
)
_LEAD = re.compile(
    rf"\b(?:but |and |please )?(?:(?P<neither>{_NEITHER})|(?P<must>{_MUST})|(?P<not>{_MUST_NOT}))(?:\s+|-){_VAGUE}",
    re.I,
)
_JOINT = r"\s*(?:,\s*(?:and|or|nor)\s|,|/|\band\b|\bor\b|\bnor\b)\s*(?:(?:no|not|an?|the|any|in)\s+)*"
_NOUN_ENDS = re.compile(
    r"[,.;:!?()]|\b(?:about|with|for|from|in|of|that|which|who|where|when|while|on|at|to|like|but|under|over|set|by|"
    r"because|as|if|is|are|was|not|(?:do|does|did|is|are|was|wo|ca|could|would|should)n'?t|no|without|then|instead|also|and)\b",
    re.I,
)
_SEGMENT_ENDS = re.compile(r"[,.;:!?]\s|\b(?:but|instead|then)\b", re.I)
_CALLED = re.compile(
    r"\s*(?:films?|movies?|flicks?|shows?|ones?|items?|things?|something|stuff|clothes|please|tonight|today|now|"
    r"classics?|in particular|"
    r"again)?\s*",
    re.I,
)
"""What may stand after the word that says what is asked for."""


@dataclass(frozen=True, slots=True)
class Read:
    """A line, read: what is left as the wish, and conditions as `--where` takes them, each to be met."""

    query: str
    conditions: tuple[str, ...]


def read_conditions(text: str, catalog: Catalog) -> Read:
    """Cut each phrase that excludes, demands or counts out of the text; what is asked for is a condition, too, and
    stays in the wish."""
    lexicon = Lexicon.of(catalog)
    text = re.sub(r"\brom[- ]?coms?\b", "romantic comedy", text, flags=re.I)
    text = re.sub(r"\bblack[- ]and[- ]white\b", "monochrome", text, flags=re.I)
    text, found = read_quantities(text, catalog)
    text = _governed(text, lexicon, found)
    text = _by_name(text, lexicon, found)
    text = _free_of(text, lexicon, found)
    text = turned(text)
    excluded = {condition.partition("!=")[0::2] for condition in found if "!=" in condition}
    for asked in _asked_for(text, lexicon):
        if not any(asked == f"{name}={values}" for name, values in excluded) and asked not in found:
            found.append(asked)
    return Read(_query(text), tuple(dict.fromkeys(found)))


def _query(text: str) -> str:
    """What is left, without the joints of what was cut out."""
    text = re.sub(r"\s+([,.;!?])", r"\1", " ".join(text.split()))
    text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text).strip(" ,.;!?")
    return re.sub(r"^(?:(?:but|and|or)\b[\s,]*)+|(?:[\s,]*\b(?:but|and|or))+$", "", text, flags=re.I).strip(" ,.;!?")


def _governed(text: str, lexicon: Lexicon, found: list[str]) -> str:
    """Cut each word that demands or excludes with the values after it; note the conditions."""
    at = 0
    while match := _LEAD.search(text, at):
        groups = _groups(text, match.end(), lexicon, listed=match["not"] is not None)
        at = match.end()
        if not groups:
            continue
        if match["neither"]:
            at = groups[-1][-1].end
            continue
        if match["not"]:
            # what is no romance is no romantic comedy either
            found += [_condition([group[0]], "!=") for group in groups]
        else:
            found += _either(groups)
        text = text[: match.start()] + " " + text[groups[-1][-1].end :]
        at = match.start()
    return text


def _groups(text: str, at: int, lexicon: Lexicon, listed: bool) -> list[list[Named]]:
    """Values that stand at `at`: groups joined by "or", "and", commas; in a group one after another ("black dress").

    A comma alone joins where a later joint has a word, or where `listed` says that "no" goes on ("no war, no crime").
    """
    groups: list[list[Named]] = []
    commas = 0
    end = at
    for named in (Named(n.start + at, n.end + at, n.attribute, n.values) for n in lexicon.named(text[at:])):
        between = text[end : named.start]
        if groups and re.fullmatch(r"\s+|-", between):
            groups[-1].append(named)
        elif (not groups and not between.strip()) or (groups and re.fullmatch(_JOINT, between, re.I)):
            commas = commas + 1 if groups and not re.search(r"/|\b(?:and|n?or|not?)\b", between, re.I) else 0
            groups.append([named])
        else:
            break
        end = named.end
    return groups[: len(groups) - commas] if listed or commas else groups


def _alike(groups: Sequence[Sequence[Named]]) -> bool:
    return len({group[0].attribute for group in groups}) == 1


def _either(groups: list[list[Named]]) -> list[str]:
    """Conditions of "black or blue", "black dress", "red or blue shirts": any of a list, all of a group.

    A filter cannot say "a white shirt or black trousers": such a list is taken for each attribute by itself.
    """
    by_name = [{named.attribute for named in group} for group in groups]
    if len(groups) == 1 or not set.intersection(*by_name):
        return [_condition([named], "=") for group in groups for named in group]
    last = by_name[-1].difference(*by_name[:-1])
    names = dict.fromkeys(named.attribute for group in groups for named in group)
    return [
        _condition([named for group in groups for named in group if named.attribute == name], "=")
        for name in names
        if name in last or all(name in held for held in by_name)
    ]


def _condition(named: Sequence[Named], operator: str) -> str:
    values = dict.fromkeys(value for each in named for value in each.values)
    return written(named[0].attribute, operator, tuple(values))


def _by_name(text: str, lexicon: Lexicon, found: list[str]) -> str:
    """Of "genre: comedy", "colour blue", "in red or blue": values whose attribute is said must be had."""
    for name in lexicon.attributes:
        noun = noun_pattern(name)
        said = rf"\b(?:in |of )?(?:the )?{noun}(?:\s*[:=]\s*|\s+(?:is\s+|of\s+)?)"
        lead = re.compile(rf"(?:{said}|\bin\s+)" if is_colour(name) else said, re.I)
        at = 0
        while match := lead.search(text, at):
            at = match.end()
            groups = _groups(text, at, lexicon, listed=False)
            chosen = [group[0] for group in groups if group[0].attribute == name]
            if chosen and len(chosen) == len(groups):
                found.append(_condition(chosen, "="))
                text = text[: match.start()] + " " + text[groups[-1][-1].end :]
                at = match.start()
    return text


def _free_of(text: str, lexicon: Lexicon, found: list[str]) -> str:
    """ "horror-free" is without horror."""
    for named in reversed(lexicon.named(text)):
        if free := re.compile(r"[- ]free\b", re.I).match(text, named.end):
            found.append(_condition([named], "!="))
            text = text[: named.start] + " " + text[free.end() :]
    return text


def _asked_for(text: str, lexicon: Lexicon) -> list[str]:
    """Conditions of what is asked for: the word at the head of the first phrase ("a gripping drama about…"), those
    joined by "or" anywhere, and whom it is for."""
    found: list[str] = []
    done = 0
    for start in (0, *(m.end() for m in _SEGMENT_ENDS.finditer(text))):
        if start >= done:
            conditions, length = _heads(text[start:], lexicon)
            found += conditions
            done = start + length
    at = 0
    for match in re.finditer(r"\bfor (?:(?:the|my|our|a|small|young|little|two|three) )*", text, re.I):
        if groups := _groups(text, match.end(), lexicon, listed=False):
            found += _either(groups)
    while at < len(text):
        named = next(iter(lexicon.named(text[at:])), None)
        if named is None:
            break
        groups = _groups(text, at + named.start, lexicon, listed=False)
        joined = re.search(r"\bor\b", text[groups[0][-1].end : groups[-1][0].start], re.I)
        if joined and len(groups) > 1 and _alike(groups):
            found += _either(groups)
        at = groups[-1][-1].end
    return found


def _heads(text: str, lexicon: Lexicon) -> tuple[list[str], int]:
    """Conditions of the first phrase of a text, where it ends in values ("a warm black dress"); where they end."""
    both = re.match(r"\s*both\b", text, re.I)
    for named in lexicon.named(text):
        if _NOUN_ENDS.search(_opening(text[: named.start])):
            break
        groups = _groups(text, named.start, lexicon, listed=False)
        last = groups[-1][-1].end
        called = _CALLED.match(text, last)
        after = text[called.end() if called else last :]
        if not after or _NOUN_ENDS.match(after):
            return [_condition([n], "=") for g in groups for n in g] if both else _either(groups), last
    return [], 0


def _opening(text: str) -> str:
    """What stands before the head, without the words by which people begin to ask."""
    return re.sub(
        r"^\s*(?:(?:i'?m|i am|we are|we'?re|i|we|you|can|could|would|will|do|please|hi|hello|hey|maybe|perhaps|"
        r"whatever|got|(?:how|what) about|in the mood for|looking for|searching for|in search of|after|up for|want|"
        r"need|like|love|fancy|feel|would like|i'd like|i'?d|to see|to watch|to|see|watch|have|find|show|give|get|"
        r"recommend|suggest|"
        r"me|us|something|anything|some|any|it should be|is there|are there|either|both|for|on|of|that is)\b[\s,]*)+",
        " ",
        text,
        flags=re.I,
    )
