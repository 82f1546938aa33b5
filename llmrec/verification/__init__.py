"""What holds of a text: claims, each judged against evidence, catalogue and history."""

from llmrec.verification.grounds import Grounds
from llmrec.verification.reading import Claim, ClaimKind, ClaimVerdict
from llmrec.verification.verifier import EntailmentVerifier, RuleVerifier, Verdict, Verifier, examine, verify

__all__ = [
    "Claim", "ClaimKind", "ClaimVerdict", "EntailmentVerifier", "Grounds", "RuleVerifier", "Verdict", "Verifier",
    "examine", "verify",
]  # fmt: skip
