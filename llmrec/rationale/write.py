"""From evidence to verified sentences: generate, verify, generate once more what failed, else write by rule."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any, Literal

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Vocabulary, natural_order
from llmrec.catalog.wording import wording
from llmrec.errors import LlmrecError
from llmrec.evidence.records import FAINT, CoOccurrence, Counterfactual, ItemEvidence
from llmrec.rationale.brief import Brief, Lead
from llmrec.rationale.natural import natural_drafts
from llmrec.rationale.phrasing import Style, plain_drafts, styled_drafts
from llmrec.verification import Claim, Grounds, RuleVerifier, Verdict, Verifier
from llmrec.verification.pairings import pairing_sentence

Source = Literal["llm", "llm-retry", "plain"]
"""Writer of a sentence: the LLM, the LLM at its second attempt, or the rules."""
Writer = Literal["rules", "llm"]
"""Who writes first: the rules, in a third of a second for a list; or the LLM, with the rules for what does not hold."""
Generate = Callable[[list[str], int], list[str]]
"""(prompts, seed) -> one continuation a prompt; batched, the same for the same seed, another for another."""

STREAMED = (1, 4)
"""Sentences written in one batch: the first alone, for a short time to the first sentence; then more, which cost little
more than one. Responses that are not streamed use the same batches, as the text may depend on them."""


@dataclass(frozen=True)
class Remark:
    """A sentence on a measured rank or on counts of users: made by rule, not by the LLM, and verified like any other.

    Attributes
    ----------
    text : str
        The sentence.
    claims : tuple of Claim
        The claims that the verifier read in it.
    """

    text: str
    claims: tuple[Claim, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"text": self.text, "claims": [claim.to_dict() for claim in self.claims]}


@dataclass(frozen=True)
class Rationale:
    """Why an item was recommended, in words, with claims and evidence.

    Attributes
    ----------
    text : str
        One or two sentences.
    source : {"llm", "llm-retry", "plain"}
        Their writer.
    claims : tuple of Claim
        The claims that the verifier read in them.
    evidence : ItemEvidence
        The evidence that they were written from.
    refused : tuple of (str, str)
        The LLM's sentences that the verifier refused, and why.
    remarks : tuple of Remark
        Further sentences, made by rule on measured ranks and counts.
    """

    text: str
    source: Source
    claims: tuple[Claim, ...]
    evidence: ItemEvidence
    refused: tuple[tuple[str, str], ...] = ()
    remarks: tuple[Remark, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "text": self.text,
            "source": self.source,
            "claims": [claim.to_dict() for claim in self.claims],
            "evidence": self.evidence.to_dict(),
            "refused": [{"text": text, "problem": problem} for text, problem in self.refused],
            "remarks": [remark.to_dict() for remark in self.remarks],
        }


def write_rationales(
    evidences: Sequence[ItemEvidence],
    generate: Generate,
    catalog: Catalog,
    seed: int = 0,
    example: str = "",
    template: str = "rationale",
    verifier: Verifier | None = None,
    writer: Writer = "llm",
) -> list[Rationale]:
    """Write a verified rationale for each item, by at most two calls of `generate`.

    Parameters
    ----------
    evidences, generate, catalog, seed, example, template, verifier, writer
        As in `stream_rationales`.

    Returns
    -------
    list of Rationale
        In the order of `evidences`.

    Raises
    ------
    LlmrecError
        As `stream_rationales` does.
    """
    sizes = [len(evidences)]
    return list(
        stream_rationales(
            evidences, generate, catalog, seed, example, template, sizes, verifier=verifier, writer=writer
        )
    )


def stream_rationales(
    evidences: Sequence[ItemEvidence],
    generate: Generate,
    catalog: Catalog,
    seed: int = 0,
    example: str = "",
    template: str = "rationale",
    sizes: Sequence[int] = STREAMED,
    style: Style | None = None,
    verifier: Verifier | None = None,
    interacted: Sequence[str] = (),
    writer: Writer = "llm",
) -> Iterator[Rationale]:
    """Write a verified rationale for each item, and yield each group as soon as it is verified.

    A sentence that repeats another of the same response is refused, too. Where nothing moved the score as much as the
    example, the sentence says only that. Where no sentence holds, the plain one is used, which is true by construction.

    Parameters
    ----------
    evidences : sequence of ItemEvidence
        One for each recommended item.
    generate : callable
        See `Generate`.
    catalog : Catalog
        The catalogue, as explanations use it.
    seed : int, default 0
        Of all draws; the second attempt generates with `seed + 1`.
    example : str, default ""
        What evidence calls the request's example, where it has one.
    template : str, default "rationale"
        The prompt template.
    sizes : sequence of int
        Items written at once, the last repeated.
    style : {"line", "two", "comparison"}, optional
        Sentences are then written by rule, without the LLM.
    verifier : Verifier, optional
        Of `catalog`; default: `RuleVerifier`.
    interacted : sequence of str, optional
        Ids of all the items that the user interacted with, oldest first; a sentence may then tell of their order.
    writer : {"rules", "llm"}, default "llm"
        Who writes first; with a style it is the rules.

    Yields
    ------
    Rationale
        In the order of `evidences`.

    Raises
    ------
    LlmrecError
        Where `generate` does not return one text a prompt.
    """
    verifier = verifier or RuleVerifier(catalog)
    rng = random.Random(seed)
    items = [_Item(evidence, Brief.of(evidence, catalog), verifier, interacted) for evidence in evidences]
    by_example = {n for n, item in enumerate(items) if _caused_by_example(item.evidence, example)}
    leads = {n: item.brief.lead(rng) for n, item in enumerate(items) if n not in by_example}
    texts_used: set[str] = set()
    by_rule = style is not None or writer == "rules"
    for group in _groups(len(items), [1] if by_rule else sizes):
        finished = {
            n: _example_rationale(example, items[n].evidence, catalog, verifier) for n in group if n in by_example
        }
        rounds: tuple[tuple[int, Source], ...] = () if by_rule else ((seed, "llm"), (seed + 1, "llm-retry"))
        for round_seed, source in rounds:
            pending = {n: leads.pop(n) if n in leads else items[n].brief.lead(rng) for n in group if n not in finished}
            if not pending:
                break
            prompts = [items[n].brief.prompt(lead, template) for n, lead in pending.items()]
            for (n, lead), text in zip(pending.items(), _generated(generate, prompts, round_seed), strict=True):
                if rationale := items[n].accept(text, lead, source, texts_used):
                    finished[n] = rationale
                    texts_used.add(rationale.text)
        for n in group:
            item = items[n]
            if n not in finished:
                drafts = styled_drafts(item.brief, style, seed + n) if style else plain_drafts(item.brief, seed + n)
                if writer == "rules" and style is None:
                    drafts = chain(natural_drafts(item.evidence, item.brief, catalog, seed + n, interacted), drafts)
                finished[n] = item.first_true(drafts, texts_used)
            texts_used.add(finished[n].text)
            yield replace(finished[n], remarks=remarks(item.evidence, catalog, verifier, interacted))


OWNED_DRAFTS = 8
"""Drafts among which a way of owning that an item is something else is looked for that no item before has."""
_OWNS = re.compile(
    r"^(Not|It is not|You asked for|Something else)\b|(, though not)\b|(, though, not)\b|(is not .+?, though)\.$"
)


def _owning(text: str) -> str:
    """In which way a sentence owns that the item is not what was asked for; "" where it does not."""
    found = _OWNS.search(text)
    return str(found[1] or found.lastindex) if found else ""


class _Item:
    """One recommended item while its sentence is written."""

    def __init__(self, evidence: ItemEvidence, brief: Brief, verifier: Verifier, interacted: Sequence[str]) -> None:
        self.evidence, self.brief, self._verifier = evidence, brief, verifier
        self._grounds = Grounds.of(evidence, interacted)
        self._refused: list[tuple[str, str]] = []

    def accept(self, text: str, lead: Lead, source: Source, used: set[str]) -> Rationale | None:
        """Return the LLM's sentence where it holds and is not `used`; None where it is refused."""
        sentence = text.strip().split("\n", 1)[0].strip()
        verdict = self._verify(sentence)
        if verdict.ok and (title := _repeated_title(sentence)):
            sentence, verdict = self._disambiguated(sentence, title)
        problem = verdict.problem or (_omission(sentence, self.brief) if lead == "trait" else "")
        problem = problem or ("another item has the same sentence" if sentence in used else "")
        if problem:
            self._refused.append((sentence, problem))
            return None
        return Rationale(sentence, source, verdict.claims, self.evidence, tuple(self._refused))

    def first_true(self, drafts: Iterator[str], used: set[str]) -> Rationale:
        """Return the first sentence that holds and is not `used`, else the last.

        What owns that the item is not what was asked for is said in another way than for the items before it.
        """
        text, verdict, ways = "", Verdict(()), {_owning(each) for each in used}
        repeated: list[tuple[str, Verdict]] = []
        for text in drafts:
            verdict = self._verify(text)
            if not verdict.ok or text in used:
                continue
            if not (way := _owning(text)) or way not in ways:
                break
            repeated.append((text, verdict))
            if len(repeated) >= OWNED_DRAFTS:
                break
        else:
            text, verdict = repeated[0] if repeated else (text, verdict)
        if repeated and (way := _owning(text)) and way in ways:
            text, verdict = repeated[0]
        return Rationale(text, "plain", verdict.claims, self.evidence, tuple(self._refused))

    def _verify(self, text: str) -> Verdict:
        return self._verifier.verify(text, self._grounds)

    def _disambiguated(self, sentence: str, title: str) -> tuple[str, Verdict]:
        """Distinguish item and cause in a sentence where both have one `title`, such as two colours of a dress.

        One of them becomes "this product"; the verifier decides which. Refused where neither holds.
        """
        parts = sentence.split(title)
        for n in range(1, len(parts)):
            text = title.join(parts[:n]) + f"this {self.brief.words.noun}" + title.join(parts[n:])
            text = text[:1].upper() + text[1:]
            verdict = self._verify(text)
            if verdict.ok and not _repeated_title(text):
                return text, verdict
        return sentence, Verdict((), f"{title} stands for two items")


def _groups(n: int, sizes: Sequence[int]) -> Iterator[range]:
    """Cut 0 … n - 1 into groups of `sizes`, the last repeated."""
    start = 0
    for size in chain(sizes, repeat(sizes[-1])):
        if start >= n:
            return
        yield range(start, min(start + size, n))
        start += size


def _generated(generate: Generate, prompts: list[str], seed: int) -> list[str]:
    texts = generate(prompts, seed)
    if len(texts) != len(prompts):
        raise LlmrecError(f"the engine returned {len(texts)} texts for {len(prompts)} prompts; it must return one each")
    return texts


def _repeated_title(sentence: str) -> str:
    """Return a quoted title that a sentence has twice, "" without one."""
    quoted = re.findall(r'"[^"]+"', sentence)
    return next((title for title in quoted if quoted.count(title) > 1), "")


def _omission(sentence: str, brief: Brief) -> str:
    """Return what a sentence on traits omits: the true reason may be any of them."""
    missing = [trait.phrase for trait in brief.traits if trait.facet.value.lower() not in sentence.lower()]
    return f"it leaves out the {missing[0]}" if missing else ""


def _caused_by_example(evidence: ItemEvidence, example: str) -> bool:
    """Whether the example raised the score most; attributes derive from other records and do not count."""
    records = [record for record in evidence.items if record.kind not in ("attribute", "trait")]
    effects = [(record.effect, record.modality) for record in records]
    return bool(example and effects) and max(effects, key=lambda pair: pair[0])[1] == example


def _example_rationale(example: str, evidence: ItemEvidence, catalog: Catalog, verifier: Verifier) -> Rationale:
    if evidence.pairing is not None:
        told = pairing_sentence(evidence.pairing, evidence.item, catalog)
        verdict = verifier.verify(told, Grounds.of(evidence))
        if verdict.ok:
            return Rationale(told, "plain", verdict.claims, evidence)
    text = f'"{catalog.item(evidence.item).title}" is here because of {example}.'
    return Rationale(text, "plain", (), evidence)


def remarks(
    evidence: ItemEvidence, catalog: Catalog, verifier: Verifier, interacted: Sequence[str] = ()
) -> tuple[Remark, ...]:
    """Write what is measured beside a reason: the user's rating of it, the rank without it, the users who have both.

    Parameters
    ----------
    evidence : ItemEvidence
        Of the recommended item.
    catalog : Catalog
        The catalogue, as explanations use it.
    verifier : Verifier
        Of that catalogue.
    interacted : sequence of str, optional
        Ids of all the items that the user interacted with, oldest first.

    Returns
    -------
    tuple of Remark
        Of reasons above the noise, and only what the verifier accepts: a catalogue may have a word of these sentences
        as a colour or a genre, which changes the meaning.
    """
    passed = []
    for text in _sentences(evidence, catalog):
        verdict = verifier.verify(text, Grounds.of(evidence, interacted))
        if verdict.ok:
            passed.append(Remark(text, verdict.claims))
    return tuple(passed)


def _sentences(evidence: ItemEvidence, catalog: Catalog) -> Iterator[str]:
    words, filed = wording(catalog), Vocabulary.of(catalog).titles
    titles = {e.history_item: natural_order(filed[e.history_item]) for e in evidence.history if e.history_item}
    causes = {record.history_item for record in evidence.causes}
    rated = next((record.history_item for record in evidence.causes if record.history_item in evidence.ratings), None)
    if rated is not None:
        yield f'You {words.chose} "{titles[rated]}" and gave it {evidence.ratings[rated]:g}.'
    for record in evidence.counterfactuals:
        if record.rank_without <= record.rank:
            continue
        if record.history_item is None and any(e.kind == "query" and e.effect >= FAINT for e in evidence.items):
            yield _without("your wish", record, words.noun)
        elif record.history_item in causes:
            yield _without(f'"{titles[record.history_item or ""]}"', record, words.noun)
    co_occurrence = next((record for record in evidence.companions if record.history_item in causes), None)
    if co_occurrence is not None:
        yield _with_others(co_occurrence, titles[co_occurrence.history_item], words.noun, words.chose)


def _without(cause: str, record: Counterfactual, noun: str) -> str:
    return (
        f"Without {cause}, this {noun} would rank {_ordinal(record.rank_without)} instead of {_ordinal(record.rank)}."
    )


def _with_others(record: CoOccurrence, title: str, noun: str, chose: str) -> str:
    return (
        f'Of about {record.group:,} people who {chose} "{title}", about {record.both:,} {chose} this {noun} too, '
        f"against about {record.takers:,} of all {record.people:,}."
    )


def _ordinal(n: int) -> str:
    """Write a number as in "1st", "22nd", "113th"."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"
