"""Which thing the recommended item is: by whom, of what kind, where, and which of a series."""

import re
from collections.abc import Iterator

from llmrec.verification.grammar import COUNTS, ORDINALS
from llmrec.verification.open_text.kinds import exclude, exclude_genres, genres_in, kinds_in
from llmrec.verification.open_text.places import apart, is_town, peoples_in, places_in
from llmrec.verification.open_text.statements import Statement
from llmrec.verification.reading import Claim, ClaimKind, judged
from llmrec.verification.resolution import ResolvedText

_PERSON = r"(?:[A-Z][\w'-]*\.?|[A-Z]\.)(?: ?(?:[A-Z]\.|[A-Z][\w'-]+|de|van|von|le|la)){1,3}"
_BY = re.compile(rf"\b(?:by|author,?|writer,?|written by|artist,?|director,?|directed by|sung by) ({_PERSON})")
_OWN_BY = re.compile(
    rf"\b(?:by|By|author,?|writer,?|artist,?|director,?) ({_PERSON})|({_PERSON})'s (?:writing|style|work|novel|book)"
)
_IT = r"(?:it|this|this one|(?:the|this) (?:item|book|novel|volume|film|album|game|place|story|title|product|installment))"


def identity_claims(text: ResolvedText, statement: Statement) -> list[Claim]:
    """Claims of a statement on what the recommended item is.

    Parameters
    ----------
    text : ResolvedText
        The text.
    statement : Statement
        One sentence of it.

    Returns
    -------
    list of Claim
        Those that the item's own text decides.
    """
    own = own_text(text)
    return [*_maker(text, statement, own), *_volume(text, statement, own), *_kind(text, statement, own),
            *_place(text, statement, own)]  # fmt: skip


def own_text(text: ResolvedText) -> str:
    """Title, description and attribute values of the recommended item."""
    item = text.catalog.item(text.grounds.item)
    return f"{item.title} | {item.description} | {', '.join(facet.value for facet in text.facets)}".replace(
        "&amp;", "&"
    )


def _said(
    text: ResolvedText, kind: ClaimKind, words: str, start: int, true: bool, why: str, against: str = "text"
) -> Claim:
    return judged(kind, words, start, true, f"{against} of item {text.grounds.item}", why)


def _maker(text: ResolvedText, statement: Statement, own: str) -> Iterator[Claim]:
    """Who made it, where its own text names somebody else."""
    makers = makers_of(own)
    surnames = {name.rstrip(".").removesuffix("'s").split()[-1].lower() for name in makers}
    for match in _BY.finditer(statement.text):
        name = match.group(1).removesuffix("'s")
        if len(name.replace(".", "").replace(" ", "")) < 4:
            continue
        held = name.split()[-1].rstrip(".").lower() in own.lower()
        if held or (makers and _of_the_item(text, statement, match.start())):
            start = statement.start + match.start(1)
            why = f"its text names {', '.join(sorted(makers))}"
            yield _said(text, "name", name, start, held or name.split()[-1].lower() in surnames, why)


def makers_of(own: str) -> set[str]:
    """Who an item's own text says it is by.

    Examples
    --------
    >>> makers_of("Fans of thrillers will enjoy The Closers by Michael Connelly.")
    {'Michael Connelly'}
    """
    return {name.rstrip(".").removesuffix("'s") for match in _OWN_BY.finditer(own) for name in match.groups() if name}


def _of_the_item(text: ResolvedText, statement: Statement, at: int) -> bool:
    """Whether what stands before "by" is the recommended item."""
    before = statement.text[:at].rstrip(' ",').lower()
    if re.search(
        r"\b(?:the|this) (?:[\w-]+ ){0,2}(?:book|novel|story|film|movie|album|song|game|item|memoir|title|work)$",
        before,
    ):
        return not re.search(r"\b(?:other|another|previous|earlier|like)\b[^,;]*$", before)
    here = statement.start + at
    return any(text.is_item(q) and 0 <= here - q.end <= 2 for q in statement.titles)


_NUMBERED = r"(?:volume|book|part|installment|instalment|episode|entry|title|novel|season|sequel)"
_NTH = re.compile(
    rf"\b{_IT}(?: is|'s| serves as| marks) (?:the |number |{_NUMBERED} (?:number )?)?(?P<n>\w+)(?: (?:and final|thrilling|exciting|\w+))?"
    rf" ?(?:{_NUMBERED}|in|of)\b[^.;]{{0,30}}\bseries|\b{_IT}(?: is|'s) {_NUMBERED} (?:number )?(?P<m>\w+) (?:of|in)"
    rf"|\bas the (?P<k>\w+) {_NUMBERED}\b"
    rf"|\b{_IT} comes (?P<o>\w+) (?:in|of)\b[^.;]{{0,20}}\bseries|\bseries, {_IT}(?: is|'s) (?:the )?(?:{_NUMBERED} |number )?(?P<p>\w+)"
    rf"|\b{_IT}(?: is|'s) (?:number|no\.) (?P<q>\w+) (?:of|in)\b"
    rf"|\b{_IT} makes up the (?P<r>\w+) {_NUMBERED}\b|\bseries reaches its (?P<s>\w+) {_NUMBERED}\b|\bseries {_IT} has number (?P<t>\w+)",
    re.IGNORECASE,
)  # fmt: skip
_OWN_NUMBER = re.compile(
    r"\b(?:Volume|Vol\.?|Book|Part|Episode|No\.|Number) ?#?(\w+)|#(\d+)|, (\d{1,2})\b|: (\d{1,2})$", re.IGNORECASE
)


def _volume(text: ResolvedText, statement: Statement, own: str) -> Iterator[Claim]:
    """Which of a series it is, where title or text tell."""
    title = text.vocabulary.titles[text.grounds.item]
    told = {n for m in _OWN_NUMBER.finditer(f"{title} {own}") if (n := _number(next(filter(None, m.groups()))))}
    told |= {n for m in re.finditer(rf"\b(\w+) {_NUMBERED}\b", own, re.IGNORECASE) if (n := _number(m.group(1)))}
    match = _NTH.search(statement.text)
    if match is None or not told:
        return
    said = next(filter(None, match.groups()))
    if number := _number(said):
        why = f"it is number {', '.join(map(str, sorted(told)))}"
        yield _said(text, "number", match.group(), statement.start + match.start(), number in told, why)


def _number(word: str) -> int:
    """The value of a number up to twenty, as a word or in digits; 0 for anything else."""
    word = word.lower()
    if word.isdigit():
        return int(word) if int(word) < 100 else 0
    if re.fullmatch(r"\d+(?:st|nd|rd|th)", word):
        return int(word[:-2])
    return COUNTS.get(word) or (ORDINALS.index(word) if word in ORDINALS else 1 if word == "one" else 0)


_MEANT = re.compile(
    r"\b[Tt]his |\b(?:would|will|should|might|may) (?:also |really )?(?:enjoy|buy|like|love|appreciate|visit|try|purchase) the "
)
_WORKS = frozenset(str.split("novel book story tale read series novella saga installment trilogy"))


def _kind(text: ResolvedText, statement: Statement, own: str) -> Iterator[Claim]:
    """Of what kind it is ("this Brazilian steakhouse"), where its own text tells another."""
    held, own_genres = kinds_in(f"{own} {text.words.noun}"), genres_in(own)
    for start in _MEANT.finditer(statement.text):
        phrase = _noun_phrase(statement.text[start.end() :])
        if not phrase:
            continue
        at = statement.start + start.end()
        if phrase.lower() == text.words.noun or any(at <= m.start < at + len(phrase) for m in text.reading.mentions):
            continue  # an attribute of the catalogue, which is held against its values
        said = kinds_in(" ".join(phrase.split()[-2:]))
        if said and held and (exclude(said, held) or said & held):
            why = f"its text tells of: {', '.join(sorted(held))}"
            yield _said(text, "attribute", phrase, at, not exclude(said, held), why)
            if exclude(said, held):
                continue
        genres = genres_in(phrase)
        if genres and own_genres and (exclude_genres(genres, own_genres) or genres <= own_genres):
            why = f"its text tells of: {', '.join(sorted(own_genres))}"
            yield _said(text, "attribute", phrase, at, not exclude_genres(genres, own_genres), why)


def _noun_phrase(rest: str) -> str:
    """What "this" stands before, up to the noun that names a kind of thing or of work; "" where none comes soon."""
    found = re.match(r"(?:[\w'-]+,? ?){1,6}", rest)
    phrase = ""
    for match in re.finditer(r"[\w'-]+", found.group() if found else ""):
        word = match.group().lower()
        if word in _ENDS_PHRASE or "," in rest[: match.start()][len(phrase) :]:
            break
        if word in _ANYTHING:
            return ""
        phrase = rest[: match.end()]
        after = re.match(r" ([a-z]+)", rest[match.end() :])
        if (word in _WORKS or kinds_in(word)) and not (after and (kinds_in(after[1]) or after[1] in _WORKS)):
            return phrase
    return phrase if kinds_in(" ".join(phrase.split()[-2:])) else ""


_ANYTHING = frozenset(str.split("place one item business title thing pick choice spot location"))
"""What anything may be called."""
_ENDS_PHRASE = frozenset(
    str.split(
        "because due for as since with by is are was were has have had and or that which who in on at of to from would will can "
        "offers provides makes features tells combines if when while but"
    )
)


_SET_IN = re.compile(
    r"(?:\bset(?:ting)?\b|\btakes? place\b|\bunfold(?:s|ing)?\b|\blocated\b|\bheart of\b|\blies\b|\bfind (?:it|this)\b|\bsituated\b"
    r"|\bbased\b|\bis in\b|\bhappens\b|\btaken to\b|\btakes \w+ to\b|\bsits\b|\bstands in\b|\bplays out\b)[^.;,]{0,25}$"
)


_WHERE = re.compile(r" is where (?:it|this|the)\b")


def _place(text: ResolvedText, statement: Statement, own: str) -> Iterator[Claim]:
    """Where it is, where its own text tells another place."""
    item = text.catalog.item(text.grounds.item)
    held = [place for place, _ in places_in(item.description)]
    held += [place for place, _ in places_in(item.title) if is_town(place)]
    near = held or peoples_in(own)
    for place, at in places_in(statement.text):
        start, shown = statement.start + at, re.match(r"[\w.]+(?: [A-Z]\w+)*", statement.text[at:])[0]  # type: ignore[index]
        before = statement.text[:at]
        if any(q.start <= start < q.end for q in statement.titles):
            continue
        if any(not apart(place, known) for known in near):
            yield _said(text, "attribute", shown, start, True, "")
        elif held and (
            _SET_IN.search(before)
            or _WHERE.match(statement.text[at + len(shown) :])
            or re.search(r"\bin (?:the )?$", before)
        ):
            yield _said(text, "attribute", shown, start, False, f"its text names {', '.join(sorted(set(held)))}")
