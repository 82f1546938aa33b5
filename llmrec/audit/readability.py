"""Readability, through textstat."""

from collections.abc import Sequence

from llmrec.audit.intervals import mean
from llmrec.audit.judge import Judged, owners
from llmrec.audit.metric import Metric, absent
from llmrec.audit.packages import package

EASE, GRADE = "flesch_reading_ease", "reading_grade"
_EASE = "Flesch reading ease: 60 to 70 is plain English, more is easier"
_GRADE = "years of school to read it with ease (Coleman-Liau, from letters, words and sentences)"


def readability(judged: Sequence[Judged]) -> list[Metric]:
    """Flesch's reading ease, where NLTK's pronouncing dictionary is at hand to count syllables, and a grade level."""
    textstat = package("textstat")
    if textstat is None:
        why = "the package textstat is not installed; run: pip install 'llmrec[audit]'"
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
