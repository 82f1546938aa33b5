"""A text as propositions (who, relation, what, which way), each decided by evidence, catalogue and events."""

from llmrec.verification.propositions.judge import Judgement, judge

__all__ = ["Judgement", "judge"]
