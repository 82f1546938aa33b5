"""Items, interactions and where they come from. Knows no model."""

from llmrec.catalog.load import check, load_catalog
from llmrec.catalog.report import Report
from llmrec.catalog.split import Split, load_split, rolling_split
from llmrec.catalog.types import AttributeValue, Catalog, Interaction, Item, Label

__all__ = [
    "AttributeValue",
    "Catalog",
    "Interaction",
    "Item",
    "Label",
    "Report",
    "Split",
    "check",
    "load_catalog",
    "load_split",
    "rolling_split",
]
