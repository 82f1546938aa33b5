"""The order that a line would have a list in: "newest first", "sort them by price", 从新到旧."""

import re

from llmrec.chat.nlu.questions import superlative

_OPENING = (
    r"(?:(?:ok(?:ay)?|and|but|so|please|now|then|can you|could you|would you|will you|i want|i'?d like|list|show|give|put|sort|"
    r"order|arrange|rank|have|with)(?: (?:me|us|it|them|these|those|the(?: list| films| movies| ones)?|that))*[,: ]+)*"
)
_FIRST = re.compile(
    rf"{_OPENING}(?:the |by )?(?P<most>[a-z]+est|most [a-z]+|least [a-z]+|best[- ]rated|(?:highest|best|top|lowest)[- ](?:rated|rating|reviewed)|latest)"
    r"(?: (?:ones?|films?|movies?|items?|products?))? (?:first|on top|at the top|to the top|up front|before the rest|to [a-z]+est)(?: please| then)?[\s?.!]*|"
    rf"{_OPENING}from (?:the )?(?P<from>[a-z]+est|most [a-z]+) to (?:the )?(?:[a-z]+est|least [a-z]+|most [a-z]+)(?: please)?[\s?.!]*",
    re.I,
)
_BY = re.compile(
    r"(?:(?:ok(?:ay)?|and|but|so|please|now|then|can you|could you|would you|will you|i want|i'?d like)[, ]+)*"
    r"(?:sort|sorted|order|ordered|arrange|arranged|rank|ranked|list|put|show)(?: (?:it|them|these|those|that|me|the (?:list|films|movies|ones|results)))*"
    r"(?: (?:in order of|by|according to|on))(?: (?:the|their))? "
    r"(?P<by>year|date|age|release(?: date| year)?|newness|price|cost|length|duration|running time|runtime|ratings?|reviews?|score|quality)"
    r"(?: of release)?(?:,? (?P<way>ascending|descending|low(?:est)? (?:to high(?:est)?|first)|high(?:est)? (?:to low(?:est)?|first)|rising|falling))?(?: please| then)?[\s?.!]*|"
    r"in order of (?P<in>year|date|age|price|cost|length|ratings?)(?: please)?[\s?.!]*",
    re.I,
)
_CHINESE = re.compile(
    r"(?:请|能不能|可以)?(?:把)?(?:它们|这些|列表)?(?:按照?|从)?(?P<zh>最?新|最?老|最?旧|最?便宜|最?贵|最?短|最?长|评分最?高|评分|年份|价格|时长)(?:的)?"
    r"(?:到(?:新|老|旧|便宜|贵|短|长|低)|(?:的)?(?:排|放)?(?:在)?(?:最)?前面?|排序|排一下|排列|(?:从)?(?:低到高|高到低))+(?:吧|吗|一下)?[。?! ]*"
)
_WORDS = {
    "year": "newest", "date": "newest", "age": "oldest", "newness": "newest", "price": "cheapest", "cost": "cheapest",
    "length": "shortest", "duration": "shortest", "running time": "shortest", "runtime": "shortest", "rating": "best rated",
    "review": "best rated", "score": "best rated", "quality": "best rated",
}  # fmt: skip
"""What a list is sorted by -> what stands first where a line does not say."""
_CHINESE_WORDS = {
    "新": "最新", "老": "最老", "旧": "最老", "便宜": "最便宜", "贵": "最贵", "短": "最短", "长": "最长", "评分高": "评分最高", "评分": "评分最高",
    "年份": "最新", "价格": "最便宜", "时长": "最短",
}  # fmt: skip
_OPPOSITE = {"newest": "oldest", "cheapest": "most expensive", "shortest": "longest", "best rated": "worst rated"}


def order_of(line: str) -> tuple[tuple[str, ...], bool] | None:
    """Read in which order a line would have the list that is on show.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    tuple or None
        Names of the attributes that it goes by, and whether the largest comes first; None where the line wants no
        order, or more than that.

    Examples
    --------
    >>> order_of("newest first"), order_of("can you sort them by price"), order_of("a new comedy")
    ((('year', 'release_year'), True), (('price', 'cost'), False), None)
    """
    if chinese := _CHINESE.fullmatch(line.strip()):
        word = _CHINESE_WORDS[chinese["zh"].replace("最", "")]
    elif first := _FIRST.fullmatch(line.strip()):
        word = first["most"] or first["from"]
    elif by := _BY.fullmatch(line.strip()):
        said = (by["by"] or by["in"]).lower()
        word = _WORDS[re.sub(r"^release.*", "year", said).removesuffix("s")]
        way = (by["way"] or "").lower()
        up = re.match(r"asc|low|ris", way) is not None
        if way and up == (word in ("newest", "best rated", "most expensive")):
            word = _OPPOSITE[word]
    else:
        return None
    wanted = superlative(word)
    return wanted[:2] if wanted else None
