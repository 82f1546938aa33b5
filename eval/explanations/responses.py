"""The responses of one catalogue and pack, audited: everything that takes long, each step taken up where it was."""

import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.explanations.faults import Faults, found
from eval.explanations.report import write_row
from eval.store import head_commit, this_machine
from llmrec import paths
from llmrec.audit.explanation import Explanation
from llmrec.audit.fairness import read_groups
from llmrec.audit.responses import respond, sampled_users, writer
from llmrec.audit.run import audit, write
from llmrec.audit.scorer import Scorer
from llmrec.encoders.text import TextEncoder
from llmrec.recommender import Recommender

SEED = 0


@dataclass(frozen=True)
class Subject:
    """What is measured: a catalogue, the pack that explains it, how many users, and the table of their groups."""

    data: Path
    adapter: Path
    users: int
    groups: Path | None


def measure(subject: Subject, out: Path, command: str) -> None:
    """Files the row of the catalogue in the folder `out`; `audit.html` goes to the store, outside the repository."""
    shop = Recommender.from_pretrained(subject.adapter, subject.data)
    store = _store(f"{shop.catalog.name}-{shop.pipeline.name}")
    users = sampled_users(shop.catalog, subject.users, SEED)
    said = respond(shop, users, store / "responses.jsonl", tell)
    scorer = Scorer(shop.pipeline, store / "scored.jsonl")
    groups = read_groups(subject.groups) if subject.groups else None
    details = {
        "data": shop.catalog.name,
        "adapter": shop.pipeline.name,
        "users asked": len(users),
        "seed": SEED,
        "machine": this_machine(),
        "commit": head_commit(),
        "command": command,
        "date": time.strftime("%Y-%m-%d"),
    }
    catalog = shop.pipeline.labelled_catalog
    faults = Faults(catalog)
    planted = faults.plant(said, SEED)
    counts: dict[str, int] = {"clean copy": len(said)}
    for fault in planted:
        counts[fault.kind] = counts.get(fault.kind, 0) + 1
    tell(f"{len(planted)} faults planted")
    table = found(planted, said, catalog, scorer)
    result = audit(said, catalog, TextEncoder().encode, tell, scorer, writer(shop, store / "written.jsonl"), groups)
    tell(f"page: {write(result, store, {**details, 'missed': []})}")
    told = json.loads((store / "audit.json").read_text(encoding="utf-8"))
    faulty = {**details, "explanations": counts, "flagged": table}
    row = {"data": subject.data.name, "audit": told, "faults": faulty, "sentences": _sentences(said, shop)}
    write_row(out, row)


def _store(name: str) -> Path:
    """Where a run that was ended goes on: of this commit's code alone, and from nothing where that was changed."""
    commit = head_commit()
    store = paths.home() / "eval" / "explanations" / f"{name}-{commit}"
    if commit.endswith("-dirty"):
        shutil.rmtree(store, ignore_errors=True)
    store.mkdir(parents=True, exist_ok=True)
    return store


def _sentences(said: Sequence[Explanation], shop: Recommender) -> list[dict[str, Any]]:
    """What the gallery draws from."""
    return [
        {"user": each.user, "title": shop.catalog.item(each.item).title, "text": each.text, "source": each.source}
        for each in said
    ]


def tell(line: str) -> None:
    """Progress, on stderr."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)
