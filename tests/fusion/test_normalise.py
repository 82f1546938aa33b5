"""One scale for every modality."""

import numpy as np

from llmrec.fusion.normalise import fit_normaliser, normalise, project


def test_present_rows_become_unit_length_and_missing_rows_zero() -> None:
    vectors = np.random.default_rng(0).normal(5, 3, (40, 8)).astype(np.float32)
    mask = np.arange(40) % 4 != 0
    scaled = normalise(vectors, mask, *fit_normaliser(vectors, mask))
    assert np.allclose(np.linalg.norm(scaled[mask], axis=1), 1, atol=1e-5)
    assert not scaled[~mask].any()


def test_hot_channel_does_not_drown_the_rest() -> None:
    vectors = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    hot = vectors * np.array([100, *[1] * 7], np.float32)
    mask = np.ones(200, bool)
    assert np.allclose(
        normalise(vectors, mask, *fit_normaliser(vectors, mask)),
        normalise(hot, mask, *fit_normaliser(hot, mask)),
        atol=1e-3,
    )


def test_missing_rows_leave_the_scale_alone() -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    mask = np.arange(20) < 15
    wild = vectors.copy()
    wild[~mask] = 1e9
    for a, b in zip(fit_normaliser(vectors, mask), fit_normaliser(wild, mask), strict=True):
        assert np.array_equal(a, b)


def test_catalogue_without_the_modality_stays_finite() -> None:
    vectors, mask = np.zeros((3, 4), np.float32), np.zeros(3, bool)
    assert np.array_equal(normalise(vectors, mask, *fit_normaliser(vectors, mask)), vectors)


def test_every_step_is_projected_along_the_same_axes() -> None:
    rng = np.random.default_rng(0)
    vectors, axes = rng.normal(size=(5, 3 * 4)).astype(np.float32), rng.normal(size=(4, 2)).astype(np.float32)
    found = project(vectors, axes, steps=3)
    assert found.shape == (5, 3 * 2)
    for step in range(3):
        assert np.allclose(found[:, 2 * step : 2 * step + 2], vectors[:, 4 * step : 4 * step + 4] @ axes, atol=1e-5)
