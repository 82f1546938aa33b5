"""Rows into tables: mean ± deviation over seeds, grouped by data set and section."""

import csv
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from eval.ranking.bootstrap import Comparison, compare
from eval.ranking.cells import SECTIONS, Row

METRICS = ("ndcg@10", "recall@10", "ndcg@20", "recall@20", "mrr@10", "coverage@10")
BOOTSTRAPPED = ("main", "wish")


@dataclass(frozen=True)
class Line:
    """One model in one section: its rows, a seed each."""

    dataset: str
    section: str
    model: str
    rows: tuple[Row, ...]

    @property
    def kind(self) -> str:
        """`ours`, `peer` or `fusion`."""
        return str(self.rows[0]["kind"])

    def value(self, metric: str) -> tuple[float, float | None] | None:
        """(mean, standard deviation or None with one seed) over the seeds; None where never measured."""
        found = [row[at][metric] for row in self.rows for at in ("metrics", "measures") if metric in row[at]]
        if not found:
            return None
        return statistics.fmean(found), statistics.stdev(found) if len(found) > 1 else None

    def valid(self) -> float | None:
        """Mean NDCG@10 on valid, where the row says it."""
        found = [row["valid"]["ndcg@10"] for row in self.rows if "ndcg@10" in row["valid"]]
        return statistics.fmean(found) if found else None


def lines(rows: Sequence[Row]) -> list[Line]:
    """Rows grouped by data set, section and model; best NDCG@10 first within a section."""
    place = list(SECTIONS).index

    def key(row: Row) -> tuple[str, int, str]:
        return row["dataset"], place(row["section"]), row["model"]

    grouped = [
        Line(dataset, list(SECTIONS)[section], model, tuple(group))
        for (dataset, section, model), group in groupby(sorted(rows, key=key), key=key)
    ]
    return sorted(grouped, key=lambda ln: (ln.dataset, place(ln.section), -_ndcg(ln)))


def _ndcg(line: Line) -> float:
    value = line.value("ndcg@10")
    return value[0] if value else -1.0


def comparisons(all_lines: Sequence[Line]) -> list[Comparison]:
    """Each model of ours against the best single peer and the best fusion of peers, where both are filed.

    Best by the test figure itself: the hardest rival, not the luckiest choice for us.
    """
    found = []
    for _, group in groupby(all_lines, key=lambda ln: (ln.dataset, ln.section)):
        section = list(group)
        if section[0].section not in BOOTSTRAPPED:
            continue
        rivals = [next((ln for ln in section if ln.kind == kind), None) for kind in ("peer", "fusion")]
        for ours in (ln for ln in section if ln.kind == "ours"):
            found += [compare(ours.rows, rival.rows) for rival in rivals if rival is not None]
    return found


def markdown(all_lines: Sequence[Line], compared: Sequence[Comparison]) -> str:
    """The report: a table for each data set and section, then the paired comparisons."""
    parts = [
        "# Ranking\n",
        "Written by `python -m eval.ranking`; every line is the mean ± standard deviation over its seeds of "
        "the rows in `cells/`. Protocol: the referee's rolling split, full ranking, tuned on valid, test once.\n",
    ]
    for dataset, of_dataset in groupby(all_lines, key=lambda ln: ln.dataset):
        parts.append(f"## {dataset}\n")
        for section, of_section in groupby(of_dataset, key=lambda ln: ln.section):
            group = list(of_section)
            first = group[0].rows[0]["metrics"]
            parts += [f"### {SECTIONS[section]}\n", f"{first['users']} users, {first['events']} events.\n"]
            parts += [_table(group), ""]
        own = [one for one in compared if one.dataset == dataset]
        if own:
            parts += ["### Paired bootstrap over users\n", _compared(own), ""]
    return "\n".join(parts)


def _table(group: Sequence[Line]) -> str:
    metrics = [metric for metric in METRICS if any(line.value(metric) for line in group)]
    measures = list(dict.fromkeys(name for line in group for row in line.rows for name in row["measures"]))
    head = ["model", "", "seeds", *metrics, "valid ndcg@10", *measures]
    body = [
        [
            line.model,
            line.kind,
            str(len(line.rows)),
            *(_shown(line.value(name)) for name in metrics),
            f"{line.valid():.4f}" if line.valid() is not None else "",
            *(_shown(line.value(name)) for name in measures),
        ]
        for line in group
    ]
    return _grid(head, body)


def _compared(found: Sequence[Comparison]) -> str:
    head = ["section", "ours", "rival", "ndcg@10", "rival's", "ratio", "95 % interval", "p"]
    body = [
        [
            *(c.section, c.ours, c.rival, f"{c.mean_ours:.4f}", f"{c.mean_rival:.4f}", f"{c.ratio:.3f}"),
            *(f"{c.low:.3f}-{c.high:.3f}", f"{c.p:.4f}"),
        ]
        for c in found
    ]
    return _grid(head, body)


def _grid(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *body))


def _shown(value: tuple[float, float | None] | None) -> str:
    if value is None:
        return ""
    mean, deviation = value
    digits = 4 if abs(mean) < 10 else 1
    return f"{mean:.{digits}f}" + (f" ± {deviation:.{digits}f}" if deviation is not None else "")


def write_csv(path: Path, all_lines: Sequence[Line]) -> None:
    """One line a model and section, means and deviations as numbers."""
    names = [*METRICS, *dict.fromkeys(n for ln in all_lines for row in ln.rows for n in row["measures"])]
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        spread = [column for name in names for column in (name, f"{name}_sd")]
        writer.writerow(["dataset", "section", "model", "kind", "seeds", *spread])
        for line in all_lines:
            values: list[Any] = []
            for name in names:
                mean, deviation = line.value(name) or (None, None)
                values += [_rounded(mean), _rounded(deviation)]
            writer.writerow([line.dataset, line.section, line.model, line.kind, len(line.rows), *values])


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 5)
