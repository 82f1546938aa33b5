"""Ranking files: the lists of a split's held-out events, in the format that a referee of rankings reads."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmrec.errors import storage_error
from llmrec.evaluation.splits import load_split, rolling_events

if TYPE_CHECKING:
    from llmrec.recommender import Recommender

LENGTH = 20
"""Items in each list."""


def write_ranking(recommender: "Recommender", split: Path, at: str, out: Path) -> dict[str, Any]:
    """Rank the items for each held-out event of a split and write the lists.

    Parameters
    ----------
    recommender
        Ranks for each event from the history before it, earlier held-out events included.
    split
        Split file of the catalogue (see `llmrec.evaluation.splits`).
    at
        Which held-out events: "valid" or "test".
    out
        File to write. Each line is a JSON object of a `user` and `items`: a list of 20 item ids, best first, for each
        of the user's events in order; fewer ids where fewer items are unseen.

    Returns
    -------
    dict
        Numbers of `events` and `users`, and `seconds`.

    Raises
    ------
    BadSplit
        Where the split does not fit the catalogue.
    StorageError
        Where the file cannot be written.
    """
    events = rolling_events(recommender.catalog, load_split(split, recommender.catalog), at)
    started = time.perf_counter()
    items = recommender.catalog.items
    histories = [[items[row].id for row in event.history] for event in events]
    lists: dict[str, list[tuple[str, ...]]] = {}
    for event, best in zip(events, recommender.top(histories, LENGTH, [e.past for e in events]), strict=True):
        lists.setdefault(event.user, []).append(best)
    try:
        with out.open("w", encoding="utf-8") as file:
            for user, ranked in lists.items():
                file.write(json.dumps({"user": user, "items": ranked}) + "\n")
    except OSError as error:
        raise storage_error(f"the ranking {out}", error) from error
    return {"events": len(events), "users": len(lists), "seconds": round(time.perf_counter() - started, 1)}
