"""Simulated shoppers: `python -m eval.shoppers [--data FOLDER --adapter FOLDER] [--shoppers 40] [--rows FILE]`.

Each has one item in mind that the system does not know: the last of a real person's events, of which the system gets
those before. It opens with a vague wish, answers what is asked back from the item's attributes, and else says by chance
one of three things: an attribute of the item, what is wrong with an item of the list, or `more`. It gives up after
`TURNS` lists. The same shoppers, with the same chances, meet the conversation with and without asking back, and one
that reads each line by itself. Files success within 3, 5 and 8 turns, turns (`TURNS` + 1 where it gave up), questions,
and paired bootstrap intervals of what asking back and memory add, and of success within 5 turns as a multiple of the
first list's; beside it how many find the item in a first list that is as long as 3, 5 or 8 lists, without a word.
Without --data: MovieLens-100K and the shipped checkpoint; any catalogue with a checkpoint of its own will do, such as
a shop of `llmrec simshop`. A line a conversation is kept in FILE, from which an interrupted run goes on.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command, whole_number
from eval.store import file_measurement
from llmrec.catalog import Catalog, Item
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import wording
from llmrec.chat.clarification import CANDIDATES
from llmrec.chat.conversation import Conversation
from llmrec.chat.requests import LIST_LENGTH
from llmrec.chat.state import Question
from llmrec.errors import BadInput
from llmrec.recommender import Recommender
from llmrec.retrieval.filters import parse_where

TURNS = 8
WITHIN = (3, 5, 8)
"""Turns within which success counts."""
OPENINGS = {"film": "something for tonight"}
"""Noun of a catalogue's items -> a wish that tells nothing."""
OPENING = "something nice"
"""That of any other catalogue."""
NAMES_ATTRIBUTE, CRITICISES = 0.25, 0.35
"""Chances that a shopper who was asked nothing names an attribute, or says what is wrong with an item."""
HISTORY = 50
"""Latest events of a person that are read."""
CONDITIONS = {
    "asking back": (True, True), "not asking": (False, True), "each line by itself": (False, False),
}  # fmt: skip
"""Name -> whether questions are asked back, and whether the state is kept from line to line."""


@dataclass
class Shopper:
    """Somebody with one item in mind.

    Parameters
    ----------
    target
        The item.
    catalog
        Its catalogue.
    chances
        (TURNS, 3) uniform numbers: what is said in each turn, and of what.
    """

    target: Item
    catalog: Catalog
    chances: Any
    named: set[str] = field(default_factory=set)

    def line(self, turn: int, items: Sequence[str], question: Question | None) -> str:
        """What is said to a list without the item; `turn` from 0."""
        if question is not None:
            return self._answer(question)
        act, which, where = self.chances[turn]
        if act < NAMES_ATTRIBUTE and (values := [v for v in self._values() if v not in self.named]):
            value = values[int(which * len(values))]
            self.named.add(value)
            return f"from the {value}" if value[:4].isdigit() else value.lower()
        if NAMES_ATTRIBUTE <= act < NAMES_ATTRIBUTE + CRITICISES and items:
            place = int(where * len(items))
            if reason := self._reason(self.catalog.item(items[place])):
                return f"not {place + 1}, {reason}"
        return "more"

    def _answer(self, question: Question) -> str:
        row = self.catalog.row[self.target.id]
        for option in question.options:
            if parse_where(option.condition, self.catalog).mask(self.catalog)[row]:
                return option.text
        return "it does not matter"

    def _values(self) -> list[str]:
        return [facet.value for facet in Vocabulary.of(self.catalog).facets[self.target.id] if facet.name != "price"]

    def _reason(self, item: Item) -> str:
        for name, less, more in (("year", "too new", "too old"), ("price", "too expensive", "too cheap")):
            mine, theirs = self.target.attributes.get(name), item.attributes.get(name)
            if isinstance(mine, int | float) and isinstance(theirs, int | float) and mine != theirs:
                return less if mine < theirs else more
        return ""


def converse(
    recommender: Recommender, shopper: Shopper, history: Sequence[str], clarify: bool, memory: bool
) -> dict[str, Any]:
    """Hold one conversation.

    Returns
    -------
    dict
        The turn in which the item was listed (None: never), how many questions there were, and the rank of the item
        among all that the opening could have listed (None: beyond `CANDIDATES`).
    """
    catalog, questions, rank = recommender.catalog, 0, None
    opening = line = OPENINGS.get(wording(catalog).noun, OPENING)
    conversation = Conversation(catalog, history=history, clarify=clarify)
    for turn in range(TURNS):
        if not memory:
            conversation = Conversation(catalog, history=history, clarify=False)
        items: list[str] = []
        try:
            reply = conversation.reply(line)
            if reply.request is None and reply.why is None and not memory:
                reply = conversation.reply(opening)
        except BadInput:
            reply = conversation.reply(opening)
        if reply.request is not None:
            response = recommender.recommend(reply.request)
            items = [item.id for item in response.items]
            candidates = response.candidates(CANDIDATES)
            conversation.show(reply, items, candidates=candidates)
            if turn == 0:
                ranked = list(dict.fromkeys((*items, *(id for id, _ in candidates))))
                rank = ranked.index(shopper.target.id) + 1 if shopper.target.id in ranked else None
        if shopper.target.id in items:
            return {"turn": turn + 1, "questions": questions, "rank": rank}
        question = conversation.state.question
        questions += question is not None
        line = shopper.line(turn, items, question)
    return {"turn": None, "questions": questions, "rank": rank}


def shoppers(catalog: Catalog, count: int, seed: int) -> Iterator[tuple[str, Item, list[str], Any]]:
    """Draw people: id, target, history and chances, the same for the same seed."""
    rng = np.random.default_rng(seed)
    known = sorted(user for user in catalog.histories if len(catalog.history(user)) >= 3)
    for user in rng.permutation(known)[:count]:
        *before, last = catalog.history(str(user))
        yield str(user), catalog.item(last), before[-HISTORY:], rng.random((TURNS, 3))


def summary(rows: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    """Success, turns and questions of each condition, and what asking back and memory add, with 95 % intervals."""
    users = sorted({row["user"] for row in rows})
    turn = {name: np.array([_turn(rows, user, name) for user in users]) for name in CONDITIONS}
    result: dict[str, Any] = {"shoppers": len(users), "first list alone": float((turn["not asking"] == 1).mean())}
    for name, turns in turn.items():
        asked = [row["questions"] for row in rows if row["condition"] == name]
        result[name] = {
            **{f"within {n}": round(float((turns <= n).mean()), 3) for n in WITHIN},
            "turns": round(float(turns.mean()), 2),
            "questions": round(float(np.mean(asked)), 2),
        }
    picks = np.random.default_rng(seed).integers(len(users), size=(2000, len(users)))
    result["asking back within 5 to first list alone"] = _ratio(
        turn["asking back"] <= 5, turn["not asking"] == 1, picks
    )
    ranks = [row.get("rank") for row in rows if row["condition"] == "not asking"]
    for n in WITHIN:
        length = n * LIST_LENGTH
        result[f"first list of {length}"] = round(float(np.mean([bool(r) and r <= length for r in ranks])), 3)
    pairs = (("asking back", "not asking", "asking back adds"), ("not asking", "each line by itself", "memory adds"))
    for more, less, name in pairs:
        for n in WITHIN:
            gain = (turn[more] <= n).astype(float) - (turn[less] <= n)
            low, high = np.quantile(gain[picks].mean(axis=1), (0.025, 0.975))
            result[f"{name}, within {n}"] = [round(float(x), 3) for x in (gain.mean(), low, high)]
    return result


def _ratio(more: NDArray[np.bool_], less: NDArray[np.bool_], picks: NDArray[np.int64]) -> list[float | None]:
    """Ratio of two shares with its 95 % interval; None where a share is 0, by which nothing is divided."""
    shares = more[picks].mean(axis=1), less[picks].mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.where(shares[1] > 0, shares[0] / shares[1], np.inf)
    middle = more.mean() / less.mean() if less.any() else np.inf
    found = (middle, *np.quantile(drawn, (0.025, 0.975), method="nearest"))
    return [round(float(x), 2) if np.isfinite(x) else None for x in found]


def _turn(rows: Sequence[dict[str, Any]], user: str, condition: str) -> int:
    found = next(row["turn"] for row in rows if row["user"] == user and row["condition"] == condition)
    return found or TURNS + 1


def main() -> None:
    """Hold the conversations that are not held yet, and file what they came to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the catalogue")
    parser.add_argument("--adapter", help="the checkpoint")
    parser.add_argument("--shoppers", type=whole_number, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=Path, help="file of the conversations held so far")
    given = parser.parse_args()
    recommender = Recommender.from_pretrained(given.adapter, given.data)
    catalog = recommender.catalog
    rows = (
        [json.loads(line) for line in given.rows.read_text().splitlines()] if given.rows and given.rows.exists() else []
    )
    done = {(row["user"], row["condition"]) for row in rows}
    for user, target, history, chances in shoppers(catalog, given.shoppers, given.seed):
        for name, (clarify, memory) in CONDITIONS.items():
            if (user, name) in done:
                continue
            held = converse(recommender, Shopper(target, catalog, chances), history, clarify, memory)
            rows.append({"user": user, "condition": name, "target": target.id, **held})
            if given.rows:
                with given.rows.open("a") as out:
                    out.write(json.dumps(rows[-1]) + "\n")
    whole = [row for row in rows if sum(other["user"] == row["user"] for other in rows) == len(CONDITIONS)]
    result = {"dataset": catalog.name, "seed": given.seed, **summary(whole, given.seed)}
    command = f"python -m eval.shoppers --shoppers {given.shoppers} --seed {given.seed}"
    command += f" --data {given.data.name}" if given.data else ""
    command += f" --adapter {Path(given.adapter).name}" if given.adapter else ""
    print(json.dumps(file_measurement("shoppers", result, command, same=("dataset", "seed")), indent=2))


if __name__ == "__main__":
    run_command(main)
