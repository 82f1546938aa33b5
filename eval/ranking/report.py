"""From filed rows to ranking.md, bootstrap.json and ranking.png (NDCG@10 of every model in the main section)."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from eval.ranking.record import store_of
from eval.ranking.tables import Line, comparisons, lines, markdown
from eval.ranking.targets import described

COLOURS = {"ours": "#c2410c", "fusion": "#475569", "peer": "#94a3b8"}


def bars(path: Path, all_lines: Sequence[Line]) -> None:
    """Write the PNG; whiskers are the standard deviation over seeds."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    main = [line for line in all_lines if line.section == "main"]
    datasets = list(dict.fromkeys(line.dataset for line in main))
    tallest = max(sum(line.dataset == name for line in main) for name in datasets)
    size = (6.5 * len(datasets), 1.2 + 0.34 * tallest)
    figure, axes = plt.subplots(1, len(datasets), figsize=size, squeeze=False)
    for axis, name in zip(axes[0], datasets, strict=True):
        group = [line for line in main if line.dataset == name][::-1]
        values = [line.value("ndcg@10") or (0.0, None) for line in group]
        axis.barh(
            [line.model for line in group],
            [mean for mean, _ in values],
            xerr=[deviation or 0.0 for _, deviation in values],
            color=[COLOURS[line.kind] for line in group],
        )
        for place, (mean, deviation) in enumerate(values):
            axis.text(mean + (deviation or 0.0), place, f" {mean:.4f}", va="center", fontsize=8)
        axis.set_title(f"{name}: NDCG@10, rolling, test")
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(x=0.15)
    shown = [kind for kind in COLOURS if any(line.kind == kind for line in main)]
    names = {"ours": "llmrec", "fusion": "fusion of peers", "peer": "peer"}
    patches = [Patch(color=COLOURS[kind], label=names[kind]) for kind in shown]
    axes[0][0].legend(handles=patches, loc="lower right")
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


def write_report(folder: Path) -> list[Path]:
    """Write the report beside the rows in `folder`, return its files; raises `FileNotFoundError` without a row."""
    store = store_of(folder)
    found = lines(store.rows())
    if not found:
        raise FileNotFoundError(f"no rows in {store.file}; run python -m eval.ranking first")
    compared = comparisons(found)
    files = [folder / name for name in ("ranking.md", "bootstrap.json", "ranking.png")]
    files[0].write_text(markdown(found, compared, described(found)), encoding="utf-8")
    paired = [dataclasses.asdict(one) for one in compared]
    files[1].write_text(json.dumps(paired, indent=1) + "\n", encoding="utf-8")
    bars(files[2], found)
    return files
