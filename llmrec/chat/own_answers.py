"""Answers about a person's own history: what they chose most, how they rated it, each counted by the catalogue's values."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import is_kind, natural_order
from llmrec.catalog.wording import plain, wording
from llmrec.chat.catalogue_sentences import CatalogueSentences, as_written
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.item_questions import ActReply
from llmrec.chat.item_statistics import item_statistics
from llmrec.chat.nlu.languages import in_chinese
from llmrec.chat.nlu.lexicon import is_colour
from llmrec.chat.nlu.own_questions import OwnQuestion
from llmrec.chat.nlu.questions import FACTS, attribute_named
from llmrec.chat.wordings import SAYS, UNKNOWN_OF_ALL
from llmrec.retrieval.filters import attribute_kinds, parse_where

SHOWN_VALUES, SHOWN_TITLES = 4, 5
"""Values and titles that are told of a history."""
MIN_RATED = 5
"""Ratings of one's own items of a kind from which their mean is told."""
_YEARS = ("year", "release_year")
_OF_KIND = re.compile(r"genre|kind|type|sort|categor|style|类型|种类|类别|题材|风格|类", re.I)
_OF_TIME = re.compile(r"decade|era|year|年代", re.I)
_ANYTHING = re.compile(
    r"(?:films?|movies?|books?|items?|things?|products?|clothes|ones?|stuff|电影|片子?|东西|衣服|书)?", re.I
)


class OwnAnswers:
    """What answers questions about the history of one person.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    events
        What is known of the times and ratings of the person's items.
    stated
        What reads the conditions that words state.
    """

    def __init__(
        self, catalog: Catalog, events: Sequence[Interaction], stated: Callable[[str], tuple[str, ...]]
    ) -> None:
        self._catalog, self._stated = catalog, stated
        self._ratings = {each.item: float(each.rating) for each in events if each.rating is not None}

    def reply(
        self, question: OwnQuestion, history: Sequence[str], items: Sequence[str], language: str
    ) -> ActReply | None:
        """Answer a question about the person's own history.

        Parameters
        ----------
        question
            What is asked.
        history
            Ids of the person's items, oldest first.
        items
            Ids of the items that the question is about.
        language
            "en" or "zh".

        Returns
        -------
        ActReply or None
            None where the question is about nothing that can be counted here.
        """
        say = CatalogueSentences(language, self._catalog)
        known = [self._catalog.item(id) for id in dict.fromkeys(history) if id in self._catalog.row]
        if question.topic in ("rating", "liked"):
            if not items:
                title = question.subject.strip("《》")
                return ActReply(plain(SAYS["absent unknown"][language].format(title=title)))
            joint = "" if language == "zh" else " "
            text = joint.join(self._rating(self._catalog.item(id), known, say) for id in items)
            return ActReply(plain(text), items[-1])
        if not known:
            return ActReply(say("no history"))
        if question.topic in ("best", "worst", "mean"):
            return self._rated(question.topic, known, say)
        if question.topic == "count":
            return self._count(question.subject, known, say)
        if question.topic == "most":
            return self._most(question.subject, known, say)
        return self._taste(known, say)

    def rates(self, items: Sequence[str]) -> bool:
        """Tell whether the person's rating of one of some items is on record."""
        return any(id in self._ratings for id in items)

    def _rating(self, item: Item, known: Sequence[Item], say: CatalogueSentences) -> str:
        """How the person rated one item."""
        same = [each.id for each in known if each.title == item.title]
        rating = next((self._ratings[id] for id in (item.id, *same) if id in self._ratings), None)
        if rating is None:
            return say("own rating unknown" if same else "own item unknown", item)
        return say("own rating", item, rating=f"{rating:g}", highest=f"{self._highest():g}")

    def _rated(self, topic: str, known: Sequence[Item], say: CatalogueSentences) -> ActReply:
        """The items that the person rated highest, or lowest, or the mean of all of them."""
        rated = [(self._ratings[each.id], each) for each in known if each.id in self._ratings]
        if not rated:
            return ActReply(say("no ratings of own"))
        highest = f"{self._highest():g}"
        if topic == "mean":
            mean = sum(rating for rating, _ in rated) / len(rated)
            return ActReply(say("own mean", mean=f"{mean:.1f}", highest=highest, count=len(rated)))
        bound = (max if topic == "best" else min)(rating for rating, _ in rated)
        found = [each for rating, each in rated[::-1] if rating == bound]
        more = len(found) - SHOWN_TITLES
        text = say(
            f"own {topic}", titles=self._titles(found, say), rating=f"{bound:g}", highest=highest, count=len(found)
        )
        if more > 0:
            text += ("" if say.language == "zh" else " ") + say("own more", count=more)
        return ActReply(plain(text), found[0].id if len(found) == 1 else None)

    def _count(self, what: str, known: Sequence[Item], say: CatalogueSentences) -> ActReply | None:
        """How many items of the history are what words name."""
        if _ANYTHING.fullmatch(what):
            return ActReply(plain(say("count", count=len(known), titles=self._titles(known[::-1], say))))
        if not (conditions := self._stated(what)):
            return None
        mask = parse_where(" and ".join(conditions), self._catalog).mask(self._catalog)
        found = [each for each in known if mask[self._catalog.row[each.id]]]
        told = describe_conditions(conditions, say.language, only=False)
        key = "own counted" if found else "own none counted"
        rated = [self._ratings[each.id] for each in found if each.id in self._ratings]
        mean = f"{sum(rated) / len(rated):.1f}" if rated else ""
        by_ratings = (
            say("own mean of them", mean=mean, highest=f"{self._highest():g}", count=len(rated)) if rated else ""
        )
        joint = " " if by_ratings and say.language == "en" else ""
        return ActReply(
            plain(
                say(key, count=len(found), of=len(known), values=told, titles=self._titles(found[::-1], say))
                + joint
                + by_ratings
            )
        )

    def _most(self, subject: str, known: Sequence[Item], say: CatalogueSentences) -> ActReply:
        """The value of one attribute that is commonest in the history."""
        name = self._attribute(subject)
        counts = self._values(name, known) if name else Counter[str]()
        if not counts:
            fact = next(
                (each.key for each in FACTS if each.key in UNKNOWN_OF_ALL and each.key == subject.rstrip("s")), ""
            )
            what = say.of_all(fact) if fact else SAYS["own attribute"][say.language].format(what=subject or "-")
            return ActReply(plain(say("lacks", what=what)))
        (first, count), *rest = counts.most_common(SHOWN_VALUES)
        told = self._counted(rest, name, say)
        key = "own most" if rest else "own only"
        text = say(key, value=self._value(first, name, say), count=count, of=len(known), rest=told)
        return ActReply(plain(f"{text}{self._rated_best(name, known, say)}"))

    def _taste(self, known: Sequence[Item], say: CatalogueSentences) -> ActReply:
        """What the history is made of: its kinds, its time, and the kind that is rated best."""
        name, joint = self._attribute("kind"), "" if say.language == "zh" else " "
        counts = self._values(name, known) if name else Counter[str]()
        told = []
        if counts:
            values = self._counted(counts.most_common(SHOWN_VALUES), name, say)
            told.append(say("own kinds", count=len(known), values=values))
        else:
            told.append(say("count", count=len(known), titles=self._titles(known[::-1], say)))
        beside = next((each for each in attribute_kinds(self._catalog) if is_colour(each)), "") or self._attribute(
            "year"
        )
        if beside and (most := self._values(beside, known).most_common(1)):
            value, count = most[0]
            told.append(
                say(
                    "own times" if beside in _YEARS else "own beside",
                    value=self._value(value, beside, say),
                    count=count,
                )
            )
        rated = self._rated_best(name, known, say).strip() if name else ""
        return ActReply(plain(joint.join(part for part in (*told, rated) if part)))

    def _rated_best(self, name: str, known: Sequence[Item], say: CatalogueSentences) -> str:
        """The value whose items the person rated best on average; "" where too few are rated."""
        ratings: dict[str, list[float]] = {}
        for item in known:
            for value in self._of(name, item) if item.id in self._ratings else ():
                ratings.setdefault(value, []).append(self._ratings[item.id])
        means = {value: sum(own) / len(own) for value, own in ratings.items() if len(own) >= MIN_RATED}
        if len(means) < 2:
            return ""
        best = max(means, key=lambda value: means[value])
        told = say(
            "own rated best", value=self._value(best, name, say), mean=f"{means[best]:.1f}",
            highest=f"{self._highest():g}", count=len(ratings[best]),
        )  # fmt: skip
        return f"{'' if say.language == 'zh' else ' '}{told}"

    def _attribute(self, subject: str) -> str:
        """The attribute that a question names; "" where the catalogue has none of that name."""
        names = attribute_kinds(self._catalog)
        if _OF_TIME.search(subject):
            return next((name for name in _YEARS if name in names), "")
        if re.search(r"colou?r|颜色", subject, re.I):
            return next((name for name in names if is_colour(name)), "")
        if _OF_KIND.search(subject):
            kinds = [name for name, kind in names.items() if is_kind(name) and kind != "number" and "path" not in name]
            return next(iter(kinds), "")
        return attribute_named(subject, self._catalog)

    def _of(self, name: str, item: Item) -> tuple[str, ...]:
        """The values of an attribute of an item; of a year its decade."""
        value = item.attributes.get(name)
        if value in (None, "", ()):
            return ()
        if name in _YEARS and isinstance(value, int | float):
            return (f"{int(value) // 10 * 10}",)
        return tuple(map(str, value)) if isinstance(value, tuple) else (as_written(value),)

    def _values(self, name: str, known: Sequence[Item]) -> Counter[str]:
        return Counter(value for item in known for value in self._of(name, item))

    def _value(self, value: str, name: str, say: CatalogueSentences) -> str:
        if name in _YEARS:
            return f"{value}年代" if say.language == "zh" else f"the {value}s"
        if say.language == "zh":
            return in_chinese(value)
        return value.lower() if wording(self._catalog).noun == "film" and is_kind(name) else value

    def _counted(self, counts: Sequence[tuple[str, int]], name: str, say: CatalogueSentences) -> str:
        """Values with how often each is chosen."""
        told = [f"{self._value(value, name, say)} ({count})" for value, count in counts]
        if say.language == "zh":
            return "、".join(told)
        return " and ".join(part for part in (", ".join(told[:-1]), *told[-1:]) if part)

    def _titles(self, items: Sequence[Item], say: CatalogueSentences) -> str:
        told = [natural_order(each.title) for each in items[:SHOWN_TITLES]]
        return "、".join(f"《{each}》" for each in told) if say.language == "zh" else ", ".join(told)

    def _highest(self) -> float:
        """The highest rating that anybody gave."""
        highest = derived(self._catalog, item_statistics).highest
        return highest if highest == highest else max(self._ratings.values())
