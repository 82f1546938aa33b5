"""What a line of a conversation asks for: a wish with conditions on attributes, or something about an item."""

import re
from dataclasses import dataclass
from typing import Literal

from langchain_core.runnables import Runnable, RunnableLambda

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.chat.conditions import read_conditions
from llmrec.chat.numbers import LAST, THAT, Comparison, place, read_comparisons

__all__ = ["LAST", "THAT", "Action", "Intent", "place", "understand", "understanding"]

Action = Literal["ask", "more", "similar", "why", "like", "not", "seen", "drop", "anew", "help", "quit"]

_COMMANDS = re.compile(
    r"(?:(?:i|i'?ve|i have)(?: already| really)? )?(?P<verb>why|liked?|love[d]?|not|seen|saw|watched|bought|help|quit|"
    r"exit|bye)\b[\s:]*(?P<rest>.*?)(?:\s+(?:already|before|too))?[\s?.!]*",
    re.I | re.S,
)
_VERBS: dict[str, Action] = {
    "why": "why", "like": "like", "liked": "like", "love": "like", "loved": "like", "not": "not", "saw": "seen",
    "seen": "seen", "watched": "seen", "bought": "seen", "help": "help",
    "quit": "quit", "exit": "quit", "bye": "quit",
}  # fmt: skip
_OF_A_PLACE: tuple[tuple[Action, re.Pattern[str]], ...] = (
    ("why", re.compile(r"(?:why (?:did|do|would|are) you (?:recommend(?:ed)?|suggest(?:ed)?|show|pick|choose)|explain|"
                       r"(?:tell me )?more about|reasons? for|why is|why am i shown)\s+(?P<rest>.+)", re.I)),
    ("not", re.compile(r"(?:(?:i )?(?:did not|didn'?t|do not|don'?t) (?:like|want)|(?:i )?(?:hate[d]?|dislike[d]?)|"
                       r"remove|hide|skip|drop|no more of)\s+(?P<rest>.+)", re.I)),
)  # fmt: skip
"""Lines that are commands only of an item in the list."""
_MORE = re.compile(
    r"(?:(?:show|give|tell) me )?(?:some )?(?:more|others?|another|next|what else|anything else|something else|"
    r"something different)(?: (?:other|ones?|items?|films?|movies?|please|suggestions|recommendations|"
    r"of (?:these|those)))*[\s?.!]*|(?:show|give) me (?:some )?other(?: \w+)?[\s?.!]*",
    re.I,
)
_ANEW = re.compile(
    r"(?:start (?:over|again|afresh)|reset|forget (?:that|it|everything|all that)|"
    r"clear (?:all )?(?:the )?filters?)[\s?.!]*",
    re.I,
)
_SIMILAR = re.compile(
    r"(?:(?:(?:can|could) you )?(?:show|give|find) me |i(?:'d| would)? (?:want|like) )?"
    r"(?:(?:some|any)?(?:thing|more|others?)|another(?: one)?|films?|movies?|items?|ones?)?\s*"
    r"(?:that (?:is|are) )?(?:just )?(?:more like|like|similar to|in the (?:style|spirit) of|(?:the )?same as)"
    r" (?P<subject>.*?)[\s?.!]*",
    re.I | re.S,
)
_DROP = re.compile(r"(?:drop|forget|remove) (?:the )?(?:conditions?|filters?)[\s:]+(?P<rest>.+)", re.I | re.S)
_PLACED = re.compile(r"(?P<subject>.+?)\s*(?:,|\b(?:but|only|just|in)\b)\s*(?P<rest>.+)", re.I | re.S)
_CONDITIONED = re.compile(r"\s*(?:,|;|\bbut\b|\band\b|\bonly\b|\bunder\b|\bbelow\b|\bfrom the\b|\bin\b)\s*", re.I)


@dataclass(frozen=True, slots=True)
class Intent:
    """One line, understood. `subject`: the title, or the place in the last list (a number, "last", "that"), that it
    speaks of; the conditions that are to be dropped, as `--where` takes them."""

    action: Action
    subject: str = ""
    query: str = ""
    filters: tuple[str, ...] = ()
    """Conditions as `--where` takes them, each to be met."""
    compared: tuple[Comparison, ...] = ()
    """Conditions that hold against items of the conversation."""


def understanding(catalog: Catalog) -> Runnable[str, Intent]:
    """A runnable from a line of words to its `Intent`, with the attributes and words of this catalogue."""
    return RunnableLambda(lambda line: understand(line, catalog))


def understand(line: str, catalog: Catalog) -> Intent:
    """The intent of a line: "not" and an attribute value is a filter, with a title it is about the item."""
    text = " ".join(re.sub("[\u2018\u2019]", "'", line).split())
    text = re.sub(r"^(?:nope|nah|ok|okay|well|hmm)[,.!]? (?=\S)", "", text, flags=re.I)
    if _MORE.fullmatch(text):
        return Intent("more")
    if _ANEW.fullmatch(text):
        return Intent("anew")
    if dropped := _DROP.fullmatch(text):
        return Intent("drop", dropped["rest"])
    if about := _similar(text, catalog) or _placed(text, catalog):
        return about
    for action, pattern in _OF_A_PLACE:
        said = pattern.fullmatch(text)
        if said and (where := place(said["rest"])):
            return Intent(action, where)
    command = _COMMANDS.fullmatch(text)
    if command:
        verb, rest = _VERBS[command["verb"].lower()], command["rest"]
        subject = place(rest) or rest
        excludes = verb == "not" and not place(rest) and _excludes(text, catalog)
        if not excludes and (rest or verb in ("why", "help", "quit")):
            return Intent(verb, subject)
    return _read("ask", text, catalog)


def _excludes(text: str, catalog: Catalog) -> bool:
    """Whether a line that begins with "not" says a condition or turns a mood down, and no title."""
    if re.match(r"not (?:only|just|necessarily|exclusively)\b", text, re.I):
        return True
    read = _read("ask", text, catalog)
    return bool(read.filters or read.compared) or read.query != text.strip(" ,.;!?")


def _read(action: Action, text: str, catalog: Catalog, subject: str = "", usual: str = "") -> Intent:
    """The conditions of a text; comparisons without an object mean `usual`, or the whole list."""
    left, compared = read_comparisons(text, catalog, usual) if usual else read_comparisons(text, catalog)
    read = read_conditions(left, catalog)
    return Intent(action, subject, read.query, read.conditions, compared)


def _similar(text: str, catalog: Catalog) -> Intent | None:
    """ "more like the second one, but under 40": an item's likes, with conditions; a bare "like TITLE" is no such."""
    match = _SIMILAR.fullmatch(text)
    if not match:
        return None
    bare = re.match(r"(?:i )?like\b", text, re.I) is not None
    subject = re.sub(r"\s+please$", "", match["subject"], flags=re.I)
    if not bare and (known := _known(subject, catalog)):
        return Intent("similar", known)
    for cut in _CONDITIONED.finditer(subject):
        known, rest = _known(subject[: cut.start()], catalog), subject[cut.start() :]
        if known and not (bare and not re.search(r"\bbut\b", cut[0])):
            return _read("similar", rest, catalog, known, known)
    return None


def _placed(text: str, catalog: Catalog) -> Intent | None:
    """ "the second one but newer", "the same in red": the likes of an item of the list."""
    match = _PLACED.fullmatch(text)
    if not match or not (subject := place(match["subject"])) or match["subject"].strip().isdigit():
        return None
    read = _read("similar", text[match.end("subject") :], catalog, subject, subject)
    return read if read.filters or read.compared or read.query else None


def _known(words: str, catalog: Catalog) -> str:
    """The place or the title that the words are, or ""."""
    return place(words) or (words if words.casefold() in Vocabulary.of(catalog).by_title else "")
