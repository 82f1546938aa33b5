"""The dialogue with one person: each line comes to words, to a request for a list, or to an item to be explained.

Nothing is ranked or kept here: whoever holds a conversation runs its requests, shows their lists, and keeps its state
(a terminal in memory, a gateway in its store, a chain in its messages).
"""

import dataclasses
import re
from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

from llmrec.catalog import Catalog, Interaction
from llmrec.chat.answers import requests_fact
from llmrec.chat.choices import leaves_choice
from llmrec.chat.clarification import may_clarify, question_below
from llmrec.chat.complaints import without_complaints
from llmrec.chat.complement_lists import complemented_item, names, no_item, opening
from llmrec.chat.descriptions import error_in_chinese
from llmrec.chat.disputes import without_disputes
from llmrec.chat.earlier_lists import earlier_list
from llmrec.chat.item_examples import help_text
from llmrec.chat.line_answers import LineAnswers
from llmrec.chat.lists import JOINT
from llmrec.chat.loosening import loosened
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.complements import complemented
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.list_lengths import list_length
from llmrec.chat.nlu.named_items import within_title
from llmrec.chat.nlu.personal_talk import only_news, personal_news
from llmrec.chat.nlu.reactions import takes_back
from llmrec.chat.nlu.refusals import is_vague
from llmrec.chat.nlu.remarks import without_remarks
from llmrec.chat.nlu.rephrasing import evidence_requested
from llmrec.chat.nlu.request_phrases import only_requests, without_request_phrases
from llmrec.chat.nlu.rules import starts_over
from llmrec.chat.nlu.seen_together import seen_together
from llmrec.chat.nlu.waivers import with_waivers
from llmrec.chat.reactions import liking, rejecting
from llmrec.chat.removals import with_removals
from llmrec.chat.replies import Reply, once
from llmrec.chat.running_talk import Talk, read_talk
from llmrec.chat.short_replies import SYMPATHY
from llmrec.chat.state import DialogueState, ListState
from llmrec.chat.wearers import with_wearer
from llmrec.chat.wordings import SAYS
from llmrec.context import Context
from llmrec.errors import BadInput
from llmrec.request import Request
from llmrec.retrieval.filters import parse_where

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable


class Conversation(LineAnswers):
    """The dialogue with one person, who has a history, or with one of whom nothing is known.

    Parameters
    ----------
    catalog
        The items that it is about.
    history
        Ids of items that the person interacted with, oldest first.
    events
        What is known of their times and ratings; see `llmrec.Request`.
    never
        Ids of items that must not be recommended.
    where
        A filter that holds whatever is said; see `llmrec.retrieval.filters`.
    context
        When and where the conversation is held.
    parser
        What reads a line; by default the rules alone.
    state
        What the conversation had come to before; by default it begins.
    offered
        Ids of the items that can be recommended; by default all of the catalogue.
    words
        The items by whose titles and values a line is read; by default those of the catalogue.
    clarify
        Whether a question is asked back where little is known of what is wanted.

    Raises
    ------
    UnknownItem
        Where the catalogue lacks an item of `history` or `never`.
    BadFilter
        Where `where` does not parse.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> genres = ("Comedy", "Horror")
    >>> films = Catalog("films", tuple(Item(g, g, "", {"genres": (g,), "year": 1995}) for g in genres), {})
    >>> conversation = Conversation(films)
    >>> reply = conversation.reply("something from the 90s, not horror")
    >>> reply.request.where
    'year>=1990 and year<2000 and genres!=Horror'
    >>> asked = conversation.show(reply, ["Comedy"])
    >>> conversation.reply("why the first one?").why
    'Comedy'
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        history: Sequence[str] = (),
        events: Sequence[Interaction] = (),
        never: Sequence[str] = (),
        where: str | None = None,
        context: Context | None = None,
        parser: "Runnable[str, Intent] | None" = None,
        state: DialogueState | None = None,
        offered: Container[str] | None = None,
        words: Catalog | None = None,
        clarify: bool = True,
    ) -> None:
        catalog.rows([*history, *never])
        if where:
            parse_where(where, catalog)
        super().__init__(catalog, history, events, never, where, context, parser, state, offered, words)
        self._clarify = clarify

    @property
    def conditions(self) -> tuple[str, ...]:
        """What every item of the last list meets, each as `llmrec.retrieval.filters.parse_where` reads it."""
        return self.state.last.conditions if self.state.last else ()

    def reply(self, line: str, image: bytes | None = None) -> Reply:
        """Answer one line.

        Parameters
        ----------
        line
            What the person wrote.
        image
            A picture of something like what is wanted, as a file holds it.

        Returns
        -------
        Reply
            A list that it asks for is not part of the state before `show`.

        Raises
        ------
        BadInput
            Where the line cannot be met; the message is the answer to it.
        """
        if not line.strip() and image is None:
            return Reply(help_text(self.catalog))
        if image is None and (listing := self._complements(line)):
            return listing
        reply = self._read(line, image) if image is not None else self._told(line)
        return dataclasses.replace(reply, words=once(reply.words))

    def _complements(self, line: str) -> Reply | None:
        """List what goes with the item that a line names; None for any other line."""
        asked = complemented(line)
        if asked is None:
            return None
        before, language = self.state, language_of(line)
        try:
            item = complemented_item(asked, before, self.history, self._words, self._offered)
        except BadInput as error:
            raise BadInput(error_in_chinese(str(error)) if language == "zh" else str(no_item(error))) from error
        if item is None:
            return None
        self._before, self._language = before, language
        state = before.model_copy(update={"question": None, "spoken": (), "last_line": "", "last_line_changed": True})
        sure = asked.owned and names(asked.subject, item, self._words)  # a title that is only near may be another
        self.state = (liking((item,), state) if sure else state).remembering(before)
        wanted = self._lists.new(self.state, None, (), like=item, last=before.last)
        reply = self._listing(wanted.model_copy(update={"goes_with": True}), opening(item, self.catalog, language))
        return dataclasses.replace(reply, language=language)

    def _told(self, line: str, intent: Intent | None = None) -> Reply:
        """Answer a line in which what is complained of is written as turned down, and items may be told of in passing.

        `intent`: what the line means, where that is known already and it does neither.
        """
        if own := self._of_own(line):
            answer, rest = own
            reply = self._told(rest) if rest else Reply()
            return dataclasses.replace(reply, words=f"{answer.words} {reply.words}".strip(), language=answer.language)
        if not (meant := without_remarks(line, self.state, self._words)):
            return Reply(self._acts.short_reply("narrates", line, self.state).text, language=language_of(line))
        removal = with_removals(meant, self.state, self._words)
        meant = without_disputes(with_waivers(removal.line, self.state, self._words), self.state, self._words)
        meant = with_wearer(seen_together(meant, self._words), self.state, self._words)
        complained = without_complaints(meant, self.state, self._words)
        loose = loosened(complained.line, complained.state, self._words, self._parse)
        talk = read_talk(loose.line, loose.state, self._words, self._offered)
        if intent is not None and loose.line == line and loose.state == self.state and not talk:
            return self._reply_as(intent, line)
        if self.state.changed(loose.state):
            self.state = loose.state.remembering(self.state)
        language, line = language_of(line), loose.line
        reply = self._of_talk(talk, line) if talk else self._read(line) if line else self._once_more(language)
        sorry = (complained.sorry or removal.repeats) and reply.list is not None
        said = [SAYS["sorry"][language]] if sorry else []
        said += [loose.words] if loose.words else []
        return dataclasses.replace(reply, words=" ".join((*said, reply.words)).strip()) if said else reply

    def _once_more(self, language: str) -> Reply:
        """The last list anew, by what holds now."""
        assert self.state.last is not None
        self._before, self._language = self.state, language
        again = self._lists.again(self.state, self.state.last, self.state.last.conditions)
        return dataclasses.replace(self._listing(again), language=language)

    def _read(self, line: str, image: bytes | None = None) -> Reply:
        """Answer a line that tells of no items in passing."""
        line = without_request_phrases(line) if image is None else line
        written = self._reader.written_out(line, self._items, self.history)
        return self._reply_to(self._parse(written), written, image, line)

    def reply_to(self, intent: Intent, line: str, image: bytes | None = None) -> Reply:
        """Answer a line that was parsed already; see `reply`.

        Parameters
        ----------
        intent
            What the line means.
        line, image
            The line itself and its picture.

        Returns
        -------
        Reply
            As `reply`.
        """
        if image is None and (listing := self._complements(line)):
            return listing
        return self._told(line, intent) if image is None else self._reply_as(intent, line, image)

    def _reply_as(self, intent: Intent, line: str, image: bytes | None = None) -> Reply:
        """Answer a line whose meaning is known, unless it refers to what has to be written out first."""
        written = self._reader.written_out(line, self._items, self.history)
        return self._reply_to(intent if written == line else self._parse(written), written, image, line)

    def _of_talk(self, talk: Talk, line: str) -> Reply:
        """Take in what a line says of items, and answer what is left of it."""
        before, language = self.state, language_of(line)
        known = liking((*talk.seen, *talk.liked), before) if talk.seen or talk.liked else before
        state = rejecting(talk.rejected, known) if talk.rejected else known
        if before.changed(state):
            self.state = state.remembering(before)
        missing = " or ".join(part for part in (", ".join(talk.missing[:-1]), *talk.missing[-1:]) if part)
        told = (("noted like", talk.liked), ("seen", talk.seen), ("rejected", talk.rejected))
        said = [SAYS["lacking"][language].format(titles=missing)] if missing else []
        said += [SAYS[key][language].format(titles=self._reactions.titles(ids, line)) for key, ids in told if ids]
        rest = "" if only_requests(talk.rest) else talk.rest
        reply = self._read(rest) if rest else Reply()
        if reply.request is None and reply.why is None and before.changed(state):
            lists, last = self._lists, self.state.last
            again = lists.new(self.state, None, ()) if last is None else lists.again(self.state, last, last.conditions)
            self._before = before
            reply = dataclasses.replace(self._listing(again, reply.words), language=language)
        elif not rest:
            self.state = self.state.model_copy(update={"short_replies": before.short_replies + 1})
            reply = Reply("" if said else self._acts.short_reply("narrates", line, before).text, language=language)
        return dataclasses.replace(reply, words=" ".join(part for part in (*said, reply.words) if part))

    def _reply_to(self, intent: Intent, line: str, image: bytes | None, typed: str) -> Reply:
        """Answer a line in which references are written out."""
        if not line.strip() and image is None:
            return Reply(help_text(self.catalog))
        if image is None and self._items and (asked := evidence_requested(line)):
            intent, line = self._parse(asked), asked
        else:
            asked = ""
        try:
            reply = self._replied(intent, line, image, typed)
            return dataclasses.replace(reply, detailed=bool(asked) and reply.why is not None)
        except BadInput as error:
            if language_of(line) == "zh":
                raise BadInput(error_in_chinese(str(error)), *error.fields) from error
            raise

    def _replied(self, intent: Intent, line: str, image: bytes | None, typed: str) -> Reply:
        language = language_of(line)
        self._language = language
        said, withdrawn = line, ""
        if (query := starts_over(line)) is not None:
            _, self.state = self._commands.start_over(self.state, language)
            line = f"something {query}" if re.match(r"like\b", query, re.I) else query
            intent, said = self._parse(line), line
        if image is None:
            meant = self._corrections.read(line, typed, self.state, self._history, self._reactions)
            line, self.state, withdrawn = meant.line, meant.state, meant.withdrawn
            if meant.words:
                return Reply(meant.words, language=language)
            if line != said:
                intent = self._parse(line)
        length, chooses = None, leaves_choice(line)
        weighs = self._acts.choices.contrast(line, self.state) is not None
        if not (self._items and (chooses or weighs)):  # of a list "choose one for me" and "why pick 2?" want no other
            line, length = list_length(line, within_title(line, self._words))
            line, length = ("", length or 1) if chooses and is_vague(line) else (line, length)
        if length is not None:
            intent = self._parse(line) if line else Intent("ask")
        before = self._before = self.state
        self.state = before.model_copy(update={"question": None, "spoken": ()})
        if image is None and takes_back(line) and earlier_list(line, before) is None:
            return self._take_back(line)
        if image is None and only_news(typed):
            reply = Reply(self._acts.short_reply("narrates", typed, before).text)
            self.state = self.state.model_copy(update={"short_replies": before.short_replies + 1})
        elif line.strip() or image is not None:
            reply = self._reply(intent, line, image, before.question)
        else:
            last = before.last
            reply = self._listing(
                self._lists.again(before, last, last.conditions) if last else self._lists.new(before, None, ())
            )
        if length is not None and reply.list is not None:
            reply = self._of_length(reply, reply.list, length, language)
        if reply.list is not None and before.last is not None and cues.OTHERS.search(line):
            reply = self._listing(self._lists.others(reply.list, before.last), reply.words)
        if reply.request is not None or before.changed(self.state):
            self.state = self.state.remembering(before)
        of_item = image is None and self._corrections.speaks_of_item(line, before)
        again = before.last_question if self._acts.items.of_another(line, before) else line
        asks = image is None and reply.request is None and requests_fact(again, self.catalog)
        update = {
            "last_line": line if of_item else "",
            "last_line_changed": before.changed(self.state),
            "last_question": again if asks else "",
        }
        self.state = self.state.model_copy(update=update)
        if before.last is None and reply.request is not None and cues.PATTERNS["greet"].search(typed):
            reply = dataclasses.replace(reply, words=f"{SAYS['hello'][language]} {reply.words}".strip())
        if withdrawn:
            reply = dataclasses.replace(reply, words=f"{withdrawn} {reply.words}".strip())
        if image is None and (news := personal_news(typed)):
            reply = dataclasses.replace(reply, words=f"{SYMPATHY[news][language]} {reply.words}".strip())
        surprised = cues.SURPRISE.search(line) is not None  # who wants a surprise wants no question
        refined = surprised or (reply.list is not None and (self.state.refused or JOINT in (reply.list.query or "")))
        clarifies = self._clarify and before.question is None and not refined and may_clarify(reply.list, self.state)
        return dataclasses.replace(reply, clarifies=clarifies, language=language)

    def show(
        self,
        reply: Reply,
        items: Iterable[str],
        response_id: str | None = None,
        candidates: Sequence[tuple[str, float]] = (),
    ) -> str:
        """Note the list that a reply asked for, and ask back where that pays.

        Parameters
        ----------
        reply
            One with a request.
        items
            Ids of the items of the list, best first.
        response_id
            Id under which the list is kept with its reasons.
        candidates
            What could have been in the list: ids and scores, best first, as `llmrec.Response.candidates` gives
            `CANDIDATES` of them. Without them nothing is asked.

        Returns
        -------
        str
            The question that belongs below the list, `state.question` with its answers; "" for none.
        """
        assert reply.list is not None
        shown = reply.list.model_copy(update={"items": tuple(items), "response_id": response_id})
        if not shown.items and self._before.last is not None:  # what is spoken of next is still the list before
            kept = self._before.last
            shown = shown.model_copy(update={"items": kept.items, "response_id": kept.response_id})
        question = question_below(shown, candidates, self._words, self.state) if reply.clarifies else None
        clarified = (*self.state.clarified, *([question.attribute] if question else ()))
        self.state = self.state.model_copy(
            update={
                "last": shown,
                "first": self.state.first or shown,
                "topic": shown.like,
                "question": question,
                "clarified": clarified,
                "mentioned": (),
            }
        )
        return question.text if question else ""

    def note_kept(self, response_id: str) -> None:
        """Note where the last list is kept, where it was not kept when it was shown.

        Parameters
        ----------
        response_id
            Id under which it is kept with its reasons.
        """
        assert self.state.last is not None
        kept = self.state.last.model_copy(update={"response_id": response_id})
        self.state = self.state.model_copy(update={"last": kept})

    def replay(self, line: str, items: Sequence[str], image: bytes | None = None) -> None:
        """Take in an earlier line of which no state is kept.

        Parameters
        ----------
        line, image
            What the person wrote then, and the picture that came with it.
        items
            Ids of the list that answered it; empty where none did.
        """
        try:
            reply = self.reply(line, image)
        except BadInput:
            return  # that was the answer
        if reply.request is not None:
            self.show(reply, items or (self.state.last.items if self.state.last else ()))
        elif items:
            last = self.state.last or ListState()
            self.state = self.state.model_copy(update={"last": last.model_copy(update={"items": tuple(items)})})

    def last_request(self) -> Request:
        """Write the request that made the last list once more, to have its reasons measured.

        Returns
        -------
        Request
            Without what was liked or rejected of the list since.

        Raises
        ------
        BadInput
            Where there is no list yet, or the picture that it is like is not at hand.
        """
        return self._requests.again(self.state, self.history)
