"""What one line of a conversation comes to: its parts are met one after the other, and what is left asks for a list."""

import dataclasses
import re
from collections.abc import Callable, Container, Sequence
from functools import partial
from typing import TYPE_CHECKING

from llmrec.catalog import Catalog, Interaction
from llmrec.catalog.wording import plain
from llmrec.chat.absences import absent
from llmrec.chat.act_replies import ActReplies
from llmrec.chat.answers import unlisted_articles, unmet_demands, without_repeats
from llmrec.chat.clarification import answered
from llmrec.chat.commands import Commands
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.corrections import Corrections
from llmrec.chat.descriptions import understood
from llmrec.chat.item_examples import help_text
from llmrec.chat.item_references import find_item
from llmrec.chat.line_parts import LineCutter
from llmrec.chat.list_reading import ListReader, without_ruled_out
from llmrec.chat.lists import ListPlanner
from llmrec.chat.nlu import cues, rules
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import language_of, with_titles
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.own_questions import OwnQuestion, own_question
from llmrec.chat.nlu.questions import refers_to_topic, seeks
from llmrec.chat.nlu.references import find_title, list_position
from llmrec.chat.nlu.refusals import is_vague
from llmrec.chat.nlu.span_reading import with_spans
from llmrec.chat.nlu.suitability import audience_of
from llmrec.chat.own_answers import OwnAnswers
from llmrec.chat.reactions import Reactions
from llmrec.chat.replies import Reply
from llmrec.chat.requests import LIST_LENGTH, RequestWriter
from llmrec.chat.restorations import Restorations
from llmrec.chat.short_replies import SHORT
from llmrec.chat.state import DialogueState, ListState, Question, attributes_of, excludes, narrowed, values_of
from llmrec.chat.withdrawals import Withdrawal, lasts, withdrawal_message
from llmrec.chat.wordings import SAYS
from llmrec.context import Context
from llmrec.errors import BadInput

_OTHERS_OF = re.compile(
    r"\busers? \w*\d|\b(?:other|everyone|everybody|anyone|someone) (?:users?|people|else)\b|别人|其他人", re.I
)

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable


class LineAnswers:
    """What answers the lines of one conversation; see `llmrec.chat.conversation.Conversation` for its parameters."""

    def __init__(
        self,
        catalog: Catalog,
        history: Sequence[str],
        events: Sequence[Interaction],
        never: Sequence[str],
        where: str | None,
        context: Context | None,
        parser: "Runnable[str, Intent] | None",
        state: DialogueState | None,
        offered: Container[str] | None,
        words: Catalog | None,
    ) -> None:
        self.catalog = catalog
        self.state = state or DialogueState()
        """What the conversation has come to; replaced, never changed in place."""
        self._history = history
        self._words = words or catalog
        read = parser.invoke if parser else partial(rules.understand, catalog=self._words)
        self._parse = partial(_read_with_spans, read, self._words)
        self._offered = catalog.row if offered is None else offered
        self._acts = ActReplies(catalog, self._offered, self._words)
        self._reactions = Reactions(catalog, self._offered, self._words, self._acts)
        self._cutter = LineCutter(self._words, self._reactions, self._acts, self._parse)
        self._reader = ListReader(self._words, self._acts)
        self._lists = ListPlanner(self._words, self._offered, self._acts, never)
        self._requests = RequestWriter(catalog, self._words, self._offered, tuple(events), where, context)
        self._before = self.state
        self._language = "en"
        self._commands = Commands(catalog, self._words, self._offered)
        self._corrections = Corrections(catalog, self._words, self._acts.items)
        self._own = OwnAnswers(catalog, events, self._acts.lists.stated)
        self._restorations = Restorations(self._words, self._offered)

    @property
    def history(self) -> tuple[str, ...]:
        """Ids of the items that the person interacted with, oldest first, those named in the conversation last."""
        said = (id for id in dict.fromkeys(self._requests.available(self.state.liked)) if id not in self._history)
        return (*self._history, *said)

    def add_picture(self, image: bytes) -> None:
        """Have a picture at hand that a list of before was like.

        Parameters
        ----------
        image
            The picture, as a file holds it.
        """
        self._requests.add_picture(image)

    def _reply(self, intent: Intent, line: str, image: bytes | None, question: Question | None) -> Reply:
        if image is not None:
            self.add_picture(image)
        else:
            if question and (found := answered(line, question, self._lists, self.state)):
                return self._listing(*found)
            if self._before.last is not None and self._items and cues.ONLY_THOSE.fullmatch(line.strip()):
                return self._just_those(self._before.last, self._before.spoken)
            if (
                reply := self._contrast(line)
                or self._restored(line)
                or self._parted(line)
                or self._reaction(intent, line)
                or (None if self._for_adults(line) else self._without_list(intent, line))
            ):
                return reply
        if intent.action == "drop":
            return self._drop(intent.subject, line)
        asks, suited, mood, untold = image is None and intent.action in ("ask", "similar"), "", "", ""
        reported: tuple[str, ...] = ()
        if asks:
            intent, suited, self.state = self._reader.suited(intent, line, self.state)
            stated = intent.filters
            intent, mood, untold = self._reader.in_mood(intent, line, bool(self._items))
            reported = tuple(each for each in intent.filters if each not in stated)
            intent, self.state = self._reader.without_refused(intent, line, self.state)
        words = ""
        if image is None:
            words, self.state = self._reader.lasting(intent, line, self.state)
        nothing_new = self.state.refused == self._before.refused
        if asks and nothing_new and intent.action == "ask" and (unmet := self._reader.unmet(intent, line)):
            return Reply(unmet)
        ruled_out = self._before.refused
        wanted = self._lists.planned(intent, line, image, self.state, answers=question is not None, refused=ruled_out)
        if wanted is None:
            return self._command(intent)
        if mood and (kept := self._lists.conditions.kinds_kept(intent.preferred, wanted.conditions)):
            mood = SAYS["mood beside"][language_of(line)].format(
                conditions=describe_conditions(kept, language_of(line))
            )
        if wanted.query:
            new = [what for what in self.state.refused if what not in self._before.refused]
            wanted = wanted.model_copy(update={"query": without_ruled_out(wanted.query, new)})
        if asks:
            language = language_of(line)
            unmet, unread = unmet_demands(line, self._words, language), self._reader.unread(line, self.state)
            never = self._requests.never(wanted, self.state, self.history)
            said = understood(
                intent, wanted, self.state, self._before, self._words, language,
                named=bool(words or suited), unmet=bool(unmet), lasts=lasts(line),
                preferred=(*intent.preferred, *wanted.preferred, *reported) if mood else (),
                met=lambda conditions: self._lists.conditions.meets(conditions, never),
            )  # fmt: skip
            if uncalled := unlisted_articles(intent.query, wanted.conditions, self._words, language):
                said = (*said, uncalled)
            if lacking := self._lists.unmet_conditions(intent, self._before, wanted):
                told = describe_conditions(lacking, language, only=False)
                said = (*said, SAYS["none such"][language].format(conditions=told))
            words = " ".join(part for part in (mood, suited, words, *said, unmet, untold, unread) if part)
        return self._listing(wanted, words)

    def _of_length(self, reply: Reply, wanted: ListState, length: int, language: str) -> Reply:
        """Make a reply with a list one with a list of so many items."""
        listing = self._listing(wanted.model_copy(update={"length": length}))
        said = SAYS["length one" if length == 1 else "length"][language].format(count=length)
        words = f"{said} {reply.words}".strip() if length != (wanted.length or LIST_LENGTH) else reply.words
        return dataclasses.replace(listing, words=words)

    def _listing(self, wanted: ListState, words: str = "") -> Reply:
        return Reply(words, request=self._requests.request(wanted, self.state, self.history), list=wanted)

    def _just_those(self, last: ListState, spoken: tuple[str, ...]) -> Reply:
        """List what the last reply told of; the same list where it told of no part of it."""
        words = SAYS["just those"][self._language]
        said = words.format(conditions=describe_conditions(spoken, self._language)) if spoken else ""
        return self._listing(self._lists.again(self.state, last, narrowed(last.conditions, spoken)), said)

    def _drop(self, dropped: str, line: str) -> Reply:
        self.state, wanted = self._lists.without(dropped, self.state)
        if wanted is not None:
            return self._listing(wanted)
        return Reply(SAYS["taken back"][language_of(line)].format(values=", ".join(values_of(dropped))))

    def _take_back(self, line: str) -> Reply:
        """Take the last change back; a list that it changed is made again."""
        after = self.state.reverted()
        if after is None:
            return Reply(SAYS["nothing to revert"][language_of(line)])
        before, self.state = self.state, after
        words = self._reactions.reverted(line, before, after)
        if after.last is None or not before.lists_otherwise(after):
            return Reply(words)
        return self._listing(self._lists.again(after, after.last, after.last.conditions), words)

    def _restored(self, line: str) -> Reply | None:
        """Show items again that were ruled out, or shown before; None where a line wants no such thing."""
        found = self._restorations.read(line, self.state, self._reactions)
        if found is None:
            return None
        self.state = found.state
        held = (each for each in (self._before.last.conditions if self._before.last else ()) if excludes(each))
        conditions = narrowed(found.list.conditions, (*held, *self.state.lasting))
        made = self._lists.again(self.state, found.list, conditions)
        length = self._before.last.length if self._before.last else None
        return self._listing(made.model_copy(update={"length": length}), found.words)

    def _parted(self, line: str) -> Reply | None:
        """Take in what a line does with items, answer what it asks, read the rest; None where it does one thing."""
        parts = self._cutter.cut(line, self.state, self.history)
        if parts is None:
            return None
        said = []
        rest = self._parse(parts.rest) if parts.rest else None
        stated = {name for each in (rest.filters if rest else ()) for name in attributes_of(each)}
        for each in parts.reactions:
            try:
                outcome = self._reactions.consequence(each, line, self.state)
            except BadInput as error:
                said.append(_sentence(error))
                continue
            self.state = self._reactions.holding(outcome, self._lists)
            if each.kind != "criticise" or stated.isdisjoint(n for c in outcome.conditions for n in attributes_of(c)):
                said.append(outcome.words)  # "too new. from before 1980" says itself how old
        told = {"topic": parts.topic or self.state.topic, "mentioned": parts.mentioned or self.state.mentioned}
        self.state = self.state.model_copy(update=told)
        said += [each.text.strip() for each in parts.answers]
        try:
            reply = self._reply(rest, parts.rest, None, None) if rest else Reply()
        except BadInput as error:
            reply = Reply(_sentence(error))
        had, criticised = self._before.last, any(each.kind == "criticise" for each in parts.reactions)
        if criticised and reply.list is not None and had and set(reply.list.conditions) - set(had.conditions):
            # "too boring. something with a pattern" says itself what is better, which may have been shown
            kept = tuple(id for id in reply.list.excluded if id not in had.items or id in self.state.rejected)
            reply = self._listing(reply.list.model_copy(update={"excluded": kept}), reply.words)
            said = [each for each in said if each != SAYS["others then"][self._language]]
        answers = [each for each in dict.fromkeys((*said, reply.words)) if each]
        answers = [each for each in answers if each not in SHORT["talk on"][self._language]] or answers
        words = without_repeats(" ".join(answers))
        relists = any(each.kind != "accept" for each in parts.reactions)
        last = self.state.last
        if reply.request is None and reply.why is None and relists:
            lists, state = self._lists, self.state
            again = lists.new(state, None, ()) if last is None else lists.again(state, last, last.conditions)
            return self._listing(again, words)
        return dataclasses.replace(reply, words=words)

    def _reaction(self, intent: Intent, line: str) -> Reply | None:
        """Take in what a line does with items of the list; None where it does nothing with them."""
        turn = self._reactions.turn(intent, line, self.state, self._lists)
        if turn is None:
            return None
        self.state = turn.state
        return Reply(turn.words) if turn.list is None else self._listing(turn.list, turn.words)

    def _without_list(self, intent: Intent, line: str) -> Reply | None:
        """Answer a line by its act, or take back what was to last; None where a list, or a command, is wanted."""
        language = language_of(line)
        if (subject := self._acts.absent_subject(line, self.state)) is not None:
            ids = self._acts.items.named(line, self.state)
            self.state = self.state.model_copy(update={"topic": ids[0] if len(ids) == 1 else self.state.topic})
            named = [self.catalog.item(id).title for id in ids]
            asked = named if len(named) > 1 else [subject]
            return Reply(" ".join(plain(self._absent(each, language)) for each in asked))
        if back := self._acts.withdrawn(line, self.state):
            return self._withdraw(back, language)
        answer = self._acts.reply(line, intent, self.state, self.history)
        if answer is None:
            return None
        topic = answer.topic or self.state.topic
        if answer.takes:
            words, self.state = self._reactions.accepting(answer.takes, line, self.state)
            return Reply(words)
        if answer.why:
            why = self._why(Intent("why", str(self._items.index(answer.topic or "") + 1)))
            return dataclasses.replace(why, words=answer.text)
        spoken = self.state.short_replies + 1
        told = {
            "topic": topic,
            "short_replies": spoken,
            "spoken": answer.spoken,
            "mentioned": answer.mentioned or self.state.mentioned,
        }
        self.state = self.state.model_copy(update=told)
        return Reply(answer.text, done=answer.ends)

    def _of_own(self, line: str) -> tuple[Reply, str] | None:
        """Answer what a line asks of the person's own history, with what else it says; None for any other line."""
        question = own_question(line)
        if question is None or (_OTHERS_OF.search(line) and question.topic not in ("rating", "liked")):
            return None
        state = self.state
        items: tuple[str, ...] = ()
        if question.topic in ("rating", "liked"):
            items, liked = self._rated_items(question), question.topic == "liked"
            if not items and self._acts.lists.stated(question.subject):  # "do I like comedies?"
                question = dataclasses.replace(question, topic="count")
            elif (not items and refers_to_topic(question.subject)) or (liked and not self._own.rates(items)):
                return None
        answer = self._own.reply(question, self.history, items, language_of(line))
        if answer is None:
            return None
        told = {
            "topic": answer.topic or state.topic,
            "short_replies": state.short_replies + 1,
            "last_line": "",
            "last_question": "",
            "question": None,
            "spoken": (),
        }
        self.state = state.model_copy(update=told)
        rest = " ".join(each for each in (question.before, question.after) if each and self._bears(each))
        return Reply(answer.text, language=language_of(line)), rest

    def _rated_items(self, question: OwnQuestion) -> tuple[str, ...]:
        """The items whose ratings a question wants: those that it names, or what was spoken of last."""
        named = self._acts.items.named(f"the {with_titles(question.subject, self._words)}", self.state)
        if not named and refers_to_topic(question.subject):
            parts = re.split(r"[,.;!?。]", question.before)[::-1]
            named = next((found for each in parts if (found := self._acts.items.named(each, self.state))), ())
            named = named or ((self.state.topic,) if self.state.topic else ())
        elif not named and not self._acts.lists.stated(question.subject):
            try:
                named = (find_title(question.subject, self._words),)
            except BadInput:
                return ()
        return tuple(id for id in named if id in self.catalog.row)

    def _bears(self, text: str) -> bool:
        """Whether what stands beside an answer asks for something itself, or does something with items."""
        intent = self._parse(text)
        asks = bool(intent.filters or intent.comparisons) or seeks(text) or cues.REQUESTS.search(text) or "?" in text
        return bool(asks or self._reactions.reader.of_sentence(text, "", self.state))

    def _for_adults(self, line: str) -> bool:
        """Whether a line takes back that a list is for a child, and says no more: "no, not for a child!"."""
        audience = audience_of(line) if self.state.last else None
        return audience is not None and audience.kind == "adults" and is_vague(audience.rest)

    def _contrast(self, line: str) -> Reply | None:
        """Answer why the list has one item and not another; None for any other line."""
        if replacement := self._acts.choices.replacement(line, self.state):
            listed, other = replacement
            self.state = self.state.model_copy(update={"topic": listed})
            return Reply(plain(self._absent(other, language_of(line), listed)))
        if (contrast := self._acts.choices.contrast(line, self.state)) is None:
            return None
        preferred, other = contrast
        self.state = self.state.model_copy(update={"topic": preferred})
        words = plain(self._absent(other, language_of(line), preferred)) if other else ""
        return Reply(words, why=preferred)

    def _withdraw(self, back: Withdrawal, language: str) -> Reply:
        """Take back what a line names of what holds; the list is made again where that changes it."""
        words, had, gone = (
            withdrawal_message(back, self.state, language),
            self.state.last,
            (*back.allowed, *back.dropped),
        )
        if back.unknown:
            return Reply(words)
        self.state = self.state.without(gone)
        last = self.state.last
        if last is not None and back.query is not None:
            last = last.model_copy(update={"query": back.query or None})
        if re.search(r"\w", back.rest):
            self.state = self.state.model_copy(update={"last": last})
            reply = self._reply(self._parse(back.rest), back.rest, None, None)
            return dataclasses.replace(reply, words=f"{words} {reply.words}".strip())
        if last is None or (last == had and not set(gone) & set(self._before.refused)):
            return Reply(words)
        return self._listing(self._lists.again(self.state, last, last.conditions), words)

    def _absent(self, subject: str, language: str, preferred: str | None = None) -> str:
        last = self.state.last
        never = self._requests.never(last, self.state, self.history) if last else ()
        of_value = any(subject.strip() == subject[m.start : m.end] for m in Lexicon.of(self._words).mentions(subject))
        item = None
        try:
            place = list_position(subject) or subject
            found = self.catalog.item(find_item(place, self.state, self._words, self._words.row))
            # "why not trousers?" asks for no title that holds the word
            item = None if of_value and found.title.casefold() != subject.strip().casefold() else found
        except BadInput:
            pass
        return absent(
            subject, item, self.state, self._words, language, history=self.history, offered=self._offered, never=never,
            preferred=preferred,
        )  # fmt: skip

    @property
    def _items(self) -> tuple[str, ...]:
        """Ids of the last list."""
        return self.state.last.items if self.state.last else ()

    def _why(self, intent: Intent) -> Reply:
        item = self._commands.why(intent, self.state)
        self.state = self.state.model_copy(update={"topic": item})
        return Reply(why=item)

    def _command(self, intent: Intent) -> Reply:
        """Carry out what a line commands."""
        if intent.action == "why":
            return self._why(intent)
        if intent.action in ("help", "quit"):
            return Reply(help_text(self.catalog)) if intent.action == "help" else Reply("Goodbye.", done=True)
        if intent.action == "anew":
            words, self.state = self._commands.start_over(self.state, self._language)
        elif intent.action == "not":
            words, self.state = self._commands.reject(intent, self.state)
        else:
            title, self.state = self._commands.like(intent, self.state)
            words = SAYS["noted like"][self._language].format(titles=title)
        return Reply(words)


def _read_with_spans(read: Callable[[str], Intent], words: Catalog, line: str) -> Intent:
    return with_spans(read(line), line, words)


def _sentence(error: BadInput) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."
