"""How much something moved the score: more than what, how many times, the most, as much as, or hardly."""

import re
from dataclasses import dataclass

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.grammar import DOWN, PREDICATES, UP
from llmrec.verification.propositions.clauses import Clause, Proposition
from llmrec.verification.propositions.terms import input_named

QUERY = r"(?:your |the |that |this )?(?:request|query|wish|question|asking|words|ask|asked|wanted|wished)"
TRAIT = r"(?:labels?|tags?|traits?|sides?|genres?|decades?|being|attributes?|part|element|touch|aspects?|as an?|categor(?:y|ies))"


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
    traitish = clause.has(TRAIT) or not titles
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
        elif n + 1 < len(clause.terms) and clause.terms[n + 1].text in facts.vocabulary.names:
            continue  # "the poster genre": no attribute is called so
        elif (
            term.kind == "word"
            and (name := input_named(term.text)) in facts.inputs
            and (
                term.text not in ("text", "words", "look", "looks")
                or (n and clause.terms[n - 1].text in ("the", "its"))
            )
        ):
            found.append(Source("input", name, at, facts.inputs[name]))
    if (m := clause.has(r"(?:the|its|that|this|their) decade")) and not any(s.kind == "trait" for s in found):
        mine = [f for f in facts.facets(facts.item) if f.name == "year" or f.name.endswith("_year")]
        found += [Source("trait", f.key, m.start(), facts.traits.get(f), bool(facts.traits)) for f in mine]
    if facts.query and (m := clause.has(QUERY)):
        found.append(Source("query", "the query", m.start(), facts.query_effect))
    return sorted(found, key=lambda source: source.at)


def referred_sources(clause: Clause) -> list[Source]:
    """What "it" or "that" stands for, where the clause before names one source and this one none."""
    m = clause.has(r"it|that|which|this|neither")
    if (
        m is None
        and clause.terms[0].kind == "word"
        and clause.terms[0].text in PREDICATES
        and clause.before is not None
    ):
        return [s for s in sources_of(clause.before) if s.kind == "title"][-1:]
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


def rest_of(clause: Clause) -> list[Source]:
    """As in "The other two", "the rest": what moved the score beside what the clause before names."""
    m = clause.take(r"the (?:other ~\d+|others|rest|other one|other(?: films)?)")
    if m is None or clause.before is None:
        return []
    named = {s.name for s in sources_of(clause.before)}
    facts = clause.facts
    return [Source("title", i, m.start(), e) for i, e in facts.effects.items() if i not in named]


def peers_of(clause: Clause, kind: str, mixed: bool) -> list[float]:
    """Effects of all that was measured of a kind; `mixed`: of the history items and the query."""
    facts = clause.facts
    values = {"title": list(facts.effects.values()), "trait": list(facts.traits.values()),
              "input": list(facts.inputs.values()), "query": [facts.query_effect or 0.0]}  # fmt: skip
    if mixed:
        return values["title"] + values["query"]
    return values[kind]


UP_WORDS, DOWN_WORDS = "|".join(sorted(UP)), "|".join(sorted(DOWN))
WEAK = (
    r"if it did anything(?: at all)?|if only|only a little|only a small|only slightly|only a bit|a small difference|a little|slightly|a bit|faint(?:ly)?|barely|hardly|scarcely|crumbs|next to nothing|marginal(?:ly)?|a touch|tiny|small|"
    r"a very little|weak(?:ly)?|only just|modest(?:ly)?|minor|negligible|somewhat|a trace|a trifle|tad|mildly|a nudge|little|"
    r"if anything|at best|thin|rounding|a mere|minimal(?:ly)?|gently|noise|bit"
)
TINY = r"(?:virtually |almost |next to |practically )?(?:nil|zero)|hardly anything|very little|a whisker|almost nothing|barely|hardly|scarcely|crumbs|next to nothing|negligible|rounding|noise"
HUGE = (
    r"by far|(?:nearly|almost|virtually|practically) (?:all|everything|alone)|did it all|the whole story|all down to|the bulk|"
    r"the lion 's share|nearly all|almost all|all of it|the lot|nothing else comes (?:close|near)(?: to (?:it|that))?|far and away|nearly everything|"
    r"almost everything|almost entirely|nearly all of it|nearly all the work|above everything|it 's all|"
    r"nothing comes close|single handedly|overwhelmingly|entirely"
)
MOST = (
    r"most|main|principal(?:ly)?|prime|foremost|key|clear leader|comes ~\d+|mainly|mostly|biggest|strongest|largest|greatest|first among \w+|above all|chief(?:ly)?|hardest|"
    r"the reason|the big one|more than anything(?: else)?|heaviest|top|leading|primar(?:y|ily)|number ~\d+|heads|"
    r"best of (?:it|them|all|the lot|your films)|first and foremost|more than any(?: other)?|decisive|loudest|the ~\d+ (?:film|reason|one|trait)"
)
STRONGLY = r"strongly|a lot|hard|heavily|clearly|firmly|greatly|considerabl[ey]|big|large|strong|substantial(?:ly)?|plenty|much|real|really"
NONE = (
    r"neither|almost nothing|did nothing|does nothing|did n't|no effect(?: worth mentioning| at all)?|no (?:part|role|difference|help|influence|"
    r"reason|share|say)|nothing to do with|neither here nor there|not (?:at all|a reason|one of|the reason|what|why|because|"
    r"credited|named|to thank)|no lift|made no difference|irrelevant|not"
)
EQUAL = (
    r"(?:almost |nearly |about |pretty much )?(?:equally|evenly|as much|the same)|about (?:as much|the same|evenly|equally|even|as hard)|evenly|(?:nearly|almost|practically|about|pretty much|roughly)?"
    r" ?(?:level|tied?)|neck and neck|the same|alike|as much as|side by side|tie|ties|tied|on a par|roughly the same|"
    r"(?:equally|about equally) hard|in equal measure"
)
MORE = (
    r"(?:more|better|harder|bigger|stronger|heavier|larger|further|greater)(?: [@#~]?\w+)*? than|more of (?:it|a)|ahead of|"
    r"rather than|outweigh(?:s|ed)?|outdid|beat|beats|over|above|before|and only then|not so much .* as"
)
LESS = r"(?:less|weaker|smaller|lighter|fewer|lower)(?: [@#~]?\w+)*? than|behind|below|after|not as (?:much|hard|strongly) as"
TIMES = r"(?:(?:about |roughly |around |nearly |almost )?(?:twice|double)(?: as (?:much|hard|strongly|strong))?(?: as)?|by a factor of ~\d+|(?:~\d+ to )?~\d+ times)"


def placed_propositions(clause: Clause, sources: list[Source]) -> list[Proposition]:
    """As in "X is first among the reasons", "the picture came second"."""
    m = clause.has(
        r"(?:is |are |comes? |came |in |(?:a|the) )*(?:(distant|close|clear) )?(~\d+)(?: place)?(?: (?:among|of|in|on) (?:the |your |its |all )*(?:reasons?|films|traits|list of reasons|labels|causes|them|inputs))*"
    )
    if m is None or clause.value(m.group(2)).form != "ordinal":
        return []
    peers = sorted(peers_of(clause, sources[0].kind, False), reverse=True)
    place, far = int(clause.value(m.group(2)).value) - 1, m.group(1) == "distant"
    if len(peers) <= place or not value_of(sources[0]):
        return [clause.say("effect", sources[0].name, f"{place + 1}", False, "its effect is not among these")]
    rank = sum(p > value_of(sources[0]) + 1e-9 for p in peers)
    clause.mark(m.start(), m.end())
    clause.take_all(r"reasons?|among")
    holds = rank == place and not (far and place and value_of(sources[0]) > 0.6 * peers[place - 1])
    return [clause.say("effect", sources[0].name, f"{place + 1}", holds, f"it is number {rank + 1}")]


def value_of(source: Source) -> float:
    """The effect of a source, 0 where nothing measured it."""
    return source.effect or 0.0


def number_propositions(clause: Clause, sources: list[Source]) -> list[Proposition]:
    """Effects as numbers: decimals, hundredths, parts of a standard deviation, and how many times."""
    result: list[Proposition] = []
    if m := clause.has(TIMES):
        if len(sources) < 2:
            if len(sources) == 1 and (o := clause.has(r"(?:either of )?(?:the )?(?:other ~\d+|others?|rest|next)")):
                others = sorted((e for e in peers_of(clause, sources[0].kind, False)), reverse=True)
                if len(others) < 2 or not value_of(sources[0]):
                    return []
                first, second = sources[0], Source("title", "the others", o.start(), others[1])
                if value_of(first) < others[0] - 1e-9:
                    return [clause.say("effect", first.name, "most", False, "others moved the score more")]
                clause.mark(o.start(), o.end())
            else:
                return []
        else:
            first, second = sources[0], sources[1]
        numbers = [clause.value(s).value for s in re.findall(r"~\d+", m.group())] or [2.0]
        ratio = value_of(first) / value_of(second) if value_of(second) else 99.0
        over = clause.take(r"more than|over|at least")
        low, high = min(numbers), max(numbers)
        holds = ratio >= low if over else 0.78 * low <= ratio <= 1.25 * high
        clause.mark(m.start(), m.end())
        if clause.has(MOST):
            clause.take_all(MOST)
        clause.take_all(
            r"almost|nearly|about|roughly|around|some|easily|stronger|as strong|as much|as|than|harder|more|so|much|weight"
        )
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
    m = clause.take(
        r"(?:a bit |a little |slightly |just |well )?(over|more than|under|less than|below|at most|at best|nearly|almost|about|around|roughly)"
    )
    bound = m.group(1) if m else ""
    pairs = list(zip(sources, decimals, strict=False)) if len(decimals) == len(sources) else [
        (s, decimals[0]) for s in (sources if shared or bound in ("at best", "at most") else sources[:1])]  # fmt: skip
    if len(decimals) > 1 and len(decimals) != len(sources):
        return []
    if len(sources) > len(pairs):
        return []
    for source, (n, said) in pairs:
        true = value_of(source)
        exact = clause.terms[n].form == "decimal"
        if bound in ("over", "more than"):
            holds = said - 0.005 <= true <= max(1.35 * said, said + 0.1)
        elif bound in ("under", "less than", "below", "nearly", "almost"):
            holds = (
                0.0 if bound in ("under", "less than", "below") else 0.75 * said
            ) <= true <= said + 0.005 and true > 0
        elif bound in ("at best", "at most"):
            holds = 0 < true <= said + 0.0051
        else:
            holds = abs(true - said) <= (0.0051 if exact else max(0.03, 0.15 * said))
        result.append(clause.say("effect", source.name, f"{said:g}", holds, f"it moved the score by {true:.2f}"))
        clause.mark_term(n)
    if len(sources) == 2 and clause.has(EQUAL):
        low, high = sorted(map(value_of, sources))
        result.append(
            clause.say("effect", sources[0].name, f"as {sources[1].name}", low >= 0.78 * high, "the effects differ")
        )
        clause.take_all(rf"{EQUAL}|hard")
    clause.take_all(r"standard deviations?|each|both|apiece|of|by|plus")
    clause.take_all(WEAK)
    if clause.has(MOST) and len(sources) == 1:
        result += most_propositions(clause, sources[0])
    return result


def most_propositions(clause: Clause, source: Source, factor: float = 1.0) -> list[Proposition]:
    """That a source moved the score most of its kind, by a factor."""
    mixed = source.kind == "query" or bool(clause.has(r"than anything(?: else)?|everything|all the work"))
    peers = sorted(peers_of(clause, source.kind, mixed), reverse=True)
    if not peers:
        return []
    others = list(peers)
    if value_of(source) in others:
        others.remove(value_of(source))
    best = max(others, default=0.0)
    holds = value_of(source) >= FAINT and value_of(source) >= factor * best - 1e-9
    clause.take_all(MOST if factor == 1.0 else f"{HUGE}|{MOST}")
    clause.take_all(r"of (?:your|the) (?:films|items|others)|of all|anything|else|of them|among|reasons?|them|any")
    return [clause.say("effect", source.name, "most", holds, "others moved the score as much")]


def _ordered(clause: Clause, first: Source, second: Source, ratio: float = 1.0) -> Proposition:
    holds = value_of(first) > value_of(second) * ratio and value_of(first) > 0
    return clause.say("effect", first.name, f"over {second.name}", holds, "the effects say otherwise")


def compared_propositions(clause: Clause, sources: list[Source]) -> list[Proposition]:
    """That one source moved the score as much as another, or more."""
    m = clause.has(rf"(?:{EQUAL})")
    if m and len(sources) >= 2 and not clause.has(r"comes? (?:close|near)"):
        low, high = min(map(value_of, sources[:2])), max(map(value_of, sources[:2]))
        result = [
            clause.say(
                "effect", sources[0].name, f"as {sources[1].name}", low > 0 and low >= 0.78 * high, "the effects differ"
            )
        ]
        clause.mark(m.start(), m.end())
        clause.take_all(EQUAL)
        clause.take_all(r"about|almost|nearly|practically|roughly|pretty much|as|for|hard")
        if len(sources) == 3:
            third = value_of(sources[2])
            if clause.take(r"a good deal less|less|behind|much less"):
                result.append(_ordered(clause, sources[1], sources[2]))
            else:
                result.append(
                    clause.say("effect", sources[2].name, "as the others", third >= 0.78 * high, "the effects differ")
                )
        elif len(sources) > 3:
            return []
        if led := clause.take(r"with (@\d+|#\d+) (?:just |slightly |a little )?(?:in front|ahead)"):
            ahead = next(s for s in sources if s.at >= led.start())
            other = next((s for s in sources if s.name != ahead.name), ahead)
            result.append(
                clause.say(
                    "effect", ahead.name, f"over {other.name}", value_of(ahead) >= value_of(other), "it is not ahead"
                )
            )
        if clause.take(r"in ~\d+ place"):
            best = max(peers_of(clause, sources[0].kind, False), default=0.0)
            result.append(clause.say("effect", sources[0].name, "second", high < best, "nothing is above them"))
        if clause.has(WEAK):
            result += [weakly(clause, s) for s in sources]
        elif clause.has(MOST):
            top = max(peers_of(clause, sources[0].kind, False), default=0.0)
            clause.take_all(MOST)
            result.append(clause.say("effect", sources[0].name, "most", high >= top - 1e-9, "others moved it more"))
        return result
    if len(sources) >= 2 and (
        m := clause.has(
            r"(?:with )?[@#]\d+ (?:a |some way |a long way |well |far |close |only |a close |a distant |coming |right )*(~\d+|behind|next|runner up|following)"
        )
    ):
        last = next((s for s in sources if s.at >= m.start()), None)
        first = sources[0]
        if last and last is not first:
            far = clause.has(r"distant|long way|well behind|far behind|some way")
            clause.mark(m.start(), m.end())
            clause.take_all(r"with|distant|some way|long way|second|behind|in|place|~\d+")
            rest = most_propositions(clause, first) if clause.has(MOST) else []
            return [*rest, _ordered(clause, first, last, 1.3 if far else 1.0)]
    if len(sources) == 2 and (
        o := clause.has(
            r"the (~\d+) (?:one )?(?:a bit |a little |slightly |much |rather )?(?:harder|more|more so|stronger|in front|ahead)"
        )
    ):
        place = clause.value(o.group(1))
        if place.form == "ordinal" and place.value in (1.0, 2.0):
            first, second = sources if place.value == 1.0 else sources[::-1]
            clause.mark(o.start(), o.end())
            clause.take_all(rf"{STRONGLY}|both")
            return [*[caused(clause, s) for s in sources], _ordered(clause, first, second)]
    more, less = clause.has(MORE), clause.has(LESS)
    m = more or less
    if m and len(sources) >= 2:
        before = [s for s in sources if s.at < m.end()]
        after = [s for s in sources if s.at > m.end()]
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
        if clause.has(MOST):
            result += most_propositions(clause, before[0])
        further = [s for s in sources if s not in (before[-1], after[0])]
        if further:
            if clause.has(r"~\d+") and clause.take(r"(?:came |comes |in )?~\d+|third|second"):
                result.append(_ordered(clause, after[0], further[0]))
            elif len(before) > 1:
                result += [_ordered(clause, s, after[0]) for s in before[:-1]]
            else:
                return []
        return result
    if (
        m
        and len(sources) == 1
        and (o := clause.has(r"than (?:any(?:thing)?|all|the (?:other|rest|others)|either)(?: \w+)*"))
        and more
    ):
        clause.mark(o.start(), o.end())
        clause.mark(m.start(), m.end())
        return most_propositions(clause, sources[0])
    return []


def caused(clause: Clause, source: Source) -> Proposition:
    """That a source moved the score by more than noise."""
    if source.effect is None and source.kind != "title":
        return clause.say("effect", source.name, "up", None, "nothing measured it")
    return clause.say(
        "effect", source.name, "up", value_of(source) >= FAINT, "it did not move the score more than noise"
    )


def weakly(clause: Clause, source: Source) -> Proposition:
    """That a source moved the score only a little."""
    peers = peers_of(clause, source.kind, False)
    tiny = clause.has(TINY)
    limit = max(0.1, 0.2 * max(peers, default=0.0)) if tiny else max(STRONG, 0.3 * max(peers, default=0.0))
    clause.take_all(WEAK)
    if tiny:
        clause.take_all(TINY)
    holds = value_of(source) < limit and (value_of(source) > 0 or bool(tiny))
    return clause.say("effect", source.name, "weak", holds, f"it moved the score by {value_of(source):.2f}")
