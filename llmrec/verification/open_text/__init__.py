"""Claims of any author's text: what it says of the item, of the user's history and of other people, each decided.

A text of another author is not read word by word. What is looked for is what catalogue, item text and interactions can
decide: which item is meant, by whom, where and of what kind; which number; what is denied that the item's own text
says; what was chosen, in what order, by how many. All else is left as it is.
"""

from llmrec.verification.open_text.audience import people_claims
from llmrec.verification.open_text.identity import identity_claims
from llmrec.verification.open_text.own_words import own_word_claims
from llmrec.verification.open_text.praise import praise_claims
from llmrec.verification.open_text.series import series_claims
from llmrec.verification.open_text.statements import statements_of
from llmrec.verification.reading import Claim
from llmrec.verification.resolution import ResolvedText

__all__ = ["statement_claims"]


def statement_claims(text: ResolvedText) -> list[Claim]:
    """The claims of an open text that need more than a word or a title.

    Parameters
    ----------
    text : ResolvedText
        The text, its titles resolved.

    Returns
    -------
    list of Claim
        Decided ones; what nothing decides is no claim here.
    """
    claims: list[Claim] = []
    for statement in statements_of(text):
        for reader in (people_claims, identity_claims, own_word_claims, praise_claims, series_claims):
            claims += reader(text, statement)
    return claims
