"""How well the verifier tells true from false: `python -m eval.verifier [--adapter ml-100k] [--half open]`.

`verifier_open.jsonl` and `verifier_closed.jsonl` hold 829 sentences in natural English on 120 recommendations of the
shipped checkpoint, written by hand from their evidence: half true, half false in twelve kinds. Rules are made with the
open half, but for the recommendations of `KEPT_BACK`; the closed half is only measured, never read while building.

Their writers saw the user's last `RECENT` films, so "not watched" means: not among these. Evidence is made anew through
the library. What the plain voice says of the same recommendations is judged, too: none of it may be refused. Files its
result in eval/results/measurements.jsonl.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.store import file_measurement
from llmrec.evidence.records import ItemEvidence
from llmrec.recommender import Recommender
from llmrec.verification import Grounds, Verifier

HERE = Path(__file__).resolve().parent
HALVES = ("open", "closed")
RECENT, K = 12, 3
KEPT_BACK = 8
"""Of the open half, recommendations whose number is a multiple of this were not looked at while the rules were made."""
Sentence = Mapping[str, Any]


def main() -> None:
    """Make evidence, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", default="ml-100k", help="checkpoint that the sentences are about")
    parser.add_argument("--half", choices=HALVES, help="one half alone; nothing is filed then")
    arguments = parser.parse_args()
    halves = {half: sentences(half) for half in HALVES if arguments.half in (None, half)}
    recommender = Recommender.from_pretrained(arguments.adapter)
    grounds, plain = measured(recommender, [each for half in halves.values() for each in half])
    verifier = recommender.pipeline.verifier
    refused = sum(not verifier.verify(text, Grounds.of(of.evidence)).ok for text, of in plain if of.evidence)
    result: dict[str, Any] = {"plain sentences": len(plain), "plain sentences refused": refused}
    for name, half in halves.items():
        result[name] = table(half, grounds, verifier)
    if "open" in halves:
        kept = [each for each in halves["open"] if each["n"] % KEPT_BACK == 0]
        result["open, kept back"] = table(kept, grounds, verifier)
    if arguments.half is None:
        file_measurement("verifier", {"dataset": "ml-100k", **result, "seed": 0}, "python -m eval.verifier")
    print(json.dumps(result, indent=1))


def sentences(half: str) -> list[Sentence]:
    """The sentences of a half, each with the request and the recommended item that it is about."""
    lines = (HERE / f"verifier_{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def measured(
    recommender: Recommender, about: Sequence[Sentence]
) -> tuple[dict[int, Grounds], list[tuple[str, Grounds]]]:
    """What each sentence is judged against, by its number, and what the plain voice says of the same items."""
    requests: dict[tuple[str, str], dict[str, int]] = {}
    for each in about:
        requests.setdefault((each["user"], each["query"]), {})[each["item"]] = each["n"]
    grounds: dict[int, Grounds] = {}
    plain = []
    for (user, query), numbers in requests.items():
        response = recommender.recommend(user=user, query=query or None, k=K, explain=True, style="line")
        for item in response.items:
            if item.id in numbers and item.rationale is not None:
                evidence: ItemEvidence = item.rationale.evidence
                grounds[numbers[item.id]] = Grounds.of(evidence, response.history[-RECENT:])
                told = (item.rationale.text, *(remark.text for remark in item.rationale.remarks))
                plain += [(text, grounds[numbers[item.id]]) for text in told]
    missing = {each["n"] for each in about} - set(grounds)
    if missing:
        raise SystemExit(
            f"this checkpoint no longer recommends the items of {len(missing)} sentences: {sorted(missing)}"
        )
    return grounds, plain


def table(half: Sequence[Sentence], grounds: Mapping[int, Grounds], verifier: Verifier) -> dict[str, Any]:
    """Of each kind how many sentences there are, and how many the verifier lets pass."""
    passed = {True: Counter[str](), False: Counter[str]()}
    of_all = {True: Counter[str](), False: Counter[str]()}
    for each in half:
        of_all[each["true"]][each["kind"]] += 1
        passed[each["true"]][each["kind"]] += verifier.verify(each["text"], grounds[each["n"]]).ok

    def counts(true: bool) -> dict[str, Any]:
        n, ok = of_all[true].total(), passed[true].total()
        kinds = {kind: [passed[true][kind], of_all[true][kind]] for kind in sorted(of_all[true])}
        return {"passed": ok, "of": n, "share": round(ok / n, 3) if n else None, "kinds [passed, of]": kinds}

    return {"true sentences": counts(True), "false sentences": counts(False)}


if __name__ == "__main__":
    main()
