"""The audit as one HTML page that needs nothing beside it."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from llmrec.audit.cases import worst
from llmrec.audit.metric import Metric
from llmrec.audit.plots import claims_plot, removal_plot

if TYPE_CHECKING:
    from llmrec.audit.run import Audit


def page(found: "Audit", details: Mapping[str, Any]) -> str:
    """The page. All words of users, catalogue and systems are escaped: a title cannot bring markup of its own."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    environment.filters["interval"] = interval
    return environment.get_template("report.html.j2").render(
        audit=found,
        details=details,
        worst=[case.to_dict() for case in worst(found.cases)],
        claims_plot=Markup(claims_plot(found.claims)) if found.claims else "",
        removal_plot=Markup(removal_plot(found.cases)),
    )


def number(value: float) -> str:
    """Three digits that count; NaN as such."""
    return "NaN" if math.isnan(value) else f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"


def interval(metric: Metric) -> str:
    """Both ends, or nothing."""
    return "" if math.isnan(metric.low) else f"{number(metric.low)} to {number(metric.high)}"
