"""From filed rows to modalities.md, modalities.csv and modalities.png."""

import csv
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from eval.modalities.plot import Figures, bars
from eval.modalities.rows import COLD, MAIN, REMOVED, Filed, removed
from eval.modalities.runs import ORACLE
from eval.ranking.tables import grid
from eval.store import Row

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
    files = [folder / f"modalities.{suffix}" for suffix in ("md", "csv", "png")]
    parts = [INTRODUCTION]
    for name, lines in worlds.items():
        parts += [f"## {name}\n", _main_table(lines), "", _removed_tables(lines)]
    files[0].write_text("\n".join(parts), encoding="utf-8")
    _write_csv(files[1], rows)
    bars(files[2], {name: _figures(lines) for name, lines in worlds.items()})
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


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    """A line a row, every metric and measure a column."""
    names = list(dict.fromkeys(name for row in rows for told in (row.metrics, row.measures) for name in told))
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["world", "section", "model", "seed", *names])
        for row in rows:
            values = {**row.metrics, **row.measures}
            start = [row.dataset, row.section, row.model, row.seed]
            writer.writerow([*start, *(values.get(name, "") for name in names)])
