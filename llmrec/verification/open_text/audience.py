"""What an open text says of the user's history and of other people: order, counts, shares, who alone, which more."""

import re

from llmrec.verification.grammar import COUNTS, TENS, UNITS
from llmrec.verification.grounds import Facts
from llmrec.verification.open_text.choices import chosen_claim, decided, order_claim
from llmrec.verification.open_text.shares import share_claim
from llmrec.verification.open_text.statements import Statement
from llmrec.verification.propositions import judge
from llmrec.verification.reading import Claim
from llmrec.verification.resolution import ResolvedText

_ORDER = re.compile(
    r"\b(?:last|latest|recent|recently|before|after|first|earlier|later|then|ahead|followed|preceded|since|previous)\b",
    re.I,
)
_TURNS = re.compile(
    r"\b(?:not|never|no|nobody|none|nothing|without|besides|except|unlike|if|would|could|might|may|only)\b|n't\b", re.I
)
_PEOPLE = r"(?:people|users|customers|readers|visitors|guests|buyers|viewers|shoppers|others)"
_ALONE = re.compile(
    r"\b(?:nobody else|no one else|no ?(?:one|body) but|no other (?:user|customer|person|reader|visitor|guest|buyer|viewer|shopper)s?"
    r"|(?:the|its|their) (?:only|sole|first and only) (?:one|person|user|customer|reader|visitor|buyer)|alone (?:has|have)|alone in having|no user but|nobody has \w+ [^.;]{0,20} but"
    r"|(?:not one|no single|not a single) (?:other )?(?:user|person|soul|customer|reader|visitor|buyer)|not (?:\w+ )*?by (?:anybody|anyone) else)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\b(?:the only|the sole|your only|your sole|nothing (?:but|except|besides|other than)|(?:any|no) (?:other )?\w+ (?:besides|except|but|other than)"
    r"|only ever|just one|(?:apart|aside) from|except for|is all(?: that)? you|all that you|alone)\b",
    re.IGNORECASE,
)
_NO_OTHER = re.compile(
    r"\b(?:the only|the sole|no other|not? (?:another|a second)|only this one|only one|just (?:this )?one|nothing else|alone|a single|no second"
    r"|once only|only once)\b",
    re.IGNORECASE,
)
_HERE = re.compile(r"\b(?:catalogue|catalog|shop|store's|collection|selection|assortment|range|list)\b", re.IGNORECASE)
_THIS = r"(?:this item|this one|this|it|the item)"


def people_claims(text: ResolvedText, statement: Statement) -> list[Claim]:
    """Claims of a statement on the history and on other people.

    Parameters
    ----------
    text : ResolvedText
        The text.
    statement : Statement
        One sentence of it.

    Returns
    -------
    list of Claim
        One at most.
    """
    facts = Facts(text.grounds, text.catalog)
    for reader in (
        _alone,
        _only_of_history,
        _only_of_name,
        _counted,
        _compared,
        order_claim,
        share_claim,
        _proposed,
        chosen_claim,
    ):
        if claim := reader(text, statement, facts):
            return [claim]
    return []


def _chose(text: ResolvedText) -> str:
    return rf"\b{re.escape(text.words.chose)}\b"


def _alone(text: ResolvedText, statement: Statement, facts: Facts) -> Claim | None:
    """That nobody else chose the recommended item."""
    if not (
        _ALONE.search(statement.shown)
        and re.search(rf"{_chose(text)}|\b(?:visitor|buyer|customer|reader)\b", statement.shown)
    ):
        return None
    if re.search(r'"', statement.shown):
        return None
    count = len(facts.audience.of(facts.item))
    return decided(text, statement, "people", count <= 1, "interactions", f"{count} users have it")


def _only_of_history(text: ResolvedText, statement: Statement, facts: Facts) -> Claim | None:
    """That an item is all that the user chose."""
    shown = statement.shown
    spoken = re.search(rf"\byou(?: have| had|'ve)?(?: ever| so far| only| never)* {text.words.chose}\b", shown, re.I)
    if not _ONLY.search(shown) or not (spoken or re.search(r"\byour history\b", shown, re.I)):
        return None
    named = {item for ids in text.cited_in((statement.start, statement.end)) for item in ids}
    if not named or not facts.history:
        return None
    others = set(facts.history) - named - {facts.item}
    why = f"the history holds {len(set(facts.history))} items"
    return decided(text, statement, "watched", not others, "history", why)


def _only_of_name(text: ResolvedText, statement: Statement, facts: Facts) -> Claim | None:
    """That nothing else in the catalogue has a name: of a maker, or the title itself."""
    if not (_NO_OTHER.search(statement.text) and _HERE.search(statement.text)):
        return None
    named = [quote.text for quote in statement.titles] or [
        m.group() for m in re.finditer(r"(?:[A-Z][\w.'&-]*)(?: (?:of |the |and |& )?[A-Z][\w.'&-]*)*", statement.text)
        if m.start() or " " in m.group()
    ]  # fmt: skip
    name = max(named, key=len, default="").strip(" .")
    if len(name) < 4:
        return None
    whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    holders = [item.id for item in text.catalog.items if whole.search(item.text())]
    if facts.item not in holders:
        return None
    why = f"{len(holders)} items of the catalogue have that name"
    return decided(text, statement, "people", len(holders) == 1, "catalogue", why)


_NUMBER = rf"(\d+|{'|'.join(COUNTS)}|one|eleven|twelve|a dozen)"


def _counted(text: ResolvedText, statement: Statement, facts: Facts) -> Claim | None:
    """How many items the history holds."""
    noun, chose = text.words.noun, text.words.chose
    items = rf"(?:(?:other|different|earlier|previous) )?{noun}s?"
    match = re.search(
        rf"\byou(?: have|'ve|had)?(?: already| so far)? {chose} (?:only |just |about )?{_NUMBER} {items}(?! by| of| from)"
        rf"|\byour history (?:holds|has|contains|counts|lists|shows|is made of|consists of) (?:only |just )?{_NUMBER} {items}"
        rf"|\b{_NUMBER} {items} (?:in|make up|are in) your history"
        rf"|\b{_NUMBER} {items} (?:have been |had been |were |already )*{chose}(?! by (?!you))"
        rf"|\byour {_NUMBER} (?:earlier|previous|past|prior|former) {noun}s", statement.shown, re.IGNORECASE
    )  # fmt: skip
    if match is None or not facts.history:
        return None
    said = next(group for group in match.groups() if group).lower()
    number = _value(said)
    true = number in (len(facts.history), len(set(facts.history)))
    return decided(text, statement, "watched", true, "history", f"the history holds {len(facts.history)} items")


def _value(said: str) -> int:
    if said.isdigit():
        return int(said)
    return 12 if said == "a dozen" else COUNTS.get(said) or (UNITS.index(said) if said in UNITS else TENS.get(said, 0))


_MORE = (
    (r"\bmore (?:{people} )?(?:have )?(?:{chose} |have |had |own |know )?{a} than {b}", 1),
    (r"\bfewer (?:{people} )?(?:have )?(?:{chose} |have |had |own |know )?{a} than {b}", -1),
    (r"{a} (?:is|was|has been|are) (?:\w+ )?more (?:popular|often {chose}|widely {chose}|frequently {chose}) than {b}", 1),
    (r"{a} (?:is|was|has been|are) (?:\w+ )?less (?:popular|often {chose}|widely {chose}|frequently {chose}) than {b}", -1),
    (r"{a} (?:is|was|has been|were) {chose} (?:\w+ )?(?:more often|by more {people}|more) than {b}", 1),
    (r"{a} (?:is|was|has been|were) {chose} (?:\w+ )?(?:less often|by fewer {people}|less) than {b}", -1),
    (r"{a} (?:has |have )?\w+ (?:far |many )?more {people} than {b}", 1),
    (r"{a} (?:has |have )?\w+ (?:far |many )?fewer {people} than {b}", -1),
    (r"{a} (?:beats|outsells|surpasses|outnumbers|exceeds|leads|tops|outdoes|outranks|is ahead of|comes before) {b}", 1),
    (r"{a} (?:trails|lags|falls behind|lags behind|comes behind|is behind|cannot match|does not reach) {b}", -1),
    (r"(?:compared (?:with|to)|next to|beside|against) {b}, {a} [^.;]*\bmore\b", 1),
    (r"(?:compared (?:with|to)|next to|beside|against) {b}, {a} [^.;]*\b(?:fewer|less)\b", -1),
)  # fmt: skip


def _compared(text: ResolvedText, statement: Statement, facts: Facts) -> Claim | None:
    """Which of two items more people chose."""
    thing = rf"\"[^\"]+\"|\b{_THIS}\b"
    if re.search(
        r"\b(?:beats|surpasses|exceeds|leads|tops|trails|lags|behind|ahead|before|next to|beside|against)\b",
        statement.shown,
    ) and not (re.search(rf"\b(?:popular|popularity|numbers?|{_PEOPLE[3:-1]})\b", statement.shown)):
        return None  # in what, it does not say
    slots = {"people": _PEOPLE, "chose": text.words.chose, "a": f"(?P<a>{thing})", "b": f"(?P<b>{thing})"}
    for form, sign in _MORE:
        match = re.search(form.format(**slots), statement.shown, re.IGNORECASE)
        if match is None:
            continue
        sizes = [_size(text, match.group(side), facts) for side in ("a", "b")]
        if None in sizes or sizes[0] == sizes[1]:
            return None
        first, second = (size or 0 for size in sizes)
        true = (first > second) == (sign > 0)
        return decided(
            text, statement, "people", true, "interactions", f"{first} users have the one, {second} the other"
        )
    return None


def _size(text: ResolvedText, said: str, facts: Facts) -> int | None:
    if not said.startswith('"'):
        return len(facts.audience.of(facts.item))
    ids = text.vocabulary.by_title.get(said.strip('"').casefold(), [])
    sizes = {len(facts.audience.of(item)) for item in ids}
    return sizes.pop() if len(sizes) == 1 else None


def _proposed(text: ResolvedText, statement: Statement, _: Facts) -> Claim | None:
    """What the propositions of natural English make of it: in what order, and how many people."""
    titled = '"' in statement.shown
    about_people = re.search(
        rf"\b{_PEOPLE}|everyone|everybody|anyone|nobody|percent\b|%", statement.shown, re.IGNORECASE
    )
    if not (titled and _ORDER.search(statement.shown)) and not (
        about_people and re.search(_chose(text), statement.shown)
    ):
        return None
    if _TURNS.search(re.sub(r'"[^"]*"', "", statement.shown)):
        return None
    if len(re.findall(r"\d+", re.sub(r'"[^"]*"', "", statement.shown))) > 1:
        return None  # several counts: which is of what is read by the claims of numbers
    told = judge(statement.shown, text.grounds, text.catalog)
    relevant = [each for each in told.propositions if each.relation in ("order", "people")]
    sure = [each for each in relevant if each.holds is not None]
    if not sure:
        return None
    wrong = next((each for each in sure if each.holds is False and told.framed), None)
    if wrong is None and not told.ok:
        return None
    relation = (wrong or sure[0]).relation
    against = "history" if relation == "order" else "interactions"
    return decided(
        text,
        statement,
        "order" if relation == "order" else "people",
        wrong is None,
        against,
        wrong.why if wrong else "",
    )
