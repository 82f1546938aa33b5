"""Two rivals that have no evidence of the purchase they explain: an LLM alone, and somebody else's evidence."""

import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from eval.modalities.recipes import SIMSHOP
from llmrec import paths
from llmrec.catalog import Catalog, load_catalog
from llmrec.catalog.simshop import BY_NAME, World
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.evaluation.splits import rolling_split
from llmrec.evidence.records import ItemEvidence
from llmrec.model.config import RecLMConfig
from llmrec.setup import materialise_base
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.logs import TrainEvent
from llmrec.verification.grammar import MODALITY_OF
from llmrec.verification.reading import Reading

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


EPOCHS = 4
PAIRS = 1600


def held_out(users: list[str], n: int, seed: int) -> list[str]:
    """`n` users that training does not see, in their own order; the same for the same seed."""
    chosen = set(random.Random(seed).sample(sorted(users), n))
    return [user for user in users if user in chosen]


def train_checkpoint(data: Path, out: Path, users: int, seed: int, pairs: int = PAIRS) -> Path:
    """Trains the pack `out` on all but `users` held-out users, or takes it up; raises what `llmrec.train` raises.

    Of the others the last events stop training early and weigh the components, and all before teach.
    """
    from llmrec.train.run import train

    catalog = load_catalog(data)
    gone = set(held_out(list(catalog.histories), users, seed))
    rolling = rolling_split(catalog)
    out.mkdir(parents=True, exist_ok=True)
    split = out / "split.jsonl"
    lines = [
        {"user": user, "train": [*rolling.train[user], *rolling.valid[user]], "valid": rolling.test[user], "test": []}
        for user in rolling.train
        if user not in gone
    ]
    split.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    config = TrainConfig(
        **SIMSHOP.recipe | {"epochs": EPOCHS, "seed": seed},
        model=RecLMConfig(**SIMSHOP.shape),
        base=materialise_base(paths.home(), tell),
        split=str(split),
        rationale=RationaleConfig(pairs=pairs),
    )
    train(data, out, config, report=_report)
    return out


def _report(event: TrainEvent) -> None:
    if event.message:
        tell(event.message)
    elif event.stage == "rationale" and event.step % 20 == 0:
        tell(f"sentences: step {event.step} of {event.steps}")


def tell(line: str) -> None:
    """Progress, on stderr."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Named:
    """One attribute that a text names; `media`: what it says shows it, none where it does not say."""

    facet: Facet
    media: frozenset[str]


class Reader:
    """Reads texts on the items of one SimShop."""

    def __init__(self, catalog: Catalog, truth: World) -> None:
        self.truth = truth
        self.row = {item: n for n, item in enumerate(truth.items)}
        items = tuple(
            replace(item, attributes={name: column[self.row[item.id]] for name, column in truth.values.items()})
            for item in catalog.items
        )
        self.vocabulary = Vocabulary(replace(catalog, items=items))

    def of(self, text: str, item: str) -> list[Named]:
        """The attributes that `text` names, each once, in the order of the text."""
        reading = Reading.of(text, self.vocabulary, names_first=True)
        own = set(self.vocabulary.facets[item])
        found: dict[Facet, Named] = {}
        for mention in reading.mentions:
            facet = min(mention.facets & own or mention.facets)
            said = reading.words_in(reading.clause(mention.start))
            media = frozenset(MODALITY_OF[word] for word in said if word in MODALITY_OF and word != facet.name)
            found.setdefault(facet, Named(facet, media))
        return list(found.values())

    def judge(self, text: str, user: str, item: str, cause: tuple[str, str]) -> dict[str, float]:
        """How a text stands to the truth: `driver` named, its `medium` right, names `given`, and `right` ones of them.

        `cause`: attribute and value that drove the purchase.
        """
        named = self.of(text, item)
        own, likes = set(self.vocabulary.facets[item]), self.truth.tastes[user].likes
        driver = [one for one in named if (one.facet.name, one.facet.value) == cause]
        liked = [one for one in named if one.facet in own and one.facet.value in likes.get(one.facet.name, ())]
        medium = any(one.media == {BY_NAME[cause[0]].modality} for one in driver)
        return {"driver": float(bool(driver)), "medium": float(medium), "given": len(named), "right": len(liked)}
