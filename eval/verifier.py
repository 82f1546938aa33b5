"""How well the verifier tells true from false: `python -m eval.verifier [--half open]`.

`verifier_open.jsonl` and `verifier_closed.jsonl` hold 829 sentences in natural English on 120 recommendations of the
shipped checkpoint, written by hand from their evidence: half true, half false in twelve kinds. Rules are made with the
open half, but for the recommendations of `KEPT_BACK`; the closed half is only measured, never read while building.

`verifier_open.jsonl` begins with the evidence of these recommendations, as the shipped checkpoint measured it when the
sentences were written: a later ranking recommends other items for other reasons. Their writers saw the user's last
twelve films, so "not watched" means: not among these. What the plain voice said of the same recommendations is judged,
too: none of it may be refused. Files its result in eval/results/measurements.jsonl.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.store import file_measurement
from llmrec.catalog import Catalog
from llmrec.evidence.records import ItemEvidence
from llmrec.paths import home
from llmrec.verification import Grounds, RuleVerifier, Verifier

HERE = Path(__file__).resolve().parent
HALVES = ("open", "closed")
KEPT_BACK = 8
"""Of the open half, recommendations whose number is a multiple of this were not looked at while the rules were made."""
Sentence = Mapping[str, Any]


def main() -> None:
    """Judge and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=home() / "datasets" / "ml-100k", help="the demo's catalogue")
    parser.add_argument("--half", choices=HALVES, help="one half alone; nothing is filed then")
    arguments = parser.parse_args()
    halves = {half: sentences(half) for half in HALVES if arguments.half in (None, half)}
    verifier, (grounds, plain) = RuleVerifier(Catalog.read(arguments.data)), recommendations()
    refused = sum(not verifier.verify(text, grounds[n]).ok for text, n in plain)
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
    """The sentences of a half, each with the number of the recommendation that it is about."""
    lines = (HERE / f"verifier_{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if "text" in line]


def recommendations() -> tuple[dict[int, Grounds], list[tuple[str, int]]]:
    """What each sentence is judged against, by its number, and what the plain voice said of the same items."""
    lines = [json.loads(line) for line in (HERE / "verifier_open.jsonl").read_text(encoding="utf-8").splitlines()]
    about = [line for line in lines if "evidence" in line]
    grounds = {line["n"]: Grounds.of(ItemEvidence.from_dict(line["evidence"]), line["history"]) for line in about}
    return grounds, [(text, line["n"]) for line in about for text in line["plain"]]


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
