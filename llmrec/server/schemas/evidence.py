"""How reasons look in the gateway's answers: evidence, claims with their verdicts, sentences."""

from typing import Literal

from pydantic import BaseModel

from llmrec.verification.claims import ClaimVerdict


class Claim(BaseModel):
    """One thing that a sentence claims, and the verifier's verdict on it."""

    kind: str
    text: str
    start: int
    verdict: ClaimVerdict
    against: str
    """What it was held against: evidence, the catalogue."""
    why: str
    cites: list[str]
    """The history items that a title means."""


class EvidenceRecord(BaseModel):
    """One thing that moved the score: what the score loses without it, in standard deviations of the user's scores."""

    kind: Literal["history", "attribute", "modality", "query", "trait"]
    history_item: str | None
    attribute: str | None
    modality: str | None
    effect: float


class Counterfactual(BaseModel):
    """The item's rank with and without one reason: a history item, or (null) the query."""

    history_item: str | None
    rank: int
    rank_without: int


class Companions(BaseModel):
    """How many of the `group` who took the history item took the item too, and its `takers` among all `people`."""

    history_item: str
    both: int
    group: int
    takers: int
    people: int


class Share(BaseModel):
    """A history item's Shapley value with its standard error."""

    history_item: str
    effect: float
    error: float | None


class Evidence(BaseModel):
    """The measured evidence of one item; answers that were kept before it had more than `items` lack the rest."""

    item: str
    query: str
    items: list[EvidenceRecord]
    counterfactuals: list[Counterfactual] = []
    companions: list[Companions] = []
    shapley: list[Share] = []
    fidelity: float | None = None
    """R² of the linear model from which the effects of attributes (`trait`) come."""


class RefusedSentence(BaseModel):
    """A sentence of the LLM that the verifier did not let through."""

    text: str
    problem: str


class Remark(BaseModel):
    """A sentence made by rule on what was counted and re-ranked, and the verdict on its claims."""

    text: str
    claims: list[Claim]


class Rationale(BaseModel):
    """Why an item was recommended: the sentence, the verdict on each of its claims, the evidence it rests on."""

    text: str
    source: Literal["llm", "llm-retry", "plain"]
    claims: list[Claim]
    evidence: Evidence
    refused: list[RefusedSentence]
    remarks: list[Remark] = []
