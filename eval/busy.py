"""What waiting threads cost beside other work: `python -m eval.busy`.

The LLM writes words in fresh processes, in turns, with libgomp's own spinning and with that of the command `llmrec`
(GOMP_SPINCOUNT), beside no, one and two processes that never rest. Seconds by the wall clock, medians. Writes
eval/results/busy.json.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from eval.ranking.cells import head_commit, this_machine
from llmrec.cli import ENVIRONMENT

OUT = Path(__file__).resolve().parent / "results" / "busy.json"
SPINNING = "GOMP_SPINCOUNT"
OTHERS, ROUNDS, TOKENS = (0, 1, 2), 3, 16


def main() -> None:
    """Measure and write."""
    rows = []
    for others in OTHERS:
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(others)]
        seconds: dict[str, list[float]] = {"libgomp's, s": [], "llmrec's, s": []}
        try:
            for _ in range(ROUNDS):
                for way, found in seconds.items():
                    found.append(_writing(ENVIRONMENT[SPINNING] if way.startswith("llmrec") else None))
        finally:
            for process in busy:
                process.kill()
        medians = {way: round(statistics.median(found), 2) for way, found in seconds.items()}
        usual, ours = medians.values()
        rows.append({"other processes": others, **medians, "ratio": round(usual / ours, 2)})
        print(rows[-1], flush=True)
    about = {"tokens": TOKENS, "rounds": ROUNDS, SPINNING: ENVIRONMENT[SPINNING], "machine": this_machine()}
    about |= {"commit": head_commit(), "date": time.strftime("%Y-%m-%d"), "command": "python -m eval.busy", "seed": 0}
    OUT.write_text(json.dumps({"rows": rows, **about}, indent=2) + "\n")


def _writing(spinning: str | None) -> float:
    """Seconds that a fresh process takes to write, all cores its own, after its model is loaded."""
    inherited = {name: value for name, value in os.environ.items() if name not in (SPINNING, "OMP_NUM_THREADS")}
    chosen = inherited if spinning is None else inherited | {SPINNING: spinning}
    asked = [sys.executable, "-m", "eval.busy", "write"]
    return float(subprocess.run(asked, env=chosen, capture_output=True, text=True, check=True).stdout)


def write() -> float:
    """Seconds of greedy decoding."""
    import torch
    from transformers import AutoModelForCausalLM

    from llmrec.paths import home
    from llmrec.setup import base_folder

    model = AutoModelForCausalLM.from_pretrained(base_folder(home())).eval()
    prompt = torch.arange(1, 65).unsqueeze(0)
    started = time.perf_counter()
    model.generate(prompt, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False)
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        print(write())
    else:
        main()
