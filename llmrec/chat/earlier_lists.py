"""The lists of before as wholes: "go back to the first list", "what did I ask you at the start?"."""

import re

from llmrec.catalog.wording import plain
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.normalisation import sentences
from llmrec.chat.state import DialogueState, ListState
from llmrec.chat.wordings import SAYS

BEFORE = (
    r"(?:(?:no|nope|ok(?:ay)?|oh|hey|wait|sorry|please|actually|well|and|so|but|then|hang on|hold on|can you|could you|"
    r"would you|you can|i want you to|let'?s|just)\b[,.!: ]*)*"
)
"""What stands before a line that brings something back."""
_LISTS = (
    r"(?:list|ones|lot|batch|suggestions|recommendations|results|picks|selection|set|search|films|movies|books|items|"
    r"things|products|five|bunch)"
)
_OF_START = r"(?:at (?:the )?(?:very )?(?:start|beginning|first)|to (?:start|begin) with|in the (?:first place|beginning)|originally|initially|first(?: of all)?)"
_LIST_AGAIN = re.compile(
    rf"{BEFORE}(?:(?:can|could|may|shall) (?:we|i|you) )?(?:please )?(?:"
    r"(?:(?:go|take (?:me|us)|get|jump|switch|turn|come|skip|step|scroll|head)(?: right| all the way)? back|back|return|revert)(?: again)? to|"
    r"(?:show|give|list|repeat|bring back|see|have|get|bring up|pull up|redo|restore)(?: (?:me|us))?(?: again)?|what was|what were|where(?:'s| is))"
    rf" (?P<which>(?:the|your|my) original|what (?:you|i|we) (?:\w+ )?(?:showed|gave|had|listed|started with|suggested|recommended|saw|got)(?: me| us)? (?:at first|first|before|earlier|{_OF_START})|(?:the|that|your|my|those) (?:(?:very )?(?:first|original|opening|initial|earliest|previous|last|earlier|old|other) )?(?:\w+ )?{_LISTS}"
    r"(?: (?:that )?(?:you|we|i) (?:\w+ )?(?:showed|gave|had|listed|started with|suggested|recommended|saw|got)(?: me| us)?)?"
    rf"(?: (?:of|from|at|before|earlier)(?: (?:the )?(?:very )?(?:start|beginning|first|before|earlier))?| {_OF_START})?)"
    r"(?P<again>(?: again| once more| back| please| now| then| up)*)[\s?.!]*|"
    r"(?:那|请|能不能|可以)?(?:再)?(?:回到|退回(?:到)?|给我看|看看?|显示|恢复|要)(?:一下)?(?P<zh>(?:最(?:开始|初|早)|一?开始|第一[次个份张]|刚才|之前|上一?[次个份]|原来)(?:的)?(?:那[个份张])?(?:列表|名单|推荐|那[些几][个部本件]?))(?:吧|吗)?[。?! ]*",
    re.I,
)
"""What asks for a list of before: "go back to the first list"."""
_FIRST = re.compile(
    r"\b(?:first|original|opening|initial|earliest|start|started|beginning|originally|initially)\b|最(?:开始|初|早)|一?开始|第一",
    re.I,
)
_ASKS_FIRST = re.compile(
    rf"{BEFORE}(?:(?:can you |could you )?(?:remind|tell) me )?(?:what|which \w+) (?:(?:did|had|was|have) (?:i|we)|(?:i|we)(?:'d| had| have)?) ?(?:first |originally |initially )?"
    r"(?:ask(?:ed)?(?: you)?(?: for)?|want(?:ed)?|say|said|search(?:ed)?(?: for)?|look(?:ing|ed)? for|tell you|request(?:ed)?|start(?:ed)?(?: out)? with|type)"
    rf"(?: {_OF_START}|(?: you)?(?: for)? {_OF_START})?[\s?.!]*|"
    rf"{BEFORE}what (?:was|is) (?:my|our) (?:very )?(?:first|original|initial) (?:question|wish|request|search|ask)[\s?.!]*|"
    r"(?:我)?(?:最(?:开始|初)|一?开始)(?:我)?(?:问|要|想要|说|找)(?:的)?(?:是)?(?:的是)?(?:了)?什么(?:来着)?[??。 ]*",
    re.I,
)
"""What asks for the wish of the start."""


def earlier_list(line: str, state: DialogueState) -> tuple[ListState, str] | None:
    """Read a line that wants a list of before as a whole, and perhaps to be told what it was asked for.

    Parameters
    ----------
    line
        What the person wrote.
    state
        What the conversation has come to.

    Returns
    -------
    tuple or None
        The list as it was made, and what is said of it; None for any other line.
    """
    parts = sentences(line)
    asked = [part for part in parts if requests_first(part)]
    wanted = [match for part in parts if (match := _LIST_AGAIN.fullmatch(part.strip()))]
    if not wanted or len(asked) + len(wanted) < len(parts) or state.last is None:
        return None
    said, language = wanted[-1]["which"] or wanted[-1]["zh"], language_of(line)
    back = re.search(r"\bback\b|return|revert|restore", line, re.I) or wanted[-1]["zh"]
    first = bool(asked) or _FIRST.search(said) is not None
    named = re.search(r"\b(?:previous|last|earlier|old|other|before)\b", said, re.I)
    if not (first or back or named) or not (
        back or wanted[-1]["again"].strip() or re.search(r"\blist\b|^what\b", said)
    ):
        return None
    if first and state.first is not None:
        told = first_query(state, language) if asked else ""
        return state.first, f"{told} {SAYS['back to first'][language]}".strip()
    before = next((each for each in lists_of(state)[1:] if each.items and each.items != state.last.items), None)
    return (before, SAYS["reverted list"][language]) if before else None


def requests_first(line: str) -> bool:
    """Tell whether a line asks what was wished for at the start.

    Parameters
    ----------
    line
        What the person wrote.

    Returns
    -------
    bool

    Examples
    --------
    >>> requests_first("what did i ask you at the start?"), requests_first("what did you show me first?")
    (True, False)
    """
    found = _ASKS_FIRST.fullmatch(line.strip())
    return found is not None and _FIRST.search(line) is not None


def first_query(state: DialogueState, language: str) -> str:
    """Say what the first list was asked for.

    Parameters
    ----------
    state
        What the conversation has come to.
    language
        "en" or "zh".

    Returns
    -------
    str
    """
    first = state.first
    if first is None:
        return SAYS["first unknown"][language]
    parts = [describe_conditions(first.conditions, language, only=False)] if first.conditions else []
    parts += [SAYS["in words"][language].format(query=first.query)] if first.query else []
    if not parts:
        return SAYS["first open"][language]
    return plain(SAYS["first query"][language].format(query=(",".join if language == "zh" else "; ".join)(parts)))


def lists_of(state: DialogueState) -> tuple[ListState, ...]:
    """List the lists of a conversation as far as they are kept.

    Parameters
    ----------
    state
        What the conversation has come to.

    Returns
    -------
    tuple of ListState
        The latest first.
    """
    earlier = (then.last for then in reversed(state.earlier))
    return tuple(each for each in (state.last, *earlier) if each is not None)
