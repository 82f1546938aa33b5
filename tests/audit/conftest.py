"""Explanations of another system on the twelve films, and the real held-out reader."""

import csv
from pathlib import Path

import pytest

from llmrec.audit.explanation import Explanation
from llmrec.encoders.text import TextEncoder

ROWS = [
    ("u3", "2", "Because you watched Paper Moonlight, you may like this romance."),
    ("u3", "2", "A comedy from 1994 for you."),
    ("u1", "4", 'You liked "The Matrix", so this horror film suits you.'),
    ("u1", "5", "Great film with great actors."),
    ("u2", "1", 'You watched "Night Bus", and this war film is from 1984.'),
    ("u4", "3", "Because you watched Star Caravan, you may like this thriller."),
]


@pytest.fixture
def said() -> list[Explanation]:
    """Six explanations for four users; the third is false twice."""
    return [Explanation(user, item, text) for user, item, text in ROWS]


@pytest.fixture
def said_file(tmp_path: Path) -> Path:
    """The same as a CSV file."""
    file = tmp_path / "theirs.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["user", "item", "explanation"])
        rows.writerows(ROWS)
    return file


@pytest.fixture(scope="session")
def reader() -> TextEncoder:
    """MiniLM, loaded once."""
    return TextEncoder()
