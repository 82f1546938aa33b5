"""Items' media as vectors: one encoder a modality, the cache of their work, a catalogue's features."""

from functools import lru_cache

from llmrec.encoders.base import AbsentError, ContentError, Encoder
from llmrec.encoders.extract import Problem, extract, note_problems
from llmrec.encoders.features import Features
from llmrec.encoders.image import ImageEncoder
from llmrec.encoders.registry import encoder, encoder_by_id, encoders_for
from llmrec.encoders.text import TextEncoder
from llmrec.runtime import configure

__all__ = [
    "AbsentError",
    "ContentError",
    "Encoder",
    "Features",
    "ImageEncoder",
    "Problem",
    "TextEncoder",
    "encoder",
    "encoder_by_id",
    "encoders_for",
    "extract",
    "note_problems",
    "text_encoder",
]

configure()


@lru_cache(maxsize=1)
def text_encoder() -> TextEncoder:
    """The packaged MiniLM, one for the process: its model is loaded once."""
    return encoder("text", "minilm")  # type: ignore[return-value]
