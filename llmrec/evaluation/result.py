"""What an evaluation found: a row a model, with intervals; as a table, a data frame, JSON and a plot."""

import json
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from llmrec.errors import StorageError
from llmrec.evaluation.bootstrap import Comparison, Interval, compare, mean_interval
from llmrec.evaluation.metrics import (
    UndefinedMetric,
    coverage,
    ndcg,
    novelty,
    ranks_in,
    recall,
    reciprocal_rank,
    user_means,
)
from llmrec.evaluation.splits import Event

if TYPE_CHECKING:
    import pandas as pd

LISTED = 20
"""Items of a list: as far as any metric looks."""
SHOWN = {
    "ndcg@10": "ndcg@10", "recall@10": "recall@10", "mrr@10": "mrr@10", "coverage@10": "coverage",
    "novelty@10": "novelty", "warm ndcg@10": "warm", "cold ndcg@10": "cold",
}  # fmt: skip
"""Metrics of the printed table and their heads there; the data frame and the JSON have all."""
LEAST_COLD = 0.05
"""Share of cold events from which the plot tells warm and cold apart."""
MARKS = {"clean": "", "leaks": " (leaks)", "unknown": " (?)"}
Kind = Literal["adapter", "baseline"]


@dataclass(frozen=True)
class ModelResult:
    """One model.

    Attributes
    ----------
    name : str
    kind : {"adapter", "baseline"}
    metrics : mapping of str to Interval
        Means over users with 95 % intervals, recall, ndcg @10 and @20, mrr@10, novelty@10 (bits), coverage@10 (of the
        catalogue; it has no interval), and recall@10 and ndcg@10 over events whose target nobody took in train (cold)
        and over the others (warm). NaN where there is no such event.
    ndcg_per_user : ndarray of shape (users,), float64
        NDCG@10, users in the split's order.
    config : mapping
        Configuration, chosen on valid where there was a choice.
    valid : float
        NDCG@10 on valid of that configuration; NaN where nothing was chosen.
    seconds : mapping of str to float
        `fit` (all configurations that were tried) and `rank`.
    trust : {"clean", "leaks", "unknown"}
        Whether it has learnt from the events that it is asked for. A model that leaks is compared with nobody.
    note : str
        What there is to know about it.
    """

    name: str
    kind: Kind
    metrics: Mapping[str, Interval]
    ndcg_per_user: NDArray[np.float64]
    config: Mapping[str, Any] = field(default_factory=dict)
    valid: float = math.nan
    seconds: Mapping[str, float] = field(default_factory=dict)
    trust: Literal["clean", "leaks", "unknown"] = "clean"
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For JSON: NaN as null."""
        return {
            "name": self.name,
            "kind": self.kind,
            "metrics": {name: _plain(each) for name, each in self.metrics.items()},
            "config": dict(self.config),
            "valid ndcg@10": _number(self.valid),
            "seconds": {name: round(spent, 2) for name, spent in self.seconds.items()},
            "trust": self.trust,
            "note": self.note,
            "ndcg@10 per user": [_number(each) for each in self.ndcg_per_user],
        }


@dataclass(frozen=True, repr=False)
class Evaluation:
    """Models on the same held-out events of one catalogue.

    Attributes
    ----------
    about : mapping
        Data set, split, seed, sizes, and what it was made with.
    models : tuple of ModelResult
        Best NDCG@10 first.
    skipped : mapping of str to str
        Models that could not be evaluated, and why.
    """

    about: Mapping[str, Any]
    models: tuple[ModelResult, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def best_baseline(self) -> ModelResult | None:
        """The baseline with the best NDCG@10 on the events themselves: the hardest rival, not the luckiest choice."""
        return next((model for model in self.models if model.kind == "baseline" and model.trust == "clean"), None)

    def comparisons(self) -> dict[str, Comparison]:
        """Each other model against the best baseline: paired bootstrap over users of NDCG@10.

        Returns
        -------
        dict of str to Comparison
            Without models that have seen the answers.
        """
        rival = self.best_baseline
        if rival is None:
            return {}
        others = [model for model in self.models if model is not rival and model.trust != "leaks"]
        return {model.name: compare(model.ndcg_per_user, rival.ndcg_per_user) for model in others}

    def to_pandas(self) -> "pd.DataFrame":
        """A row a model; of each metric a column, and `METRIC low` and `METRIC high` beside it.

        Raises
        ------
        ModuleNotFoundError
            Where pandas is not installed.
        """
        import pandas as pd

        rows = []
        for model in self.models:
            row: dict[str, Any] = {"model": model.name, "kind": model.kind}
            for name, each in model.metrics.items():
                row |= {name: each.value, f"{name} low": each.low, f"{name} high": each.high}
            row |= {f"seconds to {name}": spent for name, spent in model.seconds.items()}
            rows.append(row | {"valid ndcg@10": model.valid, "trust": model.trust, "note": model.note})
        return pd.DataFrame(rows).set_index("model")

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Head and rows of the printed table, as text; `warm` and `cold` are NDCG@10 by target.

        Returns
        -------
        list of str, list of list of str
        """
        shown = [name for name in SHOWN if any(not math.isnan(m.metrics[name].value) for m in self.models)]
        rows = []
        for model in self.models:
            main, *rest = (model.metrics[name] for name in shown)
            spent = "+".join(_seconds(model.seconds.get(part, math.nan)) for part in ("fit", "rank"))
            ends = "" if math.isnan(main.low) else f"{main.low:.3f}-{main.high:.3f}"
            rows.append([model.name + MARKS[model.trust], _shown(main), ends, *map(_shown, rest), spent])
        heads = [SHOWN[name] for name in shown]
        return ["model", heads[0], "95 %", *heads[1:], "seconds"], rows

    def remarks(self) -> list[str]:
        """Lines below the table: comparisons, what leaks or is unknown, what was left out."""
        lines = []
        rival = self.best_baseline
        for name, found in self.comparisons().items():
            if rival is None or next(m for m in self.models if m.name == name).kind == "baseline":
                continue
            lines.append(
                f"{name} against {rival.name}: {found.difference.value:+.4f} "
                f"[{found.difference.low:+.4f}, {found.difference.high:+.4f}], {_chance(found.p)}"
            )
        lines += [f"{model.name}: {model.note}" for model in self.models if model.note]
        return lines + [f"{name} left out: {why}" for name, why in self.skipped.items()]

    def __repr__(self) -> str:
        """The table as text."""
        head, rows = self.table()
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

        def line(cells: Sequence[str]) -> str:
            first, *rest = cells
            return "  ".join([first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True))])

        about = self.about
        title = (
            f"{about.get('data')}, {about.get('split')}: {about.get('users')} users, {about.get('events')} events "
            f"({about.get('cold events')} of items that nobody took in train), {about.get('items')} items"
        )
        return "\n".join([title, line(head), *map(line, rows), *self.remarks()])

    def _repr_html_(self) -> str:
        """The table in a notebook."""
        head, rows = self.table()
        cells = ["".join(f"<th>{escape(cell)}</th>" for cell in head)]
        cells += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<table>{body}</table>" + "".join(f"<p>{escape(line)}</p>" for line in self.remarks())

    def to_dict(self) -> dict[str, Any]:
        """For JSON: NaN as null."""
        return {
            **self.about,
            "models": [model.to_dict() for model in self.models],
            "best baseline": self.best_baseline.name if self.best_baseline else None,
            "against the best baseline": {
                name: {
                    "difference": _plain(found.difference),
                    "ratio": _plain(found.ratio),
                    "p": _number(found.p),
                }
                for name, found in self.comparisons().items()
            },
            "skipped": dict(self.skipped),
        }

    def save(self, folder: Path) -> list[Path]:
        """Write `evaluation.json`, `evaluation.md` and `evaluation.png` to `folder`.

        Returns
        -------
        list of Path
            The files. Without matplotlib there is no plot.

        Raises
        ------
        StorageError
            Where the disk refuses.
        """
        head, rows = self.table()
        title = f"# {self.about.get('data')}: {self.about.get('split')}\n"
        sizes = ", ".join(f"{self.about.get(name)} {name}" for name in ("users", "events", "items")) + ".\n"
        marked = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
        remarks = [f"- {line}" for line in self.remarks()]
        files = [folder / f"evaluation.{suffix}" for suffix in ("json", "md", "png")]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            files[0].write_text(json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            files[1].write_text("\n".join([title, sizes, *marked, "", *remarks]) + "\n", encoding="utf-8")
            self.plot(files[2])
        except OSError as error:
            raise StorageError(f"the evaluation in {folder} cannot be written ({error.strerror})") from error
        return files

    def plot(self, path: Path) -> None:
        """Draw NDCG@10 with its interval, and by warm and cold targets, to a PNG.

        Parameters
        ----------
        path : Path
        """
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt

        models = self.models[::-1]
        names = [model.name + MARKS[model.trust] for model in models]
        figure, axes = plt.subplots(figsize=(8, 1.4 + 0.45 * len(models)), layout="constrained")
        values = np.array([model.metrics["ndcg@10"].value for model in models])
        ends = np.array([[model.metrics["ndcg@10"].low, model.metrics["ndcg@10"].high] for model in models])
        whiskers = np.nan_to_num(np.abs(ends - values[:, None])).T
        colours = ["#c2410c" if model.kind == "adapter" else "#94a3b8" for model in models]
        axes.barh(names, values, xerr=whiskers, color=colours, ecolor="#334155", height=0.6)
        told = self.about.get("cold events", 0) >= LEAST_COLD * self.about.get("events", 1)
        for part, mark in (("warm", "o"), ("cold", "D")):
            found = [model.metrics[f"{part} ndcg@10"].value for model in models]
            if told and not all(map(math.isnan, found)):
                axes.scatter(found, range(len(models)), marker=mark, s=22, color="#0f172a", label=part, zorder=3)
        for place, (value, end) in enumerate(zip(values, ends[:, 1], strict=True)):
            axes.text(np.nanmax([value, end]), place, f" {value:.4f}", va="center", fontsize=9)
        axes.set_title(f"{self.about.get('data')}, {self.about.get('split')}: NDCG@10", loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.12)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(title="targets", loc="lower right", frameon=False)
        figure.savefig(path, dpi=120)
        plt.close(figure)


def measure(
    lists: Sequence[Sequence[int]], events: Sequence[Event], takers: NDArray[np.intp], users: int
) -> tuple[dict[str, Interval], NDArray[np.float64]]:
    """The metrics of one model's lists.

    Parameters
    ----------
    lists : sequence of sequence of int
        Up to `LISTED` item rows of each event, best first, none of its history.
    events : sequence of Event
        Those asked for.
    takers : ndarray of shape (items,), int
        Training users that have each item.
    users : int
        Training users.

    Returns
    -------
    dict of str to Interval, ndarray of shape (users,), float64
        See `ModelResult`; NDCG@10 of each user in the order of the events.
    """
    ranks = ranks_in(lists, [event.target for event in events])
    place = {user: n for n, user in enumerate(dict.fromkeys(event.user for event in events))}
    owners = np.array([place[event.user] for event in events], np.intp)
    cold = np.array([takers[event.target] == 0 for event in events], np.bool_)
    found = {
        "recall@10": recall(ranks, 10),
        "ndcg@10": ndcg(ranks, 10),
        "mrr@10": reciprocal_rank(ranks, 10),
        "recall@20": recall(ranks, 20),
        "ndcg@20": ndcg(ranks, 20),
        "novelty@10": novelty(lists, takers, users),
    }
    for part, chosen in (("warm", ~cold), ("cold", cold)):
        for name in ("recall@10", "ndcg@10"):
            found[f"{part} {name}"] = np.where(chosen, found[name], np.nan)
    per_user = {name: user_means(values, owners) for name, values in found.items()}
    metrics = {name: mean_interval(values) for name, values in per_user.items()}
    metrics["coverage@10"] = Interval(coverage(lists, len(takers)))
    undefined = [name for name, each in metrics.items() if math.isnan(each.value)]
    if undefined:
        warnings.warn(f"{', '.join(undefined)} is undefined: no event counts", UndefinedMetric, stacklevel=2)
    return metrics, per_user["ndcg@10"]


def _plain(each: Interval) -> dict[str, float | None]:
    return {"value": _number(each.value), "low": _number(each.low), "high": _number(each.high)}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 6)


def _shown(each: Interval) -> str:
    return "" if math.isnan(each.value) else f"{each.value:.4f}" if each.value < 1 else f"{each.value:.2f}"


def _chance(p: float) -> str:
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"


def _seconds(spent: float) -> str:
    return "-" if math.isnan(spent) else f"{spent:.1f}" if spent < 10 else f"{spent:.0f}"
