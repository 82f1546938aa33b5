"""Propositions on other users: shares of an audience, sizes, and comparisons of both."""

import re

from llmrec.verification.grammar import WATCH
from llmrec.verification.grounds import LEAST
from llmrec.verification.propositions.clauses import Clause, Proposition

_FOLK = r"(?:people|viewers?|audiences?|fans?|users?|watchers?|crowd|buyers?|customers?|readers?)"
_WHO = rf"(?:{_FOLK}|those|everyone|everybody|anyone|all|every one|person|ones|few)"
_SAW = rf"(?:have |has |had |'ve |also |once |then |both |actually |already |ever |since |gone on to |gone on record as |went on to |happen to |been )*{WATCH}"
_IT = r"(?:it|this one|this film|this movie|this product|this item|this)"
_REF = rf"(?:@\d+|{_IT})"
_TRIGGER = rf"{_FOLK}|those who|everyone|everybody|anyone|majority|who (?:have )?(?:{WATCH})|likelier|~\d+ (?:of|out of) (?:the |all )?~\d+"
_GROUP = (
    rf"(@\d+) 's (?:\w+ )?{_FOLK}",
    rf"(@\d+) (?:{_FOLK})",
    rf"{_FOLK} (?:of|for) (@\d+|it)",
    rf"(?:who|that) {_SAW} (?:the (?:first|other) )?({_REF})",
    rf"{_WHO} (?:who )?(?:{_SAW}) ({_REF})",
)
_ABOUT = r"(?:about|roughly|around|some|nearly|almost|close to|approximately|or so|give or take|practically|well|getting on for)"
_UNDER = r"(?:less than|fewer than|under|below|just under|a shade under|a little under|slightly under|slightly fewer than|slightly less than|not even|a touch under|short of|just short of)"
_OVER = r"(?:more than|over|above|upwards of|slightly more than|just over|well over|a little over|a shade over|at least|better than)"


def people_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says of other users."""
    if not clause.has(_TRIGGER) or clause.has(r"your (?:people|users)"):
        return []
    return _again(clause) or _likelier(clause) or _both(clause) or _shares(clause) or _sizes(clause)


def _again(clause: Clause) -> list[Proposition]:
    """Counts that follow what was said of an audience: "Most people who know A know B: 149 of 178"."""
    last = next((p for p in (clause.before.propositions if clause.before else []) if p.relation == "people"), None)
    m = clause.has(r"(~\d+) (?:of|out of) (?:the )?(~\d+)")
    if last is None or m is None or list(clause.of_kind("item")) or clause.has(_WHO):
        return []
    both, group = clause.value(m.group(1)).value, clause.value(m.group(2)).value
    users = _users(clause, last.subject)
    true = len(users & _users(clause, last.object)), len(users)
    loose = clause.take(_ABOUT) is not None
    clause.mark(m.start(), m.end())
    holds = _close(both, true[0], loose) and _close(group, true[1], loose)
    return [clause.say("people", last.subject, last.object, holds, f"{true[0]} of {true[1]} users")]


def _both(clause: Clause) -> list[Proposition]:
    """As in "113 people saw both", of the two titles named before."""
    m = clause.has(rf"(~\d+) (?:{_FOLK} )?(?:who )?(?:have |'ve )?(?:{WATCH}) (?:them )?both")
    titles = list(dict.fromkeys(clause.before.titles())) if clause.before is not None else []
    if m is None or len(titles) != 2:
        return []
    loose = clause.take(_ABOUT) is not None
    true = len(_users(clause, titles[0]) & _users(clause, titles[1]))
    clause.mark(m.start(), m.end())
    holds = _close(clause.value(m.group(1)).value, true, loose)
    return [clause.say("people", titles[0], titles[1], holds, f"{true} users have both")]


def _users(clause: Clause, item: str) -> set[str]:
    return clause.facts.audience.of(item)


def _share(clause: Clause, group: str, of: str) -> float:
    users = _users(clause, group)
    return len(users & _users(clause, of)) / len(users) if users else 0.0


def _shares(clause: Clause) -> list[Proposition]:
    groups = [(m, m.group(1)) for pattern in _GROUP for m in re.finditer(rf"(?<= )(?:{pattern})(?= )", clause.shown)]
    if not groups:
        return []
    alone = clause.facts.item not in clause.titles() or clause.topic != clause.facts.item
    named = {clause.item(sign): sign for _, sign in groups if sign.startswith("@") or (alone and clause.others() == [])}
    named |= {
        clause.item(sign): sign for _, sign in groups if not sign.startswith("@") and clause.topic != clause.facts.item
    }
    for m in re.finditer(r"(?<= )(@\d+) (?:or|and) (@\d+)(?= )", clause.shown):
        if clause.item(m.group(1)) in named:
            named[clause.item(m.group(2))] = m.group(2)
    references = {clause.item(f"@{n}") for n, _ in clause.of_kind("item")}
    if clause.has(_IT) or not references - set(named):
        references.add(clause.facts.item)
    quantity = _quantity(clause)
    if quantity is None:
        return []
    _, low, high, counts = quantity
    if not named:  # "most of those who saw it have seen @1"
        if len(references) != 1:
            return []
        named = {clause.facts.item: ""}
    first = (
        min(
            named,
            key=lambda item: min((m.start() for m, s in groups if clause.item(s) == item), default=len(clause.shown)),
        )
        if named
        else ""
    )
    rest = [item for item in references if item != first]
    if len(named) > 1:
        # "N of M who saw A saw B" reads B as a group, too; "people who saw A or B" are two groups.
        joined = clause.has(r"@\d+ (?:or|and) @\d+")
        subjects, objects = (
            ([i for i in named if i != clause.facts.item], [clause.facts.item]) if joined else ([first], rest)
        )
    else:
        subjects, objects = [first], rest
    if len(objects) != 1:
        return []
    negated = clause.has(r"(?:have|has|had|did|do|does) not")
    found = []
    for subject in subjects:
        holds: bool | None
        share = _share(clause, subject, objects[0])
        if negated:
            share = 1 - share
        if counts is not None:
            both, group = len(_users(clause, subject) & _users(clause, objects[0])), len(_users(clause, subject))
            wanted_both, wanted_group, loose = counts
            holds = _close(wanted_both, both, loose) and (wanted_group is None or _close(wanted_group, group, loose))
            why = f"{both} of {group} users"
        else:
            holds, why = low <= share <= high, f"the share is {share:.0%}"
        if len(_users(clause, subject)) < LEAST:
            holds, why = None, "too few users have it to tell"
        found.append(clause.say("people", subject, objects[0], holds, why))
    _read(clause)
    return found


def _close(said: float, true: int, loose: bool) -> bool:
    return abs(said - true) <= (max(5.0, 0.06 * true) if loose else 0)


Quantity = tuple[str, float, float, tuple[float, float | None, bool] | None]


def _quantity(clause: Clause) -> Quantity | None:
    """What share of a group is meant: least, most, and counts where such are told."""
    loose = clause.take(_ABOUT) is not None
    if m := clause.take(r"(~\d+) (?:of|out of|from) (?:the |all |those |its |their )*(?:\w+ )?(~\d+)"):
        a, b = clause.value(m.group(1)), clause.value(m.group(2))
        if a.form in ("count", "year") and b.form in ("count", "year"):
            return "counts", 0, 0, (a.value, b.value, loose)
        return None
    counts = [(n, t) for n, t in clause.of_kind("number") if t.form in ("count", "year")]
    shares = [(n, t) for n, t in clause.of_kind("number") if t.form == "share"]
    if len(counts) == 2 and not shares and clause.has(r"of (?:about |the |roughly |its |those |all )*~\d+"):
        (first, a), (second, b) = counts
        clause.mark_term(first)
        clause.mark_term(second)
        return "counts", 0, 0, (b.value, a.value, loose)
    over, under = clause.take(_OVER), None
    if not over:
        under = clause.take(_UNDER)
    if len(shares) == 1:
        n, term = shares[0]
        clause.mark_term(n)
        if counts:
            return None
        value = term.value
        if over:
            return "share", value + 1e-9, 1.0, None
        if under:
            return (
                "share",
                0.0 if under.group() in ("less than", "fewer than", "under", "below", "not even") else value - 0.1,
                value - 1e-9,
                None,
            )
        slack = 0.07 if loose else 0.045
        return "share", value - slack, value + slack, None
    if shares or counts:
        return None
    if over or under:
        return None
    for pattern, low, high in (
        (r"(?:a )?(?:narrow|slim|bare) majority(?: of)?", 0.5001, 0.58),
        (r"(?:nearly|almost|practically|virtually) (?:all|everyone|everybody|every one)", 0.88, 1.0),
        (r"(?:the )?(?:vast|large|great|overwhelming) majority(?: of)?", 0.7, 1.0),
        (r"(?:most(?: of)?|(?:the |a )?majority(?: of)?|mostly)", 0.5001, 1.0),
        (r"(?:everyone|everybody|every single \w+|every|all|without exception)", 0.999, 1.0),
        (r"(?:none of|no one|nobody|not one|not a single)", 0.0, 0.0),
        (r"(?:hardly (?:any|anyone|meet)|very few|almost none|few of|barely any)", 0.0, 0.15),
        (r"(?:a lot|heavily|go hand in hand|largely|strongly)", 0.5, 1.0),
        (r"(?:many(?: of)?|plenty)", 0.35, 1.0),
        (r"(?:a minority(?: of)?)", 0.0, 0.4999),
    ):
        if clause.has(pattern):
            if pattern.startswith("(?:everyone") and clause.has(r"(?:not (?:everyone|everybody|all))"):
                return None
            clause.take(pattern)
            return "share", low, high, None
    return None


def _likelier(clause: Clause) -> list[Proposition]:
    """Two groups, and which is the likelier to know a third item."""
    m = clause.has(r"(more likely|likelier|less likely|more (?:often|inclined)|less often)(?= ).* than")
    if not m:
        return []
    at = m.end()
    items = [(clause.place(n), clause.item(f"@{n}")) for n, _ in clause.of_kind("item")]
    before = [i for p, i in items if p < at]
    after = [i for p, i in items if p > at]
    target = next((i for i in before if i == clause.facts.item), None) or (
        clause.facts.item if len(before) == 1 else None
    )
    if target is None and len(before) == 2:
        target = before[1]
    if target is None or len(after) != 1:
        return []
    first = next((i for i in before if i != target), None)
    if first is None:
        return []
    more = _share(clause, first, target) > _share(clause, after[0], target)
    said_more = "less" not in m.group(1)
    _read(clause)
    clause.mark(m.start(), m.end())
    return [clause.say("people", first, target, more == said_more, "the shares say otherwise")]


def _sizes(clause: Clause) -> list[Proposition]:
    """How many users an item has, and which of two has more."""
    items = [(clause.place(n), clause.item(f"@{n}")) for n, _ in clause.of_kind("item")]
    found = []
    numbers = [(n, t) for n, t in clause.of_kind("number") if t.form in ("count", "year")]

    def size(item: str) -> int:
        return len(_users(clause, item))

    if m := clause.has(r"than"):
        before = [i for p, i in items if p < m.start()] or [clause.topic]
        after = [i for p, i in items if p > m.start()] or ([clause.topic] if clause.has(rf"than .*{_IT}") else [])
        more = clause.has(r"more|bigger|larger|wider|greater|higher")
        less = clause.has(r"fewer|less|smaller|lower|narrower")
        if (
            len(before) != 1
            or len(after) != 1
            or bool(more) == bool(less)
            or before == after
            or clause.has(r"not|n't|no")
        ):
            return []
        a, b = size(before[0]), size(after[0])
        found.append(clause.say("people", before[0], after[0], a > b if more else a < b, f"{a} against {b} users"))
        clause.take(r"more|bigger|larger|wider|greater|higher|fewer|less|smaller|lower|narrower")
        clause.take(r"than")
        pairs = list(zip(numbers, (before[0], after[0]), strict=False)) if len(numbers) == 2 else []
        for (n, term), item in pairs:
            found.append(clause.say("people", item, term.text, term.value == size(item), f"it has {size(item)} users"))
            clause.mark_term(n)
        _read(clause)
        return found
    if m := clause.has(r"same (?:number|size)|as many|equally (?:many|large|popular)"):
        two = list(dict.fromkeys(i for _, i in items))
        if len(two) == 1:
            two.append(clause.facts.item)
        if len(two) != 2:
            return []
        clause.mark(m.start(), m.end())
        found.append(clause.say("people", two[0], two[1], size(two[0]) == size(two[1]), "the counts differ"))
        for n, term in numbers:
            both = len(_users(clause, two[0]) & _users(clause, two[1]))
            if term.value not in (size(two[0]), both):
                found.append(clause.say("people", two[0], term.text, False, "the counts differ"))
            clause.mark_term(n)
        _read(clause)
        return found
    distinct = list(dict.fromkeys(i for _, i in items)) or [clause.topic]
    if len(numbers) >= 1 and len(distinct) == 1:
        loose = clause.take(_ABOUT) is not None
        clause.take(r"only|a mere|just|in all|in total|altogether")
        people = [t for _, t in numbers if t.value == clause.facts.audience.people]
        for n, term in numbers:
            if len(numbers) == 2 and term in people:
                clause.mark_term(n)
                continue
            true = size(distinct[0])
            found.append(clause.say("people", distinct[0], term.text, _close(term.value, true, loose), f"{true} users"))
            clause.mark_term(n)
        _read(clause)
    return found


def _read(clause: Clause) -> None:
    for n, _ in clause.of_kind("item"):
        clause.mark_term(n)
    clause.take_all(
        rf"{_FOLK}|those|who|everyone|everybody|anyone|{WATCH}|gone on|went on|record|as well|too|likely|'s|number|size|"
        r"overlaps?|a lot|hand in hand|viewed|seeing|(?:have|has|had|did|do|does) not|drawn|attracted|found|"
        r"likelier|audience|first|second|of all|bothered|known|happen|hold|small|sizeable|big|large|count|counts|goes|in"
    )
