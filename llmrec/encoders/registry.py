"""Encoders by name: the grammar of `--encoder MODALITY=SPEC`, and the encoder that an id in a pack stands for.

An id is a spec, and after `#` what tells its weights or its version: `timm:vit_small_patch16_224#named`,
`hf:/models/bert#1f0c…`, `mel#1`. So a pack's ids suffice to encode new items as its own were.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from llmrec.catalog import Item
from llmrec.encoders.base import Encoder, lacks
from llmrec.encoders.image import FitsPictures, ImageEncoder
from llmrec.encoders.weights import Weights
from llmrec.errors import BadInput

DEFAULTS = {"text": "minilm", "image": "lite0", "video": "frames", "audio": "mel"}
SPECS = {
    "text": ("minilm", "hf:NAME_OR_FOLDER[?random]", "open_clip:NAME[:PRETRAINED]", "clip-lite"),
    "image": ("lite0", "timm:NAME_OR_FOLDER[?random]", "open_clip:NAME[:PRETRAINED]", "clip-lite"),
    "video": ("frames", "frames:IMAGE_SPEC", "torchvision:NAME[?random]", "hf:NAME_OR_FOLDER[?random]"),
    "audio": ("mel", "mfcc", "hf:NAME_OR_FOLDER[?random]"),
}
SHIPPED = {"all-MiniLM-L6-v2/unit": "minilm", "tf_efficientnet_lite0/pooled-224": "lite0"}
"""Ids from before ids were specs, as packs carry them."""


def encoder(modality: str, spec: str) -> Encoder[Any]:
    """The encoder that `spec` names (see `SPECS`); one object for the process, its model loaded at first use.

    `?random` asks for a tower with seeded random weights; without it a tower whose weights are not on this machine
    is refused when it is first used (`SetupError`). Raises `BadInput` where the modality or the spec is unknown.
    """
    return _built(modality, spec, "")


def encoder_by_id(modality: str, id: str) -> Encoder[Any]:
    """The encoder with that id, as features and packs name it; raises `BadInput` where this llmrec has none.

    A tower in a folder is compared with its id when it is first used, so that a pack which brings all the vectors
    it needs serves without the folder; then it raises `SetupError`.
    """
    found = _built(modality, SHIPPED.get(id, id.partition("#")[0]), id)
    if found.id != id:
        raise BadInput(f"the {modality} encoder {id} is another than this llmrec's {found.id}")
    return found


def chosen(options: Iterable[str]) -> dict[str, str]:
    """Modality -> spec of options `MODALITY=SPEC`; raises `BadInput` where one is of another form or unknown."""
    picked = {}
    for option in options:
        modality, _, spec = option.partition("=")
        if modality not in DEFAULTS or not spec:
            raise BadInput(
                f"`encoder` {option!r} is not MODALITY=SPEC; modalities are {', '.join(DEFAULTS)}", "encoder"
            )
        encoder(modality, spec)  # refuses an unknown spec before any work is done
        picked[modality] = spec
    return picked


def encoders_for(items: Iterable[Item], picked: Mapping[str, str]) -> list[Encoder[Any]]:
    """Text and image, and video and audio where an item has them, each by its picked spec or the default."""
    items = list(items)
    used = [m for m in DEFAULTS if m in ("text", "image") or m in picked or not all(lacks(item, m) for item in items)]
    return [encoder(m, picked.get(m, DEFAULTS[m])) for m in used]


@lru_cache(maxsize=64)
def _built(modality: str, spec: str, id: str) -> Encoder[Any]:
    """`id`: the id that a pack names, or ""."""
    if modality not in DEFAULTS:
        raise BadInput(f"there is no modality {modality!r}; modalities are {', '.join(DEFAULTS)}")
    if spec.startswith(("open_clip:", "clip-lite")) and modality in ("text", "image"):
        from llmrec.encoders.openclip import open_clip_encoder

        return open_clip_encoder(modality, spec)
    if spec.startswith("frames:") and modality == "video":
        return _frames(spec.removeprefix("frames:"), id.removeprefix("frames:"))
    own = _own(modality, spec)
    if own is not None:
        return own
    family, _, rest = spec.partition(":")
    name, _, asked = rest.partition("?")
    if asked in ("", "random") and name:
        loaded = _by_family(modality, Weights(family, name, bool(asked), id))
        if loaded is not None:
            return loaded
    raise BadInput(f"there is no {modality} encoder {spec!r}; pass one of {', '.join(SPECS[modality])}")


def _own(modality: str, spec: str) -> Encoder[Any] | None:
    """The encoders that need nothing but the packages; None for another spec."""
    from llmrec.encoders.audio import MelEncoder, MfccEncoder
    from llmrec.encoders.text import TextEncoder
    from llmrec.encoders.video import FramesEncoder

    match modality, spec:
        case "text", "minilm":
            return TextEncoder()
        case "image", "lite0":
            return ImageEncoder()
        case "video", "frames":
            return FramesEncoder(ImageEncoder(), "frames#lite0/6")
        case "audio", "mel":
            return MelEncoder()
        case "audio", "mfcc":
            return MfccEncoder()
    return None


def _by_family(modality: str, weights: Weights) -> Encoder[Any] | None:
    """The towers by name; None where the modality has no such family."""
    match modality, weights.family:
        case "text", "hf":
            from llmrec.encoders.text import TextEncoder

            return TextEncoder(weights)
        case "image", "timm":
            from llmrec.encoders.timm_model import TimmModel

            return ImageEncoder(TimmModel(weights))
        case "video", "torchvision":
            from llmrec.encoders.torchvision_video import TorchvisionEncoder

            return TorchvisionEncoder(weights)
        case "video", "hf":
            from llmrec.encoders.hf_video import HfVideoEncoder

            return HfVideoEncoder(weights)
        case "audio", "hf":
            from llmrec.encoders.clap import ClapEncoder

            return ClapEncoder(weights)
    return None


def _frames(spec: str, id: str) -> Encoder[Any]:
    """`frames` through another image tower; the clip's id is that of the tower behind `frames:`."""
    from llmrec.encoders.video import FramesEncoder

    image = encoder_by_id("image", id) if id else encoder("image", spec)
    if not isinstance(image, FitsPictures):
        raise BadInput(f"frames cannot be seen by {spec!r}; pass an image encoder such as timm:NAME")
    return FramesEncoder(image, f"frames:{image.id}")
