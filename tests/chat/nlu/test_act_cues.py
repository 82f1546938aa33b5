"""What rules find in a line: whether something was seen, is asked, or was named before."""

import numpy as np
import pytest

from llmrec.chat.nlu.act_cues import BEFORE, COUNT, LINE, act_cues


@pytest.mark.parametrize(
    ("line", "found", "absent"),
    [
        ("I have never seen that one", "unseen", "seen"),
        ("seen it twice already", "seen", "unseen"),
        ("not really a fan of his", "disliked", "thanks"),
        ("I'll check it out, thanks", "will", "asks"),
        ("Who is in it?", "asks of an item", "asks the other"),
        ("Have you watched it yourself?", "asks the other", "requests"),
        ("do you have any other suggestions", "other ones", "parts"),
        ("is that better than the first?", "than", "other ones"),
        ("something more along the lines of Heat (1995)", "like that", "denies"),
        ("没看过,讲什么的?", "unseen", "seen"),
        ("谢谢,再见", "thanks", "asks"),
    ],
)
def test_words_give_a_cue_away(line: str, found: str, absent: str) -> None:
    assert LINE[found].search(line) and not LINE[absent].search(line)


def test_what_was_said_before_tells_whether_a_title_is_new() -> None:
    said = "How about Heat (1995) ?"
    lines = ["Heat (1995) is great", "I like Ronin (1998)", "Heat (1995) and Ronin (1998)", "both"]
    of_titles = act_cues(lines, [said] * 4)[:, len(LINE) + len(BEFORE) :][:, :2]
    assert of_titles.tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]


def test_cues_are_a_fixed_number_of_zeros_and_ones() -> None:
    found = act_cues(["", "hello", "你好"], ["", "Hi!", ""])
    assert found.shape == (3, COUNT) and set(np.unique(found)) <= {0.0, 1.0}
    assert found[:, -1].tolist() == [1, 0, 1], "whether nothing was said before"
    assert act_cues([], []).shape == (0, COUNT)
