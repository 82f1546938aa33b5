"""The request for a list: what is asked of the recommender, and what it is not to show."""

import dataclasses
import hashlib
import re
from collections.abc import Collection, Container, Iterable, Sequence

from llmrec.catalog import Catalog, Interaction
from llmrec.catalog.queries import with_kinds
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import is_kind
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.languages import in_english
from llmrec.chat.nlu.negated_moods import negated_moods, replace_negated_moods
from llmrec.chat.nlu.refusals import naming
from llmrec.chat.nlu.suitability import hinting, of_kinds
from llmrec.chat.state import DialogueState, ListState, attributes_of, stated_pairs, values_of
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request

LIST_LENGTH = 5
"""Items of a list."""
MOST_OF_A_KIND = 0.4
"""Share of a list of what goes with an item that one kind of article has at most: people buy more of the same, and who
wants to know what goes with trousers wants to see more than trousers."""

_NAMELESS = frozenset(("", "unknown", "untitled", "no title", "n/a", "na", "none", "null", "tbd", "-", "?"))
"""Titles that stand in the place of one."""


class RequestWriter:
    """Writes the requests of one conversation, and holds the pictures that its lists are like.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    words
        Those by whose titles and values a line is read.
    offered
        Ids of those that can be recommended.
    events
        What is known of the times and ratings of the person's history.
    where
        A filter that holds whatever is said.
    context
        When and where the conversation is held.
    """

    def __init__(
        self,
        catalog: Catalog,
        words: Catalog,
        offered: Container[str],
        events: tuple[Interaction, ...],
        where: str | None,
        context: Context | None,
    ) -> None:
        self._catalog, self._words, self._offered = catalog, words, offered
        self._events, self._where, self._context = events, where, context
        self._pictures: dict[str, bytes] = {}

    def add_picture(self, image: bytes) -> None:
        """Have a picture at hand that a list is like, or was.

        Parameters
        ----------
        image
            The picture, as a file holds it.
        """
        self._pictures[digest(image)] = image

    def request(self, target: ListState, state: DialogueState, history: Sequence[str]) -> Request:
        """Write the request for a list.

        Parameters
        ----------
        target
            The list.
        state
            What the conversation has come to.
        history
            Ids of the person's items, oldest first.

        Returns
        -------
        Request

        Raises
        ------
        BadInput
            Where what it is like is not at hand any more.
        """
        if target.like is not None and target.like not in self._offered:
            raise BadInput("the item that the list was like is not offered any more; ask for something else")
        if target.image is not None and target.image not in self._pictures:
            raise BadInput("the picture of before is not kept; send it again")
        stated = [value for each in target.conditions for value in values_of(each)]
        return Request(
            history=tuple(history),
            events=self._events,
            query=with_kinds(in_english(_ranked(target.query or ""), self._words), self._words, stated) or None,
            k=target.length or LIST_LENGTH,
            like=target.like,
            intent="complement" if target.goes_with and target.like is not None else None,
            image=None if target.image is None else self._pictures[target.image],
            never=self.available(self.never(target, state, history)),
            one_per_title=True,
            exposure=self._kinds_beside(target),
            where=" and ".join((*([self._where] if self._where else []), *target.conditions)) or None,
            context=self._context,
        )

    def _kinds_beside(self, target: ListState) -> str | None:
        """What keeps a list of what goes with an article from being of one kind; None for any other list."""
        if not target.goes_with or target.like is None or wording(self._catalog).noun != "product":
            return None
        kinds = [n for n, v in self._catalog.item(target.like).attributes.items() if is_kind(n) and isinstance(v, str)]
        asked = {name for each in target.conditions for name in attributes_of(each)}
        return f"{kinds[0]}<={MOST_OF_A_KIND}" if kinds and not asked & {*kinds} else None

    def never(self, target: ListState, state: DialogueState, history: Sequence[str]) -> tuple[str, ...]:
        """List what a list is not to show: what was turned down, and what names what is ruled out or hints at it.

        Parameters
        ----------
        target, state, history
            As for `request`.

        Returns
        -------
        tuple of str
            Ids.
        """
        refused, asked = state.refused, {pair for each in target.conditions for pair in stated_pairs(each)}
        kinds = frozenset(hinting(refused, self._words, target.query or "")) - asked
        known = {*history, *target.excluded, *([target.like] if target.like else ())}
        doubles = unlisted_doubles(self._catalog, known, self._offered)
        nameless = derived(self._catalog, nameless_items)
        ruled_out = (*naming(refused, self._words), *of_kinds(kinds, self._words))
        return tuple(dict.fromkeys((*target.excluded, *ruled_out, *doubles, *nameless)))

    def again(self, state: DialogueState, history: Sequence[str]) -> Request:
        """Write the request that made the last list once more, to have its reasons measured.

        Parameters
        ----------
        state, history
            As for `request`.

        Returns
        -------
        Request
            Without what was liked or rejected of the list since.

        Raises
        ------
        BadInput
            Where there is no list yet, or the picture that it is like is not at hand.
        """
        last = state.last
        if last is None or not last.items:
            raise BadInput("there is no list yet to speak of; ask for something first")
        request = self.request(last, state, history)
        had, never = request.history or (), request.never
        known, never = (tuple(id for id in ids if id not in last.items) for ids in (had, never))
        return dataclasses.replace(request, explain=True, history=known, never=self.available(never))

    def available(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Keep the ids of items that can be recommended.

        Parameters
        ----------
        ids
            Of any items.

        Returns
        -------
        tuple of str
        """
        return tuple(id for id in ids if id in self._offered)


def _ranked(query: str) -> str:
    """The words that a list is ranked by: antonyms in the place of moods that are negated."""
    if not negated_moods(query):
        return query
    text = re.sub(r"\s+([,.;!?])", r"\1", " ".join(replace_negated_moods(query).split()))
    return re.sub(r"([,;])(?:\s*[,;])+", r"\1", text).strip(" ,;")


def digest(image: bytes) -> str:
    """Name a picture by its content.

    Parameters
    ----------
    image
        The picture, as a file holds it.

    Returns
    -------
    str
        Its SHA-256 digest.
    """
    return hashlib.sha256(image).hexdigest()


def doubles_of(catalog: Catalog) -> tuple[tuple[str, ...], ...]:
    """List the items that a catalogue holds more than once: of one title and one year.

    Parameters
    ----------
    catalog
        The items.

    Returns
    -------
    tuple of tuple of str
        Ids of each, in the order of the catalogue.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> items = (Item(id, "Heat", "", {"year": year}) for id, year in (("1", 1995), ("2", 1995), ("3", 1986)))
    >>> doubles_of(Catalog("films", tuple(items), {}))
    (('1', '2'),)
    """
    found: dict[tuple[str, object], list[str]] = {}
    for item in catalog.items:
        year = item.attributes.get("year", item.attributes.get("release_year"))
        if year is not None:  # of what has no year one title may be several things
            found.setdefault((item.title.strip().casefold(), year), []).append(item.id)
    return tuple(tuple(ids) for ids in found.values() if len(ids) > 1)


def nameless_items(catalog: Catalog) -> tuple[str, ...]:
    """List the items that a catalogue has no title for, or only a word that stands in the place of one.

    Parameters
    ----------
    catalog
        The items.

    Returns
    -------
    tuple of str
        Ids, in the order of the catalogue. Nobody can tell what they are, so that no chat lists them; none where most
        items are such, as they go by their ids then.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> nameless_items(Catalog("films", (Item("1", "unknown"), Item("2", "The Unknown"), Item("3", "Big")), {}))
    ('1',)
    """
    found = tuple(item.id for item in catalog.items if item.title.strip().casefold() in _NAMELESS)
    return found if 2 * len(found) < len(catalog.items) else ()


def unlisted_doubles(catalog: Catalog, known: Collection[str], offered: Container[str]) -> list[str]:
    """What is not to be listed so that no item is there twice.

    Parameters
    ----------
    catalog
        The items.
    known
        Ids of those that the person has.
    offered
        Ids of those that can be listed.

    Returns
    -------
    list of str
        Ids: of one item that is there more than once all where one is known, and all but one else.
    """
    found: list[str] = []
    for ids in derived(catalog, doubles_of):
        if any(id in known for id in ids):
            found += [id for id in ids if id not in known]
        else:
            found += [id for id in ids if id in offered][1:]
    return found
