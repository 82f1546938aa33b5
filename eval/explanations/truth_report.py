"""The truth test as a table and a plot."""

import json
from pathlib import Path
from typing import Any

AIM = 0.9
MEASURES = (
    ("driver", "driving attribute named"),
    ("medium", "and its medium right"),
    ("precision", "of the attributes named, in the user's taste"),
)


def read_truth(folder: Path) -> dict[str, Any] | None:
    """What `eval.explanations.truth` filed in `folder`, if it did."""
    file = folder / "truth.json"
    found: dict[str, Any] | None = json.loads(file.read_text()) if file.is_file() else None
    return found


def truth_lines(truth: dict[str, Any]) -> list[str]:
    """The section of the report."""
    head = " | ".join(label for _, label in MEASURES)
    lines = [
        "",
        "## The true reason (SimShop)",
        "",
        f"{truth['users']} held-out users, whom training never saw, are asked for one item at each of their last "
        f"purchases, {truth['events']} in all. The {truth['right']} that are ranked first (of "
        f"{truth['users with a right one']} users) are read against the cause of the purchase.",
        "",
        f"| explanation | sentences | names each | {head} |",
        "| --- | --- | --- |" + " --- |" * len(MEASURES),
    ]
    for name, row in truth["rows"].items():
        cells = [_cell(row[measure]) for measure, _ in MEASURES]
        if name == "llmrec" and row["driver"]["value"] < AIM:
            cells[0] += f" **missed** (aim {AIM:g})"
        lines.append(f"| {name} | {row['sentences']} | {row['named a sentence']:.1f} | {' | '.join(cells)} |")
    chance = truth["chance"]
    lines.append(
        f"| as many of the 12 attributes at random | | | {chance['driver']:.3f} | | {chance['precision']:.3f} |"
    )
    sources = ", ".join(f"{count} {name}" for name, count in truth["sources"].items())
    removal = truth["removal"]
    lines += [
        "",
        f"llmrec's sentences were written by: {sources}. The surrogate behind the named attributes explains "
        f"{truth['fidelity']:.2f} of the variance of a user's scores (R²).",
    ]
    if removal["cases"]:
        lines.append(
            f"Without the history items that have the strongest named attribute that a minority of them has, the score "
            f"falls by {removal['lost without those that have it']:.2f} deviations; without as many others by "
            f"{removal['lost without as many others']:.2f} ({removal['cases']} cases, more in "
            f"{removal['more than without others']:.0%})."
        )
    lines += [
        "",
        "| attribute | found to show in | named, of the unlabelled | right, of these | driver named, by medium |",
        "| --- | --- | --- | --- | --- |",
    ]
    by_modality = truth["rows"]["llmrec"]["driver named by modality"]
    for name, probe in truth["probes"].items():
        place = probe["modality"] or "none"
        wrong = "" if place == probe["true modality"] else f" **wrong** ({probe['true modality']})"
        driver = by_modality.get(probe["true modality"])
        cells = f"{probe['named']:.3f} | {probe['right']:.3f} | " + ("" if driver is None else f"{driver:.3f}")
        lines.append(f"| {name} | {place}{wrong} | {cells} |")
    return lines


def truth_run(truth: dict[str, Any]) -> str:
    """How it was run, on one line."""
    return (
        f"- the true reason: {truth['data']}, pack {truth['adapter']}, seed {truth['seed']}, {truth['date']}, commit "
        f"{truth['commit']}, {truth['machine']['cores']} cores of {truth['machine']['cpu']}; `{truth['command']}`"
    )


def plot_truth(truth: dict[str, Any], file: Path) -> None:
    """A group of bars for each measure, a bar for each writer."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    rows = truth["rows"]
    width = 0.8 / len(rows)
    colours = ("#2a7f62", "#b08d57", "#7f8c8d")
    for n, ((name, row), colour) in enumerate(zip(rows.items(), colours, strict=False)):
        values = [row[measure]["value"] or 0.0 for measure, _ in MEASURES]
        ends = [
            (value - (row[m]["low"] or value), (row[m]["high"] or value) - value)
            for value, (m, _) in zip(values, MEASURES, strict=True)
        ]
        at = np.arange(len(MEASURES)) + (n - (len(rows) - 1) / 2) * width
        axes.bar(at, values, width, label=name, color=colour, yerr=np.array(ends).T, capsize=3)
    axes.axhline(AIM, color="#333333", linewidth=1, linestyle="--")
    axes.set_xticks(range(len(MEASURES)), [label for _, label in MEASURES], fontsize=8)
    axes.set_ylim(0, 1.05)
    axes.legend(fontsize=8)
    figure.savefig(file, dpi=130)


def _cell(metric: dict[str, Any]) -> str:
    if metric["value"] is None:
        return f"NaN ({metric['reason']})"
    return f"{metric['value']:.3f} ({metric['low']:.3f} to {metric['high']:.3f})"
