"""From filed rows to modalities.md and modalities.png."""

import statistics
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from eval.modalities.rows import COLD, MAIN, REMOVED, Filed, removed
from eval.modalities.runs import ORACLE
from eval.ranking.tables import grid
from eval.store import Row

MARKS = {"text": "o", "image": "s", "video": "^", "audio": "D"}
BAR, COLD_BAR, MARK = "#f0a583", "#94a3b8", "#1f2937"
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
            axis.barh(place - 0.2, one.cold, 0.4, color=COLD_BAR, label="cold items, among themselves")
            axis.text(one.cold, place - 0.2, f" {one.cold:.4f}", va="center", fontsize=8)
        for modality, value in one.without.items():
            axis.scatter(value, place + 0.2, s=16, marker=MARKS[modality], color=MARK, label=f"{modality} hidden")
    axis.set_yticks(range(len(models)), [textwrap.fill(name, WRAP) for name in models])
    axis.tick_params(axis="y", labelsize=9)
    axis.set_ylim(-0.6, len(models) - 0.3)
    axis.spines[["top", "right"]].set_visible(False)
    axis.margins(x=0.12)


MODALITIES = ("text", "image", "video", "audio")
GROUPS = ("only", "partly", "elsewhere")
INTRODUCTION = """# Modalities and fusions

Written by `python -m eval.modalities`; every figure is the mean ± standard deviation over the seeds of the rows in
`rows.jsonl`. NDCG@10 is that of llmrec, the fused score, on the rolling test events, all items ranked; cold NDCG@10
that of a model trained without the cold items, ranking these among themselves. "Without" a modality: it is hidden from
every item when the model is asked (masked), or the model never had it (retrained). Training seconds are by the
wall clock, pauses for other work included, on the machine that the row names: three minutes of an H100 are a quarter of
an hour of one CPU core. A world called SHOP-missing lacks a share of the media files; its oracle knows what they held.
"""


@dataclass(frozen=True)
class Line:
    """The rows of one model in one world and section, a seed each."""

    rows: Sequence[Row]

    def value(self, name: str) -> float | None:
        """Mean over the seeds of a metric or measure; None where no row has it."""
        found = self._all(name)
        return statistics.fmean(found) if found else None

    def shown(self, name: str) -> str:
        """Mean ± deviation, as text."""
        found = self._all(name)
        if not found:
            return ""
        digits = 4 if name.startswith(("ndcg", "llm", "weight", "valid")) else 1
        mean = f"{statistics.fmean(found):.{digits}f}"
        return mean if len(found) == 1 else f"{mean} ± {statistics.stdev(found):.{digits}f}"

    def _all(self, name: str) -> list[float]:
        return [told[name] for row in self.rows for told in (row.metrics, row.measures) if name in told]


Lines = dict[tuple[str, str], Line]
"""(section, model) -> line, of one world."""


def write_report(folder: Path) -> list[Path]:
    """Write the report beside the rows in `folder`, return its files; raises `FileNotFoundError` without a row."""
    store = Filed(folder).store
    rows = store.rows()
    if not rows:
        raise FileNotFoundError(f"no rows in {store.file}; name a world: python -m eval.modalities WORLD")
    worlds = {name: _lines(list(group)) for name, group in groupby(rows, key=lambda row: row.dataset)}
    files = [folder / f"modalities.{suffix}" for suffix in ("md", "png")]
    parts = [INTRODUCTION]
    for name, lines in worlds.items():
        parts += [f"## {name}\n", _main_table(lines), "", _removed_tables(lines)]
    files[0].write_text("\n".join(parts), encoding="utf-8")
    bars(files[1], {name: _figures(lines) for name, lines in worlds.items()})
    return files


def _lines(rows: Sequence[Row]) -> Lines:
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        grouped.setdefault((row.section, row.model), []).append(row)
    return {key: Line(found) for key, found in grouped.items()}


def _ranked(lines: Lines) -> list[str]:
    """Models of the main section, best first."""
    names = [model for section, model in lines if section == MAIN]
    return sorted(names, key=lambda model: -(lines[MAIN, model].value("ndcg@10") or 0.0))


def _main_table(lines: Lines) -> str:
    oracle = lines[MAIN, ORACLE].value("ndcg@10") if (MAIN, ORACLE) in lines else None
    head = ["model", "seeds", "ndcg@10", *(["of the oracle"] if oracle else []), "LLM alone", "cold ndcg@10"]
    head += ["training seconds", "ms a request", "tokens a request", "weights"]
    body = []
    for model in _ranked(lines):
        line, cold = lines[MAIN, model], lines.get((COLD, model))
        share = [f"{(line.value('ndcg@10') or 0.0) / oracle:.2f}"] if oracle else []
        weights = [
            f"{m} {line.shown(f'weight of {m}')}" for m in MODALITIES if line.value(f"weight of {m}") is not None
        ]
        body.append(
            [model, str(len(line.rows)), line.shown("ndcg@10"), *share, line.shown("llm ndcg@10")]
            + [cold.shown("ndcg@10") if cold else ""]
            + [line.shown(name) for name in ("training seconds", "ms a request", "tokens a request")]
            + [", ".join(weights)]
        )
    return grid(head, body)


def _removed_tables(lines: Lines) -> str:
    """NDCG@10 without each modality, then, in a world with truth, what that does to whose taste lives there."""
    names = [m for m in _ranked(lines) if any(_without(lines, m, at, how) for at in MODALITIES for how in HOW)]
    if not names:
        return ""
    ways = [(at, how) for at in MODALITIES for how in HOW if any(_without(lines, name, at, how) for name in names)]
    head = ["model", "with all", *(f"without {at}, {how}" for at, how in ways)]
    body = [
        [name, lines[MAIN, name].shown("ndcg@10")]
        + [line.shown("ndcg@10") if (line := _without(lines, name, at, how)) else "" for at, how in ways]
        for name in names
    ]
    parts = ["### One modality removed\n", grid(head, body), ""]
    grouped = [(name, at, how) for name in names for at in MODALITIES for how in HOW if _without(lines, name, at, how)]
    told = [one for one in grouped if lines[MAIN, one[0]].value(f"ndcg@10 {one[1]} only") is not None]
    if told:
        parts += ["### Whom it costs: NDCG@10 without the modality as a share of that with all, by where tastes live\n"]
        head = ["model", "without", "", "taste only there", "partly there", "elsewhere"]
        parts += [grid(head, [[*one, *(_kept(lines, *one, group) for group in GROUPS)] for one in told]), ""]
    return "\n".join(parts)


HOW = ("masked", "retrained")


def _without(lines: Lines, model: str, modality: str, how: str) -> Line | None:
    return lines.get((REMOVED, removed(model, modality, how)))


def _kept(lines: Lines, model: str, modality: str, how: str, group: str) -> str:
    line, name = _without(lines, model, modality, how), f"ndcg@10 {modality} {group}"
    whole = lines[MAIN, model].value(name)
    left = line.value(name) if line else None
    return f"{left / whole:.2f} ({whole:.4f} → {left:.4f})" if left is not None and whole else ""


def _figures(lines: Lines) -> dict[str, Figures]:
    """Model -> what is drawn of it, best last as a bar plot wants it."""
    found = {}
    for model in reversed(_ranked(lines)):
        cold = lines.get((COLD, model))
        hidden = {m: line.value("ndcg@10") or 0.0 for m in MODALITIES if (line := _without(lines, model, m, "masked"))}
        overall = lines[MAIN, model].value("ndcg@10") or 0.0
        found[model] = Figures(overall, cold.value("ndcg@10") if cold else None, hidden)
    return found
