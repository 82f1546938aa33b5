"""What the training tests share."""

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from llmrec.model.prompt import PromptWords


class HashedWords:
    """Encodes texts as sums of a seeded vector a word: like texts lie near each other, as with a real tower."""

    modality, id, dim = "text", "hashed-words", 384

    def read(self, raw: bytes) -> str:
        return raw.decode()

    def encode(self, contents: Sequence[str]) -> NDArray[np.float32]:
        rows = np.array(
            [
                sum(np.random.default_rng(crc32(w.encode())).normal(size=384) for w in t.lower().split())
                for t in contents
            ]
        )
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def quick_text() -> HashedWords:
    """In place of MiniLM, for speed only: that takes seconds to load, and what is tested does not depend on it."""
    return HashedWords()


@pytest.fixture(scope="session")
def words(tiny_base: Path) -> PromptWords:
    return PromptWords.load(tiny_base)
