"""Two rivals that have no evidence of the purchase they explain: an LLM alone, and somebody else's evidence."""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.evidence.records import ItemEvidence

MOST_TOKENS = 60


class PlainLLM:
    """The instruction LLM as it comes, told the same history in words: title and every attribute seen in each item."""

    def __init__(self, base: Path, catalog: Catalog) -> None:
        """`base`: Hugging Face folder; `catalog`: as explanations speak of it."""
        self.base, self.catalog = base, catalog

    def explain(self, item: str, history: Sequence[str]) -> str:
        """Its answer to why `item` suits whoever bought `history`, by greedy decoding."""
        import torch

        tokenizer, model = self._loaded
        asked = tokenizer.apply_chat_template(
            [{"role": "user", "content": self.prompt(item, history)}], add_generation_prompt=True, return_tensors="pt",
            return_dict=True,
        )  # fmt: skip
        with torch.inference_mode():
            written = model.generate(
                **asked, max_new_tokens=MOST_TOKENS, do_sample=False, pad_token_id=tokenizer.eos_token_id
            )
        answer = tokenizer.decode(written[0, asked["input_ids"].shape[1] :], skip_special_tokens=True)
        return " ".join(str(answer).split())

    def prompt(self, item: str, history: Sequence[str]) -> str:
        """The question, in words alone."""
        bought = "\n".join(f"- {self._told(other)}" for other in history)
        return (
            f"A customer bought these products, oldest first:\n{bought}\n\nWe recommend to this customer:\n"
            f"- {self._told(item)}\n\nWhich of its attributes are the reason, judged by what the customer bought? Name "
            "them, and say whether each shows in the photo, the clip, the sound or the description. Answer in one "
            "sentence."
        )

    def _told(self, item: str) -> str:
        product = self.catalog.item(item)
        return f"{product.title}: {', '.join(str(product.attributes.get(name, '?')) for name in self.catalog.shown_by)}"

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        model = AutoModelForCausalLM.from_pretrained(self.base, dtype=torch.float32).eval()
        return AutoTokenizer.from_pretrained(self.base), model


def shuffled(
    evidences: Sequence[ItemEvidence], users: Sequence[str], catalog: Catalog, seed: int
) -> list[ItemEvidence]:
    """Each item with the attributes by which another user's item was recommended, in this item's own values.

    True of the item, as many, in the right media: only the reason is another's.
    """
    rng, vocabulary = random.Random(seed), Vocabulary.of(catalog)
    found = []
    for evidence, user in zip(evidences, users, strict=True):
        other = rng.choice([e for e, u in zip(evidences, users, strict=True) if u != user and e.traits])
        own = {facet.name: facet for facet in vocabulary.facets[evidence.item]}
        traits = tuple(
            replace(record, attribute=own[name].key)
            for record in other.traits
            if (name := Facet.of(record.attribute or "").name) in own
        )
        found.append(ItemEvidence(evidence.item, traits, fidelity=other.fidelity))
    return found
