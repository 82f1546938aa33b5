"""Answers about items, from the catalogue's attributes and descriptions alone.

What the catalogue lacks is said. Whether something is for children, or scary, is told as what its attributes hint at.
"""

import re
from collections.abc import Collection, Sequence

from llmrec.catalog import Catalog, Item
from llmrec.catalog.vocabulary import is_kind
from llmrec.catalog.wording import plain, wording
from llmrec.chat.catalogue_sentences import CatalogueSentences, as_written
from llmrec.chat.item_features import LOOKS, describe_feature, feature_of
from llmrec.chat.item_phrases import item_kind
from llmrec.chat.item_statistics import popularity_of, rating_of
from llmrec.chat.nlu.demands import demands_unknown
from llmrec.chat.nlu.lexicon import NARROWER, Lexicon, is_colour
from llmrec.chat.nlu.quantities import full_year
from llmrec.chat.nlu.questions import FACTS, QUALITIES, Quality, attribute_named
from llmrec.chat.wordings import QUALITIES as QUALITY_WORDS
from llmrec.chat.wordings import SAYS
from llmrec.retrieval.filters import parse_where

MAX_DESCRIPTION = 240
"""Characters of a description that are told."""
_QUESTIONS = re.compile(
    r"[?;]\s*|, (?=(?:do you|does it|is it|can it|what|which|how|who|where|when)\b)|,? and (?=(?:in )?(?:who|what|when|which|how|is|does|where)\b)|,(?=[\u3400-\u9fff])",
    re.I,
)
"""What parts the questions of one line."""
_JOINED = re.compile(r",\s*|\s+(?:and|&|plus)\s+|、|和|还有|以及", re.I)
"""What joins the things that one question asks."""
MAX_NOUN = 2
"""Words up to which the name of an attribute is a question."""
_STOP = frozenset(
    re.findall(
        r"[\w'-]+",
        "about does have with that this what when where which there tell from into your mine would could should "
        "they them then than very much many more film movie book product item first second third fourth fifth "
        "last number know",
    )
)


def about_item(line: str, item: Item, catalog: Catalog, language: str) -> str:
    """Answer a question about one item.

    Parameters
    ----------
    line
        The question.
    item
        What it is about.
    catalog
        The catalogue of the item.
    language
        "en" or "zh".

    Returns
    -------
    str
        Never anything that the item's attributes and description do not tell.

    Examples
    --------
    >>> film = Item("1", "Scream", "", {"genres": ("Horror", "Thriller"), "year": 1996})
    >>> about_item("who directed it?", film, Catalog("films", (film,), {}), "en")
    'The catalogue does not tell who directed Scream: it has only genre and year.'
    """
    asked_of = _questions_of(line, catalog)
    if len(asked_of) > 1:
        return without_repeats(" ".join(dict.fromkeys(about_item(part, item, catalog, language) for part in asked_of)))
    say = CatalogueSentences(language, catalog)
    if variants := _variants(say, line, item, catalog):
        return variants
    if (dated := _dated(say, line, item, language)) or (dated := _measured(say, line, item)):
        return dated
    named = attribute_named(line, catalog)
    if (feature := feature_of(line, catalog)) and not (named and named in item.attributes):
        return describe_feature(feature, item, say)
    if item.description and LOOKS.search(line) and wording(catalog).noun == "product":
        return say("about", item, value=_cut(item.description))
    for fact in FACTS:
        if not fact.question.search(line):
            continue
        if fact.key == "about":
            break
        if name := next((name for name in fact.attributes if item.attributes.get(name) not in (None, "")), ""):
            return say.value(item, name, fact.key)
        if by_people := _of_people(fact.key, item, catalog, language):
            return by_people
        if named not in item.attributes:
            told = _sentence_of(fact.key, line, item)
            return say("quote", item, value=told) if told else say.lacks(item, fact.key)
    if named and named in item.attributes:
        return say.value(item, named, named)
    asked = next((quality for quality in QUALITIES if quality.question.search(line)), None)
    if asked and (hint := _hint(say, asked, item)):
        return hint
    if listed := _listed(say, line, item, catalog):
        return listed
    if asked:
        return say("no hint", item, quality=QUALITY_WORDS[asked.key][language], value=say.kind(item))
    if FACTS[-2].question.search(line):
        return say("about", item, value=_cut(item.description)) if item.description else say.lacks(item, "about")
    quoted = sentence_with(_content_words(line, item), item.description)
    return say("quote", item, value=quoted) if quoted else say.lacks(item, "")


def requests_fact(line: str, catalog: Catalog) -> bool:
    """Tell whether a line asks for something that attributes, descriptions or ratings tell of an item.

    Parameters
    ----------
    line
        A question.
    catalog
        The items.

    Returns
    -------
    bool

    Examples
    --------
    >>> nothing = Catalog("films", (), {})
    >>> requests_fact("when was it made?", nothing), requests_fact("anything like it?", nothing)
    (True, False)
    """
    return any(fact.question.search(line) for fact in FACTS) or feature_of(line, catalog) is not None


def _questions_of(line: str, catalog: Catalog) -> list[str]:
    """The questions of a line, each by itself: "what colour is it, and is it thick?", "rating and length of Heat"."""
    found = []
    for part in (each for each in _QUESTIONS.split(line) if each and each.strip()):
        named = {key: each for each in reversed(_JOINED.split(part)) if (key := _fact_of(each, catalog))}
        several = [*reversed(named.values())] if len(named) > 1 else []
        found += several or ([part] if _fact_of(part, catalog) else [])
    return found


def _fact_of(part: str, catalog: Catalog) -> str:
    """The key of what a part of a line asks; "" for nothing that is known to be asked."""
    if feature := feature_of(part, catalog):
        return feature.key
    asked = next((each.key for each in (*FACTS, *QUALITIES) if each.question.search(part)), "")
    bare = re.sub(r"\b(?:please|the|its|and|also|of it)\b|[^\w\s]", " ", part, flags=re.I).strip()
    return asked or (attribute_named(bare, catalog) if len(bare.split()) <= MAX_NOUN else "")


_WHEN = re.compile(
    r"\b(?P<side>before|after|since|(?:earlier|older) than|(?:later|newer) than|from|in)(?: the)?(?: (?:early|late|mid)[- ]?)? ?'?(?P<year>(?:19|20)\d\d|\d0(?='?s))(?P<decade>'?s)?\b|"
    r"(?<!\d)(?P<zh>(?:19|20)?\d\d)年(?P<of>代)?(?:的)?(?P<before>以?前|之前)?(?P<after>以?后|之后|以来)?",
    re.I,
)
"""The time from which a question has an item to be."""
_ASKS_WHEN = re.compile(
    r"^(?:(?:and|so|but|ok|btw|oh)[, ]+)*(?:is|was|are|were|isn't|wasn't|did)\b|[吗么]|是不是", re.I
)
_MEASURE = re.compile(
    r"\bhow (?:high|tall|wide|deep|thick|long|big|large|short) (?:is|are|'?s) (?:(?:the|its|their|that|those) )?(?P<part>[a-z]{3,})s?\b|(?P<zh>鞋?跟)(?:有)?多高",
    re.I,
)
"""A part of an item whose measure is asked for."""
_IS_LONG = re.compile(
    r"\b(?:is|was) (?:it|that|this|(?:that|this) one) (?:very |really |quite |too |that |a |fairly )*(?:long|short)\b(?: one| film| movie| book)?(?! [a-z])|(?<!多)长[吗不么]|会不会(?:太)?长",
    re.I,
)


def _dated(say: CatalogueSentences, line: str, item: Item, language: str) -> str:
    """Whether an item is from the time that a question names; "" where it asks no such thing, or no year is known."""
    found = _WHEN.search(line) if _ASKS_WHEN.search(line) else None
    name = next((name for name in ("year", "release_year") if isinstance(item.attributes.get(name), int | float)), "")
    if found is None or not name:
        return ""
    said, year = found["year"] or found["zh"], item.attributes[name]
    first = full_year(said)
    last = first + 9 if found["decade"] or found["of"] else first
    side = (found["side"] or "").lower()
    assert isinstance(year, int | float)
    if side.startswith(("before", "earlier", "older")) or found["before"]:
        holds = year < first
    elif side.startswith(("after", "later", "newer")) or (found["after"] and "以来" not in found[0]):
        holds = year > last
    elif side == "since" or found["after"]:
        holds = year >= first
    else:
        holds = first <= year <= last
    return f"{SAYS['dated so' if holds else 'dated otherwise'][language]}{say.value(item, name, 'year')}"


def _measured(say: CatalogueSentences, line: str, item: Item) -> str:
    """The measure of a part of an item as its description tells it; "" where none is asked for, or told."""
    name = next((name for name in FACTS[0].attributes if isinstance(item.attributes.get(name), int | float)), "")
    if name and _IS_LONG.search(line):
        return say.value(item, name, "length")
    if (asked := _MEASURE.search(line)) is None:
        return ""
    part = "heel" if asked["zh"] else asked["part"].lower().rstrip("s")
    for sentence in re.split(r"(?<=[.!?])\s+", item.description):
        if re.search(rf"\b{re.escape(part)}", sentence, re.I) and re.search(r"\d", sentence):
            return say("quote", item, value=sentence)
    return ""


def _of_people(fact: str, item: Item, catalog: Catalog, language: str) -> str:
    """What everybody's ratings and choices tell of an item; "" where that is not asked, or nothing is on record."""
    if fact == "popularity":
        return popularity_of(item, catalog, language)
    return rating_of(item, catalog, language) if fact == "rating" else ""


_TOLD = re.compile(
    r"(?:: it has only [^.]+?(?=\.)| ?I can show others like it, though\.|,只有[^\u3002]*(?=\u3002)|不过可以找几个类似的\u3002)"
)


def without_repeats(words: str) -> str:
    """Cut what is told of an item where it is told again further on.

    Parameters
    ----------
    words
        Several answers.

    Returns
    -------
    str

    Examples
    --------
    >>> without_repeats("No length: it has only year. No cast: it has only year.")
    'No length. No cast: it has only year.'
    """
    told = [*_TOLD.finditer(words)]
    for match in reversed(told):
        if any(later.start() > match.start() and later[0].strip() == match[0].strip() for later in told):
            words = f"{words[: match.start()]}{words[match.end() :]}"
    return words


def in_catalogue(item: Item, catalog: Catalog, language: str) -> str:
    """Say that an item is in the catalogue, and what is told of it.

    Parameters
    ----------
    item, catalog, language
        As for `about_item`.

    Returns
    -------
    str
    """
    say = CatalogueSentences(language, catalog)
    return say("there", item, facts=say.facts(item) or say.kind(item))


def unmet_demands(line: str, catalog: Catalog, language: str) -> str:
    """Put in words what a line demands that the catalogue tells of no item.

    Parameters
    ----------
    line
        A line that asks for a list.
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
        "" where there is nothing.
    """
    say = CatalogueSentences(language, catalog)
    whats = [say.of_all(key) for key in demands_unknown(line, catalog)]
    return " ".join(say("cannot hold", what=what) for what in whats)


def unlisted_articles(line: str, conditions: Sequence[str], catalog: Catalog, language: str) -> str:
    """Own that a line names some of a kind ("chinos") of which the catalogue has none among what meets its conditions.

    Parameters
    ----------
    line
        What is left of a line that asks for a list, without what it rules out.
    conditions
        Of the list, each as `llmrec.retrieval.filters.parse_where` reads it.
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
        "" where it names none, or some item is called so.
    """
    named = [(word, told) for word, (said, told) in NARROWER.items() if said.search(line)]
    if not named or not conditions:
        return ""
    mask = parse_where(" and ".join(conditions), catalog).mask(catalog)
    texts = [f"{item.title} {item.description}" for row, item in enumerate(catalog.items) if mask[row]]
    lacking = [word for word, told in named if texts and not any(told.search(text) for text in texts)]
    what = "、" if language == "zh" else " or "
    return SAYS["none called"][language].format(what=what.join(lacking)) if lacking else ""


def unmet_alone(line: str, catalog: Catalog, language: str) -> str:
    """Say what a line demands that the catalogue does not tell, where it says nothing else that could be met.

    Parameters
    ----------
    line
        What the person wrote.
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
        "" where it demands nothing like that.
    """
    unmet = unmet_demands(line, catalog, language)
    return plain(f"{unmet} {CatalogueSentences(language, catalog)('name another')}") if unmet else ""


def requests_variants(line: str) -> bool:
    """Tell whether a line asks in which other colours an item is to be had.

    Parameters
    ----------
    line
        What the person wrote.

    Returns
    -------
    bool
    """
    return (
        _OTHER_COLOURS.search(line) is not None
        and re.search(r"^(?:is|are|does|do|can|has|have|what|which|any|and|in)\b|\?|吗|什么|哪|有没有", line, re.I)
        is not None
    )


def _hint(say: CatalogueSentences, quality: Quality, item: Item) -> str:
    """What the attributes hint at; "" where they hint at nothing, or at both."""
    values = {
        str(v).casefold()
        for value in item.attributes.values()
        for v in (value if isinstance(value, tuple) else (value,))
    }
    for_it, against = values & quality.speaks_for, values & quality.against
    words = QUALITY_WORDS[quality.key][say.language]
    kind = item_kind(item, say.noun, say.language) or say.kind(item)
    if for_it and not (against and quality.key == "children"):
        return say("hints", item, value=kind, quality=words)
    return say("hints not", item, value=kind, quality=words) if against else ""


def _listed(say: CatalogueSentences, line: str, item: Item, catalog: Catalog) -> str:
    """Whether the item has the attribute value that a line names; "" where it names none."""
    title_free = line.replace(item.title, " ")
    for mention in Lexicon.of(catalog).mentions(title_free):
        held = {name: item.attributes[name] for name in mention.attributes if name in item.attributes}
        if title_free[mention.start : mention.end].isdigit():
            continue  # a place
        having = [name for name, values in mention.readings if any(each in values for each in _each(held.get(name)))]
        if held:
            told = held[next(iter(having or held))]
            asked = title_free[mention.start : mention.end]
            return say("yes" if having else "no", item, value=as_written(told), asked=asked)
    return ""


_OTHER_COLOURS = re.compile(
    r"\b(?:come|available|have|got|get|exist|made)s?\b.{0,12}\bin (?!stock)|\bother (?:colou?rs?|shades?|patterns?|versions?)\b|"
    r"别的颜色|其[他它]颜色|其[他它]款|还有(?:什么|哪些)颜色|有没有.{0,3}色的?",
    re.I,
)
"""What asks in which other colours an item is to be had."""
_MATERIALS = re.compile(
    r"\b(?:cotton|wool|linen|leather|suede|polyester|viscose|silk|satin|jersey|denim|cashmere|lyocell|modal|nylon|velvet|"
    r"chiffon|lace|fleece|twill|corduroy|mesh|metal|plastic|fabric|knit|weave|tulle)\b",
    re.I,
)


def _variants(say: CatalogueSentences, line: str, item: Item, catalog: Catalog) -> str:
    """Tell in which colours there are items of the same title and kind; "" where that is not asked."""
    name = next((name for name in item.attributes if is_colour(name)), "")
    of_size = any(fact.key == "size" and fact.question.search(line) for fact in FACTS)
    if not name or of_size or not _OTHER_COLOURS.search(line):
        return ""
    kinds = [each for each in item.attributes if is_kind(each)]
    same = [
        each for each in catalog.items
        if each.title == item.title and all(each.attributes.get(kind) == item.attributes[kind] for kind in kinds)
    ]  # fmt: skip
    colours = list(dict.fromkeys(as_written(each.attributes[name]) for each in same if each.attributes.get(name)))
    return say("variants" if len(colours) > 1 else "no variants", item, colours=", ".join(colours))


def _sentence_of(fact: str, line: str, item: Item) -> str:
    """The sentence of a description that answers what no attribute does."""
    if quoted := sentence_with(_content_words(line, item) - {"made", "material"}, item.description):
        return quoted
    parts = re.split(r"(?<=[.!?])\s+", item.description)
    return next((_cut(part) for part in parts if fact == "material" and _MATERIALS.search(part)), "")


def _each(value: object) -> Collection[object]:
    return value if isinstance(value, tuple) else (value,)


def _content_words(line: str, item: Item) -> set[str]:
    title = set(re.findall(r"\w+", item.title.lower()))
    return {word for word in re.findall(r"[^\W\d_]{4,}", line.lower()) if word not in _STOP and word not in title}


def sentence_with(words: set[str], description: str) -> str:
    """Find the first sentence of a description that has all of some words.

    Parameters
    ----------
    words
        Words in lower case.
    description
        Of an item.

    Returns
    -------
    str
        Shortened where it is long; "" for none.
    """
    for sentence in re.split(r"(?<=[.!?。!?])\s*", description):
        held = sentence.lower()
        if words and all(word.rstrip("s") in held for word in words):
            return _cut(sentence)
    return ""


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_DESCRIPTION else f"{text[:MAX_DESCRIPTION].rsplit(' ', 1)[0]} …"
