"""What a trained RecLM has to say, computed once: query vectors of all held-out events, item vectors, biases.

The fused score, its weights and every table of the LLM alone follow from these arrays without running the LLM
again. A user whose whole history fits the window is read once: the query after n items is the state at the n-th,
and queries branch off there, as in training; longer histories are read per event.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch

from eval.ranking.problem import Floats
from eval.ranking.variants import Trained
from llmrec.catalog import Catalog
from llmrec.encoders import text_encoder
from llmrec.evaluation.splits import Event, Split, rolling_events
from llmrec.model.inference import item_vectors, query_vectors
from llmrec.model.prompt import Branch, splice
from llmrec.train.query_texts import compose_query

BATCH = 32
"""Prompts read together."""


@dataclass(frozen=True)
class Queries:
    """`q[asking]`: (events, dim) for the askings `valid`, `valid query`, `test`, `test query`, `test shuffled`;
    `words[at]`: (events, text dim), the queries as the text encoder reads them; `v` (items, dim); `b` (items,);
    `about`: how the model was trained (seconds, machine, valid NDCG@10, recipe, shape)."""

    q: Mapping[str, Floats]
    words: Mapping[str, Floats]
    v: Floats
    b: Floats
    about: Mapping[str, Any]

    @classmethod
    def of(cls, trained: Trained, q: Mapping[str, Floats], words: Mapping[str, Floats]) -> "Queries":
        """With the item vectors and the training log of the model that was asked."""
        model, progress = trained.model, trained.progress
        with torch.inference_mode():
            v, b = item_vectors(model, trained.table)
        about = {
            "ndcg@10": progress.best,
            "epoch": progress.best_epoch,
            "seconds": progress.seconds,
            "machine": progress.machine,
            "log": progress.log,
        }
        return cls(q, words, v, b, about)

    def scores(self, asking: str) -> Floats:
        """(events, items) float32 of the LLM alone."""
        found: Floats = self.q[asking] @ self.v.T + self.b
        return found

    def save(self, file: Path) -> None:
        """Write one npz."""
        file.parent.mkdir(parents=True, exist_ok=True)
        arrays = {f"q {k}": x for k, x in self.q.items()} | {f"words {k}": x for k, x in self.words.items()}
        partial = file.with_suffix(".partial.npz")
        np.savez(
            partial, allow_pickle=False, v=self.v, b=self.b, about=np.array(json.dumps(dict(self.about))), **arrays
        )
        partial.replace(file)

    @classmethod
    def load(cls, file: Path) -> "Queries":
        """Read what `save` wrote."""
        with np.load(file) as stored:
            parts: dict[str, dict[str, Floats]] = {"q": {}, "words": {}}
            for name in stored.files:
                kind, _, rest = name.partition(" ")
                if rest:
                    parts[kind][rest] = stored[name]
            return cls(parts["q"], parts["words"], stored["v"], stored["b"], json.loads(str(stored["about"])))


def path(store: Path, dataset: str, model: str, seed: int) -> Path:
    """The file of one model and seed."""
    return store / dataset / "q" / f"{model}__s{seed}.npz"


def calibration_queries(catalog: Catalog, events: Sequence[Event], seed: int) -> list[str]:
    """Queries in words for fitting weights, in the phrasings of training, as `llmrec.train.calibrate` composes them."""
    return [
        compose_query(catalog.items[e.target], Random(f"{seed}:calibrate:{e.user}:{e.number}"), held_out=False)
        for e in events
    ]


def held_out_queries(catalog: Catalog, events: Sequence[Event], seed: int) -> list[str]:
    """The queries of `eval.ranking.query_rivals.queries(problem, "test", seed)`."""
    return [
        compose_query(catalog.items[e.target], Random(f"{seed}:{e.user}:{e.number}"), held_out=True) for e in events
    ]


def shuffled(event: Event, window: int, seed: int) -> tuple[int, ...]:
    """The items that the model reads of the event's history, in random order."""
    read = list(event.history[-window:])
    Random(f"{seed}:shuffle:{event.user}:{event.number}").shuffle(read)
    return tuple(read)


def collect(catalog: Catalog, split: Split, trained: Trained, seed: int) -> Queries:
    """Ask the model everything, in the order of `rolling_events`."""
    model, words = trained.model, trained.words
    events = {at: rolling_events(catalog, split, at) for at in ("valid", "test")}
    asked = {
        "valid": calibration_queries(catalog, events["valid"], seed),
        "test": held_out_queries(catalog, events["test"], seed),
    }
    everything = [*events["valid"], *events["test"]]
    plain, queried = ask(
        trained, everything, [words.query_tokens(query) for at in ("valid", "test") for query in asked[at]]
    )
    cut = len(events["valid"])
    disordered = [shuffled(e, model.config.window, seed) for e in events["test"]]
    q = {
        "valid": plain[:cut],
        "test": plain[cut:],
        "valid query": queried[:cut],
        "test query": queried[cut:],
        "test shuffled": query_vectors(model, trained.soft, words.before, disordered, batch=BATCH),
    }
    encoder = text_encoder()
    read = {at: encoder.encode([query or "anything" for query in asked[at]]) for at in asked}
    return Queries.of(trained, q, read)


@torch.inference_mode()
def ask(trained: Trained, events: Sequence[Event], queries: Sequence[tuple[int, ...]]) -> tuple[Floats, Floats]:
    """Query vectors (events, dim) of each event, without and with its query (token ids; empty: the same)."""
    model, before = trained.model, trained.words.before
    window, slots = model.config.window, model.config.soft_tokens
    device = model.id_in.weight.device
    soft = trained.soft
    prompts = sorted(_together(events, window), key=lambda part: _size(part, events, queries, window))
    plain = np.zeros((len(events), model.config.dim), np.float32)
    queried = np.zeros_like(plain)
    for start in range(0, len(prompts), BATCH):
        chunk = prompts[start : start + BATCH]
        trunks = [max((events[n].history[-window:] for n in part), key=len) for part in chunk]
        after = [[min(window, len(events[n].history)) for n in part] for part in chunk]
        branches = [
            [Branch(at, queries[n]) for n, at in zip(part, ends, strict=True) if queries[n]]
            for part, ends in zip(chunk, after, strict=True)
        ]
        batch = splice(before, trunks, branches, slots, device)
        trunk_q, branch_q = (x.float().cpu().numpy() for x in model(batch, soft))
        for row, (part, ends) in enumerate(zip(chunk, after, strict=True)):
            place = 0
            for n, at in zip(part, ends, strict=True):
                plain[n] = queried[n] = trunk_q[row, at]
                if queries[n]:
                    queried[n] = branch_q[row, place]
                    place += 1
    return plain, queried


def _together(events: Sequence[Event], window: int) -> list[list[int]]:
    """Event numbers by prompt: a user's events whose histories fit the window share one, the others stand alone."""
    shared: dict[str, list[int]] = {}
    alone: list[list[int]] = []
    for n, event in enumerate(events):
        if len(event.history) <= window:
            shared.setdefault(event.user, []).append(n)
        else:
            alone.append([n])
    return [*shared.values(), *alone]


def _size(part: Sequence[int], events: Sequence[Event], queries: Sequence[tuple[int, ...]], window: int) -> int:
    return max(min(window, len(events[n].history)) for n in part) + sum(len(queries[n]) for n in part)
