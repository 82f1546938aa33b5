"""The table, the plot and thirty sentences over all catalogues that were measured."""

import json
import random
import textwrap
from pathlib import Path
from typing import Any

from eval.explanations.truth import plot_truth, read_truth, truth_lines, truth_run
from eval.store import MEASUREMENTS, measurements


def cost_lines(measured: dict[str, Any]) -> list[str]:
    """A section of `explanations.md`."""
    lines = ["", "## Cost", "", "| of the shipped pack, warm | p50, aim | p50 | p95 |", "| --- | --- | --- | --- |"]
    for name, row in measured.items():
        if isinstance(row, dict) and "p50 ms" in row:
            p50, p95, aim = row["p50 ms"], row["p95 ms"], row.get("aim p50 ms")
            missed = " **missed**" if aim is not None and p50 > aim else ""
            told = f"<= {aim / 1000:g} s" if aim is not None else ""
            lines.append(f"| {name} | {told} | {p50 / 1000:.2f} s{missed} | {p95 / 1000:.2f} s |")
    cores, cpu = measured["machine"]["cores"], measured["machine"]["cpu"]
    return [
        *lines,
        "",
        f"`{measured['command']}`, {measured['date']}, commit {measured['commit']}, {cores} cores of {cpu}.",
    ]


GALLERY, SEED = 30, 0
TARGETS = (
    ("hallucinated claims that reach the user", "hallucination_rate", "<=", 0.005),
    ("removing the cited items hurts more than removing others", "cited_beats_random", ">=", 0.85),
    ("plain sentences", "plain", "<=", 0.15),
    ("most frequent five-word opening", "top_opening", "<=", 0.15),
    ("distinct sentences", "usr", ">=", 0.95),
)
FAULT_TARGETS = (
    ("invented title", ">=", 0.95),
    ("swapped reason", ">=", 0.95),
    ("contradicted attribute", ">=", 0.95),
    ("clean copy", "<=", 0.02),
)
BESIDE = (
    "claim_precision", "comprehensiveness", "sufficiency", "random_removal", "rank_drop_cited", "rank_drop_random",
    "simulatability", "div", "fmr", "fcr", "distinct_1", "distinct_2", "reading_grade", "words", "sensitive_leakage",
    "stability_seed", "stability_prompt", "stability_cause",
)  # fmt: skip


def report(folder: Path) -> Path:
    """Writes `explanations.md` and `explanations.png` from what `folder` holds of each catalogue."""
    found = {row["data"]: _flattened(row) for row in read_rows(folder)}
    if not found:
        raise SystemExit(
            f"{rows_file(folder)} holds no audit yet; run python -m eval.explanations --data DATA --adapter PACK"
        )
    lines = [
        "# Explanations",
        "",
        "Measured by `python -m eval.explanations`; intervals hold 95 %, users resampled.",
        "",
    ]
    lines += _table(found)
    lines += ["", "## Planted faults, share flagged", ""]
    lines += _faults(found)
    lines += ["", "## Further measures", ""]
    lines += _beside(found)
    truth = read_truth(folder)
    if truth:
        lines += truth_lines(truth)
        plot_truth(truth, folder / "truth.png")
    for cost in measurements("latency", folder.parent / MEASUREMENTS.name):
        lines += cost_lines(cost)
    lines += ["", "## How it was run", ""]
    lines += [
        f"- {name}: {one['explanations']} sentences for {one['users']} users, pack {one['adapter']}, "
        f"seed {one['seed']}, {one['date']}, commit {one['commit']}, {one['machine']['cores']} cores of "
        f"{one['machine']['cpu']}; `{one['command']}`"
        for name, one in found.items()
    ]
    lines += [truth_run(truth)] if truth else []
    lines += _gallery(found)
    file = folder / "explanations.md"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _plot(folder, found)
    return file


def rows_file(folder: Path) -> Path:
    """Where the rows lie: a line a catalogue, with its audit, its planted faults and its sentences."""
    return folder / "rows.jsonl"


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows, by catalogue; none where there is no file."""
    file = rows_file(folder)
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return sorted(map(json.loads, lines), key=lambda row: str(row["data"]))


def write_row(folder: Path, row: dict[str, Any]) -> None:
    """Files the row in place of the one of its catalogue."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = sorted([*(r for r in read_rows(folder) if r["data"] != row["data"]), row], key=lambda row: str(row["data"]))
    partial = rows_file(folder).with_suffix(".partial")
    partial.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    partial.replace(rows_file(folder))


def _flattened(row: dict[str, Any]) -> dict[str, Any]:
    one: dict[str, Any] = dict(row["audit"])
    one["flat"] = {name: metric for section in one["metrics"].values() for name, metric in section.items()}
    plain = one["sources"].get("plain", 0) / one["explanations"]
    # Where the LLM writes nothing there is nothing that its sentences could fall back to.
    by_rule = {"value": None, "reason": "written by rule"}
    one["flat"]["plain"] = by_rule if plain == 1 else {"value": plain, "low": None, "high": None}
    return one | {"faults": row["faults"], "sentences": row["sentences"]}


def _table(found: dict[str, dict[str, Any]]) -> list[str]:
    head = ["| what | aim | " + " | ".join(found) + " |", "| --- | --- |" + " --- |" * len(found)]
    rows = [
        f"| {label} | {side} {limit:g} | "
        + " | ".join(_cell(one["flat"][name], side, limit) for one in found.values())
        + " |"
        for label, name, side, limit in TARGETS
    ]
    return head + rows


def _cell(metric: dict[str, Any], side: str, limit: float) -> str:
    if metric["value"] is None:
        return f"NaN ({metric['reason']})"
    span = f" ({metric['low']:.3f} to {metric['high']:.3f})" if metric["low"] is not None else ""
    return f"{metric['value']:.3f}{span}{_mark(metric['value'], side, limit)}"


def _mark(value: float, side: str, limit: float) -> str:
    held = value >= limit if side == ">=" else value <= limit
    return "" if held else " **missed**"


def _faults(found: dict[str, dict[str, Any]]) -> list[str]:
    lines = ["| catalogue | read | " + " | ".join(f"{kind} ({side} {limit:g})" for kind, side, limit in FAULT_TARGETS)]
    lines = [lines[0] + " |", "| --- | --- |" + " --- |" * len(FAULT_TARGETS)]
    for name, one in found.items():
        for reader, shares in one["faults"]["flagged"].items():
            # Without the evidence a swapped reason can be false in a way that no text and no catalogue show.
            bound = reader == "with evidence"
            cells = [
                f"{shares[kind]:.3f}{_mark(shares[kind], side, limit) if bound else ''}" if kind in shares else ""
                for kind, side, limit in FAULT_TARGETS
            ]
            lines.append(f"| {name} | {reader} | " + " | ".join(cells) + " |")
    return lines


def _beside(found: dict[str, dict[str, Any]]) -> list[str]:
    lines = ["| measure | " + " | ".join(found) + " | what it is |", "| --- |" + " --- |" * (len(found) + 1)]
    for name in BESIDE:
        metrics = [one["flat"][name] for one in found.values()]
        cells = ["NaN" if metric["value"] is None else f"{metric['value']:.3f}" for metric in metrics]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {metrics[0]['what']} |")
    return lines


def _gallery(found: dict[str, dict[str, Any]]) -> list[str]:
    """Thirty sentences at random, shared among the catalogues, unedited."""
    rng = random.Random(SEED)
    lines = ["", "## Thirty sentences at random, unedited", ""]
    each = GALLERY // len(found)
    for name, one in found.items():
        drawn = rng.sample(one["sentences"], min(each, len(one["sentences"])))
        lines += [f"### {name}", "", "| recommended | to user | sentence | written by |", "| --- | --- | --- | --- |"]
        lines += [
            "| "
            + " | ".join(cell.replace("|", "\\|") for cell in (s["title"], s["user"], s["text"], s["source"]))
            + " |"
            for s in drawn
        ]
        lines.append("")
    return lines[:-1]


def _plot(folder: Path, found: dict[str, dict[str, Any]]) -> None:
    """Each aim as a line, each catalogue as a bar."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 2.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(TARGETS))
    for axes, (label, name, side, limit) in zip(panels, TARGETS, strict=True):
        values = [one["flat"][name]["value"] or 0.0 for one in found.values()]
        held = [value >= limit if side == ">=" else value <= limit for value in values]
        axes.bar(list(found), values, color=["#2a7f62" if good else "#c0392b" for good in held], width=0.5)
        axes.axhline(limit, color="#333333", linewidth=1, linestyle="--")
        axes.set_title(textwrap.fill(label, 26), fontsize=8)
        axes.set_ylim(0, max(1.1 * limit, *values))
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / "explanations.png", dpi=120)
