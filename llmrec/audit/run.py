"""The audit, top to bottom: explanations -> claims and measures of each -> metrics -> what was missed -> the report."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrec.audit.explanation import Explanation
from llmrec.audit.fairness import Groupings, leakage, parity
from llmrec.audit.faithfulness import Removal, faithfulness, remove
from llmrec.audit.grounding import Judged, by_kind, grounding, history_before, judge
from llmrec.audit.metric import Metric, absent
from llmrec.audit.rating import RatingModel, caution, predicted_ratings, rating_metrics
from llmrec.audit.rating import to_dict as rating_to_dict
from llmrec.audit.report import Case, worst
from llmrec.audit.scorer import Scorer
from llmrec.audit.simulatability import DESCRIPTION as SIMULATABILITY
from llmrec.audit.simulatability import USEFULNESS, Encode, picked, picked_among_alike, simulatability, usefulness
from llmrec.audit.stability import stability
from llmrec.audit.text import openings, overlap, readability, text_metrics
from llmrec.catalog import Catalog
from llmrec.errors import SetupError, storage_error
from llmrec.rationale.write import Generate

Note = Callable[[str], None]


@dataclass(frozen=True)
class Audit:
    """The results of an audit.

    Attributes
    ----------
    sections : mapping of str to sequence of Metric
    claims : mapping of str to mapping of str to int
        Kind -> verdict -> how many.
    openings : sequence of (str, int)
        The most frequent first words.
    groups : mapping
        Grouping -> group -> measure -> metric.
    sources : mapping of str to int
        Writer -> number of sentences.
    cases : sequence of Case
    notes : sequence of str
    """

    sections: Mapping[str, Sequence[Metric]]
    claims: Mapping[str, Mapping[str, int]]
    openings: Sequence[tuple[str, int]]
    groups: Mapping[str, Mapping[str, Mapping[str, Metric]]]
    sources: Mapping[str, int]
    cases: Sequence[Case]
    notes: Sequence[str]

    @property
    def metrics(self) -> dict[str, Metric]:
        """Return name -> metric, over all sections."""
        return {metric.name: metric for section in self.sections.values() for metric in section}

    def to_dict(self) -> dict[str, Any]:
        """Return it for `audit.json`."""
        return {
            "explanations": len(self.cases),
            "users": len({case.judged.explanation.user for case in self.cases}),
            "sources": dict(self.sources),
            "metrics": {
                section: {metric.name: metric.to_dict() for metric in metrics}
                for section, metrics in self.sections.items()
            },
            "claims": {kind: dict(counts) for kind, counts in self.claims.items()},
            "openings": [{"words": words, "explanations": count} for words, count in self.openings],
            "groups": {
                grouping: {
                    group: {name: metric.to_dict() for name, metric in metrics.items()}
                    for group, metrics in groups.items()
                }
                for grouping, groups in self.groups.items()
            },
            "rating_model": {"validation": RatingModel.shipped().validation, "caution": caution()},
            "ratings": [
                {
                    "user": case.judged.explanation.user,
                    "item": case.judged.explanation.item,
                    "predicted_rating": rating_to_dict(case.rating),
                }
                for case in self.cases
            ],
            "worst": [case.to_dict() for case in worst(self.cases)],
            "notes": list(self.notes),
        }


def audit(
    explanations: Sequence[Explanation],
    catalog: Catalog,
    encode: Encode,
    note: Note,
    scorer: Scorer | None = None,
    generate: Generate | None = None,
    groupings: Groupings | None = None,
    notes: Sequence[str] = (),
    seed: int = 0,
) -> Audit:
    """Measure explanations.

    Parameters
    ----------
    explanations : sequence of Explanation
        Of items that the catalogue has.
    catalog : Catalog
    encode : callable
        The held-out reader of simulatability: texts -> unit vectors, (n, dim) float32.
    note : callable
        Called with lines on progress.
    scorer : Scorer, optional
        The scorer that ranked; without it faithfulness is NaN.
    generate : callable, optional
        Writes our own responses again, for stability.
    groupings : mapping, optional
        See `llmrec.audit.fairness.read_groups`.
    notes : sequence of str
        Remarks for the report.
    seed : int

    Returns
    -------
    Audit
    """
    judged = _judged(explanations, catalog, scorer, note)
    removals = None if scorer is None else _removed(judged, scorer, seed, note)
    note("reading the sentences with the held-out encoder")
    try:
        right: Sequence[bool | None] = picked(judged, catalog, encode, seed)
        simulated = simulatability(judged, [bool(hit) for hit in right])
        useful = usefulness(judged, picked_among_alike(judged, catalog, encode, seed))
    except SetupError as error:
        right, simulated = [None] * len(judged), absent("simulatability", SIMULATABILITY, str(error), "higher")
        useful = absent("usefulness", USEFULNESS, str(error), "higher")
    ratings = predicted_ratings(judged, catalog)
    cases = [
        Case(each, None if removals is None else removals[n], right[n], catalog, ratings[n])
        for n, each in enumerate(judged)
    ]
    gaps, table = parity(judged, _measures(cases), groupings)
    sections = {
        "grounding": grounding(judged),
        "faithfulness": [*faithfulness(judged, removals), simulated, useful],
        "text": [*text_metrics(judged, catalog), *readability(judged)],
        "rating": rating_metrics(judged, ratings),
        "reference": overlap(judged),
        "fairness": [leakage(judged, catalog, groupings), *gaps],
        "stability": stability(judged, generate, catalog, note),
    }
    sources: dict[str, int] = {}
    for each in judged:
        sources[each.explanation.source or "elsewhere"] = sources.get(each.explanation.source or "elsewhere", 0) + 1
    return Audit(sections, by_kind(judged), openings(judged), table, sources, cases, notes)


def write(audit: Audit, out: Path, details: Mapping[str, Any]) -> Path:
    """Write `audit.json` and `audit.html`.

    Parameters
    ----------
    audit : Audit
    out : Path
        Folder.
    details : mapping
        Data, checkpoint, date and command; for both files.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    StorageError
        Where the disk refuses.
    """
    from llmrec.audit.report import page

    html = out / "audit.html"
    text = json.dumps({**details, **audit.to_dict()}, ensure_ascii=False, indent=1, allow_nan=False)
    try:
        (out / "audit.json").write_text(text + "\n", encoding="utf-8")
        html.write_text(page(audit, details), encoding="utf-8")
    except OSError as error:
        raise storage_error(f"the report in {out}", error) from error
    return html


def _judged(explanations: Sequence[Explanation], catalog: Catalog, scorer: Scorer | None, note: Note) -> list[Judged]:
    judged = []
    for done, explanation in enumerate(explanations, start=1):
        measured = None
        if scorer is not None and explanation.evidence is None:
            measured = scorer.effects(explanation.item, history_before(explanation, catalog), explanation.user)
        judged.append(judge(explanation, catalog, measured))
        if done % 200 == 0:
            note(f"{done} of {len(explanations)} explanations checked")
    return judged


def _removed(judged: Sequence[Judged], scorer: Scorer, seed: int, note: Note) -> list[Removal | None]:
    removals = []
    for done, each in enumerate(judged, start=1):
        removals.append(remove(each, scorer, seed))
        if done % 50 == 0:
            note(f"cited items removed from {done} of {len(judged)} histories")
    return removals


def _measures(cases: Sequence[Case]) -> dict[str, list[float | None]]:
    """Collect what is compared between groups: measure -> value of each explanation, None where it has none."""
    measures: dict[str, list[float | None]] = {
        "claim_precision": [case.precision for case in cases],
        "hallucinating_explanations": [float(case.contradicted > 0) for case in cases],
        "simulatability": [None if case.picked is None else float(case.picked) for case in cases],
        "words": [float(len(case.judged.explanation.text.split())) for case in cases],
    }
    if any(case.rating for case in cases):
        measures["predicted_persuasiveness"] = [
            None if case.rating is None else case.rating["persuasiveness"] for case in cases
        ]
    if any(case.removal for case in cases):
        measures["cited_beats_random"] = [
            None if case.removal is None else float(case.removal.beats_random) for case in cases
        ]
    if any(case.judged.explanation.source for case in cases):
        measures["plain_sentence"] = [float(case.judged.explanation.source == "plain") for case in cases]
    return measures
