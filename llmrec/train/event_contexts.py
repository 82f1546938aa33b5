"""When the events of a history happened, as context of the wishes that training asks at them."""

from collections.abc import Mapping, Sequence

from llmrec.catalog import Catalog
from llmrec.context import Context

DAY = 86_400
EARLIEST = 10**8
"""Seconds (1973): smaller timestamps are places in an order, no moments."""


def event_contexts(catalog: Catalog, histories: Mapping[str, Sequence[int]]) -> dict[str, list[str]]:
    """User -> the words of the time and season of each event of `histories` (item rows), "" where its timestamp tells
    neither. Where all timestamps are midnights they are dates, which tell the season alone."""
    known = {user: {event.item: event.timestamp for event in catalog.histories.get(user, ())} for user in histories}
    dated = all(fingerprint % DAY == 0 for events in known.values() for fingerprint in events.values())
    return {
        user: [_words(known[user].get(catalog.items[row].id, 0.0), dated) for row in rows]
        for user, rows in histories.items()
    }


def _words(timestamp: float, dated: bool) -> str:
    if timestamp < EARLIEST:
        return ""
    context = Context.at(timestamp)
    return (Context(season=context.season) if dated else context).words()
