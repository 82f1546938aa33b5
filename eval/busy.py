"""What waiting threads cost beside other work: `python -m eval.busy`.

The LLM writes words in fresh processes, in turns, with libgomp's own spinning and with that of the command `llmrec`
(GOMP_SPINCOUNT): alone, beside a process that never rests, and beside another that writes words without end. Seconds by
the wall clock, medians. Files its result in eval/results/measurements.jsonl.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from eval.store import file_measurement
from llmrec.runtime import ENVIRONMENT

SPINNING = "GOMP_SPINCOUNT"
ROUNDS, TOKENS = 3, 16
BESIDE = {
    "nothing": ("-c", ""),
    "a process that never rests": ("-c", "while True: pass"),
    "another that writes words": ("-m", "eval.busy", "write", "on"),
}


def main() -> None:
    """Measure and write."""
    rows = []
    for name, other in BESIDE.items():
        seconds: dict[str, list[float]] = {"libgomp's, s": [], "llmrec's, s": []}
        for _ in range(ROUNDS):
            for way, found in seconds.items():
                found.append(_writing(ENVIRONMENT[SPINNING] if way.startswith("llmrec") else None, other))
        medians = {way: round(statistics.median(found), 2) for way, found in seconds.items()}
        usual, ours = medians.values()
        rows.append({"beside": name, **medians, "ratio": round(usual / ours, 2)})
        print(rows[-1], flush=True)
    about = {"tokens": TOKENS, "rounds": ROUNDS, SPINNING: ENVIRONMENT[SPINNING], "seed": 0}
    file_measurement("busy", {"rows": rows, **about}, "python -m eval.busy")


def _writing(spinning: str | None, other: Sequence[str]) -> float:
    """Seconds that a fresh process takes to write, after its model is loaded, while the `other` one runs."""
    inherited = {name: value for name, value in os.environ.items() if name not in (SPINNING, "OMP_NUM_THREADS")}
    chosen = inherited if spinning is None else inherited | {SPINNING: spinning}
    beside = subprocess.Popen([sys.executable, *other], env=chosen, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        if "eval.busy" in other and beside.stdout:
            beside.stdout.readline()  # it is warm
        asked = [sys.executable, "-m", "eval.busy", "write"]
        return float(subprocess.run(asked, env=chosen, capture_output=True, text=True, check=True).stdout)
    finally:
        beside.kill()
        beside.wait()


def write(on: bool) -> None:
    """Prints the seconds of greedy decoding, once or on and on."""
    import torch
    from transformers import AutoModelForCausalLM

    from llmrec.paths import home
    from llmrec.setup import base_folder

    model = AutoModelForCausalLM.from_pretrained(base_folder(home())).eval()
    prompt = torch.arange(1, 65).unsqueeze(0)
    while True:
        started = time.perf_counter()
        model.generate(prompt, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False)
        print(time.perf_counter() - started, flush=True)
        if not on:
            return


if __name__ == "__main__":
    if "write" in sys.argv:
        write("on" in sys.argv)
    else:
        main()
