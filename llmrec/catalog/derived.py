"""What is computed of a catalogue once and kept as long as the catalogue lives."""

import weakref
from collections.abc import Callable
from typing import Any, TypeVar, cast

from llmrec.catalog.types import Catalog

Made = TypeVar("Made")
_KEPT: dict[tuple[int, Callable[[Catalog], Any]], Any] = {}


def derived(catalog: Catalog, make: Callable[[Catalog], Made]) -> Made:
    """`make(catalog)`, called the first time and dropped with the catalogue."""
    key = id(catalog), make
    if key not in _KEPT:
        _KEPT[key] = make(catalog)
        weakref.finalize(catalog, _KEPT.pop, key, None)
    return cast(Made, _KEPT[key])
