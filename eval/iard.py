"""Dialogue acts in talk that was not written for us: people asking people for films, with the labels of IARD.

IARD (Cai and Chen, 2020, "Predicting user intents and satisfaction with dialogue-based conversational recommendations")
labels turns of ReDial by one to four intents. They are not our acts: "I haven't seen it, but I love Tom Hanks" accepts
there, "never seen it" is neutral. So a linear model maps what `ActReader` sees of a line to them: its cues, its
sentence vector, and the scores of our acts for each of its sentences, of which the highest counts. The mapping is
trained on lines written by hand in the same manner (eval/chat_queries/iard.jsonl) and on one half of IARD's lines, by a
hash of the text; the other half is measured alone. Whoever wrote the lines by hand had read the first half, so that its
own figure, by cross-validation, flatters.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold

from llmrec.chat.nlu.act_cues import act_cues
from llmrec.chat.nlu.acts import MAX_CHARACTERS, ActReader
from llmrec.encoders import text_encoder

HAND = Path(__file__).parent / "chat_queries" / "iard.jsonl"
"""Lines written by hand: `before`, `text`, `acts` (labels of IARD)."""
FOLDS, REGULARISATION, THRESHOLD = 5, 2.0, 0.5
"""The last two chosen by cross-validation on the open half; with classes that count alike even odds are too many."""
HAND_WEIGHT = 0.6
"""Of a line written by hand beside one of IARD's."""
VECTOR_WEIGHT, BEFORE_WEIGHT, SCORE_WEIGHT = 3.0, 1.0, 0.25
"""Scales of the sentence vectors of a line and of what was said before, and of the scores of our acts, beside cues."""
KEYWORDS = {
    "ACC": r"check (?:it|that|them) out|i'?ll|i will|sounds good|my list|have to (?:see|watch)",
    "ANS": r"^(?:i (?:like|love)|any|yes|new|old)\b", "ASK": r"do you (?:like|think)|have you seen|your favou?rite",
    "CON": r"\b(?:any|some|other|another|more)\b.*(?:suggest|recommend|others?|movies)",
    "CRI-A": r"\b(?:something|more|maybe|do you have|what about)\b", "CRI-F": r"\btoo\b|a (?:bit|little)|sounds",
    "END": r"\bbye|good night|have a (?:good|great|nice)|you too|thanks? (?:you )?for",
    "INQ": r"who|what(?:'s| is) (?:it|that)|is (?:it|that)|\?$",
    "IQU": r"looking for|recommend|suggest|help me|want to see",
    "NRE": r"(?:haven'?t|have not|never) (?:seen|heard)", "OTH": r"^(?:hi|hey|hello)\b|sorry|haha|lol",
    "PRO": r"\bi (?:\w+ )?(?:like|love|enjoy|prefer)|favou?rite",
    "REJ": r"(?:did|do)(?:n'?t| not) (?:\w+ )?like|not a fan|hate|^no\b",
    "SEE": r"\b(?:i'?ve|have|already) seen|i saw|loved|was good|yes",
}  # fmt: skip
"""A baseline: label -> words that give it away."""


def measured(reader: ActReader, file: Path, held: NDArray[np.bool_], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Map what a reader sees to the labels of IARD, and measure it.

    Parameters
    ----------
    reader
        A model of our acts.
    file
        Lines written by hand, as `HAND`.
    held
        (N,) which rows are measured alone.
    rows
        N lines of IARD: `before`, `text`, `acts`.

    Returns
    -------
    dict
        For the closed half (trained on the open half and the lines by hand) and the open one (by cross-validation, the
        lines by hand in every fold): macro F1 over the labels that both halves have, the share of lines whose first
        label is one of theirs, and F1 by label, beside the most frequent label and words that give labels away.
    """
    by_hand = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    every = sorted({label for row in rows for label in row["acts"]})
    labels = _labels(rows, every)
    names = [name for n, name in enumerate(every) if labels[held, n].any() and labels[~held, n].any()]
    labels, of_hand = _labels(rows, names), _labels(by_hand, names)
    seen, seen_by_hand = _seen(reader, rows), _seen(reader, by_hand)
    open_half = np.flatnonzero(~held)
    odds = np.zeros(labels.shape)
    odds[held] = _odds((seen[open_half], seen_by_hand), (labels[open_half], of_hand), seen[held])
    for fitted, left in KFold(FOLDS, shuffle=True, random_state=0).split(open_half):
        train, test = open_half[fitted], open_half[left]
        odds[test] = _odds((seen[train], seen_by_hand), (labels[train], of_hand), seen[test])
    hand_alone = np.where(held[:, None], _odds((seen[:0], seen_by_hand), (labels[:0], of_hand), seen), 0.0)
    words = np.array([[bool(re.search(KEYWORDS[name], row["text"], re.I)) for name in names] for row in rows])
    usual = np.tile(labels[~held].sum(0), (len(rows), 1))
    result: dict[str, Any] = {"lines by hand": len(by_hand), "labels": names}
    for half, part in (("closed half", held), ("open half", ~held)):
        result[half] = {
            "lines": int(part.sum()),
            **_scores(labels[part], odds[part] > THRESHOLD, odds[part], names),
            "most frequent label": _scores(labels[part], np.zeros_like(labels[part]), usual[part]),
            "keywords": _scores(labels[part], words[part], words[part] + usual[part] / usual.max() / 2),
        }
    result["closed half"]["lines by hand alone"] = _scores(labels[held], hand_alone[held] > THRESHOLD, hand_alone[held])
    return result


def _odds(
    train: tuple[NDArray[Any], NDArray[Any]], labels: tuple[NDArray[np.bool_], NDArray[np.bool_]], test: NDArray[Any]
) -> NDArray[np.float64]:
    """(N, L) log odds of each label, by lines of IARD and by lines written by hand.

    Most labels are rare: the two classes of a label count alike.
    """
    found = np.full((len(test), labels[0].shape[1]), -np.inf)
    weights = np.r_[np.ones(len(labels[0])), np.full(len(labels[1]), HAND_WEIGHT)]
    for n in range(found.shape[1]):
        has = np.r_[labels[0][:, n], labels[1][:, n]]
        if has.any():
            model = LogisticRegression(C=REGULARISATION, class_weight="balanced", solver="liblinear", random_state=0)
            found[:, n] = model.fit(np.vstack(train), has, sample_weight=weights).decision_function(test)
    return found


def _seen(reader: ActReader, rows: Sequence[dict[str, Any]]) -> NDArray[np.float32]:
    """Sentence vectors of a line and of what was before, cues, and the highest score of each act over its sentences."""
    lines = [row["text"][:MAX_CHARACTERS] for row in rows]
    before = [row["before"][-MAX_CHARACTERS:] for row in rows]
    cut = [(n, part) for n, line in enumerate(lines) for part in _sentences(line)]
    of_line = np.array([n for n, _ in cut])
    scores = reader.scores([part for _, part in cut], [before[n] for n in of_line])
    highest = np.array([scores[of_line == n].max(0) for n in range(len(lines))])
    encoder, said = text_encoder(), np.array([[bool(text)] for text in before])
    vectors, earlier = encoder.encode(lines), encoder.encode(before) * said
    blocks = [VECTOR_WEIGHT * vectors, BEFORE_WEIGHT * earlier, act_cues(lines, before), SCORE_WEIGHT * highest]
    return np.hstack(blocks).astype(np.float32)


def _sentences(line: str) -> list[str]:
    """The sentences of a line; messages sent one after the other are joined by dots."""
    return [part for part in re.split(r"\.\.\.|(?<=[.!?])\s+", line) if re.search(r"\w", part)] or [line]


def _labels(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([[name in row["acts"] for name in names] for row in rows])


def _scores(
    labels: NDArray[np.bool_], guessed: NDArray[np.bool_], odds: NDArray[Any], names: Sequence[str] = ()
) -> dict[str, Any]:
    """What is guessed, and the likeliest label of each line in any case."""
    likeliest = odds.argmax(1)
    guessed = guessed.copy()
    guessed[np.arange(len(guessed)), likeliest] = True
    of_label = f1_score(labels, guessed, average=None, zero_division=0)
    result: dict[str, Any] = {
        "macro F1": round(float(of_label.mean()), 3),
        "accuracy": round(float(labels[np.arange(len(labels)), likeliest].mean()), 3),
    }
    if names:
        counts = labels.sum(0)
        result["F1 (lines)"] = {name: f"{f:.2f} ({n})" for name, f, n in zip(names, of_label, counts, strict=True)}
    return result
