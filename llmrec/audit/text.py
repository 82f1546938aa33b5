"""Text metrics: variety, specificity, readability, and overlap with what users wrote.

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
from llmrec.audit.metric import Metric, absent, mean, set_metric
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
        frozenset(chain.from_iterable(m.facets for m in Reading.of(each.explanation.text, vocabulary).mentions))
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
    users, texts = owners(judged), [each.explanation.text for each in judged]
    named = features(judged, catalog)
    vocabulary = Vocabulary.of(catalog)
    all_features = frozenset(chain.from_iterable(vocabulary.facets[each.explanation.item] for each in judged))
    tokens = [[word for word, _, _ in words(text)] for text in texts]
    return [
        set_metric("usr", "unique sentence ratio: distinct sentences, of all", users, texts, _distinct, "higher"),
        set_metric(
            "div", "feature diversity: attribute values that two explanations have in common, on average", users, named,
            _overlap, "lower", math.inf,
        ),
        _matching(judged, named),
        set_metric(
            "fcr", f"feature coverage: of {len(all_features)} attribute values of the items explained, those named",
            users, named, lambda sets: _covered(sets, all_features), "higher",
        ) if all_features else absent("fcr", "feature coverage", "the items have no attribute values", "higher"),
        set_metric("distinct_1", "distinct words, of all words", users, tokens, lambda t: _ngrams(t, 1), "higher"),
        set_metric("distinct_2", "distinct word pairs, of all", users, tokens, lambda t: _ngrams(t, 2), "higher"),
        set_metric(
            "top_opening", f"explanations that open with the most frequent {OPENING} words", users, texts, _opening,
            "lower",
        ),
        mean("words", "words in an explanation", users, [float(len(text.split())) for text in texts]),
    ]  # fmt: skip


def openings(judged: Sequence[Judged], n: int = 10) -> list[tuple[str, int]]:
    """Count the most frequent openings.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    n : int
    """
    return Counter(_begin(each.explanation.text) for each in judged).most_common(n)


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
    description, users, hits = "feature matching ratio: explanations that name the feature behind them", [], []
    for each, facets in zip(judged, named, strict=True):
        if each.explanation.feature:
            expected = {word for word, _, _ in words(each.explanation.feature)}
            users.append(each.explanation.user)
            hits.append(float(expected <= {word for word, _, _ in words(each.explanation.text)}))
        elif each.explanation.evidence and each.explanation.evidence.causes:
            shared = each.explanation.evidence.shared(each.explanation.evidence.causes[0].history_item or "")
            if shared:
                users.append(each.explanation.user)
                hits.append(float(bool(facets & set(shared))))
    reason = "there is neither a column `feature` nor evidence"
    return mean("fmr", description, users, hits, "higher", reason=reason)


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
        reason = _missing("textstat")
        return [absent(EASE, _EASE, reason, "higher"), absent(GRADE, _GRADE, reason, "lower")]
    users, texts = owners(judged), [each.explanation.text for each in judged]
    grade = mean(GRADE, _GRADE, users, [float(textstat.coleman_liau_index(text)) for text in texts], "lower")
    if not _has_syllable_dictionary():
        # Without this check, textstat would fetch the dictionary from the network.
        reason = "NLTK's dictionary cmudict is not at hand to count syllables; run: python -m nltk.downloader cmudict"
        return [absent(EASE, _EASE, reason, "higher"), grade]
    ease = [float(textstat.flesch_reading_ease(text)) for text in texts]
    return [mean(EASE, _EASE, users, ease, "higher"), grade]


def _has_syllable_dictionary() -> bool:
    import nltk

    try:
        nltk.data.find("corpora/cmudict")
    except LookupError:
        return False
    return True


NO_REFERENCE = "the file has no column `reference`"
DESCRIPTIONS = {
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
    explanations = [each.explanation for each in judged if each.explanation.reference]
    pairs = [(each.user, each.text, each.reference) for each in explanations]
    if not pairs:
        return [absent(name, description, NO_REFERENCE, "higher") for name, description in DESCRIPTIONS.items()]
    users, texts, references = (list(column) for column in zip(*pairs, strict=True))
    return [_bleu(users, texts, references), *_rouge(users, texts, references), _bertscore(users, texts, references)]


def _bleu(users: Sequence[str], texts: Sequence[str], references: Sequence[str]) -> Metric:
    sacrebleu = package("sacrebleu")
    if sacrebleu is None:
        return absent("bleu", DESCRIPTIONS["bleu"], _missing("sacrebleu"), "higher")
    scores = [sacrebleu.sentence_bleu(text, [expected]).score for text, expected in zip(texts, references, strict=True)]
    return mean("bleu", DESCRIPTIONS["bleu"], users, scores, "higher")


def _rouge(users: Sequence[str], texts: Sequence[str], references: Sequence[str]) -> list[Metric]:
    kinds = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
    rouge = package("rouge_score.rouge_scorer")
    if rouge is None:
        return [absent(name, DESCRIPTIONS[name], _missing("rouge-score"), "higher") for name in kinds]
    scorer = rouge.RougeScorer(list(kinds.values()), use_stemmer=True)
    scores = [scorer.score(expected, text) for text, expected in zip(texts, references, strict=True)]
    return [
        mean(name, DESCRIPTIONS[name], users, [each[kind].fmeasure for each in scores], "higher")
        for name, kind in kinds.items()
    ]


def _bertscore(users: Sequence[str], texts: Sequence[str], references: Sequence[str]) -> Metric:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    bert = package("bert_score")
    if bert is None:
        return absent("bertscore", DESCRIPTIONS["bertscore"], _missing("bert-score"), "higher")
    try:
        _, _, f1 = bert.score(list(texts), list(references), lang="en")
    except OSError as error:
        reason = f"the model that bert-score reads with is not on this machine ({str(error).splitlines()[0][:120]})"
        return absent("bertscore", DESCRIPTIONS["bertscore"], reason, "higher")
    return mean("bertscore", DESCRIPTIONS["bertscore"], users, f1.tolist(), "higher")


def _missing(name: str) -> str:
    return f"the package {name} is not installed; {remedy('audit')}"
