"""What is asked, and whether a catalogue can answer it. Knows no model, so that a bad request is refused at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llmrec.catalog import Catalog
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.retrieval.filters import Filter, parse_where

if TYPE_CHECKING:
    from llmrec.rationale.phrasing import Style


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: by a known user, by a list of item ids or by nobody; with or without a wish in words; like one
    example at most: a picture, a clip, or an item."""

    user: str | None = None
    history: tuple[str, ...] | None = None
    query: str | None = None
    k: int = 10
    where: str | None = None
    explain: bool = False
    diversity: float = 0.0
    image: Path | bytes | None = None
    """A picture's file, or its bytes where it came over a wire and is to leave no file behind."""
    video: Path | None = None
    like: str | None = None
    never: tuple[str, ...] = ()
    """Item ids that must not be answered, because they were turned down or shown already."""
    context: Context | None = None
    """When and where it is asked: the LLM reads it after the wish."""
    shapley: int = 0
    """Random orders of the history that Shapley values are sampled over, beside leave-one-out; 0 for none."""
    style: "Style | None" = None
    """Style of the sentences, which are then written by rule; None: as the LLM writes."""

    def __post_init__(self) -> None:
        """Raises `BadInput` where the parts contradict one another."""
        if sum(given is not None for given in (self.image, self.video, self.like)) > 1:
            raise BadInput("one example at a time: pass one of --image, --video and --like")
        if (self.shapley or self.style) and not self.explain:
            option = "--shapley" if self.shapley else "--style"
            raise BadInput(f"{option} is about reasons, which were not asked for; pass --explain too")
        if self.history is None:
            return
        if self.user is not None:
            raise BadInput("both --user and --history are given; pass one of them")
        if len(set(self.history)) < len(self.history):
            raise BadInput("the history names an item twice; name each item once, oldest first")

    def check(self, catalog: Catalog) -> None:
        """Raises `UnknownUser`, `UnknownItem` or `BadFilter` where `catalog` cannot answer, `BadInput` where a file
        that is shown cannot be read."""
        self.seen(catalog)
        self.filter(catalog)
        catalog.rows(self.never)
        if self.like is not None:
            catalog.rows([self.like])
        if self.image is not None:
            _look(self.image)
        if self.video is not None and not self.video.is_file():
            raise unreadable(self.video, "video", FileNotFoundError("there is no such file"))

    def seen(self, catalog: Catalog) -> tuple[str, ...]:
        """Item ids of the history, oldest first; raises `UnknownUser`, `UnknownItem`."""
        if self.history is None:
            return catalog.history(self.user) if self.user is not None else ()
        catalog.rows(self.history)
        return self.history

    def filter(self, catalog: Catalog) -> Filter | None:
        """The filter on attributes, if there is one; raises `BadFilter`."""
        return parse_where(self.where, catalog) if self.where else None


def _look(image: Path | bytes) -> None:
    """Decodes a picture, so that a bad one is refused before any model is loaded."""
    from llmrec.encoders.base import ContentError
    from llmrec.encoders.pictures import picture

    try:
        picture(image if isinstance(image, bytes) else image.read_bytes())
    except (ContentError, OSError) as error:
        raise unreadable(image, "image", error) from error


def unreadable(shown: Path | bytes, modality: str, error: Exception) -> BadInput:
    """The sentence for a file that is shown and cannot be read as an `image` or `video`."""
    what = {"image": "a picture", "video": "a video clip"}[modality]
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    name = "what was shown" if isinstance(shown, bytes) else shown
    return BadInput(f"{name} cannot be read as {what} ({why}); pass {what} that other programs open")
