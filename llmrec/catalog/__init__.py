"""Items, interactions and where they come from. Knows no model."""

from llmrec.catalog.load import Report, check, load_catalog
from llmrec.catalog.types import AttributeValue, Catalog, Interaction, Item, Label

__all__ = [
    "AttributeValue",
    "Catalog",
    "Interaction",
    "Item",
    "Label",
    "Report",
    "check",
    "load_catalog",
]
