"""Answers to questions about all that the last list holds: how many, which, or whether every one has something."""

import re
from collections.abc import Sequence

from llmrec.catalog import Catalog, Item
from llmrec.catalog.queries import with_kinds
from llmrec.catalog.vocabulary import natural_order
from llmrec.catalog.wording import plain
from llmrec.chat.answers import unmet_alone
from llmrec.chat.catalogue_sentences import CatalogueSentences
from llmrec.chat.comparisons import in_order
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.item_questions import ActReply
from llmrec.chat.item_statistics import best_rated, most_chosen
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.conditions import parse_conditions
from llmrec.chat.nlu.demands import demands_unknown
from llmrec.chat.nlu.languages import chinese_conditions, in_english, language_of
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.moods import moods
from llmrec.chat.nlu.orders import order_of
from llmrec.chat.nlu.query_words import bare_query, without_fillers
from llmrec.chat.nlu.questions import FACTS, QUALITIES, seeks, superlative
from llmrec.chat.nlu.refusals import content_words
from llmrec.chat.nlu.sequels import sequels
from llmrec.chat.nlu.suitability import audience_of, suiting
from llmrec.chat.state import DialogueState
from llmrec.chat.wordings import QUALITIES as QUALITY_WORDS
from llmrec.chat.wordings import SAYS, UNKNOWN_OF_ALL
from llmrec.retrieval.filters import parse_where, written

_OPENING = r"(?:(?:so|and|but|ok|hm+|well|wait)[, ]+)*"
_NOUNS = "films?|movies?|ones?|books?|items?"
_THEM = (
    r"(?:these|those|them|the list|(?:this|that) (?:lot|list|batch|bunch)|"
    rf"the (?:{_NOUNS})(?: (?:here|there|on the list))?)"
)
_ALL_OF = re.compile(
    rf"{_OPENING}(?:(?:are|were|do|did|have|can) (?:they|these|those|all (?:of )?(?:{_THEM})|every one of {_THEM})"
    rf"(?: (?:{_NOUNS}|five))?(?P<all> (?:really |actually )?(?:all|both|each))?|"
    r"is (?:all of (?:this|it)|every (?:one|single one)(?: of them)?)|(?:they|these|those)(?:'re| are) all)"
    r"(?: (?:come|made|have|cost|take place))? (?P<what>[^?]+?)(?:, (?:right|yes|no|then))?[\s?.!]*",
    re.I,
)
"""What asks whether every item of the list has something; "are they American?" asks so of all of them, too."""
_ALL_OF_CHINESE = re.compile(
    r"(?:[这那](?:几|些|[一二三四五两])?(?:个|部|本|件|款|片子|电影|书)*|它们|列表里的?|推荐的?)*"
    r"(?:全部?都?|都|统统|是不是都|每[一部个本件]*都)(?:有|在|要)?(?:是)?"
    r"(?P<what>[^?,。]+?)(?:的)?(?:吗|么|嘛|吧\?|\?)[?。! ]*"
)
_ANY_OF = re.compile(
    rf"{_OPENING}(?:(?:are|is|do|does|have|has|did) )?(?:any|some|one|either|"
    rf"none)(?: ones?)? of (?:{_THEM})(?: (?:{_NOUNS}))?"
    r"(?: (?:have|has|be|got|are|is))? (?P<what>[^?]+?)[\s?.!]*",
    re.I,
)
"""What asks whether any item of the list has something."""
_MAKES = re.compile(
    rf"{_OPENING}(?:(?:do|does|will|would|could) )?(?:which|any|some|one|either)(?: ones?| films?| movies?)? "
    rf"of (?:{_THEM})(?: (?:{_NOUNS}))?(?: (?:would|will|could|might|can|may))? (?:makes?|gets?|leaves?|has|have) "
    r"(?:me|us|her|him|them|you|people|my \w+|the \w+) (?P<what>[^?]+?)[\s?.!]*",
    re.I,
)
"""What asks which of the list do something to people: "which of these would make me cry?"."""
_FITS = r"good|ok|okay|fine|suitable|suited|right|nice|fit|appropriate|great|ideal|perfect|best|better|safe|works?"
_ANY_GOOD = re.compile(
    rf"{_OPENING}(?:(?:are|is|would|do|does|will) )?(?:any|some|one|which|either)(?: ones?)?(?: of (?:{_THEM}))?"
    rf"(?: ones?)?(?: (?:is|are|be|would be))?(?: (?:any|really|especially|particularly|most|more))? (?:{_FITS})"
    r" (?:for|to|in|on|with|at|as) (?P<what>[^?]+?)[\s?.!]*|"
    r"(?:[这那](?:几|些)(?:个|部|本|件|款)?|它们|其中)*(?:这?里面?|"
    r"中)*(?<!有没)有(?:哪[一个部本件款些]*)?适合(?P<zh>[^?,。]+?)的?"
    r"(?:吗|么|呢|\?)[?。! ]*|(?:这些|都)?适合(?P<alone>[^?,。]+?)(?:吗|么|\?)[?。! ]*",
    re.I,
)
"""What asks which of the list suit an occasion that no attribute may tell of."""
_SEQUELS = re.compile(
    rf"{_OPENING}(?:do|does|have|has|are|is|which)? ?(?:any|some|one|all)? ?of {_THEM} .{{0,20}}"
    r"\b(?:sequels?|series|follow-?ups?|part (?:two|2))\b.*|.*(?:哪|有没有|有).{0,6}续集.*",
    re.I,
)
_ONLY_ONES = re.compile(
    rf"{_OPENING}(?:(?:are|is) (?:these|they|this|that|those) (?:really )?(?:the only ones?|all(?: (?:there is|"
    rf"you have|you(?:'ve| have) got))?"
    r"|everything)(?: (?:you have|you(?:'ve| have) got|there (?:is|are)))?|"
    r"(?:how many|how much) (?:\w+ )?(?:are there|do you have|have you got)(?: (?:like (?:this|that|these)|"
    r"in (?:total|all)|altogether))?)"
    r"[\s?.!]*|(?:就|只有?)(?:这(?:些|几[个部本件])|[一二三四五]个)(?:吗|么|了吗)[?。 ]*|一共有?(?:几|"
    r"多少)[个部本件][?。 ]*",
    re.I,
)
"""What asks whether there is more than what is listed."""
_SCALES = (
    (
        re.compile(r"(?:any |very |really |too |quite )?(?:new|recent|old|modern|dated)|(?:比较|很)?[新老旧]", re.I),
        ("year", "release_year"),
    ),
    (
        re.compile(
            r"(?:any |very |really |too |quite )?(?:cheap|expensive|pricey|affordable)|(?:比较|很)?(?:便宜|贵)", re.I
        ),
        ("price", "cost"),
    ),
    (re.compile(r"(?:any |very |really |too |quite )?(?:long|short)|(?:比较|很)?[长短]", re.I), FACTS[0].attributes),
)
"""What is asked without a bound -> attributes whose range answers it."""
_ANY_GOOD_ALONE = re.compile(
    rf"{_OPENING}(?:(?:{_THEM}|they|any)(?: of (?:{_THEM}))?(?:'re| are| is)? )?"
    r"(?:any|really|all|actually) good(?: then| at all)?[\s?.!]*",
    re.I,
)
"""What asks whether the list is good without a verb: "these any good?"."""
_GOOD = re.compile(
    r"(?:any |really |actually )?(?:good|great|decent|worth (?:it|watching|seeing|reading|buying)|bad|popular|"
    r"classics?)|好看?|值得看?"
)
_NOT_IN = re.compile(r"^(?:not|n't|never|without|不是?|没有?)\s*")
_SAME = re.compile(
    r"\bwhy\b.*\b(?:same|duplicates?|twice|(?:three|four|five|several) times)\b|"
    r"\b(?:aren't|are) (?:these|they|those) all the same\b|(?:为什么|怎么)(?:都|全)?(?:是)?(?:一样|同一|重复)",
    re.I,
)
_POPULAR = re.compile(
    r"\b(?:sells? (?:the )?best|best[- ]sell(?:er|ing)s?|most (?:popular|watched|bought|sold|seen|rented|read)|"
    r"(?:has|have|had|got) (?:the )?most (?:ratings|reviews|votes|views|viewers|buyers|fans|sales)|"
    r"the (?:biggest|top) hit|the crowd favou?rite|"
    r"(?:everyone|everybody|people|most people)'?s favou?rite|"
    r"(?:more|most) people (?:have |'ve )?(?:seen|watched|bought|read|chosen)|"
    r"(?:people|others|customers|everybody|everyone) (?:usually |mostly )?(?:buy|watch|like|read|take|choose|pick) "
    r"(?:the )?(?:most|best)|do most (?:people|others|customers) (?:buy|watch|like|read|take|choose|pick))\b|"
    r"卖得?最[好多]|最(?:热门|畅销|受欢迎|火)",
    re.I,
)
MAX_EXCEPTIONS = 5
"""Titles that are named of a list."""


class ListQuestions:
    """What answers questions about the last list as a whole.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    words
        Those by whose values a line is read.
    """

    def __init__(self, catalog: Catalog, words: Catalog) -> None:
        self._catalog, self._words = catalog, words

    def reply(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer which of the last list have something, whether all have, which suit an occasion, or have sequels.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.

        Returns
        -------
        ActReply or None
            None where it asks no such thing.
        """
        if not self._listed(state):
            return None
        answers = (
            self._ordered, self._same, self._popular, self._any_good, self._sequels, self._only_ones,
            self._suiting, self._all_have, self._any_have, self._having,
        )  # fmt: skip
        return next((answer for each in answers if (answer := each(line, state))), None)

    def counted(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell how many items of the last list have what a line names.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        ActReply or None
            None where it asks no such thing.
        """
        conditions, having, listed = self._meeting(line, state)
        if not listed or not conditions:
            return None
        language = language_of(line)
        told = f"{SAYS['colon'][language]}{_titles(having, language)}" if having else ""
        text = SAYS["counted"][language].format(count=len(having), of=len(listed), titles=told)
        return ActReply(plain(text), spoken=conditions)

    def _having(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell which items of the last list have what a line asks for: "which of these are comedies?"."""
        match = cues.WHICH_HAVE.fullmatch(line.strip())
        if not match or superlative(line) or cues.MOST.search(line):
            return None
        conditions, having, listed = self._meeting(match["what"] or match["zh"], state)
        if not listed:
            return None
        language = language_of(line)
        if not conditions:
            what = (match["what"] or match["zh"]).strip()
            if any(each.question.search(what) for each in QUALITIES):
                return self._untold(what, listed, language)
            return ActReply(unmet) if (unmet := unmet_alone(line, self._words, language)) else None
        return self._which(conditions, having, language)

    def _which(self, conditions: tuple[str, ...], having: Sequence[Item], language: str) -> ActReply:
        """Which items of the list meet conditions."""
        values = describe_conditions(conditions, language, only=False)
        if not having:
            return ActReply(plain(SAYS["having none"][language].format(values=values)), spoken=conditions)
        text = SAYS["having"][language].format(values=values, titles=_titles(having, language))
        return ActReply(plain(text), having[0].id if len(having) == 1 else None, spoken=conditions)

    def _all_have(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell whether every item of the last list has what a line asks, and which have not."""
        match = _ALL_OF.fullmatch(line.strip()) or _ALL_OF_CHINESE.fullmatch(line.strip())
        if not match or superlative(line) or seeks(line) or cues.TASTE_OF_OTHERS.search(line):
            return None
        what, language, listed = match["what"].strip(), language_of(line), self._listed(state)
        if conditions := self._explicit(what):
            text = _share(conditions, self._of(conditions, listed), listed, language)
            return ActReply(plain(text), spoken=conditions)
        return self._untold(what, listed, language)

    def _any_have(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell which items of the last list have what a line asks of any of them: "are any of these scary?"."""
        match = _ANY_OF.fullmatch(line.strip()) or _MAKES.fullmatch(line.strip())
        if not match or superlative(line):
            return None
        what, language, listed = match["what"].strip(), language_of(line), self._listed(state)
        if conditions := self._explicit(what):
            return self._which(conditions, self._of(conditions, listed), language)
        return self._untold(what, listed, language)

    def _only_ones(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell how many items meet what the last list was asked for."""
        if not _ONLY_ONES.fullmatch(line.strip()) or state.last is None:
            return None
        counts = re.search(r"how many|how much|一共", line, re.I) is not None
        stated = self._explicit(line) if counts else ()
        conditions, language = stated or state.last.conditions, language_of(line)
        count = len(self._of(conditions, self._words.items)) if conditions else len(self._words.items)
        say = CatalogueSentences(language, self._catalog)
        if counts:
            told = describe_conditions(conditions, language, only=False) if conditions else "-"
            return ActReply(plain(say("how many in all", count=count, conditions=told)))
        return ActReply(say("how many left", count=count) if count > len(state.last.items) else say("none left"))

    def _suiting(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell which items of the last list suit an occasion, as far as kinds and texts speak of it."""
        match = _ANY_GOOD.fullmatch(line.strip())
        listed = self._listed(state)
        if not match or not listed or superlative(line):
            return None
        if match["alone"] and state.topic in self._words.row:
            return None  # the one that was spoken of
        return self._untold(match["what"] or match["zh"] or match["alone"], listed, language_of(line))

    def _untold(self, what: str, listed: Sequence[Item], language: str) -> ActReply:
        """Tell what kinds and texts of the list say of something that no attribute is for, and that no more is told."""
        say = CatalogueSentences(language, self._catalog)
        if names := next((names for words, names in _SCALES if words.fullmatch(what)), None):
            return ActReply(plain(self._range(names, listed, say)))
        key = next(iter((*demands_unknown(what, self._words), *demands_unknown(f"something {what}", self._words))), "")
        key = "rating" if _GOOD.fullmatch(what) else key
        if key == "rating" and (rated := self._rated(listed, language)):
            return rated
        if key in UNKNOWN_OF_ALL:
            return ActReply(plain(say("lacks", what=say.of_all(key))))
        if (audience := audience_of(f"for {what}")) and (conditions := suiting(audience, self._words)):
            having = self._of(conditions, listed)
            told = describe_conditions(conditions, language, only=False)
            text = say("fit by kind" if having else "fit none", titles=_titles(having, language), values=told)
            return ActReply(plain(text), spoken=conditions)
        if quality := next((each for each in QUALITIES if each.question.search(what)), None):
            having = [item for item in listed if quality.speaks_for & {each.casefold() for each in _held(item)}]
            words = QUALITY_WORDS[quality.key][language]
            text = say("may be" if having else "most none", quality=words, titles=_titles(having, language))
            return ActReply(plain(text))
        if conditions := self.stated(what):
            return ActReply(
                plain(_share(conditions, self._of(conditions, listed), listed, language)), spoken=conditions
            )
        bare = without_fillers(bare_query(_NOT_IN.sub("", what))).strip(" ,") or what
        naming = [item for item in listed if _names(item, bare) or _names(item, in_english(bare, self._words))]
        text = say("named by" if naming else "named by none", what=bare, titles=_titles(naming, language))
        return ActReply(plain(text), naming[0].id if len(naming) == 1 else None)

    def _same(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell what the items of the list differ by that share a name: "why the same hoodie four times?"."""
        if not _SAME.search(line):
            return None
        language, listed = language_of(line), self._listed(state)
        say = CatalogueSentences(language, self._catalog)
        titles = [item.title.casefold() for item in listed]
        twins = [(n, item) for n, item in enumerate(listed, 1) if titles.count(item.title.casefold()) > 1]
        if not twins:
            return ActReply(say("no same names"))
        names = [name for name in twins[0][1].attributes if len({each.attributes.get(name) for _, each in twins}) > 1]
        held = [[say.bare_value(item, name) for name in names if name in item.attributes] for _, item in twins]
        told = "; ".join(
            f"{n}. {item.title}: {', '.join(own) or '-'}" for (n, item), own in zip(twins, held, strict=True)
        )
        return ActReply(plain(say("same names", titles=told)))

    def _ordered(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell the list in the order that a line would have it in; the numbers of its items stay."""
        order = order_of(line)
        if order is None:
            return None
        (names, largest), language = order, language_of(line)
        text, first = in_order(self._listed(state), names, largest, self._catalog, language)
        return ActReply(plain(text), first)

    def _any_good(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell how the list is rated, where a line asks of it without a verb: "these any good?"."""
        return self._rated(self._listed(state), language_of(line)) if _ANY_GOOD_ALONE.fullmatch(line.strip()) else None

    def _popular(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell which of the list people chose most often, where enough is on record."""
        if not _POPULAR.search(line):
            return None
        text, most = most_chosen(self._listed(state), self._catalog, language_of(line))
        return ActReply(plain(text), most) if text else None

    def _rated(self, listed: Sequence[Item], language: str) -> ActReply | None:
        """How people rated the items of the list; None where they rated too few of them."""
        text, best = best_rated(listed, self._catalog, language)
        return ActReply(plain(text), best) if text else None

    def _range(self, names: Sequence[str], listed: Sequence[Item], say: CatalogueSentences) -> str:
        """From which to which number the list goes; that the catalogue lacks it where it does."""
        for name in names:
            if numbers := [v for item in listed if isinstance(v := item.attributes.get(name), int | float)]:
                span = say("span", name=say.name(name), low=f"{min(numbers):g}", high=f"{max(numbers):g}")
                return say("ranging", values=span)
        key = next(fact.key for fact in FACTS if set(names) & set(fact.attributes))
        return say("lacks", what=say.of_all(key)) if key in UNKNOWN_OF_ALL else say("ranked untold", listed[0])

    def _explicit(self, what: str) -> tuple[str, ...]:
        """Conditions that words name by a value or a number, and not by a mood that only hints at kinds."""
        left, chinese = chinese_conditions(what, self._words)
        named = parse_conditions(left, self._words).conditions or chinese or Lexicon.of(self._words).mentions(left)
        return self.stated(what) if named else ()

    def _sequels(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell which items of the last list have others that go on with them."""
        listed = self._listed(state)
        if not listed or not _SEQUELS.fullmatch(line.strip()):
            return None
        language = language_of(line)
        told = [
            f"{item.title}: {_titles([self._catalog.item(id) for id in after], language)}"
            for item in listed if (after := sequels(item.id, self._words))
        ]  # fmt: skip
        joint = ";" if language == "zh" else "; "
        text = SAYS["sequels" if told else "no sequels"][language].format(titles=joint.join(told))
        return ActReply(plain(text))

    def of_list(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell of every item of the last list what a line asks of all of them: "who directed these?", 这些评分怎么样.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        ActReply or None
            None where it asks no such thing.
        """
        listed = self._listed(state)
        fact = next((each for each in FACTS if each.question.search(line)), None)
        if not listed or fact is None or not cues.OF_ALL_LISTED.search(line) or seeks(line) or superlative(line):
            return None
        language = language_of(line)
        say = CatalogueSentences(language, self._catalog)
        told = [
            f"{item.title}: {say.bare_value(item, name)}"
            for item in listed
            if (name := next((name for name in fact.attributes if item.attributes.get(name) not in (None, "", ())), ""))
        ]
        if told:
            return ActReply(plain(f"{'; '.join(told)}."))
        if fact.key == "rating" and (rated := self._rated(listed, language)):
            return rated
        if fact.key not in UNKNOWN_OF_ALL:
            return None
        return ActReply(plain(say("lacks", what=say.of_all(fact.key))))

    def stated(self, what: str) -> tuple[str, ...]:
        """Read the conditions that words state, moods included.

        Parameters
        ----------
        what
            What items are to have.

        Returns
        -------
        tuple of str
            Each as `llmrec.retrieval.filters.parse_where` reads it.
        """
        left, chinese = chinese_conditions(what, self._words)
        conditions = tuple(dict.fromkeys((*parse_conditions(left, self._words).conditions, *chinese)))
        pairs = {
            name: values for mention in Lexicon.of(self._words).mentions(left) for name, values in mention.readings
        }
        conditions = conditions or tuple(written(name, "=", tuple(values)) for name, values in [*pairs.items()][:1])
        conditions = conditions or tuple(
            each for each in moods(what, (), self._words, occasions=False)[2] if "!=" not in each
        )
        kinds = with_kinds(what, self._words)
        return conditions or (parse_conditions(kinds[len(what) :], self._words).conditions if kinds != what else ())

    def _listed(self, state: DialogueState) -> list[Item]:
        return [self._catalog.item(id) for id in (state.last.items if state.last else ()) if id in self._words.row]

    def _of(self, conditions: Sequence[str], listed: Sequence[Item]) -> list[Item]:
        mask = parse_where(" and ".join(conditions), self._words).mask(self._words)
        return [item for item in listed if mask[self._words.row[item.id]]]

    def _meeting(self, what: str, state: DialogueState) -> tuple[tuple[str, ...], list[Item], list[Item]]:
        """The conditions that words state, moods included; the items of the last list that meet them, and all of it."""
        listed = self._listed(state)
        conditions = self.stated(what)
        return (conditions, self._of(conditions, listed), listed) if conditions else ((), [], listed)


def _share(conditions: Sequence[str], having: Sequence[Item], listed: Sequence[Item], language: str) -> str:
    """That all items of a list meet conditions, none, or which of them do, or do not."""
    values = describe_conditions(conditions, language, only=False)
    if len(having) in (0, len(listed)):
        key = "all have" if having else "having none"
        return SAYS[key][language].format(values=values, of=len(listed))
    left = [item for item in listed if item not in having]
    key, told = ("all but", left) if len(left) <= len(having) else ("some have", having)
    titles = _titles(told[:MAX_EXCEPTIONS], language)
    return SAYS[key][language].format(values=values, count=len(having), of=len(listed), titles=titles)


def _titles(items: Sequence[Item], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(natural_order(item.title) for item in items)


def _held(item: Item) -> list[str]:
    """The words among the values of an item."""
    values = (value if isinstance(value, tuple) else (value,) for value in item.attributes.values())
    return [str(each) for held in values for each in held]


def _names(item: Item, what: str) -> bool:
    """Whether title, description and values of an item hold all the words of a phrase."""
    text = " ".join((item.title, item.description, *_held(item))).casefold()
    words = content_words(what)
    return bool(words) and all(re.search(rf"(?<![a-z]){re.escape(word)}", text) for word in words)
