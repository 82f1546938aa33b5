"""What a line is read as before the rules read it, and what one that asks for a list says of it beside them.

Before: references are written out. Beside: whom a list is for, what it rules out, what no item tells, what lasts.
"""

import dataclasses
import re
from collections.abc import Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.types import composed
from llmrec.catalog.wording import plain, wording
from llmrec.chat.act_replies import ActReplies
from llmrec.chat.answers import unmet_alone
from llmrec.chat.condition_words import describe_conditions, several
from llmrec.chat.descriptions import SHOWN_KINDS
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.clauses import bare_clause, clauses
from llmrec.chat.nlu.demands import demands_unknown, in_descriptions, without_demands
from llmrec.chat.nlu.intent import READ_CHARACTERS, Intent
from llmrec.chat.nlu.languages import in_english, language_of, unlisted_titles, with_titles
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.moods import MIN_IN_MOOD, moods, without_moods
from llmrec.chat.nlu.named_items import with_places, within_title
from llmrec.chat.nlu.narration import without_narration, without_talk
from llmrec.chat.nlu.negated_moods import antonym, in_own_words, negated_moods
from llmrec.chat.nlu.normalisation import repeated_query, sentences, spelt_out
from llmrec.chat.nlu.open_requests import ADDING, WHETHER
from llmrec.chat.nlu.patterns import patterned
from llmrec.chat.nlu.query_words import bare_query, plain_degree, without_fillers
from llmrec.chat.nlu.references import all_but_places, find_title, than_places, with_spelt_titles
from llmrec.chat.nlu.refusals import content_words, is_vague, refusals
from llmrec.chat.nlu.rephrasing import rephrased
from llmrec.chat.nlu.rules import understand
from llmrec.chat.nlu.situations import ERA_OF_PEOPLE, without_situation
from llmrec.chat.nlu.span_reading import banned_unmeant, without_bare_words
from llmrec.chat.nlu.suitability import (
    FOR_BABIES,
    audience_of,
    suiting,
    suits_children,
    unwanted_qualities,
    without_qualities,
)
from llmrec.chat.state import DialogueState, attributes_of, excludes, narrowed, values_of
from llmrec.chat.withdrawals import without_any
from llmrec.chat.wordings import SAYS
from llmrec.errors import UnknownItem
from llmrec.retrieval.filters import parse_where

MIN_TALK = 0.8
"""Probability from which a clause only tells something of the person."""
MIN_WANTING = 0.5
"""Probability from which a sentence wants a list."""


_ALL_BUT_TITLE = re.compile(
    r"\b(?:all|everything|every one)(?: of (?:them|em|these|those))?(?P<except> (?:except|but|bar|apart from|besides)) "
    r"(?:for )?(?P<title>[^,.;!?]*[a-z][^,.;!?]*)",
    re.I,
)
_YEAR_OF = re.compile(
    r"\b(?:from|in|of) the (?:same )?year (?:that |when |as )?(?P<title>[^,.;?!]+?) "
    r"(?:came out|was (?:made|released|shot))\b",
    re.I,
)
"""A year that is told by a film that came out in it."""
_TELLS_CHINESE = re.compile(
    r"(?:再|另外|还)?(?:加|补充|多)(?:上|一)?(?:一?[条点个])(?:要求|条件)?|(?:你)?(?:听|搞|弄|理解|看)(?:反|错)了|"
    r"(?:别|其[他它余])的?(?:都|就|全)?(?:不要|算了|不看|免了)了?|(?:算了|好吧|嗯+|唉|(?:多|非常)?谢谢(?:你|您|啦|了)*|感谢|辛苦了)[吧啦了!。]*|"
    r"(?>我|咱|们|今天|今晚|明天|明晚|晚上|周末|下班|放假|打算|准备|想|要|在家|一起){0,8}(?:和|跟|陪|带|与)[\u3400-\u9fff]{1,6}?(?:一起|一块儿?)?(?:去)?看(?:个|部|场|点)?(?:电影|片子?|东西)|"
    r"(?>我们?|他们?|她们?|爸爸?|妈妈?|父母|老婆|老公|孩子|朋友|今天|最近|刚刚?|昨天)+"
    r"(?:的)?[\u3400-\u9fff]{0,4}(?:不(?:太|怎么)?好|很?累|分手|失恋|下班|加班|生病|感冒|生日|结婚|毕业|怀旧|在家|无聊)(?:了|的)?"
)
"""A clause in Chinese that only tells of the people."""
_NOT_ASKED = re.compile(
    r"^以后|我|咱|他|她|刚|[看买读听]过|不用了?|就不|[了啊呀呢嘛]$|^也?别|不要太|脑子|考完|下班|加班|你好|您好|哈喽|《"
)
"""A clause in Chinese that tells, greets or turns down, of which nothing need be owned."""
_PURPOSE = re.compile(r"^(?:for|to|as) (?:(?:an?|the|my|our) )?", re.I)
_SAME_BUT = re.compile(
    r"^(?:(?:ok(?:ay)?|well|and|now|so|hm+|please|actually|nah|no)\b[,. ]*)*(?:the )?same(?P<what> (?:again|please|"
    r"as (?:before|now|above)|"
    r"(?:kind|sort|type|mood|vibe|feel(?:ing)?|idea|style|genre|list|search|thing|request)(?: of (?:thing|film|"
    r"movie|mood|story|stuff)s?)?))*"
    r"[,.:;]? (?:but|just|only|except|though|and)\b(?: (?:make it|with it|it'?s?|they'?re|being))?,? ",
    re.I,
)
"""How a line begins that goes on with the list before: what it says behind is all that changes."""
_AT_END = re.compile(
    r"\bthe (?:one|film|movie|item|thing) (?:(?:right |that'?s |that is )?(?:at|"
    r"on) (?:the )?(?:very )?(?:(?P<top>top)|bottom))"
    r"(?: of (?:the list|it))?\b|\bthe (?:very )?(?:(?P<first>top(?:most)?)|bottom) one\b",
    re.I,
)
"""An item by the end of the list at which it stands."""
_ADDS = re.compile(r"^(?:(?:ok(?:ay)?|right|great|now|and|also|plus|then|so|maybe)\b[,. ]*)+", re.I)
_OPEN_CLAUSE = re.compile(
    r"\b(?:that|which|to|who)(?:'ll|'s|'d| will| would| can| is)?"
    r"\s*(?=[,.;]|$|\b(?:tonight|today|now|please|this evening)\b)",
    re.I,
)
"""What is left of "something that'll cheer us up" without its mood."""
_LATEST = re.compile(
    r"(?P<like>\b(?:like|similar to|as)) (?:the )?(?:last|latest|most recent)(?: (?:one|film|movie|thing|book|item))?"
    r"(?: that)? "
    r"(?:i|we)(?:'ve| have)? (?:watched|saw|seen|bought|read)\b",
    re.I,
)


_DEGREE = re.compile(r"(?:too|so|that|very|really) ", re.I)
"""How a quality begins that is ruled out in part: "not TOO scary" is said by the quality."""
_TOP_ONE = re.compile(r"\b(?:the |your )?top (?:one|film|movie|book|pick)\b|\bthe one (?:at|on) (?:the )?top\b", re.I)
"""The first of a list."""


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

    def written_out(self, line: str, listed: Sequence[str], history: Sequence[str]) -> str:
        """Write a line so that the rules read it: words in full, titles and places for "the last one I watched".

        Parameters
        ----------
        line
            What the person wrote, of which `READ_CHARACTERS` are read.
        listed
            Ids of the last list.
        history
            Ids of the person's items, oldest first.

        Returns
        -------
        str
        """
        line = composed(line[:READ_CHARACTERS])
        line = ADDING.sub("", line) if listed else line  # before talk is cut out, of which it would be a part
        line = with_titles(repeated_query(without_talk(spelt_out(line))), self._words)
        if listed and (same := _SAME_BUT.match(line)) and (same["what"] or wording(self._words).noun != "product"):
            line = f"but {line[same.end() :]}"  # "the same in red" of a product speaks of it
        if wording(self._words).noun == "product" and cues.GOES_WITH.search(line):
            line = _ADDS.sub("", line)  # "ok and flat shoes to go with it" asks for shoes
        line = rephrased(_TOP_ONE.sub("the first one", line) if listed else line, self._words)
        line = with_spelt_titles(with_places(line, listed, self._words), self._words)
        if but := _ALL_BUT_TITLE.search(line):
            said = re.sub(r"^(?:the|an?) ", "", but["title"].strip().casefold())
            titles = [re.sub(r", (?:the|an?)$", "", self._title(id).casefold()) for id in listed]
            place = str(titles.index(said) + 1) if said in titles else ""
            start = but.start("title") if place else but.start("except")
            line = f"{line[:start]}{place}{line[but.end('title') :]}"
        line = _YEAR_OF.sub(self._from_year_of, line)
        known = [id for id in history if id in self._words.row]
        title = self._words.item(known[-1]).title if known else ""
        line = _LATEST.sub(lambda match: f"{match['like']} {title}", line) if title else line
        line = with_ends(line, len(listed))
        line = all_but_places(than_places(line, len(listed)), len(listed))
        return without_narration(line, self._words, within_title(line, self._words))

    def _from_year_of(self, match: re.Match[str]) -> str:
        try:
            year = self._words.item(find_title(match["title"], self._words)).attributes.get("year")
        except UnknownItem:
            year = None
        return f"from {year:g}" if isinstance(year, int | float) else match[0]

    def _title(self, id: str) -> str:
        return plain(self._words.item(id).title) if id in self._words.row else ""

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
        kinds = tuple(each for each in found if not excludes(each))
        told = describe_conditions(kinds or found, language, only=not kinds)
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
        query = without_qualities(without_any(cues.SURPRISE.sub(" ", intent.query))).strip(" ,.;!。")
        query, refused = refusals(query)
        refused = tuple(
            what
            for what in refused
            if not (demands_unknown(what, self._words) or demands_unknown(f"{what} films", self._words))
        )  # that is said instead
        unwanted = unwanted_qualities(line)
        bare = (
            rf"{FOR_BABIES}|^(?:bab(?:y|ies)|toddlers?|kiddie|little kids?)$" if "childishness" in unwanted else "(?!)"
        )
        refused = tuple(what for what in refused if not (banned_unmeant(what, line) or re.search(bare, what, re.I)))
        refused = tuple(what for what in refused if not (_DEGREE.match(what) and unwanted_qualities(f"not {what}")))
        if wording(self._words).noun != "film":  # a description of a product tells what it is like: "nothing floral"
            known = (each for each in negated_moods(line) if not antonym(each))
            refused = (*refused, *(each for each in known if in_descriptions(each, self._words)))
        if refused := (*refused, *unwanted):
            state = state.model_copy(update={"refused": tuple(dict.fromkeys((*state.refused, *refused)))})
        query = without_demands(query, self._words) if demands_unknown(line, self._words) else query
        query = bare_query(plain_degree(without_situation(self._wanting(query, state))))
        query = Lexicon.of(self._words).spelt(without_fillers(without_bare_words(query, line, self._words)))
        query = "" if is_vague(query) else in_own_words(query, line)
        return dataclasses.replace(intent, query=query), state

    def in_mood(self, intent: Intent, line: str, listed: bool = False) -> tuple[Intent, str, str]:
        """Read the moods of a line as kinds of items, where the catalogue has some that speak for them.

        Parameters
        ----------
        intent, line
            As of `suited`.
        listed
            Whether there is a list, of whose items a question may ask whether they are so.

        Returns
        -------
        tuple
            The intent with the kinds that would be nice to have, what is said of it ("" for no mood), and of moods that
            are negated what the catalogue does not tell.
        """
        if listed and (left_over := WHETHER.sub(" ", intent.query)) != intent.query:
            intent = dataclasses.replace(intent, query=" ".join(left_over.split()))
        asked = (*intent.filters, *intent.preferred)
        stated = [value for each in asked if not excludes(each) for value in values_of(each)]
        beside = Lexicon.of(self._words).mentions(without_moods(intent.query))
        named = [value for mention in beside for value in mention.values]
        ruled_out = [value for each in asked if excludes(each) for value in values_of(each)]
        query, said, found = moods(intent.query, stated, self._words, ruled_out, named=named)
        conditions = self._usable(found, intent.filters)
        words = untold = ""
        if conditions or (said and not found):
            query = _OPEN_CLAUSE.sub("", query).strip()
            intent = dataclasses.replace(intent, query=query, preferred=(*intent.preferred, *conditions))
        else:
            said = ""
        words = _for_moods(said, conditions, line)
        query, pattern = patterned(intent.query, self._words)
        if pattern and not any(attributes_of(pattern) == attributes_of(each) for each in asked):
            intent = dataclasses.replace(intent, query=query, filters=(*intent.filters, pattern))
            words = " ".join(part for part in (words, SAYS["patterned"][language_of(line)]) if part)
        if left := [
            each for each in negated_moods(line) if (antonym(each) or each) not in said and not self._tells(each)
        ]:
            untold = self._acts.about_catalogue("mood untold", language_of(line), moods=" or ".join(left))
        return intent, words, untold

    def _usable(self, conditions: Sequence[str], filters: Sequence[str]) -> tuple[str, ...]:
        """Those that leave enough; none where no kind that is wanted does, whatever is left out."""
        left = tuple(each for each in conditions if self._enough((*filters, each)))
        wants, has = (any(not excludes(each) for each in held) for held in (conditions, left))
        return left if has or not wants else ()

    def _tells(self, mood: str) -> bool:
        """Whether attributes, texts or kinds of items tell of a mood, or another sentence says that none does."""
        if (
            unwanted_qualities(f"not {mood}")
            or demands_unknown(f"nothing {mood}", self._words)
            or demands_unknown(f"not too {mood}", self._words)
        ):
            return True
        if understand(f"nothing too {mood}", self._words).filters:
            return True
        lexicon, film = Lexicon.of(self._words), wording(self._words).noun == "film"  # a plot tells of other things
        return any(
            lexicon.mentions(word) or (not film and in_descriptions(word, self._words))
            for word in (mood, antonym(mood) or mood)
        )

    def unmet(self, intent: Intent, line: str) -> str:
        """Own that a line demands nothing but what the catalogue does not tell; "" where it demands more, or less.

        Parameters
        ----------
        intent, line
            As of `suited`.
        """
        if intent.filters or intent.comparisons or intent.preferred or not is_vague(intent.query):
            return ""
        return unmet_alone(line, self._words, language_of(line))

    def unread(self, line: str, state: DialogueState) -> str:
        """Own which clauses of a line in Chinese nothing goes by: no attribute holds them, and no word of English.

        Parameters
        ----------
        line, state
            As of `suited`.

        Returns
        -------
        str
            "" where there are none.
        """
        lacking: tuple[str, ...] = ()
        if not re.search(r"不用|[看买读]过|不要|算了", line):
            lacking = tuple(
                SAYS["absent unknown"]["zh"].format(title=each) for each in unlisted_titles(line, self._words)
            )
        if ERA_OF_PEOPLE.search(line) and not re.search(r"\d\d|\bold\b|classic", line):
            return SAYS["era untold"][language_of(line)]
        parts = [bare_clause(part) for part in clauses(line)]
        if language_of(line) == "en" or len(parts) < 2:
            return "".join(lacking)
        left = [part for part in parts if not (_NOT_ASKED.search(part) or self._reads(part, state))]
        return "".join((*lacking, *(SAYS["unread"]["zh"].format(what=plain(part)) for part in left[:1])))

    def _reads(self, part: str, state: DialogueState) -> bool:
        """Whether a clause in Chinese says what a list goes by, or nothing."""
        intent = understand(part, self._words)
        told = intent.action != "ask" or intent.filters or intent.comparisons or intent.leanings or intent.preferred
        if (
            told
            or _TELLS_CHINESE.fullmatch(part)
            or is_vague(without_situation(part))
            or not re.search(r"\w", without_any(part))
            or audience_of(part)
            or demands_unknown(part, self._words)
            or refusals(part)[1]
            or unwanted_qualities(part)
        ):
            return True
        gloss = in_english(part, self._words)
        said = gloss and (gloss != part or Lexicon.of(self._words).mentions(part))
        talks = self._acts.moves(part, state)["talk"] >= MIN_TALK
        return bool(said or talks or moods(part, (), self._words)[1] or cues.SURPRISE.search(part))

    def _enough(self, conditions: Sequence[str]) -> bool:
        return int(parse_where(" and ".join(conditions), self._words).mask(self._words).sum()) >= MIN_IN_MOOD

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


def with_ends(line: str, listed: int) -> str:
    """Write the place of the item at an end of a list: "not the one at the top".

    Parameters
    ----------
    line
        What the person wrote.
    listed
        Number of items of the last list.

    Returns
    -------
    str

    Examples
    --------
    >>> with_ends("not the one at the top", 5), with_ends("the bottom one", 5), with_ends("the top one", 0)
    ('not number 1', 'number 5', 'the top one')
    """
    return _AT_END.sub(lambda at: f"number {1 if at['top'] or at['first'] else listed}", line) if listed else line


def _for_moods(said: str, conditions: Sequence[str], line: str) -> str:
    """Say by which kinds a list goes for what no attribute says, and what counts as old."""
    language = language_of(line)
    wanted = [each for each in conditions if not excludes(each)]
    years = [each for each in wanted if "year" in attributes_of(each)]
    kinds = list(dict.fromkeys(value for each in wanted if each not in years for value in values_of(each)))
    words = []
    if said and kinds and not all(each.casefold() in said.casefold() for each in kinds):
        own = [_PURPOSE.sub("", each) for each in plain(in_own_words(said, line)).split(", ")]
        own = [each for each in own if not re.match(r"(?:no|not|nothing|without|less)\b|不|别", each)] or own
        quoted = ("”、“" if language == "zh" else "” and “").join(own)
        told = several(kinds[:SHOWN_KINDS], language)
        words.append(SAYS["in mood"][language].format(mood=quoted, kinds=told))
    words += [SAYS["old"][language].format(year=values_of(each)[0]) for each in years]
    return ("" if language == "zh" else " ").join(words)


def without_ruled_out(query: str, refused: Sequence[str]) -> str | None:
    """Take what is ruled out by one word out of the words of before.

    Parameters
    ----------
    query
        Of the list before, and of the line.
    refused
        What the line has just ruled out.

    Returns
    -------
    str or None
        None where nothing is left.

    Examples
    --------
    >>> without_ruled_out("a comedy with songs", ["songs"])
    'a comedy with'
    """
    said = [content_words(what) for what in refused]
    if not (words := "|".join(re.escape(each[0]) for each in said if len(each) == 1)):
        return query
    left = re.sub(rf"\b(?:{words})(?:s|es)?\b", " ", query, flags=re.I)
    return " ".join(left.split()).strip(" ,;") or None
