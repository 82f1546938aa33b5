"""Praise turned round: what speaks against an item, given as a reason for it."""

import re

from llmrec.verification.open_text.identity import own_text
from llmrec.verification.open_text.statements import Statement
from llmrec.verification.reading import Claim, judged
from llmrec.verification.resolution import ResolvedText

_AGAINST = str.split(
    "boring tedious dull bland rude monotonous tiresome dreary uninspired uninteresting unfriendly unhelpful unpleasant "
    "tasteless flavorless stale soggy inedible overcooked undercooked disgusting gross dirty filthy unclean smelly "
    "uncomfortable inconvenient disappointing mediocre lackluster lacklustre underwhelming unsatisfying unengaging "
    "hackneyed clich\u00e9d cliched derivative unoriginal predictable forgettable shallow superficial one-dimensional "
    "underdeveloped poorly-written badly-written incoherent confusing rambling convoluted clumsy amateurish sloppy "
    "awful terrible horrible dreadful atrocious abysmal lousy appalling shoddy subpar inferior worst poor bad "
    "overpriced overrated annoying irritating obnoxious arrogant incompetent inattentive careless neglected "
    "run-down shabby cramped noisy unreliable defective flimsy worthless useless pointless ugly hideous depressing "
    "flat lifeless unconvincing implausible pretentious dated outdated unremarkable unappealing unattractive "
    "unbearable unprofessional discourteous impolite surly hostile"
)  # fmt: skip
"""Words by which reviewers find fault; those that only some do ("dark", "sad", "simple") are not among them."""
_IN_A_STORY = frozenset(str.split("inferior unreliable terrible horrible awful bad poor ugly hostile filthy dirty dated depressing arrogant worst flat useless "
                        "obnoxious confusing predictable rude pretentious neglected shabby noisy dreadful"))  # fmt: skip
"""Of these, what people and events of a story may be, to the reader's delight."""
_PHRASES = r"badly (?:written|made|paced|edited|executed)|poorly (?:written|made|paced|edited|executed|developed|maintained)|waste of (?:time|money)|not worth"
_WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, _AGAINST))}|{_PHRASES})(?![\w-])", re.IGNORECASE)
_CONCEDED = re.compile(
    r"\b(?:despite|in spite|although|though|even (?:if|when|with|as)|while|but|however|other than|apart from|aside from|except|notwithstanding"
    r"|regardless|occasional\w*|sometimes|some|minor|slight\w*|a (?:bit|little|few|tad)|not|no|never|without|isn't|wasn't|aren't|don't|doesn't|didn't|avoid\w*"
    r"|less|instead|rather than|unlike|overcom\w+|too|could|may|might|if|surviv\w+|fac\w+|fight\w*|against|from|than|nothing|hardly|neither|nor|yet|lack\w*"
    r"|warn\w*|mindful|caution|aware|complain\w*|disappoint\w* with|criticiz\w+|criticis\w+|worr\w+|once|initial\w*)\b", re.IGNORECASE
)  # fmt: skip
_SUBJECT = (
    "book|read|novel|plot|writing|prose|story|storyline|narrative|characters?|character development|dialogue|pacing|ending|style|world-building|series|"
    "service|staff|food|atmosphere|environment|ambiance|ambience|location|experience|place|prices?|value|selection|variety|quality|drinks?|coffee|rooms?|"
    "customer service|employees?|servers?|waitress|waiters?|baristas?|choice|option|spot|destination|stay|stop|purchase|addition|menu|meals?|dishes|dining|decor|view|views|parking|store|product|products|fit|sound|picture|acting|music|songs?"
)
_JUDGED = re.compile(rf"^[\s,]*(?:(?:and|yet|,) )?(?:[\w'-]+,? (?:and )?){{0,3}}?(?:{_SUBJECT})\b", re.IGNORECASE)
_MAIN = re.compile(
    r"\b(?:makes?|making) (?:it|this|for)\b|\b(?:it|(?:the|this) [\w-]+) (?:is|remains|was)\b|\bmake it\b"
)
_FOR = re.compile(
    r"\b(?:because|for|due to|thanks to|offers?|provides?|has|have|features?|with|making it|makes?|since|is|are|its|their|appreciates?|enjoy\w*|loves?|finds?|found|a|an)\b",
    re.IGNORECASE,
)


def praise_claims(text: ResolvedText, statement: Statement) -> list[Claim]:
    """Words against the item where a statement recommends it, without saying that it does so in spite of them.

    Parameters
    ----------
    text : ResolvedText
        The text.
    statement : Statement
        One sentence of it.

    Returns
    -------
    list of Claim
        At most one.
    """
    said, own = statement.text, own_text(text).lower()
    for match in _WORD.finditer(said):
        word = match.group().lower()
        before, after = said[: match.start()], said[match.end() :]
        clause = re.split(r"[;:]|\. ", before)[-1]
        at = statement.start + match.start()
        chunk = clause.rsplit(",", 1)[-1]
        if _MAIN.search(chunk):  # what was conceded is told before the comma
            clause = chunk
        named = any(quote.start <= at < quote.end for quote in text.titles)
        if named or word in own or _CONCEDED.search(clause) or re.match(r"\W*(?:but|yet|at first)\b", after):
            continue
        if not _FOR.search(clause):
            continue
        of_the_item = _JUDGED.match(after) is not None
        if word in _IN_A_STORY and not of_the_item:
            continue
        why = "it speaks against the item, as a reason for it"
        return [judged("praise", match.group(), at, False, f"text of item {text.grounds.item}", why)]
    return []
