"""Attributes of items as Chroma stores them, and filters as it is asked by them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmrec.catalog import Item
from llmrec.retrieval.filters import Clause, Filter, Kind, finite
from llmrec.retrieval.fingerprint import metadata_key

CONDITIONS = {">=": "$gte", "<=": "$lte", ">": "$gt", "<": "$lt", "=": "$eq", "!=": "$ne"}


def chroma_where(where: Filter) -> dict[str, Any]:
    """A filter as Chroma's `where` argument, over the metadata that `chroma_metadata` gives each item.

    Parameters
    ----------
    where
        Of one clause at least.
    """
    parts = [_condition(clause) for clause in where.clauses]
    return parts[0] if len(parts) == 1 else {"$and": parts}


def _condition(clause: Clause) -> dict[str, Any]:
    if clause.others:
        return {"$or": [_condition(each) for each in (replace(clause, others=()), *clause.others)]}
    negated = clause.operator == "!="
    if clause.kind == "number" and len(clause.values) == 1:
        return {metadata_key(clause.attribute): {CONDITIONS[clause.operator]: clause.values[0]}}
    if clause.kind != "words":
        return {metadata_key(clause.attribute): {"$nin" if negated else "$in": list(clause.values)}}
    marks: list[dict[str, Any]] = [
        {_mark(clause.attribute, str(word)): {"$ne" if negated else "$eq": True}} for word in clause.values
    ]
    return marks[0] if len(marks) == 1 else {"$and" if negated else "$or": marks}


def chroma_metadata(item: Item, kinds: Mapping[str, Kind]) -> dict[str, str | float | bool]:
    """An item's attributes as Chroma stores them: numbers as float, several words as a mark `name:word` each.

    Parameters
    ----------
    item
        Of the catalogue that `kinds` describes.
    kinds
        What each attribute holds (see `llmrec.retrieval.filters.attribute_kinds`).
    """
    found: dict[str, str | float | bool] = {}
    for name, value in item.attributes.items():
        if kinds[name] == "words":
            for word in value if isinstance(value, tuple) else (str(value),):
                found[_mark(name, word)] = True
        elif kinds[name] == "word":
            found[metadata_key(name)] = str(value)
        elif (number := finite(value)) is not None:
            found[metadata_key(name)] = number
    return found


def _mark(attribute: str, word: str) -> str:
    """The metadata key that says that an item has `word` among the words of `attribute`."""
    return f"{metadata_key(attribute)}:{word}"
