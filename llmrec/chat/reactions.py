"""What a reaction to items comes to: the state that it leaves, what is replied, what the next list must meet."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from llmrec.catalog import Catalog
from llmrec.catalog.wording import plain
from llmrec.chat.act_replies import ActReplies
from llmrec.chat.criticisms import Criticisms, is_criticism, is_loathed, uncriticised
from llmrec.chat.descriptions import describe_conditions
from llmrec.chat.item_references import MAX_POSITION, find_item
from llmrec.chat.lists import ListPlanner
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.clauses import clauses
from llmrec.chat.nlu.intent import THAT, THESE, Intent
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.named_items import names_alone, within_title
from llmrec.chat.nlu.reactions import Reaction, excessive_mood, parse_reaction, parse_reactions
from llmrec.chat.nlu.references import MIN_SERIES, find_series, sequels
from llmrec.chat.nlu.rules import understand
from llmrec.chat.state import DialogueState, ListState, excludes, values_of
from llmrec.chat.wordings import SAYS
from llmrec.errors import BadInput, UnknownItem

OUT = re.compile(
    r"(?:(?:ok|so|please|just|and|now)[, ]+)*(?:take|leave|throw|kick|get) (?:it|them|that|those|both|"
    r"that one)(?: both)? out(?: of (?:there|the list))?|"
    r"(?:(?:ok|so|please|just|and|now)[, ]+)*(?:remove|drop|skip|hide|lose|ditch) (?:it|them|those|both|that)\b(?! \w)",
    re.I,
)
"""What turns down the items that were named just before."""
_INCREDULOUS = re.compile(
    r"(?:(?:what|wait|huh|seriously|really|ugh|no)[,. ]+)*(?P<of>[^?!]+?)\s*(?:\?[?!]+|!+\?+[?!]*)\s*",
    re.I,
)
_SAYS_OF = re.compile(
    r"(?:(?:but|and|no|lol|hey|wait|ugh|sorry)[,. ]+)*(?P<of>.+?) (?:is|are|was|were|has|looks?|"
    r"sounds?) (?:literally |basically |actually |really |totally |just )*"
    r"(?:all|only|nothing but|about|full of|an?|the|so|for) [^?]+",
    re.I,
)
"""What tells of an item that is listed, in a line that wants something else."""
_OBJECTION = re.compile(
    r"(?:(?:but|wait|hm+|hey|um+|er|well)[, ]+)*(?:isn'?t|aren'?t|wasn'?t) "
    r"(?P<of>(?:that|this|it)(?: one)?|number \d+|\d+|the \w+(?: one)?|[\w' :-]+?) "
    r"(?:(?:a|an|kind of|sort of|kinda|basically|really|actually|just|more of|supposed to be|also) )+"
    r"(?P<what>[a-z-]+(?: [a-z-]+)?)\b.*",
    re.I,
)
"""What says of an item that it is of some kind."""
_PRAISES = re.compile(
    r"\b(?:nice|good|great|fine|perfect|lovely|interesting|fun|best|favou?rite|classic|brilliant|ok(?:ay)?|"
    r"better|cool|masterpiece|gem|like|love|take|winner|choice|seen|own|already)\b",
    re.I,
)
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
        if parts := self._objects(line, state) or parse_reactions(line, self._words):
            return self._several(parts, line, state, lists)
        reaction = parse_reaction(line, self._words) or self._loosely(line, state)
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
        wanted = lists.again(state, last, lists.criticised(last.conditions, found.conditions))
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
            wanted = lists.again(state, last, lists.criticised(last.conditions, conditions))
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
        if reaction.kind == "accept":
            return Outcome(self._accepted(ids, state), SAYS["accepted"][language].format(titles=titles))
        if reaction.kind == "like":
            return Outcome(liking(ids, state), SAYS["liked"][language].format(titles=titles), relists=True)
        if reaction.kind == "seen" and not is_loathed(reaction.remainder):
            words = SAYS["seen"][language].format(titles=titles)
            if also.filters:
                told = describe_conditions(also.filters, language)
                words = f"{words} {SAYS['criticised'][language].format(conditions=told)}"
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
            words = f"{words} {SAYS['criticised'][language].format(conditions=described)}"
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

    def of_sentence(self, sentence: str, before: str, state: DialogueState) -> tuple[Reaction, ...]:
        """How a sentence or a clause reacts to items that it names, or that the one before it does ("take them out").

        Parameters
        ----------
        sentence
            One of a line that has several.
        before
            The one before it.
        state
            The conversation so far.

        Returns
        -------
        tuple of Reaction
            Empty where it does nothing but react, or does not.
        """
        if complained := self._complains(sentence, state) or self._objects(sentence, state):
            return complained
        if "?" in sentence:
            return ()
        if several := parse_reactions(sentence, self._words):
            return several
        found = parse_reaction(sentence, self._words)
        if found is not None and found.remainder and not self._is_reason(found.remainder):
            return ()  # what follows is a wish of its own
        if found is None and len(clauses(sentence, within_title(sentence, self._words))) == 1:
            found = self._loosely(sentence, state)
        if found is None and OUT.match(sentence) and (ids := self._acts.items.named(before, state)):
            rest = OUT.sub("", sentence).strip(" ,.;!")
            also = understand(f"no {rest}", self._words).filters if rest else ()
            if rest and not also:
                return ()
            titles = tuple(self._catalog.item(id).title for id in ids)
            return (Reaction("reject", titles, f"no {rest}" if rest else ""),)
        if found is None or (found.kind == "criticise" and not (state.last and state.last.items)):
            return ()
        return (found,)

    def _complains(self, sentence: str, state: DialogueState) -> tuple[Reaction, ...]:
        """What a sentence says against items of the list: "Braindead??", "Homeward Bound is all dogs and cats!"."""
        match = _INCREDULOUS.fullmatch(sentence.strip()) or _SAYS_OF.fullmatch(sentence.strip())
        listed = state.last.items if state.last else ()
        if not match or not listed or _PRAISES.search(sentence):
            return ()
        of = match["of"].strip()
        named = self._acts.items.named(f"the {of}", state) if names_alone(f"the {of}", listed, self._words) else ()
        if not named and len(of) >= MIN_SERIES:
            try:
                named = find_series(of, self._words)
            except UnknownItem:
                return ()
        places = tuple(str(listed.index(id) + 1) for id in named if id in listed)
        titles = tuple(self._catalog.item(id).title for id in named) if len(of.split()) > 1 else ()
        return (Reaction("reject", places or titles),) if places or titles else ()

    def _objects(self, sentence: str, state: DialogueState) -> tuple[Reaction, ...]:
        """That an item of the list is of a kind that was ruled out: "isn't that one kind of a musical?"."""
        match = _OBJECTION.fullmatch(sentence.strip())
        last = state.last
        if match is None or last is None or not last.items:
            return ()
        ruled_out = {
            value for each in (*last.conditions, *state.lasting) if excludes(each) for value in values_of(each)
        }
        said = {value for mention in Lexicon.of(self._words).mentions(match["what"]) for value in mention.values}
        if not said & ruled_out:
            return ()
        named = self._acts.items.named(match["of"], state) or ((state.topic,) if state.topic else ())
        places = tuple(str(last.items.index(id) + 1) for id in named if id in last.items)
        return (Reaction("reject", places),) if places else ()

    def _is_reason(self, remainder: str) -> bool:
        """Whether what a reaction says beside its items is why, and no more."""
        said = remainder.lower().strip(" .!")
        why = is_criticism(said) or re.match(
            r"(?:and )?(?:it|really|not|very|so|(?:i |we )?(?:lov|lik|hat)ed?)\b(?! \w+s\b)", said
        )
        return len(clauses(remainder)) == 1 and bool(why)

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
            update={"conditions": lists.criticised(last.conditions, outcome.conditions), "query": query}
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
        known = [plain(self._catalog.item(id).title) for id in ids if id in self._catalog.row]
        if language_of(line) == "zh":
            return "、".join(f"《{title}》" for title in known)
        return " and ".join((*([", ".join(known[:-1])] if known[1:] else []), *known[-1:]))

    def _loosely(self, line: str, state: DialogueState) -> Reaction | None:
        """Read of items that a line names that they are known or not wanted, in whatever words."""
        listed = state.last.items if state.last else ()
        kind: Literal["seen", "reject"] | None = (
            "seen" if cues.KNOWN.search(line) else "reject" if cues.UNWANTED.search(line) else None
        )
        if kind is None or not (listed or kind == "seen") or "?" in line:
            return None
        if kind == "reject" and (
            cues.ALIKE.search(line) or cues.QUESTION_OPENING.match(line) or cues.CORRECTION.search(line)
        ):
            return None
        named = self._acts.items.named(line, state)
        unwanted = cues.UNWANTED.search(line)
        if kind == "reject" and unwanted:  # "me and the wife want something, not too violent" names no film
            after = self._acts.items.named(line[unwanted.start() :], state)
            named = tuple(id for id in named if id in listed or id in after)
        if kind == "seen" and not named and listed and cues.KNOWN_ALONE.fullmatch(line.strip()):
            return Reaction("seen", (THAT,) if state.topic in listed else (THESE,))
        moves = self._acts.moves(line, state)
        if kind == "reject" and not named and state.topic in listed and cues.UNWANTED_ALONE.fullmatch(line.strip()):
            return Reaction("reject", (THAT,))
        if kind == "reject" and (moves["accept"] > moves["list"] or cues.KEEPS.search(line)):
            return None
        if (
            not named
            or len(named) > len(listed) + cues.MAX_NAMED
            or moves["question"] > max(moves["list"], moves["talk"])
        ):
            return None
        if kind == "reject":
            named = tuple(dict.fromkeys((*named, *(id for each in named for id in sequels(each, self._words)))))
        subjects = tuple(str(listed.index(id) + 1) if id in listed else self._catalog.item(id).title for id in named)
        return Reaction(kind, subjects, line if kind == "reject" else "")

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
