"""Cold items: a tenth of the catalogue hidden from all training events and histories, then ranked as targets.

An item is hidden by the hash of (seed, id), so the same items are hidden for every model. A held-out event
counts where its target is hidden and something of the history is left. Candidates are the hidden items alone,
or the whole catalogue; what the user has interacted with before (hidden or not) is none. The referee cannot score the
first kind, so both are scored here: NDCG@10 and Recall@10, mean over a user's events, then over users. The peers that
can answer are content-kNN and popularity; scores of our own are filed by `record_cold_rows`.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.ranking.problem import Floats, Problem
from eval.ranking.record import SPLIT, fingerprints, store_of
from eval.ranking.runs import RECIPES, Context
from eval.store import Row, stamped
from llmrec.baselines import Baseline
from llmrec.baselines.base import Config
from llmrec.evaluation.metrics import mask_seen, ndcg, recall, target_ranks, tie_order, user_means
from llmrec.evaluation.splits import Split

SHARE = 0.1
CANDIDATES = ("cold-hidden", "cold-all")
"""Which items are ranked; also the report's sections."""


@dataclass(frozen=True)
class ColdEvent:
    """Rank `target`, hidden from training, after `history`."""

    user: str
    history: tuple[str, ...]
    """Ids before the event without the hidden ones, oldest first, never empty."""
    seen: frozenset[str]
    """All ids before the event: no candidates."""
    target: str


@dataclass(frozen=True)
class ColdSplit:
    """What a model may learn from, and what it is asked."""

    seed: int
    train: Mapping[str, tuple[str, ...]]
    """user -> training ids without the hidden ones; may be empty."""
    valid: tuple[ColdEvent, ...]
    test: tuple[ColdEvent, ...]

    def hidden(self, item_ids: Sequence[str]) -> np.ndarray:
        """(items,) bool: which of the ids are hidden."""
        return np.array([is_hidden(item_id, self.seed) for item_id in item_ids])


def is_hidden(item_id: str, seed: int) -> bool:
    """Whether the item is of the hidden tenth: SHA-1 of `seed:id`, as a fraction, below 0.1."""
    digest = hashlib.sha1(f"{seed}:{item_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < SHARE


def cold_split(split: Split, seed: int) -> ColdSplit:
    """Hide a tenth of the items from `split`."""
    before = {user: split.train[user] + split.valid[user] for user in split.train}
    return ColdSplit(
        seed=seed,
        train={user: _warm(items, seed) for user, items in split.train.items()},
        valid=tuple(_events(split.train, split.valid, seed)),
        test=tuple(_events(before, split.test, seed)),
    )


def _warm(items: Sequence[str], seed: int) -> tuple[str, ...]:
    return tuple(item for item in items if not is_hidden(item, seed))


def _events(
    before: Mapping[str, tuple[str, ...]], held_out: Mapping[str, tuple[str, ...]], seed: int
) -> list[ColdEvent]:
    events = []
    for user, targets in held_out.items():
        for place, target in enumerate(targets):
            past = (*before[user], *targets[:place])
            history = _warm(past, seed)
            if is_hidden(target, seed) and history:
                events.append(ColdEvent(user, history, frozenset(past), target))
    return events


def cold_metrics(
    scores: Floats, events: Sequence[ColdEvent], item_ids: Sequence[str], seed: int, candidates: str
) -> dict[str, float]:
    """NDCG@10, its standard error over users, Recall@10, and how many users, events and hidden items.

    `scores` is (events, items), finite, columns as in `item_ids`; `candidates` is one of `CANDIDATES`.
    """
    if candidates not in CANDIDATES:
        raise ValueError(f"candidates {candidates!r} is unknown; choose one of {', '.join(CANDIDATES)}")
    row = {item_id: place for place, item_id in enumerate(item_ids)}
    hidden = np.array([is_hidden(item_id, seed) for item_id in item_ids])
    warm = set(np.flatnonzero(~hidden).tolist()) if candidates == "cold-hidden" else set()
    excluded = [sorted(warm | {row[item] for item in event.seen}) for event in events]
    targets = np.array([row[event.target] for event in events])
    ranks = target_ranks(mask_seen(scores, excluded), targets, tie_order(item_ids))
    users = {user: place for place, user in enumerate(dict.fromkeys(event.user for event in events))}
    owners = np.array([users[event.user] for event in events])
    per_user = {name: user_means(of(ranks), owners) for name, of in (("ndcg", ndcg), ("recall", recall))}
    return {
        "recall@10": round(float(per_user["recall"].mean()), 5),
        "ndcg@10": round(float(per_user["ndcg"].mean()), 5),
        "se_ndcg@10": round(float(per_user["ndcg"].std(ddof=1) / np.sqrt(len(users))), 5),
        "users": len(users),
        "events": len(events),
        "hidden_items": int(hidden.sum()),
    }


PEERS = ("popularity", "content-knn-text", "content-knn-image", "content-knn-text-image")
"""Those of `RECIPES` that can rank an item which nobody took."""


def record_cold_rows(
    dataset: Path,
    model: str,
    scores: Floats,
    item_ids: Sequence[str],
    split: ColdSplit,
    referee: Path,
    folder: Path,
    config: Mapping[str, Any],
    seconds: float,
    *,
    kind: str = "ours",
    valid: Mapping[str, Any] | None = None,
    sections: Sequence[str] = CANDIDATES,
    machine: Mapping[str, Any] | None = None,
    commit: str | None = None,
) -> list[Row]:
    """Score (test events, items) of `split.test` and write a row for each kind of candidates.

    Columns of `scores` are as in `item_ids`, the catalogue's order. The rows' seed is the split's.
    """
    rows = []
    for section in sections:
        row = Row(
            section=section,
            kind=kind,
            dataset=dataset.name,
            model=model,
            seed=split.seed,
            split=f"{SPLIT}; a tenth of the items hidden by hash of seed and id",
            scored_by="eval.ranking.cold",
            metrics=cold_metrics(scores, split.test, item_ids, split.seed, section),
            valid=dict(valid or {}),
            config=dict(config),
            **fingerprints(dataset, referee),
        )
        rows.append(store_of(folder).write(stamped(row, seconds, machine, commit)))
    return rows


def run_cold(context: Context, problem: Problem, split: Split, name: str, seed: int) -> None:
    """Tune on cold valid events, score cold test events and file both rows, unless they are there.

    The two kinds of candidates are two questions, so each chooses its own configuration.
    """
    if all(context.done(problem, name, seed, section) for section in CANDIDATES):
        return
    hidden = cold_split(split, seed)
    rows = problem.catalog.rows
    item_ids = [item.id for item in problem.catalog.items]
    recipe = RECIPES[name]
    train = [rows(history) for history in hidden.train.values()]

    def scored(peer: Baseline, events: Sequence[ColdEvent]) -> Floats:
        return peer.score([rows(event.history) for event in events])

    for section in CANDIDATES:
        start = time.perf_counter()
        tried: list[tuple[dict[str, Any], float]] = []
        best: tuple[float, Config, Baseline] | None = None
        for config in recipe.grid:
            peer = recipe.build(seed, config).fit_rows(problem.catalog, train, features=recipe.features(problem))
            reached = cold_metrics(scored(peer, hidden.valid), hidden.valid, item_ids, seed, section)
            tried.append((dict(config), reached["ndcg@10"]))
            if best is None or reached["ndcg@10"] > best[0]:
                best = reached["ndcg@10"], config, peer
        if best is None:
            raise ValueError(f"{name}: an empty grid")
        ndcg, config, peer = best
        record_cold_rows(
            problem.folder,
            name,
            scored(peer, hidden.test),
            item_ids,
            hidden,
            context.referee,
            context.results,
            config,
            time.perf_counter() - start,
            kind="peer",
            valid={"ndcg@10": ndcg, "tried": tried},
            sections=(section,),
        )
