"""Printing: results as tables or as one JSON object on stdout, remarks on stderr."""

import dataclasses
import json as json_module
import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from math import isfinite
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.status import Status
from rich.table import Table

if TYPE_CHECKING:
    from llmrec.catalog import Catalog, Report
    from llmrec.catalog.fetch import FetchResult
    from llmrec.evidence.records import ItemEvidence
    from llmrec.response import Recommended, Streamed
    from llmrec.setup.doctor import Finding
    from llmrec.train.run import TrainResult

OUT = Console(highlight=False)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
INDENT = (0, 0, 0, 13)  # as far as a title stands from the margin
MARKS = {"ok": "[green]ok[/]", "missing": "[red]missing[/]", "absent": "[yellow]absent[/]"}


def note(line: str) -> None:
    """One remark about what is going on, on stderr."""
    ERR.print(line, style="dim", markup=False)


class NoteHandler(logging.Handler):
    """Shows what a logger of the library is told as remarks."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        note(record.getMessage())


def waiting(what: str) -> Status:
    """A sign of life on a terminal, for steps of some seconds."""
    return ERR.status(f"[dim]{escape(what)} …[/]")


def json(value: Mapping[str, Any]) -> None:
    """One JSON object on stdout; dataclasses as objects, paths as text."""
    print(json_module.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def ready(result: Mapping[str, Any]) -> None:
    """Name and value, a line each."""
    for name, value in result.items():
        OUT.print(f"[bold]{escape(name.replace('_', ' '))}[/]  {escape(str(value))}", soft_wrap=True)


def facts(record: Mapping[str, Any]) -> str:
    """A record on one line."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in record.items())


def findings(findings: "Sequence[Finding]") -> None:
    """What the doctor found, and below it what to do."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(MARKS[finding.state], escape(finding.name), escape(finding.detail))
    OUT.print(table)
    for finding in findings:
        if finding.remedy and finding.state == "missing":
            OUT.print(f"[bold]{escape(finding.name)}[/]: {escape(finding.remedy)}", soft_wrap=True)


def report(report: "Report") -> None:
    """What a catalogue holds and what was left out."""
    OUT.print(
        f"[bold]{escape(report.name)}[/] ({report.layout}): {report.items:,} items, {report.users:,} users, "
        f"{report.interactions:,} interactions, density {report.density:.2%}"
        + (f", from {report.dates[0]} to {report.dates[1]}" if report.dates else ""),
        soft_wrap=True,
    )
    OUT.print("attributes: " + escape(", ".join(report.attributes) or "none"), soft_wrap=True)
    OUT.print(
        "items with " + ", ".join(f"{name}: {count:,}" for name, count in report.coverage.items()),
        soft_wrap=True,
    )
    for line in report.interpretations:
        OUT.print(f"[cyan]read as[/] {escape(line)}", soft_wrap=True)
    for warning in report.warnings:
        OUT.print(f"[yellow]warning[/] {escape(warning)}", soft_wrap=True)
    for line in report.left_out:
        OUT.print(f"[yellow]lost[/] {escape(line)}", soft_wrap=True)
    if report.quarantine_file:
        OUT.print(f"they lie in {escape(str(report.quarantine_file))}", soft_wrap=True)
    for reason, count in report.unreadable.items():
        OUT.print(f"[yellow]not read[/] when last encoded, {count:,} items' {escape(reason)}", soft_wrap=True)
    if report.unreadable_file:
        OUT.print(f"they are listed in {escape(str(report.unreadable_file))}", soft_wrap=True)


def fetched(result: "FetchResult") -> None:
    """What a run of fetching has brought, and what it has not."""
    OUT.print(
        f"{result.fetched:,} files ({result.fetched_bytes / 1e6:,.1f} MB) fetched into {escape(str(result.folder))}; "
        f"{result.present:,} of {result.named:,} were there",
        soft_wrap=True,
    )
    for reason, count in result.failed.items():
        OUT.print(f"[yellow]not fetched[/] {count:,}: {escape(reason)}", soft_wrap=True)
    if result.failures:
        OUT.print(f"they are listed in {escape(str(result.failures))}", soft_wrap=True)
    if result.left:
        OUT.print(f"[yellow]left[/] {result.left:,}: a bound was met; the same command goes on", soft_wrap=True)


def films(catalog: "Catalog", ids: Sequence[str]) -> None:
    """Items of a history, a line each."""
    for item_id in ids:
        OUT.print(f"    {escape(catalog.item(item_id).label())}", soft_wrap=True)


def answer(answer: "Streamed", catalog: "Catalog") -> None:
    """The ranked items, each as soon as its sentence, where asked for, is written and checked."""
    told = len(answer.notes)
    for line in answer.notes[:told]:
        note(line)
    for place in range(1, len(answer.items) + 1):
        with waiting("measuring, writing") if answer.explains else nullcontext():
            recommended = next(answer.explained)
        item(place, recommended, catalog)
    for line in answer.notes[told:]:
        note(line)
    if answer.degraded:
        note(f"out of reach, and replaced: {', '.join(answer.degraded)}")
    note(", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in answer.timings.items()))


def items(ranked: "Sequence[Recommended]", catalog: "Catalog") -> None:
    """Place, score and name of each item, with its reasons where there are some."""
    for place, recommended in enumerate(ranked, start=1):
        item(place, recommended, catalog)


def item(place: int, recommended: "Recommended", catalog: "Catalog") -> None:
    """One item of a list."""
    label = escape(catalog.item(recommended.id).label())
    held = catalog.item(recommended.id).attributes  # products of one name differ in these
    more = [f"{held[name]:g}" if isinstance(held[name], float) else f"{held[name]}"
            for name in ("colour", "color", "price") if held.get(name) not in (None, "", ())]  # fmt: skip
    told = escape("".join(f" · {each}" for each in more))
    OUT.print(f"[bold]{place:>3}[/]  {recommended.score:6.2f}  [bold]{label}[/]{told}", soft_wrap=True)
    reasons(recommended, catalog)


def reasons(recommended: "Recommended", catalog: "Catalog") -> None:
    """The sentence of one item and the measured evidence behind it."""
    if recommended.rationale:
        OUT.print(Padding(f"[italic]{escape(recommended.rationale.text)}[/]", INDENT))
        for remark in recommended.rationale.remarks:
            OUT.print(Padding(f"[dim]{escape(remark.text)}[/]", INDENT))
    if recommended.evidence:
        OUT.print(Padding(f"[dim]{escape(evidence(recommended.evidence, catalog))}[/]", INDENT))


def evidence(evidence: "ItemEvidence", catalog: "Catalog") -> str:
    """Evidence on a line: what the score loses without each thing, in standard deviations of the user's scores."""
    from llmrec.catalog.wording import wording

    words = wording(catalog)
    parts = [f"your words {r.effect:+.2f}" for r in evidence.items if r.kind == "query" and not r.attribute]
    for record in evidence.history:
        title = catalog.item(record.history_item or "").title
        shared = ", ".join(facet.value for facet in evidence.shared(record.history_item or ""))
        parts.append(f"{title} {record.effect:+.2f}" + (f" (shares {shared})" if shared else ""))
    parts += [f"{words.modalities.get(r.modality or '', r.modality)} {r.effect:+.2f}" for r in evidence.modalities]
    told = "evidence: " + (" · ".join(parts) or "popular with everyone; nothing of yours moved it")
    if not evidence.shapley:
        return told
    # Evidence holds them all, the three largest are told.
    largest = sorted(evidence.shapley, key=lambda share: -abs(share.effect))[:3]
    shares = [
        f"{catalog.item(s.history_item).title} {s.effect:+.2f}" + (f" ± {s.error:.2f}" if isfinite(s.error) else "")
        for s in largest
    ]
    total = sum(share.effect for share in evidence.shapley)
    return f"{told}\nShapley values: {' · '.join(shares)} · together {total:+.2f}"


def audited(result: Mapping[str, Any]) -> None:
    """The metrics that were measured, those that were not and why, and the thresholds that were missed."""
    table = Table(box=None, pad_edge=False)
    for column in ("metric", "value", "95 %"):
        table.add_column(column, justify="left" if column == "metric" else "right")
    absent: dict[str, list[str]] = {}
    for name, metric in result["metrics"].items():
        if metric["value"] is None:
            absent.setdefault(metric["reason"], []).append(name)
            continue
        known = metric["low"] is not None
        table.add_row(name, f"{metric['value']:.3f}", f"{metric['low']:.3f} to {metric['high']:.3f}" if known else "")
    OUT.print(table)
    for reason, names in absent.items():
        OUT.print(f"[yellow]not measured[/] {', '.join(names)}: {escape(reason)}", soft_wrap=True)
    for why in result["missed"]:
        OUT.print(f"[red]missed[/] {escape(why)}", soft_wrap=True)
    OUT.print(f"[bold]report[/]  {escape(result['report'])}", soft_wrap=True)


def trained(result: "TrainResult", as_json: bool) -> None:
    """What a training run reached: the test part as a table, the rest a line each."""
    facts = {"folder": str(result.folder), "metrics": result.metrics, "test": result.test, "seconds": result.seconds}
    if as_json:
        json(facts)
        return
    if result.test:
        table = Table("test part", "NDCG@10", "Recall@10", "MRR@10", box=None, pad_edge=False)
        for model, row in result.test.items():
            spread = f"{row['ndcg@10']:.4f} ± {row['se_ndcg@10']:.4f}"
            table.add_row(escape(model), spread, f"{row['recall@10']:.4f}", f"{row['mrr@10']:.4f}")
        OUT.print(table)
    ready({name: value for name, value in result.metrics.items() if not name.startswith("test")})
    ready({f"{stage} seconds": round(seconds) for stage, seconds in result.seconds.items()} | {"folder": result.folder})
