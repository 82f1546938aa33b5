"""How English says that one thing caused another: the verbs and prepositions by which a sentence is read.

`{C}` stands for the recommended item, `{chose}` for the catalogue's verb ("watched", "bought"). Whoever writes
sentences that are to be verified draws on the same phrases.
"""

from functools import cache

from llmrec.catalog.wording import MODALITY_WORDS


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Result follows directly: `lifted "recommended"`. Past tense: one form for one cause and for two.
LIFTED = (
    "lifted {C}",
    "raised {C}",
    "pulled {C} up",
    "pushed {C} up",
    "moved {C} up",
    "brought {C} up",
    "pointed to {C}",
    "led to {C}",
    "spoke for {C}",
    "counted for {C}",
    "made the case for {C}",
    "opened the door to {C}",
    "put {C} on your list",
    "put {C} forward",
    "tipped the balance toward {C}",
    "made room for {C}",
    "paved the way for {C}",
)
ROSE = (
    "moved up",
    "came up",
    "scored higher",
    "gained ground",
    "rose in your list",
    "climbed your list",
    "stood out",
    "earned its place",
    "made your list",
    "came forward",
    "won a place here",
    "came into view",
)
# Cause follows directly: `owes its place to "watched"`.
RESTS_ON = (
    "follows from",
    "owes its place to",
    "comes from",
    "builds on",
    "rests on",
    "grew out of",
    "draws on",
    "leans on",
    "came up thanks to",
    "is here because of",
    "scored higher because of",
    "is here because you {chose}",
    "made your list because you {chose}",
    "moved up since you {chose}",
    "picks up from",
    "takes its place from",
)
# Only a cause follows: the recommended item after one of these is said to be its own cause.
ONLY_CAUSE = (
    "without",
    "because of",
    "thanks to",
    "your history with",
    "having {chose}",
    "you {chose}",
    "had you skipped",
    "starting from",
    "given",
    "after",
)
BEFORE_CAUSE = (*ONLY_CAUSE, "like", "as with", "with", "were", "it was", "credit")

STRONGLY = ("clearly", "strongly", "firmly")

PLAIN = _set(
    "a about added all also and answers anything are as asked at balance because before behind being between "
    "biggest bridge brings brought builds but by came case clearly climbed comes common connected counted counts "
    "credit did door draws earned else evidence faint faintly find firmly follows for forward from gained gave "
    "given go grew ground guess had has having helped here higher hinted history if in into is it its leads leans "
    "led left lifted like link linked list little lose louder loudest lower made meets mind more most moved near nudged "
    "of offers on once one only opened out owes part paved pick picked picks place pointed pulled push pushed put "
    "raised reason rests room rose says score scored share shared shares since skipped so spoke starting stood "
    "strength strongly suggest suggested take takes tentative than thanks that the them they thin this though thread through tied "
    "ties tipped to too toward unsure up view was way we weight well were what which while will wish wished with "
    "without won would you your "
)
"""Words that say how items are linked and claim no fact by themselves; names of attributes are not among them, as each
catalogue has its own."""

QUERY = _set("wish wished wishes asked ask mood mind wanted request requested query")
SHARING = _set(
    "share shares shared sharing both same common like alike another also too link linked tied ties connected bridge "
    "thread similar them they"
)
IN_COMMON = _set("share shares shared sharing both common connected connects tied ties bridge")
"""Words of `SHARING` that say it in anyone's text; the others have other uses there."""
DOUBT = _set("faint faintly tentative guess unsure thin hinted nudged little")
RANK = _set("most loudest biggest anything mainly mostly strongest greatest largest")
CAUSE = _set("because since thanks owes due so reason why")
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
MODALITY_OF = {word: name for name, listed in MODALITY_WORDS.items() for word in listed.split()}
SPECIAL = QUERY | DOUBT | RANK | CAUSE | set(COUNTS) | set(MODALITY_OF) | set(STRONGLY) | {"than"}
KNOWN = PLAIN | _set(
    "a an the this that these those it its is are was were be been by of to in on at for from with and or as you your "
    "we our they them their which who so but has have had also too while once than more up there here both"
)
"""Words that claim nothing."""
MEASURED = _set("rank ranks ranked instead people against")
"""Plain words in a sentence whose rank or count of people holds, claims that nothing can check elsewhere."""
OF_THE_USER = _set(
    "you your yours user users user's customer customers they their them he she his her fan fans taste tastes history "
    "preference preferences prefer prefers enjoy enjoys enjoyed interest interested likes liked loves loved"
)
"""Words by which a clause speaks of the user's taste rather than of the recommended item."""
OPENERS = _set(
    "The A An This That These Those It If As Because Since With While For From In On You Your We They He She Having "
    "Given Based Fans Users User Like Both And But So Considering Although Though When Also"
)
"""Words that begin a sentence before a name without being of it."""

# Words by which English says the relations that propositions are read from.
WATCH = r"(?:watched|watch|watching|saw|seen|see|seeing|viewed|put on|picked|bought|owned|had|have|know|knew|known|been to|caught|watches|finished|played|read)"

PREDICATES = _set(
    "is are was were be been being 's am has have had do does did would will could can may might should helped help "
    "helps lifted lifts lift raised raises raise pushed push pushes pulled pull pulls brought bring brings moved moves "
    "move led leads lead counts count counted matters mattered matter weighs weighed gave gives give made makes make "
    "added adds add speaks spoke speak watched saw seen watch came comes come goes went go stays stay stayed drops drop "
    "slides slide falls fall ranks rank put puts explains explained owes owe follows follow contributed contributes "
    "carries carried carry outweighs cost costs hurt hurts asked wanted wished said counted tipped tips nudged nudges "
    "drove drives boosted boosts leaves lose loses lost remove removing take strike stands stood wouldn't says "
    "carrying works worked did shares share tie ties touch affects affected lowers lowered dragged drag rests without "
    "attract attracted drawn hits lands keeps keep kept holds hold decides decided sold lends lent drives won earned backs "
    "accounts depends benefits sinks sank reads read means meant ended saw falls fell know knows known dates date came "
    "tells told finds found shows showed lists listed files filed belongs gains gained rises rose climbs climbed"
)
CONJUNCTIONS = _set("and but so though although while whereas because since yet")
HOLDS_ON = _set(
    "take remove strike erase drop say suppose imagine if without leave had cut lose losing of far should compared besides even as were"
)
"""Words that begin a condition or a scope, which is read with what follows it."""
IDIOMS = (
    r"odd thing|as it happens|hard to be sure(?: with)?|(?:so )?do not read (?:too )?much into (?:it|that)|"
    r"i have to be straight with you|to be (?:honest|fair|straight|clear)(?: with you)?|plain and simple|if you ask me|believe it or not|"
    r"for what it 's worth|it has to be said|i must say|no surprise there|make of that what you will|(?:\w+ )?\w+ or not|in the end|"
    r"in other words|as far as (?:labels|tags) go|as for (?:labels|tags)|not to be too sure|"
    r"hard to say(?: what (?:sold|did) (?:it|this|you))?|no matter|to be exact|to be precise|(?:a |the )?funny thing|"
    r"on the whole|all told|all in all|when all is said and done|needless to say|as a matter of fact|mind you|not that it matters|"
    r"if we are honest|let us be honest|in fairness|no two ways about it|there is no denying(?: it)?|no doubt(?: about it)?|"
    r"without (?:a )?doubt|not to mention|not surprisingly|no wonder|more or less exactly|simple as that|it is as simple as that|"
    r"at the end of the day|by the way|in short|in all honesty|say what you will|yes|you know"
)
"""Phrases that say nothing of the items."""

UP = _set(
    "help helps helped helping lift lifts lifted lifting raise raises raised raising push pushes pushed pushing pull "
    "pulls pulled pulling bring brings brought bringing boost boosts boosted boosting move moves moved moving nudge "
    "nudges nudged lead leads led leading count counts counted matter matters mattered weigh weighs weighed weight "
    "carry carries carried contribute contributes contributed add adds added tip tips tipped reason reasons credit "
    "credited explain explains explained owe owes owed cause causes caused speak speaks spoke favour favor influence "
    "influenced drive drives drove driver driving work works worked gain gained give gives gave given behind thanks "
    "because traces through score scores scored effect effects share shares did does do doing touch touches mean "
    "means meant follows follow followed rests rest stems stem comes came mattering registered register registers "
    "argues argue points point pointed hold holds support supports supported stand stands stood affect affects "
    "affected put puts sold swung swing swings tilt tilts tilted decide decides decided clinch clinched seals sealed "
    "propelled propels elevated elevates promoted earn earns earned won wins win fuelled fuels backs backed underlies "
    "account accounts accounted responsible root roots thank benefit benefits benefited depends depend depended "
    "relies rely leans lean leaned built builds basis grounds argument arguments case impact importance important "
    "significant significance power force assist assisted assists bonus advantage contribution contributions aid "
    "aided aids hangs hang worth lends lent lend helpful telling input factor factors justify justifies tug tugs "
    "tugged difference pick role played plays play evidence hinge hinges connection link links"
)
DOWN = _set(
    "hurt hurts hurting harm harms harmed cost costs against lower lowers lowered drag drags dragged worse penalised "
    "penalized detract detracts detracted weaken weakened weakens reduce reduced reduces lost lose loses despite "
    "spite undermine undermines undermined dent dents dented subtract subtracts subtracted setback drawback slower "
    "handicap hindered hinder hinders hampered sank sinks sink hold-back"
)
FILLER = _set(
    "a an the this that these those it its is are was were be been being 's am to of in on at for from with and or as you "
    "your yours we our us they them their which who whom so but has have had do does did also too there here by into i "
    "would will can could may might should if then when while though although yet since because what how where now just "
    "quite rather really actually simply even indeed after all well one ones something anything things thing film films "
    "movie movies item items product products picture kind sort way part bit course fact case look see say said put take "
    "comes come came go goes going get gets got make makes made let think know guess mind about over up out off own such "
    "other others another same own both each either any some very much many more's surprisingly oddly funnily enough "
    "admittedly frankly honestly granted true sure yes oh well apparently evidently obviously naturally certainly plainly "
    "virtually literally exact precisely obvious obviously obvious next step sense natural clear plain hand decent fair worth "
    "whole simple easy kind sort nature matter matters question answer answers account less-known sake called "
    "perhaps maybe presumably arguably apart aside anyone's anyway tonight today moment line lines note mind you'll everything "
    "choose choice chosen choosing place places show shows shown tell tells turn turns turned out seems seem seemed looks "
    "until whenever whether wherever somebody someone anybody everybody nobody's ones upon onto within toward "
    "towards beside besides alongside mentioned usual usually often sometimes always "
    "generally largely partly entirely perfectly happily gladly pleasantly quietly good great nice fine neat solid okay ok "
    "straight truth told words word list history page pick picks recommendation recommended recommend suggestion choice "
    "title him her she he his himself itself having exactly right already ever recently lately data catalogue records "
    "record recent past viewing here's there's again along around between among"
)
"""Words that say nothing by themselves; whatever decides something is not among them."""
ORDINARY = (
    FILLER
    | PREDICATES
    | frozenset(UP)
    | frozenset(DOWN)
    | _set(
        "most half nearly roughly watching having without only nothing everyone every none neither both first last two three "
        "four five six seven eight nine ten compared besides even far odd whatever whoever more less fewer few hard your"
    )
)
"""Words that begin a sentence without being a short form of a title."""
DECISIVE = _set(
    "only hardly barely scarcely nearly mainly mostly solely exclusively firstly lastly lately early family likely unlikely "
    "equally evenly strongly weakly faintly slightly marginally fairly highly lovely lonely silly ugly deadly ghastly friendly "
    "costly early daily heavenly likely comely elderly lively homely holy jolly bully belly jelly fly ally reply supply rely "
    "wrongly falsely rarely seldomly newly"
)
"""Words in -ly that say something of their own; the others are the speaker's stance."""
UNITS, ORDINALS = (
    tuple(listed.split())
    for listed in (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
        "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth",
    )
)
"""Numbers below twenty as words: place in the tuple is the value."""
TENS, TENTHS = (
    {word: 10 * n for n, word in enumerate(listed.split(), 2)}
    for listed in (
        "twenty thirty forty fifty sixty seventy eighty ninety",
        "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth",
    )
)
TITLE_STOPS = _set(
    "the a an of and or in on for to with from at by is it its my your you i we he she part one two three day days "
    "man men woman girl boy night life love house world big little old new last first best good bad story city time "
    "american what when where who why how this that no not all some be off out up down under over before after air "
    "war star kids wild dead blue black white red king queen lost game home movie film picture long short high fire "
    "true natural private looking pretty four it's that's there's he's she's what's let's seven twelve dark light "
    "great young fish perfect"
)
"""Words that by themselves are no short form of a title."""

# Words by what they do in a sentence, whatever the sentence: the frames of `propositions.frames` are filled with these.
CLASSES: dict[str, str] = {
    # A cause is the subject: "X lifts it".
    "push": (
        "improve increase strengthen sharpen heighten enhance swell hint whisper signal indicate reinforce "
        "encourage invite summon beckon usher plead nominate secure guarantee ensure warrant reward deserve pave "
        "enable tempt lure motivate motivated commend endorse chime resonate matter register tell kick shift "
        "change affect alter stir sustain uphold prop shore underwrite underline inform dictate govern rule "
        "dominate steal hog outshine power spur fire ignite spark unlock open help lift raise push pull bring "
        "boost move nudge lead carry tip drive sway swing tilt propel elevate promote fuel back support assist aid "
        "favour favor justify clinch seal decide settle explain determine steer guide point draw attract hoist "
        "bump put send shove land lend add contribute speak argue count weigh work tug do give make bear influence "
        "shape inspire prompt suggest recommend single-out earn win get deliver keep hold tow hand swung throw "
        "offer provide supply vouch advance launch catapult figure play testify vote plump sell convince persuade "
        "anchor underpin bolster amplify cause trigger produce result set"
    ),
    # The result is the subject: "it owes its place to X".
    "gain": (
        "emerge result spring flow originate stem evolve descend proceed feature figure enter stay benefit thrive "
        "flourish lives hangs pop crop make-it gain profit owe rise climb score rest lean rely depend hinge hang "
        "come follow grow build appear arrive surface sit stand shoot jump soar trace derive rank show turn ride "
        "live start begin go feed qualify occupy land"
    ),
    "credit": "credit thank blame thanks praise attribute ascribe chalk pin",
    "cause": (
        "strength odds chances chance momentum nod recommendation endorsement boon plus asset catalyst source "
        "why origin root starting-point springboard bridge stepping-stone path route thread justification rationale "
        "grounds credit merit pillar mainstay foundation core heart centre center decision deal effort sway "
        "pressure appeal attraction bonus helper hint argument suspect nudge kick shove lift-off uplift assistance "
        "say-so testimony tip signal sign indication pedigree foot leg-up reason cause driver factor explanation "
        "influence force weight lift push boost help pull support case impact effect contribution part role say "
        "share difference hand basis ground motive engine spark trigger lever backing culprit clue link connection "
        "tie because due owing responsible behind evidence leg motor bulk work lifting job voice vote favour ally "
        "advocate champion hook draw pick choice answer call input pointer"
    ),
    "down": (
        "punish damage impair impede block obstruct hold-against deter discourage dampen depress diminish lessen "
        "worsen jeopardise jeopardize sabotage dim handicapped impediment hurdle burden brake minus liability "
        "weigh-down stand-in-the-way demote relegate downgrade push-down hurt harm cost drag weaken reduce lose "
        "hinder detract hamper penalise penalize sink spoil against undermine dent subtract lower hamstring "
        "obstacle handicap setback drawback counted-against despite"
    ),
    "lower": (
        "collapse dwindle shrink crumble plunge sag trail worse-off poorer nosedive vanish slide fall drop slip "
        "sink tumble plummet slump lower worse down back suffer weaker less fade decline descend dive crash "
        "downward below further lag retreat backwards recede"
    ),
    "higher": (
        "soar gain overtake leapfrog improve better-off richer top climb rise higher better up above ascend upward "
        "jump forward ahead stronger"
    ),
    "stay": (
        "stay remain keep still same unchanged regardless anyway hold unaffected unmoved stick exactly-where budge "
        "move change"
    ),
    "removal": (
        "scrub wipe discard omit exclude bar banish forgo forego unsee subtract deduct disappear vanish eliminate "
        "dismiss reject without minus remove removal drop strike erase skip delete cut lose leave take ignore "
        "forget gone missing absent absence miss pretend imagine suppose scrap discount disregard ditch lack away "
        "scratch otherwise"
    ),
    "watch": (
        "finish enjoy go turn check catch sit consume experience discover attend screen rewatch queue complete "
        "watch see view know have play own buy pick choose read rent try stream encounter put take"
    ),
    "people": (
        "individual subscriber viewership attendee cinemagoer filmgoer household account visitor member shopper everyone half-the-people crowd "
        "owner devotee follower admirer audience public folks gang bunch lot people viewer fan user watcher buyer "
        "customer reader person everybody anyone anybody folk those other moviegoer majority minority spectator "
        "subscriber somebody someone nobody"
    ),
    "history": (
        "watching viewings films-you-saw library profile taste record-of-viewing track history list record viewing "
        "past log shelf lineup queue diary collection watchlist"
    ),
    "ask": "ask want wish request query order look search type hope need mood crave prompt fancy mention",
    "request": "request query wish word asking search prompt order ask type phrase sentence brief",
    "last": "second-last penultimate last latest newest recent recently freshest",
    "first": "first oldest earliest",
    "before": "before earlier prior previously ahead precede",
    "after": "after later afterwards following subsequently next follow",
    "most": (
        "supreme paramount central overriding unrivalled unmatched headline crucial essential critical vital "
        "prominent important heads frontrunner most main biggest strongest largest greatest chief chiefly mainly "
        "mostly top prime primary primarily principal principally key foremost leading decisive heaviest loudest "
        "hardest clearest deciding decider dominant best lion clincher major"
    ),
    "strong": (
        "noticeable appreciable discernible measurable detectable considerable immense tremendous hefty sizeable sizable decisive emphatic resounding forceful vigorous serious proper "
        "massive whopping mighty significant significantly dramatically sharply steeply notable notably marked "
        "markedly strongly lot hard heavily clearly firmly greatly considerably big large strong substantial much "
        "plenty real really powerful heavy huge enormous great solid good deal clear visibly noticeably"
    ),
    "weak": (
        "slight bare meagre meager paltry puny feeble distant remote vague tentative superficial cursory "
        "insignificant unimportant trivial immaterial peripheral incidental trickle whisper hint drop crumb scrap "
        "grain ounce iota jot pinch smattering narrow margin narrowly fractionally minutely infinitesimal lukewarm "
        "half-hearted little slightly bit faint faintly barely hardly scarcely marginal marginally touch tiny "
        "small weak weakly modest modestly minor negligible nil zero somewhat trace trifle tad mildly mild thin "
        "minimal gentle gently light lightly nudge shade smidgen slim whisker fraction hair slender fragile "
        "tenuous loose subtle symbolic secondary limited"
    ),
    "tiny": (
        "insignificant trivial immaterial iota jot infinitesimal barely hardly scarcely nil zero negligible "
        "whisker next-to-nothing minimal tiny"
    ),
    "more": (
        "edge edges trump eclipse overshadow topped exceed pip surpass superior more bigger stronger harder "
        "greater larger heavier further ahead above over outweigh beat outdo outrank top outscore louder"
    ),
    "less": "inferior trail trails lag lags weaker paler second-fiddle less smaller fewer lighter below behind lesser",
    "equal": "equal equally evenly alike same level par tie equivalent matched neck",
    "only": (
        "only plain sole pure solely alone exclusively single-handedly single-handed purely entirely nothing "
        "itself lone"
    ),
    "neg": "not no never nobody none neither nor nothing nowhere",
    "newer": "newer younger later",
    "older": "older earlier",
    "longer": "longer",
    "shorter": "shorter",
    "short": "short brief quick compact",
    "long": "long lengthy",
    "minute": "minute min",
    "hour": "hour",
    "year": "year",
    "decade": "decade",
    "like": (
        "equally counterpart sibling cousin relative mirror echo parallel kin like same both share common alike "
        "similarly resemble match too also shared"
    ),
    "rankword": (
        "chart table queue ladder standing standings line order score ranking scroll reach slot berth place front "
        "spot rank position number top first list step rung seat"
    ),
    "query_noun": "request query wish word",
    "about": "about around roughly some nearly almost approximately close just circa or so",
    "over": "over above more exceed upwards least",
    "under": "under below less fewer most",
    "contrast": "but though although however yet while whereas",
    "kindword": (
        "catalogue catalog file listing shelf category tagged labelled labeled classed classified listed described "
        "billed marked sold romp yarn fare outing vehicle number entertainment cinema screen film movie picture "
        "flick title item product piece thing work genre label tag story side element dose mix blend kind sort "
        "type part touch plenty bit style trait being made classic production release feature entry strand flavour "
        "flavor ingredient streak tale offering class decade set attribute mark aspect angle one thrown attached "
        "topping added bonus dash hint pair"
    ),
    "made": "arrive open hit debut issue launch make release shoot date hail premiere produce come",
    "quantity": (
        "bulk handful majority few fraction share proportion portion lots scores couple numerous countless all "
        "every each most half many plenty several minority"
    ),
    "against": "against-this",
    "except": "except",
    "popular": "popular well-known popularity famous hit favourite favorite blockbuster",
    "would": "would will could might",
    "lift": "average general overall altogether population rate percentage figure likely likelier often probable chance odds times twice double as",
    "late": "late end shortly toward towards near",
}
SILENT = frozenset(
    """a an the this that these those it its is are was were be been being am to of in on at for from with and or as you your
    yours we our us i me my they them their he she him her which who whom so has have had do does did there here by into if
    then when because since what how where now quite rather actually simply just indeed after all well one ones something any
    some very out off own such other others another each let would will can could may might should think look see say
    surprisingly oddly funnily enough admittedly frankly honestly truth tell told naturally certainly plainly obviously
    perhaps maybe probably presumably today tonight again along around ever already exactly right straight even too also
    however though although but while whereas yet sure yes oh basically essentially put simply honest fair clear fact matter
    anyway than get got getting let thing film movie item product picture title title's one's up way itself himself course safe
    rest overall altogether total everything whole eye sight really true truly clearly evidently apparently besides through
    far being between upon onto amount extent time ways way importance contrast once running runs run else wonder wondering guess admit suppose guessing reckon afraid sorry feel feeling felt certain honesty doubtless doubt plainly bear mind note noted remember reminder given showing shown reads reading says say said speaking believe trust hear heard read turn turns here's hence thus therefore accordingly consequently meaning means mean meant namely specifically precisely especially particularly mainly-because apart thereby whereby wherever whenever across throughout during among former latter 's aside together anything combined instead-of whether attached evening night bet whom own within about over bit quick short word list place spot position pick picks recommendation
    suggestion choice page find found turn turns turned out end ends ended line case whose both either every go goes going went
    take takes took make makes made keep keeps kept come comes came okay lol hey yep yeah btw tbh apt reply please likewise furthermore
    moreover additionally nonetheless nevertheless basically folks' stuff such-and-such sir madam dear whilst hereby respective gonna gotta wanna
    kinda sorta cuz ok'd me us myself ourselves""".split()  # noqa: SIM905
)
"""Words that any frame may hold without a meaning of their own there."""
_IRREGULAR = {
    "saw": "see", "seen": "see", "known": "know", "knew": "know", "went": "go", "gone": "gone", "brought": "bring",
    "drew": "draw", "drawn": "draw", "drove": "drive", "driven": "drive", "led": "lead", "gave": "give", "given": "give",
    "made": "make", "did": "do", "done": "do", "got": "get", "held": "hold", "kept": "keep", "lent": "lend", "fell": "fall",
    "fallen": "fall", "rose": "rise", "risen": "rise", "sank": "sink", "sunk": "sink", "slid": "slide", "lost": "lose",
    "left": "leave", "took": "take", "taken": "take", "came": "come", "caught": "catch", "bought": "buy", "chose": "choose",
    "chosen": "choose", "wrote": "write", "said": "say", "told": "tell", "spoke": "speak", "spoken": "speak", "won": "win",
    "stood": "stand", "sat": "sit", "shot": "shoot", "threw": "throw", "sold": "sell", "bore": "bear", "grew": "grow",
    "built": "build", "rode": "ride", "began": "begin", "fed": "feed", "had": "have", "has": "have", "swung": "swing",
    "sought": "seek", "cost": "cost", "hurt": "hurt", "cut": "cut", "stuck": "stick", "thought": "think", "people": "people",
    "beaten": "beat", "forgot": "forget", "forgotten": "forget", "struck": "strike", "hung": "hang", "leant": "lean",
    "underlay": "underlie", "laid": "lay", "ran": "run", "overtook": "overtake", "outdid": "outdo",
}  # fmt: skip
_OF: dict[str, set[str]] = {}
for _name, _listed in CLASSES.items():
    for _word in _listed.split():
        _OF.setdefault(_word, set()).add(_name)
for _name, _listed in MODALITY_WORDS.items():
    for _word in _listed.split():
        _OF.setdefault(_word, set()).add("input")


@cache
def classes(word: str) -> frozenset[str]:
    """What a word may do in a sentence, whatever its ending.

    Parameters
    ----------
    word : str
        In lower case.

    Returns
    -------
    frozenset of str
        Names of classes; `filler` among them where the word may stand without saying anything.

    Examples
    --------
    >>> sorted(classes("lifted"))
    ['cause', 'push']
    """
    found: set[str] = {"filler"} if word in SILENT else set()
    for form in _forms(word):
        found |= _OF.get(form, set())
    return frozenset(found)


def _forms(word: str) -> set[str]:
    """A word and what it may be an ending of; only forms that a class lists matter."""
    forms = {word}
    if word in _IRREGULAR:
        forms.add(_IRREGULAR[word])
    if word.endswith("ies"):
        forms.add(word[:-3] + "y")
    elif word.endswith("s") and not word.endswith("ss"):
        forms |= {word[:-1], word[:-2] if word.endswith("es") else word[:-1]}
    if word.endswith("ied"):
        forms.add(word[:-3] + "y")
    if word.endswith("iest"):
        forms.add(word[:-4] + "y")
    for ending in ("ed", "ing", "est"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            forms |= {stem, stem + "e"}
            if len(stem) > 2 and stem[-1] == stem[-2]:
                forms.add(stem[:-1])
    return forms
