"""Words by which English says the relations that propositions are read from."""


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


BE = r"(?:is|are|was|were|be|been|being|'s|am)"
ADVERB = r"(?:also|too|only|even|just|still|really|actually|already|simply|clearly|mostly|mainly|surely|in fact|of course|probably|recently|once|ever|before|previously|lately|later|now|then|both|all|have|has|had|would|did|do|does)"
WATCH = r"(?:watched|watch|watching|saw|seen|see|seeing|viewed|put on|picked|bought|owned|had|have|know|knew|known|been to|caught|watches|finished|played|read)"
NOT = r"(?:not|no|never|neither|nor|nothing|none|hardly|barely|without|nobody|isn't)"

PREDICATES = _set(
    "is are was were be been being 's am has have had do does did would will could can may might should helped help "
    "helps lifted lifts lift raised raises raise pushed push pushes pulled pull pulls brought bring brings moved moves "
    "move led leads lead counts count counted matters mattered matter weighs weighed gave gives give made makes make "
    "added adds add speaks spoke speak watched saw seen watch came comes come goes went go stays stay stayed drops drop "
    "slides slide falls fall ranks rank put puts explains explained owes owe follows follow contributed contributes "
    "carries carried carry outweighs cost costs hurt hurts asked wanted wished said counted tipped tips nudged nudges "
    "drove drives boosted boosts leaves lose loses lost remove removing take strike stands stood wouldn't says "
    "carrying works worked did shares share tie ties touch affects affected lowers lowered dragged drag rests without "
    "attract attracted drawn hits lands"
)
CONJUNCTIONS = _set("and but so though although while whereas because since yet")
HOLDS_ON = _set("take remove strike erase drop say suppose imagine if without leave had cut lose losing of far should compared besides even as")
"""Words that begin a condition or a scope, which is read with what follows it."""
IDIOMS = (
    r"i had to look twice|odd thing|as it happens|hard to be sure(?: with)?|(?:so )?do not read (?:too )?much into (?:it|that)|"
    r"i have to be straight with you|to be (?:honest|fair|straight|clear)(?: with you)?|plain and simple|if you ask me|believe it or not|"
    r"for what it 's worth|it has to be said|i must say|no surprise there|make of that what you will|(?:\\w+ )?\\w+ or not|in the end|"
    r"in other words|as far as (?:labels|tags) go|as for (?:labels|tags)|for the score|not to be too sure|i would not bet on it|"
    r"at the end of the day|by the way|in short|in all honesty|say what you will|yes|you know"
)
"""Phrases that say nothing of the items."""

UP = (
    "help helps helped helping lift lifts lifted lifting raise raises raised raising push pushes pushed pushing pull pulls "
    "pulled pulling bring brings brought bringing boost boosts boosted boosting move moves moved moving nudge nudges "
    "nudged lead leads led leading count counts counted matter matters mattered weigh weighs weighed weight carry carries "
    "carried contribute contributes contributed add adds added tip tips tipped reason reasons credit credited explain "
    "explains explained owe owes owed cause causes caused speak speaks spoke favour favor influence influenced drive "
    "drives drove driver driving work works worked gain gained give gives gave given behind thanks because traces "
    "through score scores scored effect effects share shares did does do doing do touch touches pull mean means meant "
    "follows follow followed rests rest stems stem comes came mattering registered register registers argues argue "
    "points point pointed hold holds support supports supported stand stands stood affect affects affected put puts "
    "difference pick role played plays play evidence hinge hinges connection link links"
).split()
DOWN = (
    "hurt hurts hurting harm harms harmed cost costs against lower lowers lowered drag drags dragged worse "
    "penalised penalized detract detracts detracted weaken weakened weakens reduce reduced reduces lost lose loses "
    "slower handicap hindered hinder hinders hampered sank sinks sink hold-back"
).split()
FILLER = _set(
    "a an the this that these those it its is are was were be been being 's am to of in on at for from with and or as you "
    "your yours we our us they them their which who whom so but has have had do does did also too there here by into i "
    "would will can could may might should if then when while though although yet since because what how where now just "
    "quite rather really actually simply even indeed after all well one ones something anything things thing film films "
    "movie movies item items product products picture kind sort way part bit course fact case look see say said put take "
    "comes come came go goes going get gets got make makes made let think know guess mind about over up out off own such "
    "other others another same own both each either any some very much many more's surprisingly oddly funnily enough "
    "admittedly frankly honestly granted true sure yes oh well apparently evidently obviously naturally certainly plainly "
    "straight truth told words word list history page pick picks recommendation recommended recommend suggestion choice "
    "title him her she he his himself itself having exactly right already ever recently lately data catalogue records "
    "record recent past viewing here's there's again along around between among"
)
"""Words that say nothing by themselves; whatever decides something is not among them."""
ORDINARY = FILLER | PREDICATES | frozenset(UP) | frozenset(DOWN) | _set(
    "most half nearly roughly watching having without only nothing everyone every none neither both first last two three "
    "four five six seven eight nine ten compared besides even far odd whatever whoever more less fewer few hard your"
)
"""Words that begin a sentence without being a short form of a title."""
