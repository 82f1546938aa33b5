"""Readability, through textstat.

Overlap with what users wrote themselves, where the file has it: BLEU, ROUGE, BERTScore.
"""

import os
from collections.abc import Sequence

from llmrec.audit.intervals import mean
from llmrec.audit.judge import Judged, owners
from llmrec.audit.metric import Metric, absent
from llmrec.audit.packages import package
from llmrec.extras import remedy

EASE, GRADE = "flesch_reading_ease", "reading_grade"
_EASE = "Flesch reading ease: 60 to 70 is plain English, more is easier"
_GRADE = "years of school to read it with ease (Coleman-Liau, from letters, words and sentences)"


def readability(judged: Sequence[Judged]) -> list[Metric]:
    """Flesch's reading ease, where NLTK's pronouncing dictionary is at hand to count syllables, and a grade level."""
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
    """BLEU, ROUGE-1, -2, -L and BERTScore of the explanations that have a reference."""
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
