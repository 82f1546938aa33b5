"""Words tell what lives in words, and nothing of what pictures, clips and sounds hold."""

import re
from collections import Counter, defaultdict

import numpy as np
import pytest

from llmrec.catalog.simshop import ATTRIBUTES, World
from llmrec.catalog.simshop.words import Words, write_words

SYNONYMS = """
    round circle circular disc ball square cube star starry heart ring hoop red crimson yellow golden green blue purple
    violet plain stripe striped dot dotted spotted check checked zigzag chevron spin spinning turning bounce bouncing
    slide sliding pulse pulsing sway swaying orbit orbiting rise rising slow brisk rapid fast quick day dusk spot flute
    reed strings bell shaker harp drum buzz buzzing calm steady hurried low middle high pitch loud quiet sound music
    video photo picture bright dark colour color colourful
"""


@pytest.fixture(scope="module")
def words(world: World) -> list[Words]:
    return write_words(world.values, world.seed)


def test_titles_are_unique_and_words_tell_their_own_attributes(world: World, words: list[Words]) -> None:
    assert len({told.title for told in words}) == 600
    for row, told in enumerate(words):
        text = f"{told.title} {told.description}".lower()
        assert told.family in text
        for attribute in ATTRIBUTES:
            if attribute.modality == "text":
                assert world.values[attribute.name][row].lower() in text
    assert set(Counter(told.family for told in words).values()) == {75}
    assert all(1 < told.price < 200 for told in words)


def test_no_word_of_another_modality_occurs(words: list[Words]) -> None:
    said = {word for told in words for word in re.findall(r"[a-z-]+", f"{told.title} {told.description}".lower())}
    held = {value.lower() for a in ATTRIBUTES if a.modality != "text" for value in a.values}
    names = {a.name for a in ATTRIBUTES if a.modality != "text"}
    assert not said & (held | names | set(SYNONYMS.split()))


@pytest.mark.parametrize("name", [a.name for a in ATTRIBUTES if a.modality != "text"])
def test_a_classifier_on_words_does_no_better_than_chance(world: World, words: list[Words], name: str) -> None:
    """Naive Bayes on the words of 400 items, asked about 200."""
    values = world.values[name]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    texts = [re.findall(r"[a-z]+", f"{told.title} {told.description}".lower()) for told in words]
    for text, value in zip(texts[:400], values[:400], strict=True):
        counts[value].update(text)
    kinds = sorted(counts)

    def guess(text: list[str]) -> str:
        scores = [sum(np.log((counts[k][w] + 1) / (counts[k].total() + 500)) for w in text) for k in kinds]
        return kinds[int(np.argmax(scores))]

    right = np.mean([guess(text) == value for text, value in zip(texts[400:], values[400:], strict=True)])
    chance = 1 / len(kinds)
    assert right < chance + 4 * np.sqrt(chance * (1 - chance) / 200)
