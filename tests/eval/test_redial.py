"""The study of ReDial: what a conversation comes to, which half a dialogue is of, and figures of known lists."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval.redial import LAST_LINE, NAMED, OURS, Target, by_dialogue, is_closed, request_of, summary, targets
from llmrec.catalog import Catalog, Item

FILMS = Catalog(
    "films",
    (
        Item("1", "Heat", "", {"genres": ("Crime",), "year": 1995}),
        Item("2", "Casino", "", {"genres": ("Drama",), "year": 1995}),
        Item("3", "Scream", "", {"genres": ("Horror",), "year": 1996}),
    ),
    {},
)


def spoken(who: str, text: str, *ids: str | None) -> dict[str, object]:
    return {"who": who, "text": text, "films": [{"title": "", "item_id": id} for id in ids]}


TALK = [
    spoken("recommender", "Hi! What do you like?"),
    spoken("seeker", "a crime film please"),
    spoken("recommender", "Have you seen Heat (1995)?", "1"),
    spoken("seeker", "Yes, I loved that one!"),
    spoken("recommender", "Casino (1995) then", "2"),
]


def test_what_the_recommender_named_is_what_an_opinion_is_of() -> None:
    request = request_of(FILMS, TALK[:4])
    assert request.history == ("1",)
    assert request.where == "genres=Crime"
    assert request_of(FILMS, TALK[:4], last_line_alone=True).history == ()


def test_a_conversation_without_a_wish_is_a_request_of_nobody() -> None:
    assert request_of(FILMS, TALK[:1]).query is None
    assert request_of(FILMS, []).query is None


def test_what_comes_after_the_target_is_not_read() -> None:
    dialogue = {"messages": TALK, "targets": [{"after": 4, "items": ["2"]}]}
    (target,) = targets([dialogue])
    assert target.named == ("1",)
    assert target.lines(seeker_alone=True) == ["a crime film please", "Yes, I loved that one!"]


def test_a_dialogue_counts_once_and_an_item_beyond_the_cutoff_not_at_all() -> None:
    asked = [Target(0, [], frozenset("1")), Target(0, [], frozenset("2")), Target(1, [], frozenset("13"))]
    lists = [["1"], [], [*("x" * 10), "3", "1"]]
    found = by_dialogue(lists, asked)
    assert found["recall@10"].tolist() == [0.5, 0.0]
    assert found["recall@50"].tolist() == [0.5, 1.0]
    assert found["ndcg@10"].tolist() == [0.5, 0.0]


def test_the_aim_is_measured_beside_the_best_of_those_that_it_names() -> None:
    asked = [Target(place, [], frozenset("1")) for place in range(20)]
    poor, fair, good = ([["1"] if place < n else [] for place in range(20)] for n in (2, 4, 8))
    lists = {**dict.fromkeys(NAMED, poor), NAMED[1]: fair, LAST_LINE: poor, "MIXED": good, OURS: good}
    result = summary(lists, asked, seed=0)
    assert result["aim reached"]
    beside = result["recall@10 beside the best of the named"]
    assert beside["rival"] == NAMED[1]
    assert beside["ratio"][0] == 2.0
    assert result["recall@10 beside the strongest rival"]["rival"] == "MIXED"


def test_both_halves_of_the_dialogues_have_targets(shared: Path) -> None:
    file = shared / "data" / "dialogues" / "redial.jsonl"
    if not file.is_file():
        pytest.skip("ReDial's dialogues are not here")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    closed = np.array([is_closed(row) for row in rows])
    assert 0.4 < closed.mean() < 0.6
    assert len(targets([row for row, held in zip(rows, closed, strict=True) if held])) > 100
