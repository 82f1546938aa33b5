"""Replies to lines that ask for no list: greetings, questions about items and the history, complaints, what is to last.

Acts are read by a small model (`llmrec.chat.nlu.acts`). It decides nothing alone that a search could be lost by: a
line gets such a reply only where the rules read no condition in it and the model is sure, or where it finds an act
likely and the words of the line (`llmrec.chat.nlu.cues`) give the same one away.
"""

import re
from collections.abc import Container, Mapping, Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import attribute_noun, is_kind
from llmrec.catalog.wording import plain, wording
from llmrec.chat.answers import requests_variants, unmet_alone
from llmrec.chat.catalogue_questions import CatalogueQuestions
from llmrec.chat.choices import Choices
from llmrec.chat.comparisons import best_of
from llmrec.chat.descriptions import memory, recap
from llmrec.chat.earlier_lists import first_query, requests_first
from llmrec.chat.history_answers import from_history, known_of_listed, of_history
from llmrec.chat.item_examples import example, help_text
from llmrec.chat.item_questions import ActReply, ItemQuestions
from llmrec.chat.list_questions import ListQuestions
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.acts import MOVES, SHORT_LINE, ActReading, act_reader
from llmrec.chat.nlu.demands import demands_unknown
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import language_of, unread_language
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.moods import moods
from llmrec.chat.nlu.named_items import within_title
from llmrec.chat.nlu.narration import only_narrates
from llmrec.chat.nlu.personal_talk import is_small_talk
from llmrec.chat.nlu.questions import attribute_named, of_listed, refers_to_topic, seeks, superlative
from llmrec.chat.nlu.refusals import is_vague
from llmrec.chat.nlu.shop_questions import shop_question
from llmrec.chat.nlu.situations import ERA_OF_PEOPLE, without_situation
from llmrec.chat.short_replies import SHORT
from llmrec.chat.state import DialogueState
from llmrec.chat.withdrawals import Withdrawal, lasting_conditions, withdrawal
from llmrec.chat.wordings import ATTRIBUTES, CHOSE, LANGUAGES, NOUNS, SAYS, SERVICES
from llmrec.retrieval.filters import attribute_kinds

_ADDS = re.compile(
    r"(?:(?:and|or|maybe|ok)[, ]+)*(?:about|set in|set during|involving|featuring) "
    r"(?!it\b|that\b|them\b|this\b|\d)[a-z' -]{3,40}\?",
    re.I,
)
"""A question that adds to what is wanted: "about nature?"."""


class ActReplies:
    """What answers lines by their acts.

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
        self.items = ItemQuestions(catalog, offered, words)
        """What answers questions about items."""
        self.catalogue = CatalogueQuestions(catalog, words, self.items)
        """What answers questions about the catalogue itself."""
        self.lists = ListQuestions(catalog, words)
        """What answers questions about all that is listed."""
        self.choices = Choices(catalog, words, self.items, self.lists)
        """What answers a line that leaves the choice among the items listed to us."""

    def reply(self, line: str, intent: Intent, state: DialogueState, history: Sequence[str]) -> ActReply | None:
        """Answer a line that asks for no list.

        Parameters
        ----------
        line
            What the person wrote.
        intent
            What the rules read.
        state
            What the conversation has come to.
        history
            Ids of the person's items, oldest first.

        Returns
        -------
        ActReply or None
            None for a line that is to be read as the rules read it.
        """
        if is_small_talk(line):
            return self.short_reply("small_talk", line, state)
        if answer := self.service(line, state) or self.choices.pick(line, state, history):
            return answer
        if answer := self.items.of_another(line, state) or self.items.either(line, state):
            return answer
        if answer := self.items.of_place(line, state):
            return answer
        if intent.action != "ask":
            return None
        if answer := self.catalogue.reply(line):
            return answer
        if (both := cues.WHY_AND.fullmatch(line.strip())) and (
            asked := self.items.item(f"{both['asks']} {both['place']}", state)
        ):
            listed = state.last.items if state.last else ()
            return ActReply(asked.text, asked.topic, why=asked.topic in listed)
        conditions = bool(intent.filters or intent.comparisons)
        if not conditions and ERA_OF_PEOPLE.search(line) and is_vague(without_situation(line)):
            return ActReply(SAYS["era untold"][language_of(line)])
        if not conditions and (unread := unread_language(line)) and not self.items.named(line, state):
            return ActReply(LANGUAGES[unread])
        if state.last is not None and _ADDS.fullmatch(line.strip()):
            return None
        if cues.ANY_LIST.fullmatch(line.strip()) or (seeks(line) and not self.items.named(line, state)):
            return None
        if cues.GOES_WITH.search(line) and any(
            is_kind(name) for mention in Lexicon.of(self._words).mentions(line) for name in mention.attributes
        ):
            return None  # "a bag to go with it" is a search
        if requests_variants(line) and (answer := self.items.item(line, state)):
            return answer
        if answer := self.items.judged(line, state) or self.items.versus(line, state):
            return answer
        if answer := self.items.of_pair(line, state) or self.lists.reply(line, state):
            return answer
        if state.last and superlative(line) and cues.COMPARED_WITH.search(line) and self.items.named(line, state):
            return self.items.comparison(line, state)
        if cues.HOW_LIKED.fullmatch(line.strip()) and (id := next((i for i in (state.topic, *history[::-1]) if i), "")):
            title = self._catalog.item(id).title
            return ActReply(plain(self.about_catalogue("how liked", language_of(line), title=title)), id)
        if cues.MOOD_ALONE.search(line) or (
            (state.last is None or cues.SOMETHING.match(line)) and moods(intent.query, (), self._words)[2]
        ):
            return None
        if cues.TASTE_OF_WHOM.fullmatch(line.strip()):
            return ActReply(self.about_catalogue("taste of others", language_of(line)))
        if cues.SHOW_PLACE.fullmatch(line.strip()) and (answer := self.items.shown(line, state)):
            return answer
        if conditions and cues.WHAT_ABOUT.search(line) and not self.items.named(line, state):
            return None
        if (
            not cues.ANOTHER.search(line)
            and (about := cues.ABOUT_TITLE.fullmatch(line.strip()))
            and (answer := self.catalogue.of_title(about["what"], line, state))
        ):
            return answer
        if cues.ABLE.fullmatch(line.strip()):
            return ActReply(plain(help_text(self._catalog, language_of(line))))
        if requests_first(line) and state.last is not None:
            return ActReply(first_query(state, language_of(line)))
        if cues.MEMORY.search(line) and not (conditions and cues.SENTENCES.search(line)):
            return ActReply(plain(memory(state, history, self._catalog, language_of(line))))
        if cues.RECAP.search(line) and state.last is not None:
            return ActReply(plain(recap(state, self._catalog, language_of(line))))
        if conditions and cues.SENTENCES.search(line):
            return None  # a question, and then a search
        if conditions and len(line) <= SHORT_LINE and not re.search(r"[??吗呢]", line):
            return None  # "毛衣": nothing but what is wanted
        if cues.PLACES_ALONE.fullmatch(line.strip()) and (answer := self.items.comparison(line, state)):
            return answer
        if cues.HOW_MANY.search(line) and (answer := self.lists.counted(line, state)):
            return answer
        bare = re.sub(r"[^\w']+", " ", line).strip()
        if whole := next((act for act, pattern in cues.WHOLE.items() if pattern.fullmatch(bare)), ""):
            return self.short_reply(whole, line, state)
        if not conditions and not cues.OF_TOPIC.match(line) and only_narrates(line, self._words):
            return self.short_reply("narrates", line, state)
        if of_history(line):
            listed = tuple(id for id in (state.last.items if state.last else ()) if id in self._catalog.row)
            if text := known_of_listed(line, listed, history, self._catalog, language_of(line)):
                return ActReply(plain(text))
            named = self.items.named(line, state) or ((state.topic,) if state.topic and refers_to_topic(line) else ())
            latest = history[-1] if history and re.search(r"\blast\b|latest|上次|最近", line) else None
            text = plain(from_history(line, history, self._catalog, language_of(line), named))
            return ActReply(text, named[0] if len(named) == 1 else latest)
        if not conditions and (answer := self.catalogue.presence(line, state)):
            return answer
        if cues.WHY_CHINESE.match(line) and state.last and state.last.items:
            of = (*self.items.named(line, state), *([state.topic] if state.topic else ()), *state.last.items)
            return ActReply(topic=next(id for id in of if id in state.last.items), why=True)
        if answer := None if conditions or self.items.named(line, state) else self.lists.of_list(line, state):
            return answer
        if cues.QUESTION.match(line) and not cues.ANOTHER.search(line):
            if "awards" in demands_unknown(line, self._words):
                return ActReply(plain(unmet_alone(line, self._words, language_of(line))))
            if answer := self.items.plain_question(line, state):
                return answer
        if state.last is not None and (answer := self.items.superlatives(line, state)):
            return answer
        if cues.MOST.search(line) and state.last is not None and (answer := self.items.comparison(line, state)):
            return answer
        reading = self.reading(line, state)
        if reading is None:
            return None
        aside = [act for act in cues.ASIDES if act in reading.acts and cues.PATTERNS[act].search(line)]
        if aside and not conditions and not cues.REQUESTS.search(line):
            return self.short_reply(aside[0], line, state)
        if not conditions and cues.sure("harmful", reading, line):
            return self.short_reply("harmful", line, state)
        if cues.sure("ask_history", reading, line):
            return ActReply(plain(from_history(line, history, self._catalog, language_of(line))))
        if cues.sure("compare", reading, line) and (answer := self.items.comparison(line, state)):
            return answer
        if (
            cues.sure("ask_item", reading, line)
            and not cues.ANOTHER.search(line)
            and (answer := self.items.item(line, state))
        ):
            return answer
        moves = self.moves(line, state)
        least = cues.MIN_LIST_FIRST if conditions or (state.last is None and not state.short_replies) else cues.MIN_LIST
        if cues.REQUESTS.search(line) and moves["question"] < cues.MIN_LIST:
            least = 0.0
        if conditions and moves["list"] >= least:
            return None
        if cues.sure("why", reading, line) and state.last and state.last.items:
            named = (
                self.items.named(line, state)
                or tuple(id for id in state.last.items if id == state.topic)
                or state.last.items
            )
            return ActReply(topic=named[0], why=True) if named[0] in state.last.items else None
        if moves["list"] >= least:
            return None
        return (None if conditions else self._short(line, reading, state)) or self._by_move(
            line, reading, moves, state, conditions
        )

    def service(self, line: str, state: DialogueState) -> ActReply | None:
        """Own that the catalogue does not answer what a line asks of whoever runs it.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        ActReply or None
            None where the line asks no such thing.
        """
        asked = shop_question(line, within_title(line, self._words))
        told = asked == "stock" and attribute_named(line, self._catalog)  # "do you have size M in stock?"
        if not asked or told:
            return None
        language = language_of(line)
        what = SERVICES[asked][language]
        return ActReply(plain(self.about_catalogue("service", language, what=what)), state.topic)

    def reading(self, line: str, state: DialogueState) -> ActReading | None:
        """Read the acts of a line, after the last list.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        ActReading or None
            None where there is no model.
        """
        reader = act_reader()
        listed = state.last.items if state.last else ()
        titles = (self._catalog.item(id).title for id in listed if id in self._catalog.row)
        return reader.read(line, " ".join(f"{n}. {title}" for n, title in enumerate(titles, 1))) if reader else None

    def moves(self, line: str, state: DialogueState) -> Mapping[str, float]:
        """Tell what a line wants in return.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        mapping of str to float
            Each of `llmrec.chat.nlu.acts.MOVES` -> its probability; a list for certain where there is no model.
        """
        reader = act_reader()
        opens = state.last is None and not state.short_replies
        return reader.moves(line, opens) if reader else {**dict.fromkeys(MOVES, 0.0), "list": 1.0}

    def lasting(self, line: str, intent: Intent, state: DialogueState) -> tuple[str, ...]:
        """Find the conditions of a line that hold until they are taken back.

        Parameters
        ----------
        line, intent, state
            As for `reply`.

        Returns
        -------
        tuple of str
            Of the conditions that the rules read: exclusions where the line says that they last, and all of them where
            it says so of what is wanted ("my budget is 50", "always under two hours").
        """
        return lasting_conditions(line, intent, lambda: self._finds("remember", line, state, certainly=True))

    def withdrawn(self, line: str, state: DialogueState) -> Withdrawal | None:
        """Find what a line takes back of what holds ("musicals are fine again").

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        Withdrawal or None
        """
        return withdrawal(line, state, self._words, lambda: self._finds("undo", line, state))

    def _finds(self, act: str, line: str, state: DialogueState, certainly: bool = False) -> bool:
        """Whether the model finds an act in a line; True of what it is asked where there is no model."""
        reading = self.reading(line, state)
        if reading is None:
            return not certainly
        return act in (reading.confident if certainly else reading.acts)

    def absent_subject(self, line: str, state: DialogueState) -> str | None:
        """Read of what a line asks why the last list does not have it.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        str or None
            Its words; None where the line asks something else.
        """
        return cues.absence_query(line, lambda text: bool(self.items.named(text, state)))

    def _by_move(
        self, line: str, reading: ActReading, moves: Mapping[str, float], state: DialogueState, conditions: bool
    ) -> ActReply | None:
        """Answer a line that wants no list by what it wants: an answer, a choice to be noted, or a word."""
        move = max((each for each in moves if each != "list"), key=lambda each: moves[each])
        if move == "accept":
            if chosen := self._chosen(line, state):
                return ActReply(takes=chosen)
            unnamed = cues.TAKES.search(line) is not None and state.last is not None
            return self.short_reply("which" if unnamed else "accept", line, state)
        if move == "question" and not cues.ANOTHER.search(line):
            answer = self.items.item(line, state) or self.items.comparison(line, state)
            return answer or (None if conditions and not of_listed(line) else self._unknown(line))
        if move == "question":
            return None
        said = (
            act
            for act in SHORT
            if act in reading.confident or (act in cues.PATTERNS and cues.PATTERNS[act].search(line))
        )
        act = next((act for act in said if act not in ("accept", "unclear")), "talk")
        return self.short_reply(act, line, state)

    def _chosen(self, line: str, state: DialogueState) -> tuple[str, ...]:
        """Ids of the items that a line takes; the one spoken of last where it names none."""
        listed = tuple(id for id in (state.last.items if state.last else ()) if id in self._offered)
        if named := self.items.named(line, state):
            return named
        if re.search(r"\bthe \w+(?:er|est) one\b", line, re.I):
            of = tuple(id for id in state.mentioned if id in listed) or listed
            best = best_of(line, [self._catalog.item(id) for id in of], self._catalog)
            return (best,) if best else of[:1]
        if cues.BOTH.search(line):
            return listed if re.search(r"\ball\b|全", line, re.I) else listed[:2]
        topic = state.topic if state.topic in self._offered else None
        example = state.last.like if state.last else None
        return (topic,) if topic and (topic != example or topic in listed) else ()

    def _unknown(self, line: str) -> ActReply | None:
        """Own that a question is about nothing that the catalogue tells, unless it asks for a list."""
        if cues.LIST_REQUESTS.search(line):
            return None
        language = language_of(line)
        if unmet := unmet_alone(line, self._words, language):
            return ActReply(unmet)
        names = [name for name in attribute_kinds(self._catalog) if not name.endswith(("_id", "_code", "_path"))]
        nouns = [attribute_noun(name) for name in names]
        facts = [ATTRIBUTES.get(each, each) for each in nouns] if language == "zh" else nouns
        if not facts:
            return None
        shown = ("、" if language == "zh" else ", ").join(facts)
        return ActReply(plain(self.about_catalogue("lacks of all", language, facts=shown)))

    def about_catalogue(self, key: str, language: str, **more: str) -> str:
        """Say a sentence that speaks of the catalogue's items.

        Parameters
        ----------
        key
            Of `llmrec.chat.wordings.SAYS`.
        language
            "en" or "zh".
        more
            What the sentence holds beside the words for items.

        Returns
        -------
        str
        """
        noun, chose = wording(self._catalog).noun, wording(self._catalog).chose
        words = {"noun": noun, "nouns": f"{noun}s", "chose": chose}
        if language == "zh":
            words = {"noun": NOUNS[noun], "nouns": NOUNS[noun], "chose": CHOSE[chose]}
        return SAYS[key][language].format(**words, **more)

    def _short(self, line: str, reading: ActReading, state: DialogueState) -> ActReply | None:
        if cues.REQUESTS.search(line):
            return None
        acts = [act for act in reading.acts if act in SHORT and cues.sure(act, reading, line)]
        if not acts or reading.confident & cues.SEARCHES or reading.acts[0] in ("request", "ask_item"):
            return None
        given_away = [act for act in acts if act in cues.PATTERNS and cues.PATTERNS[act].search(line)]
        return self.short_reply("end" if "end" in acts else (given_away or acts)[0], line, state)

    def short_reply(self, act: str, line: str, state: DialogueState) -> ActReply:
        """Say a few words to a line that asks for no list.

        Parameters
        ----------
        act
            Of `llmrec.chat.short_replies.SHORT`.
        line, state
            As for `reply`.

        Returns
        -------
        ActReply
        """
        language = language_of(line)
        last = state.last
        goes_on = last is not None and bool(last.items)
        options = SHORT[f"{act} on" if goes_on and f"{act} on" in SHORT else act][language]
        tells = act == "complain" and last is not None and (last.conditions or last.query or last.like)
        held = f"{' ' if language == 'en' else ''}{plain(recap(state, self._catalog, language))}" if tells else ""
        noun = wording(self._catalog).noun
        nouns = {"noun": NOUNS[noun], "nouns": NOUNS[noun]} if language == "zh" else {"noun": noun, "nouns": f"{noun}s"}
        query, unwanted = example(self._catalog, language)
        return ActReply(
            options[state.short_replies % len(options)].format(
                **nouns, example=", ".join((query, unwanted)), unwanted=unwanted
            )
            + held,
            ends=act == "end" and cues.BYE.search(line) is not None,
        )
