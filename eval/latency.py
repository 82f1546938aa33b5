"""How long one answer takes, warm, on this machine: `python -m eval.latency`.

Times the product itself (`Recommender.recommend`) with the shipped pack on the demo's data, a user's newest 50 items
as history. Writes eval/results/latency.json: medians and 95th percentiles in milliseconds, machine, commit, date.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from eval.ranking.cells import head_commit, this_machine
from llmrec.recommend import Recommender, Request

OUT = Path(__file__).resolve().parent / "results" / "latency.json"
RUNS, EXPLAINED = 40, 15


def main() -> None:
    """Measure and write."""
    shop = Recommender.open(None, None)
    users = [u for u in shop.catalog.histories if len(shop.catalog.history(u)) >= 50][: max(RUNS, EXPLAINED)]
    histories = [shop.catalog.history(user)[-50:] for user in users]
    shop.recommend(Request(history=histories[0], k=3, explain=True))  # loads the writing model, warms the caches
    ranked = [_seconds(shop, Request(history=history, k=10)) for history in histories[:RUNS]]
    explained = [_seconds(shop, Request(history=history, k=3, explain=True)) for history in histories[:EXPLAINED]]
    shop.opened.index.close()
    started = time.perf_counter()
    asked = [sys.executable, "-m", "llmrec.cli", "recommend", "--history", ",".join(histories[0]), "--json"]
    subprocess.run(asked, check=True, capture_output=True)
    result = {
        "top-10 with retrieval, 50 items of history": _summary(ranked),
        "top-3 with evidence and sentences": _summary(explained),
        "process start to first answer, seconds": round(time.perf_counter() - started, 1),
        "machine": this_machine(),
        "commit": head_commit(),
        "command": "python -m eval.latency",
        "date": time.strftime("%Y-%m-%d"),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def _seconds(shop: Recommender, request: Request) -> float:
    started = time.perf_counter()
    shop.recommend(request)
    return time.perf_counter() - started


def _summary(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(1000 * s for s in seconds)
    return {
        "runs": len(ordered),
        "p50 ms": round(statistics.median(ordered), 1),
        "p95 ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
    }


if __name__ == "__main__":
    main()
