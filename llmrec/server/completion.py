"""Where the text of a completion ends before its end, and what it counts.

Lists and sentences are not one model's output: a token is here a word, a number or a mark, whoever wrote it.
"""

import re
from collections.abc import Sequence
from typing import Literal

_TOKEN = re.compile(r"\w+|[^\w\s]")


def count_tokens(text: str) -> int:
    """Count the tokens of a text.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    int

    Examples
    --------
    >>> count_tokens("1. Alien (1979)")
    6
    """
    return sum(1 for _ in _TOKEN.finditer(text))


class CompletionText:
    r"""Passes the pieces of a text on, up to a stop sequence or a number of tokens.

    Parameters
    ----------
    stop
        Sequences that end the text; they are not part of it.
    most
        Tokens at most; None for any number.

    Examples
    --------
    >>> text = CompletionText(stop=["\n\n"], most=None)
    >>> text.add("1. Alien\n") + text.add("\nWhy these:") + text.rest(), text.finish
    ('1. Alien', 'stop')
    """

    def __init__(self, stop: Sequence[str] = (), most: int | None = None) -> None:
        self._stop, self._left = tuple(stop), most
        self._kept_back = max(map(len, self._stop), default=1) - 1
        self._held = ""
        self.tokens = 0
        """Tokens that were passed on."""
        self.finish: Literal["stop", "length"] = "stop"
        self.ended = False
        """Whether nothing more is passed on."""

    def add(self, piece: str) -> str:
        """Take a piece.

        Parameters
        ----------
        piece
            What comes next; it ends with a word, not within one, where neither bound is given.

        Returns
        -------
        str
            What can be passed on by now: a beginning of a stop sequence is held back.
        """
        if self.ended:
            return ""
        if not self._stop and self._left is None:
            return self._counted(piece)
        text = self._held + piece
        found = [at for at in (text.find(stop) for stop in self._stop) if at >= 0]
        if found:
            self._held = ""
            passed = self._counted(text[: min(found)])
            self.ended = True
            return passed
        cut = self._break(text, len(text) - self._kept_back)
        self._held = text[cut:]
        return self._counted(text[:cut])

    def rest(self) -> str:
        """End the text.

        Returns
        -------
        str
            What was held back.
        """
        if self.ended:
            return ""
        passed = self._counted(self._held)
        self._held, self.ended = "", True
        return passed

    @staticmethod
    def _break(text: str, at: int) -> int:
        """The last place up to `at` after which no word goes on, so that none is counted in two pieces."""
        at = max(at, 0)
        while at and re.match(r"\w(?:\w|$)", text[at - 1 : at + 1]):
            at -= 1
        return at

    def _counted(self, text: str) -> str:
        for token in _TOKEN.finditer(text):
            if self._left is not None and self.tokens >= self._left:
                self.finish, self.ended = "length", True
                return text[: token.start()].rstrip()
            self.tokens += 1
        return text
