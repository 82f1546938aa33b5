"""Encoders by name: the grammar of `--encoder MODALITY=SPEC`, and the encoder that an id in a checkpoint stands for.

An id is a spec, and after `#` what tells its weights or its version: `timm:vit_small_patch16_224#named`,
`hf:/models/bert#1f0c…`, `mel#1`, `my_pkg.MyEncoder#v2`. So a checkpoint's ids suffice to encode new items as its own
were. A spec that is none of llmrec's own is a plug-in's (see `llmrec.registry`); what follows `?` in it is passed to
the plug-in.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec import registry
from llmrec.catalog import Item
from llmrec.encoders.base import Encoder, lacks
from llmrec.encoders.image import ImageEncoder, fits_pictures
from llmrec.encoders.weights import Weights
from llmrec.errors import BadInput, PluginError
from llmrec.registry import working

DEFAULTS = {"text": "minilm", "image": "lite0", "video": "frames", "audio": "mel"}
SPECS = {
    "text": ("minilm", "minilm-bf16", "hf:NAME_OR_FOLDER[?random]", "open_clip:NAME[:PRETRAINED]", "clip-lite"),
    "image": ("lite0", "timm:NAME_OR_FOLDER[?random]", "open_clip:NAME[:PRETRAINED]", "clip-lite"),
    "video": ("frames", "frames:IMAGE_SPEC", "torchvision:NAME[?random]", "hf:NAME_OR_FOLDER[?random]"),
    "audio": ("mel", "mfcc", "hf:NAME_OR_FOLDER[?random]"),
}
ENCODER_NEEDS = ("modality", "id", "dim", "steps", "read", "encode")
"""What a plug-in's encoder has to have (see `Encoder`)."""
_FAMILIES = ("hf", "timm", "open_clip", "torchvision", "frames")
"""What stands before the colon of llmrec's own specs, and so is no module of a plug-in."""
SHIPPED = {"all-MiniLM-L6-v2/unit": "minilm", "tf_efficientnet_lite0/pooled-224": "lite0"}
"""Ids from before ids were specs, as checkpoints carry them."""


def encoder(modality: str, spec: str) -> Encoder[Any]:
    """The encoder that a spec names; one object for the process, its model loaded at first use.

    Parameters
    ----------
    modality : str
        `text`, `image`, `video`, `audio`, or the modality of a plug-in.
    spec : str
        One of llmrec's own (see `SPECS`), where `?random` asks for seeded random weights; or a plug-in's name or import
        path, where what follows `?` is passed to it as one string.

    Returns
    -------
    Encoder
        With an id from which `encoder_by_id` makes it again.

    Raises
    ------
    BadInput
        Where the modality or the spec is unknown.

    Notes
    -----
    An encoder whose weights are not on this machine is refused (`SetupError`) when it is first used.
    """
    return _found(modality, spec, "")


def encoder_by_id(modality: str, id: str) -> Encoder[Any]:
    """The encoder with that id, as features and checkpoints name it.

    Parameters
    ----------
    modality : str
        As in `encoder`.
    id : str
        `Encoder.id` of an encoder that `encoder` made, here or elsewhere.

    Returns
    -------
    Encoder
        Encodes as the one did that the id is of. Weights in a folder are compared with the id at first use (then it
        raises `SetupError`), so that a checkpoint which brings all the vectors it needs serves without the folder.

    Raises
    ------
    BadInput
        Where this llmrec and the installed plug-ins have no such encoder.
    """
    found = _found(modality, SHIPPED.get(id, id.partition("#")[0]), id)
    if found.id != id:
        raise BadInput(f"the {modality} encoder {id} is another than this llmrec's {found.id}")
    return found


def encoder_plugin(modality: str, id: str) -> registry.Plugin | None:
    """What a checkpoint has to remember of an encoder that llmrec does not have itself.

    Parameters
    ----------
    modality, id : str
        As in `encoder_by_id`.

    Returns
    -------
    Plugin or None
        None for llmrec's own encoders.
    """
    spec = SHIPPED.get(id, id.partition("#")[0])
    return None if _built(modality, spec, id) else registry.plugged("encoder", spec.partition("?")[0])


def chosen(options: Iterable[str]) -> dict[str, str]:
    """Options of the form `MODALITY=SPEC`, checked before any work is done.

    Parameters
    ----------
    options : iterable of str
        As the command line has them.

    Returns
    -------
    dict of str to str
        Modality -> spec.

    Raises
    ------
    BadInput
        Where one is of another form or unknown.
    """
    picked = {}
    for option in options:
        modality, _, spec = option.partition("=")
        if not modality.isidentifier() or not spec:
            raise BadInput(
                f"`encoder` {option!r} is not MODALITY=SPEC; modalities are {', '.join(DEFAULTS)}", "encoder"
            )
        encoder(modality, spec)
        picked[modality] = spec
    return picked


def encoders_for(items: Iterable[Item], picked: Mapping[str, str]) -> list[Encoder[Any]]:
    """The encoders of a catalogue.

    Parameters
    ----------
    items : iterable of Item
        The catalogue's.
    picked : mapping of str to str
        Modality -> spec, where it is not the default.

    Returns
    -------
    list of Encoder
        Of text and image always, of video and audio where an item has them, and of each modality that was picked.
    """
    items = list(items)
    for modality in picked:
        if modality not in DEFAULTS and all(lacks(item, modality) for item in items):
            raise BadInput(
                f"`encoders` name one of {modality!r}, but no item has such a medium; those with encoders are "
                f"{', '.join(DEFAULTS)}, and others come by `Item.media` (docs/reference/media.md)",
                "encoders",
            )
    used = [m for m in DEFAULTS if m in ("text", "image") or m in picked or not all(lacks(item, m) for item in items)]
    used += [m for m in picked if m not in DEFAULTS]
    return [encoder(m, picked[m] if m in picked else DEFAULTS[m]) for m in used]


def _found(modality: str, spec: str, id: str) -> Encoder[Any]:
    """`id`: the id that a checkpoint names, or ""."""
    own = _built(modality, spec, id)
    return own or _plugged(modality, spec, registry.registered("encoder", spec.partition("?")[0]))


@lru_cache(maxsize=64)
def _built(modality: str, spec: str, id: str) -> Encoder[Any] | None:
    """An encoder of llmrec's own; None for any other spec."""
    if modality not in DEFAULTS:
        return None
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
        return _by_family(modality, Weights(family, name, bool(asked), id))
    return None


class _Plugged:
    """A plug-in's encoder under an id that says how to make it again; its results are checked."""

    def __init__(self, inner: Any, spec: str) -> None:
        self._inner, self.id = inner, f"{spec}#{inner.id}"

    def __getattr__(self, name: str) -> Any:  # modality, dim, steps, read, and `open` and `fit` where it has them
        return getattr(self._inner, name)

    def encode(self, contents: Sequence[Any]) -> NDArray[np.float32]:
        """See `Encoder`; raises `PluginError` where the vectors are of another shape than the encoder says."""
        with working("encoder", self._inner):
            vectors = np.asarray(self._inner.encode(contents), np.float32)
        if vectors.shape != (len(contents), self._inner.dim) or not np.isfinite(vectors).all():
            raise PluginError(
                f"encoder {self.id} gave an array of shape {vectors.shape} for {len(contents)} contents, where its "
                f"`dim` is {self._inner.dim}; `encode` has to return finite numbers of shape (n, dim)"
            )
        return vectors


@lru_cache(maxsize=64)
def _plugged(modality: str, spec: str, registered: Any) -> Any:  # noqa: ARG001
    """The plug-in's encoder that a spec names.

    `registered`, what `register` gave the name, is there for the cache: a notebook may register another.
    """
    name, _, argument = spec.partition("?")
    path = registry.is_path(name) and name.partition(":")[0] not in _FAMILIES
    if not path and name not in registry.names("encoder"):
        known = ", ".join((*SPECS.get(modality, ()), *registry.names("encoder"), "package.module.Name[?ARGUMENT]"))
        what = f"{modality} encoder {spec!r}" if modality in DEFAULTS else f"modality {modality!r}"
        raise BadInput(f"there is no {what}; pass one of {known}")
    inner = registry.make("encoder", name, *([argument] if argument else []), needs=ENCODER_NEEDS)
    plugin = registry.plugged("encoder", name)
    if inner.modality != modality:
        raise BadInput(f"encoder {spec!r} is of {inner.modality}, not of {modality}; pass {inner.modality}={spec}")
    if inner.dim % inner.steps:
        raise BadInput(f"encoder {spec!r} has `dim` {inner.dim}, no multiple of its `steps` {inner.steps}")
    return _Plugged(inner, (plugin.spec if plugin else name) + (f"?{argument}" if argument else ""))


def _own(modality: str, spec: str) -> Encoder[Any] | None:
    """The encoders that need nothing but the packages; None for another spec."""
    from llmrec.encoders.audio import MelEncoder, MfccEncoder
    from llmrec.encoders.text import TextEncoder
    from llmrec.encoders.video import FramesEncoder

    match modality, spec:
        case "text", "minilm":
            return TextEncoder()
        case "text", "minilm-bf16":
            return TextEncoder(half=True)
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
    """The encoders by name; None where the modality has no such family."""
    match modality, weights.family:
        case "text", "hf":
            from llmrec.encoders.text import TextEncoder

            return TextEncoder(weights)
        case "image", "timm":
            from llmrec.encoders.image import TimmModel

            return ImageEncoder(TimmModel(weights))
        case "video", "torchvision":
            from llmrec.encoders.video import TorchvisionEncoder

            return TorchvisionEncoder(weights)
        case "video", "hf":
            from llmrec.encoders.transformers_media import HfVideoEncoder

            return HfVideoEncoder(weights)
        case "audio", "hf":
            from llmrec.encoders.transformers_media import ClapEncoder

            return ClapEncoder(weights)
    return None


def _frames(spec: str, id: str) -> Encoder[Any]:
    """`frames` through another image encoder; the clip's id is that encoder's behind `frames:`."""
    from llmrec.encoders.video import FramesEncoder

    image = encoder_by_id("image", id) if id else encoder("image", spec)
    if not fits_pictures(image):
        raise BadInput(f"frames cannot be seen by {spec!r}; pass an image encoder such as timm:NAME")
    return FramesEncoder(image, f"frames:{image.id}")
