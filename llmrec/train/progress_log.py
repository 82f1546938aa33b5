"""What happened in training, for eyes and for spreadsheets: metrics.csv and curve.png."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_log(log: Sequence[Mapping[str, float]], folder: Path) -> None:
    """Writes `metrics.csv` (a row an epoch: epoch, loss, ndcg@10, seconds) and `curve.png` into `folder`."""
    if not log:
        return
    with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(log[0]))
        writer.writeheader()
        writer.writerows(log)
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, left = plt.subplots(figsize=(6, 3.5), layout="constrained")
    epochs = [row["epoch"] + 1 for row in log]
    left.plot(epochs, [row["loss"] for row in log], color="tab:gray", label="training loss")
    left.set(xlabel="epoch", ylabel="training loss")
    right = left.twinx()
    right.plot(epochs, [row["ndcg@10"] for row in log], color="tab:blue", label="validation NDCG@10")
    right.set_ylabel("validation NDCG@10, LLM alone", color="tab:blue")
    figure.savefig(folder / "curve.png", dpi=120)
    plt.close(figure)
