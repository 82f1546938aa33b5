"""What each frame says, decided: effects, ranks, other people, order, attributes, comparisons, the query."""

import re

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.grounds import LEAST
from llmrec.verification.propositions.clauses import Proposition
from llmrec.verification.propositions.degrees import Source, peers_of
from llmrec.verification.propositions.frames import HUGE, Segment
from llmrec.verification.propositions.lexicon import classes
from llmrec.verification.propositions.terms import Term

_BY = "by from because to on due thanks with of since after through for owing into once when"
"""Prepositions after which a cause follows."""
Found = list[Proposition] | None


def value(source: Source) -> float:
    """The effect of a source, 0 where nothing measured it."""
    return source.effect or 0.0


# --- effects ---------------------------------------------------------------------------------------------------------


def effect_frame(segment: Segment) -> Found:
    """That something moved the score: which way, how much, more than what, alone, or not at all."""
    if not segment.any("push", "gain", "cause", "credit", "down", "most", "more", "less", "weak", "equal", "only", "strong"):
        return None
    folk = set(segment.where("people")) - set(segment.words("those other"))
    if folk or segment.words("if") or segment.any("minute", "hour", "newer", "older", "ask") and not any(s.kind == "query" for s in segment.sources):
        return None
    numbers = [t for _, t in segment.of_kind("number")]
    both = [n for n, t in segment.of_kind("number") if n and t.form == "count" and segment.terms[n - 1].text in ("those", "these", "the", "both")]
    if both and not segment.sources and len(numbers) == 1:
        sources = _earlier(segment)
        if len(sources) != numbers[0].value:
            return None
        segment.sources, numbers = sources, []
    listed = [s for s in segment.sources if s.kind == "title"]
    if len(numbers) == 1 and numbers[0].form == "count" and numbers[0].value == len(listed) and not segment.words("times"):
        numbers = []
    if numbers and not _placed_or_times(segment, numbers):
        return None
    if any(n == 0 or segment.terms[n - 1].text != "i" for n in segment.where("would")):
        return None
    sources = segment.sources
    inputs = [s for s in sources if s.kind == "input"]
    titles = [s for s in sources if s.kind == "title"]
    for n, term in enumerate(segment.terms[:-2]):
        of_other = segment.terms[n + 1].text == "of" and n + 2 in segment.title_at()
        if of_other and term.kind == "word" and (term.text == "title" or "input" in segment.kinds(n)):
            return [segment.say("effect", term.text, "up", False, "an input of another item is none of this one's")]
    if titles and any(_owned(segment, each, titles) for each in inputs):
        return [segment.say("effect", inputs[0].name, "up", False, "an input of another item is none of this one's")]
    traits = [s for s in sources if s.kind == "trait"]
    if titles and traits and not _conjoined(segment, [*titles, *traits]):
        return None  # "the war film X": what is said of which is not clear
    rest = segment.words("other others rest")
    if rest and not [s for s in sources if s.kind != "history"] and segment.terms[rest[0] - 1].text in ("the", "your"):
        named = _named_before(segment)
        sources = [Source("title", i, rest[0], e) for i, e in segment.facts.effects.items() if i not in named]
        if not sources or not named or segment.any("more", "equal", "most"):
            return None
    if not sources:
        sources = _antecedents(segment)
        if not sources:
            return None
    if (titles or traits) and segment.words("share shares shared sharing common") and traits or _misread(segment):
        return None
    if odd := _not_asked(segment):
        return odd
    inner = [n for n, t in segment.of_kind("mark") if titles and titles[0].at < n < titles[-1].at]
    if inner and not segment.words("and or nor than") and not segment.words("against-this"):
        return None
    if titles and (directed := _directed(segment, titles)) is not True:
        return None if directed is None else [segment.say("effect", titles[0].name, "up", False, "another item is said to be the result")]
    if not segment.reads(
        "push", "gain", "credit", "cause", "down", "most", "strong", "weak", "tiny", "more", "less", "equal", "only", "neg",
        "rankword", "request", "kindword", "contrast", "about", "higher", "would", "against", "except", "over", "watch", "ask", "history",
        *(("input",) if inputs else ()),
        kinds="item facet number",
    ):  # fmt: skip
        return None
    unknown = [s for s in titles if not s.known]
    if unknown:
        return [segment.say("watched", s.name, "", False, "the user's history does not hold it") for s in unknown]
    read = _effects(segment, sources, numbers)
    segment.sources = [s for s in sources if s.kind != "history"] or sources
    return read


def _misread(segment: Segment) -> bool:
    """Whether something else than a title is watched, or an attribute is one that nothing has ("the poster genre")."""
    names = {*segment.facts.vocabulary.names, "genre", "label", "tag"}
    for n, term in enumerate(segment.terms):
        after = segment.terms[n + 1] if n + 1 < len(segment.terms) else None
        named = after is not None and after.kind == "word" and after.text in names
        if term.kind == "word" and named and ("input" in segment.kinds(n) or n in segment.read):
            return True
        if term.kind == "word" and term.text in ("watched", "saw", "seen", "bought", "watching", "picked", "chose") and segment.words("you having watching"):
            rest = [t for t in segment.terms[n + 1 :] if t.kind != "word" or "filler" not in classes(t.text) or t.text in ("this", "it")]
            if not rest or rest[0].kind != "item" or segment.facts.item in rest[0].items:
                return not segment.any("history") and not segment.words("films")
    asked = [s.at for s in segment.sources if s.kind == "query"]
    return bool(asked) and any(s.kind == "input" for s in segment.sources) and not segment.any("more", "less", "equal")


def _not_asked(segment: Segment) -> list[Proposition]:
    """An attribute told as asked for that the query does not name: "your wish for the romance genre"."""
    asked = [s.at for s in segment.sources if s.kind == "query"]
    if not asked:
        return []
    stop = next((n for n, _ in segment.of_kind("mark") if n > asked[0]), len(segment.terms))
    words = segment.words("for")
    named = [t for n, t in segment.of_kind("facet") if words and words[0] < n < stop and n not in segment.read]
    return [segment.say("query", segment.facts.item, t.text, False, "the query does not name it") for t in named]


def _placed_or_times(segment: Segment, numbers: list[Term]) -> bool:
    times = segment.words("times twice double")
    if len(numbers) == 1 and numbers[0].form == "share":
        return segment.any("equal", "less", "more")
    return bool(times) or (len(numbers) == 1 and numbers[0].form == "ordinal" and segment.any("most", "cause"))


def _owned(segment: Segment, source: Source, titles: list[Source]) -> bool:
    """Whether an input is said to be a title's: "X's poster", "the poster of X"."""
    for title in titles:
        if segment.terms[title.at].owner:
            return True
        if title.at == source.at + 2 and segment.terms[source.at + 1].text == "of":
            return True
    return False


def _conjoined(segment: Segment, sources: list[Source]) -> bool:
    return segment.any("more", "less", "equal") or bool(segment.words("instead"))


def _named_before(segment: Segment) -> set[str]:
    """Titles of all the stretches before, in the same text."""
    named, earlier = set(), segment.before
    while earlier is not None:
        named |= {earlier.title(n) for n in earlier.title_at()} if isinstance(earlier, Segment) else set()
        earlier = earlier.before
    return named


def _earlier(segment: Segment) -> list[Source]:
    """The different titles of the stretch before."""
    before = segment.before
    return list({s.name: s for s in before.sources if s.kind == "title"}.values()) if isinstance(before, Segment) else []


def _antecedents(segment: Segment) -> list[Source]:
    """What a stretch without a source of its own speaks of: sources of the one before, where it is clear which."""
    if segment.before is None or not isinstance(segment.before, Segment):
        return []
    earlier = segment.before.sources
    titles = [s for s in earlier if s.kind in ("title", "query", "trait", "input")]
    distinct = list({s.name: s for s in titles}.values())
    if segment.words("both neither"):
        return distinct if len(distinct) == 2 else []
    if segment.words("former latter") and len(distinct) == 2:
        return [distinct[0] if segment.words("former") else distinct[1]]
    if len(distinct) == 1:
        return distinct
    adjacent = segment.terms[0].text in ("which", "that", "who") and earlier
    if adjacent and segment.before.terms and earlier[-1].at == len(segment.before.terms) - 1:
        return [earlier[-1]]
    return []


def _directed(segment: Segment, titles: list[Source]) -> bool | None:
    """Whether titles stand where a cause stands ("X lifted it", "it owes its place to X"); None where that is not clear."""
    verbs = [n for n in segment.where("push", "gain") if segment.terms[n].text not in ("list", "back", "like", "work", "share")]
    if not verbs or segment.any("credit"):
        return True
    signs, results = set(_BY.split()), segment.result_at()
    texts = [term.text for term in segment.terms]
    verb = next((n for n in verbs if "filler" not in segment.kinds(n)), verbs[0])
    gains = "push" not in segment.kinds(verb)
    compares = segment.any("more", "less", "equal", "neg") or bool(segment.words("than"))
    causal = [n for n in segment.words("because thanks due owing since after once") if n > titles[0].at]
    if causal and texts[0] != texts[causal[0]] and not any(t.at > n for n in causal[:1] for t in titles[1:2]) and not compares:
        lead = set(texts[max(0, titles[0].at - 3) : titles[0].at]) & signs
        if not lead and any(n > titles[0].at and n < causal[0] for n in (*verbs, *segment.words("is was came comes here"))):
            return False if titles[0].at <= 1 else None
    if not gains and not compares:
        before, behind = [t for t in titles if t.at < verb], [t for t in titles if t.at > verb]
        joint = set(texts[verb + 1 : behind[0].at]) & {"by", "from", "because", "thanks", "with", "than", "and", "after", "what", "once", "since", "when", "you"} if behind else set()
        if behind and not joint and (before or any(r < verb for r in results)):
            return False  # "X led to Y", where Y is not what is recommended
        if before and any(r < verb for r in results) and not set(texts[:verb]) & signs and not segment.words("what that for"):
            return None  # "this film and X raised it"
        place = segment.words("place spot here position cut") and texts[verb] in ("won", "wins", "earned", "earns", "got", "gets", "made", "makes")
        if before and place and not segment.words("it this for") and not results:
            return None
    for title in titles:
        lead = set(texts[max(0, title.at - 3) : title.at]) & signs
        if title.at > verb:
            if lead or segment.any("more", "less", "equal", "most", "cause") or {"what", "whatever"} & set(texts[:verb]):
                continue
            if all(t in ("it", "this", "film", "one", "@") for t in texts[:verb]) or any(r < verb for r in results):
                return False  # "this film lifted X"
            return None
        between = set(texts[title.at + 1 : verb])
        clefted = between & {"what", "that", "which", "who", "why"}
        passive = between & {"was", "were", "is", "are", "got", "been", "be"} and re.search(r"(?:ed|en|t|wn)$", texts[verb])
        if (gains or passive) and not lead and not clefted and not segment.any("most", "cause"):
            after = [r for r in results if r > verb]
            return False if after and set(texts[after[0] - 2 : after[0]]) & signs else None
        behind = [r for r in results if r > verb]
        if behind and texts[behind[0] - 1] in ("because", "of", "by") and texts[behind[0] - 2] in ("because", "was", "lifted", "raised", "helped"):
            return False
    return True


def _effects(segment: Segment, sources: list[Source], numbers: list[Term]) -> Found:
    titles = [s for s in sources if s.kind == "title" and s in segment.sources]
    if len(titles) == 2 and segment.words("between") and segment.words("difference gap"):
        low, high = sorted(map(value, titles))
        little = segment.any("neg", "weak", "tiny")
        return [segment.say("effect", titles[0].name, f"as {titles[1].name}", low >= 0.78 * high, "the effects differ")] if little else None
    if segment.words("except"):
        return _except(segment, sources)
    back = segment.words("held hold holds holding set sets knocked pushed pushes pulled pulls dragged kept keeps put brought")
    if segment.any("down") or (back and segment.words("back down backwards")):
        return _down(segment, sources)
    if segment.any("neg"):
        return _denied(segment, sources)
    if segment.words("respectively"):
        ranked = [value(s) for s in sources]
        holds = len(sources) > 1 and ranked == sorted(ranked, reverse=True) and len({s.kind for s in sources}) == 1
        return [segment.say("effect", sources[0].name, "in this order", holds, "the effects say otherwise")]
    if numbers and numbers[0].form == "ordinal" and len(sources) == 2 and segment.words("behind after below"):
        first, second = sources
        holds = 0 < value(first) < value(second) and (not segment.words("close") or value(first) > 0.6 * value(second))
        return [segment.say("effect", first.name, f"under {second.name}", holds, "measured otherwise"), *(_placed(segment, [first], numbers[0]) or [])]
    if numbers and not segment.words("times twice double") and numbers[0].form != "share":
        return _placed(segment, sources, numbers[0])
    if segment.words("against-this"):
        at = segment.words("against-this")[0]
        after = [s for s in sources if s.at > at]
        others = [s for s in sources if s is not (after[0] if after else None)]
        if len(sources) != 2 or not after or not segment.any("weak", "tiny") or segment.words("much far"):
            return None
        return [segment.say("effect", s.name, "less", value(s) < 0.6 * value(after[0]), "it is not much less") for s in others]
    compared = _compared(segment, sources)
    if compared is not None or _comparing(segment, sources):
        return compared
    if any(s.kind == "history" for s in sources):
        sources = [s for s in sources if s.kind != "history"] or sources
    if segment.any("only"):
        return _only(segment, sources)
    near_all = segment.words("everything") and not segment.any("equal", "more")
    if near_all or any(t.text in HUGE for t in segment.terms if t.kind == "word"):
        return [_most(segment, sources, 2.5)]
    if segment.any("most"):
        return [_most(segment, sources, 1.0)]
    if segment.any("weak", "tiny") and not (segment.words("little bit touch light") == [] and not segment.any("weak")):
        return [_weak(segment, s) for s in sources]
    result = [_caused(segment, s) for s in sources]
    if segment.any("more", "less", "equal"):
        return None
    if segment.where("strong") and not segment.words("real really good"):
        result += [segment.say("effect", s.name, "strong", value(s) >= STRONG, "its effect is not strong") for s in sources]
    return result


def _except(segment: Segment, sources: list[Source]) -> Found:
    """As in "apart from X, your films hardly helped"."""
    at = segment.words("except")[0]
    spared = [s for s in sources if s.kind == "title" and s.at > at]
    if len(spared) != 1 or any(s.kind not in ("title", "history") for s in sources) or len(sources) > 2:
        return None
    others = [e for e in peers_of(segment, "title", False) if abs(e - value(spared[0])) > 1e-9]
    if segment.any("neg"):
        holds = max(others, default=0.0) <= 1e-9
    elif segment.any("weak", "tiny"):
        holds = max(others, default=0.0) < max(0.1, 0.35 * value(spared[0]))
    else:
        return None
    return [segment.say("effect", "the others", "weak", holds, "others moved the score, too")]


def _caused(segment: Segment, source: Source) -> Proposition:
    if source.effect is None and source.kind != "title":
        return segment.say("effect", source.name, "up", None, "nothing measured it")
    holds = True if value(source) >= FAINT else None if value(source) > 0 else False
    return segment.say("effect", source.name, "up", holds, "it did not move the score more than noise")


def _weak(segment: Segment, source: Source) -> Proposition:
    peers = peers_of(segment, source.kind if source.kind != "history" else "title", source.kind in ("title", "query"))
    best = max(peers, default=0.0)
    limit = max(0.1, 0.2 * best) if segment.any("tiny") else max(STRONG, 0.35 * best)
    if segment.words("faint faintly tentative thin slender feeble tenuous fragile guess hint hinted hints"):
        limit = 2 * FAINT
    known = source.effect is not None or source.kind == "title"
    return segment.say(
        "effect", source.name, "weak", (value(source) < limit) if known else None, f"it moved the score by {value(source):.2f}"
    )


def _most(segment: Segment, sources: list[Source], factor: float) -> Proposition:
    kind = sources[0].kind
    if any(s.kind != kind for s in sources) or kind == "history":
        return segment.say("effect", sources[0].name, "most", None, "these were not measured against each other")
    mixed = kind == "query" or (kind == "title" and bool(segment.words("anything everything all reason")) and not segment.any("history"))
    mine = [value(s) for s in sources]
    others = list(peers_of(segment, kind, mixed and kind == "query" or mixed))
    for effect in mine:
        if effect in others:
            others.remove(effect)
    best = max(others, default=0.0)
    return segment.say(
        "effect", sources[0].name, "most", min(mine) >= FAINT and min(mine) >= factor * best - 1e-9, "others moved it as much"
    )


def _only(segment: Segment, sources: list[Source]) -> list[Proposition]:
    weak = segment.any("weak") or segment.words("small minor")
    if weak and segment.words("only"):
        return [_weak(segment, s) for s in sources]
    kind = sources[0].kind
    peers = peers_of(segment, kind, kind in ("title", "query")) if kind != "history" else []
    mine = [value(s) for s in sources]
    others = [p for p in peers if all(abs(p - x) > 1e-9 for x in mine)]
    holds = all(x >= FAINT for x in mine) and bool(peers) and max(others, default=0.0) <= 1e-9
    return [segment.say("effect", ", ".join(s.name for s in sources), "only", holds, "others moved the score, too")]


def _down(segment: Segment, sources: list[Source]) -> list[Proposition]:
    result = []
    for source in sources:
        if segment.any("neg"):
            result.append(segment.say("effect", source.name, "up", value(source) > 0 or None, "nothing measured says so"))
        else:
            lowered = source.kind == "query" and value(source) < 0 or _rises_without(segment, source)
            holds = True if lowered else False if source.effect else None
            result.append(segment.say("effect", source.name, "down", holds, "it raised the score"))
    return result


def _rises_without(segment: Segment, source: Source) -> bool:
    record = segment.facts.without(None if source.kind == "query" else source.name)
    return record is not None and source.kind in ("query", "title") and record.rank_without < record.rank and value(source) <= FAINT


def _denied(segment: Segment, sources: list[Source]) -> Found:
    if all(s.kind == "history" for s in sources) and not segment.any("more", "only", "most", "weak"):
        best = value(sources[0])
        return [segment.say("effect", "history", "none", best < 0.12, "something in the history moved the score")]
    if segment.words("alone only sole") and len(sources) == 1 and segment.words("is was are were 's"):
        others = [e for e in peers_of(segment, sources[0].kind, sources[0].kind == "query") if abs(e - value(sources[0])) > 1e-9]
        return [_caused(segment, sources[0]), segment.say("effect", sources[0].name, "not only", max(others, default=0) >= FAINT, "it was the only one")]
    if segment.words("hinge hinges depend depends rely relies rest rests"):
        return None
    if segment.any("strong") and not segment.any("only", "more", "weak", "most", "equal", "less"):
        return [_weak(segment, s) for s in sources]
    if segment.any("only", "weak", "most", "strong", "equal") or segment.words("without instead"):
        return None
    if segment.any("more"):  # "nothing counted more than X"
        after = [s for s in sources if s.at > segment.where("more")[0]]
        if segment.words("nothing none nobody no") and len(after) == 1 == len(sources):
            return [_most(segment, after, 1.0)]
        return None
    result = []
    for source in sources:
        if source.effect is None:
            full = len(segment.facts.effects) < 3 and source.kind == "title"
            holds: bool | None = True if full else None
        else:
            holds = source.effect < FAINT
        result.append(segment.say("effect", source.name, "none", holds, "it moved the score"))
    return result


def _placed(segment: Segment, sources: list[Source], number: Term) -> Found:
    if len(sources) != 1 or not segment.any("cause", "most", "gain"):
        return None
    peers = sorted(peers_of(segment, sources[0].kind, sources[0].kind == "query"), reverse=True)
    rank = sum(p > value(sources[0]) + 1e-9 for p in peers) + 1
    return [segment.say("effect", sources[0].name, number.text, rank == number.value and value(sources[0]) >= FAINT, f"it is number {rank}")]


def _comparing(segment: Segment, sources: list[Source]) -> bool:
    than = bool(segment.words("than instead outweigh outweighed outweighs beat beats"))
    return than or segment.any("equal") or bool(segment.words("times twice double")) or (segment.any("less") and len(sources) > 1)


def _compared(segment: Segment, sources: list[Source]) -> Found:
    if not segment.any("more", "less", "equal") and not segment.words("times twice double instead"):
        return None
    shares = [t for _, t in segment.of_kind("number") if t.form == "share"]
    if segment.any("equal") and segment.any("less", "more") and not shares:
        return None
    if segment.any("equal") and not shares and not segment.words("times twice double"):
        if len(sources) != 2 or len({s.kind for s in sources}) > 1:
            return None
        low, high = sorted(map(value, sources))
        return [segment.say("effect", sources[0].name, f"as {sources[1].name}", low >= FAINT and low >= 0.78 * high, "the effects differ")]
    marks = [n for n in segment.where("more", "less") if segment.terms[n].text not in ("up", "higher")]
    less = any(segment.kinds(n) & {"less"} for n in marks if segment.terms[n].text != "behind" or len(marks) == 1)
    first, second = _two(segment, sources, marks)
    if first is None or second is None:
        if len(sources) == 1 and segment.words("than") and segment.words("any anything everything all other others rest"):
            return [_least(segment, sources[0])] if less else [_most(segment, sources, 1.0)]
        if len(sources) == 1 and segment.words("than") and segment.words("either both"):
            return [_least(segment, sources[0])] if less else [_most(segment, sources, 1.0)]
        return None
    if len({s.name for s in sources}) != len(sources):
        return None
    kinds = {first.kind, second.kind}
    if len(kinds) > 1 and not kinds <= {"title", "query", "history"}:
        return [segment.say("effect", first.name, f"over {second.name}", None, "these were not measured against each other")]
    if less:
        first, second = second, first
    ratio = value(first) / value(second) if value(second) > 0 else 99.0
    low, high = 1.0 + 1e-9, 1e9
    if times := segment.words("times twice double") or [n for n, t in segment.of_kind("number") if t.form == "share"]:
        counted = [t.value for _, t in segment.of_kind("number")]
        factor = counted[0] if counted else 2.0
        if factor < 1:
            low, high = (0.0, factor) if less else (0.78 * factor, 1.25 * factor)
            if less:
                ratio = 1 / max(ratio, 1e-9)
        else:
            low, high = (0.6 * factor, factor) if segment.words("nearly almost") else (0.78 * factor, 1.25 * factor)
        if not counted and segment.terms[times[0]].text == "times":
            return None
    elif segment.any("weak"):
        high = 1.6
    elif segment.words("much far lot considerably greatly strongly"):
        low = 1.35
    holds = value(first) > 0 and low <= ratio <= high
    if kinds == {"history", "query"} and first.kind == "history":
        holds = holds and ratio > 1
    return [segment.say("effect", first.name, f"over {second.name}", holds, f"it moved the score {ratio:.1f} times as much")]


def _least(segment: Segment, source: Source) -> Proposition:
    others = [e for e in peers_of(segment, source.kind, False) if abs(e - value(source)) > 1e-9]
    holds = bool(others) and value(source) < min(others)
    return segment.say("effect", source.name, "least", holds, "others moved it less")


def _two(segment: Segment, sources: list[Source], marks: list[int]) -> tuple[Source | None, Source | None]:
    """The two sources that a comparison orders, the one named first being said to lead."""
    distinct = list({s.name: s for s in sources}.values())
    named = distinct
    marks = sorted([*marks, *segment.words("times twice double"), *(n for n, t in segment.of_kind("number") if t.form == "share")])
    if len(named) == 2 and marks:
        than = segment.words("than instead")
        if than and not (named[0].at < than[0] < named[1].at):
            return None, None
        if than or named[0].at < marks[0] < named[1].at:
            return named[0], named[1]
        return (named[1], named[0]) if named[1].at < marks[0] else (None, None)
    if len(named) == 1 and isinstance(segment.before, Segment):
        earlier = [s for s in {s.name: s for s in segment.before.sources}.values() if s.name != named[0].name and s.kind == named[0].kind]
        if len(earlier) == 1 and not (segment.words("than") and named[0].at < segment.words("than")[0]):
            if segment.words("than"):
                return earlier[0], named[0]
            return named[0], earlier[0]
    return None, None


# --- ranks -----------------------------------------------------------------------------------------------------------


def rank_frame(segment: Segment) -> Found:
    """Where the item stands with and without something."""
    facts = segment.facts
    if facts.grounds.evidence is None or not facts.counterfactuals and not facts.effects:
        return None
    taking = segment.words("otherwise") or _removals(segment)
    stays = segment.words("whether regardless unchanged still unaffected anyway") or (
        segment.any("stay") and not segment.words("still keep keeps kept hold holds held change move moved moves changed budge same")
    )
    numbers = _ranks(segment)
    if segment.words("keep keeps kept save saves saved stop stops stopped spare spares") and segment.words("from") and segment.any("lower"):
        taking = taking or segment.words("from")
    if segment.words("change changed move moved budge affect") and segment.any("neg") and (segment.any("rankword") or segment.words("where")):
        stays = stays or segment.words("change changed move moved budge affect")
        taking = taking or stays
    if not (taking or stays and numbers or stays and segment.where("would")) and not (numbers and segment.any("push", "stay", "gain")) and len(numbers) != 2:
        return None
    if segment.any("people", "minute", "hour", "year", "newer", "older", "most", "more") and not segment.words("above more further"):
        return None
    if set(segment.where("down")) - set(segment.words("cost costs lose loses lost losing lower lowers")):
        return None
    removed = list({s.name: s for s in segment.sources if s.kind in ("title", "query")}.values())
    if not removed and isinstance(segment.before, Segment):
        removed = [s for s in _antecedents(segment) if s.kind in ("title", "query")]
    if len(removed) != 1:
        return None
    source = removed[0]
    if source.kind == "title" and not source.known:
        return [segment.say("watched", source.name, "", False, "the user's history does not hold it")]
    used = {n for n, _, _ in numbers}
    if any(n not in used for n, _ in segment.of_kind("number")):
        return None
    if not segment.reads(
        "removal", "rankword", "stay", "higher", "lower", "would", "push", "gain", "neg", "watch", "history", "request", "ask",
        "about", "kindword", "weak", "strong", "less", "over", "only", "contrast", "down", kinds="item number",
    ):  # fmt: skip
        return None
    return _rank_said(segment, source, numbers, bool(taking), bool(stays))


def _removals(segment: Segment) -> list[int]:
    found = [n for n in segment.where("removal") if segment.terms[n].text not in ("lose", "loses", "lost", "have", "take", "takes", "took", "left", "leaves")]
    found += [n for n in segment.words("take leave lose losing taken left") if segment.words("out away off without losing") or n == 0]
    hypothetical = segment.words("if had hadn never")
    if segment.words("not never") and segment.any("watch", "ask", "history") and hypothetical:
        found += segment.words("not never")[:1]
    if segment.words("nothing") and hypothetical and segment.any("ask"):
        found += segment.words("nothing")[:1]
    if segment.terms[0].text == "no" and (segment.title_at() or segment.any("request")):
        found.append(0)
    return found


def _ranks(segment: Segment) -> list[tuple[int, float, str]]:
    """Ranks named: term, value, and `=`, `<=` ("top five") or `-` ("34 places")."""
    found: list[tuple[int, float, str]] = []
    skip = -1
    for n, term in segment.of_kind("number"):
        after = segment.terms[n + 1] if n + 1 < len(segment.terms) else None
        before = segment.terms[n - 1].text if n else ""
        if n == skip:
            found[-1] = (n, term.value, "<=")
            found.append((n - 1, term.value, "skip"))
        elif term.form == "ordinal" and term.text in ("top", "first") and after is not None and after.kind == "number":
            found.append((n, 0.0, "<="))
            skip = n + 1
        elif term.form == "ordinal":
            found.append((n, term.value, "="))
        elif term.form == "count" and after is not None and after.text in ("place", "places", "spots", "positions", "steps", "ranks", "rungs"):
            found.append((n, term.value, "-"))
        elif term.form == "count" and before in ("at", "to", "from", "place", "position", "rank", "spot", "number", "of", "as", "no", "only", "instead"):
            found.append((n, term.value, "="))
    if not found and segment.words("lead front") and segment.words("the in"):
        found.append((-1, 1.0, "="))
    return found


def _rank_said(segment: Segment, source: Source, numbers: list[tuple[int, float, str]], taking: bool, stays: bool) -> Found:
    facts = segment.facts
    record = facts.without(None if source.kind == "query" else source.name)
    effect = value(source)
    numbers = [each for each in numbers if each[2] != "skip"]
    removal_at = min(_removals(segment), default=len(segment.terms))
    negations = [n for n in segment.where("neg") if not (n <= source.at and (n >= removal_at - 1 or source.at >= n))]
    if segment.words("not never") and segment.any("watch", "ask", "history") and taking:
        cut = next((n for n, t in enumerate(segment.terms) if n > source.at and (t.kind == "mark" or t.text == "would")), source.at)
        negations = [n for n in negations if n > cut]
    if taking and segment.any("ask"):
        negations = [n for n in negations if segment.terms[n].text != "nothing"]
    if segment.words("whether"):
        negations, stays = [], True
    if record is None:
        if numbers or stays or not taking or negations:
            return [segment.say("rank", source.name, "", None, "no rank was measured without it")]
        return _ways(segment, source, effect > 0 if effect else None)
    rank, without = record.rank, record.rank_without
    if not numbers:
        if negations:
            moves = segment.words("move moved budge change changed slip drop fall matter")
            return [segment.say("rank", source.name, "same", rank == without, f"{rank} would be {without}")] if moves else None
        if stays or set(segment.where("stay")) - set(segment.words("move moved moves change changed budge")):
            return [segment.say("rank", source.name, "same", rank == without, f"{rank} would be {without}")]
        return _ways(segment, source, without > rank if without != rank else (True if effect > 0 and segment.words("score") else None))
    equals = [each for each in numbers if each[2] == "="]
    steps = [each for each in numbers if each[2] == "-"]
    if len(equals) == 2 and len(numbers) == 2 + len(steps) <= 3:
        (i, a, _), (j, b, _) = equals
        if steps and abs(a - b) != steps[0][1]:
            return [segment.say("rank", source.name, f"{steps[0][1]:g} places", False, f"{rank} would be {without}")]
        between = [t.text for t in segment.terms[i:j]]
        signs = [n for n, t in enumerate(segment.terms) if t.text in ("with", "without")]
        if len(signs) == 2 and len({segment.terms[n].text for n in signs}) == 2:
            near = {min(signs, key=lambda n: abs(n - at)): said for at, said in ((i, a), (j, b))}
            told = {segment.terms[n].text: said for n, said in near.items()}
            if len(told) == 2:
                return [segment.say("rank", source.name, "with and without", (told["with"], told["without"]) == (rank, without), f"{rank} would be {without}")]
        if "instead" in between or "not" in between:
            a, b = b, a
        elif not taking:
            a, b = b, a
        elif negations:
            return None
        return [segment.say("rank", source.name, f"{a:g} to {b:g}", (a, b) == (rank, without), f"{rank} would be {without}")]
    if len(numbers) != 1:
        return None
    n, said, sign = numbers[0]
    higher = [k for k in segment.where("higher") if segment.terms[k].text not in ("up", "forward", "ahead") and segment.kinds(k) & {"higher"}]
    if sign == "-":
        if negations:
            return None
        gap = without - rank
        if higher:
            gap = -gap
        elif not segment.any("lower", "removal", "gain", "push"):
            return None
        return [segment.say("rank", source.name, f"{said:g} places", gap == said, f"{rank} would be {without}")]
    if sign == "<=" and not taking and not segment.where("would"):
        outside = bool(segment.words("out outside"))
        holds = effect < 0 if outside else rank <= said and effect >= FAINT
        return [segment.say("rank", source.name, f"top {said:g}", holds, f"it ranks {rank}")]
    if sign == "<=":
        outside = bool(negations) or bool(segment.words("out outside miss"))
        return [segment.say("rank", source.name, f"top {said:g}", (without > said) if outside else (without <= said), f"{rank} would be {without}")]
    if negations:
        kept = segment.words("keep keeps kept hold holds") and not taking
        return [segment.say("rank", source.name, "same", rank == said == without, f"{rank} would be {without}")] if kept else None
    if taking and segment.words("lose loses lost losing") and segment.words("its"):
        return [segment.say("rank", source.name, "lost", rank == said and without > said, f"{rank} would be {without}")]
    if not taking and n > 0 and segment.terms[n - 1].text == "from" and segment.any("push", "gain"):
        return [segment.say("rank", source.name, f"from {said:g}", without == said and rank < said, f"{rank} would be {without}")]
    if not taking and not segment.where("would") and not segment.words("regardless unchanged whether"):  # "X keeps it second"
        holds = rank == said and effect >= FAINT and (without > rank or not segment.any("stay"))
        return [segment.say("rank", source.name, f"{said:g}", holds, f"it ranks {rank}")]
    holds = without == said and not (stays and rank != without)
    if segment.words("down slide slides slip slips drop drops fall falls sink sinks tumble") and without <= rank:
        holds = False
    if higher and without >= rank:
        holds = False
    return [segment.say("rank", source.name, f"{said:g}", holds, f"{rank} would be {without}")]


def _ways(segment: Segment, source: Source, lowers: bool | None) -> Found:
    down = [n for n in segment.where("lower") if "filler" not in segment.kinds(n)]
    moved = segment.words("move moved go goes gone went shoot moving")
    up = [n for n in segment.where("higher") if segment.terms[n].text not in ("up", "forward") or moved]
    if bool(down) == bool(up) or segment.any("only"):
        return None
    said_lower = bool(down)
    result = [segment.say("rank", source.name, "down" if down else "up", None if lowers is None else lowers == said_lower, "measured otherwise")]
    if segment.any("weak"):
        result.append(_weak(segment, source))
    elif segment.words("much far lot"):
        result.append(segment.say("effect", source.name, "strong", value(source) >= STRONG, "its effect is not strong"))
    return result


# --- other people ----------------------------------------------------------------------------------------------------


def people_frame(segment: Segment) -> Found:
    """What share of an item's audience has another item, or how many have one."""
    facts = segment.facts
    for n, _ in segment.of_kind("number"):
        segment.read |= {n - 1} if n and segment.terms[n - 1].text in ("only", "just") else set()
    everyone = [n for n in segment.where("people") if segment.terms[n].text not in ("other", "member", "reader")]
    if segment.words("those") and len(everyone) == len(segment.words("those")) and not segment.words("who with whose"):
        everyone = [n for n in everyone if segment.terms[n].text != "those"]
    counts = [(n, t) for n, t in segment.of_kind("number") if t.form in ("count", "year")]
    shares = [(n, t) for n, t in segment.of_kind("number") if t.form == "share"]
    if not everyone and not (len(counts) == 2 and segment.words("of out")):
        return None
    titles = [n for n in segment.title_at() if True]
    if len({segment.title(n) for n in titles}) > 1 or segment.any("newer", "older", "first", "last", "before", "down", "cause", "request") or (
        set(segment.where("only")) - segment.read
    ):
        if not (segment.any("first", "last", "before", "cause") and not segment.words("first last before reason because")):
            return None
    if segment.any("more", "less") and not segment.words("more less than fewer over under above below"):
        return None
    if not segment.reads(
        "people", "watch", "quantity", "about", "over", "under", "neg", "history", "kindword", "strong", "weak", "like", "after",
        "contrast", "gain", "tiny", "cause", kinds="item number",
    ):  # fmt: skip
        return None
    group = segment.title(titles[0]) if titles else None
    if group is None and isinstance(segment.before, Segment):
        earlier = {s.name for s in segment.before.sources if s.kind == "title"}
        group = next(iter(earlier)) if len(earlier) == 1 and not segment.words("it") else None
    if segment.words("you your whom") or (segment.result_at() and segment.words("audience")):
        return None
    reversed_group = bool(titles and segment.result_at() and segment.result_at()[0] < titles[0] and _whose(segment, segment.result_at()[0]))
    if group is None:
        return _audience(segment, counts, shares)
    users, target = facts.audience.of(group), facts.audience.of(facts.item)
    record = next((c for c in facts.grounds.co_occurrences if c.history_item == group), None)
    if titles and not _whose(segment, titles[0]) and not reversed_group:
        reversed_group = bool(_whose_this(segment))
        if not reversed_group and len(counts) < 2 and not segment.words("both"):
            return None
    if reversed_group:
        users, target, record = target, users, None
    if len(users) < LEAST:
        return [segment.say("people", group, facts.item, None, "too few users have it to tell")]
    both, size = len(users & target), len(users)
    found: list[Proposition] = []
    if len(counts) == 2:
        low, high = sorted(t.value for _, t in counts)
        loose = segment.any("about")
        near = _near(low, both, loose) and _near(high, size, loose)
        told = record is not None and (low, high) == (record.both, record.group)
        found.append(segment.say("people", group, facts.item, near or told, f"{both} of {size} users"))
    elif len(counts) == 1:
        n, term = counts[0]
        after = segment.terms[n + 1 : n + 4]
        of_group = any(t.kind == "word" and classes_people(t.text) for t in after) and (shares or segment.any("quantity"))
        known = {size, record.group if record else size} if of_group else {both, record.both if record else both}
        found.append(segment.say("people", group, term.text, any(_near(term.value, k, segment.any("about")) for k in known), f"{both} of {size} users"))
        if not of_group and (shares or segment.any("quantity")):
            return None
    if segment.words("never") or any(segment.terms[n - 1].text in ("did", "have", "has", "had", "do") for n in segment.words("not") if n):
        return None
    limits = _limits(segment, shares)
    if limits is None and not counts:
        return None
    if limits is not None:
        low, high = limits
        found.append(segment.say("people", group, facts.item, low <= both / size <= high, f"the share is {both / size:.0%}"))
    segment.sources = [s for s in segment.sources if s.kind == "title"]
    return found


def classes_people(word: str) -> bool:
    """Whether a word names people."""
    return word in ("people", "viewers", "users", "fans", "who", "those", "buyers", "readers", "folk", "folks")


def _near(said: float, true: float, loose: bool) -> bool:
    return abs(said - true) <= (max(5.0, 0.06 * true) if loose else 0.0)


def _whose(segment: Segment, n: int) -> bool:
    """Whether a title is what a group of people watched: "those who saw X", "fans of X", "X's audience"."""
    if segment.terms[n].owner:
        return True
    lead = segment.terms[max(0, n - 5) : n]
    texts = [t.text for t in lead if t.kind != "mark"]
    folk = [k for k, text in enumerate(texts) if text in ("who", "that", "with", "of", "fans", "viewers", "people", "everyone", "everybody", "anyone", "audience", "those")]
    return bool(folk) and not any(text in ("also", "too", "on", "it", "this") for text in texts[folk[-1] :])


def _whose_this(segment: Segment) -> bool:
    texts = " ".join(t.text for t in segment.terms)
    return re.search(r"(?:who|that) (?:\w+ )?(?:\w+ )?(?:this|it)\b(?! too| as)", texts) is not None


def _audience(segment: Segment, counts: list[tuple[int, Term]], shares: list[tuple[int, Term]]) -> Found:
    """How many have the recommended item."""
    size, people = len(segment.facts.audience.of(segment.facts.item)), segment.facts.audience.people
    rounded = {c.takers for c in segment.facts.grounds.co_occurrences} | {size}
    totals = {c.people for c in segment.facts.grounds.co_occurrences} | {people}
    if len(counts) > 2 or (segment.any("quantity") and counts and not segment.words("all many")):
        return None
    if not counts:
        limits = None if segment.words("never") else _limits(segment, shares)
        if limits is None or segment.terms[0].kind == "mark":
            return None
        limits = (0.0, 0.2) if limits == (0.0, 0.4) else limits
        return [segment.say("people", segment.facts.item, "", limits[0] <= size / people <= limits[1], f"{size} of {people} users")]
    values = sorted(t.value for _, t in counts)
    loose = segment.any("about")
    holds = any(_near(values[0], k, loose) for k in rounded)
    if len(values) == 2:
        holds = holds and any(_near(values[1], k, loose) for k in totals)
    return [segment.say("people", segment.facts.item, "", holds, f"{size} of {people} users")]


def _limits(segment: Segment, shares: list[tuple[int, Term]]) -> tuple[float, float] | None:
    """Least and most of the share that is meant."""
    over, under = segment.words("over above exceed") + _before_than(segment, "more"), segment.words("under below") + _before_than(segment, "less fewer")
    near = segment.words("nearly almost close virtually practically")
    denied = segment.words("not")
    if len(shares) == 1:
        share = shares[0][1].value
        if over:
            return (share + 1e-9, 1.0) if not denied else (0.0, share)
        if under or segment.words("not quite"):
            return 0.0, share - 1e-9
        if near:
            return share - 0.08, share + 0.01
        slack = 0.08 if segment.any("about") else 0.045
        return share - slack, share + slack
    if shares or over or under:
        return None
    if segment.words("all every everyone everybody each anyone anybody") and not (segment.words("all") and segment.words("not most half")):
        if denied:
            return 0.0, 0.98
        if near:
            return 0.85, 1.0
        if segment.words("hardly barely scarcely"):
            return 0.0, 0.15
        return 0.97, 1.0
    if segment.words("most majority largely mostly"):
        return (0.7, 1.0) if segment.words("vast large great big") else (0.5001, 1.0)
    if segment.words("none nobody"):
        return (0.0, 0.05) if segment.words("almost nearly") else (0.0, 0.0)
    if segment.words("many plenty lot much") or segment.words("lots"):
        return (0.0, 0.4) if denied else (0.4, 1.0)
    if segment.words("few"):
        return (0.25, 1.0) if segment.words("quite a") and not segment.words("only very") else (0.0, 0.2)
    if segment.words("minority"):
        return 0.0, 0.4999
    if segment.words("hardly barely"):
        return 0.0, 0.15
    return None


def _before_than(segment: Segment, listed: str) -> list[int]:
    return [n for n in segment.words(listed) if n + 1 < len(segment.terms) and segment.terms[n + 1].text == "than"]


# --- the user's history ----------------------------------------------------------------------------------------------


def history_frame(segment: Segment) -> Found:
    """What the user did, and in which order."""
    facts = segment.facts
    titles = [(n, segment.title(n)) for n in segment.title_at()]
    if not titles or segment.result_at() or segment.any("people") and not segment.words("other"):
        return None
    sequence = len(titles) == 2 and segment.any("before", "after")
    if not segment.words("you your 've") and not segment.any("last") and not sequence:
        return None
    if not segment.any("watch", "history", "last", "before", "after") and not segment.words("finished ended started came went"):
        return None
    if not segment.reads(
        "watch", "history", "last", "before", "after", "about", "kindword", "neg", "contrast", "weak", "like", "gain", kinds="item number"
    ):
        return None
    if segment.any("more", "less", "most", "push") and not segment.words("most above over put make give get take keep"):
        return None
    denied = segment.words("not never") and not segment.words("only just")
    result = []
    for _, item in titles:
        watched = facts.watched(item)
        holds = None if watched is None else watched != bool(denied)
        result.append(segment.say("watched", item, "no" if denied else "", holds, "the user's history says otherwise"))
    order = _order(segment, titles)
    if order is None or denied and order:
        return None
    return [*result, *order]


def _order(segment: Segment, titles: list[tuple[int, str]]) -> Found:
    facts = segment.facts
    places = {item: facts.place(item) for _, item in titles}
    latest = len(facts.history) - 1
    texts = [t.text for t in segment.terms]
    numbers = [(n, t) for n, t in segment.of_kind("number")]

    def known(item: str) -> int | None:
        return places[item] if facts.history else None

    if numbers:
        n, number = numbers[0]
        if len(numbers) == 1 and number.form == "count" and len(titles) == number.value and segment.words("last latest recent"):
            recent = set(facts.history[-len(titles) :])
            holds = {item for _, item in titles} == recent if facts.history else None
            return [segment.say("order", titles[0][1], f"last {number.value:g}", holds, "they were not")]
        if len(numbers) != 1 or len(titles) != 1:
            return None
        place = known(titles[0][1])
        if number.form == "count" and segment.words("ago back earlier before"):
            gap = None if place is None else latest - place
            return [segment.say("order", titles[0][1], f"{number.value:g} back", None if gap is None else gap == number.value, f"{gap} back")]
        if number.form == "count" and segment.words("last latest recent"):
            gap = None if place is None else latest - place
            return [segment.say("order", titles[0][1], f"last {number.value:g}", None if gap is None else gap < number.value, f"{gap} back")]
        if number.form == "ordinal" and segment.words("last latest"):
            gap = None if place is None else latest - place
            return [segment.say("order", titles[0][1], "nth last", None if gap is None else gap + 1 == number.value, f"{gap} back")]
        return None
    if segment.words("first oldest earliest started starts began"):
        return [segment.say("order", titles[0][1], "first", None, "where the history begins is not known")]
    if len(titles) == 2 and (segment.any("before", "after") or segment.words("then followed next to")):
        (i, a), (j, b) = titles
        lead = [t for t in texts[:i] if t in ("after", "before", "following")]
        middle = texts[i:j]
        if set(middle) & {"followed", "follows", "following"} and "by" not in middle:
            a, b = b, a
        elif "before" in middle or re.search(r"after (?:it|that)$", " ".join(middle)) or set(middle) & {"then", "followed", "next", "to", "precedes", "preceded"}:
            pass
        elif set(middle) & {"after", "following", "since", "later"}:
            a, b = b, a
        elif lead and lead[0] == "before":
            a, b = b, a
        elif not lead:
            return None
        x, y = known(a), known(b)
        if x is None or y is None:
            return [segment.say("order", a, f"before {b}", None, "its place is not known")]
        close = segment.words("right straight just immediately directly")
        return [segment.say("order", a, f"before {b}", y - x == 1 if close else x < y, "the history says otherwise")]
    if segment.words("before") and segment.words("last latest") and len(titles) == 1:
        if not segment.words("right just straight directly immediately one"):
            return None
        place = known(titles[0][1])
        return [segment.say("order", titles[0][1], "second last", None if place is None else place == latest - 1, "it was not")]
    if segment.any("before", "after") and not segment.words("latest later next following"):
        return None
    if segment.words("closes closed close closing concludes rounds tops"):
        return _last(segment, titles, known, latest) if segment.any("history") else None
    if segment.words("second-last penultimate"):
        place = known(titles[0][1]) if len(titles) == 1 else None
        return [segment.say("order", titles[0][1], "second last", None if place is None else place == latest - 1, "it was not")]
    final = segment.words("last latest newest freshest finished ended ends") or (segment.words("recent recently") and segment.words("most"))
    if final:
        if segment.words("few lately these films"):
            return [segment.say("order", item, "recent", None if known(item) is None else latest - (known(item) or 0) < 8, "") for _, item in titles] \
                if segment.words("few") else (None if len(titles) > 1 else _last(segment, titles, known, latest))
        return _last(segment, titles, known, latest)
    return []


def _last(segment: Segment, titles: list[tuple[int, str]], known, latest: int) -> Found:  # type: ignore[no-untyped-def]
    if len(titles) != 1:
        return None
    place = known(titles[0][1])
    if segment.words("one") and segment.words("of"):
        return [segment.say("order", titles[0][1], "recent", None if place is None else latest - place < 8, "")]
    return [segment.say("order", titles[0][1], "last", None if place is None else place == latest, "it was not the last")]


# --- attributes, years, lengths --------------------------------------------------------------------------------------


def attribute_frame(segment: Segment) -> Found:
    """What the item is: labels, decade, year, length, alone or like another one."""
    facts = segment.facts
    if set(segment.where("cause")) - set(segment.words("share shared shares sharing part side deal core heart common")):
        return None
    facets = list(segment.of_kind("facet"))
    if not facets and segment.words("one that those") and segment.words("is was are 's isn"):
        facets = [(len(segment.terms), term) for term in segment.facets_before()]
    numbers = list(segment.of_kind("number"))
    minutes = _length(segment)
    years = [(n, t) for n, t in numbers if t.form == "year"]
    long = segment.words("short brief long lengthy") if not minutes else []
    if not (facets or years or minutes or long) or segment.words("by through via if") or segment.any("people", "removal", "down", "ask", "first", "last") and not segment.words("no without made part"):
        return None
    used = {n for n, _ in years} | (minutes[2] if minutes else set())
    if any(n not in used for n, _ in numbers):
        return None
    neg = segment.where("neg")
    allowed = ["kindword", "made", "like", "about", "neg", "contrast", "strong", "weak", "only", "minute", "hour", "short", "long", "over", "under"]
    if minutes:
        allowed += ["longer", "shorter", "more", "less"]
    if not segment.reads(*allowed, "watch", "history", kinds="item facet number"):
        return None
    if segment.words("helped lifted raised pushed pulled counted weighed") or segment.any("more", "less", "most") and not minutes:
        return None
    owners = _owners(segment) if len(segment.words("like")) < 2 else None
    if owners is None:
        return None
    found = []
    for owner in owners:
        if facts.watched(owner) is False and owner != facts.item:
            return [segment.say("watched", owner, "", False, "the user's history does not hold it")]
        for n, term in facets:
            no = _negates(segment, neg, n)
            held = bool(term.facets & facts.facets(owner))
            found.append(segment.say("attribute", owner, ("not " if no else "") + term.text, held != no, "its attributes say otherwise"))
        for _, term in years:
            year = facts.year(owner)
            found.append(segment.say("year", owner, term.text, None if year is None else (year == term.value) != bool(neg), f"it is of {year}"))
    if minutes:
        found.append(_lasts(segment, minutes, bool(neg)))
    if long:
        runtime = _runtime(segment, facts.item)
        said = segment.words("short brief")
        holds = None if runtime is None or neg else runtime <= 95 if said else runtime >= 130
        found.append(segment.say("attribute", facts.item, segment.terms[long[0]].text, holds, f"it takes {runtime} minutes"))
    pure = segment.words("pure purely only nothing plain solely entirely")
    if pure and facets and not neg:
        labels = facts.labels(facts.item)
        said_labels = {f for _, t in facets for f in t.facets if f in labels}
        found.append(segment.say("attribute", facts.item, "only", said_labels == labels, "it has others, too"))
    segment.sources = [*segment.sources]
    return found


def _negates(segment: Segment, neg: list[int], n: int) -> bool:
    """Whether one of the words of negation is about term number `n`."""
    for k in neg:
        if k < n:
            between = [t.text for t in segment.terms[k:n]]
            cut = any(text in (":", ";", "but") for text in between)
            if not cut and ("," not in between or segment.words("or nor")):
                return True
        elif segment.terms[k - 1].text in ("is", "are", "was", "were", "'s"):
            chunk = next((i for i in range(k, len(segment.terms)) if segment.terms[i].kind == "mark"), len(segment.terms))
            after = [t for t in segment.terms[k:chunk] if t.kind in ("facet", "item")]
            if not after and "," not in [t.text for t in segment.terms[n:k]]:
                return True
    return False


def _owners(segment: Segment) -> list[str] | None:
    """Whom an attribute is said of; None where that is not clear."""
    item = segment.facts.item
    others = [segment.title(n) for n in segment.title_at()]
    if not others:
        if (segment.terms[0].text in ("a", "an", "another") or segment.terms[0].kind == "number") and isinstance(segment.before, Segment):
            last = segment.before.terms[-1]
            if last.kind == "item" and item not in last.items:
                return [segment.before.title(len(segment.before.terms) - 1)]
        if segment.words("both"):
            earlier = segment.before.sources if isinstance(segment.before, Segment) else []
            named = list({s.name for s in earlier if s.kind == "title"})
            return [*named, item] if len(named) in (1, 2) else None
        if segment.terms[0].text in ("which", "who", "that") and isinstance(segment.before, Segment) and segment.before.terms[-1].kind == "item":
            last = segment.before.terms[-1]
            return [item] if item in last.items else [segment.before.title(len(segment.before.terms) - 1)]
        return [item]
    if segment.words("like same both share shares sharing shared as alike match matches too also with"):
        return [*others, item]
    if len(others) == 1 and segment.title_at()[0] == 0 and not segment.result_at() and segment.words("is was are 's"):
        return others
    return None


def _runtime(segment: Segment, item: str) -> float | None:
    value = segment.facts.catalog.item(item).attributes.get("runtime_min")
    return float(value) if isinstance(value, (int, float)) else None


def _length(segment: Segment) -> tuple[float, str, set[int]] | None:
    """Minutes that are named, in which unit, and the terms that say so."""
    unit = segment.where("minute", "hour")
    numbers = [(n, t) for n, t in segment.of_kind("number") if t.form in ("count", "share")]
    if not unit:
        return None
    used, total = set(), 0.0
    hours, minutes = segment.where("hour"), segment.where("minute")
    for n, term in numbers:
        following = [u for u in unit if u > n]
        if not following and term.form == "share" and hours and term.value == 0.5:
            total += 30.0
            used.add(n)
            continue
        if not following:
            return None
        scale = 60.0 if following[0] in hours else 1.0
        if term.form == "share" and term.value >= 1:
            return None
        total += term.value * scale
        used.add(n)
    if hours and segment.words("an one") and not any(t.form == "count" and any(h > n for h in hours) and n < hours[0] for n, t in numbers):
        total += 60.0
    return (total, "hour" if hours and not minutes else "minute", used) if total else None


def _lasts(segment: Segment, said: tuple[float, str, set[int]], denied: bool) -> Proposition:
    runtime = _runtime(segment, segment.facts.item)
    total, unit, _ = said
    over = segment.words("over above well exceed exceeds") or _before_than(segment, "more longer")
    under = segment.words("under below") or _before_than(segment, "less shorter fewer")
    slack = (15.0 if unit == "hour" else 5.0) if segment.any("about") or unit == "hour" else 0.0
    if runtime is None or denied:
        holds = None
    elif over:
        holds = total < runtime <= total + (45 if unit == "hour" else 20)
    elif under or segment.words("nearly almost"):
        holds = total - (45 if unit == "hour" else 20) <= runtime < total
    else:
        holds = abs(runtime - total) <= slack
    return segment.say("attribute", segment.facts.item, f"{total:g} minutes", holds, f"it takes {runtime} minutes")


def comparison_frame(segment: Segment) -> Found:
    """Newer, older, longer, shorter or more watched than another item, and by how much."""
    facts = segment.facts
    newer, older = segment.where("newer"), segment.where("older")
    longer, shorter = segment.words("longer"), segment.words("shorter")
    gap_units = segment.where("year", "decade", "minute", "hour")
    marked = newer + older + longer + shorter + (segment.words("before after") if (gap_units or segment.any("made") and segment.words("out made released shot")) and not segment.words("you") else [])
    if segment.any("minute", "hour") and not segment.title_at() and not segment.words("it that them"):
        return None
    same = segment.words("same") and segment.any("year", "decade") or " ".join(t.text for t in segment.terms if t.kind == "word").find("as old as") >= 0
    apart = segment.words("between apart separate separates") if segment.any("year", "decade") else []
    marked = marked or ([0] if same else apart)
    if not marked or segment.any("people", "cause", "removal", "most") and not segment.words("most made part"):
        return None
    named = [(n, segment.title(n)) for n in segment.title_at()]
    everything = segment.words("everything anything most all every") if segment.any("watch", "history") or segment.words("your") else []
    if not segment.reads(
        "newer", "older", "longer", "shorter", "year", "decade", "minute", "hour", "about", "over", "strong", "weak", "made", "like",
        "kindword", "before", "after", "contrast", "watch", "history", "last", *(("most",) if everything else ()), kinds="item number",
    ):  # fmt: skip
        return None
    measure = _runtime if longer or shorter else (lambda s, i: facts.year(i))
    mine = measure(segment, facts.item)
    if same:
        return _same(segment, named)
    if marked is apart:
        years = [facts.year(i) for _, i in named] + ([facts.year(facts.item)] if len(named) == 1 else [])
        counted = [t.value for _, t in segment.of_kind("number")]
        if len(years) != 2 or len(counted) != 1 or None in years or segment.any("neg"):
            return None
        said, gap = counted[0] * (10 if segment.any("decade") else 1), abs((years[0] or 0) - (years[1] or 0))
        near = abs(gap - said) <= (0.15 * said if segment.any("about") or segment.any("decade") else 0)
        return [segment.say("year", facts.item, f"{said:g} years", gap > said if segment.any("over") else near, f"{gap} apart")]
    more = bool(newer or longer or segment.words("after"))
    if mine is None or bool(older or shorter or segment.words("before")) == more:
        return None
    if everything and not named:
        known = [v for i in facts.history if (v := measure(segment, i)) is not None]
        if not known:
            return None
        more = not more if everything[0] < marked[0] else more
        share = sum((mine > v) if more else (mine < v) for v in known) / len(known)
        need = 0.55 if segment.words("most") else 0.85 if segment.words("nearly almost") else 0.999
        return [segment.say("year", facts.item, "than the history", share >= need, f"of {share:.0%} of them")]
    if not named and isinstance(segment.before, Segment):
        earlier = list({s.name: s.at for s in segment.before.sources if s.kind == "title"})
        if len(earlier) != 1 or segment.words("than") and not segment.words("it that"):
            return None
        named = [(len(segment.terms), earlier[0])]
    if len(named) == 2 and named[0][0] < marked[0] < named[1][0]:
        first, second = named[0][1], named[1][1]
    elif len(named) == 1:
        n, item = named[0]
        first, second = (facts.item, item) if n > marked[0] else (item, facts.item)
    else:
        return None
    if any(facts.watched(i) is False for i in (first, second) if i != facts.item):
        return [segment.say("watched", second, "", False, "the user's history does not hold it")]
    a, b = measure(segment, first), measure(segment, second)
    if a is None or b is None:
        return None
    found = [segment.say("year", first, f"{'over' if more else 'under'} {second}", a > b if more else a < b, f"{a} and {b}")]
    gap, numbers = abs(a - b), [t for _, t in segment.of_kind("number")]
    if gap_units:
        unit = segment.terms[gap_units[0]].text
        scale = 10 if unit.startswith("decade") else 60 if unit.startswith("hour") else 1
        if len(numbers) > 1 or numbers and numbers[0].form not in ("count", "share"):
            return None
        if not numbers and unit.endswith("s"):
            found.append(segment.say("year", first, f"by {unit}", gap >= 2 * scale - 3, f"{gap} apart"))
        else:
            said = (numbers[0].value if numbers else 1) * scale
            over = segment.words("over") or _before_than(segment, "more")
            loose = 0.2 * said if segment.any("about") or scale > 1 else 0.0
            found.append(segment.say("year", first, f"by {said:g}", said < gap <= 1.5 * said if over else abs(gap - said) <= loose, f"{gap} apart"))
    elif numbers:
        return None
    elif segment.any("weak"):
        found.append(segment.say("year", first, "a little", gap <= (5 if measure is not _runtime else 15), f"{gap} apart"))
    elif segment.words("much far lot considerably"):
        found.append(segment.say("year", first, "much", gap >= (8 if measure is not _runtime else 25), f"{gap} apart"))
    return found


def _same(segment: Segment, named: list[tuple[int, str]]) -> Found:
    """As in "from the same year as X", "as old as X"."""
    facts = segment.facts
    items = [item for _, item in named]
    if not items and isinstance(segment.before, Segment):
        items = list({s.name for s in segment.before.sources if s.kind == "title"})
    if len(items) != 1 or segment.any("neg"):
        return None
    if facts.watched(items[0]) is False:
        return [segment.say("watched", items[0], "", False, "the user's history does not hold it")]
    a, b = facts.year(facts.item), facts.year(items[0])
    if a is None or b is None:
        return None
    holds = a // 10 == b // 10 if segment.any("decade") else abs(a - b) <= (1 if segment.any("about") else 0)
    return [segment.say("year", facts.item, f"as {items[0]}", holds, f"{a} and {b}")]


# --- the query -------------------------------------------------------------------------------------------------------


def query_frame(segment: Segment) -> Found:
    """What was asked for."""
    facts = segment.facts
    asked = [n for n in segment.where("ask", "request") if "push" not in segment.kinds(n) or segment.terms[n].text in ("asked", "ordered")]
    mine = segment.words("you your") or segment.words("as") and segment.words("asked ordered requested wanted wished")
    if not asked or not mine or segment.title_at() or segment.words("because thanks due owing"):
        return None
    if not facts.query:
        return [segment.say("query", "", segment.text, False, "there was no query")]
    words = set(re.findall(r"[a-z]+", facts.query.lower()))
    wanted = {f for m in facts.vocabulary.mentions(facts.query) for f in m.facets}
    for n, term in enumerate(segment.terms):
        if term.kind == "word" and any(_alike(term.text, w) for w in words):
            segment.mark_term(n)
    if segment.any("neg") and not words & {"not", "no"} or segment.any("most", "weak", "down", "more", "less", "would"):
        return None
    if not segment.reads("ask", "request", "about", "kindword", "contrast", "like", "push", kinds="facet"):
        return None
    found = [segment.say("query", facts.item, "", True)]
    for _, term in segment.of_kind("facet"):
        holds = bool(term.facets & wanted) or term.text in words
        found.append(segment.say("query", facts.item, term.text, holds, "the query does not name it"))
    copula = any(n < asked[0] for n in segment.words("is 's are here get gets it"))
    if copula or segment.words("as just exactly precisely what get fits fit match") and not segment.words("for"):
        answered = bool(wanted & facts.facets(facts.item)) if wanted else False
        found.append(segment.say("query", facts.item, "answered", answered, "it is not what was asked for"))
    return found


def _alike(word: str, other: str) -> bool:
    return word == other or (len(word) > 4 and len(other) > 4 and word[:5] == other[:5])


def popular_frame(segment: Segment) -> Found:
    """As in "It's popular"."""
    if not segment.any("popular") or segment.any("more", "less", "most", "neg") or segment.title_at():
        return None
    if not segment.reads("popular", "kindword", "strong", "watch", kinds="item"):
        return None
    size, people = len(segment.facts.audience.of(segment.facts.item)), segment.facts.audience.people
    return [segment.say("people", segment.facts.item, "popular", size >= 0.2 * people, f"{size} of {people} users")]


FRAMES = (popular_frame, people_frame, rank_frame, comparison_frame, history_frame, query_frame, attribute_frame, effect_frame)
"""Tried in this order on a stretch: the more that a frame asks for, the earlier."""
