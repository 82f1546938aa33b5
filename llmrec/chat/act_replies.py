"""Replies to lines that ask for no list: greetings, questions about items and the history, complaints, what is to last.

Acts are read by a small model (`llmrec.chat.nlu.acts`). It decides nothing alone that a search could be lost by: a line
gets such a reply only where the rules read no condition in it and the model is sure, or where it finds an act likely and
the words of the line give the same one away.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import attribute_noun
from llmrec.catalog.wording import plain, wording
from llmrec.chat.answers import about_item, compared, from_history, in_catalogue, of_history, unmet_demands
from llmrec.chat.descriptions import memory, recap
from llmrec.chat.nlu.acts import MOVES, SHORT_LINE, ActReading, act_reader
from llmrec.chat.nlu.intent import THAT, THESE, Intent
from llmrec.chat.nlu.languages import chinese_conditions, language_of, sentences, unread_language
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.questions import (
    FACTS,
    QUALITIES,
    demands_unknown,
    items_named,
    places_beyond,
    refers_to_topic,
    seeks,
    superlative,
)
from llmrec.chat.nlu.reactions import Reaction
from llmrec.chat.nlu.references import find_title, sequels
from llmrec.chat.state import DialogueState, stated_pairs
from llmrec.chat.withdrawals import Withdrawal, lasting_conditions, withdrawal
from llmrec.chat.wordings import ATTRIBUTES, LANGUAGES, NOUNS, SAYS, SHORT
from llmrec.chat.wordings import QUALITIES as QUALITY_WORDS
from llmrec.errors import BadInput
from llmrec.retrieval.filters import attribute_kinds

_ASIDES = ("off_topic", "small_talk", "complain")
"""Acts that need no more than the model and a word that gives them away, whatever move the line seems to make."""
_SEARCHES = frozenset(
    (
        "request",
        "preference",
        "critique_attribute",
        "critique_compare",
        "critique_example",
        "answer",
        "remember",
        "seen",
    )
)
"""Acts of which one that is sure keeps a line from a short reply."""
_CUES = {
    "greet": r"^(?:hi|hey|hello|hiya|yo|good (?:morning|evening|afternoon))\b|^(?:你好|您好|嗨|哈喽|早上好|晚上好|在吗)",
    "thank": r"\bthanks?\b|\bthx\b|\bcheers\b|谢|多谢|辛苦",
    "end": r"\b(?:bye|goodbye|good night|see you|see ya|that'?s all|that will be all|i'?m done)\b|再见|拜拜|晚安|下次再|不聊了",
    "small_talk": r"\b(?:how are you|are you (?:a |an )?(?:robot|human|real|bot|ai|person|machine|chat ?gpt|gpt|siri|alexa)|your name|who are you|haha|lol)\b|你是谁|你叫什么|"
                  r"哈哈|你是机器人|你几岁",
    "off_topic": r"\b(?:weather|recipe|football|stocks?|capital of|homework|taxes|translate|president|flight|python code)\b|"
                 r"天气|股票|做饭|菜谱|作业|机票|首都",
    "harmful": r"\b(?:pirate|torrent|hack|bomb|steal|stolen|idiot|stupid|ignore (?:your|previous)|system prompt|password)\b|"
               r"破解|盗版|偷|炸|忽略|白痴|傻",
    "complain": r"\b(?:useless|terrible|awful|rubbish|garbage|crap|hopeless|worst|stupid|annoying|pathetic|bad at this|"
                r"not listening|doesn'?t work|waste of time)\b|没用|垃圾|什么玩意|烂|差劲|投诉|听不懂",
    "unclear": r"^[^\w]*$|^(?=\w{4,}$)[^aeiouy\d\s]+$|^(\w{1,3})\1+$",
    "ask_item": r"^(?:is|are|does|do|did|was|were|has|can|who|how|what|when|where)\b|what'?s|\?\s*$|[吗么呢??]|谁|多长|讲什么|哪年",
    "compare": r"\bcompare|\bversus\b|\bvs\b|\bwhich\b|\bor\b.*\?|difference between|比较|对比|哪个|哪部|哪本|还是.*[??]?$|区别",
    "ask_history": r"\b(?:did|have|had|do) i\b|\bmy history\b|\bi (?:last|previously) (?:watch|buy|bought|saw|read)|我.*(?:看过|买过|读过|听过)|"
                   r"我(?:上次|最近|之前|以前)",
    "accept": r"\b(?:perfect|i'?ll (?:take|watch|go with|get) (?:it|that|the)|sounds (?:good|great|perfect)|sold)\b|就这个|就它|就要这",
    "why": r"\bwhy\b|how come|what makes you|how did you (?:pick|choose|come)|为什么|为啥|凭什么|凭啥|怎么会推荐",
}  # fmt: skip
"""Act -> words that give it away."""
_PATTERNS = {act: re.compile(words, re.I) for act, words in _CUES.items()}
QUESTIONS = frozenset(("ask_item", "compare", "ask_history", "why"))
"""Acts of which the words of a line must give one away, however sure the model is."""
_WHOLE_LINES = {
    "greet": r"(?:hi|hey|hello|hiya|yo|sup|good (?:morning|evening|afternoon|day))(?: there| all| again)?|你好|您好|嗨|哈喽|早上好|晚上好|在吗",
    "thank": r"(?:ok |great |perfect |many )?(?:thanks?|thank you|thx|cheers|ta)(?: you| a lot| so much| very much| a million| again)*|"
             r"(?:好的?|太好了)?(?:多?谢谢?|感谢|辛苦)(?:你|您)?(?:了|啦)?",
    "end": r"(?:ok |thanks |thank you |that'?s all |see you )*(?:good)?(?:bye|night|see you|see ya|later)(?: bye| then| now| for now)*|"
           r"(?:谢谢|好的?)?(?:再见|拜拜|晚安|下次再聊|下次见)(?:啦|了)?",
    "complain": r"(?:you(?: are|'?re)|this is|that(?: is|'?s)) (?:so |really |completely |totally |just |pretty )?(?:useless|terrible|awful|"
                r"rubbish|garbage|hopeless|crap|stupid|bad|no help|annoying|pathetic|not helping|a joke)(?: at this)?|"
                r"你?(?:真|太|好|这么|简直)?(?:没用|差劲|笨|垃圾|烂)(?:了|死了)?",
    "unclear": r"(?=[a-z]{5,}$)[^aeiouy]+",
    "accept": r"(?:(?:ah|oh|yes|ok|now)[, ]+)*(?:that'?s|this is|much|these are|now that'?s|way) (?:so |much |way |a lot |what i )?(?:better|"
              r"more like it|good|great|perfect|fine|nice|it|meant|wanted|want)|(?:这|这次|这样)?(?:好多了|不错|挺好)的?|(?:ok|okay|fine|great|perfect|good|nice|cool|sounds good|alright|all right)|好的?|嗯|可以|行",
}  # fmt: skip
"""Act -> lines that are nothing else; they need no model."""
_WHOLE = {act: re.compile(words, re.I) for act, words in _WHOLE_LINES.items()}
_PLACES_ALONE = re.compile(
    r"(?:compare |which (?:is|one)?,? ?|should i (?:take|watch|get|buy) |第)?#?\d{1,2}(?:个|部)?\s*(?:or|vs\.?|versus|and|with|还是|和|跟|或)\s*"
    r"第?#?\d{1,2}(?:个|部)?[\s?.!??]*(?:哪个.*|比较.*|对比.*)?",
    re.I,
)
_QUESTION = re.compile(
    r"(?:(?:so|and|but|ok|hm+|well)[, ]+)*(?:is|are|was|were|does|do|did|has|who|who's|how|when|where|what|what's|which|whose)\b"
    r"(?! (?:about (?:a|an|some|something|the|\d|[a-z]+s\b)|else(?! (?:is|was|stars?|plays|acts|directed|in)\b)|there|you|we|i|do i|are you|do you|can|could|should|would)\b)|"
    r".*(?:[吗么呢谁?]|多长|讲什么|哪年|多少钱)",
    re.I,
)
"""How a question begins that asks for no list."""
_ANOTHER = re.compile(
    r"\b(?:another|similar|more like|others?|else|instead|recommend|suggest|sequel)\b|类似|推荐|换", re.I
)
_HOW_MANY = re.compile(
    r"how many (?:of (?:these|them|those|the list)|here|in (?:the|this|your) list)\b|(?:这些|里面|其中)(?:里|中)?(?:有)?几",
    re.I,
)
_REQUESTS = re.compile(
    r"(?:看|买|读|听|穿|选|推荐|挑)(?:点|个|些)?(?:什么|哪|啥)|推荐|来[点个部本]|\bwhat (?:should|shall|could|can) i\b|"
    r"^(?:(?:hi|hey|hello|ok|please|now|then)[,.! ]*)?(?:something|anything|recommend|suggest|show me|find me|give me|i want to (?:see|watch|read|laugh|cry))\b",
    re.I,
)
"""Words that ask for a list, whatever else a line does."""
MIN_LIST, MIN_LIST_FIRST = 0.5, 0.25
"""Probability from which a line wants a list, and from which one does that opens, or in which the rules read a condition."""
_RECAP = re.compile(
    r"\b(?:recap|summari[sz]e what|sum up (?:what|my)|what (?:are you filtering|(?:did|have) i (?:say|said|ask|asked|told|tell)|"
    r"have you (?:got|noted|understood)|(?:rules|conditions) (?:hold|are|do))|(?:what are|which are|list) my (?:rules|conditions|filters)|"
    r"still (?:appl(?:y|ies)|hold|count|on|in force))\b(?!.*\blast time\b)|总结一下条件|现在(?:有)?(?:什么|哪些)条件|还算数吗|还记得我说的",
    re.I,
)
"""What asks which conditions hold."""
_MEMORY = re.compile(
    r"\b(?:what (?:all )?(?:do|did|have) you (?:already |really )?(?:know|remember|learn(?:ed|t)?|keep|store|kept|stored|noted)(?: so far)?(?: (?:about|of) "
    r"(?:me|us)|$|[ ?.!]*$| (?:i|we) (?:said|like|told))|what (?:have|did) (?:i|we) (?:told|tell) you|what (?:i've|i have|we've) told you|"
    r"what (?:rules|preferences|likes|dislikes) do (?:i|we) have|what (?:are|were) (?:my|our) (?:likes|dislikes|preferences)|"
    r"do you (?:still )?(?:know|remember) (?:me\b|my (?:rules?|preferences?|likes?|dislikes?|taste)|what (?:i|we))|what(?: is|'s) my taste|"
    r"remind me (?:of )?what|(?:my|our) profile|what data|do you (?:even )?know (?:who|how old|where|what) i\b)|(?:你|您).{0,3}(?:知道|了解|记得|记住|晓得).{0,4}我(?!们?(?:想要|要找))|记得.*(?:对什么|说过|讲过|告诉)|"
    r"我(?:都)?(?:说过|告诉过你|讲过)(?:些)?什么|我的(?:规则|喜好|偏好)",
    re.I,
)
"""What asks what is known of the person."""
_WHY_NOT = re.compile(
    r"(?:(?:but|and|so|ok|hm+|hey|wait)[, ]+)*(?:why|how come)\b(?:.*?\b(?:is|are|was|were|did|do|does|have|has)?(?:n't| not)\b)"
    r"(?: (?:you|there|in (?:there|it|the list)))?(?: (?:show|shown|recommend(?:ed)?|suggest(?:ed)?|listed?|give|given|include[d]?|offer(?:ed)?))?(?: (?:me|us))?"
    r"(?P<after>.*?)[\s?.!]*|"
    r"(?:(?:but|and|so|ok|hm+|hey|wait)[, ]+)*why (?:did|do|have|would) you (?:leave|left|keep|kept) (?:out|away) (?P<out>.+?)[\s?.!]*|"
    r"(?:为什么|为啥|怎么|咋)(?:没有?|不(?:推荐?|给我|出现)|没推荐?|没出现)(?P<chinese>.+?)[\s??。呢吗]*|where(?: is| are|'s) (?P<where>.+?)[\s?.!]*",
    re.I,
)
"""What asks why something is not in the list."""
_IN_LIST = re.compile(
    r"(?:(?:so|and|but|wait|hey|lol|bruh|dude)[, ]+)*(?:is|isn't) (?P<title>(?!(?:there|it|that|this)\b).+?)(?: even| actually)? (?:in|on|among) (?:there|here|(?:the|your|my|this|that|these)(?: (?:list|results?|ones))?)[\s?.!]*",
    re.I,
)
_PLACE_OF_LIST = re.compile(
    r"\b(?:in|on) (?:there|it|here|(?:the|your|my|this|that) (?:list|results?))|\b(?:there|here|listed|included|shown|recommended|suggested|an option|"
    r"before|then|among (?:them|these)|one of (?:them|these))\b|\b(?:a|an|the|any) (?=\w+ ones?\b)|\b(?:showing|shown|show|recommend(?:ed|ing)?|me|you|being)\b",
    re.I,
)
_ANY_LIST = re.compile(
    r"(?:(?:ok|please|just|go on|so)[,.! ]*)*(?:surprise me|what(?: is|'s| would be) (?:good|right|best) for (?:me|us)|what do you recommend|what(?:'?s| is) good(?: (?:tonight|today|here|then))?)(?: then)?[\s?.!]*",
    re.I,
)
"""What wants a list, whatever it is of."""
_ABLE = re.compile(
    r"(?:(?:so|hi|hey|hello)[, ]+)*(?:what (?:can|do) you do(?: for me)?|how does (?:this|it) work|what can i (?:say|ask)|help(?: me)?)[\s?.!]*|(?:你|您)(?:能|会|可以)(?:做|干)(?:些)?什么[??]*|怎么用[??]*",
    re.I,
)
"""What asks what can be said here."""
_THERE = re.compile(
    r"\b(?:do (?:you|they) (?:have|stock|sell)|have you got|you got|got|is there|in (?:there|here|it|the catalogue|stock))\b|有没有|有吗|有冇|在不在",
    re.I,
)
"""What asks whether an item is in the catalogue."""
_HAVE_TITLE = re.compile(
    r"\b(?:do you (?:even )?(?:have|stock|sell)|have you got|is there)(?i: the film| the movie| the book)? "
    r"(?P<title>[A-Z][\w'.-]*(?: (?:of|the|and|in|a|an|to|for|with|[A-Z\d][\w'.:-]*))*)(?= at all| in (?:there|here)| anywhere|[\s?.!]*$)|"
    r"^(?:(?:and|so|ok|but|or)[, ]+)*do you (?:even )?have (?!(?:any|some|an?|more|others?|another|anything|something|ones?|"
    r"the same|it|that|th[eo]se|this|films?|movies?)\b)(?P<lower>[a-z][\w'-]*(?: [\w'-]+){0,4}?)(?: at all)?[\s?.!]*$|"
    r"《(?P<chinese>[^》]+)》.{0,3}(?:有吗|有没有|在吗)|有没有《(?P<zh>[^》]+)》[?吗]*$"
)
"""A title that is asked for, as it is written."""
_KNOWN = re.compile(
    r"\b(?:(?:i|we|she|he|they)(?:'ve| have|'s| has| had)? (?:already |both |all |just )?(?:seen|watched|own|owned|read|bought)|"
    r"(?:already |have |has )(?:seen|watched|own|read|bought)|seen|own it|i know (?:it|that|them)|been there|"
    r"watched (?:it|that|the)|on dvd|done .{1,40}to death|(?:a hundred|many|too many|a million|\d+) times|know .{1,40}by heart|i(?:'ve| have) got)\b(?! (?:to|no|a|an|any|the idea)\b)|[看读买听用睇]过|[看讀買聽用睇]過|已经有",
    re.I,
)
"""What says of items that they are known."""
_KNOWN_ALONE = re.compile(
    r"(?:(?:already|i'?ve|i have|yes|oh|ha|all|both|christ|ok)[, ]*)*(?:seen|own it|know it|read|got)(?:[, ]+(?:seen|it|them|that|all|both|already|"
    r"christ|obviously|obvs|lol|that one|them all))*[\s.!]*|(?:都|我)?(?:看|读|买|听)过(?:了|啦)?(?:[,,。! ].{0,6})?",
    re.I,
)
_UNWANTED = re.compile(
    r"\b(?:skip|remove|drop|hide|without|leave out|not|no|never(?! heard)|swap|replace|lose|take out|still (?:there|in there|here|on the list|listed)|"
    r"(?:are|is) (?:literally|both|still) |looks? (?:mid|bad|boring|awful|dull|lame)|sucks?|sucked)\b|去掉|不要|换掉|跳过|别推|算了|除外",
    re.I,
)
_ALIKE = re.compile(
    r"\b(?:something|anything|ones?|more|films?|movies?|stuff|things) like\b|^like\b|\bsimilar to\b|"
    r"\b(?:kind|sort|type|line) as\b|\b(?:vein|style|spirit) of\b|\bclose to\b|像|类似",
    re.I,
)
"""By which a title is an example, and not turned down."""
_MEANT = re.compile(
    r"\bi (?:mean|meant|asked|said)\b(?! (?:no|not|without|skip)\b)|\b(?:what'?s|which(?:'s| is| one)?|who'?s|how) (?:better|older|"
    r"newer|longer|shorter|good|old|long|is|are|was)\b|\bput (?:.{1,40} )?back\b",
    re.I,
)
"""What corrects, or asks, beside a "no"."""
_WHAT_ABOUT = re.compile(r"(?:^|[,.!] )(?:and |so |ok )?(?:what|how) about\b", re.I)
_ASKS = re.compile(
    r"(?:(?:and|so|ok|lol|dude|sick|cool|nice|hm+|but|also)[,. ]+)*(?:wh?[ua]ts?|what'?s|who'?s?|which|how|when)\b",
    re.I,
)
"""How a question begins, as people type it who set no question mark."""
_UNWANTED_ALONE = re.compile(
    r"(?:ok|then|hm+|no|well|better|just)?[, ]*(?:skip|remove|drop|hide|leave|swap|replace) (?:it|that|that one|this one)(?: (?:out|then|to be safe|"
    r"please|for another))*[\s.!]*|那?就?(?:去掉|换掉|不要|换一个|换一本|换一部|跳过)(?:它|这个|那个)?(?:吧|了)?[。! ]*",
    re.I,
)
_KEEPS = re.compile(r"\b(?:keep|rest|yes|take)\b|留|保留|其他", re.I)
MAX_NAMED = 3
"""Titles beside the list that one line may name as known."""
_WHY_CHINESE = re.compile(
    r"(?:为什么|为啥|凭什么|怎么会?)(?!没|不)(?:你|您)?(?:要|会|给我)?(?:选|推荐|挑|把|是|给|第.{1,3}排|排)"
)
_MOST = re.compile(
    r"\b(?:funniest|scariest|saddest|goriest|bloodiest|most (?:funny|romantic|violent|scary|sad)|best for (?:kids|children))\b|最(?:好笑|搞笑|恐怖|吓人|浪漫|感人|暴力)",
    re.I,
)
_BOTH = re.compile(r"\b(?:both|the pair|all (?:of them|three|four|five))\b|两个都|都要|全要", re.I)
_SENTENCES = re.compile(r"[.!?]\s+\w|[。!?]\s*\w")
_BYE = re.compile(r"\b(?:bye|goodbye|good night|see you|see ya)\b|再见|拜拜|晚安", re.I)


@dataclass(frozen=True, slots=True)
class ActReply:
    """A reply without a list.

    Parameters
    ----------
    text
        Its words; "" where reasons are wanted.
    topic
        Id of the item that it is about.
    why
        Whether the reasons of `topic` are wanted.
    ends
        Whether the person ends the conversation.
    takes
        Ids of the items that the person takes; the text is to name them.
    """

    text: str = ""
    topic: str | None = None
    why: bool = False
    ends: bool = False
    takes: tuple[str, ...] = ()


class ActReplies:
    """What answers lines by their acts.

    Parameters
    ----------
    catalog
        The items that the conversation is about.
    offered
        Ids of those that can be recommended.
    words
        The items by whose titles and values a line is read.
    """

    def __init__(self, catalog: Catalog, offered: Container[str], words: Catalog) -> None:
        self._catalog, self._offered, self._words = catalog, offered, words

    def reply(self, line: str, intent: Intent, state: DialogueState, history: Sequence[str]) -> ActReply | None:
        """Answer a line that asks for no list.

        Parameters
        ----------
        line
            What the person wrote.
        intent
            What the rules read.
        state
            What the conversation has come to.
        history
            Ids of the person's items, oldest first.

        Returns
        -------
        ActReply or None
            None for a line that is to be read as the rules read it.
        """
        if intent.action != "ask":
            return None
        conditions = bool(intent.filters or intent.comparisons)
        if not conditions and (unread := unread_language(line)) and not self._named(line, state):
            return ActReply(LANGUAGES[unread])
        if _ANY_LIST.fullmatch(line.strip()) or (seeks(line) and not self._named(line, state)):
            return None
        if conditions and _WHAT_ABOUT.search(line) and not self._named(line, state):
            return None
        if _ABLE.fullmatch(line.strip()):
            return ActReply(SAYS["able"][language_of(line)])
        if _MEMORY.search(line) and not (conditions and _SENTENCES.search(line)):
            return ActReply(plain(memory(state, history, self._catalog, language_of(line))))
        if _RECAP.search(line) and state.last is not None:
            return ActReply(plain(recap(state, self._catalog, language_of(line))))
        if conditions and _SENTENCES.search(line):
            return None  # a question, and then a search
        if conditions and len(line) <= SHORT_LINE and not re.search(r"[??吗呢]", line):
            return None  # "毛衣": nothing but what is wanted
        if _PLACES_ALONE.fullmatch(line.strip()) and (answer := self._comparison(line, state)):
            return answer
        if _HOW_MANY.search(line) and (answer := self._counted(line, state)):
            return answer
        bare = re.sub(r"[^\w']+", " ", line).strip()
        if whole := next((act for act, pattern in _WHOLE.items() if pattern.fullmatch(bare)), ""):
            return self._say(whole, line, state)
        if of_history(line):
            named = self._named(line, state) or ((state.topic,) if state.topic and refers_to_topic(line) else ())
            return ActReply(plain(from_history(line, history, self._catalog, language_of(line), named)))
        if not conditions and (answer := self._whether_there(line, state)):
            return answer
        if _WHY_CHINESE.match(line) and state.last and state.last.items:
            of = (*self._named(line, state), *([state.topic] if state.topic else ()), *state.last.items)
            return ActReply(topic=next(id for id in of if id in state.last.items), why=True)
        if _QUESTION.match(line) and not _ANOTHER.search(line):
            if "awards" in demands_unknown(line, self._words):
                return ActReply(plain(self.unmet(line, language_of(line))))
            if answer := self._plain_question(line, state):
                return answer
        if _MOST.search(line) and state.last is not None and (answer := self._comparison(line, state)):
            return answer
        reading = self.reading(line, state)
        if reading is None:
            return None
        aside = [act for act in _ASIDES if act in reading.acts and _PATTERNS[act].search(line)]
        if aside and not conditions and not _REQUESTS.search(line):
            return self._say(aside[0], line, state)
        if not conditions and _sure("harmful", reading, line):
            return self._say("harmful", line, state)
        if _sure("ask_history", reading, line):
            return ActReply(plain(from_history(line, history, self._catalog, language_of(line))))
        if _sure("compare", reading, line) and (answer := self._comparison(line, state)):
            return answer
        if _sure("ask_item", reading, line) and not _ANOTHER.search(line) and (answer := self._item(line, state)):
            return answer
        moves = self.moves(line, state)
        least = MIN_LIST_FIRST if conditions or (state.last is None and not state.short_replies) else MIN_LIST
        if _REQUESTS.search(line) and moves["question"] < MIN_LIST:
            least = 0.0
        if conditions and moves["list"] >= least:
            return None
        if _sure("why", reading, line) and state.last and state.last.items:
            named = (
                self._named(line, state)
                or tuple(id for id in state.last.items if id == state.topic)
                or state.last.items
            )
            return ActReply(topic=named[0], why=True) if named[0] in state.last.items else None
        if moves["list"] >= least:
            return None
        return (None if conditions else self._short(line, reading, state)) or self._by_move(line, reading, moves, state)

    def reading(self, line: str, state: DialogueState) -> ActReading | None:
        """Read the acts of a line, after the last list.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        ActReading or None
            None where there is no model.
        """
        reader = act_reader()
        listed = state.last.items if state.last else ()
        titles = (self._catalog.item(id).title for id in listed if id in self._catalog.row)
        return reader.read(line, " ".join(f"{n}. {title}" for n, title in enumerate(titles, 1))) if reader else None

    def moves(self, line: str, state: DialogueState) -> Mapping[str, float]:
        """Tell what a line wants in return.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        mapping of str to float
            Each of `llmrec.chat.nlu.acts.MOVES` -> its probability; a list for certain where there is no model.
        """
        reader = act_reader()
        opens = state.last is None and not state.short_replies
        return reader.moves(line, opens) if reader else {**dict.fromkeys(MOVES, 0.0), "list": 1.0}

    def lasting(self, line: str, intent: Intent, state: DialogueState) -> tuple[str, ...]:
        """Find the conditions of a line that hold until they are taken back.

        Parameters
        ----------
        line, intent, state
            As for `reply`.

        Returns
        -------
        tuple of str
            Of the conditions that the rules read: exclusions where the line says that they last, and all of them where
            it says so of what is wanted ("my budget is 50", "always under two hours").
        """
        return lasting_conditions(line, intent, lambda: self._finds("remember", line, state, certainly=True))

    def withdrawn(self, line: str, state: DialogueState) -> Withdrawal | None:
        """Find what a line takes back of what holds ("musicals are fine again").

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        Withdrawal or None
        """
        return withdrawal(line, state, self._words, lambda: self._finds("undo", line, state))

    def _finds(self, act: str, line: str, state: DialogueState, certainly: bool = False) -> bool:
        """Whether the model finds an act in a line; True of what it is asked where there is no model."""
        reading = self.reading(line, state)
        if reading is None:
            return not certainly
        return act in (reading.confident if certainly else reading.acts)

    def reaction(self, line: str, state: DialogueState) -> Reaction | None:
        """Read that a line says of items that it names that they are known or not wanted, in whatever words.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        Reaction or None
            None where the line does not say so, or asks.
        """
        listed = state.last.items if state.last else ()
        kind: Literal["seen", "reject"] | None = (
            "seen" if _KNOWN.search(line) else "reject" if _UNWANTED.search(line) else None
        )
        if kind is None or not (listed or kind == "seen") or "?" in line:
            return None
        if kind == "reject" and (_ALIKE.search(line) or _ASKS.match(line) or _MEANT.search(line)):
            return None
        named = self._named(line, state)
        unwanted = _UNWANTED.search(line)
        if kind == "reject" and unwanted:  # "me and the wife want something, not too violent" names no film
            after = self._named(line[unwanted.start() :], state)
            named = tuple(id for id in named if id in listed or id in after)
        if kind == "seen" and not named and listed and _KNOWN_ALONE.fullmatch(line.strip()):
            return Reaction("seen", (THAT,) if state.topic in listed else (THESE,))
        moves = self.moves(line, state)
        if kind == "reject" and not named and state.topic in listed and _UNWANTED_ALONE.fullmatch(line.strip()):
            return Reaction("reject", (THAT,))
        if kind == "reject" and (moves["accept"] > moves["list"] or _KEEPS.search(line)):
            return None
        if not named or len(named) > len(listed) + MAX_NAMED or moves["question"] > max(moves["list"], moves["talk"]):
            return None
        named = tuple(dict.fromkeys((*named, *(id for each in named for id in sequels(each, self._words)))))
        subjects = tuple(str(listed.index(id) + 1) if id in listed else self._catalog.item(id).title for id in named)
        return Reaction(kind, subjects, line if kind == "reject" else "")

    def absent_subject(self, line: str, state: DialogueState) -> str | None:
        """Read of what a line asks why the last list does not have it.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        str or None
            Its words; None where the line asks something else.
        """
        for sentence in parts if len(parts := sentences(line)) > 1 else ():
            if self._named(sentence, state) and (subject := self.absent_subject(sentence, state)) is not None:
                return subject
        if listed := _IN_LIST.fullmatch(line.strip()):
            return listed["title"]
        match = _WHY_NOT.fullmatch(line.strip())
        if match is None or (match["where"] is not None and not self._named(line, state)):
            return None
        if match["chinese"]:
            return match["chinese"].strip("《》")
        if match["out"]:
            return match["out"]
        words = re.sub(r"^(?:(?:but|and|so|ok|hm+|hey|wait)[, ]+)*(?:why|how come)\b", " ", match[0], flags=re.I)
        words = re.sub(r"^\W*(?:is|are|was|were|did|do|does|have|has)?(?:n't| not)?\b|\b(?:is|was|are)(?:n't| not)\b|\bnot\b|^where(?:'s| is)", " ",
                       words.strip(), flags=re.I)  # fmt: skip
        return " ".join(_PLACE_OF_LIST.sub(" ", words).split()).strip(" ?.!") or "that"

    def named(self, line: str, state: DialogueState) -> tuple[str, ...]:
        """Find the items that a line names by their place in the last list or by their title.

        Parameters
        ----------
        line, state
            As for `reply`.

        Returns
        -------
        tuple of str
            Ids.
        """
        return self._named(line, state)

    def _named(self, line: str, state: DialogueState) -> tuple[str, ...]:
        listed = state.last.items if state.last else ()
        return items_named(line, listed, self._words, self._offered)

    def _counted(self, line: str, state: DialogueState) -> ActReply | None:
        """Tell how many items of the last list have a value that a line names."""
        listed = [self._catalog.item(id) for id in (state.last.items if state.last else ()) if id in self._catalog.row]
        pairs = {
            (name, value) for mention in Lexicon.of(self._words).mentions(line) for name, values in mention.readings
            for value in values
        }  # fmt: skip
        pairs |= {(name, v) for each in chinese_conditions(line, self._words)[1] for name, v in stated_pairs(each)}
        if not listed or not pairs:
            return None
        having = [
            item.title for item in listed
            if any(value in (held if isinstance(held := item.attributes.get(name), tuple) else (held,)) for name, value in pairs)
        ]  # fmt: skip
        language = language_of(line)
        joint = "、" if language == "zh" else ", "
        told = f"{SAYS['colon'][language]}{joint.join(having)}" if having else ""
        return ActReply(plain(SAYS["counted"][language].format(count=len(having), of=len(listed), titles=told)))

    def _whether_there(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer whether a title that the last list does not have is in the catalogue."""
        if not _THERE.search(line) or _ANOTHER.search(line):
            return None
        named = self._named(line, state)
        if not named:
            return self._unknown_title(line)
        if len(named) != 1 or named[0] in (state.last.items if state.last else ()):
            return None
        item = self._catalog.item(named[0])
        return ActReply(plain(in_catalogue(item, self._catalog, language_of(line))), item.id)

    def _unknown_title(self, line: str) -> ActReply | None:
        """Say that a title that a line asks for is none of the catalogue's."""
        match = _HAVE_TITLE.search(line)
        found = (match[name] for name in ("title", "lower", "chinese", "zh")) if match else ()
        title = next((each for each in found if each), "")
        if not title or Lexicon.of(self._words).mentions(title):
            return None
        language = language_of(line)
        try:
            item = self._catalog.item(find_title(title, self._words))
        except BadInput:
            return ActReply(plain(SAYS["absent unknown"][language].format(title=title)))
        return ActReply(plain(in_catalogue(item, self._catalog, language)), item.id)

    def _plain_question(self, line: str, state: DialogueState) -> ActReply | None:
        """Answer a question of which the words alone say what it asks, and of which item of the list, or of "it"."""
        named = self._named(line, state)
        listed = state.last.items if state.last else ()
        if len(named) == 1 or (not named and places_beyond(line, listed, self._words)):
            return self._item(line, state) if listed else None
        if not named and refers_to_topic(line) and any(fact.question.search(line) for fact in FACTS):
            return self._item(line, state)
        return None

    def _item(self, line: str, state: DialogueState) -> ActReply | None:
        listed = state.last.items if state.last else ()
        language = language_of(line)
        named = self._named(line, state)
        if not named and listed and (place := places_beyond(line, listed, self._words)):
            return ActReply(SAYS["no place"][language].format(place=place))
        if not named and refers_to_topic(line):
            named = tuple(id for id in (state.topic, *listed) if id is not None and id in self._offered)[:1]
        if not named:
            return None
        if len(named) > 1:
            return self._comparison(line, state)
        item = self._catalog.item(named[0])
        answer = about_item(line, item, self._catalog, language)
        return ActReply(plain(answer), named[0])

    def _comparison(self, line: str, state: DialogueState) -> ActReply | None:
        listed = tuple(id for id in (state.last.items if state.last else ()) if id in self._offered)
        named = self._named(line, state)
        if len(named) < 2:
            asks = (
                superlative(line)
                or _MOST.search(line)
                or re.search(r"\bwhich\b|\bwhat'?s the\b|\bwhat is the\b|哪|最", line, re.I)
            )
            if not listed or not asks:
                return None
            named = listed
            if (best := self._most(line, listed)) is not None:
                return best
            if superlative(line) is None:
                text = SAYS["ranked"][language_of(line)].format(title=self._catalog.item(listed[0]).title)
                return ActReply(plain(text), listed[0])
        items = [self._catalog.item(id) for id in named]
        return ActReply(plain(compared(line, items, listed, self._catalog, language_of(line))))

    def _most(self, line: str, listed: Sequence[str]) -> ActReply | None:
        """Answer which of the list is the funniest, scariest or the like, as far as kinds hint at it."""
        asked = _MOST.search(line)
        quality = next((q for q in QUALITIES if asked and q.question.search(asked[0].replace("iest", "y"))), None)
        if quality is None:
            return None
        having = [
            item for id in listed for item in [self._catalog.item(id)]
            if any(
                str(each).casefold() in quality.speaks_for
                for value in item.attributes.values() for each in (value if isinstance(value, tuple) else (value,))
            )
        ]  # fmt: skip
        language = language_of(line)
        words = QUALITY_WORDS[quality.key][language]
        if not having:
            return ActReply(plain(SAYS["most none"][language].format(quality=words)))
        titles = ("、" if language == "zh" else ", ").join(each.title for each in having)
        text = SAYS["most"][language].format(quality=words, titles=titles, title=having[0].title)
        return ActReply(plain(text), having[0].id)

    def _by_move(
        self, line: str, reading: ActReading, moves: Mapping[str, float], state: DialogueState
    ) -> ActReply | None:
        """Answer a line that wants no list by what it wants: an answer, a choice to be noted, or a word."""
        move = max((each for each in moves if each != "list"), key=lambda each: moves[each])
        if move == "accept":
            chosen = self._chosen(line, state)
            return ActReply(takes=chosen) if chosen else self._say("accept", line, state)
        if move == "question" and not _ANOTHER.search(line):
            return self._item(line, state) or self._comparison(line, state) or self._unknown(line)
        if move == "question":
            return None
        said = (act for act in SHORT if act in reading.confident or (act in _PATTERNS and _PATTERNS[act].search(line)))
        act = next((act for act in said if act not in ("accept", "unclear")), "talk")
        return self._say(act, line, state)

    def _chosen(self, line: str, state: DialogueState) -> tuple[str, ...]:
        """Ids of the items that a line takes; the one spoken of last where it names none."""
        listed = tuple(id for id in (state.last.items if state.last else ()) if id in self._offered)
        if named := self._named(line, state):
            return named
        if _BOTH.search(line):
            return listed if re.search(r"\ball\b|全", line, re.I) else listed[:2]
        topic = state.topic if state.topic in self._offered else None
        return (topic,) if topic else ()

    def _unknown(self, line: str) -> ActReply | None:
        """Own that a question is about nothing that the catalogue tells."""
        language = language_of(line)
        if unmet := self.unmet(line, language):
            return ActReply(unmet)
        names = [name for name in attribute_kinds(self._catalog) if not name.endswith(("_id", "_code", "_path"))]
        nouns = [attribute_noun(name) for name in names]
        facts = [ATTRIBUTES.get(each, each) for each in nouns] if language == "zh" else nouns
        if not facts:
            return None
        shown = ("、" if language == "zh" else ", ").join(facts)
        return ActReply(plain(self._say_words("lacks of all", language, facts=shown)))

    def _say_words(self, key: str, language: str, **more: str) -> str:
        """A sentence that speaks of the catalogue's items."""
        noun = wording(self._catalog).noun
        words = {"noun": NOUNS[noun], "nouns": NOUNS[noun]} if language == "zh" else {"noun": noun, "nouns": f"{noun}s"}
        return SAYS[key][language].format(**words, **more)

    def unmet(self, line: str, language: str) -> str:
        """Say what a line demands that the catalogue does not tell, where it says nothing else that could be met.

        Parameters
        ----------
        line
            What the person wrote.
        language
            "en" or "zh".

        Returns
        -------
        str
            "" where it demands nothing like that.
        """
        unmet = unmet_demands(line, self._words, language)
        return plain(f"{unmet} {self._say_words('name another', language)}") if unmet else ""

    def _short(self, line: str, reading: ActReading, state: DialogueState) -> ActReply | None:
        if _REQUESTS.search(line):
            return None
        acts = [act for act in reading.acts if act in SHORT and _sure(act, reading, line)]
        if not acts or reading.confident & _SEARCHES or reading.acts[0] in ("request", "ask_item"):
            return None
        given_away = [act for act in acts if act in _PATTERNS and _PATTERNS[act].search(line)]
        return self._say("end" if "end" in acts else (given_away or acts)[0], line, state)

    def _say(self, act: str, line: str, state: DialogueState) -> ActReply:
        language = language_of(line)
        options = SHORT[act][language]
        noun = wording(self._catalog).noun
        nouns = {"noun": NOUNS[noun], "nouns": NOUNS[noun]} if language == "zh" else {"noun": noun, "nouns": f"{noun}s"}
        return ActReply(
            options[state.short_replies % len(options)].format(**nouns),
            ends=act == "end" and _BYE.search(line) is not None,
        )


def _sure(act: str, reading: ActReading, line: str) -> bool:
    """Whether the words of a line give away an act that the model finds likely, or the model is sure without.

    Of a question words must give it away: people search far more often than they ask.
    """
    cue = _PATTERNS[act].search(line) is not None
    return act in reading.acts if cue else act in reading.confident and act not in QUESTIONS
