"""Commands of a line: "why 2", "like Fargo", "not 3", "start over": what is replied, and the state that each leaves."""

from collections.abc import Container

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import plain
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.descriptions import describe_refused
from llmrec.chat.item_references import find_item
from llmrec.chat.nlu.intent import THAT, Intent
from llmrec.chat.reactions import liking, rejecting
from llmrec.chat.state import DialogueState
from llmrec.chat.wordings import SAYS
from llmrec.errors import BadInput


class Commands:
    """Carries out the commands of one conversation.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    words
        Those by whose titles and values a line is read.
    offered
        Ids of those that can be recommended.
    """

    def __init__(self, catalog: Catalog, words: Catalog, offered: Container[str]) -> None:
        self._catalog, self._words, self._offered = catalog, words, offered

    def why(self, intent: Intent, state: DialogueState) -> str:
        """Find the item of the last list whose reasons are wanted.

        Parameters
        ----------
        intent
            The command.
        state
            What the conversation has come to.

        Returns
        -------
        str
            Its id.

        Raises
        ------
        BadInput
            Where there is no list, or the item is not in it.
        """
        item = self.referent(intent.subject or "1", state)
        listed = state.last.items if state.last else ()
        if not listed:
            raise BadInput("there is no list yet to speak of; ask for something first")
        if item not in listed and intent.subject == THAT:
            item = listed[0]  # "why that one?" below a list that was made since
        if item not in listed:
            raise BadInput(f"{self._title(item)} is not in the last list; ask why of a number in it")
        return item

    def like(self, intent: Intent, state: DialogueState) -> tuple[str, DialogueState]:
        """Take note of an item that the person likes or knows.

        Parameters
        ----------
        intent, state
            As for `why`.

        Returns
        -------
        title : str
            Of the item.
        state : DialogueState
        """
        item = self.referent(intent.subject, state)
        return self._title(item), liking([item], state)

    def reject(self, intent: Intent, state: DialogueState) -> tuple[str, DialogueState]:
        """Take note of an item that is not wanted.

        Parameters
        ----------
        intent, state
            As for `why`.

        Returns
        -------
        words : str
        state : DialogueState
        """
        item = self.referent(intent.subject, state)
        return SAYS["rejected"]["en"].format(titles=self._title(item)), rejecting([item], state)

    def start_over(self, state: DialogueState, language: str) -> tuple[str, DialogueState]:
        """Drop the last list, and say what still holds.

        Parameters
        ----------
        state
            What the conversation has come to.
        language
            "en" or "zh".

        Returns
        -------
        words : str
        state : DialogueState
        """
        held = [describe_conditions(state.lasting, language)] if state.lasting else []
        held += [describe_refused(state.refused, self._words, language)] if state.refused else []
        still = SAYS["still lasting"][language].format(conditions="; ".join(held)) if held else ""
        return f"{SAYS['anew'][language]} {still}".strip(), state.model_copy(update={"last": None, "topic": None})

    def referent(self, subject: str, state: DialogueState) -> str:
        """Find the item that a command is about; see `llmrec.chat.item_references.find_item`.

        Parameters
        ----------
        subject
            Its place in the last list, "that", or its title.
        state
            What the conversation has come to.

        Returns
        -------
        str
            Its id.
        """
        return find_item(subject, state, self._words, self._offered)

    def _title(self, item: str) -> str:
        return plain(natural_order(self._catalog.item(item).title))
