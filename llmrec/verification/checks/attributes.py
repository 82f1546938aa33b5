"""Attribute values: genre, colour, category, decade, price band; of the item they are said of."""

import re

from llmrec.catalog.vocabulary import Facet, Mention
from llmrec.verification.checks.lexicon import IN_COMMON, MODALITY_OF, OF_THE_USER, QUERY, SHARING
from llmrec.verification.checks.roles import Scene
from llmrec.verification.claims import Claim, ClaimKind, judged


def attribute_claims(scene: Scene) -> list[Claim]:
    """A claim for each attribute value named outside quotes."""
    return [_attribute(scene, mention) for mention in scene.reading.mentions]


def _attribute(scene: Scene, mention: Mention) -> Claim:
    """Said of the title that follows, of the wish, as shared with the titles named, or of the recommended item."""
    reading, text = scene.reading, scene.reading.text[mention.start : mention.end]
    kind: ClaimKind = "year" if any(f.value[:4].isdigit() for f in mention.facets) else "attribute"
    quote = min((q.start for q in reading.quotes if q.start >= mention.end), default=-1)
    adjoins = re.fullmatch(rf"\s*(?:{scene.words.noun}\s*)?", reading.bare[mention.end : quote])
    if quote >= 0 and adjoins and (described := scene.cited.get(quote)):
        held = bool(mention.facets & scene.facets_of(described))
        why = "the item named has no such attribute"
        return judged(kind, text, mention.start, held, _against(mention.facets, described), why)
    owned = mention.facets & scene.facets
    against = _against(owned or mention.facets, [scene.grounds.item])
    if not owned:
        return _elsewhere(scene, mention, kind) or judged(
            kind, text, mention.start, False, against, "the recommended item has no such attribute"
        )
    if misplaced := _misplaced(scene, mention, owned):
        return judged(kind, text, mention.start, False, against, misplaced)
    queried = set(scene.grounds.evidence.queried) if scene.grounds.evidence else set()
    asked = bool(owned & queried)
    before = reading.before(mention.start)
    if scene.grounds.closed and re.search(rf"\b{scene.words.chose}(?: the)?$", before):
        return judged(kind, text, mention.start, False, against, f"what was {scene.words.chose} is an item")
    if not before.endswith("this") and reading.clause(mention.start) in scene.querying:
        return judged(kind, text, mention.start, asked, f"wish, {against}", "the wish does not name it", reason=True)
    sentence = reading.sentence(mention.start)
    sharing = bool(
        reading.said(sentence) & SHARING
        if scene.grounds.closed
        else reading.said(reading.clause(mention.start)) & IN_COMMON
    )
    here = scene.cited_in(sentence)
    scope = here or list(scene.cited.values())
    described_only = before.endswith("this") or (not sharing and before.endswith((" a", " an")))
    if described_only or not (scope or sharing) or not (scene.grounds.closed or (sharing and scope)):
        moved = any(facet.key in scene.grounds.traits for facet in owned)
        only_seen = scene.grounds.closed and all(facet.name in scene.catalog.seen for facet in owned)
        why = "it did not move the score"
        held = moved or asked or described_only or not only_seen
        return judged(kind, text, mention.start, held, against, why, reason=asked or moved)
    shared = bool(scope) and all(owned & scene.facets_of(ids) for ids in scope)
    items = [scene.grounds.item, *(item for ids in scope for item in ids)]
    why = "not every item named shares it"
    return judged(kind, text, mention.start, shared, _against(owned, items), why, reason=True)


def _misplaced(scene: Scene, mention: Mention, owned: frozenset[Facet] | set[Facet]) -> str:
    """Why an attribute is said of the wrong medium ("the flute timbre in its photo"); "" where it is not."""
    shows = {scene.catalog.seen.get(facet.name, "") for facet in owned}
    said = scene.reading.said(scene.reading.clause(mention.start))
    told = {MODALITY_OF[word] for word in said if word in MODALITY_OF}
    return f"it shows in the {min(shows)}" if told and "" not in shows and not shows & told else ""


def _elsewhere(scene: Scene, mention: Mention, kind: ClaimKind) -> Claim | None:
    """In an open text, what the recommended item lacks may be said of a title in the sentence, or of the user's taste.

    None where it is neither's.
    """
    # What is shared, or answers a wish, is the recommended item's.
    of_item = scene.reading.said(scene.reading.clause(mention.start)) & (IN_COMMON | QUERY)
    if scene.grounds.closed or of_item:
        return None
    text = scene.reading.text[mention.start : mention.end]
    named = [item for ids in scene.cited_in(scene.reading.sentence(mention.start)) for item in ids]
    if mention.facets & scene.facets_of(named):
        return judged(kind, text, mention.start, True, _against(mention.facets, named))
    of_user = scene.reading.said(scene.reading.clause(mention.start)) & OF_THE_USER
    held = [item for item in scene.grounds.history if mention.facets & set(scene.vocabulary.facets[item])]
    if of_user and held:
        return judged(kind, text, mention.start, True, f"{_keys(mention.facets)} in the history")
    return None


def _against(facets: frozenset[Facet] | set[Facet], items: list[str]) -> str:
    return f"{_keys(facets)} of item {', '.join(sorted(set(items)))}"


def _keys(facets: frozenset[Facet] | set[Facet]) -> str:
    return " or ".join(sorted(facet.key for facet in facets))
