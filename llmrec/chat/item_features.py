"""What is asked of an article beside its attributes, and which words of a description tell it: sleeves, warmth, pockets."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmrec.catalog import Catalog, Item
from llmrec.catalog.wording import wording
from llmrec.chat.catalogue_sentences import CatalogueSentences

MAX_QUOTED = 2
"""Sentences of a description that are told of one feature."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a description may tell of an article.

    Parameters
    ----------
    key
        Its name among the replies (`llmrec.chat.wordings.UNKNOWN`).
    question
        What a question that wants it holds.
    stated
        What a sentence holds that tells it.
    hints
        What a sentence holds that tells something near it.
    """

    key: str
    question: re.Pattern[str]
    stated: re.Pattern[str]
    hints: re.Pattern[str] | None = None


def _feature(key: str, question: str, told: str, hints: str = "") -> Feature:
    return Feature(key, re.compile(question, re.I), re.compile(told, re.I), re.compile(hints, re.I) if hints else None)


FEATURES = (
    _feature("sleeves", r"\bsleeves?\b|\bsleeved\b|\bsleeveless\b|袖", r"\bsleeve|\bstraps?\b|\bstrapless|\barmholes?\b"),
    _feature("pockets", r"\bpockets?\b|口袋|兜", r"\bpocket"),
    _feature("hood", r"\bhood(?:ed)?\b|连帽|帽子", r"\bhood"),
    _feature("neckline", r"\bneck(?:line)?\b|\bcollars?\b|领", r"\bneck|\bcollar|\blapel"),
    _feature("fastening", r"\bzip(?:s|per|pers|ped)?\b|\bbuttons?\b|\bfasten\w*|\blaces\b|\bhow does it (?:close|do up)|拉链|扣子|纽扣|系带",
             r"\bzip|\bbutton|\bpress-stud|\bhook|\bfly\b|\btie\b|\blac(?:es|ing)\b|\bbuckle|\bvelcro|\bfasten"),
    _feature("lining", r"\blin(?:ed|ing)\b|里衬|内衬|里布", r"\b(?:un)?lin(?:ed|ing)\b"),
    _feature("thickness", r"\b(?:thick(?:ness)?|thin|heavy|lightweight|flimsy|chunky)\b|\bis (?:it|that|this) (?:very |really |too |rather )*light\b(?! \w)|厚|薄",
             r"\b(?:thick|thin|heavy|lightweight|chunky|fine[- ]knit|airy|padded|quilted)\b",
             r"\b(?:fleece|brushed|sweatshirt fabric|wool|knit|jersey|weave|denim|flannel|(?:un)?lined|sheer)\b|knit"),
    _feature("warmth", r"\bwarm(?:th|er)?\b|\bcos[yi]\w*|\bwinter|\bcold (?:days?|weather)\b|保暖|暖和|冬天",
             r"\b(?:warm\w*|insulat\w*|thermal|padded|fleece|wool|down|winter|thermolite)\b",
             r"\b(?:lined|brushed|quilted|sweatshirt fabric|lightweight|airy)\b|knit"),
    _feature("stretch", r"\bstretch\w*|\belastic\w*|弹力|弹性|有弹", r"\bstretch|\belast"),
    _feature("transparent", r"\bsee[- ]?through\b|\btransparent\b|\bsheer\b|透(?:明|视|吗|不透)", r"\b(?:see-through|transparent|sheer|mesh|lace|(?:un)?lined|tulle|chiffon)\b"),
    _feature("water", r"\bwater[- ]?(?:proof|resistant|repellent)\b|\b(?:in|for) the rain\b|防水|防雨", r"\bwater|\brain|\bwindproof"),
    _feature("heel", r"\bheels?\b|\bflat\b|鞋?跟", r"\bheel|\bsole|\bflat\b"),
    _feature("waist", r"\bwaist(?:ed|band)?\b|腰", r"\bwaist"),
    _feature("fit", r"\b(?:is|are) (?:it|they|that|this|\w+ \d|the \w+(?: one)?) (?:very |really |too |rather |a bit |quite )*(?:loose|tight|baggy|oversized?|slim|fitted|wide|narrow)\b|\bhow does it fit\b|\bwhat(?:'s| is) the fit\b|宽松|修身|紧身|版型",
             r"\b(?:fit|loose|wide|slim|skinny|oversized|relaxed|straight|tapered|fitted|narrow|flared|boxy|regular)\b"),
    _feature("softness", r"\b(?:soft|scratchy|itchy|comfortable|comfy)\b|舒服|柔软|软|扎人", r"\bsoft"),
    _feature("care", r"\b(?:machine[- ])?wash(?:able|ed|ing)?\b|\biron(?:ing|ed)?\b|\btumble|\bdry[- ]clean|机洗|手洗|怎么洗|熨", r"\bwash(?:able| at)|\biron\b|\bdry[- ]clean"),
    _feature("cut", r"\bhow long (?:is|are)\b|\bcropped\b|\b(?:knee|ankle|floor)[- ]length\b|\bbelow the knee\b|多长|长款|短款|到膝",
             r"\b(?:knee|calf|ankle|hip|thigh|full|floor)-length\b|\b(?:cropped|maxi|mini|midi)\b|\b(?:long|short)\b(?!-| sleeves?| puff| wide sleeves)"),
)  # fmt: skip
"""What is asked of articles, the more particular first."""
LOOKS = re.compile(
    r"\bwhat (?:does|do|did) .{1,40} look like\b|\bhow (?:does|do) .{1,30} look\b|\bdescribe\b|什么样(?:子|的)?|长什么样|长啥样",
    re.I,
)
"""What asks how an article looks, which is all that its description tells."""


def feature_of(line: str, catalog: Catalog) -> Feature | None:
    """Find the feature that a question is about.

    Parameters
    ----------
    line
        A question.
    catalog
        The items.

    Returns
    -------
    Feature or None
        None for none, and wherever the items are no articles.

    Examples
    --------
    >>> items = (Item("1", "Ada", "Top with long sleeves.", {"category": "Top", "price": 9.0}),)
    >>> feature_of("has it long sleeves?", Catalog("hm", items, {})).key
    'sleeves'
    """
    if wording(catalog).noun != "product":
        return None
    return next((each for each in FEATURES if each.question.search(line)), None)


def describe_feature(feature: Feature, item: Item, say: CatalogueSentences) -> str:
    """Tell a feature of an article from its description.

    Parameters
    ----------
    feature
        What is asked.
    item
        The article.
    say
        The sentences of a language.

    Returns
    -------
    str
        What the description says of it, or of something near it; that it does not tell it otherwise.

    Examples
    --------
    >>> item = Item("1", "Ada", "Top in jersey. Long sleeves and a round neck.", {"category": "Top", "price": 9.0})
    >>> say = CatalogueSentences("en", Catalog("hm", (item,), {}))
    >>> describe_feature(FEATURES[0], item, say)
    'The description of Ada says: Long sleeves and a round neck.'
    >>> describe_feature(FEATURES[1], item, say)
    'The catalogue does not tell whether Ada has pockets.'
    """
    sentences = re.split(r"(?<=[.!?])\s+", item.description)
    if told := _holding(feature.stated, sentences):
        return say("quote", item, value=" ".join(told))
    near = _holding(feature.hints, sentences) if feature.hints else ()
    if near:
        return say("described", item, what=say.untold(item, feature.key), value=" ".join(near))
    return say("lacks", what=say.untold(item, feature.key))


def _holding(pattern: re.Pattern[str], sentences: Sequence[str]) -> Sequence[str]:
    """The first sentences that hold what a pattern does."""
    return [each for each in sentences if pattern.search(each)][:MAX_QUOTED]
