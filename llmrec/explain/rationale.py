"""From evidence to checked words: generate in one batch, verify, try the failing ones once more, else say it
plainly.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from llmrec.catalog.types import Catalog
from llmrec.errors import LlmrecError
from llmrec.explain.brief import Brief
from llmrec.explain.claims import Claim
from llmrec.explain.compose import plain_sentence
from llmrec.explain.evidence import ItemEvidence
from llmrec.explain.verifier import Verdict, verify

Source = Literal["llm", "llm-retry", "plain"]
Generate = Callable[[list[str], int], list[str]]
"""(prompts, seed) -> one continuation a prompt; batched, the same for the same seed, another for another."""


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

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "text": self.text,
            "source": self.source,
            "claims": [claim.to_dict() for claim in self.claims],
            "evidence": self.evidence.to_dict(),
            "refused": [{"text": text, "problem": problem} for text, problem in self.refused],
        }


def write_rationales(
    evidences: Sequence[ItemEvidence],
    generate: Generate,
    catalog: Catalog,
    seed: int = 0,
    example: str = "",
    template: str = "rationale",
) -> list[Rationale]:
    """A verified rationale for each item, in order, by at most two calls of `generate`.

    A sentence that repeats another of the same answer is refused too: five items deserve five sentences. Where nothing
    moved the score as much as the `example` that was shown, named as the evidence names it, the sentence just says so.
    `template`: the prompt that briefs are told in.
    Raises `LlmrecError` where `generate` does not return one text a prompt.
    """
    rng = random.Random(seed)
    briefs = [Brief.of(evidence, catalog) for evidence in evidences]
    shown = [n for n, evidence in enumerate(evidences) if _led_by(evidence, example)]
    done = {n: _thanks_to(example, evidences[n], catalog) for n in shown}
    refused: list[list[tuple[str, str]]] = [[] for _ in evidences]
    rounds: tuple[tuple[int, Source], ...] = ((seed, "llm"), (seed + 1, "llm-retry"))
    for round_seed, source in rounds:
        open_ = [n for n in range(len(evidences)) if n not in done]
        if not open_:
            break
        leads = {n: briefs[n].lead(rng) for n in open_}
        prompts = [briefs[n].prompt(leads[n], template) for n in open_]
        texts = generate(prompts, round_seed)
        if len(texts) != len(prompts):
            raise LlmrecError(
                f"the engine returned {len(texts)} texts for {len(prompts)} prompts; it must return one each"
            )
        for n, text in zip(open_, texts, strict=True):
            sentence = text.strip().split("\n", 1)[0].strip()
            verdict = verify(sentence, evidences[n], catalog)
            problem = verdict.problem or (_left_out(sentence, briefs[n]) if leads[n] == "seen" else "")
            if not problem and any(sentence == other.text for other in done.values()):
                problem = "another item has the same sentence"
            if problem:
                refused[n].append((sentence, problem))
            else:
                done[n] = Rationale(sentence, source, verdict.claims, evidences[n], tuple(refused[n]))
    for n, evidence in enumerate(evidences):
        if n not in done:
            done[n] = _plainly(evidence, catalog, tuple(refused[n]))
    return [done[n] for n in range(len(evidences))]


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


def _plainly(evidence: ItemEvidence, catalog: Catalog, refused: tuple[tuple[str, str], ...]) -> Rationale:
    text = plain_sentence(evidence, catalog)
    verdict: Verdict = verify(text, evidence, catalog)
    return Rationale(text, "plain", verdict.claims, evidence, refused)
