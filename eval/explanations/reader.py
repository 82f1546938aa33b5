"""What a text says of an item whose truth is known: the attributes it names, and the medium it gives for each.

One reader for every writer: attribute values are found by the vocabulary of the true attributes, outside titles. An
attribute is named where the text has the item's own value of it; a value that the item lacks counts as a name that is
wrong. A medium is given where the same clause says a word for it.
"""

from dataclasses import dataclass, replace

from llmrec.catalog import Catalog
from llmrec.catalog.simshop import BY_NAME, World
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.verification.checks.lexicon import MODALITY_OF
from llmrec.verification.reading import Reading


@dataclass(frozen=True)
class Named:
    """One attribute that a text names; `media`: what it says shows it, none where it does not say."""

    facet: Facet
    media: frozenset[str]


class Reader:
    """Reads texts on the items of one SimShop."""

    def __init__(self, catalog: Catalog, truth: World) -> None:
        self.truth = truth
        self.row = {item: n for n, item in enumerate(truth.items)}
        items = tuple(
            replace(item, attributes={name: column[self.row[item.id]] for name, column in truth.values.items()})
            for item in catalog.items
        )
        self.vocabulary = Vocabulary(replace(catalog, items=items))

    def of(self, text: str, item: str) -> list[Named]:
        """The attributes that `text` names, each once, in the order of the text."""
        reading = Reading.of(text, self.vocabulary, names_first=True)
        own = set(self.vocabulary.facets[item])
        found: dict[Facet, Named] = {}
        for mention in reading.mentions:
            facet = min(mention.facets & own or mention.facets)
            said = reading.words_in(reading.clause(mention.start))
            media = frozenset(MODALITY_OF[word] for word in said if word in MODALITY_OF and word != facet.name)
            found.setdefault(facet, Named(facet, media))
        return list(found.values())

    def judge(self, text: str, user: str, item: str, cause: tuple[str, str]) -> dict[str, float]:
        """How a text stands to the truth: `driver` named, its `medium` right, names `given`, and `right` ones of them.

        `cause`: attribute and value that drove the purchase.
        """
        named = self.of(text, item)
        own, likes = set(self.vocabulary.facets[item]), self.truth.tastes[user].likes
        driver = [one for one in named if (one.facet.name, one.facet.value) == cause]
        liked = [one for one in named if one.facet in own and one.facet.value in likes.get(one.facet.name, ())]
        medium = any(one.media == {BY_NAME[cause[0]].modality} for one in driver)
        return {"driver": float(bool(driver)), "medium": float(medium), "given": len(named), "right": len(liked)}
