"""Requests made from the gateway's own description, right and wrong: `python -m eval.fuzz_api [--cases 10000]`.

Starts `llmrec serve` as a process with a store of its own; schemathesis makes requests for every operation of its
OpenAPI description. Passes where none is answered by a 5xx other than 503 with `Retry-After`, and every refusal is a
sentence. Conversations, which take seconds each, get a fiftieth of the cases of the others. Files its result in
eval/results/measurements.jsonl; exit code 1 where something broke.
"""

import argparse
import json
import sys
from collections import Counter
from typing import Any

import hypothesis
import schemathesis
from schemathesis import GenerationMode

from eval.command import run_command, whole_number
from eval.serving.servers import serving
from eval.store import file_measurement

SLOW = ("/v1/chat/completions", "/v1/responses")
"""Conversations."""


def main() -> None:
    """Fuzz and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=whole_number, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    with serving() as (address, key):
        statuses, broken = fuzz(address, key, chosen.cases, chosen.seed)
    result = {
        "cases": statuses.total(),
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "broken": broken,
        "seed": chosen.seed,
    }
    print(json.dumps(file_measurement("fuzz_api", result, f"python -m eval.fuzz_api --cases {chosen.cases}"), indent=2))
    sys.exit(bool(broken))


def fuzz(address: str, key: str, cases: int, seed: int) -> tuple[Counter[int], list[str]]:
    """(status -> answers, what should not have been answered)."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    statuses: Counter[int] = Counter()
    broken: list[str] = []
    operations = [found.ok() for found in schema.get_all_operations()]
    quick = [operation for operation in operations if operation.path not in SLOW]

    def told(case: Any) -> None:
        if isinstance(case.body, dict):
            case.body.pop("explain", None)  # seconds each
        case.headers["Authorization"] = f"Bearer {key}"
        response = case.call(timeout=120)
        statuses[response.status_code] += 1
        busy = response.status_code == 503 and "Retry-After" in response.headers
        sentence = response.status_code < 400 or bool(_sentence(response))
        if (response.status_code >= 500 and not busy) or not sentence:
            broken.append(f"{response.status_code}: {case.as_curl_command()[:2000]}")

    while (left := cases - statuses.total()) > 0:  # operations without fields have few requests that differ
        share = left // len(quick) + 1
        for operation in operations:
            settings = hypothesis.settings(
                max_examples=share if operation in quick else max(share // 50, 3),
                deadline=None,
                database=None,
                suppress_health_check=list(hypothesis.HealthCheck),
                phases=[hypothesis.Phase.generate],
            )
            hypothesis.seed(seed)(settings(hypothesis.given(case=operation.as_strategy())(told)))()
        seed += 1
    return statuses, broken


def _sentence(response: Any) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""


if __name__ == "__main__":
    run_command(main)
