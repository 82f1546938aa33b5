"""Frames on places, with and without something, and on other people: shares of an audience and its size."""

import re

from llmrec.evidence.records import FAINT, STRONG
from llmrec.verification.grounds import LEAST
from llmrec.verification.propositions.clauses import Proposition
from llmrec.verification.propositions.degrees import Source
from llmrec.verification.propositions.frame_effects import antecedents, value, weakly
from llmrec.verification.propositions.frames import Propositions, Segment, before_than
from llmrec.verification.propositions.terms import Term


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
        outside = bool(negations) or bool(segment.words("out outside miss"))
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


def people_frame(segment: Segment) -> Propositions:
    """What share of an item's audience has another item, or how many have one."""
    facts = segment.facts
    for n, _ in segment.of_kind("number"):
        segment.read |= {n - 1} if n and segment.terms[n - 1].text in ("only", "just") else set()
    everyone = [n for n in segment.where("people") if segment.terms[n].text not in ("other", "member", "reader")]
    everyone += [
        n
        for n in segment.words("who")
        if n and segment.terms[n - 1].text in ("all", "many", "most", "few", "those", "half", "some")
    ]
    if segment.words("those") and len(everyone) == len(segment.words("those")) and not segment.words("who with whose"):
        everyone = [n for n in everyone if segment.terms[n].text != "those"]
    counts = [(n, t) for n, t in segment.of_kind("number") if t.form in ("count", "year")]
    shares = [(n, t) for n, t in segment.of_kind("number") if t.form == "share"]
    if not everyone and not (len(counts) == 2 and segment.words("of out")):
        return None
    titles = segment.title_at()
    told = segment.any("first", "last", "before", "cause") and not segment.words("first last before reason because")
    other = segment.any("newer", "older", "first", "last", "before", "down", "cause", "request")
    if not told and (len({segment.title(n) for n in titles}) > 1 or other or set(segment.where("only")) - segment.read):
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
    reversed_group = bool(
        titles
        and segment.result_at()
        and segment.result_at()[0] < titles[0]
        and _whose(segment, segment.result_at()[0])
    )
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
        of_group = any(t.kind == "word" and _names_people(t.text) for t in after) and (
            shares or segment.any("quantity")
        )
        known = {size, record.group if record else size} if of_group else {both, record.both if record else both}
        found.append(
            segment.say(
                "people",
                group,
                term.text,
                any(_near(term.value, k, segment.any("about")) for k in known),
                f"{both} of {size} users",
            )
        )
        if not of_group and (shares or segment.any("quantity")):
            return None
    if segment.words("never") or any(
        segment.terms[n - 1].text in ("did", "have", "has", "had", "do") for n in segment.words("not") if n
    ):
        return None
    limits = _limits(segment, shares)
    if limits is None and not counts:
        return None
    if limits is not None:
        low, high = limits
        found.append(
            segment.say("people", group, facts.item, low <= both / size <= high, f"the share is {both / size:.0%}")
        )
    segment.sources = [s for s in segment.sources if s.kind == "title"]
    return found


def _names_people(word: str) -> bool:
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
    folk = [
        k
        for k, text in enumerate(texts)
        if text
        in (
            "who",
            "that",
            "with",
            "of",
            "fans",
            "viewers",
            "people",
            "everyone",
            "everybody",
            "anyone",
            "audience",
            "those",
        )
    ]
    return bool(folk) and not any(text in ("also", "too", "on", "it", "this") for text in texts[folk[-1] :])


def _whose_this(segment: Segment) -> bool:
    texts = " ".join(t.text for t in segment.terms)
    return re.search(r"(?:who|that) (?:\w+ )?(?:\w+ )?(?:this|it)\b(?! too| as)", texts) is not None


def _audience(segment: Segment, counts: list[tuple[int, Term]], shares: list[tuple[int, Term]]) -> Propositions:
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
        return [
            segment.say(
                "people", segment.facts.item, "", limits[0] <= size / people <= limits[1], f"{size} of {people} users"
            )
        ]
    values = sorted(t.value for _, t in counts)
    loose = segment.any("about")
    holds = any(_near(values[0], k, loose) for k in rounded)
    if len(values) == 2:
        holds = holds and any(_near(values[1], k, loose) for k in totals)
    return [segment.say("people", segment.facts.item, "", holds, f"{size} of {people} users")]


def _limits(segment: Segment, shares: list[tuple[int, Term]]) -> tuple[float, float] | None:
    """Least and most of the share that is meant."""
    over, under = (
        segment.words("over above exceed") + before_than(segment, "more"),
        segment.words("under below") + before_than(segment, "less fewer"),
    )
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
    if segment.words("all every everyone everybody each anyone anybody") and not (
        segment.words("all") and segment.words("not most half")
    ):
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


def popular_frame(segment: Segment) -> Propositions:
    """As in "It's popular"."""
    if not segment.any("popular") or segment.any("more", "less", "most", "neg") or segment.title_at():
        return None
    if not segment.reads("popular", "kindword", "strong", "watch", kinds="item"):
        return None
    size, people = len(segment.facts.audience.of(segment.facts.item)), segment.facts.audience.people
    return [segment.say("people", segment.facts.item, "popular", size >= 0.2 * people, f"{size} of {people} users")]
