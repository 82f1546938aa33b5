"""The audit as one HTML page that needs nothing beside it: metrics, plots, and the cases to read first."""

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from llmrec.audit.faithfulness import Removal
from llmrec.audit.grounding import Judged
from llmrec.audit.metric import Metric
from llmrec.audit.rating import caution
from llmrec.audit.rating import to_dict as rating_to_dict
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary

if TYPE_CHECKING:
    from llmrec.audit.run import Audit


N_WORST, N_HISTORY = 20, 6
"""Cases to read, and history items shown with each."""


@dataclass(frozen=True)
class Case:
    """An explanation with its measures.

    Attributes
    ----------
    judged : Judged
    removal : Removal or None
        None where it was not measured.
    picked : bool or None
        Whether a reader of the sentence finds the item; None where that was not measured.
    catalog : Catalog
    rating : mapping of str to float or None
        How a person would probably rate it, by scale; None where it makes no claim of a kind that was rated.
    """

    judged: Judged
    removal: Removal | None
    picked: bool | None
    catalog: Catalog
    rating: Mapping[str, float] | None = None

    @property
    def contradicted(self) -> int:
        """Count the claims that are contradicted."""
        return sum(claim.verdict == "contradicted" for claim in self.judged.claims)

    @property
    def precision(self) -> float | None:
        """Return the share of claims that are supported; None without a claim."""
        claims = self.judged.claims
        return sum(claim.verdict == "supported" for claim in claims) / len(claims) if claims else None

    @property
    def badness(self) -> tuple[float, ...]:
        """Sort key of cases for reading: larger first.

        By contradicted claims, then flags, claims that cannot be checked, removals that matter less than random ones,
        and sentences by which a reader does not find the item.
        """
        unchecked = sum(claim.verdict == "not_checkable" for claim in self.judged.claims)
        margin = self.removal.random - self.removal.comprehensiveness if self.removal else 0.0
        return self.contradicted, float(bool(self.judged.problem)), unchecked, max(margin, 0.0), float(not self.picked)

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        explanation, titles = self.judged.explanation, Vocabulary.of(self.catalog).titles
        return {
            "user": explanation.user,
            "item": explanation.item,
            "title": titles[explanation.item],
            "history": [titles[item] for item in self.judged.history[-N_HISTORY:]],
            "explanation": explanation.text,
            "source": explanation.source,
            "problem": self.judged.problem,
            "claims": [claim.to_dict() for claim in self.judged.claims],
            "cited": [titles[item] for item in self.judged.cited],
            "score_lost_without_cited": None if self.removal is None else round(self.removal.comprehensiveness, 4),
            "score_lost_without_others": None if self.removal is None else round(self.removal.random, 4),
            "picked": self.picked,
            "predicted_rating": rating_to_dict(self.rating),
        }


def worst(cases: Sequence[Case], n: int = N_WORST) -> list[Case]:
    """Choose the cases to read first.

    Parameters
    ----------
    cases : sequence of Case
    n : int
    """
    return sorted(cases, key=lambda case: case.badness, reverse=True)[:n]


GOOD, BAD, OPEN = "#2a7f62", "#c0392b", "#b0b0b0"
PlotFunction = Callable[[Any], None]


def claims_plot(claims: Mapping[str, Mapping[str, int]]) -> str:
    """Draw the claims of each kind by verdict.

    Parameters
    ----------
    claims : mapping of str to mapping of str to int
        As `llmrec.audit.grounding.by_kind` returns them.

    Returns
    -------
    str
        SVG.
    """

    def plot(axes: Any) -> None:
        kinds = list(claims)[::-1]
        left = [0] * len(kinds)
        for verdict, colour in (("supported", GOOD), ("contradicted", BAD), ("not_checkable", OPEN)):
            counts = [claims[kind][verdict] for kind in kinds]
            axes.barh(kinds, counts, left=left, color=colour, label=verdict.replace("_", " "))
            left = [a + b for a, b in zip(left, counts, strict=True)]
        axes.set_xlabel("claims")
        axes.legend(frameon=False)

    return _svg(plot, 0.3 * len(claims) + 1.2)


def removal_plot(cases: Sequence[Case]) -> str:
    """Draw the score lost without the cited items against that lost without others.

    Parameters
    ----------
    cases : sequence of Case

    Returns
    -------
    str
        SVG; "" where nothing was removed.
    """
    points = [(case.removal.random, case.removal.comprehensiveness) for case in cases if case.removal]
    if not points:
        return ""

    def plot(axes: Any) -> None:
        x, y = zip(*points, strict=True)
        axes.scatter(x, y, s=9, color=[GOOD if b > a else BAD for a, b in points], alpha=0.6, linewidths=0)
        ends = [min(*x, *y), max(*x, *y)]
        axes.plot(ends, ends, color="#888888", linewidth=0.8)
        axes.set_xlabel("score lost without random others")
        axes.set_ylabel("score lost without the cited items")

    return _svg(plot, 3.6)


def _svg(plot: PlotFunction, height: float) -> str:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # A fixed salt and no date: the same audit gives the same page.
    with rc_context({"svg.hashsalt": "audit", "font.size": 9}):
        figure = Figure(figsize=(6.4, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        plot(axes)
        FigureCanvasSVG(figure)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def page(audit: "Audit", details: Mapping[str, Any]) -> str:
    """Render the page. Words of users, catalogue and systems are escaped: a title cannot bring markup of its own.

    Parameters
    ----------
    audit : Audit
    details : mapping
        Data, checkpoint, date and command.

    Returns
    -------
    str
        HTML.
    """
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
        audit=audit,
        details=details,
        worst=[case.to_dict() for case in worst(audit.cases)],
        claims_plot=Markup(claims_plot(audit.claims)) if audit.claims else "",
        removal_plot=Markup(removal_plot(audit.cases)),
        rating_caution=caution(),
    )


def number(value: float) -> str:
    """Format three significant digits; NaN as such."""
    return "NaN" if math.isnan(value) else f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"


def interval(metric: Metric) -> str:
    """Format both ends of the interval; "" where there is none."""
    return "" if math.isnan(metric.low) else f"{number(metric.low)} to {number(metric.high)}"
