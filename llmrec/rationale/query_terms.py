"""What of a wish an item's own text meets, in that text's words ("warm": wool), and on what it is silent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from llmrec.catalog.queries import KINDS_OF_MOODS
from llmrec.catalog.types import Item
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.catalog.wording import without_refused
from llmrec.rationale.own_words import telling_words

MOST_PHRASES = 3
"""Words of an item's text that are told for one word of a wish, at most."""
_RELATED: tuple[tuple[str, str], ...] = (
    (
        "warm warmer winter cold snow",
        "wool; alpaca; cashmere; a chunky knit; a thick knit; mohair; merino; fleece; down; padding; a turtle neck; "
        "a polo neck; a hood; a lining; pile",
    ),
    (
        "comfortable comfy cosy cozy relaxed lounge home everyday",
        "stretch; elastication; an elasticated waist; elasticated waist; soft jersey; soft cotton; a drawstring; "
        "ribbing; modal",
    ),
    (
        "office work business smart formal meeting interview tailored",
        "creases; a concealed hook-and-eye fastening; concealed hook-and-eye fastening; a collar; notch lapels; "
        "lapels; pleats; legs with creases",
    ),
    (
        "wedding party evening festive elegant cocktail gala ball prom date",
        "lace; satin; chiffon; silk; sequins; a flounce; flounces; a frill; frills; tulle; embroidery; pleats; "
        "velvet; beads",
    ),
    (
        "summer hot beach holiday cool airy light lightweight vacation",
        "linen; an airy weave; airy cotton; lightweight jersey; short sleeves; narrow shoulder straps",
    ),
    (
        "sport sports gym running run training yoga fitness workout",
        "fast-drying functional fabric; functional fabric; mesh; reflective details; a concealed key pocket; stretch",
    ),
    (
        "sustainable green ethical recycled organic",
        "recycled polyester; organic cotton; recycled cotton; lyocell",
    ),
    ("romantic feminine pretty girly", "lace; a frill; frills; a flounce; flounces; embroidery; puff sleeves"),
    ("loose oversized baggy wide", "dropped shoulders; wide sleeves; wide legs; an oversized fit"),
    ("practical handy hiking travel", "pockets; a hood; a zip; side pockets"),
    ("rain rainy wet", "a hood; a zip"),
    (
        "animal animals pets wildlife creatures",
        "a pig; a dog; a cat; a horse; a duck; a sheep; a lion; a bear; a wolf; a dolphin; a whale; a monkey; an "
        "ape; a gorilla; a bird; a fish; a mouse; a rat; a rabbit; a fox; an elephant; a tiger; a spider; an "
        "orca; a goose; geese; puppies; wildlife",
    ),
    ("marriage married marriages", "a wife; a husband; a marriage; a wedding; a bride; a spouse; a divorce"),
    ("wedding weddings", "a bride; a groom; a wedding; a bridesmaid; a marriage"),
    (
        "family families parents",
        "a father; a mother; a son; a daughter; a brother; a sister; a family; parents; a grandmother; an uncle",
    ),
    ("love romance romantic", "love; a romance; a lover; lovers"),
    ("war wartime soldiers battle", "a soldier; an army; a battle; a war; troops; a captain; a regiment"),
    (
        "crime criminal gangsters heist robbery",
        "a murder; a robbery; a thief; thieves; a gangster; the mob; a heist; a killer; drugs",
    ),
    (
        "police detective detectives whodunit cops",
        "a detective; a cop; police; an inspector; an investigator; a murder; an fbi agent",
    ),
    (
        "tense gripping suspenseful thrilling",
        "a killer; a murder; a kidnapping; a chase; a bomb; a hostage; a conspiracy; a manhunt; a psychopath; "
        "assassins",
    ),
    (
        "scary frightening creepy ghosts haunted",
        "a ghost; a monster; a demon; a vampire; a curse; a killer; a witch; a haunted house",
    ),
    ("robots robot androids machines", "a robot; a cyborg; an android; machines; a computer"),
    (
        "space aliens spaceships galaxy",
        "a planet; aliens; an alien; a spaceship; a starship; an astronaut; mars; a galaxy",
    ),
    (
        "school teachers students college teenagers",
        "a school; a teacher; a student; a college; a university; high school; a professor; a classroom",
    ),
    (
        "music musicians singers songs band",
        "a band; a singer; a musician; a pianist; a song; an opera; a composer; rock; jazz",
    ),
    (
        "sport sports boxing football baseball basketball",
        "a coach; a team; a boxer; a player; baseball; basketball; football; hockey; golf; boxing",
    ),
    ("sea ocean ships sailing", "a ship; a boat; a submarine; the ocean; a sailor; the sea; an island"),
    ("prison escape jail", "a prison; a prisoner; an inmate; a warden; convicts"),
    ("politics political president", "a president; a senator; an election; a politician; the government"),
    ("court courtroom lawyers trial", "a lawyer; a trial; an attorney; a judge; a jury; a court"),
    ("friendship friends", "friends; a friend; a friendship"),
    ("magic wizards fairy", "a wizard; a witch; a spell; a curse; a fairy; magic"),
    ("christmas holidays", "christmas; santa"),
    ("food cooking chefs", "a chef; a cook; a restaurant; a kitchen; food"),
    ("future futuristic dystopian", "the future; a colony; the 21st century"),
)
"""Words of wishes -> what a text may say that bears on them, as a sentence would name it."""
_OF_QUERIES = frozenset(
    """set made based starring directed happening taking about featuring suitable under over below above between around
    less more least most cheaper dearer down up out off""".split()  # noqa: SIM905
)
"""Words between what is wanted and what is said of it."""
_USES = frozenset(
    """winter snow office work business wedding party evening gym training yoga workout summer beach holiday vacation
    sport sports hiking travel rain school home job interview meetings university graduation funeral""".split()  # noqa: SIM905
)
"""Nouns that say before another what a thing is for: "sports clothes"."""
_ARTICLES = r"(?:an?|the|some|any|my|our) "
_BEFORE_NOUNS = re.compile(rf"\b(set in|about|with|of|in|on|like|has|featuring)\s+((?:{_ARTICLES})?)$", re.I)
_SAID = {"has": "with", "of": "about", "on": "about"}
"""What a word of the query says as well behind "something"."""
_ENDS = re.compile(r"\s*(?:$|[,.;!?]|(?:for|with|about|in|of|that|which|set|from|on|to)\b)")
"""What follows the noun of what is wanted."""
_PURPOSE = re.compile(rf"\b(for)\s+((?:{_ARTICLES})?)$", re.I)


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One word of a wish, and what the item's text says that bears on it.

    Attributes
    ----------
    word : str
        As the wish has it, a noun with its article: "a marriage", "warm".
    role : {"is", "has", "for"}
        Whether the item is to be it, to have it, or to be for it.
    by : str
        What the text says: "wool and alpaca"; "" where it says nothing of it, or the word itself.
    direct : bool
        Whether the text has the word itself.
    requested : str
        It as something that is asked for: "something about a marriage", "something warm".
    """

    word: str
    role: Literal["is", "has", "for"]
    by: str
    direct: bool
    requested: str


def query_terms(query: str, item: Item, facets: Sequence[Facet], vocabulary: Vocabulary) -> tuple[QueryTerm, ...]:
    """The words of a wish beside the attributes that it names, each with what the item's own text says of it.

    Parameters
    ----------
    query
        The request's words.
    item, facets
        The item, and its attributes; a mood that stands for a kind of the item is met by that.
    vocabulary
        Of the catalogue.

    Examples
    --------
    >>> from llmrec.catalog.types import Catalog
    >>> jumper = Item("1", "Ida", "Jumper in a wool blend with a turtle neck.")
    >>> vocabulary = Vocabulary.of(Catalog("shop", (jumper,), {}))
    >>> [(each.word, each.by) for each in query_terms("a warm jumper for the office", jumper, (), vocabulary)]
    [('warm', 'wool and a turtle neck'), ('the office', '')]
    """
    if without_refused(query) != query:
        return ()
    covered = {at for mention in vocabulary.mentions(query) for at in range(mention.start, mention.end)}
    has = {facet.value.casefold() for facet in facets}
    by_kind = {
        at for pattern, kind in KINDS_OF_MOODS if kind in has
        for match in pattern.finditer(query) for at in range(*match.span())
    }  # fmt: skip
    told_by_genre = any(facet.name in ("genre", "genres") for facet in facets)
    found: list[QueryTerm] = []
    for match in re.finditer(r"[A-Za-z][A-Za-z'-]{2,}", query):
        word = match.group()
        if match.start() in covered or not telling_words(word) or word.lower() in _OF_QUERIES:
            continue
        before = query[: match.start()]
        noun, purpose = _BEFORE_NOUNS.search(before), _PURPOSE.search(before)
        role: Literal["is", "has", "for"] = "for" if purpose else "has" if noun else "is"
        if role == "is" and (match.start() in by_kind or _is_head(query, match.end())):
            continue  # the kind that it stands for is told
        of_it = purpose or noun
        use = role == "is" and word.lower() in _USES and not told_by_genre  # "a school film" is about one
        role = "for" if use else role
        before_it, article = of_it.groups() if of_it else ("", "")
        said = _direct(word, item.description)
        by = "" if said else _related(word.lower(), item.description)
        if said or by or match.start() not in by_kind:
            named = f"{re.sub('^(?:my|our) ', 'your ', article, flags=re.I)}{word}"
            before_it = "for" if use else before_it
            requested = " ".join(("something", *filter(None, (_SAID.get(before_it.lower(), before_it.lower()), named))))
            found.append(QueryTerm(named, role, by, said, requested))
    return tuple(found)


def _is_head(query: str, end: int) -> bool:
    """Whether a word is the noun of what is wanted: nothing follows, or what it has, is for or is about."""
    something = re.match(r"\s*(?:i want |give me |show me )?(?:some|any)thing\b", query, re.I)
    return not something and _ENDS.match(query[end:]) is not None


def _direct(word: str, text: str) -> bool:
    stem = re.escape(word.lower().removesuffix("s"))
    found = re.search(rf"\b{stem}s?\b", text, re.I)
    return found is not None and not _denied(text, found.start())


def _related(word: str, text: str) -> str:
    """What a text says that bears on a word of a wish, as a sentence names it: "wool and alpaca"; "" for nothing."""
    found: dict[str, str] = {}
    for words, listed in _RELATED:
        if word in words.split():
            for phrase in listed.split("; "):
                said, noun = _said(phrase, text)
                if said and not any(noun in other or other in noun for other in found):
                    found[noun] = said
    told = list(found.values())[:MOST_PHRASES]
    return " and ".join((", ".join(told[:-1]), told[-1]) if len(told) > 1 else told)


def _said(phrase: str, text: str) -> tuple[str, str]:
    """A phrase in the number in which a text has it, and its noun; "" where the text has it not."""
    noun = re.sub("^(?:an?|the) ", "", phrase)
    match = re.search(rf"\b{re.escape(noun)}(s?)\b", text, re.I)
    if match is None or _denied(text, match.start()):
        return "", noun
    return (f"{noun}s" if match[1] else phrase), noun


def _denied(text: str, at: int) -> bool:
    return re.search(r"\b(?:no|not|without|never|un)\b[^.,;]{0,20}$", text[:at], re.I) is not None
