"""How responses are shown where people look at them: cards in a notebook, a table in pandas, lines in a console."""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from llmrec.catalog import Item

if TYPE_CHECKING:
    import pandas as pd

    from llmrec.response import Recommended, Response

SHOWN = 20
"""Items of a response that are shown; the rest are counted."""
_CARD = (
    "display:grid;grid-template-columns:2em 1fr auto;gap:0 .6em;padding:.5em .7em;margin:.3em 0;max-width:44em;"
    "border:1px solid rgba(128,128,128,.4);border-radius:.5em;text-align:left"
)
_FAINT = "opacity:.7;font-size:90%"


def frame(response: "Response") -> "pd.DataFrame":
    """See `Response.to_pandas`."""
    import pandas as pd

    rows = []
    for item in response.items:
        row: dict[str, object] = {"id": item.id, "title": item.title, "score": item.score}
        if any(other.rationale for other in response.items):
            row["rationale"] = item.rationale.text if item.rationale else None
        rows.append(row | {name: value for name, value in item.attributes.items() if name not in row})
    index = pd.RangeIndex(1, len(rows) + 1, name="rank")
    return pd.DataFrame(rows, index=index, columns=None if rows else ["id", "title", "score"])


def lines(response: "Response") -> Iterator[str]:
    """A response for a console: what it is, then an item a line.

    Parameters
    ----------
    response
        The response.

    Yields
    ------
    str
        At most `SHOWN` items.
    """
    yield _summary(response)
    for rank, item in enumerate(response.items[:SHOWN], 1):
        yield f"{rank:>4}  {item.score:6.2f}  {_label(item)}"
    if (left := len(response.items) - SHOWN) > 0:
        yield f"      … and {left} more"


def html(response: "Response") -> str:
    """A response for a notebook: a card an item, without scripts, styles of the page, or anything fetched.

    Parameters
    ----------
    response
        The response. All its text is escaped.

    Returns
    -------
    str
        An HTML element.
    """
    cards = "".join(_card(rank, item) for rank, item in enumerate(response.items[:SHOWN], 1))
    left = len(response.items) - SHOWN
    more = f'<div style="{_FAINT}">… and {left} more</div>' if left > 0 else ""
    notes = "".join(f'<div style="{_FAINT}">{escape(note)}</div>' for note in _remarks(response))
    return f"<div><b>{escape(_summary(response))}</b>{cards}{more}{notes}</div>"


def _summary(response: "Response") -> str:
    count, read = len(response.items), len(response.history)
    found = f"{count} item{'' if count == 1 else 's'}"
    return f"{found} after a history of {read}" if read else f"{found} without a history"


def _remarks(response: "Response") -> Iterator[str]:
    yield from response.notes
    if response.degraded:
        yield f"out of reach, and replaced: {', '.join(response.degraded)}"


def _label(item: "Recommended") -> str:
    return Item(item.id, item.title, attributes=item.attributes).label()


def _card(rank: int, item: "Recommended") -> str:
    title, _, words = _label(item).partition(" · ")
    parts = [f"<span>{rank}</span><b>{escape(title)}</b><span>{item.score:.2f}</span>"]
    if words:
        parts.append(f'<span></span><span style="{_FAINT}">{escape(words)}</span><span></span>')
    if item.rationale:
        parts.append(f"<span></span><i>{escape(item.rationale.text)}</i><span></span>")
    return f'<div style="{_CARD}">{"".join(parts)}</div>'
