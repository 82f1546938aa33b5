"""Simulatability: can a reader who sees only the sentence tell which item it is about?

The reader is a sentence encoder that had no part in recommending: it picks, of ten items, the one whose own words are
nearest to the sentence (forward simulation, Doshi-Velez & Kim 2017). The item's title is hidden, since who is told the
name need not understand the reason.
"""

import random
import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.audit.grounding import Judged, owners
from llmrec.audit.metric import Metric, mean
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import wording

CHOICES = 10
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts -> (n, dim) unit-length vectors."""
DESCRIPTION = (
    f"sentences, the title hidden, by which MiniLM picks the right item among {CHOICES} (chance: {1 / CHOICES:.0%})"
)


def picked(judged: Sequence[Judged], catalog: Catalog, encode: Encode, seed: int) -> list[bool]:
    """Let the reader pick the item that each sentence is about.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    catalog : Catalog
    encode : callable
        Texts -> unit vectors, (n, dim) float32.
    seed : int
        Of the nine other items, drawn from those explained to others and, where these are too few, from the catalogue.

    Returns
    -------
    list of bool
        Whether the right one is picked.
    """
    pool = sorted({each.explanation.item for each in judged})
    rng = random.Random(seed)
    if len(pool) < 5 * CHOICES:
        ids = [item.id for item in catalog.items]
        pool = sorted({*pool, *rng.sample(ids, min(len(ids), 5 * CHOICES))})
    row_of = {item: row for row, item in enumerate(pool)}
    items = encode([catalog.item(item).text() for item in pool])
    sentences = encode([hidden(each, catalog) for each in judged])
    correct = []
    for each, sentence in zip(judged, sentences, strict=True):
        excluded = {each.explanation.item, *each.history}
        candidates = [item for item in pool if item not in excluded]
        choices = [each.explanation.item, *rng.sample(candidates, min(len(candidates), CHOICES - 1))]
        similarities = items[[row_of[item] for item in choices]] @ sentence
        correct.append(bool(np.argmax(similarities) == 0 and (similarities[0] > similarities[1:]).all()))
    return correct


def hidden(judged: Judged, catalog: Catalog) -> str:
    """Hide the item's own title in its sentence: "this film".

    Parameters
    ----------
    judged : Judged
    catalog : Catalog
    """
    title = Vocabulary.of(catalog).titles[judged.explanation.item]
    return re.sub(re.escape(title), f"this {wording(catalog).noun}", judged.explanation.text, flags=re.IGNORECASE)


def simulatability(judged: Sequence[Judged], right: Sequence[bool]) -> Metric:
    """Measure the share that was picked right.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    right : sequence of bool
        As `picked` returns it.
    """
    return mean("simulatability", DESCRIPTION, owners(judged), [float(hit) for hit in right], "higher")
