"""Why: measured effects become evidence, evidence becomes a sentence, and every claim of the sentence is
checked.
"""

from llmrec.explain.brief import Brief
from llmrec.explain.claims import Claim
from llmrec.explain.compose import Pair, compose_pairs, plain_sentence
from llmrec.explain.evidence import Evidence, ItemEvidence, rank_evidence
from llmrec.explain.rationale import Rationale, stream_rationales, write_rationales
from llmrec.explain.verifier import Verdict, examine, verify

__all__ = [
    "Brief",
    "Claim",
    "Evidence",
    "ItemEvidence",
    "Pair",
    "Rationale",
    "Verdict",
    "compose_pairs",
    "examine",
    "plain_sentence",
    "rank_evidence",
    "stream_rationales",
    "verify",
    "write_rationales",
]
