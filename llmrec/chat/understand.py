"""What a line of a conversation asks for: a wish with conditions on attributes, or something about an item."""

import re
from dataclasses import dataclass
from typing import Literal

from langchain_core.runnables import Runnable, RunnableLambda

from llmrec.catalog import Catalog
from llmrec.chat.conditions import read_conditions
from llmrec.explain.vocabulary import Vocabulary

Action = Literal["ask", "more", "similar", "why", "like", "not", "seen", "drop", "help", "quit"]

_COMMANDS = re.compile(
    r"(?:(?:i|i'?ve|i have)(?: already| really)? )?(?P<verb>why|liked?|love[d]?|not|seen|saw|watched|bought|help|quit|"
    r"exit|bye)\b[\s:]*(?P<rest>.*?)[\s?.!]*",
    re.I | re.S,
)
_VERBS: dict[str, Action] = {
    "why": "why", "like": "like", "liked": "like", "love": "like", "loved": "like", "not": "not", "saw": "seen",
    "seen": "seen", "watched": "seen", "bought": "seen", "help": "help",
    "quit": "quit", "exit": "quit", "bye": "quit",
}  # fmt: skip
_MORE = re.compile(
    r"(?:(?:show|give|tell) me )?(?:some )?(?:more|others?|another|next|what else|anything else|something else|"
    r"something different)(?: (?:ones?|items?|films?|movies?|please|suggestions|recommendations|of (?:these|those)))*"
    r"[\s?.!]*",
    re.I,
)
_SIMILAR = re.compile(
    r"(?:(?:show|give|find) me |i(?:'d| would)? (?:want|like) )?"
    r"(?:(?:some|any)?(?:thing|more|others?)|another(?: one)?|films?|movies?|items?|ones?)?\s*"
    r"(?:that (?:is|are) )?(?:just )?(?:more like|like|similar to|in the style of)"
    r" (?P<subject>.*?)[\s?.!]*",
    re.I | re.S,
)
_DROP = re.compile(r"(?:drop|forget|remove) (?:the )?(?:conditions?|filters?)[\s:]+(?P<rest>.+)", re.I | re.S)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_PLACE = re.compile(
    rf"(?:the |that |#|no\.? ?|number |nr\.? ?|item )*(?:(?P<word>{'|'.join(_ORDINALS)}|last)|(?P<n>\d{{1,3}})"
    r"(?:st|nd|rd|th)?)(?: (?:one|film|movie|item|product|of them|of these|in the list))*",
    re.I,
)
_CONDITIONED = re.compile(r"\s*(?:,|;|\bbut\b|\band\b|\bonly\b|\bunder\b|\bbelow\b|\bfrom the\b)\s*", re.I)
LAST = "last"
"""The subject that stands for the end of the last list."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One line, understood. `subject`: the title, the number in the last list, or "last", that it speaks of; the
    conditions that are to be dropped, as `--where` takes them."""

    action: Action
    subject: str = ""
    query: str = ""
    filters: tuple[str, ...] = ()
    """Conditions as `--where` takes them, each to be met."""


def understanding(catalog: Catalog) -> Runnable[str, Intent]:
    """A runnable from a line of words to its `Intent`, with the attributes and words of this catalogue."""
    return RunnableLambda(lambda line: understand(line, catalog))


def understand(line: str, catalog: Catalog) -> Intent:
    """The intent of a line: "not" and an attribute value is a filter, with a title it is about the item."""
    text = " ".join(line.replace("\u2019", "'").split())
    if _MORE.fullmatch(text):
        return Intent("more")
    dropped = _DROP.fullmatch(text)
    if dropped:
        return Intent("drop", dropped["rest"])
    similar = _similar(text, catalog)
    if similar:
        return similar
    command = _COMMANDS.fullmatch(text)
    if command:
        verb, rest = _VERBS[command["verb"].lower()], command["rest"]
        subject = place(rest) or rest
        excludes = verb == "not" and not place(rest) and read_conditions(text, catalog).conditions
        if not excludes and (rest or verb in ("why", "help", "quit")):
            return Intent(verb, subject)
    read = read_conditions(text, catalog)
    return Intent("ask", query=read.wish, filters=read.conditions)


def place(words: str) -> str:
    """The number of a place in a list that the words name ("the second one" -> "2"), "last", or ""."""
    match = _PLACE.fullmatch(words.strip(" ?.!"))
    if not match:
        return ""
    word = (match["word"] or "").lower()
    return LAST if word == "last" else str(_ORDINALS.index(word) + 1) if word else str(int(match["n"]))


def _similar(text: str, catalog: Catalog) -> Intent | None:
    """ "more like the second one, but under 40": an item's likes, with conditions; a bare "like TITLE" is no such."""
    match = _SIMILAR.fullmatch(text)
    if not match or re.match(r"(?:i )?like\b", text, re.I):
        return None
    subject, rest = match["subject"], ""
    if not place(subject) and (cut := _CONDITIONED.search(subject)) and place(subject[: cut.start()]):
        subject, rest = subject[: cut.start()], subject[cut.start() :]
    if place(subject):
        read = read_conditions(rest, catalog)
        return Intent("similar", place(subject), read.wish, read.conditions)
    titled = Vocabulary.of(catalog).by_title.get(subject.casefold())
    return Intent("similar", subject) if titled else None
