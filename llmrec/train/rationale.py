"""The rationale objective: a LoRA on the whole LLM that turns a brief of evidence into a sentence or two."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from accelerate import Accelerator
from torch.nn import functional as F

from llmrec.explain.compose import Pair
from llmrec.model.backbone import add_lora


@dataclass(frozen=True, slots=True)
class RationaleConfig:
    """Recipe of the rationale LoRA."""

    seed: int = 0
    pairs: int = 1600
    """Composed evidence → sentence pairs; each is seen once (half an hour on two CPU cores)."""
    batch: int = 4
    lr: float = 1e-3
    rank: int = 16
    alpha: int = 32


def train_rationale(
    base: Path,
    pairs: Sequence[Pair],
    out: Path,
    config: RationaleConfig,
    report: Callable[[dict[str, float]], None],
) -> float:
    """Supervised fine-tuning on `pairs`; writes a peft adapter into `out` and returns the held-out loss.

    The loss counts the completion and the end-of-text token only (nats a token); 5 % of the pairs are held out.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(config.seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    accelerator = Accelerator(mixed_precision="bf16" if torch.cuda.is_available() else "no")
    whole = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    whole.requires_grad_(False)
    model: Any = add_lora(whole, config.rank, config.alpha).to(accelerator.device)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = accelerator.prepare(torch.optim.AdamW(trained, lr=config.lr, weight_decay=0.0))
    stop = tokenizer.eos_token_id
    examples = [
        (
            tokenizer(p.prompt, add_special_tokens=False).input_ids,
            [*tokenizer(p.completion, add_special_tokens=False).input_ids, stop],
        )
        for p in pairs
    ]
    held = max(1, len(examples) // 20)
    test = examples[:held]
    # Pairs of like length share a batch, so that little is spent on padding; the batches are drawn in any order.
    train = sorted(examples[held:], key=lambda example: len(example[0]) + len(example[1]))
    batches = [train[start : start + config.batch] for start in range(0, len(train), config.batch)]
    Random(config.seed).shuffle(batches)
    steps = len(batches)
    model.train()
    for number, chosen in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = config.lr * min(1.0, (number + 1) / 20) * (1 - number / steps)
        with accelerator.autocast():
            loss = _loss(model, chosen, stop, accelerator.device)
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        report({"step": number + 1, "steps": steps, "rationale": float(loss.detach())})
    model.eval()
    with torch.inference_mode():
        losses = [
            float(_loss(model, test[i : i + config.batch], stop, accelerator.device))
            for i in range(0, len(test), config.batch)
        ]
    for p in trained:
        p.data = p.data.half()  # ten megabytes less to ship, and the same sentences
    model.peft_config["default"].base_model_name_or_path = base.name  # the folder is nobody else's business
    model.save_pretrained(out)
    return sum(losses) / len(losses)


def _loss(
    model: torch.nn.Module, examples: Sequence[tuple[list[int], list[int]]], pad: int, device: torch.device
) -> torch.Tensor:
    """Mean cross-entropy of the completions' tokens; right-padded, which causal attention never sees.

    The vocabulary is scored at the completions' positions alone: it costs as much as eight layers a position.
    """
    width = max(len(prompt) + len(answer) for prompt, answer in examples)
    rows = torch.tensor([[*p, *a, *[pad] * (width - len(p) - len(a))] for p, a in examples], device=device)
    answered = torch.zeros_like(rows, dtype=torch.bool)
    for n, (prompt, answer) in enumerate(examples):
        answered[n, len(prompt) : len(prompt) + len(answer)] = True
    whole = model.get_base_model()  # type: ignore[operator]
    states = whole.model(input_ids=rows, use_cache=False).last_hidden_state
    logits = whole.lm_head(states[:, :-1][answered[:, 1:]])
    return F.cross_entropy(logits.float(), rows[:, 1:][answered[:, 1:]])
