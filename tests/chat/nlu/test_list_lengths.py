"""How many items a list is to have is read however it is said, and no price or length is taken for it."""

import pytest

from llmrec.chat.nlu.list_lengths import list_length


@pytest.mark.parametrize(
    ("line", "length"),
    [
        ("no more than 3 please its too much to read", 3), ("max 3 please", 3), ("two of them is enough", 2), ("just give me the top 2", 2), ("4 at most please", 4),
        ("at most three, my screen is small", 3), ("no need for five, three will do", 3), ("3 at a time please", 3), ("maximum 4 films", 4), ("not more than two, i get lost", 2),
        ("that's too much to read", 3), ("fewer please", 3), ("别超过三部", 3), ("最多两个", 2), ("3 tops", 3), ("keep it to three from now on", 3), ("i only want 2 at a time", 2),
    ],
)  # fmt: skip
def test_a_length_is_read(line: str, length: int) -> None:
    assert list_length(line) == ("", length)


def test_what_else_is_wanted_is_left_and_other_amounts_are_no_length() -> None:
    assert list_length("comedies from the 90s. no more than 3 please") == ("comedies from the 90s", 3)
    for line in (
        "no more than 90 minutes",
        "max 30",
        "at most two hours long",
        "up to 50 dollars",
        "not more than 3 years old",
        "there are too many westerns",
    ):
        assert list_length(line) == (line, None), line
