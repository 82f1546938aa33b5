"""Whether a checkpoint has learnt from the events that a split asks for: then its figures say nothing.

A checkpoint's provenance holds a digest of the events that it was trained on (`evaluation.splits.events_digest`). It is
compared with what the usual ways of training would have seen; checkpoints of before the digest are known by the number
of their users and events alone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from llmrec.catalog.types import Catalog
from llmrec.evaluation.splits import Split, events_digest, rolling_split

Histories = Mapping[str, Sequence[str]]
REMEDY = "train on the split (`llmrec train --split FILE`, or `evaluate --train`)"


@dataclass(frozen=True)
class Leakage:
    """What is known of a checkpoint's training events.

    Attributes
    ----------
    state : {"clean", "leaks", "unknown"}
        Whether it has seen events that are asked for.
    why : str
        In words.
    """

    state: Literal["clean", "leaks", "unknown"]
    why: str


def leakage(provenance: Mapping[str, Any], catalog: Catalog, split: Split, at: str = "test") -> Leakage:
    """Compare a checkpoint's training events with those that are asked for.

    Parameters
    ----------
    provenance : mapping
        Of the checkpoint: `training digest`, or `training events` and `users`, and `data`.
    catalog : Catalog
        Whose events are asked for.
    split : Split
    at : {"valid", "test"}
        Which part.

    Returns
    -------
    Leakage
        `unknown` where the events are those of none of the usual ways to train on this catalogue.
    """
    digest = provenance.get("training digest")
    counted = (provenance.get("users"), provenance.get("training events"))
    for name, histories in _usual(catalog, split):
        there = {user: items for user, items in histories.items() if items}
        if digest is not None:
            same = digest == events_digest(there)
        else:
            same = counted == (len(there), sum(map(len, there.values())))
        if not same:
            continue
        asked, before = split.held_out(at), split.before(at)
        seen = sum(_seen(items, before[user], histories.get(user, ())) for user, items in asked.items())
        how = name if digest is not None else f"{name} (told by the number of its events)"
        if not seen:
            return Leakage("clean", f"trained on {how}, which holds none of the events that are asked for")
        share = f"{seen} of the {sum(map(len, asked.values()))} events that are asked for"
        return Leakage("leaks", f"trained on {how}, which holds {share}: it has seen the answers; {REMEDY}")
    told = provenance.get("split") or "its split is not told"
    data = provenance.get("data")
    other = f"trained on {data!r}, " if data and data != catalog.name else "trained on other events than this split's, "
    return Leakage("unknown", f"{other}{told}; whether it has seen what is asked for is not known")


def _seen(asked: Sequence[str], before: Sequence[str], learnt: Sequence[str]) -> int:
    """How many of the items asked for were learnt from beyond those that come before them anyway."""
    more = Counter(learnt)
    more.subtract(before)
    return sum(more[item] > 0 for item in asked)


def _usual(catalog: Catalog, split: Split) -> Iterator[tuple[str, Histories]]:
    """What the usual ways of training on this catalogue learn from, with a name for each."""
    yield "this split's train part", split.train
    yield "this split's train and valid parts", split.before("test")
    rolling, loo = rolling_split(catalog), rolling_split(catalog, 1)
    yield "the rolling split's train part", rolling.train
    yield "the rolling split's train and valid parts", rolling.before("test")
    yield "the train part of leave-one-out", loo.train
    yield "the train and valid parts of leave-one-out", loo.before("test")
    everything = {user: catalog.history(user) for user in catalog.histories}
    yield "all events of this catalogue", everything
    yield "all events of this catalogue's users with three or more", {u: everything[u] for u in rolling.train}
