"""What a reaction to items comes to: the state that it leaves, what is replied, what the next list must meet."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import plain
from llmrec.chat.act_replies import ActReplies
from llmrec.chat.condition_words import describe_conditions, in_sentence
from llmrec.chat.criticisms import Criticisms, is_loathed, uncriticised
from llmrec.chat.item_references import MAX_POSITION, find_item
from llmrec.chat.lists import ListPlanner
from llmrec.chat.nlu.intent import THAT, THESE, Intent
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.reactions import Reaction, excessive_mood, parse_reaction, parse_reactions
from llmrec.chat.nlu.rules import understand
from llmrec.chat.reaction_reading import ReactionReader
from llmrec.chat.state import DialogueState, ListState, values_of
from llmrec.chat.wordings import SAYS
from llmrec.errors import BadInput

_OF_ALL = re.compile(r"\b(?:these|they|those|them|all|everything)\b|都|这些", re.I)
"""Words by which a criticism is one of the whole list, and not of the item that was spoken of last."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reaction comes to.

    Parameters
    ----------
    state
        The state that it leaves.
    words
        What is replied.
    conditions
        What the next list must meet beside what the last one did, as `llmrec.retrieval.filters.parse_where` reads it.
    query
        Words that the next list's query gets.
    relists
        Whether a list is wanted now.
    """

    state: DialogueState
    words: str
    conditions: tuple[str, ...] = ()
    query: str = ""
    relists: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What a whole line of reactions comes to.

    Parameters
    ----------
    state
        The state that it leaves.
    words
        What is replied.
    list
        The list that is wanted now; None for none.
    """

    state: DialogueState
    words: str
    list: ListState | None = None


class Reactions:
    """What reacts to items of one catalogue.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    offered
        Ids of those that can be recommended.
    words
        The items by whose titles and values a line is read.
    acts
        What reads acts, and which items a line names.
    """

    def __init__(self, catalog: Catalog, offered: Container[str], words: Catalog, acts: ActReplies) -> None:
        self._catalog, self._offered, self._words, self._acts = catalog, offered, words, acts
        self._criticisms = Criticisms(catalog, words)
        self.reader = ReactionReader(catalog, words, acts)
        """What reads reactions."""

    def turn(self, intent: Intent, line: str, state: DialogueState, lists: ListPlanner) -> Turn | None:
        """Take in what a line does with items of the last list.

        Parameters
        ----------
        intent
            What the rules read in the line.
        line
            What the person wrote.
        state
            What the conversation has come to.
        lists
            What describes its lists.

        Returns
        -------
        Turn or None
            None where the line does nothing with items, or more than that.

        Raises
        ------
        BadInput
            Where there is no such item.
        """
        if parts := self.reader.objections(line, state) or parse_reactions(line, self._words):
            return self._several(parts, line, state, lists)
        reaction = parse_reaction(line, self._words) or self.reader.loosely(line, state)
        listed = state.last.items if state.last else ()
        if reaction is not None and reaction.kind == "criticise" and not _OF_ALL.search(line) and state.topic in listed:
            reaction = replace(reaction, kind="reject", subjects=(THAT,))
        if reaction is None or intent.action == "drop" or (reaction.kind == "criticise" and not listed):
            return None
        also = understand(rest, self._words) if (rest := uncriticised(reaction.remainder)) else Intent("ask")
        found = self.outcome(reaction, also, line, state)
        state = found.state.model_copy(update={"short_replies": found.state.short_replies + 1})
        last = state.last
        if last is None or not found.relists:
            return Turn(state, found.words)
        wanted = lists.again(state, last, lists.conditions.criticised(last.conditions, found.conditions))
        if found.query:
            before = wanted.query or ""
            if mood := excessive_mood(reaction.remainder):
                before = re.sub(rf"\b{mood}\b", "", before, flags=re.I)
            wanted = wanted.model_copy(update={"query": _joined(before, found.query)})
        return Turn(state, found.words, wanted)

    def _several(self, parts: Sequence[Reaction], line: str, before: DialogueState, lists: ListPlanner) -> Turn:
        """Take in what the parts of a line do with items, one after the other."""
        state, query, last = before, "", before.last
        said: list[str] = []
        conditions: tuple[str, ...] = ()
        for part in parts:
            found = self.outcome(part, Intent("ask"), line, state)
            state, query = found.state, _joined(query, found.query)
            said.append(found.words)
            conditions = tuple(dict.fromkeys((*conditions, *found.conditions)))
        state = state.model_copy(update={"short_replies": state.short_replies + 1, "last": last})
        wanted = lists.new(state, None, conditions)
        if last is not None:
            wanted = lists.again(state, last, lists.conditions.criticised(last.conditions, conditions))
        if query:
            wanted = wanted.model_copy(update={"query": _joined(wanted.query, query)})
        return Turn(state, ("" if language_of(line) == "zh" else " ").join(said), wanted)

    def outcome(self, reaction: Reaction, also: Intent, line: str, state: DialogueState) -> Outcome:
        """Take a reaction in.

        Parameters
        ----------
        reaction
            What the line does.
        also
            What the rules read in its remainder.
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        Outcome

        Raises
        ------
        BadInput
            Where there is no such item.
        """
        known = {*state.liked, *state.rejected} if reaction.kind == "reject" else set()
        if reaction.kind == "reject" and reaction.subjects == (THAT,) and state.topic is None and state.rejected:
            return Outcome(state, "", relists=True)  # "take it off" of what is off already
        items, missing = self._items(reaction.subjects, state)
        ids = tuple(id for id in items if id not in known or THESE not in reaction.subjects)
        found = self._outcome(reaction, also, line, state, ids)
        if not missing:
            return found
        lacking = " ".join(SAYS["no place"][language_of(line)].format(place=place) for place in missing)
        return replace(found, words=f"{lacking} {found.words}")

    def _outcome(
        self, reaction: Reaction, also: Intent, line: str, state: DialogueState, ids: tuple[str, ...]
    ) -> Outcome:
        """Take in what a reaction does with items that there are."""
        titles, language = self.titles(ids, line), language_of(line)
        if reaction.kind == "accept" and state.last is not None and ids == (state.last.like,):
            return Outcome(state, "")  # the example of the list is nothing to take
        if reaction.kind == "accept":
            return Outcome(self._accepted(ids, state), SAYS["accepted"][language].format(titles=titles))
        if reaction.kind == "like":
            return Outcome(liking(ids, state), SAYS["liked"][language].format(titles=titles), relists=True)
        if reaction.kind == "seen" and not is_loathed(reaction.remainder):
            words = SAYS["seen"][language].format(titles=titles)
            if also.filters:
                told = describe_conditions(also.filters, language)
                words = f"{words} {in_sentence([told], language)}"
            return Outcome(liking(ids, state), words, also.filters, relists=True)
        if reaction.kind != "criticise":
            state = rejecting(ids, state)
            words = SAYS["rejected"][language].format(titles=titles)
        else:
            words = ""
        steering = self._criticisms.steering(reaction, ids, language, state)
        conditions = tuple(dict.fromkeys((*steering.conditions, *also.filters)))
        if steering.others and state.last is not None:
            excluded = tuple(dict.fromkeys((*state.last.excluded, *ids)))
            state = state.model_copy(update={"last": state.last.model_copy(update={"excluded": excluded})})
        relists = reaction.kind != "criticise" or bool(conditions or steering.query or steering.others)
        if apart := also.filters if steering.words else conditions:
            described = describe_conditions(apart, language)
            words = f"{words} {in_sentence([described], language)}"
        return Outcome(state, f"{words} {steering.words}".strip(), conditions, steering.query, relists)

    def accepting(self, ids: Sequence[str], line: str, state: DialogueState) -> tuple[str, DialogueState]:
        """Take note of items that the person takes.

        Parameters
        ----------
        ids
            The items.
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        words : str
            What is replied.
        state : DialogueState
        """
        return SAYS["accepted"][language_of(line)].format(titles=self.titles(ids, line)), self._accepted(ids, state)

    def reverted(self, line: str, before: DialogueState, after: DialogueState) -> str:
        """Put in words what was taken back.

        Parameters
        ----------
        line
            What the person wrote.
        before, after
            The state with the change, and the one without it.

        Returns
        -------
        str
        """
        language, parts = language_of(line), []
        names = ("liked", "accepted", "rejected")
        held = {id for name in names for id in set(getattr(before, name)) ^ set(getattr(after, name))}
        if ids := [id for id in (*before.liked, *before.rejected, *after.liked, *after.rejected) if id in held]:
            parts.append(SAYS["reverted items"][language].format(titles=self.titles(tuple(dict.fromkeys(ids)), line)))
        if values := [value for each in before.lasting if each not in after.lasting for value in values_of(each)]:
            parts.append(SAYS["taken back"][language].format(values=", ".join(values)))
        if after.last is None:
            parts.append(SAYS["reverted to nothing"][language])
        elif before.lists_otherwise(after):
            parts.append(SAYS["reverted list"][language])
        return " ".join(parts)

    def id_of(self, subject: str, state: DialogueState) -> str | None:
        """Find the item that a reaction is about.

        Parameters
        ----------
        subject
            One of its subjects.
        state
            What the conversation has come to.

        Returns
        -------
        str or None
            Its id; None for none.
        """
        try:
            return next(iter(self._items((subject,), state)[0]), None)
        except BadInput:
            return None

    def consequence(self, reaction: Reaction, line: str, state: DialogueState) -> Outcome:
        """Take in a reaction with what its own words rule out or ask for.

        Parameters
        ----------
        reaction, line, state
            As for `outcome`.

        Returns
        -------
        Outcome

        Raises
        ------
        BadInput
            Where there is no such item.
        """
        rest = uncriticised(reaction.remainder)
        also = understand(rest, self._words) if rest and reaction.kind != "accept" else Intent("ask")
        return self.outcome(reaction, also, line, state)

    @staticmethod
    def holding(outcome: Outcome, lists: ListPlanner) -> DialogueState:
        """Make the state in which what a reaction asks for holds for the last list, and so for what goes on with it.

        Parameters
        ----------
        outcome
            What a reaction comes to.
        lists
            What describes its lists.

        Returns
        -------
        DialogueState
        """
        last = outcome.state.last
        if last is None or not (outcome.conditions or outcome.query):
            return outcome.state
        query = _joined(last.query, outcome.query) or None
        held = last.model_copy(
            update={"conditions": lists.conditions.criticised(last.conditions, outcome.conditions), "query": query}
        )
        return outcome.state.model_copy(update={"last": held})

    def titles(self, ids: Sequence[str], line: str) -> str:
        """Name items.

        Parameters
        ----------
        ids
            Of the catalogue.
        line
            What the person wrote, in the language of the reply.

        Returns
        -------
        str
            Their titles, joined.
        """
        known = [plain(natural_order(self._catalog.item(id).title)) for id in ids if id in self._catalog.row]
        if language_of(line) == "zh":
            return "、".join(f"《{title}》" for title in known)
        return " and ".join((*([", ".join(known[:-1])] if known[1:] else []), *known[-1:]))

    def _items(self, subjects: Sequence[str], state: DialogueState) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ids of what is reacted to, and places that the list lacks. Raises `BadInput` where there is no such item."""
        listed = state.last.items if state.last else ()
        found: list[str] = []
        missing = [each for each in subjects if each.isdigit() and len(listed) < int(each) <= MAX_POSITION]
        subjects = [each for each in subjects if each not in missing] if listed else subjects
        if missing and not subjects:
            find_item(missing[0], state, self._words, self._offered)
        for subject in subjects:
            if subject == THESE:
                if not listed:
                    raise BadInput("there is no list yet to speak of; ask for something first")
                found += [id for id in listed if id in self._offered]
            else:
                found.append(find_item(subject, state, self._words, self._offered))
        return tuple(dict.fromkeys(found)), tuple(missing) if listed else ()

    def _accepted(self, ids: Sequence[str], state: DialogueState) -> DialogueState:
        accepted = tuple(dict.fromkeys((*state.accepted, *ids)))
        return liking(ids, state).model_copy(update={"accepted": accepted})


def liking(ids: Sequence[str], state: DialogueState) -> DialogueState:
    """Make the state in which items were liked, seen or taken.

    Parameters
    ----------
    ids
        The items.
    state
        What the conversation has come to.

    Returns
    -------
    DialogueState
        The last of them is what "that" means then.
    """
    liked = tuple(dict.fromkeys((*state.liked, *ids)))
    rejected = tuple(id for id in state.rejected if id not in ids)
    return state.model_copy(update={"liked": liked, "rejected": rejected, "topic": ids[-1] if ids else state.topic})


def rejecting(ids: Sequence[str], state: DialogueState) -> DialogueState:
    """Make the state in which items are not wanted.

    Parameters
    ----------
    ids
        The items.
    state
        What the conversation has come to.

    Returns
    -------
    DialogueState
    """
    liked, accepted = (tuple(id for id in held if id not in ids) for held in (state.liked, state.accepted))
    rejected = tuple(dict.fromkeys((*state.rejected, *ids)))
    return state.model_copy(update={"rejected": rejected, "liked": liked, "accepted": accepted})


def _joined(*queries: str | None) -> str:
    """The words of several queries as one, such that moods that one of them negates are read by themselves."""
    return ", ".join(each.strip(" ,") for each in queries if each and each.strip(" ,"))
