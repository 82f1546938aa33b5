"""What of a line holds until it is taken back, and what a line takes back: rules, conditions of a list, words of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import attribute_noun
from llmrec.catalog.wording import plain
from llmrec.chat.condition_words import describe_conditions
from llmrec.chat.nlu.conditions import parse_conditions
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import chinese_conditions, in_chinese, is_chinese
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.named_items import titles_within
from llmrec.chat.nlu.questions import FACTS
from llmrec.chat.nlu.refusals import allowed_again, content_words
from llmrec.chat.nlu.rephrasing import WEARER
from llmrec.chat.state import DialogueState, attributes_of, excludes, values_of
from llmrec.chat.wordings import REFUSED_IN_CHINESE, SAYS

_LASTS = re.compile(
    r"\bi (?:really |just |absolutely |truly )?(?:hate|detest|loathe|never|can'?t stand|cannot stand|don'?t ever|"
    r"won'?t ever)\b|"
    r"\b(?:never|always|from now on|in (?:the )?future|remember|keep in mind|no matter what|ever again)\b|"
    r"\bno more\b.*\bever\b|"
    r"\bi(?:'m| am) (?:allergic|\d\d\b|an? (?:adult|grown)|vegan|vegetarian|too old)|"
    r"\bmy \w+ (?:hates?|is allergic|can'?t stand)\b|"
    r"(?<![年代])以后|永远|记住|从不|从来不|绝不|讨厌|过敏|受不了|我\d+岁|千万别|一律",
    re.I,
)
"""Words that say for how long a condition holds: until it is taken back."""
_OF_WEARER = re.compile(r"\b(?:wo)?m[ae]n(?:s|'s)?\b|\blad(?:y|ies)\b", re.I)
"""Values of the sections of men and women."""
_ALWAYS = re.compile(
    r"\b(?:always(?! (?:cold|hot|warm|tired|busy|late|hungry|bored|sad|away)\b)|from now on|in (?:the )?future|"
    r"no matter what|for all of this|every time|my budget|my limit|my size|"
    r"never (?:ever )?(?:over|above|more|longer|older|under|below)|i(?:'ll)? (?:"
    r"(?:only|always) (?:ever )?(?:watch|read|buy|wear|want|like|listen|use)|"
    r"just (?:ever )?(?:watch|read|buy|wear|listen|use))|"
    r"i (?:can|could) (?:only|at most)|remember)\b|(?<![年代])以后|永远|一律|记住|预算|"
    r"一直都?要|我只(?:看|买|读|穿|要|听|用)|我穿",
    re.I,
)
"""Words that say of what is wanted, too, that it holds until it is taken back."""
_ALLOWS = re.compile(
    r"\b(?:again|after all|(?:is|are|'s|'re) (?:now )?(?:fine|ok|okay|allowed|alright|all right|welcome)|"
    r"i (?:do |actually |really )*(?:like|love|want) [\w' -]+ (?:now|after all)$|"
    r"don'?t mind|lift|loosen|no longer|not any ?more|changed my mind|take (?:that|it) back)\b|"
    r"又可以|可以了|也可以|也行|没关系|不用避开|不讨厌",
    re.I,
)
"""Words by which what was ruled out may come again."""
_DROPS = re.compile(
    r"\b(?:forget|drop|lose|scrap|ditch|ignore|never ?mind|cancel|remove|undo|take (?:out|away|off|back)|leave out|"
    r"(?:does|do)n'?t (?:have to|need to) be|not necessarily|(?:does|do)n'?t matter|no need for)\b|"
    r"取消|撤|算了|不算|不用管|当我没说|收回|去掉|不必|不限",
    re.I,
)
"""Words by which anything that was asked for no longer is."""
_ANY = re.compile(
    r"\b(?:any|whatever|whichever|every)(?: old)? (?P<any>time(?: period)?|year|decade|era|age|period|price|cost|"
    r"budget|colou?r|"
    r"genre|brand|pattern|length)s?\b(?! (?:but|except|of|before|after|from|since|soon|now)\b)|"
    r"\b(?:the )?(?P<matters>year|decade|era|age|date|price|cost|budget|colou?r|genre|brand|pattern|length)s?"
    r" (?:(?:(?:is|are) (?:not|no)|is ?n'?t) (?:an? )?(?:issue|problem|concern|matter|object)|"
    r"(?:does ?n'?t|does not|do ?n'?t|is not|isn'?t) (?:matter|important|count))|"
    r"\b(?:do ?n'?t|do not) (?:care|mind) (?:about the |what |which |how |when )(?P<cares>old|new|year|decade|age|"
    r"expensive|much|price|"
    r"colou?r|genre|brand|pattern|long|it was made|it'?s from|they'?re from|it is from)|"
    r"\b(?P<money>money) (?:is no object|does ?n'?t matter)|"
    r"(?P<zh>年代|时候|年份|价格|价钱|颜色|类型|牌子|长短|时长|片长|长度)(?:的?都|什么的都)?(?:不限|无所谓|不重要|随便|都行|都可以|不管|没要求|不要求)|"
    r"(?:把|去掉|取消|不要|放开)?(?P<limit>年代|年份|价格|价钱|颜色|类型|牌子|时长|片长|长度)(?:上)?的?(?:限制|要求|条件)(?:给我|都)?(?:去掉|取消|拿掉|放开|撤掉|删掉|去了|不要了?)?|"
    r"(?:什么|哪个|哪种|任何|不限|不管(?:什么|哪个)?)(?P<which>年代|时候|年份|价格|价钱|颜色|类型|牌子)",
    re.I,
)
"""What says that any value of an attribute will do."""
_ANY_OF = {
    "year": "time|period|year|decade|era|age|date|old|new|made|from|年代|时候|年份",
    "price": "price|cost|budget|expensive|much|money|价",
    "colour": "colou?r|颜色", "genre": "genre|类型", "brand": "brand|牌子", "pattern": "pattern",
    "length": "length|long|长短|时长|片长|长度",
}  # fmt: skip
"""How `_ANY` says it -> the noun of an attribute."""
_OF_YEARS = {"<": re.compile(r"\b(?:old(?:er|ies)?|classics?|vintage|black[- ]and[- ]white)\b|老", re.I),
             ">": re.compile(r"\b(?:new(?:er)?|modern|recent|latest)\b|新", re.I)}  # fmt: skip
"""How the end of a year is named that is taken back: "forget the old stuff"."""
_DROPS_IT = re.compile(
    r"(?:(?:ok|oh|no|hm+|well|sorry|wait|actually|please|and|but)[,. ]+)*(?:let'?s |can you |just )?"
    r"(?:forget|drop|lose|scrap|ditch|ignore|never ?mind|cancel|remove)(?: about)? (?:the|that|those|all the|any)\b",
    re.I,
)
_OF_WHAT_WAS_SAID = re.compile(
    r"(?:(?:ok|oh|no|hm+|well|sorry|wait|actually|please|and|but)[,. ]+)*(?:you can |let'?s |just )?"
    r"(?:forget|drop|scrap|ignore|never ?mind|cancel|undo|take back)(?: (?:that|what i (?:said|told you|asked)|it|"
    r"(?:the|that) (?:bit|part|thing|rule|condition)))? (?:about|on|with|for) (?P<what>[^,.;!?]+?)[\s.!]*|"
    r"(?:刚才|之前|前面)?说的(?P<chinese>[^,。]{1,12}?)(?:的?事|那条)?(?:不算(?:了|数)?|取消|算了|不用管了?)吧?[。!]*",
    re.I,
)
"""A line that takes back what was said of something, and says no more."""
_FINE_AGAIN = re.compile(
    r"(?P<what>[\w' -]{2,40}?) (?:is|are) (?:fine|ok|okay|all ?right|allowed) (?:again|now)[.! ]*", re.I
)
_ALL_RULES = re.compile(
    r"(?:(?:ok|please|now|then|hm+)[, ]+)*(?:drop|forget|lift|remove|delete|cancel) (?:all |both )?(?:of )?"
    r"(?:my|the|those|these|that|this|all) "
    r"(?:rules?|preferences?|exclusions?)[\s.!]*|(?:取消|去掉|忘掉)(?:所有|全部|我的|那个|这个)*(?:规则|"
    r"条件)(?:吧|了)?[。!]*",
    re.I,
)
"""What takes all back that was said for good."""
_NAMES_NOTHING = frozenset(
    re.findall(
        r"\w+",
        "forget drop lose scrap ditch ignore never mind nevermind cancel remove undo take out away off back leave have "
        "need matter actually about said told asked bit part rule condition again after fine okay allowed alright "
        "welcome lift loosen longer anymore changed sorry wait well hmm let instead now",
    )
)
_CLAUSES = re.compile(r"(?<=[,;.!?,。;!?])\s*|\s+(?=but\b|and (?:i|show|give|from|with|only|something)\b)", re.I)
MAX_QUERY_WORDS = 4
"""Words of a line that takes back words of a query."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a line takes back.

    Parameters
    ----------
    allowed
        Conditions that rule something out, and words that were ruled out: it may come again.
    dropped
        Conditions that asked for something.
    query
        What is left of the last list's query; None where it stays as it is.
    unknown
        What the line names that nothing of what holds is about; "" where it takes something back.
    rest
        What else the line says.
    """

    allowed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    query: str | None = None
    unknown: str = ""
    rest: str = ""


def lasts(line: str) -> bool:
    """Tell whether a line says that what it rules out is ruled out for good.

    Parameters
    ----------
    line
        What the person wrote.

    Returns
    -------
    bool
        Whether it says "never", "I hate" or the like.
    """
    return _LASTS.search(line) is not None


def without_any(text: str) -> str:
    """Cut out of a text that any value of an attribute will do, of which no item is told apart.

    Parameters
    ----------
    text
        What is left of a line.

    Returns
    -------
    str

    Examples
    --------
    >>> without_any("a comedy from any year")
    'a comedy'
    """
    left = re.sub(
        rf"(?:\b(?:(?:can|could|may) be )?(?:from|of|in|at) )?(?:{_ANY.pattern}|forget that about the \w+)(?: (?:is|"
        rf"are|will|would) (?:fine|ok|okay|do))?",
        " ",
        text,
        flags=re.I,
    )
    return " ".join(left.split()) if left != text else text


def lasting_conditions(line: str, intent: Intent, remembers: Callable[[], bool]) -> tuple[str, ...]:
    """Find the conditions of a line that hold until they are taken back.

    Parameters
    ----------
    line
        What the person wrote.
    intent
        What the rules read.
    remembers
        Whether the model of acts is sure that the line is to be remembered.

    Returns
    -------
    tuple of str
        Of the conditions that the rules read: exclusions where the line says that they last, and all of them where
        it says so of what is wanted ("my budget is 50", "always under two hours").
    """
    if intent.action == "ask" and WEARER.search(line) and not _ALWAYS.search(WEARER.sub("", line)):
        return tuple(each for each in intent.filters if all(map(_OF_WEARER.search, values_of(each))))
    if intent.action == "ask" and _ALWAYS.search(line):
        return intent.filters
    excluded = tuple(condition for condition in intent.filters if excludes(condition))
    if intent.action != "ask" or not excluded:
        return ()
    return excluded if _LASTS.search(line) or remembers() else ()


def withdrawal(line: str, state: DialogueState, catalog: Catalog, undoes: Callable[[], bool]) -> Withdrawal | None:
    """Read what a line takes back of what holds: "musicals are fine again", "forget that about gore", "drop the 80s".

    Parameters
    ----------
    line
        What the person wrote.
    state
        What the conversation has come to.
    catalog
        Its values and attributes are read.
    undoes
        Whether the model of acts finds that the line takes something back.

    Returns
    -------
    Withdrawal or None
        None where the line takes nothing back.

    Examples
    --------
    >>> from llmrec.chat.state import ListState
    >>> state = DialogueState(refused=("blood",), last=ListState(query="a comedy; a bit of romance"))
    >>> films = Catalog("films", (), {})
    >>> withdrawal("actually forget that about gore", state, films, lambda: True).allowed
    ('blood',)
    >>> withdrawal("drop the romance", state, films, lambda: True).query
    'a comedy'
    """
    whole = _OF_WHAT_WAS_SAID.fullmatch(line.strip())
    drops = whole is not None or _DROPS.search(line) is not None
    allows = drops or _ALLOWS.search(line) is not None
    if not (allows or _ANY.search(line)):
        return None
    if _ALL_RULES.fullmatch(line.strip()):
        return Withdrawal((*state.lasting, *state.refused)) if state.lasting or state.refused else None
    said, rest = (whole["what"] or whole["chinese"], "") if whole else _parted(line)
    named = _Named(said, catalog)
    held = dict.fromkeys((*state.lasting, *(state.last.conditions if state.last else ())))
    allowed = (*allowed_again(said, state.refused), *(c for c in held if excludes(c) and named.by(c)))
    dropped = tuple(c for c in held if not excludes(c) and (named.anything(c) or (drops and named.by(c))))
    query = _left(state, said) if drops and (whole or _DROPS_IT.match(said) or undoes()) else None
    if allowed or dropped or query is not None:
        return Withdrawal(allowed, dropped, query, rest=rest)
    if again := _FINE_AGAIN.fullmatch(line.strip()):
        return Withdrawal(unknown=again["what"])
    return Withdrawal(unknown=said.strip()) if whole else None


def withdrawal_message(back: Withdrawal, state: DialogueState, language: str) -> str:
    """Put in words what is taken back.

    Parameters
    ----------
    back
        What a line takes back.
    state
        The conversation before it.
    language
        "en" or "zh".

    Returns
    -------
    str
    """
    if back.unknown:
        return plain(SAYS["nothing held"][language].format(what=back.unknown))
    parts = []
    if back.allowed:
        values = [value for each in back.allowed for value in ((each,) if each in state.refused else values_of(each))]
        told = [REFUSED_IN_CHINESE.get(each, in_chinese(each)) if language == "zh" else each for each in values]
        joint = "、" if language == "zh" else ", "
        parts.append(SAYS["taken back"][language].format(values=joint.join(dict.fromkeys(told))))
    if back.dropped:
        parts.append(SAYS["dropped"][language].format(conditions=describe_conditions(back.dropped, language)))
    if state.last is not None and back.query is not None and not parts:
        parts.append(SAYS["dropped words"][language])
    return ("" if language == "zh" else " ").join(parts)


def _parted(line: str) -> tuple[str, str]:
    """The clauses of a line that take something back, and the others."""
    clauses = [clause for clause in _CLAUSES.split(line) if clause.strip()]
    back = [clause for clause in clauses if any(words.search(clause) for words in (_DROPS, _ALLOWS, _ANY))]
    return " ".join(back), " ".join(clause for clause in clauses if clause not in back).rstrip(" ,.;!")


class _Named:
    """What of a catalogue a line names: values, attributes by their noun, and quantities."""

    def __init__(self, line: str, catalog: Catalog) -> None:
        for start, end in reversed(titles_within(line, catalog)):
            line = f"{line[:start]} {line[end:]}"  # who drops Star Wars drops no war film
        self._line = line
        self._values = {value for mention in Lexicon.of(catalog).mentions(line) for value in mention.values}
        chinese = chinese_conditions(line, catalog)[1]
        self._values |= {value for each in chinese for value in values_of(each)}
        stated = (*parse_conditions(line, catalog).conditions, *chinese)
        self._numbers = {name for each in stated if _numeric(each) for name in attributes_of(each)}
        said = [next(each for each in match.groups() if each) for match in _ANY.finditer(line)]
        self._any = [noun for noun, words in _ANY_OF.items() if any(re.search(words, each, re.I) for each in said)]

    def anything(self, condition: str) -> bool:
        """Whether any value will do of what a condition is about."""
        nouns = {attribute_noun(name).replace("color", "colour") for name in attributes_of(condition)}
        nouns |= {"length"} if set(attributes_of(condition)) & set(FACTS[0].attributes) else set()
        return any(noun in each or each in noun for noun in nouns for each in self._any)

    def by(self, condition: str) -> bool:
        """Whether a condition is about it."""
        names, values = attributes_of(condition), values_of(condition)
        if _numeric(condition):
            nouns = ("|".join(re.escape(attribute_noun(name)) for name in names)) or "(?!)"
            sign = next((s for s in _OF_YEARS if s in condition and ("<" in condition) != (">" in condition)), "")
            if sign and any("year" in name for name in names) and _OF_YEARS[sign].search(self._line):
                return True
            return bool(self._numbers & set(names)) or re.search(rf"\b(?:{nouns})s?\b", self._line, re.I) is not None
        return bool(set(values) & self._values) or any(value in self._line for value in values)


def _numeric(condition: str) -> bool:
    return all(re.fullmatch(r"[\d.]+(?:\.\.[\d.]+)?", value) for value in values_of(condition))


def _left(state: DialogueState, said: str) -> str | None:
    """The query of the last list without the parts that name what a line does; None where none does."""
    words = [word for word in content_words(said) if word not in _NAMES_NOTHING]
    if state.last is None or not state.last.query or not words or len(words) > MAX_QUERY_WORDS or is_chinese(said):
        return None
    parts = state.last.query.split("; ")
    kept = [part for part in parts if not any(re.search(rf"\b{re.escape(word)}", part, re.I) for word in words)]
    return "; ".join(kept) if len(kept) < len(parts) else None
