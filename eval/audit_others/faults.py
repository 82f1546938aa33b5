"""Faults of twelve kinds planted into texts of other systems, and true sentences of the same forms.

A fault is planted only where the files decide it: a wrong author where the item's own text names one, a wrong order
where the user's history holds two items. Of every fault there is a true twin, the same form filled with what is so: an
audit that flags a form rather than what it says gives false alarms there.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from eval.audit_others import phrasings
from llmrec.audit.explanation import Explanation
from llmrec.audit.grounding import history_before
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import words

KINDS = (
    "title or author", "number", "category", "negated", "other item's content", "history", "order", "people",
    "exclusivity", "comparison", "place", "sentiment",
)  # fmt: skip
SPEECH = {
    "amazon": {"noun": "book", "bought": "bought", "purchase": "purchase", "buyers": "buyers", "buyer": "buyer"},
    "google": {"noun": "place", "bought": "visited", "purchase": "visit", "buyers": "visitors", "buyer": "visitor"},
}
"""How texts on each data set speak of items."""
_AUTHOR = re.compile(r"\bby ((?:[A-Z][\w.'-]*)(?: [A-Z][\w'-]*){1,2})")
_PLACE = re.compile(rf"\b(?:{'|'.join(phrasings.PLACES)})\b")
_LIKED = re.compile(
    r"(?:fans of|lovers of|looking for|who enjoy|interested in|who appreciate|offers|features|selection of|along with) "
    r"((?:[a-z][\w'-]+ ){0,3}[a-z][\w'-]+)",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r" (?:and|or|with|who|will|would|that|in|for|on|from|like|such|as|to|at|by|of|looking|including)\b.*|,.*"
)
_STOPS = frozenset(str.split("items titles environment environments book books novel novels this those these people users business place options experience who a an the "
                   "stories story reads read fiction variety selection"))  # fmt: skip
_NO_NOUN = re.compile(r"-|(?:ing|ed|ous|ful|ive|al|ic|ly|ent|able|y)$|^(?:set|seeking|humor|this|young|fast)$")
Said = tuple[str, int, int]
"""A text and the span of what was planted."""


@dataclass(frozen=True)
class Planted:
    """A copy of an explanation with one sentence or phrase more.

    Attributes
    ----------
    kind : str
        Of `KINDS`.
    explanation : Explanation
        The copy.
    start, end : int
        What was planted, in characters.
    true : bool
        Whether it holds: a twin.
    """

    kind: str
    explanation: Explanation
    start: int
    end: int
    true: bool


class World:
    """What planting draws on.

    Parameters
    ----------
    catalog : Catalog
    dataset : {"amazon", "google"}
    phrased : str
        The set of phrasings, of `phrasings.SETS`.
    """

    def __init__(self, catalog: Catalog, dataset: str, phrased: str) -> None:
        self.catalog, self.dataset, self.phrasings, self.speech = catalog, dataset, phrased, SPEECH[dataset]
        self.text = {item.id: f"{item.title} | {item.description}" for item in catalog.items}
        self.authors = {id_: m.group(1).strip(" .") for id_, text in self.text.items() if (m := _AUTHOR.search(text))}
        self.named = Counter(author for author in self.authors.values())
        self.titles = Counter(item.title for item in catalog.items)
        self.users: dict[str, set[str]] = {}
        for user, events in catalog.histories.items():
            for event in events:
                self.users.setdefault(event.item, set()).add(user)
        self.places = {id_: m.group() for id_, text in self.text.items() if (m := _PLACE.search(text))}
        self.liked = {id_: found for id_, text in self.text.items() if (found := list(_contents(text)))}

    def title(self, item: str, rng: random.Random) -> str:
        """A title as texts write it: whole or up to its colon or bracket, in quotation marks or not."""
        full = self.catalog.item(item).title
        short = re.split(r"\s*[:(]", full)[0].strip()
        shown = short if len(short) > 5 and rng.random() < 0.5 else full
        return shown if rng.random() < 0.3 else f'"{shown}"'

    def phrase(self, choices: tuple[str, ...], said: Explanation, rng: random.Random, **slots: object) -> str:
        """One of the half's phrasings, filled."""
        you = said.text.lstrip(' "').startswith("You ")
        user = {"U": "You", "u": "you", "poss": "your", "Poss": "Your", "have": "have"} if you else {
            "U": "The user", "u": "the user", "poss": "the user's", "Poss": "The user's", "have": "has"
        }  # fmt: skip
        form = rng.choice(phrasings.of_set(choices, self.phrasings))
        filled = form.format(**{**self.speech, **user, **slots})
        return filled[:1].upper() + filled[1:]


def _contents(text: str) -> Iterator[str]:
    for match in _LIKED.finditer(text):
        chunk = _ENDS.sub("", match.group(1)).strip()
        telling = [word for word in chunk.lower().split() if word not in _STOPS]
        named = chunk.lower().split()[-1]
        if telling and " " in chunk and named not in _STOPS and not _NO_NOUN.search(named):
            yield chunk


def insert(text: str, sentence: str, rng: random.Random) -> Said:
    """A sentence put between two of a text, or at its end."""
    ends = [m.end() for m in re.finditer(r"[.!?](?=\s+[A-Z])", text)]
    at = rng.choice([*ends, len(text.rstrip())])
    return f"{text[:at]} {sentence}{text[at:]}", at + 1, at + 1 + len(sentence)


def substitute(text: str, old: str, new: str) -> Said | None:
    """The first place where a text says `old`, said otherwise."""
    match = re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text)
    if match is None:
        return None
    return text[: match.start()] + new + text[match.end() :], match.start(), match.start() + len(new)


Planter = Callable[[Explanation, bool, World, random.Random], Said | None]


def title_or_author(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """Another item's title, or author, as this one's."""
    history = history_before(said, world.catalog)
    author = world.authors.get(said.item)
    if author and rng.random() < 0.5:
        others = [name for name in world.named if name not in world.text[said.item] and name not in said.text]
        name = author if true else rng.choice(sorted(others))
        for anchor in ("the book", "this book", "The book"):
            if found := substitute(said.text, anchor, f"{anchor} by {name}"):
                return found
    item = said.item if true else rng.choice([i.id for i in world.catalog.items if i.id not in (*history, said.item)])
    own = world.catalog.item(said.item).title
    if not true and world.catalog.item(item).title[:6].lower() == own[:6].lower():
        return None
    shown = world.title(item, rng)
    short = re.split(r"\s*[:(]", own)[0].strip()
    for anchor in (f'"{own}"', f'"{short}"', own, short):
        if found := substitute(said.text, anchor, shown):
            return found
    for anchor in ("buy the book", "buy this book", "enjoy the business", "enjoy this business"):
        if found := substitute(said.text, anchor, f"{anchor.split(' ', maxsplit=1)[0]} {shown}"):
            return found
    return None


_VOLUME = re.compile(r"\b(?:Volume|Book|#|No\.) ?(\d{1,2})\b")
_NTH = ("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def number(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """A wrong volume, a wrong number of the item's own text, a wrong count of the history."""
    text, item = world.text[said.item], world.catalog.item(said.item)
    volumes = {int(n) for n in _VOLUME.findall(text)}
    if len(volumes) == 1 and max(volumes) <= 9:
        n = max(volumes) if true else rng.choice([k for k in range(1, 10) if k not in volumes])
        return insert(said.text, world.phrase(phrasings.VOLUME, said, rng, n=n, nth=_NTH[n]), rng)
    told = [s for s in re.split(r"(?<=[.!?])\s+", item.description) if re.search(r"\d{2,}", s) and len(s) < 220]
    if told:
        sentence = told[0] if told[0].endswith((".", "!", "?")) else told[0] + "."
        if not true:
            sentence = re.sub(r"\d{2,}", lambda m: str(int(m.group()) + rng.choice((10, 20, 30))), sentence, count=1)
        return insert(said.text, sentence, rng)
    count = len(history_before(said, world.catalog))
    if not count:
        return None
    n = count if true else count + rng.randint(2, 6)
    if n == 1:
        return None
    return insert(said.text, world.phrase(phrasings.COUNTED, said, rng, n=n), rng)


_KIND = re.compile(r"\b(?:this|This) ((?:[A-Za-z-]+ ){0,2}(?:[a-z-]+))(?=\.|,|$| for| with| in )")
_ANY_KIND = frozenset(
    str.split("business book place chain spot venue complex property establishment facility center market opulent")
)
"""What nearly everything can be called."""
_FOOD = re.compile(
    r"restaurant|eatery|cafe|coffee|diner|bar\b|grill|pizz|steak|bakery|cuisine|food|dining|burger|taco|deli",
    re.IGNORECASE,
)
_GENRE = re.compile(r"[Ff]ans of ((?:[A-Za-z-]+ ){0,1}[a-z-]+) (?:novels|books|stories|thrillers|fiction)")


def category(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """Another medium, or another kind of place or genre than its own text says."""
    if world.dataset == "amazon" and rng.random() < 0.5:
        noun = "book" if true else rng.choice(phrasings.OTHER_MEDIA[phrasings.SETS.index(world.phrasings) % 2 :: 2])
        return substitute(said.text, "the book", f"this {noun}") or substitute(said.text, "The book", f"This {noun}")
    pattern, suffix = (_GENRE, " novel") if world.dataset == "amazon" else (_KIND, "")
    own = pattern.search(world.text[said.item])
    if own is None or own.group(1).split()[-1] in ("business", "book", "place"):
        return None
    eats = _FOOD.search(world.text[said.item]) is not None
    kind = own.group(1)
    while not true:
        text = world.text[rng.choice(world.catalog.items).id]
        other = pattern.search(text)
        if other and not {w[:5] for w in other.group(1).lower().split()} & {w[:5] for w in kind.lower().split()} \
                and not {w[:5] for w in other.group(1).lower().split()} & {w[:5] for w, _, _ in words(world.text[said.item])} \
                and other.group(1).split()[-1] not in _ANY_KIND and not (eats and _FOOD.search(other.group(1))):  # fmt: skip
            kind = other.group(1)
            break
    anchors = ("the book", "The book", "the business", "this business", "The business")
    return next((s for anchor in anchors if (s := substitute(said.text, anchor, f"this {kind}{suffix}"))), None)


def negated(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """What the item's text says it has, denied."""
    if said.item not in world.liked:
        return None
    choices = phrasings.HAS if true else phrasings.LACKS
    return insert(said.text, world.phrase(choices, said, rng, c=rng.choice(world.liked[said.item])), rng)


def content(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """What another item's text says of that one; nothing that this one's text or the explanation names."""
    item = said.item
    if not true:
        near = {word[:5] for word, _, _ in words(f"{world.text[said.item]} {said.text}")}
        far = [i for i, cs in world.liked.items() if not near & {w[:5] for c in cs for w in c.lower().split()}]
        item = rng.choice(far)
    if item not in world.liked:
        return None
    longer = [s for s in re.split(r"(?<=[.!?])\s+", world.catalog.item(item).description)[1:] if 30 < len(s) < 220]
    if longer and rng.random() < 0.5:
        return insert(said.text, longer[0], rng)
    shown = " and ".join(list(dict.fromkeys(world.liked[item]))[:2])
    return insert(said.text, world.phrase(phrasings.CONTENT, said, rng, c=shown), rng)


def history(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """A reason that the user did not have: an item that is not in the history."""
    held = [item for item in history_before(said, world.catalog) if item != said.item]
    if not held:
        return None
    item = rng.choice(held if true else [i.id for i in world.catalog.items if i.id not in (*held, said.item)])
    if not true and world.titles[world.catalog.item(item).title] > 1:
        return None
    return insert(said.text, world.phrase(phrasings.HISTORY, said, rng, A=world.title(item, rng)), rng)


def order(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """An earlier item as the last one, or two in the wrong order."""
    held = _distinct(history_before(said, world.catalog), world)
    if len(held) < 2:
        return None
    last = history_before(said, world.catalog)[-1]
    if rng.random() < 0.5:
        if true and held[-1] != last:
            return None
        item = held[-1] if true else rng.choice(held[:-1])
        return insert(said.text, world.phrase(phrasings.LAST, said, rng, A=world.title(item, rng)), rng)
    first, later = sorted(rng.sample(range(len(held)), 2), reverse=not true)
    A, B = world.title(held[first], rng), world.title(held[later], rng)
    return insert(said.text, world.phrase(phrasings.BEFORE, said, rng, A=A, B=B), rng)


def _distinct(held: Sequence[str], world: World) -> list[str]:
    """Items of a history whose titles nothing else in the catalogue has, each once, by their last place."""
    names = [world.catalog.item(item).title for item in held]
    return [item for n, item in enumerate(held) if world.titles[names[n]] == 1 and names[n] not in names[n + 1 :]]


def people(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """A wrong number of buyers, or a wrong share of another item's."""
    mine = world.users.get(said.item, set())
    held = [
        item for item in _distinct(history_before(said, world.catalog), world)
        if len(world.users[item]) >= 30 and item != said.item
    ]  # fmt: skip
    if held and rng.random() < 0.6:
        item = rng.choice(held)
        share = len(mine & world.users[item]) / len(world.users[item])
        if share < 0.3 and rng.random() < 0.5:
            choices = phrasings.FEW if true else phrasings.MOST
            return insert(said.text, world.phrase(choices, said, rng, A=world.title(item, rng)), rng)
        p = round(100 * share) if true else round(100 * share) + rng.choice((20, 35, 50))
        return insert(said.text, world.phrase(phrasings.SHARED, said, rng, A=world.title(item, rng), p=p), rng)
    n = len(mine) if true else len(mine) * rng.choice((3, 5, 10)) + 7
    return insert(said.text, world.phrase(phrasings.BUYERS, said, rng, n=n), rng) if n >= 2 else None


def exclusivity(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """The only one, of the history, of its buyers, of its author or name; true where it is."""
    held = list(dict.fromkeys(history_before(said, world.catalog)))
    options: list[tuple[tuple[str, ...], dict[str, str]]] = []
    if held and (len(held) == 1) == true:
        options.append((phrasings.ONLY_OF_USER, {"A": world.title(rng.choice(held), rng)}))
    if (len(world.users.get(said.item, set()) - {said.user}) == 0) == true:
        options.append((phrasings.ONLY_BUYER, {}))
    author = world.authors.get(said.item)
    if author and (sum(author in text for text in world.text.values()) == 1) == true:
        options.append((phrasings.ONLY_OF_AUTHOR, {"author": author}))
    title = world.catalog.item(said.item).title
    if world.dataset == "google" and (sum(title in text for text in world.text.values()) == 1) == true:
        options.append((phrasings.ONLY_OF_NAME, {"author": title}))
    if not options:
        return None
    choices, slots = rng.choice(options)
    return insert(said.text, world.phrase(choices, said, rng, **slots), rng)


def comparison(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """Which of two more people have, turned round."""
    this = f"this {world.speech['noun']}"
    others = _distinct(history_before(said, world.catalog), world) or [i.id for i in world.catalog.items]
    item = rng.choice(others)
    mine, its = len(world.users.get(said.item, ())), len(world.users.get(item, ()))
    if (
        item == said.item
        or max(mine, its) < 1.3 * min(mine, its) + 2
        or world.titles[world.catalog.item(item).title] > 1
    ):
        return None
    shown = world.title(item, rng)
    more, fewer = (this, shown) if (mine > its) == true else (shown, this)
    return insert(said.text, world.phrase(phrasings.MORE, said, rng, A=more, B=fewer), rng)


def place(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """Another place than the item's own text names."""
    own = world.places.get(said.item)
    if own is None:
        return None
    other = (
        own
        if true
        else rng.choice([p for p in phrasings.PLACES if p not in world.text[said.item] and p not in said.text])
    )
    if found := substitute(said.text, f"in {own}", f"in {other}"):
        return found
    choices = phrasings.SETTING if world.dataset == "amazon" else phrasings.LOCATION
    return insert(said.text, world.phrase(choices, said, rng, P=other), rng)


def sentiment(said: Explanation, true: bool, world: World, rng: random.Random) -> Said | None:
    """Praise turned round, in the text's own words or of the item's audience."""
    offered = list(phrasings.TURNED)[phrasings.SETS.index(world.phrasings) % 2 :: 2]
    found = [word for word in offered if re.search(rf"(?<![\w-]){word}(?![\w-])", said.text)]
    if found and (said.item not in world.liked or rng.random() < 0.6):
        word = rng.choice(found)
        return substitute(said.text, word, phrasings.TURNED[word][int(true)])
    if said.item not in world.liked:
        return None
    choices = phrasings.LIKE if true else phrasings.DISLIKE
    return insert(said.text, world.phrase(choices, said, rng, c=rng.choice(world.liked[said.item])), rng)


PLANTERS: dict[str, Planter] = dict(zip(KINDS, (
    title_or_author, number, category, negated, content, history, order, people, exclusivity, comparison, place,
    sentiment,
), strict=True))  # fmt: skip


def plant(clean: Sequence[Explanation], world: World, each: int, seed: int) -> list[Planted]:
    """Faults and twins of every kind.

    Parameters
    ----------
    clean : sequence of Explanation
        Texts in which nothing was flagged.
    world : World
    each : int
        Faults of a kind at most, and twins.
    seed : int

    Returns
    -------
    list of Planted
    """
    planted = []
    for kind, make in PLANTERS.items():
        for true in (False, True):
            rng = random.Random(f"{seed} {kind} {true}")
            found = 0
            for said in rng.sample(list(clean), len(clean)):
                if found == each:
                    break
                if (made := make(said, true, world, rng)) is not None and made[0] != said.text:
                    planted.append(Planted(kind, replace(said, text=made[0]), made[1], made[2], true))
                    found += 1
    return planted
