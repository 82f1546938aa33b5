"""From evidence to checked words: generate, verify, try the failing ones once more, else say it
plainly.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Literal

from llmrec.catalog.types import Catalog
from llmrec.errors import LlmrecError
from llmrec.evidence.records import ItemEvidence
from llmrec.rationale.brief import Brief
from llmrec.rationale.notes import Remark, remarks
from llmrec.rationale.phrasing import Style, styled, unstyled
from llmrec.verification.claims import Claim
from llmrec.verification.verifier import Verdict, verify

Source = Literal["llm", "llm-retry", "plain"]
Generate = Callable[[list[str], int], list[str]]
"""(prompts, seed) -> one continuation a prompt; batched, the same for the same seed, another for another."""

STREAMED = (1, 4)
"""Sentences written at once: the first alone, so that who reads along has it soon; then more at a time, which costs
little more than one. Answers that come whole are written so too: what is said must not depend on the door."""


@dataclass(frozen=True)
class Rationale:
    """Why an item was recommended, in words, with what the words rest on.

    `refused` holds the LLM's sentences that the verifier refused and why, so that a log can show them.
    """

    text: str
    source: Source
    claims: tuple[Claim, ...]
    evidence: ItemEvidence
    refused: tuple[tuple[str, str], ...] = ()
    remarks: tuple[Remark, ...] = ()
    """Beside the text: what was counted and re-ranked, in sentences made by rule."""

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
) -> list[Rationale]:
    """A verified rationale for each item, in order, by at most two calls of `generate`. See `stream_rationales`."""
    return list(stream_rationales(evidences, generate, catalog, seed, example, template, [len(evidences)]))


def stream_rationales(
    evidences: Sequence[ItemEvidence],
    generate: Generate,
    catalog: Catalog,
    seed: int = 0,
    example: str = "",
    template: str = "rationale",
    sizes: Sequence[int] = STREAMED,
    style: Style | None = None,
) -> Iterator[Rationale]:
    """A verified rationale for each item, in order, each group of them as soon as it is written and checked.

    A sentence that repeats another of the same answer is refused too: five items deserve five sentences. Where nothing
    moved the score as much as the `example` that was shown, named as the evidence names it, the sentence just says so.
    `template`: the prompt that briefs are told in; `sizes`: items written at once, the last repeated; `style`: one that
    was asked for, in which no LLM writes.
    Raises `LlmrecError` where `generate` does not return one text a prompt.
    """
    rng = random.Random(seed)
    briefs = [Brief.of(evidence, catalog) for evidence in evidences]
    shown = {n for n, evidence in enumerate(evidences) if _led_by(evidence, example)}
    leads = {n: brief.lead(rng) for n, brief in enumerate(briefs) if n not in shown}
    told: set[str] = set()
    if style is not None:
        for n, (brief, evidence) in enumerate(zip(briefs, evidences, strict=True)):
            by_rule = styled(brief, style, seed + n)
            found = _thanks_to(example, evidence, catalog) if n in shown else _by_rule(by_rule, evidence, catalog, told)
            told.add(found.text)
            yield replace(found, remarks=remarks(evidence, catalog))
        return
    for group in _groups(len(evidences), sizes):
        done = {n: _thanks_to(example, evidences[n], catalog) for n in group if n in shown}
        refused: dict[int, list[tuple[str, str]]] = {n: [] for n in group}
        rounds: tuple[tuple[int, Source], ...] = ((seed, "llm"), (seed + 1, "llm-retry"))
        for round_seed, source in rounds:
            open_ = [n for n in group if n not in done]
            if not open_:
                break
            asked = {n: leads.pop(n, "") or briefs[n].lead(rng) for n in open_}
            prompts = [briefs[n].prompt(lead, template) for n, lead in asked.items()]
            for n, text in zip(open_, _written(generate, prompts, round_seed), strict=True):
                sentence = text.strip().split("\n", 1)[0].strip()
                verdict = verify(sentence, evidences[n], catalog)
                if verdict.ok and (twice := _said_twice(sentence)):
                    sentence, verdict = _told_apart(sentence, twice, briefs[n], evidences[n], catalog)
                problem = verdict.problem or (_left_out(sentence, briefs[n]) if asked[n] == "seen" else "")
                problem = problem or ("another item has the same sentence" if sentence in told else "")
                if problem:
                    refused[n].append((sentence, problem))
                else:
                    done[n] = Rationale(sentence, source, verdict.claims, evidences[n], tuple(refused[n]))
                    told.add(sentence)
        for n in group:
            if n not in done:
                found = _by_rule(unstyled(briefs[n], seed + n), evidences[n], catalog, told)
                done[n] = replace(found, refused=tuple(refused[n]))
                told.add(found.text)
            yield replace(done[n], remarks=remarks(evidences[n], catalog))


def _groups(n: int, sizes: Sequence[int]) -> Iterator[range]:
    """0 … n - 1 in order, cut into groups of `sizes`, the last repeated."""
    start = 0
    for size in chain(sizes, repeat(sizes[-1])):
        if start >= n:
            return
        yield range(start, min(start + size, n))
        start += size


def _written(generate: Generate, prompts: list[str], seed: int) -> list[str]:
    texts = generate(prompts, seed)
    if len(texts) != len(prompts):
        raise LlmrecError(f"the engine returned {len(texts)} texts for {len(prompts)} prompts; it must return one each")
    return texts


def _said_twice(sentence: str) -> str:
    """A quoted title that stands twice in a sentence, "" where none does."""
    quoted = re.findall(r'"[^"]+"', sentence)
    return next((name for name in quoted if quoted.count(name) > 1), "")


def _told_apart(
    sentence: str, name: str, brief: Brief, evidence: ItemEvidence, catalog: Catalog
) -> tuple[str, Verdict]:
    """A sentence that says the one `name` of the recommended item and of a cause, as two colours of a dress have it:
    the item becomes "this product". Which of the two it is, the verifier knows; refused where neither reading holds."""
    parts = sentence.split(name)
    for n in range(1, len(parts)):
        told = name.join(parts[:n]) + f"this {brief.words.noun}" + name.join(parts[n:])
        told = told[:1].upper() + told[1:]
        verdict = verify(told, evidence, catalog)
        if verdict.ok and not _said_twice(told):
            return told, verdict
    return sentence, Verdict((), f"{name} stands for two items")


def _left_out(sentence: str, brief: Brief) -> str:
    """What a sentence on what media show leaves out: the true reason may be any of the traits."""
    missing = [trait.phrase for trait in brief.traits if trait.facet.value.lower() not in sentence.lower()]
    return f"it leaves out the {missing[0]}" if missing else ""


def _led_by(evidence: ItemEvidence, example: str) -> bool:
    """Whether nothing raised the score as much as the example did; attributes rest on other records."""
    found = [(record.effect, record.modality) for record in evidence.items if record.kind not in ("attribute", "trait")]
    return bool(example and found) and max(found, key=lambda pair: pair[0])[1] == example


def _thanks_to(example: str, evidence: ItemEvidence, catalog: Catalog) -> Rationale:
    text = f'"{catalog.item(evidence.item).title}" is here because of {example}.'
    return Rationale(text, "plain", (), evidence)


def _by_rule(sentences: Iterator[str], evidence: ItemEvidence, catalog: Catalog, told: set[str]) -> Rationale:
    """The first of some sentences that holds and is not `told`, else the last of them."""
    found = None
    for text in sentences:
        verdict = verify(text, evidence, catalog)
        found = Rationale(text, "plain", verdict.claims, evidence)
        if verdict.ok and text not in told:
            return found
    assert found is not None
    return found
