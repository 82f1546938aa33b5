"""`llmrec audit`: what is read, in the order in which a mistake of its user shows; then the audit."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llmrec.audit.explanation import Explanation, read_explanations
from llmrec.audit.fairness import read_groups
from llmrec.audit.thresholds import missed, read_thresholds
from llmrec.catalog import load_catalog
from llmrec.errors import BadInput, StorageError

RESPONSES, SCORED, WRITTEN = "responses.jsonl", "scored.jsonl", "written.jsonl"


def run_audit(
    data: Path,
    adapter: Path | None,
    explanations: Path | None,
    users: int,
    thresholds: Path | None,
    groups: Path | None,
    out: Path,
    seed: int,
    note: Callable[[str], None],
) -> dict[str, Any]:
    """Audits a file of explanations, or our own responses for `users` users, and writes the report to `out`.

    The result holds the metrics and, under `missed`, the thresholds that were not reached. A file without an adapter
    is audited without any model that ranks. Raises `BadInput`, `CatalogError`, `StorageError`, and what opening a
    pack raises.
    """
    bounds = read_thresholds(thresholds) if thresholds else []
    groupings = read_groups(groups) if groups else None
    catalog = load_catalog(data)
    said: list[Explanation] = []
    notes: list[str] = []
    if explanations is not None:
        said, notes = read_explanations(explanations, catalog)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"the folder {out} cannot be made ({error.strerror}); pass another --out") from error

    from llmrec.audit.run import audit, write
    from llmrec.encoders.text import TextEncoder

    scorer = generate = None
    if adapter is not None or explanations is None:
        from llmrec.audit.responses import respond, sampled_users, writer
        from llmrec.audit.scorer import Scorer
        from llmrec.recommender import Recommender

        shop = Recommender.open(data, adapter, catalog=catalog)
        scorer, generate = Scorer(shop.pipeline, out / SCORED), writer(shop, out / WRITTEN)
        catalog = shop.pipeline.labelled_catalog
        if explanations is None:
            said = respond(shop, sampled_users(catalog, users, seed), out / RESPONSES, note)
    if not said:
        raise BadInput(f"there is nothing to audit in {data}; pass --explanations or more --users")
    found = audit(said, catalog, TextEncoder().encode, note, scorer, generate, groupings, notes, seed)
    details: dict[str, Any] = {
        "data": catalog.name,
        "adapter": scorer.pipeline.name if scorer else "",
        "explained_by": explanations.name if explanations else "this pack",
        "seed": seed,
        "date": datetime.date.today().isoformat(),
        "missed": missed(bounds, found.metrics),
    }
    page = write(found, out, details)
    return {
        **details,
        "metrics": {name: metric.to_dict() for name, metric in found.metrics.items()},
        "report": str(page),
        "json": str(out / "audit.json"),
    }
