"""Clauses: what a line says one after the other, so that each is met by itself."""

import re
from collections.abc import Callable

_OPENS = (
    r"(?:i|i'(?:m|ve|d|ll)|we|we'(?:re|ve|d|ll)|you|he|she|they|it|it's|that's|no|not|nothing|none|never|neither|without|"
    r"anything|something|someone|give|show|find|get|recommend|suggest|make|let|let's|skip|drop|remove|lose|hide|please|"
    r"can|could|would|do|does|did|don't|is|are|was|what|what's|which|who|how|when|why|where|have|has|already|seen|"
    r"loved|liked|hated|add|keep|maybe|also|surprise)"
)
_CUT = re.compile(
    rf"(?<=[.!?;\u3002])(?!(?<=\d\.)\d)(?<!\b[A-Z]\.)\s*(?=[^\s.!?;])|(?<=[,;:])\s+|(?<=[,;])(?=[\u3400-\u9fff])|"
    rf"\s+(?=but\b)|\s+(?=(?:and|then|so|plus)\s+{_OPENS}\b)|"
    r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])",
    re.I,
)
"""Where a clause ends: at marks, and before a conjunction that a new clause begins with."""
_JOINED = re.compile(r"^(?:(?:and|but|so|then|plus|or)\b[\s,]*)+", re.I)
_ASIDE = re.compile(
    r"(?:(?:ok(?:ay)?|well|so|hm+|oh|ah|yes|yeah|no|nah|nope|right|fine|great|cool|good|actually|please|sorry|wait|and|"
    r"but|then|好的?|嗯++|那|不|哦)[\s,.!;:]*)+",
    re.I,
)
"""What is no clause of its own."""
_OF_BEFORE = re.compile(
    r"(?:because|since|as|it'?s|it is|it was|they'?re|they are|they were)\b|"
    r"(?:(?:way|much|far|a bit|just|really) )?too \w+|"
    r"(?:太|有点|因为)",
    re.I,
)
"""How a clause begins that tells more of what the one before it speaks of: "not 2, too long"."""


def clauses(text: str, within: Callable[[int, int], bool] = lambda _start, _end: False) -> list[str]:
    """Cut a text into its clauses.

    Parameters
    ----------
    text
        A line, or a sentence of it.
    within
        Whether characters `[start, end)` are part of something that is not cut, such as a title.

    Returns
    -------
    list of str
        Each with the conjunction that it begins with, and the marks that it ends with.

    Examples
    --------
    >>> clauses("seen 1 and 3, and nothing foreign please")
    ['seen 1 and 3,', 'and nothing foreign please']
    >>> clauses("not the second one, too long, but I liked 1")
    ['not the second one, too long,', 'but I liked 1']
    >>> clauses("第一个看过了,换一个轻松的")
    ['第一个看过了,', '换一个轻松的']
    """
    ends = [match.span() for match in _CUT.finditer(text) if not within(match.start() - 1, match.end() + 1)]
    starts = [0, *(end for _, end in ends)]
    found: list[str] = []
    for start, (end, _) in zip(starts, [*ends, (len(text), len(text))], strict=True):
        part = text[start:end].strip()
        if (found and _ASIDE.fullmatch(found[-1])) or (
            found and (not re.search(r"\w", part) or _OF_BEFORE.match(part))
        ):
            found[-1] = f"{found[-1]} {part}".strip()
        elif re.search(r"\w", part):
            found.append(part)
    return found


def bare_clause(clause: str) -> str:
    """Take the conjunction off a clause, and the marks at its end.

    Parameters
    ----------
    clause
        One of `clauses`.

    Returns
    -------
    str

    Examples
    --------
    >>> bare_clause("and nothing foreign please,")
    'nothing foreign please'
    """
    return _JOINED.sub("", clause).strip(" ,;:.!\u3002")
