"""The demo's catalogue and the shipped pack, for chains that answer."""

from collections.abc import Iterator

import pytest

from llmrec.recommender import Recommender


@pytest.fixture(scope="session")
def shop() -> Iterator[Recommender]:
    """Pipeline once."""
    recommender = Recommender.open(None, None)
    yield recommender
    recommender.pipeline.index.close()
