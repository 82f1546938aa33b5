"""Frames on what was done, asked for and is so: the order of a history, attributes, years, lengths, the query."""

import re
from collections.abc import Callable

from llmrec.verification.propositions.clauses import Proposition
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


def attribute_frame(segment: Segment) -> Propositions:
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
    if (
        not (facets or years or minutes or long)
        or segment.words("by through via if")
        or (
            segment.any("people", "removal", "down", "ask", "first", "last")
            and not segment.words("no without made part takes take")
        )
    ):
        return None
    used = {n for n, _ in years} | (minutes[2] if minutes else set())
    if any(n not in used for n, _ in numbers):
        return None
    neg = segment.where("neg")
    allowed = [
        "kindword",
        "made",
        "like",
        "about",
        "neg",
        "contrast",
        "strong",
        "weak",
        "only",
        "minute",
        "hour",
        "short",
        "long",
        "over",
        "under",
    ]
    if minutes:
        allowed += ["longer", "shorter", "more", "less"]
    if not segment.reads(*allowed, "watch", "history", kinds="item facet number"):
        return None
    if segment.words("helped lifted raised pushed pulled counted weighed") or (
        segment.any("more", "less", "most") and not minutes
    ):
        return None
    owners = _owners(segment) if len(segment.words("like")) < 2 else None
    if owners is None:
        return None
    if neg and facets and not years and not minutes and not any(_negates(segment, neg, n) for n, _ in facets):
        return None  # what is denied is not clear
    found = []
    for owner in owners:
        if facts.watched(owner) is False and owner != facts.item:
            return [segment.say("watched", owner, "", False, "the user's history does not hold it")]
        for n, term in facets:
            no = _negates(segment, neg, n)
            held = bool(term.facets & facts.facets(owner))
            found.append(
                segment.say(
                    "attribute", owner, ("not " if no else "") + term.text, held != no, "its attributes say otherwise"
                )
            )
        for _, term in years:
            year = facts.year(owner)
            found.append(
                segment.say(
                    "year",
                    owner,
                    term.text,
                    None if year is None else (year == term.value) != bool(neg),
                    f"it is of {year}",
                )
            )
    if minutes:
        found.append(_lasts(segment, minutes, bool(neg)))
    if long:
        runtime = _runtime(segment, facts.item)
        said = segment.words("short brief")
        holds = None if runtime is None or neg else runtime <= 95 if said else runtime >= 130
        found.append(
            segment.say("attribute", facts.item, segment.terms[long[0]].text, holds, f"it takes {runtime} minutes")
        )
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
            chunk = next(
                (i for i in range(k, len(segment.terms)) if segment.terms[i].kind == "mark"), len(segment.terms)
            )
            after = [t for t in segment.terms[k:chunk] if t.kind in ("facet", "item")]
            if not after and "," not in [t.text for t in segment.terms[n:k]]:
                return True
    return False


def _owners(segment: Segment) -> list[str] | None:
    """Whom an attribute is said of; None where that is not clear."""
    item = segment.facts.item
    others = [segment.title(n) for n in segment.title_at()]
    if not others:
        if (segment.terms[0].text in ("a", "an", "another") or segment.terms[0].kind == "number") and isinstance(
            segment.before, Segment
        ):
            last = segment.before.terms[-1]
            if last.kind == "item" and item not in last.items:
                return [segment.before.title(len(segment.before.terms) - 1)]
        if segment.words("both"):
            earlier = segment.before.sources if isinstance(segment.before, Segment) else []
            named = list({s.name for s in earlier if s.kind == "title"})
            return [*named, item] if len(named) in (1, 2) else None
        if (
            segment.terms[0].text in ("which", "who", "that")
            and isinstance(segment.before, Segment)
            and segment.before.terms[-1].kind == "item"
        ):
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


def _year(segment: Segment, item: str) -> float | None:
    return segment.facts.year(item)


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
    if (
        hours
        and segment.words("an one")
        and not any(t.form == "count" and any(h > n for h in hours) and n < hours[0] for n, t in numbers)
    ):
        total += 60.0
    return (total, "hour" if hours and not minutes else "minute", used) if total else None


def _lasts(segment: Segment, said: tuple[float, str, set[int]], denied: bool) -> Proposition:
    runtime = _runtime(segment, segment.facts.item)
    total, unit, _ = said
    over = segment.words("over above well exceed exceeds") or before_than(segment, "more longer")
    under = segment.words("under below") or before_than(segment, "less shorter fewer")
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
    measure = _runtime if longer or shorter else _year
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
    distance, numbers = abs(a - b), [t for _, t in segment.of_kind("number")]
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
                "year", first, "a little", distance <= (5 if measure is not _runtime else 15), f"{distance} apart"
            )
        )
    elif segment.words("much far lot considerably"):
        found.append(
            segment.say("year", first, "much", distance >= (8 if measure is not _runtime else 25), f"{distance} apart")
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


def query_frame(segment: Segment) -> Propositions:
    """What was asked for."""
    facts = segment.facts
    asked = [
        n
        for n in segment.where("ask", "request")
        if "push" not in segment.kinds(n) or segment.terms[n].text in ("asked", "ordered")
    ]
    mine = segment.words("you your") or (segment.words("as") and segment.words("asked ordered requested wanted wished"))
    if not asked or not mine or segment.title_at() or segment.words("because thanks due owing"):
        return None
    if not facts.query:
        return [segment.say("query", "", segment.text, False, "there was no query")]
    words = set(re.findall(r"[a-z]+", facts.query.lower()))
    wanted = {f for m in facts.vocabulary.mentions(facts.query) for f in m.facets}
    for n, term in enumerate(segment.terms):
        if term.kind == "word" and any(_alike(term.text, w) for w in words):
            segment.mark_term(n)
    if (segment.any("neg") and not words & {"not", "no"}) or segment.any(
        "most", "weak", "down", "more", "less", "would"
    ):
        return None
    if not segment.reads("ask", "request", "about", "kindword", "contrast", "like", "push", kinds="facet"):
        return None
    found = [segment.say("query", facts.item, "", True)]
    for _, term in segment.of_kind("facet"):
        holds = bool(term.facets & wanted) or term.text in words
        found.append(segment.say("query", facts.item, term.text, holds, "the query does not name it"))
    copula = any(n < asked[0] for n in segment.words("is 's are here get gets it"))
    if copula or (segment.words("as just exactly precisely what get fits fit match") and not segment.words("for")):
        answered = bool(wanted & facts.facets(facts.item)) if wanted else False
        found.append(segment.say("query", facts.item, "answered", answered, "it is not what was asked for"))
    return found


def _alike(word: str, other: str) -> bool:
    return word == other or (len(word) > 4 and len(other) > 4 and word[:5] == other[:5])
