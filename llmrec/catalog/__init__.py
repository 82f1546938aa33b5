"""Items, interactions and where they come from. Knows no model."""

from llmrec.catalog.load import check, load_catalog
from llmrec.catalog.report import Report
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
