"""Our own responses for the audit: recommended and explained user by user, each written to a file as it comes."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from llmrec.audit.explanation import Explanation
from llmrec.audit.scorer import ResultCache
from llmrec.catalog import Catalog
from llmrec.errors import BadInput, storage_error
from llmrec.rationale.write import Generate
from llmrec.recommender import Recommender
from llmrec.request import Request

TOP = 5
"""Items recommended, and explained, a user."""
LEAST_HISTORY = 2
"""Events of a user who can be sampled: with fewer nothing can be removed and something left."""

Note = Callable[[str], None]


def sampled_users(catalog: Catalog, n: int, seed: int) -> list[str]:
    """Draw users with at least two events.

    Parameters
    ----------
    catalog : Catalog
    n : int
        All are drawn where there are fewer.
    seed : int
        The same seed draws the same users, those of a smaller `n` first.

    Raises
    ------
    BadInput
        Where no user has two events.
    """
    users = sorted(user for user, events in catalog.histories.items() if len(events) >= LEAST_HISTORY)
    if not users:
        raise BadInput(f"no user of catalogue {catalog.name!r} has two events; an audit of own responses needs them")
    random.Random(seed).shuffle(users)
    return users[:n]


def respond(shop: Recommender, users: Sequence[str], file: Path, note: Note) -> list[Explanation]:
    """Recommend to users and explain: the top `TOP` of each, with their sentences.

    Parameters
    ----------
    shop : Recommender
    users : sequence of str
    file : Path
        Each line becomes one explanation with its claims, evidence and refused attempts. What it holds already of this
        checkpoint is taken from there, so that a run that was cut off goes on where it was.
    note : callable
        Told of progress.

    Raises
    ------
    BadInput
        Where the file holds another checkpoint's.
    StorageError
        Where the disk refuses.
    """
    try:
        kept = _kept(file, shop.pipeline.name)
        _rewrite(file, kept)
        with file.open("a", encoding="utf-8") as out:
            for done, user in enumerate(users, start=1):
                if user not in kept:
                    kept[user] = _rows(shop, user)
                    out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in kept[user])
                    out.flush()
                    if done % 10 == 0:
                        note(f"{done} of {len(users)} users explained")
    except OSError as error:
        raise storage_error(f"the responses {file}", error) from error
    return [Explanation.of(row) for user in users for row in kept[user]]


def writer(shop: Recommender, file: Path) -> Generate:
    """Return the writing LLM of a recommender, with a memory.

    Parameters
    ----------
    shop : Recommender
    file : Path
        What was written once for the same prompts and seed is taken from there.

    Returns
    -------
    callable
        Prompts and seed -> sentences.
    """
    kept = ResultCache(file)

    def write(prompts: list[str], seed: int) -> list[str]:
        asked = [shop.pipeline.name, prompts, seed]
        texts: list[str] = kept.get(asked, lambda: list(shop.pipeline.engine.generate(prompts, seed).texts))
        return texts

    return write


def _rows(shop: Recommender, user: str) -> list[dict[str, Any]]:
    items = shop.recommend(Request(user=user, k=TOP, explain=True)).items
    found = []
    for place, item in enumerate(items, start=1):
        said = item.rationale.to_dict() if item.rationale else {"text": ""}
        row = {"user": user, "item": item.id, "rank": place, "of": len(items), "explanation": said.pop("text")}
        found.append(row | said | {"pack": shop.pipeline.name})
    return found


def _kept(file: Path, checkpoint: str) -> dict[str, list[dict[str, Any]]]:
    """User -> rows, of the users whose rows are all there."""
    found: dict[str, list[dict[str, Any]]] = {}
    if not file.is_file():
        return found
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue  # cut off while it was written; its user is explained anew
        if row.get("pack") != checkpoint:
            raise BadInput(
                f"{file} holds responses of {row.get('pack')}, not of {checkpoint}; pass another `out`", "out"
            )
        found.setdefault(row["user"], []).append(row)
    return {user: rows for user, rows in found.items() if len(rows) == rows[0]["of"]}


def _rewrite(file: Path, kept: dict[str, list[dict[str, Any]]]) -> None:
    """Only what is whole stays."""
    partial = file.with_suffix(".partial")
    partial.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for rows in kept.values() for row in rows), encoding="utf-8"
    )
    partial.replace(file)
