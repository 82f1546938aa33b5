"""Frames on what moved the score: that something did, which way, how much, more than what, alone, or not at all."""

import re

from llmrec.evidence.records import STRONG
from llmrec.verification.grammar import classes
from llmrec.verification.propositions.clauses import Proposition
from llmrec.verification.propositions.degrees import Source
from llmrec.verification.propositions.frame_strength import (
    all_but,
    alone,
    caused,
    compared,
    comparing,
    denied,
    lowers,
    most_of_all,
    placed,
    value,
    weakly,
)  # fmt: skip
from llmrec.verification.propositions.frames import HUGE, Propositions, Segment
from llmrec.verification.propositions.terms import Term

_BY = "by from because to on due thanks with of since after through for owing into once when"
"""Prepositions after which a cause follows."""


def effect_frame(segment: Segment) -> Propositions:
    """That something moved the score: which way, how much, more than what, alone, or not at all."""
    if not segment.any(
        "push", "gain", "cause", "credit", "down", "most", "more", "less", "weak", "equal", "only", "strong"
    ):
        return None
    folk = (
        set(segment.where("people"))
        - set(segment.words("those other"))
        - ({s.at for s in segment.sources} if not segment.title_at() and not segment.of_kind_any("number") else set())
    )
    if (
        folk
        or segment.words("if")
        or (
            segment.any("minute", "hour", "newer", "older", "ask")
            and not any(s.kind == "query" for s in segment.sources)
        )
    ):
        return None
    numbers = [t for _, t in segment.of_kind("number")]
    both = [
        n
        for n, t in segment.of_kind("number")
        if n and t.form == "count" and segment.terms[n - 1].text in ("those", "these", "the", "both")
    ]
    if both and not segment.sources and len(numbers) == 1:
        sources = _earlier(segment)
        if len(sources) != numbers[0].value:
            return None
        segment.sources, numbers = sources, []
    listed = [s for s in segment.sources if s.kind == "title"]
    if (
        len(numbers) == 1
        and numbers[0].form == "count"
        and numbers[0].value == len(listed)
        and not segment.words("times")
    ):
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
    if titles and traits and not _compares(segment):
        return None  # "the war film X": what is said of which is not clear
    rest = segment.words("other others rest")
    if rest and not [s for s in sources if s.kind != "history"] and segment.terms[rest[0] - 1].text in ("the", "your"):
        named = _named_before(segment)
        sources = [Source("title", i, rest[0], e) for i, e in segment.facts.effects.items() if i not in named]
        if not sources or not named or segment.any("more", "equal", "most"):
            return None
    if not sources:
        sources = antecedents(segment)
        if not sources:
            return None
    if ((titles or traits) and segment.words("share shares shared sharing common") and traits) or _misread(segment):
        return None
    if odd := _not_asked(segment):
        return odd
    inner = [n for n, t in segment.of_kind("mark") if titles and titles[0].at < n < titles[-1].at]
    if inner and not segment.words("and or nor than") and not segment.words("against-this"):
        return None
    directed = _directed(segment, titles) if titles else True
    if directed is None:
        return None
    if not directed:
        return [segment.say("effect", titles[0].name, "up", False, "another item is said to be the result")]
    if not numbers and segment.words("rank ranks ranked"):
        return None
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
        if (
            term.kind == "word"
            and term.text in ("watched", "saw", "seen", "bought", "watching", "picked", "chose")
            and segment.words("you having watching")
        ):
            rest = [
                t
                for t in segment.terms[n + 1 :]
                if t.kind != "word" or "filler" not in classes(t.text) or t.text in ("this", "it")
            ]
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


def _compares(segment: Segment) -> bool:
    return segment.any("more", "less", "equal") or bool(segment.words("instead-of"))


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
    return (
        list({s.name: s for s in before.sources if s.kind == "title"}.values()) if isinstance(before, Segment) else []
    )


def antecedents(segment: Segment) -> list[Source]:
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
    verbs = [
        n
        for n in segment.where("push", "gain")
        if segment.terms[n].text not in ("list", "back", "like", "work", "share")
    ]
    if not verbs or segment.any("credit"):
        return True
    signs, results = set(_BY.split()), segment.result_at()
    texts = [term.text for term in segment.terms]
    verb = next((n for n in verbs if "filler" not in segment.kinds(n)), verbs[0])
    gains = "push" not in segment.kinds(verb)
    compares = segment.any("more", "less", "equal", "neg") or bool(segment.words("than"))
    causal = [n for n in segment.words("because thanks due owing since after once") if n > titles[0].at]
    if (
        causal
        and texts[0] != texts[causal[0]]
        and not any(t.at > n for n in causal[:1] for t in titles[1:2])
        and not compares
    ):
        lead = set(texts[max(0, titles[0].at - 3) : titles[0].at]) & signs
        if not lead and any(
            n > titles[0].at and n < causal[0] for n in (*verbs, *segment.words("is was came comes here"))
        ):
            return False if titles[0].at <= 1 else None
    if not gains and not compares:
        before, later = [t for t in titles if t.at < verb], [t for t in titles if t.at > verb]
        joint = (
            set(texts[verb + 1 : later[0].at])
            & {
                "by",
                "from",
                "because",
                "thanks",
                "with",
                "than",
                "and",
                "after",
                "what",
                "once",
                "since",
                "when",
                "you",
            }
            if later
            else set()
        )
        if later and not joint and (before or any(r < verb for r in results)):
            return False  # "X led to Y", where Y is not what is recommended
        if (
            before
            and any(r < verb for r in results)
            and not set(texts[:verb]) & signs
            and not segment.words("what that for")
        ):
            return None  # "this film and X raised it"
        place = segment.words("place spot here position cut") and texts[verb] in (
            "won",
            "wins",
            "earned",
            "earns",
            "got",
            "gets",
            "made",
            "makes",
        )
        if before and place and not segment.words("it this for") and not results:
            return None
    for title in titles:
        lead = set(texts[max(0, title.at - 3) : title.at]) & signs
        if title.at > verb:
            if (
                lead
                or segment.any("more", "less", "equal", "most", "cause")
                or {"what", "whatever"} & set(texts[:verb])
            ):
                continue
            if all(t in ("it", "this", "film", "one", "@") for t in texts[:verb]) or any(r < verb for r in results):
                return False  # "this film lifted X"
            return None
        between = set(texts[title.at + 1 : verb])
        clefted = between & {"what", "that", "which", "who", "why"}
        passive = between & {"was", "were", "is", "are", "got", "been", "be"} and re.search(
            r"(?:ed|en|t|wn)$", texts[verb]
        )
        if (gains or passive) and not lead and not clefted and not segment.any("most", "cause"):
            after = [r for r in results if r > verb]
            return False if after and set(texts[after[0] - 2 : after[0]]) & signs else None
        behind = [r for r in results if r > verb]
        if (
            behind
            and texts[behind[0] - 1] in ("because", "of", "by")
            and texts[behind[0] - 2] in ("because", "was", "lifted", "raised", "helped")
        ):
            return False
    return True


def _effects(segment: Segment, sources: list[Source], numbers: list[Term]) -> Propositions:
    titles = [s for s in sources if s.kind == "title" and s in segment.sources]
    if len(titles) == 2 and segment.words("between") and segment.words("difference gap"):
        low, high = sorted(map(value, titles))
        little = segment.any("neg", "weak", "tiny")
        return (
            [segment.say("effect", titles[0].name, f"as {titles[1].name}", low >= 0.78 * high, "the effects differ")]
            if little
            else None
        )
    if segment.words("except"):
        return all_but(segment, sources)
    if (
        segment.words("keep keeps kept prevent prevents stop stops stopped")
        and segment.words("from")
        and segment.any("higher", "lower")
    ):
        return lowers(segment, sources) if segment.any("higher") else [caused(segment, s) for s in sources]
    if segment.words("single") and not segment.any("most", "rankword"):
        return alone(segment, sources)
    back = segment.words(
        "held hold holds holding set sets knocked pushed pushes pulled pulls dragged kept keeps put brought"
    )
    if segment.any("down") or (back and segment.words("back down backwards")):
        return lowers(segment, sources)
    if segment.any("neg"):
        return denied(segment, sources)
    if segment.words("respectively"):
        ranked = [value(s) for s in sources]
        holds = len(sources) > 1 and ranked == sorted(ranked, reverse=True) and len({s.kind for s in sources}) == 1
        return [segment.say("effect", sources[0].name, "in this order", holds, "the effects say otherwise")]
    if numbers and numbers[0].form == "ordinal" and len(sources) == 2 and segment.words("behind after below"):
        first, second = sources
        holds = 0 < value(first) < value(second) and (not segment.words("close") or value(first) > 0.6 * value(second))
        return [
            segment.say("effect", first.name, f"under {second.name}", holds, "measured otherwise"),
            *(placed(segment, [first], numbers[0]) or []),
        ]
    if numbers and not segment.words("times twice double") and numbers[0].form != "share":
        return placed(segment, sources, numbers[0])
    if segment.words("against-this"):
        at = segment.words("against-this")[0]
        after = [s for s in sources if s.at > at]
        others = [s for s in sources if s is not (after[0] if after else None)]
        if len(sources) != 2 or not after or not segment.any("weak", "tiny") or segment.words("much far"):
            return None
        return [
            segment.say("effect", s.name, "less", value(s) < 0.6 * value(after[0]), "it is not much less")
            for s in others
        ]
    ordered = compared(segment, sources)
    if ordered is not None or comparing(segment, sources):
        return ordered
    if any(s.kind == "history" for s in sources):
        sources = [s for s in sources if s.kind != "history"] or sources
    if segment.any("only"):
        return alone(segment, sources)
    near_all = segment.words("everything") and not segment.any("equal", "more")
    if near_all or any(t.text in HUGE for t in segment.terms if t.kind == "word"):
        return [most_of_all(segment, sources, 2.5)]
    if segment.any("most"):
        return [most_of_all(segment, sources, 1.0)]
    if segment.any("weak", "tiny") and not (segment.words("little bit touch light") == [] and not segment.any("weak")):
        return [weakly(segment, s) for s in sources]
    result = [caused(segment, s) for s in sources]
    if segment.any("more", "less", "equal"):
        return None
    if segment.where("strong") and not segment.words("real really good"):
        result += [
            segment.say("effect", s.name, "strong", value(s) >= STRONG, "its effect is not strong") for s in sources
        ]
    return result
