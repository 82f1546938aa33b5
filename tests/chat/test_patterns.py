"""Expressions that read what anybody may write: no words, said again and again, keep a gateway busy for ever."""

import importlib
import pkgutil
import random
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

import llmrec.audit
import llmrec.chat
import llmrec.verification

SECONDS = 10
"""An expression that backtracks without end takes years for such lines, any other a few milliseconds."""
LINES = 25
WORD = re.compile(r"[a-z']+|[\u4e00-\u9fff]+")


class TooLong(Exception):
    """The time for one line is over."""


@contextmanager
def limited() -> Iterator[None]:
    def over(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def patterns_of(value: Any, depth: int = 0) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield from [value] if isinstance(value.pattern, str) else []
    elif depth < 3 and isinstance(value, (dict, tuple, list, set, frozenset)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from patterns_of(each, depth + 1)


def modules() -> Iterator[str]:
    for package in (llmrec.chat, llmrec.verification, llmrec.audit):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield module.name


@pytest.mark.parametrize("name", modules())
def test_no_words_said_again_and_again_keep_an_expression_busy(name: str) -> None:
    rng = random.Random(name)
    held = (each for value in vars(importlib.import_module(name)).values() for each in patterns_of(value))
    for pattern in dict.fromkeys(held):
        words = sorted(set(WORD.findall(pattern.pattern)))
        for _ in range(LINES if words else 0):
            few = rng.sample(words, min(len(words), rng.choice((1, 2, 3, 5, 20))))
            line = rng.choice((" ", ", ", "")).join(rng.choice(few) for _ in range(100))
            line = line[:500] + rng.choice(("", "!", " zz?"))
            try:
                with limited():
                    pattern.search(line)
                    pattern.fullmatch(line)
            except TooLong:
                pytest.fail(f"{name} is busy without end on {line[:80]!r}: {pattern.pattern[:80]!r}")


@pytest.mark.parametrize(
    "words",
    [
        "got have you got",
        "hi",
        "now,",
        "sure hey",
        "no, wait,",
        "just absolutely",
        "try",
        "dunno, meh,",
        "搞错了",
        "嗯",
        "刚刚今天",
    ],
)
def test_a_line_of_one_word_is_answered(words: str) -> None:
    """Each kept a conversation busy without end before."""
    from llmrec.catalog import Catalog, Item
    from llmrec.chat.conversation import Conversation
    from llmrec.errors import BadInput

    films = Catalog("films", (Item("1", "Big", "", {"genres": ("Comedy",), "year": 1988}),), {})
    with limited():
        try:
            Conversation(films).reply((f"{words} " * 200)[:900] + "x")
        except BadInput as refused:
            assert str(refused)
