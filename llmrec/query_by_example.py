"""Queries by example: a photo, a clip or an item that what is wanted is like, with or without a history and words.

The example is read in two ways: as one more soft token, the newest of the history (an item without an id that has no
other medium), and as likeness to every item.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.feedback import NO_PAST, Past
from llmrec.encoders import ContentError, encoder_by_id
from llmrec.encoders.base import read_file
from llmrec.errors import BadInput, IndexUnreachable, about
from llmrec.model.restore import normalisers
from llmrec.ranking.built_in import ExampleLikeness
from llmrec.ranking.complements import COMPLEMENT, ComplementComponent, day_of
from llmrec.ranking.content import unit_rows
from llmrec.ranking.score_component import EXAMPLE, QUERY_TERMS, WORDS, ComponentKey
from llmrec.request import Request, unreadable
from llmrec.retrieval.index import ContentIndex

if TYPE_CHECKING:
    from llmrec.engine.base import Engine, Generated, QueryVectors
    from llmrec.pipeline import Pipeline
    from llmrec.ranking.components import Components

Floats = NDArray[np.float32]

DEFAULT_SHARE = 0.5
"""Share of the fused score that likeness to the example gets where the checkpoint has fitted none."""
SAME = 1 - 1e-4
"""Cosine from which two pictures or clips are one: copies that were scaled or compressed anew lie below it."""
COPIES = 100
"""Nearest items that are looked at for such."""
NAMED = 3
"""Items that a remark names."""


@dataclass(frozen=True)
class Example:
    """The example of a request, as the checkpoint's encoders read it.

    Parameters
    ----------
    name
        What evidence calls it.
    vectors : modality -> (dim,) float32
        As the encoder gives them; of an item of the catalogue, its rows of `Components.media`.
    row
        Its row, where it is an item of the catalogue.
    closed
        Rows that are not recommended: the item itself, and those that have the very picture or clip that was sent.
    notes
        Remarks for the reader.
    goes_with
        Whether what is wanted goes with the item, in place of being like it.
    """

    name: str
    vectors: Mapping[str, Floats]
    row: int | None = None
    closed: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    goes_with: bool = False

    def weights(
        self, usual: Mapping[ComponentKey, float], shares: Mapping[ComponentKey, float]
    ) -> dict[ComponentKey, float]:
        """The weights of the fused score with the example's components, which get its share of the whole.

        Parameters
        ----------
        usual
            Component -> weight, without an example.
        shares
            Component -> its fitted share of the whole where it is the only one; `DEFAULT_SHARE` for others.

        Returns
        -------
        dict
            Component -> weight.
        """
        total = sum(usual.values())
        if self.goes_with:  # it weighs the history itself; beside it the words alone say something new
            share = DEFAULT_SHARE if any(usual.get(key) for key in (WORDS, QUERY_TERMS)) else 1.0
            return {key: (1 - share) * weight for key, weight in usual.items()} | {COMPLEMENT: share * total}
        read = [*self.vectors, *(["collaborative"] if self.row is not None else [])]
        odds = {
            key: (s := shares.get(key, DEFAULT_SHARE)) / (1 - s) for key in (ComponentKey(EXAMPLE, m) for m in read)
        }
        return dict(usual) | {key: total * odd / len(odds) for key, odd in odds.items()}


class ExampleEngine:
    """An `Engine` that reads an example as the newest item of every history.

    Parameters
    ----------
    engine
        Reads the histories.
    example
        The request's.
    normalised : modality -> (dim,) float32
        The example's vectors as the RecLM reads them; empty for an item of the catalogue.
    """

    def __init__(self, engine: "Engine", example: Example, normalised: Mapping[str, Floats]) -> None:
        self._engine, self._example, self._normalised = engine, example, normalised

    def query_vectors(
        self, histories: Sequence[Sequence[int]], queries: Sequence[str], example: Mapping[str, Floats] | None = None
    ) -> "QueryVectors":
        """See `Engine.query_vectors`; an `example` of the caller takes the place of this one."""
        if example is None and self._example.row is not None:
            return self._engine.query_vectors([(*rows, self._example.row) for rows in histories], queries)
        return self._engine.query_vectors(histories, queries, example or self._normalised)

    def generate(self, prompts: Sequence[str], seed: int) -> "Generated":
        """See `Engine.generate`."""
        return self._engine.generate(prompts, seed)


@dataclass(frozen=True)
class Scoring:
    """What a request is scored with: the parts of a pipeline or, with an example, those that read it too.

    Parameters
    ----------
    engine, components
        As in `llmrec.pipeline.Pipeline`.
    example
        The request's; None without one.
    shares
        See `Example.weights`.
    """

    engine: "Engine"
    components: "Components"
    example: Example | None = None
    shares: Mapping[ComponentKey, float] = field(default_factory=dict)

    @classmethod
    def of(cls, pipeline: "Pipeline", example: Example | None = None, past: Past = NO_PAST) -> "Scoring":
        """The pipeline's engine and components, in which the example counts; `past` tells when an item was taken."""
        if example is None:
            return cls(pipeline.engine, pipeline.components)
        if example.goes_with and example.row is not None:
            model = pipeline.complement_model
            day = day_of(example.row, past.moments, model.now)
            components = replace(pipeline.components, likeness=(ComplementComponent(model, example.row, day),))
            return cls(_reading(example, pipeline), components, example)
        components = pipeline.components.like(example.vectors, example.row)
        shares = pipeline.checkpoint.info.weights.get("example", {})
        return cls(_reading(example, pipeline), components, example, shares)

    @property
    def closed(self) -> tuple[int, ...]:
        """Rows that are not recommended as the example is theirs."""
        return self.example.closed if self.example else ()

    @property
    def example_vectors(self) -> dict[str, Floats]:
        """Modality -> `(dim,)`: the example as `Components.media` holds items; empty without one."""
        if self.example is not None and self.example.goes_with:
            return dict(self.example.vectors)
        likeness = self.components.likeness
        return {part.key.modality: part.example for part in likeness if isinstance(part, ExampleLikeness)}

    def weights(self, usual: Mapping[ComponentKey, float]) -> dict[ComponentKey, float]:
        """Component -> weight: the usual ones, and those of the example's components."""
        return self.example.weights(usual, self.shares) if self.example else dict(usual)


def read_example(request: Request, pipeline: "Pipeline") -> Example | None:
    """The request's example, encoded by the checkpoint's encoders.

    Parameters
    ----------
    request
        Has `image`, `video` or `like`, or none of them.
    pipeline
        Has the items and the encoders.

    Returns
    -------
    Example or None
        None without an example. A picture or clip that is an item's own stands for that item.

    Raises
    ------
    BadInput
        Where the file is no content of its kind, or the checkpoint has no encoder for it.
    UnknownItem
        Where the catalogue lacks the item of `like`.
    """
    if (anchor := request.anchor(pipeline.catalog)) is not None:
        with about("like"):
            return replace(_item(pipeline.catalog.rows([anchor])[0], pipeline), goes_with=True)
    if request.like is not None:
        with about("like"):
            return _item(pipeline.catalog.rows([request.like])[0], pipeline)
    if request.image is not None:
        return _sent("your photo", "image", _encoded(request.image, "image", pipeline), pipeline)
    if request.video is None:
        return None
    if "video" in pipeline.checkpoint.info.encoders:
        return _sent("your clip", "video", _encoded(request.video, "video", pipeline), pipeline)
    return Example("your clip", {"image": _frames(request.video, pipeline)})


def _item(row: int, pipeline: "Pipeline", notes: tuple[str, ...] = ()) -> Example:
    """The example that an item of the catalogue is."""
    media, item = pipeline.components, pipeline.catalog.items[row]
    vectors = {m: x[row] for m, x in media.media.items() if media.mask[m][row]}
    return Example(f'"{item.title or item.id}"', vectors, row, (row,), notes)


def _sent(name: str, modality: str, vector: Floats, pipeline: "Pipeline") -> Example:
    """The example that a picture or clip is.

    Items that have the very picture are closed, so that none comes back as the item that is most like itself.
    """
    components, items = pipeline.components, pipeline.catalog.items
    unit = unit_rows(vector[None], components.steps.get(modality, 1))[0]
    same = _copies(unit, modality, pipeline)
    if not same:
        return Example(name, {modality: vector})
    owners = " and ".join(f'"{items[row].title or items[row].id}"' for row in same[:NAMED])
    more = f" and {len(same) - NAMED} more items" if len(same) > NAMED else ""
    note = f"{name} is that of {owners}{more}, which {'is' if len(same) == 1 else 'are'} not recommended again"
    if len(same) == 1:
        return _item(same[0], pipeline, (note,))
    return Example(name, {modality: vector}, None, same, (note,))


def _copies(unit: Floats, modality: str, pipeline: "Pipeline") -> tuple[int, ...]:
    """Rows of the items that have the very picture or clip, `unit (dim,)`, among the nearest and those not indexed.

    Where no index tells the nearest of all, every item is compared.
    """
    components, index = pipeline.components, pipeline.index
    held = components.media[modality]
    rows = np.arange(len(held))
    if isinstance(index, ContentIndex):
        with suppress(IndexUnreachable):  # which the candidate sources will say
            near = index.alike(modality, components.shortened(modality, unit[None]), COPIES)
            if not near.degraded:
                rows = np.union1d(pipeline.unindexed, near.rows[0])
    return tuple(rows[held[rows] @ unit >= SAME].tolist())


def _reading(example: Example, pipeline: "Pipeline") -> ExampleEngine:
    """The pipeline's engine, which reads the example too."""
    if example.row is not None:
        return ExampleEngine(pipeline.engine, example, {})
    there, fitted = np.ones(1, np.bool_), normalisers(pipeline.checkpoint)
    scaled = {m: fitted[m](x[None], there)[0] for m, x in example.vectors.items()}
    return ExampleEngine(pipeline.engine, example, scaled)


def _encoder(modality: str, content: Path | bytes, pipeline: "Pipeline") -> Any:
    known = pipeline.checkpoint.info.encoders
    if modality not in known:
        name = f"the {modality}" if isinstance(content, bytes) else content
        raise BadInput(
            f"{name} cannot be compared: adapter {pipeline.checkpoint.info.name} knows items by "
            f"{' and '.join(known)} alone; "
            f"train one on a catalogue whose items have {modality}s, or describe it in `query`",
            modality,
            "query",
        )
    return encoder_by_id(modality, known[modality])


def _encoded(content: Path | bytes, modality: str, pipeline: "Pipeline") -> Floats:
    """`(dim,)`: the vector that the checkpoint's encoder gives a file or the bytes of one."""
    encoder = _encoder(modality, content, pipeline)
    try:
        read = encoder.read(content) if isinstance(content, bytes) else read_file(content, encoder)
        vectors: Floats = encoder.encode([read])
    except (ContentError, OSError) as error:
        raise unreadable(content, modality, error) from error
    first: Floats = vectors[0]
    return first


def _frames(path: Path, pipeline: "Pipeline") -> Floats:
    """`(dim,)`: the mean of a clip's frames as pictures, for a checkpoint that reads pictures and no clips."""
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
