"""Latency and throughput over the load that was offered."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def plot(rows: Sequence[dict[str, Any]], title: str, out: Path) -> None:
    """One row for each rate, as `eval.serving.load.summary` gives it, with the rate as "offered a second"."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    offered = [row["offered a second"] for row in rows]
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(6, 5.5))
    for name in ("p50 ms", "p95 ms", "p99 ms"):
        above.plot(offered, [row[name] for row in rows], marker="o", label=name.removesuffix(" ms"))
    above.set(title=title, ylabel="answered after, ms", yscale="log")
    above.legend()
    below.plot(offered, offered, linestyle=":", color="grey", label="offered")
    below.plot(offered, [row["answers a second"] for row in rows], marker="o", label="answered")
    refused = [row["told to come again (429)"] / row["sent"] * row["offered a second"] for row in rows]
    below.plot(offered, refused, marker="o", label="told to come again")
    below.set(xlabel="offered, requests a second", ylabel="a second", xscale="log")
    below.legend()
    figure.tight_layout()
    figure.savefig(out, dpi=120)
    plt.close(figure)
