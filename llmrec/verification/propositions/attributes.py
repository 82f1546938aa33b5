"""Propositions on attributes: what an item is, is not, is only, and how two items compare in time."""

import re

from llmrec.verification.propositions.clauses import Clause, Proposition
from llmrec.verification.propositions.terms import Term

_ONLY = r"only|nothing but|nothing mixed in|nothing else|plain(?:ly)?|purely?|just|simply|that 's all|(?:is|are) all (?:it says|there is)|alone|straight|solely"
_NEWER, _OLDER = r"newer|younger|later|more recent", r"older|earlier"
_LABEL = r"labels?|tags?|tagged|labelled|labeled|listed|lists|genres?|category|categories|files?|filed|catalogued|classed|under"
_IT = r"(?:it|this|this one|this film|its|it 's)"


def attribute_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says of attribute values that nothing before has read."""
    facts, found = clause.facts, []
    open_terms = [(n, t) for n, t in clause.of_kind("facet") if n not in clause.read]
    if not open_terms:
        return _counted_labels(clause) or _that(clause)
    by_owner: dict[str, list[tuple[int, Term, bool]]] = {}
    for n, term in open_terms:
        owners = _owners(clause, n)
        if not owners:
            continue
        no = _negated(clause, n)
        for owner in owners:
            by_owner.setdefault(owner, []).append((n, term, no))
    for owner, terms in by_owner.items():
        for n, term, no in terms:
            held = _holds(clause, n, term, owner)
            holds = None if held is None else held != no
            found.append(
                clause.say(
                    "attribute", owner, ("not " if no else "") + term.text, holds, "the item's attributes say otherwise"
                )
            )
            clause.mark_term(n)
        asserted = {f for n, term, no in terms if not no for f in term.facets}
        if (
            clause.has(_ONLY)
            and asserted
            and not clause.has(r"not only|only (?:a|one of)|the only|only film|only ~\d+|just as")
        ):
            labels = facts.labels(owner)
            word = {f for f in asserted if f in labels}
            if word or not labels:
                found.append(clause.say("attribute", owner, "only", word == labels, "it has others, too"))
                clause.take_all(_ONLY)
    if found:
        clause.take_all(
            rf"nobody|files|calls|has|in one|lacks|not|no|neither|nor|without|never|{_LABEL}|counts?|carries|carry|has|have|in it|it|early|mid|late|share|{_IT}|both|all|says|made|used|blurb|isn't|them|films?|are|include[sd]?|among"
        )
        for n, _ in clause.of_kind("item"):
            clause.mark_term(n)
        found += _counted_labels(clause)
    return found


def _that(clause: Clause) -> list[Proposition]:
    """As in "It is exactly that", "it is one", "the label isn't on it": of the attributes that the clause before names."""
    if clause.before is None:
        return []
    facets = [term for _, term in clause.before.of_kind("facet")]
    denied = clause.has(rf"(?:the|that|this) (?:{_LABEL}) is not (?:on|among|one of|there|in)")
    said = clause.has(rf"(?:@\d+|{_IT}) (?:is|'s) (?:exactly |just |indeed |both |precisely )*(?:that|one|both)")
    m = denied or said
    if not facets or m is None or (said and clause.has("not|only|no")):
        return []
    owner = next(iter(clause.titles()), clause.facts.item)
    held = [bool(term.facets & clause.facts.facets(owner)) for term in facets]
    clause.mark(m.start(), m.end())
    clause.take_all(rf"by its|{_LABEL}|exactly|both")
    return [
        clause.say("attribute", owner, term.text, has != bool(denied), "the item's attributes say otherwise")
        for term, has in zip(facets, held, strict=True)
    ]


def _holds(clause: Clause, n: int, term: Term, owner: str) -> bool | None:
    facts = clause.facts
    decade = next((f for f in term.facets if re.fullmatch(r"\d{4}s", f.value)), None)
    if decade is None:
        return bool(term.facets & facts.facets(owner))
    year = facts.year(owner)
    if year is None:
        return None
    base = int(decade.value[:4])
    before = clause.terms[n - 1].text if n else ""
    low, high = {"early": (0, 3), "mid": (3, 6), "late": (6, 9)}.get(before, (0, 9))
    if clause.has(rf"(?:before|until|earlier than|predates) (?:the )?#{n}"):
        return year < base
    if clause.has(rf"after (?:the )?#{n}"):
        return year > base + 9
    return base + low <= year <= base + high


def _negated(clause: Clause, n: int) -> bool:
    """Whether the words before an attribute in its clause deny it."""
    before = clause.shown[: clause.place(n)]
    before = " " + re.split(r" but | yet ", before)[-1]
    after = clause.shown[clause.place(n) :]
    if re.match(rf"#{n} (?:is|are|was) (?:not|nowhere|missing)(?: (?:among|on|in|one of|there))? ", after):
        clause.take_all(r"missing|nowhere|among")
        return True
    if re.search(r" not (?:only|just|merely) ", before):
        return False
    # "Without the red colour it would score lower" takes something away, and so says that it is there.
    apart = re.search(r" without (?:any |a |the )?$", before) is not None and not clause.has("would")
    return apart or re.search(r" (?:not|no|neither|nor|never|lacks|nobody|missing|nowhere) ", before) is not None


def _owners(clause: Clause, n: int) -> list[str]:
    """The items that an attribute is said of: the one it stands before, the ones named before it, else the topic."""
    facts, at = clause.facts, clause.place(n)
    rest = clause.shown[at:]
    direct = re.match(rf"#{n} (?:(?:#\d+|film|films|and|,|drama|movie) )*(@\d+) ", rest)
    if direct and not re.match(rf"#{n} , ", rest):
        return [clause.item(direct.group(1))]
    both = clause.has(r"both|all(?: ~\d+)?(?: of them)?|share|shares|in common|two|each|are")
    named = [(clause.place(k), clause.item(f"@{k}")) for k, _ in clause.of_kind("item")]
    before = [(p, item) for p, item in named if p < at]
    if both and before:
        items = list(dict.fromkeys(item for _, item in named))
        if clause.has(r"share|shares|in common") and len(items) == 1 and items[0] != facts.item:
            items.append(facts.item)
        return items
    like = re.search(r" like (?:the )?(@\d+) $", clause.shown[:at]) or re.match(
        rf"#{n} (?:\w+ )?(?:film |movie )?(?:like|as is|as) (@\d+) ", rest
    )
    if like:
        other = clause.item(like.group(1))
        first = next((item for _, item in before if item != other), facts.item)
        return [first, other]
    if lead := re.search(r" (?:like|as with) (?:the )?(@\d+) , ", clause.shown[:at]):
        other = clause.item(lead.group(1))
        gap = clause.shown[clause.shown.find(lead.group(1)) : at]
        inside = re.search(r"^@\d+ , (?:a|an|the|that|another) (?:\w+ )?$", gap)
        main = [item for p, item in named if item != other]
        return [other] if inside else ([*main[:1], other] if main else [facts.item, other])
    if before:
        return [before[-1][1]]
    if re.search(rf" (?:{_IT}|films?|one) ", clause.shown[:at]) or not named:
        return [clause.topic]
    after = [item for p, item in named if p > at]
    return [after[0]] if after else [clause.topic]


def _counted_labels(clause: Clause) -> list[Proposition]:
    """As in "one of five labels", "two labels"."""
    m = clause.has(r"(~\d+) (?:labels|tags|genres)")
    if not m:
        return []
    owner = next(iter(clause.titles()), clause.topic)
    said = clause.value(m.group(1)).value
    clause.mark(m.start(), m.end())
    clause.take_all(r"one of|share|two|by its|has")
    if clause.has(r"share"):
        items = list(dict.fromkeys(clause.titles()))
        if len(items) == 2:
            common = len(clause.facts.labels(items[0]) & clause.facts.labels(items[1]))
            return [clause.say("attribute", items[0], "shared", common == said, f"they share {common}")]
        return []
    return [clause.say("attribute", owner, m.group(), len(clause.facts.labels(owner)) == said, "it has another number")]


def year_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says of years, and of which of two items is the older."""
    found = _compared(clause) or _years_apart(clause)
    if found:
        return found
    for n, term in clause.of_kind("number"):
        if term.form != "year" or n in clause.read:
            continue
        at = clause.place(n)
        if clause.has(rf"~{n} (?:people|viewers|users|others|of)"):
            continue
        named = [(clause.place(k), clause.item(f"@{k}")) for k, _ in clause.of_kind("item")]
        before = [item for p, item in named if p < at]
        both = (
            clause.has(r"both|all|are (?:both )?from|two|were")
            and len(before) > 1
            and not clause.has(r"(?:@\d+ ,? ?(?:from|of|in) ~\d+ (?:,|and) )")
        )
        owners = list(dict.fromkeys(before)) if both else before[-1:] or [clause.topic]
        negated = clause.has(r"not|never") is not None
        for owner in owners:
            year = clause.facts.year(owner)
            holds = None if year is None else (year == term.value) != negated
            found.append(clause.say("year", owner, term.text, holds, f"it is of {year}"))
        clause.mark_term(n)
        if negated:
            clause.take_all(r"not|never")
    if found:
        for n, _ in clause.of_kind("item"):
            clause.mark_term(n)
        clause.take_all(
            r"both|dates?|came out|made|released|goes back|dates? (?:back|from)|from|in|year|of|both|it|is|was|back|out|shot|things|all|two|decades apart|hails|films?|of yours"
        )
    return found


def _years_apart(clause: Clause) -> list[Proposition]:
    """As in "Twenty-four years, to be exact", of the two items compared before."""
    last = next(
        (
            p
            for p in (clause.before.propositions if clause.before else [])
            if p.relation == "year" and " than " in p.object
        ),
        None,
    )
    m = clause.has(r"(~\d+) years?(?: (?:apart|between them))?")
    if last is None or m is None or list(clause.of_kind("item")):
        return []
    a, b = clause.facts.year(last.subject), clause.facts.year(last.object.rpartition(" ")[2])
    if a is None or b is None:
        return []
    clause.mark(m.start(), m.end())
    gap = abs(a - b)
    return [clause.say("year", last.subject, m.group(), gap == clause.value(m.group(1)).value, f"{gap} years apart")]


def _compared(clause: Clause) -> list[Proposition]:
    facts = clause.facts
    items = [(clause.place(n), clause.item(f"@{n}")) for n, _ in clause.of_kind("item")]
    if m := clause.has(r"same (?:year|age|decade|vintage)|as old as|the year of|a contemporary of"):
        two = list(dict.fromkeys(item for _, item in items))
        if len(two) == 1:
            two.append(facts.item if two[0] != facts.item else "")
        if len(two) != 2 or not all(two) or clause.has(r"not"):
            return []
        a, b = facts.year(two[0]), facts.year(two[1])
        if a is None or b is None:
            return []
        same = a // 10 == b // 10 if "decade" in m.group() else a == b
        clause.mark(m.start(), m.end())
        _take_all(clause)
        return [clause.say("year", two[0], f"same as {two[1]}", same, f"{a} and {b}")]
    m = clause.has(
        rf"(?:{_NEWER}|{_OLDER}) than|(?:came out|made|released|is from|shot|appeared) (?:(?:a|one|~\d+) years? |just |shortly |well |long |not long )?(?:before|after)|(?:a|one|~\d+) years? (?:before|after)|predates|(?:{_NEWER}|{_OLDER}) of the two"
    )
    if not m or not items:
        return []
    if clause.has(r"your history|watched (?:before|after)|you watched|earlier|later") and not clause.has(
        rf"(?:{_NEWER}|{_OLDER}) than"
    ):
        return []
    word = m.group()
    before = [item for p, item in items if p < m.start()]
    after = [item for p, item in items if p > m.start()]
    first = before[0] if before else clause.topic
    second = after[0] if after else (before[1] if len(before) > 1 else clause.topic)
    if first == second:
        return []
    a, b = facts.year(first), facts.year(second)
    if a is None or b is None:
        return [clause.say("year", first, second, None, "the catalogue lacks a year")]
    older = re.search(rf"{_OLDER}|before|predates", word) is not None
    if clause.has(r"not|never|n't"):
        return []
    found = [
        clause.say(
            "year", first, f"{'older' if older else 'newer'} than {second}", a < b if older else a > b, f"{a} and {b}"
        )
    ]
    gap = abs(a - b)
    g = clause.has(
        r"(about |roughly |nearly |almost |around |over |more than |exactly )?(?:(a|one|single|~\d+) (?:full )?(years?|decades?)) "
    )
    g = g or re.search(
        r" (about |roughly |nearly |almost |around |over |more than |exactly )?(a|one|single|~\d+) (?:full )?(years?|decades?) ",
        clause.shown,
    )
    if g:
        sign = g.group(2)
        said = clause.value(sign).value if sign.startswith("~") else 1.0
        said *= 10 if g.group(3).startswith("decade") else 1
        bound = (g.group(1) or "").strip()
        holds = gap > said if bound in ("over", "more than") else abs(gap - said) <= (0.15 * said if bound else 0.0)
        found.append(clause.say("year", first, f"by {said:g}", holds, f"{gap} years apart"))
        if sign.startswith("~"):
            clause.mark_term(int(sign[1:]))
        clause.take_all(r"about|roughly|nearly|almost|around|over|more than|exactly|years?|decades?|a|one|full")
    elif s := clause.take(r"(?:just )?(?:a bit|slightly|a little|not by much|only just)|but not by much"):
        found.append(clause.say("year", first, s.group(), gap <= 5, f"{gap} years apart"))
    elif s := clause.take(r"(?:much|far|a lot|decades|considerably|a good deal)"):
        found.append(clause.say("year", first, s.group(), gap >= 8, f"{gap} years apart"))
    clause.mark(m.start(), m.end())
    _take_all(clause)
    return found


def _take_all(clause: Clause) -> None:
    for n, _ in clause.of_kind("item"):
        clause.mark_term(n)
    clause.take_all(
        rf"came out|made|released|is|the|from|in|year|of|both|it|was|out|than|you (?:have )?(?:watched|saw|seen)|recently|watched|of yours|your|{_NEWER}|{_OLDER}|before|after"
    )
