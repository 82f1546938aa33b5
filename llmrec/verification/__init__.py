"""What holds of a text: claims, each judged against evidence, catalogue and history."""

from llmrec.verification.claims import Claim, ClaimKind, ClaimVerdict
from llmrec.verification.grounds import Grounds
from llmrec.verification.verifier import RuleVerifier, Verdict, Verifier, examine, verify

__all__ = [
    "Claim", "ClaimKind", "ClaimVerdict", "Grounds", "RuleVerifier", "Verdict", "Verifier", "examine", "verify",
]  # fmt: skip
