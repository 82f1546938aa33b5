"""Text: are the sentences varied, specific and readable, and how far do they overlap with what users wrote?

Readability comes from textstat, overlap from sacrebleu, rouge-score and bert-score, each where it is installed.
"""

import importlib
import math
import os
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from types import ModuleType
from typing import Any

from llmrec.audit.grounding import Judged, owners
from llmrec.audit.metric import Metric, absent, mean, of_a_set
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary, words
from llmrec.extras import remedy
from llmrec.verification.reading import Reading

OPENING = 5
"""Words of an opening phrase."""


def features(judged: Sequence[Judged], catalog: Catalog) -> list[frozenset[Facet]]:
    """Find the attribute values that each explanation names outside titles.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    catalog : Catalog
    """
    vocabulary = Vocabulary.of(catalog)
    return [
        frozenset(chain.from_iterable(m.facets for m in Reading.of(each.said.text, vocabulary).mentions))
        for each in judged
    ]


def text_metrics(judged: Sequence[Judged], catalog: Catalog) -> list[Metric]:
    """Measure variety: USR, DIV, FMR, FCR, distinct words, openings, length.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    catalog : Catalog

    Returns
    -------
    list of Metric

    References
    ----------
    Li, Zhang & Chen 2021, "Personalized transformer for explainable recommendation", ACL (PETER); Li et al. 2016, "A
    diversity-promoting objective function for neural conversation models", NAACL (distinct-n).
    """
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
    """Count the most frequent openings.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    most : int
    """
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
    """FMR: whether the explanation holds the feature it should.

    That is the one of the file's column or, of our own responses, one that the strongest cause shares with the item.
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


def package(name: str) -> ModuleType | None:
    """Import a package of the extra `audit`; None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


EASE, GRADE = "flesch_reading_ease", "reading_grade"
_EASE = "Flesch reading ease: 60 to 70 is plain English, more is easier"
_GRADE = "years of school to read it with ease (Coleman-Liau, from letters, words and sentences)"


def readability(judged: Sequence[Judged]) -> list[Metric]:
    """Measure Flesch's reading ease and a grade level.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.

    Returns
    -------
    list of Metric
        The first needs NLTK's pronouncing dictionary to count syllables.
    """
    textstat = package("textstat")
    if textstat is None:
        why = _missing("textstat")
        return [absent(EASE, _EASE, why, "higher"), absent(GRADE, _GRADE, why, "lower")]
    users, texts = owners(judged), [each.said.text for each in judged]
    grade = mean(GRADE, _GRADE, users, [float(textstat.coleman_liau_index(text)) for text in texts], "lower")
    if not _syllables_known():
        # Asked all the same, textstat would fetch the dictionary from the network.
        why = "NLTK's dictionary cmudict is not at hand to count syllables; run: python -m nltk.downloader cmudict"
        return [absent(EASE, _EASE, why, "higher"), grade]
    ease = [float(textstat.flesch_reading_ease(text)) for text in texts]
    return [mean(EASE, _EASE, users, ease, "higher"), grade]


def _syllables_known() -> bool:
    import nltk

    try:
        nltk.data.find("corpora/cmudict")
    except LookupError:
        return False
    return True


NO_REFERENCE = "the file has no column `reference`"
WHAT = {
    "bleu": "BLEU of sacrebleu (0 to 100), mean over explanations",
    "rouge_1": "ROUGE-1 F1 of rouge-score",
    "rouge_2": "ROUGE-2 F1 of rouge-score",
    "rouge_l": "ROUGE-L F1 of rouge-score",
    "bertscore": "BERTScore F1 (Zhang et al. 2020) of bert-score with its default English model",
}


def overlap(judged: Sequence[Judged]) -> list[Metric]:
    """Measure BLEU, ROUGE-1, -2, -L and BERTScore of the explanations that have a reference.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.

    Returns
    -------
    list of Metric
    """
    pairs = [(each.said.user, each.said.text, each.said.reference) for each in judged if each.said.reference]
    if not pairs:
        return [absent(name, what, NO_REFERENCE, "higher") for name, what in WHAT.items()]
    users, texts, references = (list(column) for column in zip(*pairs, strict=True))
    return [_bleu(users, texts, references), *_rouge(users, texts, references), _bertscore(users, texts, references)]


def _bleu(users: Sequence[str], texts: Sequence[str], references: Sequence[str]) -> Metric:
    sacrebleu = package("sacrebleu")
    if sacrebleu is None:
        return absent("bleu", WHAT["bleu"], _missing("sacrebleu"), "higher")
    scores = [sacrebleu.sentence_bleu(text, [wanted]).score for text, wanted in zip(texts, references, strict=True)]
    return mean("bleu", WHAT["bleu"], users, scores, "higher")


def _rouge(users: Sequence[str], texts: Sequence[str], references: Sequence[str]) -> list[Metric]:
    kinds = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
    rouge = package("rouge_score.rouge_scorer")
    if rouge is None:
        return [absent(name, WHAT[name], _missing("rouge-score"), "higher") for name in kinds]
    scorer = rouge.RougeScorer(list(kinds.values()), use_stemmer=True)
    scores = [scorer.score(wanted, text) for text, wanted in zip(texts, references, strict=True)]
    return [
        mean(name, WHAT[name], users, [each[kind].fmeasure for each in scores], "higher")
        for name, kind in kinds.items()
    ]


def _bertscore(users: Sequence[str], texts: Sequence[str], references: Sequence[str]) -> Metric:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    bert = package("bert_score")
    if bert is None:
        return absent("bertscore", WHAT["bertscore"], _missing("bert-score"), "higher")
    try:
        _, _, f1 = bert.score(list(texts), list(references), lang="en")
    except OSError as error:
        why = f"the model that bert-score reads with is not on this machine ({str(error).splitlines()[0][:120]})"
        return absent("bertscore", WHAT["bertscore"], why, "higher")
    return mean("bertscore", WHAT["bertscore"], users, f1.tolist(), "higher")


def _missing(name: str) -> str:
    return f"the package {name} is not installed; {remedy('audit')}"
