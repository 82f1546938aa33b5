"""Real catalogues, loaded once, and a tiny one with what scores it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from llmrec.catalog import load_catalog
from llmrec.catalog.types import Catalog

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from llmrec.engine.local import LocalEngine
    from llmrec.explain.effects import Situation
    from llmrec.model.reclm import RecLM
    from llmrec.retrieval.components import Components


@pytest.fixture(scope="session")
def films(shared: Path) -> Catalog:
    """MovieLens-100K."""
    return load_catalog(shared / "data" / "ml-100k")


@pytest.fixture(scope="session")
def products(shared: Path) -> Catalog:
    """H&M."""
    return load_catalog(shared / "data" / "hm")


@dataclass(frozen=True)
class Scored:
    """A tiny catalogue with all that scores it, and one request on it."""

    catalog: Catalog
    components: "Components"
    engine: "LocalEngine"
    situation: "Situation"
    q: "NDArray[np.float32]"


@pytest.fixture
def scored(tiny_catalog: Catalog, make_model: "Callable[..., RecLM]", tiny_base: Path) -> Callable[..., Scored]:
    """Scores the tiny films after a history (rows), by an LLM of two layers, the item-item model and media."""
    from llmrec.engine.local import LocalEngine
    from llmrec.explain.effects import Situation
    from llmrec.model.query import item_vectors
    from llmrec.retrieval.collaborative import Collaborative
    from llmrec.retrieval.components import Components

    model = make_model(window=8)
    rows = [tiny_catalog.rows(tiny_catalog.history(user)) for user in tiny_catalog.histories]
    v, b = item_vectors(model)
    media = {m: getattr(model, f"vectors_{m}").numpy() for m in model.modalities}
    masks = {m: getattr(model, f"mask_{m}").numpy() for m in model.modalities}
    popular = np.bincount([row for history in rows for row in history], minlength=len(v)).astype(np.float32)
    components = Components.of(v, b, Collaborative.fit(rows, len(v)), media, masks, {}, popular)
    engine = LocalEngine(model, tiny_base, None)

    def score(*history: int, wish: str = "", allowed: "NDArray[np.bool_] | None" = None) -> Scored:
        q = engine.query_vectors([history], [wish])
        asked = model.vectors_text[3].numpy() if wish else None  # stands for a wish that is like film 3
        parts = {
            name: s[0] for name, s in components.scores(q, [history], None if asked is None else asked[None]).items()
        }
        unseen = np.ones(len(v), np.bool_)
        unseen[list(history)] = False
        weights = {"words": 0.5} | {name: 1.0 / len(parts) for name in parts}
        situation = Situation(history, wish, asked, parts, weights, unseen, allowed=allowed)
        return Scored(tiny_catalog, components, engine, situation, q[0])

    return score
