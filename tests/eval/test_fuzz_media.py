"""Some hundred damaged files on every run of the tests; `python -m eval.fuzz_media` does thousands."""

from random import Random

import pytest

from eval.fuzz_media import films, fuzz, mutated, pictures, sounds
from llmrec.encoders.image import picture


def test_the_seeds_are_sound() -> None:
    for raw in pictures().values():
        assert picture(raw).size == (64, 64)
    assert all(films().values()) and all(sounds().values())


def test_mutations_repeat_and_differ() -> None:
    seeds = [b"x" * 200, b"y" * 300]
    made = [mutated(seeds, Random(n)) for n in range(50)]
    assert made == [mutated(seeds, Random(n)) for n in range(50)]
    assert len(set(made)) > 40


@pytest.mark.timeout(300)
def test_nothing_but_a_content_or_a_sentence_comes_out() -> None:
    outcomes, slowest, escaped = fuzz(300, seed=1)
    assert not escaped
    assert sum(outcomes.values()) >= 300
    assert {modality for modality, _ in (name.split(": ", 1) for name in outcomes)} == {"image", "video", "audio"}
    assert set(slowest) == {"image", "video", "audio"}
