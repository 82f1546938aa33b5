"""Clauses that tell of the people and ask for nothing: "my sister just got dumped, she's crying on my couch".

A list is ranked by the words of a line, so what only tells a story would rank by chance: a nurse whose "brain is mush"
gets "Braindead". Such clauses are cut before anything else reads the line.
"""

import re
from collections.abc import Callable, Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.chat.nlu.clauses import clauses
from llmrec.chat.nlu.lexicon import Lexicon, value_facets
from llmrec.chat.nlu.moods import MOODS
from llmrec.chat.nlu.named_items import names_place, titles_within
from llmrec.chat.nlu.suitability import audience_of, unwanted_qualities

_OPENING = re.compile(
    r"^(?:(?:and|but|so|because|cause|since|as|hm+|ok(?:ay)?|oh|hey|hi|hello|well|lol|haha+|actually|tbh|you know|"
    r"sorry|also|plus|then|yes|yeah|honestly|anyway|though|tho|good (?:evening|morning|afternoon))\b[,.!\u2026: ]*)+",
    re.I,
)
_OF_PEOPLE = re.compile(
    r"(?:(?:i|we|he|she|they)(?:'m|'s|'re|'ve|'d|'ll)?\b|"
    r"(?:(?:my|our|his|her|their|one of (?:my|our|the)) (?:[\w'-]+ ){1,3}?|"
    r"the (?:kids?|children|boys?|girls?|baby|wife|husband|boss|dog|cat|neighbours?) )(?:and i |just |is|are|was|were|has|have|had|got|gets?|just|works?|wants? to sleep|"
    r"thinks?|says?|"
    r"loves? to sleep|comes?|came|left|went|goes)\b|(?:had|been|just got|came (?:home|back)|worked|spent|"
    r"finished|survived) |"
    r"(?:what )?(?:an? )?(?:very |really |so )?(?:long|hard|tough|rough|bad|terrible|awful|stressful|busy|"
    r"crazy) (?:day|week|shift|night|month|year)\b|"
    r"(?:today|tonight|yesterday|work|this week) (?:was|is|has been)\b|(?:brain|head|body|everything|everyone|"
    r"everybody|nobody) (?:is|are|was|hurts?)\b|"
    r"(?:(?:the )?last thing|exactly what|not what) (?:i|we|he|she|they|you) needs?\b|[a-z]+ (?:dumped|left|"
    r"broke up with|divorced|cheated on) (?:me|her|him|us)\b)",
    re.I,
)
"""How a clause begins that tells of people, or of their day."""
_WANTS = re.compile(
    r"\b(?:laugh(?:s|ed|ing)?|cheer(?:ed|ing)?|smile|scream|relax|unwind|escape|giggle|entertain(?:ed|ing)?|switch(?:ed)? off|something|anything|nothing|some|any|more|another|want(?:s|ed)?|needs? (?!to (?:sleep|go|work|be|"
    r"get up|leave|eat|rest)\b)|"
    r"looking|searching|fancy|feel(?:s|ing)? like|mood|prefers?|preferred|likes?|liked|loves?|loved|enjoy(?:s|"
    r"ed)?|hates?|hated|dislikes?|"
    r"stand|avoid|allergic|(?:tired|sick|bored) of|had enough of|recommend|suggest|show|give|find|pick|choose|"
    r"skip|swap|films?|movies?|books?|"
    r"cinema|under|over|before|after|from|budget|size|wears?|years? old|seen|saw|watch(?:ed|ing)?|own(?:s|ed)?|"
    r"bought|reads?|no|without|never|take|"
    r"go (?:for|with|back)|try|buy|get (?:it|that|the)|too|scared of|afraid of|mean|meant|said|told|about|list|"
    r"one|ones|remember|only|always|"
    r"fan|favou?rites?|into|thanks?|thank)\b|[?\d]",
    re.I,
)
"""What keeps a clause, whoever it speaks of."""
_TOO_FOR_IT = re.compile(
    r"\b(?:thinks?|says?|feels?|are|is|'re|'s)\b.{0,24}\btoo (?:old|young|grown[- ]up|cool|big) for\b", re.I
)
"""A person who is too old for something: no film is."""


_OF_AGE = re.compile(
    r"(?:(?:he|she|they|we)(?:'s|'re| is| are) (?:about |only |just |nearly )?\d{1,2}(?: years? old)?|"
    r"(?:(?:he|she|they|i|we)(?:'s|'re|'m| is| are| am) )?always (?:cold|hot|warm|tired|busy|late|hungry))",
    re.I,
)
"""How old somebody is who is no child, and what they are like."""


_PERSON = r"(?:i|we|he|she|they|you all|(?:me|us) and (?:my|our) \w+|(?:my|our|his|her|their) (?:[\w'-]+ ){0,2}?[\w'-]+(?: and (?:i|me))?)"
_BE = r"(?:'?m|'?s|'?re|'?ve been| am| is| are| was| were| have been| has been)"
_PLACED = (
    r"(?:stuck|sitting|staying|stranded|snowed in|holed up|curled up|tucked up|living|visiting|travell?ing|moving|going (?:back )?to|going on|"
    r"back (?:home|from|at|in)|home|alone|away|off (?:sick|work|to)|on (?:my own|our own|holiday|vacation|maternity|leave|a (?:train|plane|bus|break|diet)|the (?:train|plane|bus|road|sofa|couch))|"
    r"in (?:bed|hospital|a cabin|a hotel|quarantine|lockdown|a new \w+|(?:his|her|their|my|our) \w+)|at (?:home|my|our|the|a|his|her)|pregnant|ill|sick|nursing|breast-?feeding|retired|divorced|single|married|engaged|"
    r"new (?:here|in|to)|coming (?:over|round|to (?:stay|visit|dinner))|staying over|hosting|having (?:friends|people|guests|family|a)|about to|meeting|between jobs|"
    r"(?:too |so |really |very |dead |completely |quite )*(?:tired|exhausted|knackered|shattered|sleepy|lonely|jet-?lagged|heartbroken|hung ?over|poorly)|"
    r"an? (?:[\w-]+ )?(?:teacher|nurse|doctor|student|bloke|guy|man|woman|girl|lady|mum|mom|dad|parent|lawyer|accountant|waiter|waitress|driver|farmer|writer|"
    r"pensioner|grandmother|grandfather|beginner|newbie|night owl))\b"
)
_SITUATION = re.compile(
    rf"(?:{_PERSON}{_BE}(?: (?:all|both|just|now|currently|so|still|back|really|finally|only))* {_PLACED}|"
    rf"(?!(?:i|we)\b){_PERSON}{_BE} (?:only |just |nearly |about |turning )?\d{{2,3}}(?: years? old| now)?(?=\s*(?:[,.;!]|$|\band\b))|"
    rf"{_PERSON} (?:just |recently |always |usually |often |regularly )*(?:mov(?:e|ed)|started|finished|broke|lost|quit|graduated|landed|arrived|teach|work(?:s|ed)?|study|studies|"
    r"run a|grew up|was brought up|were brought up|forgot|do an?|does an?|have an?|fall(?:s)? asleep|cr(?:y|ies) (?:at|over)|nods? off|doze(?:s)? off|host|volunteer|commute)\b|"
    r"(?:(?:a|our|my|having a|it's a) )?(?:sleep-?over|slumber party|pyjama party)(?: (?:tonight|today|tomorrow|this (?:evening|weekend)|here))?(?: (?:with|w/?|for) [^,.;!?]+)?(?=\s*(?:[,.;!]|$))|"
    r"(?:just )?(?:moved (?:to|in|house|out|back)|going (?:back )?to|off to|heading (?:to|for)|started a new|stuck (?:in|at|on|with)|sat (?:in|at|on))\b|"
    r"(?:the |our )?(?:wi-?fi|internet|tv|telly|heating|power|weather|train) (?:is|was|went)\b|(?:i|we) have (?:popcorn|pizza|wine|snacks|beer|the sofa)\b|"
    r"[a-z]+ everywhere\b|(?:(?:i|we) )?(?:don'?t|do not) know (?:a soul|any(?:one|body)|(?:him|her|them) (?:well|that well))|"
    r"(?:can|could) (?:we|you|this|that) (?:meet in the middle|please everyone|help|sort that)|is (?:that|this) (?:even )?(?:possible|too much to ask)|"
    r"(?:if that|does that) (?:helps?|makes? (?:any )?sense)|(?:i|we) (?:can'?t|cannot) (?:iron|cook|sleep|sew|decide|drive|read subtitles)|"
    r"(?:as )?(?:i|we) (?:just |already )?(?:said|told you|mentioned)\b(?! no)|hates? shopping|who hates? shopping|long story|don'?t ask|you know how it is)",
    re.I,
)
"""How a clause begins that tells where people are and what they do, whatever else it holds ("no wifi", "78")."""
_ASKS = re.compile(
    r"\b(?:something|anything|nothing|films?|movies?|flicks?|pictures?|books?|want(?:s|ed)?|wanna|looking|fancy|fancies|prefers?|likes?|loves?|loved|liked|hates?(?! shopping)|hated|"
    r"enjoy(?:s|ed)?|recommend|suggest|show|find|give|watch(?:ed|ing)?|seen|saw|need(?:s)?(?! to)|mood|instead|list|"
    r"sold|take|one|ones|without|avoid|allergic|scared|afraid|(?:first|second|third|fourth|fifth|last)(?! (?:night|week|day|year|month|weekend|thing|evening)))\b|[?]",
    re.I,
)
"""What makes such a clause a wish, or one about items, all the same."""
_AND_I = re.compile(
    r"(?:(?<=^)|(?<=[,.;!?] ))(?:(?:me|us) and (?:my|our) [\w-]+|(?:my|our) [\w-]+ and (?:i|me)\b)", re.I
)
"""Several people, one of whom speaks."""
_AGED = re.compile(
    rf"(?:(?<=^)|(?<=[,.;!?] ))(?:and |so )?(?!(?:i|we)\b){_PERSON}{_BE} (?:about |nearly |only )?(?:[2-9]\d|1[6-9]|1\d\d) and (?=(?:loves?|likes?|wants?|prefers?|enjoys?|hates?|needs?|adores?)\b)|"
    r"^(?:i'?m|i am) (?:[2-9]\d|1[6-9]), (?!no\b|not\b)|"
    r"^(?:(?:i'?m|i am|we'?re|we are) )?(?:broke|home alone|bored|lonely|single|skint|hungover|jet-?lagged)(?:,? (?:and|but) (?:broke|home alone|bored|lonely|single|alone|tired|at home))*[,.] ",
    re.I,
)
"""How old a grown person is, and how they are, before what is wanted."""
_EVENINGS = re.compile(
    r"\b(?:(?:bad|horror|girls'?|family|weekly|monthly) )*(?:movie|film|cinema|games?) (?:nights?|clubs?|evenings?|marathons?)\b",
    re.I,
)
"""What people do with films, and no wish for one."""
_JUDGES = re.compile(
    r"(?:that|the|its|their|his|her) (?:[\w'-]+ ){1,3}(?:was|were|felt|seemed|dragged|lasted|put|made|bored|annoyed|"
    r"irritated|bothered|gave|ruined|spoils?|spoil[et]d)\b(?: [\w'-]+){0,5}|"
    r"(?:it|that|this|they|those|these|[\w-]+) (?:always |just |really |only )?(?:makes?|made|gives?|gave|leaves?|left) (?:me|us|him|her|my \w+) "
    r"(?!laugh|smile|cry|think|happy|goosebumps)[\w'-]+(?: [\w'-]+){0,3}|"
    r"(?:i|we|he|she) (?:fell|fall|nodded|dozed|slept|switched|turned|gave|walked|left)(?: \w+)? (?:asleep|off|up|out|through|halfway|it)\b.*",
    re.I,
)
"""Why something is not wanted, after it was said what."""
_REASONS = re.compile(
    r"(?:(?:because|since|as|cause) )?(?:it|they|he|she|everyone|everybody|nobody|no one|people|(?:the|that|this|those|these|its|their) (?:[\w'-]+ ){0,2}[\w'-]+)"
    r"(?:'s|'re|'ve| )(?!should|must|can\b|could|need|has to|have to|may|might)[\w'-]+",
    re.I,
)
"""How a clause begins that says why something is ruled out, behind what rules it out."""
_REST = re.compile(
    r"(?:but )?(?:the (?:rest|others?)(?: of (?:them|those|these|it))?|everything else|all the others?) (?:looks?|sounds?|seems?|is|are) (?:all )?(?:fine|good|ok(?:ay)?|great|alright|all right|nice)",
    re.I,
)
"""What leaves the rest of a list as it is."""
_RULES_OUT = re.compile(
    r"(?:no|not|nothing|none|never|without|skip|drop|lose|leave out|remove|hide|avoid|forget)\b(?! (?:sure|really|bad|too|so|just|only|necessarily)\b)",
    re.I,
)
_NAMED_BEFORE = re.compile(
    r"(?P<out>(?:^|[,.;!] )(?:and |but |also )?(?:no|not|nothing with|skip|without) (?!(?:the|that|this|it|number|one|any of)\b|\d)[^,.;!?]+?)[,;:-]+ "
    r"(?:they|it|that|those|these)(?:'re|'s| are| is| were| was)(?: (?:just|so|really|too|all|always|such|a|an|a bit))* [\w'-]+(?: [\w'-]+){0,3}(?=[.!]?$)",
    re.I,
)
"""What is ruled out, with why: "not vampires, they're silly"."""
_PRAISES = re.compile(
    r"\b(?:favou?rites?|great|good|best|brilliant|lovely|perfect|fun|funny|amazing|superb|nice)\b", re.I
)
_LOATHES = re.compile(
    r"(?:i |we |he |she )?(?:just |really |absolutely |simply )?(?:can'?t stand|cannot stand|can'?t bear|hates?|loathes?|detests?|"
    r"despises?|(?:do|does)(?:n'?t| not) (?:like|rate)|dislikes?) (?:them|him|her|either(?: of them)?|the (?:guy|man|woman|two))"
    r"(?: (?:both|all|two|at all|any ?more|though|tho))*",
    re.I,
)
"""What says the like of people that the line has named."""
_SLANG = re.compile(
    r"(?:^|(?<=[,.;!?] ))(?:i take (?:it|that) back(?=[,.;] *\w)|(?:this is )?(?:your |the |my |one )?(?:last|final) (?:try|chance|attempt|go|shot)(?=\s*(?:[,.;!:]|$))|(?:do )?you know what(?=[,.!?:]| (?:i|we|let|rather|how|make|give)\b)|to be (?:fair|honest)|truth be told|don'?t get me wrong|for what it'?s worth|"
    r"at the end of the day|come to think of it|all things considered|if (?:i'?m|we'?re) honest|thing is|i must say|i have to say|no offen[cs]e|mind you|fair enough)[,.!?:\s]*|^(?:no[, ]+)+(?=no\b)|(?:^|(?<=[,.;!?] ))(?:wait(?=[, ]+(?:is|are|do|does|did|have|what|which|how|who|can|why)\b)|idk|dunno|tbh|imho|imo|ngl|lol|lmao|meh|welp|yeah|umm*|hmm+|sweet|awesome|nice one|righto|oh well|ok whatever|whatever(?! (?:you|is|works))|mate|dude|pls|plz)\b[,.!\s]*"
    r"|[,\s]+(?:idk|tbh|imho|imo|ngl|lol|lmao|mate|dude|haha+|fyi|btw)(?=\s*(?:[,.;!?]|$))",
    re.I,
)
"""Words of talk that stand around what is said."""


def without_talk(line: str) -> str:
    """Take words of talk out of a line that says more.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str

    Examples
    --------
    >>> without_talk("idk, something good"), without_talk("meh")
    ('something good', 'meh')
    """
    left = _SLANG.sub(lambda match: "" if match.start() == 0 else " ", line)
    left = re.sub(r"\s+([,.;!?])", r"\1", " ".join(left.split())).lstrip(" ,.;")
    return left if len(re.findall(r"\w+", left)) > 1 else line


def without_narration(line: str, catalog: Catalog, within: Callable[[int, int], bool]) -> str:
    """Cut the clauses of a line that only tell of the people.

    Parameters
    ----------
    line
        What a person wrote, in English; other languages stay as they are.
    catalog
        Whose values and titles a clause may name, which is then none of these.
    within
        Whether characters `[start, end)` of the line are part of a title.

    Returns
    -------
    str
        The line itself where nothing else would be left.

    Examples
    --------
    >>> films = Catalog("films", (), {})
    >>> no_title = lambda start, end: False
    >>> without_narration("had a long shift, brain is mush. something with a car chase, i need to sleep", films, no_title)
    'something with a car chase'
    >>> without_narration("my sister got dumped", films, no_title)
    'my sister got dumped'
    """
    if not line.isascii() and re.search(r"[\u3400-\u9fff]", line):
        return line
    line = _AND_I.sub("we", line)
    for _ in range(2):  # "I'm 19, broke, something funny"
        line = _AGED.sub("", line) if re.search(r"\w", _AGED.sub("", line)) else line
    line = _NAMED_BEFORE.sub(
        lambda m: m[0] if titles_within(m["out"], catalog) or names_place(m["out"]) else m["out"], line
    )
    parts = clauses(line, within)
    kept = [
        part
        for n, part in enumerate(parts)
        if not (_narrates(part, catalog) or (n and _judges(part, parts[:n], catalog)))
    ]
    if len(kept) == len(parts) or not any(re.search(r"\w", _OPENING.sub("", part)) for part in kept):
        return line
    return re.sub(r"^(?:and|but|so|then)\s+", "", " ".join(kept), flags=re.I).rstrip(" ,;")


def only_narrates(line: str, catalog: Catalog) -> bool:
    """Tell whether a line does nothing but tell of the people.

    Parameters
    ----------
    line, catalog
        As for `without_narration`.

    Returns
    -------
    bool
    """
    parts = [] if re.search(r"[\u3400-\u9fff]", line) else clauses(line)
    told = [_narrates(part, catalog) for part in parts if re.search(r"\w", _OPENING.sub("", part))]
    return bool(told) and all(told)


def _narrates(clause: str, catalog: Catalog) -> bool:
    bare = _OPENING.sub("", clause).strip()
    if _SITUATION.match(bare):
        rest = _EVENINGS.sub(" ", _SITUATION.sub("", bare, count=1)).rstrip(" ?")
        if not (_ASKS.search(rest) or _means(clause, _EVENINGS.sub(" ", bare), catalog)):
            return True
    if _TOO_FOR_IT.search(bare) or (_OF_AGE.fullmatch(bare.strip(" ,.;")) and audience_of(clause) is None):
        return True
    if not bare or _OF_PEOPLE.match(bare) is None or _WANTS.search(bare):
        return False
    return not _means(clause, bare, catalog)


def _judges(clause: str, before: Sequence[str], catalog: Catalog) -> bool:
    """Whether a clause says why what was said before it, and asks for nothing by itself."""
    bare = _OPENING.sub("", clause).strip(" ,.;!")
    if _LOATHES.fullmatch(bare):  # "seen 1 and 2, hate them" speaks of items
        return not any(names_place(each) or titles_within(each, catalog) for each in before)
    if _REST.fullmatch(bare):
        return True
    ruled_out = _RULES_OUT.match(_OPENING.sub("", before[-1])) is not None
    if ruled_out and _REASONS.match(bare) and not (_ASKS.search(bare) or _means(clause, bare, catalog)):
        return True
    return _JUDGES.fullmatch(bare) is not None and not (_PRAISES.search(bare) or titles_within(bare, catalog))


def _means(clause: str, bare: str, catalog: Catalog) -> bool:
    """Whether a clause holds what a list can go by, or whom it is for."""
    if audience_of(clause) or unwanted_qualities(clause) or titles_within(bare, catalog):
        return True
    known = {facet.value.casefold() for facet in derived(catalog, value_facets)}
    held = any(mood.words.search(bare) and all(each & known for each in mood.kinds) for mood in MOODS)
    return held or bool(Lexicon.of(catalog).mentions(bare))
