"""Propositions on what moved the score: that something did, which way, how much, and more than what."""

import re
from dataclasses import dataclass

from llmrec.catalog.vocabulary import Facet
from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.propositions.clauses import Clause, Proposition
from llmrec.verification.propositions.lexicon import DOWN, UP
from llmrec.verification.propositions.terms import input_named

_UP, _DOWN = "|".join(sorted(UP)), "|".join(sorted(DOWN))
_QUERY = r"(?:your |the |that |this )?(?:request|query|wish|question|asking|words|ask|asked|wanted|wished)"
_TRAIT = r"(?:labels?|tags?|traits?|sides?|genres?|decades?|being|attributes?|part|element|touch|aspects?|as an?|categor(?:y|ies))"
_WEAK = (
    r"if it did anything(?: at all)?|if only|only a little|only a small|only slightly|only a bit|a small difference|a little|slightly|a bit|faint(?:ly)?|barely|hardly|scarcely|crumbs|next to nothing|marginal(?:ly)?|a touch|tiny|small|"
    r"a very little|weak(?:ly)?|only just|modest(?:ly)?|minor|negligible|somewhat|a trace|a trifle|tad|mildly|a nudge|little|"
    r"if anything|at best|thin|rounding|a mere|minimal(?:ly)?|gently|noise|bit"
)
_TINY = r"almost nothing|barely|hardly|scarcely|crumbs|next to nothing|negligible|rounding|noise"
_HUGE = (
    r"by far|nearly all|almost all|all of it|the lot|nothing else comes (?:close|near)(?: to (?:it|that))?|far and away|nearly everything|"
    r"almost everything|almost entirely|nearly all of it|nearly all the work|above everything|it 's all|"
    r"nothing comes close|single handedly|overwhelmingly|entirely"
)
_MOST = (
    r"most|main|mainly|mostly|biggest|strongest|largest|greatest|first among \w+|above all|chief(?:ly)?|hardest|"
    r"the reason|the big one|more than anything(?: else)?|heaviest|top|leading|primar(?:y|ily)|number ~\d+|heads|"
    r"best of (?:them|your films)|first and foremost|more than any(?: other)?|decisive|loudest|the ~\d+ (?:film|reason|one|trait)"
)
_STRONG = r"strongly|a lot|hard|heavily|clearly|firmly|greatly|considerabl[ey]|big|large|strong|substantial(?:ly)?|plenty|much|real|really"
_NONE = (
    r"neither|almost nothing|did nothing|does nothing|did n't|no effect(?: worth mentioning| at all)?|no (?:part|role|difference|help|influence|"
    r"reason|share|say)|nothing to do with|neither here nor there|not (?:at all|a reason|one of|the reason|what|why|because|"
    r"credited|named|to thank)|no lift|made no difference|irrelevant|not"
)
_EQUAL = (
    r"equally|about (?:as much|the same|evenly|equally|even|as hard)|evenly|(?:nearly|almost|practically|about|pretty much|roughly)?"
    r" ?(?:level|tied?)|neck and neck|the same|alike|as much as|side by side|tie|ties|tied|on a par|roughly the same|"
    r"(?:equally|about equally) hard|in equal measure"
)
_MORE = (
    r"(?:more|better|harder|bigger|stronger|heavier|larger|further|greater)(?: \w+)*? than|more of (?:it|a)|ahead of|"
    r"rather than|outweigh(?:s|ed)?|outdid|beat|beats|over|above|before|and only then|not so much .* as"
)
_LESS = r"(?:less|weaker|smaller|lighter|fewer|lower)(?: \w+)*? than|behind|below|after|not as (?:much|hard|strongly) as"
_TIMES = r"(?:(?:about |roughly |around |nearly |almost )?(?:twice|double)(?: as (?:much|hard|strongly|strong))?(?: as)?|by a factor of ~\d+|(?:~\d+ to )?~\d+ times)"


@dataclass(frozen=True)
class Source:
    """Something that may have moved the score, where it is named in a clause."""

    kind: str
    name: str
    at: int
    effect: float | None
    known: bool = True


def sources_of(clause: Clause) -> list[Source]:
    """What a clause names that may have moved the score, in order."""
    facts, found = clause.facts, []
    titles = clause.others()
    traitish = clause.has(_TRAIT) or not titles
    for n, term in enumerate(clause.terms):
        at = clause.place(n)
        if term.kind == "item":
            ids = [i for i in term.items if i != facts.item]
            if facts.item in term.items or not ids:
                continue
            effect = max((facts.effects.get(i, 0.0) for i in ids), default=0.0)
            best = max(ids, key=lambda i: facts.effects.get(i, -1.0))
            found.append(Source("title", best, at, effect or None, facts.watched(best) is not False))
        elif term.kind == "facet" and traitish:
            effects = [facts.traits[f] for f in term.facets if f in facts.traits]
            name = next(iter(sorted(term.facets))).key
            found.append(Source("trait", name, at, max(effects) if effects else None, bool(facts.traits)))
        elif term.kind == "word" and (name := input_named(term.text)) in facts.inputs and term.text not in ("text", "words", "look", "looks"):
            found.append(Source("input", name, at, facts.inputs[name]))
    if facts.query and (m := clause.has(_QUERY)):
        found.append(Source("query", "the query", m.start(), facts.query_effect))
    return sorted(found, key=lambda source: source.at)


def _meant_before(clause: Clause) -> list[Source]:
    """What "it" or "that" stands for, where the clause before names one source and this one none."""
    m = clause.has(r"it|that|which|this|neither")
    if m is None or clause.before is None or clause.has(r"your history|films"):
        return []
    if m.start() > 12 and not clause.has(r"(?:to|with) (?:it|that)"):
        return []
    earlier = sources_of(clause.before)
    titles = [s for s in earlier if s.kind == "title"]
    if len({s.name for s in titles}) > 1 and clause.before.shown.find("@") >= 0:
        titles = titles[:1] if clause.before.shown.startswith((" @", " you ")) else []
    chosen = titles[:1] or [s for s in earlier if s.kind == "query"][:1]
    return [Source(s.kind, s.name, m.start(), s.effect, s.known) for s in chosen]


def _rest(clause: Clause) -> list[Source]:
    """"The other two", "the rest": what moved the score beside what the clause before names."""
    m = clause.take(r"the (?:other ~\d+|others|rest|other one|other(?: films)?)")
    if m is None or clause.before is None:
        return []
    named = {s.name for s in sources_of(clause.before)}
    facts = clause.facts
    return [Source("title", i, m.start(), e) for i, e in facts.effects.items() if i not in named]


def _how_many(clause: Clause) -> list[Proposition]:
    """"Only two films count"."""
    m = clause.has(rf"(only |just )(~\d+) (?:of (?:them|your films|the films) |films? |items? |titles? )+(?:really |here |that )*({_UP})")
    if m is None or clause.others():
        return []
    count = sum(effect >= FAINT for effect in clause.facts.effects.values())
    clause.mark(m.start(), m.end())
    return [clause.say("effect", "history", m.group(2), count == clause.value(m.group(2)).value, f"{count} did")]


def _maximum(clause: Clause) -> list[Proposition]:
    """"Nothing in your history explains it", "the strongest link is six hundredths"."""
    best = max(clause.facts.effects.values(), default=0.0)
    m = clause.has(r"nothing (?:in your (?:history|list)|you (?:have |'ve )?(?:watched|seen)) (?:really |much )?(?:explains|speaks|counts|helped|accounts|points|stands|leads)(?: (?:much|for|to))*")
    if m:
        clause.mark(m.start(), m.end())
        return [clause.say("effect", "history", "none", best < 0.1, "something in the history moved the score")]
    m = clause.has(r"it is (?:only )?an? (?:faint|weak|thin|tentative|loose) (?:trail|link|connection|guess|thread|tie|lead)")
    if m:
        clause.mark(m.start(), m.end())
        return [clause.say("effect", "history", "weak", best < STRONG, "something moved the score strongly")]
    m = clause.has(r"(?:the )?(?:strongest|best|largest|biggest)(?: (?:single )?(?:link|effect|one|reason|of them|push|film|there|item|in your history|is|at|was|has|gives|only|a|just|mere|about))*")
    if m is None or clause.others():
        return []
    said = [(n, t.value) for n, t in clause.of_kind("number") if t.form == "decimal"]
    if h := clause.has(r"(~\d+) (hundredths?|tenths?)"):
        said.append((int(h.group(1)[1:]), clause.value(h.group(1)).value / (100 if "hun" in h.group(2) else 10)))
    if len(said) != 1:
        return []
    clause.mark_term(said[0][0])
    clause.take_all(r"strongest|best|largest|biggest|link|effect|hundredths?|tenths?|push|gives?|adds?|reason|mere|only|single")
    return [clause.say("effect", "history", f"at most {said[0][1]:g}", abs(best - said[0][1]) <= 0.0051, f"it is {best:.2f}")]


def _placed(clause: Clause, found: list[Source]) -> list[Proposition]:
    """"X is first among the reasons", "the picture came second"."""
    m = clause.has(r"(?:is |are |comes? |came |in |(?:a|the) )*(?:(distant|close|clear) )?(~\d+)(?: place)?(?: (?:among|of|in|on) (?:the |your |its |all )*(?:reasons?|films|traits|list of reasons|labels|causes|them|inputs))*")
    if m is None or clause.value(m.group(2)).form != "ordinal":
        return []
    peers = sorted(_peers(clause, found[0].kind, False), reverse=True)
    place, far = int(clause.value(m.group(2)).value) - 1, m.group(1) == "distant"
    if len(peers) <= place or not _value(found[0]):
        return [clause.say("effect", found[0].name, f"{place + 1}", False, "its effect is not among these")]
    rank = sum(p > _value(found[0]) + 1e-9 for p in peers)
    clause.mark(m.start(), m.end())
    clause.take_all(r"reasons?|among")
    holds = rank == place and not (far and place and _value(found[0]) > 0.6 * peers[place - 1])
    return [clause.say("effect", found[0].name, f"{place + 1}", holds, f"it is number {rank + 1}")]


def _peers(clause: Clause, kind: str, mixed: bool) -> list[float]:
    facts = clause.facts
    values = {"title": list(facts.effects.values()), "trait": list(facts.traits.values()),
              "input": list(facts.inputs.values()), "query": [facts.query_effect or 0.0]}  # fmt: skip
    if mixed:
        return values["title"] + values["query"]
    return values[kind]


def effect_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says of effects on the score."""
    if any(p.relation in ("people", "rank") or (p.relation == "year" and "than" in p.object) for p in clause.said):
        return []
    if not (clause.fresh(f"{_UP}|{_DOWN}|{_HUGE}|{_MOST}|{_EQUAL}|{_TINY}") or any(t.form == "decimal" for _, t in clause.of_kind("number"))):
        return []
    if clause.has("same (?:year|number|decade)"):
        return []
    if strongest := _maximum(clause):
        return strongest
    if clause.has(r"shares? .*(?:with|all)|in common|shared by") and not clause.has("credit"):
        return []
    found = sources_of(clause) or _rest(clause) or _meant_before(clause)
    if len(found) == 1 and (than := clause.has(r"than")) and than.start() < found[0].at:
        found = [*_meant_before(clause), *found]
    if many := _how_many(clause):
        return many
    if not found:
        return []
    unknown = [s for s in found if s.kind == "title" and not s.known]
    if unknown:
        return [clause.say("watched", s.name, "", False, "the user's history does not hold it") for s in unknown]
    result = _decide(clause, found)
    if result:
        for n, term in enumerate(clause.terms):
            if term.kind == "item" or (term.kind == "facet" and any(s.kind == "trait" and s.at == clause.place(n) for s in found)):
                clause.mark_term(n)
            if term.kind == "word" and any(s.kind == "input" and s.at == clause.place(n) for s in found):
                clause.mark_term(n)
        clause.take_all(_QUERY)
        clause.take_all(f"{_UP}|{_TRAIT}|watching|having|watched|seen|besides|compared|up|along|trail|of the ~\\d+ films (?:that helped|behind it)?|kind|nearly|big")
        if any(s.kind == "query" for s in found):
            words = set(re.findall(r"[a-z]+", clause.facts.query.lower()))
            for n, term in enumerate(clause.terms):
                if term.kind == "word" and term.text in words:
                    clause.mark_term(n)
    return result


def _decide(clause: Clause, found: list[Source]) -> list[Proposition]:
    if compared := clause.take(r"compared (?:to|with)"):
        found = [s for s in found if s.at > compared.end()][1:] or found
    if clause.has(_HUGE) and not clause.has(_TIMES):
        return _degree(clause, found)
    if down := _down(clause, found):
        return down
    if len(found) == 1 and (placed := _placed(clause, found)):
        return placed
    if numbers := _numbers(clause, found):
        return numbers
    if compared := _compared(clause, found):
        return compared
    if only := _only(clause, found):
        return only
    return _degree(clause, found)


def _value(source: Source) -> float:
    return source.effect or 0.0


def _down(clause: Clause, found: list[Source]) -> list[Proposition]:
    """"X hurt it"; "far from getting in the way" and "did not hurt" are no such thing."""
    m = clause.has(rf"(?:{_DOWN}|gets? in the way|got in the way|getting in the way|worse (?:match|placed)|a harder sell)")
    if not m or clause.has(r"go(?:es)? back|down to|put (?:it )?down to|put @\d+ down|cost (?:nothing|less)|owes? more"):
        return []
    negated = clause.has(r"far from|not|never|n't|rather than|no|nothing")
    result = []
    if not negated:
        if clause.has(_UP) and len(found) > 1:
            near = min(found, key=lambda s: abs(s.at - m.start()))
            found = [near]
        for source in found:
            holds = False if source.effect else None
            result.append(clause.say("effect", source.name, "down", holds, "it raised the score"))
    else:
        for source in found:
            result.append(clause.say("effect", source.name, "up", _value(source) > 0, "nothing measured says so"))
        clause.take_all(r"far from|not|never|rather than")
    clause.mark(m.start(), m.end())
    clause.take_all(_WEAK)
    return result


def _numbers(clause: Clause, found: list[Source]) -> list[Proposition]:
    """Effects as numbers: decimals, hundredths, parts of a standard deviation, and how many times."""
    result: list[Proposition] = []
    if m := clause.has(_TIMES):
        if len(found) < 2:
            if len(found) == 1 and (o := clause.has(r"(?:either of )?(?:the )?(?:other ~\d+|others?|rest|next)")):
                others = sorted((e for e in _peers(clause, found[0].kind, False)), reverse=True)
                if len(others) < 2 or not _value(found[0]):
                    return []
                first, second = found[0], Source("title", "the others", o.start(), others[1])
                if _value(first) < others[0] - 1e-9:
                    return [clause.say("effect", first.name, "most", False, "others moved the score more")]
                clause.mark(o.start(), o.end())
            else:
                return []
        else:
            first, second = found[0], found[1]
        numbers = [clause.value(s).value for s in re.findall(r"~\d+", m.group())] or [2.0]
        ratio = _value(first) / _value(second) if _value(second) else 99.0
        over = clause.take(r"more than|over|at least")
        low, high = min(numbers), max(numbers)
        holds = ratio >= low if over else 0.78 * low <= ratio <= 1.25 * high
        clause.mark(m.start(), m.end())
        if clause.has(_MOST):
            clause.take_all(_MOST)
        clause.take_all(r"stronger|as strong|as much|as|than|harder|more|so|much|weight")
        return [clause.say("effect", first.name, second.name, holds, f"it moved the score {ratio:.1f} times as much")]
    decimals = [(n, t.value) for n, t in clause.of_kind("number") if t.form == "decimal"]
    for m in re.finditer(r"(?<= )(~\d+) (hundredths?|tenths?)(?= )", clause.shown):
        decimals.append((int(m.group(1)[1:]), clause.value(m.group(1)).value / (100 if "hun" in m.group(2) else 10)))
        clause.mark(m.start(), m.end())
    for n, term in clause.of_kind("number"):
        if term.form == "share" and clause.has(r"standard deviations?"):
            decimals.append((n, term.value))
    if not decimals:
        return []
    shared = clause.has(r"each|both|apiece|respectively")
    m = clause.take(r"(?:a bit |a little |slightly |just |well )?(over|more than|under|less than|below|at most|at best|nearly|almost|about|around|roughly)")
    bound = m.group(1) if m else ""
    pairs = list(zip(found, decimals, strict=False)) if len(decimals) == len(found) else [
        (s, decimals[0]) for s in (found if shared or bound in ("at best", "at most") else found[:1])]  # fmt: skip
    if len(decimals) > 1 and len(decimals) != len(found):
        return []
    if len(found) > len(pairs):
        return []
    for source, (n, said) in pairs:
        true = _value(source)
        exact = clause.terms[n].form == "decimal"
        if bound in ("over", "more than"):
            holds = said - 0.005 <= true <= max(1.35 * said, said + 0.1)
        elif bound in ("under", "less than", "below", "nearly", "almost"):
            holds = (0.0 if bound in ("under", "less than", "below") else 0.75 * said) <= true <= said + 0.005 and true > 0
        elif bound in ("at best", "at most"):
            holds = 0 < true <= said + 0.0051
        else:
            holds = abs(true - said) <= (0.0051 if exact else max(0.03, 0.15 * said))
        result.append(clause.say("effect", source.name, f"{said:g}", holds, f"it moved the score by {true:.2f}"))
        clause.mark_term(n)
    if len(found) == 2 and clause.has(_EQUAL):
        low, high = sorted(map(_value, found))
        result.append(clause.say("effect", found[0].name, f"as {found[1].name}", low >= 0.78 * high, "the effects differ"))
        clause.take_all(rf"{_EQUAL}|hard")
    clause.take_all(r"standard deviations?|each|both|apiece|of|by|plus")
    clause.take_all(_WEAK)
    if clause.has(_MOST) and len(found) == 1:
        result += _most(clause, found[0])
    return result


def _most(clause: Clause, source: Source, factor: float = 1.0) -> list[Proposition]:
    mixed = source.kind == "query" or bool(clause.has(r"than anything(?: else)?|everything|all the work"))
    peers = sorted(_peers(clause, source.kind, mixed), reverse=True)
    if not peers:
        return []
    others = list(peers)
    if _value(source) in others:
        others.remove(_value(source))
    best = max(others, default=0.0)
    holds = _value(source) >= FAINT and _value(source) >= factor * best - 1e-9
    clause.take_all(_MOST if factor == 1.0 else f"{_HUGE}|{_MOST}")
    clause.take_all(r"of (?:your|the) (?:films|items|others)|of all|anything|else|of them|among|reasons?|them|any")
    return [clause.say("effect", source.name, "most", holds, "others moved the score as much")]


def _ordered(clause: Clause, first: Source, second: Source, ratio: float = 1.0) -> Proposition:
    holds = _value(first) > _value(second) * ratio and _value(first) > 0
    return clause.say("effect", first.name, f"over {second.name}", holds, "the effects say otherwise")


def _compared(clause: Clause, found: list[Source]) -> list[Proposition]:
    m = clause.has(rf"(?:{_EQUAL})")
    if m and len(found) >= 2 and not clause.has(r"comes? (?:close|near)"):
        low, high = min(map(_value, found[:2])), max(map(_value, found[:2]))
        result = [clause.say("effect", found[0].name, f"as {found[1].name}", low > 0 and low >= 0.78 * high, "the effects differ")]
        clause.mark(m.start(), m.end())
        clause.take_all(_EQUAL)
        clause.take_all(r"about|almost|nearly|practically|roughly|pretty much|as|for|hard")
        if len(found) == 3:
            third = _value(found[2])
            if clause.take(r"a good deal less|less|behind|much less"):
                result.append(_ordered(clause, found[1], found[2]))
            else:
                result.append(clause.say("effect", found[2].name, "as the others", third >= 0.78 * high, "the effects differ"))
        elif len(found) > 3:
            return []
        if after := clause.take(r"with (@\d+|#\d+) (?:just |slightly |a little )?(?:in front|ahead)"):
            ahead = next(s for s in found if s.at >= after.start())
            other = next((s for s in found if s.name != ahead.name), ahead)
            result.append(clause.say("effect", ahead.name, f"over {other.name}", _value(ahead) >= _value(other), "it is not ahead"))
        if clause.take(r"in ~\d+ place"):
            best = max(_peers(clause, found[0].kind, False), default=0.0)
            result.append(clause.say("effect", found[0].name, "second", high < best, "nothing is above them"))
        if clause.has(_WEAK):
            result += [_weak(clause, s) for s in found]
        elif clause.has(_MOST):
            top = max(_peers(clause, found[0].kind, False), default=0.0)
            clause.take_all(_MOST)
            result.append(clause.say("effect", found[0].name, "most", high >= top - 1e-9, "others moved it more"))
        return result
    if len(found) >= 2 and (m := clause.has(r"(?:with )?[@#]\d+ (?:a |some way |a long way |well |far |close |only |a close |a distant |coming |right )*(~\d+|behind|next|runner up|following)")):
        last = next((s for s in found if s.at >= m.start()), None)
        first = found[0]
        if last and last is not first:
            far = clause.has(r"distant|long way|well behind|far behind|some way")
            clause.mark(m.start(), m.end())
            clause.take_all(r"with|distant|some way|long way|second|behind|in|place|~\d+")
            rest = _most(clause, first) if clause.has(_MOST) else []
            return [*rest, _ordered(clause, first, last, 1.3 if far else 1.0)]
    more, less = clause.has(_MORE), clause.has(_LESS)
    m = more or less
    if m and len(found) >= 2:
        before = [s for s in found if s.at < m.end()]
        after = [s for s in found if s.at > m.end()]
        if more and less and "than" in less.group() and "than" not in more.group():
            more, m = None, less
        if not before or not after:
            return []
        if clause.has(r"not|n't|never") and not m.group().startswith("not"):
            return []
        pairs = [(a, b) if more else (b, a) for a in before[-1:] for b in after[:1]]
        clause.mark(m.start(), m.end())
        clause.take_all(r"a bit|a little|slightly|much|far|than|did|a good deal|more|less|considerably|rather")
        result = [_ordered(clause, a, b) for a, b in pairs]
        if clause.has(_MOST):
            result += _most(clause, before[0])
        third = [s for s in found if s not in (before[-1], after[0])]
        if third:
            if clause.has(r"~\d+") and clause.take(r"(?:came |comes |in )?~\d+|third|second"):
                result.append(_ordered(clause, after[0], third[0]))
            elif len(before) > 1:
                result += [_ordered(clause, s, after[0]) for s in before[:-1]]
            else:
                return []
        return result
    if m and len(found) == 1 and (o := clause.has(r"than (?:any(?:thing)?|all|the (?:other|rest|others)|either)(?: \w+)*")) and more:
        clause.mark(o.start(), o.end())
        clause.mark(m.start(), m.end())
        return _most(clause, found[0])
    return []


def _only(clause: Clause, found: list[Source]) -> list[Proposition]:
    m = clause.has(r"not only|not just|not merely|was not only")
    if m:
        clause.mark(m.start(), m.end())
        clause.take_all(r"but|as well|also|too|only")
        return [_causes(clause, source) for source in found]
    m = clause.has(r"only(?: (?:one|ones|thing|film|films|trait|reason|item|label))?|alone|the one (?:film|thing|trait|reason)|sole(?:ly)?|nothing (?:but|else)|exclusively|no other|on its own|none of the (?:others|rest)|(?:the )?others? added nothing|nothing other than")
    if not m or clause.has(r"only (?:a|an|slightly|just|faintly|marginally|then|~\d+)"):
        return []
    kind = found[0].kind
    peers = _peers(clause, kind, False)
    mine = [_value(s) for s in found if s.kind == kind]
    others = [p for p in peers if all(abs(p - x) > 1e-9 for x in mine)]
    loose = clause.has(r"really|mattered|counts?|matters|much|worth|real")
    limit = max(FAINT, 0.15 * max(mine, default=0.0)) if loose else 1e-9
    holds = all(x > 0 for x in mine) and max(others, default=0.0) <= limit
    clause.mark(m.start(), m.end())
    clause.take_all(r"really|mattered|matters|of (?:the |your )?(?:~\d+ )?films(?: that helped)?|else|any|no|other|found|to|trait|~\d+")
    return [clause.say("effect", ", ".join(s.name for s in found), "only", holds, "others moved the score, too")]


def _causes(clause: Clause, source: Source) -> Proposition:
    return clause.say("effect", source.name, "up", _value(source) >= FAINT, "it did not move the score more than noise")


def _weak(clause: Clause, source: Source) -> Proposition:
    peers = _peers(clause, source.kind, False)
    tiny = clause.has(_TINY)
    limit = max(0.1, 0.2 * max(peers, default=0.0)) if tiny else max(STRONG, 0.3 * max(peers, default=0.0))
    clause.take_all(_WEAK)
    if tiny:
        clause.take_all(_TINY)
    holds = _value(source) < limit and (_value(source) > 0 or bool(tiny))
    return clause.say("effect", source.name, "weak", holds, f"it moved the score by {_value(source):.2f}")


def _degree(clause: Clause, found: list[Source]) -> list[Proposition]:
    if clause.has(r"as well as|together with"):
        clause.take_all(r"as well as|together with")
    negation = clause.has(_NONE)
    if negation or clause.has(r"nothing"):
        if clause.has(_HUGE):
            clause.take_all(_HUGE)
            return _most(clause, found[0], 2.5) if len(found) == 1 else []
        if clause.has(r"next to nothing|almost nothing"):
            return [_weak(clause, source) for source in found]
        if not negation or not clause.has(f"{_UP}|what|why|because|neither here nor there|irrelevant"):
            return []
        named = clause.has(r"credited|named|listed|counted as a reason|to thank|a reason")
        result = []
        for source in found:
            if source.effect is None:
                full = len(clause.facts.effects) < 3 or bool(named)
                holds: bool | None = True if full and source.kind == "title" else None
            else:
                holds = source.effect < FAINT
            result.append(clause.say("effect", source.name, "none", holds, "it moved the score"))
        clause.mark(negation.start(), negation.end())
        clause.take_all(r"not|at all|anything|any|named|credited|worth mentioning|real")
        return result
    if clause.has(_HUGE):
        if len(found) > 1:
            total = _peers(clause, "title", True) + _peers(clause, "trait", False)
            mine = [_value(s) for s in found]
            rest = [x for x in total if all(abs(x - y) > 1e-9 for y in mine)]
            clause.take_all(_HUGE)
            return [clause.say("effect", found[0].name, "most", min(mine) >= 2.5 * max(rest, default=0.0), "others count, too")]
        return _most(clause, found[0], 2.5)
    if clause.has(_MOST) and not clause.has(r"at most|most of (?:those|the|them)"):
        if len(found) == 1:
            return _most(clause, found[0])
        first = found[0]
        lists = len({s.kind for s in found}) == 1 and clause.has(r"[@#]\d+ (?:, [@#]\d+ )*and [@#]\d+ ")
        if lists and len(found) == 2:
            peers = sorted(_peers(clause, first.kind, False), reverse=True)[:2]
            clause.take_all(_MOST)
            return [clause.say("effect", s.name, "among the most", _value(s) in peers, "others moved it more") for s in found]
        return []
    weak = clause.has(_WEAK)
    if weak:
        return [_weak(clause, source) for source in found]
    result = [_causes(clause, source) for source in found]
    if clause.has(_STRONG):
        clause.take_all(_STRONG)
        result += [
            clause.say("effect", s.name, "strong", _value(s) >= STRONG, "its effect is not strong") for s in found
        ]
    return result


def trait_key(facet: Facet) -> str:
    """The key of an attribute in evidence."""
    return facet.key
