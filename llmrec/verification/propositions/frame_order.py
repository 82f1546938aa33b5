"""Frames on what comes before what: the order of a history, and newer, older, longer or shorter than another item."""

import re
from collections.abc import Callable

from llmrec.verification.propositions.frame_facts import runtime_of
from llmrec.verification.propositions.frames import Propositions, Segment, before_than


def history_frame(segment: Segment) -> Propositions:
    """What the user did, and in which order."""
    facts = segment.facts
    titles = [(n, segment.title(n)) for n in segment.title_at()]
    if not titles or segment.result_at() or (segment.any("people") and not segment.words("other")):
        return None
    sequence = len(titles) == 2 and segment.any("before", "after")
    if not segment.words("you your 've") and not segment.any("last") and not sequence:
        return None
    if not segment.any("watch", "history", "last", "before", "after") and not segment.words(
        "finished ended started came went"
    ):
        return None
    if not segment.reads(
        "watch",
        "history",
        "last",
        "before",
        "after",
        "about",
        "kindword",
        "neg",
        "contrast",
        "weak",
        "like",
        "gain",
        *(("late",) if segment.words("late end") else ()),
        kinds="item number",
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
    if order is None or (denied and order):
        return None
    return [*result, *order]


def _order(segment: Segment, titles: list[tuple[int, str]]) -> Propositions:
    facts = segment.facts
    places = {item: facts.place(item) for _, item in titles}
    latest = len(facts.history) - 1
    texts = [t.text for t in segment.terms]
    numbers = [(n, t) for n, t in segment.of_kind("number")]

    def known(item: str) -> int | None:
        return places[item] if facts.history else None

    if numbers:
        number = numbers[0][1]
        if (
            len(numbers) == 1
            and number.form == "count"
            and len(titles) == number.value
            and segment.words("last latest recent")
        ):
            recent = set(facts.history[-len(titles) :])
            holds = {item for _, item in titles} == recent if facts.history else None
            return [segment.say("order", titles[0][1], f"last {number.value:g}", holds, "they were not")]
        if len(numbers) != 1 or len(titles) != 1:
            return None
        place = known(titles[0][1])
        if number.form == "count" and segment.words("ago back earlier before"):
            gap = None if place is None else latest - place
            return [
                segment.say(
                    "order",
                    titles[0][1],
                    f"{number.value:g} back",
                    None if gap is None else gap == number.value,
                    f"{gap} back",
                )
            ]
        if number.form == "count" and segment.words("last latest recent"):
            gap = None if place is None else latest - place
            return [
                segment.say(
                    "order",
                    titles[0][1],
                    f"last {number.value:g}",
                    None if gap is None else gap < number.value,
                    f"{gap} back",
                )
            ]
        if number.form == "ordinal" and segment.words("last latest"):
            gap = None if place is None else latest - place
            return [
                segment.say(
                    "order", titles[0][1], "nth last", None if gap is None else gap + 1 == number.value, f"{gap} back"
                )
            ]
        return None
    if segment.words("late end") and len(titles) == 1 and not segment.words("lately early"):
        gap = None if known(titles[0][1]) is None else latest - (known(titles[0][1]) or 0)
        return [segment.say("order", titles[0][1], "late", None if gap is None else gap < 6, f"{gap} back")]
    if segment.words("first oldest earliest started starts began"):
        return [segment.say("order", titles[0][1], "first", None, "where the history begins is not known")]
    if len(titles) == 2 and (segment.any("before", "after") or segment.words("then followed next to")):
        (i, a), (j, b) = titles
        lead = [t for t in texts[:i] if t in ("after", "before", "following")]
        middle = texts[i:j]
        if set(middle) & {"followed", "follows", "following"} and "by" not in middle:
            a, b = b, a
        elif (
            "before" in middle
            or re.search(r"after (?:it|that)$", " ".join(middle))
            or set(middle) & {"then", "followed", "next", "to", "precedes", "preceded"}
        ):
            pass
        elif set(middle) & {"after", "following", "since", "later"} or (lead and lead[0] == "before"):
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
        return [
            segment.say(
                "order", titles[0][1], "second last", None if place is None else place == latest - 1, "it was not"
            )
        ]
    if segment.any("before", "after") and not segment.words("latest later next following"):
        return None
    if segment.words("closes closed close closing concludes rounds tops"):
        return _last(segment, titles, known, latest) if segment.any("history") else None
    if segment.words("second-last penultimate"):
        place = known(titles[0][1]) if len(titles) == 1 else None
        return [
            segment.say(
                "order", titles[0][1], "second last", None if place is None else place == latest - 1, "it was not"
            )
        ]
    final = segment.words("last latest newest freshest finished ended ends") or (
        segment.words("recent recently") and segment.words("most")
    )
    if final:
        if segment.words("few lately these films"):
            return (
                [
                    segment.say(
                        "order", item, "recent", None if known(item) is None else latest - (known(item) or 0) < 8, ""
                    )
                    for _, item in titles
                ]
                if segment.words("few")
                else (None if len(titles) > 1 else _last(segment, titles, known, latest))
            )
        return _last(segment, titles, known, latest)
    return []


def _last(
    segment: Segment, titles: list[tuple[int, str]], known: Callable[[str], int | None], latest: int
) -> Propositions:
    if len(titles) != 1:
        return None
    place = known(titles[0][1])
    if segment.words("one") and segment.words("of"):
        return [segment.say("order", titles[0][1], "recent", None if place is None else latest - place < 8, "")]
    return [
        segment.say("order", titles[0][1], "last", None if place is None else place == latest, "it was not the last")
    ]


def comparison_frame(segment: Segment) -> Propositions:
    """Newer, older, longer, shorter or more watched than another item, and by how much."""
    facts = segment.facts
    newer, older = segment.where("newer"), segment.where("older")
    longer, shorter = segment.words("longer"), segment.words("shorter")
    gap_units = segment.where("year", "decade", "minute", "hour")
    marked = (
        newer
        + older
        + longer
        + shorter
        + (
            segment.words("before after")
            if (gap_units or (segment.any("made") and segment.words("out made released shot")))
            and not segment.words("you")
            else []
        )
    )
    if segment.any("minute", "hour") and not segment.title_at() and not segment.words("it that them"):
        return None
    same = (segment.words("same") and segment.any("year", "decade")) or " ".join(
        t.text for t in segment.terms if t.kind == "word"
    ).find("as old as") >= 0
    apart = segment.words("between apart separate separates") if segment.any("year", "decade") else []
    segment.read |= set(segment.words("old")) if same else set()
    marked = marked or ([0] if same else apart)
    if not marked or (segment.any("people", "cause", "removal", "most") and not segment.words("most made part")):
        return None
    named = [(n, segment.title(n)) for n in segment.title_at()]
    everything = (
        segment.words("everything anything most all every")
        if segment.any("watch", "history") or segment.words("your")
        else []
    )
    if not segment.reads(
        "newer", "older", "longer", "shorter", "year", "decade", "minute", "hour", "about", "over", "strong", "weak", "made", "like",
        "kindword", "before", "after", "contrast", "watch", "history", "last", *(("most",) if everything else ()), kinds="item number",
    ):  # fmt: skip
        return None
    measure = runtime_of if longer or shorter else _year
    mine = measure(segment, facts.item)
    if same:
        return _same(segment, named)
    if marked is apart:
        years = [facts.year(i) for _, i in named] + ([facts.year(facts.item)] if len(named) == 1 else [])
        counted = [t.value for _, t in segment.of_kind("number")]
        if len(years) != 2 or len(counted) != 1 or None in years or segment.any("neg"):
            return None
        told, gap = counted[0] * (10 if segment.any("decade") else 1), abs((years[0] or 0) - (years[1] or 0))
        near = abs(gap - told) <= (0.15 * told if segment.any("about") or segment.any("decade") else 0)
        return [
            segment.say(
                "year", facts.item, f"{told:g} years", gap > told if segment.any("over") else near, f"{gap} apart"
            )
        ]
    of_two = [
        n
        for n, t in segment.of_kind("number")
        if t.value == 2 and [x.text for x in segment.terms[n - 2 : n]] == ["of", "the"]
    ]
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
        if len(earlier) != 1 or (segment.words("than") and not segment.words("it that")):
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
    found = [
        segment.say("year", first, f"{'over' if more else 'under'} {second}", a > b if more else a < b, f"{a} and {b}")
    ]
    distance, numbers = abs(a - b), [t for n, t in segment.of_kind("number") if n not in of_two]
    if gap_units:
        unit = segment.terms[gap_units[0]].text
        scale = 10 if unit.startswith("decade") else 60 if unit.startswith("hour") else 1
        if len(numbers) > 1 or (numbers and numbers[0].form not in ("count", "share")):
            return None
        if not numbers and unit.endswith("s"):
            found.append(segment.say("year", first, f"by {unit}", distance >= 2 * scale - 3, f"{distance} apart"))
        else:
            said = (numbers[0].value if numbers else 1.0) * scale
            over = segment.words("over") or before_than(segment, "more")
            loose = 0.2 * said if segment.any("about") or scale > 1 else 0.0
            found.append(
                segment.say(
                    "year",
                    first,
                    f"by {said:g}",
                    said < distance <= 1.5 * said if over else abs(distance - said) <= loose,
                    f"{distance} apart",
                )
            )
    elif numbers:
        return None
    elif segment.any("weak"):
        found.append(
            segment.say(
                "year", first, "a little", distance <= (5 if measure is not runtime_of else 15), f"{distance} apart"
            )
        )
    elif segment.words("much far lot considerably"):
        found.append(
            segment.say(
                "year", first, "much", distance >= (8 if measure is not runtime_of else 25), f"{distance} apart"
            )
        )
    return found


def _same(segment: Segment, named: list[tuple[int, str]]) -> Propositions:
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


def _year(segment: Segment, item: str) -> float | None:
    return segment.facts.year(item)
