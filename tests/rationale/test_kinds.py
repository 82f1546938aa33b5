"""What an item is called: of its genres those that were asked for, as English puts them."""

import pytest

from llmrec.rationale.kinds import genre_words


@pytest.mark.parametrize(
    ("first", "has", "words"),
    [
        (["animation", "musical"], ["animation", "children's", "musical"], ["animation", "musical"]),
        (["war", "romance"], ["drama", "romance", "war"], ["romance", "war"]),
        (["comedy"], ["comedy", "drama"], ["comedy", "drama"]),
        (["horror", "drama"], ["horror", "drama"], ["horror"]),
        (["thriller"], ["action", "sci-fi", "thriller"], ["sci-fi", "thriller"]),
    ],
)
def test_genres_that_were_asked_for_are_told(first: list[str], has: list[str], words: list[str]) -> None:
    assert genre_words(first, has) == words
