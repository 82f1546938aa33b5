"""What rules of exposure give and cost: `python -m eval.exposure [EVENTS]`.

MovieLens-100K and the shipped checkpoint. For each user's last EVENTS test events (default 1, at most 5) ten films are
asked for, rolling, by the history before the event, under each of `RULES` (`llmrec.ranking.exposure`). Exposure is by
place, 1 / log2(1 + place), over all lists. Files its result in eval/results/measurements.jsonl.

| figure | what |
| --- | --- |
| ndcg@10, loss | mean over users; how much less than by score alone, with a 95 % interval (paired bootstrap) |
| loss of users | the same of users with few, some and many events: of thirds of them |
| coverage@10, Gini | share of the films that stand in some list; inequality of exposure over all films, 0 to 1 |
| tail | share of exposure that films outside the head have (the most popular with 80 % of training events) |
| parity | mean exposure of a tail film over that of a head film (Singh & Joachims, "Fairness of Exposure", KDD 2018) |
| shares | rule -> smallest and largest share of a single list that its group has |
"""

import argparse
import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command, whole_number
from eval.store import file_measurement
from llmrec.evaluation.metrics import coverage, exposure, gini, ndcg, ranks_in, user_means
from llmrec.evaluation.splits import Event, rolling_events, rolling_split
from llmrec.ranking.exposure import popularity_group
from llmrec.recommender import Recommender
from llmrec.request import Request

RULES = (
    "", "tail>=0.1", "tail>=0.2", "tail>=0.3", "tail>=0.5", "head<=0.8; genre<=0.5",
    "genre=Documentary|Film-Noir|Western|Musical|Animation>=0.2",
)  # fmt: skip
K, SAMPLES, SEED = 10, 2000, 0


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("last", type=whole_number, nargs="?", default=1, help="last events of each user (default 1)")
    last = options.parse_args().last
    shop = Recommender.from_pretrained()
    events = _last(rolling_events(shop.catalog, rolling_split(shop.catalog), "test"), last)
    items = shop.catalog.items
    histories = [[items[row].id for row in event.history] for event in events]
    group = partial(popularity_group, counts=np.expm1(shop.pipeline.components.interaction_models.popular))
    tail = group("tail")
    rows, base = [], np.empty(0)
    for rule in RULES:
        bounds = Request(exposure=rule).exposure_bounds(shop.catalog, group)
        lists = [
            np.array([shop.catalog.row[item.id] for item in shop.recommend(asked).items], np.intp)
            for asked in (Request(history=history, k=K, exposure=rule) for history in histories)
        ]
        row, per_user = measured(lists, events, tail)
        base = base if len(base) else per_user
        shares = {
            str(bound.rule): [float(bound.members[rows].mean()) for rows in lists]
            for bound in bounds
            if bound.members is not None
        }
        row |= losses(base, per_user, np.array([len(shop.catalog.history(user)) for user in _users(events)]))
        rows.append({"rules": rule or "none", **row, "shares": {r: [min(of), max(of)] for r, of in shares.items()}})
    result = {
        "data": "ml-100k", "events": len(events), "users": len(base), "tail films": int(tail.sum()),
        "films": len(items), "rows": rows, "seed": SEED,
    }  # fmt: skip
    print(json.dumps(file_measurement("exposure", result, f"python -m eval.exposure {last}"), indent=2))


def _last(events: Sequence[Event], most: int) -> list[Event]:
    """The last events of each user."""
    of: dict[str, list[Event]] = {}
    for event in events:
        of.setdefault(event.user, []).append(event)
    return [event for own in of.values() for event in own[-most:]]


def _users(events: Sequence[Event]) -> list[str]:
    return [*dict.fromkeys(event.user for event in events)]


def measured(
    lists: Sequence[NDArray[np.intp]], events: Sequence[Event], tail: NDArray[np.bool_]
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """The figures of some lists, and NDCG of each user."""
    number = {user: n for n, user in enumerate(_users(events))}
    gains = ndcg(ranks_in([rows.tolist() for rows in lists], [event.target for event in events]), K)
    per_user = user_means(gains, np.array([number[event.user] for event in events]))
    shown = exposure([rows.tolist() for rows in lists], len(tail), K)
    figures = {
        "ndcg@10": round(float(per_user.mean()), 5),
        "coverage@10": round(coverage([rows.tolist() for rows in lists], len(tail), K), 4),
        "Gini": round(gini(shown), 4),
        "tail": round(float(shown[tail].sum() / shown.sum()), 4),
        "parity": round(float(shown[tail].mean() / shown[~tail].mean()), 4),
    }
    return figures, per_user


def losses(base: NDArray[np.float64], now: NDArray[np.float64], activity: NDArray[np.intp]) -> dict[str, Any]:
    """Relative loss of NDCG: of all users with its interval, and of thirds of them by their number of events."""
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(0, len(base), (SAMPLES, len(base)))
    resampled = 1 - now[drawn].mean(axis=1) / base[drawn].mean(axis=1)
    thirds = np.array_split(np.argsort(activity, kind="stable"), 3)
    return {
        "loss": round(float(1 - now.mean() / base.mean()), 4),
        "loss, 95 %": [round(float(bound), 4) for bound in np.quantile(resampled, (0.025, 0.975))],
        "loss of users with few, some, many events": [
            round(float(1 - now[part].mean() / base[part].mean()), 4) for part in thirds
        ],
    }


if __name__ == "__main__":
    run_command(main)
