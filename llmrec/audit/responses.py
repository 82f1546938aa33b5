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
MIN_HISTORY = 2
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
    users = sorted(user for user, events in catalog.histories.items() if len(events) >= MIN_HISTORY)
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
        Each line becomes one explanation with its claims, evidence and refused attempts. Users of this checkpoint that
        it already holds are skipped, so that an interrupted run resumes.
    note : callable
        Called with lines on progress.

    Raises
    ------
    BadInput
        Where the file holds another checkpoint's.
    StorageError
        Where the disk refuses.
    """
    try:
        finished = _finished_rows(file, shop.pipeline.name)
        _rewrite(file, finished)
        with file.open("a", encoding="utf-8") as out:
            for done, user in enumerate(users, start=1):
                if user not in finished:
                    finished[user] = _rows(shop, user)
                    out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in finished[user])
                    out.flush()
                    if done % 10 == 0:
                        note(f"{done} of {len(users)} users explained")
    except OSError as error:
        raise storage_error(f"the responses {file}", error) from error
    return [Explanation.of(row) for user in users for row in finished[user]]


def writer(shop: Recommender, file: Path) -> Generate:
    """Return the writing LLM of a recommender, with a cache.

    Parameters
    ----------
    shop : Recommender
    file : Path
        File of the cache, by prompts and seed.

    Returns
    -------
    callable
        Prompts and seed -> sentences.
    """
    cache = ResultCache(file)

    def write(prompts: list[str], seed: int) -> list[str]:
        key = [shop.pipeline.name, prompts, seed]
        texts: list[str] = cache.get(key, lambda: list(shop.pipeline.engine.generate(prompts, seed).texts))
        return texts

    return write


def _rows(shop: Recommender, user: str) -> list[dict[str, Any]]:
    items = shop.recommend(Request(user=user, k=TOP, explain=True)).items
    rows = []
    for rank, item in enumerate(items, start=1):
        rationale = item.rationale.to_dict() if item.rationale else {"text": ""}
        row = {"user": user, "item": item.id, "rank": rank, "of": len(items), "explanation": rationale.pop("text")}
        rows.append(row | rationale | {"pack": shop.pipeline.name})
    return rows


def _finished_rows(file: Path, checkpoint: str) -> dict[str, list[dict[str, Any]]]:
    """Read the rows of the users whose rows are complete."""
    rows_by_user: dict[str, list[dict[str, Any]]] = {}
    if not file.is_file():
        return rows_by_user
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue  # truncated; its user is explained again
        if row.get("pack") != checkpoint:
            raise BadInput(
                f"{file} holds responses of {row.get('pack')}, not of {checkpoint}; pass another `out`", "out"
            )
        rows_by_user.setdefault(row["user"], []).append(row)
    return {user: rows for user, rows in rows_by_user.items() if len(rows) == rows[0]["of"]}


def _rewrite(file: Path, finished: dict[str, list[dict[str, Any]]]) -> None:
    """Drop incomplete rows from the file."""
    partial = file.with_suffix(".partial")
    partial.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for rows in finished.values() for row in rows),
        encoding="utf-8",
    )
    partial.replace(file)
