"""What tells of people and evenings ranks nothing; what tells of items stays."""

import pytest

from llmrec.chat.nlu.normalisation import spelt_out
from llmrec.chat.nlu.situations import without_situation


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("a clever one for two people on a Friday night", "a clever one"), ("a heist for a group of six friends", "a heist"),
        ("a musical for a rainy Sunday afternoon", "a musical"), ("we've got friends over and want a film nobody will hate", "want a film"),
        ("it's raining so we need something with dogs", "we need something with dogs"), ("a thriller we can all enjoy", "a thriller"),
        ("she's a bit shy so plain", "plain"), ("anything along those lines", "anything"), ("a mystery with the in-laws", "a mystery"), ("the wife says it has to be romantic", "romantic"), ("想和闺蜜窝沙发上看", "想看"), ("和老婆一起看的悬疑片", "悬疑片"), ("周五晚上两个人看的喜剧", "喜剧"),
    ],
)  # fmt: skip
def test_a_situation_is_cut_out(query: str, left: str) -> None:
    assert without_situation(query) == left


def test_what_an_item_is_about_stays() -> None:
    kept = ["a film about two people", "friends who rob a bank", "Friday the 13th", "a film about friends over the years", "Saturday Night Fever",
            "two people on a train", "I like dogs and want a comedy", "trousers for work", "a bag for school", "关于朋友的电影"]  # fmt: skip
    assert [query for query in kept if without_situation(query) != query] == []


def test_a_year_of_birth_is_what_before_i_was_born_means() -> None:
    assert spelt_out("something from before I was born? I'm from 1980") == "something before 1980"
