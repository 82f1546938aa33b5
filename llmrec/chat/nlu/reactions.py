"""Reactions to items of a list: "I'll take 2", "seen 1 and 3", "not the second one, too long", and taking one back.

A line is read as one only where it names items by place, by "that" or "them", or by a title of the catalogue, and says
nothing else but why; any other line stays with the rules for queries.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.chat.nlu.intent import LAST, THAT, THESE
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.negated_moods import ANTONYMS, CHINESE_MOODS
from llmrec.chat.nlu.questions import FACTS, QUALITIES
from llmrec.chat.nlu.reaction_patterns import (
    AFTER_TITLE,
    MARKS,
    NONE,
    OF_TITLES,
    ONE_PLACE,
    OPENING,
    ORDINAL,
    PATTERNS,
    PLACE,
    PRAISE,
    REMINDS,
    SEEN_TITLES,
    TOO_ALONE,
    TOO_ANY,
    TOO_CHINESE,
    ZH_NUMBER,
    ZH_PLACE,
    Kind,
)
from llmrec.chat.nlu.references import find_series, is_spelt, list_position
from llmrec.chat.nlu.span_reading import rather_bare
from llmrec.errors import UnknownItem

MAX_CHARACTERS = 160
"""Characters of a line that may be a reaction: nobody says as much of an item of a list."""

_UNDO = re.compile(
    r"(?:(?:no|ok|oh|sorry|wait|please|actually|oops)[,. ]+)*(?:can (?:you|we) |could (?:you|we) |let'?s |please )?(?:undo(?: (?:that|it|this|"
    r"the last (?:one|step|change)))?|(?:i )?take (?:that|it|this) back|"
    r"(?:never ?mind|scrap|cancel|revert) (?:that|it|the last (?:one|change))|go back(?: one step| a step)?|"
    r"(?:(?:never ?mind|ok|no)[, ]+)?(?:(?:go |put |bring |get |give me )?back(?: to)?) (?:(?:the|your) (?:previous|last|first|old|earlier) (?:list|ones?|bunch|lot|batch|set|suggestions|picks|results|films|movies)|(?:what it was )?before|how it was)|"
    r"(?:(?:the |your )?(?:last|previous|first|earlier|old) (?:list|ones|lot|suggestions|picks|five)|(?:it|that|this|what you had)) (?:was|were) (?:much |way |a lot |so )?better(?: before| earlier)?|"
    r"i (?:preferred|liked) (?:the |your )?(?:last|previous|first|earlier|old) (?:list|ones|lot|suggestions|picks)(?: better| more)?|"
    r"(?:还是)?(?:之前|刚才|上一批|上一份|上次|前面)的?(?:列表|那些|那批|几个|几部)?(?:更|比较)?(?:好|合适)(?:一?[点些])?|"
    r"i didn'?t mean that)(?: please)?[\s.!]*|(?:请|不对,?|算了,?)?(?:撤销|撤回|撤消|取消(?:上一步|刚才的?|"
    r"那个)?|收回(?:刚才的?话?)?|返回上一步|回到上一步|当我没说)(?:吧|一下|了)?[。! ]*",
    re.I,
)
_NOT_MEANT = re.compile(r"n't\b|\bdid not\b|\bnot what\b|\boops\b|\bwrong\b|\bmistake\b|没|错|不是", re.I)
"""What says of a change that it was not meant."""

_FULL = "(?:太|有点|偏|好|真|这么|够|挺|都是)"
CRITICISMS: tuple[tuple[re.Pattern[str], tuple[str, ...], str, str], ...] = tuple(
    (re.compile(pattern, re.I), names, operator, key)
    for pattern, names, operator, key in (
        (rf"\btoo (?:long|lengthy|thick)\b|{_FULL}[长厚]", FACTS[0].attributes, "<", "length"),
        (r"\btoo (?:short|brief)\b|(?:太|有点|偏)短", FACTS[0].attributes, ">", "length"),
        (rf"\btoo (?:expensive|pricey|dear|costly|much money)\b|{_FULL}贵", ("price", "cost"), "<", "price"),
        (r"\btoo cheap\b|太便宜", ("price", "cost"), ">", "price"),
        (rf"\btoo (?:old|dated|old-fashioned|ancient)\b|{_FULL}[老旧早]", ("year", "release_year"), ">", "year"),
        (r"\btoo (?:new|recent|modern)\b|(?:太|有点|偏)新", ("year", "release_year"), "<", "year"),
    )
)
"""What is criticised -> names of attributes that tell it, how better items compare, and the key of what it is."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a person does with items of the conversation.

    Parameters
    ----------
    kind
        "accept" them, have "seen" or own them, "like" them, "reject" them, or "criticise" what they have in common.
    subjects
        Places in the last list, `LAST`, `THAT`, `THESE`, or titles.
    remainder
        What else the line says of them ("too long").
    """

    kind: Kind
    subjects: tuple[str, ...]
    remainder: str = ""


def parse_reaction(line: str, catalog: Catalog) -> Reaction | None:
    """Read what a line does with items.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Whose titles are read.

    Returns
    -------
    Reaction or None
        None for a line that is no reaction, or not that alone.

    Examples
    --------
    >>> nothing = Catalog("films", (), {})
    >>> parse_reaction("not the second one, too long", nothing)
    Reaction(kind='reject', subjects=('2',), remainder='too long')
    >>> parse_reaction("看过1和第三个", nothing).subjects
    ('1', '3')
    """
    text = " ".join(line.replace("\u2019", "'").split())
    if not text or len(text) > MAX_CHARACTERS:
        return None
    text = REMINDS.sub("", text)
    if known := _titles_seen(text, catalog):
        return Reaction("seen", known)
    if NONE.fullmatch(text):
        return Reaction("reject", (THESE,))
    for kind, patterns in PATTERNS.items():
        for pattern in patterns:
            if match := pattern.fullmatch(text):
                groups = match.groupdict()
                places = tuple(dict.fromkeys(_places(groups.get("places") or text)))
                remainder = (groups.get("more") or "").strip(MARKS)
                # "these are too dull" turns none of them down by itself
                says_why = criticised(remainder) or re.match(rf"{OPENING}(?:{PLACE}|{ZH_PLACE})", text, re.I)
                all_of_them = kind == "reject" and places == (THESE,) and bool(remainder and says_why)
                return Reaction("criticise" if all_of_them else kind, places, remainder)
    if (
        TOO_ALONE.fullmatch(text)
        and not PRAISE.search(text)
        and (criticised(text) or excessive_mood(text) or _too_much(text, catalog) or TOO_ANY.search(text))
    ):
        of_one = re.match(rf"{OPENING}(?:it|that)(?:'s| is)?\b", text, re.I) is not None
        return Reaction("reject" if of_one else "criticise", (THAT if of_one else THESE,), text)
    for kind, pattern in OF_TITLES:
        if (match := pattern.fullmatch(text)) and (titles := _titles(match["titles"], catalog)):
            return Reaction(kind, titles)
    return None


_PARTS = re.compile(
    r"\s*(?:[,;!?\uff0c\uff1b\uff01\u3002]|\.(?=\s|$)|\band\b|\bbut\b|\bwhile\b|(?<=[\u4e00-\u9fff])(?:但是?|"
    r"不过|可是|还有)(?=第|[\u4e00-\u9fff]))\s*",
    re.I,
)
_SAID: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("reject", re.compile(
        r"\b(?:hate[ds]?|loathe[ds]?|dislike[ds]?|detest(?:ed|s)?|(?:did|do|does)n't (?:really )?(?:like|love|want|enjoy|fancy|rate)|"
        r"can't stand|not for me|not my \w+|"
        r"awful|terrible|boring|lame|mid|trash|suck(?:s|ed)|stinks|get rid of|ugly|rubbish|horrible|dull|bad|no good|meh|crap|(?:way |far |much |a bit |"
        r"just )*too (?!$)\w+(?: \w+)?)\b|"
        r"不喜欢|不爱|讨厌|难看|无聊|不好看?|不要|不行|(?:太|有点|实在)(?!好|喜欢|棒).{1,4}", re.I)),
    ("like", re.compile(
        r"\b(?:is|are|was|were) (?:(?:one|some|two) of )?(?:my|our)(?: all[- ]time)? favou?rites?(?: films?| movies?| ones?| ever)?|"
        r"\b(?:(?:really |absolutely |quite |i |we )*(?:loved?|liked?|enjoy(?:ed)?|adored?)(?! to\b)|(?:is|was|are|were|"
        r"looks?|'s) (?:really |so |quite |very )?(?:great|"
        r"nice|brilliant|fantastic|lovely|wonderful|good|superb|excellent|fun|fine)|favou?rites?)\b|"
        r"(?<!不)(?:很|挺|非常|超|最)?(?:喜欢|爱看)|"
        r"不错|(?:很|挺)(?:好|棒)看?", re.I)),
    ("seen", re.compile(
        r"\b(?:(?:i|we)(?:'ve| have)? )?(?:already |just |both |also )*(?:seen|saw|watched|own(?:ed)?|got|have|"
        r"bought|read|know)\b(?: already| before)?|"
        r"(?:已经|早就|都|也|我)*(?:[看读买听用穿]过|有)了?", re.I)),
)  # fmt: skip
"""What is said of an item in one part of a line, what weighs more first."""
_NOTHING = re.compile(
    r"\b(?:i|we|it|them|that|the|one|ones|looks?|seems?|sounds?|film|movie|book|already|before|though|tho|too|as well|last (?:week|"
    r"night|year)|was|is|are|were|ok|so|oh|well|"
    r"yes|no|really|loads of times|twice|me|have|'ve|'s)\b|[我都也已经了的是件部本个款]",
    re.I,
)


def parse_reactions(line: str, catalog: Catalog) -> tuple[Reaction, ...]:
    """Read what a line does with several items, part by part.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Whose titles are read.

    Returns
    -------
    tuple of Reaction
        Empty where a part says something else, or all of them the same of places (`parse_reaction` reads that).

    Examples
    --------
    >>> nothing = Catalog("films", (), {})
    >>> [(each.kind, each.subjects) for each in parse_reactions("loved the first, seen 2 and 3, 4 is too long", nothing)]
    [('like', ('1',)), ('seen', ('2', '3')), ('reject', ('4',))]
    """
    text = " ".join(line.replace("\u2019", "'").split())
    if not text or len(text) > MAX_CHARACTERS or re.search(r"[?\uff1f]", text):
        return ()
    return () if names_unmeant((found := _by_part(text, catalog)), text) else found


def names_unmeant(reactions: Sequence[Reaction], line: str) -> bool:
    """Whether a title is named by words of which nothing is meant alone: "long day, feeling meh" is of no film."""
    bare: frozenset[str] | None = None
    for title in (subject for each in reactions for subject in each.subjects if re.search(r"[a-z]{3}", subject)):
        bare = rather_bare(line) if bare is None else bare
        named = set(re.findall(r"[\w'-]+", title.casefold())) & set(re.findall(r"[\w'-]+", line.casefold()))
        if named and named <= bare:
            return True
    return False


def _by_part(text: str, catalog: Catalog) -> tuple[Reaction, ...]:
    """As `parse_reactions`, whatever is meant by the words that name titles."""
    found: list[Reaction] = []
    waiting: tuple[str, ...] = ()
    for part in (each.strip() for each in _PARTS.split(text)):
        if not part:
            continue
        kind, said = next(((kind, match[0]) for kind, words in _SAID if (match := words.search(part))), (None, ""))
        subjects, left = _subjects(part, catalog)
        for _, words in _SAID:
            left = words.sub(" ", left)
        if re.search(r"\w", _NOTHING.sub(" ", left)) or (not subjects and kind is None):
            return ()
        remainder = said if kind == "reject" and _criticises(said) else ""
        if found and not waiting and (not subjects or subjects == (THESE,)):  # "seen 2, hated it"
            found[-1] = Reaction(kind or found[-1].kind, found[-1].subjects, remainder)
        elif kind is not None:
            found.append(Reaction(kind, (*waiting, *subjects), remainder))
            waiting = ()
        elif found and not re.search(r"\w", re.sub(r"\btoo\b|也", "", _NOTHING.sub(" ", left))):  # "seen 1 and 3"
            found[-1] = Reaction(found[-1].kind, (*found[-1].subjects, *subjects), found[-1].remainder)
        else:
            waiting = (*waiting, *subjects)
    if waiting or any(not each.subjects for each in found):
        return ()
    if len(found) == 1 and (not _titled(found) or (len(found[0].subjects) == 1 and found[0].kind != "reject")):
        return ()
    several = len({each.kind for each in found}) > 1 or any(each.remainder for each in found[:-1])
    return tuple(found) if several or any(each.kind == "like" for each in found) or _titled(found) else ()


def _titled(reactions: Sequence[Reaction]) -> bool:
    places = (LAST, THAT, THESE)
    return any(not each.isdigit() and each not in places for reaction in reactions for each in reaction.subjects)


def _criticises(words: str) -> bool:
    """Whether words say what is wrong with an item, and not only that it is not liked."""
    return re.search(r"\btoo\b|太|有点|boring|无聊", words, re.I) is not None


def _subjects(part: str, catalog: Catalog) -> tuple[tuple[str, ...], str]:
    """What a part of a line speaks of, and the part without it: places, or else one title."""
    if re.search(r"\b(?:it|that|them)\b|它", part, re.I) and not re.search(r"\d|\b(?:that|this) (?:one|film)", part):
        return (), re.sub(r"\b(?:it|that|them)\b|它", " ", part, flags=re.I)
    places = [match for match in ONE_PLACE.finditer(part) if match[0].strip()]
    if places:
        left = part
        for match in reversed(places):
            left = f"{left[: match.start()]} {left[match.end() :]}"
        return tuple(dict.fromkeys(_place(match[0].strip().lower()) for match in places)), left
    bare = part
    for _, words in _SAID:
        bare = words.sub(" ", bare)
    bare = re.sub(r"^(?:(?:i|we|i've|we've|also|already)\s+)+|(?:\s+(?:i|we|i've|we've|too|as well|already|"
        r"before|last \w+|loads of times|twice))+$",
                  "", " ".join(bare.split()), flags=re.I).strip(" 《》\"'“”我")  # fmt: skip
    try:
        value = any(bare[m.start : m.end] == bare for m in Lexicon.of(catalog).mentions(bare)) or re.match(
            r"(?:nothing|something|anything|none|no|not)\b|(?:black|white|red|blue|green|yellow|gr[ae]y|brown|pink)$",
            bare,
            re.I,
        )  # "I hate war" and "black and white is fine" name no film
        found = find_series(bare, catalog) if len(bare) > 1 and not value else ()
        if len(bare.split()) == 1 and not any(is_spelt(bare, catalog.item(id).title) for id in found):
            found = ()  # "hate singing" does not mean "The Shining"
    except UnknownItem:
        found = ()
    return (tuple(dict.fromkeys(catalog.item(id).title for id in found)), "") if found else ((), part)


def _titles_seen(text: str, catalog: Catalog) -> tuple[str, ...]:
    """The titles that a text says are known, in whatever case; empty where it names none, or places."""
    match = SEEN_TITLES.fullmatch(text)
    parts = re.split(r"\s*[,;]\s*(?:and )?|\s+(?:and|or|&)\s+", match["titles"]) if match else []
    if any(re.fullmatch(PLACE, AFTER_TITLE.sub("", part), re.I) for part in parts):
        return ()
    by_title = Vocabulary.of(catalog).by_title
    found = []
    for part in parts:
        said = AFTER_TITLE.sub("", part.strip(" \"'")).casefold()
        found += [ids[0] for each in (said, f"the {said}") if (ids := by_title.get(each))][:1]
    return tuple(dict.fromkeys(catalog.item(id).title for id in found))


def takes_back(line: str) -> bool:
    """Tell whether a line takes the last change back.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    bool
        Whether it is "undo", "take that back" or the like, alone or behind what says that it was not meant.

    Examples
    --------
    >>> takes_back("undo"), takes_back("I didn't say remove it, undo"), takes_back("undo the zip, it says")
    (True, True, False)
    """
    line = " ".join(line[:MAX_CHARACTERS].replace("\u2019", "'").split())
    *said, last = re.split(r"[,.;!\u3002]\s*", re.sub(r"[\s.!\u3002]+$", "", line))
    return _UNDO.fullmatch(line) is not None or (
        "?" not in line and _NOT_MEANT.search(" ".join(said)) is not None and _UNDO.fullmatch(last) is not None
    )


def excessive_mood(text: str) -> str:
    """Read the mood of which a text finds too much.

    Parameters
    ----------
    text
        Such as "too weird".

    Returns
    -------
    str
        One of `llmrec.chat.nlu.lexicon.ANTONYMS`; "" for none.

    Examples
    --------
    >>> excessive_mood("way too weird"), excessive_mood("too long ago")
    ('weird', '')
    """
    found = re.search(r"\btoo (\w+)[\s.!]*$", text, re.I)
    if criticised(text):
        return ""
    if chinese := TOO_CHINESE.search(text):
        return CHINESE_MOODS[chinese[1]]
    return found[1].lower() if found and found[1].lower() in ANTONYMS else ""


def _too_much(text: str, catalog: Catalog) -> bool:
    """Whether a text finds too much of what attributes tell, or hint at: "too striped", "too scary", 太幼稚了."""
    found = re.search(r"\btoo (\w+)[\s.!]*$|太(.{1,4}?)了?[。! ]*$", text, re.I)
    word = (found[1] or found[2]) if found else ""
    return bool(word) and (
        any(quality.question.search(word) for quality in QUALITIES) or bool(Lexicon.of(catalog).mentions(word))
    )


def criticised(text: str) -> tuple[tuple[str, ...], str, str] | None:
    """Read what of an item's numbers a text finds too much or too little.

    Parameters
    ----------
    text
        Such as "too long".

    Returns
    -------
    tuple or None
        Names of attributes that tell it, the operator by which a better item compares, and the key of
        `llmrec.chat.wordings.UNKNOWN`.
    """
    return next((rest for pattern, *rest in CRITICISMS if pattern.search(text)), None)  # type: ignore[return-value]


def _places(text: str) -> Iterator[str]:
    """The places that a text consists of."""
    for match in ONE_PLACE.finditer(text):
        yield _place(match[0].strip().lower())


def _place(words: str) -> str:
    if found := re.search(rf"第([{ZH_NUMBER}]|\d+)", words):
        return found[1] if found[1].isdigit() else str(ZH_NUMBER.index(found[1]) + 1)
    if found := re.search(r"\d+", words):
        return str(int(found[0]))
    if words.startswith("最后") or re.search(r"\blast\b", words):
        return LAST
    if re.match(r"(?:both|all|any|either|these|those|them)\b|[这那]些|它们|这几", words):
        return THESE
    named = re.search(rf"\b{ORDINAL}\b", words)
    return list_position(named[0] if named else words) or THAT


def _titles(text: str, catalog: Catalog) -> tuple[str, ...]:
    """The titles of the catalogue that a text consists of; empty where it holds anything else."""
    known = Vocabulary.of(catalog).by_title

    def only(parts: Sequence[str]) -> tuple[str, ...]:
        stripped = tuple(part.strip(" 《》\"'“”") for part in parts)
        return stripped if all(part.casefold() in known for part in stripped) else ()

    return only([text]) or only(re.split(r"\s*,\s*(?:and )?|\s+and\s+|[、和跟]|还有", text))
