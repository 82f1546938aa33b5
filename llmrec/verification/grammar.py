"""How English says that one thing caused another: the verbs and prepositions by which a sentence is read.

`{C}` stands for the recommended item, `{chose}` for the catalogue's verb ("watched", "bought"). Whoever writes
sentences that are to be verified draws on the same phrases.
"""


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
