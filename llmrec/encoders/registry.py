"""Encoders by name: the grammar of `--encoder MODALITY=SPEC`, and the encoder that an id in a pack stands for."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from llmrec.catalog import Item
from llmrec.encoders.base import Encoder, lacks
from llmrec.errors import BadInput

DEFAULTS = {"text": "minilm", "image": "lite0", "video": "frames", "audio": "mel"}
SPECS = {
    "text": ("minilm", "hf:NAME_OR_FOLDER", "open_clip:NAME[:PRETRAINED]", "clip-lite"),
    "image": ("lite0", "timm:NAME_OR_FOLDER[?random]", "open_clip:NAME[:PRETRAINED]", "clip-lite"),
    "video": ("frames", "frames:timm:NAME[?random]", "torchvision:NAME[?random]", "hf:NAME_OR_FOLDER[?random]"),
    "audio": ("mel", "mfcc", "hf:NAME_OR_FOLDER[?random]"),
}
SHIPPED = {"all-MiniLM-L6-v2/unit": "minilm", "tf_efficientnet_lite0/pooled-224": "lite0"}
"""Ids from before ids were specs, as packs carry them."""


def encoder(modality: str, spec: str) -> Encoder[Any]:
    """The encoder that `spec` names (see `SPECS`); one object for the process, its model loaded at first use.

    `?random` asks for a tower with seeded random weights; without it a tower without weights is refused when it
    is first used (`SetupError`). Raises `BadInput` where the modality or the spec is unknown.
    """
    return _built(modality, spec, "")


def encoder_by_id(modality: str, id: str) -> Encoder[Any]:
    """The encoder with that id, as features and packs name it; raises `BadInput` where this llmrec has none."""
    spec = SHIPPED.get(id, id.partition("#")[0])
    found = _built(modality, spec, id)
    if found.id != id:
        raise BadInput(f"the {modality} encoder {id} is not what this llmrec has as {spec} ({found.id})")
    return found


def chosen(specs: Iterable[str]) -> dict[str, str]:
    """Modality -> spec of options `MODALITY=SPEC`; raises `BadInput` where one is of another form or unknown."""
    picked = {}
    for option in specs:
        modality, _, spec = option.partition("=")
        if modality not in DEFAULTS or not spec:
            raise BadInput(f"--encoder {option!r} is not MODALITY=SPEC; modalities are {', '.join(DEFAULTS)}")
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
    """`id`: the id a pack names, or ""; towers in folders are held to it when they load."""
    if modality not in DEFAULTS:
        raise BadInput(f"there is no modality {modality!r}; modalities are {', '.join(DEFAULTS)}")
    plain, _, asked = spec.partition("?")
    family, _, name = plain.partition(":")
    if asked not in ("", "random") or (asked and family not in ("timm", "torchvision", "hf", "frames")):
        raise _unknown(modality, spec)
    if family in ("open_clip", "clip-lite"):
        from llmrec.encoders.openclip import open_clip_encoder

        return open_clip_encoder(modality, spec)
    made = _own(modality, family, name, bool(asked), id)
    if made is None:
        raise _unknown(modality, spec)
    return made


def _unknown(modality: str, spec: str) -> BadInput:
    return BadInput(f"there is no {modality} encoder {spec!r}; pass one of {', '.join(SPECS[modality])}")


def _own(modality: str, family: str, name: str, random: bool, id: str) -> Encoder[Any] | None:
    """The encoder of a family of this package; None where the modality has no such family."""
    if modality == "text":
        from llmrec.encoders.text import TextEncoder

        return TextEncoder() if family == "minilm" and not name else None
    if modality == "image":
        from llmrec.encoders.image import ImageEncoder

        return ImageEncoder() if family == "lite0" and not name else None
    if modality == "video":
        from llmrec.encoders.video import FramesEncoder

        if family == "frames" and not name:
            return FramesEncoder(encoder("image", "lite0"), "frames#lite0/4x4")  # type: ignore[arg-type]
        return None
    from llmrec.encoders.audio import MelEncoder, MfccEncoder

    return {"mel": MelEncoder, "mfcc": MfccEncoder}[family]() if family in ("mel", "mfcc") and not name else None
