"""Printing: results as tables or as one JSON object on stdout, remarks on stderr."""

import dataclasses
import json as json_module
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from llmrec.catalog import Catalog, Report
    from llmrec.doctor import Finding
    from llmrec.recommend import Recommended, Response

OUT = Console(highlight=False)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
MARKS = {"ok": "[green]ok[/]", "missing": "[red]missing[/]", "absent": "[yellow]absent[/]"}


def note(line: str) -> None:
    """One remark about what is going on, on stderr."""
    ERR.print(line, style="dim", markup=False)


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


def findings(findings: "Sequence[Finding]") -> None:
    """What the doctor found, and below it what to do."""
    table = Table(box=None, pad_edge=False, show_header=False)
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
        f"{report.interactions:,} interactions, density {report.density:.2%}",
        soft_wrap=True,
    )
    OUT.print("attributes: " + escape(", ".join(report.attributes) or "none"), soft_wrap=True)
    OUT.print(
        "items with " + ", ".join(f"{name}: {count:,}" for name, count in report.coverage.items()),
        soft_wrap=True,
    )
    for warning in report.warnings:
        OUT.print(f"[yellow]warning[/] {escape(warning)}", soft_wrap=True)
    for reason, count in report.quarantined.items():
        OUT.print(f"[yellow]left out[/] {count:,} rows: {escape(reason)}", soft_wrap=True)
    if report.quarantine_file:
        OUT.print(f"they lie in {escape(str(report.quarantine_file))}", soft_wrap=True)
