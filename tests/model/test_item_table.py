"""Items as the model reads them: one scale for every modality, and rows that come and change."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llmrec.catalog.types import Catalog, Item
from llmrec.encoders import Features
from llmrec.encoders.features import MediaVectors
from llmrec.errors import CheckpointMismatch
from llmrec.fusion import FUSIONS
from llmrec.model.catalog_match import catalog_match, check_catalog
from llmrec.model.checkpoint import Checkpoint, load_checkpoint
from llmrec.model.inference import soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.normaliser import Normaliser, project
from llmrec.model.reclm import RecLM
from llmrec.model.restore import restore_items, restore_model
from llmrec.paths import resource
from tests.model.test_checkpoint import ordered, save


def normalised(vectors: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return Normaliser.fit(vectors, mask)(vectors, mask)


def test_present_rows_become_unit_length_and_missing_rows_zero() -> None:
    vectors = np.random.default_rng(0).normal(5, 3, (40, 8)).astype(np.float32)
    mask = np.arange(40) % 4 != 0
    scaled = normalised(vectors, mask)
    assert np.allclose(np.linalg.norm(scaled[mask], axis=1), 1, atol=1e-5)
    assert not scaled[~mask].any()


def test_hot_channel_does_not_drown_the_rest() -> None:
    vectors = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    hot = vectors * np.array([100, *[1] * 7], np.float32)
    mask = np.ones(200, bool)
    assert np.allclose(normalised(vectors, mask), normalised(hot, mask), atol=1e-3)


def test_missing_rows_leave_the_scale_alone() -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    mask = np.arange(20) < 15
    wild = vectors.copy()
    wild[~mask] = 1e9
    a, b = Normaliser.fit(vectors, mask), Normaliser.fit(wild, mask)
    assert np.array_equal(a.mean, b.mean) and np.array_equal(a.spread, b.spread)


def test_catalogue_without_the_modality_stays_finite() -> None:
    vectors, mask = np.zeros((3, 4), np.float32), np.zeros(3, bool)
    assert np.array_equal(normalised(vectors, mask), vectors)


def test_every_step_is_projected_along_the_same_axes() -> None:
    rng = np.random.default_rng(0)
    vectors, axes = rng.normal(size=(5, 3 * 4)).astype(np.float32), rng.normal(size=(4, 2)).astype(np.float32)
    found = project(vectors, axes, steps=3)
    assert found.shape == (5, 3 * 2)
    for step in range(3):
        assert np.allclose(found[:, 2 * step : 2 * step + 2], vectors[:, 4 * step : 4 * step + 4] @ axes, atol=1e-5)


def test_width_is_that_of_what_it_gives() -> None:
    vectors, mask = np.random.default_rng(0).normal(size=(5, 12)).astype(np.float32), np.ones(5, bool)
    plain = Normaliser.fit(vectors, mask, steps=3)
    along = Normaliser(plain.mean, plain.spread, np.ones((4, 2), np.float32), 3)
    assert [n.width for n in (plain, along)] == [n(vectors, mask).shape[1] for n in (plain, along)] == [12, 6]


@pytest.mark.parametrize("fusion", FUSIONS)
def test_items_put_in_one_after_the_other_are_those_of_a_table_made_at_once(
    make_model: Callable[..., tuple[RecLM, ItemTable]],
    tiny_base: Path,
    tiny_features: Features,
    tmp_path: Path,
    fusion: str,
) -> None:
    """Added, replaced and brought back; the model is the same object throughout."""
    checkpoint = load_checkpoint(save(tmp_path / "pack", *make_model(fusion=fusion), tiny_base, tiny_features))
    model = restore_model(checkpoint, tiny_base)

    def tokens(ids: Sequence[str], media: MediaVectors) -> torch.Tensor:
        return soft_tokens(model, restore_items(checkpoint, ids, media.vectors, media.mask))

    order = np.array([5, 1, 2, 3])
    start, other = ordered(tiny_features, np.array([0, 1, 2, 3])), ordered(tiny_features, order)
    other = replace(other, vectors={m: x[:] + 1 for m, x in other.vectors.items()})
    put, ids = start.media.put([4, 1, 2, 3], other.media, 5), (*start.ids, other.ids[0])
    whole = tiny_features.media
    all_ids = tuple(dict.fromkeys((*ids, *tiny_features.ids)))
    rows = [all_ids.index(item) for item in tiny_features.ids]
    grown = put.put(rows, whole, 12)
    assert torch.allclose(tokens(all_ids, grown)[rows], tokens(tiny_features.ids, whole), atol=1e-5)
    assert not torch.allclose(tokens(ids, put)[4], tokens(tiny_features.ids, whole)[5], atol=1e-3)


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
