"""Answers to questions about items: of the list, of the catalogue, and how they compare."""

import re
from collections.abc import Container
from dataclasses import dataclass

from llmrec.catalog import Catalog, Item
from llmrec.catalog.wording import plain
from llmrec.chat.alternatives import either_of
from llmrec.chat.answers import about_item, requests_fact
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.chat.compared_pairs import compared_pair
from llmrec.chat.comparisons import answers_unknown, best_of, by_quality, compared, versus
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.acts import SHORT_LINE
from llmrec.chat.nlu.comparatives import quality_compared
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.named_items import items_named, names_alone, places_beyond
from llmrec.chat.nlu.questions import FACTS, refers_to_topic, seeks, superlative
from llmrec.chat.nlu.references import find_title
from llmrec.chat.state import DialogueState
from llmrec.chat.wordings import SAYS
from llmrec.errors import BadInput

_FIRST_TWO = re.compile(r"\b(?:the )?(?:first|top) two\b|前两[个部本件款]", re.I)
_THAN = re.compile(rf"\bthan\b|{cues.COMPARED_WITH.pattern}|比", re.I)
"""What compares what was spoken of last with an item that the line names."""
_MORE_OF = r"(?:(?:more|less) [a-z-]+|[a-z]+er)"
_PAIR = re.compile(
    r"(?:(?:so|and|but|ok|hm+|well|wait|then)[, ]+)*(?:"
    r"(?:is|are|was|were|isn't|wasn't) (?P<one>.+?) (?:really |actually |much |any |even |a lot |far )*"
    rf"(?:{_MORE_OF} than|as [a-z-]+ as) (?P<other>.+?)|"
    rf"(?:which|what|who)(?: one| film| movie| book| of (?:them|the two))?(?:'s| is| was| would be)(?: the)? {_MORE_OF}"
    r"(?: one)?[,:;-]* (?:between )?(?P<a>.+?) (?:or|and) (?P<b>.+?)|"
    r"(?:between )?(?P<c>.+?) (?:or|and|vs\.?|versus) (?P<d>.+?)[,:;?-]+ "
    r"(?:which|what|who)(?: one| of them)?(?:'s| is| was| would be)"
    rf"(?: the)? {_MORE_OF}(?: one)?)[\s?.!]*",
    re.I,
)
"""What compares two items that it names by more than places: "is Psycho scarier than The Shining?"."""
_NO_ITEM = re.compile(r"\d{4}|\b(?:usual|average|before|others?|rest|most|any|all|list|you|i|we)\b", re.I)
"""Words of what an item is compared with that is none."""
_OF_ANOTHER = re.compile(
    r"^(?:(?:so|but|ok|or|oh|hm+|well)[, ]+)*(?:and|(?:and )?(?:what|how) (?:about|of|is|was|are)|and (?:for|of)) "
    r"(?P<title>[^,;?!]{2,60}?)[\s?.!]*$|"
    r"(?:^|[,。!;])(?:那么?|还有|那)?(?P<zh>(?:《[^》]+》|[^,。!?;《]){1,40}?)(?:呢|怎么样呢?)[?。! ]*$",
    re.I,
)
"""What asks the last question again, of another item."""
_PLACE_ALONE = re.compile(r"\b(of|in|for|about|by) (\d{1,2})(?=[\s?.!]*$)", re.I)
"""A place of the list that a question ends with: "the director of 3?"."""
_THOSE = re.compile(
    r"\b(?:those|these|them|both|(?:the|those|these) two|either|the pair)\b|[这那]两[个部本件款]|它们|两个都|两部都",
    re.I,
)
"""What speaks of the items that the last reply told of."""


MAX_PAIRED = 7
"""Words of a title that is compared with another."""


@dataclass(frozen=True, slots=True)
class ActReply:
    """A reply without a list.

    Parameters
    ----------
    text
        Its words; "" where reasons are wanted.
    topic
        Id of the item that it is about.
    why
        Whether the reasons of `topic` are wanted.
    ends
        Whether the person ends the conversation.
    takes
        Ids of the items that the person takes; the text is to name them.
    spoken
        Conditions of which the text tells which items of the list meet them.
    mentioned
        Ids of the items that the text tells of, which is what "those two" means next.
    """

    text: str = ""
    topic: str | None = None
    why: bool = False
    ends: bool = False
    takes: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()


class ItemQuestions:
    """What answers questions about items.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    offered
        Ids of those that can be recommended.
    words
        The items by whose titles and values a line is read.
    """

    def __init__(self, catalog: Catalog, offered: Container[str], words: Catalog) -> None:
        self._catalog, self._offered, self._words = catalog, offered, words

    def named(self, line: str, state: DialogueState) -> tuple[str, ...]:
        """Find the items that a line names by their place in the last list or by their title.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        tuple of str
            Ids.
        """
        listed = state.last.items if state.last else ()
        if _FIRST_TWO.search(line):
            return tuple(id for id in listed[:2] if id in self._offered)
        found = items_named(line, listed, self._words, self._offered)
        return state.mentioned if not found and state.mentioned and _THOSE.search(line) else found

    def versus(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer how an item compares with another: "is it newer than Heat?".

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
        match = cues.VERSUS.fullmatch(line.strip())
        if not match or seeks(line):
            return None
        one, other = (match[name] or match[zh] or "它" for name, zh in (("one", "a"), ("other", "b")))
        if "哪" in other:
            return None  # 跟第二部比哪个新
        found: list[Item] = []
        for said in (one, other):
            named = self.named(said, state)
            if not named and refers_to_topic(said):
                named = tuple(id for id in (state.topic, *(state.last.items if state.last else ())) if id)
            if not named and not re.search(r"\d{4}|\b(?:usual|average|before|that)\b", said):
                try:
                    named = (find_title(said, self._words),)
                except BadInput:
                    language = language_of(line)
                    return ActReply(plain(SAYS["absent unknown"][language].format(title=said.strip("《》"))))
            if not named:
                return None
            found.append(self._catalog.item(named[0]))
        text = versus(match["word"] or match["zh"], found[0], found[1], self._catalog, language_of(line))
        return ActReply(plain(text), found[0].id)

    def plain_question(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer a question of which the words alone say what it asks, and of which item of the list, or of "it".

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
        named = self.named(line, state)
        listed = state.last.items if state.last else ()
        if len(named) == 1 or (not named and places_beyond(line, listed, self._words)):
            return self.item(line, state) if listed else None
        of_fact = requests_fact(line, self._catalog) and superlative(line) is None
        if not named and of_fact and refers_to_topic(line):
            return self.item(line, state)
        if (
            not named and of_fact and state.topic in self._catalog.row and len(line) <= 2 * SHORT_LINE
        ):  # "who directed?"
            item = self._catalog.item(state.topic or "")
            return ActReply(plain(about_item(line, item, self._catalog, language_of(line))), item.id)
        return None

    def item(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer a question about one item that a line names, or about the one that was spoken of last.

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
        listed = state.last.items if state.last else ()
        language = language_of(line)
        named = self.named(line, state)
        if not named and listed and (place := places_beyond(line, listed, self._words)):
            return ActReply(SAYS["no place"][language].format(place=place))
        if not named and refers_to_topic(line):
            named = tuple(id for id in (state.topic, *listed) if id is not None and id in self._offered)[:1]
        if not named:
            return None
        if len(named) > 1:
            return self.comparison(line, state)
        item = self._catalog.item(named[0])
        if cues.TASTE_OF_OTHERS.search(line):
            say = CatalogueSentences(language, self._catalog)
            return ActReply(plain(say("taste unknown", item, facts=say.facts(item) or say.kind(item))), named[0])
        answer = about_item(line, item, self._catalog, language)
        return ActReply(plain(answer), named[0])

    def of_place(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer what is asked of one item of the list: why it is there, all that is known of it, one fact of it.

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
        listed = state.last.items if state.last else ()
        line = _PLACE_ALONE.sub(r"\1 number \2", line)
        named = [id for id in self.named(line, state) if id in listed]
        if len(named) != 1:
            return None
        if cues.WHY_PLACED.fullmatch(line.strip()):
            return ActReply(topic=named[0], why=True)
        if cues.SHOW_PLACE.fullmatch(line.strip()):
            return self.shown(line, state)
        of_fact = any(fact.question.search(line) for fact in FACTS) and not seeks(line)
        return self.item(line, state) if of_fact and cues.FACT_OF_PLACE.fullmatch(line.strip()) else None

    def either(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer which of two things an item is: "is the second one a cartoon or real actors?".

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
        named = self.named(line, state)
        if not named and refers_to_topic(line):
            named = tuple(id for id in (state.topic, *(state.last.items if state.last else ())) if id)[:1]
        if len(named) != 1 or named[0] not in self._catalog.row:
            return None
        text = either_of(line, self._catalog.item(named[0]), self._catalog, language_of(line))
        return ActReply(plain(text), named[0]) if text else None

    def shown(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell of the item at a place of the list: "show me number 3".

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        ActReply or None
            None where there is no list.
        """
        listed, language = state.last.items if state.last else (), language_of(line)
        if not listed:
            return None
        named = self.named(line, state)
        if not named:
            place = places_beyond(line, listed, self._words)
            return ActReply(SAYS["no place"][language].format(place=place)) if place else None
        item, say = self._catalog.item(named[0]), CatalogueSentences(language, self._catalog)
        return ActReply(plain(say("spoken of", item, facts=say.facts(item) or say.kind(item))), item.id)

    def comparison(self, line: str, state: DialogueState, alone: bool = False) -> ActReply | None:
        """Compare items of the list.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.
        alone
            Whether no more is wanted than what the line compares by, and not which ranks first.

        Returns
        -------
        ActReply or None
            None where it asks no such thing.
        """
        listed = tuple(id for id in (state.last.items if state.last else ()) if id in self._offered)
        named = self.named(line, state)
        topic = state.topic if state.topic in self._offered else next((id for id in listed if id not in named), None)
        if len(named) == 1 and topic and topic not in named and cues.COMPARED_WITH.search(line):
            named = (topic, *named)
        if len(named) < 2:
            asks = (
                superlative(line)
                or cues.MOST.search(line)
                or re.search(r"\bwhich\b|\bwhat'?s the\b|\bwhat is the\b|哪|最", line, re.I)
            )
            if not listed or not asks:
                return None
            named = listed
            if quality_compared(line):
                return self.judged(line, state)
            if superlative(line) is None and alone:
                return None
            if superlative(line) is None:
                text = CatalogueSentences(language_of(line), self._catalog)(
                    "ranked untold", self._catalog.item(listed[0])
                )
                return ActReply(plain(text), listed[0])
        items = [self._catalog.item(id) for id in named]
        text = plain(compared(line, items, self._catalog, language_of(line)))
        told = tuple(named) if len(named) < len(listed) else ()
        return ActReply(text, best_of(line, items, self._catalog), mentioned=told)

    def of_pair(self, line: str, state: DialogueState) -> ActReply | None:
        """Compare two items that a line names by a number of theirs; of one that the catalogue lacks that is said.

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
        topic = state.topic if state.topic in self._offered else None
        pair = compared_pair(line, lambda text: self.named(text, state), topic, self._words)
        if pair is None or (len(pair.items) < 2 and not pair.missing):
            return None
        language = language_of(line)
        items = [self._catalog.item(id) for id in pair.items]
        if pair.missing:
            lacking = SAYS["absent unknown"][language].format(title=pair.missing)
            told = about_item(line, items[0], self._catalog, language)
            return ActReply(plain(f"{lacking}{'' if language == 'zh' else ' '}{told}"), items[0].id)
        text = compared(line, items, self._catalog, language)
        return ActReply(plain(text), best_of(line, items, self._catalog), mentioned=pair.items)

    def of_another(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer of another item what the last line asked of one: "and Emma?", 爱玛呢.

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
        match = _OF_ANOTHER.search(line.strip()) if state.last_question else None
        if match is None:
            return None
        said = re.sub(r"^the ", "", (match["title"] or match["zh"]).strip(), flags=re.I)
        named = self.named(f"the {said}", state)
        if len(named) != 1:
            return None
        if not names_alone(f"the {said}", state.last.items if state.last else (), self._words) and not match["zh"]:
            return None
        item = self._catalog.item(named[0])
        return ActReply(plain(about_item(state.last_question, item, self._catalog, language_of(line))), item.id)

    def judged(self, line: str, state: DialogueState) -> ActReply | None:
        """Judge which item has most, or least, of a quality: "is 2 scarier than 3?", "which of these is the calmest?".

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        ActReply or None
            None where it asks no such thing, or of no items.
        """
        quality = quality_compared(line)
        if quality is None:
            return None
        listed = tuple(id for id in (state.last.items if state.last else ()) if id in self._offered)
        pair = self._pair(line, state)
        if isinstance(pair, str):
            return ActReply(plain(SAYS["absent unknown"][language_of(line)].format(title=pair)))
        named = pair or self.named(line, state)
        if len(named) == 1 and state.topic in self._offered and state.topic not in named and _THAN.search(line):
            named = (state.topic or "", *named)
        of = named if len(named) > 1 else listed
        if len(of) < 2 or (len(named) == 1 and places_beyond(line, listed, self._words)):
            return None
        language = language_of(line)
        text, topic = by_quality(quality, [self._catalog.item(id) for id in of], self._catalog, language)
        return ActReply(plain(text), topic, mentioned=tuple(of) if len(of) < len(listed) else ())

    def _pair(self, line: str, state: DialogueState) -> tuple[str, ...] | str:
        """Find the two items that a line compares, or the title that the catalogue lacks; () for any other line."""
        match = _PAIR.fullmatch(line.strip())
        found: list[str] = []
        for said in (each for each in match.groups() if each) if match else ():
            bare = re.sub(r"^(?:the (?:film|movie|book) )|[\"\u201c\u201d]", "", said.strip(), flags=re.I)
            named = self.named(bare, state)
            if not named and refers_to_topic(bare):
                named = tuple(id for id in (state.topic, *(state.last.items if state.last else ())) if id)[:1]
            if not named:
                if _NO_ITEM.search(bare) or len(bare.split()) > MAX_PAIRED:
                    return ()
                try:
                    named = (find_title(bare, self._words),)
                except BadInput:
                    return bare
            if len(named) != 1:
                return ()
            found.append(named[0])
        return tuple(found)

    def superlatives(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer each of the superlatives of a question that has several: "which is the oldest and least silly?".

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
        asked = [match[0] for match in cues.SUPERLATIVE.finditer(line)]
        if len(asked) < 2 or not re.search(r"\bwhich\b|\bwhat'?s\b|哪|\\?", line, re.I):
            return None
        ask = "哪个{}?" if language_of(line) == "zh" else "which is the {}?"
        told = [self.comparison(ask.format(each), state, alone=True) for each in asked]
        if not any(told):
            return None
        unknown = {each: answers_unknown(each, self._catalog, language_of(line)) for each in asked}
        texts = [answer.text if answer else plain(unknown[each]) for each, answer in zip(asked, told, strict=True)]
        return ActReply(
            " ".join(dict.fromkeys(texts)), next((each.topic for each in told if each and each.topic), None)
        )
