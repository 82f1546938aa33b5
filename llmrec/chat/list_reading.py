"""What a line that asks for a list says of it: whom it is for, what it rules out, what no item tells, what lasts."""

import dataclasses

from llmrec.catalog import Catalog
from llmrec.chat.act_replies import ActReplies
from llmrec.chat.descriptions import describe_conditions
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import language_of, sentences
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.questions import demands_unknown, without_demands
from llmrec.chat.nlu.references import bare_query, plain_degree
from llmrec.chat.nlu.refusals import is_vague, refusals
from llmrec.chat.nlu.rules import understand
from llmrec.chat.nlu.suitability import audience_of, suiting, suits_children, unwanted_qualities
from llmrec.chat.state import DialogueState, narrowed
from llmrec.chat.wordings import SAYS

MIN_WANTING = 0.5
"""Probability from which a sentence wants a list."""


class ListReader:
    """Reads wishes into conditions and into the state of a conversation.

    Parameters
    ----------
    words
        The items by whose titles and values a line is read.
    acts
        The reader of acts, and of what holds until it is taken back.
    """

    def __init__(self, words: Catalog, acts: ActReplies) -> None:
        self._words, self._acts = words, acts

    def suited(self, intent: Intent, line: str, state: DialogueState) -> tuple[Intent, str, DialogueState]:
        """Read whom a list is for.

        Parameters
        ----------
        intent
            Of the line.
        line
            What the person wrote.
        state
            The conversation so far.

        Returns
        -------
        tuple
            The intent with the conditions that suit them, what is said of it ("" where nobody is named), and the state
            without the conditions of those whom the list before was for.
        """
        audience = audience_of(line)
        if audience is None:
            return intent, "", state
        language = language_of(line)
        found = suiting(audience, self._words)
        age = SAYS["of age"][language].format(age=audience.age) if audience.age is not None else ""
        if last := state.last:
            gone = [each for each in last.conditions if suits_children(each) and each not in state.lasting]
            state = state.model_copy(update={"last": last.without(gone)})
        if not found:
            key = "suits unknown" if audience.kind == "child" else "suits adults alone"
            return intent, SAYS[key][language].format(age=age), state
        read = understand(audience.rest, self._words) if audience.rest else Intent("ask")
        filters = tuple(dict.fromkeys((*narrowed(found, read.filters), *found)))
        read = dataclasses.replace(read, action=intent.action, subject=intent.subject, filters=filters)
        told = describe_conditions(found, language)
        key = "suits child" if audience.kind == "child" else "suits adults"
        return read, SAYS[key][language].format(age=age, conditions=told), state

    def without_refused(self, intent: Intent, line: str, state: DialogueState) -> tuple[Intent, DialogueState]:
        """Note what a line rules out that is no attribute value, and take out of the query all that ranks nothing.

        Parameters
        ----------
        intent, line, state
            As of `suited`.

        Returns
        -------
        tuple
            The intent with what is left of its query, and the state with what is ruled out.
        """
        query, refused = refusals(intent.query)
        if refused := (*refused, *unwanted_qualities(line)):
            state = state.model_copy(update={"refused": tuple(dict.fromkeys((*state.refused, *refused)))})
        query = without_demands(query, self._words) if demands_unknown(line, self._words) else query
        query = bare_query(plain_degree(self._wanting(query, state)))
        return dataclasses.replace(intent, query="" if is_vague(query) else query), state

    def unmet(self, intent: Intent, line: str) -> str:
        """Own that a line demands nothing but what the catalogue does not tell; "" where it demands more, or less.

        Parameters
        ----------
        intent, line
            As of `suited`.
        """
        if intent.filters or intent.comparisons or not is_vague(intent.query):
            return ""
        return self._acts.unmet(line, language_of(line))

    def lasting(self, intent: Intent, line: str, state: DialogueState) -> tuple[str, DialogueState]:
        """Keep the conditions of a line that hold until they are taken back, and say so.

        Parameters
        ----------
        intent, line, state
            As of `suited`.

        Returns
        -------
        tuple
            What is said, "" where no condition is new, and the state with them.
        """
        new = tuple(each for each in self._acts.lasting(line, intent, state) if each not in state.lasting)
        if not new:
            return "", state
        language = language_of(line)
        state = state.model_copy(update={"lasting": narrowed(state.lasting, new)})
        return SAYS["lasting"][language].format(conditions=describe_conditions(new, language)), state

    def _wanting(self, query: str, state: DialogueState) -> str:
        """The sentences of a query by which a list is wanted; what else is said, complaints perhaps, ranks nothing."""
        parts = sentences(query)
        if len(parts) < 2:
            return query
        lexicon = Lexicon.of(self._words)
        kept = [
            each for each in parts if lexicon.mentions(each) or self._acts.moves(each, state)["list"] >= MIN_WANTING
        ]
        return " ".join(kept) or query
