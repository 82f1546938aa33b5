"""A sentence of an item's own text put into another: "about a clerk who is discovered ...", "a jumper in soft wool"."""

import re

_VERBS = frozenset(
    """is are was were has have had must can will inherits finds learns meets becomes falls discovers tries begins goes
    gets takes joins moves travels investigates struggles decides returns leaves leads lives works wants hires sets
    seeks comes fights loses kills escapes believes plans embarks turns gives makes helps plays faces attempts arrives
    runs starts befriends stumbles forms teams hopes battles searches tracks hunts enters teaches sends keeps tells
    marries agrees wakes accepts strikes opens wins steals uses stands realizes realises suspects travels pursues
    takes witnesses survives attends defends develops saves finds confronts conspires kidnaps shatters threatens
    erupts invades crashes creates wreaks encounters visits rescues breaks brings deals forces holds journeys leads
    manages offers ponders poses prepares puts raises reunites reveals rises robs seduces sees serves shares shows
    spends stops succeeds sues tackles thinks transforms uncovers undergoes ventures vows wanders wonders buys
    murders recounts recalls rediscovers settles grows hides hosts ends races drives signs sneaks spirals""".split()  # noqa: SIM905
)
"""Verbs with which a sentence of a plot goes on after its subject."""
_THINGS = re.compile(
    r"(?:\w*(?:tion|ment|(?<!gover)(?<!wit)ness|ity|ship|ing|ism|ure|ade)|submarine|earthquake|volcano|life|lives|story|tale|world|town|"
    r"city|film|movie|planet|war|murder|accident|event|house|school|virus|plane|storm|series|game|plan|journey|night|"
    r"day|days|year|years|summer|letter|book|car|train|village|island|meteor|asteroid|comet|company|computer|bomb|curse|"
    r"spell|boat|bus|tornado|love|affair|marriage|wedding|death|crime|robbery|heist|trial|party|mystery|secret|"
    r"disease|lust|plague|gang|team|incident|weekend|discovery|return|attempt|search|"
    r"documentary|comedy|drama|look|portrait|chronicle|adaptation|collection|glimpse|sequel|remake)$",
    re.I,
)
"""Heads of subjects that are no people, behind which stands "that"."""
_NAMED = re.compile(r"((?:[A-Z][\w'.-]+ ){1,3}?)is ((?:an?|the) [^:;]+)$")
"""Somebody, and who that is."""
_DOING = re.compile(r"((?:[A-Z][\w'.-]+ ){1,4}?)((?:is|was|has|[a-z]+s|used|must) [^:;]+)$")
"""Somebody, and what they do."""
_IN_APPOSITION = re.compile(r"(?:[A-Z][\w'.-]+ ?){1,4}, (?:an?|the|who|whose)\b")
_SECOND_SUBJECT = re.compile(r"\band (?:his|her|their|the) (?:\w+ ){1,3}(?:is|are|was|has|have)\b")
_OF_ACTORS = frozenset(("plays", "stars"))
_OF_SOMEBODY = re.compile(
    r"(?:The|A|An) (?:[\w'-]+ ){0,3}?(?:story|tale|chronicle|portrait|account) (?:of|about) ((?:how )?[^:;]+)$"
)
"""A story's name for itself, and what it is of."""
_OF_FILMS = re.compile(r"\b(?:film|movie|comedy|documentary|series|sequel|drama|story|tale|adaptation|remake)\b", re.I)
_PARTICIPLE = r"\w+(?:ed|ing|orn|en) (?=by |in |from |with |on |at |to |as |for )"
_AFTERTHOUGHT = re.compile(
    r", (?:but (?:he|she|they|it|when|his|her|their|the|must|is|soon|then|finds|gets|a|as|not|after|in)|and then|only|"
    r"until|so)\b"
)
_NOBODY = re.compile(
    r"(?:It|He|She|They|We|You|I|There|Here|Where|What|Who|Why|How|One|All|Some|Many|Most|Both|Each)\b"
)
_NO_ADVERBS = frozenset(("family", "ally", "bully", "monopoly", "fly", "butterfly", "assembly", "early", "elderly"))
_SUBJECT = 14
"""Words of a subject at most, before the verb."""
_SMALL = re.compile(
    r"(?:[A-Z][a-z]{2,}(?:ing|ed|ly)|An?|The|His|Her|Their|This|Two|Three|Four|Five|In|"
    r"When|After|On|As|While|During|At|With|Following|Set|Based|Led|Once|Over|Years|Though|Although|If|Since|Before|Just|"
    r"Young|Good|Wealthy|Eccentric|Rival|Neighborhood|Simple|Sought|Three)(?=[ -])"
)
_FRAGMENT = re.compile(r"[^,]+,(?: [^,]+,)? [^,]*\b(?:who|that|which|whose)\b[^,]*[.!]$")
_SOMEBODY = re.compile(r"(?:An?|The|Two|Three) (?:[\w'-]+ ){0,5}(?:who|that|whose)\b")
_TALE = re.compile(
    r"(?:(?:An?|The|This) (?:[\w'-]+ ){0,4}?(?:story|tale|drama|comedy|film|movie|portrait|account|look|chronicle|"
    r"biopic|saga|adaptation|thriller|adventure|retelling|satire|parody|spoof|documentary))\b"
)
"""How a sentence begins that names the film rather than somebody in it."""


def about(sentence: str) -> str:
    """A sentence of a plot as it stands behind "about", "" where its subject or verb is not clear.

    Parameters
    ----------
    sentence
        Of an item's own text.

    Examples
    --------
    >>> about("A shy book clerk is discovered by a photographer and whisked off to Paris.")
    'a shy book clerk who is discovered by a photographer and whisked off to Paris'
    >>> about("An earthquake shatters a peaceful morning."), about("Clarice Starling is a student.")
    ('an earthquake that shatters a peaceful morning', 'Clarice Starling, a student')
    >>> about("Haru, an orphan who washes ashore in Japan."), about("Rosa leaves a convent and sings.")
    ('Haru, an orphan who washes ashore in Japan', 'Rosa, who leaves a convent and sings')
    >>> about("The true story of how a banker saved a village.")
    'how a banker saved a village'
    """
    sentence = _AFTERTHOUGHT.split(sentence, maxsplit=1)[0]
    words, plain = sentence.rstrip(".!").split(), sentence.rstrip(".!")
    if of := _OF_SOMEBODY.match(plain):
        return "" if re.search(r"[.!?;:]\s", plain) else of[1]
    if re.match(r"[A-Z]", sentence) and not _SMALL.match(sentence) and not _NOBODY.match(sentence):
        return _of_somebody(plain)
    if not re.match(r"(?:An?|Two|Three|Four) ", sentence) or _TALE.match(sentence):
        return ""
    verb = next((n for n, word in enumerate(words[: _SUBJECT + 1]) if n > 1 and word in _VERBS), 0)
    subject = words[:verb]
    if not verb or re.search(
        r"[,;:]|\b(?:who|that|which|whose|when|where|as|and|after|before|while|his|her|their)\b", " ".join(subject)
    ):
        return ""
    if re.search(r"[.!?;]\s", sentence.rstrip(".!")):
        return ""
    if words[verb - 1] == "to":  # no verb of the subject's: "carries out a plot to have his wife murdered"
        return ""
    adverb = [subject.pop()] if subject[-1].endswith("ly") and subject[-1] not in _NO_ADVERBS else []
    head = re.split(rf" (?:(?:of|in|from|with|on|at|for|to|by)(?= |$)|{_PARTICIPLE})", " ".join(subject))[0].split()
    person = _THINGS.fullmatch(re.sub(r"\W", "", head[-1])) is None
    plural = words[verb] in ("are", "were", "have") or (words[0] != "A" and words[0] != "An")
    joined = "who" if person else "that"
    told = [words[0].lower(), *subject[1:], joined, *adverb, *words[verb:]]
    return "" if plural and not person else " ".join(told)


def _of_somebody(sentence: str) -> str:
    """A sentence that begins with a name: who that is, or what they do; "" where it is no one's for certain."""
    if re.search(r"[.!?;:]\s", sentence) or " is a " in sentence.partition(" is a ")[2]:
        return ""
    if named := _NAMED.match(sentence):
        return "" if _OF_FILMS.search(" ".join(named[2].split()[:8])) else f"{named[1].rstrip()}, {named[2]}"
    if _IN_APPOSITION.match(sentence) and _FRAGMENT.fullmatch(f"{sentence}."):
        before = re.split(r"\b(?:who|that|which|whose)\b", sentence, maxsplit=1)[0]
        return "" if _VERBS & {*re.findall(r"[a-z]+", before)} else sentence
    does = _DOING.match(sentence)
    if does is None or _OF_FILMS.search(sentence) or _SECOND_SUBJECT.search(sentence):
        return ""
    if _THINGS.fullmatch(does[1].rstrip()):  # "Humanity finds ..."
        return ""
    verb = does[2].split()[0]
    return f"{does[1].rstrip()}, who {does[2]}" if verb in _VERBS - _OF_ACTORS or verb == "used" else ""


def lowered(sentence: str) -> str:
    """A sentence as it stands behind a colon: a small letter where the first word is no name.

    Examples
    --------
    >>> lowered("A man sails home."), lowered("Rome burns.")
    ('a man sails home.', 'Rome burns.')
    """
    return f"{sentence[0].lower()}{sentence[1:]}" if _SMALL.match(sentence) else sentence


def is_whole(sentence: str) -> bool:
    """Whether a sentence has a verb of its own, as far as its commas tell.

    Examples
    --------
    >>> is_whole("Haru, an orphan who washes ashore in Japan."), is_whole("Haru washes ashore.")
    (False, True)
    >>> is_whole("A boy who tries to sing."), is_whole("A boy who tries to sing meets a star.")
    (False, True)
    """
    if _FRAGMENT.fullmatch(sentence) or _TALE.match(sentence):
        return False
    told = _SOMEBODY.match(sentence)  # "A boy who tries to set his father up."
    return not told or sum(word in _VERBS for word in re.findall(r"[a-z]+", sentence[told.end() :])) > 1


def parted(thing: str) -> tuple[str, str]:
    """The name of a thing, and what it has: ("a jumper in soft wool", "a turtle neck and long sleeves").

    Parameters
    ----------
    thing
        As `own_words.Thing.words`.

    Returns
    -------
    tuple of str
        The whole name and "" where it has nothing that can be told apart.

    Examples
    --------
    >>> parted("a jumper in soft wool with a turtle neck"), parted("a dress with a belt")
    (('a jumper in soft wool', 'a turtle neck'), ('a dress with a belt', ''))
    """
    name, with_, rest = thing.partition(" with ")
    able = with_ and len(name.split()) >= 4 and not name.endswith(",") and len(rest.split()) >= 3
    return (name, rest) if able and not re.match(r"(?:no|or) ", rest) else (thing, "")
