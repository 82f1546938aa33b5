"""What single words of a closed text claim: an input that helped, a query, a rank, strength, doubt, a cause."""

import re

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.checks.lexicon import CAUSE, COUNTS, DOUBT, KNOWN, MEASURED, MODALITY_OF, QUERY, RANK, SPECIAL
from llmrec.verification.checks.resolution import ResolvedText
from llmrec.verification.claims import Claim, judged, unchecked
from llmrec.verification.grammar import STRONGLY

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
    return text.reading.clause(at) in text.querying and word in re.findall(r"\w+", text.grounds.query.lower())


def _misused(text: ResolvedText, word: str, at: int) -> str:
    """Why an input's name cannot stand where it does: nobody asked for a plot, and no genre is called so; or ""."""
    if _QUERIED.search(text.reading.before(at)) and word not in re.findall(r"\w+", text.grounds.query.lower()):
        return "the query does not name it"
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
