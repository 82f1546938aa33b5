"""Pairs of facts and a text from which the entailment model learns, and those that it is measured on.

From four sources: pairs written by hand (`entailment_pairs.jsonl`, lines with a `premise`); natural sentences on
measured recommendations (`verifier_open.jsonl`, and the other lines of `entailment_pairs.jsonl`), whose facts are worded
as the verifier words them; the same sentences under altered facts, with the effect of what they name turned round, the
history in another order, a label taken away: a true sentence is then false and, of some kinds, a false one true, so
that nothing can be learnt from the sentences alone; and sentences composed from wordings of each relation.
"""

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.verifier import recommendations, sentences
from llmrec.catalog import Catalog, Item
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.evidence.records import FAINT, Counterfactual, Evidence, ItemEvidence
from llmrec.verification import Grounds
from llmrec.verification.entailment import LABELS
from llmrec.verification.grounds import Audience, Facts
from llmrec.verification.premises import NAMES, item_of, ordinal, statement_of, with_digits
from llmrec.verification.propositions.terms import TOKEN, Term, read_terms, titles_in

HERE = Path(__file__).resolve().parent
NOT_ENTAILED = len(LABELS)
"""Label of a pair that is contradicted or neutral, whichever."""


@dataclass(frozen=True)
class Pair:
    """One pair.

    Attributes
    ----------
    premise, hypothesis : str
        Facts and a text, without titles.
    label : int
        Place in `LABELS`, or `NOT_ENTAILED`.
    group : str
        What is held out together: a recommendation, or what was written on the same facts.
    source : str
        `written`, `open`, `rationale` or `altered`.
    kind : str
        What is said, or what is wrong with it.
    n : int
        Place in `verifier_open.jsonl`'s sentences; -1 of others.
    """

    premise: str
    hypothesis: str
    label: int
    group: str
    source: str
    kind: str
    n: int = -1


class Altered(Facts):
    """Facts that may be changed after they were read."""

    def __init__(self, grounds: Grounds, catalog: Catalog) -> None:
        super().__init__(grounds, catalog)
        self.effects, self.traits, self.inputs = dict(self.effects), dict(self.traits), dict(self.inputs)
        self.gone: set[str] = set()
        self.has: dict[str, set[Any]] = {}
        self.years: dict[str, int | None] = {}
        self.stories: dict[str, str] = {}
        self.users: dict[str, set[str]] = {}

    def watched(self, item: str) -> bool | None:
        """See `Facts`."""
        return False if item in self.gone else super().watched(item)

    def facets(self, item: str) -> set[Any]:
        """See `Facts`."""
        return self.has.get(item) or super().facets(item)

    def year(self, item: str) -> int | None:
        """See `Facts`."""
        return self.years[item] if item in self.years else super().year(item)

    def story(self, item: str) -> str:
        """See `Facts`."""
        return self.stories.get(item) or super().story(item)

    @property
    def audience(self) -> Any:
        """See `Facts`."""
        return _Users(super().audience, self.users)


class _Users:
    def __init__(self, real: Audience, changed: Mapping[str, set[str]]) -> None:
        self.people, self._real, self._changed = real.people, real, changed

    def of(self, item: str) -> set[str]:
        return self._changed.get(item) or self._real.of(item)


Change = Callable[[Altered, list[str], Sequence[Term], random.Random], bool]
"""(facts, items named but the recommended one, terms, rng) -> whether anything was changed."""


def _turned(facts: Altered, named: list[str], _terms: Sequence[Term], rng: random.Random) -> bool:
    moved = [item for item in named if facts.effects.get(item, 0.0) >= FAINT]
    for item in moved:
        facts.effects[item] *= -1
    facts.counterfactuals = tuple(
        replace(c, rank=c.rank + (rise := rng.randint(1, 9)), rank_without=max(1, c.rank + rise - rng.randint(1, rise)))
        if c.history_item in moved else c for c in facts.counterfactuals
    )  # fmt: skip
    return bool(moved)


def _reordered(facts: Altered, named: list[str], _terms: Sequence[Term], _rng: random.Random) -> bool:
    effects = sorted(facts.effects.items(), key=lambda pair: -pair[1])
    if len(effects) < 2 or effects[0][1] < 1.25 * effects[-1][1] or not any(item in facts.effects for item in named):
        return False
    facts.effects = dict(zip([i for i, _ in effects], [e for _, e in reversed(effects)], strict=True))
    return True


def _silenced(facts: Altered, named: list[str], _terms: Sequence[Term], rng: random.Random) -> bool:
    moved = [item for item in named if item in facts.effects]
    for item in moved:
        del facts.effects[item]
        if rng.random() < 0.5:
            facts.effects[item] = 0.01
    facts.counterfactuals = tuple(
        replace(c, rank_without=c.rank) if c.history_item in moved else c for c in facts.counterfactuals
    )
    return bool(moved)


def _removed(facts: Altered, named: list[str], _terms: Sequence[Term], _rng: random.Random) -> bool:
    for item in named:
        facts.gone.add(item)
        facts.effects.pop(item, None)
    facts.history = tuple(item for item in facts.history if item not in named)
    facts.counterfactuals = tuple(c for c in facts.counterfactuals if c.history_item not in named)
    return bool(named)


def _added(facts: Altered, named: list[str], _terms: Sequence[Term], _rng: random.Random) -> bool:
    new = [item for item in named if facts.watched(item) is False]
    facts.history = (*facts.history, *new)
    top = max(facts.effects.values(), default=0.2)
    facts.effects |= {item: top + 0.1 * (n + 1) for n, item in enumerate(new)}
    return bool(new)


def _backwards(facts: Altered, named: list[str], _terms: Sequence[Term], _rng: random.Random) -> bool:
    if not any(item in facts.history for item in named):
        return False
    facts.history = tuple(reversed(facts.history))
    return True


def _ranked(facts: Altered, _named: list[str], _terms: Sequence[Term], rng: random.Random) -> bool:
    def other(c: Counterfactual) -> Counterfactual:
        if c.rank_without == c.rank or rng.random() < 0.6:
            return replace(c, rank_without=c.rank_without + rng.randint(2, 9) + (8 if c.rank_without > 20 else 0))
        return replace(c, rank_without=c.rank)

    facts.counterfactuals = tuple(map(other, facts.counterfactuals))
    return bool(facts.counterfactuals)


def _other_people(facts: Altered, named: list[str], _terms: Sequence[Term], rng: random.Random) -> bool:
    """The audiences of the items named overlap as little as they did much, or are of other sizes."""
    items = [*named, facts.item]
    everybody = sorted({user for item in items for user in facts.audience.of(item)})
    if not named or len(everybody) < 10:
        return False
    for item in items:
        users = facts.audience.of(item)
        size = max(3, int(len(users) * rng.choice((0.45, 0.6, 1.5, 1.8))))
        rest = [user for user in everybody if user not in users] or everybody
        both = users & facts.audience.of(facts.item) if item != facts.item else users
        kept = rng.sample(sorted(users), min(len(users), size // 2)) if len(both) * 2 > len(users) else sorted(users)
        facts.users[item] = {*kept, *rng.sample(rest, min(len(rest), max(1, size - len(kept))))}
    return True


def _relabelled(facts: Altered, named: list[str], terms: Sequence[Term], rng: random.Random) -> bool:
    """Labels that the text names are taken from all that have them, or given to all that lack them."""
    said = [term for term in terms if term.kind == "facet"]
    years = any(term.kind == "number" and term.form == "year" for term in terms)
    for item in (*named, facts.item):
        has = set(facts.facets(item))
        for term in said:
            if term.facets & has:
                has -= term.facets
            else:
                has.add(sorted(term.facets)[0])
        facts.has[item] = has
        decade = any(re.fullmatch(r"\d{4}s", f.value) for term in said for f in term.facets)
        if (years or decade) and (year := facts.year(item)):
            facts.years[item] = year + rng.choice((-21, -13, -11, 11, 14, 23))
    return bool(said) or years


def _swapped_years(facts: Altered, named: list[str], _terms: Sequence[Term], _rng: random.Random) -> bool:
    items = [*named, facts.item][:2]
    a, b = (facts.year(items[0]), facts.year(items[-1])) if len(items) == 2 else (None, None)
    if a is None or b is None or abs(a - b) < 2:
        return False
    facts.years |= {items[0]: b, items[1]: a}
    return True


def _other_traits(facts: Altered, _named: list[str], terms: Sequence[Term], rng: random.Random) -> bool:
    said = {facet for term in terms if term.kind == "facet" for facet in term.facets}
    ranked = sorted(facts.traits.items(), key=lambda pair: -pair[1])
    if not said & set(facts.traits):
        return False
    if len(ranked) > 1 and ranked[0][1] > 1.3 * ranked[-1][1] and rng.random() < 0.6:
        facts.traits = dict(zip([f for f, _ in ranked], [e for _, e in reversed(ranked)], strict=True))
    else:
        facts.traits = {facet: effect for facet, effect in facts.traits.items() if facet not in said}
    return True


def _other_story(facts: Altered, named: list[str], _terms: Sequence[Term], rng: random.Random) -> bool:
    while (told := rng.choice(facts.catalog.items)).id in (*named, facts.item) or not told.description:
        pass
    facts.stories[facts.item] = told.description
    return bool(facts.catalog.item(facts.item).description)


def _other_inputs(facts: Altered, _named: list[str], _terms: Sequence[Term], _rng: random.Random) -> bool:
    ranked = sorted(facts.inputs.items(), key=lambda pair: -pair[1])
    if len(ranked) < 2:
        return False
    facts.inputs = dict(zip([n for n, _ in ranked], [e for _, e in (*ranked[1:], ranked[0])], strict=True))
    return True


def _other_query(facts: Altered, _named: list[str], _terms: Sequence[Term], rng: random.Random) -> bool:
    asked = (
        "a western with horses",
        "short musicals for children",
        "a documentary on the sea",
        "old silent comedies",
        "",
    )
    if not facts.query:
        return False
    facts.query = rng.choice([words for words in asked if words != facts.query])
    return True


MAKES_FALSE: Mapping[str, Sequence[Change]] = {
    "rank": (_ranked, _turned), "people": (_other_people,), "plot": (_other_story,), "cause": (_reordered, _silenced, _turned),
    "genre": (_relabelled, _other_traits), "degree": (_reordered, _other_traits), "query": (_other_query,),
    "comparison": (_swapped_years,), "absence": (_relabelled,), "order": (_backwards,), "direction": (_turned, _removed),
    "history": (_removed, _backwards), "input": (_other_inputs,), "two_facts": (_relabelled,),
    "title": (_removed,), "trait": (_relabelled,),
}  # fmt: skip
"""Kind of a true sentence -> changes under which it is false."""
MAKES_TRUE: Mapping[str, Sequence[Change]] = {
    "wrong_direction": (_turned,), "wrong_cause": (_reordered,), "not_watched": (_added,), "wrong_order": (_backwards,),
}  # fmt: skip
"""Kind of a false sentence -> changes under which most are true."""


def judged_pairs(
    sentences: Sequence[Mapping[str, Any]], grounds: Mapping[int, Grounds], catalog: Catalog, source: str
) -> list[Pair]:
    """Sentences on measured recommendations with the facts that bear on them.

    Parameters
    ----------
    sentences : sequence of mapping
        With `n`, `text`, `true` and `kind`.
    grounds : mapping of int to Grounds
        What they are judged against.
    catalog : Catalog
        Its items, with their texts.
    source : str
        See `Pair`.

    Returns
    -------
    list of Pair
        In order.
    """
    pairs = []
    for place, each in enumerate(sentences):
        facts = Facts(grounds[each["n"]], catalog)
        label = 0 if each["true"] else 2 if each["kind"] in ("plot", "people") else 1
        found = _pair(each["text"], facts, label, group_of(each["n"]), source, each["kind"])
        pairs.append(replace(found, n=place if source == "open" else -1, label=NOT_ENTAILED if label else 0))
    return pairs


def altered_pairs(
    sentences: Sequence[Mapping[str, Any]], grounds: Mapping[int, Grounds], catalog: Catalog, seed: int, most: int = 2
) -> list[Pair]:
    """The same sentences under facts that were changed so that the true ones are false, and some false ones true."""
    rng, pairs = random.Random(seed), []
    for each in sentences:
        kinds = each.get("kinds") or [each["kind"]]
        changes = [c for kind in kinds for c in (MAKES_FALSE if each["true"] else MAKES_TRUE).get(kind, ())]
        for change in rng.sample(changes, min(most, len(changes))):
            facts = Altered(grounds[each["n"]], catalog)
            terms = read_terms(each["text"], facts.vocabulary, facts.near)
            named = list(
                dict.fromkeys(item for t in terms if t.kind == "item" if (item := item_of(t, facts)) != facts.item)
            )
            if change(facts, named, terms, rng):
                label = NOT_ENTAILED if each["true"] else 0
                pairs.append(_pair(each["text"], facts, label, group_of(each["n"]), "altered", change.__name__[1:]))
    return pairs


def _pair(text: str, facts: Facts, label: int, group: str, source: str, kind: str) -> Pair:
    statement = statement_of(text, read_terms(text, facts.vocabulary, facts.near), facts)
    return Pair(statement.premise, statement.hypothesis, label, group, source, kind)


def group_of(n: int) -> str:
    """Recommendations to the same user share facts; they are numbered in a row."""
    return f"n{(n - 1) // 4}"


def written_pairs(lines: Sequence[Mapping[str, Any]], films: Catalog, goods: Catalog) -> list[Pair]:
    """Pairs that were written by hand, their titles replaced as the verifier replaces them.

    Where a premise quotes an item's text, the line only says which and where, as that text may not be passed on.
    """
    catalogs, vocabulary, pairs = {"ml-100k": films, "hm": goods}, Vocabulary.of(films), []

    def quoted(match: re.Match[str]) -> str:
        name, item, start, end = match.groups()
        return catalogs[name].item(item).description[int(start) : int(end)]

    for line in lines:
        told = _QUOTED.sub(quoted, line["premise"])
        premise, hypothesis = _renamed(told, line["hypothesis"], vocabulary)
        group = hashlib.sha256(line["premise"].encode()).hexdigest()[:8]
        pairs.append(Pair(premise, hypothesis, LABELS.index(line["label"]), group, "written", line["kind"]))
    return pairs


_QUOTED = re.compile(r"\{([\w-]+):(\w+):(\d+):(\d+)\}")
_RECOMMENDED = re.compile(
    r"(?:recommended (?:item|film|product|book) (?:is|was)|score of|rank of|recommend(?:s|ed|ing)?|lift(?:s|ed)|rais(?:es|ed)) (@\d@)"
    r"|(@\d@) (?:would (?:score|rank|fall|drop|rise)|ranks|is ranked|scores)"
)


def _renamed(premise: str, hypothesis: str, vocabulary: Any) -> tuple[str, str]:
    quoted = list(dict.fromkeys(re.findall(r'"([^"]+)"', premise)))
    named: dict[str, str] = {}
    if quoted:
        for title in quoted:
            for form in {title, title.split(",")[0]}:
                named[form] = title
    else:
        for text in (premise, hypothesis):
            tokens = [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]
            near = tuple(
                ids[0]
                for _, ids, _ in titles_in(
                    premise, [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(premise)], vocabulary, ()
                ).values()
            )
            for start, (stop, ids, _) in titles_in(text, tokens, vocabulary, near).items():
                named[text[start:stop]] = ids[0]
    places = {key: n for n, key in enumerate(dict.fromkeys(named.values()))}

    def hidden(text: str) -> str:
        for form in sorted(named, key=len, reverse=True):
            text = re.sub(rf'"?(?<!\w){re.escape(form)}(?!\w)"?', f"@{places[named[form]]}@", text)
        return text

    premise, hypothesis = hidden(premise), hidden(hypothesis)
    found = _RECOMMENDED.search(premise)
    main = next((g for g in found.groups() if g), "") if found else ""
    order = list(dict.fromkeys([*re.findall(r"@\d@", hypothesis), *re.findall(r"@\d@", premise)]))
    names = {sign: NAMES[min(n, len(NAMES) - 1)] for n, sign in enumerate(s for s in order if s != main)}
    if main:
        names[main] = "this film" if not quoted else "this product"
    for sign, name in names.items():
        premise, hypothesis = premise.replace(sign, name), hypothesis.replace(sign, name)
    premise = re.sub(r"[Tt]he person has\b", "You have", premise)
    premise = re.sub(r"[Tt]he person's", "your", re.sub(r"[Tt]he person\b", "You", premise))
    return tuple(with_digits(text, read_terms(text, vocabulary, ())) for text in (premise, hypothesis))


def rationale_sentences(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rationales that people wrote from facts, as true sentences with the kinds that they rest on."""
    kinds = {"history": "cause", "history:": "cause", "trait": "trait", "genre": "trait", "plot:": "plot"}
    return [
        {"n": line["n"], "text": line["text"], "true": True, "kind": "rationale",
         "kinds": [kinds.get(word, word) for word in dict.fromkeys(rest.split()[0] for rest in line["rests_on"])]}
        for line in lines
    ]  # fmt: skip


def shop_rationales(
    lines: Sequence[Mapping[str, Any]],
) -> tuple[list[dict[str, Any]], dict[int, Grounds], dict[int, Catalog]]:
    """Rationales on invented catalogues, each with the items and measurements that it speaks of."""
    sentences, grounds, catalogs = [], {}, {}
    by_domain: dict[str, dict[str, Item]] = {}
    for line in lines:
        items = by_domain.setdefault(line["domain"], {})
        for record in (line["item"], *line["history"]):
            known = items.get(record["title"])
            held = {n: tuple(v) if isinstance(v, list) else v for n, v in record["attributes"].items()}
            text = record.get("text", "") or (known.description if known else "")
            items[record["title"]] = Item(
                record["title"], record["title"], text, {**(known.attributes if known else {}), **held}
            )
    made = {domain: Catalog(domain, tuple(items.values()), {}) for domain, items in by_domain.items()}
    for n, line in enumerate(lines, 1000):
        records = [_record(e) for e in line["evidence"] if e["kind"] in ("history", "trait")]
        query = next((e["source"] for e in line["evidence"] if e["kind"] == "query"), "")
        known_items = {r["title"] for r in line["history"]}
        records = [r for r in records if r.history_item is None or r.history_item in known_items]
        history = [record["title"] for record in line["history"]]
        grounds[n] = Grounds.of(ItemEvidence(line["item"]["title"], tuple(records), query), history)
        catalogs[n] = made[line["domain"]]
        kinds = [{"history": "cause", "aspect": "plot"}.get(e["kind"], e["kind"]) for e in line["evidence"]]
        sentences.append(
            {"n": n, "text": line["rationale"], "true": True, "kind": "rationale", "kinds": list(dict.fromkeys(kinds))}
        )
    return sentences, grounds, catalogs


def _record(e: Mapping[str, Any]) -> Evidence:
    if e["kind"] == "history":
        return Evidence(e["source"], None, None, float(e["effect"]))
    return Evidence(None, e["source"], None, float(e["effect"]))


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Lines of a JSON lines file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def all_pairs(films: Catalog, goods: Catalog, seed: int = 0) -> list[Pair]:
    """Every pair that the model learns from.

    Parameters
    ----------
    films : Catalog
        MovieLens-100K with plots.
    goods : Catalog
        H&M.
    seed : int, default 0
        Of the changes of facts.

    Returns
    -------
    list of Pair
        Those on recommendations first.
    """
    grounds, _ = recommendations()
    lines = list(read_lines(HERE / "entailment_pairs.jsonl"))
    opened = [each for each in sentences("open") if "round" not in each]
    rationales = rationale_sentences([line for line in lines if "n" in line])
    pairs = judged_pairs(opened, grounds, films, "open") + altered_pairs(opened, grounds, films, seed, 3)
    pairs += composed_pairs(grounds, films, seed)
    pairs += judged_pairs(rationales, grounds, films, "rationale") + altered_pairs(rationales, grounds, films, seed)
    others, about, catalogs = shop_rationales([line for line in lines if "rationale" in line])
    for each in others:
        catalog = catalogs[each["n"]]
        pairs += judged_pairs([each], about, catalog, "rationale")
        pairs += altered_pairs([each], about, catalog, seed + each["n"], 1)
    return pairs + written_pairs([line for line in lines if "premise" in line], films, goods)


COMPOSED: Mapping[str, Sequence[str]] = {
    "up": (
        "{a} worked in its favour.", "Having {chose} {a} gave {it} a hand.", "{a} spoke up for this one.",
        "Without {a} it would have less going for it.", "Had you never {chose} {a}, {it} would make a weaker case.",
        "Some of the credit goes to {a}.", "{a} is among what brought it to you.", "It leans on {a}.",
        "Take away {a} and its score drops.", "If it weren't for {a}, this would have a harder time.",
        "{a} did its bit for {it}.", "Part of why you see it is {a}.",
    ),
    "down": (
        "{a} worked against it.", "{it} would do better without {a}.", "{a} set it back.", "{a} is a mark against it.",
        "Had you skipped {a}, {it} would stand higher.", "It is here in spite of {a}.", "{a} cost it some of its score.",
        "Take away {a} and its score climbs.", "If anything, {a} held it down.",
    ),
    "nothing": (
        "{a} made no difference to it.", "{a} played no part in this.", "{a} has nothing to do with why it is here.",
        "With or without {a}, nothing changes for {it}.", "You can leave {a} out of the story.", "{a} isn't what brought it up.",
    ),
    "more": (
        "{a} did more for it than {b}.", "{b} takes a back seat to {a} here.", "It's {a} rather than {b} that carries it.",
        "{b} mattered less than {a}.", "{a} first, then {b}: that's the order of the reasons.", "{a} outdid {b}.",
        "{b} comes well behind {a} as a reason.", "{a} tipped the scales further than {b} did.",
        "If one of them is to thank, it's {a} before {b}.",
    ),
    "top": (
        "Nothing you {chose} speaks louder for it than {a}.", "{a} is the chief reason.", "Above all it's {a}.",
        "The biggest push came from {a}.", "{a} leads the reasons.", "No film of yours did more for it than {a}.",
    ),
    "level": ("{a} and {b} pull about equally hard.", "Between {a} and {b} there is little to choose.", "{a} and {b} count for the same."),
    "falls": (
        "Take {a} away and it goes from {r} to {w}.", "With {a} gone it lands at {w}.", "{a} keeps it from slipping to {w}.",
        "Strike {a} from your list and you would find it at {w}, not {r}.", "{r} now, {w} if it weren't for {a}.",
        "It owes its place to {a}: it would be {w} otherwise.", "Losing {a} costs it {d} places.",
    ),
    "stays": (
        "It would still be {r} without {a}.", "Losing {a} would not move it.", "Its rank does not hang on {a}.",
        "Drop {a} and it stays exactly where it is.",
    ),
    "climbs": ("Without {a} it would climb to {w}.", "{a} is what keeps it from a better rank than {r}.", "It'd move up if you dropped {a}."),
    "before": (
        "You {chose} {a} before {b}.", "{b} came after {a}.", "{a} first and {b} later, that's how you went.",
        "By the time you got to {b} you had {chose} {a}.", "{a} is further back in your history than {b}.",
    ),
    "last": ("{a} is the last one you {chose}.", "Your latest is {a}.", "Fresh from {a}, you get {it}.", "You have {chose} nothing since {a}."),
    "unseen": ("You haven't {chose} {a}.", "{a} isn't in your history.", "You have yet to try {a}."),
    "seen": ("You know {a}.", "{a} is in your history.", "You've already {chose} {a}.", "{a} is one of yours."),
    "most": (
        "Most of those who {chose} {a} know {it}, too.", "Whoever {chose} {a} is more likely than not to know it.",
        "More than half of the people behind {a} went for {it}.", "The majority of the {a} crowd has {chose} it.",
    ),
    "few": (
        "Fewer than half of those who {chose} {a} know it.", "Most people who {chose} {a} haven't {chose} it.",
        "Only a minority of the {a} crowd has {chose} {it}.", "People with {a} tend not to have {chose} it.",
    ),
    "counted": (
        "{both} of the {group} people who {chose} {a} know it.", "Of {group} with {a}, {both} have {it} as well.",
        "{group} people {chose} {a}; {both} of them {chose} this one.",
    ),
    "larger": ("More people {chose} {a} than {b}.", "{b} has the smaller audience, {a} the larger.", "{a} is the better known of the two; {b} has fewer people."),
    "is": ("It's {f} through and through.", "This one carries the {f} label.", "Expect {f}.", "{it} counts as {f}.", "If you like {f}, it has that."),
    "not": ("It isn't {f}.", "There's no {f} in its labels.", "Don't come for {f}.", "{f} is one thing it's not.", "It has nothing of {f} about it."),
    "both": ("{a} and {it} are both {f}.", "Like {a}, it is {f}.", "{f} again, as with {a}.", "It shares {f} with {a}."),
    "unlike": ("{it} is {f}, which {a} isn't.", "Unlike {a}, this is {f}.", "{f} sets it apart from {a}."),
    "older": ("{a} is older than {b}.", "{b} came out later than {a}.", "{a} had been around for {gap} years when {b} came out.", "{b} is the younger by {gap} years; {a} came first."),
    "trait": ("That it's {f} counted for it.", "The {f} side helped.", "{f} is something it was picked for.", "Your scores go up with {f}, so did this one's."),
    "traits": ("Being {f} did more for it than being {g}.", "{f} weighed more than {g}.", "{g} counts, but {f} counts more."),
    "input": ("What did most for it is the {i}.", "The {i} counted more than anything else about it.", "It was the {i} above all."),
    "asked": ("Your request helped it.", "What you asked for brought it up.", "It gained from your words.", "You asked, and that moved it up."),
    "unasked": ("Your request did nothing for it.", "Your words made no difference.", "What you asked for hardly touched it."),
}  # fmt: skip
"""Relation -> wordings of it, for pairs whose truth the facts decide."""


def composed_pairs(grounds: Mapping[int, Grounds], catalog: Catalog, seed: int, each: int = 14) -> list[Pair]:
    """Sentences from `COMPOSED` on measured recommendations, half of them under altered facts; facts tell what is true."""
    rng, pairs = random.Random(seed), []
    chose = "watched"
    for n, about in grounds.items():
        facts = Altered(about, catalog)
        named = list(facts.effects)
        if rng.random() < 0.5:
            rng.choice((_turned, _turned, _reordered, _silenced, _ranked, _backwards))(
                facts, rng.sample(named, min(2, len(named))), (), rng
            )
        by_relation: dict[tuple[str, bool], list[dict[str, str]]] = {}
        for relation, true, blanks in _relations(facts, rng):
            by_relation.setdefault((relation, true), []).append(blanks)
        for relation, true in rng.sample(sorted(by_relation), min(each, len(by_relation))):
            blanks = rng.choice(by_relation[relation, true])
            filled = {"chose": chose, "it": "this film", **blanks}
            text = rng.choice(COMPOSED[relation]).format(**filled)
            text = text[0].upper() + text[1:]
            pairs.append(_pair(text, facts, 0 if true else NOT_ENTAILED, group_of(n), "composed", relation))
    return pairs


def _relations(facts: Altered, rng: random.Random) -> Iterator[tuple[str, bool, dict[str, str]]]:
    """Relations between what is known, true and false, with what fills the blanks of their wordings."""
    title = {item: f'"{facts.vocabulary.titles[item]}"' for item in (*facts.history, *facts.effects)}
    other = rng.choice([item.id for item in facts.catalog.items if item.id not in title])
    title[other] = f'"{facts.vocabulary.titles[other]}"'
    ranked = sorted(facts.effects, key=lambda item: -facts.effects[item])
    rest = [item for item in facts.history if item not in facts.effects]
    some = [*ranked, *rng.sample(rest, min(2, len(rest)))]
    for item in some:
        effect, a = facts.effects.get(item, 0.0), {"a": title[item]}
        for relation, true in (("up", effect >= FAINT), ("down", effect <= -FAINT), ("nothing", effect == 0.0)):
            if true or abs(effect) >= FAINT or effect == 0.0:
                yield relation, true, a
        yield "top", bool(ranked) and item == ranked[0] and effect > 0, a
        yield ("last", bool(facts.history) and item == facts.history[-1], a)
        yield rng.choice(
            (("seen", item in title and facts.watched(item) is True, a), ("unseen", facts.watched(item) is False, a))
        )
        users, own = facts.audience.of(item), facts.audience.of(facts.item)
        share = len(users & own) / max(1, len(users))
        if abs(share - 0.5) > 0.05 and len(users) > 20:
            yield rng.choice((("most", share > 0.5, a), ("few", share < 0.5, a)))
            group, both = len(users), len(users & own)
            wrong = rng.random() < 0.5
            shown = {
                **a,
                "group": str(group),
                "both": str(both if not wrong else int(both * rng.choice((0.6, 0.75, 1.3)) + 1)),
            }
            yield "counted", not wrong, shown
    yield "seen", False, {"a": title[other]}
    yield "unseen", True, {"a": title[other]}
    for one, two in ((x, y) for x in some for y in some if x != y):
        x, y, blanks = facts.effects.get(one, 0.0), facts.effects.get(two, 0.0), {"a": title[one], "b": title[two]}
        if x > 1.25 * y > 0 or y > 1.25 * x > 0:
            yield "more", x > y, blanks
        if x > 0 and y > 0 and rng.random() < (0.9 if max(x, y) < 1.1 * min(x, y) else 0.3):
            yield "level", max(x, y) < 1.1 * min(x, y), blanks
        if (p := facts.place(one)) is not None and (q := facts.place(two)) is not None:
            yield "before", p < q, blanks
        sizes = len(facts.audience.of(one)), len(facts.audience.of(two))
        if abs(sizes[0] - sizes[1]) > 0.15 * max(sizes):
            yield "larger", sizes[0] > sizes[1], blanks
        years = facts.year(one), facts.year(two)
        if years[0] and years[1] and abs(years[0] - years[1]) > 1:
            yield "older", years[0] < years[1], {**blanks, "gap": str(abs(years[0] - years[1]))}
    for c in facts.counterfactuals:
        if c.history_item not in title:
            continue
        wrong = rng.random() < 0.5
        shown = c.rank_without if not wrong else c.rank_without + rng.choice((2, 3, 5, 11, 40))
        blanks = {"a": title[c.history_item], "r": ordinal(c.rank), "w": ordinal(shown), "d": str(abs(shown - c.rank))}
        yield "falls", c.rank_without > c.rank and not wrong, blanks
        yield "stays", c.rank_without == c.rank, blanks
        yield (
            "climbs",
            c.rank_without < c.rank and not wrong,
            {**blanks, "w": ordinal(max(1, shown - 3))} if wrong else blanks,
        )
    mine = sorted(f.value.lower() for f in facts.labels(facts.item))
    all_labels = sorted({f.value.lower() for item in facts.history for f in facts.labels(item)} | set(mine))
    for label in rng.sample(all_labels, min(4, len(all_labels))):
        yield rng.choice((("is", label in mine, {"f": label}), ("not", label not in mine, {"f": label})))
        effect = next((e for f, e in facts.traits.items() if f.value.lower() == label), 0.0)
        yield "trait", effect >= FAINT, {"f": label}
        for item in rng.sample(some, min(2, len(some))):
            has = label in {f.value.lower() for f in facts.labels(item)}
            yield "both", has and label in mine, {"f": label, "a": title[item]}
            yield "unlike", not has and label in mine, {"f": label, "a": title[item]}
    traits = sorted(facts.traits.items(), key=lambda pair: -pair[1])
    if len(traits) > 1 and traits[0][1] > 1.25 * traits[-1][1]:
        f, g = traits[0][0].value.lower(), traits[-1][0].value.lower()
        yield rng.choice((("traits", True, {"f": f, "g": g}), ("traits", False, {"f": g, "g": f})))
    if facts.inputs:
        best = max(facts.inputs, key=lambda name: facts.inputs[name])
        nouns = {"id": "audience", "image": "picture", "text": "plot"}
        name = rng.choice([name for name in facts.inputs if name in nouns] or [best])
        yield "input", name == best, {"i": nouns.get(name, name)}
    if facts.query:
        effect = facts.query_effect or 0.0
        yield rng.choice((("asked", effect >= FAINT, {}), ("unasked", effect < FAINT, {})))
