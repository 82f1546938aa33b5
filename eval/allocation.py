"""What returning memory to the kernel costs on a CPU: `python -m eval.allocation`.

The same work in two fresh processes, in turns, as the C library does by default and with `llmrec.runtime`: a batch of
pictures through the default image tower, and a short prompt through the LLM's first layers. Processor seconds, medians.
Files its result in eval/results/measurements.jsonl.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from eval.store import file_measurement
from llmrec.runtime import keep_freed_memory

ROUNDS, RUNS = 3, 8
PICTURES, SLOTS = 32, 64
WORK = ("32 pictures", "a prompt of 64 slots")


def main() -> None:
    """Measure and write."""
    seconds: dict[str, dict[str, list[float]]] = {name: {"default": [], "kept": []} for name in WORK}
    for _ in range(ROUNDS):
        for way in ("default", "kept"):
            done = subprocess.run(
                [sys.executable, "-m", "eval.allocation", way], capture_output=True, text=True, check=True
            )
            for name, measured in json.loads(done.stdout).items():
                seconds[name][way].append(measured)
    rows = {}
    for name, ways in seconds.items():
        usual, kept = (statistics.median(ways[way]) for way in ("default", "kept"))
        rows[name] = {"default, s": round(usual, 4), "kept, s": round(kept, 4), "ratio": round(usual / kept, 2)}
    file_measurement("allocation", {"rows": rows, "seed": 0}, "python -m eval.allocation")
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


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(work(sys.argv[1])))
    else:
        main()
