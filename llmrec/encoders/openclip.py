"""Pictures and words by any CLIP that open_clip runs: a model's name, a hub id, a local folder, or `clip-lite`.

Both modalities of one model lie in one space, where the inner product of two vectors is their cosine.

References
----------
Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (CLIP, 2021, arXiv
2103.00020); Zhai et al., "Sigmoid Loss for Language Image Pre-Training" (SigLIP, 2023, arXiv 2303.15343); through
https://github.com/mlfoundations/open_clip.
"""

import difflib
import logging
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import Encoder
from llmrec.encoders.clip import HEADS, Clip, ClipParts, clip_lite, clip_lite_folder
from llmrec.encoders.image import picture
from llmrec.encoders.text import TextEncoder
from llmrec.encoders.weights import device, file_hash, offline
from llmrec.errors import BadInput, SetupError
from llmrec.extras import needs

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

BATCH = 64
FAMILY, LITE = "open_clip:", "clip-lite"


class ClipImageEncoder:
    """Unit-length vectors of pictures in a CLIP's space.

    Parameters
    ----------
    clip
        The model.
    """

    modality = "image"
    steps = 1

    def __init__(self, clip: Clip) -> None:
        self._clip, self.id, self.dim = clip, clip.id, clip.dim

    def read(self, raw: bytes) -> "Tensor":
        """See `Encoder.read`: ``(3, height, width)`` float32, decoded and preprocessed as the model wants it."""
        return self.fit(picture(raw))

    def fit(self, image: "Image") -> "Tensor":
        """See `FitsPictures.fit`: ``(3, height, width)`` float32."""
        return self._clip.parts.preprocess(image)

    def encode(self, contents: "Sequence[Tensor]") -> NDArray[np.float32]:
        """See `Encoder.encode`; mixed precision on a GPU."""
        import torch

        parts = self._clip.parts
        vectors = np.zeros((len(contents), self.dim), np.float32)
        for start in range(0, len(contents), BATCH):
            pixels = torch.stack(list(contents[start : start + BATCH]))
            vectors[start : start + BATCH] = _unit(parts, parts.model.encode_image, pixels)
        return vectors


class ClipTextEncoder:
    """Unit-length vectors of texts in a CLIP's space; texts beyond the model's window are cut.

    Parameters
    ----------
    clip
        The model.
    """

    modality = "text"
    steps = 1

    def __init__(self, clip: Clip) -> None:
        self._clip, self.id, self.dim = clip, clip.id, clip.dim

    def read(self, raw: bytes) -> str:
        """UTF-8."""
        return TextEncoder().read(raw)

    def encode(self, contents: Sequence[str]) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        parts = self._clip.parts
        vectors = np.zeros((len(contents), self.dim), np.float32)
        order = sorted(range(len(contents)), key=lambda n: len(contents[n]))  # like lengths share a batch
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            tokens = _trimmed(parts.model, parts.tokenize([contents[n] for n in rows]))
            vectors[rows] = _unit(parts, parts.model.encode_text, tokens)
        return vectors


def open_clip_encoder(modality: str, spec: str) -> Encoder[Any]:
    """The image or text encoder of a CLIP; both modalities of a spec share its weights.

    Parameters
    ----------
    modality
        "image" or "text".
    spec
        `clip-lite` (the heads that ship), or, with or without `open_clip:` before it, `NAME:PRETRAINED` as open_clip
        lists them, `NAME:FILE` with a checkpoint, `hf-hub:OWNER/REPO`, or a folder with `open_clip_config.json` (of
        open_clip, or of `llmrec train-clip`). An encoder's id is a spec, with the hash of its weights after `#` where
        those are files at hand.

    Raises
    ------
    BadInput
        Where the spec names nothing that there is.
    SetupError, CheckpointError
        Where what it names is not on this machine.
    """
    encoders: dict[str, Callable[[Clip], Encoder[Any]]] = {"image": ClipImageEncoder, "text": ClipTextEncoder}
    if modality not in encoders:
        raise BadInput(f"CLIP models encode images and texts, not {modality}; choose another encoder for {modality}")
    return encoders[modality](clip(spec.partition("#")[0]))


@lru_cache(maxsize=4)
def clip(spec: str) -> Clip:
    """The CLIP that a spec names: see `open_clip_encoder`."""
    if spec == LITE:
        return clip_lite(clip_lite_folder(), LITE)
    name = spec.removeprefix(FAMILY)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _local(folder)
    if not name.startswith("hf-hub:"):
        _check(*name.partition(":")[::2])
    return _named(name, f"{FAMILY}{name}")


def _local(folder: Path) -> Clip:
    if (folder / HEADS).is_file():
        return clip_lite(folder, f"{FAMILY}{folder}")
    if not (folder / "open_clip_config.json").is_file():
        raise BadInput(f"{folder} holds no open_clip_config.json; pass a folder that open_clip wrote")
    weights = next((f for p in ("*.safetensors", "*.bin", "*.pth") for f in sorted(folder.glob(p))), None)
    if weights is None:
        raise SetupError(f"{folder} holds no weights (*.safetensors); get the model again")
    return _named(f"local-dir:{folder}", f"{FAMILY}{folder}#{file_hash(weights)}")


def _check(model: str, weights: str) -> None:
    """Raises `BadInput` where open_clip knows no such model or weights, or none are named."""
    open_clip = _library()
    known = open_clip.list_models()
    if model not in known:
        near = difflib.get_close_matches(model, known, n=3, cutoff=0.3) or known[:3]
        raise BadInput(f"open_clip has no model {model!r} and there is no such folder; near it: {', '.join(near)}")
    tags = open_clip.list_pretrained_tags_by_model(model)
    if weights not in tags and not Path(weights).is_file():
        what = f"open_clip has no weights {weights!r} for {model}" if weights else f"{model} needs weights"
        raise BadInput(f"{what}; pass {FAMILY}{model}:TAG, TAG being {', '.join(tags) or 'a checkpoint file'}")


def _named(name: str, id: str) -> Clip:
    """A model that open_clip's factory makes: `MODEL:WEIGHTS`, or a name with one of open_clip's own prefixes."""
    open_clip = _library()
    model, weights = (name, "") if name.startswith(("hf-hub:", "local-dir:")) else name.partition(":")[::2]

    def load() -> ClipParts:
        disabled = logging.root.manager.disable
        logging.disable(logging.CRITICAL)  # open_clip logs what it raises, and that is said below
        try:
            built, _, preprocess = open_clip.create_model_and_transforms(
                model, weights or None, device=device(), require_pretrained=True
            )
            tokenize = open_clip.get_tokenizer(model)
        except Exception as error:  # the hub, the disk, the pickle and open_clip raise their own
            raise _absent(name, error) from error
        finally:
            logging.disable(disabled)
        return ClipParts(built.eval().requires_grad_(False), preprocess, tokenize, device())

    try:
        dim = int(open_clip.get_model_config(model)["embed_dim"])
    except Exception as error:
        raise _absent(name, error) from error
    return Clip(id, dim, load)


def _absent(name: str, error: Exception) -> SetupError:
    reason = str(error).strip().split("\n")[0].split(". ")[0]
    return SetupError(
        f"the open_clip model {name} is not on this machine and could not be fetched ({reason}); set HF_HUB_OFFLINE=0 "
        "where there is a network, or pass the folder of a copy"
    )


def _library() -> Any:
    """The package open_clip; raises `MissingExtra` where it is not installed."""
    offline()
    with needs("clip", "a CLIP model"):
        import open_clip
    return open_clip


def _trimmed(model: Any, tokens: "Tensor") -> "Tensor":
    """`tokens (n, length)` without the columns of padding alone, where the text encoder masks padding."""
    pad = getattr(getattr(getattr(model, "text", None), "config", None), "pad_token_id", None)
    return tokens if pad is None else tokens[:, : max(int((tokens != pad).sum(1).max()), 1)]


def _unit(parts: ClipParts, encode: Callable[..., Any], batch: "Tensor") -> NDArray[np.float32]:
    """(n, dim) of one batch."""
    import torch

    mixed = parts.device == "cuda"
    with torch.inference_mode(), torch.autocast(parts.device, torch.float16, enabled=mixed):
        vectors = encode(batch.to(parts.device), normalize=True).float().cpu().numpy()
    return np.asarray(vectors, np.float32)
