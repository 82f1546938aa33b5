"""Moods that a line negates: by which words a list is ranked in their place, and how the person said it.

A model that ranks by titles and kinds alone finds what is sad for "nothing sad". A list is ranked by the antonym, which
is our word and not the person's: what is kept of a line, and said back, holds the line's own words.
"""

import re

ANTONYMS = {
    "sad": "uplifting", "depressing": "uplifting", "gloomy": "cheerful", "bleak": "hopeful", "dark": "light",
    "heavy": "light", "serious": "light-hearted", "slow": "fast-paced", "boring": "gripping", "long": "short", "short": "long",
    "violent": "gentle", "violence": "gentle", "bloody": "gentle", "gory": "gentle", "gore": "gentle",
    "brutal": "gentle", "silly": "serious", "cheesy": "heartfelt", "sentimental": "restrained", "loud": "quiet",
    "complicated": "simple", "weird": "conventional", "tense": "relaxing", "stressful": "relaxing",
    "tight": "loose", "baggy": "fitted", "formal": "casual", "flashy": "plain", "thick": "thin", "thin": "thick",
}  # fmt: skip
"""Mood or cut -> the word that takes its place where it is negated."""

CHINESE_MOODS = {
    "慢": "slow", "拖沓": "slow", "无聊": "boring", "沉闷": "boring", "闷": "boring", "沉重": "heavy", "严肃": "serious", "正经": "serious", "压抑": "dark", "黑暗": "dark",
    "阴暗": "dark", "悲伤": "sad", "伤感": "sad", "难过": "sad", "悲": "sad", "虐": "sad", "复杂": "complicated", "烧脑": "complicated", "俗套": "cheesy",
    "老套": "cheesy", "肉麻": "cheesy", "矫情": "sentimental", "狗血": "cheesy", "吵闹": "loud", "闹腾": "loud", "吵": "loud", "晦涩": "complicated", "难懂": "complicated", "费脑": "complicated", "怪": "weird", "花哨": "flashy", "正式": "formal", "紧身": "tight", "紧": "tight", "宽松": "baggy",
}  # fmt: skip
"""Mood or cut in Chinese -> the one of `ANTONYMS`."""
_CHINESE_ANTONYMS = {
    "sad": "治愈", "heavy": "轻松", "serious": "轻松", "slow": "快节奏", "boring": "刺激", "dark": "温馨", "complicated": "轻松", "loud": "安静",
    "formal": "休闲", "tight": "宽松", "baggy": "修身",
}  # fmt: skip
_NEGATED_CHINESE = re.compile(
    rf"(?:不要|别|不想要?|不能|不|没)(?:太|那么|这么|过于|很|特别|是|要|看)*(?P<mood>{'|'.join(sorted(CHINESE_MOODS, key=len, reverse=True))})的?"
)
_MOODS = "|".join(ANTONYMS)
_NEGATED_MOODS = re.compile(
    r"(?:\b(?:but |and )?(?:(?:not (?:really )?in the mood for|not|nothing|isn'?t|without|no|less|(?:i )?(?:don'?t|do not) want)\s+"
    r"(?:(?:anything|any|that|is|too|so|very|overly|much|really|a|at all)\s+)*|non-))"
    rf"(?P<mood>{_MOODS})(?P<more>(?:\s*(?:,|and|or|nor|,\s*(?:and|or))\s*(?:not )?(?:too |so )?"
    rf"(?:{_MOODS})\b)*)(?![\w-])",
    re.I,
)
_FIERCE = re.compile(
    r"\b(?:scary|horror|creepy|spooky|frightening|thrill(?:er|ing)s?|war|action|suspense\w*|tense)\b", re.I
)
"""What is wanted that nothing gentle is."""
_JOINED = re.compile(
    r"(?:^|[,;:.!?]|\b(?:a|an|the|some|something|anything|be|is|are|that's|it's|and|but|or|film|movie|book))\s*$", re.I
)
"""What a mood follows without a comma."""
_ANY = re.compile(
    r"(?:,?\s*\b(?:but|and))?\s*\b(?:nothing|not|isn'?t|without being)\s+(?:(?P<too>too|so|very|overly|all that|that|quite so)\s+)?(?P<mood>[a-z][a-z-]{3,})"
    r"(?=\s*(?:$|[,.;!?]|(?:and|but|or|please|though|tho|then|either)\b))",
    re.I,
)
"""A mood of which no antonym is known: "nothing gruesome"."""
_NO_MOODS = frozenset(
    re.findall(
        r"\w+",
        "else much more special particular specific different well sure only just really good fine great nice them these "
        "those that this what here there anything interested bothered fussed necessarily funny long short old new recent "
        "expensive cheap available working",
    )
)
_ADJECTIVE = re.compile(r"[a-z]+(?:y|ive|ous|ful|ish|ing|ed|less)$")
_ANY_ADJECTIVE = re.compile(rf"{_ADJECTIVE.pattern}|[a-z]+(?:al|ic|able|ible|some|ant|ent|ory|id|st)$")
"""How words end that say what something is like; after "not" alone a name may stand, too."""
_FUNNY = re.compile(r"\b(?:funn(?:y|ier)|comed(?:y|ies)|hilarious|laughs?|humou?r(?:ous)?|witty|fun)\b", re.I)
"""What is wanted that nothing serious is."""


def replace_negated_moods(text: str) -> str:
    """Replace each mood that a text negates by its antonym.

    Parameters
    ----------
    text
        A line, or what is left of it.

    Returns
    -------
    str
        The text, in which "and" joins the antonyms of several negated moods. An antonym that contradicts what the text
        wants is left out: what is funny and not silly is not serious.

    Examples
    --------
    >>> " ".join(replace_negated_moods("a film, nothing sad or too slow").split())
    'a film, uplifting and fast-paced'
    >>> replace_negated_moods("something funny but not too silly").strip(" ,")
    'something funny'
    """
    unfit = _contradicting(text)
    text = _ANY.sub(lambda match: " " if _unknown(match) else match[0], text)
    text = _NEGATED_CHINESE.sub(lambda match: antonym(match["mood"]), text)

    def antonyms(match: re.Match[str]) -> str:
        found = [word for word in dict.fromkeys(ANTONYMS[mood] for mood in _moods_in(match[0])) if word not in unfit]
        joint = "" if _JOINED.search(text[: match.start()]) else ","
        return f"{joint} {' and '.join(found)} "

    return _NEGATED_MOODS.sub(antonyms, text)


def antonym(mood: str) -> str:
    """Find the word that a list is ranked by where a mood is negated.

    Parameters
    ----------
    mood
        In English or Chinese.

    Returns
    -------
    str
        In the same language; "" for none.

    Examples
    --------
    >>> antonym("sad"), antonym("伤感"), antonym("gruesome")
    ('uplifting', '治愈', '')
    """
    return ANTONYMS.get(mood, "") or _CHINESE_ANTONYMS.get(CHINESE_MOODS.get(mood, ""), "")


def negated_moods(line: str) -> tuple[str, ...]:
    """List the moods that a line negates.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    tuple of str
        Those of `ANTONYMS` first.

    Examples
    --------
    >>> negated_moods("nothing sad or too slow, funny"), negated_moods("nothing gruesome")
    (('sad', 'slow'), ('gruesome',))
    """
    known = [mood for match in _NEGATED_MOODS.finditer(line) for mood in _moods_in(match[0])]
    known += [match["mood"] for match in _NEGATED_CHINESE.finditer(line)]
    return tuple(dict.fromkeys((*known, *(mood for match in _ANY.finditer(line) if (mood := _unknown(match))))))


def without_negated_moods(text: str) -> str:
    """Take the moods that a text negates out of it.

    Parameters
    ----------
    text
        A line, or what is left of it.

    Returns
    -------
    str
    """
    text = _ANY.sub(lambda match: " " if _unknown(match) else match[0], _NEGATED_MOODS.sub(" ", text))
    text = _NEGATED_CHINESE.sub(" ", text)
    return " ".join(text.split()).strip(" ,;")


def in_own_words(text: str, line: str) -> str:
    """Put what a line says in the place of the antonyms that a text read from it holds.

    Parameters
    ----------
    text
        What was read of the line by `replace_negated_moods`.
    line
        What the person wrote.

    Returns
    -------
    str
        `replace_negated_moods` makes of it what it was, but for commas.

    Examples
    --------
    >>> in_own_words("a film, uplifting", "a film but nothing sad"), in_own_words("uplifting", "uplifting, not sad")
    ('a film, nothing sad', 'uplifting')
    """
    unfit, said = _contradicting(line), without_negated_moods(line)
    for match in _NEGATED_MOODS.finditer(line):
        phrase = re.sub(r"^(?:but|and)\s+", "", match[0].strip(), flags=re.I)
        moods = _moods_in(phrase)
        found = [word for word in dict.fromkeys(ANTONYMS[mood] for mood in moods) if word not in unfit]
        whole = re.compile(rf"(?<![\w-]){re.escape(' and '.join(found))}(?![\w-])")
        if found and whole.search(said):
            continue  # the line says it, too
        if found and whole.search(text):
            text = whole.sub(phrase, text, count=1)
        elif not found:  # nothing stands in its place
            text = f"{text}, {phrase}" if text else ""
        else:
            for mood in moods:
                if ANTONYMS[mood] in found and ANTONYMS[mood] not in said:
                    text = re.sub(rf"(?<![\w-]){ANTONYMS[mood]}(?![\w-])", f"not {mood}", text, count=1)
    for match in _NEGATED_CHINESE.finditer(line):
        if (word := antonym(match["mood"])) and word not in said:
            text = text.replace(word, match[0], 1)
    for match in _ANY.finditer(line):
        if text and _unknown(match):  # nothing stands in its place
            text = f"{text}, {re.sub(r'^[, ]*(?:(?:but|and) )?', '', match[0], flags=re.I)}"
    return text


def _unknown(match: re.Match[str]) -> str:
    """The mood of which a match of `_ANY` wants less; "" for what is none, or has an antonym."""
    mood = match["mood"].lower()
    adjective = _ANY_ADJECTIVE if re.search(r"\bnothing\b", match[0], re.I) else _ADJECTIVE
    if mood in ANTONYMS or mood in _NO_MOODS or not (match["too"] or adjective.match(match["mood"])):
        return ""
    return mood


def _moods_in(phrase: str) -> list[str]:
    return [mood.lower() for mood in re.findall(rf"\b(?:{_MOODS})\b", phrase, re.I)]


def _contradicting(text: str) -> frozenset[str]:
    """The antonyms that contradict what a text wants beside the moods that it negates."""
    left = _NEGATED_MOODS.sub(" ", text)
    unfit = ["gentle"] if _FIERCE.search(left) else []  # what is scary without gore is not gentle
    return frozenset([*unfit, *(["serious"] if _FUNNY.search(left) else [])])
