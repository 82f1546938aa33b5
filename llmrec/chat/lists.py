"""What the next list is made for: a new query, the last list narrowed or gone on with, or one like an item.

Items that a line refers to ("the second one", "that", a title) are found by the state of the conversation.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import attribute_noun, is_kind
from llmrec.catalog.wording import wording
from llmrec.chat.act_replies import ActReplies
from llmrec.chat.condition_sets import ConditionSets, allowing, for_children, for_whom, limits, numeric, states_kind
from llmrec.chat.item_references import find_item, resolve_comparisons
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.intent import THESE, Comparison, Intent
from llmrec.chat.nlu.query_words import without_fillers
from llmrec.chat.nlu.questions import superlative
from llmrec.chat.nlu.refusals import is_vague
from llmrec.chat.nlu.rephrasing import WEARER
from llmrec.chat.nlu.suitability import suits_children
from llmrec.chat.query_changes import QueryChanges
from llmrec.chat.requests import digest
from llmrec.chat.state import DialogueState, ListState, attributes_of, excludes, narrowed, values_of, widened
from llmrec.errors import BadFilter, BadInput
from llmrec.retrieval.filters import parse_where, split_clauses, written

JOINT = "; "
"""Stands between the words of several lines in one query."""
_OF_ONESELF = re.compile(r"\b(?:i|i'm|my|we|never|always|remember)\b|我|以后|永远|记住", re.I)
"""What says something of the person, which makes no query."""


MOST_EXTREME = 10
"""Items among which a list keeps that asks for the cheapest."""
MAX_PARTS = 4
"""Lines whose words a query holds: the first of a list, and the latest."""
_ASKS_ON = re.compile(
    r"\b(?:what|anything|something|recommend|suggest|show|give|other|else|surprise|got|have you)\b|"
    r"推荐|什么|来|还有|有没有|换",
    re.I,
)
"""Words by which a line that names nothing asks for others."""
_EITHER = re.compile(r"(?:(?:and|well|maybe|ok)[, ]+)*or\b|或者?|还是", re.I)
"""Words by which a line adds to what will do."""
_OTHERWISE = re.compile(
    r"\b(?:another|other|a different|different) (?P<noun>colou?r|pattern|brand|genre|category)s?\b", re.I
)
"""What of an item is to be otherwise."""
_SOMEWHAT = re.compile(r"\b(?:a (?:little )?bit|a little|a touch|slightly|somewhat|a tad)\b|稍微|一?[点些]", re.I)
"""How little of a comparison is meant: more than most of the list has is enough."""
_FOR_ONESELF = re.compile(r"\b(?:for|suits?|fits?) (?:me|myself)\b|给(?:我)?自己|我自己(?:穿|用|要)", re.I)
"""Words by which something is no longer for the one of before."""
_BESIDE = re.compile(
    r"\bones?\b|\ba (?:bit|little|touch|tad) \w+(?:er|ier)\b|\b(?:also|too|as well|among|these)\b|也|还要|又|里面|其中",
    re.I,
)
"""Words by which a value is wanted beside those of the list before."""


class ListPlanner:
    """What describes the lists of one conversation; the state of the conversation is given with each call.

    Parameters
    ----------
    words
        The items by whose titles and values a line is read.
    offered
        Ids of the items that can be recommended.
    acts
        What reads which conditions last.
    never
        Ids of items that must not be recommended.
    """

    def __init__(self, words: Catalog, offered: Container[str], acts: ActReplies, never: Sequence[str]) -> None:
        self._words, self._offered, self._acts, self._never = words, offered, acts, never
        self.conditions = ConditionSets(words)
        """What joins conditions."""
        self._changes = QueryChanges(words, self.conditions)

    def planned(
        self,
        intent: Intent,
        line: str,
        image: bytes | None,
        state: DialogueState,
        answers: bool,
        refused: Sequence[str] = (),
    ) -> ListState | None:
        """Describe the list that a line asks for, with what it would rather have where enough is left; see `_planned`.

        Parameters
        ----------
        intent
            What the line means.
        line, image
            The line itself and its picture.
        state
            What the conversation has come to.
        answers
            Whether a question stood open, which a line of values alone answers.
        refused
            What was ruled out in words before the line, whose kinds no mood brings back.

        Returns
        -------
        ListState or None
            Without items; None where the line asks for no list.

        Raises
        ------
        BadInput
            Where the list cannot be made.
        """
        if intent.action == "ask" and image is None:
            intent = self._changes.with_own_kinds(intent, line, state.last)
        target = self._planned(intent, line, image, state, answers)
        if target is None:
            return target
        if intent.action == "ask" and image is None:
            target = self._bounded(target, line)
        return self._changes.preferring(target, intent, line, state, refused)

    def _bounded(self, target: ListState, line: str) -> ListState:
        """Hold a list to the cheapest of what meets its conditions, where the line asks for that and for no more."""
        wanted = superlative(line)
        if wanted is None or "price" not in wanted[0] or not re.search(r"est\b|least|lowest|most|最", wanted[2]):
            return target
        names, largest, word = wanted
        query = re.sub(rf"(?:\bthe )?\b{re.escape(word)}\b|最[便宜贵]+的?", " ", target.query or "", flags=re.I)
        query = " ".join(query.split()).strip(" ,;")
        if not any(is_kind(name) for each in target.conditions for name in attributes_of(each)):
            return target  # of what its words alone name, the cheapest is not known
        apart = [each for each in target.conditions if not set(names) & set(attributes_of(each))]
        mask = parse_where(" and ".join(apart), self._words).mask(self._words)
        left = [item for row, item in enumerate(self._words.items) if mask[row] and item.id not in target.excluded]
        for name in names:
            values = (item.attributes.get(name) for item in left)
            numbers = sorted((float(v) for v in values if isinstance(v, int | float)), reverse=largest)
            if len(numbers) > MOST_EXTREME:
                bound = written(name, ">=" if largest else "<=", (f"{numbers[MOST_EXTREME - 1]:.10g}",))
                return target.model_copy(update={"conditions": (*apart, bound), "query": query or None})
        return target

    def _planned(
        self, intent: Intent, line: str, image: bytes | None, state: DialogueState, answers: bool
    ) -> ListState | None:
        """Describe it without what the line would rather have."""
        last = self._of_person(state.last, intent, line, state)
        if image is not None:
            return self.new(state, intent.query or None, intent.filters, image=digest(image))
        if intent.action == "ask":
            if not self._items(state) and any(each.subject == THESE for each in intent.comparisons):
                # "something older", before there is anything to compare with, is a query
                return self.new(state, line, intent.filters)
            if intent.leanings and last is not None and last.items:
                return self._leaning(intent, last, state)
            conditions = self._conditions(intent, state, line)
            if last is not None and cues.SURPRISE.search(line):
                left = cues.SURPRISE.sub(" ", intent.query).strip(" ,.;!。")
                own = None if self._changes.adds_nothing(left, answers) else left
                wanted = self.new(state, own, conditions, last=last, keeps=not cues.CHANGE.search(line))
                return wanted.model_copy(
                    update={"excluded": tuple(dict.fromkeys((*wanted.excluded, *last.excluded, *last.items)))}
                )
            alone = self._states_only_conditions(intent, line, state)
            query = "" if alone or (conditions and self._changes.adds_nothing(intent.query, answers)) else intent.query
            if (
                last is not None
                and last.items
                and not (query or conditions or alone or intent.preferred)
                and _ASKS_ON.search(line)
            ):
                return self.again(state, last, last.conditions, last.items)
            if last is None or self._changes.goes_elsewhere(intent, line, conditions):
                return self.new(state, None if alone else intent.query or None, conditions, last=last)
            return self._refined(state, last, query, conditions, line)
        if intent.action == "similar":
            item = find_item(intent.subject, state, self._words, self._offered)
            conditions = self._conditions(intent, state, line)
            conditions = (*conditions, *self._otherwise(intent.query, item))
            own = None if self._changes.adds_nothing(intent.query, answers) else intent.query
            # an item of the list is compared within what the list was asked for
            of_list = last is not None and item in last.items
            return self.new(state, own, conditions, like=item, last=last, keeps=of_list)
        if intent.action == "more":
            if last is None:
                raise BadInput("there is no list yet that could go on; ask for something first")
            return self.again(state, last, last.conditions, last.items)
        return None

    def new(
        self,
        state: DialogueState,
        query: str | None,
        conditions: tuple[str, ...],
        like: str | None = None,
        image: str | None = None,
        last: ListState | None = None,
        keeps: bool = False,
    ) -> ListState:
        """Describe a new list; of what lasts, it meets all but what the line itself asks for.

        Parameters
        ----------
        state
            What the conversation has come to.
        query, conditions, like, image
            As in `ListState`.
        last
            The list before, whose exclusions hold on; None for none.
        keeps
            Whether its other conditions do, too.

        Returns
        -------
        ListState
            Without items.
        """
        held = state.in_force(conditions)
        if last is not None:
            if any(for_whom(each) for each in (*last.conditions, *conditions)):  # who lasts gives way to who is meant
                held = tuple(each for each in held if each in conditions or not for_whom(each))
            stated = [each for each in last.conditions if each not in last.preferred]
            told = (*limits(stated), *filter(excludes, stated))
            kept = tuple(
                each for each in last.conditions if keeps or suits_children(each) or for_whom(each) or each in told
            )
            held = self.conditions.satisfiable(kept, held, state)
        return ListState(
            query=query,
            conditions=held,
            preferred=tuple(each for each in last.preferred if each in held) if last else (),
            like=like,
            image=image,
            excluded=self.rejected(state),
            length=last.length if last else None,
            viewers=last.viewers if last else "",
        )

    def again(
        self, state: DialogueState, last: ListState, conditions: tuple[str, ...], more: Iterable[str] = ()
    ) -> ListState:
        """Describe a list with other conditions, or without what it showed.

        Parameters
        ----------
        state
            What the conversation has come to.
        last
            The list.
        conditions
            Those in the place of its own.
        more
            Ids of items that it leaves out beside those that it did.

        Returns
        -------
        ListState
            Without items.
        """
        shown = (id for id in (*last.excluded, *more) if id not in state.liked)  # what is liked is history
        excluded = tuple(dict.fromkeys((*shown, *self.rejected(state))))
        preferred = tuple(each for each in last.preferred if each in conditions)
        made = {"conditions": conditions, "preferred": preferred, "excluded": excluded}
        return last.model_copy(update={**made, "items": (), "response_id": None})

    def others(self, target: ListState, last: ListState) -> ListState:
        """Describe a list without what was shown before, in whatever colour.

        Parameters
        ----------
        target
            The list.
        last
            The last one.

        Returns
        -------
        ListState
        """
        shown = (*last.excluded, *last.items)
        titles = {self._words.item(id).title for id in last.items if id in self._words.row}
        named = (item.id for item in self._words.items if item.title in titles)
        return target.model_copy(update={"excluded": tuple(dict.fromkeys((*target.excluded, *shown, *named)))})

    def without(self, dropped: str, state: DialogueState) -> tuple[DialogueState, ListState | None]:
        """Describe the last list without some of its conditions.

        Parameters
        ----------
        dropped
            Conditions, joined by "and".
        state
            What the conversation has come to.

        Returns
        -------
        state : DialogueState
            In which they do not last either.
        list : ListState or None
            Without items; None where they only lasted, and there is no list.

        Raises
        ------
        BadInput
            Where neither the last list has one of them nor does one last.
        """
        last = state.last
        gone = {_folded(part) for part in (dropped, *_parts(dropped))}
        conditions = last.conditions if last else ()
        kept = tuple(condition for condition in conditions if _folded(condition) not in gone)
        lasting = tuple(condition for condition in state.lasting if _folded(condition) not in gone)
        if kept == conditions and lasting == state.lasting:
            had = f"its conditions are {' and '.join(conditions)}" if conditions else "it has no conditions"
            raise BadInput(f"the last list has no condition {dropped}; {had}")
        state = state.model_copy(update={"lasting": lasting})
        return state, None if last is None else self.again(state, last, kept)

    def rejected(self, state: DialogueState) -> tuple[str, ...]:
        """List what must not be recommended.

        Parameters
        ----------
        state
            What the conversation has come to.

        Returns
        -------
        tuple of str
            Ids; what was liked since is none of them.
        """
        before = (id for id in self._never if id not in state.liked)
        return tuple(dict.fromkeys((*before, *state.rejected)))

    def _refined(
        self, state: DialogueState, last: ListState, query: str, conditions: tuple[str, ...], line: str
    ) -> ListState:
        """Describe the last list with what a line adds to it.

        Another kind of item in the place of the one before ("a western" after "a thriller") begins its words anew.
        """
        if _EITHER.match(line.strip()):
            conditions = widened(last.conditions, conditions)
        wanted = {name for each in conditions if not excludes(each) for name in attributes_of(each)}
        replaced = [
            each
            for each in last.conditions
            if not excludes(each) and not numeric(each) and not wanted.isdisjoint(attributes_of(each))
        ]
        beside = self.conditions.satisfiable(last.conditions, conditions, state, beside=True) if replaced else ()
        if replaced and _BESIDE.search(line) and set(replaced) <= set(beside):
            held, replaced = beside, []
        else:
            held = self.conditions.satisfiable(last.conditions, conditions, state)
            suited = tuple(each for each in last.conditions if suits_children(each) and each not in held)
            if suited and self.conditions.meets((*held, *suited)):  # "cartoons" for a child are cartoons for children
                held = (*suited, *held)
        ruled_out = {value for each in conditions if excludes(each) for value in values_of(each)}
        # "cosy" without romance is not children's films alone
        moody = [each for each in last.preferred if states_kind(each) and ruled_out & {*values_of(each)}]
        ended = [each for each in moody if allowing(each, ruled_out) and for_children(allowing(each, ruled_out))]
        held = tuple(each for each in held if each not in ended)
        lost = any(states_kind(each) and set(values_of(each)) <= ruled_out for each in last.conditions)
        before = [] if replaced or lost else (last.query or "").split(JOINT)
        words = [part for part in dict.fromkeys((*before, query)) if part]
        words = [*words[:1], *words[1:][-MAX_PARTS + 1 :]]
        again = self.again(state, last, held)
        like = last.like if last.like in self._offered and not replaced else None
        return again.model_copy(update={"query": JOINT.join(words) or None, "like": like})

    def _of_person(self, last: ListState | None, intent: Intent, line: str, state: DialogueState) -> ListState | None:
        """The last list as if it had been for the person whom the line names; for whom it was where it names nobody."""
        if last is None or wording(self._words).noun != "product":
            return last
        others = [each for each in last.conditions if for_whom(each)]
        if meant := {name for each in intent.filters if for_whom(each) for name in attributes_of(each)}:
            gone = [each for each in others if meant.isdisjoint(attributes_of(each))]  # the section gives way to itself
            return last.without(gone).model_copy(update={"query": None}) if gone else last
        if not others or not _FOR_ONESELF.search(line):
            return last
        own = tuple(each for each in state.lasting if for_whom(each))
        kept = tuple(each for each in last.conditions if each not in others)
        return last.model_copy(update={"conditions": (*own, *kept)})

    def _leaning(self, intent: Intent, last: ListState, state: DialogueState) -> ListState:
        """Describe the last list as it would be nicer: an age becomes words that the LLM ranks by.

        Nothing ranks by a price, which therefore becomes a condition.
        """
        resolved = self._resolved(intent.leanings, state)
        years = [condition for condition in resolved if attributes_of(condition)[0] in ("year", "release_year")]
        hard = tuple(condition for condition in resolved if condition not in years)
        words = [_decade(condition) for condition in years]
        query = ", ".join(part for part in (last.query, *words) if part)
        again = self.again(state, last, narrowed(last.conditions, (*intent.filters, *hard)), last.items)
        return again.model_copy(update={"query": query or None})

    def _items(self, state: DialogueState) -> tuple[str, ...]:
        return state.last.items if state.last else ()

    def _conditions(self, intent: Intent, state: DialogueState, line: str) -> tuple[str, ...]:
        """Those of a line; a comparison gives way to what the line says outright ("older than that, from the 80s")."""
        intent = self._within_section(intent, state)
        outright = {name for each in intent.filters for name in attributes_of(each)}
        told = [each for each in intent.comparisons if each.subject != THESE or each.attribute not in outright]
        compared = self._resolved(
            told, state, somewhat=_SOMEWHAT.search(line) is not None
        )  # "newer ones, from 1995 on" says itself how new
        both = (*intent.filters, *compared)
        return (
            both
            if not compared or self.conditions.meets(both) or not self.conditions.meets(intent.filters)
            else intent.filters
        )

    def _within_section(self, intent: Intent, state: DialogueState) -> Intent:
        """Let the section of those whom clothes are for stand before one that says how they are: "casual" for men."""
        filters = intent.filters
        own = [each for each in filters if for_whom(each)] or [
            each for each in (*(state.last.conditions if state.last else ()), *state.lasting) if for_whom(each)
        ]
        names = {name for each in own for name in attributes_of(each)}
        kept = tuple(
            each for each in filters
            if for_whom(each) or excludes(each) or names.isdisjoint(attributes_of(each))
            or self.conditions.meets((*own, each))
        )  # fmt: skip
        return replace(intent, filters=kept)

    def unmet_conditions(self, intent: Intent, state: DialogueState, listing: ListState) -> tuple[str, ...]:
        """Find what a line states that nothing meets, such that its list goes without: newer than the newest film.

        Parameters
        ----------
        intent
            Of the line.
        state
            What the conversation had come to before it.
        listing
            The list.

        Returns
        -------
        tuple of str
            Conditions, each as `llmrec.retrieval.filters.parse_where` reads it.
        """
        within = self._within_section(intent, state).filters
        dropped = tuple(each for each in intent.filters if each not in (*within, *listing.conditions))
        if not intent.comparisons or (not self._items(state) and any(c.subject == THESE for c in intent.comparisons)):
            return dropped
        outright = {name for each in intent.filters for name in attributes_of(each)}
        held = {name for each in listing.conditions for name in attributes_of(each)}
        told = [
            c for c in intent.comparisons if c.attribute not in (outright | held if c.subject == THESE else outright)
        ]
        return (*dropped, *(each for each in self._resolved(told, state) if each not in listing.conditions))

    def _resolved(
        self, comparisons: Sequence[Comparison], state: DialogueState, somewhat: bool = False
    ) -> tuple[str, ...]:
        found = resolve_comparisons(comparisons, state, self._words, self._offered, than_most=somewhat)
        if self.conditions.meets(found) or all(each.subject != THESE for each in comparisons):
            return found
        # nothing is newer than the newest of the list: what is newer than most of it is meant
        return resolve_comparisons(comparisons, state, self._words, self._offered, than_most=True)

    def _states_only_conditions(self, intent: Intent, line: str, state: DialogueState) -> bool:
        """Whether a line says what is to last, and around it only of the person: "no children's films, I am 45"."""
        lasting = self._acts.lasting(line, intent, state)
        return (
            bool(lasting)
            and all(each in lasting for each in intent.filters)
            and _OF_ONESELF.search(line) is not None
            and (not WEARER.search(line) or is_vague(without_fillers(WEARER.sub("", line))))
        )

    def _otherwise(self, query: str, item: str) -> tuple[str, ...]:
        """Exclusions of what an item has, where a line wants it in another colour, or of another kind."""
        wanted = _OTHERWISE.search(query)
        noun = wanted["noun"].lower().replace("color", "colour") if wanted else ""
        held = self._words.item(item).attributes if noun else {}
        found = [
            written(name, "!=", (value,) if isinstance(value, str) else value)
            for name, value in held.items()
            if attribute_noun(name).replace("color", "colour").endswith(noun)
            and isinstance(value, str | tuple)
            and value
        ]
        return tuple(found)


def _decade(condition: str) -> str:
    """Words for the decade before or after the year of a condition ("year<1987")."""
    year = int(float(values_of(condition)[0]))
    return f"from the {(year - 6 if '<' in condition else year + 6) // 10 * 10}s"


def _parts(conditions: str) -> tuple[str, ...]:
    """The conditions that a text joins by "and"; none where it is no filter."""
    try:
        return split_clauses(conditions)
    except BadFilter:
        return ()


def _folded(condition: str) -> str:
    return condition.strip().casefold()
