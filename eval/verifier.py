"""How well the verifier tells true from false: `python -m eval.verifier [--half open]`.

`verifier_open.jsonl` and `verifier_closed.jsonl` hold 829 sentences in natural English on 120 recommendations of the
shipped checkpoint, written by hand from their evidence: half true, half false in twelve kinds. Rules and the entailment
model are made with the open half, the rules without the recommendations of `KEPT_BACK`; the closed half is only
measured, never read while building. Of the open half the model is measured on the recommendations that it has not
learnt from, which its file names.

The open half also holds eight `round`s (of 120 sentences, the last of 64), written by hand later, as several people
would write them.
Each was written before the rules had met it and measured at once; the rules were then mended by what they could not
read, so what is told of rounds now is no estimate: `docs/results.md` has what each was at first.

`verifier_open.jsonl` begins with the evidence of these recommendations, as the shipped checkpoint measured it when the
sentences were written: a later ranking recommends other items for other reasons. Their writers saw the user's last
twelve films, so "not watched" means: not among these. What the plain voice said of the same recommendations is judged,
too: none of it may be refused. A sentence on a plot can be decided only where `--data` has plots. Files its result in
eval/results/measurements.jsonl.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.command import run_command
from eval.store import file_measurement
from llmrec.catalog import Catalog
from llmrec.evidence.records import ItemEvidence
from llmrec.verification import Grounds, RuleVerifier, Verifier
from llmrec.verification.entailment import EntailmentModel, shipped

HERE = Path(__file__).resolve().parent
HALVES = ("open", "closed")
KEPT_BACK = 8
"""Of the open half, recommendations whose number is a multiple of this were not looked at while the rules were made."""
Sentence = Mapping[str, Any]


def main() -> None:
    """Judge and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ml-100k"), help="the films, with their plots")
    parser.add_argument("--half", choices=HALVES, help="one half alone; nothing is filed then")
    arguments = parser.parse_args()
    catalog, model = Catalog.read(arguments.data), shipped()
    (grounds, plain), rules = recommendations(), RuleVerifier(catalog)
    result: dict[str, Any] = {}
    for name in HALVES if arguments.half is None else (arguments.half,):
        half = sentences(name)
        result[f"{name}, rules"] = table(half, grounds, rules)
        if name == "open":
            for number in sorted({each["round"] for each in half if "round" in each}):
                result[f"round {number}, rules"] = table([e for e in half if e.get("round") == number], grounds, rules)
            half = [each for each in half if "round" not in each]
            result["open, rules"] = table(half, grounds, rules)
            kept = [each for each in half if each["n"] % KEPT_BACK == 0]
            result["open, kept back, rules"] = table(kept, grounds, rules)
            half = [each for each in half if each["n"] in model.held_out]
            result["open, not learnt from, rules"] = table(half, grounds, rules)
            name = "open, not learnt from"
        result[f"{name}, rules and model"] = table(half, grounds, RuleVerifier(catalog, model))
    product = RuleVerifier(catalog, model)
    refused = sum(not product.verify(text, grounds[n]).ok for text, n in plain)
    result |= {"plain sentences": len(plain), "plain sentences refused": refused, "limits": list(model.limits)}
    result["a pair, ms of one core (median)"] = milliseconds_a_pair(model)
    if arguments.half is None:
        file_measurement("verifier", {"dataset": "ml-100k", **result, "seed": 0}, "python -m eval.verifier")
    print(json.dumps(result, indent=1))


def milliseconds_a_pair(model: EntailmentModel, times: int = 30) -> float:
    """Median processor time of a pair of some 80 tokens, once the model is loaded; a busy machine takes longer."""
    facts = "Without Alpha, this film would score lower. This film ranks 1st; without Alpha it would fall to 5th. "
    pair, spent = (facts * 3, "Take Alpha out of your history and this one slides from the 1st spot down to 5th."), []
    model.probabilities([pair])
    for _ in range(times):
        started = time.process_time()
        model.probabilities([pair])
        spent.append(time.process_time() - started)
    return round(1000 * float(np.median(spent)), 1)


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
    run_command(main)
