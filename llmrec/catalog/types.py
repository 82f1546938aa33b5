"""Items, interactions and the catalogue that holds both. Ids are text everywhere: leading zeros matter."""

import re
import unicodedata
import weakref
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from llmrec.errors import UnknownItem, UnknownUser

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset, DatasetDict

Made = TypeVar("Made")
Repeats = Literal["first", "keep"]
"""What becomes of a user's further events with one item: the first counts, or all are kept."""
INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Characters that nobody sees and that part what looks the same; joiners are letters of some scripts and of emoji."""
AttributeValue = str | int | float | tuple[str, ...]
"""One attribute of an item: a word (`colour`), a number (`year`, `price`) or several words (`genres`)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be recommended.

    Parameters
    ----------
    id
        Text, never a number: leading zeros matter.
    title, description
        In words; empty where there are none.
    attributes
        Name -> a word, a number or several words, in the order in which the text encoder reads them.
    media
        Modality (`image`, `video`, `audio`) -> its file; a missing modality is simply absent.

    Examples
    --------
    >>> Item("1", "Heat", "A thief and a detective.", {"genres": ("Crime", "Thriller"), "year": 1995}).label()
    'Heat (1995) · Crime, Thriller'
    """

    id: str
    title: str
    description: str = ""
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    media: Mapping[str, Path] = field(default_factory=dict)

    def label(self) -> str:
        """Return the item as one line names it: title, year, and its first words (genres, category)."""
        year = f" ({self.attributes['year']})" if "year" in self.attributes else ""
        first = next((value for value in self.attributes.values() if isinstance(value, (tuple, str))), "")
        words = ", ".join(first) if isinstance(first, tuple) else first
        return " ".join((f"{self.title or self.id}{year}" + (f" · {words}" if words else "")).split())

    def text(self) -> str:
        """Return the words of the item as the text encoder reads them: title, attribute words, description.

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
    """One event of a user with an item.

    Parameters
    ----------
    user, item
        Their ids.
    timestamp
        Unix seconds.
    rating
        None for implicit feedback.
    kind
        What the user did: `view`, `cart`, `purchase`, `return`, … (see `llmrec.catalog.feedback`); None where the
        catalogue does not tell.
    """

    user: str
    item: str
    timestamp: float
    rating: float | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody saw in one item's media.

    Parameters
    ----------
    item
        Its id.
    attribute, value
        For example `colour` and `red`.
    modality
        Where it was seen; "" where that was not said.
    """

    item: str
    attribute: str
    value: str
    modality: str = ""


@dataclass(frozen=True, repr=False)
class Catalog:
    """A validated set of items and the interactions with them, oldest first within a user.

    Made by `read` from a folder, by `from_pandas` or `from_datasets` from tables in memory.

    Examples
    --------
    >>> import llmrec
    >>> import pandas as pd
    >>> items = pd.DataFrame({"item_id": ["a", "b"], "title": ["Lamp", "Desk"], "price": [20, 80]})
    >>> events = pd.DataFrame({"user_id": ["u", "u"], "item_id": ["b", "a"], "timestamp": [1.0, 2.0]})
    >>> catalog = llmrec.Catalog.from_pandas(items, events, name="shop")
    >>> catalog
    Catalog('shop': 2 items, 1 user, 2 interactions)
    >>> catalog.history("u")
    ('b', 'a')
    """

    name: str
    items: tuple[Item, ...]
    histories: Mapping[str, tuple[Interaction, ...]]
    """User id -> events, each item once (its first, with the last rating and the most telling kind of all) unless
    `repeats`, ordered by (timestamp, hash of user:item)."""
    labels: tuple[Label, ...] = ()
    """What some items' media show in words; explanations learn from them to name it in the others (see
    `llmrec.evidence.probes`), no ranking reads them."""
    shown_by: Mapping[str, str] = field(default_factory=dict)
    """Attribute -> the modality that shows it, of the attributes that were seen there rather than listed."""
    repeats: bool = False
    """Whether histories hold every event, and what was taken may be recommended again."""

    @classmethod
    def read(
        cls,
        path: "Path | str",
        quarantine: Path | None = None,
        reader: str | None = None,
        columns: "Mapping[str, str | Sequence[str]] | str | None" = None,
        repeats: "Repeats" = "first",
    ) -> "Catalog":
        """Read a folder of any layout that llmrec or an installed plug-in knows.

        Parameters
        ----------
        path
            Folder with `items.csv` (or .tsv, .jsonl, .parquet), `interactions.*` and media; or MovieLens, RecBole and
            H&M as they are published.
        quarantine
            File (JSON lines) that gets the rows that were left out; default: one below `$LLMREC_HOME/quarantine`.
        reader
            Name or import path of the reader; default: the first that knows the folder's files.
        columns
            Role -> column, for columns that go by none of the known names: `{"item": "sku", "user": "who", "time":
            "when"}`. A role may have several columns where the tables call it differently. Default: what `columns.yaml`
            of the folder says, if it is there.
        repeats
            `first`: of a user's events with one item the first counts; `keep`: all do, and what was taken may be
            recommended again.

        Returns
        -------
        Catalog

        Raises
        ------
        CatalogError
            Where the folder is no catalogue, or no row is valid.
        StorageError
            Where the quarantine file cannot be written.
        """
        from llmrec.catalog.load import load_catalog

        return load_catalog(Path(path), quarantine, reader, columns, repeats=repeats)

    @classmethod
    def from_pandas(
        cls,
        items: "pd.DataFrame",
        interactions: "pd.DataFrame | None" = None,
        *,
        media: "Path | str | None" = None,
        name: str = "catalog",
        columns: "Mapping[str, str | Sequence[str]] | str | None" = None,
        repeats: "Repeats" = "first",
    ) -> "Catalog":
        """Make a catalogue of data frames, with the checks and the column names of files.

        Parameters
        ----------
        items
            A row an item: `item_id` (or `id`), `title` (`name`), `description` (`overview`), and attributes. Columns
            of file names (.jpg, .mp4, .wav, …) are media.
        interactions
            A row an event: `user_id`, `item_id`, and `timestamp` (unix seconds or dates), `rating` and `kind` (view,
            cart, purchase, return, …) where there are some. Without a time the order of the rows counts.
        media
            Folder of the files named in `items`, and of `images/<item_id>.jpg`, `media/<item_id>.mp4` and the like.
            Without it file names are taken as they are.
        name
            Name of the catalogue, for messages, cards and the index.
        columns, repeats
            As for `read`.

        Returns
        -------
        Catalog

        Raises
        ------
        CatalogError
            Where a column that is needed is missing, or no row is valid.

        Warns
        -----
        UserWarning
            For rows that are left out, with the reason, and for media that are not there.
        """
        from llmrec.catalog.columns import named_columns
        from llmrec.catalog.frames import from_pandas

        folder = None if media is None else Path(media)
        return from_pandas(items, interactions, folder, name, named_columns(columns), repeats)

    @classmethod
    def from_datasets(
        cls,
        items: "Dataset | DatasetDict",
        interactions: "Dataset | None" = None,
        *,
        media: "Path | str | None" = None,
        name: str | None = None,
        columns: "Mapping[str, str | Sequence[str]] | str | None" = None,
        repeats: "Repeats" = "first",
    ) -> "Catalog":
        """Make a catalogue of Hugging Face data sets, with the checks and the column names of files.

        Parameters
        ----------
        items
            A `datasets.Dataset` with the columns that `from_pandas` takes, or a `DatasetDict` of `items`,
            `interactions` and `labels`. `Image`, `Video` and `Audio` features are media; their bytes are written below
            `$LLMREC_HOME/media` where they have no file.
        interactions
            A `datasets.Dataset` of events.
        media
            As for `from_pandas`.
        name
            Default: the name that the data set has.
        columns, repeats
            As for `read`.

        Returns
        -------
        Catalog

        Raises
        ------
        CatalogError
            Where a column that is needed is missing, or no row is valid.

        Warns
        -----
        UserWarning
            For rows that are left out, with the reason, and for media that are not there.
        """
        from llmrec.catalog.columns import named_columns
        from llmrec.catalog.frames import from_datasets

        folder = None if media is None else Path(media)
        return from_datasets(items, interactions, folder, name, named_columns(columns), repeats)

    def to_datasets(self) -> "DatasetDict":
        """Return the catalogue as Hugging Face data sets, which `from_datasets` reads back unchanged.

        Returns
        -------
        datasets.DatasetDict
            `items` (id, title, description, a column an attribute, a column a modality) and, where there are some,
            `interactions` (`user_id`, `item_id`, `rating`, `timestamp` in unix seconds, `kind` where one is told) and
            `labels`.
        """
        from llmrec.catalog.frames import to_datasets

        return to_datasets(self)

    def __repr__(self) -> str:
        """Name and size: the items themselves would fill pages."""
        events = sum(map(len, self.histories.values()))
        media = Counter(modality for item in self.items for modality in item.media)
        counts = [_counted(len(self.items), "item"), _counted(len(self.histories), "user")]
        counts.append(_counted(events, "interaction"))
        shown = "".join(f", {count:,} with {modality}" for modality, count in sorted(media.items()))
        return f"Catalog({self.name!r}: {', '.join(counts)}{shown})"

    @cached_property
    def row(self) -> dict[str, int]:
        """Map each item id to its row in every (items, dim) array."""
        return {item.id: row for row, item in enumerate(self.items)}

    def item(self, item_id: str) -> Item:
        """Return the item of an id; raises `UnknownItem`."""
        return self.items[self.rows([item_id])[0]]

    def rows(self, item_ids: "list[str] | tuple[str, ...]") -> list[int]:
        """Return the rows of item ids.

        Parameters
        ----------
        item_ids
            Ids in any order.

        Returns
        -------
        list of int
            One an id, in their order.

        Raises
        ------
        UnknownItem
            Naming the first id that the catalogue lacks.
        """
        for item_id in item_ids:
            if item_id not in self.row:
                raise UnknownItem(
                    f"item {item_id!r} is not in catalogue {self.name!r} ({len(self.items)} items); "
                    "check the id, or add the item to the items file"
                )
        return [self.row[item_id] for item_id in item_ids]

    def history(self, user: str) -> tuple[str, ...]:
        """Return the item ids of a user's events.

        Parameters
        ----------
        user
            Id of the user.

        Returns
        -------
        tuple of str
            Oldest first.

        Raises
        ------
        UnknownUser
            Where the catalogue lacks the user.
        """
        if user not in self.histories:
            raise UnknownUser(
                f"user {user!r} is not in catalogue {self.name!r} ({len(self.histories)} users); "
                "check the id, or pass `history`, item ids from the oldest on, instead",
                "user", "history",
            )  # fmt: skip
        return tuple(event.item for event in self.histories[user])


def composed(text: str) -> str:
    """Return words as they are compared: letters with accents as one character each (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def normal_id(text: str) -> str:
    r"""Return an id, or a name, in the one spelling under which it is kept and looked up.

    Parameters
    ----------
    text
        As somebody writes it.

    Returns
    -------
    str
        In Unicode's composed form (NFC), without invisible characters, and without blanks around it.

    Examples
    --------
    >>> normal_id("\ufeffcafe\u0301 ") == "caf\u00e9"
    True
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return INVISIBLE.sub("", composed(text)).strip()


def utf8(text: str) -> bool:
    """Tell whether a text has a UTF-8 form: JSON can hold half of an emoji, where a program has cut a string."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def storable(text: str) -> str:
    """Return a text that databases can hold; raises `ValueError` of one that they cannot."""
    if "\x00" in text:
        raise ValueError("must not hold the character NUL")
    if not utf8(text):
        raise ValueError("must be text that UTF-8 can hold; it has half of a character")
    return text


def same_id(text: str) -> str:
    r"""Return an id as `normal_id`, but refuse one that would lose characters, as it may name somebody else.

    Parameters
    ----------
    text
        As a client sends it.

    Returns
    -------
    str
        Under which the catalogue has it, and a database can hold it.

    Raises
    ------
    ValueError
        Where it has invisible characters, or is blank or no text.

    Examples
    --------
    >>> same_id(" cafe\u0301") == "caf\u00e9"
    True
    """
    if hidden := INVISIBLE.search(storable(text)):
        raise ValueError(
            f"must not hold the invisible character U+{ord(hidden[0]):04X}; catalogues are read without it"
        )
    if not (found := normal_id(text)):
        raise ValueError("must not be blank")
    return found


def normal_name(text: str) -> str:
    """Return the name of an attribute in one spelling: as `normal_id`, with single blanks inside."""
    return " ".join(normal_id(text).split())


_KEPT: dict[tuple[int, Callable[[Catalog], Any]], Any] = {}


def derived(catalog: Catalog, make: Callable[[Catalog], Made]) -> Made:
    """Compute something of a catalogue once and keep it as long as the catalogue lives.

    Parameters
    ----------
    catalog
        The catalogue.
    make
        What computes it; a function or class of a module, as it is the key under which the result is kept.

    Returns
    -------
    object
        `make(catalog)`, the same at each call.
    """
    key = id(catalog), make
    if key not in _KEPT:
        _KEPT[key] = make(catalog)
        weakref.finalize(catalog, _KEPT.pop, key, None)
    return cast(Made, _KEPT[key])


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
