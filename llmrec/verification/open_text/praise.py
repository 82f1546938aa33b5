from llmrec.verification.open_text.statements import Statement
from llmrec.verification.reading import Claim
from llmrec.verification.resolution import ResolvedText
def praise_claims(text: ResolvedText, statement: Statement) -> list[Claim]:
    return []
