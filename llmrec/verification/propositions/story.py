"""What a sentence tells of the story, or of how a thing is made, decided by the words of the item's own text.

A sentence holds where each of its telling words stands in that text, in the same word or in one that means it, each two
neighbours in one sentence of the text or in the next, with the same numbers, the same polarity, and the same people doing
it and having it done to them. Whatever is not found leaves the sentence unread: nothing here contradicts a text. An
item's text is nobody's word that a rule can trust: what speaks to a reader, or praises, is not told on its authority.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from llmrec.verification.grounds import Facts
from llmrec.verification.propositions.clauses import Proposition
from llmrec.verification.propositions.terms import Term

_WORD = re.compile(r"[^\W_]+(?:\.(?=\w\.)\w\.)*(?:'[^\W_]+)?")
_QUOTES = re.compile(r"[\"\u201c\u201d\u2018\u2019]")
PARTS = 4
"""Most stretches that end like a sentence in one sentence of an item's text."""
_SAME: tuple[str, ...] = (
    "lawyer attorney barrister law bar", "kill murder slay slaying slayings assassinate assassin homicide killing killer murderer",
    "police cop policeman officer policewoman", "boy son lad", "girl daughter", "wife spouse marry married husband wed wedding bride",
    "father dad daddy patriarch", "mother mom mum mommy", "child kid children youngster youth", "kidnap abduct kidnapped abduction",
    "plane aircraft jet airplane", "ship vessel boat battleship", "car vehicle automobile", "money cash ransom dollar",
    "film movie picture", "learn discover find realize realise", "find finds found search seek look", "hijack seize overtake capture conspire",
    "flee escape run away", "chase pursue hunt follow track trail", "steal rob theft robbery heist thief robber burglar",
    "alien extraterrestrial", "president commander-in-chief", "group band team gang crew", "friend buddy pal companion partner",
    "fall-in-love love romance", "satan lucifer devil", "prison jail penitentiary penal", "teacher professor instructor schoolteacher",
    "doctor physician surgeon", "town village city burg", "town townspeople village", "soldier marine troop army", "war battle combat",
    "quake earthquake temblor tremor", "volcano volcanic eruption lava", "storm tornado twister", "weatherman meteorologist",
    "reporter journalist newsman", "big huge massive giant large enormous", "small little tiny", "rich wealthy", "poor penniless",
    "evil sinister wicked bad", "strange mysterious odd enigmatic", "young youthful", "old elderly older", "scared afraid fear frightened worried worry",
    "afraid jealous", "lose loss losing lost", "missing lost disappear vanish disappeared", "start begin launch", "sent send dispatch dispatched",
    "investigate investigation solve case", "detective investigator sleuth", "expert specialist", "secret hidden hide covert undercover",
    "give-up surrender", "protect guard save defend-from", "save rescue", "help aid assist", "destroy ruin wreck vandalize trash",
    "orca whale", "dinosaur dinosaurs", "show perform performance performer", "performer queen singer dancer actor actress",
    "actor actress star", "sing song music musical", "music composition symphony opus", "composition compose writing write writer author novelist",
    "novel book", "based base drawn draw adapted adapt inspired", "brother sibling", "sister sibling", "family relative household", "couple pair",
    "tale story chronicle", "story retell tell", "planet earth world globe", "space cosmos spaceship starship", "spaceship starship spacecraft",
    "astronaut spaceman crew", "robot android cyborg machine", "computer supercomputer", "weapon arm gun bomb warhead", "nuclear atomic",
    "terrorist extremist", "spy agent operative", "agent fbi cia", "boss employer company", "job work employ position", "worker employee",
    "king ruler monarch", "rule dictator govern president", "queen empress", "queen ruler monarch", "czar tsar emperor", "ghost spirit spiritual spectre",
    "witch sorceress", "magic magical", "curse spell", "monster creature beast", "shark fish", "dog puppy canine", "cat kitten feline",
    "murder-of double", "two double both pair duo twin couple", "three trio", "four quartet", "home house", "hotel motel inn", "school college university campus",
    "student pupil", "truth honest honestly", "lie lying liar", "lie liar deceive", "wish desire", "day 24", "night evening", "year decade", "next later after",
    "dead die death deceased died", "die death killed kill", "shoot shot shotgun gun shoot-out shootout", "meet encounter face contact", "befriend friend friendship bond",
    "befriend meet encounter", "separate apart split", "return back", "travel trip journey voyage head road", "travel go", "arrive come reach",
    "across through sweep", "live life reside", "nanny governess", "orphan orphanage foster parentless", "rebel rebellion resistance", "gangster mobster mob hit-man",
    "gangster criminal crook outlaw desperado bandit", "criminal thug crook", "sheriff marshal lawman", "cowboy gunslinger gunfighter", "widow widowed",
    "warden jailer", "inmate prisoner convict", "framed frame falsely wrongly", "banker accountant accounting", "plan scheme plot", "trap trapped stuck",
    "repeat repeating again over", "vain narcissistic conceited", "likable likeable lovable", "absurd ridiculous silly", "greedy avaricious", "corrupt crooked amoral dirty",
    "crooked dishonest", "dangerous danger threat threaten", "escape freed free release", "win victory", "fight battle combat struggle", "attack ambush assault ambushed",
    "nightmare dream bad-dream", "doubt suspicion suspect", "believe belief faith", "choose choice decide decision selected chosen", "decide determine determined",
    "reveal disclose expose", "identity who-he-is", "unknown unaware unsuspecting oblivious", "plane flight", "train railroad railway", "bus coach",
    "island isle", "jungle rainforest", "desert outback", "sea ocean underwater", "mountain peak", "river stream", "border frontier", "german nazi", "russian soviet russia",
    "american america usa us states united", "british britain english england uk", "french france paris", "brutal violent violence", "bloody gory", "love-triangle triangle",
    "boxer boxing prizefighter", "player play athlete", "coach trainer", "farmer farm", "doctor scientist", "scientist researcher", "genius brilliant prodigy gifted iq",
    "janitor cleaner caretaker", "maths math mathematics", "therapist psychologist psychiatrist shrink", "killer hit-man assassin", "serial repeated", "mascot dolphin",
    "dragon fire-breather", "knight warrior", "toy doll", "owner master", "newcomer new", "jealous afraid envy", "birthday anniversary", "candy sweet chocolate",
    "ticket pass", "convict guilty condemn", "prepare ready", "adore beloved love worship", "hate hated despise loathe", "country nation", "aboard board",
    "oblige must force forced compel", "beneath under below deep", "wake awaken dormant erupt eruption rumbling", "comrade mate fellow squadmate", "plague terrible haunt",
    "trip mission errand", "retire decommission", "trouble difficulty", "help protect", "hunt tracking take-down", "join unite force", "work toil employ",
    "resurrect revive", "hire employ recruit", "threat menace", "treasure gold riches", "ancient old", "brave courageous heroic", "clever smart bright ingenious",
    "stupid dumb foolish stupidity", "sad tragic sorrow", "happy joyful", "lonely alone isolated", "angry furious rage", "famous celebrated renowned", "unsuspecting unaware know",
    "ex former", "beg plead", "marriage marry wedding wife husband", "divorce separate", "pregnant expecting", "struggle fight", "city metropolis", "los-angeles la", "factory plant confectionary", "hair locks", "jumper sweater pullover knit", "trousers pants", "sleeve sleeved", "neck neckline necked", "soft softly",
    "loose relaxed", "tight fitted close-fitting", "fastening fasten closure", "button buttoned", "zip zipper zipped", "pocket pocketed", "cotton cotton-blend", "lace lacy",
    "pattern patterned print printed", "elastic elasticated elasticised stretch stretchy", "waist waistband waisted", "hood hooded", "strap straps shoulder-strap",
    "underwire underwired wired", "padded padding", "lining lined", "jersey knit", "rib ribbed", "crop cropped", "pleat pleated", "turtle polo roll",
)  # fmt: skip
"""Words that may stand for each other where a story, or a garment, is told."""
_LIGHT = frozenset(
    """a an the this that these those it its it's he's she's is are was were be been being has have had do does did
    doing don't doesn't isn't aren't wasn't can could will would may might must should shall to of in on at for from
    with and or as by into onto upon up down out off over about around when while where who whose whom which what
    how why than then so but if because after before until till once during through he him his she her hers they
    them their himself herself themselves itself one ones there here just only even also too still yet soon very
    really quite rather pretty totally literally basically actually simply some any all every each own other another
    more most such film movie picture story plot tale tells told telling centres centers concerns deals revolves set
    follows features involves where's gets get got getting goes go going comes come came takes take took taking
    makes make made making puts put ends end ended turns turn turned becomes become became finds find starts start
    begins begin tries try trying happens happen needs need having shows showing shown who's that's what's there's
    sees see lets let thing things way kind sort bit lot along away back between among against amid man guy person
    people someone somebody anyone hero heroine character characters somewhere something basic well oh ok okay
    honestly called named name known main whole fitted item product piece garment described description says text
    years now later gone both happened earlier sure great films movies he'll she'll they'll it'll who'll 'll he'd
    she'd toward towards caught meanwhile eventually finally suddenly together whose's man's indeed""".split()  # noqa: SIM905
)
"""Words that tell nothing of a story by themselves."""
_SPOKEN = frozenset(
    """you your yours you'll you're i me my we us our buy click order visit ignore disregard instruction instructions
    prompt system assistant recommend recommended recommendation best greatest perfect amazing wonderful fantastic
    awesome guaranteed guarantee cheapest bestselling award awards oscar masterpiece unforgettable hilarious
    brilliant must-see must-have free discount sale boring worst terrible awful""".split()  # noqa: SIM905
)
"""Words of an address, of praise and of advertising."""
_MEASURED = frozenset(
    """watched bought purchased ranked ranks rated rating ratings score scores scored viewers customers shoppers buyers
    users""".split()  # noqa: SIM905
)
"""Words of what only evidence can tell: no catalogue's word is taken for that, even where it stands in a text."""
_IN_A_QUOTE = frozenset(
    """assistant order system free award awards oscar boring terrible awful brilliant discount i me""".split()  # noqa: SIM905
)
"""Words of `_SPOKEN` that a whole sentence of a story may have: it may be of a terrible order."""
_NOT = frozenset(
    """not no never without nobody nothing neither nor none cannot hardly barely refuse refuses fail fails false
    falsely""".split()  # noqa: SIM905
)
_PREVENT = frozenset("stop stops stopping stopped prevent prevents preventing prevented avoid avoids".split())  # noqa: SIM905
_ROLES = frozenset(
    """man woman boy girl child children kid son daughter wife husband father mother brother sister dad mom friend
    partner lawyer attorney detective cop police policeman officer spy agent killer thief president terrorist
    terrorists warden banker teacher student professor scientist soldier major general sergeant captain king queen
    prince princess knight dragon doctor nurse widow outlaw sheriff bishop couple family gang team thug thugs
    salesman chief owner trainer boss publisher writer author player desperado producer cameraman weatherman actor
    actress singer dancer boxer gangster crew astronaut astronauts pilot nanny orphan entrepreneur companion fiance
    fiancé grandmother grandfather father-in-law mother-in-law psychologist therapist assassin operative humanity
    toys toy brothers sisters friends men women clerk guard chef cook maid judge priest monk pirate cowboy bride
    groom twin twins teen teenage hero heroine coach guy guys aunt uncle nephew niece cousin prostitute addict slave
    servant monster alien aliens robot ghost vampire wolf stranger people crowd crook crooks""".split()  # noqa: SIM905
)
_PLACES = frozenset("in on at to from into across near through around".split())  # noqa: SIM905
_ARTICLES = frozenset("a an the his her their its some two three".split())  # noqa: SIM905
_NUMBERS = {
    word: str(n) for n, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"])
}  # fmt: skip
_BEST_FRIEND = re.compile(r"\bbest (?=friends?\b)", re.I)
"""Praises no item."""
_THING = re.compile(r"^(?:an? )?(\w)(?=\S* \S+ \S+ \S+)")
"""How the name of a thing begins, of four words and more."""
_BREAK = re.compile(r"[.!?…,;]|\s*(?:--|—)|\s(?:where|while|who|which|with)\b|$")
"""What may follow where a repeated stretch ends."""
_MEANING: dict[str, set[int]] = {}


@dataclass(frozen=True)
class Token:
    """A word of a text: as written, in lower case, its stem, its sentence, and where it stands among all words."""

    shown: str
    lower: str
    stem: str
    sentence: int
    at: int
    opens: bool
    owner: bool = False


def story_propositions(text: str, start: int, terms: list[Term], facts: Facts) -> list[Proposition] | None:
    """Decide a sentence by the item's own text.

    Parameters
    ----------
    text : str
        The sentence.
    start : int
        Where it begins in the whole text.
    terms : list of Term
        Of the sentence, for the titles that it names.
    facts : Facts
        What is known of the recommendation.

    Returns
    -------
    list of Proposition or None
        One that holds, or None where the item's text does not say it.
    """
    told = facts.story(facts.item)
    if not told:
        return None
    source = tokens(f"{told} {facts.vocabulary.titles[facts.item]}.")
    said = tokens(_without_frame(text, start, terms, facts))
    told_otherwise = any(_negates(token, None) for token in said)
    held = set() if told_otherwise else _held(terms, facts)
    if _retold(text.strip(), told):
        return [Proposition("story", facts.item, text.strip(), True, "", text.strip(), start)]
    telling = [token for token in said if tells(token) and token.lower not in held]
    if (
        addresses(said)
        or len(telling) < 3
        or any(_strange(term, source, facts) for term in terms if term.kind == "item")
    ):
        return None
    places = [places_of(token, source) for token in telling]
    if not all(places) or not _near(places, source) or not _same_polarity(said, telling, places, source):
        return None
    if not _same_roles(said, telling, places, source):
        return None
    return [Proposition("story", facts.item, text.strip(), True, "", text.strip(), start)]


def quoted_sentences(text: str, description: str) -> list[tuple[int, int]]:
    """Where a text repeats whole sentences of the item's own text, which it then need not be read for.

    Parameters
    ----------
    text : str
        One or more sentences.
    description : str
        The item's own text.

    Returns
    -------
    list of (int, int)
        Start and end of each; up to a comma of the item's text is enough. Those that speak to the reader or praise
        are none. A sentence that only names a thing may stand behind a colon, with an article.

    Examples
    --------
    >>> quoted_sentences("A drama. Dr. Ada Pell leaves. Go.", "Dr. Ada Pell leaves, to come back. She dies.")
    [(9, 29)]
    >>> quoted_sentences("You want this: a jumper in soft wool.", "Jumper in soft wool, with a hood.")
    [(15, 37)]
    """
    ends = [match.end() for match in re.finditer(r"[.!?](?=\s|$)", text)]
    starts = [0, *(end + len(text[end:]) - len(text[end:].lstrip()) for end in ends[:-1])]
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(starts) and ends:
        for last in range(min(len(ends), at + PARTS) - 1, at - 1, -1):  # "Dr." ends no sentence
            if _repeats(text[starts[at] : ends[last]], description):
                found.append((starts[at], ends[last]))
                at = last
                break
            colons = [starts[at] + each.end() for each in re.finditer(": ", text[starts[at] : ends[last]])]
            named = [each for each in colons if _repeats(_THING.sub(_capital, text[each : ends[last]]), description)]
            if named:  # a title before it may have a colon, too
                found.append((named[0], ends[last]))
                at = last
                break
        at += 1
    return found


def _retold(text: str, told: str) -> bool:
    """Whether a stretch repeats a sentence of the item's own text as it stands behind "about".

    Its first letter small, "who" or "that" behind its subject, and "Ada, a clerk" for "Ada is a clerk".
    """
    whole = f"{text[:1].upper()}{text[1:]}"
    joined = [match.span() for match in re.finditer(r" (?:who|that)(?= )", whole)]
    without = [whole[:low] + whole[high:] for low, high in joined]
    return any(_repeats(each, told) for each in (whole, *without, re.sub(r", (?=an? |the )", " is ", whole, count=1)))


def _capital(opened: re.Match[str]) -> str:
    return opened[1].upper()


def _repeats(text: str, told: str) -> bool:
    spoken = {token.lower for token in tokens(_BEST_FRIEND.sub("", text)) if token.shown != "US"}
    if spoken & ((_SPOKEN | _MEASURED) - _IN_A_QUOTE):
        return False
    said, source = (re.sub(r"\s+", " ", _QUOTES.sub("'", each)).strip() for each in (text, told))
    said = re.sub(r"^In (?:it|this one), (\w)", lambda opened: opened[1].upper(), said).rstrip(".")
    at = source.find(said) if said else -1
    while at >= 0:
        before, after = source[:at].rstrip(), source[at + len(said) :]
        if (not before or before[-1] in ".!?…") and _BREAK.match(after):
            return True
        at = source.find(said, at + 1)
    return False


def _held(terms: list[Term], facts: Facts) -> set[str]:
    """Words of a sentence that name attributes of the item, which need not stand in its text, too."""
    mine = facts.facets(facts.item)
    return {word for term in terms if term.kind == "facet" and term.facets & mine for word in term.text.split()}


def denied(at: int, source: list[Token]) -> bool:
    """Whether a text says "no" or "without" of one of its words, from few words before it."""
    near = source[max(0, at - 3) : at]
    return any(
        (word.lower in _NOT or word.lower in _PREVENT or word.lower.endswith("n't"))
        and word.sentence == source[at].sentence
        for word in near
    )


def addresses(words: list[Token]) -> bool:
    """Whether words speak to a reader, praise, or tell what only evidence can."""
    return bool({token.lower for token in words} & (_SPOKEN | _MEASURED))


def _without_frame(text: str, start: int, terms: list[Term], facts: Facts) -> str:
    """The sentence less the recommended item's own title where it only says of what it is told."""
    for term in terms:
        if term.kind == "item" and facts.item in term.items:
            low, high = term.start - start, term.end - start
            lead = text[:low].strip().lower()
            if lead in ("", "in", "it's", "so", "so in") and re.match(r"[,:]? |'s", text[high:]) and (
                lead.endswith("in") or re.match(r"(?:[,:]|(?:'s| is| tells| follows| concerns)\b)", text[high:])
            ):  # fmt: skip
                return text[high:]
            if re.search(r"\bin$", lead):
                return f"{text[: low - 3]}{text[high:]}"
    return text


def tokens(text: str) -> list[Token]:
    """The words of a text, those of hyphened ones apart."""
    found: list[Token] = []
    sentence = 0
    for n, part in enumerate(
        re.split(r"(?<=[.!?\u2026])\s+(?=[\"'A-Z0-9])", text.replace("\u2019", "'").replace("T.V.", "TV"))
    ):
        sentence = n
        for k, match in enumerate(_WORD.finditer(part)):
            for piece in match.group().split("-"):
                shown = re.sub(r"'s$|'$", "", piece)
                if shown:
                    lower = shown.lower()
                    owner = piece != shown
                    found.append(Token(shown, lower, _stem(lower), sentence, len(found), k == 0, owner))
    return found


def tells(token: Token) -> bool:
    """Whether a word says something of a story, or of a thing."""
    if token.lower in _NOT or token.lower in _PREVENT:
        return False
    return token.lower not in _LIGHT and (len(token.lower) > 1 or token.lower.isdigit())


@lru_cache(maxsize=20000)
def _stem(word: str) -> str:
    """A word without its ending, roughly."""
    word = _NUMBERS.get(word, word)
    if word.endswith("ings") and len(word) > 6:
        word = word[:-1]
    for ending, put in (("ies", "y"), ("iest", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""),
                        ("es", ""), ("s", ""), ("e", "")):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) > 2 and not word.endswith("ss"):
            word = word[: -len(ending)] + put
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls" else word


def _meanings(stem: str) -> set[int]:
    if not _MEANING:
        for n, group in enumerate(_SAME):
            for word in group.split():
                _MEANING.setdefault(_stem(word), set()).add(n)
    return _MEANING.get(stem, set())


def places_of(token: Token, source: list[Token]) -> list[int]:
    """Where the item's text has a word, or one that means it."""
    exact = [s.at for s in source if _alike(token.stem, s.stem)]
    if exact or token.lower.isdigit() or (token.shown[0].isupper() and not token.opens):
        return exact
    mine = _meanings(token.stem)
    return [s.at for s in source if mine & _meanings(s.stem)]


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    if a.isdigit() or b.isdigit() or min(len(a), len(b)) < 5:
        return False
    short, long = sorted((a, b), key=len)
    shared = next((n for n, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    return shared >= 5 and shared >= len(short) - 1 and len(long) - shared <= 4


def _strange(term: Term, source: list[Token], facts: Facts) -> bool:
    """Whether a title is neither the item's own nor words of its text."""
    if facts.item in term.items:
        return False
    words = [_stem(re.sub(r"'s$", "", word)) for word in re.findall(r"[\w']+", term.text)]
    stems = [s.stem for s in source]
    return not any(stems[n : n + len(words)] == words for n in range(len(stems)))


def _near(places: list[list[int]], source: list[Token]) -> bool:
    """Whether each two neighbours stand in one sentence of the text, or in the next."""
    for left, right in pairwise(places):
        if not any(abs(source[a].sentence - source[b].sentence) <= 1 and abs(a - b) <= 30 for a in left for b in right):
            return False
    return True


def _same_polarity(said: list[Token], telling: list[Token], places: list[list[int]], source: list[Token]) -> bool:
    """Whether what the sentence denies, and only that, is denied in the text."""
    for token, found in zip(telling, places, strict=True):
        denied = any(
            s.lower in _NOT or s.lower in _PREVENT or s.lower.endswith("n't")
            for s in said[max(0, token.at - 4) : token.at]
        )
        there = {
            any(_negates(source[k], s) for k in range(max(0, s.at - 4), s.at)) for s in (source[at] for at in found)
        }
        if not denied and there == {True} and not any(_negates(s, None) for s in said):
            return False
        if denied and True not in there:
            return False
    return True


def _negates(token: Token, other: Token | None) -> bool:
    if other is not None and token.sentence != other.sentence:
        return False
    return token.lower in _NOT or token.lower in _PREVENT or token.lower.endswith("n't")


_DOER = re.compile(r"\w{3,}(?:er|or|ist|man|men|ian)s?$")
_THINGS = frozenset(
    """weather winter summer power river tower paper number danger letter order murder thunder mirror horror terror
    computer sweater zipper under over after other another never ever whatever whenever wherever however together
    later former latter longer closer shorter older younger newer bigger smaller higher lower deeper further either
    neither rather whether water chapter corner border center matter quarter chamber disaster adventure trailer
    silver copper leather feather rubber dinner supper offer cover finger shoulder temper character major minor
    prior color colour factor error motor sector tractor reactor door floor poor indoor outdoor interior exterior
    elevator remember discover deliver wonder wander suffer enter consider surrender uncover recover proper bitter
    clever tender super inner outer upper eager sober poster twister blister cluster monster roller shutter bomber
    cancer career cheaper""".split()  # noqa: SIM905
)


def _is_person(tokens: list[Token], n: int) -> bool:
    token = tokens[n]
    if token.lower in _ROLES or _stem(token.lower) in {_stem(role) for role in _ROLES}:
        return True
    if _DOER.match(token.lower) and token.lower not in _THINGS and token.lower.rstrip("s") not in _THINGS:
        return True
    named = token.shown[0].isupper() and not token.shown.isupper() and not token.opens
    if not named and token.opens and token.shown[0].isupper():
        named = (
            token.lower not in _LIGHT and n + 1 < len(tokens) and tokens[n + 1].lower in ("is", "has", "gets", "and")
        )
    k = n - 1
    while k >= 0 and tokens[k].lower in ("the", "a", "an"):
        k -= 1
    return named and not (k >= 0 and tokens[k].lower in _PLACES)


def _same_roles(said: list[Token], telling: list[Token], places: list[list[int]], source: list[Token]) -> bool:
    """Whether people come in the text's order around what they do, unless the sentence is passive."""
    people = [(token, found) for token, found in zip(telling, places, strict=True) if _is_person(said, token.at)]
    passive = any(
        t.lower == "by" and n and re.search(r"(?:ed|en|wn|t)$", said[n - 1].lower) for n, t in enumerate(said)
    )
    for (a, left), (b, right) in pairwise(people):
        if a.stem == b.stem:
            continue
        between = [t.lower for t in said[a.at + 1 : b.at]]
        together = [(x, y) for x in left for y in right if source[x].sentence == source[y].sentence]
        if {"is", "was", "becomes", "'s"} & set(between) and not {"by", "to", "and"} & set(between):
            if not any(abs(x - y) <= 5 for x, y in together):
                return False
        elif ("and" in between and len(between) <= 3) or (between[:1] == ["of"] and len(between) <= 4):
            continue
        elif (together and not passive and all(x > y for x, y in together)) or (
            together and passive and all(x < y for x, y in together)
        ):
            return False
    for token, found in zip(telling, places, strict=True):
        if _is_person(said, token.at):
            continue
        if passive:
            continue
        doer, done = _nearest(said, token.at, -1), _nearest(said, token.at, 1)
        acts = (
            doer is not None
            and not doer.owner
            and not (done is not None and done.at == token.at + 1)
            and not any(doer.at < t.at < token.at for t in telling)
        )
        if acts and doer is not None and not _does(doer, found, telling, places, source, -1):
            return False
        bears = (
            done is not None
            and not done.owner
            and _adjoin(said, token.at, done.at)
            and not any(token.at < t.at < done.at for t in telling)
        )
        if bears and done is not None and not _does(done, found, telling, places, source, 1):
            return False
    return True


def _adjoin(tokens: list[Token], start: int, end: int) -> bool:
    """Whether no more than an article or a possessive stands between two words."""
    return end - start <= 3 and all(t.lower in _ARTICLES for t in tokens[start + 1 : end])


def _nearest(tokens: list[Token], at: int, step: int) -> Token | None:
    """The nearest person before or after a word, in its sentence; before it none who only owns something."""
    n = at + step
    while 0 <= n < len(tokens) and tokens[n].sentence == tokens[at].sentence:
        if _is_person(tokens, n) and not (step < 0 and tokens[n].owner):
            return tokens[n]
        n += step
    return None


def _does(
    person: Token, found: list[int], telling: list[Token], places: list[list[int]], source: list[Token], step: int
) -> bool:
    """Whether in the text, too, this person stands nearest before (or after) the word, or nobody else does."""
    mine = next((set(p) for t, p in zip(telling, places, strict=True) if t.at == person.at), set())
    if not mine:
        return True
    for at in found:
        near = _nearest(source, at, step)
        if near is None and step < 0:  # "Afraid of losing him, she ...": who it is comes after
            near = _nearest(source, at, 1)
            while near is not None and near.owner:
                near = _nearest(source, near.at, 1)
        if near is None or abs(near.at - at) > 14:
            return True
        before = (
            source[near.at - 1].lower
            if source[near.at - 1].lower not in ("a", "an", "the")
            else source[near.at - 2].lower
        )
        if step < 0 and before in ("with", "and"):  # "a player joins a desperado to ..."
            other = _nearest(source, near.at, -1)
            near = other if other is not None and other.at in mine else near
        if near.at in mine or any(abs(near.at - m) <= 2 for m in mine):
            return True
        between = source[min(near.at, at) : max(near.at, at)]
        if step < 0 and any(s.lower in ("he", "she", "they", "him", "her", "them") for s in between):
            return True
    return False
