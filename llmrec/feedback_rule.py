"""Which events count as positive, by a rule in words: `all`, `mean`, or a filter on ratings and kinds of events."""

from collections.abc import Collection, Mapping

from llmrec.catalog.feedback import ALL, Feedback, denies
from llmrec.catalog.types import AttributeValue, Catalog, Interaction, Item
from llmrec.errors import BadInput, about
from llmrec.retrieval.filters import parse_where

EVERY, MEAN = "all", "mean"
RULES = (
    "`all`, `mean` (at or above the mean of the user's ratings), or a filter such as rating>=4 or kind=purchase|like"
)


def read_feedback(
    catalog: Catalog,
    positive: str = EVERY,
    event_weights: Mapping[str, float] | None = None,
    other_weight: float = 0.0,
    known: Mapping[str, Collection[str]] | None = None,
) -> Feedback:
    """Tell the positive events of a catalogue from the others.

    Returns, dislikes and ratings below 0 are never positive, whatever the rule.

    Parameters
    ----------
    catalog
        Whose events.
    positive
        `all`; `mean`: events whose rating is not below the mean of their user's; or a filter on `rating` and `kind`
        (see `llmrec.retrieval.filters`), which an event without a rating fails where it compares one.
    event_weights
        Kind of event -> its weight as a target of training, from 0; kinds that are not named have 1.
    other_weight
        Weight, as a target of training, of the events that are not positive.
    known
        User -> items whose ratings make the mean; default: all.

    Returns
    -------
    Feedback

    Raises
    ------
    BadInput
        Where there are no ratings or kinds to tell by, or a weight names a kind that no event has.
    BadFilter
        Where the filter does not parse, or names what no event has.

    Examples
    --------
    >>> events = (Interaction("u", "a", 1.0, 5.0), Interaction("u", "b", 2.0, 3.0))
    >>> shop = Catalog("shop", (Item("a", "Lamp"), Item("b", "Desk")), {"u": events})
    >>> read_feedback(shop, "rating>=4").others
    {'u': frozenset({'b'})}
    """
    weights = dict(event_weights or {})
    forms = {(event.rating, event.kind) for events in catalog.histories.values() for event in events}
    rated, kinds = any(rating is not None for rating, _ in forms), {kind for _, kind in forms if kind}
    if unknown := sorted(weights.keys() - kinds):
        there = f"they are {', '.join(sorted(kinds))}" if kinds else "they have no kinds"
        raise BadInput(
            f"`event_weights` names {unknown[0]!r}, which no event of catalogue {catalog.name!r} is; {there}",
            "event_weights",
        )
    if positive == EVERY:
        denied = any(denies(Interaction("", "", 0.0, *form)) for form in forms)
        if not denied and not weights:
            return ALL
        return Feedback.of(catalog, EVERY, lambda _: True, weights, other_weight, known)
    if not rated and (positive == MEAN or not kinds):
        raise BadInput(
            f"`positive` is {positive!r}, and no event of catalogue {catalog.name!r} has a rating"
            f"{'' if kinds else ' or a kind'}; leave it out",
            "positive",
        )
    if positive == MEAN:
        return Feedback.of(catalog, MEAN, None, weights, other_weight, known)
    listed = list(forms)
    items = tuple(Item(str(n), "", "", _attributes(*form)) for n, form in enumerate(listed))
    of_events = Catalog(f"{catalog.name}, events", items, {})
    with about("positive"):
        passed = dict(zip(listed, parse_where(positive, of_events).mask(of_events).tolist(), strict=True))
    return Feedback.of(catalog, positive, lambda e: passed[e.rating, e.kind], weights, other_weight, known)


def summary(feedback: Feedback, catalog: Catalog) -> str:
    """What became of the events, in a sentence; "" where there is nothing to tell."""
    events = sum(map(len, catalog.histories.values()))
    if feedback.informative:
        others = sum(map(len, feedback.others.values()))
        line = f"{events - others:,} of {events:,} events are positive ({feedback.rule})"
        if others:
            line += f"; the other {others:,} are read, not asked for and not recommended again"
        weights = sorted({weight for own in feedback.weights.values() for weight in own.values()})
        if weights:
            line += f"; weights of targets beside 1: {', '.join(f'{weight:g}' for weight in weights[:5])}"
        return line
    if any(event.rating is not None for own in catalog.histories.values() for event in own):
        return f"ratings are not used: every event counts alike; `positive` makes use of them ({RULES})"
    kinds = sorted({event.kind for own in catalog.histories.values() for event in own if event.kind})
    if len(kinds) > 1:
        return f"kinds of events ({', '.join(kinds)}) count alike; `positive` and `event_weights` tell them apart"
    return ""


def _attributes(rating: float | None, kind: str | None) -> Mapping[str, AttributeValue]:
    return ({} if rating is None else {"rating": rating}) | ({} if kind is None else {"kind": kind})
