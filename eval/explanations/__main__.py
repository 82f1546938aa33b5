"""Are our explanations true, and can the audit tell? One command a catalogue; see eval/README.md.

python -m eval.explanations --data ../shared/data/ml-100k --adapter adapters/ml-100k    # measure, then report
python -m eval.explanations --truth                  # SimShop: is the true reason named? Makes shop and pack first
python -m eval.explanations                                                             # the report alone
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

from eval.command import run_command, whole_number

OUT = Path(__file__).resolve().parents[1] / "results" / "explanations"


def main() -> None:
    """Read the options, measure where a catalogue is given, report."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    parser = argparse.ArgumentParser(prog="python -m eval.explanations", description=__doc__)
    parser.add_argument("--data", type=Path, help="catalogue folder")
    parser.add_argument("--adapter", type=Path, help="the pack that explains it")
    parser.add_argument("--users", type=whole_number, default=200, help="users sampled, five items each (default 200)")
    parser.add_argument("--groups", type=Path, help="table of users' groups, for the fairness section")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the results")
    parser.add_argument("--truth", action="store_true", help="the truth test; --data and --adapter then name a SimShop")
    parser.add_argument("--held-out", type=whole_number, default=500, help="users of the truth test (default 500)")
    parser.add_argument(
        "--asked-llm", type=whole_number, default=150, help="cases that the LLM explains without evidence"
    )
    asked = parser.parse_args()
    if not asked.truth and (asked.data is None) != (asked.adapter is None):
        parser.error("--data and --adapter go together")

    from eval.explanations.report import report

    command = shlex.join(["python", "-m", "eval.explanations", *sys.argv[1:]])
    if asked.truth:
        from eval.explanations.truth import measure_truth

        measure_truth(asked.data, asked.adapter, asked.held_out, asked.asked_llm, asked.out, command)
    elif asked.data is not None:
        from eval.explanations.responses import Subject, measure

        measure(Subject(asked.data, asked.adapter, asked.users, asked.groups), asked.out, command)
    print(report(asked.out))


if __name__ == "__main__":
    run_command(main)
