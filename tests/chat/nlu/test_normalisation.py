"""Words that only lend a line force are dropped in one place, and titles and wishes keep theirs."""

import pytest

from llmrec.chat.nlu.normalisation import spelt_out


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("what do you even know about me", "what do you know about me"), ("what did you even pick this for", "what did you pick this for"),
        ("how long is it actually", "how long is it"), ("why is it honestly even there?", "why is it there?"), ("why the hell is 2 on there", "why is 2 on there"),
        ("is number 3 like really scary", "is number 3 scary"), ("do you seriously have Fargo", "do you have Fargo"), ("which one is literally the shortest", "which one is the shortest"),
        ("a dress, not white obvs", "a dress, not white"), ("something youd like", "something you'd like"),
    ],
)  # fmt: skip
def test_fillers_are_dropped(line: str, plain: str) -> None:
    assert spelt_out(line) == plain


def test_what_is_meant_is_kept() -> None:
    for line in (
        "is Love Actually in there?",
        "i really like musicals",
        "just one",
        "something really funny",
        "is it exactly the same as 2?",
    ):
        assert spelt_out(line) == line
