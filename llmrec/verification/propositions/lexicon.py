"""Word classes that the frames of `frames.py` are filled from: what a word does in a sentence, not which sentence it is in."""

from functools import cache

from llmrec.catalog.wording import MODALITY_WORDS

_CLASSES: dict[str, str] = {
    # A cause is the subject: "X lifts it".
    "push": (
        "improve increase strengthen sharpen heighten enhance swell hint whisper signal indicate reinforce encourage invite summon beckon usher plead nominate secure guarantee ensure warrant reward deserve pave enable tempt lure motivate motivated commend endorse chime resonate matter register tell kick shift change affect alter stir sustain uphold prop shore underwrite underline inform dictate govern rule dominate steal hog outshine power spur fire ignite spark unlock open help lift raise push pull bring boost move nudge lead carry tip drive sway swing tilt propel elevate promote fuel "
        "back support assist aid favour favor justify clinch seal decide settle explain determine steer guide point draw "
        "attract hoist bump put send shove land lend add contribute speak argue count matter weigh work register tug do "
        "give make bear influence shape affect inspire prompt suggest recommend single-out earn win get deliver strengthen "
        "keep hold tow hand swung throw offer provide supply vouch plead advance launch catapult usher nominate figure play "
        "tell testify vote plump sell convince persuade anchor underpin bolster amplify cause trigger produce result set"
    ),
    # The result is the subject: "it owes its place to X".
    "gain": (
        "emerge result spring flow originate stem evolve descend proceed feature figure enter stay benefit thrive flourish lives hangs pop crop make-it gain benefit profit owe rise climb score rest lean rely depend hinge hang stem come follow grow build appear "
        "arrive surface sit stand shoot jump soar trace derive rank show turn ride live lean start begin go feed qualify"
    ),
    "credit": "credit thank blame thanks praise attribute ascribe chalk pin",
    "cause": (
        "strength odds chances chance momentum nod recommendation endorsement boon plus asset catalyst source origin root starting-point springboard bridge stepping-stone path route thread justification rationale grounds credit merit pillar mainstay foundation core heart centre center decision deal effort sway pressure appeal attraction bonus helper hint argument suspect nudge kick shove lift-off uplift assistance say-so testimony tip signal sign indication pedigree foot leg-up reason cause driver factor explanation influence force weight lift push boost nudge help pull support argument case "
        "impact effect contribution part role say share difference hand basis ground motive engine spark trigger lever "
        "backing culprit clue link connection tie because due owing responsible behind evidence kick leg motor bulk work "
        "lifting job voice vote favour credit ally advocate champion hook draw pick choice answer call input pointer merit"
    ),
    "down": (
        "punish damage impair impede block obstruct hold-against deter discourage dampen depress diminish lessen worsen jeopardise jeopardize sabotage dim handicapped impediment hurdle burden brake minus liability weigh-down stand-in-the-way demote relegate downgrade push-down hurt harm cost drag weaken reduce lose hinder detract hamper penalise penalize sink spoil against undermine dent "
        "subtract lower hamstring obstacle handicap setback drawback counted-against despite"
    ),
    "lower": (
        "collapse dwindle shrink crumble plunge sag trail worse-off poorer nosedive vanish slide fall drop slip sink tumble plunge plummet slump lower worse down back suffer weaker less fade decline "
        "descend dive crash nosedive downward below further sag lag retreat backwards recede"
    ),
    "higher": "soar gain overtake leapfrog improve better-off richer top climb rise higher better up improve above gain ascend upward jump soar forward ahead stronger",
    "stay": "stay remain keep still same unchanged regardless anyway hold unaffected unmoved stick exactly-where budge move change",
    "removal": (
        "scrub wipe discard omit exclude bar banish forgo forego unsee subtract deduct disappear vanish eliminate dismiss reject without minus remove removal drop strike erase skip delete cut subtract lose leave take exclude omit ignore forget "
        "gone missing absent absence miss pretend imagine suppose scrap discount disregard ditch lack away scratch otherwise"
    ),
    "watch": (
        "finish enjoy go turn check catch sit consume experience discover attend screen rewatch queue complete watch see view finish catch know have play own buy pick choose sit read rent try stream encounter put enjoy go take"
    ),
    "people": (
        "attendee cinemagoer filmgoer household account visitor member shopper everyone half-the-people crowd owner devotee follower admirer audience public folks gang bunch lot people viewer audience fan user watcher crowd buyer customer reader person everyone everybody anyone anybody folk "
        "those other moviegoer member majority minority public spectator owner subscriber somebody someone nobody"
    ),
    "history": "watching viewings films-you-saw library profile taste record-of-viewing track history list record viewing past log shelf lineup queue diary collection watchlist",
    "ask": "ask want wish request query order look search type hope need mood crave prompt fancy mention",
    "request": "request query wish word asking search prompt order ask type phrase sentence brief",
    "last": "second-last penultimate last latest newest recent recently freshest",
    "first": "first oldest earliest",
    "before": "before earlier prior previously ahead precede",
    "after": "after later afterwards following subsequently next follow",
    "most": (
        "supreme paramount central overriding unrivalled unmatched headline crucial essential critical vital prominent important single heads frontrunner most main biggest strongest largest greatest chief chiefly mainly mostly top prime primary primarily principal "
        "principally key foremost leading decisive heaviest loudest hardest clearest deciding decider dominant best lion "
        "clincher central major"
    ),
    "strong": "immense tremendous hefty sizeable sizable decisive emphatic resounding forceful vigorous serious proper massive whopping mighty significant significantly dramatically sharply steeply notable notably marked markedly strongly lot hard heavily clearly firmly greatly considerably big large strong substantial much plenty real really powerful heavy huge enormous massive great solid good deal clear visibly noticeably",
    "weak": (
        "bare meagre meager paltry puny feeble distant remote vague tentative superficial cursory insignificant unimportant trivial immaterial peripheral incidental trickle whisper hint drop crumb scrap grain ounce iota jot pinch smattering narrow margin narrowly fractionally minutely infinitesimal lukewarm half-hearted little slightly bit faint faintly barely hardly scarcely marginal marginally touch tiny small weak weakly modest modestly minor negligible nil zero "
        "somewhat trace trifle tad mildly mild thin minimal gentle gently light lightly nudge shade smidgen slim whisker fraction "
        "hair slender fragile tenuous loose"
    ),
    "tiny": "insignificant trivial immaterial iota jot infinitesimal barely hardly scarcely nil zero negligible whisker next-to-nothing minimal tiny",
    "more": "edge edges trump eclipse overshadow topped exceed pip surpass superior more bigger stronger harder greater larger heavier further ahead above over outweigh beat outdo exceed outrank top outscore surpass trump edge louder",
    "less": "inferior trail trails lag lags weaker paler second-fiddle less smaller weaker fewer lighter below behind lesser",
    "equal": "equal equally evenly alike same level par tie even equivalent matched neck",
    "only": "only plain sole pure solely alone exclusively single-handedly single-handed purely entirely nothing itself lone",
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
    "like": "equally counterpart sibling cousin relative mirror echo parallel kin like same both share common alike similarly resemble match too also shared",
    "rankword": "chart table queue ladder standing standings line order score ranking scroll reach slot berth place front spot rank position number slot top first list ranking step rung seat",
    "query_noun": "request query wish word",
    "about": "about around roughly some nearly almost approximately close just circa or so",
    "over": "over above more exceed upwards least",
    "under": "under below less fewer most",
    "contrast": "but though although however yet while whereas",
    "kindword": (
        "catalogue catalog file listing shelf category tagged labelled labeled classed classified listed described billed marked sold romp yarn fare outing vehicle number entertainment cinema screen film movie picture flick title item product piece thing work genre label tag category story side element dose mix "
        "blend kind sort type part touch plenty bit style trait being made classic production release feature entry strand "
        "flavour flavor ingredient streak tale offering class decade set attribute mark aspect angle one thrown attached topping added bonus dash hint"
    ),
    "made": "arrive open hit debut issue launch make release shoot date hail premiere produce come",
    "quantity": "bulk handful majority few fraction share proportion portion lots scores couple numerous countless all every each most half many plenty few several majority minority",
    "against": "against-this",
    "except": "except",
    "popular": "popular well-known popularity famous",
    "would": "would will could might",
}
_FILLER = frozenset(
    """a an the this that these those it its is are was were be been being am to of in on at for from with and or as you your
    yours we our us i me my they them their he she him her which who whom so has have had do does did there here by into if
    then when because since what how where now quite rather actually simply just indeed after all well one ones something any
    some very out off own such other others another each let would will can could may might should think look see say
    surprisingly oddly funnily enough admittedly frankly honestly truth tell told naturally certainly plainly obviously
    perhaps maybe probably presumably today tonight again along around ever already exactly right straight even too also
    however though although but while whereas yet sure yes oh basically essentially put simply honest fair clear fact matter
    anyway than get got getting let thing film movie item product picture title title's one's up way itself himself course safe
    rest overall altogether total everything whole eye sight really true truly clearly evidently apparently besides through
    far being between upon onto else wonder wondering guess admit suppose guessing reckon afraid sorry feel feeling felt certain honesty doubtless doubt plainly bear mind note noted remember reminder given showing shown reads reading says say said speaking believe trust hear heard read turn turns here's hence thus therefore accordingly consequently meaning means mean meant namely specifically precisely especially particularly mainly-because apart thereby whereby wherever whenever across throughout during among former latter 's aside together anything combined whether attached evening night instead bet whom own within about over bit quick short word list place spot position pick picks recommendation
    suggestion choice page find found turn turns turned out end ends ended line case whose both either every go goes going went
    take takes took make makes made keep keeps kept come comes came""".split()  # noqa: SIM905
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
for _name, _listed in _CLASSES.items():
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
    found: set[str] = {"filler"} if word in _FILLER else set()
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
