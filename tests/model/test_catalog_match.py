"""Whether a checkpoint is of a catalogue: ids and titles together tell, parts and grown catalogues are no others."""

from dataclasses import replace
from pathlib import Path

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.errors import CheckpointMismatch
from llmrec.model.catalog_match import catalog_match, check_catalog
from llmrec.model.checkpoint import Checkpoint, load_checkpoint
from llmrec.paths import resource


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    """Of the 1,682 films of MovieLens-100K."""
    return load_checkpoint(resource("adapters") / "ml-100k")


@pytest.fixture(scope="module")
def titles(checkpoint: Checkpoint) -> Catalog:
    """As many items of the same ids, with titles of their own."""
    return Catalog("clothes", tuple(Item(id, f"Shirt {id}") for id in checkpoint.items), {})


def test_the_same_ids_with_other_titles_are_another_catalogue(checkpoint: Checkpoint, titles: Catalog) -> None:
    assert catalog_match(checkpoint, titles).shared == 0
    with pytest.raises(
        CheckpointMismatch, match="trained on another catalogue: 'clothes' has 0 of its 1,682 items"
    ) as e:
        check_catalog(checkpoint, titles)
    assert e.value.fields == ("adapter",)


def test_without_hashes_of_titles_ids_count(checkpoint: Checkpoint, titles: Catalog, tmp_path: Path) -> None:
    assert catalog_match(replace(checkpoint, folder=tmp_path), titles).share == 1


@pytest.mark.parametrize(
    ("kept", "more", "share", "says"),
    [(1682, 0, 1, False), (50, 0, 1, False), (1682, 9000, 1, False), (400, 1000, 400 / 1400, True)],
)
def test_a_part_and_a_grown_catalogue_are_no_others(
    checkpoint: Checkpoint, titles: Catalog, tmp_path: Path, kept: int, more: int, share: float, says: bool
) -> None:
    added = tuple(Item(f"new-{n}", "New") for n in range(more))
    match = check_catalog(replace(checkpoint, folder=tmp_path), replace(titles, items=titles.items[:kept] + added))
    assert match.share == pytest.approx(share)
    assert bool(match.note()) == says
    if says:
        assert "knows 400 of the 1,400 items" in match.note()


def test_an_empty_catalogue_is_refused_elsewhere(checkpoint: Checkpoint) -> None:
    assert check_catalog(checkpoint, Catalog("none", (), {})).note() == ""
