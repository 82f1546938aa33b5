"""The mapping to the labels of IARD: what is measured alone is not trained on, and baselines stand beside it."""

import json

import numpy as np
import pytest

from eval.iard import HAND, KEYWORDS, measured
from llmrec.chat.nlu.acts import act_reader


def test_the_lines_by_hand_are_well_formed_and_no_line_stands_twice() -> None:
    rows = [json.loads(line) for line in HAND.read_text(encoding="utf-8").splitlines()]
    assert all(row["text"].strip() and row["acts"] and set(row["acts"]) <= set(KEYWORDS) for row in rows)
    assert len({(row["before"], row["text"]) for row in rows}) == len(rows) >= 300
    assert all(sum(label in row["acts"] for row in rows) >= 10 for label in KEYWORDS)


def test_labels_that_words_do_not_give_away_are_found_and_the_half_held_out_teaches_nothing() -> None:
    reader = act_reader()
    if reader is None:
        pytest.skip("the text encoder is not installed")
    seen = ["Seen it, loved it.", "I saw that one, it was great", "yes, watched it last week", "that was so good"] * 3
    unseen = ["Haven't seen it.", "never heard of that", "no, I don't know that one", "not seen that yet"] * 3
    rows = [{"before": "Have you seen Heat (1995) ?", "text": text, "acts": ["SEE"]} for text in seen]
    rows += [{"before": "How about Ronin (1998)", "text": text, "acts": ["NRE"]} for text in unseen]
    held = np.arange(len(rows)) % 2 == 0
    found = measured(reader, HAND, held, rows)
    closed = found["closed half"]
    assert found["labels"] == ["NRE", "SEE"] and closed["lines"] == 12
    assert closed["accuracy"] >= 0.9 > closed["most frequent label"]["accuracy"]
    for row, alone in zip(rows, held, strict=True):
        row["acts"] = ["NRE", "SEE"] if alone else row["acts"]
    assert measured(reader, HAND, held, rows)["open half"] == found["open half"]
