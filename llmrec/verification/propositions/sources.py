"""What a clause names that may have moved the score: history items, attributes, inputs, the query."""

from dataclasses import dataclass

from llmrec.verification.propositions.clauses import Clause
from llmrec.verification.propositions.lexicon import PREDICATES
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
