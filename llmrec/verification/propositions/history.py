"""Propositions on what the user did and asked for, in which order, and where the item stands with and without it."""

import re
from itertools import pairwise

from llmrec.verification.grammar import WATCH
from llmrec.verification.propositions.clauses import Clause, Proposition

_YOU = rf"you (?:have |had |'ve |also |once |recently |just |already |even |both )*{WATCH}|having (?:recently |already |just )?{WATCH}|(?:in|on) your (?:recent )?(?:history|list)|your (?:latest|last|most recent|recent|previous|newest)|you (?:ended|finished|went|started|put)|watched|of yours|of your|the last (?:thing|film|one|item)|your history|was watched"
_LAST = r"last|latest|most recent|ended on|finished (?:on|with)|came last|end(?:s|ed) (?:on|with)|most recently|newest|last of all"
_NEXT = r"right after|straight after|straight before|right before|just before|just after|immediately (?:after|before)|directly (?:after|before)|straight on to|and right after (?:it|that)|back to back|in a row|between|one after the other"


def history_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says of the user's history."""
    facts = clause.facts
    titles = [
        (clause.place(n), n, clause.item(f"@{n}"))
        for n, t in clause.of_kind("item")
        if clause.item(f"@{n}") != facts.item
    ]
    if (
        not clause.has(_YOU)
        and not (clause.has(rf"{_LAST}") and titles)
        and not (titles and clause.has(r"earlier|watched|viewing"))
    ):
        return []
    result = []
    denied = clause.has(
        rf"you (?:have |had )?(?:not|never) (?:\w+ )?{WATCH}|not in your (?:history|list)|missing from your (?:history|list)"
    )
    for _, n, item in titles:
        watched = facts.watched(item)
        ids = clause.terms[n].items
        if watched is False and any(facts.watched(i) for i in ids):
            watched = True
        if denied:
            holds = None if watched is None else not watched
            result.append(clause.say("watched", item, "no", holds, "the user's history holds it"))
        elif clause.has(
            rf"you (?:have |had |'ve |also |once |recently |just |already )*{WATCH}|having {WATCH}|your (?:history|list|latest|last|recent)|of yours|ended|watched|last"
        ):
            result.append(clause.say("watched", item, "", watched, "the user's history does not hold it"))
    if denied:
        clause.mark(denied.start(), denied.end())
    result += _orders(clause, titles)
    if result:
        _read(clause)
    return result


def _orders(clause: Clause, titles: list[tuple[int, int, str]]) -> list[Proposition]:
    facts = clause.facts
    known = [(p, item, facts.place(item)) for p, _, item in titles]
    if not facts.history or not known or any(place is None for _, _, place in known):
        return []
    places = {item: place for _, item, place in known if place is not None}
    latest = len(facts.history) - 1
    result = []
    m = clause.has(r"(?:last but one|second to last|next to last|penultimate|second last)")
    if m:
        item = _nearest(known, m.start())
        result.append(clause.say("order", item, "second last", places[item] == latest - 1, "it was not"))
        clause.mark(m.start(), m.end())
        return result
    if m := clause.has(r"(~\d+) (?:films?|items?|places?|titles?) (?:earlier|back|before|ago|later)"):
        count = int(clause.value(m.group(1)).value)
        clause.mark(m.start(), m.end())
        one = next((item for p, item, _ in reversed(known) if p < m.start()), None)
        other = [item for _, item, _ in known if item != one]
        ahead = clause.before.others() if clause.before is not None else []
        base = places[other[0]] if other else (facts.place(ahead[-1]) if ahead else latest)
        if one is None or base is None:
            return [clause.say("order", one or "", "", None, "its place is not clear")]
        gap = base - places[one]
        return [*result, clause.say("order", one, f"{count} before", abs(gap) == count, f"{gap} apart")]
    if m := clause.has(r"a (?:few|couple of) (?:films|items|titles) (?:back|earlier|ago|before)"):
        gap = latest - places[known[0][1]]
        clause.mark(m.start(), m.end())
        return [clause.say("order", known[0][1], "a few back", 1 <= gap <= 8, f"{gap} back")]
    if m := clause.has(r"(@\d+) (?:was |is )?the one (?:just |right )?before(?: it| that)?"):
        item = clause.item(m.group(1))
        result.append(clause.say("order", item, "second last", places[item] == latest - 1, "it was not"))
        clause.mark(m.start(), m.end())
        known = [k for k in known if k[1] != item] or known
    pairs: list[tuple[str, str]] = []
    if len(known) >= 2:
        names = [item for _, item, _ in known]
        between = clause.shown[known[0][0] : known[1][0]]
        earlier = re.search(
            r" (?:before|earlier than|ahead of|then|and then|followed by|on to|straight on to|well before|and right after it) ",
            between,
        )
        later = re.search(r" (?:after|later than|following|since|straight after|right after) ", between)
        leading = clause.has(r"after @\d+ .*@\d+")
        close = clause.has(_NEXT)
        then = re.search(r" then ", clause.shown) or clause.has(r"and right after it")
        if clause.has(r"back to back|in a row|one after the other"):
            gap = abs(places[names[0]] - places[names[1]])
            result.append(clause.say("order", names[0], names[1], gap == 1, "others came between"))
            clause.take(r"back to back|in a row|one after the other")
        elif then:
            pairs = list(pairwise(names))
        elif earlier:
            pairs = [(names[0], names[1])]
        elif later:
            pairs = [(names[1], names[0])]
        elif leading and leading.group().startswith("after"):
            pairs = [(names[0], names[1])]
        for a, b in pairs:
            result.append(clause.say("order", a, f"before {b}", places[a] < places[b], "the history says otherwise"))
            if close and not clause.has(r"last of all"):
                result.append(
                    clause.say("order", a, f"next to {b}", abs(places[a] - places[b]) == 1, "others came between")
                )
        if pairs or result:
            clause.take_all(
                rf"{_NEXT}|before|after|then|followed by|later than|earlier than|well|straight|right|just|on to|it|since"
            )
    m = clause.has(r"(?:was |is )?(?:watched )?(?:the )?(?:oldest|earliest|first) (?:film|item|of|thing)")
    if m:
        result.append(
            clause.say("order", _nearest(known, m.start()), "first", None, "which history is meant is not clear")
        )
        return result
    if m := clause.has(rf"(?:the |your )?(?:very )?(?:{_LAST})(?: (?:film|thing|one|item|of all))*"):
        if clause.has(r"last (?:few|dozen|~\d+)"):
            return result
        near = [k for k in known if k[0] < m.start()]
        after = [k for k in known if k[0] > m.start()]
        if m.group().strip() in ("ended on", "ends on", "ended with", "finished with") or clause.has(
            r"the last (?:thing|film|one)[^@]* (?:was|is) @"
        ):
            item = (after or near)[0][1]
        elif own := clause.has(
            r"(@\d+) (?:which |that )?(?:came |comes |was |is )?(?:watched )?(?:the |your )?(?:very )?(?:last|latest|most recent|newest)"
        ):
            item = clause.item(own.group(1))
        else:
            item = (near[-1] if near else after[0])[1]
        result.append(clause.say("order", item, "last", facts.place(item) == latest, "it was not the last"))
        clause.mark(m.start(), m.end())
    return result


def _nearest(known: list[tuple[int, str, int | None]], at: int) -> str:
    return min(known, key=lambda place: abs(place[0] - at))[1]


def _read(clause: Clause) -> None:
    for n, _ in clause.of_kind("item"):
        clause.mark_term(n)
    clause.take_all(
        rf"{WATCH}|you|your|history|recent|list|latest|of yours|ended|having|watching|went|viewing|finished|straight|from|on|as|"
        r"came|in|which|far|so|earlier|started|thing|reading|recently|of late|lately|yourself|fresh|still|back|few"
    )


def query_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says was asked for."""
    facts = clause.facts
    m = clause.has(
        r"you (?:did |had |have |'ve |not )*(?:ask(?:ed)?|want(?:ed)?|wish(?:ed)?|request(?:ed)?|were after|said|mentioned|order(?:ed)?|were looking)(?: for)?|(?:was|is) (?:the|your) (?:wish|request|word|query)|the word you used|your (?:request|wish|query) for|as you (?:asked|wished|wanted)|just as you asked|you asked"
    )
    if not m:
        return []
    if not facts.query:
        return [clause.say("query", "", clause.text, False, "there was no query")]
    said = facts.requested_values
    wanted = {facet for mention in said for facet in mention.facets}
    words = set(re.findall(r"[a-z]+", facts.query.lower()))
    denied = re.search(r"\bnot\b", m.group()) is not None and not clause.has("if|had|would")
    found = [clause.say("query", facts.item, "", True)] if not denied else []
    clause.mark(m.start(), m.end())
    stop = clause.shown.find(" ,", m.end()) if " ," in clause.shown[m.end() :] else len(clause.shown)
    for n, term in enumerate(clause.terms):
        at = clause.place(n)
        inside = (
            (m.start() <= at < stop) if not clause.has(r"(?:was|is) (?:the|your) (?:wish|request)") else at < m.end()
        )
        if not inside:
            continue
        if term.kind == "facet":
            holds = bool(term.facets & wanted) or term.text in words
            holds = holds != denied
            found.append(clause.say("query", facts.item, term.text, holds, "the query does not name it"))
            clause.mark_term(n)
    for n, term in enumerate(clause.terms):
        denies = term.text in ("not", "no", "nothing") and {"not", "no", "n't", "nothing", "isn't"} & words
        if term.kind == "word" and (_alike(term.text, words) or denies):
            clause.mark_term(n)
    clause.take_all(r"just as|as|order(?:ed)?|exactly|precisely")
    return found


def _alike(word: str, words: set[str]) -> bool:
    return word in words or (len(word) > 4 and any(len(w) > 4 and (w.startswith(word[:5])) for w in words))


_REMOVAL = (
    r"without|minus|losing|lose|remove|removing|removed|take|taking|takes|strike out|striking out|strike|erase|erasing|leave out|leaving out|"
    r"left out|leave|had you not|if you had not|had n't|never (?:seen|watched)|skipped|skipping|out of your (?:history|list)|"
    r"gone|away|missing|not (?:seen|watched|asked|mentioned|wanted|said|for)|but for|if not for|were it not for|cut|drop"
)
_QUERY = r"request|query|wish|asked|asking|ask|mentioned|words|wanted|wished|said"
_STAY = (
    r"either way|anyway|regardless|in any case|all the same|even (?:without|if)|stays?|keeps?|"
    r"still (?=be |rank |come |comes |make |end |scrape |in |at |~|place |lead |first |the )|would still|no matter|would not (?:budge|move)|"
    r"not (?:budge|move|hinge)|same place|remains?|with any history"
)
_TOP = r"(?:top (?:spot|place|of the list|of your list)|the top|on top|at the top|~\d+ (?:place|spot|position)|number one|the lead|lead|leads)"
_DOWN = r"slides?|falls?|drops?|slips?|sinks?|goes down|down|tumbles?|lower|plunges?|loses?|worse|further down|lag"
_UP = r"higher|rises?|climbs?|up|better|lead by (?:even )?more|above|improve[sd]?"


def rank_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says of ranks."""
    facts = clause.facts
    if facts.grounds.evidence is None:
        return []
    if clause.has(r"reasons?|among|traits|distant|(?:came|comes) ~\d+|~\d+ film|neck and neck"):
        return []
    if any(p.relation == "people" for p in clause.propositions):
        return []
    removal = clause.has(_REMOVAL)
    otherwise = clause.take(r"otherwise|if not for that|but for that") is not None
    pushed = clause.has(r"lifted|moved|pushed|brought|raised|pulled|put|puts|lifts|pushes")
    stay = None if pushed and not removal else clause.has(_STAY)
    query = bool(facts.query) and clause.has(_QUERY) is not None
    titles = clause.others()
    numbers = _ranks(clause)
    if not (
        removal
        or stay
        or (otherwise and numbers)
        or (query and numbers)
        or (numbers and clause.has(r"rank(?:s|ed)?|from|places?|steps?|would be|it 's|is"))
    ):
        return []
    removed: list[str | None] = [*titles, *([None] if query else [])]
    if (
        not removed
        and clause.before is not None
        and (otherwise or stay or clause.has(r"would|it 's|it is|it does|goes"))
    ):
        earlier = clause.before
        removed = [*earlier.others(), *([None] if facts.query and earlier.has(_QUERY) else [])]
    conditional = bool(removal or stay or otherwise) or clause.has(r"would") is not None
    result = _decided(clause, removed, numbers, conditional, bool(stay))
    if result:
        for n, _ in clause.of_kind("item"):
            clause.mark_term(n)
        clause.take_all(
            rf"{_REMOVAL}|{_QUERY}|{_STAY}|{_TOP}|{_DOWN}|{_UP}|rank(?:s|ed)?|places?|spot|position|list|history|from|to|would|"
            r"not|never|only|even|if|put|moved?|lifted|pushed|brought|pushes|lifts|raised|pulled|goes?|end(?:s|ed)? up|scrape|budge|worth|it 's|one|single|"
            r"instead of|scores?|ahead|rising|makes?|made|for|say|steps?|has|in|of|out|long way|somewhere|all|way|further|"
            r"keep|keeps|hold|holds|number|do|does|be|been|is|come|comes|finish|land|lands|second|still|hundred|otherwise|there|because"
        )
    return result


def _ranks(clause: Clause) -> list[tuple[int, float, str]]:
    """Ordinals and what stands for them: term, value, and `=`, `<=` ("top five") or `-` ("34 places")."""
    found: list[tuple[int, float, str]] = []
    for n, term in clause.of_kind("number"):
        after = clause.terms[n + 1].text if n + 1 < len(clause.terms) else ""
        following = clause.terms[n + 1] if n + 1 < len(clause.terms) else None
        if term.form == "ordinal":
            if term.text == "top" and following is not None and following.kind == "number":
                found.append((n, following.value, "<="))
                clause_top = n + 1
                found.append((clause_top, following.value, "skip"))
                continue
            if any(m == n for m, _, _ in found):
                continue
            if term.text == "first" and following is not None and following.kind == "number":
                found.append((n, following.value, "<="))
                found.append((n + 1, following.value, "skip"))
                continue
            found.append((n, term.value, "="))
        elif term.form == "count" and after in ("place", "places", "step", "steps", "ranks", "spots", "positions"):
            found.append((n, term.value, "-"))
    if re.search(
        r" (?:(?:a|one) single|one|(?:down|up|by|costs?|loses?|gains?|worth|drops?|slips?) a) (?:step|place|spot) ",
        clause.shown,
    ):
        found.append((-1, 1.0, "-"))
    if clause.has(r"number one|the lead|in the lead"):
        found.append((-1, 1.0, "="))
    return [(n, v, s) for n, v, s in found if s != "skip"]


def _decided(
    clause: Clause,
    removed: list[str | None],
    numbers: list[tuple[int, float, str]],
    conditional: bool,
    stay: bool,
) -> list[Proposition]:
    facts, result = clause.facts, []
    for n, term in clause.of_kind("number"):
        if any(n == m for m, _, _ in numbers) or term.text in ("top",):
            clause.mark_term(n)
        if n and clause.terms[n - 1].text in ("top", "first") and term.form == "count":
            clause.mark_term(n)
    if not removed or not (conditional or len(numbers) == 2 or any(s == "-" for _, _, s in numbers) or None in removed):
        if numbers and not conditional and len(numbers) == 1 and numbers[0][2] == "=" and facts.rank is not None:
            holds = facts.rank == numbers[0][1]
            return [clause.say("rank", facts.item, f"{numbers[0][1]:g}", holds, f"it ranks {facts.rank}")]
        return []
    records = [(item, facts.without(item)) for item in removed]
    for item, record in records:
        name = item or "the query"
        if record is None:
            effect = facts.query_effect if item is None else facts.effects.get(item)
            if item is not None and facts.watched(item) is False:
                result.append(clause.say("watched", name, "", False, "the user's history does not hold it"))
            elif numbers or stay:
                result.append(clause.say("rank", name, "", None, "no rank was measured without it"))
            elif effect:
                result += _direction(clause, name, effect > 0)
                if result and clause.take_all(
                    r"a little|a very little|somewhat|slightly|a bit|very slightly|a touch|a fraction"
                ):
                    small = effect < max(0.25, 0.3 * max(facts.effects.values()))
                    result.append(clause.say("effect", name, "weak", small, f"it moved the score by {effect:.2f}"))
            continue
        rank, without = record.rank, record.rank_without
        negated = clause.has(r"not|never|n't|hardly") and not clause.has(
            r"(?:had|have|has|did|do|does|you|would) not|never (?:seen|watched)|not (?:budge|move|seen|watched|asked|mentioned|for|hinge|make|make it)")  # fmt: skip
        if negated:
            return []
        if not numbers:
            if stay:
                result.append(clause.say("rank", name, "same", without == rank, f"{rank} would be {without}"))
            else:
                result += _direction(clause, name, without > rank if without != rank else None)
            continue
        if len(numbers) == 2 and all(s == "=" for _, _, s in numbers):
            a, b = numbers[0][1], numbers[1][1]
            removal = clause.has(_REMOVAL) is not None and not clause.has(
                r"lifted|moved|pushed|brought|raised|pulled|put"
            )
            if clause.has(r"instead of|rather than"):
                a, b = b, a
            want = (a, b) if removal else (b, a)
            result.append(
                clause.say("rank", name, f"{a:g} to {b:g}", want == (rank, without), f"{rank} would be {without}")
            )
            continue
        if len(numbers) > 2:
            return []
        for _, value, sign in numbers:
            if sign == "-":
                holds = without - rank == value
            elif sign == "<=":
                inside = without <= value
                out = clause.has(r"not (?:make|be|even)|out of the|outside|leave|miss")
                holds = not inside if out else inside
            elif stay and not clause.has(r"would (?:still )?(?:scrape|end|be|come|rank|finish)"):
                holds = rank == without == value or (clause.has("still") is not None and without == value)
            else:
                direct = clause.has(r"(?:lifted|moved|pushed|brought|raised|pulled) .*from")
                holds = value == without or (not conditional and bool(direct) and value == without)
                if not conditional and not direct:
                    holds = value == rank and without > rank
            result.append(clause.say("rank", name, f"{value:g}", bool(holds), f"{rank} would be {without}"))
        if any(s == "=" for _, _, s in numbers) and clause.has(_UP) and clause.has(r"higher|rise|climb|better"):
            result += _direction(clause, name, without > rank)
    return result


def _direction(clause: Clause, name: str, lowers: bool | None) -> list[Proposition]:
    """Whether a clause says rightly which way the item goes without something."""
    down, up = clause.has(_DOWN), clause.has(_UP)
    if bool(down) == bool(up) or lowers is None:
        return []
    holds = lowers if down else not lowers
    return [clause.say("rank", name, "down" if down else "up", holds, "the measured ranks say otherwise")]
