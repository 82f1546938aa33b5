"""Values: attributes (genre, colour, decade, price band) and numbers (years, prices, ranks, counts of users)."""

import re
from collections.abc import Set

from llmrec.catalog.vocabulary import Facet, Mention
from llmrec.evidence.records import CoOccurrence, Counterfactual, rounded_count
from llmrec.verification.grammar import IN_COMMON, MODALITY_OF, OF_THE_USER, QUERY, SHARING
from llmrec.verification.reading import Claim, ClaimKind, judged, unchecked
from llmrec.verification.resolution import ResolvedText

_ORDINAL = r"(\d[\d,]*)(?:st|nd|rd|th)"
_RANK = re.compile(rf"\brank(?:s|ed)? {_ORDINAL}(?: instead of {_ORDINAL})?", re.IGNORECASE)
_COUNT = r"(\d[\d,]*)"
_GROUP = re.compile(rf"\bof (?:about )?(?:the )?{_COUNT} people\b[^.;]*?, (?:about )?{_COUNT}(?= )", re.IGNORECASE)
_PART = re.compile(rf"\b{_COUNT} (?:of|out of) (?:about )?(all )?(?:the )?{_COUNT}\b", re.IGNORECASE)
_GAVE = re.compile(r"\byou\b[^.;\d]*?\bgave\b[^.;\d]*?(-?\d+(?:\.\d+)?)", re.IGNORECASE)
_HYPOTHETICAL = {"would", "without"}
_PRICE = re.compile(
    r"(?:[$\u20ac\u00a3]\s?(\d+(?:[.,]\d+)?))|(?:(\d+(?:[.,]\d+)?)\s?(?:[$\u20ac\u00a3]|dollars|euros?|pounds|USD|EUR|GBP)\b)"
)
_DENIED = re.compile(
    r"\b(?:not|no)(?: an?)?$"
    r"|(?:n't|\bnot|\bneither|\bnor|\bnobody|\bnever|\bnone)\b(?! (?:only|just|merely)\b)[^,;:.!?]*$"
)
_DENIED_AFTER = re.compile(
    r"^[^,;:.!?]*?(?:\bit is not\b|\bit isn't|\b(?:is|are|was) not (?:among|one of|on|in)\b|\b(?:is|are|was)n't\b)"
)
"""As in "it isn't tagged as action", "comedy isn't among its labels", "a western it isn't"."""
_OF_THE_QUERY = re.compile(r"\W*(?:and |since |as )?(?:you\b|your (?:wish|request|query)\b)", re.IGNORECASE)
_SAID_BACK = re.compile(r"[^.;:\"]*?(?:, you said\b|\bis what you asked for\b|\bin mind\b)")
"""How a clause begins that says what was asked for, and how one goes on that says it back."""
CENT = 0.01
"""A price in a text holds within a cent, or within a hundredth of it."""


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
    """In an open text, what the recommended item lacks may be denied, asked for, said by its own text or of others.

    Of a title in the sentence, or of the user's taste.

    None where it is neither's.
    """
    if text.grounds.closed:
        return None
    span = text.reading.clause(mention.start)
    clause, named = text.reading.words_in(span), text.reading.text[mention.start : mention.end]
    before, after = text.reading.before(mention.start), text.reading.after(mention.end)
    if _DENIED.search(before) or _DENIED_AFTER.search(after):
        return judged(kind, named, mention.start, True, _against(mention.facets, [text.grounds.item]))
    asked = clause & QUERY and _OF_THE_QUERY.match(text.reading.text[span[0] : span[1]])
    if asked or _SAID_BACK.match(text.reading.after(mention.end)):
        if not text.grounds.query:
            return unchecked(kind, named, mention.start, "what was asked for is not known")
        held = re.search(rf"\b{re.escape(named)}", text.grounds.query, re.IGNORECASE) is not None
        return judged(kind, named, mention.start, held, "query", "the query does not name it")
    described = text.catalog.item(text.grounds.item).description
    if re.search(rf"(?<![\w-]){re.escape(named)}(?!\w)", described, re.IGNORECASE):
        return judged(kind, named, mention.start, True, f"text of item {text.grounds.item}")
    # What is shared, or answers a query, is the recommended item's.
    if clause & (IN_COMMON | QUERY):
        return None
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


def number_claims(text: ResolvedText) -> list[Claim]:
    """Claims of numbers.

    They are years of the recommended item, or of the title just before "(1994)"; decades of no item; prices; measured
    ranks and counts; the rest.
    """
    prices = [] if text.grounds.closed else [_price(text, m) for m in _PRICE.finditer(text.reading.bare)]
    measured = _measured(text)
    covered = [range(claim.start, claim.start + len(claim.text)) for claim in (*prices, *measured)]
    claims = [*prices, *measured]
    for word, start, end in text.reading.words:
        if not word[0].isdigit() or any(start in span for span in covered) or _goes_on(text, start):
            continue
        if re.fullmatch(r"(?:1[89]|20)\d\d", word):
            claims.append(_year(text, word, start))
        elif re.fullmatch(r"(?:\d\d)?\d0s", word):
            claims.append(_decade(text, word, start))
        else:
            why = "neither evidence nor catalogue gives this number"
            claims.append(unchecked("number", text.reading.text[start:end], start, why))
    return claims


def _decade(text: ResolvedText, word: str, start: int) -> Claim:
    """A decade that no item is of; in an open text it may be that of the story, or the catalogue may know no years."""
    against, why = "the catalogue's decades", "no item of the catalogue is of that decade"
    if not text.grounds.closed:
        if re.search(rf"\b{word}", text.catalog.item(text.grounds.item).text()):
            return judged("year", word, start, True, f"text of item {text.grounds.item}")
        if not any(name == "year" or name.endswith("_year") for name in {facet.name for facet in text.facets}):
            return unchecked("year", word, start, "the catalogue does not give that item's year", against)
    return judged("year", word, start, False, against, why)


_OF_THE_YEAR = re.compile(
    r"(?:,? ?(?:(?:a|the) [\w ]+? )?(?:from|of|made in|came out in|is from|is of|released in|is down as)|,)"
)


def _goes_on(text: ResolvedText, start: int) -> bool:
    """Whether digits are the decimals of the number before them."""
    return re.search(r"\d[.,]$", text.reading.bare[:start]) is not None


def _year(text: ResolvedText, word: str, start: int) -> Claim:
    titled = next((q for q in text.titles if text.reading.bare[q.end : start].strip() == "("), None)
    if not text.grounds.closed:
        near = [q for q in text.titles if _OF_THE_YEAR.fullmatch(text.reading.bare[q.end : start].strip())]
        titled = titled or next(iter(near), None)
        if re.search(rf"\b{word}\b", text.catalog.item(text.grounds.item).description):
            return judged("year", word, start, True, f"text of item {text.grounds.item}")
    ids = [text.grounds.item]
    if titled is not None:
        ids = [i for i in text.ids(titled) if i in (*text.grounds.history, text.grounds.item)]
        if not text.grounds.closed:
            ids = text.ids(titled) or [text.grounds.item]
    years = {str(year) for item in ids if (year := text.catalog.item(item).attributes.get("year"))}
    against = f"year of item {', '.join(ids)}"
    if not years and not text.grounds.closed:
        return unchecked("year", word, start, "the catalogue does not give that item's year", against)
    return judged("year", word, start, word in years, against, "it is not the year of the item it is said of")


def _price(text: ResolvedText, match: re.Match[str]) -> Claim:
    claimed = float((match.group(1) or match.group(2)).replace(",", "."))
    price = text.catalog.item(text.grounds.item).attributes.get("price")
    against = f"price of item {text.grounds.item}"
    if not isinstance(price, (int, float)):
        return unchecked("price", match.group(), match.start(), "the catalogue gives no price", against)
    near = abs(claimed - price) <= max(CENT, CENT * price)
    return judged("price", match.group(), match.start(), near, against, f"the catalogue's price is {price:g}")


def _measured(text: ResolvedText) -> list[Claim]:
    """A claim for each rank ("14th instead of 2nd"), share of users ("of 113 people who …, 64 …") and rating."""
    bare = text.reading.bare
    ranks = [_rank(text, match) for match in _RANK.finditer(bare)]
    groups = [_share(text, m, group=m.group(1), both=m.group(2)) for m in _GROUP.finditer(bare)]
    parts = [_share(text, m, m.group(3), m.group(1), bool(m.group(2))) for m in _PART.finditer(bare)]
    ratings = [_rating(text, match) for match in _GAVE.finditer(bare)]
    return [*ranks, *groups, *parts, *ratings]


def _rank(text: ResolvedText, match: re.Match[str]) -> Claim:
    """What the sentence takes away is the title that it cites, or the query that it speaks of."""
    span = text.reading.sentence(match.start())
    cited = {item for ids in text.cited_in(span) for item in ids}
    words = text.reading.words_in(span)
    removed: set[str | None] = set(cited) if cited else {None} if words & QUERY else set()
    against = f"ranks of item {text.grounds.item}"
    about = [record for record in text.grounds.counterfactuals if not removed or record.history_item in removed]
    if not about:
        return unchecked("rank", match.group(), match.start(), "nothing measured that rank", against)
    first, second = _number(match.group(1)), _number(match.group(2))
    claimed = (second, first) if words & _HYPOTHETICAL else (first, second)
    why = f"it ranks {about[0].rank}, and {about[0].rank_without} without"
    true = any(_agrees(record, *claimed) for record in about)
    return judged("rank", match.group(), match.start(), true, against, why, reason=True)


def _agrees(record: Counterfactual, rank: int | None, without: int | None) -> bool:
    return rank in (None, record.rank) and without in (None, record.rank_without)


def _share(text: ResolvedText, match: re.Match[str], group: str, both: str, of_all: bool = False) -> Claim:
    """Of the users of the cited item, or of all; counts that are told are rounded, and an exact one that fits holds."""
    ids = {item for cited in text.cited_in(text.reading.sentence(match.start())) for item in cited}
    about = [record for record in text.grounds.co_occurrences if record.history_item in ids]
    against = f"counts of people for item {text.grounds.item}"
    if not about:
        return unchecked("number", match.group(), match.start(), "nobody counted those people", against)
    claimed = (_number(both), _number(group))
    true = any(_fit(claimed, _counts(record, of_all)) for record in about)
    counted = _counts(about[0], of_all)
    why = f"the interactions say about {counted[0]} of {counted[1]}"
    return judged("number", match.group(), match.start(), true, against, why, reason=True)


def _fit(claimed: tuple[int | None, ...], counted: tuple[int, ...]) -> bool:
    return all(n is not None and count in (n, rounded_count(n)) for n, count in zip(claimed, counted, strict=True))


def _rating(text: ResolvedText, match: re.Match[str]) -> Claim:
    """What the user gave an item that the sentence cites."""
    given = text.grounds.evidence.ratings if text.grounds.evidence else {}
    ids = [item for cited in text.cited_in(text.reading.sentence(match.start())) for item in cited if item in given]
    against = f"ratings by the user of item {', '.join(ids)}" if ids else "ratings by the user"
    start, claimed = match.start(1), match.group(1)
    if not ids:
        return unchecked("number", claimed, start, "nobody told of that rating", against)
    why = f"the user gave it {given[ids[0]]:g}"
    return judged(
        "number", claimed, start, any(given[item] == float(claimed) for item in ids), against, why, reason=True
    )


def _counts(record: CoOccurrence, of_all: bool) -> tuple[int, int]:
    return (record.takers, record.people) if of_all else (record.both, record.group)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text.replace(",", ""))
