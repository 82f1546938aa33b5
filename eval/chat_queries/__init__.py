"""Lines that people write in a chat, with what each asks for: queries.jsonl, over two catalogues.

`films` is MovieLens-100K, the demo's; `fashion` is fashion.csv, invented. A line's fields: `action` ("ask"
where it is missing), `subject`, `filters` as `--where` takes them, in any order, `compared` (conditions against an item
of the conversation), `has` and `lacks` (what must and must not be left in the wish), and for a line that the rules do
not read `fails`, the reason. `unseen` marks the lines that were written after the rules.

turns.jsonl holds the turns of whole conversations: `text`, `conversation`, whether it `opens` that, and the `move` that
it makes (`llmrec.chat.nlu.acts.MOVES`).
"""

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from llmrec import paths
from llmrec.catalog import Catalog, Item, load_catalog
from llmrec.chat.nlu.intent import Intent
from llmrec.setup import demo_data

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Query:
    """One line and what it asks for; see the module."""

    catalogue: str
    line: str
    filters: tuple[str, ...]
    action: str = "ask"
    subject: str = ""
    compared: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    fails: str = ""
    unseen: bool = False

    def wrong(self, found: Intent) -> str:
        """What `found` has wrong, for people; empty where it is right."""
        query = f" {found.query.lower()} "
        faults = {
            f"action {found.action!r}": found.action != self.action,
            f"subject {found.subject!r}": found.subject.lower() != self.subject.lower(),
            f"filters {sorted(found.filters)}": _any_order(found.filters) != _any_order(self.filters),
            f"compared {[*map(str, found.comparisons)]}": sorted(str(c).lower() for c in found.comparisons)
            != sorted(self.compared),
            f"wish {found.query!r}": not all(words in query for words in self.has)
            or any(words in query for words in self.lacks),
        }
        return ", ".join(fault for fault, present in faults.items() if present)


def _any_order(conditions: Sequence[str]) -> list[list[str]]:
    """Conditions, and the values within each, in an order of their own."""
    return sorted(sorted(re.split(r"(?<=[=<>])|\|", condition)) for condition in conditions)


@cache
def queries(unseen: bool = False) -> tuple[Query, ...]:
    """The lines of queries.jsonl that the rules were written with, or those written after them."""
    rows = map(json.loads, (FOLDER / "queries.jsonl").read_text(encoding="utf-8").splitlines())
    read = (Query(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}) for row in rows)
    return tuple(query for query in read if query.unseen == unseen)


@cache
def catalogue(name: str) -> Catalog:
    """`films` or `fashion`. Raises `SetupError` where the demo's data are not set up."""
    if name == "films":
        return load_catalog(demo_data(paths.home()))
    items = []
    with (FOLDER / "fashion.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            told = {name: row[name] for name in ("category", "colour", "pattern", "section")}
            items.append(Item(row["item_id"], row["title"], row["description"], {**told, "price": float(row["price"])}))
    return Catalog("fashion", tuple(items), {})
