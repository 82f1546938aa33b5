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
ALIKE_POOL = 500
"""Items, at least, among which look-alikes are sought, where the catalogue has as many."""
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts -> (n, dim) unit-length vectors."""
DESCRIPTION = (
    f"sentences, the title hidden, by which MiniLM picks the right item among {CHOICES} (chance: {1 / CHOICES:.0%})"
)
USEFULNESS = (
    f"sentences, the title hidden, by which MiniLM picks the right item among {CHOICES} whose texts are most alike "
    f"(chance: {1 / CHOICES:.0%})"
)


def picked(judged: Sequence[Judged], catalog: Catalog, encode: Encode, seed: int) -> list[bool]:
    """Let the reader pick the item that each sentence is about, among items at random.

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
    rng = random.Random(seed)
    pool = _pool(judged, catalog, 5 * CHOICES, rng)
    row_of = {item: row for row, item in enumerate(pool)}
    items = encode([catalog.item(item).text() for item in pool])
    sentences = encode([hidden(each, catalog) for each in judged])
    correct = []
    for each, sentence in zip(judged, sentences, strict=True):
        excluded = {each.explanation.item, *each.history}
        candidates = [item for item in pool if item not in excluded]
        choices = [each.explanation.item, *rng.sample(candidates, min(len(candidates), CHOICES - 1))]
        correct.append(_first_is_nearest(items[[row_of[item] for item in choices]], sentence))
    return correct


def picked_among_alike(judged: Sequence[Judged], catalog: Catalog, encode: Encode, seed: int) -> list[bool]:
    """Let the reader pick the item that each sentence is about, among those whose texts are most like its own.

    A sentence that would do for the neighbours of its item as well, such as its genre alone, does not help to choose.

    Parameters
    ----------
    judged, catalog, encode
        See `picked`.
    seed : int
        Of the items beside those explained, where these are fewer than `ALIKE_POOL`.

    Returns
    -------
    list of bool
        Whether the right one is picked. Items with the very same text (colours of one article) are no choices.
    """
    pool = _pool(judged, catalog, ALIKE_POOL, random.Random(seed))
    texts = [catalog.item(item).text() for item in pool]
    row_of = {item: row for row, item in enumerate(pool)}
    items = encode(texts)
    sentences = encode([hidden(each, catalog) for each in judged])
    correct = []
    for each, sentence in zip(judged, sentences, strict=True):
        own = row_of[each.explanation.item]
        order = np.argsort(-(items @ items[own]), kind="stable")
        history = set(each.history)
        alike = [row for row in order if texts[row] != texts[own] and pool[row] not in history][: CHOICES - 1]
        correct.append(_first_is_nearest(items[[own, *alike]], sentence))
    return correct


def _pool(judged: Sequence[Judged], catalog: Catalog, least: int, rng: random.Random) -> list[str]:
    """The items explained and, where these are too few, others of the catalogue."""
    pool = {each.explanation.item for each in judged}
    if len(pool) < least:
        ids = [item.id for item in catalog.items]
        pool |= {*rng.sample(ids, min(len(ids), least))}
    return sorted(pool)


def _first_is_nearest(choices: NDArray[np.float32], sentence: NDArray[np.float32]) -> bool:
    similarities = choices @ sentence
    return bool((similarities[0] > similarities[1:]).all())


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
    """Measure the share that was picked right among items at random.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    right : sequence of bool
        As `picked` returns it.
    """
    return mean("simulatability", DESCRIPTION, owners(judged), [float(hit) for hit in right], "higher")


def usefulness(judged: Sequence[Judged], right: Sequence[bool]) -> Metric:
    """Measure the share that was picked right among look-alikes.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    right : sequence of bool
        As `picked_among_alike` returns it.
    """
    return mean("usefulness", USEFULNESS, owners(judged), [float(hit) for hit in right], "higher")
