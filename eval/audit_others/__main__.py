"""Does the audit hold for anybody's text? `python -m eval.audit_others [--half open|closed]`.

`../shared/data/others-explanations` holds what other systems wrote on books and places, and references that were made
from reviews. Both are audited. Into the texts in which nothing is flagged, faults of twelve kinds are planted, one a
copy, and true sentences of the same forms (`eval/audit_others/faults.py`): how many of the faults are flagged where
they were planted, and in how many of the true twins is anything flagged? Texts, users and items are halved by a hash of
user and item; the audit is built with the open half, whose phrasings of faults are others than those of the closed one.
Three more rounds of phrasings were written after the audit could read these, and each was measured at once on the
closed half: the audit was mended by the first two (on texts of the open half) and not by the third.

`--flags FILE` writes the flags to be read by hand, with text and item: they stay out of the repository.
`eval/results/audit_others/flags.jsonl` has the verdicts of a reader on the closed half, without words of the data;
precision and false alarms on the real texts are counted from it. Files study `audit_others`.
"""

import argparse
import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.audit_others.faults import KINDS, Planted, World, plant
from eval.audit_others.phrasings import HALVES, ROUNDS, SETS
from eval.command import run_command
from eval.store import file_measurement
from llmrec.audit.explanation import Explanation, read_explanations
from llmrec.audit.grounding import Judged, judge
from llmrec.catalog import Catalog

DATASETS = ("amazon", "google")
FILES = {"written": "explanations.csv", "reference": "explanations_gpt.csv"}
VERDICTS = Path(__file__).resolve().parent.parent / "results" / "audit_others" / "flags.jsonl"
EACH = 40
"""Faults of a kind in a data set."""


def main() -> None:
    """Audit, plant, audit again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/others-explanations"))
    parser.add_argument("--half", choices=HALVES, default="closed")
    parser.add_argument(
        "--phrasings", choices=SETS, action="append", help="of the faults; by default those of the half"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--flags", type=Path, help="where the flags are written, to be read by hand")
    parser.add_argument("--file", action="store_true", help="file the result")
    arguments = parser.parse_args()
    half, seed = arguments.half, arguments.seed
    result: dict[str, Any] = {}
    flags: list[dict[str, Any]] = []
    sets = arguments.phrasings or ([half, *ROUNDS] if half == "closed" else [half])
    found = {name: {each: Counter[str]() for each in ("faults", "found", "twins", "alarms")} for name in sets}
    for dataset in DATASETS:
        catalog = Catalog.read(arguments.data / dataset)
        clean = []
        for name, file in FILES.items():
            texts = [e for e in read_explanations(arguments.data / dataset / file, catalog)[0] if half_of(e) == half]
            judged = [judge(each, catalog) for each in texts]
            result[f"{dataset}, {name}"] = counts(judged)
            clean += [each.explanation for each in judged if not each.problem]
            flags += [shown(dataset, name, each, catalog) for each in judged if each.problem]
        for name in sets:
            for copy in plant(clean, World(catalog, dataset, name), EACH, seed):
                count_one(copy, judge(copy.explanation, catalog), found[name], flags, dataset, catalog)
    result |= {f"{name} phrasings": summary(found[name]) for name in sets}
    if half == "closed" and VERDICTS.is_file():
        result |= read_by_hand(result)
    if arguments.flags:
        arguments.flags.write_text("".join(json.dumps(flag, ensure_ascii=False) + "\n" for flag in flags), "utf-8")
    if arguments.file:
        filed = {"dataset": "others-explanations", "half": half, **result, "seed": seed}
        file_measurement("audit_others", filed, f"python -m eval.audit_others --half {half} --file")
    print(json.dumps(result, indent=1))


def half_of(explanation: Explanation) -> str:
    """The half of a text, by user and item, so that what was written and its reference are in the same."""
    return HALVES[hashlib.sha256(f"{explanation.user}\t{explanation.item}".encode()).digest()[0] % 2]


def counts(judged: Sequence[Judged]) -> dict[str, Any]:
    """How many texts are flagged, and how much of them is decided."""
    verdicts = Counter(claim.verdict for each in judged for claim in each.claims)
    return {
        "texts": len(judged),
        "flagged": sum(bool(each.problem) for each in judged),
        "claims": dict(verdicts),
        "coverage": round(sum(each.decided for each in judged) / sum(each.words for each in judged), 3),
    }


def count_one(
    copy: Planted, judged: Judged, found: dict[str, Counter[str]], flags: list[dict[str, Any]], dataset: str,
    catalog: Catalog,
) -> None:  # fmt: skip
    """Whether a planted sentence is flagged, and where."""
    contradicted = [claim for claim in judged.claims if claim.verdict == "contradicted"]
    hit = any(c.start < copy.end and c.start + len(c.text) > copy.start for c in contradicted)
    if copy.true:
        found["twins"][copy.kind] += 1
        found["alarms"][copy.kind] += bool(contradicted)
    else:
        found["faults"][copy.kind] += 1
        found["found"][copy.kind] += hit
    if contradicted or not copy.true:
        source = ("twin" if copy.true else "fault") + f": {copy.kind}"
        said = {"planted": copy.explanation.text[copy.start : copy.end], "hit": hit}
        flags.append({**shown(dataset, source, judged, catalog), **said})


def shown(dataset: str, source: str, judged: Judged, catalog: Catalog) -> dict[str, Any]:
    """A flagged text with what its reader needs."""
    said = judged.explanation
    item = catalog.item(said.item)
    against = [c for c in judged.claims if c.verdict == "contradicted"]
    return {
        "dataset": dataset, "source": source, "user": said.user, "item": said.item,
        "flags": [{"kind": c.kind, "text": c.text, "start": c.start, "why": c.why} for c in against],
        "text": said.text, "title": item.title, "description": item.description,
        "history": [catalog.item(each).title for each in judged.history[-12:]],
    }  # fmt: skip


def summary(found: dict[str, Counter[str]]) -> dict[str, Any]:
    """Found and false alarms by kind, and over all kinds alike."""
    shares = [found["found"][kind] / found["faults"][kind] for kind in KINDS if found["faults"][kind]]
    twins, alarms = found["twins"].total(), found["alarms"].total()
    return {
        "faults found, mean of kinds": round(sum(shares) / len(shares), 3),
        "kinds [found, planted]": {kind: [found["found"][kind], found["faults"][kind]] for kind in KINDS},
        "true twins flagged": [alarms, twins, round(alarms / twins, 3)],
        "twins [flagged, planted]": {kind: [found["alarms"][kind], found["twins"][kind]] for kind in KINDS},
    }


def read_by_hand(result: dict[str, Any]) -> dict[str, Any]:
    """Precision of what was flagged in the real texts, and the share of these with a wrong flag."""
    read = [json.loads(line) for line in VERDICTS.read_text(encoding="utf-8").splitlines()]
    told: dict[str, Any] = {}
    for name, of in (("real texts", ("written", "reference")), ("copies", ("fault", "twin")), ("all", None)):
        chosen = [each for each in read if of is None or each["source"].startswith(of)]
        right = sum(each["right"] for each in chosen)
        told[f"flags read, {name}"] = [right, len(chosen), *wilson(right, len(chosen))]
    texts = sum(result[f"{dataset}, {name}"]["texts"] for dataset in DATASETS for name in FILES)
    wrong = {(e["dataset"], e["source"], e["item"]) for e in read
             if not e["right"] and e["source"] in FILES}  # fmt: skip
    return told | {"real texts with a wrong flag": [len(wrong), texts, round(len(wrong) / texts, 4)]}


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson interval (95 %) of a share."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    half = z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return tuple(round((share + spread / 2 + sign * half) / (1 + spread), 3) for sign in (-1, 1))  # type: ignore[return-value]


if __name__ == "__main__":
    run_command(main)
