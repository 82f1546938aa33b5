"""CLIP models through open_clip: a tiny one of random weights from a folder, the shipped clip-lite, and refusals."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from llmrec.encoders import ContentError, encoder, encoder_by_id
from llmrec.encoders.clip import Clip
from llmrec.encoders.openclip import open_clip_encoder
from llmrec.errors import BadInput, CheckpointError, SetupError
from llmrec.setup.packages import LITE0, MINILM

SHAPE = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}
needs_encoders = pytest.mark.skipif(
    LITE0.version() is None or MINILM.version() is None, reason="the packages of the towers are not installed"
)


def save_tiny(folder: Path, seed: int) -> Path:
    """A CLIP in the layout in which open_clip keeps models."""
    import torch
    from open_clip.model import CLIP
    from safetensors.torch import save_file

    folder.mkdir()
    torch.manual_seed(seed)
    model = CLIP(**SHAPE)
    save_file({name: x.contiguous() for name, x in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": SHAPE, "preprocess_cfg": {"size": 32}}))
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("clip") / "tiny", 0)


def png(colour: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (50, 40), colour).save(file, "PNG")
    return file.getvalue()


def test_both_modalities_of_a_folder_give_unit_vectors_alone_and_in_batches(tiny: Path) -> None:
    image, text = (encoder(m, f"open_clip:{tiny}") for m in ("image", "text"))
    assert (image.id, image.dim, image.steps) == (text.id, 16, 1)
    pictures = [image.read(png(colour)) for colour in ((200, 0, 0), (0, 0, 200), (9, 9, 9))]
    words = ["a red shoe", "blue", "something much longer than the window of this text tower can hold at all"]
    for one, contents in ((image, pictures), (text, words)):
        together = one.encode(contents)
        assert together.shape == (3, 16) and together.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(together, np.concatenate([one.encode([c]) for c in contents]), atol=1e-5)
        assert len({tuple(row.round(4)) for row in together}) == 3


def test_the_id_rebuilds_the_encoder_and_changes_with_the_weights(tiny: Path, tmp_path: Path) -> None:
    first = encoder("image", f"open_clip:{tiny}")
    assert encoder_by_id("image", first.id).id == first.id
    assert save_tiny(tmp_path / "tiny", 1) != tiny
    assert encoder("image", f"open_clip:{tmp_path / 'tiny'}").id.split("#")[1] != first.id.split("#")[1]
    with pytest.raises(BadInput, match="000000000000"):
        encoder_by_id("image", first.id.split("#")[0] + "#000000000000")


def test_damaged_pictures_are_reported(tiny: Path) -> None:
    with pytest.raises(ContentError):
        encoder("image", f"open_clip:{tiny}").read(png((1, 2, 3))[:30])


@pytest.mark.parametrize(
    ("spec", "error", "says"),
    [
        ("open_clip:ViT-B-23:openai", BadInput, "ViT-B-32"),
        ("open_clip:ViT-B-32", BadInput, "laion2b_s34b_b79k"),
        ("open_clip:ViT-B-32:mine", BadInput, "no weights 'mine'"),
        ("open_clip:hf-hub:nobody/nothing", SetupError, "HF_HUB_OFFLINE"),
    ],
)
def test_what_cannot_be_had_is_said_in_one_sentence(spec: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        open_clip_encoder("image", spec)
    assert "\n" not in str(caught.value)


def test_weights_that_cannot_be_fetched_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    tower = open_clip_encoder("image", "open_clip:ViT-B-32:laion2b_s34b_b79k")
    with pytest.raises(SetupError, match="ViT-B-32:laion2b_s34b_b79k is not on this machine"):
        tower.read(png((1, 2, 3)))


def test_folders_that_are_no_models(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(BadInput, match=r"open_clip_config\.json"):
        open_clip_encoder("text", f"open_clip:{tmp_path}")
    (tmp_path / "heads.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointError, match="incomplete"):
        open_clip_encoder("text", f"open_clip:{tmp_path}")
    with pytest.raises(BadInput, match="not audio"):
        open_clip_encoder("audio", f"open_clip:{tiny}")


def test_a_model_loads_once_for_all_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    loads: list[int] = []
    model = Clip("x", 1, lambda: loads.append(1) or object())  # type: ignore[arg-type, func-returns-value, return-value]
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: id(model.parts), range(8)))) == 1 == len(loads)


@needs_encoders
def test_clip_lite_names_what_a_picture_shows() -> None:
    """Coffee and a cat among ImageNet's 1,000 class names: skipped where scikit-image has no pictures at hand."""
    data: Any = pytest.importorskip("skimage.data")
    from llmrec.train.clip.imagenet_classes import class_names

    names = class_names()
    image, text = encoder("image", "clip-lite"), encoder("text", "clip-lite")
    words = text.encode(names)
    for pixels, right in ((data.coffee(), "espresso"), (data.chelsea(), "tabby")):
        vector = image.encode([image.fit(Image.fromarray(pixels))])[0]  # type: ignore[attr-defined]
        nearest = [names[n] for n in np.argsort(-(words @ vector))[:3]]
        assert right in nearest


@needs_encoders
def test_clip_lite_is_its_heads_on_the_towers_of_the_other_encoders() -> None:
    """The heads are trained on cached vectors of those: the model that open_clip runs must give the same."""
    import torch
    import torch.nn.functional as F

    image, text = encoder("image", "clip-lite"), encoder("text", "clip-lite")
    model = image._clip.parts.model  # type: ignore[attr-defined]
    raw = png((180, 40, 60))
    tower, words = encoder("image", "lite0"), encoder("text", "minilm")
    with torch.inference_mode():
        seen = F.normalize(model.visual.head(torch.from_numpy(tower.encode([tower.read(raw)]))), dim=-1)
        said = F.normalize(model.text.proj(torch.from_numpy(words.encode(["a red dress, size M"]))), dim=-1)
    np.testing.assert_allclose(image.encode([image.read(raw)]), seen.numpy(), atol=1e-4)
    np.testing.assert_allclose(text.encode(["a red dress, size M"]), said.numpy(), atol=1e-4)
