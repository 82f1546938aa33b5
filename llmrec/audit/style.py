"""The style of an explanation: which kinds of claims it makes, in numbers that mean the same in English and Chinese.

Styles are those of the literature: people alike, other items, popularity, attributes, prose. They are read by fixed
forms of speech and words for what is usual (`llmrec.audit.style_words`), so that a text of any catalogue can be read.
What an audit knows beside (`Knowledge`) is passed in: a history item named without quotes, attribute values.

References
----------
Tintarev & Masthoff 2015, "Explaining recommendations: design and evaluation", Recommender Systems Handbook, ch. 10.
"""

import math
import re
from dataclasses import dataclass

from llmrec.audit import style_words as forms

CHARACTERS_A_WORD = 1.6
"""Chinese characters that say as much as an English word."""
USUAL_SHARE = 90.0
"""Percentage of people alike about which shares are read: what the rated explanations tell on average."""
USUAL_AUDIENCE = -1.6
"""Logarithm (base 10) of the usual audience, as a share of that of the most popular item; see `USUAL_SHARE`."""
USUAL_VALUE, FREQUENT_VALUE = 3.0, 10.0
"""Percentage of the items that have an attribute value: a usual one, and from where it says little of an item."""
DESCRIBED = 3.0
"""Words beyond the claims from which a text describes its item."""
LARGEST_AUDIENCE = 2e6
"""People who know the most popular item, where no catalogue says so: about those of the rated films."""


@dataclass(frozen=True)
class Knowledge:
    """What is known of a text beside its words.

    Attributes
    ----------
    title : str
        Of the item that is explained: it is no other item where the text names it.
    cites_history : bool
        Whether an item of the user's history is named, as the claims of an audit tell.
    values : tuple of str
        The words that name attribute values of the catalogue.
    value_share : float
        Share of the catalogue's items that have the rarest value named, in (0, 1]; NaN where that is unknown.
    largest_audience : float
        People who know the most popular item: numbers of people are read as a share of them.
    """

    title: str = ""
    cites_history: bool = False
    values: tuple[str, ...] = ()
    value_share: float = math.nan
    largest_audience: float = LARGEST_AUDIENCE


FEATURES = (
    "people_alike", "share", "popularity", "audience", "other_item", "own_item", "maker", "cast", "writer", "origin",
    "bare_attribute", "value_share", "frequent_value", "description", "praise", "acclaim", "reader", "length",
)  # fmt: skip
"""What `style` reads, in its order."""


def style(text: str, known: Knowledge | None = None) -> dict[str, float]:
    """Read the style of an explanation.

    Parameters
    ----------
    text : str
        In English or Chinese.
    known : Knowledge, optional

    Returns
    -------
    dict of str to float
        A value for each of `FEATURES`; 0 where the text has nothing of the kind, or what is usual.

    Examples
    --------
    >>> style("98% of people with tastes like yours loved it.")["share"]
    0.5
    """
    known = known or Knowledge()
    text = re.sub(re.escape(known.title), " ", text, flags=re.IGNORECASE) if known.title else text
    reading = _Reading(text)
    top = reading.find(forms.TOP_SHARE)
    share = _share(text)
    alike = reading.cut(forms.ALIKE)
    own = reading.cut(forms.OWN_ITEM)
    reading.cut(forms.ALSO)
    other = reading.cut(forms.OTHER_ITEM) or known.cites_history
    likeness = reading.cut(forms.LIKENESS)
    audience = _audience(reading.rest, top, known.largest_audience)
    reading.cut(forms.COUNTED)
    reading.cut(forms.SHARE)
    popular = reading.cut(forms.POPULAR) or audience is not None
    maker, cast, writer = (reading.cut(pattern) for pattern in (forms.MAKER, forms.CAST, forms.WRITER))
    role = maker or cast or writer
    origin = reading.cut(forms.ORIGIN)
    named = bool(known.values) | reading.cut(forms.KIND) | role | origin
    for words_of_value in sorted(known.values, key=len, reverse=True):
        reading.cut(re.compile(re.escape(words_of_value), re.IGNORECASE))
    description = min(reading.content(role), DESCRIBED) / DESCRIBED
    bare = named * (1 - description)
    value = 100 * known.value_share if known.value_share > 0 else USUAL_VALUE
    values = {
        "people_alike": float(alike),
        "share": _clipped((share - USUAL_SHARE) / 10, -2, 0.5) if share is not None and alike else 0.0,
        "popularity": float(popular),
        "audience": 0.0 if audience is None else _clipped(audience - USUAL_AUDIENCE, -2.5, 1.6),
        "other_item": float(other),
        # The rated texts that name an item of the reader's all say that this one is like it.
        "own_item": float(other and (own or likeness)),
        # A story may tell of a writer, and a shop of Thai food: only what stands by itself is the claim.
        "maker": maker * bare,
        "cast": cast * bare,
        "writer": writer * bare,
        "origin": origin * bare,
        "bare_attribute": bare,
        "value_share": bare * math.log10(_clipped(value, 0.3, FREQUENT_VALUE) / USUAL_VALUE),
        "frequent_value": bare * math.log10(_clipped(value, FREQUENT_VALUE, 50) / FREQUENT_VALUE),
        "description": description,
        "praise": math.log1p(len(forms.PRAISE.findall(text))),
        "acclaim": math.log1p(len(forms.ACCLAIM.findall(text))),
        "reader": float(bool(forms.READER.search(text))),
        "length": math.log(_clipped(words(text), 3, 60) / 10),
    }
    return {name: values[name] for name in FEATURES}


def words(text: str) -> float:
    """Count words; of Chinese, so many as its characters would be in English.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> words("A quiet film."), words("一部安静的影片。")
    (3.0, 4.375)
    """
    latin = re.findall(r"[A-Za-z\u00c0-\u024f][\w'\u2019-]*|\d[\d.,%]*", text)
    return len(latin) + len(forms.CHINESE.findall(text)) / CHARACTERS_A_WORD


class _Reading:
    """A text out of which claims are cut; `rest` is what is left."""

    def __init__(self, text: str) -> None:
        self.rest = text

    def cut(self, pattern: re.Pattern[str]) -> bool:
        self.rest, number = pattern.subn(" ", self.rest)
        return number > 0

    def find(self, pattern: re.Pattern[str]) -> float | None:
        """Cut it, and return the number that its first match gives; None without one."""
        match = pattern.search(self.rest)
        self.cut(pattern)
        return float(match[1]) if match else None

    def content(self, role: bool) -> float:
        """Count words that say something beyond the claims; names behind a role say who, and are no description."""
        rest = forms.NAME.sub(" ", self.rest) if role else self.rest
        latin = [
            word for word in re.findall(r"[a-z\u00c0-\u024f][\w'\u2019-]+", rest.lower()) if word not in forms.PLAIN
        ]
        chinese = forms.CHINESE.findall(forms.PLAIN_CHINESE.sub(" ", rest))
        if role and not latin and len(chinese) <= 4:
            return 0.0  # a short Chinese name has no mark of its own
        return len(latin) + len(chinese) / CHARACTERS_A_WORD


def _share(text: str) -> float | None:
    """The percentage that a text gives; None without one."""
    if match := forms.SHARE.search(text):
        return min(float(match[1] or match[2]), 100.0)
    if match := forms.PART_OF.search(text):
        part, whole = (float(number.replace(",", "")) for number in match.groups())
        return 100 * part / whole if 0 < part <= whole else None
    return None


def _audience(text: str, top: float | None, largest: float) -> float | None:
    """The logarithm of the people counted as a share of the largest audience; None where none are counted.

    Of a text that gives only a rank ("top 5 %") as much is assumed as items of that rank have: a tenth of the people
    for ten times the rank, from the first per cent on.
    """
    counts = []
    for match in forms.COUNTED.finditer(text):
        number, scale = (*(group for group in match.groups() if group), "")[:2]
        counts.append(float(number.replace(",", "")) * forms.SCALE.get(scale.lower(), 1.0))
    if max(counts, default=0) > 0:
        return math.log10(min(max(counts) / largest, 1.0))
    return -math.log10(max(top, 1.0)) - 0.5 if top is not None else None


def _clipped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
