"""`llmrec.audit`: are explanations true, grounded, specific and fair? Our own, or a file or table of anybody's."""

import datetime
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from llmrec.audit.explanation import Explanation, explanations_of, read_explanations
from llmrec.audit.fairness import read_groups
from llmrec.audit.thresholds import missed, read_thresholds
from llmrec.catalog import Catalog
from llmrec.errors import BadInput, storage_error

if TYPE_CHECKING:
    import pandas as pd

    from llmrec.audit.metric import Metric
    from llmrec.audit.run import Audit
    from llmrec.recommender import Recommender

RESPONSES, SCORED, WRITTEN = "responses.jsonl", "scored.jsonl", "written.jsonl"
"""Files of a run that was cut off, from which the next goes on."""
Report = Callable[[str], None]
"""Gets one line of text for each step that takes more than a second."""


@dataclass(frozen=True, repr=False)
class AuditResult:
    """The result of an audit.

    Parameters
    ----------
    audit
        Metrics by section, counts of claims, and every explanation as a case.
    about
        Data, adapter, seed and date.
    missed
        A phrase for each threshold that was not reached.
    report
        The page `audit.html`, beside `audit.json`; None where no folder was given.
    """

    audit: "Audit"
    about: dict[str, Any]
    missed: list[str]
    report: Path | None

    @property
    def metrics(self) -> "dict[str, Metric]":
        """Name -> metric, with a 95 % interval and, where there is no value, the reason."""
        return self.audit.metrics

    def to_pandas(self) -> "pd.DataFrame":
        """Return the metrics as a table, a row each, with the section that each belongs to."""
        import pandas as pd

        rows = [
            {"section": section, "metric": metric.name, "value": metric.value, "low": metric.low, "high": metric.high,
             "n": metric.n, "better": metric.better, "what": metric.description, "reason": metric.reason}
            for section, metrics in self.audit.sections.items()
            for metric in metrics
        ]  # fmt: skip
        return pd.DataFrame(rows).set_index("metric")

    def explanations_to_pandas(self) -> "pd.DataFrame":
        """Return what was found of each explanation, a row each: its claims by verdict, and ratings predicted of it."""
        import pandas as pd

        rows = []
        for case in self.audit.cases:
            judged, verdicts = case.judged, [claim.verdict for claim in case.judged.claims]
            of = judged.explanation
            rated = {f"predicted_{scale}": value for scale, value in (case.rating or {}).items()}
            rows.append(
                {"user": of.user, "item": of.item, "explanation": of.text, "problem": judged.problem,
                 "claims": len(verdicts), "contradicted": verdicts.count("contradicted"),
                 "not_checkable": verdicts.count("not_checkable"), "picked": case.picked, **rated}
            )  # fmt: skip
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return what `llmrec audit --json` prints."""
        files = (
            {} if self.report is None else {"report": str(self.report), "json": str(self.report.with_suffix(".json"))}
        )
        metrics = {name: metric.to_dict() for name, metric in self.metrics.items()}
        return {**self.about, "missed": self.missed, "metrics": metrics, **files}

    def __repr__(self) -> str:
        """How many explanations were judged, and what of them is false."""
        false = self.metrics["hallucination_rate"].value
        return f"AuditResult({len(self.audit.cases)} explanations, hallucination rate {false:.4f})"


def audit(
    data: "Catalog | Path | str",
    explanations: "Path | str | pd.DataFrame | None" = None,
    *,
    adapter: "Recommender | Path | str | None" = None,
    users: int = 100,
    groups: "Path | str | None" = None,
    thresholds: "Path | str | None" = None,
    out: "Path | str | None" = None,
    seed: int = 0,
    report: Report | None = None,
    reader: str | None = None,
) -> AuditResult:
    """Measure whether explanations are true, grounded, readable and fair.

    Parameters
    ----------
    data
        Folder of the catalogue that the explanations are about, or the catalogue.
    explanations
        CSV or JSON lines of `user`, `item`, `explanation` of any system, or a data frame with these columns. None: our
        own, for `users` users.
    adapter
        What scores: a folder of a checkpoint, or an open recommender. Without one, explanations of another system are
        judged without any model that ranks, and nothing is said of faithfulness.
    users
        Users to whom we explain, where `explanations` is None.
    groups
        Table of user and groups (gender, age) to compare.
    thresholds
        TOML or JSON of bounds.
    out
        Folder of `audit.json` and `audit.html`; a run that was cut off goes on from what it left there.
    seed
        Of everything random.
    report
        Is told what is going on.
    reader
        Name or import path of the reader of the folder `data`.

    Returns
    -------
    AuditResult

    Raises
    ------
    BadInput, CatalogError
        Where a file cannot be read, or there is nothing to audit.
    CheckpointError, CheckpointMismatch, SetupError
        Where the adapter cannot be opened.
    StorageError
        Where `out` cannot be written.

    Examples
    --------
    >>> import llmrec
    >>> result = llmrec.audit("shop", "theirs.csv", out="report")  # doctest: +SKIP
    >>> result.to_pandas().loc["hallucination_rate", "value"]  # doctest: +SKIP
    >>> result.explanations_to_pandas().nsmallest(10, "predicted_persuasiveness")  # doctest: +SKIP
    """
    note = report or (lambda _line: None)
    bounds = read_thresholds(Path(thresholds)) if thresholds else []
    groupings = read_groups(Path(groups)) if groups else None
    catalog = data if isinstance(data, Catalog) else Catalog.read(data, reader=reader)
    audited, notes = _given(explanations, catalog)
    with nullcontext(out) if out is not None else TemporaryDirectory(prefix="llmrec-audit-") as place:
        folder = Path(place)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(f"the folder {folder}", error) from error

        from llmrec.audit.run import audit as measured
        from llmrec.audit.run import write
        from llmrec.encoders.text import TextEncoder

        scorer = generate = None
        if adapter is not None or explanations is None:
            from llmrec.audit.responses import respond, sampled_users, writer
            from llmrec.audit.scorer import Scorer

            shop = _recommender(data, adapter, catalog)
            scorer, generate = Scorer(shop.pipeline, folder / SCORED), writer(shop, folder / WRITTEN)
            catalog = shop.pipeline.labelled_catalog
            if explanations is None:
                audited = respond(shop, sampled_users(catalog, users, seed), folder / RESPONSES, note)
        if not audited:
            raise BadInput("there is nothing to audit; pass `explanations`, or more `users`", "explanations", "users")
        results = measured(audited, catalog, TextEncoder().encode, note, scorer, generate, groupings, notes, seed)
        about: dict[str, Any] = {
            "data": catalog.name,
            "adapter": scorer.pipeline.name if scorer else "",
            "explained_by": explanations.name if isinstance(explanations, Path) else "this checkpoint",
            "seed": seed,
            "date": datetime.date.today().isoformat(),
        }
        unreached = missed(bounds, results.metrics)
        page = write(results, folder, {**about, "missed": unreached}) if out is not None else None
        return AuditResult(results, about, unreached, page)


def _given(explanations: "Path | str | pd.DataFrame | None", catalog: Catalog) -> tuple[list[Explanation], list[str]]:
    if explanations is None:
        return [], []
    if isinstance(explanations, Path | str):
        return read_explanations(Path(explanations), catalog)
    rows = ((number, row) for number, row in enumerate(explanations.to_dict("records"), 1))
    return explanations_of(rows, catalog, Path("explanations"))


def _recommender(
    data: "Catalog | Path | str", adapter: "Recommender | Path | str | None", catalog: Catalog
) -> "Recommender":
    from llmrec.recommender import Recommender

    if isinstance(adapter, Recommender):
        return adapter
    return Recommender.from_pretrained(adapter, data, catalog=catalog)
