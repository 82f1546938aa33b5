"""VideoMAE, X-CLIP and CLAP of a few thousand weights, made as their hubs' folders are, go through by folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from llmrec.encoders import encoder, encoder_by_id
from llmrec.encoders.base import read_file
from llmrec.errors import BadInput, SetupError
from tests.encoders.media import tone, wav, write_film

SMALL = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}


def videomae() -> Any:
    shape = {"image_size": 32, "patch_size": 16, "num_frames": 8, "decoder_num_hidden_layers": 1}
    return transformers.VideoMAEModel(transformers.VideoMAEConfig(**SMALL, **shape))


def xclip() -> Any:
    vision = {"image_size": 32, "patch_size": 16, "num_frames": 4, "mit_hidden_size": 16, "mit_intermediate_size": 32,
              "mit_num_hidden_layers": 1, "mit_num_attention_heads": 2}  # fmt: skip
    text = {"vocab_size": 100, "max_position_embeddings": 8}
    return transformers.XCLIPModel(
        transformers.XCLIPConfig(
            text_config=SMALL | text, vision_config=SMALL | vision, projection_dim=16, prompt_layers=1,
            prompt_num_attention_heads=2,
        )
    )  # fmt: skip


def clap() -> Any:
    audio = {"window_size": 4, "num_mel_bins": 16, "spec_size": 128, "patch_size": 4, "patch_stride": [4, 4],
             "depths": [1, 1], "num_attention_heads": [2, 2], "patch_embeds_hidden_size": 8, "hidden_size": 16,
             "enable_fusion": False}  # fmt: skip
    text = {"vocab_size": 100, "max_position_embeddings": 16, "projection_dim": 12, "projection_hidden_size": 12}
    config = transformers.ClapConfig(text_config=SMALL | text, audio_config=audio, projection_dim=12)
    return transformers.ClapModel(config)


def save(model: Any, folder: Path) -> Path:
    """As a hub holds it: weights, configuration, preprocessor."""
    model.save_pretrained(folder)
    if isinstance(model, transformers.ClapModel):
        transformers.ClapFeatureExtractor(
            feature_size=16, truncation="rand_trunc", padding="repeatpad"
        ).save_pretrained(folder)
    else:
        size = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
        transformers.VideoMAEImageProcessor(**size).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    ("modality", "build", "dim"), [("video", videomae, 16), ("video", xclip, 16), ("audio", clap, 12)]
)
def test_a_folder(modality: str, build: Any, dim: int, tmp_path: Path) -> None:
    torch.manual_seed(5)
    folder = save(build(), tmp_path / "tower")
    if modality == "video":
        files = [write_film(tmp_path / "a.mp4"), write_film(tmp_path / "b.mp4", greys=[200] * 9)]
    else:
        files = [tmp_path / "a.wav", tmp_path / "b.wav"]
        files[0].write_bytes(wav(tone()))
        files[1].write_bytes(wav(tone(900, 5, seconds=12)))
    loaded = encoder(modality, f"hf:{folder}")
    contents = [read_file(file, loaded) for file in files]
    vectors = loaded.encode(contents)
    assert (vectors.shape, vectors.dtype, loaded.dim, loaded.steps) == ((2, dim), np.float32, dim, 1)
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-4
    np.testing.assert_allclose(loaded.encode(contents[1:])[0], vectors[1], atol=1e-4)
    random = encoder(modality, f"hf:{folder}?random").encode(contents)
    assert np.abs(random - vectors).max() > 1e-4
    again = encoder_by_id(modality, loaded.id)
    np.testing.assert_allclose(again.encode(contents), vectors, atol=1e-4)


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    folder = save(videomae(), tmp_path / "tower")
    with pytest.raises(BadInput, match="is a videomae model"):
        _ = encoder("audio", f"hf:{folder}").dim
    with pytest.raises(SetupError, match="not on this machine"):
        _ = encoder("video", "hf:nobody/nothing").dim
