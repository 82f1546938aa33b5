"""Are films found that people came to like in a conversation? `python -m eval.redial [--half closed]`.

ReDial: a seeker asks, a recommender names films. Before a message in which the seeker was told of a film that was new
and liked, the films of MovieLens-100K are ranked from the messages so far; those that were named before are no answer,
of no model. llmrec replays the seeker's lines through its own chat; what the recommender's lines name is what was
shown, which "I loved that one" may speak of. A last line that asks for nothing is followed by "more". The rivals get
the films as annotated, not as read: popularity, BM25 and MiniLM by the lines, ties by popularity; the two mixed; EASE
and item-kNN by the films that were named. Their variants are those that are best on the open half.

Half of the dialogues, by a hash of their words, is closed: nothing is chosen by them. Each dialogue counts once. A line
a half goes to eval/results/measurements.jsonl, with paired bootstrap intervals over dialogues; some minutes on a core.
"""

import argparse
import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command
from eval.store import command_line, file_measurement
from llmrec.baselines.counts import ItemKNN
from llmrec.baselines.linear import Ease
from llmrec.catalog import Catalog
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.title_mentions import titles_in
from llmrec.encoders import text_encoder
from llmrec.errors import BadInput, LlmrecError
from llmrec.evaluation.bootstrap import compare
from llmrec.ranking.content import unit_rows
from llmrec.ranking.terms import Terms, item_text
from llmrec.recommender import Recommender
from llmrec.request import Request

FILE = Path("../shared/data/dialogues/redial.jsonl")
DATA = Path("../shared/data/ml-100k")
CUTOFFS = (1, 10, 50)
AIM = 1.5
"""Recall@10 beside that of the best of `NAMED`."""
OURS, LAST_LINE = "llmrec", "llmrec, the last line alone"
NAMED = ("popularity", "BM25, seeker's lines", "BM25, all lines", "MiniLM, all lines", "MiniLM, best line")
MIXED, LIKENESS_SHARE = "MiniLM, seeker's lines, and popularity", 0.3
REGULARISER = 500.0
"""Of EASE; the other usual ones were no better on the open half."""
Scores = NDArray[np.float64]
Message = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Target:
    """Films that were told of in one message: its dialogue's place, the messages before it, and ids of the films."""

    dialogue: int
    before: Sequence[Message]
    items: frozenset[str]

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of the films that were named before, as annotated."""
        films = (film["item_id"] for message in self.before for film in message["films"])
        return tuple(dict.fromkeys(id for id in films if id))

    def lines(self, seeker_alone: bool = False) -> list[str]:
        """What was said before."""
        return [each["text"] for each in self.before if each["who"] == "seeker" or not seeker_alone]


def is_closed(dialogue: Mapping[str, Any]) -> bool:
    """Whether a dialogue is of the closed half."""
    words = "\n".join(message["text"] for message in dialogue["messages"])
    return int(hashlib.sha256(words.encode()).hexdigest()[:8], 16) % 2 == 1


def targets(dialogues: Sequence[Mapping[str, Any]]) -> list[Target]:
    """Those of all dialogues, in their order."""
    return [
        Target(place, dialogue["messages"][: told["after"]], frozenset(told["items"]))
        for place, dialogue in enumerate(dialogues)
        for told in dialogue["targets"]
    ]


def request_of(catalog: Catalog, messages: Sequence[Message], last_line_alone: bool = False) -> Request:
    """The request that a conversation has come to: the seeker's lines replayed, what was named as what was shown."""
    turns: list[tuple[str, list[str]]] = []
    for message in messages:
        if message["who"] == "seeker":
            turns.append((message["text"], []))
        else:
            turns = turns or [("", [])]
            turns[-1][1].extend(titles_in(message["text"], catalog))
    if last_line_alone:
        turns = turns[-1:]
    conversation = Conversation(catalog, clarify=False)
    for line, shown in turns[:-1]:
        conversation.replay(line, tuple(dict.fromkeys(shown)))
    for line in (turns[-1][0] if turns else "", "more"):
        try:
            reply = conversation.reply(line)
        except BadInput:
            continue
        if reply.request is not None:
            return reply.request
    return Request(history=conversation.history)


def ours(recommender: Recommender, asked: Sequence[Target], last_line_alone: bool = False) -> list[list[str]]:
    """A list of llmrec for each target, best first."""
    lists = []
    for target in asked:
        request = request_of(recommender.catalog, target.before, last_line_alone)
        never = tuple(dict.fromkeys((*request.never, *target.named)))
        try:
            response = recommender.recommend(dataclasses.replace(request, k=max(CUTOFFS), never=never))
            lists.append([item.id for item in response.items])
        except LlmrecError:
            lists.append([])  # that is an answer, too: nothing
    return lists


def rivals(catalog: Catalog, asked: Sequence[Target]) -> dict[str, list[list[str]]]:
    """Rival -> a list for each target, best first."""
    popular: Scores = np.zeros(len(catalog.items))
    for history in catalog.histories.values():
        np.add.at(popular, list(catalog.rows([event.item for event in history])), 1)
    terms, encoder = Terms.of(catalog.items), text_encoder()
    items = unit_rows(encoder.encode([item_text(item) for item in catalog.items]))

    def likeness(texts: Sequence[str]) -> Scores:
        found: Scores = (unit_rows(encoder.encode(list(texts))) @ items.T).astype(np.float64)
        return found

    def each(score: Callable[[Target], Any]) -> Scores:
        return np.stack([np.asarray(score(target), np.float64) for target in asked])

    histories = [catalog.rows(list(target.named)) for target in asked]
    seeker = [" ".join(target.lines(seeker_alone=True)) for target in asked]
    every = [" ".join(target.lines()) for target in asked]
    alike, spread = likeness(seeker), np.log1p(popular)
    mixed = LIKENESS_SHARE * _standard(alike) + (1 - LIKENESS_SHARE) * _standard(spread[None])
    scores: dict[str, Scores] = {
        "popularity": np.tile(popular, (len(asked), 1)),
        "BM25, seeker's lines": terms.query_scores(seeker).astype(np.float64),
        "BM25, all lines": terms.query_scores(every).astype(np.float64),
        "MiniLM, all lines": likeness(every),
        "MiniLM, best line": each(lambda target: likeness(target.lines()).max(axis=0)),
        MIXED: mixed,
        "EASE, named films": Ease(regulariser=REGULARISER).fit(catalog).score(histories).astype(np.float64),
        "item-kNN, named films": ItemKNN().fit(catalog).score(histories).astype(np.float64),
    }
    return {name: _lists(found, popular, asked, catalog) for name, found in scores.items()}


def _standard(scores: Scores) -> Scores:
    standard: Scores = (scores - scores.mean(axis=1, keepdims=True)) / (scores.std(axis=1, keepdims=True) + 1e-9)
    return standard


def _lists(scores: Scores, popular: Scores, asked: Sequence[Target], catalog: Catalog) -> list[list[str]]:
    lists = []
    for own, target in zip(scores, asked, strict=True):
        ranked = own.copy()
        ranked[list(catalog.rows(list(target.named)))] = -np.inf
        best = np.lexsort((-popular, -ranked))[: max(CUTOFFS)]
        lists.append([catalog.items[row].id for row in best.tolist()])
    return lists


def by_dialogue(lists: Sequence[Sequence[str]], asked: Sequence[Target]) -> dict[str, Scores]:
    """Metric -> its mean over the targets of each dialogue."""
    values: dict[str, dict[int, list[float]]] = {}
    for own, target in zip(lists, asked, strict=True):
        found = {f"recall@{k}": len(target.items.intersection(own[:k])) / len(target.items) for k in CUTOFFS}
        gains = sum(1 / np.log2(place + 2) for place, id in enumerate(own[:10]) if id in target.items)
        found["ndcg@10"] = gains / sum(1 / np.log2(place + 2) for place in range(min(len(target.items), 10)))
        for name, value in found.items():
            values.setdefault(name, {}).setdefault(target.dialogue, []).append(float(value))
    return {name: np.array([np.mean(own) for own in held.values()]) for name, held in values.items()}


def summary(lists: Mapping[str, Sequence[Sequence[str]]], asked: Sequence[Target], seed: int) -> dict[str, Any]:
    """Each model's figures; ours beside the best that the aim names, beside the best of all, beside the last line."""
    reached = {name: by_dialogue(own, asked) for name, own in lists.items()}
    result: dict[str, Any] = {
        name: {metric: round(float(values.mean()), 4) for metric, values in own.items()}
        for name, own in reached.items()
    }
    figure = {name: float(own["recall@10"].mean()) for name, own in reached.items()}
    best = max(NAMED, key=lambda name: figure[name])
    strongest = max((name for name in figure if name not in (OURS, LAST_LINE)), key=lambda name: figure[name])
    beside = {"best of the named": best, "strongest rival": strongest, "last line": LAST_LINE}
    for what, name in beside.items():
        compared = compare(reached[OURS]["recall@10"], reached[name]["recall@10"], seed=seed)
        result[f"recall@10 beside the {what}"] = {
            "rival": name,
            "ratio": [round(x, 3) for x in (compared.ratio.value, compared.ratio.low, compared.ratio.high)],
            "difference": [
                round(x, 4) for x in (compared.difference.value, compared.difference.low, compared.difference.high)
            ],
        }
    return result | {"aim reached": figure[OURS] >= AIM * figure[best]}


def main() -> None:
    """Rank, compare, file and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dialogues", type=Path, default=FILE, help="redial.jsonl")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of MovieLens-100K")
    parser.add_argument("--adapter", default="ml-100k", help="its checkpoint")
    parser.add_argument("--half", choices=("open", "closed"), default="open", help="which dialogues")
    parser.add_argument("--seed", type=int, default=0, help="of the intervals")
    given = parser.parse_args()
    if not given.dialogues.is_file():
        parser.error(f"there is no file {given.dialogues}; pass ReDial's dialogues with --dialogues")
    rows = [json.loads(line) for line in given.dialogues.read_text(encoding="utf-8").splitlines()]
    own = [row for row in rows if is_closed(row) == (given.half == "closed")]
    asked = targets(own)
    recommender = Recommender.from_pretrained(given.adapter, given.data)
    lists = {
        **rivals(recommender.catalog, asked),
        LAST_LINE: ours(recommender, asked, last_line_alone=True),
        OURS: ours(recommender, asked),
    }
    about = {"dataset": recommender.catalog.name, "half": given.half, "dialogues": len(own), "targets": len(asked)}
    line = file_measurement(
        "redial", {**about, **summary(lists, asked, given.seed), "seed": given.seed}, command_line(), same=("half",)
    )
    print(json.dumps(line, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    run_command(main)
