"""Trains and measures the model that reads dialogue acts: `python -m eval.chat_acts [--dialogues FOLDER]`.

The lines of eval/chat_queries/acts.jsonl are written by hand, one by one. A fifth of them, by a hash of the text, is test:
nothing is trained or tuned on it. Thresholds are set on the other lines by cross-validation: one an act for the best F1,
and one from which an act holds in `PRECISION` of the lines. Writes llmrec/chat/nlu/acts.safetensors and files macro F1 and
accuracy by language, by act, beside always the most frequent act and beside words that give acts away. With
FOLDER/acts.jsonl (IARD: people asking people for films) a mapping to its labels is measured, see `eval.iard`.

Moves (is a list wanted, an answer, a choice noted, a word in return?) are trained on the turns of whole conversations,
eval/chat_queries/turns.jsonl, on the lines of acts and on searches, and measured by cross-validation over conversations.
"""

import argparse
import hashlib
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_curve
from sklearn.model_selection import GroupKFold, KFold

from eval.chat_queries import queries
from eval.command import run_command
from eval.iard import HAND, measured
from eval.store import command_line, file_measurement
from llmrec.chat.nlu.acts import (
    ACTS,
    FEATURES,
    FILE,
    MAX_CHARACTERS,
    MOVES,
    ActReader,
    features,
    move_features,
)
from llmrec.encoders import text_encoder
from llmrec.encoders.cache import write_arrays

LINES = Path(__file__).parent / "chat_queries" / "acts.jsonl"
PRECISION = 0.95
"""Share of the lines that score as high of which a confident act holds."""
FOLDS, REGULARISATION = 4, 10.0
TURNS = LINES.with_name("turns.jsonl")
MOVE_FOLDS, MOVE_REGULARISATION, LINE_WEIGHT = 5, 1.0, 0.4
"""Of the model of moves; a line of acts, which stands alone, counts less than a turn of a conversation."""
_ASKS = {"ask_item", "compare", "ask_history", "why"}
_REQUESTS = {"request", "critique_attribute", "critique_compare", "critique_example"}
_STEERS = {"preference", "answer", "reject", "seen", "undo", "remember"}
KEYWORDS = {
    "accept": r"perfect|sounds good|i'?ll take|就这|就它|买了|好耶", "ask_history": r"last time|did i|have i|上次|我之前|买过吗",
    "ask_item": r"\bis it\b|how long|who (?:wrote|directed|made)|does it|吗[??]?$|多长|谁", "compare": r"\bor\b.*\?|which|哪个|还是",
    "complain": r"useless|terrible|again\?|stop|wrong|投诉|什么玩意|垃圾", "confirm": r"^(?:yes|yep|no|right|correct)\b|^(?:对|是的|不是)",
    "critique_attribute": r"something|lighter|more \w+|一点", "critique_compare": r"\w+er than|cheaper|newer|便宜|比",
    "critique_example": r"\blike\b|similar|类似|像", "end": r"\bbye|good night|that'?s all|再见|拜拜|晚安",
    "greet": r"^(?:hi|hey|hello|good morning)\b|你好|您好|在吗", "harmful": r"pirat|hack|steal|ignore|idiot|破解|盗版|忽略",
    "off_topic": r"weather|recipe|football|capital|天气|股票|做饭", "preference": r"\bi (?:like|love|prefer)|我喜欢|我爱",
    "reject": r"^(?:no|nah|not)\b|不要|不喜欢", "remember": r"never|always|remember|hate|永远|以后|记住",
    "request": r"recommend|looking for|need|suggest|want|推荐|想看|求", "seen": r"seen|already|own|看过|读过|有了",
    "small_talk": r"how are you|are you a|your name|haha|哈哈|你是", "thank": r"thank|cheers|谢",
    "undo": r"undo|go back|forget|never mind|reset|撤|算了|取消", "why": r"^why|how come|为什么|为啥",
}  # fmt: skip
"""The baseline: act -> words that give it away."""


def main() -> None:
    """Train, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=Path, help="folder with acts.jsonl of IARD")
    dialogues = parser.parse_args().dialogues
    if dialogues is not None and not (dialogues / "acts.jsonl").is_file():
        parser.error(f"{dialogues} has no acts.jsonl; pass the folder that has it")
    rows = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    train, test = ([row for row in rows if _part(row["text"], 5) == held] for held in (False, True))
    turns = [json.loads(line) for line in TURNS.read_text(encoding="utf-8").splitlines()]
    moves, of_moves = _moves(turns, train)
    weights = {**trained(_read(train), _labels(train)), **moves}
    write_arrays(FILE, weights, {"lines": hashlib.sha256(LINES.read_bytes() + TURNS.read_bytes()).hexdigest()})
    reader = ActReader(weights, text_encoder())
    result: dict[str, Any] = {
        "lines": {"train": len(train), "test": len(test)},
        **_speed(reader, test),
        "moves": of_moves,
    }
    for language in ("en", "zh"):
        result[language] = _compared(reader, train, [row for row in test if row["lang"] == language])
    if dialogues is not None:
        result["IARD"] = _iard(reader, dialogues / "acts.jsonl")
    print(json.dumps(file_measurement("chat_acts", result, command_line()), indent=2, ensure_ascii=False))


def trained(rows: Any, labels: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """The arrays of `ActReader`, of (N, FEATURES) and (N, A)."""
    weights, bias = np.zeros((FEATURES, len(ACTS)), np.float16), np.zeros(len(ACTS), np.float32)
    thresholds, confident = bias.copy(), bias.copy()
    folds = list(KFold(FOLDS, shuffle=True, random_state=0).split(labels))
    for n, act in enumerate(ACTS):
        scores = np.zeros(len(labels))
        for fitted, left in folds:
            scores[left] = _fit(rows[fitted], labels[fitted, n]).decision_function(rows[left])
        thresholds[n], confident[n] = _thresholds(labels[:, n], scores)
        model = _fit(rows, labels[:, n])
        weights[:, n], bias[n] = model.coef_[0], model.intercept_[0]
        print(f"{act}: from {thresholds[n]:.2f}, for certain from {confident[n]:.2f}", flush=True)
    return {"weights": weights, "bias": bias, "thresholds": thresholds, "confident": confident}


def _moves(turns: Sequence[dict[str, Any]], lines: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arrays of moves, and the shares of the turns of conversations left out that they read rightly."""
    encoder = text_encoder()
    rows = move_features([turn["text"][:MAX_CHARACTERS] for turn in turns], [turn["opens"] for turn in turns], encoder)
    labels = np.array([turn["move"] for turn in turns])
    searches = [query.line for unseen in (False, True) for query in queries(unseen)]
    texts = [line["text"][:MAX_CHARACTERS] for line in lines] + searches
    opens = [not line["before"] for line in lines] + [False] * len(searches)
    also = move_features(texts, opens, encoder)
    more = np.array([_move(line["acts"]) for line in lines] + ["list"] * len(searches))

    def fitted(held: Any) -> Any:
        weights = np.r_[np.ones(len(held)), np.full(len(more), LINE_WEIGHT)]
        model = LogisticRegression(C=MOVE_REGULARISATION, max_iter=400)
        return model.fit(sparse.vstack([rows[held], also]), np.r_[labels[held], more], sample_weight=weights)

    found = np.empty(len(labels), object)
    for held, left in GroupKFold(MOVE_FOLDS).split(rows, labels, [turn["conversation"] for turn in turns]):
        found[left] = fitted(held).predict(rows[left])
    model = fitted(np.arange(len(labels)))
    assert tuple(model.classes_) == MOVES
    scores = {}
    for language in ("en", "zh"):
        of_it = np.array([turn["lang"] == language for turn in turns])
        lists = (found[of_it] == "list") == (labels[of_it] == "list")
        scores[language] = {
            "turns": int(of_it.sum()),
            "right": _rounded((found[of_it] == labels[of_it]).mean()),
            "list or none, right": _rounded(lists.mean()),
            "always a list": _rounded((labels[of_it] == "list").mean()),
        }
    return {"moves": model.coef_.T.astype(np.float16), "moves_bias": model.intercept_.astype(np.float32)}, scores


def _move(acts: Sequence[str]) -> str:
    """The move of a line of which the acts are known."""
    held = set(acts)
    if held & _ASKS and not held & _REQUESTS:
        return "question"
    if held & (_REQUESTS | _STEERS):
        return "list"
    return "accept" if "accept" in held else "talk"


def _fit(rows: Any, labels: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=REGULARISATION, solver="liblinear", random_state=0).fit(rows, labels)


def _thresholds(labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> tuple[float, float]:
    """The score of the best F1, and the least from which `PRECISION` is reached."""
    precision, recall, at = precision_recall_curve(labels, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    best = at[f1[:-1].argmax()]
    precise = at[(precision[:-1] >= PRECISION) & (at >= max(best, 0.0))]  # never below even odds
    return float(best), float(precise.min() if len(precise) else np.inf)


def _part(text: str, of: int) -> bool:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % of == 0


def _read(rows: Sequence[dict[str, Any]]) -> Any:
    texts, before = [row["text"][:MAX_CHARACTERS] for row in rows], [row["before"][-MAX_CHARACTERS:] for row in rows]
    return features(texts, before, text_encoder())


def _labels(rows: Sequence[dict[str, Any]]) -> NDArray[np.bool_]:
    return np.array([[act in row["acts"] for act in ACTS] for row in rows])


def _compared(reader: ActReader, train: Sequence[dict[str, Any]], test: Sequence[dict[str, Any]]) -> dict[str, Any]:
    own = [reader.read(row["text"], row["before"]) for row in test]
    usual = ACTS[int(_labels(train).sum(0).argmax())]
    words = [[act for act, found in KEYWORDS.items() if re.search(found, row["text"], re.I)] for row in test]
    certain = [(act in row["acts"]) for row, read in zip(test, own, strict=True) for act in read.confident]
    return {
        "model": {
            **_scores(test, [read.acts for read in own]),
            "F1 (lines)": _by_act(test, [read.acts for read in own]),
        },
        "of confident acts right": f"{sum(certain)} of {len(certain)}",
        "lines with one": f"{sum(bool(read.confident) for read in own)} of {len(test)}",
        "most frequent act": _scores(test, [(usual,)] * len(test)),
        "keywords": _scores(test, [acts or [usual] for acts in words]),
    }


def _scores(rows: Sequence[dict[str, Any]], found: Sequence[Sequence[str]]) -> dict[str, float]:
    """Macro F1; share of the lines whose first act is one of theirs; share of those whose acts are all theirs, and all."""
    guessed = np.array([[act in acts for act in ACTS] for acts in found])
    return {
        "macro F1": _rounded(f1_score(_labels(rows), guessed, average="macro", zero_division=0)),
        "accuracy": _rounded(np.mean([acts[0] in row["acts"] for row, acts in zip(rows, found, strict=True)])),
        "exact": _rounded(np.mean([set(acts) == set(row["acts"]) for row, acts in zip(rows, found, strict=True)])),
    }


def _by_act(rows: Sequence[dict[str, Any]], found: Sequence[Sequence[str]]) -> dict[str, str]:
    labels, guessed = _labels(rows), np.array([[act in acts for act in ACTS] for acts in found])
    of_act = f1_score(labels, guessed, average=None, zero_division=0)
    return {act: f"{f:.2f} ({n})" for act, f, n in zip(ACTS, of_act, labels.sum(0), strict=True)}


def _iard(reader: ActReader, file: Path) -> dict[str, Any]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return measured(reader, HAND, np.array([_part(row["text"], 2) for row in rows]), rows)


def _speed(reader: ActReader, rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    taken = []
    for row in rows[:100]:
        began = time.process_time()
        reader.scores([row["text"]], [row["before"]])
        taken.append(1000 * (time.process_time() - began))
    return {"milliseconds of a core a line, p50": _rounded(np.median(taken))}


def _rounded(number: Any) -> float:
    return round(float(number), 3)


if __name__ == "__main__":
    run_command(main)
