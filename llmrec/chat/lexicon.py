"""Moods that are turned down, said the other way: an LLM that reads "nothing sad" ranks by "sad".

What words of a conversation mean in one catalogue: "comedies" -> genres=Comedy, "blue" -> every blue there is.

Wider than the vocabulary that sentences are checked with: people say "cartoon" and "beanie", and misspell.

"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from llmrec.catalog import Catalog
from llmrec.catalog.derived import derived
from llmrec.catalog.vocabulary import Vocabulary, attribute_noun, forms, words

OPPOSITE = {
    "sad": "uplifting", "depressing": "uplifting", "gloomy": "cheerful", "bleak": "hopeful", "dark": "light",
    "heavy": "light", "serious": "light-hearted", "slow": "fast-paced", "boring": "gripping", "long": "short",
    "violent": "gentle", "violence": "gentle", "bloody": "gentle", "gory": "gentle", "gore": "gentle",
    "brutal": "gentle", "silly": "serious", "cheesy": "heartfelt", "sentimental": "restrained", "loud": "quiet",
    "complicated": "simple", "weird": "conventional", "tense": "relaxing", "stressful": "relaxing",
    "tight": "loose", "baggy": "fitted", "formal": "casual", "flashy": "plain", "thick": "thin", "thin": "thick",
}  # fmt: skip
_TURNED_DOWN = re.compile(
    r"(?:\b(?:but |and )?(?:(?:not|nothing|isn'?t|without|no|less|(?:i )?(?:don'?t|do not) want)\s+"
    r"(?:(?:anything|any|that|is|too|so|very|overly|much|really|a|at all)\s+)*|non-))"
    rf"(?P<mood>{'|'.join(OPPOSITE)})(?P<more>(?:\s*(?:,|and|or|nor|,\s*(?:and|or))\s*(?:not )?(?:too |so )?"
    rf"(?:{'|'.join(OPPOSITE)})\b)*)(?![\w-])",
    re.I,
)


def turned(text: str) -> str:
    """The text with each mood that it turns down replaced by the opposite."""

    def opposite(match: re.Match[str]) -> str:
        said = re.findall(rf"\b(?:{'|'.join(OPPOSITE)})\b", match[0], re.I)
        return " " + " and ".join(dict.fromkeys(OPPOSITE[mood.lower()] for mood in said)) + " "

    return _TURNED_DOWN.sub(opposite, text)


SAID = {
    "children's": ("kid", "child", "kids"), "animation": ("cartoon", "anime"), "sci-fi": ("science-fiction", "sf"),
    "t-shirt": ("tee", "t shirt", "tshirt"), "western": ("cowboy film",),
    "sweater": ("jumper", "pullover"), "trousers": ("pants",), "sneakers": ("trainers",), "lace": ("lacy",),
    "check": ("checked", "checkered", "plaid"), "dot": ("polka dot", "spotted"), "documentary": ("docu",),
    "women": ("woman", "women's", "womens", "ladies"), "men": ("man", "men's", "mens"), "kids": ("child", "children"),
}  # fmt: skip
"""Folded value -> words by which people ask for it, beyond those that a sentence may use."""
SPELT = 5
"""Letters from which a word may be a misspelling of another."""
_NO_TYPO = frozenset(
    [
        "white",
        "while",
        "where",
        "there",
        "these",
        "those",
        "shall",
        "short",
        "skirt",
        "shirt",
        "dream",
        "grown",
        "crown",
        "great",
        "greed",
    ]
)


@dataclass(frozen=True, slots=True)
class Named:
    """A stretch of text, `[start, end)` in characters, that names `values` of an attribute, any of which will do."""

    start: int
    end: int
    attribute: str
    values: tuple[str, ...]


class Lexicon:
    """The words of one catalogue; `of(catalog)` gives the kept one."""

    def __init__(self, catalog: Catalog) -> None:
        facets = sorted(f for f in Vocabulary.of(catalog).counts if f.name not in ("year", "price"))
        self.attributes = tuple(dict.fromkeys(facet.name for facet in facets))
        self._forms: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}
        exact: dict[tuple[str, ...], dict[str, list[str]]] = {}
        heads: dict[tuple[str, ...], dict[str, list[str]]] = {}
        for facet in facets:
            own = set(_said(facet.value))
            for form in own:
                exact.setdefault(form, {}).setdefault(facet.name, []).append(facet.value)
            for form in {form[-1:] for form in forms(facet.value)} | {form for form in own if len(form) == 1}:
                heads.setdefault(form, {}).setdefault(facet.name, []).append(facet.value)
        for form in exact.keys() | heads.keys():
            name, values = self._meant(exact.get(form, {}), heads.get(form, {}))
            self._forms[form] = name, tuple(sorted(dict.fromkeys(values)))
        self._longest = max(map(len, self._forms), default=0)
        own = {form for facet in facets for form in forms(facet.value)}
        self._single = sorted(form[0] for form in own if len(form) == 1 and len(form[0]) >= SPELT)
        self._corrected: dict[str, str] = {}

    @classmethod
    def of(cls, catalog: Catalog) -> "Lexicon":
        """The lexicon of a catalogue, built on the first call and dropped with the catalogue."""
        return derived(catalog, cls)

    @staticmethod
    def _meant(exact: dict[str, list[str]], heads: dict[str, list[str]]) -> tuple[str, list[str]]:
        """Of several attributes the first that holds the word itself; of colours all that end in it ("dark blue")."""
        name = next(iter(exact or heads))
        return name, heads.get(name, exact.get(name, [])) if is_colour(name) or not exact else exact[name]

    def named(self, text: str) -> list[Named]:
        """Attribute values named in a text, longest first where they overlap, in order."""
        tokens = words(text)
        found, at = [], 0
        while at < len(tokens):
            for length in range(min(self._longest, len(tokens) - at), 0, -1):
                form = tuple(word for word, _, _ in tokens[at : at + length])
                meant = self._forms.get(form) or (self._misspelt(form[0]) if length == 1 else None)
                if meant:
                    found.append(Named(tokens[at][1], tokens[at + length - 1][2], *meant))
                    at += length
                    break
            else:
                at += 1
        return found

    def _misspelt(self, word: str) -> tuple[str, tuple[str, ...]] | None:
        """What a word means that is one slip (two in a long one) away from a word of the catalogue."""
        if len(word) < SPELT or word in _NO_TYPO:
            return None
        if word not in self._corrected:
            near = ((OSA.distance(word, known), known) for known in self._single if known[0] == word[0])
            slips, known = min(near, default=(9, ""))
            self._corrected[word] = known if slips <= (2 if len(word) > 8 else 1) else ""
        known = self._corrected[word]
        return self._forms[(known,)] if known else None


def is_colour(name: str) -> bool:
    """Whether an attribute holds colours, of which "blue" means every shade."""
    return re.search("colou?r", name) is not None


def _said(value: str) -> Iterable[tuple[str, ...]]:
    """The word sequences by which people name a value; of "Hat/beanie" each part."""
    for part in {value, *(value.split("/") if "/" in value else ())}:
        yield from forms(part)
        for more in SAID.get(part.lower(), ()):
            yield from forms(more)


def noun_pattern(name: str) -> str:
    """An attribute's name as people write it, for a regular expression."""
    return attribute_noun(name).replace("colour", "colou?r").replace("color", "colou?r")
