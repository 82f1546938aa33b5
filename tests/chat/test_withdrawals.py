"""Limits are dropped, children's conditions go with the child, and what only talks is no condition."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.rules import starts_over, understand

KINDS = (("Musical",), ("Animation", "Children's", "Musical"), ("Comedy",), ("Children's", "Comedy"), ("Horror",))


@pytest.fixture
def films() -> Conversation:
    items = (
        Item(str(n), f"Film {n}", "", {"genres": KINDS[n % 5], "year": 1950 + n, "runtime_min": 80 + n % 60})
        for n in range(50)
    )
    return Conversation(Catalog("films", tuple(items), {}), clarify=False)


def conditions(conversation: Conversation, *lines: str) -> tuple[tuple[str, ...], str]:
    words = ""
    for line in lines:
        reply = conversation.reply(line)
        words = reply.words
        if reply.request is not None:
            conversation.show(reply, ["0", "5", "10"])
    return conversation.conditions, words


@pytest.mark.parametrize(
    "line",
    [
        "时长无所谓",
        "把时长限制去掉",
        "片长不限",
        "取消长度的限制",
        "长短都可以",
        "length doesn't matter",
        "the length is no issue",
    ],
)
def test_a_limit_of_length_is_dropped(films: Conversation, line: str) -> None:
    held, words = conditions(films, "a musical under 100 minutes", line)
    assert held == ("genres=Musical",) and "没有写" not in words


def test_other_words_of_the_line_are_read_beside(films: Conversation) -> None:
    held, _ = conditions(films, "100分钟以内的歌舞片", "把时长限制去掉,不要动画片")
    assert set(held) == {"genres=Musical", "genres!=Animation"}


def test_a_limit_that_was_not_set_is_not_reported_as_unknown(films: Conversation) -> None:
    assert "没有写" not in conditions(films, "歌舞片", "要50年代的,时长无所谓")[1]


@pytest.mark.parametrize(
    "line",
    [
        "不好意思重新来吧:歌舞片",
        "抱歉,重新开始吧。歌舞片",
        "sorry, start over: musicals",
        "this isn't working. start again: musicals",
    ],
)
def test_who_is_sorry_starts_over_too(films: Conversation, line: str) -> None:
    assert starts_over(line) is not None
    assert conditions(films, "a comedy under 100 minutes", line)[0] == ("genres=Musical",)


@pytest.mark.parametrize(
    "line",
    ["我要歌舞片,谢谢", "周末想和老婆看个电影,来部歌舞片", "今晚打算陪爸妈一起看部片子,要歌舞片", "歌舞片,辛苦了"],
)
def test_thanks_and_company_are_talk(films: Conversation, line: str) -> None:
    held, words = conditions(films, line)
    assert held == ("genres=Musical",) and "没有写" not in words


@pytest.mark.parametrize(
    "line",
    ["no no, not for a child. its for me! i want grown up comedies", "I'm not a kid, comedies please",
     "i'm an adult. some comedies", "comedies, and not meant for kids", "我又不是小孩子,给大人看的!要喜剧", "不是给孩子看的,来喜剧"],
)  # fmt: skip
def test_adults_take_the_conditions_of_a_child_back(films: Conversation, line: str) -> None:
    held, _ = conditions(films, "a film for my 6 year old", line)
    assert "genres=Children's" not in held and "genres!=Children's" in held and "genres=Comedy" in held


@pytest.mark.parametrize(
    "line",
    [
        "a budget friendly dress",
        "a wallet-friendly dress",
        "a dress on a tight budget",
        "a cheap dress",
        "a dress that's easy on the purse",
    ],
)
def test_what_spares_the_budget_is_cheap(line: str) -> None:
    items = (Item(str(n), "Mio", "", {"category": "Dress", "price": 10.0 + n}) for n in range(30))
    assert understand(line, Catalog("shop", tuple(items), {})).filters == ("price<19.6667", "category=Dress")


@pytest.mark.parametrize(
    "line", ["no, not for a child!", "i'm an adult", "我又不是小孩子", "something grown up", "给大人看的"]
)
def test_who_only_says_that_it_is_for_no_child_gets_the_list_again(films: Conversation, line: str) -> None:
    held, _ = conditions(films, "a film for my 6 year old", line)
    assert held == ("genres!=Children's",)
