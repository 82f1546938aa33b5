"""The bar plot: NDCG@10 of every model, overall and on cold items, a panel a world."""

from collections.abc import Mapping
from pathlib import Path


def bars(path: Path, worlds: Mapping[str, Mapping[str, tuple[float, float | None]]]) -> None:
    """Write the PNG; `worlds`: world -> model -> (NDCG@10, cold NDCG@10 or None), in the order of the bars."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    tallest = max(len(models) for models in worlds.values())
    figure, axes = plt.subplots(1, len(worlds), figsize=(7 * len(worlds), 1.5 + 0.45 * tallest), squeeze=False)
    for axis, (world, models) in zip(axes[0], worlds.items(), strict=True):
        places = range(len(models))
        overall, cold = ([pair[n] or 0.0 for pair in models.values()] for n in (0, 1))
        axis.barh([p + 0.2 for p in places], overall, 0.4, color="#c2410c", label="all items")
        axis.barh([p - 0.2 for p in places], cold, 0.4, color="#94a3b8", label="cold items, among themselves")
        axis.set_yticks(list(places), list(models))
        for place, value in zip(places, overall, strict=True):
            axis.text(value, place + 0.2, f" {value:.4f}", va="center", fontsize=8)
        axis.set_title(f"{world}: NDCG@10")
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(x=0.15)
    axes[0][0].legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)
