"""The checks of `llmrec.verification.verifier.RuleVerifier`: one module for each kind of claim."""

from dataclasses import replace

from llmrec.catalog.types import Catalog
from llmrec.verification.checks.lexical import open_text_claims, word_claims
from llmrec.verification.checks.resolution import ResolvedText, title_claims
from llmrec.verification.checks.values import attribute_claims, number_claims
from llmrec.verification.grounds import Grounds
from llmrec.verification.reading import HIDDEN, Claim, Reading

__all__ = ["find_claims"]


def find_claims(reading: Reading, grounds: Grounds, catalog: Catalog) -> tuple[Claim, ...]:
    """All claims of a text.

    Parameters
    ----------
    reading : Reading
        The text, taken apart.
    grounds : Grounds
        What it may rest on.
    catalog : Catalog
        Holds the items of the grounds.

    Returns
    -------
    tuple of Claim
        In the text's order.
    """
    text = ResolvedText(reading, grounds, catalog)
    claims = [*title_claims(text), *attribute_claims(text), *number_claims(text)]
    claims += word_claims(text, claims) if grounds.closed else open_text_claims(text)
    # Checks read texts in which names are hidden; a claim is told in the words that stand there.
    shown = (replace(claim, text=reading.text[claim.start : claim.start + len(claim.text)])
             if HIDDEN in claim.text else claim for claim in claims)  # fmt: skip
    return tuple(sorted(shown, key=lambda claim: claim.start))
