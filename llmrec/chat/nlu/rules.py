"""Lines read by rules: commands about items of the list ("why 2", "not 3"), and queries with conditions."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import plain
from llmrec.chat.nlu.conditions import parse_conditions, without_soft
from llmrec.chat.nlu.intent import READ_CHARACTERS, THAT, Action, Intent
from llmrec.chat.nlu.languages import chinese_conditions, is_chinese
from llmrec.chat.nlu.lexicon import AUDIENCES, ORDINARY, Lexicon
from llmrec.chat.nlu.normalisation import spelt_out
from llmrec.chat.nlu.references import find_title, list_position, parse_comparisons
from llmrec.errors import BadInput, UnknownItem
from llmrec.extras import needs
from llmrec.retrieval.filters import attribute_kinds, read_clauses, written

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

_COMMANDS = re.compile(
    r"(?:(?:i|i'?ve|i have)(?: already| really)? )?(?P<verb>why|liked?|love[d]?|not|seen|saw|watched|bought|help|quit|"
    r"exit|bye)\b[\s:]*(?P<rest>.*?)(?:,?\s+(?:already|before|too|please))?[\s?.!]*",
    re.I | re.S,
)
_VERBS: dict[str, Action] = {
    "why": "why", "like": "like", "liked": "like", "love": "like", "loved": "like", "not": "not", "saw": "seen",
    "seen": "seen", "watched": "seen", "bought": "seen", "help": "help",
    "quit": "quit", "exit": "quit", "bye": "quit",
}  # fmt: skip
_OF_A_POSITION: tuple[tuple[Action, re.Pattern[str]], ...] = (
    ("why", re.compile(r"(?:why (?:did|do|would|are) you (?:recommend(?:ed)?|suggest(?:ed)?|show|pick|choose|think "
                       r"(?:that )?(?:i|we)(?:'d| would|'ll| will| might| may)? (?:like|enjoy|love|want))|explain|"
                       r"(?:tell me )?more about|reasons? for|why is|why am i shown)\s+(?P<rest>.+)", re.I)),
    ("not", re.compile(r"(?:(?:i )?(?:did not|didn'?t|do not|don'?t) (?:like|want)|(?:i )?(?:hate[d]?|dislike[d]?)|"
                       r"remove|hide|skip|drop|no more of)\s+(?P<rest>.+)", re.I)),
)  # fmt: skip
"""Lines that are commands only of an item in the list."""
_MORE = re.compile(
    r"(?:(?:show|give|tell) me |(?:are|is) there |do you have |have you got )?(?:some |any )?"
    r"(?:more|others?|another|next|what else|anything else|something else)"
    r"(?: (?:other|ones?|items?|films?|movies?|please|suggestions|"
    r"recommendations|of (?:these|those)))*[\s?.!]*|(?:show|give) me (?:some )?other(?: \w+)?[\s?.!]*|"
    r"(?:(?:都|有点|这些)?太[^,,。]{1,5}[,,。!! ]+)?"
    r"(?:再|还)?(?:给我|帮我)?(?:再来|换|再推荐|再看|还有)(?:一?[批些下点个部本件]|几[个部本件]|别的|其他的?|"
    r"更多的?|另外的?)+(?:看看)?[吗么吧呢??。!]*|更多|下一批|还有(?:别的|其他的?)?(?:吗|么|没有?)[??。!]*",
    re.I,
)
_ANEW = re.compile(
    r"(?:(?:neither|none)(?: of (?:them|these))?[.,]? )?(?:(?:let'?s )?start (?:over|again|afresh)|"
    r"reset(?: (?:everything|all(?: of (?:it|that|this))?|it|the (?:list|chat)|filters?))?"
    r"(?:,? (?:and )?(?:let'?s )?start (?:over|again|afresh))?|"
    r"forget (?:that|it|everything|all (?:of )?(?:that|this|it))|clear (?:all )?(?:the )?filters?)[\s?.!]*|"
    r"(?:(?:算了|好吧|不行|那|不好意思|抱歉|对不起|麻烦)[,,。! ]*)*(?:重新开始|重新来|从头(?:开始|来)"
    r"|重来|清空(?:条件)?)(?:吧|一下)?[。!]*",
    re.I,
)
_ANEW_AND = re.compile(
    r"\s*(?:(?:ok(?:ay)?|right|no|well|sorry|please|let'?s|never ?mind|(?:this|that|it)(?: is"
    r"|'s)?(?: ?n'?t| not) working|算了|好吧|不行|那|不好意思|抱歉|对不起|麻烦)[,.! ]*)*"
    r"(?:start (?:over|again|afresh)|from scratch|"
    r"forget (?:that|it|everything|all (?:of )?(?:that|this|it))|重新开始|重新来|从头(?:开始|来)|重来)(?:吧|一下)?"
    r"\s*[:,.;!\u3002]\s*(?=\S)",
    re.I,
)
"""How a line begins that starts over and goes on with a wish."""
_SIMILAR = re.compile(
    r"(?:(?:(?:can|could) you )?(?:show|give|find) me |i(?:'d| would)? (?:want|like) )?"
    r"(?:(?:some|any)?(?:thing|more|others?)|another(?: one)?|films?|movies?|items?|ones?)?\s*"
    r"(?:that (?:is|are) )?(?:just )?(?:more like|like|similar to|in the (?:style|spirit) of|(?:the )?same as)"
    r" (?P<subject>.*?)[\s?.!]*",
    re.I | re.S,
)
_LIKENESS = re.compile(
    r"(?:^|\b(?:more|another|others?|something|anything|ones?|films?|movies?|books?|albums?|stuff|things?|else|"
    r"be|is|are|that's|it's|bit|"
    r"lot|much)\s+|(?<=[,.;!?] )|(?=in the (?:style|spirit|vein) of))(?:like|similar to|closer to|"
    r"in the (?:style|spirit|vein) of|along the lines of)\s+(?P<subject>[^,.;!?]+?)"
    r"(?=\s*(?:[,.;!?]|\b(?:but|only|just|than|though|tho|with|without|from|please|again|then|pls)\b|$))",
    re.I,
)
"""Likeness to an item, wherever a line says so."""
_LIKE = re.compile(r"(?<=\w )(?<!would )(?<!\bi )(?<!\bwe )(?<!'d )like (?P<subject>\w[^,.;!?]*)", re.I)
"""What may be likeness to an item, or a verb."""
MAX_LIKENED = 8
"""Words of a title that something is like."""
_LIKENESS_CHINESE = re.compile(
    r"(?:类似|像)(?:于)?(?P<place>第[一二三四五六七八九十\d]+)[个部本件款首支双套]?"
    r"(?:差不多|类似|那样|那种|一样|相似)*(?:的|(?=但|不过|可是|只是|[,,。更再]|$))|"
    r"(?:类似|跟|和|像|同)(?:于)?(?P<subject>第[一二三四五六七八九十\d]+|这|那|它|上面|《[^》]+》|"
    r"(?!第[一二三四五六七八九十\d])[\w:·]{2,20}?)(?:[个部本件款首支双套])?"
    r"(?:差不多|类似|那样|那种|一样|相似|(?:气质|风格|感觉)?(?:接近|相近|差不多|相似))?的|"
    r"类似的(?=再|还|有|来|吗|[,,。!! ]|$)|(?:类似|像)(?:于)?(?P<title>《[^》]+》)(?=但|不过|可是|,|,|。|$)"
)
_DROP = re.compile(r"(?:drop|forget|remove) (?:the )?(?:conditions?|filters?)[\s:]+(?P<rest>.+)", re.I | re.S)
_CHINESE_PLACE_FIRST = re.compile(
    r"(?:第(?P<place>[一二三四五六七八九十]|\d{1,2})[个部本件款条双]?|它|这[个部本件款条双])(?:的)?(?:但是?|"
    r"不过|可是|只是|,|,|要|换成|有没有)+"
)
_POSITION_FIRST = re.compile(r"(?P<subject>.+?)\s*(?:,|\b(?:but|only|just|in)\b)\s*(?P<rest>.+)", re.I | re.S)
_ASKS_FOR = re.compile(
    r"^(?:(?:i'?d|i would|we'?d) (?:like|love|prefer)|i want|(?:can|could) (?:i|you) (?:have|get|see|show me|find me)|"
    r"show me|give me|find me|do you have|have you got|is there)\s+(?=(?:the same|that one|this one|it|the \w+ one)\b)",
    re.I,
)
"""What stands before an item that is wanted otherwise: "I'd like the same in silver"."""
MAX_LONGER = 1.6
"""Length of a title beside that of the words after "not", up to which they mean it alone."""
MAX_REASONED, MAX_TITLE = 6, 4
"""Words after "why", and after "like" or "seen", up to which they are the rest of a command."""
_NEXT_SENTENCE = re.compile(r"\s*[?!;]+\s+|\s*\.\s+(?=[a-z])")
"""Where a line goes on behind what its first sentence says."""
_CONDITIONED = re.compile(r"\s*(?:,|;|\bbut\b|\band\b|\bonly\b|\bunder\b|\bbelow\b|\bfrom the\b|\bin\b)\s*", re.I)

_NEGATION = re.compile(
    r"\b(?:no|not|nothing|none|never|neither|nor|without|avoid(?:ing)?|hates?|dislikes?|exclud(?:e|es|ing)|skip|"
    r"less(?! than)|fewer(?! than)|\w+n't|(?:sick|tired) of|(?:any|every)thing (?:but|except))\b|"
    r"不要|不想|不喜欢|不爱|别|讨厌|除了",
    re.I,
)
_NOTHING_BUT = re.compile(r"\b(?:nothing|no(?:thing)? other than|none) but\b", re.I)
_EXCEPTION = re.compile(r"\b(?:but|except|unless|apart from|other than|aside from)\b|除非", re.I)
_JOINTS = re.compile(r"(,|\.(?!\d)|:|!|\b(?:and|or|nor|but)\b|、|,|。|或者?|和|并且|而且)", re.I)
_OR_SUCH = re.compile(
    r"\b(?:or|and) (?=(?:less|fewer|under|below|shorter|cheaper|more|over|above|up|longer|later|newer|after|earlier|"
    r"older|before)\b)",
    re.I,
)
"""What joins no two conditions: "1990 or later"."""
_WANTED = re.compile(r"\b(?:only|just|always|must|no(?:thing)? but)\b|只", re.I)
_IN_PASSING = re.compile(
    r"\b(?:from now on|any ?more|at all|for (?:good|me|ever)|forever|in general|must be|(?:has|have) to be|should be|"
    r"ever)\b|"
    r"以后|永远|请|我|都|片|电影|只要|只看|只想看|只喜欢|想看|或者?|和|的",
    re.I,
)
_PASSING = re.compile(
    r"[,.]?\s*\b(?:tho|though|btw|by the way|lol|haha|at all|asap|if you can)\b(?=\s*(?:[,.!]|$))", re.I
)
"""Words in passing, by which nothing could be ranked."""
MAX_RULE = 500
"""Characters of a rule in words."""
MAX_STRETCH = 8
"""Characters of Chinese that state one condition."""
_ALSO_SAID = frozenset(
    re.findall(
        r"\w+",
        "a an the and or but i we want would like prefer please only just always see watch show me us give read buy "
        "films film movies movie items item ones one titles anything something things it to in of my our list lists "
        "either both",
    )
)
"""Words that say nothing beside conditions."""
_Thing = tuple[tuple[str, ...], tuple[str, ...]]
"""Attributes that a text is about, and their values; none of a quantity, of which two ends are one thing."""
_ALLOWS = re.compile(
    r"\b(?:again|after all|fine|ok|okay|allow(?:ed|s)?|all ?right|welcome|back|no longer|forget|lift|drop|remove)\b|"
    r"又可以|可以了|取消",
    re.I,
)

_HOW = "as it was read (`without_rules` of the gateway, `take_back` of the tool `remember`)"


def conditions_alone(line: str, catalog: Catalog) -> tuple[str, ...]:
    """Read a line that is to hold for good: conditions that all hold, of which each word is understood.

    What a conversation may guess, since its next line can set it right, would stay wrong for good here.

    Parameters
    ----------
    line
        What a person, or their agent, wrote.
    catalog
        Its attributes, values and titles are read.

    Returns
    -------
    tuple of str
        Conditions, each as `llmrec.retrieval.filters.parse_where` reads it; none where none is read.

    Raises
    ------
    BadInput
        Where the line says more, or something else, than conditions that all hold.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Alien", "", {"genres": ("Horror",), "year": 1979}),), {})
    >>> conditions_alone("no horror, only films from the 70s", films)
    ('year>=1970', 'year<1980', 'genres!=Horror')
    >>> conditions_alone("no horror before 1970", films)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    llmrec.errors.BadInput: 'no horror before 1970' can be read in several ways; ...
    """
    said = plain(line[:100])
    if len(line) > MAX_RULE:
        raise BadInput(
            f"{said!r} ... is longer than the {MAX_RULE} characters of a rule; send each condition by itself"
        )
    intent = understand(line, catalog)
    if not intent.filters:
        return ()
    over = _left_over(intent, catalog)
    if over and _ALLOWS.search(over):
        raise BadInput(f"{said!r} takes something back and makes no rule; take back the rule itself, {_HOW}")
    if intent.action != "ask" or intent.comparisons or intent.leanings:
        raise BadInput(f"{said!r} is about an item, and a rule is about attributes; say what each item must be")
    if over:
        raise BadInput(f"{plain(over[:60])!r} is not understood in the rule {said!r}; say it by attributes alone")
    if ";" in line or ";" in line:
        raise BadInput(f"{said!r} holds ';', which joins no conditions; join them by 'and', or send each by itself")
    if _ambiguous(_OR_SUCH.sub("", line), intent.filters, catalog):
        raise BadInput(f"{said!r} can be read in several ways; send each condition as a rule of its own: 'no horror'")
    return intent.filters


def _left_over(intent: Intent, catalog: Catalog) -> str:
    """The words of a line that are no part of its conditions, nor say anything beside them."""
    stated = {value for condition in intent.filters for clause in read_clauses(condition) for value in clause.values}
    query = _IN_PASSING.sub(" ", intent.query)
    for mention in reversed(Lexicon.of(catalog).mentions(query)):
        if stated.issuperset(mention.values):
            query = f"{query[: mention.start]} {query[mention.end :]}"
    query = _without_chinese(query, frozenset(intent.filters), catalog)
    return " ".join(word for word in re.findall(r"[\w'-]+", query) if word.lower() not in _ALSO_SAID)


def _without_chinese(query: str, stated: frozenset[str], catalog: Catalog) -> str:
    """Take out of a query in Chinese the stretches that state conditions: no blanks part them from other words."""
    if not is_chinese(query):
        return query
    for length in range(1, MAX_STRETCH + 1):  # the shortest first, which hold nothing else
        at = 0
        while at + length <= len(query):
            stretch = query[at : at + length]
            read = () if " " in stretch else chinese_conditions(stretch, catalog)[1]
            if read and stated.issuperset(read):
                query = f"{query[:at]} {query[at + length :]}"
            at += 1
    return _IN_PASSING.sub(" ", query)


def _ambiguous(text: str, conditions: tuple[str, ...], catalog: Catalog) -> bool:
    """Whether conditions need not be what a text means: all of them at once, each word of a negation by itself."""
    parts = _JOINTS.split(text)
    segments, joints = parts[::2], parts[1::2]
    named = [_named(segment, catalog) for segment in segments]
    excluded = {things for each in conditions if "!=" in each for things in _things(each, catalog)}
    for segment, things in zip(segments, named, strict=True):
        ruled_out = things if excluded & things else set()  # "no horror and war before 1990"
        if negation := _NEGATION.search(segment):
            # "no horror before 1990" leaves out what is both, and conditions that all hold cannot say so
            ruled_out = _named(segment[negation.end() :], catalog)
        if len(ruled_out) > 1:
            return True
    exception = _EXCEPTION.search(_NOTHING_BUT.sub("", text))
    if exception and _NEGATION.search(text[: exception.start()]):
        return True
    attributes = [{name for names, _ in things for name in names} for things in named]
    either = False
    for at, joint in enumerate(joints):
        shared = attributes[at] & attributes[at + 1]
        if joint.lower() in ("or", "或", "或者"):
            either = True
            if not shared:  # "horror or from the 90s"
                return True
        left, right = (bool(excluded & named[side]) for side in (at, at + 1))
        if shared and left and not right and not _WANTED.search(segments[at + 1]):  # "no war films or westerns"
            return True
    if any(max(above)[0] >= min(below)[0] for above, below in _bounds(conditions)):  # "before 1990 or after 2000"
        return True
    stated = [each.attributes for condition in conditions for each in read_clauses(condition) if each.operator == "="]
    apart = either or any(joint in ",.!:、,。" for joint in joints)
    return apart and len(set(stated)) < len(stated)  # "comedies, dramas": either will do, or both must be


def _named(text: str, catalog: Catalog) -> set[_Thing]:
    """What a text states or rules out."""
    if not text.strip():
        return set()
    found = {thing for each in understand(text, catalog).filters for thing in _things(each, catalog)}
    return found | {(mention.attributes, mention.values) for mention in Lexicon.of(catalog).mentions(text)}


def _things(condition: str, catalog: Catalog) -> set[_Thing]:
    kinds = derived(catalog, attribute_kinds)
    return {
        (clause.attributes, () if all(kinds.get(name) == "number" for name in clause.attributes) else clause.values)
        for clause in read_clauses(condition)
    }


def rule_parser(catalog: Catalog) -> "Runnable[str, Intent]":
    """Make a LangChain runnable of `understand`.

    Parameters
    ----------
    catalog
        Its attributes and words are read.

    Returns
    -------
    Runnable
        From a line to its `Intent`.
    """
    with needs("chat", "a runnable of LangChain"):
        from langchain_core.runnables import RunnableLambda

    return RunnableLambda(lambda line: understand(line, catalog))


def understand(line: str, catalog: Catalog) -> Intent:
    """Read a line by rules.

    Parameters
    ----------
    line
        What a person wrote, of which `READ_CHARACTERS` are read.
    catalog
        Its attributes, values and titles are read.

    Returns
    -------
    Intent
        "not" followed by an attribute value is a condition, followed by a title it is about the item. A line that no
        rule reads is a query.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> films = Catalog("films", (Item("1", "Alien", "", {"genres": ("Horror",), "year": 1979}),), {})
    >>> understand("something slow, not horror", films).filters
    ('genres!=Horror',)
    >>> understand("not the second one", films)
    Intent(action='not', subject='2', query='', filters=(), comparisons=())
    """
    text = " ".join(spelt_out(line[:READ_CHARACTERS].replace("\u2018", "'")).split())
    text = re.sub(
        r"^(?:(?:nope|nah|ok|okay|well|hm+|yes|yeah|yep|oh|ah|eh|right|fine|cool|great|nice|good|perfect|hey|hi|hiya|"
        r"hello)(?: there)?[,.!]? )+(?=\S)",
        "",
        text,
        flags=re.I,
    )
    if _MORE.fullmatch(text):
        return Intent("more")
    if _ANEW.fullmatch(text):
        return Intent("anew")
    if dropped := _DROP.fullmatch(text):
        return Intent("drop", dropped["rest"])
    if likeness := _similar(text, catalog) or _position_with_conditions(text, catalog):
        return likeness
    for action, pattern in _OF_A_POSITION:
        match = pattern.fullmatch(text)
        if match and (position := list_position(match["rest"])):
            return Intent(action, position)
    command = _COMMANDS.fullmatch(text)
    if command:
        verb, rest = _VERBS[command["verb"].lower()], command["rest"]
        first = _NEXT_SENTENCE.split(rest, maxsplit=1)[0]
        if verb == "why" and first != rest and not Vocabulary.of(catalog).by_title.get(rest.casefold()):
            rest = first  # "why Heat? that's too violent for me" asks of Heat
        oneself = re.match(r"i\b", text, re.I) is not None and rest.islower()
        excludes = verb == "not" and not list_position(rest) and _excludes(text, catalog)
        if verb == "help" and rest and rest.lower() not in ("me", "us"):
            excludes = True  # "help me find a comedy" is a query
        if not excludes and (rest or verb in ("why", "help", "quit")):
            position = list_position(rest)
            goes_on = verb in ("like", "seen") and first != rest  # "loved it. what's Kolya?"
            if not goes_on and (
                position or verb in ("help", "quit") or not rest or _is_title(rest, verb, catalog, oneself)
            ):
                return Intent(verb, position or rest)
            if verb == "why" and rest.islower() and len(rest.split()) <= MAX_REASONED:
                return Intent("why")
            if verb == "why" and not rest.islower() and len(rest.split()) <= MAX_REASONED:
                return Intent("why", rest)  # a title that the catalogue lacks
    return _likeness(text, catalog) or _query("ask", text, catalog)


def _is_title(words: str, verb: Action, catalog: Catalog, said_of_oneself: bool = False) -> bool:
    """Whether words are to be taken for a title: one of the catalogue, or what can hardly be anything else.

    What "I like" says of oneself, such as "clever stories", can.
    """
    if verb in ("like", "seen") and len(words.split()) <= MAX_TITLE and not said_of_oneself:
        return True
    try:
        found = catalog.item(find_title(words, catalog)).title
    except UnknownItem:
        return False
    # of "not star trek" a title that only begins so is not all that is ruled out, nor "i like bleak" a title with it
    return (
        not (verb == "not" or said_of_oneself)
        or len(found) <= MAX_LONGER * len(words)
        or words.casefold() in Vocabulary.of(catalog).by_title
    )


def _likeness(text: str, catalog: Catalog) -> Intent | None:
    """Read "got another like it, but shorter?", 类似第一个的: likeness to an item that a line holds."""
    for match in _LIKENESS.finditer(text):
        if known := _alike(match["subject"].strip(), catalog):
            return _query("similar", f"{text[: match.start()]} {text[match.end() :]}", catalog, known)
    for match in _LIKE.finditer(text):  # of "sci-fi like blade runner" the title tells that it is no verb
        if known := _longest_title(match["subject"], catalog):
            rest = match["subject"][len(known) :]
            return _query("similar", f"{text[: match.start()]} {rest}{text[match.end() :]}", catalog, known)
    if is_chinese(text) and (found := _LIKENESS_CHINESE.search(text)):
        subject = (found["place"] or found["subject"] or found["title"] or "").strip("《》")
        number = re.fullmatch(r"第(.+)", subject)
        digits = "一二三四五六七八九十"
        known = (
            (number[1] if number[1].isdigit() else str(digits.find(number[1]) + 1))
            if number
            else THAT if subject in ("", "这", "那", "它", "上面") else _known(subject, catalog)
        )  # fmt: skip
        if known:
            return _query("similar", f"{text[: found.start()]} {text[found.end() :]}", catalog, known)
    return None


def _longest_title(words: str, catalog: Catalog) -> str:
    """The title that words begin with, as they write it; "" where they begin with none of two words or more."""
    ends = [match.end() for match in re.finditer(r"\w+", words)][1:MAX_LIKENED]
    titles = Vocabulary.of(catalog).by_title
    return next((words[:end] for end in reversed(ends) if words[:end].casefold() in titles), "")


def _alike(words: str, catalog: Catalog) -> str:
    """Read what something is to be like: a position, a title, or the beginning of one ("ace ventura", "2001")."""
    if known := _known(words, catalog):
        return known
    values = Lexicon.of(catalog).mentions(words)
    said = re.findall(r"\w+", words.casefold())
    if not said or len(said) > MAX_TITLE or values or ORDINARY.issuperset(said) or said[0] in ("a", "an", "some", "my"):
        return ""
    try:
        return catalog.item(find_title(words, catalog)).title
    except UnknownItem:
        return ""


def _excludes(text: str, catalog: Catalog) -> bool:
    """Whether a line that begins with "not" states a condition or negates a mood, and names no title."""
    if re.match(r"not (?:only|just|necessarily|exclusively)\b", text, re.I):
        return True
    read = _query("ask", text, catalog)
    return bool(read.filters or read.comparisons) or read.query != text.strip(" ,.;!?")


def _query(action: Action, text: str, catalog: Catalog, subject: str = "") -> Intent:
    """Take the conditions out of a text; comparisons without an object mean `subject`, or the whole list."""
    text, soft = without_soft(_PASSING.sub(" ", text).strip())
    text, chinese = chinese_conditions(text, catalog)
    left, compared = parse_comparisons(text, catalog, subject) if subject else parse_comparisons(text, catalog)
    parsed = parse_conditions(left, catalog)
    leant = parse_comparisons(soft, catalog)[1]
    preferred: tuple[str, ...] = ()
    if soft and not leant:
        soft, preferred = chinese_conditions(soft, catalog)
        nice = parse_conditions(soft, catalog)
        soft, preferred = nice.query, tuple(dict.fromkeys((*preferred, *nice.conditions)))
    query = f"{parsed.query}, {soft}" if parsed.query and soft else parsed.query or soft
    filters = _any_of(tuple(dict.fromkeys((*parsed.conditions, *chinese))), catalog)
    return Intent(action, subject, query, filters, compared, leant, preferred)


def _any_of(conditions: tuple[str, ...], catalog: Catalog) -> tuple[str, ...]:
    """Join what a line asks for of an attribute of which an item has one value: "striped or checked" is either."""
    single = derived(catalog, _single_valued)
    asked: dict[tuple[str, ...], list[str]] = {}
    for each in conditions:
        clauses = read_clauses(each)
        people = any(not said.isdisjoint(re.findall(r"[\w']+", clauses[0].values[0].casefold())) for said in AUDIENCES)
        if people:
            continue  # "casual, for men" is both
        if len(clauses) == 1 and clauses[0].operator == "=" and single.issuperset(clauses[0].attributes):
            asked.setdefault(clauses[0].attributes, []).append(each)
    joined = {
        names: same for names, same in asked.items()
        if len(same) > 1 and len({_names_people(each) for each in same}) == 1
    }  # fmt: skip
    found: dict[str, None] = {}
    for each in _widest(conditions):
        same = joined.get(read_clauses(each)[0].attributes, [])
        values = tuple(dict.fromkeys(value for one in same for value in read_clauses(one)[0].values))
        found[written(read_clauses(each)[0].attributes, "=", values) if each in same else each] = None
    return tuple(found)


def _names_people(condition: str) -> bool:
    """Whether a condition says for whom items are: beside that, "smart" is no other section that would do."""
    values = (value for clause in read_clauses(condition) for value in clause.values)
    said = {word for value in values for word in re.findall(r"[\w']+", value.casefold())}
    return any(not said.isdisjoint(each) for each in AUDIENCES)


def _widest(conditions: tuple[str, ...]) -> list[str]:
    """Write ranges that exclude one another as one: "the 70s or 80s ideally, but the 90s are fine" is 1970 to 1999."""
    found = list(conditions)
    for above, below in _bounds(conditions):
        if max(above)[0] >= min(below)[0]:
            kept, all_of_it = {min(above)[1], max(below)[1]}, {each for _, each in (*above, *below)}
            found = [each for each in found if each in kept or each not in all_of_it]
    return found


_Bounds = list[tuple[float, str]]


def _bounds(conditions: Sequence[str]) -> list[tuple[_Bounds, _Bounds]]:
    """Of each attribute with both, the conditions that bound it from below and from above, with their numbers."""
    found: dict[tuple[str, ...], tuple[_Bounds, _Bounds]] = {}
    for each in conditions:
        clauses = read_clauses(each)
        if len(clauses) == 1 and clauses[0].operator in ("<", "<=", ">", ">="):
            side = clauses[0].operator.startswith("<")
            found.setdefault(clauses[0].attributes, ([], []))[side].append((float(clauses[0].values[0]), each))
    return [both for both in found.values() if all(both)]


def _single_valued(catalog: Catalog) -> frozenset[str]:
    """Attributes in words of which no item has several values."""
    kinds = attribute_kinds(catalog)
    several = {name for item in catalog.items for name, value in item.attributes.items() if isinstance(value, tuple)}
    return frozenset(name for name, kind in kinds.items() if kind != "number" and name not in several)


def _similar(text: str, catalog: Catalog) -> Intent | None:
    """Read "more like the second one, but under 40"; a bare "like TITLE" is no such line."""
    match = _SIMILAR.fullmatch(text)
    if not match:
        return None
    bare = re.match(r"(?:i )?like\b", text, re.I) is not None
    subject = re.sub(r"\s+please$", "", match["subject"], flags=re.I)
    if not bare and (known := _known(subject, catalog)):
        return Intent("similar", known)
    for cut in _CONDITIONED.finditer(subject):
        known, rest = _known(subject[: cut.start()], catalog), subject[cut.start() :]
        if known and not (bare and not re.search(r"\bbut\b", cut[0])):
            return _query("similar", rest, catalog, known)
    return None


def _position_with_conditions(text: str, catalog: Catalog) -> Intent | None:
    """Read "the second one but newer", "the same in red"."""
    text = _ASKS_FOR.sub("", text)
    match = _POSITION_FIRST.fullmatch(text)
    if is_chinese(text) and (chinese := _CHINESE_PLACE_FIRST.match(text)):
        digits = "一二三四五六七八九十"
        place = chinese["place"]
        subject = place if place and place.isdigit() else str(digits.index(place) + 1) if place else THAT
        read = _query("similar", text[chinese.end() :], catalog, subject)
        return read if read.filters or read.comparisons else None
    if not match or not (subject := list_position(match["subject"])):
        return None
    if match["subject"].strip().isdigit() and not re.match(r"\s*,?\s*but\b", text[match.end("subject") :]):
        return None
    read = _query("similar", text[match.end("subject") :], catalog, subject)
    return read if read.filters or read.comparisons or read.query else None


def _known(words: str, catalog: Catalog) -> str:
    """Read a position or a title; "" where the words are none."""
    return list_position(words) or (words if words.casefold() in Vocabulary.of(catalog).by_title else "")


def starts_over(line: str) -> str | None:
    """Read that a line starts over and goes on with a wish.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str or None
        The wish; None where the line does not start over, or does nothing else.

    Examples
    --------
    >>> starts_over("Start over: like Blade Runner, 1990s"), starts_over("start over")
    ('like Blade Runner, 1990s', None)
    """
    match = _ANEW_AND.match(line)
    return line[match.end() :] if match else None
