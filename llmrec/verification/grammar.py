"""How English says that one thing caused another: the verbs and prepositions by which a sentence is read.

`{C}` stands for the recommended item, `{chose}` for the catalogue's verb ("watched", "bought"). Whoever writes
sentences that are to be verified draws on the same phrases.
"""

from llmrec.catalog.wording import MODALITY_WORDS


def _words(listed: str) -> frozenset[str]:
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

PLAIN = _words(
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


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


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
