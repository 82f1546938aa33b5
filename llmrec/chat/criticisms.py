"""What a criticism asks of the next list: "too long", "not 2, too scary", "these are all too serious".

What attributes tell becomes a condition, a mood the kinds of items that are not in it. What no list can go by is said.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from statistics import median

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import is_kind
from llmrec.catalog.wording import plain, wording
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.nlu.lexicon import Lexicon, value_facets
from llmrec.chat.nlu.moods import MIN_IN_MOOD, moods
from llmrec.chat.nlu.negated_moods import ANTONYMS, CHINESE_MOODS
from llmrec.chat.nlu.questions import QUALITIES
from llmrec.chat.nlu.reactions import Reaction, criticised, excessive_mood
from llmrec.chat.state import DialogueState, attributes_of, excludes, values_of
from llmrec.chat.wordings import SAYS, UNKNOWN
from llmrec.retrieval.filters import parse_where, written

_LOATHED = (
    "hate", "boring", "awful", "terrible", "n't like", "not like", "not for me", "不喜欢", "无聊", "难看", "不好",
)  # fmt: skip
_EXCESS = re.compile(r"(?:\b(?:is|are|was|were|it'?s|way|much|far|a bit) )*\btoo (\w+)|太(\w{1,3})", re.I)


@dataclass(frozen=True, slots=True)
class Steering:
    """What a criticism asks of the next list.

    Parameters
    ----------
    conditions
        What better items meet, as `llmrec.retrieval.filters.parse_where` reads it.
    query
        Words that the query of the list gets.
    words
        What is said of it; "" where the conditions say all.
    others
        Whether nothing tells better items from these, so that all that can be done is to show others.
    """

    conditions: tuple[str, ...] = ()
    query: str = ""
    words: str = ""
    others: bool = False


_OF_ITSELF = re.compile(r"\btoo (?:obvious|predictable|famous|well[- ]known|overdone|popular|hyped|mainstream)\b", re.I)
"""What is wrong with an item by itself."""


class Criticisms:
    """Reads what criticisms of items of one catalogue ask for.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    words
        Those by whose values a line is read.
    """

    def __init__(self, catalog: Catalog, words: Catalog) -> None:
        self._catalog, self._words = catalog, words

    def steering(self, reaction: Reaction, ids: Sequence[str], language: str, state: DialogueState) -> Steering:
        """Read what a reaction to items asks of the next list.

        Parameters
        ----------
        reaction
            Its remainder says what is wrong with them.
        ids
            The items.
        language
            "en" or "zh".
        state
            What the conversation has come to.

        Returns
        -------
        Steering
            Empty where it criticises nothing.
        """
        criticism = reaction.remainder
        items = [self._catalog.item(id) for id in ids]
        if compared := criticised(criticism):
            return self._numbers(*compared, reaction, items, language, state)
        mood = _mood(criticism)
        if mood == "boring" and wording(self._words).noun == "product":  # nothing ranks clothes by that
            others = reaction.kind == "criticise"
            return Steering(words=SAYS["others then"][language] if others else "", others=others)
        if mood:
            return self._mood(mood, criticism, language, state)
        excess = _EXCESS.search(criticism)
        if excess is None:
            return Steering()
        word = excess[1] or excess[2]
        for quality in QUALITIES:
            if quality.question.search(word) and (excluded := _held(items, quality.speaks_for)):
                held = state.last.conditions if state.last else ()
                if self._count((*held, *excluded)):  # what was asked for may be of that kind itself
                    return Steering(excluded)
        if mentions := Lexicon.of(self._words).mentions(word):
            return Steering((written(mentions[0].attributes, "!=", mentions[0].values),))
        if reaction.kind != "criticise" and _OF_ITSELF.search(criticism):
            return Steering()  # why that one goes says nothing of the others
        if reaction.kind != "criticise":
            return Steering(words=SAYS["unread"][language].format(what=plain(criticism).strip(" .")))
        return Steering(words=SAYS["unread others"][language].format(what=plain(criticism).strip(" .")), others=True)

    def _numbers(
        self, names: Sequence[str], operator: str, key: str, reaction: Reaction, items: Sequence[Item], language: str,
        state: DialogueState,
    ) -> Steering:  # fmt: skip
        """What better items than these compare by: than all of them, or where nothing is, than most."""
        for name in names:
            numbers = [v for each in items if isinstance(v := each.attributes.get(name), int | float)]
            if numbers:
                bounds = ((min if operator == "<" else max)(numbers), median(numbers))
                apart = [each for each in (state.last.conditions if state.last else ()) if name not in each]
                found = [f"{name}{operator}{bound:.10g}" for bound in bounds]
                gone = [item.id for item in items] if reaction.kind == "reject" else []
                left = [self._any_left((*apart, each), gone) for each in found]
                return Steering((found[1 if left == [False, True] else 0],))
        what = UNKNOWN[key][language].format(title=plain(items[0].title)) if items else key
        return Steering(words=SAYS["lacks"][language].format(what=what))

    def _mood(self, mood: str, criticism: str, language: str, state: DialogueState) -> Steering:
        """The kinds of items that are less so, where a kind was not asked for and enough are left; words else."""
        held = state.last.conditions if state.last else ()
        stated = [value for each in held for value in values_of(each)]
        of_kind = any(is_kind(name) for each in held if not excludes(each) for name in attributes_of(each))
        kinds = tuple(
            each for each in moods(ANTONYMS[mood], stated, self._words)[2]
            if not (of_kind and not excludes(each)) and self._count((*held, each)) >= MIN_IN_MOOD
        )  # fmt: skip
        named = [
            pair
            for pair in ((each.name, each.value) for each in derived(self._words, value_facets))
            if mood in re.findall(r"\w+", pair[1].casefold())
        ]
        for name in sorted({name for name, _ in named}):  # what is "Dark Blue" is dark
            each = written(name, "!=", tuple(value for of, value in named if of == name))
            kinds += (each,) if self._count((*held, *kinds, each)) >= MIN_IN_MOOD else ()
        said = mood
        if language == "zh":  # a word that the line says
            said = next((each for each in CHINESE_MOODS if each in criticism), mood)
        key = "less so kinds" if kinds else "less so"
        words = SAYS[key][language].format(mood=said, conditions=describe_conditions(kinds, language) if kinds else "")
        return Steering(kinds, f"not {mood}" if language == "en" else "", words)

    def _count(self, conditions: Sequence[str]) -> int:
        return int(parse_where(" and ".join(conditions), self._words).mask(self._words).sum())

    def _any_left(self, conditions: Sequence[str], apart: Sequence[str]) -> bool:
        """Whether other items than these meet conditions."""
        mask = parse_where(" and ".join(conditions), self._words).mask(self._words)
        return int(mask.sum()) > sum(bool(mask[self._words.row[id]]) for id in apart)


def is_loathed(remainder: str) -> bool:
    """Tell whether what is said of an item is that it is disliked.

    Parameters
    ----------
    remainder
        As a `Reaction` has it.

    Returns
    -------
    bool
    """
    return any(word in remainder.lower() for word in _LOATHED)


def is_criticism(remainder: str) -> bool:
    """Tell whether what is said of an item is what is wrong with it.

    Parameters
    ----------
    remainder
        As a `Reaction` has it.

    Returns
    -------
    bool
    """
    ends = any(remainder.endswith(word) for word in _LOATHED)
    return ends or _EXCESS.search(remainder) is not None or criticised(remainder) is not None


def uncriticised(remainder: str) -> str:
    """Cut out of a remark what it finds too much: "too scary" wants nothing that is scary.

    Parameters
    ----------
    remainder
        As a `Reaction` has it.

    Returns
    -------
    str
        What is left, such as conditions.

    Examples
    --------
    >>> uncriticised("too scary, no horror")
    'no horror'
    """
    return _EXCESS.sub(" ", remainder).strip(" ,.;!")


def _mood(criticism: str) -> str:
    """The mood of which there is too much; "" for none."""
    bored = re.search(r"boring|无聊|没意思|没劲", criticism, re.I)
    return (
        "boring"
        if bored
        else excessive_mood(criticism) or excessive_mood(excess[0] if (excess := _EXCESS.search(criticism)) else "")
    )


def _held(items: Sequence[Item], values: Container[str]) -> tuple[str, ...]:
    """Exclusions of the first of these values that each item has."""
    found = []
    for item in items:
        held = (
            (name, each)
            for name, value in item.attributes.items()
            for each in (value if isinstance(value, tuple) else (value,))
        )
        of_them = ((name, each) for name, each in held if isinstance(each, str) and each.casefold() in values)
        found += [written(name, "!=", (each,)) for name, each in [*of_them][:1]]
    return tuple(dict.fromkeys(found))
