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
    "慢": "slow", "拖沓": "slow", "无聊": "boring", "沉闷": "boring", "沉重": "heavy", "严肃": "serious", "正经": "serious", "压抑": "dark", "黑暗": "dark",
    "阴暗": "dark", "悲伤": "sad", "伤感": "sad", "难过": "sad", "悲": "sad", "虐": "sad", "复杂": "complicated", "烧脑": "complicated", "俗套": "cheesy",
    "老套": "cheesy", "吵": "loud", "怪": "weird", "花哨": "flashy", "正式": "formal", "紧身": "tight", "紧": "tight", "宽松": "baggy",
}  # fmt: skip
"""Mood or cut in Chinese -> the one of `ANTONYMS`."""
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

    def antonyms(match: re.Match[str]) -> str:
        found = [word for word in dict.fromkeys(ANTONYMS[mood] for mood in _moods_in(match[0])) if word not in unfit]
        joint = "" if _JOINED.search(text[: match.start()]) else ","
        return f"{joint} {' and '.join(found)} "

    return _NEGATED_MOODS.sub(antonyms, text)


def negated_moods(line: str) -> tuple[str, ...]:
    """List the moods that a line negates.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    tuple of str
        Of `ANTONYMS`.

    Examples
    --------
    >>> negated_moods("nothing sad or too slow, funny")
    ('sad', 'slow')
    """
    return tuple(dict.fromkeys(mood for match in _NEGATED_MOODS.finditer(line) for mood in _moods_in(match[0])))


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
    return " ".join(_NEGATED_MOODS.sub(" ", text).split()).strip(" ,;")


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
    return text


def _moods_in(phrase: str) -> list[str]:
    return [mood.lower() for mood in re.findall(rf"\b(?:{_MOODS})\b", phrase, re.I)]


def _contradicting(text: str) -> frozenset[str]:
    """The antonyms that contradict what a text wants beside the moods that it negates."""
    left = _NEGATED_MOODS.sub(" ", text)
    unfit = ["gentle"] if _FIERCE.search(left) else []  # what is scary without gore is not gentle
    return frozenset([*unfit, *(["serious"] if _FUNNY.search(left) else [])])
