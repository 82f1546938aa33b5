"""Text: are the sentences varied, specific and readable?"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any

from llmrec.audit.intervals import mean, of_a_set
from llmrec.audit.judge import Judged, owners
from llmrec.audit.metric import Metric, absent
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary, words
from llmrec.verification.reading import Reading

OPENING = 5
"""Words of an opening phrase."""


def features(judged: Sequence[Judged], catalog: Catalog) -> list[frozenset[Facet]]:
    """The attribute values that each explanation names outside titles."""
    vocabulary = Vocabulary.of(catalog)
    return [
        frozenset(chain.from_iterable(m.facets for m in Reading.of(each.said.text, vocabulary).mentions))
        for each in judged
    ]


def text_metrics(judged: Sequence[Judged], catalog: Catalog) -> list[Metric]:
    """DIV, USR, FMR, FCR (Li et al. 2021, PETER; the NLG4RS data), distinct-n (Li et al. 2016), openings, length."""
    users, texts = owners(judged), [each.said.text for each in judged]
    named = features(judged, catalog)
    vocabulary = Vocabulary.of(catalog)
    all_features = frozenset(chain.from_iterable(vocabulary.facets[each.said.item] for each in judged))
    tokens = [[word for word, _, _ in words(text)] for text in texts]
    return [
        of_a_set("usr", "unique sentence ratio: distinct sentences, of all", users, texts, _distinct, "higher"),
        of_a_set(
            "div", "feature diversity: attribute values that two explanations have in common, on average", users, named,
            _overlap, "lower", math.inf,
        ),
        _matching(judged, named),
        of_a_set(
            "fcr", f"feature coverage: of {len(all_features)} attribute values of the items explained, those named",
            users, named, lambda sets: _covered(sets, all_features), "higher",
        ) if all_features else absent("fcr", "feature coverage", "the items have no attribute values", "higher"),
        of_a_set("distinct_1", "distinct words, of all words", users, tokens, lambda t: _ngrams(t, 1), "higher"),
        of_a_set("distinct_2", "distinct word pairs, of all", users, tokens, lambda t: _ngrams(t, 2), "higher"),
        of_a_set(
            "top_opening", f"explanations that open with the most frequent {OPENING} words", users, texts, _opening,
            "lower",
        ),
        mean("words", "words in an explanation", users, [float(len(text.split())) for text in texts]),
    ]  # fmt: skip


def openings(judged: Sequence[Judged], most: int = 10) -> list[tuple[str, int]]:
    """The most frequent openings and how often each comes."""
    return Counter(_begin(each.said.text) for each in judged).most_common(most)


def _begin(text: str) -> str:
    return " ".join(text.split()[:OPENING])


def _distinct(texts: Sequence[Any]) -> float:
    return len(set(texts)) / len(texts)


def _opening(texts: Sequence[Any]) -> float:
    return Counter(map(_begin, texts)).most_common(1)[0][1] / len(texts)


def _overlap(sets: Sequence[Any]) -> float:
    """Mean size of the intersection over all pairs, through the count of each feature."""
    counts = Counter(chain.from_iterable(sets))
    pairs = len(sets) * (len(sets) - 1) / 2
    return float(sum(n * (n - 1) / 2 for n in counts.values()) / pairs) if pairs else 0.0


def _covered(sets: Sequence[Any], features: frozenset[Facet]) -> float:
    return len(frozenset(chain.from_iterable(sets)) & features) / len(features)


def _ngrams(tokens: Sequence[Any], n: int) -> float:
    grams = [gram for line in tokens for gram in (line if n == 1 else pairwise(line))]
    return len(set(grams)) / len(grams) if grams else 0.0


def _matching(judged: Sequence[Judged], named: Sequence[frozenset[Facet]]) -> Metric:
    """FMR: does the explanation hold the feature it should? That of the file's column, or, of our own responses, one
    that the strongest cause shares with the item.
    """
    what, users, hits = "feature matching ratio: explanations that name the feature behind them", [], []
    for each, facets in zip(judged, named, strict=True):
        if each.said.feature:
            wanted = {word for word, _, _ in words(each.said.feature)}
            users.append(each.said.user)
            hits.append(float(wanted <= {word for word, _, _ in words(each.said.text)}))
        elif each.said.evidence and each.said.evidence.causes:
            shared = each.said.evidence.shared(each.said.evidence.causes[0].history_item or "")
            if shared:
                users.append(each.said.user)
                hits.append(float(bool(facets & set(shared))))
    why = "there is neither a column `feature` nor evidence"
    return mean("fmr", what, users, hits, "higher", why=why)
