"""A CLIP as both its encoders share it, and clip-lite: the one that ships.

clip-lite is an open_clip model of EfficientNet-Lite0 and MiniLM as packaged, under projection heads trained here. A
folder of heads holds `open_clip_config.json` (what open_clip builds, but for the folder of the text encoder, which is
filled in here) and `heads.safetensors`. Both encoders stay locked: locked-image tuning, on both sides.

References
----------
Zhai et al., "LiT: Zero-Shot Transfer with Locked-image text Tuning" (2022, arXiv 2111.07991).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from llmrec import paths
from llmrec.encoders.image import Lite0, load_timm
from llmrec.encoders.weights import device, file_hash
from llmrec.errors import CheckpointError, SetupError
from llmrec.extras import needs
from llmrec.setup.packages import MINILM

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class ClipParts:
    """A loaded CLIP."""

    model: Any
    """open_clip's, in evaluation mode, on `device`."""
    preprocess: "Callable[[Image], Tensor]"
    """An RGB picture -> (3, height, width) float32."""
    tokenize: "Callable[[list[str]], Tensor]"
    """Texts -> (n, length) token ids."""
    device: str


class Clip:
    """A CLIP by its id; its weights are loaded at the first use, once for both modalities.

    Parameters
    ----------
    id
        See `Encoder.id`.
    dim
        Width of the space that pictures and words share.
    load
        Loads it.
    """

    def __init__(self, id: str, dim: int, load: Callable[[], ClipParts]) -> None:
        self.id, self.dim, self._load = id, dim, load
        self._lock = RLock()  # pictures are read by several threads: one of them loads
        self._parts: ClipParts | None = None

    @property
    def parts(self) -> ClipParts:
        """The loaded model.

        Raises
        ------
        SetupError
            Where the weights are not at hand or are damaged.
        """
        with self._lock:
            if self._parts is None:
                self._parts = self._load()
            return self._parts


CONFIG, HEADS = "open_clip_config.json", "heads.safetensors"
TRAINED = ("visual.head.", "text.proj.", "logit_scale")
"""Where the trained parameters of open_clip's `CustomTextCLIP` lie."""


def clip_lite_folder() -> Path:
    """The heads that ship with llmrec."""
    return paths.resource("adapters") / "clip-lite"


def clip_lite(folder: Path, name: str) -> Clip:
    """A CLIP of the packaged encoders under trained heads.

    Parameters
    ----------
    folder
        Holds the heads.
    name
        What its id begins with.

    Raises
    ------
    CheckpointError
        Where the folder is incomplete or damaged.
    """
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["model_cfg"]
        id = f"{name}#{file_hash(folder / HEADS)}"
        dim = int(config["embed_dim"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"the heads in {folder} are incomplete ({error}); copy or train them again") from error
    return Clip(id, dim, lambda: _load(folder, config))


def build(config: dict[str, Any]) -> Any:
    """open_clip's `CustomTextCLIP`: the packaged encoders, locked, under heads not yet trained.

    Parameters
    ----------
    config
        A `model_cfg` of open_clip.

    Raises
    ------
    SetupError
        Where the package of an encoder is missing or damaged.
    """
    text = MINILM.folder() / "model"
    with needs("clip", "a CLIP model"):
        from open_clip.model import CustomTextCLIP
    from transformers.utils import logging

    logging.disable_progress_bar()
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # the pooler that the text encoder leaves out is no news
    shape = {key: value for key, value in config.items() if key != "custom_text"}
    try:
        model = CustomTextCLIP(**shape | {"text_cfg": shape["text_cfg"] | {"hf_model_name": str(text)}})
    except (OSError, ValueError) as error:
        raise SetupError(f"the text encoder in {text} is damaged; reinstall: {MINILM.install_command()}") from error
    finally:
        logging.set_verbosity(verbosity)
    model.visual.trunk.load_state_dict(Lite0().build().state_dict())
    model.lock_image_tower()
    model.lock_text_tower()
    return model


def _load(folder: Path, config: dict[str, Any]) -> ClipParts:
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
    # the encoder's own preprocessing, which the heads were trained on; open_clip's would not crop the margins
    transform = load_timm().data.create_transform(**Lite0().data_config())
    tokenize = HFTokenizer(str(MINILM.folder() / "model"), config["text_cfg"]["context_length"])
    return ClipParts(model.eval().requires_grad_(False).to(device()), transform, tokenize, device())


def trained_parts(model: Any) -> "dict[str, Tensor]":
    """Name -> tensor of the heads and the logit scale."""
    return {name: value for name, value in model.state_dict().items() if name.startswith(TRAINED)}
