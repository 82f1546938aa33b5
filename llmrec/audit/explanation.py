"""One explanation under audit, as it lies on a line of a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llmrec.evidence.records import ItemEvidence


@dataclass(frozen=True)
class Explanation:
    """What a system told `user` about `item`.

    `reference`: what the user wrote of the item, where that is known; `feature`: the word the explanation should hold
    (the feature of NLG4RS data); `source`: who wrote it ("llm", "llm-retry", "plain"; "" elsewhere); `evidence`: what
    was measured, for our own responses.
    """

    user: str
    item: str
    text: str
    reference: str = ""
    feature: str = ""
    source: str = ""
    evidence: ItemEvidence | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Explanation":
        """The explanation of a row with `user`, `item`, `explanation` and what else there is.

        Raises `KeyError`, `TypeError` or `ValueError` where the row has another shape.
        """
        user, item, text = (row[name] for name in ("user", "item", "explanation"))
        if user in (None, "") or item in (None, "") or not isinstance(text, str):
            raise ValueError("user, item and explanation must be there")
        evidence = ItemEvidence.from_dict(row["evidence"]) if row.get("evidence") else None
        if evidence and evidence.item != str(item):
            raise ValueError(f"the evidence is of item {evidence.item!r}, the row of {item!r}")
        return cls(
            str(user),
            str(item),
            text,
            str(row.get("reference") or ""),
            str(row.get("feature") or ""),
            str(row.get("source") or ""),
            evidence,
        )
