"""What a line does with items of a list, wherever it says so: complaints, objections, what is known or not wanted."""

import re
from typing import Literal

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.chat.act_replies import ActReplies
from llmrec.chat.criticisms import is_criticism
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.clauses import clauses
from llmrec.chat.nlu.intent import THAT, THESE
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.named_items import names_alone, within_title
from llmrec.chat.nlu.reactions import Reaction, parse_reaction, parse_reactions
from llmrec.chat.nlu.references import MIN_SERIES, find_series
from llmrec.chat.nlu.rules import understand
from llmrec.chat.nlu.sequels import sequels
from llmrec.chat.state import DialogueState, excludes, values_of
from llmrec.errors import UnknownItem

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
    r"better|cool|masterpiece|gem|like|love|take|winner|choice|seen|own|already|go with|go for|watch|try|pick)\b",
    re.I,
)


class ReactionReader:
    """Reads reactions to the items of one catalogue.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    words
        The items by whose titles and values a line is read.
    acts
        What reads acts, and which items a line names.
    """

    def __init__(self, catalog: Catalog, words: Catalog, acts: ActReplies) -> None:
        self._catalog, self._words, self._acts = catalog, words, acts

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
        if complained := self._complains(sentence, state) or self.objections(sentence, state):
            return complained
        if "?" in sentence:
            return ()
        if several := parse_reactions(sentence, self._words):
            return several
        spoken_of = OUT.match(sentence) is not None and bool(self._acts.items.named(before, state))
        found = None if spoken_of else parse_reaction(sentence, self._words)
        if found is not None and found.remainder and not self._is_reason(found.remainder):
            return ()  # what follows is a wish of its own
        if found is None and not spoken_of and len(clauses(sentence, within_title(sentence, self._words))) == 1:
            found = self.loosely(sentence, state)
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

    def objections(self, sentence: str, state: DialogueState) -> tuple[Reaction, ...]:
        """Read that an item of the list is of a kind that was ruled out: "isn't that one kind of a musical?".

        Parameters
        ----------
        sentence
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        tuple of Reaction
            Empty where it says no such thing.
        """
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

    def loosely(self, line: str, state: DialogueState) -> Reaction | None:
        """Read of items that a line names that they are known or not wanted, in whatever words.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        Reaction or None
            None where it says no such thing.
        """
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
        said = line
        for id in named:  # a title says nothing of a kind: "not star wars" is not "no war"
            title = natural_order(self._catalog.item(id).title)
            said = re.sub(rf"\b{re.escape(title)}\b", " ", said, flags=re.I)
        return Reaction(kind, subjects, said if kind == "reject" else "")
