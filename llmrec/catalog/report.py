"""What `llmrec data check` says about a catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Report:
    """Counts and findings of one reading of a catalogue folder."""

    name: str
    path: Path
    layout: str
    items: int
    users: int
    interactions: int
    """Events kept: a user's repeats on one item count once."""
    density: float
    """interactions / (users x items); 0 without users."""
    coverage: Mapping[str, int]
    """Modality -> number of items that have it (text: that have a description)."""
    attributes: Sequence[str]
    """Names of the items' attributes, in the order in which the text encoder reads them."""
    quarantined: Mapping[str, int]
    """Reason -> number of rows left out."""
    quarantine_file: Path | None
    """Where those rows lie; None without any."""
    warnings: Sequence[str]
    unreadable: Mapping[str, int]
    """"modality: reason" -> number of items whose media could not be read when they were last encoded."""
    unreadable_file: Path | None
    """Where those media are listed; None without any."""

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON: paths as text."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}
