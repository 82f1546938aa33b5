"""What reasons cost, of the file that `python -m eval.latency` writes, beside the aims."""

from typing import Any


def cost_lines(measured: dict[str, Any]) -> list[str]:
    """A section of `explanations.md`."""
    lines = ["", "## Cost", "", "| of the shipped pack, warm | p50, aim | p50 | p95 |", "| --- | --- | --- | --- |"]
    for name, row in measured.items():
        if isinstance(row, dict) and "p50 ms" in row:
            p50, p95, aim = row["p50 ms"], row["p95 ms"], row.get("aim p50 ms")
            missed = " **missed**" if aim is not None and p50 > aim else ""
            told = f"<= {aim / 1000:g} s" if aim is not None else ""
            lines.append(f"| {name} | {told} | {p50 / 1000:.2f} s{missed} | {p95 / 1000:.2f} s |")
    cores, cpu = measured["machine"]["cores"], measured["machine"]["cpu"]
    return [
        *lines,
        "",
        f"`{measured['command']}`, {measured['date']}, commit {measured['commit']}, {cores} cores of {cpu}.",
    ]
