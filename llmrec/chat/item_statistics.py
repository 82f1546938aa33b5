"""How people rated the items of a catalogue and how many chose them, summed up over everybody and told of nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import derived
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.evidence.records import MIN_GROUP, rounded_count

MIN_PEOPLE = 5
"""People from whom on a mean or a count is told: fewer could be known by it, and say little."""
PRIOR_PEOPLE = 10
"""People who rate as everybody does that are counted with those of an item: a mean of few ratings is shrunk by them."""
MIN_APART = 0.03
"""Share of the highest rating from which two means are not alike."""


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What everybody did with one item.

    Parameters
    ----------
    people
        How many interacted with it.
    raters
        How many of them rated it.
    mean
        Of their ratings; NaN for none.
    shrunk
        The mean drawn towards that of all ratings, the more the fewer there are (a Bayesian average); NaN for none.
    """

    people: int = 0
    raters: int = 0
    mean: float = float("nan")
    shrunk: float = float("nan")


NOBODY = ItemStatistics()
"""The statistics of an item that nobody had to do with."""


@dataclass(frozen=True, slots=True)
class CatalogueStatistics:
    """What everybody did with the items of a catalogue.

    Parameters
    ----------
    items
        Id -> its statistics, for those that anybody had to do with.
    highest
        The highest rating that was given; NaN where nothing was rated.
    """

    items: dict[str, ItemStatistics]
    highest: float

    def of(self, id: str) -> ItemStatistics:
        """Return the statistics of an item."""
        return self.items.get(id, NOBODY)

    def mean_of(self, id: str) -> float | None:
        """Return the mean rating of an item by which it is ordered; None where too few people rated it."""
        own = self.of(id)
        return own.shrunk if own.raters >= MIN_PEOPLE else None

    @property
    def rated(self) -> bool:
        """Whether anything was rated."""
        return self.highest == self.highest


def item_statistics(catalog: Catalog) -> CatalogueStatistics:
    """Sum up what everybody did with each item; to be kept by `llmrec.catalog.types.derived`.

    Parameters
    ----------
    catalog
        The items and their interactions; of one person the last rating of an item counts.

    Returns
    -------
    CatalogueStatistics

    Examples
    --------
    >>> from llmrec.catalog import Interaction
    >>> rated = {f"u{n}": (Interaction(f"u{n}", "1", 0.0, 4.0 + n % 2),) for n in range(6)}
    >>> found = item_statistics(Catalog("films", (Item("1", "Kolya"),), rated)).of("1")
    >>> found.people, found.raters, found.mean
    (6, 6, 4.5)
    """
    people: dict[str, int] = {}
    ratings: dict[str, list[float]] = {}
    for events in catalog.histories.values():
        last = {event.item: event.rating for event in events}
        for id, rating in last.items():
            people[id] = people.get(id, 0) + 1
            if rating is not None:
                ratings.setdefault(id, []).append(float(rating))
    given = [each for held in ratings.values() for each in held]
    overall = sum(given) / len(given) if given else float("nan")

    def of(id: str) -> ItemStatistics:
        if not (held := ratings.get(id)):
            return ItemStatistics(people[id])
        shrunk = (sum(held) + PRIOR_PEOPLE * overall) / (len(held) + PRIOR_PEOPLE)
        return ItemStatistics(people[id], len(held), sum(held) / len(held), shrunk)

    return CatalogueStatistics({id: of(id) for id in people}, max(given, default=float("nan")))


def rating_of(item: Item, catalog: Catalog, language: str) -> str:
    """Say how an item is rated by everybody, or else how many chose it.

    Parameters
    ----------
    item
        Of the catalogue.
    catalog
        The items and their interactions.
    language
        "en" or "zh".

    Returns
    -------
    str
        "" where the catalogue has no interactions.
    """
    statistics, say = derived(catalog, item_statistics), CatalogueSentences(language, catalog)
    if not statistics.items:
        return ""
    own = statistics.of(item.id)
    if not statistics.rated:
        return popularity_of(item, catalog, language)
    if own.raters < MIN_PEOPLE:
        return say("rated by few", item)
    mean, people = f"{own.mean:.1f}", _people(say, own.raters)
    key = "rated" if own.raters >= MIN_GROUP else "rated by some"
    return say(key, item, mean=mean, highest=f"{statistics.highest:g}", people=people)


def popularity_of(item: Item, catalog: Catalog, language: str) -> str:
    """Say how many people chose an item, and how that stands among the others.

    Parameters
    ----------
    item, catalog, language
        As for `rating_of`.

    Returns
    -------
    str
        "" where the catalogue has no interactions.
    """
    statistics, say = derived(catalog, item_statistics), CatalogueSentences(language, catalog)
    if not statistics.items:
        return ""
    own = statistics.of(item.id)
    if own.people < MIN_PEOPLE:
        return say("chosen by few", item)
    fewer = sum(statistics.of(each.id).people < own.people for each in catalog.items) / len(catalog.items)
    return say("chosen by", item, people=_people(say, own.people), share=f"{100 * fewer:.0f}")


def best_rated(items: Sequence[Item], catalog: Catalog, language: str, worst: bool = False) -> tuple[str, str | None]:
    """Say which of some items is rated best, by means that are shrunk where few rated.

    Parameters
    ----------
    items
        Two or more.
    catalog, language
        As for `rating_of`.
    worst
        Whether the one that is rated worst is meant.

    Returns
    -------
    words : str
        "" where nothing is rated, or too few rated these.
    id : str or None
        Of the item that it is; None where they are alike.
    """
    statistics, say = derived(catalog, item_statistics), CatalogueSentences(language, catalog)
    known = [each for each in items if statistics.of(each.id).raters >= MIN_PEOPLE]
    if not known:
        return "", None
    ranked = sorted(known, key=lambda each: statistics.of(each.id).shrunk, reverse=not worst)
    told = [(say.title(each), statistics.of(each.id)) for each in ranked]
    facts = [f"{title} {own.mean:.1f} ({_people(say, own.raters)})" for title, own in told]
    joint = "、" if language == "zh" else ", "
    missing = len(items) - len(known)
    key = ("worst rated" if worst else "best rated") if len(known) > 1 else "only rated"
    text = say(key, ranked[0], facts=joint.join(facts), highest=f"{statistics.highest:g}")
    if missing and len(known) > 1:
        text += ("" if language == "zh" else " ") + say("rest unrated", count=missing)
    return text, ranked[0].id


def rated_apart(one: Item, other: Item, catalog: Catalog, language: str) -> str:
    """Say of two items which people rated higher.

    Parameters
    ----------
    one, other
        Two items.
    catalog, language
        As for `rating_of`.

    Returns
    -------
    str
        "" where too few rated one of them, or they are rated alike.
    """
    statistics, say = derived(catalog, item_statistics), CatalogueSentences(language, catalog)
    first, second = (statistics.of(each.id) for each in (one, other))
    if min(first.raters, second.raters) < MIN_PEOPLE or (
        abs(first.shrunk - second.shrunk) < MIN_APART * statistics.highest
    ):
        return ""
    if second.shrunk > first.shrunk:
        one, other, first, second = other, one, second, first
    return say("rated apart", one, other=say.title(other), mean=f"{first.mean:.1f}", than=f"{second.mean:.1f}")


def higher_rated_first(ids: Sequence[str], catalog: Catalog) -> list[str]:
    """Put of some items the one first that people rated higher than all others; as they were where none is.

    Parameters
    ----------
    ids
        Of the items.
    catalog
        The items and their interactions.

    Returns
    -------
    list of str
    """
    statistics = derived(catalog, item_statistics)
    known = sorted((statistics.of(id).shrunk, id) for id in ids if statistics.of(id).raters >= MIN_PEOPLE)
    if len(known) < len(ids) or len(known) < 2 or known[-1][0] - known[-2][0] < MIN_APART * statistics.highest:
        return list(ids)
    return [known[-1][1], *(id for id in ids if id != known[-1][1])]


def most_chosen(items: Sequence[Item], catalog: Catalog, language: str) -> tuple[str, str | None]:
    """Say which of some items people chose most often.

    Parameters
    ----------
    items
        Two or more.
    catalog, language
        As for `rating_of`.

    Returns
    -------
    words : str
        "" where too few chose any of them.
    id : str or None
        Of the item that it is.
    """
    statistics, say = derived(catalog, item_statistics), CatalogueSentences(language, catalog)
    most = max(items, key=lambda each: statistics.of(each.id).people)
    count = statistics.of(most.id).people
    if count < MIN_PEOPLE:
        return "", None
    return say("chosen most", most, people=_people(say, count)), most.id


def _people(say: CatalogueSentences, count: int) -> str:
    """A number of people as it is told: to the nearest ten, and of few no more than that they are few."""
    return say("fewer people" if count < MIN_GROUP else "about people", count=rounded_count(max(count, MIN_GROUP)))
