"""Items, interactions and the catalogue that holds both. Ids are text everywhere: leading zeros matter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from llmrec.errors import UnknownItem, UnknownUser

AttributeValue = str | int | float | tuple[str, ...]
"""One attribute of an item: a word (`colour`), a number (`year`, `price`) or several words (`genres`)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be recommended.

    `media` maps a modality (`image`, `video`, `audio`) to its file; a missing modality is simply absent.
    """

    id: str
    title: str
    description: str = ""
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    media: Mapping[str, Path] = field(default_factory=dict)

    def label(self) -> str:
        """The item as one line names it: title, year, and its first words (genres, category)."""
        year = f" ({self.attributes['year']})" if "year" in self.attributes else ""
        first = next((value for value in self.attributes.values() if isinstance(value, (tuple, str))), "")
        words = ", ".join(first) if isinstance(first, tuple) else first
        return " ".join((f"{self.title or self.id}{year}" + (f" · {words}" if words else "")).split())

    def text(self) -> str:
        """The words of the item as the text encoder reads them: title, attribute words, description.

        Numbers and identifiers (`product_code`, `category_path`) say nothing in words and stay out.
        """
        words = []
        for name, value in self.attributes.items():
            if isinstance(value, tuple):
                words.append(" ".join(value))
            elif isinstance(value, str) and not name.endswith(("_id", "_code", "_path")):
                words.append(value)
        return ". ".join(part for part in (self.title, *words, self.description) if part)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One event: `user` took `item` at `timestamp` (unix seconds); `rating` is None for implicit feedback."""

    user: str
    item: str
    timestamp: float
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody saw in one item's media: `colour` is `red`; `modality`: where, "" where that was not said."""

    item: str
    attribute: str
    value: str
    modality: str = ""


@dataclass(frozen=True)
class Catalog:
    """A validated set of items and the interactions with them, oldest first within a user."""

    name: str
    items: tuple[Item, ...]
    histories: Mapping[str, tuple[Interaction, ...]]
    """User id -> events, each item once (its first), ordered by (timestamp, hash of user:item)."""
    labels: tuple[Label, ...] = ()
    """What some items' media show in words; explanations learn from them to name it in the others (see
    `llmrec.evidence.probes`), no ranking reads them."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """Attribute -> the modality that shows it, of the attributes that were seen there rather than listed."""

    @cached_property
    def row(self) -> dict[str, int]:
        """Item id -> its row in every (items, dim) array."""
        return {item.id: row for row, item in enumerate(self.items)}

    def item(self, item_id: str) -> Item:
        """The item of that id; raises `UnknownItem`."""
        return self.items[self.rows([item_id])[0]]

    def rows(self, item_ids: "list[str] | tuple[str, ...]") -> list[int]:
        """Rows of the ids, in order; raises `UnknownItem` naming the first that the catalogue lacks."""
        for item_id in item_ids:
            if item_id not in self.row:
                raise UnknownItem(
                    f"item {item_id!r} is not in catalogue {self.name!r} ({len(self.items)} items); "
                    "check the id, or add the item to the items file"
                )
        return [self.row[item_id] for item_id in item_ids]

    def history(self, user: str) -> tuple[str, ...]:
        """Item ids of the user's events, oldest first; raises `UnknownUser`."""
        if user not in self.histories:
            raise UnknownUser(
                f"user {user!r} is not in catalogue {self.name!r} ({len(self.histories)} users); "
                "check the id, or pass `history`, item ids from the oldest on, instead",
                "user", "history",
            )  # fmt: skip
        return tuple(event.item for event in self.histories[user])
