"""How English says that one thing caused another: the verbs and prepositions by which a sentence is read.

`{C}` stands for the recommended item, `{chose}` for the catalogue's verb ("watched", "bought"). Whoever writes
sentences that are to be verified draws on the same phrases.
"""

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
    "led left lifted like link linked list little lose louder loudest lower made meets mind more most moved nudged "
    "of offers on once one only opened out owes part paved pick picked picks place pointed pulled push pushed put "
    "raised reason rests room rose says score scored share shared shares since skipped so spoke starting stood "
    "strength strongly take takes tentative than thanks that the them they thin this though thread through tied "
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
