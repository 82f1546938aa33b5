"""The sentences of one language about the items of one catalogue, filled with what its attributes tell."""

import re
from collections.abc import Sequence
from typing import Any

from llmrec.catalog import Catalog, Item
from llmrec.catalog.vocabulary import MINUTES, attribute_noun, natural_order
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import in_chinese
from llmrec.chat.price_words import PRICES, is_money, price_words
from llmrec.chat.wordings import ATTRIBUTES, CHOSE, NOUNS, SAYS, UNKNOWN, UNKNOWN_OF_ALL

FEW_ATTRIBUTES = 3
"""Attributes up to which it is said that a catalogue has no others."""


class CatalogueSentences:
    """The sentences of one language about one catalogue.

    Parameters
    ----------
    language
        "en" or "zh".
    catalog
        Tells what its items are called.
    """

    def __init__(self, language: str, catalog: Catalog) -> None:
        self._catalog = catalog
        self.language = language
        """"en" or "zh"."""
        noun, chose = wording(catalog).noun, wording(catalog).chose
        chinese = language == "zh"
        self._words = {
            "noun": NOUNS[noun] if chinese else noun,
            "nouns": NOUNS[noun] if chinese else f"{noun}s",
            "chose": CHOSE[chose] if chinese else chose,
        }

    def __call__(self, key: str, item: Item | None = None, **more: Any) -> str:
        """The sentence `key` of `SAYS`, of an item where it is about one."""
        title = {"title": self.title(item)} if item else {}
        return SAYS[key][self.language].format(**self._words, **title, **more)

    @property
    def noun(self) -> str:
        """What the catalogue calls an item."""
        return self._words["noun"]

    def title(self, item: Item) -> str:
        """The title of an item as a sentence has it: "The Fan"."""
        return natural_order(item.title)

    def titles(self, items: Sequence[Item]) -> str:
        """Titles, one after the other."""
        told = [self.title(each) for each in items]
        if self.language == "zh":
            return "》、《".join(told)
        return " and ".join(part for part in (", ".join(told[:-1]), told[-1]) if part)

    def of_all(self, key: str) -> str:
        """That the catalogue does not tell `key` of any item."""
        return re.sub(r"\ba (?=[aeiou])", "an ", UNKNOWN_OF_ALL[key][self.language].format(**self._words))

    def value(self, item: Item, name: str, key: str) -> str:
        """What the attribute `name` of an item is, in the sentence of the fact `key` where there is one."""
        held = item.attributes[name]
        if isinstance(held, int | float) and (name in MINUTES or (name.endswith("s") and self.language == "en")):
            end = "。" if self.language == "zh" else "."
            return self("about", item, value=f"{self.amount(name, held)}{end}")
        if key == "price" and isinstance(held, int | float):
            words = price_words(held, self._catalog, self.language)
            return (
                self(key, item, value=words) if is_money(self._catalog) else self("no sum of money", item, place=words)
            )
        key = key if key in SAYS and key in ("genres", "year", "price") else "value"
        return self(key, item, name=self.name(name), value=as_written(item.attributes[name]))

    def bare_value(self, item: Item, name: str) -> str:
        """The value of an attribute of an item, alone."""
        value = item.attributes[name]
        return self.listed(value) if isinstance(value, tuple) else as_written(value)

    def untold(self, item: Item, key: str) -> str:
        """What the catalogue does not tell of an item: the fact `key`, in words."""
        return UNKNOWN[key][self.language].format(title=self.title(item))

    def lacks(self, item: Item, key: str) -> str:
        """That the catalogue does not tell the fact `key` of an item; where it tells little, what it tells at all."""
        what = self.untold(item, key)
        names = [name for name in item.attributes if not name.endswith(("_id", "_code", "_path"))]
        if not names:
            return self("lacks", what=what)
        joint = "和" if self.language == "zh" else " and "
        facts = joint.join(map(self.name, names)) if len(names) <= FEW_ATTRIBUTES else ""
        if facts:
            told = self("lacks it", what=what, facts=facts) if key else self("lacks unnamed", item, facts=facts)
        elif key:
            told = self("lacks", what=what)
        else:
            shown = names[:FEW_ATTRIBUTES]
            told = self(
                "lacks among", item, facts=("、" if self.language == "zh" else ", ").join(map(self.name, shown))
            )
        offer = self("more like it") if key in ("", "about") else ""
        return f"{told}{'' if self.language == 'zh' else ' '}{offer}".strip()

    def facts(self, item: Item) -> str:
        """What the attributes tell of an item, without identifiers."""
        held = {name: value for name, value in item.attributes.items() if not name.endswith(("_id", "_code", "_path"))}
        told = [
            f"{value:g}" if name in ("year", "release_year") and isinstance(value, int | float)
            else self.amount(name, value) if isinstance(value, int | float)
            else as_written(value)
            for name, value in sorted(held.items(), key=lambda pair: pair[0] != "year")
            if value not in ("", ())
        ]  # fmt: skip
        return "; ".join(dict.fromkeys(told))

    def apart(self, item: Item, other: Item) -> str:
        """What the attributes tell of an item and not of another, without identifiers."""
        told = []
        for name, value in sorted(item.attributes.items(), key=lambda pair: pair[0] in ("year", "release_year")):
            theirs = other.attributes.get(name)
            if name.endswith(("_id", "_code", "_path")) or value == theirs or value in ("", ()):
                continue
            if isinstance(value, tuple):
                held = theirs if isinstance(theirs, tuple) else (theirs,)
                own = [each for each in value if each not in held]
                told += [self.listed(own)] if own else []
            elif isinstance(value, int | float) and name not in ("year", "release_year"):
                told.append(self.amount(name, value))
            else:
                told.append(as_written(value))
        return ("、" if self.language == "zh" else ", ").join(told)

    def listed(self, values: Sequence[str]) -> str:
        """Values of attributes, one after the other."""
        return "、".join(map(in_chinese, values)) if self.language == "zh" else ", ".join(values)

    def kind(self, item: Item) -> str:
        """What the item is listed as: the words of its first attribute that has some."""
        return next((as_written(v) for v in item.attributes.values() if isinstance(v, str | tuple) and v), "-")

    def name(self, attribute: str) -> str:
        """What an attribute is called."""
        noun = attribute_noun(attribute)
        return ATTRIBUTES.get(noun, noun) if self.language == "zh" else noun

    def amount(self, name: str, value: float) -> str:
        """A number with the name of its attribute: "352 pages", "price 9"."""
        if name in PRICES and not is_money(self._catalog):
            return price_words(value, self._catalog, self.language)
        if name in MINUTES:
            return f"{value:g}分钟" if self.language == "zh" else f"{value:g} minutes"
        counted = name.endswith("s") and self.language == "en"
        return f"{value:g} {name.replace('_', ' ')}" if counted else f"{self.name(name)} {value:g}"


def as_written(value: Any) -> str:
    """Write the value of an attribute.

    Parameters
    ----------
    value
        A word, several, or a number.

    Examples
    --------
    >>> as_written(("Comedy", "War")), as_written(9.50)
    ('Comedy, War', '9.5')
    """
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
