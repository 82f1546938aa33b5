"""Reasons by rule, without the LLM: where its words did not hold, and in a style that was asked for (one line, two
sentences, a comparison).

The rationale LoRA writes in the mixture of styles that it was taught and cannot be told one. The plans it was taught
with can: a style is a choice among them, true by construction, and checked like what the LLM writes.
"""

import random
from collections.abc import Iterator
from typing import get_args

from llmrec.explain.brief import Brief
from llmrec.explain.phrasing import Style, plain, write, write_styled

STYLES: tuple[Style, ...] = get_args(Style)
TRIES = 8
"""Draws of a sentence that says what no other of the same answer says."""


def styled(brief: Brief, style: Style, seed: int) -> Iterator[str]:
    """Sentences on a brief in a style, one to be taken, the same for the same seed; the plain one last.

    Where all evidence is faint, each says so, whatever the style; where there is nothing to compare with, the strongest
    reason is compared with all others of the history.
    """
    rng = random.Random(seed)
    for _ in range(TRIES):
        yield write_styled(brief, style, rng)
    yield plain(brief)


def unstyled(brief: Brief, seed: int) -> Iterator[str]:
    """Sentences for a brief on which the LLM's did not hold, one to be taken: the plain one, then drawn ones where
    another item of the answer has that (two colours of one dress), and the plain one in the end."""
    rng = random.Random(seed)
    yield plain(brief)
    for _ in range(TRIES):
        yield write(brief, brief.lead(rng), rng)
    yield plain(brief)
