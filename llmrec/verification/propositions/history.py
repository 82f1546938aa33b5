"""Propositions on what the user did: that, and in which order, and what was asked for."""

import re
from itertools import pairwise

from llmrec.verification.propositions.clauses import Clause, Proposition
from llmrec.verification.propositions.lexicon import WATCH

_YOU = rf"you (?:have |had |'ve |also |once |recently |just |already |even |both )*{WATCH}|having (?:recently |already |just )?{WATCH}|(?:in|on) your (?:recent )?(?:history|list)|your (?:latest|last|most recent|recent|previous|newest)|you (?:ended|finished|went|started|put)|watched|of yours|of your|the last (?:thing|film|one|item)|your history|was watched"
_LAST = r"last|latest|most recent|ended on|finished (?:on|with)|came last|end(?:s|ed) (?:on|with)|most recently|newest|last of all"
_NEXT = r"right after|straight after|straight before|right before|just before|just after|immediately (?:after|before)|directly (?:after|before)|straight on to|and right after (?:it|that)|back to back|in a row|between|one after the other"


def history_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says of the user's history."""
    facts = clause.facts
    titles = [
        (clause.place(n), n, clause.item(f"@{n}"))
        for n, t in clause.of_kind("item")
        if clause.item(f"@{n}") != facts.item
    ]
    if (
        not clause.has(_YOU)
        and not (clause.has(rf"{_LAST}") and titles)
        and not (titles and clause.has(r"earlier|watched|viewing"))
    ):
        return []
    result = []
    denied = clause.has(
        rf"you (?:have |had )?(?:not|never) (?:\w+ )?{WATCH}|not in your (?:history|list)|missing from your (?:history|list)"
    )
    for _, n, item in titles:
        watched = facts.watched(item)
        ids = clause.terms[n].items
        if watched is False and any(facts.watched(i) for i in ids):
            watched = True
        if denied:
            holds = None if watched is None else not watched
            result.append(clause.say("watched", item, "no", holds, "the user's history holds it"))
        elif clause.has(
            rf"you (?:have |had |'ve |also |once |recently |just |already )*{WATCH}|having {WATCH}|your (?:history|list|latest|last|recent)|of yours|ended|watched|last"
        ):
            result.append(clause.say("watched", item, "", watched, "the user's history does not hold it"))
    if denied:
        clause.mark(denied.start(), denied.end())
    result += _orders(clause, titles)
    if result:
        _read(clause)
    return result


def _orders(clause: Clause, titles: list[tuple[int, int, str]]) -> list[Proposition]:
    facts = clause.facts
    known = [(p, item, facts.place(item)) for p, _, item in titles]
    if not facts.history or not known or any(place is None for _, _, place in known):
        return []
    places = {item: place for _, item, place in known if place is not None}
    latest = len(facts.history) - 1
    result = []
    m = clause.has(r"(?:last but one|second to last|next to last|penultimate|second last)")
    if m:
        item = _nearest(known, m.start())
        result.append(clause.say("order", item, "second last", places[item] == latest - 1, "it was not"))
        clause.mark(m.start(), m.end())
        return result
    if m := clause.has(r"(~\d+) (?:films?|items?|places?|titles?) (?:earlier|back|before|ago|later)"):
        count = int(clause.value(m.group(1)).value)
        clause.mark(m.start(), m.end())
        one = next((item for p, item, _ in reversed(known) if p < m.start()), None)
        other = [item for _, item, _ in known if item != one]
        ahead = clause.before.others() if clause.before is not None else []
        base = places[other[0]] if other else (facts.place(ahead[-1]) if ahead else latest)
        if one is None or base is None:
            return [clause.say("order", one or "", "", None, "its place is not clear")]
        gap = base - places[one]
        return [*result, clause.say("order", one, f"{count} before", abs(gap) == count, f"{gap} apart")]
    if m := clause.has(r"a (?:few|couple of) (?:films|items|titles) (?:back|earlier|ago|before)"):
        gap = latest - places[known[0][1]]
        clause.mark(m.start(), m.end())
        return [clause.say("order", known[0][1], "a few back", 1 <= gap <= 8, f"{gap} back")]
    if m := clause.has(r"(@\d+) (?:was |is )?the one (?:just |right )?before(?: it| that)?"):
        item = clause.item(m.group(1))
        result.append(clause.say("order", item, "second last", places[item] == latest - 1, "it was not"))
        clause.mark(m.start(), m.end())
        known = [k for k in known if k[1] != item] or known
    pairs: list[tuple[str, str]] = []
    if len(known) >= 2:
        names = [item for _, item, _ in known]
        between = clause.shown[known[0][0] : known[1][0]]
        earlier = re.search(
            r" (?:before|earlier than|ahead of|then|and then|followed by|on to|straight on to|well before|and right after it) ",
            between,
        )
        later = re.search(r" (?:after|later than|following|since|straight after|right after) ", between)
        leading = clause.has(r"after @\d+ .*@\d+")
        close = clause.has(_NEXT)
        then = re.search(r" then ", clause.shown) or clause.has(r"and right after it")
        if clause.has(r"back to back|in a row|one after the other"):
            gap = abs(places[names[0]] - places[names[1]])
            result.append(clause.say("order", names[0], names[1], gap == 1, "others came between"))
            clause.take(r"back to back|in a row|one after the other")
        elif then:
            pairs = list(pairwise(names))
        elif earlier:
            pairs = [(names[0], names[1])]
        elif later:
            pairs = [(names[1], names[0])]
        elif leading and leading.group().startswith("after"):
            pairs = [(names[0], names[1])]
        for a, b in pairs:
            result.append(clause.say("order", a, f"before {b}", places[a] < places[b], "the history says otherwise"))
            if close and not clause.has(r"last of all"):
                result.append(
                    clause.say("order", a, f"next to {b}", abs(places[a] - places[b]) == 1, "others came between")
                )
        if pairs or result:
            clause.take_all(
                rf"{_NEXT}|before|after|then|followed by|later than|earlier than|well|straight|right|just|on to|it|since"
            )
    m = clause.has(r"(?:was |is )?(?:watched )?(?:the )?(?:oldest|earliest|first) (?:film|item|of|thing)")
    if m:
        result.append(
            clause.say("order", _nearest(known, m.start()), "first", None, "which history is meant is not clear")
        )
        return result
    if m := clause.has(rf"(?:the |your )?(?:very )?(?:{_LAST})(?: (?:film|thing|one|item|of all))*"):
        if clause.has(r"last (?:few|dozen|~\d+)"):
            return result
        near = [k for k in known if k[0] < m.start()]
        after = [k for k in known if k[0] > m.start()]
        if m.group().strip() in ("ended on", "ends on", "ended with", "finished with") or clause.has(
            r"the last (?:thing|film|one)[^@]* (?:was|is) @"
        ):
            item = (after or near)[0][1]
        elif own := clause.has(
            r"(@\d+) (?:which |that )?(?:came |comes |was |is )?(?:watched )?(?:the |your )?(?:very )?(?:last|latest|most recent|newest)"
        ):
            item = clause.item(own.group(1))
        else:
            item = (near[-1] if near else after[0])[1]
        result.append(clause.say("order", item, "last", facts.place(item) == latest, "it was not the last"))
        clause.mark(m.start(), m.end())
    return result


def _nearest(known: list[tuple[int, str, int | None]], at: int) -> str:
    return min(known, key=lambda place: abs(place[0] - at))[1]


def _read(clause: Clause) -> None:
    for n, _ in clause.of_kind("item"):
        clause.mark_term(n)
    clause.take_all(
        rf"{WATCH}|you|your|history|recent|list|latest|of yours|ended|having|watching|went|viewing|finished|straight|from|on|as|"
        r"came|in|which|far|so|earlier|started|thing|reading|recently|of late|lately|yourself|fresh|still|back|few"
    )


def query_propositions(clause: Clause) -> list[Proposition]:
    """What a clause says was asked for."""
    facts = clause.facts
    m = clause.has(
        r"you (?:did |had |have |'ve |not )*(?:ask(?:ed)?|want(?:ed)?|wish(?:ed)?|request(?:ed)?|were after|said|mentioned|order(?:ed)?|were looking)(?: for)?|(?:was|is) (?:the|your) (?:wish|request|word|query)|the word you used|your (?:request|wish|query) for|as you (?:asked|wished|wanted)|just as you asked|you asked"
    )
    if not m:
        return []
    if not facts.query:
        return [clause.say("query", "", clause.text, False, "there was no query")]
    said = facts.vocabulary.mentions(facts.query)
    wanted = {facet for mention in said for facet in mention.facets}
    words = set(re.findall(r"[a-z]+", facts.query.lower()))
    denied = re.search(r"\bnot\b", m.group()) is not None and not clause.has("if|had|would")
    found = [clause.say("query", facts.item, "", True)] if not denied else []
    clause.mark(m.start(), m.end())
    stop = clause.shown.find(" ,", m.end()) if " ," in clause.shown[m.end() :] else len(clause.shown)
    for n, term in enumerate(clause.terms):
        at = clause.place(n)
        inside = (
            (m.start() <= at < stop) if not clause.has(r"(?:was|is) (?:the|your) (?:wish|request)") else at < m.end()
        )
        if not inside:
            continue
        if term.kind == "facet":
            holds = bool(term.facets & wanted) or term.text in words
            holds = holds != denied
            found.append(clause.say("query", facts.item, term.text, holds, "the query does not name it"))
            clause.mark_term(n)
    for n, term in enumerate(clause.terms):
        denies = term.text in ("not", "no", "nothing") and {"not", "no", "n't", "nothing", "isn't"} & words
        if term.kind == "word" and (_alike(term.text, words) or denies):
            clause.mark_term(n)
    clause.take_all(r"just as|as|order(?:ed)?|exactly|precisely")
    return found


def _alike(word: str, words: set[str]) -> bool:
    return word in words or (len(word) > 4 and any(len(w) > 4 and (w.startswith(word[:5])) for w in words))
