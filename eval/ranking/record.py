"""Files a ranking: scored by the referee, one row of the study.

Importing this needs nothing beyond the standard library, so it works on a bare GPU machine. The row has what a reader
needs to trace the number (data and referee fingerprints, commit, machine, command, date) and NDCG@10 of every user, so
that two rows can be compared by a paired bootstrap wherever the repository is.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.ranking import referee as judge
from eval.store import Row, Store, stamped

SECTIONS = {
    "main": "Ranking, rolling, test",
    "modality": "One modality removed",
    "order": "History shuffled",
    "cold-hidden": "Cold items, candidates are the hidden items",
    "cold-all": "Cold items, candidates are the whole catalogue",
    "prompt": "Soft tokens against titles as words",
    "pretrained": "What the pretrained LLM brings",
    "layers": "Number of LLM layers",
    "query": "Ranking under a query in words",
    "extra": "Further measurements",
}
"""Sections of the report, in order; a row names its own."""

SPLIT = "rolling, last 5"


def store_of(folder: Path) -> Store:
    """The rows below `folder`, which is eval/results/ranking."""
    return Store(folder, tuple(SECTIONS))


def default_store() -> Path:
    """Where rankings, scores and splits lie: under llmrec's data directory, outside the repository."""
    from llmrec.paths import home

    return home() / "eval" / "ranking"


def record_row(
    dataset: Path,
    model: str,
    seed: int,
    rankings: judge.Rankings,
    referee: Path,
    folder: Path,
    config: Mapping[str, Any],
    seconds: float,
    *,
    section: str = "main",
    kind: str = "ours",
    valid: Mapping[str, Any] | None = None,
    measures: Mapping[str, float] | None = None,
    at: str = "test",
    store: Path | None = None,
    machine: Mapping[str, Any] | None = None,
    commit: str | None = None,
) -> Row:
    """Score `rankings` of the data set folder `dataset` through the referee script and file the row.

    `folder` is eval/results/ranking. `config` is the one chosen on valid, `valid` what it reached there
    (`{"ndcg@10": …}`, and what else was tried), `measures` further numbers of the same run (milliseconds,
    prompt tokens). `machine` and `commit` describe this machine and checkout unless given. The ranking itself
    goes to `store` (default: under llmrec's data directory).
    Raises `RefereeError` where the referee refuses the ranking, `ValueError` on an unknown section or kind.
    """
    store = default_store() if store is None else store
    name = dataset.name
    path = judge.write_rankings(store / name / "rankings" / f"{section}.{model}__s{seed}.{at}.jsonl", rankings)
    metrics = judge.score(referee, dataset, path, at)
    split_path = store / name / "split.jsonl"
    split = judge.read_split(judge.write_split(referee, dataset, split_path))
    per_user = ndcg_per_user(split, rankings, at)
    mean = sum(per_user) / len(per_user)
    if abs(mean - metrics["ndcg@10"]) > 1e-5:
        raise judge.RefereeError(f"NDCG@10 {mean:.6f} here, {metrics['ndcg@10']} by the referee: report this")
    row = Row(
        section=section,
        kind=kind,
        dataset=name,
        model=model,
        seed=seed,
        at=at,
        split=SPLIT,
        scored_by="referee",
        metrics=metrics,
        measures=dict(measures or {}),
        valid=dict(valid or {}),
        config=dict(config),
        ndcg_per_user=tuple(round(value, 4) for value in per_user),
        **fingerprints(dataset, referee),
    )
    return store_of(folder).write(stamped(row, seconds, machine, commit))


def fingerprints(dataset: Path, referee: Path) -> dict[str, str]:
    """What a row was measured on: short hashes of the data and of the referee script."""
    return {"data": judge.dataset_fingerprint(dataset), "referee": judge.fingerprint(referee)}


def finished(folder: Path, dataset: Path, referee: Path, model: str, seed: int, section: str = "main") -> bool:
    """Whether the row is there and was measured on this data by this referee."""
    now = fingerprints(dataset, referee)
    return store_of(folder).done(
        dataset.name, model, seed, section, lambda row: (row.data, row.referee) == (now["data"], now["referee"])
    )


def ndcg_per_user(split: judge.ParsedSplit, rankings: judge.Rankings, at: str) -> list[float]:
    """NDCG@10 of each user, in the order of the split: mean over the user's events."""
    values = []
    for user, (_, valid, test) in split.items():
        targets: Sequence[str] = test if at == "test" else valid
        gains = [
            1 / math.log2(list(top[:10]).index(target) + 2) if target in top[:10] else 0.0
            for target, top in zip(targets, rankings[user], strict=True)
        ]
        values.append(sum(gains) / len(gains))
    return values
