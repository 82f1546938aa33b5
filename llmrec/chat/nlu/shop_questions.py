"""Questions to a shop, or to whoever runs a catalogue, and not about its items: delivery, returns, payment, stock.

No catalogue answers them, so a chat says so in place of a search.
"""

import re
from collections.abc import Callable, Mapping

_SERVICES: Mapping[str, str] = {
    "delivery": r"\b(?:ship(?:s|ped|ping)?|deliver(?:s|y|ies|ed|ing)?|postage|courier)\b|"
                r"\bwhen (?:will|does|would|can) (?:it|they|this|that|these|my \w+|the \w+) (?:arrive|come|get here|be here)|"
                r"\b(?:get|have|send|sent) (?:it|them|this|that|these) (?:by (?!the)|to my|before (?:the|my)|next day|tomorrow)|"
                r"\b(?:track|where(?:'s| is)) (?:my|the) (?:order|parcel|package)\b|"
                r"送货|发货|快递|包邮|邮费|运费|配送|送到|寄到|寄往|几天(?:能|可以)?到|(?:什么时候|多久|啥时候)(?:能|会|可以)?(?:送|寄|发|到货|到(?!期))",
    "returns": r"\breturns?(?: (?:it|them|this|that|these|policy|something|an? \w+|my \w+|period|label|form|window))\b|\breturns\b(?= (?:work|possible|free|accepted))|"
               r"\b(?:do|can|are|is|what about|about|take|accept|free) returns?\b|\brefunds?\b|\bmoney back\b|\bif i change my mind\b|\bsend (?:it|them|this|that) back\b|"
               r"\bexchange (?:it|them|this|that|an? \w+)\b|\bexchanges\b|\bswap (?:it|them|this|that) (?:if|when|later|back|afterwards)\b|\b(?:it|they|that|this|these) (?:does not|doesn'?t|don'?t|do not|didn'?t|won'?t) (?:fit|suit)\b|退货|退款|退换|换货|能退|可以退|无理由退|包退",
    "fees": r"\b(?:accounts?|subscri(?:be|ption)s?|membership|free trial|(?:sign|log)(?:ging|ned)? ?(?:up|in)\b|fees?\b)|\bis (?:it|this|that) (?:all )?(?:free|paid)\b|\b(?:do|will) (?:i|you) (?:have to pay|charge|get charged)|"
            r"\b(?:per|a|every) month\b|\bcosts? (?:anything|money|me anything)\b|会员|订阅|收费|免费|花钱|要钱|注册|登录|月费|年费",
    "payment": r"\bpay(?:ing|ment|ments)?\b|\bpaypal\b|\bapple pay\b|\bcredit cards?\b|\bklarna\b|\binstal?lments?\b|\bgift (?:cards?|vouchers?)\b|\binvoices?\b|"
               r"付款|支付|微信付|支付宝|信用卡|分期|货到付款|发票|礼品卡|刷卡",
    "stock": r"\b(?:in|out of) stock\b|\bsold out\b|\brestock\w*|\bback in\b(?= (?:soon|stock))|\bhow many (?:are|do you have|have you got) left\b|"
             r"\b(?:still|currently|now) available\b(?! (?:on|in) )|\bavailable (?:in (?:the )?stores?|in your shop|online|now|right now|today)\b|"
             r"有货|现货|缺货|库存|补货|断货|卖完|没货",
    "hours": r"\bopening (?:hours|times)\b|\b(?:when|what time) (?:do|does|are|is) (?:you|the (?:shop|store)|your (?:shop|store))(?: guys)? (?:open|close|shut)|"
             r"\b(?:are you|is the (?:shop|store)|is your (?:shop|store)) (?:open|closed|shut)\b|\bopen (?:on|until|till) \w+|\bwhere (?:is|are) (?:your|the) (?:shops?|stores?|branch(?:es)?)\b|"
             r"营业时间|几点(?:开门|关门|营业)|开门吗|(?:店|门店|实体店)在哪|有(?:没有)?实体店|(?:地址|电话)(?:是)?(?:多少|什么|在哪)",
    "discounts": r"\bdiscounts?\b|\bcoupons?\b|\bvouchers?\b|\bpromo(?:tion|tions| codes?)?\b|\bon sale\b|\b(?:a|any|the|summer|winter) sales?\b(?! ?(?:man|person|woman))|"
                 r"\b(?:special|any) (?:offers?|deals?)\b|\bstudent price|优惠|打折|折扣|促销|满减|会员价|券",
    "orders": r"\b(?:cancel|change|place|track|status of) (?:my|an?|the|your) orders?\b|\bmy (?:last )?orders?\b(?= (?:status|number|is|arrive|has|was))|\bmy (?:account|password|membership)\b|"
              r"\b(?:customer (?:service|support|care)|speak to (?:a |some)?(?:human|person|someone|agent|manager)|talk to (?:a |some)?(?:human|person|someone|agent|manager))\b|"
              r"\b(?:warranty|guarantee)\b|订单|下单|人工客服|转人工|客服|保修|质保|怎么(?:买|购买|下单)|\b(?:hold|reserve|keep|put aside|set aside) (?:it|them|this|that|one|number \d+|#?\d+|the \w+ one)(?: aside| back)? (?:for me|until|till)|预留|预订|帮我留|留(?:一件|着)",
    "tickets": r"\b(?:tickets?|showtimes?|screening times?)\b|电影票|场次|买票|订票|票价",
}  # fmt: skip
"""What is asked of whoever runs a catalogue -> how it is asked."""
_PATTERNS = {key: re.compile(pattern, re.I) for key, pattern in _SERVICES.items()}
_ASKS = re.compile(
    r"[?\uff1f]\s*$|^(?:(?:and|so|but|ok|hi|hello|hey|well|oh|also|btw|please)[,. ]+)*(?:do|does|did|can|could|is|are|was|will|would|what|what's|when|how|"
    r"where|which|who|may|must|should)\b|^(?:i|we)(?: would|'d)? (?:want|need|like|have) to (?:return|exchange|pay|cancel|send|track|speak|talk|order)\b|"
    r"[吗么呢]|怎么|多久|几天|几点|什么|哪|多少|能不能|可不可以|可以|有没有|是否|支持|我要|我想",
    re.I,
)
"""What makes a line a question, or a request that is none for items."""
_OF_ITEMS = re.compile(
    r"\b(?:films?|movies?|books?|something|anything|stor(?:y|ies)|plot|one|ones|dress(?:es)?|shirts?) (?:about|with|where|set|involving|on the)\b|\b(?:in|about) (?:it|this|that|them|these|those|#?\d)\b|\b(?:it|this|that|\d|one) about\b|"
    r"\b(?:recommend|suggest|similar|more like)\b|关于|讲",
    re.I,
)
"""What asks for items that have to do with such a thing: "a film about a delivery boy"."""


def shop_question(line: str, within: Callable[[int, int], bool] = lambda _start, _end: False) -> str:
    """Read what a line asks of whoever runs a catalogue, and not about its items.

    Parameters
    ----------
    line
        What a person wrote.
    within
        Whether characters `[start, end)` of the line are part of something else, such as a title.

    Returns
    -------
    str
        Key of `llmrec.chat.wordings.SERVICES`; "" for none.

    Examples
    --------
    >>> shop_question("do you ship to Spain?"), shop_question("能退货吗"), shop_question("a film about a delivery boy")
    ('delivery', 'returns', '')
    """
    if not _ASKS.search(line.strip()) or _OF_ITEMS.search(line):
        return ""
    found = (key for key, pattern in _PATTERNS.items() for match in pattern.finditer(line) if not within(*match.span()))
    return next(found, "")
