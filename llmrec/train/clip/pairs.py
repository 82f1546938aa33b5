"""Pairs of a picture and words from catalogues: the training data of CLIP heads."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog, Item
from llmrec.encoders import extract, text_encoder
from llmrec.encoders.registry import encoder
from llmrec.errors import BadInput

Floats = NDArray[np.float32]

HELD_OUT = 0.2
"""Share of the products that heads never learn from."""
MIN_PRODUCTS = 64
"""Smallest number of training products: heads trained on fewer do not generalise."""
COLOURS, KINDS = ("colour", "color"), ("category", "genres", "genre", "type")
PHRASINGS = 6


@dataclass(frozen=True)
class Pairs:
    """Encoders' vectors of n pictures and of their texts."""

    words: tuple[tuple[str, ...], ...]
    """n times the PHRASINGS of `phrasings`."""
    pictures: Floats
    """(n, 1280) pooled features."""
    texts: Floats
    """(n, PHRASINGS, 384) unit rows."""
    held_out: NDArray[np.bool_]
    """(n,): never trained on."""


def phrasings(item: Item) -> tuple[str, ...]:
    """Return PHRASINGS texts of the item, from all of the catalogue's words to a few; some may be equal."""
    words = {
        name: " ".join(value) if isinstance(value, tuple) else value
        for name, value in item.attributes.items()
        if isinstance(value, str | tuple) and not name.endswith(("_id", "_code", "_path"))
    }
    colour = next((words[name] for name in COLOURS if name in words), "")
    kind = next((words[name] for name in KINDS if name in words), "")
    kind = kind or next(iter(words.values()), "")
    short = f"{colour} {kind}".strip() or item.title
    pattern = words.get("pattern", "")
    texts = (
        item.text(),
        item.title,
        ". ".join(part for part in (item.title, item.description) if part),
        ". ".join(part for part in (item.title, colour or kind) if part),
        short,
        "a picture of a " + " ".join(part for part in (colour, pattern, kind or item.title) if part),
    )
    return tuple(text or item.id for text in texts)


def held_out(item: Item) -> bool:
    """Whether the item is held out from training: by hash of its product, so that colour variants stay together."""
    product = str(item.attributes.get("product_code") or item.title)
    return int(hashlib.sha256(product.encode()).hexdigest()[:8], 16) < HELD_OUT * 2**32


def read_pairs(catalogs: Sequence[Catalog], cache: Path) -> Pairs:
    """The pairs of all items with a picture.

    Parameters
    ----------
    catalogs
        Whose items.
    cache
        Folder of the feature cache.

    Raises
    ------
    BadInput
        Where too few items have a picture.
    """
    pictures, items = [], []
    for catalog in catalogs:
        features, _ = extract(catalog, [encoder("image", "lite0")], cache)
        rows = np.flatnonzero(features.mask["image"])
        pictures.append(features.vectors["image"][rows])
        items += [catalog.items[row] for row in rows]
    in_test = np.array([held_out(item) for item in items], np.bool_)
    if (~in_test).sum() < MIN_PRODUCTS:
        raise BadInput(
            f"{' and '.join(catalog.name for catalog in catalogs)} have {len(items)} items with a picture: too few "
            f"to learn from and to hold a fifth out; add pictures until {MIN_PRODUCTS} are left to learn from"
        )
    words = tuple(phrasings(item) for item in items)
    texts = text_vectors([text for item_texts in words for text in item_texts], cache)
    return Pairs(
        words,
        np.concatenate(pictures),
        texts.reshape(len(items), PHRASINGS, -1),
        in_test,
    )


def text_vectors(texts: Sequence[str], cache: Path) -> Floats:
    """Vectors of texts by the packaged text encoder.

    Parameters
    ----------
    texts
        Any; each distinct one is read once.
    cache
        Folder of the feature cache, which keeps them.

    Returns
    -------
    ndarray
        ``(n, 384)`` float32.
    """
    distinct = list(dict.fromkeys(texts))
    row = {text: n for n, text in enumerate(distinct)}
    as_items = Catalog("texts", tuple(Item(str(n), text) for n, text in enumerate(distinct)), {})
    features, _ = extract(as_items, [text_encoder()], cache)
    return features.vectors["text"][[row[text] for text in texts]]
