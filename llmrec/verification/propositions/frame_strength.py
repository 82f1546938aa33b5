"""What a frame says of how much something moved the score: at all, the most, alone, more than another, or not."""

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.propositions.clauses import Proposition
from llmrec.verification.propositions.degrees import Source, peers_of
from llmrec.verification.propositions.frames import Propositions, Segment
from llmrec.verification.propositions.terms import Term


def value(source: Source) -> float:
    """The effect of a source, 0 where nothing measured it."""
    return source.effect or 0.0


def all_but(segment: Segment, sources: list[Source]) -> Propositions:
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


def caused(segment: Segment, source: Source) -> Proposition:
    """That a source moved the score by more than noise."""
    if source.effect is None and source.kind != "title":
        return segment.say("effect", source.name, "up", None, "nothing measured it")
    holds = True if value(source) >= FAINT else None if value(source) > 0 else False
    return segment.say("effect", source.name, "up", holds, "it did not move the score more than noise")


def weakly(segment: Segment, source: Source) -> Proposition:
    """That a source moved the score only a little, beside what moved it most."""
    peers = peers_of(segment, source.kind if source.kind != "history" else "title", source.kind in ("title", "query"))
    best = max(peers, default=0.0)
    limit = max(0.1, 0.2 * best) if segment.any("tiny") else max(STRONG, 0.35 * best)
    if segment.words("faint faintly tentative thin slender feeble tenuous fragile guess hint hinted hints"):
        limit = 2 * FAINT
    known = source.effect is not None or source.kind == "title"
    return segment.say(
        "effect",
        source.name,
        "weak",
        (value(source) < limit) if known else None,
        f"it moved the score by {value(source):.2f}",
    )


def most_of_all(segment: Segment, sources: list[Source], factor: float) -> Proposition:
    """That sources moved the score the most of their kind, by a factor."""
    kind = sources[0].kind
    if any(s.kind != kind for s in sources) or kind == "history":
        return segment.say("effect", sources[0].name, "most", None, "these were not measured against each other")
    mixed = kind == "query" or (
        kind == "title" and bool(segment.words("anything everything all reason")) and not segment.any("history")
    )
    mine = [value(s) for s in sources]
    others = list(peers_of(segment, kind, (mixed and kind == "query") or mixed))
    for effect in mine:
        if effect in others:
            others.remove(effect)
    best = max(others, default=0.0)
    return segment.say(
        "effect",
        sources[0].name,
        "most",
        min(mine) >= FAINT and min(mine) >= factor * best - 1e-9,
        "others moved it as much",
    )


def alone(segment: Segment, sources: list[Source]) -> list[Proposition]:
    """That sources moved the score and nothing else of their kind did."""
    weak = segment.any("weak") or segment.words("small minor")
    if weak and segment.words("only"):
        return [weakly(segment, s) for s in sources]
    kind = sources[0].kind
    peers = peers_of(segment, kind, kind in ("title", "query")) if kind != "history" else []
    mine = [value(s) for s in sources]
    others = [p for p in peers if all(abs(p - x) > 1e-9 for x in mine)]
    holds = all(x >= FAINT for x in mine) and bool(peers) and max(others, default=0.0) <= 1e-9
    return [segment.say("effect", ", ".join(s.name for s in sources), "only", holds, "others moved the score, too")]


def lowers(segment: Segment, sources: list[Source]) -> list[Proposition]:
    """That sources moved the score down."""
    result = []
    for source in sources:
        if segment.any("neg"):
            result.append(
                segment.say("effect", source.name, "up", value(source) > 0 or None, "nothing measured says so")
            )
        else:
            lowered = (source.kind == "query" and value(source) < 0) or _rises_without(segment, source)
            holds = True if lowered else False if source.effect else None
            result.append(segment.say("effect", source.name, "down", holds, "it raised the score"))
    return result


def _rises_without(segment: Segment, source: Source) -> bool:
    record = segment.facts.without(None if source.kind == "query" else source.name)
    return (
        record is not None
        and source.kind in ("query", "title")
        and record.rank_without < record.rank
        and value(source) <= FAINT
    )


def denied(segment: Segment, sources: list[Source]) -> Propositions:
    """That sources did not move the score, or not much, or not alone."""
    if all(s.kind == "history" for s in sources) and not segment.any("more", "only", "most", "weak"):
        best = value(sources[0])
        return [segment.say("effect", "history", "none", best < 0.12, "something in the history moved the score")]
    if segment.words("alone only sole") and len(sources) == 1 and segment.words("is was are were 's"):
        others = [
            e
            for e in peers_of(segment, sources[0].kind, sources[0].kind == "query")
            if abs(e - value(sources[0])) > 1e-9
        ]
        return [
            caused(segment, sources[0]),
            segment.say("effect", sources[0].name, "not only", max(others, default=0) >= FAINT, "it was the only one"),
        ]
    if segment.words("hinge hinges depend depends rely relies rest rests"):
        return None
    if segment.any("strong") and not segment.any("only", "more", "weak", "most", "equal", "less"):
        return [weakly(segment, s) for s in sources]
    if segment.any("only", "weak", "most", "strong", "equal") or segment.words("without instead-of"):
        return None
    if segment.any("more"):  # "nothing counted more than X"
        after = [s for s in sources if s.at > segment.where("more")[0]]
        if segment.words("nothing none nobody no") and len(after) == 1 == len(sources):
            return [most_of_all(segment, after, 1.0)]
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


def placed(segment: Segment, sources: list[Source], number: Term) -> Propositions:
    """That a source is number so much by its effect."""
    if len(sources) != 1 or not segment.any("cause", "most", "gain"):
        return None
    peers = sorted(peers_of(segment, sources[0].kind, sources[0].kind == "query"), reverse=True)
    rank = sum(p > value(sources[0]) + 1e-9 for p in peers) + 1
    return [
        segment.say(
            "effect",
            sources[0].name,
            number.text,
            rank == number.value and value(sources[0]) >= FAINT,
            f"it is number {rank}",
        )
    ]


def comparing(segment: Segment, sources: list[Source]) -> bool:
    """Whether a stretch compares effects."""
    than = bool(segment.words("than instead-of outweigh outweighed outweighs beat beats"))
    return (
        than
        or segment.any("equal")
        or bool(segment.words("times twice double"))
        or (segment.any("less") and len(sources) > 1)
    )


def compared(segment: Segment, sources: list[Source]) -> Propositions:
    """That one source moved the score more than, less than, as much as, or so many times as another."""
    if not segment.any("more", "less", "equal") and not segment.words("times twice double instead-of"):
        return None
    shares = [t for _, t in segment.of_kind("number") if t.form == "share"]
    if segment.any("equal") and segment.any("less", "more") and not shares:
        return None
    if segment.any("equal") and not shares and not segment.words("times twice double"):
        if len(sources) != 2 or len({s.kind for s in sources}) > 1:
            return None
        low, high = sorted(map(value, sources))
        return [
            segment.say(
                "effect",
                sources[0].name,
                f"as {sources[1].name}",
                low >= FAINT and low >= 0.78 * high,
                "the effects differ",
            )
        ]
    marks = [n for n in segment.where("more", "less") if segment.terms[n].text not in ("up", "higher")]
    less = any(segment.kinds(n) & {"less"} for n in marks if segment.terms[n].text != "behind" or len(marks) == 1)
    first, second = _two(segment, sources, marks)
    if first is None or second is None:
        if (
            len(sources) == 1
            and segment.words("than")
            and segment.words("any anything everything all other others rest")
        ):
            return [_least(segment, sources[0])] if less else [most_of_all(segment, sources, 1.0)]
        if len(sources) == 1 and segment.words("than") and segment.words("either both"):
            return [_least(segment, sources[0])] if less else [most_of_all(segment, sources, 1.0)]
        return None
    if len({s.name for s in sources}) != len(sources):
        return None
    kinds = {first.kind, second.kind}
    if len(kinds) > 1 and not kinds <= {"title", "query", "history"}:
        return [
            segment.say("effect", first.name, f"over {second.name}", None, "these were not measured against each other")
        ]
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
    return [
        segment.say("effect", first.name, f"over {second.name}", holds, f"it moved the score {ratio:.1f} times as much")
    ]


def _least(segment: Segment, source: Source) -> Proposition:
    others = [e for e in peers_of(segment, source.kind, False) if abs(e - value(source)) > 1e-9]
    holds = bool(others) and value(source) < min(others)
    return segment.say("effect", source.name, "least", holds, "others moved it less")


def _two(segment: Segment, sources: list[Source], marks: list[int]) -> tuple[Source | None, Source | None]:
    """The two sources that a comparison orders, the one named first being said to lead."""
    distinct = list({s.name: s for s in sources}.values())
    named = distinct
    marks = sorted(
        [*marks, *segment.words("times twice double"), *(n for n, t in segment.of_kind("number") if t.form == "share")]
    )
    than = segment.words("than instead-of")
    if len(named) == 2 and (marks or than):
        if than and not (named[0].at < than[0] < named[1].at):
            return None, None
        if than or named[0].at < marks[0] < named[1].at:
            return named[0], named[1]
        return (named[1], named[0]) if named[1].at < marks[0] else (None, None)
    if len(named) == 1 and isinstance(segment.before, Segment):
        earlier = [
            s
            for s in {s.name: s for s in segment.before.sources}.values()
            if s.name != named[0].name and s.kind == named[0].kind
        ]
        if len(earlier) == 1 and not (segment.words("than") and named[0].at < segment.words("than")[0]):
            if segment.words("than"):
                return earlier[0], named[0]
            return named[0], earlier[0]
    return None, None
