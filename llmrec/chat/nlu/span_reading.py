"""What of a line's reading holds by its spans: conditions and words that no span backs are what nobody meant.

Rules match words wherever they stand: "she never wears pink" held a ban on "dog wear", "not even proper sci-fi" one on
sci-fi, and of "something youd like lol" the list was ranked by "youd". Here the model of spans
(`llmrec.chat.nlu.spans`) has a say, where it is sure.
"""

import dataclasses
import re
from collections.abc import Callable, Collection, Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.chat.nlu.intent import READ_CHARACTERS, Intent
from llmrec.chat.nlu.languages import is_chinese
from llmrec.chat.nlu.lexicon import ORDINARY, Lexicon
from llmrec.chat.nlu.rules import understand
from llmrec.chat.nlu.spans import SpokenWord, span_reader
from llmrec.retrieval.filters import read_clauses, written

RULED_OUT = 0.8
"""Share from which a word is part of a ban, whatever the rules read."""
BANNED = 0.7
"""Share from which a word is part of a ban that the rules may have missed."""
_MISSED = re.compile(
    r"(?:\b(?:those|these|they|(?:most|some|half|none|all) of (?:it|them))|(?:^|[.,;!?] )(?:that|this|it|[1-9]))\b"
    r"[^,.;?!]{0,24}?(?:\b(?:are|is|were|was) ?(?:n'?t|not)|'s not|'re not)\b"
    r"(?: (?:even|really|exactly|actually|quite|what i'd call))*"
    r"(?: (?:an?|any))?(?: (?:proper|properly|real|true|actual))? (?P<kind>[^,.;?!]+)(?![^?]*\?)",
    re.I,
)
"""A complaint that what is listed is not of a kind, which is what is wanted: "half of those aren't proper sci-fi"."""
_GIVEN_UP = re.compile(
    r"\b(?:forget|scrap|drop|ditch|skip|enough|done with|(?:sick|tired|bored) of|over)"
    r"(?: (?:about|the|that|those|these|all|with|any|of))*\s*$",
    re.I,
)
"""What stands right before something that is wanted no more, which the rules may have read as a wish."""
_TWICE = re.compile(r"(?:n't|not|never) (?:dislike|mind|hate|ask|without)\b|\bnothing but\b|\bno other than\b", re.I)
"""Negations that negate one another, of which the model of spans reads a ban."""
_LEFT_OVER = re.compile(r"\b(?:drop|forget|scrap|remove|skip|no|not|without)(?: the| any)?(?=\s*[,;]|$)", re.I)
"""What stood before a ban that was taken out."""
_JOINING = frozenset(
    ["a", "an", "the", "of", "and", "or", "with", "in", "on", "for", "to", "by", "from", "about", "is", "are"]
)


def spoken_words(line: str) -> tuple[SpokenWord, ...]:
    """The words of a line with the kinds of their spans; none of a line in Chinese, or without the model."""
    reader = span_reader()
    return () if reader is None or is_chinese(line) else reader.words(line[:READ_CHARACTERS])


def bare_words(line: str) -> frozenset[str]:
    """Words, in lower case, of which for certain nothing is meant by which to choose, wherever they stand in a line.

    Parameters
    ----------
    line
        What a person wrote.

    Examples
    --------
    >>> sorted(bare_words("seen all the disney ones tho") & {"disney", "tho"})
    ['tho']
    """
    reader = span_reader()
    return frozenset() if reader is None else _throughout(line, lambda word: word.share("bare") >= reader.bare_from)


def rather_bare(line: str) -> frozenset[str]:
    """Words of a line, in lower case, that are likelier bare than anything else, wherever they stand."""
    return _throughout(line, lambda word: word.kind == "bare")


def _throughout(line: str, holds: Callable[[SpokenWord], bool]) -> frozenset[str]:
    """Words, in lower case, of which something holds wherever they stand in a line."""
    words = spoken_words(line)
    other = {_text(line, word) for word in words if not holds(word)}
    return frozenset(_text(line, word) for word in words) - other


def _plain(word: str) -> str:
    return word.strip(".,;:!?'\"()").casefold()


def _words_of(catalog: Catalog) -> frozenset[str]:
    """The words of titles, texts and attribute values, in lower case."""
    found: set[str] = set()
    for item in catalog.items:
        values = (x for value in item.attributes.values() for x in (value if isinstance(value, tuple) else (value,)))
        found.update(re.findall(r"[\w'-]+", " ".join((item.title, item.description, *map(str, values))).casefold()))
    return frozenset(found)


def without_bare_words(query: str, line: str, catalog: Catalog) -> str:
    """Take out of a query the words of its line of which nothing is meant.

    Parameters
    ----------
    query
        What is left of the line to rank by.
    line
        What the person wrote.
    catalog
        Words that no item has, and that are likelier bare than not, are taken out, too: by "ud" nothing is ranked.

    Returns
    -------
    str
        "" where no word is left that tells anything.

    Examples
    --------
    >>> without_bare_words("floaty tho ngl", "ngl smth more floaty tho", Catalog("shop", (), {}))
    'floaty'
    """
    joining = ORDINARY | _JOINING
    rather = rather_bare(line)
    ruled_out = _throughout(line, lambda word: word.share("ban") >= RULED_OUT)
    dropped = (bare_words(line) | (rather - derived(catalog, _words_of)) | ruled_out) - joining
    stretches: list[list[str]] = [[]]
    for word in query.split():
        if _plain(word) in dropped:
            stretches.append([])
        else:
            stretches[-1].append(word)
    if len(stretches) > 1:
        last = len(stretches) - 1
        parts = (_trimmed(each, joining, n > 0, n < last) for n, each in enumerate(stretches))
        query = " ".join(part for part in parts if part)
        query = _LEFT_OVER.sub("", query).strip(" ,;.!?")
    return "" if all(_plain(word) in joining or _plain(word) in rather for word in query.split()) else query


def _trimmed(words: list[str], joining: Collection[str], start: bool, end: bool) -> str:
    """A stretch of a query without the small words at its start, or end, which joined it to what was dropped."""
    while start and words and _plain(words[0]) in joining:
        words = words[1:]
    while end and words and _plain(words[-1]) in joining:
        words = words[:-1]
    return " ".join(words)


def banned_unmeant(refused: str, line: str) -> bool:
    """Whether no word of what a line is read to rule out can be meant so."""
    said = set(re.findall(r"[\w'-]+", refused.casefold())) - ORDINARY - _JOINING
    return bool(said) and said <= bare_words(line)


def with_spans(intent: Intent, line: str, catalog: Catalog) -> Intent:
    """What a line means, by its spans too.

    Parameters
    ----------
    intent
        As the rules read it, or a chat model with them.
    line
        What the person wrote.
    catalog
        Its values are read.

    Returns
    -------
    Intent
        Without conditions on words of which nothing is meant; with bans that the rules missed, and those that they read
        as wishes or the other way about turned round.
    """
    words = spoken_words(line)
    if not words or intent.action not in ("ask", "similar"):
        return intent
    mentions = Lexicon.of(catalog).mentions(line)
    missed = _MISSED.search(line)
    filters: list[str] = []
    for condition in intent.filters:
        clauses = read_clauses(condition)
        values = {value for clause in clauses for value in clause.values}
        behind = [
            word
            for mention in mentions
            if values & set(mention.values)
            for word in words
            if word.start < mention.end and word.end > mention.start
        ]
        behind = [word for word in behind if _text(line, word) not in ORDINARY] or behind
        operator = clauses[0].operator if len(clauses) == 1 else ""
        if not behind or operator not in ("=", "!="):
            filters.append(condition)
        elif _in_part(behind, values) and all(word.kind == "bare" for word in behind):
            continue
        elif (
            operator == "!="
            and missed
            and all(missed.start("kind") <= each.start < missed.end("kind") for each in behind)
        ):
            filters.append(written(clauses[0].attributes, "=", clauses[0].values))
        elif (
            operator == "="
            and all(word.share("ban") >= RULED_OUT for word in behind)
            and _GIVEN_UP.search(line[: behind[0].start])
        ):
            filters.append(written(clauses[0].attributes, "!=", clauses[0].values))
        else:
            filters.append(condition)
    filters += (
        []
        if _TWICE.search(line)
        else [each for each in _missed_bans(line, words, filters, catalog) if each not in filters]
    )
    held = tuple(dict.fromkeys(filters))
    return intent if held == intent.filters else dataclasses.replace(intent, filters=held)


def _in_part(words: Sequence[SpokenWord], values: Collection[str]) -> bool:
    """Whether words name values in part only: a value that is said whole is meant, whatever the model makes of it."""
    return len(words) < min(len(re.findall(r"\w+", value)) for value in values)


def _missed_bans(line: str, words: Sequence[SpokenWord], filters: Sequence[str], catalog: Catalog) -> list[str]:
    """Conditions of what is said to be ruled out by attribute values that the rules read as nothing."""
    read_already = {value.casefold() for each in filters for clause in read_clauses(each) for value in clause.values}
    found: list[str] = []
    titles = Vocabulary.of(catalog).by_title
    for start, end in _runs(words):
        if line[start:end].casefold() in titles:  # "no Star Wars" is no word on wars
            continue
        read = understand(f"no {line[start:end]}", catalog)
        if read.query.strip(" ,.;!?"):  # of "star wars" a kind is a part
            continue
        for each in read.filters:
            clauses = read_clauses(each)
            values = {value.casefold() for clause in clauses for value in clause.values}
            if all(clause.operator == "!=" for clause in clauses) and not values & read_already:
                found.append(each)
    return found


def _runs(words: Sequence[SpokenWord]) -> list[tuple[int, int]]:
    """Places of the stretches of words that are part of a ban."""
    found: list[tuple[int, int]] = []
    before = False
    for word in words:
        banned = word.share("ban") >= BANNED
        if banned and before:
            found[-1] = (found[-1][0], word.end)
        elif banned:
            found.append((word.start, word.end))
        before = banned
    return found


def _text(line: str, word: SpokenWord) -> str:
    return line[word.start : word.end].casefold()
