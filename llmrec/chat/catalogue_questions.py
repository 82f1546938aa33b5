"""Answers to questions about the catalogue itself: whether it has a title or a kind of item, how many, and which kinds."""

import re
from collections import Counter
from collections.abc import Sequence

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary, attribute_noun
from llmrec.catalog.wording import plain, wording
from llmrec.chat.answers import in_catalogue
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.item_questions import ActReply, ItemQuestions
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.lexicon import Lexicon, value_facets
from llmrec.chat.nlu.references import find_title, list_position
from llmrec.chat.nlu.refusals import is_vague
from llmrec.chat.nlu.rules import understand
from llmrec.chat.state import DialogueState
from llmrec.chat.wordings import NOUNS, SAYS
from llmrec.errors import BadInput
from llmrec.retrieval.filters import parse_where, written

_OPENING = r"(?:(?:so|and|but|ok|well|hm+|wait|hey|then|also|even)[, ]+)*"
_HAVE = r"(?:(?:do|did) (?:you|they)(?: guys| even| actually| really| also)* (?:have|stock|sell|carry|keep|do)|have you(?: even)? got|(?:you )?got|is there|are there|are)"
_TITLES = re.compile(
    rf"{_OPENING}{_HAVE} (?P<titles>.+?)(?:,? (?:in (?:here|there|stock|the catalogue)|at all|here|anywhere|by any chance|too))*[\s?.!]*",
    re.I,
)
"""What asks whether titles are there."""
_COUNT = re.compile(
    rf"{_OPENING}how many (?P<what>.+?) (?:do you(?: guys| even| actually)? (?:have|stock|sell|carry)|have you got|you got|are there|are (?:in )?(?:here|there|the catalogue)|exist)"
    r"(?P<more> (?:for|in|from) (?!total|all\b|here|the catalogue)[\w' ]+)?(?: in (?:total|all|here|the catalogue)| altogether)?[\s?.!]*|"
    r"(?:你们?|这里|目录里)*(?:一共|总共)?有(?:多少|几)[部个本件款条双](?P<zh>[^?]+?)(?:呢|啊)?[?。 ]*",
    re.I,
)
"""What asks for a number of items."""
_SECTION = re.compile(
    rf"{_OPENING}{_HAVE} (?:an?|any|the|some)?\s*(?P<what>[^?]+?) (?:departments?|sections?|ranges?|selections?|collections?|clothes|clothing|wear)(?: at all| here| in here)*[\s?.!]*|"
    rf"{_OPENING}do (?:you|they)(?: guys| even| actually)? (?:sell|stock|carry) (?P<sold>[^?]+?)(?: at all| here)*[\s?.!]*|"
    r"(?:你们?|这里|店里)*有(?:没有)?(?P<zh>[^?,]+?)(?:部|专区|区|专柜)(?:吗|么)?[?。 ]*",
    re.I,
)
"""What asks whether there is a kind of items at all."""
_WHICH = re.compile(
    rf"{_OPENING}(?:what|which) (?:(?:kinds?|sorts?) of )?(?P<what>[a-z]+?)s? (?:do you (?:have|know|offer)|are there|have you got|exist|can i (?:choose|pick)(?: from)?)[\s?.!]*|"
    r"(?:你们?|这里|目录里)*(?:都)?有(?:哪些|什么)(?P<zh>类型|颜色|种类|类别)[呢啊?。 ]*",
    re.I,
)
"""What asks which values an attribute has."""
_IT = re.compile(
    r"\b(?:is|have) (?:it|that one|that film)\b(?: \w+)? (?:in (?:here|the catalogue)|at all)|\bis (?:it|that one|that film) (?:even )?in (?:here|the catalogue)\b",
    re.I,
)
"""What asks whether the item that was spoken of is there."""
_KINDS_IN_CHINESE = {"类型": "genre", "种类": "category", "类别": "category", "颜色": "colour"}
MAX_VALUES = 12
"""Values that are told."""


class CatalogueQuestions:
    """What answers questions about the catalogue itself.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    words
        The items by whose titles and values a line is read.
    items
        What finds the items that a line names.
    """

    def __init__(self, catalog: Catalog, words: Catalog, items: ItemQuestions) -> None:
        self._catalog, self._words, self._items = catalog, words, items

    def reply(self, line: str) -> ActReply | None:
        """Answer a question of which the words alone say that it is about the catalogue.

        Parameters
        ----------
        line
            What the person wrote.

        Returns
        -------
        ActReply or None
            None where it asks no such thing.
        """
        line = line.strip()
        return self._titles(line) or self._counted(line) or self._section(line) or self._which(line)

    def presence(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer whether a title that the last list does not have is in the catalogue.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        ActReply or None
            None where it asks no such thing.
        """
        if not cues.PRESENCE.search(line) or cues.ANOTHER.search(line):
            return None
        named = self._items.named(line, state)
        if not named and _IT.search(line) and state.topic in self._catalog.row:
            named = (state.topic or "",)
        if not named:
            return self._unknown_title(line)
        if len(named) != 1:
            return None
        listed = state.last.items if state.last else ()
        if named[0] in listed and not cues.IN_CATALOGUE.search(line):
            return None
        return self._there(named[0], line, listed)

    def of_title(self, what: str, line: str, state: DialogueState) -> ActReply | None:
        """Tell of a title whether it is there: "what about 2001?".

        Parameters
        ----------
        what
            The title as it is said.
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        ActReply or None
            None where it asks no such thing.
        """
        named = self._items.named(what, state)
        begun = [item.id for item in self._words.items if item.title.startswith(f"{what}:")] if what.isdigit() else []
        if len(named or begun) != 1 or list_position(what):
            return None
        return self._there((*named, *begun)[0], line, state.last.items if state.last else ())

    def _there(self, item: str, line: str, listed: Sequence[str] = ()) -> ActReply:
        """Say that an item is there, and where in the list."""
        found, language = self._catalog.item(item), language_of(line)
        if item in listed:
            text = SAYS["absent listed"][language].format(title=found.title, place=listed.index(item) + 1)
        else:
            text = in_catalogue(found, self._catalog, language)
        return ActReply(plain(text), item)

    def _titles(self, line: str) -> ActReply | None:
        """Tell of several titles which are there: "do you have Gattaca or Blade Runner?"."""
        match = _TITLES.fullmatch(line)
        parts = re.split(r"\s*,\s*(?:or |and )?|\s+(?:or|and)\s+", match["titles"]) if match else []
        if len(parts) < 2:
            return None
        found = [(part, self._title(part)) for part in parts if part]
        if not any(item for _, item in found) or any(item is None and part.islower() for part, item in found):
            return None
        say = CatalogueSentences(language_of(line), self._catalog)
        there = [item for _, item in found if item is not None]
        told = say.listed([f"{item.title} ({say.facts(item) or say.kind(item)})" for item in there])
        missing = [part for part, item in found if item is None]
        language = language_of(line)
        text = SAYS["there are"][language].format(titles=told)
        if missing:
            text = f"{text} {SAYS['absent unknown'][language].format(title=say.listed(missing))}"
        return ActReply(
            plain(text), there[0].id if len(there) == 1 else None, mentioned=tuple(each.id for each in there)
        )

    def _title(self, words: str) -> Item | None:
        known = Vocabulary.of(self._words).by_title
        for each in (words, f"the {words}"):
            if ids := known.get(each.casefold()):
                return self._catalog.item(ids[0])
        if words.islower() or Lexicon.of(self._words).mentions(words):
            return None
        try:
            return self._catalog.item(find_title(words, self._words))
        except BadInput:
            return None

    def _counted(self, line: str) -> ActReply | None:
        match = _COUNT.fullmatch(line)
        what = f"{match['what'] or match['zh']}{match['more'] or ''}" if match else ""
        conditions = self._conditions(what) if what else ()
        return self._number("counted in all", conditions, line) if conditions else None

    def _section(self, line: str) -> ActReply | None:
        match = _SECTION.fullmatch(line)
        conditions = self._conditions(match["what"] or match["sold"] or match["zh"]) if match else ()
        return self._number("yes in all", conditions, line) if conditions else None

    def _conditions(self, what: str) -> tuple[str, ...]:
        """What items must be that a question counts; none where the words say more than that."""
        what = re.sub(r"^(?:an?|any|the|some)\s+", "", what.strip(), flags=re.I)
        read = understand(what, self._words)
        left, conditions = read.query, read.filters
        mentions = Lexicon.of(self._words).mentions(what)
        if not conditions:
            conditions = tuple(written(each.attributes, "=", each.values) for each in mentions)
            left = what
        for each in reversed(Lexicon.of(self._words).mentions(left)):
            left = f"{left[: each.start]} {left[each.end :]}"
        left = re.sub(r"\b(?:for|of|with|in)\b", " ", left)
        return conditions if read.action == "ask" and (is_vague(left) or re.search(r"[\u3400-\u9fff]", left)) else ()

    def _number(self, key: str, conditions: tuple[str, ...], line: str) -> ActReply:
        language, noun = language_of(line), wording(self._catalog).noun
        mask = parse_where(" and ".join(conditions), self._words).mask(self._words)
        count = int(mask.sum())
        nouns = NOUNS[noun] if language == "zh" else noun if count == 1 else f"{noun}s"
        key = key if count else "none in all"
        told = describe_conditions(conditions, language, only=False)
        text = SAYS[key][language].format(count=count, nouns=nouns, conditions=told)
        return ActReply(plain(text), spoken=conditions if count else ())

    def _which(self, line: str) -> ActReply | None:
        match = _WHICH.fullmatch(line)
        if match is None:
            return None
        asked = _KINDS_IN_CHINESE.get(match["zh"], "") or (match["what"] or "").casefold().replace("color", "colour")
        asked = re.sub(r"ie$", "y", asked)
        held = Vocabulary.of(self._words).counts
        counts: Counter[str] = Counter()
        for facet in derived(self._words, value_facets):
            if attribute_noun(facet.name).casefold().removesuffix("s") == asked.removesuffix("s"):
                counts[facet.value] += held.get(facet, 1)
        if not counts:
            return None
        language = language_of(line)
        values = ("、" if language == "zh" else ", ").join(value for value, _ in counts.most_common(MAX_VALUES))
        more = " …" if len(counts) > MAX_VALUES else ""
        return ActReply(plain(SAYS["ranging"][language].format(values=f"{values}{more}")))

    def _unknown_title(self, line: str) -> ActReply | None:
        """Say that a title that a line asks for is none of the catalogue's."""
        match = cues.HAVE_TITLE.search(line)
        found = (match[name] for name in ("title", "lower", "chinese", "zh")) if match else ()
        title = next((each for each in found if each), "")
        if not title or Lexicon.of(self._words).mentions(title):
            return None
        try:
            return self._there(find_title(title, self._words), line)
        except BadInput:
            return ActReply(plain(SAYS["absent unknown"][language_of(line)].format(title=title)))
