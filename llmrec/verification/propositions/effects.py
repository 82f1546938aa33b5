"""Propositions on what moved the score: that something did, which way, alone, or not at all."""

import re

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.propositions.clauses import Clause, Proposition
from llmrec.verification.propositions.degrees import (
    DOWN_WORDS,
    EQUAL,
    HUGE,
    MOST,
    NONE,
    QUERY,
    STRONGLY,
    TIMES,
    TINY,
    TRAIT,
    UP_WORDS,
    WEAK,
    Source,
    caused,
    compared_propositions,
    most_propositions,
    number_propositions,
    peers_of,
    placed_propositions,
    referred_sources,
    rest_of,
    sources_of,
    value_of,
    weakly,
)

RISES = (
    r" (?:has |have |also |only |just |even )*(?:moved up|moves up|climbed|climbs|rose|rises|went up|goes up|won (?:a|its) place"
    r"|came up|comes up|got (?:here|in)|ranks?|ranked|made (?:it|the list|your list|the cut)|earned (?:a|its) (?:place|spot)"
    r"|landed|appears|appeared|stands here|(?:is|are|was|were) (?:here|recommended|suggested|chosen|picked|listed|ranked))"
    r"(?! (?:this|it|the film|@))(?= )"
)
"""What is said of the recommended item alone, after a title."""
RAISES = (
    r" (?:both |have |also )*(?:led to|lifted|raised|pushed|pulled|brought|moved|helped|nudged|boosted|put) "
    r"(?:up )?(?:this|it|the film|the product|the item)(?= )"
)
"""What history items do to the recommended one."""


def _how_many(clause: Clause) -> list[Proposition]:
    """As in "Only two films count"."""
    m = clause.has(
        rf"(only |just )(~\d+) (?:of (?:them|your films|the films) |films? |items? |titles? )+(?:really |here |that )*({UP_WORDS})"
    )
    if m is None or clause.others():
        return []
    count = sum(effect >= FAINT for effect in clause.facts.effects.values())
    clause.mark(m.start(), m.end())
    return [clause.say("effect", "history", m.group(2), count == clause.value(m.group(2)).value, f"{count} did")]


def _maximum(clause: Clause) -> list[Proposition]:
    """As in "Nothing in your history explains it", "the strongest link is six hundredths"."""
    best = max(clause.facts.effects.values(), default=0.0)
    m = clause.has(
        r"no (?:single|one) (?:film|thing|item|reason|one)(?: really)? (?:decides|decided|explains|stands out|settles|did it|tips the scales?)"
    )
    if m:
        clause.mark(m.start(), m.end())
        return [
            clause.say(
                "effect", "history", "no single", best <= 0.6 * sum(clause.facts.effects.values()), "one film did"
            )
        ]
    if (
        clause.has(r"your (?:\w+ )?(?:history|films|past|list|viewing)")
        and (clause.has(TINY) or clause.has("little|nothing"))
        and not list(clause.of_kind("item"))[1:]
        and not clause.others()
        and not list(clause.of_kind("number"))
    ):
        clause.take_all(rf"{TINY}|{UP_WORDS}|little|nothing|past|history|films|your|say|says|about")
        return [
            clause.say("effect", "history", "weak", best < max(0.12, FAINT), "something in the history moved the score")
        ]
    m = clause.has(
        r"nothing (?:in your (?:history|list)|you (?:have |'ve )?(?:watched|seen)) (?:really |much )?(?:explains|speaks|counts|helped|accounts|points|stands|leads)(?: (?:much|for|to))*"
    )
    if m:
        clause.mark(m.start(), m.end())
        return [clause.say("effect", "history", "none", best < 0.1, "something in the history moved the score")]
    m = clause.has(
        r"it is (?:only )?an? (?:faint|weak|thin|tentative|loose) (?:trail|link|connection|guess|thread|tie|lead)"
    )
    if m:
        clause.mark(m.start(), m.end())
        return [clause.say("effect", "history", "weak", best < STRONG, "something moved the score strongly")]
    m = clause.has(
        r"(?:the )?(?:strongest|best|largest|biggest)(?: (?:single )?(?:link|effect|one|reason|of them|push|film|there|item|in your history|is|at|was|has|gives|only|a|just|mere|about))*"
    )
    if m is None or clause.others():
        return []
    said = [(n, t.value) for n, t in clause.of_kind("number") if t.form == "decimal"]
    if h := clause.has(r"(~\d+) (hundredths?|tenths?)"):
        said.append((int(h.group(1)[1:]), clause.value(h.group(1)).value / (100 if "hun" in h.group(2) else 10)))
    if len(said) != 1:
        return []
    clause.mark_term(said[0][0])
    clause.take_all(
        r"strongest|best|largest|biggest|link|effect|hundredths?|tenths?|push|gives?|adds?|reason|mere|only|single"
    )
    return [
        clause.say(
            "effect", "history", f"at most {said[0][1]:g}", abs(best - said[0][1]) <= 0.0051, f"it is {best:.2f}"
        )
    ]


def effect_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says of effects on the score."""
    if any(
        p.relation in ("people", "rank") or (p.relation == "year" and "than" in p.object) for p in clause.propositions
    ):
        return []
    if not (
        clause.fresh(f"{UP_WORDS}|{DOWN_WORDS}|{HUGE}|{MOST}|{EQUAL}|{TINY}")
        or any(t.form == "decimal" for _, t in clause.of_kind("number"))
        or clause.has(
            r"standard deviations?|hundredths?|(?:distant|close|clear) ~\d+|~\d+ (?:among|place)|(?:comes?|came) ~\d+|faint|weak|thin|tentative"
        )
    ):
        return []
    if clause.has("same (?:year|number|decade)"):
        return []
    if strongest := _maximum(clause):
        return strongest
    if clause.has(r"shares? .*(?:with|all)|in common|shared by") and not clause.has("credit"):
        return []
    found = sources_of(clause) or rest_of(clause) or referred_sources(clause)
    if len(found) == 1 and (than := clause.has(r"than")) and than.start() < found[0].at:
        found = [*referred_sources(clause), *found]
    if many := _how_many(clause):
        return many
    if not found:
        return []
    unknown = [s for s in found if s.kind == "title" and not s.known]
    if unknown:
        return [clause.say("watched", s.name, "", False, "the user's history does not hold it") for s in unknown]
    result = _swapped(clause) or _decide(clause, found)
    if result:
        for n, term in enumerate(clause.terms):
            if term.kind == "item" or (
                term.kind == "facet" and any(s.kind == "trait" and s.at == clause.place(n) for s in found)
            ):
                clause.mark_term(n)
            if term.kind == "word" and any(s.kind == "input" and s.at == clause.place(n) for s in found):
                clause.mark_term(n)
        clause.take_all(QUERY)
        clause.take_all(
            f"{UP_WORDS}|{TRAIT}|watching|having|watched|seen|besides|compared|up|along|trail|of the ~\\d+ films (?:that helped|behind it)?|kind|nearly|big"
        )
        if any(s.kind == "query" for s in found):
            words = set(re.findall(r"[a-z]+", clause.facts.query.lower()))
            for n, term in enumerate(clause.terms):
                if term.kind == "word" and term.text in words:
                    clause.mark_term(n)
    return result


def _swapped(clause: Clause) -> list[Proposition]:
    """A history item said to be the result, or the recommended one the cause."""
    named = clause.has(r"@\d+(?:(?: ,| and| ,? and) @\d+)*")
    if named and named.start() == 1:
        subjects = [clause.item(sign) for sign in re.findall(r"@\d+", named.group())]
        after = clause.shown[named.end() :]
        if re.match(RISES, after) and clause.facts.item not in subjects:
            return [clause.say("effect", subjects[0], "up", False, "another item is recommended")]
        if len(subjects) > 1 and clause.facts.item in subjects and re.match(RAISES, after):
            return [clause.say("effect", clause.facts.item, "up", False, "an item does not raise itself")]
    if m := clause.has(r"(?:because of|thanks to|due to|owing to|down to) you"):
        clause.mark(m.start(), m.end())
        return [clause.say("effect", "you", "up", False, "what of the history counted is not said")]
    m = clause.has(
        r"(@\d+) (?:\w+ )?(?:led to|leads to|lifted|raised|pushed|pulled|brought|brings|points to|pointed to) (?:up )?(@\d+)"
    )
    if m is None or clause.item(m.group(2)) == clause.facts.item:
        return []
    result = clause.item(m.group(2))
    return [clause.say("effect", clause.item(m.group(1)), f"of {result}", False, "it is not what is recommended")]


def _decide(clause: Clause, found: list[Source]) -> list[Proposition]:
    if reference := clause.take(r"compared (?:to|with)"):
        found = [s for s in found if s.at > reference.end()][1:] or found
    if clause.has(HUGE) and not clause.has(TIMES):
        return _degree(clause, found)
    if down := _down(clause, found):
        return down
    if len(found) == 1 and (placed := placed_propositions(clause, found)):
        return placed
    if numbers := number_propositions(clause, found):
        return numbers
    if compared := compared_propositions(clause, found):
        return compared
    if only := _only(clause, found):
        return only
    return _degree(clause, found)


def _down(clause: Clause, found: list[Source]) -> list[Proposition]:
    """As in "X hurt it"; "far from getting in the way" and "did not hurt" are no such thing."""
    m = clause.has(
        rf"(?:{DOWN_WORDS}|gets? in the way|got in the way|getting in the way|worse (?:match|placed)|a harder sell)"
    )
    if not m or clause.has(
        r"go(?:es)? back|down to|put (?:it )?down to|put @\d+ down|cost (?:nothing|less)|owes? more"
    ):
        return []
    # "It would score lower without X" says that X raised the score.
    negated = clause.has(r"far from|not|never|rather than|no|nothing|without|left out|had you skipped|were not")
    result = []
    if not negated:
        if clause.has(UP_WORDS) and len(found) > 1:
            near = min(found, key=lambda s: abs(s.at - m.start()))
            found = [near]
        for source in found:
            holds = False if source.effect else None
            result.append(clause.say("effect", source.name, "down", holds, "it raised the score"))
    else:
        for source in found:
            result.append(clause.say("effect", source.name, "up", value_of(source) > 0, "nothing measured says so"))
        clause.take_all(r"far from|not|never|rather than")
    clause.mark(m.start(), m.end())
    clause.take_all(WEAK)
    return result


def _only(clause: Clause, found: list[Source]) -> list[Proposition]:
    m = clause.has(r"not only|not just|not merely|was not only")
    if m:
        clause.mark(m.start(), m.end())
        clause.take_all(r"but|as well|also|too|only")
        return [caused(clause, source) for source in found]
    m = clause.has(
        r"only(?: (?:one|ones|thing|film|films|trait|reason|item|label))?|alone|the one (?:film|thing|trait|reason)|sole(?:ly)?|nothing (?:but|else)|exclusively|no other|on its own|none of the (?:others|rest)|(?:the )?others? added nothing|nothing other than"
    )
    if not m or clause.has(
        r"only (?:a|an|slightly|just|faintly|marginally|then|hints?|hinted|nudge[sd]?|suggest(?:s|ed)?|~\d+)"
    ):
        return []
    kind = found[0].kind
    peers = peers_of(clause, kind, False)
    mine = [value_of(s) for s in found if s.kind == kind]
    others = [p for p in peers if all(abs(p - x) > 1e-9 for x in mine)]
    loose = clause.has(r"really|mattered|counts?|matters|much|worth|real")
    limit = max(FAINT, 0.15 * max(mine, default=0.0)) if loose else 1e-9
    holds = all(x > 0 for x in mine) and max(others, default=0.0) <= limit
    clause.mark(m.start(), m.end())
    clause.take_all(
        r"really|mattered|matters|of (?:the |your )?(?:~\d+ )?films(?: that helped)?|else|any|no|other|found|to|trait|~\d+"
    )
    return [clause.say("effect", ", ".join(s.name for s in found), "only", holds, "others moved the score, too")]


def _degree(clause: Clause, found: list[Source]) -> list[Proposition]:
    if clause.has(r"as well as|together with"):
        clause.take_all(r"as well as|together with")
    negation = clause.has(NONE)
    if negation or clause.has(r"nothing"):
        if clause.has(HUGE):
            clause.take_all(HUGE)
            return most_propositions(clause, found[0], 2.5) if len(found) == 1 else []
        if clause.has(r"next to nothing|almost nothing"):
            return [weakly(clause, source) for source in found]
        if not negation or not clause.has(f"{UP_WORDS}|what|why|because|neither here nor there|irrelevant"):
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
    if clause.has(HUGE):
        if len(found) > 1:
            total = peers_of(clause, "title", True) + peers_of(clause, "trait", False)
            mine = [value_of(s) for s in found]
            rest = [x for x in total if all(abs(x - y) > 1e-9 for y in mine)]
            clause.take_all(HUGE)
            return [
                clause.say(
                    "effect", found[0].name, "most", min(mine) >= 2.5 * max(rest, default=0.0), "others count, too"
                )
            ]
        return most_propositions(clause, found[0], 2.5)
    if clause.has(MOST) and not clause.has(r"at most|most of (?:those|the|them)"):
        if len(found) == 1:
            return most_propositions(clause, found[0])
        first = found[0]
        lists = len({s.kind for s in found}) == 1 and clause.has(r"[@#]\d+ (?:, [@#]\d+ )*and [@#]\d+ ")
        if lists and len(found) == 2:
            peers = sorted(peers_of(clause, first.kind, False), reverse=True)[:2]
            clause.take_all(MOST)
            return [
                clause.say("effect", s.name, "among the most", value_of(s) in peers, "others moved it more")
                for s in found
            ]
        return []
    weak = clause.has(WEAK)
    if weak:
        return [weakly(clause, source) for source in found]
    result = [caused(clause, source) for source in found]
    if clause.has(STRONGLY):
        clause.take_all(STRONGLY)
        result += [
            clause.say("effect", s.name, "strong", value_of(s) >= STRONG, "its effect is not strong") for s in found
        ]
    return result
