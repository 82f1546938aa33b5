"""Queries by example: a photo, a clip or an item says "something like this", with or without a history and words.

The example is read three ways: as one more soft token, the newest of the history (an item without an id that has only
what was shown), whose query vector the index answers under the request's filter; and as likeness to every item.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders import ContentError, encoder_by_id
from llmrec.encoders.base import read_file
from llmrec.errors import BadInput
from llmrec.model.restore import normalisers
from llmrec.ranking.score_component import EXAMPLE, ComponentKey
from llmrec.request import Request, unreadable

if TYPE_CHECKING:
    from llmrec.engine.base import Engine
    from llmrec.pipeline import Pipeline

Floats = NDArray[np.float32]

SHARE = 0.5
"""What likeness to the example counts for in the fused score, where the pack says nothing of it."""


@dataclass(frozen=True)
class Example:
    """What was shown, as the pack's encoders see it."""

    name: str
    """What evidence calls it."""
    vectors: Mapping[str, Floats]
    """Modality -> (dim,) raw vector; of an item of the catalogue, its row of `Components.media`."""
    row: int | None = None
    """Its row, where it is an item of the catalogue."""

    def weights(
        self, usual: Mapping[ComponentKey, float], shares: Mapping[ComponentKey, float]
    ) -> dict[ComponentKey, float]:
        """`usual` weights and those of the example's components, which together get its share of the whole.

        `shares`: component -> its share where it stands alone, as fitted; `SHARE` for others.
        """
        read = [*self.vectors, *(["collaborative"] if self.row is not None else [])]
        odds = {key: (s := shares.get(key, SHARE)) / (1 - s) for key in (ComponentKey(EXAMPLE, m) for m in read)}
        total = sum(usual.values())
        return dict(usual) | {key: total * odd / len(odds) for key, odd in odds.items()}


class Shown:
    """An `Engine` that reads an example as the newest of every history."""

    def __init__(self, engine: "Engine", example: Example, normalised: Mapping[str, Floats]) -> None:
        """`normalised`: the example's vectors as the RecLM reads them; empty for an item of the catalogue."""
        self._engine, self._example, self._normalised = engine, example, normalised

    def query_vectors(
        self, histories: Sequence[Sequence[int]], queries: Sequence[str], example: Mapping[str, Floats] | None = None
    ) -> Floats:
        """See `Engine`; an `example` of the caller takes the place of this one."""
        if example is None and self._example.row is not None:
            return self._engine.query_vectors([(*rows, self._example.row) for rows in histories], queries)
        return self._engine.query_vectors(histories, queries, example or self._normalised)

    def generate(self, prompts: Sequence[str], seed: int) -> list[str]:
        """See `Engine`."""
        return self._engine.generate(prompts, seed)


def read_example(request: Request, pipeline: "Pipeline") -> Example | None:
    """The request's example, encoded by the pack's encoders; None without one.

    Raises `BadInput` where the file is no content of its kind or the pack has no encoder for it, `UnknownItem`.
    """
    if request.like is not None:
        row = pipeline.catalog.rows([request.like])[0]
        title = pipeline.catalog.items[row].title or request.like
        media = pipeline.components
        return Example(f'"{title}"', {m: x[row] for m, x in media.media.items() if media.mask[m][row]}, row)
    if request.image is not None:
        return Example("your photo", {"image": _encoded(request.image, "image", pipeline)})
    if request.video is None:
        return None
    if "video" in pipeline.checkpoint.info.encoders:
        return Example("your clip", {"video": _encoded(request.video, "video", pipeline)})
    return Example("your clip", {"image": _frames(request.video, pipeline)})


def shown(example: Example, pipeline: "Pipeline") -> Shown:
    """The opened engine with the example in sight."""
    if example.row is not None:
        return Shown(pipeline.engine, example, {})
    there, fitted = np.ones(1, np.bool_), normalisers(pipeline.checkpoint)
    scaled = {m: fitted[m](x[None], there)[0] for m, x in example.vectors.items()}
    return Shown(pipeline.engine, example, scaled)


def _encoder(modality: str, shown: Path | bytes, pipeline: "Pipeline") -> Any:
    known = pipeline.checkpoint.info.encoders
    if modality not in known:
        name = f"the {modality}" if isinstance(shown, bytes) else shown
        raise BadInput(
            f"{name} cannot be compared: adapter {pipeline.checkpoint.info.name} knows items by "
            f"{' and '.join(known)} alone; "
            f"train one on a catalogue whose items have {modality}s, or say it in words"
        )
    return encoder_by_id(modality, known[modality])


def _encoded(shown: Path | bytes, modality: str, pipeline: "Pipeline") -> Floats:
    encoder = _encoder(modality, shown, pipeline)
    try:
        content = encoder.read(shown) if isinstance(shown, bytes) else read_file(shown, encoder)
        vectors: Floats = encoder.encode([content])
    except (ContentError, OSError) as error:
        raise unreadable(shown, modality, error) from error
    first: Floats = vectors[0]
    return first


def _frames(path: Path, pipeline: "Pipeline") -> Floats:
    """The mean of a clip's frames as pictures: for packs that read pictures and no clips."""
    from PIL import Image

    from llmrec.encoders.decoder_pool import decode
    from llmrec.encoders.image import fits_pictures
    from llmrec.encoders.video import INSTANTS

    encoder = _encoder("image", path, pipeline)
    if not fits_pictures(encoder):
        raise BadInput(
            f"{encoder.id} takes no frames of a clip; pass one of them as a picture, as `image`", "video", "image"
        )
    try:
        frames = decode("frames", path, instants=INSTANTS, burst=1, gap=0.0)  # (instants, 1, h, w, 3)
    except (ContentError, OSError) as error:
        raise unreadable(path, "video", error) from error
    vectors: Floats = encoder.encode([encoder.fit(Image.fromarray(frame[0])) for frame in frames])
    mean: Floats = vectors.mean(0)
    return mean
