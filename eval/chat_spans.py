"""Train and measure the model that reads which words of a line say what is wanted; writes it beside the package's code.

The lines of eval/chat_queries/spans.jsonl are written and marked by hand: {w a wish}, {n what is ruled out}, {t a
title}, {c an occasion or a person}, {q a quantity}. Those of one writer, who knew nothing of the others', are test. A
word counts as bare for certain from the share at which 3 % of the marked words are lost, in lines of writers left out,
half of them at a time. Files F1 by kind beside a baseline: words that are no stop words are a wish.
"""

import argparse
import hashlib
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command
from eval.store import command_line, file_measurement
from llmrec.chat.nlu.spans import FILE, KINDS, MAX_TOKENS, MODULES, WIDTH, SpanReader
from llmrec.encoders import text_encoder
from llmrec.encoders.cache import write_arrays

LINES = Path(__file__).parent / "chat_queries" / "spans.jsonl"
TEST_WRITER = "f"
MARKS = dict(zip("wntcq", KINDS[1:], strict=True))
RANK, ALPHA, RATE, EPOCHS, BATCH, SMOOTHING, WARM_UP = 16, 32, 1e-3, 5, 16, 0.05, 0.06
LOST = 0.03
"""Share of marked words that may count as bare."""

Line = tuple[str, list[str]]
"""A line without marks, and the kind of each of its characters."""


def main() -> None:
    """Train, measure and write."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    rows = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    train = [row for row in rows if row["writer"] != TEST_WRITER]
    test = [unmarked(row["text"]) for row in rows if row["writer"] == TEST_WRITER]
    kinds, bare = [], []
    writers = sorted({row["writer"] for row in train})
    for half in (writers[::2], writers[1::2]):
        fitted = [unmarked(row["text"]) for row in train if row["writer"] not in half]
        left = [unmarked(row["text"]) for row in train if row["writer"] in half]
        for kind, shares in read(SpanReader({**trained(fitted), "bare": np.ones(1, np.float32)}, text_encoder()), left):
            kinds.append(kind)
            bare.append(shares[0])
        print(f"writers {' '.join(half)} left out", flush=True)
    marked = np.array(bare)[np.array(kinds) != "bare"]
    weights = {**trained([unmarked(row["text"]) for row in train]), "bare": np.quantile(marked, [1 - LOST])}
    weights = {name: array.astype(np.float32 if name == "bare" else np.float16) for name, array in weights.items()}
    reader = SpanReader(weights, text_encoder())
    result = {
        "lines": {"train": len(train), "test": len(test)},
        **measured(reader, test),
        "milliseconds of a core a line, p50": speed(reader, [text for text, _ in test]),
    }
    filed = file_measurement("chat_spans", result, command_line())  # before the file of a clean commit changes
    write_arrays(FILE, weights, {"lines": hashlib.sha256(LINES.read_bytes()).hexdigest()})
    print(json.dumps(filed, indent=2, ensure_ascii=False))


def unmarked(text: str) -> Line:
    """Take the marks out of a line.

    Examples
    --------
    >>> text, kinds = unmarked("no {n pink}!")
    >>> text, kinds[2], kinds[3], kinds[-1]
    ('no pink!', 'bare', 'ban', 'bare')
    """
    found: list[str] = []
    kinds: list[str] = []
    kind = KINDS[0]
    for piece in re.split(r"(\{[wntcq] |\})", text):
        if piece == "}":
            kind = KINDS[0]
        elif re.fullmatch(r"\{[wntcq] ", piece):
            kind = MARKS[piece[1]]
        else:
            found.append(piece)
            kinds += [kind] * len(piece)
    return "".join(found), kinds


def trained(lines: Sequence[Line], seed: int = 0) -> dict[str, NDArray[Any]]:
    """Train the model; the arrays of `SpanReader` but for `bare`."""
    import torch
    from peft import LoraConfig, get_peft_model
    from torch import nn

    torch.manual_seed(seed)
    rng = random.Random(seed)
    tokenizer, base = text_encoder().model_copy()
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.1, target_modules=["query", "key", "value", "dense"])
    model, head, dropout = get_peft_model(base, config), nn.Linear(WIDTH, len(KINDS)), nn.Dropout(0.2)
    lora = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW([{"params": lora}, {"params": head.parameters()}], lr=RATE)
    steps, step = EPOCHS * (len(lines) // BATCH), 0
    for _ in range(EPOCHS):
        model.train()
        order = rng.sample(list(lines), len(lines))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            part = order[start : start + BATCH]
            pieces = tokenizer(
                [text for text, _ in part], padding=True, truncation=True, max_length=MAX_TOKENS,
                return_offsets_mapping=True, return_tensors="pt",
            )  # fmt: skip
            places = pieces.pop("offset_mapping").tolist()
            labels = torch.tensor(
                [
                    [KINDS.index(kinds[start]) if start < end else -100 for start, end in row]
                    for (_, kinds), row in zip(part, places, strict=True)
                ]
            )
            rate = min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
            for group, factor in zip(optimizer.param_groups, (1, 2), strict=True):
                group["lr"] = RATE * factor * rate
            scores = head(dropout(model(**pieces).last_hidden_state))
            loss = nn.functional.cross_entropy(scores.flatten(0, 1), labels.flatten(), label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(lora, 1.0)
            optimizer.step()
            step += 1
    found = {"head.weight": head.weight.detach().numpy(), "head.bias": head.bias.detach().numpy()}
    for n, layer in enumerate(model.base_model.model.encoder.layer):
        for name in MODULES:
            module = layer.get_submodule(name)
            found[f"{n}.{name}.a"] = module.lora_A["default"].weight.detach().numpy()
            found[f"{n}.{name}.b"] = (module.scaling["default"] * module.lora_B["default"].weight).detach().numpy()
    return found


def read(reader: SpanReader, lines: Sequence[Line]) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Kind and shares of each word of lines."""
    for text, kinds in lines:
        for word in reader.words(text):
            yield kinds[word.start], word.shares


def measured(reader: SpanReader, lines: Sequence[Line]) -> dict[str, Any]:
    """F1 by kind, of the model and of a baseline, and what is lost and dropped as bare."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
    from sklearn.metrics import f1_score

    words = [
        (kinds[word.start], word.kind, word.share("bare"), text[word.start : word.end].casefold())
        for text, kinds in lines
        for word in reader.words(text)
    ]
    truth = [kind for kind, *_ in words]
    plain = ["bare" if word in ENGLISH_STOP_WORDS else "wish" for *_, word in words]
    marked = np.array([kind != "bare" for kind in truth])
    certain = np.array([share >= reader.bare_from for _, _, share, _ in words])
    stops = np.array([kind == "bare" for kind in plain])
    scores = {}
    for name, found in (("model", [kind for _, kind, _, _ in words]), ("no stop word is a wish", plain)):
        of_kind = f1_score(truth, found, labels=list(KINDS), average=None, zero_division=0)
        scores[name] = {kind: round(float(f1), 3) for kind, f1 in zip(KINDS, of_kind, strict=True)}
    return {
        "words": len(words),
        "F1": scores,
        "bare for certain": {
            "of bare words": round(float(certain[~marked].mean()), 3),
            "of marked words": round(float(certain[marked].mean()), 3),
        },
        "stop words": {
            "of bare words": round(float(stops[~marked].mean()), 3),
            "of marked words": round(float(stops[marked].mean()), 3),
        },
    }


def speed(reader: SpanReader, lines: Sequence[str]) -> float:
    """Median milliseconds of a core for a line."""
    spent = []
    reader.forget_lines()
    for line in lines:
        began = time.process_time()
        reader.words(line)
        spent.append(1000 * (time.process_time() - began))
    return round(float(np.median(spent)), 2)


if __name__ == "__main__":
    run_command(main)
