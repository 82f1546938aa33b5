"""What single words of our own sentences claim: an input that helped, a wish, a rank, strength, doubt, a cause."""

import re

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.checks.lexicon import CAUSE, COUNTS, DOUBT, KNOWN, MEASURED, MODALITY_OF, QUERY, RANK, SPECIAL
from llmrec.verification.checks.roles import Scene
from llmrec.verification.claims import Claim, judged, unchecked
from llmrec.verification.grammar import STRONGLY

_QUERIED = re.compile(rf"\b(?:{'|'.join(sorted(QUERY))}) (?:(?:is|was) )?for(?: (?:the|a|an|its|this|that))*$")


def word_claims(scene: Scene, found: list[Claim]) -> list[Claim]:
    """Claims of words; a cause holds where one of them or of `found` gives a true reason, and any word that plans,
    catalogue and evidence do not know is a claim that cannot be checked.
    """
    words = scene.reading.words
    said = [_word(scene, word, start) for word, start, _ in words if word in SPECIAL - CAUSE]
    held = [scene.reading.sentence(c.start) for c in found if c.kind in ("rank", "number") and c.verdict == "supported"]
    reasoned = any(claim.reason for claim in (*found, *said))
    for word, start, end in words:
        if word in CAUSE:
            why = "no true reason stands with it"
            said.append(judged("cause", word, start, reasoned, "the other claims", why))
        elif word in MEASURED and scene.reading.sentence(start) in held:
            continue
        elif word not in SPECIAL and not word[0].isdigit() and not _known(scene, word, start):
            why = "neither evidence nor catalogue says so"
            said.append(unchecked("word", scene.reading.text[start:end], start, why))
    return said


def _known(scene: Scene, word: str, at: int) -> bool:
    """Whether a word is plain: one of the plans', an attribute's name, or the user's own within a wish."""
    own = (scene.words.noun, f"{scene.words.noun}s", scene.words.chose)
    if word in KNOWN or word in own or word in scene.vocabulary.names:
        return True
    return scene.reading.clause(at) in scene.querying and word in re.findall(r"\w+", scene.grounds.query.lower())


def _misused(scene: Scene, input_word: str, at: int) -> str:
    """Why an input's name cannot stand where it does: nobody wished for a plot, and no genre is called so; or ""."""
    if _QUERIED.search(scene.reading.before(at)) and input_word not in re.findall(r"\w+", scene.grounds.query.lower()):
        return "the wish does not name it"
    following = re.match(r"\w+", scene.reading.after(at + len(input_word)))
    return "it is no value of an attribute" if following and following[0] in scene.vocabulary.names else ""


def _word(scene: Scene, word: str, start: int) -> Claim:
    """The claim that one word of `SPECIAL` makes by itself."""
    grounds, sentence = scene.grounds, scene.reading.sentence(start)
    effects = [grounds.effect(ids) for ids in scene.cited_in(sentence)]
    cited = f"effects on item {grounds.item}"
    if word in MODALITY_OF:
        name = MODALITY_OF[word]
        if misuse := _misused(scene, word, start):
            return judged("modality", word, start, False, cited, misuse)
        why = "that input raised the score no more than noise"
        return judged("modality", word, start, name in grounds.helped, f"evidence of {name}", why, reason=True)
    if word in QUERY:
        return judged("wish", word, start, grounds.answers_query, "the wish", "no wish is answered", reason=True)
    if word in COUNTS:
        count = len(scene.cited)
        return judged("number", word, start, COUNTS[word] == count, "titles named", f"{count} titles are named")
    if word in RANK:
        first = len(effects) == 1 and effects[0] >= max(grounds.effects.values())
        return judged("rank", word, start, first, cited, "it did not move the score most")
    if word == "than":
        # "more than anything" is a claim of rank, made by its own word.
        ordered = bool(scene.reading.said(sentence) & RANK) or (len(effects) == 2 and effects[0] > effects[1])
        return judged("comparison", word, start, ordered, cited, "the effects say otherwise")
    if word in STRONGLY:
        true = max(effects, default=0.0) >= STRONG
        return judged("strength", word, start, true, cited, "the effect is not strong")
    assert word in DOUBT
    weak = grounds.evidence is not None and grounds.evidence.strength == "faint"
    doubted = weak or (bool(effects) and max(effects) < FAINT)
    return judged("doubt", word, start, doubted, cited, "the evidence is not weak", reason=True)
