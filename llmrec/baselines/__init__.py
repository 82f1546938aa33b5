"""Recommenders to compare with, usable on any catalogue.

Each is fitted on histories (`Baseline.fit`), scores the whole catalogue after others (`score`) and answers users
(`recommend`). They know nothing of llmrec's own model. `baseline(name)` makes one by name; a class of one's own is
found by `llmrec.register("baseline", name)`, by an entry point of `llmrec.baselines`, or by its import path.

Examples
--------
>>> from llmrec import baselines
>>> from llmrec.catalog.types import Catalog, Item
>>> shop = Catalog("shop", tuple(Item(i, i.upper()) for i in "abc"), {})
>>> model = baselines.baseline("item-knn", k=10).fit(shop, {"u": ["a", "b"], "v": ["a", "b"], "w": ["a", "c"]})
>>> [each.item for each in model.recommend(history=["a"])]
['b', 'c']
"""

import importlib
from typing import TYPE_CHECKING, Any

from llmrec.errors import BadInput
from llmrec.registry import resolve

if TYPE_CHECKING:
    from llmrec.baselines.base import Baseline, Scored
    from llmrec.baselines.content import ContentKNN
    from llmrec.baselines.counts import ItemKNN, OwnPopularity, Popularity
    from llmrec.baselines.fusion import Hybrid, Pair
    from llmrec.baselines.linear import Als, Ease, PureSvd
    from llmrec.baselines.multimodal import Multimodal, Recipe
    from llmrec.baselines.sasrec import SasRec

_WHERE = {
    "Baseline": "base", "Scored": "base", "ContentKNN": "content", "ItemKNN": "counts", "Popularity": "counts",
    "OwnPopularity": "counts", "Hybrid": "fusion", "Pair": "fusion", "Als": "linear", "Ease": "linear",
    "PureSvd": "linear", "Multimodal": "multimodal", "Recipe": "multimodal", "SasRec": "sasrec",
}  # fmt: skip

__all__ = [
    "Als",
    "Baseline",
    "ContentKNN",
    "Ease",
    "Hybrid",
    "ItemKNN",
    "Multimodal",
    "OwnPopularity",
    "Pair",
    "Popularity",
    "PureSvd",
    "Recipe",
    "SasRec",
    "Scored",
    "baseline",
    "baseline_class",
]


def baseline_class(name: str) -> "type[Baseline]":
    """The class of that name.

    Parameters
    ----------
    name : str
        A name of llmrec's own (`popularity`, `item-knn`, `ease`, `content-knn`, `sasrec`, …), of a package's entry
        point, a registered one, or an import path.

    Raises
    ------
    UnknownPlugin
        Where there is none.
    BadInput
        Where it is no baseline.
    """
    from llmrec.baselines.base import Baseline

    found = resolve("baseline", name)
    if not (isinstance(found, type) and issubclass(found, Baseline)):
        raise BadInput(f"{name!r} is no baseline; it must be a class derived from llmrec.baselines.Baseline")
    return found


def baseline(name: str, **config: Any) -> "Baseline":
    """A baseline by name, not fitted yet.

    Parameters
    ----------
    name : str
        As `baseline_class` takes it; two names with a plus between them make a weighted `Pair`: `ease+sasrec`.
    **config
        Arguments of its constructor; of a pair, `first` and `second`, mappings of those of each part, and `share`.

    Raises
    ------
    UnknownPlugin
        Where there is none of that name.
    BadInput
        Where it does not take `config`.
    """
    try:
        if "+" in name:
            from llmrec.baselines.fusion import Pair

            first, second = name.split("+", 1)
            one, other = baseline(first, **config.pop("first", {})), baseline(second, **config.pop("second", {}))
            return Pair(one, other, **config)
        return baseline_class(name)(**config)
    except TypeError as error:
        raise BadInput(f"baseline {name!r} does not take {', '.join(config)} ({error})") from error


def __getattr__(name: str) -> Any:
    """The classes are imported when they are first named: SciPy alone takes a second."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
