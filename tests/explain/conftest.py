"""Real catalogues, loaded once."""

from pathlib import Path

import pytest

from llmrec.catalog import load_catalog
from llmrec.catalog.types import Catalog


@pytest.fixture(scope="session")
def films(shared: Path) -> Catalog:
    """MovieLens-100K."""
    return load_catalog(shared / "data" / "ml-100k")


@pytest.fixture(scope="session")
def products(shared: Path) -> Catalog:
    """H&M."""
    return load_catalog(shared / "data" / "hm")
