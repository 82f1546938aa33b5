"""Titles as people write them: found by likeness, whatever their case, articles and slips of the pen."""

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

ALIKE, NEAR = 90.0, 75.0
"""Least likeness (0 to 100) of two spellings of one title, and of a title worth naming as the nearest."""
LEAST_LETTERS = 5
"""Shorter titles are matched exactly: "Heat" is no slip for "Hear"."""
_ARTICLES = {"the", "a", "an", "la", "le", "les", "das", "der", "el"}


class Titles:
    """The titles of a catalogue, found by likeness.

    Likeness is RapidFuzz' `ratio`: normalised InDel distance of the titles without case, punctuation, articles and a
    year in brackets. Sequels are other films: numbers, Roman ones too, must be the same.

    Parameters
    ----------
    by_title
        Folded title -> item ids.
    """

    def __init__(self, by_title: Mapping[str, Sequence[str]]) -> None:
        """`by_title`: folded title -> item ids."""
        self._ids: dict[str, list[str]] = {}
        for title, items in by_title.items():
            known = self._ids.setdefault(_bare_title(title), [])
            known += [item for item in items if item not in known]
        self._bare = list(self._ids)

    def alike(self, text: str) -> list[str]:
        """Return the ids of the items whose title a text may be.

        Parameters
        ----------
        text
            A title as somebody wrote it.

        Returns
        -------
        list of str
            Empty where no title, or more than one, is as near.
        """
        bare = _bare_title(text)
        if bare in self._ids:
            return self._ids[bare]
        if len(bare) < LEAST_LETTERS:
            return []
        found = process.extract(bare, self._bare, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=2)
        numbers = _title_numbers(bare)
        best = [name for name, score, _ in found if score == found[0][1] and _title_numbers(name) == numbers]
        return self._ids[best[0]] if len(best) == 1 else []

    def nearest(self, text: str) -> str:
        """Return the nearest title in lower case and without its article; "" where none is near."""
        found = process.extractOne(_bare_title(text), self._bare, scorer=fuzz.ratio, score_cutoff=NEAR)
        return str(found[0]) if found else ""


def _bare_title(title: str) -> str:
    words = re.findall(
        r"[^\W_]+", re.sub(r"\(\d{4}\)\s*$", "", title).casefold().replace("'", "").replace("\u2019", "")
    )
    kept = [word for word in words if word not in _ARTICLES]
    return " ".join(kept or words)


def _title_numbers(bare: str) -> list[str]:
    return [word for word in bare.split() if word.isdigit() or re.fullmatch(r"[ivx]+", word)]
