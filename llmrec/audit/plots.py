"""The report's pictures, as SVG that stands in the page itself."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llmrec.audit.cases import Case

GOOD, BAD, OPEN = "#2a7f62", "#c0392b", "#b0b0b0"
Draw = Callable[[Any], None]


def claims_plot(claims: Mapping[str, Mapping[str, int]]) -> str:
    """Claims of each kind by verdict."""

    def draw(axes: Any) -> None:
        kinds = list(claims)[::-1]
        left = [0] * len(kinds)
        for verdict, colour in (("supported", GOOD), ("contradicted", BAD), ("not_checkable", OPEN)):
            counts = [claims[kind][verdict] for kind in kinds]
            axes.barh(kinds, counts, left=left, color=colour, label=verdict.replace("_", " "))
            left = [a + b for a, b in zip(left, counts, strict=True)]
        axes.set_xlabel("claims")
        axes.legend(frameon=False)

    return _svg(draw, 0.3 * len(claims) + 1.2)


def removal_plot(cases: Sequence[Case]) -> str:
    """Score lost without the cited items against score lost without others; "" where nothing was removed."""
    points = [(case.removal.random, case.removal.comprehensiveness) for case in cases if case.removal]
    if not points:
        return ""

    def draw(axes: Any) -> None:
        x, y = zip(*points, strict=True)
        axes.scatter(x, y, s=9, color=[GOOD if b > a else BAD for a, b in points], alpha=0.6, linewidths=0)
        ends = [min(*x, *y), max(*x, *y)]
        axes.plot(ends, ends, color="#888888", linewidth=0.8)
        axes.set_xlabel("score lost without random others")
        axes.set_ylabel("score lost without the cited items")

    return _svg(draw, 3.6)


def _svg(draw: Draw, height: float) -> str:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # A fixed salt and no date: the same audit gives the same page.
    with rc_context({"svg.hashsalt": "audit", "font.size": 9}):
        figure = Figure(figsize=(6.4, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        FigureCanvasSVG(figure)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
