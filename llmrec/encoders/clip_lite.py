"""clip-lite: an open_clip model of EfficientNet-Lite0 and MiniLM as packaged, under projection heads trained by us.

A folder of heads holds `open_clip_config.json` (what open_clip builds, but for the folder of the text tower, which is
filled in here) and `heads.safetensors`. Both towers stay locked: locked-image tuning (Zhai et al. 2022, LiT, arXiv
2111.07991), on both sides.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmrec import paths
from llmrec.encoders.clip import Clip, EncoderSpecs
from llmrec.encoders.image import Lite0, load_timm
from llmrec.encoders.weights import device, file_hash
from llmrec.errors import CheckpointError, SetupError
from llmrec.extras import needs
from llmrec.setup.packages import MINILM

if TYPE_CHECKING:
    from torch import Tensor

CONFIG, HEADS = "open_clip_config.json", "heads.safetensors"
TRAINED = ("visual.head.", "text.proj.", "logit_scale")
"""Where the trained parameters of open_clip's `CustomTextCLIP` lie."""


def clip_lite_folder() -> Path:
    """The heads that ship with llmrec."""
    return paths.resource("adapters") / "clip-lite"


def clip_lite(folder: Path, name: str) -> Clip:
    """The model whose heads are in `folder`; raises `CheckpointError` where the folder is incomplete or damaged."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["model_cfg"]
        id = f"{name}#{file_hash(folder / HEADS)}"
        dim = int(config["embed_dim"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"the heads in {folder} are incomplete ({error}); copy or train them again") from error
    return Clip(id, dim, lambda: _encoder_specs(folder, config))


def build(config: dict[str, Any]) -> Any:
    """open_clip's `CustomTextCLIP` of a `model_cfg`: the packaged towers, locked, under heads not yet trained.

    Raises `SetupError` where the package of a tower is missing or damaged.
    """
    text = MINILM.folder() / "model"
    with needs("clip", "a CLIP model"):
        from open_clip.model import CustomTextCLIP
    from transformers.utils import logging

    logging.disable_progress_bar()
    heard = logging.get_verbosity()
    logging.set_verbosity_error()  # the pooler that the text tower leaves out is no news
    shape = {key: value for key, value in config.items() if key != "custom_text"}
    try:
        model = CustomTextCLIP(**shape | {"text_cfg": shape["text_cfg"] | {"hf_model_name": str(text)}})
    except (OSError, ValueError) as error:
        raise SetupError(f"the text tower in {text} is damaged; reinstall: {MINILM.install_command()}") from error
    finally:
        logging.set_verbosity(heard)
    model.visual.trunk.load_state_dict(Lite0().build().state_dict())
    model.lock_image_tower()
    model.lock_text_tower()
    return model


def _encoder_specs(folder: Path, config: dict[str, Any]) -> EncoderSpecs:
    from open_clip.tokenizer import HFTokenizer
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    model = build(config)
    try:
        trained = load_file(folder / HEADS)
        left = model.load_state_dict(trained, strict=False)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise CheckpointError(f"the heads in {folder} are damaged ({error}); copy or train them again") from error
    if left.unexpected_keys or any(name.startswith(TRAINED) for name in left.missing_keys):
        raise CheckpointError(f"the heads in {folder} are not those of its {CONFIG}; copy or train them again")
    # the tower's own preprocessing, which the heads were trained on; open_clip's would not crop the margins
    transform = load_timm().data.create_transform(**Lite0().data_config())
    tokenize = HFTokenizer(str(MINILM.folder() / "model"), config["text_cfg"]["context_length"])
    return EncoderSpecs(model.eval().requires_grad_(False).to(device()), transform, tokenize, device())


def trained_parts(model: Any) -> "dict[str, Tensor]":
    """Name -> tensor of the heads and the logit scale."""
    return {name: value for name, value in model.state_dict().items() if name.startswith(TRAINED)}
