"""The plot: NDCG@10 of every model, on cold items, and with each modality hidden; a panel a world."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARKS = {"text": "o", "image": "s", "video": "^", "audio": "D"}
BAR, COLD, MARK = "#f0a583", "#94a3b8", "#1f2937"
COLUMNS, WRAP = 2, 28


@dataclass(frozen=True)
class Figures:
    """What is drawn of one model; `without`: modality -> NDCG@10 with it hidden."""

    overall: float
    cold: float | None
    without: Mapping[str, float]


def bars(path: Path, worlds: Mapping[str, Mapping[str, Figures]]) -> None:
    """Write the PNG; `worlds`: world -> model -> figures, in the order of the bars from below."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = list(worlds)
    columns = min(COLUMNS, len(names))
    rows = [names[n : n + columns] for n in range(0, len(names), columns)]
    heights = [1 + max(len(worlds[name]) for name in row) for row in rows]
    figure, axes = plt.subplots(
        len(rows),
        columns,
        figsize=(7.5 * columns, 1 + 0.45 * sum(heights)),
        height_ratios=heights,
        squeeze=False,
        layout="constrained",
    )
    spare = list(axes.flat[len(names) :])
    for axis, name in zip(axes.flat, names, strict=False):
        _panel(axis, name, worlds[name])
    for axis in spare:
        axis.remove()
    drawn = {label: line for axis in figure.axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(drawn.values(), drawn.keys(), loc="outside lower center", ncols=3 * columns, frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _panel(axis: Any, world: str, models: Mapping[str, Figures]) -> None:
    axis.set_title(f"{world}: NDCG@10", loc="left", fontweight="bold")
    for place, one in enumerate(models.values()):
        axis.barh(place + 0.2, one.overall, 0.4, color=BAR, label="all items")
        axis.text(one.overall, place + 0.2, f" {one.overall:.4f}", va="center", fontsize=8)
        if one.cold is not None:
            axis.barh(place - 0.2, one.cold, 0.4, color=COLD, label="cold items, among themselves")
            axis.text(one.cold, place - 0.2, f" {one.cold:.4f}", va="center", fontsize=8)
        for modality, value in one.without.items():
            axis.scatter(value, place + 0.2, s=16, marker=MARKS[modality], color=MARK, label=f"{modality} hidden")
    axis.set_yticks(range(len(models)), [textwrap.fill(name, WRAP) for name in models])
    axis.tick_params(axis="y", labelsize=9)
    axis.set_ylim(-0.6, len(models) - 0.3)
    axis.spines[["top", "right"]].set_visible(False)
    axis.margins(x=0.12)
