"""Moods that are turned down, said the other way: an LLM that reads "nothing sad" ranks by "sad"."""

import re

OPPOSITE = {
    "sad": "uplifting", "depressing": "uplifting", "gloomy": "cheerful", "bleak": "hopeful", "dark": "light",
    "heavy": "light", "serious": "light-hearted", "slow": "fast-paced", "boring": "gripping", "long": "short",
    "violent": "gentle", "violence": "gentle", "bloody": "gentle", "gory": "gentle", "gore": "gentle",
    "brutal": "gentle", "silly": "serious", "cheesy": "heartfelt", "sentimental": "restrained", "loud": "quiet",
    "complicated": "simple", "weird": "conventional", "tense": "relaxing", "stressful": "relaxing",
    "tight": "loose", "baggy": "fitted", "formal": "casual", "flashy": "plain", "thick": "thin", "thin": "thick",
}  # fmt: skip
_TURNED_DOWN = re.compile(
    r"(?:\b(?:but |and )?(?:(?:not|nothing|isn'?t|without|no|less|(?:i )?(?:don'?t|do not) want)\s+"
    r"(?:(?:anything|any|that|is|too|so|very|overly|much|really|a|at all)\s+)*|non-))"
    rf"(?P<mood>{'|'.join(OPPOSITE)})(?P<more>(?:\s*(?:,|and|or|nor|,\s*(?:and|or))\s*(?:not )?(?:too |so )?"
    rf"(?:{'|'.join(OPPOSITE)})\b)*)(?![\w-])",
    re.I,
)


def turned(text: str) -> str:
    """The text with each mood that it turns down replaced by the opposite."""

    def opposite(match: re.Match[str]) -> str:
        said = re.findall(rf"\b(?:{'|'.join(OPPOSITE)})\b", match[0], re.I)
        return " " + " and ".join(dict.fromkeys(OPPOSITE[mood.lower()] for mood in said)) + " "

    return _TURNED_DOWN.sub(opposite, text)
