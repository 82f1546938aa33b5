"""What a command answers from, opened in the order in which a mistake of its user shows."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from llmrec import paths
from llmrec.catalog import Catalog, load_catalog
from llmrec.setup import demo_data

if TYPE_CHECKING:
    from llmrec.recommender import Recommender


def pipeline(
    data: Path | None, adapter: Path | None, check: Callable[[Catalog], object], chroma: str | None = None
) -> "Recommender":
    """The catalogue is read, `check` refuses what it cannot answer, and only then model and index are opened.

    `chroma`: URL of the Chroma server that has the index; answers do without it while it is out of reach.

    Raises what `check` raises, and what `llmrec.pipeline.load_pipeline` does.
    """
    folder = data or demo_data(paths.home())
    catalog = load_catalog(folder)
    check(catalog)
    from llmrec.recommender import Recommender  # PyTorch alone takes seconds to import

    return Recommender.open(folder, adapter, catalog=catalog, chroma=chroma, resilient=chroma is not None)
