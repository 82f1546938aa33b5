"""What the catalogue is about, so that a page can say what may be asked for."""

from fastapi import APIRouter

from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import wording
from llmrec.server.dependencies import Parts
from llmrec.server.schemas.items import CatalogState

router = APIRouter(tags=["items"])
MAX_VALUES = 12
"""Values of an attribute that are named."""


@router.get("/v1/catalog")
def about(parts: Parts) -> CatalogState:
    """How many items there are, what one is called, and which values of their attributes are the most frequent."""
    snapshot = parts.live.snapshot
    catalog = snapshot.words
    values: dict[str, list[str]] = {}
    for facet, _ in sorted(Vocabulary.of(catalog).counts.items(), key=lambda pair: -pair[1]):
        known = values.setdefault(facet.name, [])
        if len(known) < MAX_VALUES:
            known.append(facet.value)
    words = wording(catalog)
    return CatalogState(
        name=catalog.name, items=len(snapshot.offered), noun=words.noun, chose=words.chose, values=values
    )
