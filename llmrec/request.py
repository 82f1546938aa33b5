"""What is asked, and whether a catalogue can answer it. Knows no model, so that a bad request is refused at once."""

from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.errors import BadInput
from llmrec.retrieval.filters import Filter, parse_where


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: by a known user, or by a list of item ids, with or without a wish in words."""

    user: str | None = None
    history: tuple[str, ...] | None = None
    query: str | None = None
    k: int = 10
    where: str | None = None
    explain: bool = False
    diversity: float = 0.0

    def __post_init__(self) -> None:
        """Raises `BadInput` where the parts contradict one another."""
        if self.history is None:
            return
        if self.user is not None:
            raise BadInput("both --user and --history are given; pass one of them")
        if len(set(self.history)) < len(self.history):
            raise BadInput("the history names an item twice; name each item once, oldest first")

    def check(self, catalog: Catalog) -> None:
        """Raises `UnknownUser`, `UnknownItem` or `BadFilter` where `catalog` cannot answer."""
        self.seen(catalog)
        self.filter(catalog)

    def seen(self, catalog: Catalog) -> tuple[str, ...]:
        """Item ids of the history, oldest first; raises `UnknownUser`, `UnknownItem`."""
        if self.history is None:
            return catalog.history(self.user) if self.user is not None else ()
        catalog.rows(self.history)
        return self.history

    def filter(self, catalog: Catalog) -> Filter | None:
        """The filter on attributes, if there is one; raises `BadFilter`."""
        return parse_where(self.where, catalog) if self.where else None
