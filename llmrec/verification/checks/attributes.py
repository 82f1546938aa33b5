"""Attribute values: genre, colour, category, decade, price band; of the item they are said of."""

import re
from collections.abc import Set

from llmrec.catalog.vocabulary import Facet, Mention
from llmrec.verification.checks.resolution import ResolvedText
from llmrec.verification.claims import Claim, ClaimKind, judged
from llmrec.verification.grammar import IN_COMMON, MODALITY_OF, OF_THE_USER, QUERY, SHARING


def attribute_claims(text: ResolvedText) -> list[Claim]:
    """A claim for each attribute value named outside quotes."""
    return [_attribute(text, mention) for mention in text.reading.mentions]


def _attribute(text: ResolvedText, mention: Mention) -> Claim:
    """Said of the title that follows, of the query, as shared with the titles named, or of the recommended item."""
    reading, named = text.reading, text.reading.text[mention.start : mention.end]
    kind: ClaimKind = "year" if any(f.value[:4].isdigit() for f in mention.facets) else "attribute"
    quote = min((q.start for q in reading.quotes if q.start >= mention.end), default=-1)
    adjoins = re.fullmatch(rf"\s*(?:{text.words.noun}\s*)?", reading.bare[mention.end : quote])
    if quote >= 0 and adjoins and (described := text.cited.get(quote)):
        held = bool(mention.facets & text.facets_of(described))
        why = "the item named has no such attribute"
        return judged(kind, named, mention.start, held, _against(mention.facets, described), why)
    owned = mention.facets & text.facets
    against = _against(owned or mention.facets, [text.grounds.item])
    if not owned:
        return _elsewhere(text, mention, kind) or judged(
            kind, named, mention.start, False, against, "the recommended item has no such attribute"
        )
    if misplaced := _misplaced(text, mention, owned):
        return judged(kind, named, mention.start, False, against, misplaced)
    queried = bool(owned & text.grounds.queried)
    before = reading.before(mention.start)
    if text.grounds.closed and re.search(rf"\b{text.words.chose}(?: the)?$", before):
        return judged(kind, named, mention.start, False, against, f"what was {text.words.chose} is an item")
    if not before.endswith("this") and reading.clause(mention.start) in text.querying:
        why = "the query does not name it"
        return judged(kind, named, mention.start, queried, f"query, {against}", why, reason=True)
    sentence = reading.sentence(mention.start)
    sharing = bool(
        reading.words_in(sentence) & SHARING
        if text.grounds.closed
        else reading.words_in(reading.clause(mention.start)) & IN_COMMON
    )
    scope = text.cited_in(sentence) or list(text.cited.values())
    described_only = before.endswith("this") or (not sharing and before.endswith((" a", " an")))
    if described_only or not (scope or sharing) or not (text.grounds.closed or (sharing and scope)):
        moved = any(facet.key in text.grounds.traits for facet in owned)
        only_seen = text.grounds.closed and all(facet.name in text.catalog.shown_by for facet in owned)
        held = moved or queried or described_only or not only_seen
        why = "it did not move the score"
        return judged(kind, named, mention.start, held, against, why, reason=queried or moved)
    shared = bool(scope) and all(owned & text.facets_of(ids) for ids in scope)
    items = [text.grounds.item, *(item for ids in scope for item in ids)]
    why = "not every item named shares it"
    return judged(kind, named, mention.start, shared, _against(owned, items), why, reason=True)


def _misplaced(text: ResolvedText, mention: Mention, owned: Set[Facet]) -> str:
    """Why an attribute is said of the wrong medium ("the flute timbre in its photo"); "" where it is not."""
    shown_by = {text.catalog.shown_by.get(facet.name, "") for facet in owned}
    words = text.reading.words_in(text.reading.clause(mention.start))
    named = {MODALITY_OF[word] for word in words if word in MODALITY_OF}
    return f"it shows in the {min(shown_by)}" if named and "" not in shown_by and not shown_by & named else ""


def _elsewhere(text: ResolvedText, mention: Mention, kind: ClaimKind) -> Claim | None:
    """In an open text, what the recommended item lacks may be said of a title in the sentence, or of the user's taste.

    None where it is neither's.
    """
    clause = text.reading.words_in(text.reading.clause(mention.start))
    # What is shared, or answers a query, is the recommended item's.
    if text.grounds.closed or clause & (IN_COMMON | QUERY):
        return None
    named = text.reading.text[mention.start : mention.end]
    cited = [item for ids in text.cited_in(text.reading.sentence(mention.start)) for item in ids]
    if mention.facets & text.facets_of(cited):
        return judged(kind, named, mention.start, True, _against(mention.facets, cited))
    in_history = any(mention.facets & set(text.vocabulary.facets[item]) for item in text.grounds.history)
    if clause & OF_THE_USER and in_history:
        return judged(kind, named, mention.start, True, f"{_keys(mention.facets)} in the history")
    return None


def _against(facets: Set[Facet], items: list[str]) -> str:
    return f"{_keys(facets)} of item {', '.join(sorted(set(items)))}"


def _keys(facets: Set[Facet]) -> str:
    return " or ".join(sorted(facet.key for facet in facets))
