"""Clauses of running talk, which forgets its full stops: "I loved it Do you know more?"."""

import re
from collections.abc import Sequence

_CUT = re.compile(
    r"(?<=[.!?;])\s+|\s+(?=(?:but|though|although|however|because)\b)|,?\s+\band (?=(?:[Ii]|[Ii]'\w+|we|have|haven't|it|that|they|also|"
    r"then|so|not|saw|loved|liked|enjoyed|hated|disliked|despised|really|did|didn't|am|maybe|do|can|could)\b)|"
    r",\s+(?=(?:[Ii]|[Ii]'\w+|we|do|can|could|have|any|what|so|it|that|they|is|are|thanks?|sounds?|looks?|haven't|never|loved|liked|enjoyed|"
    r"hated|disliked|despised|not)\b)|"
    r"(?<=[a-z\ue000])\s+(?=(?:I|Do|Have|What|Something|Maybe|Can|Could|Any|Also|Other|Looking|My|It|It's|Is|Are|"
    r"Did|Would|Was|Were|Ok|Okay|Always|Love|Loved|The new|Both|We|That|Those|They|But|Not|No|Yes|Great|Good|Oh|Thank|Thanks)\b)",
)
"""Where one clause ends and the next begins, in talk that forgets its full stops."""
_LEADS = re.compile(
    r"\b(?:what|which|that|who|than|as|so|if|when|because|how|where|why|but|think|thought|guess|know|believe|hope|say|"
    r"like|sure|though|most fun|thing|should|shall|can|could|would|i|we)\s*$",
    re.I,
)
"""What leads into the clause behind it: "the film I saw"."""


def talk_clauses(line: str) -> list[str]:
    """Cut running talk into its clauses, where it forgets its full stops too.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    list of str

    Examples
    --------
    >>> talk_clauses("No I have not Was it good? I loved the first one and I want more")
    ['No', 'I have not', 'Was it good?', 'I loved the first one', 'I want more']
    """
    parts: list[str] = []
    for part in _CUT.split(line):
        if parts and _LEADS.search(parts[-1]):
            parts[-1] += f" {part}"
        elif part.strip():
            parts.append(part)
    return parts


def joined_clauses(parts: Sequence[str]) -> str:
    """Write clauses as one line, such that they are cut there again.

    Parameters
    ----------
    parts
        As `talk_clauses` cuts them.

    Returns
    -------
    str
    """
    told = [part.strip() for part in parts if re.search(r"\w", part)]
    text = " ".join(part if re.search(r"[.!?,;]$", part) else f"{part}," for part in told)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"\s+([,.;!?])", r"\1", text).strip(" ,;")
