"""Conditions that a line states: years, prices, values that an item must have or must not, and the kind of item.

Rules, not a model: a year, a price limit and an exclusion must be obeyed to the letter, and a rule reads the same line
the same way every time. What no rule reads stays in the query, which the LLM reads.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from llmrec.catalog import Catalog
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.intent import READ_CHARACTERS
from llmrec.chat.nlu.lexicon import (
    PARTIAL,
    LexicalText,
    Lexicon,
    ValueMention,
    is_colour,
)
from llmrec.chat.nlu.named_items import titles_within
from llmrec.chat.nlu.negated_moods import replace_negated_moods
from llmrec.chat.nlu.quantities import parse_quantities
from llmrec.retrieval.filters import read_clauses, written

_BEFORE_NAME = re.compile(r"(?<!\w)(?:(?P<in>in)\s+|of\s+)?(?:the\s+)?(?=\S)", re.I)
"""Where the name of an attribute may begin, with a value after it; "in" needs none before a colour."""
_NEITHER = (
    r"not (?:only|just|necessarily|exclusively)|"
    r"(?:i )?(?:do not|don'?t|would not|wouldn'?t) (?:mind|hate|dislike|avoid)"
)
"""Reads like a condition and is none."""
_MUST = (
    r"not without|never without|nothing but|(?:nothing|none|no \w+) (?:that|which) (?:isn'?t|is not|aren'?t|are not)|"
    r"only|strictly|exclusively|solely|(?:it )?(?:must|has to|have to|should) be"
)
_MUST_NOT = (
    r"(?:anything|everything|any \w+|all) (?:but|except(?: for)?)|"
    r"(?:i )?(?:do not|don'?t|did not|didn'?t) (?:like|want|care for|enjoy|need|show(?: me)?)|"
    r"(?:i )?(?:can'?t|cannot|can not) (?:stand|bear|wear|handle|tolerate|do|deal with)|spare (?:me|us)|"
    r"(?:stay|steer|keep) (?:away|clear) (?:from|of)|(?:i'?m |i am )?(?:sick|tired|bored|weary) of|(?:fed up|"
    r"done) with|"
    r"(?:had )?enough of|(?:i'?m |i am )?allerg(?:ic|y) to|(?:i )?(?:hates?|loathes?|dislikes?|detests?)|"
    r"not in the mood for|(?:i'?m )?not (?:into|a fan of|keen on)|no more|"
    r"other than|"
    r"never (?:ever )?(?:(?:show|give|recommend|suggest|offer|send|bring)(?: me| us)?|wear|watch|see|read|buy|"
    r"use|want|eat|listen to)|"
    r"you(?:'re| are)(?: still| just| only)? (?:showing|giving|listing|recommending|suggesting)(?: me| us)?|"
    r"you (?:keep|kept) (?:on )?(?:showing|giving|listing|recommending|suggesting)(?: me| us)?|"
    r"there(?:'s| is| are|'re) still|still (?:show(?:ing)?|giv(?:e|ing)|list(?:ing)?|recommend(?:ing)?)(?: me)?|"
    r"(?:take|leave|throw|kick) out|"
    r"(?:remove|drop|ditch|lose|skip|hide) (?:everything|anything|all|any)|"
    r"too (?:many|much)|rather not|"
    r"avoid(?:ing)?|skip|excluding|exclude|leave out|without|except(?: for)?|nothing|neither|less|minus|"
    r"not?|never|isn'?t|aren'?t|non"
)
_VAGUE = (
    r"(?:(?:to see|to watch|see|watch|with|any|some|it and|them and|everything with|anything with|an?|too|so|"
    r"very|really|much|more|another|of|for|that is|that's|in|the|"
    r"those|these|all|yet|anything|something|stuff|things|about|involving|featuring|containing|made of|made from|"
    r"(?:that|which) (?:has|have|is|are))\s+){0,8}"
)
_LEAD = re.compile(
    rf"\b(?:but |and |please )?(?:(?P<neither>{_NEITHER})|(?P<must>{_MUST})|(?P<not>{_MUST_NOT}))(?:\s+|-){_VAGUE}",
    re.I,
)
_SOME_OF_A_VALUE = re.compile(
    rf"\b(?:{_MUST_NOT})(?:\s+|-){_VAGUE}(?:{'|'.join(PARTIAL)})\b(?:(?:\s*,\s*|\s+)(?:(?:and|or|nor|no|not|any)\s+)+(?:{'|'.join(PARTIAL)})\b)*",
    re.I,
)
"""What rules some of the items of a value out by a narrower word: "no jeans" still wants trousers."""
_JOINT = r"\s*(?:,\s*(?:and|or|nor)\s|,|/|\band\b|\bor\b|\bnor\b)\s*(?:(?:no|not|an?|the|any|in)\s+){0,8}"
MAX_DESCRIBING = 2
"""Words that may stand between "no" and the value that they describe."""
_DESCRIBING = re.compile(
    r"(?!(?:about|like|than|but|and|or|in|on|of|for|from|the|to|i|you|it|is|are|only|just|more|one|ones|want|"
    r"as)$)[a-z][a-z'-]+",
    re.I,
)
_REFUSED_NOUN = re.compile(
    r"\s*(?:(?:garbage|crap|rubbish|trash|nonsense|junk|stuff|things?|ones?)\b)?\s*(?:(?:please|pls|either|"
    r"at all|i (?:said|told you))\b\s*)*",
    re.I,
)
"""What may stand after a value that is ruled out."""
_TURNED_OUT = re.compile(
    r"\b(?:take|leave|throw|kick|get|cut|rule|weed|filter|keep)(?: all)?(?: of)?(?: the| those| these| any| every)? "
    r"(?P<what>[\w'-]+(?: [\w'-]+){0,2}?) (?:out|off|away)\b(?: of (?:it|there|the list))?|"
    r"(?:^|(?<=[,.;!?] ))(?:all |the |any )?(?P<named>[\w'-]+(?: [\w'-]+){0,2}?) (?:is|are) (?:out|off(?: the table)?|"
    r"banned|a no-?go|not (?:wanted|allowed|welcome|an option))\b",
    re.I,
)
"""What turns down the value in its midst: "take all musicals out", "musicals are out"."""
_FOR_HER, _FOR_HIM = (
    re.compile(rf"\bfor (?:(?:my|our|a|his|her|the) )?(?:{who})\b", re.I)
    for who in (
        "girlfriend|wife|fianc[eé]e|mum|mom|mother|sister|aunt|grandma|granny|gran|her(?= *(?:$|[,.!?]))",
        "boyfriend|husband|fianc[eé]|dad|father|brother|uncle|grandpa|him(?= *(?:$|[,.!?]))",
    )
)
"""Whom clothes are for, where no section says it so."""
_PLAIN_OR = re.compile(r"\bplain(?= (?:ones )?or \w)|(?<=\bor )plain\b(?! or\b)|^plain$", re.I)
"""A pattern that is one of two, or all that is said; a "plain hoodie" may be one without frills."""
_NO_LOVE_STORY = re.compile(
    r"(?P<no>\b(?:no|not|nothing|without|avoid|hates?|skip|n't (?:want|like|need))(?: (?:any|a|more|those|these|"
    r"all|the))*) love (?:story|stories|films?)\b",
    re.I,
)
_NO_BABY_FILMS = re.compile(
    r"(?P<no>\b(?:no|not|nothing|without|avoid|hates?|skip|n't (?:want|like|need))"
    r"(?: (?:any|a|more|those|these|all|the))*) (?:baby|babyish|kiddie|kiddy|toddler) "
    r"(?:films?|movies?|stuff|things?)\b(?: i (?:said|told you)\b)?",
    re.I,
)
"""Words that name a kind only where they rule it out; what is wanted in them is ranked by."""
MAX_LISTED = 30
"""Values that one list of a line may name ("red, blue or green"); a longer one is read in parts."""
_PHRASE_ENDS = re.compile(
    r"[,.;:!?()]|\b(?:about|with|for|from|in|of|that|which|who|where|when|while|on|at|to|like|but|under|over|set|by|"
    r"because|as|if|is|are|was|not|(?:do|does|did|is|are|was|wo|ca|could|would|should)n'?t|no|without|then|"
    r"instead|also|and|would|will|could|should|goes|going|go)\b",
    re.I,
)
_NOR_FOR = re.compile(
    r"(?P<no>\b(?:no|not|nothing|without)\b[^,.;:!?]*?),? (?:or|nor)(?: (?:stuff|things|anything))? for "
    r"(?:(?:little|small|young) )?(?P<whom>kids|children)\b",
    re.I,
)
"""Whom what is ruled out is for: "nothing animated or for kids"."""
_CLAUSE_ENDS = re.compile(r"[,.;:!?]\s|\b(?:but|instead|then|and (?=(?:i|we|she|he|they)\b))", re.I)
_HEAD_NOUN = re.compile(
    r"\s*(?:(?:films?|movies?|flicks?|stories|story|tales?|shows?|ones?|items?|things?|something|stuff|clothes|please|"
    r"tonight|today|now|classics?|in particular|maybe|perhaps|then|too|either|instead|after all|for a change|for once|"
    r"though|really|actually|"
    r"again)\b\s*){0,3}(?:(?<=\s)or\s+[a-z-]+$)?\s*",
    re.I,
)
"""What may stand after the word that names the kind of item."""


_SOFT = re.compile(
    r"\b(?:(?:but )?preferably|if (?:at all )?possible|if you can|"
    r"would be (?:nice|great|good|a plus|a bonus)|"
    r"(?:is|as) a (?:plus|bonus)|(?:maybe|perhaps)(?= (?:something )?(?:a bit|a little|slightly)))\b|"
    r"最好(?:是|能)?|可能的话|如果可以的?话?|尽量",
    re.I,
)
"""Words that make a clause say what would be nice."""
_CLAUSES = re.compile(r"(?<=[,;.])\s+|(?<=[\u3002,;])(?=[\u3400-\u9fff])|\s+(?=(?:but )?preferably\b)", re.I)
_MARKS = " ,;.\u3002\uff0c\uff1b"
_OPENING = re.compile(
    r"\s*(?:(?:what (?:i|we)(?:'d| would)?(?: really| actually| rather)? (?:want|like|need|fancy)(?: now|"
    r" tonight)? (?:is|are)|hm+|"
    r"i'?m|i am|we are|we'?re|one of(?: the| those| your)?|"
    r"some of(?: the| those| your)|i|we|you|can|could|would|should|will|do|please|hi|hello|hey|also|maybe|perhaps|"
    r"whatever|got|(?:how|what) about|in the mood for|looking for|searching for|in search of|after|up for|want|"
    r"need|like|love|fancy|feel|would like|i'd like|i'?d|to see|to watch|to|see|watch|have|find|show|give|get|"
    r"recommend|suggest|"
    r"me|us|something|anything|some|any|it should be|is there|are there|either|both|for|on|of|that is|what|"
    r"which)\b[\s,]*){1,20}",
    re.I,
)
"""The words by which people begin a request."""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A line, split.

    Parameters
    ----------
    query
        What is left for the LLM to read.
    conditions
        Conditions on attributes, each as `llmrec.retrieval.filters.parse_where` reads it; all must hold.
    """

    query: str
    conditions: tuple[str, ...]


def without_soft(text: str) -> tuple[str, str]:
    """Split off the clauses that state what would be nice, and no more.

    Parameters
    ----------
    text
        A line of a conversation.

    Returns
    -------
    hard : str
        What may hold conditions.
    soft : str
        What is read by the LLM alone, without the words that make it soft.

    Examples
    --------
    >>> without_soft("a comedy, preferably from the 90s")
    ('a comedy', 'from the 90s')
    """
    if not _SOFT.search(text):
        return text, ""
    hard, soft = [], []
    for clause in _CLAUSES.split(text):
        if _SOFT.search(clause):
            soft.append(" ".join(_SOFT.sub(" ", clause).split()).strip(_MARKS))
        else:
            hard.append(clause)
    return " ".join(hard).strip(_MARKS), " ".join(part for part in soft if part)


def parse_conditions(text: str, catalog: Catalog) -> ParsedQuery:
    """Take the conditions out of a text.

    Parameters
    ----------
    text
        A line of a conversation, of which `READ_CHARACTERS` are read.
    catalog
        Only its attributes and their values are read.

    Returns
    -------
    ParsedQuery
        Phrases that exclude, demand or state a quantity are cut out of its query. The kind of item that is asked for
        ("a comedy about robots") becomes a condition and stays in the query.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> genres = ("Comedy", "Drama", "Horror")
    >>> films = Catalog("films", tuple(Item(g, g, "", {"genres": (g,), "year": 1995}) for g in genres), {})
    >>> parse_conditions("a comedy about robots after 1990, no horror", films)
    ParsedQuery(query='a comedy about robots', conditions=('year>1990', 'genres!=Horror', 'genres=Comedy'))
    """
    lexicon = Lexicon.of(catalog)
    text = " ".join(text[:READ_CHARACTERS].split())
    text = re.sub(r"\brom[- ]?coms?\b", "romantic comedy", text, flags=re.I)
    text = re.sub(r"\bblack[- ]and[- ]white\b", "monochrome", text, flags=re.I)
    if wording(catalog).noun == "product":
        text = _FOR_HER.sub("for women", _FOR_HIM.sub("for men", text))
        text = _PLAIN_OR.sub("unpatterned", text)
    text = _TURNED_OUT.sub(lambda match: _turned_out(match, lexicon), text)
    text = _SOME_OF_A_VALUE.sub(_none_of, _NOR_FOR.sub(r"\g<no>, no \g<whom>", text))
    text = _NO_BABY_FILMS.sub(r"\g<no> children's stuff", _NO_LOVE_STORY.sub(r"\g<no> romance", text))
    text, found = parse_quantities(text, catalog)
    text = _cut_leads(text, lexicon, found, titles_within(text, catalog))  # "not Star Wars" is not "no war"
    text = _cut_named_attributes(text, lexicon, found)
    text = _cut_free_of(text, lexicon, found)
    text = replace_negated_moods(text)
    excluded = [clause for condition in found for clause in read_clauses(condition) if clause.operator == "!="]
    if wording(catalog).noun == "product":  # one thing is no two articles, and may be two kinds of films
        text = re.sub(r"^\s*(?:(?:and|or|plus|then)\b[\s,]*)+(?=\w)", "", text, flags=re.I)
    seen = _SOME_OF_A_VALUE.sub(lambda match: "," * len(match[0]), text)
    wanted = _kinds_wanted(LexicalText(seen, lexicon, titles_within(text, catalog)))
    found += [each for each in wanted if replace(read_clauses(each)[0], operator="!=") not in excluded]
    return ParsedQuery(_query(text), tuple(dict.fromkeys(found)))


def _turned_out(match: re.Match[str], lexicon: Lexicon) -> str:
    """Say with "no" that a value is turned down; other words stay as they are."""
    what = match["what"] or match["named"]
    return f"no {what}" if lexicon.mentions(what) else match[0]


def _none_of(match: re.Match[str]) -> str:
    """Rule narrower words out by "no", which is no value that is ruled out."""
    return ", ".join(f"no {each}" for each in re.findall(rf"\b(?:{'|'.join(PARTIAL)})\b", match[0], re.I))


def _query(text: str) -> str:
    """Clean what is left of the conjunctions and commas around what was cut out."""
    text = re.sub(r"\s+([,.;!?])", r"\1", " ".join(text.split()))
    text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text).strip(" ,.;!?")
    return re.sub(r"^(?:(?:but|and|or)\b[\s,]*)+|(?:[\s,]*\b(?:but|and|or))+$", "", text, flags=re.I).strip(" ,.;!?")


def _cut_leads(text: str, lexicon: Lexicon, found: list[str], titles: Sequence[tuple[int, int]] = ()) -> str:
    """Cut out each word that demands or excludes with the values after it ("no horror", "only blue")."""
    reading, left, kept, at = LexicalText(text, lexicon, titles), [], 0, 0
    while match := _LEAD.search(text, at):
        groups = _groups(reading, match.end(), listed=match["not"] is not None)
        if not groups and match["not"]:
            groups = _described(reading, match.end())
        at = match.end()
        if not groups or _SOME_OF_A_VALUE.match(text, match.start("not") if match["not"] else match.start()):
            continue
        if match["neither"]:
            at = groups[-1][-1].end
            continue
        if match["not"]:
            # what is no romance is no romantic comedy either
            found += [_condition([group[0]], "!=") for group in groups]
        else:
            found += _either(groups)
        left.append(text[kept : match.start()])
        rest = _REFUSED_NOUN.match(text, groups[-1][-1].end) if match["not"] else None
        kept = at = rest.end() if rest else groups[-1][-1].end
    return " ".join((*left, text[kept:]))


def _described(reading: LexicalText, at: int) -> list[list[ValueMention]]:
    """Values after a word or two that describe them: "no mushy romance stuff"; none where the phrase goes on."""
    for mention in islice(reading.mentions(at), 1):
        words = reading.text[at : mention.start].split()
        if not 1 <= len(words) <= MAX_DESCRIBING or not all(_DESCRIBING.fullmatch(word) for word in words):
            return []
        groups = _groups(reading, mention.start, listed=True)
        noun = _REFUSED_NOUN.match(reading.text, groups[-1][-1].end)
        after = noun.end() if noun else groups[-1][-1].end
        if after == len(reading.text) or _PHRASE_ENDS.match(reading.text, after):
            return groups
    return []


def _groups(reading: LexicalText, at: int, listed: bool) -> list[list[ValueMention]]:
    """Values that stand at `at`: groups joined by "or", "and", commas; in a group one after another ("black dress").

    A comma alone joins where a later joint has a word, or where `listed` says that "no" goes on ("no war, no crime").
    """
    name = ""
    if named := reading.lexicon.named.match(reading.text, at):
        name = reading.lexicon.named_attribute(named)
        first = next(reading.mentions(named.end()), None)
        if first and first.of(name) and not reading.text[named.end() : first.start].strip():
            at = named.end()
        else:
            name = ""
    groups: list[list[ValueMention]] = []
    commas = 0
    end = at
    for found in islice(reading.mentions(at), MAX_LISTED):
        mention = found.of(name) if name else found
        between = reading.text[end : found.start]
        if mention is None:
            break
        if groups and re.fullmatch(r"\s+|-", between):
            groups[-1].append(mention)
        elif (not groups and not between.strip()) or (groups and re.fullmatch(_JOINT, between, re.I)):
            commas = commas + 1 if groups and not re.search(r"/|\b(?:and|n?or|not?)\b", between, re.I) else 0
            groups.append([mention])
        else:
            break
        end = mention.end
    return groups[: len(groups) - commas] if listed or commas else groups


def _alike(groups: Sequence[Sequence[ValueMention]]) -> bool:
    return bool(set.intersection(*(set(group[0].attributes) for group in groups)))


def _either(groups: list[list[ValueMention]]) -> list[str]:
    """Conditions of "black or blue", "black dress", "red or blue shirts": any of a list, all of a group.

    A filter cannot say "a white shirt or black trousers": such a list is taken for each attribute by itself.
    """
    joined: list[set[str]] = []  # attributes that share values stand together
    for mention in (mention for group in groups for mention in group):
        names = set(mention.attributes)
        names.update(*(held for held in joined if not names.isdisjoint(held)))
        joined = [held for held in joined if names.isdisjoint(held)] + [names]
    shared = {name: min(held) for held in joined for name in held}
    by_name = [{shared[mention.attributes[0]] for mention in group} for group in groups]
    if len(groups) == 1 or not set.intersection(*by_name):
        return [_condition([mention], "=") for group in groups for mention in group]
    last = by_name[-1].difference(*by_name[:-1])
    names_in_order = dict.fromkeys(shared[mention.attributes[0]] for group in groups for mention in group)
    return [
        _condition([m for group in groups for m in group if shared[m.attributes[0]] == name], "=")
        for name in names_in_order
        if name in last or all(name in held for held in by_name)
    ]


def _condition(mention: Sequence[ValueMention], operator: str) -> str:
    """A condition on any of the attributes that have the values; one that excludes, on all of them."""
    names = dict.fromkeys(name for each in mention for name in each.attributes)
    values = dict.fromkeys(value for each in mention for value in each.values)
    return written(tuple(names), operator, tuple(values))


def _cut_named_attributes(text: str, lexicon: Lexicon, found: list[str]) -> str:
    """Cut out "genre: comedy", "colour blue", "in red or blue": values that follow the name of their attribute."""
    reading, left, kept, at = LexicalText(text, lexicon), [], 0, 0
    colours = [name for name in lexicon.attributes if is_colour(name)]
    while match := _BEFORE_NAME.search(text, at):
        at = max(match.end(), match.start() + 1)
        named = lexicon.named.match(text, match.end())
        names = [lexicon.named_attribute(named)] if named else colours if match["in"] else []
        groups = _groups(reading, match.end(), listed=False) if names else []
        chosen = [mention for group in groups if (mention := _of_any(group[0], names))]
        if chosen and len(chosen) == len(groups):
            found.append(_condition(chosen, "="))
            left.append(text[kept : match.start()])
            end = groups[-1][-1].end
            kept = at = end + (named is not None and named[0][-1] in "\"'\u201c" and text[end : end + 1] in "\"'\u201d")
    return " ".join((*left, text[kept:]))


def _of_any(mention: ValueMention, names: Sequence[str]) -> ValueMention | None:
    return next((found for name in names if (found := mention.of(name))), None)


def _cut_free_of(text: str, lexicon: Lexicon, found: list[str]) -> str:
    """Cut out "horror-free", which is without horror."""
    for mention in reversed(lexicon.mentions(text)):
        if free := re.compile(r"[- ]free\b", re.I).match(text, mention.end):
            found.append(_condition([mention], "!="))
            text = text[: mention.start] + " " + text[free.end() :]
    return text


def _kinds_wanted(reading: LexicalText) -> list[str]:
    """Read the conditions on the kind of item, which stay in the text.

    They are the word at the head of the first phrase ("a gripping drama about…"), those joined by "or" anywhere, and
    whom it is for.
    """
    found: list[str] = []
    text, done = reading.text, 0
    for start in (0, *(m.end() for m in _CLAUSE_ENDS.finditer(text))):
        if start >= done:
            conditions, done = _heads(reading, start)
            found += conditions
    at = 0
    for match in re.finditer(r"\bfor (?:(?:the|my|our|a|small|young|little|two|three) ){0,8}", text, re.I):
        if groups := _groups(reading, match.end(), listed=False):
            found += _either(groups)
    while mention := next(reading.mentions(at), None):
        groups = _groups(reading, mention.start, listed=False)
        joined = re.search(r"\bor\b", text[groups[0][-1].end : groups[-1][0].start], re.I)
        if joined and len(groups) > 1 and _alike(groups):
            found += _either(groups)
        at = groups[-1][-1].end
    return found


def _heads(reading: LexicalText, start: int) -> tuple[list[str], int]:
    """Read conditions of the phrase that begins at `start`, where it ends in values ("a warm black dress"); its end."""
    text = reading.text
    both = re.compile(r"\s*both\b", re.I).match(text, start)
    opening = _OPENING.match(text, start)
    ends = _PHRASE_ENDS.search(text, opening.end() if opening else start)
    last = start
    for mention in reading.mentions(start, ends.end() if ends else None):
        if mention.start < last:
            continue  # a part of a list that ends no phrase
        groups = _groups(reading, mention.start, listed=False)
        last = groups[-1][-1].end
        noun = _HEAD_NOUN.match(text, last)
        after = noun.end() if noun else last
        if after == len(text) or _PHRASE_ENDS.match(text, after):
            return [_condition([n], "=") for g in groups for n in g] if both else _either(groups), last
    return [], start
