"""Titles that a line tells of in running talk: what is liked, known, disliked, or only the example of what is wanted.

"I loved Casino (1995), haven't seen Ronin (1998) yet. Anything like those?" names films, of which the words are no wish:
ranked by, "Casino" would find gambling. The titles are read with what is said of them and taken out of the line; what
is left of it is read as any other line is. A year behind a title tells where it begins and which of two films of one
name is meant, so that one the catalogue lacks is known for what it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import natural_order, words
from llmrec.chat.nlu.languages import is_chinese
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.named_items import titles_within
from llmrec.chat.nlu.references import bare_title
from llmrec.chat.nlu.talk_clauses import joined_clauses, talk_clauses

MAX_WORDS = 12
"""Words of a title that stands before its year."""
YEARS_APART = 1
"""Years by which two sources may date one film differently; a remake is further away."""
_YEAR = re.compile(r"\s*\(\s*((?:18|19|20)\d\d)\s*\)")
_MARK = "\ue000"
"""Stands in a line for a title."""
_CONNECTORS = frozenset(
    re.findall(r"\S+", "of the and a an to in on at for with from by vs or de la le el und der & - 's n")
)
_BEFORE_TITLE = frozenset(
    re.findall(
        r"\S+",
        "i i'm im i've and or but like also so maybe hi hello hey yes yeah yep no nope oh well have saw seen watched did "
        "do something anything love loved liked enjoyed enjoy some the a actually other is it's was are were if as "
        "favorite mine just then than perhaps both either finally similar think even really thought movie movies film "
        "films",
    )
)
"""Words with a capital that begin a sentence, and no title that the catalogue lacks."""
_TITLE = rf"{_MARK}\d+{_MARK}"
_JOINT = re.compile(
    r"[,(]?\s*\b(?:(?:maybe|perhaps|possibly|even|is|are|be|was|were|that|which|thats|more|kind of|sort of|just|really|"
    r"very|much|it|them)\s+)*"
    r"(?:like|similar to|such as|comparable to|along the lines of|close to|"
    r"in the (?:realm|vein|style|spirit|genre|same vein) of|as (?:good|funny|scary) as|(?:based|going) off(?: of)?|"
    r"for example|for instance|e\.?g\.?)\s*[:,]?\s*(?:the (?:movies?|films?|ones?)\s+)?(?:the\s+)?$",
    re.I,
)
"""What stands before the examples of a wish."""
_LIKES = re.compile(
    r"(?:n['\u2019]?t|\b(?:not|never|i|we|you|they|did|do|also|really|he|she))\s+(?:(?:really|also|do|did|even|just|much|all)\s+)*"
    r"like(?: (?:the )?(?:movies?|films?))?\s*(?:the\s+)?$",
    re.I,
)
"""Where "like" is what somebody does, and joins no example to a wish."""
_UNSEEN = re.compile(
    r"(?:n['\u2019]?t|\bnot|\bnever)\b(?: \w+){0,2} (?:seen|watched|watch|heard|see|saw|read|tried|caught)\b|"
    r"\bnever (?:seen|watched|heard|saw|got)\b|\bunseen\b|\bheard (?:of|about|good|great)\b|"
    r"\blook(?:s|ing)? (?:good|great|forward|interesting|fun)\b|\bsounds?\b",
    re.I,
)
"""What says of a title that it is not known yet."""
_WANTED = re.compile(
    r"\b(?:want|wants|wanted|like|love|plan|planning|hope|hoping|going|need|needs|waiting|excited|dying|meaning|have|"
    r"definitely|def|gonna|try) to (?:see|watch|check|try|go|catch)\b|"
    r"\b(?:check|checking|look|looking) (?:\S+ ){0,2}(?:out|up)\b|"
    r"\bi(?:'ll| will| might| may) (?:\w+ )?(?:watch|see|check|try|look|rent|give|take|have|go)\b",
    re.I,
)
"""What wants a title itself."""
_DISLIKED = re.compile(
    r"\b(?:did|do|does|was|were|is|are|could|would|can)(?:n['\u2019]?t| ?not)\b(?: (?:really|much|too|all that|that|very|"
    r"even|a|an|the|my|so))* ?(?:like|love|enjoy|care|into|fan|good|great|funny|scary|finish|stand|favou?rite|impressed|"
    r"worth)\b|\b(?:hate[ds]?|dislike[ds]?|loathe[ds]?|detest(?:ed)?)\b|"
    r"\bnot (?:really |too |so |that |very )*(?:a |an |my |the |as |into\b|for me\b|good\b|great\b|interested\b|much\b)|"
    r"\b(?:boring|terrible|awful|overrated|horrible|disappoint\w+|let-?down|sucked|dumb|worst|lame|tired of|sick of)\b|"
    r"\btoo (?!(?:good|great|funny|cute|fun|cool|and|but|is|was|the|because|though|please|which|so|as|if|when|for)\b)[a-z]{3,}\b|"
    r"\bno more\b|\bnothing like\b|\banything but\b|"
    r"\blacking\b",
    re.I,
)
_LIKED = re.compile(
    r"\b(?:lik(?:e|ed|es|ing)|lov(?:e|ed|es|ing)|enjoy(?:ed|s|ing)?|favou?rites?|favs?|faves?|fan of|great|good|awesome|"
    r"amazing|excellent|fantastic|classics?|brilliant|best|funny|hilarious|fun|cool|into|perfect|wonderful|adore[ds]?)\b",
    re.I,
)
_REFUSES = re.compile(
    r"\b(?:no|not|nothing|none|never|without)(?: (?:more|another|one|films?|movies?|things?|at all))*(?: like)?\s*$",
    re.I,
)
"""What stands before a title that is not wanted."""
_SEEN = re.compile(
    r"\b(?:seen|saw|watched|watching|rewatched|know|own|owned)\b|\b(?:ok(?:ay)?|alright|so-?so|meh)\b", re.I
)
_ASKS_OF = re.compile(
    r"(?:\b(?:have|did|do|are|has|is|was|were|what|what's|who|when|where|how|which)\b.*\?)|"
    r"\b(?:have|did|had) (?:you|u|ya)(?: guys| ever| already)* (?:seen|see|watch(?:ed)?|saw|heard|like|enjoy)\b|"
    r"\b(?:what(?:'s|s| is)|is|who(?:'s| is)) \S+ .*\babout\b",
    re.I,
)
"""What asks of a title itself."""
_GOES_ON = re.compile(r"\s*[,;]?\s*(?:but|only|just|except|with|without|from|starring|please)\b", re.I)
"""How a clause goes on behind its examples with more of the wish."""
_REQUEST = re.compile(
    r"^\W*(?:an?|some) \w+|\b(?:looking|look|recommend\w*|suggest\w*|want|need|would like|mood|show|find|give|any(?:thing)?|something|some|"
    r"other|another|more|know of|interested|search\w*|prefer|hoping|help|fancy|watch|see|ideas?)\b",
    re.I,
)

_JUDGED = re.compile(r"\b(?:lov|lik|enjoy|ador|hat|dislik|loath|detest|despis)ed\s+(?=[A-Z\d])", re.I)
"""What stands before a title that is judged."""
_LISTED = re.compile(r",? (?:and |or )?(?=[A-Z\d])")
"""What stands between titles that are judged together."""
MIN_JUDGED = 2
"""Titles without their year that a line has to judge; of one the readers of reactions tell as much."""
_NOUN = re.compile(r"\b(?:films?|movies?|flicks?|pictures?|books?|novels?|albums?|games?)\b", re.I)


@dataclass(frozen=True, slots=True)
class TitleMentions:
    """What a line tells of titles.

    Parameters
    ----------
    liked
        Ids of items that are liked, or an example of what is wanted, in the order in which they are named.
    seen
        Ids of items that are known, of which no more is said.
    rejected
        Ids of items that are disliked.
    missing
        Titles with their year that the catalogue does not have.
    rest
        The line without what it says of titles; "" where it says no more.
    """

    liked: tuple[str, ...]
    seen: tuple[str, ...]
    rejected: tuple[str, ...]
    missing: tuple[str, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class _Span:
    """A title in a line; `item` is None for one that the catalogue lacks."""

    start: int
    end: int
    item: str | None
    dated: bool


def read_title_mentions(line: str, catalog: Catalog) -> TitleMentions | None:
    """Read what a line tells of titles in running talk.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Whose titles are read.

    Returns
    -------
    TitleMentions or None
        None where the line names no title with its year, and judges no two: "I loved Heat and hated Ronin".

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> items = (Item("1", "Heat", "", {"year": 1995}), Item("2", "Ronin", "", {"year": 1998}))
    >>> films = Catalog("films", items, {})
    >>> read_title_mentions("a thriller like Heat (1995). Haven't seen Ronin (1998) yet, and I hated Cars (2006)!", films)
    TitleMentions(liked=('1',), seen=(), rejected=(), missing=('Cars (2006)',), rest='a thriller.')
    """
    if is_chinese(line):
        return None
    spans = list(_spans(line, catalog))
    if not any(span.dated for span in spans) and _judged(line, spans) < MIN_JUDGED:
        return None
    marked, at = "", 0
    for n, span in enumerate(spans):
        marked += f"{line[at : span.start]}{_MARK}{n}{_MARK}"
        at = span.end
    marked = re.sub(rf"\b(?:the|a|an) (?={_MARK})", "", marked + line[at:], flags=re.I)
    told: dict[str, list[str]] = {"liked": [], "seen": [], "rejected": []}
    rest: list[str] = []
    for clause in talk_clauses(marked):
        named = [spans[int(found)] for found in re.findall(f"{_MARK}(\\d+){_MARK}", clause)]
        if not named:
            rest.append(clause)
            continue
        query, opinion = _parted(clause, catalog)
        rest.append(query)
        known = [span.item for span in named if span.item]
        kind = _opinion(opinion, exemplifies=bool(query))
        if kind == "asks" and known:
            rest[-1] = _written(clause, spans, catalog)
        elif kind in told:
            told[kind] += known
    liked, seen, rejected = (tuple(dict.fromkeys(ids)) for ids in told.values())
    missing = [line[span.start : span.end] for span in spans if span.item is None]
    return TitleMentions(
        tuple(id for id in liked if id not in rejected),
        tuple(id for id in seen if id not in (*liked, *rejected)),
        rejected,
        tuple(dict.fromkeys(" ".join(title.split()) for title in missing)),
        joined_clauses(rest),
    )


def titles_in(text: str, catalog: Catalog) -> tuple[str, ...]:
    """List the items whose titles stand in running text, with a year of theirs or without one.

    Parameters
    ----------
    text
        Of whomever.
    catalog
        Whose titles are read.

    Returns
    -------
    tuple of str
        Ids, in the order of the text, each once.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Heat", "", {"year": 1995}), Item("2", "Bound", "", {"year": 1996})), {})
    >>> titles_in("How about Heat (1995) or Homeward Bound (1993)?", films)
    ('1',)
    """
    return tuple(dict.fromkeys(span.item for span in _spans(text, catalog) if span.item))


def _judged(line: str, spans: list[_Span]) -> int:
    """How many titles stand behind a word that judges them, or are listed with one that does."""
    judged, verbs = 0, {match.end() for match in _JUDGED.finditer(line)}
    for span, before in zip(spans, [None, *spans], strict=False):
        further = _LISTED.match(line, before.end) if before is not None and judged else None
        judged += span.start in verbs or (further is not None and further.end() == span.start)
    return judged


def _opinion(clause: str, exemplifies: bool) -> str:
    """What a clause says of its titles: "liked", "seen", "rejected", "unseen", or "asks", which is for other readers."""
    said = re.sub(_TITLE, " it ", clause)
    if re.search(r"\bwhy\b", said, re.I):
        return "asks"
    if _DISLIKED.search(said) or _REFUSES.search(clause[: clause.index(_MARK)]):
        return "rejected"
    if exemplifies:
        return "liked"
    if _UNSEEN.search(said):
        return "unseen"
    if _ASKS_OF.search(said) or _WANTED.search(said):
        return "asks"
    return "seen" if _SEEN.search(said) and not _LIKED.search(said) else "liked"


def _parted(clause: str, catalog: Catalog) -> tuple[str, str]:
    """The wish of a clause and what it says of its titles; "" for no wish."""
    first, last = clause.index(_MARK), clause.rindex(_MARK) + 1
    before, behind = clause[:first], clause[last:]
    opinion = clause
    joint = _JOINT.search(before)
    own = before[max((match.end() for match in _LIKED.finditer(before)), default=0) :]
    if joint and not _LIKES.search(before) and not _REFUSES.search(before):
        query = before[: joint.start()]
        opinion = clause[joint.end() :]
        if not (_REQUEST.search(query) or _NOUN.search(query) or Lexicon.of(catalog).mentions(query)):
            query = ""
    elif Lexicon.of(catalog).mentions(own):
        query = own
    else:
        return "", clause
    goes_on = _GOES_ON.match(behind)
    if goes_on and query and not (_LIKED.search(behind) or _UNSEEN.search(behind) or _SEEN.search(behind)):
        return f"{query}{behind}", opinion[: len(opinion) - len(behind)]
    ends = re.search(r"[.!?]\s*$", behind)
    return f"{query.strip()}{ends[0] if ends and query.strip() else ''}", opinion


def _written(clause: str, spans: list[_Span], catalog: Catalog) -> str:
    """A clause with its titles as they are said, those that the catalogue lacks left out."""

    def title(match: re.Match[str]) -> str:
        item = spans[int(match[1])].item
        return natural_order(catalog.item(item).title) if item else ""

    return re.sub(f"{_MARK}(\\d+){_MARK}", title, clause)


def _spans(line: str, catalog: Catalog) -> Iterator[_Span]:
    """The titles of a line, in order, none within another."""
    found: list[_Span] = []
    for year in _YEAR.finditer(line):
        floor = found[-1].end if found else 0
        if span := _dated(line, floor, year, catalog):
            found.append(span)
    by_bare = derived(catalog, _by_bare)
    for start, end in titles_within(line, catalog):
        apart = all(end <= span.start or start >= span.end for span in found)
        if apart and not line[start:end].islower():
            ids = by_bare.get(_bare(line[start:end]), ())
            found += [_Span(start, end, ids[0], False)] if ids else []
    for match in _JUDGED.finditer(line):
        at: int | None = match.end()
        while at is not None and not line[at].islower():
            held = next((span for span in found if span.start == at), None)
            span = held or _undated(line, at, by_bare)
            found += [span] if span and not held else []
            further = _LISTED.match(line, span.end) if span else None
            at = further.end() if further else None
    yield from sorted(found, key=lambda span: span.start)


def _undated(line: str, start: int, by_bare: Mapping[str, tuple[str, ...]]) -> _Span | None:
    """The longest title that begins at a place."""
    ends = [end for word, _, end in words(line[start:])[:MAX_WORDS] if word not in ("and", "or")]
    named = ((by_bare.get(_bare(line[start : start + end])), start + end) for end in reversed(ends))
    return next((_Span(start, end, ids[0], False) for ids, end in named if ids), None)


def _dated(line: str, floor: int, year: re.Match[str], catalog: Catalog) -> _Span | None:
    """The title that stands before a year."""
    tokens = [(start + floor, end + floor) for _, start, end in words(line[floor : year.start()])][-MAX_WORDS:]
    if not tokens:
        return None
    by_bare = derived(catalog, _by_bare)
    for start, _ in tokens:
        for item in by_bare.get(_bare(line[start : year.start()]), ()):
            made = catalog.item(item).attributes.get("year", catalog.item(item).attributes.get("release_year"))
            if not isinstance(made, int | float) or abs(made - int(year[1])) <= YEARS_APART:
                return _Span(start, year.end(), item, True)
    begins = _begins(line, tokens)
    return _Span(begins, year.end(), None, True) if line[begins].isupper() or line[begins].isdigit() else None


def _begins(line: str, tokens: list[tuple[int, int]]) -> int:
    """Where a title that the catalogue lacks begins: with the first of the words with capitals before its year."""
    at = len(tokens) - 1
    for n in range(len(tokens) - 1, -1, -1):
        word = line[tokens[n][0] : tokens[n][1]]
        between = line[tokens[n][1] : tokens[n + 1][0]] if n + 1 < len(tokens) else ""
        if re.search(r"[.!?;]\s", between) and not re.search(r"\b(?:Mrs?|Dr|St|Vol)\.\s", f"{word}{between}"):
            break
        if word[0].isupper() or word[0].isdigit():
            at = n
        elif word.casefold() not in _CONNECTORS:
            break
    while at + 1 < len(tokens) and line[tokens[at][0] : tokens[at][1]].casefold() in _BEFORE_TITLE - {"the", "a"}:
        if line[tokens[at][1] : tokens[at][1] + 1] == ",":  # "I, Robot"
            break
        at += 1
    return tokens[at][0]


def _bare(title: str) -> str:
    return " ".join(re.sub(r"\band\b", " ", bare_title(title)).split())


def _by_bare(catalog: Catalog) -> Mapping[str, tuple[str, ...]]:
    """Bare title, and each name of a title that has two ("Seven (Se7en)") -> ids."""
    found: dict[str, list[str]] = {}
    for item in catalog.items:
        said = natural_order(item.title)
        names = {said, re.sub(r"\s*\([^)]*\)", "", said), *re.findall(r"\(([^)]+)\)", said)}
        for bare in {_bare(natural_order(name)) for name in names} - {""}:
            found.setdefault(bare, []).append(item.id)
    return {bare: tuple(ids) for bare, ids in found.items()}
