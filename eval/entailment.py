"""Trains the entailment model of the verifier: `python -m eval.entailment`, a quarter of an hour of an idle core.

The lower layers of MiniLM stay as they are, so what they make of each pair is computed once. A third of the groups
(recommendations, and facts that pairs were written on) is never learnt from: the limits from which on a text passes are
set there, and the file names the recommendations, by which `python -m eval.verifier` measures the open half.
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.command import run_command
from eval.entailment_pairs import NOT_ENTAILED, Pair, all_pairs, group_of
from eval.verifier import recommendations, sentences
from llmrec.catalog import Catalog
from llmrec.paths import resource
from llmrec.verification.entailment import FILE, LABELS, PairClassifier
from llmrec.verification.grounds import Facts
from llmrec.verification.premises import statement_of, ungrounded
from llmrec.verification.propositions import judge
from llmrec.verification.propositions.terms import read_terms

UPPER, BATCH = 2, 32
EPOCHS, RATE = 4, 4e-4
MOST_FALSE, MOST_AGAINST = 0.05, 0.015
"""Shares of what does not follow that may pass by the model alone: any, and what a rule reads a fault in."""
KEPT = {"composed": 0.5, "altered": 0.55, "rationale": 0.65}
"""Share of the pairs of a source that are learnt from, which keeps a run short."""
WEIGHTS = {"altered": 0.5, "composed": 0.5, "rationale": 0.7, "open": 1.0, "written": 1.0}


def main() -> None:
    """Train, set the limits, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with ml-100k and hm")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=resource("adapters") / "verifier")
    chosen = parser.parse_args()
    catalog = Catalog.read(chosen.data / "ml-100k")
    pairs = all_pairs(catalog, Catalog.read(chosen.data / "hm"), chosen.seed)
    groups = sorted({pair.group for pair in pairs})
    random.Random(chosen.seed).shuffle(groups)
    back = set(groups[::3])
    draw = random.Random(chosen.seed + 1)
    pairs = [pair for pair in pairs if draw.random() < KEPT.get(pair.source, 1.0)]
    read = Read(pairs, UPPER)
    trained = fitted(read, [n for n, pair in enumerate(pairs) if pair.group not in back], chosen.seed)
    outside = [n for n, pair in enumerate(pairs) if pair.group in back]
    judged = judged_by(trained, read, outside)
    held = [pairs[n] for n in outside]
    limits = calibrated(held, judged, catalog)
    print(json.dumps(told(held, judged) | {"limits": limits}, indent=1))
    save(trained, limits, {pair.group for pair in held}, chosen.out / FILE, len(pairs))


def save(trained: PairClassifier, limits: tuple[float, float], back: set[str], file: Path, pairs: int) -> None:
    """Write the upper layers, the limits, and which recommendations were not learnt from."""
    from safetensors.torch import save_file

    numbers = sorted({each["n"] for each in sentences("open") if "round" not in each and group_of(each["n"]) in back})
    about = {
        "base": "all-MiniLM-L6-v2", "pairs": pairs, "limit": limits[0], "limit against a rule": limits[1],
        "not learnt from": " ".join(map(str, numbers)),
    }  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(trained.state(), file, {name: str(value) for name, value in about.items()})


def calibrated(pairs: Sequence[Pair], judged: np.ndarray, catalog: Catalog) -> tuple[float, float]:
    """The limits at which few of what does not follow passes by the model alone, as if no rule had seen it.

    Both the open half's false sentences and the pairs written by hand have to be few: the first are some sixty. The
    rules were made with the open half, so what they stop there tells little of other sentences.
    """
    written = [
        float(row[0]) for pair, row in zip(pairs, judged, strict=True) if pair.source == "written" and pair.label
    ]
    grounds, _ = recommendations()
    false: list[float] = []
    against: list[float] = []
    opened = [each for each in sentences("open") if "round" not in each]
    for pair, row in zip(pairs, judged, strict=True):
        if pair.n < 0 or pair.label == 0:
            continue
        each = opened[pair.n]
        facts = Facts(grounds[each["n"]], catalog)
        terms = read_terms(each["text"], facts.vocabulary, facts.near)
        if ungrounded(each["text"], terms, statement_of(each["text"], terms, facts), facts):
            continue
        contradicted = judge(each["text"], grounds[each["n"]], catalog).contradicted
        false.append(float(row[0]))
        against += [float(row[0])] if contradicted else []
    total = sum(pair.n >= 0 and pair.label != 0 for pair in pairs)
    limit = max(_limit(false, MOST_FALSE * total), _limit(written, MOST_FALSE * len(written)))
    higher = max(_limit(against, MOST_AGAINST * total), _limit(written, MOST_AGAINST * len(written)))
    return limit, max(limit, higher)


def _limit(sure: Sequence[float], most: float) -> float:
    """The least probability that at most `most` of these reach."""
    ranked = sorted(sure, reverse=True)
    return round(min(0.999, ranked[int(most)] + 0.001), 3) if len(ranked) > most else 0.5


class Read:
    """Pairs as the lower layers read them, by length."""

    def __init__(self, pairs: Sequence[Pair], upper: int) -> None:
        import torch

        self.pairs, self.upper, classifier = pairs, upper, PairClassifier(upper)
        self.tokens: list[dict[str, Any]] = []
        self.below: list[Any] = []
        started = time.perf_counter()
        order = sorted(range(len(pairs)), key=lambda n: len(pairs[n].premise) + len(pairs[n].hypothesis))
        held: dict[int, tuple[dict[str, Any], Any]] = {}
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for at in range(0, len(order), 32):
                chunk = order[at : at + 32]
                tokens = classifier.tokens([(pairs[n].premise, pairs[n].hypothesis) for n in chunk])
                below = classifier.below(tokens).half()
                for row, n in enumerate(chunk):
                    length = int(tokens["attention_mask"][row].sum())
                    held[n] = (
                        {name: t[row, :length].clone() for name, t in tokens.items()},
                        below[row, :length].clone(),
                    )
        for n in range(len(pairs)):
            self.tokens.append(held[n][0])
            self.below.append(held[n][1])
        print(f"{len(pairs)} pairs read by the lower layers in {time.perf_counter() - started:.0f} s", flush=True)

    def batch(self, chosen: Sequence[int]) -> tuple[Any, dict[str, Any]]:
        """What the lower layers made of some pairs, padded, and their tokens."""
        import torch

        pad = torch.nn.utils.rnn.pad_sequence
        tokens = {name: pad([self.tokens[n][name] for n in chosen], True) for name in self.tokens[0]}
        return pad([self.below[n] for n in chosen], True).float(), tokens

    def batches(self, chosen: Sequence[int], size: int, rng: random.Random) -> list[list[int]]:
        """Batches of about equal lengths in random order."""
        drawn = sorted(chosen, key=lambda n: len(self.below[n]) + rng.random() * 30)
        made = [drawn[at : at + size] for at in range(0, len(drawn), size)]
        rng.shuffle(made)
        return made


def fitted(read: Read, chosen: Sequence[int], seed: int) -> PairClassifier:
    """Upper layers and a head trained on some of the pairs."""
    import torch

    classifier = PairClassifier(read.upper)
    torch.manual_seed(seed)
    rng = random.Random(seed)
    parameters = [*classifier.upper.parameters(), *classifier.head.parameters()]
    optimizer = torch.optim.AdamW(parameters, RATE, weight_decay=0.05)
    steps = EPOCHS * -(-len(chosen) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min((n + 1) / 60, max(0.02, 1 - n / steps)))
    started = time.perf_counter()
    for epoch in range(EPOCHS):
        losses = []
        for batch in read.batches(chosen, BATCH, rng):
            below, tokens = read.batch(batch)
            with torch.autocast("cpu", torch.bfloat16):
                logits = classifier.logits(below, tokens)
            labels = torch.tensor([read.pairs[n].label for n in batch])
            weights = torch.tensor([WEIGHTS[read.pairs[n].source] for n in batch])
            logs = logits.float().log_softmax(1)
            apart = torch.log((1 - logs[:, 0].exp()).clamp(min=1e-5))
            kept = torch.where(labels == NOT_ENTAILED, apart, logs.gather(1, labels.clamp(max=2)[:, None])[:, 0])
            loss = -(kept * weights).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, {time.perf_counter() - started:.0f} s", flush=True)
    return classifier


def judged_by(classifier: PairClassifier, read: Read, chosen: Sequence[int]) -> np.ndarray:
    """What a model says of some of the pairs."""
    import torch

    found = np.zeros((len(chosen), len(LABELS)), np.float32)
    order = sorted(range(len(chosen)), key=lambda n: len(read.below[chosen[n]]))
    with torch.inference_mode():
        for at in range(0, len(order), 64):
            rows = order[at : at + 64]
            found[rows] = classifier.logits(*read.batch([chosen[n] for n in rows])).softmax(1).numpy()
    return found


def told(pairs: Sequence[Pair], judged: np.ndarray) -> dict[str, Any]:
    """Of each source: pairs, area under the curve, and how many entailed ones pass where 5 % of the others do."""
    from sklearn.metrics import roc_auc_score

    result: dict[str, Any] = {}
    for source in sorted({pair.source for pair in pairs}):
        rows = [n for n, pair in enumerate(pairs) if pair.source == source]
        true = np.array([pairs[n].label == 0 for n in rows])
        sure = judged[rows, 0]
        if true.all() or not true.any():
            continue
        limit = float(np.quantile(sure[~true], 0.95))
        result[source] = {
            "pairs": len(rows), "auc": round(float(roc_auc_score(true, sure)), 3),
            "at 5 % of the others": round(limit, 3),
            "entailed that pass": round(float((sure[true] > limit).mean()), 3),
        }  # fmt: skip
    written = [n for n, pair in enumerate(pairs) if pair.source == "written"]
    right = [int(judged[n].argmax()) == pairs[n].label for n in written]
    result["written, three-way accuracy"] = round(float(np.mean(right)), 3)
    return result


if __name__ == "__main__":
    run_command(main)
