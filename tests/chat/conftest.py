"""The demo's catalogue and the shipped adapter, for chains that answer."""

from collections.abc import Iterator

import pytest

from llmrec.recommender import Recommender


@pytest.fixture(scope="session")
def shop() -> Iterator[Recommender]:
    """The demo's, opened once."""
    recommender = Recommender.from_pretrained()
    yield recommender
    recommender.pipeline.index.close()
