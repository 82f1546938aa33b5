"""Frames on what the item is and what was asked for: attributes, years, lengths, the query."""

import re

from llmrec.verification.propositions.clauses import Proposition
from llmrec.verification.propositions.frames import Propositions, Segment, before_than
from llmrec.verification.propositions.terms import Term


def attribute_frame(segment: Segment) -> Propositions:
    """What the item is: labels, decade, year, length, alone or like another one."""
    facts = segment.facts
    if set(segment.where("cause")) - set(segment.words("share shared shares sharing part side deal core heart common")):
        return None
    facets = list(segment.of_kind("facet"))
    told = _told_before(segment)
    if not facets and told and segment.any("only") and segment.reads("only", "neg", "kindword", "more", "contrast"):
        labels = facts.labels(facts.item)
        named = {f for term in told for f in term.facets if f in labels}
        return [segment.say("attribute", facts.item, "only", named == labels, "it has others, too")]
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
        runtime = runtime_of(segment, facts.item)
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


def _told_before(segment: Segment) -> list[Term]:
    """The attributes of the stretches just before that say only what the item is."""
    found: list[Term] = []
    earlier = segment.before
    while earlier is not None and earlier.propositions and all(p.relation == "attribute" for p in earlier.propositions):
        found += [term for _, term in earlier.of_kind("facet")]
        earlier = earlier.before
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


def runtime_of(segment: Segment, item: str) -> float | None:
    """How many minutes an item takes, where the catalogue says so."""
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
    if (
        hours
        and segment.words("an one")
        and not any(t.form == "count" and any(h > n for h in hours) and n < hours[0] for n, t in numbers)
    ):
        total += 60.0
    return (total, "hour" if hours and not minutes else "minute", used) if total else None


def _lasts(segment: Segment, said: tuple[float, str, set[int]], denied: bool) -> Proposition:
    runtime = runtime_of(segment, segment.facts.item)
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


def query_frame(segment: Segment) -> Propositions:
    """What was asked for."""
    facts = segment.facts
    fits = segment.words(
        "satisfies satisfy satisfied meets meet answers answer matches match fits fit fulfils fulfills"
    )
    whole = segment.words("both it that this criteria terms bill request wish query all")
    if (
        fits
        and (whole or segment.any("request"))
        and facts.query
        and not segment.any("neg", "most", "weak", "down", "cause")
        and not segment.of_kind_any("facet", "number")
    ):
        for n in (*fits, *whole, *segment.words("criteria terms bill term criterion")):
            segment.mark_term(n)
        if not segment.title_at() and segment.reads("request", "ask", "kindword", "like", kinds="item"):
            wanted = {f for m in facts.requested_values for f in m.facets}
            held = {f for f in wanted if f in facts.facets(facts.item)}
            all_named = bool(wanted) and all(m.facets & facts.facets(facts.item) for m in facts.requested_values)
            holds = all_named if segment.words("both all terms criteria") else bool(held)
            return [segment.say("query", facts.item, "answered", holds, "it is not what was asked for")]
    asked = [
        n
        for n in segment.where("ask", "request")
        if "push" not in segment.kinds(n) or segment.terms[n].text in ("asked", "ordered")
    ]
    asked += [n for n in segment.words("said") if n and segment.terms[n - 1].text == "you"]
    in_mind = [n for n in segment.words("mind") if n and segment.terms[n - 1].text == "in"]
    asked = sorted({*asked, *in_mind})
    mine = segment.words("you your") or (segment.words("as") and segment.words("asked ordered requested wanted wished"))
    mine = mine or in_mind
    if not asked or not mine or segment.title_at() or segment.words("because thanks due owing"):
        return None
    if not facts.query:
        return [segment.say("query", "", segment.text, False, "there was no query")]
    words = set(re.findall(r"[a-z]+", facts.query.lower()))
    wanted = {f for m in facts.requested_values for f in m.facets}
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
    if segment.words("what") and not segment.words("this it here these they that") and not segment.result_at():
        return found  # "a warm jumper is what you asked for"
    if copula or (segment.words("as just exactly precisely what get fits fit match") and not segment.words("for")):
        answered = bool(wanted & facts.facets(facts.item)) if wanted else False
        found.append(segment.say("query", facts.item, "answered", answered, "it is not what was asked for"))
    return found


def _alike(word: str, other: str) -> bool:
    return word == other or (len(word) > 4 and len(other) > 4 and word[:5] == other[:5])
