"""Replies to lines that ask for no list: greetings, questions about items and the history, complaints, what is to last.

Acts are read by a small model (`llmrec.chat.nlu.acts`). It decides nothing alone that a search could be lost by: a
line gets such a reply only where the rules read no condition in it and the model is sure, or where it finds an act
likely and the words of the line (`llmrec.chat.nlu.cues`) give the same one away.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog, Item
from llmrec.catalog.vocabulary import attribute_noun
from llmrec.catalog.wording import plain, wording
from llmrec.chat.answers import (
    about_item,
    answers_unknown,
    best_of,
    compared,
    from_history,
    in_catalogue,
    of_history,
    requests_variants,
    unmet_demands,
    versus,
)
from llmrec.chat.descriptions import describe_conditions, memory, recap
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.acts import MOVES, SHORT_LINE, ActReading, act_reader
from llmrec.chat.nlu.conditions import parse_conditions
from llmrec.chat.nlu.demands import demands_unknown
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import chinese_conditions, language_of, unread_language
from llmrec.chat.nlu.lexicon import Lexicon, is_kind
from llmrec.chat.nlu.named_items import items_named, places_beyond
from llmrec.chat.nlu.query_words import moods, with_kinds
from llmrec.chat.nlu.questions import FACTS, QUALITIES, of_listed, refers_to_topic, seeks, superlative
from llmrec.chat.nlu.references import find_title, list_position
from llmrec.chat.state import DialogueState
from llmrec.chat.withdrawals import Withdrawal, lasting_conditions, withdrawal
from llmrec.chat.wordings import ATTRIBUTES, CHOSE, LANGUAGES, NOUNS, SAYS, SHORT
from llmrec.chat.wordings import QUALITIES as QUALITY_WORDS
from llmrec.errors import BadInput
from llmrec.retrieval.filters import attribute_kinds, parse_where, written


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
    """

    text: str = ""
    topic: str | None = None
    why: bool = False
    ends: bool = False
    takes: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()


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
        if intent.action != "ask":
            return None
        conditions = bool(intent.filters or intent.comparisons)
        if not conditions and (unread := unread_language(line)) and not self._named(line, state):
            return ActReply(LANGUAGES[unread])
        if cues.ANY_LIST.fullmatch(line.strip()) or (seeks(line) and not self._named(line, state)):
            return None
        if cues.GOES_WITH.search(line) and any(
            is_kind(name) for mention in Lexicon.of(self._words).mentions(line) for name in mention.attributes
        ):
            return None  # "a bag to go with it" is a search
        if requests_variants(line) and (answer := self._item(line, state)):
            return answer
        if answer := self._versus(line, state) or self._having(line, state):
            return answer
        if cues.HOW_LIKED.fullmatch(line.strip()) and (id := next((i for i in (state.topic, *history[::-1]) if i), "")):
            title = self._catalog.item(id).title
            return ActReply(plain(self._say_words("how liked", language_of(line), title=title)), id)
        if cues.MOOD_ALONE.search(line):
            return None
        if conditions and cues.WHAT_ABOUT.search(line) and not self._named(line, state):
            return None
        if (
            not cues.ANOTHER.search(line)
            and (about := cues.ABOUT_TITLE.fullmatch(line.strip()))
            and (answer := self._of_title(about["what"], line, state))
        ):
            return answer
        if cues.ABLE.fullmatch(line.strip()):
            return ActReply(SAYS["able"][language_of(line)])
        if cues.MEMORY.search(line) and not (conditions and cues.SENTENCES.search(line)):
            return ActReply(plain(memory(state, history, self._catalog, language_of(line))))
        if cues.RECAP.search(line) and state.last is not None:
            return ActReply(plain(recap(state, self._catalog, language_of(line))))
        if conditions and cues.SENTENCES.search(line):
            return None  # a question, and then a search
        if conditions and len(line) <= SHORT_LINE and not re.search(r"[??吗呢]", line):
            return None  # "毛衣": nothing but what is wanted
        if cues.PLACES_ALONE.fullmatch(line.strip()) and (answer := self._comparison(line, state)):
            return answer
        if cues.HOW_MANY.search(line) and (answer := self._counted(line, state)):
            return answer
        bare = re.sub(r"[^\w']+", " ", line).strip()
        if whole := next((act for act, pattern in cues.WHOLE.items() if pattern.fullmatch(bare)), ""):
            return self._say(whole, line, state)
        if of_history(line):
            named = self._named(line, state) or ((state.topic,) if state.topic and refers_to_topic(line) else ())
            latest = history[-1] if history and re.search(r"\blast\b|latest|上次|最近", line) else None
            text = plain(from_history(line, history, self._catalog, language_of(line), named))
            return ActReply(text, named[0] if len(named) == 1 else latest)
        if not conditions and (answer := self._whether_there(line, state)):
            return answer
        if cues.WHY_CHINESE.match(line) and state.last and state.last.items:
            of = (*self._named(line, state), *([state.topic] if state.topic else ()), *state.last.items)
            return ActReply(topic=next(id for id in of if id in state.last.items), why=True)
        if cues.QUESTION.match(line) and not cues.ANOTHER.search(line):
            if "awards" in demands_unknown(line, self._words):
                return ActReply(plain(self.unmet(line, language_of(line))))
            if answer := self._plain_question(line, state):
                return answer
        if state.last is not None and (answer := self._superlatives(line, state)):
            return answer
        if cues.MOST.search(line) and state.last is not None and (answer := self._comparison(line, state)):
            return answer
        reading = self.reading(line, state)
        if reading is None:
            return None
        aside = [act for act in cues.ASIDES if act in reading.acts and cues.PATTERNS[act].search(line)]
        if aside and not conditions and not cues.REQUESTS.search(line):
            return self._say(aside[0], line, state)
        if not conditions and cues.sure("harmful", reading, line):
            return self._say("harmful", line, state)
        if cues.sure("ask_history", reading, line):
            return ActReply(plain(from_history(line, history, self._catalog, language_of(line))))
        if cues.sure("compare", reading, line) and (answer := self._comparison(line, state)):
            return answer
        if (
            cues.sure("ask_item", reading, line)
            and not cues.ANOTHER.search(line)
            and (answer := self._item(line, state))
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
                self._named(line, state)
                or tuple(id for id in state.last.items if id == state.topic)
                or state.last.items
            )
            return ActReply(topic=named[0], why=True) if named[0] in state.last.items else None
        if moves["list"] >= least:
            return None
        return (None if conditions else self._short(line, reading, state)) or self._by_move(
            line, reading, moves, state, conditions
        )

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
        return cues.absence_query(line, lambda text: bool(self._named(text, state)))

    def named(self, line: str, state: DialogueState) -> tuple[str, ...]:
        """Find the items that a line names by their place in the last list or by their title.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        tuple of str
            Ids.
        """
        return self._named(line, state)

    def _named(self, line: str, state: DialogueState) -> tuple[str, ...]:
        listed = state.last.items if state.last else ()
        return items_named(line, listed, self._words, self._offered)

    def _counted(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell how many items of the last list have what a line names."""
        conditions, having, listed = self._meeting(line, state)
        if not listed or not conditions:
            return None
        language = language_of(line)
        joint = "、" if language == "zh" else ", "
        told = f"{SAYS['colon'][language]}{joint.join(each.title for each in having)}" if having else ""
        text = SAYS["counted"][language].format(count=len(having), of=len(listed), titles=told)
        return ActReply(plain(text), spoken=conditions)

    def _having(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell which items of the last list have what a line asks for: "which of these are comedies?"."""
        match = cues.WHICH_HAVE.fullmatch(line.strip())
        if not match or superlative(line) or cues.MOST.search(line):
            return None
        conditions, having, listed = self._meeting(match["what"] or match["zh"], state)
        if not listed:
            return None
        language = language_of(line)
        if not conditions:
            return ActReply(unmet) if (unmet := self.unmet(line, language)) else None
        values = describe_conditions(conditions, language)
        if not having:
            return ActReply(plain(SAYS["having none"][language].format(values=values)), spoken=conditions)
        titles = ("、" if language == "zh" else ", ").join(each.title for each in having)
        text = SAYS["having"][language].format(values=values, titles=titles)
        return ActReply(plain(text), having[0].id if len(having) == 1 else None, spoken=conditions)

    def _meeting(self, what: str, state: DialogueState) -> tuple[tuple[str, ...], list[Item], list[Item]]:
        """The conditions that words state, moods included; the items of the last list that meet them, and all of it."""
        listed = [self._catalog.item(id) for id in (state.last.items if state.last else ()) if id in self._words.row]
        left, chinese = chinese_conditions(what, self._words)
        conditions = tuple(dict.fromkeys((*parse_conditions(left, self._words).conditions, *chinese)))
        pairs = {
            name: values for mention in Lexicon.of(self._words).mentions(left) for name, values in mention.readings
        }
        conditions = conditions or tuple(written(name, "=", tuple(values)) for name, values in [*pairs.items()][:1])
        conditions = conditions or tuple(each for each in moods(what, (), self._words)[2] if "!=" not in each)
        kinds = with_kinds(what, self._words, ())
        conditions = conditions or (
            parse_conditions(kinds[len(what) :], self._words).conditions if kinds != what else ()
        )
        if not conditions:
            return (), [], listed
        mask = parse_where(" and ".join(conditions), self._words).mask(self._words)
        return conditions, [item for item in listed if mask[self._words.row[item.id]]], listed

    def _versus(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer how an item compares with another: "is it newer than Heat?"."""
        match = cues.VERSUS.fullmatch(line.strip())
        if not match or seeks(line):
            return None
        one, other = (match[name] or match[zh] for name, zh in (("one", "a"), ("other", "b")))
        found: list[Item] = []
        for said in (one, other):
            named = self._named(said, state)
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

    def _of_title(self, what: str, line: str, state: DialogueState) -> ActReply | None:
        """Tell of a title whether it is there: "what about 2001?"."""
        named = self._named(what, state)
        begun = [item.id for item in self._words.items if item.title.startswith(f"{what}:")] if what.isdigit() else []
        if len(named or begun) != 1 or list_position(what):
            return None
        item, language = self._catalog.item((*named, *begun)[0]), language_of(line)
        listed = state.last.items if state.last else ()
        if item.id in listed:
            place = SAYS["absent listed"][language].format(title=item.title, place=listed.index(item.id) + 1)
            return ActReply(plain(place), item.id)
        return ActReply(plain(in_catalogue(item, self._catalog, language)), item.id)

    def _whether_there(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer whether a title that the last list does not have is in the catalogue."""
        if not cues.PRESENCE.search(line) or cues.ANOTHER.search(line):
            return None
        named = self._named(line, state)
        if not named:
            return self._unknown_title(line)
        if len(named) != 1 or named[0] in (state.last.items if state.last else ()):
            return None
        item = self._catalog.item(named[0])
        return ActReply(plain(in_catalogue(item, self._catalog, language_of(line))), item.id)

    def _unknown_title(self, line: str) -> ActReply | None:
        """Say that a title that a line asks for is none of the catalogue's."""
        match = cues.HAVE_TITLE.search(line)
        found = (match[name] for name in ("title", "lower", "chinese", "zh")) if match else ()
        title = next((each for each in found if each), "")
        if not title or Lexicon.of(self._words).mentions(title):
            return None
        language = language_of(line)
        try:
            item = self._catalog.item(find_title(title, self._words))
        except BadInput:
            return ActReply(plain(SAYS["absent unknown"][language].format(title=title)))
        return ActReply(plain(in_catalogue(item, self._catalog, language)), item.id)

    def _plain_question(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer a question of which the words alone say what it asks, and of which item of the list, or of "it"."""
        named = self._named(line, state)
        listed = state.last.items if state.last else ()
        if len(named) == 1 or (not named and places_beyond(line, listed, self._words)):
            return self._item(line, state) if listed else None
        of_fact = any(fact.question.search(line) for fact in FACTS)
        if not named and of_fact and refers_to_topic(line):
            return self._item(line, state)
        if (
            not named and of_fact and state.topic in self._catalog.row and len(line) <= 2 * SHORT_LINE
        ):  # "who directed?"
            item = self._catalog.item(state.topic or "")
            return ActReply(plain(about_item(line, item, self._catalog, language_of(line))), item.id)
        return None

    def _item(self, line: str, state: DialogueState) -> ActReply | None:
        listed = state.last.items if state.last else ()
        language = language_of(line)
        named = self._named(line, state)
        if not named and listed and (place := places_beyond(line, listed, self._words)):
            return ActReply(SAYS["no place"][language].format(place=place))
        if not named and refers_to_topic(line):
            named = tuple(id for id in (state.topic, *listed) if id is not None and id in self._offered)[:1]
        if not named:
            return None
        if len(named) > 1:
            return self._comparison(line, state)
        item = self._catalog.item(named[0])
        answer = about_item(line, item, self._catalog, language)
        return ActReply(plain(answer), named[0])

    def _comparison(self, line: str, state: DialogueState, alone: bool = False) -> ActReply | None:
        """Compare items; `alone` asks for no more than what the line compares by, and not which ranks first."""
        listed = tuple(id for id in (state.last.items if state.last else ()) if id in self._offered)
        named = self._named(line, state)
        if len(named) < 2:
            asks = (
                superlative(line)
                or cues.MOST.search(line)
                or re.search(r"\bwhich\b|\bwhat'?s the\b|\bwhat is the\b|哪|最", line, re.I)
            )
            if not listed or not asks:
                return None
            named = listed
            if (best := self._most(line, listed)) is not None:
                return best
            if superlative(line) is None and alone:
                return None
            if superlative(line) is None:
                text = SAYS["ranked"][language_of(line)].format(title=self._catalog.item(listed[0]).title)
                return ActReply(plain(text), listed[0])
        items = [self._catalog.item(id) for id in named]
        text = plain(compared(line, items, listed, self._catalog, language_of(line)))
        return ActReply(text, best_of(line, items))

    def _superlatives(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer each of the superlatives of a question that has several: "which is the oldest and least silly?"."""
        asked = [match[0] for match in cues.SUPERLATIVE.finditer(line)]
        if len(asked) < 2 or not re.search(r"\bwhich\b|\bwhat'?s\b|哪|\\?", line, re.I):
            return None
        told = [self._comparison(f"which is the {each}?", state, alone=True) for each in asked]
        if not any(told):
            return None
        unknown = {each: answers_unknown(each, self._catalog, language_of(line)) for each in asked}
        texts = [answer.text if answer else plain(unknown[each]) for each, answer in zip(asked, told, strict=True)]
        return ActReply(
            " ".join(dict.fromkeys(texts)), next((each.topic for each in told if each and each.topic), None)
        )

    def _most(self, line: str, listed: Sequence[str]) -> ActReply | None:
        """Answer which of the list is the funniest, scariest or the like, as far as kinds hint at it."""
        asked = cues.MOST.search(line)
        quality = next((q for q in QUALITIES if asked and q.question.search(asked[0].replace("iest", "y"))), None)
        if quality is None:
            return None
        least = re.search(r"\bleast\b|最不", line, re.I) is not None
        having = [
            item for id in listed for item in [self._catalog.item(id)]
            if least != any(
                str(each).casefold() in quality.speaks_for
                for value in item.attributes.values() for each in (value if isinstance(value, tuple) else (value,))
            )
        ]  # fmt: skip
        language = language_of(line)
        words = QUALITY_WORDS[quality.key][language]
        if not having:
            return ActReply(plain(SAYS["least none" if least else "most none"][language].format(quality=words)))
        titles = ("、" if language == "zh" else ", ").join(each.title for each in having)
        text = SAYS["least" if least else "most"][language].format(quality=words, titles=titles, title=having[0].title)
        return ActReply(plain(text), having[0].id)

    def _by_move(
        self, line: str, reading: ActReading, moves: Mapping[str, float], state: DialogueState, conditions: bool
    ) -> ActReply | None:
        """Answer a line that wants no list by what it wants: an answer, a choice to be noted, or a word."""
        move = max((each for each in moves if each != "list"), key=lambda each: moves[each])
        if move == "accept":
            chosen = self._chosen(line, state)
            return ActReply(takes=chosen) if chosen else self._say("accept", line, state)
        if move == "question" and not cues.ANOTHER.search(line):
            answer = self._item(line, state) or self._comparison(line, state)
            return answer or (None if conditions and not of_listed(line) else self._unknown(line))
        if move == "question":
            return None
        said = (
            act
            for act in SHORT
            if act in reading.confident or (act in cues.PATTERNS and cues.PATTERNS[act].search(line))
        )
        act = next((act for act in said if act not in ("accept", "unclear")), "talk")
        return self._say(act, line, state)

    def _chosen(self, line: str, state: DialogueState) -> tuple[str, ...]:
        """Ids of the items that a line takes; the one spoken of last where it names none."""
        listed = tuple(id for id in (state.last.items if state.last else ()) if id in self._offered)
        if named := self._named(line, state):
            return named
        if cues.BOTH.search(line):
            return listed if re.search(r"\ball\b|全", line, re.I) else listed[:2]
        topic = state.topic if state.topic in self._offered else None
        return (topic,) if topic else ()

    def _unknown(self, line: str) -> ActReply | None:
        """Own that a question is about nothing that the catalogue tells, unless it asks for a list."""
        if cues.LIST_REQUESTS.search(line):
            return None
        language = language_of(line)
        if unmet := self.unmet(line, language):
            return ActReply(unmet)
        names = [name for name in attribute_kinds(self._catalog) if not name.endswith(("_id", "_code", "_path"))]
        nouns = [attribute_noun(name) for name in names]
        facts = [ATTRIBUTES.get(each, each) for each in nouns] if language == "zh" else nouns
        if not facts:
            return None
        shown = ("、" if language == "zh" else ", ").join(facts)
        return ActReply(plain(self._say_words("lacks of all", language, facts=shown)))

    def _say_words(self, key: str, language: str, **more: str) -> str:
        """A sentence that speaks of the catalogue's items."""
        noun, chose = wording(self._catalog).noun, wording(self._catalog).chose
        words = {"noun": noun, "nouns": f"{noun}s", "chose": chose}
        if language == "zh":
            words = {"noun": NOUNS[noun], "nouns": NOUNS[noun], "chose": CHOSE[chose]}
        return SAYS[key][language].format(**words, **more)

    def unmet(self, line: str, language: str) -> str:
        """Say what a line demands that the catalogue does not tell, where it says nothing else that could be met.

        Parameters
        ----------
        line
            What the person wrote.
        language
            "en" or "zh".

        Returns
        -------
        str
            "" where it demands nothing like that.
        """
        unmet = unmet_demands(line, self._words, language)
        return plain(f"{unmet} {self._say_words('name another', language)}") if unmet else ""

    def _short(self, line: str, reading: ActReading, state: DialogueState) -> ActReply | None:
        if cues.REQUESTS.search(line):
            return None
        acts = [act for act in reading.acts if act in SHORT and cues.sure(act, reading, line)]
        if not acts or reading.confident & cues.SEARCHES or reading.acts[0] in ("request", "ask_item"):
            return None
        given_away = [act for act in acts if act in cues.PATTERNS and cues.PATTERNS[act].search(line)]
        return self._say("end" if "end" in acts else (given_away or acts)[0], line, state)

    def _say(self, act: str, line: str, state: DialogueState) -> ActReply:
        language = language_of(line)
        options = SHORT[act][language]
        last = state.last
        tells = act == "complain" and last is not None and (last.conditions or last.query or last.like)
        held = f"{' ' if language == 'en' else ''}{plain(recap(state, self._catalog, language))}" if tells else ""
        noun = wording(self._catalog).noun
        nouns = {"noun": NOUNS[noun], "nouns": NOUNS[noun]} if language == "zh" else {"noun": noun, "nouns": f"{noun}s"}
        return ActReply(
            options[state.short_replies % len(options)].format(**nouns) + held,
            ends=act == "end" and cues.BYE.search(line) is not None,
        )
