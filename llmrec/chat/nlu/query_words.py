"""The words of a query by which items can be ranked: without what only asks, tells nothing apart or compares.

A model that ranks by titles and kinds alone finds "Women, The" for "she likes it".
"""

import re

_COMPARED = re.compile(
    r"\b(?:(?P<y>funn|scar|sill|happ|gentl(?=ier)|cheer|quirk|creep|cos|comf|warm(?=ier)|wei(?=ier))ier|"
    r"(?P<stem>light|dark|soft|smart|mild|warm|bright|calm|slow|fast|deep|sweet|weird|clever|gentl|wild|quiet|"
    r"strong|thick|loud|rich|"
    r"loos|tight|plain|cool)e?r)\b(?! than (?!(?:that|this|it|these|those|them)\b))(?: than (?:that|this|it|"
    r"these|those|them)\b)?",
    re.I,
)
"""Comparatives, of which an encoder and a catalogue know the plain word better."""
_BEFORE_QUERY = re.compile(
    r"^(?:i'm|i am|we're|we are) (?:really |just |so )?(?:in the mood for|looking for|searching for|after|"
    r"up for|craving)\s+",
    re.I,
)
"""What stands before what is wanted, and would be ranked by ("I'm Not Rappaport")."""


A_TOUCH = re.compile(
    r"\b(?:(?:just )?a (?:touch|tad|shade|hint|smidge|smidgen|wee bit|little bit|fraction|notch)|slightly|somewhat|ever so slightly) (?=\w+er\b|more\b|less\b|too\b)",
    re.I,
)
"""How little of a comparison is meant."""


def plain_degree(query: str) -> str:
    """Write comparatives of a query as the plain word, without what stands before what is wanted.

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str

    Examples
    --------
    >>> plain_degree("something funnier and softer")
    'something funny and soft'
    """
    query = _BEFORE_QUERY.sub("", query)
    return _COMPARED.sub(lambda match: f"{match['y']}y" if match["y"] else match["stem"], query)


_AROUND_QUERY = (
    re.compile(
        r"^not (?:those|these|them)(?: two| three| ones?)?(?: obviously| of course| please| though)*[.,;! ]+", re.I
    ),
    re.compile(r"^(?:splendid|excellent|wonderful|marvellous|brilliant|lovely|perfect)[,.! ]+(?=\w)", re.I),
    re.compile(r"(?:^|[,;]\s*)(?:it )?doesn't matter(?=\s*(?:[,.;]|$))", re.I),
    re.compile(
        r"^not (?:that|this|those|these)(?: kinda| kind of| sort of| type of)? (?:stuff|things?|ones?|films?)$", re.I
    ),
    re.compile(
        r"\b(?:but |no,? )?that(?:'s| is| was)? ?(?:not|n't) what i (?:meant|asked(?: for)?|said|want(?:ed)?)\b|"
        r"\b(?:as )?i (?:already )?(?:said|told you)\b|(?:\b(?:and|but|or) )?\bnothing$",
        re.I,
    ),
    re.compile(
        r"^(?:(?:hi|hiya|hello|hey|yo|(?:good )?(?:evening|morning|afternoon)|there|everyone|ok|okay|well|so|and|"
        r"but|then|now|right|yes|yeah|fine|"
        r"great|cool|thanks|also|maybe|perhaps|please|instead|rather|just|only)\b[,.!:; ]+)+",
        re.I,
    ),
    re.compile(
        r"^(?:(?:i|we)(?:'m|'re| am| are)? (?:just )?(?:looking|searching|hunting|hoping) for|(?:i|we)(?:'d|"
        r" would)?(?: really| just| quite)? "
        r"(?:like|love|want|need|fancy|feel like|could do with|am after)(?: (?:to (?:see|watch|find|get|read|buy|"
        r"have)|watching|seeing))?|looking for|"
        r"(?:(?:can|could|would|will) (?:you|we|i) )?(?:please )?(?:give|show|find|recommend|suggest|get|pick|"
        r"tell|see|have)(?: (?:me|us))?|"
        r"(?:do )?(?:you |have you |have )(?:have |got )?|have you got|got|is there|are there|(?:what|how) about|"
        r"what else|"
        r"(?:let'?s )?make (?:it|that|them)|let'?s (?:see|watch|try|have|go for)|(?:recommend|suggest)\b)\s+(?=(?:a|an|the|some|any|anything|"
        r"something|more|one|ones|films?|movies?|"
        r"books?|\w+ (?:films?|movies?|ones?|books?)|\w+y)\b)",
        re.I,
    ),
    re.compile(
        r"^(?:anything|something|(?:some|any|a|an|the)? ?(?:films?|movies?|one|ones)) (?=(?:with|about|set|"
        r"involving|featuring|where|for)\b)",
        re.I,
    ),
    re.compile(r"^(?:(?:can|could|would|will) (?:you|we|i)|(?:please )?only|just)$", re.I),
    re.compile(
        r"(?:^|[,;. ]+)(?:(?:and|but|because|as|since|'?cause) )?(?:(?:i|we)(?:'m|'re|m| am| are| feel| was)|feeling)"
        r"(?: (?:so|really|very|just|a bit|a little|pretty|quite|too|kinda|totally|all|feeling|dead))*"
        r" (?:tired|exhausted|sleepy|bored|knackered|shattered|ill|sick|busy|free|(?:at )?home|alone|hung ?over|hungry|"
        r"off (?:work|today)|worn out)(?: (?:tonight|today|now|(?:of|from|after) \w+))?(?=[\s,.!?;]*$|[,.;!?])",
        re.I,
    ),
    re.compile(r"^(?:with|about|involving|featuring) (?!a |an |the )", re.I),
    re.compile(
        r"[, ]+(?:please|pls|then|instead|again|though|tho|thanks|thank you|cheers|if possible|if you (?:can|"
        r"have any)|in (?:it|them)|"
        r"for (?:me|us|tonight|today|this evening|the weekend|tomorrow)|tonight|today|this (?:evening|afternoon|"
        r"weekend)|tomorrow|"
        r"for (?:my|our|the) (?:family|mum|mom|mother|dad|father|wife|husband|girlfriend|boyfriend|partner|gran|"
        r"grandma|friends?|parents))"
        r"(?=[\s,.!?;]*$|[,.;!?])",
        re.I,
    ),
    re.compile(
        r"(?:,? (?:and|but|or|she|he|they|who)(?:'s|'re| is| are)?|[, ]+(?:she|he|they) (?:likes?|loves?|wants?))\s*$",
        re.I,
    ),
)
"""What stands around the words of a wish."""


def bare_query(query: str) -> str:
    """Take out of a query what only asks: by the words of a request a film would be ranked, too ("Tonight", "Give Me").

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str

    Examples
    --------
    >>> bare_query("have you got anything with dinosaurs in it"), bare_query("a heist tonight please")
    ('dinosaurs', 'a heist')
    """
    for _ in range(2):
        for pattern in _AROUND_QUERY:
            query = pattern.sub("", query.strip(" ,.;!?")).strip()
    return re.sub(r"^(?:a|an|the)\s*,\s*", "", query).strip(" ,.;!?")


FILLERS = frozenset(
    re.findall(
        r"[\w']+",
        "i i'm i'd i'll i've me my we we're us our you your he he's she she's they they're it it's that's there there's his "
        "her their him them need needs needed want wants wanted would could can may might should must with for to of at on "
        "in and or but so gf bf girlfriend boyfriend wife husband partner mum mom mother dad father son daughter friend "
        "friends parents brother sister nephew niece uncle aunt colleague boss roommate gran grandma grandpa who is are be "
        "monday tuesday wednesday thursday friday saturday sunday weekend evening night tonight today tomorrow afternoon "
        "morning june july later now then likes like loves love loved liked prefers prefer enjoys ideally preferably "
        "hopefully maybe perhaps possibly actually basically obviously definitely changed mind bit little kind sort type "
        "bored both all us everybody ever similar same others other back also too put add get go going present gift something anything some any a an "
        "the one ones film films movie movies picture pictures flick flicks story stories tale tales stuff thing things please thanks ok okay yes no well hmm oh just only really "
        "very quite if possible looking search searching find show give recommend suggest watch watching see seen "
        "what which how about else again instead rather than as does do did have has had got been was were will let's let "
        "think reckon guess meant mean everyone everybody mix completely totally entirely different whatever ugh normally usually typically cool swap "
        "wear wearing person more else always this that these those here really still even much many lot lots fine good nice great best put up",
    )
)
"""Words that tell no item from another, at the edges of what is wanted."""


def without_fillers(query: str) -> str:
    """Take the words that tell no item from another from the edges of each part of a query.

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    str
        A query in Chinese as it is.

    Examples
    --------
    >>> without_fillers("need a film for saturday with my gf, she likes dinosaurs")
    'dinosaurs'
    """
    if re.search("[\u3400-\u9fff]", query):
        return query
    parts = []
    for part in re.split(r"[,;.!?]+", query):
        words = part.split()
        article: list[str] = []
        while words and words[0].casefold().strip("'") in FILLERS:
            first = words.pop(0)
            article = [first] if first in ("a", "an", "the") else []
        while words and words[-1].casefold().strip("'") in FILLERS:
            words.pop()
        parts += [" ".join((*article, *words))] if words else []
    return ", ".join(parts)


_SET_IN = re.compile(
    r"\b(?:with|about|set (?:in|on|at|during)|featuring|involving)\s+(?:(?:a|an|the|some|lots of|plenty of|a lot of)\s+)*"
    r"(?P<what>[a-z][\w'-]*(?: [a-z][\w'-]*)?)$",
    re.I,
)
_TELLS_NOTHING = frozenset(
    re.findall(
        r"[\w']+",
        "i me my we us our you your he him his she her they them their it its this that these those who whom what which why how "
        "know knows think say said tell mean guess hope feel felt bring makes make made get gets got take took put let go goes "
        "went come comes came is are was were be been do does did don't doesn't didn't isn't mind need want like love hate enjoy "
        "watch see seen read wear buy look looking find show give try keep forget change changed bored tired hungry busy home "
        "older newer longer shorter cheaper later earlier better worse best worst old new long short cheap same other others "
        "else thing things stuff one ones kind sort bit lot mood time day days night year years week month today tonight now "
        "yesterday tomorrow morning evening afternoon weekend monday tuesday wednesday thursday friday saturday sunday january "
        "february march april may june july august september october november december spring summer autumn winter "
        "person people wife husband girlfriend boyfriend partner friend friends mum mom mother dad father brother sister son "
        "daughter kids kid child children family please thanks ok okay yes no not never without any some all both after before "
        "again still too also over just only really very quite rather maybe perhaps actually honestly but and or if when than then so",
    )
)
"""Words that are no wish by themselves: of the person, of the time, of what is done."""


def telling_words(query: str) -> list[str]:
    """List the few words of a query that clearly say what is wanted: "with zeppelins", or a clause of one or two words.

    Parameters
    ----------
    query
        What is left of a line.

    Returns
    -------
    list of str
        At most two, one or two words each; none of a sentence that tells something.

    Examples
    --------
    >>> telling_words("a comedy with zeppelins"), telling_words("something clever, it makes me sweat"), telling_words("you know what")
    (['zeppelins'], ['clever'], [])
    """
    found: list[str] = []
    if re.search("[\u3400-\u9fff]", query):
        return found
    for part in re.split(r"[,;.!?]+|\b(?:and|but)\b", query):
        said = " ".join(part.split())
        if not (match := _SET_IN.search(said)):
            words = said.split()
            while words and words[0].casefold() in FILLERS | {"a", "an", "the", "some", "something", "anything"}:
                words.pop(0)
            what = " ".join(words)
        else:
            what = match["what"]
        words = what.casefold().split()
        if 0 < len(words) <= 2 and not _TELLS_NOTHING.intersection(words) and not FILLERS.intersection(words):
            found += [what] if len("".join(words)) > 2 else []
    return list(dict.fromkeys(found))[:2]
