"""What goes with an item: `python -m eval.complement --data ../shared/data/hm`.

Basket completion. Of every basket of two items or more in the held-out part of the rolling split (one user, one day),
the first item is given, with what the user took before; the others are to be found among all items that the user has
not. NDCG@10 over baskets, then over users. Models learn from the train part alone; how much of the history a rival
reads (the item alone, its basket so far, all of it) and its constants are chosen on valid. Test is measured once.

llmrec is measured as a request with `intent="complement"` is answered: candidate sources propose, the complement model
scores them. The LLM has no part in it (a query would give it one), so there is no checkpoint; rivals score every item.
Result: study `complement`, a line a catalogue. Needs no GPU; some minutes on one core.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from eval.command import run_command
from eval.knockout import Ranker, without_llm
from eval.store import command_line, file_measurement
from llmrec.catalog import Catalog, load_catalog
from llmrec.catalog.baskets import GAP, baskets_of
from llmrec.catalog.events import decayed
from llmrec.catalog.feedback import DAY
from llmrec.errors import BadInput
from llmrec.evaluation.bootstrap import compare
from llmrec.evaluation.metrics import tie_order
from llmrec.evaluation.splits import Split, rolling_split
from llmrec.pipeline import source_inputs
from llmrec.pipeline_config import PipelineConfig
from llmrec.ranking.basket_counts import BasketCounts
from llmrec.ranking.complement_features import Anchored
from llmrec.ranking.complements import ComplementModel, Complements
from llmrec.ranking.terms import Terms
from llmrec.retrieval.candidates import CandidateQuery, gather

Scores = NDArray[np.float32]
K = 10
"""Places of a list that count."""
READS = ("item", "basket", "history")
"""How much a rival reads: the item alone, its basket so far, or all of the history with the item as its newest."""


@dataclass(frozen=True)
class Held:
    """A held-out basket: what is given, and what is to be found."""

    user: str
    request: Anchored
    targets: tuple[int, ...]

    def read(self, much: str) -> tuple[int, ...]:
        """Rows that a rival reads, the newest last."""
        request = self.request
        before = {"item": (), "basket": request.so_far, "history": request.history}[much]
        return (*before, request.anchor)


def held_out(catalog: Catalog, split: Split, at: str) -> list[Held]:
    """The baskets of part `at`, "valid" or "test", that have an item to give and one to find."""
    found = []
    for user, before in split.before(at).items():
        events = catalog.histories[user][: len(before) + len(split.held_out(at)[user])]
        rows, days = [catalog.row[event.item] for event in events], [event.timestamp / DAY for event in events]
        start = len(before)
        while start < len(events):
            end = start + 1
            while end < len(events) and days[end] - days[end - 1] <= GAP:
                end += 1
            if end - start > 1:
                request = Anchored(rows[start], tuple(rows[:start]), tuple(days[:start]), days[start])
                found.append(Held(user, request, tuple(rows[start + 1 : end])))
            start = end
    return found


def gain(listed: Sequence[int] | NDArray[np.intp], targets: Sequence[int]) -> float:
    """NDCG@10 of one list; every target counts alike."""
    places = [place for place, row in enumerate(listed[:K]) if row in targets]
    best = sum(1 / np.log2(2 + place) for place in range(min(K, len(targets))))
    return float(sum(1 / np.log2(2 + place) for place in places) / best)


def per_user(held: Sequence[Held], gains: Sequence[float]) -> NDArray[np.float64]:
    """Mean of each user's baskets, in the order of the users."""
    own: dict[str, list[float]] = {}
    for basket, value in zip(held, gains, strict=True):
        own.setdefault(basket.user, []).append(value)
    return np.array([np.mean(values) for values in own.values()])


@dataclass(frozen=True)
class Rival:
    """What scores all items for what it reads."""

    name: str
    score: Callable[[Sequence[Sequence[int]]], Scores]


def rivals(catalog: Catalog, train: Catalog, ranker: Ranker) -> Iterator[Rival]:
    """Those that llmrec is compared with, by all their constants; several of one name are tuned on valid."""
    items = len(catalog.items)
    counts = BasketCounts.of(baskets_of(train), items)
    popular = decayed([[catalog.row[e.item] for e in own] for own in train.histories.values()], items, 0.0)
    taken = np.asarray(popular.sum(axis=0), np.float32).ravel()

    def by(matrix: sp.csr_matrix) -> Callable[[Sequence[Sequence[int]]], Scores]:
        return lambda read: np.asarray((decayed(read, items, 0.0) @ matrix).toarray(), np.float32)

    yield Rival("popularity", lambda read: np.tile(taken, (len(read), 1)))
    yield Rival("co-purchase counts", by(counts.together))
    together = sp.csr_matrix(popular.T @ popular)
    together.setdiag(0)
    for name, common, having in (("basket cosine", counts.together, counts.having), ("item-kNN", together, taken)):
        for shrink in (0.0, 1.0, 5.0):
            held = sp.coo_matrix(common)
            cosine = held.data / (np.sqrt(having[held.row] * having[held.col]) + shrink)
            yield Rival(name, by(sp.csr_matrix((cosine, (held.row, held.col)), shape=held.shape)))
    terms = ranker.components.terms or Terms.of(catalog.items)
    yield Rival("content-kNN, TF-IDF", lambda read: terms.history_scores(read))
    for modality, name in (("text", "content-kNN, MiniLM"), ("image", "content-kNN, photos")):
        if modality in ranker.components.media:
            vectors = ranker.components.media[modality][:]

            def near(read: Sequence[Sequence[int]], vectors: Scores = vectors) -> Scores:
                profiles = decayed(read, items, 0.75) @ vectors
                return np.asarray(profiles @ vectors.T, np.float32)

            yield Rival(name, near)


def listed(rival: Rival, held: Sequence[Held], much: str, order: NDArray[np.intp]) -> list[float]:
    """The gain of each basket, equal scores in `order`."""
    found = []
    for start in range(0, len(held), 128):
        part = held[start : start + 128]
        for basket, scores in zip(part, rival.score([each.read(much) for each in part]), strict=True):
            scores[[*basket.request.history, basket.request.anchor]] = -np.inf
            found.append(gain(order[np.argsort(-scores[order], kind="stable")[:K]], basket.targets))
    return found


@dataclass(frozen=True)
class Answers:
    """How llmrec answers held-out baskets."""

    gains: list[float]
    candidates: float
    found: float
    milliseconds: float


def answered(model: ComplementModel, ranker: Ranker, held: Sequence[Held]) -> Answers:
    """Gains of each basket, as requests with `intent="complement"` are answered."""
    items, media = len(ranker.catalog.items), ranker.components.media
    config = PipelineConfig(candidates=tuple(name for name in PipelineConfig().candidates if name != "index"))
    inputs = source_inputs(ranker.catalog, ranker.index, ranker.components)
    sources = config.sources(replace(inputs, beside=lambda row: model.proposed(Anchored(row))))
    allowed, gains, sizes, found, start = np.ones(items, np.bool_), list[float](), [], [], time.perf_counter()
    for basket in held:
        request = basket.request
        known = (*request.history, request.anchor)
        query = CandidateQuery(
            np.zeros((1, 1), np.float32), [known], [known], None, allowed,
            example={m: vectors[request.anchor] for m, vectors in media.items()}, anchor=request.anchor,
        )  # fmt: skip
        rows = gather(sources, query).rows[0]
        best = rows[np.argsort(-model.scores(request, rows), kind="stable")]
        gains.append(gain(best, basket.targets))
        sizes.append(len(rows))
        found.append(np.isin(basket.targets, rows).mean())
    taken = 1000 * (time.perf_counter() - start) / max(len(held), 1)
    return Answers(gains, float(np.mean(sizes)), float(np.mean(found)), taken)


def study(data: Path, parts: Sequence[str]) -> dict[str, Any]:
    """Measure llmrec and its rivals on the parts of the split."""
    catalog = load_catalog(data)
    split = rolling_split(catalog)
    train = replace(catalog, histories={user: catalog.histories[user][: len(own)] for user, own in split.train.items()})
    held = {at: held_out(catalog, split, at) for at in parts}
    if not all(held.values()):
        raise BadInput(
            f"no user of {data.name} took two items on one day of the held-out part; choose another catalogue"
        )
    order = tie_order([item.id for item in catalog.items])
    reached: dict[str, dict[str, Any]] = {}
    users: dict[str, NDArray[np.float64]] = {}
    last = parts[-1]
    with without_llm(catalog, split) as ranker:
        start = time.perf_counter()
        model = Complements().of(train, ranker.components)
        fitting = time.perf_counter() - start
        for at in parts:
            own = answered(model, ranker, held[at])
            users["llmrec"] = per_user(held[at], own.gains)
            reached.setdefault("llmrec", {})[at] = round(float(users["llmrec"].mean()), 4)
        for rival in rivals(catalog, train, ranker):
            for much in READS:
                gains = per_user(held["valid"], listed(rival, held["valid"], much, order))
                value = round(float(gains.mean()), 4)
                if value <= reached.get(rival.name, {"valid": -1.0})["valid"]:
                    continue
                reached[rival.name] = {"valid": value, "reads": much}
                users[rival.name] = gains
                if last != "valid":
                    users[rival.name] = per_user(held[last], listed(rival, held[last], much, order))
                    reached[rival.name][last] = round(float(users[rival.name].mean()), 4)
            print(rival.name, reached[rival.name], flush=True)
    for name, gains in users.items():
        if name != "llmrec":
            ratio = compare(users["llmrec"], gains).ratio
            reached[name]["llmrec is times"] = [round(each, 3) for each in (ratio.value, ratio.low, ratio.high)]
    return {
        "dataset": catalog.name, "part": last, "baskets": len(held[last]), "users": len(users["llmrec"]),
        "ndcg@10": reached, "candidates": round(own.candidates), "targets among them": round(own.found, 4),
        "ms a request": round(own.milliseconds, 1), "s to fit": round(fitting, 1),
    }  # fmt: skip


def main() -> None:
    """Measure, file and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=Path("../shared/data/hm"), help="folder of a catalogue with days")
    options.add_argument("--valid-only", action="store_true", help="leave test closed, and file nothing")
    given = options.parse_args()
    line = study(given.data, ("valid",) if given.valid_only else ("valid", "test"))
    if not given.valid_only:
        file_measurement("complement", {**line, "seed": 0}, command_line(), same=("dataset",))
    print(line)


if __name__ == "__main__":
    run_command(main)
