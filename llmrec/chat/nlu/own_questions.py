"""What a person asks of their own history: what they are into, which kind they chose most, how they rated an item."""

import re
from dataclasses import dataclass
from typing import Literal

from llmrec.chat.nlu.asides import waves_aside
from llmrec.chat.nlu.normalisation import HALF_WIDTH

Topic = Literal["taste", "most", "count", "rating", "liked", "best", "worst", "mean"]
_I = r"(?:i|we)"
_CHOSE = r"(?:watch(?:ed|ing)?|see|seen|saw|buy|bought|buying|read|reading|order(?:ed)?|choose|chose|chosen|pick(?:ed)?|wear|get|got|go for)"
_STUFF = r"(?:stuff|things?|films?|movies?|books?|clothes|items?|products?|ones?|cinema)"
_KIND = r"(?P<{0}>genres?|kinds?|types?|sorts?|categor(?:y|ies)|styles?|colou?rs?|decades?|eras?|years?|patterns?|brands?|sections?|departments?|authors?|directors?)"
_AFTER = (
    r"(?P<after>(?:[,;]? *(?:going|judging) by [^,.;?!]+|[,;]? *(?:from|by|in|based on|according to|looking at|given) (?:my|what|all|everything)[^,.;?!]*|"
    r"[,;]? *(?:then|really|generally|usually|mostly|so far|overall|in general|do you (?:think|reckon)|if (?:i|we) (?:did|have|rated)[^,.;?!]*|if (?:any|at all)|"
    r"(?:you|u) (?:think|reckon)|(?:please|pls)|tho(?:ugh)?|btw|by the way|anyway|again|lol|(?:please )?count (?:it|them)[^.?!]*))*)"
)
_LEAD = (
    r"(?P<lead>(?:^|(?<=[.!?;,:]) *|\b(?:and|but|so|ok|lol|well|then|plus|hey|hi|hello|um+|hm+|now|wait)\b[, ]*|"
    r"\b(?:i|we) (?:just |only )?(?:asked|mean|meant|said|was asking|am asking|want to know|wanted to know|wonder|would like to know|'d like to know)\b[:, ]*(?:you )?|"
    r"\b(?:tell me|can you (?:tell me|say)|could you (?:tell me|say)|do (?:you|u) know|remind me|guess|say)\b[:, ]*))"
)
_FROM = r"(?:(?:going by|judging by|from|by|in|based on|according to|looking at|given) (?:my|what|all|everything)[^,.;?!:]*?[,:]? +)?"
_QUESTIONS: tuple[tuple[Topic, str], ...] = (
    ("rating",
     rf"(?:what|how|which)(?: (?:score|rating|mark|grade|many stars|stars))? ?(?:did|have|had) {_I} (?:rated?|give|gave|given|score|scored)(?: to)? (?P<rated>(?!(?:the )?(?:highest|best|lowest|worst|most|top)\b)[^,.;?!]+?)|"
     rf"(?:what|which)(?: (?:is|was)|'?s) (?:my|our) (?:own )?(?:rating|score)s? (?:of|for|on) (?P<mine>[^,.;?!]+?)|"
     rf"(?:did|have) {_I} (?:ever |already )?(?:rated?|scored?)(?P<did> [^,.;?!]+?)|how (?:many stars|much) did {_I} give (?P<stars>[^,.;?!]+?)|"
     rf"(?:did|do|have) {_I} (?:really |actually |even )?(?:like|liked|enjoy|enjoyed|love|loved|hate|hated) (?P<liked>(?:the )?(?:\S+ )?[^,.;?!]+?)"),
    ("best",
     rf"(?:what|which)(?: (?:{_STUFF}|one|of (?:them|these|those)))?(?: (?:did|have|do) {_I})? (?:rated?|scored?|give|gave|like|liked|enjoy|enjoyed|loved?)(?: the)? (?:highest|best|the most|most|most highly|top marks|five stars|5 stars|a (?:five|5))|"
     rf"(?:what|which)(?:'?s| is| are| was| were)? ?(?:are )?(?:my|our) (?:highest|best|top)[- ]rated(?: {_STUFF})?|"
     rf"(?:what|which) {_STUFF} did {_I} (?:rate|score|like|love|enjoy) (?:the )?(?:highest|best|most)"),
    ("worst",
     rf"(?:what|which)(?: (?:{_STUFF}|one))? (?:did|have|do) {_I} (?:rated?|scored?|like|liked|hate|hated)(?: the)? (?:lowest|worst|least)|"
     rf"(?:what|which)(?:'?s| is| are| was| were)? ?(?:my|our) (?:lowest|worst)[- ]rated(?: {_STUFF})?"),
    ("mean", rf"(?:what(?:'?s| is| are)|how high (?:is|are)) (?:my|our) (?:average|mean|usual) (?:ratings?|scores?)|how (?:do|did) {_I} (?:usually |normally |generally )?rate (?:{_STUFF}|on average)"),
    ("most",
     rf"{_FROM}(?:what|which)(?:'?s| is| are| r| was| were)? ?(?:are |is )?(?:my|our) (?:all[- ]time )?(?:favou?rite|most[- ](?:watched|bought|read|worn|frequent|common)|top|usual|go[- ]to) {_KIND.format('k1')}|"
     rf"{_FROM}(?:what|which) {_KIND.format('k2')}(?: of (?:{_STUFF}))? (?:do|did|have) {_I} (?:(?:usually|mostly|normally|generally) )?{_CHOSE} (?:the )?(?:most(?: often)?|best)|"
     rf"{_FROM}(?:what|which) {_KIND.format('k3')}(?: of (?:{_STUFF}))? (?:do|did|have) {_I} (?:usually|mostly|normally|generally|tend to|most(?:ly)?(?: often)?) {_CHOSE}|"
     rf"(?:tell|show|give|list)(?: me)? (?:what )?(?:my|our) (?:all[- ]time )?(?:favou?rite|most[- ](?:watched|bought|read|worn)|top|usual) {_KIND.format('k5')}(?: (?:is|are))?|"
     rf"{_FROM}(?:what|which) {_KIND.format('k4')} (?:comes?|is|shows?) (?:up )?(?:the )?most(?: often)?(?: common)? in (?:my|our) (?:history|list|ratings)"),
    ("count",
     rf"how (?:many|much) (?P<what>(?!times|people|stars|of (?:these|those|them)\b)[^,.;?!]+?) (?:have|did|do) {_I} (?:already |ever |actually )?(?:{_CHOSE}|own|owned|have)(?: (?:so far|in all|in total|altogether))?|"
     rf"(?:what|which)(?: {_STUFF})? (?:have|did) {_I} (?:already |ever |actually )?(?:{_CHOSE}) (?P<of>(?:from|in|with|that (?:is|are|was|were)|of) [^,.;?!]+?)|"
     rf"do {_I} (?:ever |usually |generally |often |really |even )?(?:watch|see|buy|read|wear) (?P<habit>(?!(?:it|that|this|them|these|those|number|the|any|one)\b|[#\d])[^,.;?!]+?)(?: (?:much|often|a lot|at all))?"),
    ("taste",
     rf"{_FROM}what (?:do (?:you|u) (?:think|reckon|guess) )?(?:(?:kinds?|sorts?|types?) of )?(?:{_STUFF}|genres?)? ?(?:(?:am i|are we|i'?m|im|we'?re) (?:really |mostly |usually )?(?:into|keen on|fond of)|(?:do )?{_I} (?:really |usually |generally |mostly |seem to |tend to )?(?:like|enjoy|love|prefer)(?: to (?:watch|see|buy|wear|read))?(?! (?:best|most|the most|to|about|it|this|that)\b))|"
     rf"{_FROM}what (?:(?:kinds?|sorts?|types?) of )?(?:{_STUFF})? ?(?:do )?{_I} (?:usually|generally|mostly|normally|typically|tend to) (?:go for|watch|see|buy|wear|read|pick|choose)|"
     rf"{_FROM}what(?:'?s| is| are| would you say is) (?:my|our) (?:(?:film|movie|general|own) )?(?:tastes?|preferences?|style|profile)(?: (?:in|like|for) ?(?:{_STUFF})?)?|"
     rf"{_FROM}what does (?:my|our) (?:history|ratings?|profile|list) (?:say|tell|show)(?: (?:you|about|of)[^,.;?!]*)?|(?:describe|sum up|summari[sz]e) (?:my|our) (?:tastes?|history|viewing)(?: (?:habits|history))?|"
     rf"what (?:do|can|could|would) (?:you|u) (?:say|tell|know) about (?:my|our) tastes?"),
)  # fmt: skip
_READ = tuple(
    (topic, re.compile(rf"{_LEAD}(?P<own>{pattern}){_AFTER}(?P<mark>\s*(?:[.?!]+|$))", re.I))
    for topic, pattern in _QUESTIONS
)
_ME = r"(?:我|咱|我们)"
_GONE = r"(?:看|买|读|听|穿|选|用)"
_KIND_ZH = r"(?P<{0}>类型|种类|类别|题材|颜色|年代|风格|图案|品牌|系列|类)"
_BY_ZH = r"(?:(?:按|根据|从|看|照)(?:我的?|着我)[^,。?]{0,8}(?:记录|历史|评分|数据)?(?:里|来看|看|来说|看来)?[,]?)?"
_QUESTIONS_ZH: tuple[tuple[Topic, str], ...] = (
    ("best", rf"{_ME}(?:给(?:哪|什么)[^,。?]{{0,6}}?(?:打|评)(?:的)?分最高|(?:打|评)分最高的(?:是|有)?(?:哪|什么)[^,。?]{{0,6}}|最高分给了(?:谁|哪[部个件]))"),
    ("worst", rf"{_ME}(?:给(?:哪|什么)[^,。?]{{0,6}}?(?:打|评)(?:的)?分最低|(?:打|评)分最低的(?:是|有)?(?:哪|什么)[^,。?]{{0,6}})"),
    ("mean", rf"{_ME}(?:平均|一般|通常)(?:打|评|给)(?:的)?(?:多少|几)分|{_ME}的平均(?:评)?分(?:是)?(?:多少)?"),
    ("rating", rf"{_ME}(?:之前|以前|当时|上次)?(?:给|对)(?P<rated>[^,。?]+?)(?:打|评)(?:过|了|的)?(?:多少|几|什么)?(?:颗星|分|星)(?:了)?(?:没有|没|吗|么|呢)?|(?P<mine>[^,。?]+?){_ME}(?:之前|以前)?(?:打|评|给)(?:过|了|的)?(?:多少|几)(?:分|颗?星)"),
    ("most", rf"{_BY_ZH}{_ME}(?:平时|一般)?(?:最|都)?(?:喜欢|爱|常)?{_GONE}?(?:的)?(?:是)?(?:哪|什么)(?:一?[种类个些])?{_KIND_ZH.format('k1')}(?:的)?(?:电影|片子?|衣服|东西|书)?(?:{_GONE}?得?最多|最多)?|"
             rf"{_BY_ZH}(?:(?:哪|什么)(?:一?[种类个])?)(?:{_KIND_ZH.format('k2')})?(?:的)?(?:电影|片子?|衣服|东西|书)?{_ME}{_GONE}(?:得|过|的)?最多|"
             rf"{_BY_ZH}{_ME}{_GONE}(?:得|过)?(?:的)?最多的(?:{_KIND_ZH.format('k3')})?(?:是)?(?:哪|什么)(?:一?[种类个])?(?:{_KIND_ZH.format('k4')})?(?:的)?(?:电影|片子?|衣服|东西|书)?|"
             rf"{_BY_ZH}{_ME}最(?:喜欢|爱|常{_GONE})的{_KIND_ZH.format('k5')}(?:是)?(?:什么|哪[个种一]*)?"),
    ("count", rf"{_ME}(?:一共|总共)?(?:都)?{_GONE}过(?:多少|几)[部本个件场](?P<what>[^,。?]+?)(?:了)?"),
    ("taste", rf"{_BY_ZH}(?:你(?:觉得|看|认为))?{_ME}(?:平时|一般|到底|大概|都|会)*(?:的)?(?:喜欢|爱|偏爱|偏好)(?:{_GONE})?(?:什么|哪(?:些|一?[种类]))(?:样|类型|东西|的)*(?:电影|片子?|衣服|书)?|"
              rf"{_BY_ZH}{_ME}(?:的|是什么|是哪种)?(?:口味|品味|喜好|偏好|观影口味)(?:是)?(?:什么|怎么?样|如何|哪种)?(?:样)?的?|(?:总结|说说|分析)(?:一下)?{_ME}的?(?:口味|喜好|偏好|观影记录)"),
)  # fmt: skip
_READ_ZH = tuple(
    (
        topic,
        re.compile(
            rf"(?P<lead>(?:^|(?<=[。!?;,])|我(?:是|就是)?(?:问|说)(?:的是)?[,:]?|你(?:能|可以)?(?:知道|告诉我|说说|觉得|看看)|帮我看看|那|所以|请问|其实)+)(?P<own>{pattern})(?:啊|呀|呢|吗|嘛|来着|数一?数|[,]?你?知道吗|[,]?你?(?:总结|分析|说说)一?下)*(?P<mark>[。?!,]*)(?=$|[^\u3400-\u9fff]|数)"
        ),
    )
    for topic, pattern in _QUESTIONS_ZH
)
_NO_QUESTION = re.compile(
    r"(?:\b(?:i|we) (?:did ?n'?t|did not|never) ask (?:you )?(?:for|about) [^.,;!?]*|\b(?:that'?s|thats|this is|it'?s) not what (?:i|we) (?:asked|meant|wanted)(?: for)?(?: (?:but|and|so) whatever)?|"
    r"\b(?:you|u|ur|you'?re|you are) (?:are )?(?:not|n'?t) (?:listening|getting (?:it|me)|answering)[^.,;!?]*|\b(?:please )?(?:just )?(?:answer|listen)(?: me| the question)?(?: please)?(?=[.!]|$)|"
    r"\bcount (?:it|them)(?: if (?:you|u) (?:have|need|must) to)?|\bi mean(?=[:.,]|\s*$)|\b(?:lol|haha+|lmao)\b|\bno (?:list|lists)(?: please)?(?=[.,!]|$)|不是这个意思|我没(?:让|要)你(?:推荐|列)[^,。]*|答非所问|数一?数)",
    re.I,
)
"""What complains that the question was missed, and asks for nothing more."""


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question about a person's own history.

    Parameters
    ----------
    topic
        "taste" at large, the value that is chosen "most", the "count" of something, the "rating" of an item, whether
        something is "liked", the items rated "best" and "worst", or the "mean" of all ratings.
    subject
        The kind of value, what is counted, or the item whose rating is wanted, as it is named; "" for none.
    before, after
        What the line says in front of it and behind it, without complaints that the question was missed.
    """

    topic: Topic
    subject: str
    before: str
    after: str


def own_question(line: str) -> OwnQuestion | None:
    """Read what a line asks of the person's own history.

    Parameters
    ----------
    line
        What the person wrote.

    Returns
    -------
    OwnQuestion or None
        None where it asks no such thing.

    Examples
    --------
    >>> asked = own_question("ur not listening. whats my favourite genre")
    >>> asked.topic, asked.subject, asked.before
    ('most', 'genre', '')
    >>> own_question("what would I like?") is None, own_question("我给《Heat》打了几分?").subject
    (True, '《Heat》')
    """
    text = " ".join(line.translate(HALF_WIDTH).split())
    text = re.sub(r"\b(?:whats|wats|wuts)\b", "what's", text, flags=re.I)
    patterns = _READ_ZH if re.search(r"[\u3400-\u9fff]", text) else _READ
    for topic, pattern in patterns:
        if match := pattern.search(text):
            held = match.groupdict()
            subject = next(
                (held[name] for name in held if name not in ("lead", "own", "after", "mark") and held[name]), ""
            )
            topic = "liked" if held.get("liked") else topic
            before, after = _left(text[: match.start()]), _left(text[match.end() :])
            return OwnQuestion(topic, subject.strip(" ,"), before, after)
    return None


def _left(text: str) -> str:
    """What is left of a text without complaints and asides."""
    text = _NO_QUESTION.sub(" ", text)
    parts = re.split(r"(?<=[.!?;。])\s*", text)
    kept = [each.strip() for each in parts if re.search(r"\w", each) and not waves_aside(each.strip(" ,"))]
    left = " ".join(kept).strip(" ,:;")
    return "" if re.fullmatch(r"(?:but|and|so|well|ok|hey|hi|hello|no|um|hm)*[\s,.]*", left, re.I) else left
