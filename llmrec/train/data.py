"""A catalogue prepared for training: its media as vectors, the training events, and those that are held out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from llmrec.catalog import Catalog
from llmrec.catalog.feedback import ALL, Feedback, times_before
from llmrec.encoders import Encoder, Features, encoders_for
from llmrec.encoders.extract import extract, note_problems
from llmrec.errors import BadInput
from llmrec.evaluation.splits import Event, Split, make_split, rolling_events, rolling_split
from llmrec.feedback_rule import MEAN, read_feedback, summary
from llmrec.paths import home
from llmrec.train.config import TrainConfig

Histories = Mapping[str, Sequence[int]]
"""User -> item rows, oldest first."""


MIN_HELD_OUT = 50
"""Smallest number of new events to choose an epoch and weights by, where training goes on from a checkpoint."""


@dataclass(frozen=True)
class TrainingData:
    """The data of a training run.

    Parameters
    ----------
    catalog
        Items and events.
    features
        The items' media, in the rows of the catalogue.
    histories
        The events to learn from while the others are held out.
    valid
        Held-out events that choose the epoch and the weights of the fused score; empty where nothing is chosen.
    test
        Held-out events that choose nothing; empty where there is no test part.
    everything
        The events of the refit; None without one.
    split
        How the parts were split, in words, for the card.
    feedback
        Which of the events are positive, and what each counts as a target.
    """

    catalog: Catalog
    features: Features
    histories: Histories
    valid: Sequence[Event]
    test: Sequence[Event]
    everything: Histories | None
    split: str
    feedback: Feedback = ALL

    @property
    def trained_on(self) -> Histories:
        """The training events of the checkpoint's model."""
        return self.histories if self.everything is None else self.everything

    def target_weights(self, histories: Histories) -> Mapping[str, Sequence[float]] | None:
        """User -> weight of each event of `histories` as a target; None where all count alike."""
        if not self.feedback.weights:
            return None
        ids = [item.id for item in self.catalog.items]
        return {
            user: [self.feedback.weight(user, ids[row], n) for row, n in zip(rows, times_before(rows), strict=True)]
            for user, rows in histories.items()
        }

    def positive(self, histories: Histories) -> Mapping[str, Sequence[bool]]:
        """User -> whether each event of `histories` is positive."""
        ids = [item.id for item in self.catalog.items]
        return {
            user: [self.feedback.positive(user, ids[row], n) for row, n in zip(rows, times_before(rows), strict=True)]
            for user, rows in histories.items()
        }

    @property
    def modalities(self) -> list[str]:
        """Those that at least one item has."""
        return [m for m in self.features.encoders if self.features.mask[m].any()]


def prepare(
    catalog: Catalog,
    config: TrainConfig,
    notify: Callable[[str], None],
    *,
    folder: Path | None = None,
    encoders: Sequence[Encoder[Any]] | None = None,
    shipped: Features | None = None,
    until: float | None = None,
) -> TrainingData:
    """Split a catalogue, and encode its media.

    Parameters
    ----------
    catalog
        Items and events.
    config
        Its `split`, `test` and `encoders`.
    notify
        Called with a line for media that cannot be read, and where nothing can be held out.
    folder
        Of the catalogue: its media that cannot be read are noted.
    encoders
        In place of those of `config`.
    shipped
        Vectors that need not be computed again.
    until
        Timestamp of the last event that the model was trained on: only later ones are held out.

    Raises
    ------
    BadInput
        Where no user has enough training events, or no item has media.
    """
    feedback = _feedback(catalog, config)
    if line := summary(feedback, catalog):
        notify(line)
    parts = _parts(catalog, config, notify, until)
    if line := _left_out(catalog, parts):
        notify(line)
    if feedback.others:
        valid, test = (_positive(catalog, events, feedback) for events in (parts.valid, parts.test))
        if parts.valid and not valid:
            raise BadInput(
                f"no event that is held out is positive by `positive` ({feedback.rule}), so nothing can be chosen by; "
                "loosen the rule",
                "positive",
            )
        parts = parts._replace(valid=valid, test=test)
    encoders = encoders_for(catalog.items, config.encoders) if encoders is None else encoders
    features, problems = extract(catalog, encoders, home() / "features", shipped)
    if folder:
        note_problems(folder, features, problems)
    for problem in problems:
        notify(str(problem))
    prepared = TrainingData(catalog, features, *parts, feedback)
    if not prepared.modalities:
        raise BadInput(
            f"catalogue {catalog.name!r} has no item with text or other media; nothing can become a soft token"
        )
    return prepared


def _left_out(catalog: Catalog, parts: "_Parts") -> str:
    """Of the users that are not learnt from; "" where there is none."""
    learnt = {user for user, rows in parts.histories.items() if len(rows) > 1}
    short = [user for user in catalog.histories if user not in learnt]
    if not short:
        return ""
    events = sum(len(catalog.histories[user]) for user in short)
    line = f"{len(short):,} of {len(catalog.histories):,} users ({events:,} events) have too few events to learn from"
    again = parts.everything and sum(len(parts.everything.get(user, ())) > 1 for user in short)
    return f"{line}, first {short[0]!r}" + (f"; {again:,} of them count in the training on all events" if again else "")


def _feedback(catalog: Catalog, config: TrainConfig) -> Feedback:
    """By the means of the events before those that are held out by the usual split, or by the one that is given."""
    known = None
    if config.positive == MEAN:
        split = make_split(catalog, config.split) if config.split else rolling_split(catalog)
        known = {user: frozenset(split.train.get(user) or catalog.history(user)) for user in catalog.histories}
    return read_feedback(catalog, config.positive, config.event_weights, config.other_weight, known)


def _positive(catalog: Catalog, events: Sequence[Event], feedback: Feedback) -> list[Event]:
    return [
        event
        for event in events
        if feedback.positive(event.user, catalog.items[event.target].id, event.history.count(event.target))
    ]


class _Parts(NamedTuple):
    """The fields of `TrainingData` that a split decides."""

    histories: Histories
    valid: Sequence[Event]
    test: Sequence[Event]
    everything: Histories | None
    split: str


def _parts(catalog: Catalog, config: TrainConfig, notify: Callable[[str], None], until: float | None) -> _Parts:
    if config.split:
        split = make_split(catalog, config.split)
        parts = _from_split(catalog, split, None, f"given ({Path(config.split).name})")
    else:
        parts = _hold_out_last_events(catalog, config.test, notify)
        if until is not None:
            parts = _hold_out_new_events(catalog, parts, until, notify)
    if not any(len(rows) > 1 for rows in parts.histories.values()) or not (parts.valid or until is not None):
        raise BadInput(
            f"catalogue {catalog.name!r} has no user with enough events to learn from (3 or more); add interactions, "
            "or recommend from attributes and words without training"
        )
    return parts


def _hold_out_last_events(catalog: Catalog, test: bool, notify: Callable[[str], None]) -> _Parts:
    rolling = rolling_split(catalog)
    if test and any(len(items) > 1 for items in rolling.train.values()):
        everything = {user: catalog.rows(catalog.history(user)) for user in catalog.histories}
        description = (
            "each user's last events (up to 5) for the test, as many before them for early stopping and the weights "
            "of the fused score, all before those for training; then everything for the model in this folder"
        )
        return _from_split(catalog, rolling, everything, description)
    if test:
        notify("no user has 4 events: none are held out for a test")
    split = Split(rolling.before("test"), rolling.test, dict.fromkeys(rolling.train, ()))
    description = "each user's last events (up to 5) for early stopping and fusion weights, all before for training"
    return _from_split(catalog, split, None, description)


def _from_split(catalog: Catalog, split: Split, everything: Histories | None, description: str) -> _Parts:
    histories = {user: catalog.rows(items) for user, items in split.train.items()}
    valid, test = (rolling_events(catalog, split, part) for part in ("valid", "test"))
    return _Parts(histories, valid, test, everything, description)


def _hold_out_new_events(catalog: Catalog, parts: _Parts, until: float, notify: Callable[[str], None]) -> _Parts:
    """Drop held-out events that the model was trained on; use all for training where few are left."""

    def newer(events: Sequence[Event]) -> list[Event]:
        return [e for e in events if times[e.user][catalog.items[e.target].id] > until]

    times = {user: {event.item: event.timestamp for event in events} for user, events in catalog.histories.items()}
    if not any(time > until for own in times.values() for time in own.values()):
        last = datetime.fromtimestamp(until, UTC).isoformat(" ", "seconds").removesuffix("+00:00")
        raise BadInput(
            f"catalogue {catalog.name!r} has no interaction later than {last}, the last one that the checkpoint in "
            "`continue_from` has learnt; add later ones, or train anew for what came before",
            "continue_from",
        )
    valid, test = newer(parts.valid), newer(parts.test)
    has_new = any(times[u][catalog.items[row].id] > until for u, rows in parts.histories.items() for row in rows)
    if has_new and len(valid) >= MIN_HELD_OUT:
        description = f"of the events that came since the checkpoint which training went on from, {parts.split}"
        return parts._replace(valid=valid, test=test, split=description)
    notify(
        f"only {len(valid) if has_new else 0} new events could be held out, {MIN_HELD_OUT} are needed to choose by: "
        "all are learnt from, and none chooses or tests"
    )
    everything = {user: catalog.rows(catalog.history(user)) for user in catalog.histories}
    description = (
        "none held out; epochs and weights of the fused score are those of the checkpoint which training went on from"
    )
    return _Parts(everything, [], [], None, description)
