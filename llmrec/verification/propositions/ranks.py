"""Propositions on ranks: where the item stands, and where it would stand without a reason."""

import re

from llmrec.verification.propositions.clauses import Clause, Proposition

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
