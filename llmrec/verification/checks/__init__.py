"""The checks behind the verifier: each claim of one text against the evidence and the catalogue."""

from llmrec.catalog.types import Catalog
from llmrec.verification.checks.allowed import Grounds
from llmrec.verification.checks.attributes import attribute_claims
from llmrec.verification.checks.lexical import word_claims
from llmrec.verification.checks.numeric import number_claims
from llmrec.verification.checks.open_text import foreign_claims
from llmrec.verification.checks.roles import Scene
from llmrec.verification.checks.titles import title_claims
from llmrec.verification.claims import Claim
from llmrec.verification.reading import Reading

__all__ = ["Grounds", "find_claims"]


def find_claims(reading: Reading, grounds: Grounds, catalog: Catalog) -> tuple[Claim, ...]:
    """All claims of a text, in its order."""
    scene = Scene(reading, grounds, catalog)
    found = [*title_claims(scene), *attribute_claims(scene), *number_claims(scene)]
    found += word_claims(scene, found) if grounds.closed else foreign_claims(scene)
    return tuple(sorted(found, key=lambda claim: claim.start))
