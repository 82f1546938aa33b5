"""The rationale LoRA: what training writes, peft reads."""

from pathlib import Path

import pytest
import torch

from llmrec.catalog.types import Catalog
from llmrec.explain.compose import compose_pairs
from llmrec.train.rationale import RationaleConfig, train_rationale


def test_adapter_loads_and_says_something_else_than_the_base(
    tiny_base: Path, tiny_catalog: Catalog, tmp_path: Path
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    told: list[dict[str, float]] = []
    pairs = compose_pairs(tiny_catalog, 6, seed=0)
    held_out = train_rationale(tiny_base, pairs, tmp_path, RationaleConfig(batch=2, rank=4), told.append)
    assert held_out == pytest.approx(held_out) and 0 < held_out < 50
    assert [entry["step"] for entry in told] == list(range(1, len(told) + 1)) and told[-1]["steps"] == len(told)
    ids = torch.tensor([[10, 20, 30]])
    with torch.inference_mode():
        base = AutoModelForCausalLM.from_pretrained(tiny_base)
        plain = base(input_ids=ids).logits
        tuned = PeftModel.from_pretrained(base, tmp_path)(input_ids=ids).logits
    assert not torch.allclose(plain, tuned, atol=1e-5)
