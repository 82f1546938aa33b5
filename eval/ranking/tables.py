"""Rows into tables: mean ± deviation over seeds, grouped by data set and section."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from eval.ranking.record import SECTIONS
from eval.store import Row
from llmrec.evaluation import bootstrap

METRICS = ("ndcg@10", "recall@10", "ndcg@20", "recall@20", "mrr@10", "coverage@10")
BOOTSTRAPPED = ("main", "query")
REFERENCE = "llm"
"""The model that ablations change; its main line stands in their tables for comparison."""
ABLATIONS = ("modality", "order", "prompt", "pretrained", "layers")
HARDER_PEER = "sasrec-windows"
"""A peer given all the training data that our model sees, beyond how it is usually trained."""
WITHOUT_LLM = "llmrec without LLM"


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
        return self.rows[0].kind

    def value(self, metric: str) -> tuple[float, float | None] | None:
        """(mean, standard deviation or None with one seed) over the seeds; None where never measured."""
        found = [told[metric] for row in self.rows for told in (row.metrics, row.measures) if metric in told]
        if not found:
            return None
        return statistics.fmean(found), statistics.stdev(found) if len(found) > 1 else None

    def valid(self) -> float | None:
        """Mean NDCG@10 on valid, where the row says it."""
        found = [row.valid["ndcg@10"] for row in self.rows if "ndcg@10" in row.valid]
        return statistics.fmean(found) if found else None


@dataclass(frozen=True)
class Comparison:
    """Mean NDCG@10 of `ours` against `rival` over the same users, each averaged over its seeds first."""

    dataset: str
    section: str
    ours: str
    rival: str
    mean_ours: float
    mean_rival: float
    ratio: float
    low: float
    high: float
    """95 % interval of the ratio."""
    p: float
    """Share of resamples in which ours is not ahead."""


def compare(ours: Sequence[Row], rival: Sequence[Row]) -> Comparison:
    """Paired bootstrap over users, each model averaged over its rows (seeds).

    Raises `ValueError` where the rows are of different data, splits or referees.
    """
    for name in ("dataset", "data", "referee", "at"):
        found = {getattr(row, name) for row in (*ours, *rival)}
        if len(found) > 1:
            raise ValueError(f"rows differ in {name}: {', '.join(sorted(found))}; run the older ones again")
    a, b = (np.mean([row.ndcg_per_user for row in rows], axis=0) for rows in (ours, rival))
    told = bootstrap.compare(a, b)
    first = ours[0]
    return Comparison(
        first.dataset, first.section, first.model, rival[0].model,
        told.mean, told.rival, told.ratio.value, told.ratio.low, told.ratio.high, told.p,
    )  # fmt: skip


def lines(rows: Sequence[Row]) -> list[Line]:
    """Rows grouped by data set, section and model; best NDCG@10 first within a section."""
    place = list(SECTIONS).index

    def key(row: Row) -> tuple[str, int, str]:
        return row.dataset, place(row.section), row.model

    grouped = [
        Line(dataset, list(SECTIONS)[section], model, tuple(group))
        for (dataset, section, model), group in groupby(sorted(rows, key=key), key=key)
    ]
    return sorted(grouped, key=lambda ln: (ln.dataset, place(ln.section), -_ndcg(ln)))


def _ndcg(line: Line) -> float:
    value = line.value("ndcg@10")
    return value[0] if value else -1.0


def comparisons(all_lines: Sequence[Line]) -> list[Comparison]:
    """Our models against the best single peer (with and without the harder one) and the best fusion of peers.

    Best by the test figure itself: the hardest rival, not the luckiest choice for us. The fused model is also
    compared with itself without an LLM. Ablations are left to their tables.
    """
    found = []
    for _, group in groupby(all_lines, key=lambda ln: ln.dataset):
        of_dataset = list(group)
        for at in BOOTSTRAPPED:
            section = [ln for ln in of_dataset if ln.section == at]
            peers = [ln for ln in section if ln.kind == "peer"]
            usual = [ln for ln in peers if not ln.model.startswith(HARDER_PEER)]
            fusions = [ln for ln in section if ln.kind == "fusion"]
            rivals = {ln.model: ln for part in (peers, usual, fusions) for ln in part[:1]}
            for ours in (ln for ln in section if _competes(ln)):
                found += [compare(ours.rows, rival.rows) for rival in rivals.values()]
                if ours.model == "llmrec":
                    itself = [ln for ln in of_dataset if ln.model == WITHOUT_LLM and ln.section in (at, "extra")]
                    found += [compare(ours.rows, ln.rows) for ln in itself if at != "query" or ln.section == at]
    return found


def _competes(line: Line) -> bool:
    return line.kind == "ours" and not line.model.startswith(f"{REFERENCE} ") and line.model != WITHOUT_LLM


def markdown(all_lines: Sequence[Line], compared: Sequence[Comparison], aims: str = "") -> str:
    """The report: a table for each data set and section, then the paired comparisons."""
    parts = [
        "# Ranking\n",
        "Written by `python -m eval.ranking`; every line is the mean ± standard deviation over its seeds of "
        "the rows in `rows.jsonl`. Protocol: the referee's rolling split, full ranking, tuned on valid, test once.\n",
        aims,
    ]
    for dataset, of_dataset in groupby(all_lines, key=lambda ln: ln.dataset):
        parts.append(f"## {dataset}\n")
        for section, of_section in groupby(of_dataset, key=lambda ln: ln.section):
            group = list(of_section)
            if section in ABLATIONS:
                group = _with_reference(group, all_lines)
            first = group[0].rows[0].metrics
            parts += [f"### {SECTIONS[section]}\n", f"{first['users']} users, {first['events']} events.\n"]
            parts += [_table(group), ""]
        own = [one for one in compared if one.dataset == dataset]
        if own:
            parts += ["### Paired bootstrap over users\n", _compared(own), ""]
    return "\n".join(parts)


def _with_reference(group: Sequence[Line], all_lines: Sequence[Line]) -> list[Line]:
    """The ablation's lines and the model itself, best first."""
    own = [ln for ln in all_lines if (ln.dataset, ln.section, ln.model) == (group[0].dataset, "main", REFERENCE)]
    return sorted([*group, *own], key=_ndcg, reverse=True)


def _table(group: Sequence[Line]) -> str:
    metrics = [metric for metric in METRICS if any(line.value(metric) for line in group)]
    measures = list(dict.fromkeys(name for line in group for row in line.rows for name in row.measures))
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
    return grid(head, body)


def _compared(found: Sequence[Comparison]) -> str:
    head = ["section", "ours", "rival", "ndcg@10", "rival's", "ratio", "95 % interval", "p"]
    body = [
        [
            *(c.section, c.ours, c.rival, f"{c.mean_ours:.4f}", f"{c.mean_rival:.4f}", f"{c.ratio:.3f}"),
            *(f"{c.low:.3f}-{c.high:.3f}", f"{c.p:.4f}"),
        ]
        for c in found
    ]
    return grid(head, body)


def grid(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    rule = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *body))


def _shown(value: tuple[float, float | None] | None) -> str:
    if value is None:
        return ""
    mean, deviation = value
    digits = 4 if abs(mean) < 10 else 1
    return f"{mean:.{digits}f}" + (f" ± {deviation:.{digits}f}" if deviation is not None else "")
