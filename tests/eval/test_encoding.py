"""The throughput command measures real work, and what it measures adds up."""

from pathlib import Path

import numpy as np
from PIL import Image

from eval.encoding import measure, plot
from llmrec.encoders import encoder


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
