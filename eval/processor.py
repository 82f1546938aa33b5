"""What a setting of the process costs or saves: `python -m eval.processor allocation`, `python -m eval.processor busy`.

`allocation`: returning freed memory to the kernel. The same work in two fresh processes, in turns, as the C library
does by default and with `llmrec.runtime`: a batch of pictures through the default image tower, and a short prompt
through the LLM's first layers. Processor seconds, medians.

`busy`: waiting threads beside other work. The LLM writes words in fresh processes, in turns, with libgomp's own
spinning and with that of the command `llmrec` (GOMP_SPINCOUNT): alone, beside a process that never rests, and beside
another that writes words without end. Seconds by the wall clock, medians. Both file their results in
eval/results/measurements.jsonl.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from eval.store import file_measurement
from llmrec.runtime import ENVIRONMENT, keep_freed_memory

ROUNDS, RUNS = 3, 8
PICTURES, SLOTS = 32, 64
WORK = ("32 pictures", "a prompt of 64 slots")


def allocation() -> None:
    """Measure what returning freed memory costs, and write."""
    seconds: dict[str, dict[str, list[float]]] = {name: {"default": [], "kept": []} for name in WORK}
    for _ in range(ROUNDS):
        for way in ("default", "kept"):
            done = subprocess.run(
                [sys.executable, "-m", "eval.processor", "allocation", way], capture_output=True, text=True, check=True
            )
            for name, measured in json.loads(done.stdout).items():
                seconds[name][way].append(measured)
    rows = {}
    for name, ways in seconds.items():
        usual, kept = (statistics.median(ways[way]) for way in ("default", "kept"))
        rows[name] = {"default, s": round(usual, 4), "kept, s": round(kept, 4), "ratio": round(usual / kept, 2)}
    file_measurement(
        "processor",
        {"setting": "allocation", "rows": rows, "seed": 0},
        "python -m eval.processor allocation",
        same=("setting",),
    )
    print(json.dumps(rows, indent=2))


def work(way: str) -> dict[str, float]:
    """Median processor seconds of each piece of work, one thread."""
    if way == "kept":
        keep_freed_memory()
    import torch

    from llmrec.encoders import encoder
    from llmrec.model.backbone import load_backbone
    from llmrec.paths import home
    from llmrec.setup import base_folder

    torch.set_num_threads(1)
    torch.manual_seed(0)
    loaded = encoder("image", "lite0")
    pictures = torch.randint(0, 256, (PICTURES, 3, 224, 224), dtype=torch.uint8)
    llm = load_backbone(base_folder(home()), 4)
    prompt = torch.randn(1, SLOTS, llm.config.hidden_size)  # type: ignore[union-attr]
    with torch.inference_mode():
        return {
            WORK[0]: _median(lambda: loaded.encode(list(pictures))),
            WORK[1]: _median(lambda: llm(inputs_embeds=prompt, use_cache=False)),
        }


def _median(run: Callable[[], object]) -> float:
    run()
    spent = []
    for _ in range(RUNS):
        started = time.process_time()
        run()
        spent.append(time.process_time() - started)
    return statistics.median(spent)


SPINNING = "GOMP_SPINCOUNT"
TOKENS = 16
BESIDE = {
    "nothing": ("-c", ""),
    "a process that never rests": ("-c", "while True: pass"),
    "another that writes words": ("-m", "eval.processor", "busy", "write", "on"),
}


def busy() -> None:
    """Measure what waiting threads cost, and write."""
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
    file_measurement(
        "processor", {"setting": "busy", "rows": rows, **about}, "python -m eval.processor busy", same=("setting",)
    )


def _writing(spinning: str | None, other: Sequence[str]) -> float:
    """Seconds that a fresh process takes to write, after its model is loaded, while the `other` one runs."""
    inherited = {name: value for name, value in os.environ.items() if name not in (SPINNING, "OMP_NUM_THREADS")}
    chosen = inherited if spinning is None else inherited | {SPINNING: spinning}
    beside = subprocess.Popen([sys.executable, *other], env=chosen, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        if "eval.processor" in other and beside.stdout:
            beside.stdout.readline()  # it is warm
        asked = [sys.executable, "-m", "eval.processor", "busy", "write"]
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
    if sys.argv[1:] == ["allocation"]:
        allocation()
    elif sys.argv[1:2] == ["allocation"]:
        print(json.dumps(work(sys.argv[2])))
    elif sys.argv[1:] == ["busy"]:
        busy()
    elif sys.argv[1:3] == ["busy", "write"]:
        write("on" in sys.argv)
    else:
        sys.exit("say what is measured: python -m eval.processor allocation, or busy")
