"""Text normalisation: what is typed in haste written in full, a text cut into sentences, a complaint cut from a line.

What is read of a line afterwards need not know how it was typed: each habit of writing is met once, here.
"""

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from llmrec.chat.nlu.languages import is_chinese

_SHORT_FOR = {
    "im": "i'm", "ive": "i've", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "cant": "can't", "wont": "won't",
    "isnt": "isn't", "arent": "aren't", "wasnt": "wasn't", "werent": "weren't", "havent": "haven't", "hasnt": "hasn't",
    "couldnt": "couldn't", "wouldnt": "wouldn't", "shouldnt": "shouldn't", "whats": "what's", "thats": "that's",
    "wheres": "where's", "whos": "who's", "hows": "how's", "theres": "there's", "hes": "he's", "shes": "she's",
    "theyre": "they're", "youre": "you're", "lets": "let's", "u": "you", "ur": "your", "thx": "thanks", "ty": "thanks",
    "pls": "please", "plz": "please", "wat": "what", "smth": "something", "sth": "something", "somthing": "something",
    "sumthing": "something", "wanna": "want to", "wut": "what", "w": "with", "cept": "except", "em": "them", "wats": "what's", "wuts": "what's",
    "normaly": "normally", "alredy": "already", "nothin": "nothing", "gimme": "give me", "suprise": "surprise", "funy": "funny",
    "yr": "year", "yrs": "years", "nite": "night", "tonite": "tonight", "gonna": "going to", "kinda": "kind of", "cuz": "because",
    "movei": "movie", "moive": "movie", "flim": "film", "abt": "about", "w/o": "without", "gf": "girlfriend", "bf": "boyfriend",
    "youd": "you'd", "youll": "you'll", "youve": "you've", "theyve": "they've", "weve": "we've", "itll": "it'll", "thatll": "that'll",
    "obvs": "obviously", "probs": "probably", "deffo": "definitely",
}  # fmt: skip
"""Words as they are typed in haste -> in full."""
_HASTE = re.compile(
    rf"(?<![\w'&./-])(?:(?P<word>{'|'.join(_SHORT_FOR)})|(?P<ill>ill)(?= (?:take|go|have|get|buy|watch|pick|choose|try|order|read|"
    r"pass|skip|give|wear)\b)|(?P<age>\d{1,2})\s?(?:yo|y/o|yrs?[ -]olds?)(?=[\s,.!?]|$))(?![\w'&/-]|\.\w)",
    re.I,
)
_OFTEN = re.findall(
    r"\w+",
    "something anything nothing recommend suggest similar different another favourite please tonight shorter longer "
    "cheaper newer instead preferably ideally children animated interesting watched exciting hilarious relaxing "
    "comedies thrillers romantic violent",
)
"""Words of many lines, which are known where they are misspelt."""
_GREETING = re.compile(
    r"^(?:(?:good (?:morning|evening|afternoon)|hi+|hello|hey+|hiya)(?: there| all| again)?[!,.]+ |(?:你好|您好|嗨|哈喽|早上好|晚上好)[,!。]+ ?)(?=\w)",
    re.I,
)
_FILLER = (
    r"(?:even|actually|honestly|literally|seriously|really|basically|truly|genuinely|exactly|frankly|specifically|generally|just|"
    r"(?:the|in the) (?:hell|heck|world)|on earth|like(?= (?:really|super|so|actually|totally|even)\b)|(?:kind|sort) of(?= (?:know|think|have|like|pick|about)\b))"
)
_ASKS_SOMETHING = re.compile(
    r"(?:^|[.!?;,] )(?:(?:and|so|but|ok(?:ay)?|hm+|well|wait|hey|lol|oh|no|right|cool|then)[, ]+)*(?:what|which|who|whom|whose|why|how|when|where|what's|who's|how's|"
    r"is|are|was|were|do|does|did|have|has|had|can|could|would|should|will|isn't|aren't|don't|doesn't|didn't)\b",
    re.I,
)
_FILLED = re.compile(
    rf"(?<![\w'-])(?P<before>what|which|who|why|how|when|where|what's|who's|i|you|we|he|she|it|that|this|they|these|those|one|ones|is|are|was|were|do|does|did|"
    rf"the \w+ one|number \d+|\d(?:st|nd|rd|th)?)(?:,? {_FILLER},?)+(?= (?!how\b|the same\b|as\b|like \w+ing\b)\w)",
)
_FILLED_END = re.compile(
    r"(?P<what>\w)[, ]+(?:obviously|actually|honestly|seriously|literally|basically|probably|definitely)(?=\s*(?:[.!?,;]|$))"
)
"""What stands in a line and could be left out: "what do you even know", "not white obviously"."""
_NUMBER = re.compile(r"(?<=\b(?:is|of|on|in) )no\.? ?(?=\d\b)|\bno\.? ?(?=\d,? (?:what|when|who|how|which)\b)", re.I)
"""Where "no 2" is a place: "is no 2 funny?"."""
_SIMILAR = re.compile(
    r"\b(?P<what>something|anything|more|films?|movies?|ones?|stuff) similar\b(?! to| in| from)", re.I
)
_WHAT_ELSE = re.compile(r"(?P<title>\w),? (?:so |and )?(?=what else\b)", re.I)
_SHORT_YEAR_CHINESE = re.compile(r"(?<!\d)(?P<year>[2-9]\d)年(?=(?:的|上映|拍|以?[前后]|之[前后]|左右|到|至)(?!面))")
_YEAR_IN_HANZI = re.compile(
    r"(?P<century>一九|二[零〇]|(?=[四五六七八九]))(?P<ten>[零〇一二三四五六七八九])(?P<one>[零〇一二三四五六七八九])年(?P<about>以?前|级|后|来)?(?!代)"
)
"""A year in Chinese digits: 九五年, 一九九五年; 五六年前 and 八九年来 count years."""
_HANZI = "零一二三四五六七八九"
_PUT_BACK = re.compile(
    r"^(?:(?:ok|just|please|now|and)[, ]+)*put (?:the )?(?P<what>.+?)(?: ones?| films?)? back(?: in)?[.! ]*$", re.I
)
_TELL_MORE = re.compile(
    r"(?<=[,.!] )(?:please |can you )*tell me (?:a bit |some )?more(?: about (?:it|that|that one|this one))?[.!?]*$",
    re.I,
)
_ONE_COMPLAINT = (
    r"(?:why do )?you keep (?:giving|showing|recommending|suggesting|sending)(?: me)?(?: the same(?: \w+)?(?: again)?|"
    r" \w+)?(?: over and over(?: again)?)?|"
    r"(?:(?:that|this|it|these|they|those|you|what you (?:say|said))(?:'s|'re| is| are|'ve| have)? )?(?:really |just |still |all |totally |completely |so )*"
    r"(?:makes? (?:no|zero|little) sense|(?:does|do)n't make (?:any |much )?sense|nonsense|wrong|not (?:right|true|helping|listening)|"
    r"not what i (?:meant|asked|said|wanted)(?: for)?|(?:a bit|all|rather|way too|too) much|(?:all )?(?:look|feel|sound|seem)s? (?:all |exactly |pretty much )?(?:the same|alike|identical|samey)(?: to me)?|ridiculous|useless|no help|missing the point|got (?:me|it|that) wrong|misunderstood(?: me)?)(?: at all| again)?|"
    r"(?:are you|you're|you are) (?:even |not |just )*(?:kidding|joking|serious|listening|reading|deaf|blind)(?: to me| me)?(?: what i (?:write|say|said))?|"
    r"what the (?:hell|heck|f\w+)|wtf|ugh+|argh+|come on|seriously|omg|oh my god|for (?:god|heaven|fuck)'?s sake|i give up|try again|"
    r"(?:你)?(?:说的?|推荐的?|给的?)?(?:真|太|好|完全|根本|都|又|这)*(?:没(?:有)?道理|不对|离谱|答非所问|什么鬼|搞什么|胡说(?:八道)?|牛头不对马嘴|没听懂|听不懂(?:人话)?|"
    r"不是我(?:要|想要|说)的|没有?(?:在)?听|无语|弄错|搞错|理解错|乱推荐?)(?:吧|啊|啦|了|我说话?)*"
)
COMPLAINT = rf"(?:{_ONE_COMPLAINT})(?:[,;. ]+(?:(?:and|but) )?(?:{_ONE_COMPLAINT}))*"
"""What says of a list or an answer that it is wrong, once or twice, and not what would be right."""
_COMPLAINT = re.compile(
    rf"(?:(?:but|no|and|well|oh|hey|ok|sorry|nah|nope|dude|man)[, ]+)*(?:{COMPLAINT})[\s.!?,。]*", re.I
)
SHOUTED, SHOUTING = 12, 0.6
"""Letters of a line, and share of capitals, from which it is shouted and its capitals mark no names."""
HALF_WIDTH = {
    **{0xFF00 + code - 0x20: chr(code) for code in (*range(0x21, 0x30), *range(0x30, 0x3B), 0x3B, 0x3D, 0x3F)},
    0x2018: "'", 0x2019: "'", 0x3000: " ",
}  # fmt: skip
"""Punctuation and digits as Chinese keyboards type them -> those that the expressions are written with."""
_IN_PASSING = re.compile(
    r"^(?>(?:(?:lol|haha+|meh|dunno|uh+|um+|erm+|nah|hmm+|tbh|actually|i mean(?=,)|i meant?(?= (?:something|a|an|the|one|like)\b)|no,? "
    r"wait|scratch that|on second thoughts?)\b|(?:that'?s (?:much |way |a lot )?better|wait|sorry|oh|hang on|hold on|no|fine|okay|ok|right|very well|anyway|bruh|dude|sweet|awesome|neat|wow|yay|ugh|idk)(?=[,.!…]))[,.!… ]*)+(?=\w)|[,. ]+(?:lol|haha+|tbh)(?=[.! ]*$)",
    re.I,
)
"""What begins or ends a line and says nothing of what is wanted."""
_NOT_SO = re.compile(r"^(?:不是|不对|错了|唉|哎|那个)[,!。 ]+(?=\S)")
_SHORT_YEAR = re.compile(
    r"\b(?P<lead>(?:newer|older|later|earlier) than|after|before|since) '?(?P<year>[2-9]\d)(?= on\b|\s*(?:[,.!?)]|$|and\b|but\b|please\b|tho\b))",
    re.I,
)
"""A year that is told by its last digits, where a time is compared."""
_BETTER_THAN = re.compile(
    r"\b(?P<better>(?:would|might|could|'d) be (?:better|nicer|good)) than (?:the )?[^,.;:!?]+", re.I
)
"""What takes the place of what was asked for: "late 80s would be better than 90s"."""
_FIRST_FEW = re.compile(
    r"\b(?:the )?first (?:(?P<two>two|2)|three|3)(?: ones?| films?| movies?| items?)?"
    r"(?=\s*(?:[,.;!]|$|\b(?:of (?:them|these|those)|please|and|but|are|were|look|looked|sound|seem)\b))",
    re.I,
)
"""Places of the list, where nothing else follows that they could be the first of."""
_ANY_YEAR = re.compile(
    r"(?:^|(?<=[,.;!?] )|(?<=\band )|(?<=\bbut ))(?:actually |really |ok(?:ay)? )*(?:"
    r"(?:it |they |that |these |those )?(?:(?:can|could|may|might) be |(?:is |are )?(?:fine|ok(?:ay)?) |)(?:from )?any (?:year|age|era|"
    r"decade|period|time(?= (?:period )?(?:is|are|goes|works|will|would|from)|[.!]*$))(?: (?:is|are|goes|works|will do|would do)"
    r"(?: (?:fine|ok(?:ay)?|good|great))?)?|"
    r"(?:the )?(?:years?|age|era|decade) (?:does not|doesn'?t|don'?t|do not) matter(?: (?:to|for) (?:me|us))?|"
    r"(?:the |some )?(?:old|older|new|newer|recent|modern) (?:ones?|films?|movies?|stuff|things?) (?:is|are|would be) (?:also |quite |just )?"
    r"(?:fine|ok(?:ay)?|alright|all right|good|welcome)(?: (?:by|with|for) (?:her|him|them|us|me|my \w+))?|"
    r"(?:i |we )?(?:don'?t|do not|wouldn'?t) mind (?:the |some |an? )?(?P<age>old|older|new|newer|recent|modern) ?(?:ones?|films?|movies?|"
    r"stuff|things?)?)(?: either| too| after all| really| any ?more| now)*(?=\s*(?:[,.;!]|$|\b(?:and|but)\b))",
    re.I,
)
"""When it was made does not matter: what a line allows is no wish for it."""
_IN_TITLE = re.compile(r"(?<=\w) (?:anywhere )?in (?:the|its|their) (?:title|name)s?\b(?! of)", re.I)
"""Where words are looked for in any case."""
_NOT_SEEN = re.compile(
    r"(?<=\w) (?:that |which )?(?:i|we)(?: have|'ve)? ?(?:not|n't|haven't) (?:already )?(?:seen|watched|read)(?: yet| before)?"
    r"(?=\s*(?:[,.!]|$|please\b))",
    re.I,
)
"""What every list holds to: what is known does not come again."""
_LIKED_THEN_LIKE = re.compile(
    r"(?:i |we )?(?:really |just )?(?:liked?|loved?|enjoyed) (?P<title>[^,.;]+?)[,.;]? (?:so |and |please )*(?:(?:give|show) me |find |"
    r"some(?:thing)? )*(?:more )?like (?:that|it|this)(?: one)?[.! ]*",
    re.I,
)
_FINE_AFTER_ALL = re.compile(
    r"^(?:(?:ok|oh|sorry|wait)[, ]+)*i take (?:it|that) back[,;.: ]+(?P<what>.+? (?:is|are) (?:fine|ok|okay|all right))[.! ]*$",
    re.I,
)
_AND_LATER = re.compile(
    r"\b(?:from |since |in )?(?:the )?(?:early |late )?'?(?P<century>19|20)?(?P<decade>\d0)'?s? (?:or|and) (?:later|newer|after|up|upwards?|onwards?)\b"
    r"(?! \d)(?: that)?",
    re.I,
)
"""A decade from which on something is wanted: "the 80s or later"."""
_NOT_UNTIL = re.compile(
    r"\b(?:not|nothing|none|no (?:films?|movies?|books?|ones?))(?: from| of| made in)? (?:the )?(?P<decade>(?:19|20)?\d0'?s),? "
    r"(?:or|and|nor) (?:anything )?(?:older|earlier|before)(?: that| than that)?\b",
    re.I,
)
_GOES_ON = re.compile(
    r"(?<=\w)[.;!]+ +(?P<joint>and|or|nor|also|plus|same (?:for|with)|ditto) (?P<what>(?:[\w'-]+ ?){1,4})(?=[.;!,]|$)",
    re.I,
)
"""A sentence without a verb of its own, which goes on with that of the one before: "I hate musicals. And war films."."""
_GOES_ON_CHINESE = re.compile(
    r"(?P<before>(?:讨厌|不喜欢|不爱看?|不要|不想看|不看|别要)[\u3400-\u9fff]{1,6})[\u3002;]\s*(?:还有|以及|和)(?P<what>[\u3400-\u9fff]{1,5})(?=[\u3002;!]|$)"
)
_TASTE = re.compile(
    r"\b(?:hates?|loathes?|dislikes?|loves?|likes?|enjoys?|no|not|never|\w+n't|avoid|without|skip)\b", re.I
)
_OWN_VERB = re.compile(
    r"\b(?:i|you|we|he|she|it|they|give|show|find|get|make|not|no|nothing|what|which|who|how|why|when|where|please|thanks?|"
    r"something|anything|[a-z]+n't|is|are|was|were|do|does|did|have|has|can|could|would|seen|more|less|maybe|only)\b",
    re.I,
)
_AND_THE_MOST = re.compile(
    r"^(?:(?:and|so|ok|then|what about|how about)[, ]+)*the (?P<most>[a-z]+est|most [a-z]+)(?: one)?"
    r"(?<!the best)(?<!latest)(?: (?:of|among|from|out of) (?:these|those|them|the list|that lot))?[?.]*$",
    re.I,
)
_SAYS_WHO = re.compile(
    r"^(?:(?:but|and|well|hm+)[, ]+)*(?:my \w+|he|she|they|the \w+|we)(?:'d| would| will|'ll)? (?:says?|thinks?|finds?|said|thought|reckons?)(?: that)? "
    r"(?=(?:they|these|it|that|those|this|them)\b.*\btoo \w+[.! ]*$)|"
    r"^(?:他|她|我?(?:妈|爸|老婆|老公|女朋友|男朋友|孩子|朋友|女儿|儿子))们?(?:嫌|觉得|说|认为)(?:它|这[些个部件])?(?=太|有点)",
    re.I,
)
"""Who finds too much of something."""
_FOR_ME = re.compile(
    r"(?P<too>\btoo [\w-]+) for (?:me|us|him|her|them|(?:my|our|her|his) (?:taste|liking|\w+))(?=[.! ]*$)", re.I
)
_A_BIT = re.compile(
    r"^(?:(?:but|and|well|hm+)[, ]+)*(?:(?:a )?(?:bit|tad|touch|little bit|little) (?:too )?(?P<a>(?!\w+er\b|more\b|less\b|of\b|much\b)[a-z-]{3,}),? (?:these|those|this lot|that lot|all of (?:these|those|them))|"
    r"(?:these|they|those|that lot|this lot)(?:'re| are|'s| is)(?: all)? (?:a (?:bit|tad|touch|little)|rather|kind of|somewhat) (?:too )?(?P<b>(?!\w+er\b|more\b|less\b|of\b|much\b)[a-z-]{3,}))[.! ]*$",
    re.I,
)
"""What finds a list a bit much of something."""
_NOBODY_LIKES = re.compile(
    r"^(?:(?:but|and|sorry|well)[, ]+)*(?:nobody|no one|none of us|neither of us)(?: (?:here|else|in (?:my|our|the) \w+|of (?:us|them)))*"
    r" (?:really )?(?:likes?|wants?|enjoys?|watches|loves?|is into|cares? for|can stand)(?: to (?:see|watch))? (?P<what>[\w'-]+(?: [\w'-]+){0,2})(?=[.!]?$)",
    re.I,
)
_BORN = re.compile(
    r"[.,;!?]?\s*\b(?:i'?m|i am|i was|we're|we were|she's|he's|she was|he was) (?:born )?(?:from|in) (?P<year>(?:19|20)\d\d)\b[.!]?",
    re.I,
)
_BEFORE_BIRTH = re.compile(
    r"\b(?:(?:from|made|of) )?(?P<when>before|after|since|in the year|from the year|the year) (?:i|we|she|he) (?:was|were) born\b",
    re.I,
)
"""A year that is told as that of somebody's birth, and what is wanted from before it."""
_WHEN = {"in the year": "from", "from the year": "from", "the year": "from"}
_AND_THE_MOST_CHINESE = re.compile(r"^那?(?:么)?最(?P<most>[\u3400-\u9fff]{1,2})的呢\?*$")
"""A question that goes on from one before: "and the newest?"."""


def spelt_out(line: str) -> str:
    """Write in full what is typed in haste.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str

    Examples
    --------
    >>> spelt_out("ill take 2, thx. im 12yo, dont laugh")
    "i'll take 2, thanks. i'm 12 year old, don't laugh"
    >>> spelt_out("\uff12\uff0c\u4e0d\u8981\uff01")
    '2,\u4e0d\u8981!'
    >>> spelt_out("nah, neither of the first two"), spelt_out("my first two kids"), spelt_out("I haven't seen 2")
    ('neither of 1 and 2', 'my first two kids', "I haven't seen 2")
    """

    def full(match: re.Match[str]) -> str:
        if match["word"] and match[0].isupper() and len(match[0]) < 3:
            return match[0]  # "U" and "UR" in capitals are names
        words = f"{match['age']} year old" if match["age"] else "i'll" if match["ill"] else _SHORT_FOR[match[0].lower()]
        return words.capitalize() if match[0][0].isupper() else words

    line = _GREETING.sub("", _IN_PASSING.sub("", _HASTE.sub(full, line.translate(HALF_WIDTH))))
    line = without_fillers_within(line)
    line = re.sub(r"(?<![\w'-])[a-z]{6,}(?![\w'-])", lambda match: _often(match[0]), line)
    line = _WHAT_ELSE.sub(r"\g<title>. ", _SIMILAR.sub(r"\g<what> similar to that", _NUMBER.sub("number ", line)))
    line = _TELL_MORE.sub("what is it about?", line)
    line = _YEAR_IN_HANZI.sub(_year_in_digits, line)
    line = _PUT_BACK.sub(r"\g<what> is fine again", _SHORT_YEAR_CHINESE.sub(r"19\g<year>年", line))
    line = _ANY_YEAR.sub("forget that about the year", line)
    line = _BETTER_THAN.sub(r"\g<better>", _NOT_SO.sub("", line))
    letters = [each for each in line if each.isascii() and each.isalpha()]
    if len(letters) > SHOUTED and sum(map(str.isupper, letters)) > SHOUTING * len(letters):
        line = line.lower()
    line = _SHORT_YEAR.sub(r"\g<lead> 19\g<year>", line)
    line = _FIRST_FEW.sub(lambda match: "1 and 2" if match["two"] else "1, 2 and 3", line)
    line = _AND_LATER.sub(lambda match: f"since {match['century'] or 19}{match['decade']}", line)
    line = _NOT_UNTIL.sub(r"after the \g<decade>", line)
    line = _NOT_SEEN.sub("", _IN_TITLE.sub("", line))
    line = _A_BIT.sub(r"too \g<a>\g<b>", _FOR_ME.sub(r"\g<too>", _SAYS_WHO.sub("", line)))
    line = _NOBODY_LIKES.sub(r"no \g<what>", line)
    if (born := _BORN.search(line)) and _BEFORE_BIRTH.search(line):
        line = _BEFORE_BIRTH.sub(
            lambda match: f"{_WHEN.get(match['when'].lower(), match['when'])} {born['year']}", _BORN.sub("", line)
        )
    line = _FINE_AFTER_ALL.sub(r"\g<what> again", line)
    line = _AND_THE_MOST.sub(r"which is the \g<most>?", _AND_THE_MOST_CHINESE.sub(r"最\g<most>的是哪部", line))
    line = _GOES_ON_CHINESE.sub(r"\g<before>、\g<what>", line)
    line = _GOES_ON.sub(lambda match: f" and {match['what']}" if _same_verb(line, match) else match[0], line)
    liked = _LIKED_THEN_LIKE.fullmatch(line)
    return f"more like {liked['title']}" if liked else line


def without_fillers_within(line: str) -> str:
    """Drop from a line the words that only lend it force: of a question wherever they stand, and at the end of a clause.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str

    Examples
    --------
    >>> without_fillers_within("what do you even know about me"), without_fillers_within("why is it honestly even there?")
    ('what do you know about me', 'why is it there?')
    >>> without_fillers_within("Is Love Actually in there?"), without_fillers_within("I really like musicals")
    ('Is Love Actually in there?', 'I really like musicals')
    """
    line = _FILLED_END.sub(r"\g<what>", line)
    return _FILLED.sub(r"\g<before>", line) if _ASKS_SOMETHING.search(line) else line


def _same_verb(line: str, match: re.Match[str]) -> bool:
    """Whether a sentence goes on with what the one before it likes, or rules out."""
    before = re.split(r"[.!?;]", line[: match.start()])[-1]
    return _TASTE.search(before) is not None and _OWN_VERB.search(match["what"]) is None


def _year_in_digits(match: re.Match[str]) -> str:
    ten, one = (_HANZI.index(match[name].replace("〇", "零")) for name in ("ten", "one"))
    counts = one == ten + 1 and match["about"] in ("前", "后", "来")
    if not match["century"] and (counts or match["about"] == "级"):
        return match[0]
    century = 20 if match["century"].startswith("二") else 19
    return f"{century}{ten}{one}年{match['about'] or ''}"


def _often(word: str) -> str:
    """The word of many lines that this one is a slip away from (two in a long one); itself for none."""
    slips = 2 if len(word) > 8 else 1
    near = process.extractOne(word, _OFTEN, scorer=OSA.distance, processor=None, score_cutoff=slips)
    # "recommends" and "recommended" are no slips
    return str(near[0]) if near and not word.startswith(near[0][:-1]) and not near[0].startswith(word) else word


_SENTENCES = re.compile(r"(?<=[.!?;\u3002])(?!(?<=\d\.)\d)(?<!\b[A-Z]\.)\s*(?=[^\s.!?;])|(?<=\.\.\.)\s*")


def sentences(text: str) -> list[str]:
    """Cut a text into its sentences.

    Parameters
    ----------
    text
        What the person wrote.

    Returns
    -------
    list of str
        Those with a word in them.

    Examples
    --------
    >>> sentences("No sci-fi! Something funny... please")
    ['No sci-fi!', 'Something funny...', 'please']
    """
    return [part.strip() for part in _SENTENCES.split(text) if re.search(r"\w", part)]


_OF_THE_LIST = re.compile(
    r"(?:(?:but|and|oh|hey|wait|no|well|hm+|ugh)[, ]+)*(?:half|most|some|all|none|two|three|four|several) of (?:those|these|them|the list)\b|"
    r"(?:(?:but|and|oh|hey|wait|no|well|hm+|ugh)[, ]+)*(?:those|these|they|that)(?:'re| are| r| were|'s| is) (?:all |both |mostly |still )?"
    r"(?:from|in|old|new|too|not|(?:comed|drama|western|thriller|musical|cartoon)\w*)\b|"
    r".*(?:怎么还(?:有|是)|怎么都是|怎么又是)",
    re.I,
)
"""How a sentence begins that says what is wrong with a list."""
_AS_SAID = re.compile(
    r"^(?:(?:but|no|well|as|and|look|dude|hey)[, ]+)*i (?:already |clearly |just |specifically )?(?:said|asked for|told you)[,: ]+|"
    r"^(?:我)?(?:刚才|明明|都|已经)*(?:说的是|说了|说过)[,: ]*",
    re.I,
)


def repeated_query(line: str) -> str:
    """Keep of a complaint what was asked for: "half of those are from the nineties. I said before 1960".

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str
        The line itself where it says of no list that it is wrong and then what was wanted.

    Examples
    --------
    >>> repeated_query("Half of those are from the nineties. I said before 1960.")
    'before 1960.'
    >>> repeated_query("These are from the nineties.")
    'These are from the nineties.'
    """
    parts = sentences(line)
    if len(parts) == 1 and (is_chinese(line) or any(map(_COMPLAINT.fullmatch, re.split(r",\s*", line)))):
        parts = [part for part in re.split(r"(?<=,)", line) if re.search(r"\w", part)]
    wrong = [part for part in parts if _OF_THE_LIST.match(part) or _COMPLAINT.fullmatch(part.strip())]
    left = [_AS_SAID.sub("", part.strip()) for part in parts if part not in wrong]
    said = [part for part in parts if _AS_SAID.match(part.strip())]
    if not (wrong and left) and not (said and len(parts) == 1 and left != parts):
        return line
    return " ".join(part.strip() for part in left if re.search(r"\w", part)) or line
