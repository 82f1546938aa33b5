"""What things are called by kind, and which kinds exclude each other: by hand, of any catalogue."""

import re

from llmrec.catalog.vocabulary import words

_KINDS = {
    "book": "book novel novella paperback hardcover audiobook memoir biography autobiography anthology cookbook textbook ebook",
    "periodical": "magazine newspaper journal",
    "film": "film movie documentary blockbuster",
    "show": "sitcom miniseries",
    "music": "album song single record soundtrack symphony concerto",
    "game": "videogame boardgame puzzle jigsaw",
    "restaurant": "restaurant eatery diner steakhouse pizzeria bistro brasserie trattoria grill taqueria buffet cafeteria "
    "cuisine tavern pub bar brewery winery gastropub cafe coffeehouse bakery patisserie creamery deli kitchen chophouse",
    "lodging": "hotel motel inn hostel resort lodge guesthouse",
    "shop": "market shop store supermarket grocery mall retailer boutique marketplace bookstore outlet warehouse pharmacy bazaar",
    "outdoors": "park beach trail garden playground lake canyon forest campground",
    "museum": "museum gallery aquarium zoo planetarium",
    "stage": "theater theatre cinema multiplex auditorium arena stadium amphitheater",
    "transport": "airport station",
    "school": "school college university",
    "clinic": "hospital clinic",
    "sport": "gym fitness",
    "clothing": "shirt blouse dress skirt trousers jeans jacket coat sweater cardigan t-shirt shorts leggings sock shoe",
    "device": "phone laptop tablet camera headphones television printer",
    "toy": "toy doll",
    "beauty": "shampoo conditioner lipstick mascara perfume lotion moisturizer serum",
}  # fmt: skip
_GENRES = {
    "romance": "romance romantic romances love erotica erotic steamy",
    "crime": "mystery mysteries thriller thrillers crime suspense suspenseful detective whodunit noir spy espionage",
    "horror": "horror ghost gothic",
    "speculative": "fantasy sci-fi scifi dystopian paranormal supernatural magical vampire speculative apocalyptic",
    "history": "historical history war regency victorian medieval",
    "fact": "biography biographical memoir memoirs nonfiction non-fiction biographies self-help journalism documentary",
    "western": "western cowboy westerns",
    "comedy": "comedy comedies humorous comic funny",
    "faith": "christian inspirational faith religious amish",
}
_ADJOIN = (
    {"romance", "comedy"}, {"crime", "horror"}, {"speculative", "horror"}, {"history", "western"}, {"history", "fact"},
    {"history", "romance"}, {"western", "romance"}, {"faith", "romance"}, {"crime", "fact"},
)  # fmt: skip
"""Genres that texts on one work often use side by side."""
_WITHIN = {("restaurant", "lodging"), ("museum", "outdoors"), ("outdoors", "museum"), ("stage", "outdoors"),
           ("book", "periodical"), ("show", "film"), ("film", "show"), ("sport", "lodging"), ("outdoors", "lodging"),
           ("shop", "museum"), ("stage", "film"), ("restaurant", "stage"), ("stage", "restaurant"), ("music", "show")}  # fmt: skip
"""Kinds, the first of which can be, or be within, the second."""


_GOODS = {"book", "periodical", "film", "music", "game", "clothing", "device", "toy", "beauty"}
"""What a shop sells, by which its text tells of it."""


def _index(table: dict[str, str]) -> dict[str, str]:
    return {word: kind for kind, listed in table.items() for word in listed.split()}


KIND_OF, GENRE_OF = _index(_KINDS), _index(_GENRES)
_OF_TWO = {"tv show": "show", "video game": "game", "board game": "game", "jigsaw puzzle": "game", "graphic novel": "book",
           "short stories": "book", "coffee shop": "restaurant", "ice cream": "restaurant", "shopping": "shop",
           "farmers market": "shop", "wildlife refuge": "outdoors"}  # fmt: skip


def kinds_in(text: str) -> set[str]:
    """The kinds of things that a text names.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    set of str

    Examples
    --------
    >>> sorted(kinds_in("a cozy coffee shop with a gallery"))
    ['museum', 'restaurant', 'shop']
    """
    lower = text.lower()
    found = {kind for words_, kind in _OF_TWO.items() if re.search(rf"\b{words_}s?\b", lower)}
    if re.search(r"\b(?:bakery|deli|creamery|patisserie|market)", lower):
        found |= {"restaurant", "shop"}  # places that are both
    return found | {KIND_OF[form] for form in _forms(text) if form in KIND_OF}


def genres_in(text: str) -> set[str]:
    """The genres of works that a text names."""
    return {GENRE_OF[form] for form in _forms(text) if form in GENRE_OF} | (
        {"speculative"} if "science fiction" in text.lower() else set()
    )


def _forms(text: str) -> set[str]:
    found = {word for word, _, _ in words(text)} | set(re.findall(r"[a-z]+-[a-z]+", text.lower()))
    return found | {word.removesuffix("s") for word in found} | {word.removesuffix("es") for word in found}


def exclude(named: set[str], own: set[str]) -> bool:
    """Whether what a text calls a thing leaves no kind that its own text has."""
    near = {whole for part, whole in _WITHIN if part in named} | named | (_GOODS if "shop" in named else set())
    return bool(named) and bool(own) and not near & own


def exclude_genres(named: set[str], own: set[str]) -> bool:
    """Whether the genres that a text names are none that its own text has, nor near one."""
    near = {genre for pair in _ADJOIN if pair & named for genre in pair} | named
    return bool(named) and bool(own) and not near & own
