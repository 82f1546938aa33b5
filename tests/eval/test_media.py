"""The studies of media: encoding is timed on real work, and damaged files give a content or a sentence."""

from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from eval.encoding import measure, plot
from eval.fuzz_media import films, fuzz, mutated, pictures, sounds
from llmrec.encoders import encoder
from llmrec.encoders.image import picture


def test_cold_is_work_and_cached_is_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    files = [tmp_path / f"{n}.jpg" for n in range(12)]
    for file in files:
        Image.fromarray(rng.integers(0, 255, (60, 60, 3), np.uint8)).save(file)
    row = measure(encoder("image", "lite0"), files, repeats=1)
    assert row["contents"] == 12
    assert row["cache"] > 2
    assert row["over the bare tower"] > 0.3
    plot({"image": row, "video": row}, tmp_path / "plot.png")
    assert Image.open(tmp_path / "plot.png").width > 100


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
