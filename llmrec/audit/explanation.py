"""One explanation under audit, and the files (CSV or JSON lines) that hold them: a user, an item and the words."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrec.catalog import Catalog
from llmrec.errors import BadInput
from llmrec.evidence.records import ItemEvidence


@dataclass(frozen=True)
class Explanation:
    """A system's text for a user about an item.

    Attributes
    ----------
    user, item, text : str
    reference : str
        What the user wrote of the item, where that is known.
    feature : str
        The word that the explanation should hold (the feature of NLG4RS data).
    source : str
        Its writer: ``llm``, ``llm-retry`` or ``plain`` for ours; "" for another system's.
    evidence : ItemEvidence or None
        What was measured, for our own responses.
    """

    user: str
    item: str
    text: str
    reference: str = ""
    feature: str = ""
    source: str = ""
    evidence: ItemEvidence | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Explanation":
        """Make one of a row of a file.

        Parameters
        ----------
        row : mapping
            `user`, `item`, `explanation`, and `reference`, `feature`, `source`, `evidence` where there are such.

        Raises
        ------
        KeyError, TypeError, ValueError
            Where the row has another shape.
        """
        user, item, text = (row[name] for name in ("user", "item", "explanation"))
        if user in (None, "") or item in (None, "") or not isinstance(text, str):
            raise ValueError("user, item and explanation must be there")
        evidence = ItemEvidence.from_dict(row["evidence"]) if row.get("evidence") else None
        if evidence and evidence.item != str(item):
            raise ValueError(f"the evidence is of item {evidence.item!r}, the row of {item!r}")
        return cls(
            str(user),
            str(item),
            text,
            str(row.get("reference") or ""),
            str(row.get("feature") or ""),
            str(row.get("source") or ""),
            evidence,
        )


COLUMNS = {
    "user": ("user", "user_id", "customer_id"),
    "item": ("item", "item_id", "asin", "article_id"),
    "explanation": ("explanation", "text", "sentence", "prediction"),
    "reference": ("reference", "review", "ground_truth"),
    "feature": ("feature",),
}
MAX_CHARACTERS = 10_000
"""Longest explanation; a file with a longer line is of another kind."""


def read_explanations(file: Path, catalog: Catalog) -> tuple[list[Explanation], list[str]]:
    """Read a file of explanations, CSV or JSON lines.

    Parameters
    ----------
    file : Path
    catalog : Catalog
        Rows whose item it lacks are left out.

    Returns
    -------
    list of Explanation, list of str
        And a remark for each kind of row that was left out.

    Raises
    ------
    BadInput
        Where the file cannot be read or no row is left.
    """
    try:
        return explanations_of(_rows(file), catalog, file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{file} cannot be read as explanations ({error}); pass CSV or JSON lines in UTF-8") from error


def explanations_of(
    rows: Iterable[tuple[int, Mapping[str, Any]]], catalog: Catalog, source: Path
) -> tuple[list[Explanation], list[str]]:
    """Check rows of explanations.

    Parameters
    ----------
    rows
        Line and cells of each.
    catalog
        What the explanations are about.
    source
        Where the rows come from, for messages.

    Returns
    -------
    tuple of (list of Explanation, list of str)
        As `read_explanations` does.

    Raises
    ------
    BadInput
        Where no row is left.
    """
    explanations: list[Explanation] = []
    broken: list[tuple[int, str]] = []
    unknown_items: list[tuple[int, str]] = []
    for line, row in rows:
        try:
            explanation = Explanation.of(_named(row))
            if len(explanation.text) > MAX_CHARACTERS:
                raise ValueError(f"an explanation of {len(explanation.text):,} characters")
        except (KeyError, TypeError, ValueError) as error:
            broken.append((line, f"no {error}" if isinstance(error, KeyError) else str(error)))
            continue
        missing = [item for item in _items(explanation) if item not in catalog.row]
        if missing:
            unknown_items.append((line, missing[0]))
        else:
            explanations.append(explanation)
    notes = []
    if broken:
        notes.append(
            f"{len(broken)} rows of {source.name} are left out, the first in line {broken[0][0]} ({broken[0][1]})"
        )
    if unknown_items:
        notes.append(
            f"{len(unknown_items)} rows of {source.name} are left out: the catalogue lacks an item of theirs, "
            f"the first in line {unknown_items[0][0]} ({unknown_items[0][1]!r})"
        )
    unknown = {explanation.user for explanation in explanations} - set(catalog.histories)
    if unknown:
        users = f"{len(unknown)} users of {source.name} have no history in the catalogue"
        notes.append(f"{users}, such as {min(unknown)!r}")
    if not explanations:
        reason = f": {notes[0]}" if notes else ""
        raise BadInput(f"{source} holds no explanation; it needs columns user, item, explanation{reason}")
    return explanations, notes


def _items(explanation: Explanation) -> list[str]:
    """Return the items of a row: the one explained, and those of its evidence."""
    records = explanation.evidence.items if explanation.evidence else ()
    return [explanation.item, *(record.history_item for record in records if record.history_item is not None)]


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        if file.suffix in (".jsonl", ".json", ".ndjson"):
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    try:
                        row = json.loads(line)
                    except json.JSONDecodeError:
                        row = {}
                    yield number, row if isinstance(row, dict) else {}
        else:
            head = lines.readline()
            lines.seek(0)
            delimiter = "\t" if head.count("\t") > head.count(",") else ","
            table = csv.DictReader(lines, delimiter=delimiter)
            for row in table:
                yield table.line_num, row


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """Rename the columns of `COLUMNS`, and keep the others."""
    renamed = {ours: row[name] for ours, names in COLUMNS.items() for name in reversed(names) if name in row}
    return {**row, **renamed}
