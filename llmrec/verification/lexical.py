"""What words claim: an input, a query, a rank, strength, doubt, a cause; in an open text names and causes."""

import re

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.grammar import (
    CAUSE,
    COUNTS,
    DOUBT,
    KNOWN,
    MEASURED,
    MODALITY_OF,
    OPENERS,
    QUERY,
    RANK,
    SPECIAL,
    STRONGLY,
)
from llmrec.verification.open_text import statement_claims
from llmrec.verification.reading import Claim, judged, unchecked
from llmrec.verification.resolution import ResolvedText

_QUERIED = re.compile(rf"\b(?:{'|'.join(sorted(QUERY))}) (?:(?:is|was) )?for(?: (?:the|a|an|its|this|that))*$")


def word_claims(text: ResolvedText, others: list[Claim]) -> list[Claim]:
    """Claims of words.

    A cause holds where one of them or of the `others` gives a true reason, and any word that grammar, catalogue and
    evidence do not know is a claim that cannot be checked.
    """
    reading = text.reading
    claims = [_word(text, word, start) for word, start, _ in reading.words if word in SPECIAL - CAUSE]
    held = [reading.sentence(c.start) for c in others if c.kind in ("rank", "number") and c.verdict == "supported"]
    reasoned = any(claim.reason for claim in (*others, *claims))
    for word, start, end in reading.words:
        if word in CAUSE:
            why = "no true reason stands with it"
            claims.append(judged("cause", word, start, reasoned, "the other claims", why))
        elif word in MEASURED and reading.sentence(start) in held:
            continue
        elif word not in SPECIAL and not word[0].isdigit() and not _known(text, word, start):
            why = "neither evidence nor catalogue says so"
            claims.append(unchecked("word", reading.text[start:end], start, why))
    return claims


def _known(text: ResolvedText, word: str, at: int) -> bool:
    """Whether a word is plain: one of the grammar's, an attribute's name, or the user's own within a query."""
    of_domain = (text.words.noun, f"{text.words.noun}s", text.words.chose)
    if word in KNOWN or word in of_domain or word in text.vocabulary.names:
        return True
    asked = text.reading.clause(at) in text.querying and word in re.findall(r"\w+", text.grounds.query.lower())
    following = re.match(r"\w+", text.reading.after(at + len(word)))
    # "The zebra genre" says more than the user's own word: that it is a value of an attribute.
    return asked and not (following and following[0] in text.vocabulary.names)


def _misused(text: ResolvedText, word: str, at: int) -> str:
    """Why an input's name cannot stand where it does: nobody asked for a plot, and no genre is called so; or ""."""
    if _QUERIED.search(text.reading.before(at)) and word not in re.findall(r"\w+", text.grounds.query.lower()):
        return "the query does not name it"
    if re.search(rf"\b{text.words.chose} (?:the|its|this|a)$", text.reading.before(at)):
        return f"a {word} is not {text.words.chose}"
    following = re.match(r"\w+", text.reading.after(at + len(word)))
    return "it is no value of an attribute" if following and following[0] in text.vocabulary.names else ""


def _word(text: ResolvedText, word: str, start: int) -> Claim:
    """The claim that one word of `SPECIAL` makes by itself."""
    grounds, sentence = text.grounds, text.reading.sentence(start)
    effects = [grounds.effect(ids) for ids in text.cited_in(sentence)]
    against = f"effects on item {grounds.item}"
    if word in MODALITY_OF:
        modality = MODALITY_OF[word]
        if misuse := _misused(text, word, start):
            return judged("modality", word, start, False, against, misuse)
        why = "that input raised the score no more than noise"
        return judged("modality", word, start, modality in grounds.helped, f"evidence of {modality}", why, reason=True)
    if word in QUERY:
        return judged("query", word, start, grounds.answers_query, "the query", "no query is answered", reason=True)
    if word in COUNTS:
        count = len(text.cited)
        return judged("number", word, start, COUNTS[word] == count, "titles named", f"{count} titles are named")
    if word in RANK:
        first = len(effects) == 1 and effects[0] >= max(grounds.effects.values())
        return judged("rank", word, start, first, against, "it did not move the score most")
    if word == "than":
        # "more than anything" is a claim of rank, made by its own word.
        ordered = bool(text.reading.words_in(sentence) & RANK) or (len(effects) == 2 and effects[0] > effects[1])
        return judged("comparison", word, start, ordered, against, "the effects say otherwise")
    if word in STRONGLY:
        strong = max(effects, default=0.0) >= STRONG
        return judged("strength", word, start, strong, against, "the effect is not strong")
    assert word in DOUBT
    doubtful = grounds.weak or (bool(effects) and max(effects) < FAINT)
    return judged("doubt", word, start, doubtful, against, "the evidence is not weak", reason=True)


_CAUSE = re.compile(
    r"\b(?:because|since|due to|thanks to|based on|given|as (?:you|the user|they|he|she)|having|owing to)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\b(?:more|less|better|rather|\w+er) than\b", re.IGNORECASE)
_NAME = re.compile(
    r"(?:[A-Z][\w'&\u2019-]+|[A-Z]\.)(?:(?:\s(?:of|the|in|de|van|von)){0,2}\s(?:[A-Z][\w'&\u2019-]+|[A-Z]\.|\d+|[IVX]+\b))*"
)


def open_text_claims(text: ResolvedText, others: list[Claim]) -> list[Claim]:
    """Names, causes, comparisons and statements of an open text, beside the `others`: titles, attributes, numbers."""
    named = [(claim.start, claim.start + len(claim.text)) for claim in others if claim.kind in ("title", "number")]
    stated = [c for c in statement_claims(text) if not (c.kind == "story" and c.verdict == "supported"
              and any(low < c.start + len(c.text) and c.start < high for low, high in named))]  # fmt: skip
    decided = [(claim.start, claim.start + len(claim.text)) for claim in stated if claim.kind != "name"]
    compared = [c for c in _comparisons(text) if not any(low <= c.start < high for low, high in decided)]
    return [*_names(text), *_causes(text), *compared, *stated]


def _names(text: ResolvedText) -> list[Claim]:
    """Capitalised names that are no known title: of the item's own text, or else of nothing at hand.

    One capitalised word that begins a sentence is a word.
    """
    rest_of_text = text.reading.without_names
    item_text = text.catalog.item(text.grounds.item).text().casefold()
    against = f"text of item {text.grounds.item}"
    claims = []
    for match in _NAME.finditer(rest_of_text):
        name, start = match.group(), match.start()
        begins = not rest_of_text[:start].strip() or rest_of_text[:start].rstrip()[-1:] in '.!?:;"'
        if begins and " " not in name:
            continue
        if begins and name.split(" ", 1)[0] in OPENERS:
            rest = name.split(" ", 1)[1]
            name, start = rest, start + len(name) - len(rest)
            if not name[:1].isupper():
                continue
        if name in ("I", "I'm", "I've", "TV", "English"):
            continue
        if any(quote.start < start + len(name) and start < quote.end for quote in text.titles):
            continue
        if name.removesuffix("'s").casefold() in item_text:
            claims.append(judged("name", name, start, True, against))
        elif text.caused(start):
            claims.append(_cited_name(text, name, start))
        else:
            why = "neither catalogue nor the item's text has this name"
            claims.append(unchecked("name", name, start, why, against))
    return claims


_CHOSE = re.compile(
    r"\b(?:bought|purchased|watched|rated|ordered|streamed|rented|liked|loved|enjoyed)"
    r"(?: the (?:book|film|movie|series|show|album|game))?$"
)
"""Verbs that tell of a choice in the past; who enjoys a name may mean a person or a style."""
_NAME_ENDS = re.compile(
    r"\W*(?:$|[,.;:!?)]|\s(?:and|or|but|because|since|so|as|which|when|before|after|too|also|very|for)\b)"
)


def _cited_name(text: ResolvedText, name: str, start: int) -> Claim:
    """A name that is given as a cause: the title of a history item, perhaps with a slip of the pen."""
    near = text.vocabulary.spellings.alike(name)
    cites = tuple(item for item in near if item in text.grounds.history)
    against = f"history of item {', '.join(sorted(cites))}" if cites else "the catalogue's titles"
    why = "the user's history does not hold it" if near else "the catalogue has no such title"
    whole = not name.endswith("'s") and _NAME_ENDS.match(text.reading.text[start + len(name) :])  # no "Greek myths"
    if not near and not (whole and _CHOSE.search(text.reading.before(start))):
        return unchecked("name", name, start, "neither catalogue nor the item's text has this name", against)
    return judged("title", name, start, bool(cites), against, why, cites=cites)


def _causes(text: ResolvedText) -> list[Claim]:
    """A claim for each sentence that gives a cause: did what it cites move the score?

    Where a scorer was asked and no sentence gives one in so many words, what the text cites is taken for its reason.
    """
    bare, claims = text.reading.bare, []
    for span in text.reading.sentences:
        match = _CAUSE.search(bare, span[0], min(span[1], len(bare)))
        if match is not None:
            claims.append(_cause(text, match.group(), match.start(), text.cited_in(span)))
    if not claims and text.cited and text.grounds.measured:
        first = min((quote for quote in text.titles if quote.start in text.cited), key=lambda quote: quote.start)
        claims.append(_cause(text, first.text, first.start, list(text.cited.values())))
    return claims


def _cause(text: ResolvedText, words: str, start: int, cited: list[list[str]]) -> Claim:
    against = f"effects on item {text.grounds.item}"
    if not text.grounds.measured:
        return unchecked("cause", words, start, "no scorer measured what moved the score", against)
    if not cited:
        return unchecked("cause", words, start, "it cites no item of the history", against)
    hedged = bool(text.reading.words_in(text.reading.sentence(start)) & DOUBT)
    moved = any(text.grounds.moved(ids) for ids in cited)
    why = "nothing that it cites moved the score more than noise"
    return judged("cause", words, start, moved or hedged, against, why, reason=True)


def _comparisons(text: ResolvedText) -> list[Claim]:
    return [
        unchecked("comparison", m.group(), m.start(), "nothing at hand compares the two")
        for m in _COMPARED.finditer(text.reading.bare)
    ]
