"""Prices as one tells them: figures that are no money are told by how they stand among those of the others."""

from bisect import bisect_left, bisect_right

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.chat.wordings import SAYS

PRICES = ("price", "cost")
"""Names of attributes that hold a price."""
MIN_MONEY = 1.0
"""Median price below which the figures of a catalogue are no money: a scale of its own."""
_PLACES = ((0.1, "cheapest"), (0.4, "cheaper"), (0.6, "average"), (0.9, "dearer"), (1.01, "dearest"))
"""Share of the catalogue that costs less -> how a price is told."""


def price_words(price: float, catalog: Catalog, language: str) -> str:
    """Say how much something is.

    Parameters
    ----------
    price
        The figure of the catalogue.
    catalog
        The items, of which some cost more and some less.
    language
        "en" or "zh".

    Returns
    -------
    str
        The figure; where such figures are no money, how it stands among the others.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> shop = Catalog("shop", tuple(Item(str(n), "Hat", "", {"price": n / 1000}) for n in range(1, 100)), {})
    >>> price_words(0.0501, shop, "en")
    'about average in price here'
    """
    prices = derived(catalog, _prices)
    if not prices or is_money(catalog):
        return f"{price:g}" if price == round(price, 2) else f"{price:.2f}"
    below = (bisect_left(prices, price) + bisect_right(prices, price)) / 2 / len(prices)
    place = next(key for share, key in _PLACES if below < share)
    return SAYS["price in own figures"][language].format(place=SAYS[f"price {place}"][language])


def is_money(catalog: Catalog) -> bool:
    """Tell whether the prices of a catalogue can be sums of money.

    Parameters
    ----------
    catalog
        The items.

    Returns
    -------
    bool
    """
    prices = derived(catalog, _prices)
    return not prices or prices[len(prices) // 2] >= MIN_MONEY


def _prices(catalog: Catalog) -> tuple[float, ...]:
    values = (
        next((v for name in PRICES if (v := item.attributes.get(name)) is not None), None) for item in catalog.items
    )
    return tuple(sorted(float(value) for value in values if isinstance(value, int | float)))
