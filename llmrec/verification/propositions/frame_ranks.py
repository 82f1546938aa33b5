"""Frames on places, with and without something."""

import re

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.propositions.degrees import Source
from llmrec.verification.propositions.frame_effects import antecedents
from llmrec.verification.propositions.frame_strength import value, weakly
from llmrec.verification.propositions.frames import Propositions, Segment


def rank_frame(segment: Segment) -> Propositions:
    """Where the item stands with and without something."""
    facts = segment.facts
    if facts.grounds.evidence is None or (not facts.counterfactuals and not facts.effects):
        return None
    taking: list[int] = segment.words("otherwise") or _removals(segment)
    stays = bool(segment.words("whether regardless unchanged still unaffected anyway")) or bool(
        segment.any("stay")
        and not segment.words("still keep keeps kept hold holds held change move moved moves changed budge same")
    )
    numbers = _ranks(segment)
    if (
        segment.words("keep keeps kept save saves saved stop stops stopped spare spares")
        and segment.words("from")
        and segment.any("lower")
    ):
        taking = taking or segment.words("from")
    if (
        segment.words("change changed move moved budge affect")
        and segment.any("neg")
        and (segment.any("rankword") or segment.words("where"))
    ):
        stays = True
        taking = taking or segment.words("change changed move moved budge affect")
    if (
        not (taking or (stays and numbers) or (stays and segment.where("would")))
        and not (numbers and (segment.any("push", "stay", "gain") or segment.words("because thanks due owing")))
        and len(numbers) != 2
    ):
        return None
    if segment.any("people", "minute", "hour", "year", "newer", "older", "most", "more") and not segment.words(
        "above more further"
    ):
        return None
    if set(segment.where("down")) - set(segment.words("cost costs lose loses lost losing lower lowers")):
        return None
    removed = list({s.name: s for s in segment.sources if s.kind in ("title", "query")}.values())
    if not removed and isinstance(segment.before, Segment):
        removed = [s for s in antecedents(segment) if s.kind in ("title", "query")]
    if len(removed) != 1:
        return None
    source = removed[0]
    if source.kind == "title" and not source.known:
        return [segment.say("watched", source.name, "", False, "the user's history does not hold it")]
    segment.read |= set(segment.words("instead")) if numbers else set()
    used = {n for n, _, _ in numbers}
    if any(n not in used for n, _ in segment.of_kind("number")):
        return None
    if not segment.reads(
        "removal", "rankword", "stay", "higher", "lower", "would", "push", "gain", "neg", "watch", "history", "request", "ask",
        "about", "kindword", "weak", "strong", "less", "over", "only", "contrast", "down", kinds="item number",
    ):  # fmt: skip
        return None
    return _rank_said(segment, source, numbers, bool(taking), stays)


def _removals(segment: Segment) -> list[int]:
    found = [
        n
        for n in segment.where("removal")
        if segment.terms[n].text not in ("lose", "loses", "lost", "have", "take", "takes", "took", "left", "leaves")
    ]
    found += [
        n
        for n in segment.words("take takes took leave leaves lose losing taken left")
        if segment.words("out away off without losing history list") or n == 0
    ]
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
        elif (
            term.form == "count"
            and after is not None
            and after.text in ("place", "places", "spots", "positions", "steps", "ranks", "rungs")
        ):
            found.append((n, term.value, "-"))
        elif term.form == "count" and before in (
            "at",
            "to",
            "from",
            "place",
            "position",
            "rank",
            "spot",
            "number",
            "of",
            "as",
            "no",
            "only",
            "instead-of",
        ):
            found.append((n, term.value, "="))
    single = re.search(r" (?:single|one) (?:place|spot|step|rung|notch) ", segment.shown)
    if not found and single and segment.any("removal", "push", "gain", "lower", "higher", "down"):
        found.append((-1, 1.0, "-"))
    if not found and segment.words("lead front") and segment.words("the in"):
        found.append((-1, 1.0, "="))
    return found


def _rank_said(
    segment: Segment, source: Source, numbers: list[tuple[int, float, str]], taking: bool, stays: bool
) -> Propositions:
    facts = segment.facts
    record = facts.without(None if source.kind == "query" else source.name)
    effect = value(source)
    numbers = [each for each in numbers if each[2] != "skip"]
    removal_at = min(_removals(segment), default=len(segment.terms))
    # A "not" of the removal itself ("had you not seen X") is no "not" of what follows from it.
    negations = [n for n in segment.where("neg") if not removal_at - 1 <= n <= source.at]
    if segment.words("not never") and segment.any("watch", "ask", "history") and taking:
        cut = next(
            (n for n, t in enumerate(segment.terms) if n > source.at and (t.kind == "mark" or t.text == "would")),
            source.at,
        )
        negations = [n for n in negations if n > cut]
    if taking and segment.any("ask"):
        negations = [n for n in negations if segment.terms[n].text != "nothing"]
    if segment.words("whether"):
        negations, stays = [], stays or True
    if record is None:
        if numbers or stays or not taking or negations:
            return [segment.say("rank", source.name, "", None, "no rank was measured without it")]
        return _ways(segment, source, effect > 0 if effect else None)
    rank, without = record.rank, record.rank_without
    if not numbers:
        if negations:
            moves = segment.words("move moved budge change changed slip drop fall matter")
            return (
                [segment.say("rank", source.name, "same", rank == without, f"{rank} would be {without}")]
                if moves
                else None
            )
        if stays or set(segment.where("stay")) - set(segment.words("move moved moves change changed budge")):
            return [segment.say("rank", source.name, "same", rank == without, f"{rank} would be {without}")]
        return _ways(
            segment,
            source,
            without > rank if without != rank else (True if effect > 0 and segment.words("score") else None),
        )
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
                return [
                    segment.say(
                        "rank",
                        source.name,
                        "with and without",
                        (told["with"], told["without"]) == (rank, without),
                        f"{rank} would be {without}",
                    )
                ]
        if "instead-of" in between or "not" in between or not taking:
            a, b = b, a
        elif negations:
            return None
        return [
            segment.say("rank", source.name, f"{a:g} to {b:g}", (a, b) == (rank, without), f"{rank} would be {without}")
        ]
    if len(numbers) != 1:
        return None
    n, said, sign = numbers[0]
    higher = [
        k
        for k in segment.where("higher")
        if segment.terms[k].text not in ("up", "forward", "ahead") and segment.kinds(k) & {"higher"}
    ]
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
        outside = bool(negations) or bool(segment.words("out outside miss gone vanish vanishes"))
        return [
            segment.say(
                "rank",
                source.name,
                f"top {said:g}",
                (without > said) if outside else (without <= said),
                f"{rank} would be {without}",
            )
        ]
    if negations:
        kept = segment.words("keep keeps kept hold holds") and not taking
        return (
            [segment.say("rank", source.name, "same", rank == said == without, f"{rank} would be {without}")]
            if kept
            else None
        )
    if taking and segment.words("lose loses lost losing") and segment.words("its"):
        return [segment.say("rank", source.name, "lost", rank == said and without > said, f"{rank} would be {without}")]
    if not taking and n > 0 and segment.terms[n - 1].text == "from" and segment.any("push", "gain"):
        return [
            segment.say(
                "rank", source.name, f"from {said:g}", without == said and rank < said, f"{rank} would be {without}"
            )
        ]
    if (
        not taking and not segment.where("would") and not segment.words("regardless unchanged whether")
    ):  # "X keeps it second"
        holds = rank == said and effect >= FAINT and (without > rank or not segment.any("stay"))
        return [segment.say("rank", source.name, f"{said:g}", holds, f"it ranks {rank}")]
    holds = without == said and not (stays and rank != without)
    if segment.words("down slide slides slip slips drop drops fall falls sink sinks tumble") and without <= rank:
        holds = False
    if higher and without >= rank:
        holds = False
    return [segment.say("rank", source.name, f"{said:g}", holds, f"{rank} would be {without}")]


def _ways(segment: Segment, source: Source, lowers: bool | None) -> Propositions:
    down = [n for n in segment.where("lower") if "filler" not in segment.kinds(n)]
    moved = segment.words("move moved go goes gone went shoot moving")
    up = [n for n in segment.where("higher") if segment.terms[n].text not in ("up", "forward") or moved]
    if bool(down) == bool(up) or segment.any("only"):
        return None
    said_lower = bool(down)
    result = [
        segment.say(
            "rank",
            source.name,
            "down" if down else "up",
            None if lowers is None else lowers == said_lower,
            "measured otherwise",
        )
    ]
    if segment.any("weak"):
        result.append(weakly(segment, source))
    elif segment.words("much far lot"):
        result.append(segment.say("effect", source.name, "strong", value(source) >= STRONG, "its effect is not strong"))
    return result
