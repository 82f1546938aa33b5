"""Frames on other people: shares of an audience, its size, and how it stands to everybody."""

import re

from llmrec.verification.grounds import LEAST
from llmrec.verification.propositions.clauses import Proposition
from llmrec.verification.propositions.frames import Propositions, Segment, before_than
from llmrec.verification.propositions.terms import Term


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


def lift_frame(segment: Segment) -> Propositions:
    """How the share of a film's audience stands to the share of everybody: "more than twice the share among all"."""
    facts = segment.facts
    base = segment.words("everybody everyone overall average general altogether population")
    base += [n for n in segment.words("all") if segment.any("people") or n + 1 == len(segment.terms)]
    sides = segment.words("more higher above over less lower below under fewer") or segment.words(
        "times twice double half same equal"
    )
    half = [n for n, t in segment.of_kind("number") if t.form == "share"]
    if any(term.text == "," for _, term in segment.of_kind("mark")):
        return None
    if (
        not base
        or not (sides or half)
        or not (segment.words("than times twice double above below over under as same half") or half)
    ):
        return None
    if not segment.words(
        "share rate proportion portion percentage figure than often likely common popular"
    ) or segment.any("neg"):
        return None
    titles = list(dict.fromkeys(segment.title(n) for n in segment.title_at()))
    if not titles and isinstance(segment.before, Segment):
        titles = list(dict.fromkeys(s.name for s in segment.before.sources if s.kind == "title"))
    numbers = [t for _, t in segment.of_kind("number")]
    if len(titles) != 1 or len(numbers) > 1 or any(t.form not in ("count", "share") for t in numbers):
        return None
    if not segment.reads(
        "people", "watch", "quantity", "about", "over", "under", "more", "less", "higher", "lower", "kindword", "strong", "weak", "like",
        "history", "popular", "equal", "lift", kinds="item number",
    ):  # fmt: skip
        return None
    group, target = facts.audience.of(titles[0]), facts.audience.of(facts.item)
    if len(group) < LEAST or not target:
        return [segment.say("people", titles[0], facts.item, None, "too few users have it to tell")]
    ratio = (len(group & target) / len(group)) / (len(target) / facts.audience.people)
    less = bool(segment.words("less lower below under fewer"))
    factor = numbers[0].value if numbers else 2.0 if segment.words("twice double") else None
    if numbers and numbers[0].form == "count" and not segment.words("times"):
        return None
    if factor is None:
        holds = 0.9 <= ratio <= 1.12 if segment.words("same equal") else ratio < 0.97 if less else ratio > 1.03
        if segment.words("much far lot considerably clearly") and not less:
            holds = ratio >= 1.4
        elif segment.words("slightly little bit somewhat"):
            holds = holds and 0.7 <= ratio <= 1.3
    elif less:
        holds = ratio < factor
    elif segment.words("more over above") and not segment.words("or"):
        holds = factor < ratio <= 1.6 * factor
    elif segment.words("nearly almost"):
        holds = 0.8 * factor <= ratio < factor * 1.02
    else:
        holds = 0.85 * factor <= ratio <= 1.18 * factor
    return [segment.say("people", titles[0], facts.item, holds, f"the share is {ratio:.2f} times that of all")]
