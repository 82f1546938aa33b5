"""Contents that are encoded in parts, by processes of this machine or by actors of Ray."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from llmrec.encoders.base import AbsentError, ContentError, Encoder, read_file
from llmrec.encoders.cache import Refusal
from llmrec.encoders.decoder_pool import DecoderEnded, end_idle
from llmrec.encoders.registry import encoder_by_id
from llmrec.workers import Part, PartResult, Workers


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a content has no vector.

    Parameters
    ----------
    refusal
        In words.
    lasting
        It is the content's own fault, and need not be tried again.
    """

    refusal: Refusal
    lasting: bool


@dataclass(frozen=True, slots=True)
class Encoded:
    """What came of some contents.

    Parameters
    ----------
    count
        How many there were.
    places
        Those that have a vector, by their place among all that were given.
    vectors
        ``(len(places), dim)`` float32.
    unreadable
        Place -> why that one has none.
    """

    count: int
    places: Sequence[int]
    vectors: NDArray[np.float32]
    unreadable: dict[int, Unreadable]


def unreadable(error: ContentError | OSError) -> Unreadable:
    """Why a content could not be decoded, of what was raised."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return Unreadable(Refusal(reason, isinstance(error, AbsentError)), not isinstance(error, OSError | DecoderEnded))


def encode_in_parts(
    encoder: Encoder[Any], contents: Sequence[str], size: int, workers: Workers
) -> Generator[Encoded, None, None]:
    """Vectors of many contents, by workers that each open the encoder by its id.

    Parameters
    ----------
    encoder
        One that `encoder_by_id` finds in a process of its own.
    contents
        Texts for a text encoder, else paths of media files, which are there on every machine that works.
    size
        Contents of a part.
    workers
        Where.

    Yields
    ------
    Encoded
        A part's, as they are ready.

    Raises
    ------
    BadInput
        Where no encoder has that id, or no Ray cluster answers.
    SetupError
        Where its model is not installed where the workers are.
    LlmrecError
        Where a worker was ended from outside.
    """
    parts = [Part(n, tuple(contents[at : at + size])) for n, at in enumerate(range(0, len(contents), size))]
    job = EncodingJob(encoder.modality, encoder.id)
    with closing(workers.run(job, parts)) as results:
        for result in results:
            start, rows = result.number * size, result.table
            vectors = np.frombuffer(b"".join(rows.column("vector").to_pylist()), np.float32)
            yield Encoded(
                len(parts[result.number].values),
                [start + place for place in rows.column("place").to_pylist()],
                vectors.reshape(len(rows), -1) if len(rows) else np.zeros((0, 0), np.float32),
                {
                    start + place: Unreadable(Refusal(reason, absent), lasting)
                    for place, reason, absent, lasting in result.record["unreadable"]
                },
            )


@dataclass(frozen=True, slots=True)
class EncodingJob:
    """What is encoded by what.

    Parameters
    ----------
    modality, id
        See `encoder_by_id`.
    """

    modality: str
    id: str

    def worker(self) -> "EncodingWorker":
        """What encodes in another process."""
        return EncodingWorker(self)


class EncodingWorker:
    """Encodes the contents of parts.

    Parameters
    ----------
    job
        By what.
    """

    def __init__(self, job: EncodingJob) -> None:
        self._job = job

    @cached_property
    def _encoder(self) -> Encoder[Any]:
        return encoder_by_id(self._job.modality, self._job.id)

    def close(self) -> None:
        """End the decoders."""
        end_idle()

    def work(self, part: Part) -> PartResult:
        """Encode a part: rows ``(place, vector)``, and in the record why the others have none.

        Raises
        ------
        BadInput, SetupError
            Where the encoder is not here.
        """
        good, bad = {}, []
        for place, content in enumerate(part.values):
            try:
                good[place] = self._read(content)
            except (ContentError, OSError) as error:
                why = unreadable(error)
                bad.append([place, why.refusal.reason, why.refusal.absent, why.lasting])
        good = {place: content for place, content in good.items() if content is not None}
        vectors = self._encoder.encode([*good.values()]).astype(np.float32) if good else ()
        table = pa.table(
            {"place": pa.array([*good], pa.int32()), "vector": pa.array([x.tobytes() for x in vectors], pa.binary())}
        )
        return PartResult(part.number, table, {"unreadable": bad})

    def _read(self, content: str) -> Any:
        if self._job.modality == "text":
            return self._encoder.read(content.encode())
        return read_file(Path(content), self._encoder)
