"""Words that claim something by themselves, and plain words that claim nothing."""

from llmrec.catalog.wording import MODALITY_WORDS
from llmrec.verification.grammar import PLAIN, STRONGLY


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
