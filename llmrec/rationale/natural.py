"""Reasons as a shop assistant would give them: what the item is, why for this person, and what its own text says.

A draft takes one opening (what was asked for, what the person has, what the item is) and at most one sentence of the
item's own text behind it. Every draft goes through the verifier like any other sentence, so that one that a
catalogue's own words make false is not said.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary, natural_order
from llmrec.evidence.records import CoOccurrence, ItemEvidence
from llmrec.rationale.brief import Brief, label

DRAWS = 10
"""Drafts of one item before the sentence by rule takes their place."""
MOST_WORDS = 34
"""Words of a sentence of the item's own text; a longer one is cut where a further clause begins, or not repeated."""
_NOUNS = {"comedy": "comedy", "drama": "drama", "thriller": "thriller", "musical": "musical",
          "documentary": "documentary", "western": "western", "film-noir": "film-noir"}  # fmt: skip
_BEFORE = {"romance": "romantic", "animation": "animated"}
_ORDER = (
    "animation", "children's", "romance", "sci-fi", "horror", "war", "crime", "action", "adventure", "fantasy",
    "mystery", "film-noir", "documentary", "western", "musical", "thriller", "comedy", "drama",
)  # fmt: skip
"""Genres as English puts them: "an action thriller", "a romantic comedy"."""

_SHARES = (
    (0.25, "one in four"), (0.333, "one in three"), (0.4, "two in five"), (0.5, "half of the"), (0.6, "three in five"),
    (0.667, "two in three"), (0.75, "three in four"), (0.8, "four in five"), (0.9, "nine in ten"),
)  # fmt: skip
_PATTERNS = frozenset({"lace", "denim", "melange", "check"})
"""Patterns that stand before a noun as they are."""
_ABBREVIATED = re.compile(r"\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Gen|Col|Capt|Lt|Sgt|St|Prof|Jr|Sr|vs|No)\.$")
_FURTHER_CLAUSE = re.compile(r"(?:,|;| --| —) (?:while|but|and|who|whose|which|where|when|as|only to|until|so|then)\b")
_SUBORDINATE = re.compile(r"(?:When|As|After|While|If|Although|Though|Before|Since|Because|Until|Once|Unless|Led)\b")

ON_QUERY = (
    "This one fits what you asked for: {K}",
    "{C} is {K}, just what you asked for",
    "Here is {K}, as you asked",
    "As you asked: {K}",
    "{K}, just as you asked",
    "This is {K}, as you asked",
    "You asked, and here is {K}",
    "{C} answers your wish: it is {K}",
    "{C} fits what you asked for: it is {K}",
    "Because you asked, here is {K}",
)
ON_UNNAMED_QUERY = (
    "{C} came up because of your wish. It is {K}",
    "Your wish brought this one up. It is {K}",
    "Because of your wish: {K}",
)
ALIKE = (
    "Like {H}, which you {chose}, this is {K}",
    "You {chose} {H}; this is {K} too",
    "{K}, like {H}",
    "As you {chose} {H}, here is {K}",
    "Like {H}, {C} is {K}",
    "{H} brought this up: it is {K} too",
    "Because you {chose} {H}, here is {K}",
)
LED = (
    "{K}, here because you {chose} {H}",
    "Because you {chose} {H}: {K}",
    "{H} led to this one: it is {K}",
    "You {chose} {H}, and that brought up {C}. It is {K}",
    "Mostly because you {chose} {H}. It is {K}",
    "{C} is {K}, here because of {H}",
    "{H}, which you {chose}, speaks for {C}. It is {K}",
    "You {chose} {H}, so {C} came up. It is {K}",
    "Because you {chose} {H}, {C} came up. It is {K}",
)
TWO = (
    "{H1} and {H2} both speak for it: this is {K}",
    "You {chose} {H1} and {H2}; both led to {C}. It is {K}",
    "{C} is {K}, here because of {H1} and {H2}",
    "Because you {chose} {H1} and {H2}: {K}",
)
WEAK = (
    "A guess, as little in your history speaks for it: {K}",
    "Take it as a guess: {K}",
    "{H} is only a faint hint of it. It is {K}",
    "Your history says little about this one. It is {K}",
    "The link to {H} is faint. It is {K}",
)
BESIDE = (
    "{P} who {chose} {H} {chose} this too",
    "{H} speaks for it, too",
    "{H}, which you {chose}, speaks for it as well",
    "It also owes something to {H}",
)
"""Behind a wish: what of the history speaks for the item as well."""
PEOPLE = (
    "{P} who {chose} {H} {chose} this too",
    "{P} who {chose} {H} also {chose} it",
)
LATEST = ("{H} is the last {noun} that you {chose}", "{H} is what you {chose} last")
SAME = (
    "The {T} that you {chose}, now in {V}",
    "You {chose} {H}; this is the same one in {V}",
    "{H} again, in {V}",
)


def natural_drafts(
    evidence: ItemEvidence, brief: Brief, catalog: Catalog, seed: int, interacted: Sequence[str] = ()
) -> Iterator[str]:
    """Draw candidate reasons, the most telling first.

    Parameters
    ----------
    evidence : ItemEvidence
        Of the recommended item.
    brief : Brief
        Of that evidence.
    catalog : Catalog
        The catalogue, as explanations use it.
    seed : int
        The same seed gives the same drafts.
    interacted : sequence of str, optional
        Ids of all the items that the user interacted with, oldest first.

    Yields
    ------
    str
        Texts of one to three short sentences, to be verified.
    """
    rng = random.Random(f"{seed} {evidence.item} {' '.join(interacted[-3:])}")
    if brief.traits:
        return
    frames = list(_frames(evidence, brief, catalog, rng))[:DRAWS]
    story = _story(catalog.item(evidence.item).description)
    further = list(_further(evidence, brief, catalog, interacted, rng))
    # What to expect of the item is worth more to a reader than who else has it; both are, now and then.
    both = f"{further[0]} {story}" if story and further and "people" in further[0] and rng.random() < 0.3 else ""
    for frame in frames[:3]:
        for second in filter(None, (both, story, *further)):
            yield f"{frame}. {second}"
    for frame in frames:
        yield f"{frame}."


def _further(
    evidence: ItemEvidence, brief: Brief, catalog: Catalog, interacted: Sequence[str], rng: random.Random
) -> Iterator[str]:
    """Second sentences on the strongest cause: the people who have both, or else when it was taken.

    Beside a query only a cause that is of the item's kind is told: others are what a reader would not understand.
    """
    if not brief.history or brief.strength == "faint":
        return
    vocabulary = Vocabulary.of(catalog)
    item = next((e.history_item for e in evidence.causes if e.history_item), "")
    if not item or natural_order(vocabulary.titles[item]) != brief.history[0].title:
        return
    people = next((_people(record) for record in evidence.companions if record.history_item == item), "")
    pool = PEOPLE if people else LATEST if list(interacted[-1:]) == [item] else ()
    if brief.answers_query:
        pool = (BESIDE if people else BESIDE[1:]) if brief.history[0].shared else ()
    for frame in rng.sample(pool, len(pool)):
        yield _filled(frame, brief, "", "", {"P": people}) + "."


def _people(record: CoOccurrence) -> str:
    """The share of an audience that has the item too, where it is clearly above everybody's: "About two in three"."""
    share, everybody = record.both / record.group, record.takers / record.people
    if share < 1.25 * everybody or share < 0.25:
        return ""
    told = min(_SHARES, key=lambda pair: abs(pair[0] - share))
    return f"About {told[1]} people" if abs(told[0] - share) <= 0.03 else ""


def _frames(evidence: ItemEvidence, brief: Brief, catalog: Catalog, rng: random.Random) -> Iterator[str]:
    vocabulary = Vocabulary.of(catalog)
    facets = vocabulary.facets[evidence.item]
    shared = brief.history[0].shared if brief.history else ()
    chosen: list[tuple[str, ...]] = []
    variant = _variant(evidence, brief, catalog)
    if variant:
        chosen.append(SAME)
    if brief.strength == "faint":
        chosen.append(WEAK if brief.history else WEAK[:2])
    else:
        if brief.answers_query:
            chosen.append(ON_QUERY if brief.queried else ON_UNNAMED_QUERY)
        if brief.history:
            alike = any(f.name in ("genres", "genre", "category") for f in shared)
            openings = [*(ALIKE if alike else ()), *LED, *(TWO if len(brief.history) > 1 else ())]
            chosen.append(tuple(openings))
    for frames in chosen:
        for frame in rng.sample(frames, len(frames)):
            only = shared if frame in ALIKE else ()
            kind = _kind(facets, vocabulary, brief, only, rng)
            if kind:
                yield _filled(frame, brief, kind, variant)


def _filled(frame: str, brief: Brief, kind: str, variant: str, more: Mapping[str, str] | None = None) -> str:
    titles = [f'"{cause.title}"' for cause in brief.history] or [""]
    parts = {
        "H": titles[0], "H1": titles[0], "H2": titles[-1], "K": kind, "chose": brief.words.chose,
        "V": variant, "noun": brief.words.noun, **(more or {}), "T": titles[0],
        "C": f'"{brief.title}"' if brief.named else f"this {brief.words.noun}",
    }  # fmt: skip
    text = re.sub(r"\{(\w+)\}", lambda slot: parts[slot.group(1)], frame)
    return text[:1].upper() + text[1:]


def _with_article(words: str) -> str:
    return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"


def _kind(
    facets: tuple[Facet, ...], vocabulary: Vocabulary, brief: Brief, only: tuple[Facet, ...], rng: random.Random
) -> str:
    """What the item is, by its genres or its category and colour: "an action thriller from the 1990s"."""
    genres = [f for f in facets if f.name in ("genres", "genre")]
    if not genres:
        return _product(only or facets, vocabulary)
    wanted = [f for f in (*brief.queried, *only, *brief.measured) if f in genres] or genres
    chosen = sorted({label(f) for f in wanted[:2]}, key=lambda g: _ORDER.index(g) if g in _ORDER else -1)
    if only:
        chosen = sorted({label(f) for f in only if f in genres}, key=lambda g: _ORDER.index(g) if g in _ORDER else -1)[
            :2
        ]
    if chosen[-2:] == ["thriller", "drama"]:
        chosen = chosen[:-1]
    last = chosen[-1]
    before = [_BEFORE.get(g, g) for g in chosen[:-1]]
    noun = _NOUNS.get(last)
    words = [*before, noun] if noun else [*before, _BEFORE.get(last, last), brief.words.noun]
    decade = next((f.value for f in facets if f.name == "year"), "")
    return _with_article(" ".join(words)) + (
        f" from the {decade}" if decade and not only and rng.random() < 0.5 else ""
    )


def _product(facets: tuple[Facet, ...], vocabulary: Vocabulary) -> str:
    """A thing with its colour: "a dark blue blouse", "a pair of black trousers"."""
    category = next((f for f in facets if f.name in ("category", "type", "product_type")), None)
    noun = category.value.lower().split("/")[0] if category is not None else ""
    if not noun or not vocabulary.mentions(noun):
        return ""
    colour = next((f.value.lower() for f in facets if f.name in ("colour", "color")), "")
    pattern = next((f.value.lower() for f in facets if f.name == "pattern" and f.value.lower() in _PATTERNS), "")
    words = " ".join(word for word in (colour, pattern, noun) if word)
    return f"a pair of {words}" if noun.endswith("s") and not noun.endswith("ss") else _with_article(words)


def _variant(evidence: ItemEvidence, brief: Brief, catalog: Catalog) -> str:
    """The colour of an item of which the person has another colour, "" where that is not so."""
    if not brief.history or brief.history[0].title.casefold() != brief.title.casefold():
        return ""
    facets = Vocabulary.of(catalog).facets
    colours = {f.value.lower() for f in facets[evidence.item] if f.name in ("colour", "color")}
    own = {
        f.value.lower()
        for e in evidence.history
        if e.history_item
        and catalog.item(e.history_item).title.casefold() == catalog.item(evidence.item).title.casefold()
        for f in facets[e.history_item]
        if f.name in ("colour", "color")
    }
    return next(iter(colours - own), "")


def _story(text: str) -> str:
    """The first sentence of the item's own text, or of a long one its first clause: later ones tell how it ends."""
    parts = re.split(r"(?<=[.!?])\s+(?=[A-Z'])", re.sub(r'["“”]', "'", text.strip()))  # in quotes stand titles
    first = parts[0]
    for more in parts[1:]:
        if not _ABBREVIATED.search(first):
            break
        first = f"{first} {more}"
    if len(first.split()) > MOST_WORDS and not _SUBORDINATE.match(first):
        first = _FURTHER_CLAUSE.split(first, maxsplit=1)[0].rstrip(",;") + "."
    whole = first.endswith(".") and not first.endswith("...") and not _ABBREVIATED.search(first)
    return first if whole and 4 <= len(first.split()) <= MOST_WORDS else ""
