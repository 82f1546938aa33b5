"""The rationale objective: a LoRA on the whole LLM that turns a brief of evidence into a sentence or two."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from accelerate import Accelerator
from torch.nn import functional as F

from llmrec.explain.compose import Pair
from llmrec.model.backbone import add_lora


@dataclass(frozen=True, slots=True)
class RationaleConfig:
    """Recipe of the rationale LoRA."""

    seed: int = 0
    pairs: int = 8000
    """Composed evidence → sentence pairs."""
    epochs: int = 2
    batch: int = 16
    lr: float = 4e-4
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
    model = add_lora(whole, config.rank, config.alpha).to(accelerator.device)
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
    test, train = examples[:held], examples[held:]
    steps = math.ceil(len(train) / config.batch) * config.epochs
    number = 0
    for epoch in range(config.epochs):
        Random(f"{config.seed}:{epoch}").shuffle(train)
        model.train()
        for start in range(0, len(train), config.batch):
            for group in optimizer.param_groups:
                group["lr"] = config.lr * min(1.0, (number + 1) / 30) * (1 - number / steps)
            with accelerator.autocast():
                loss = _loss(model, train[start : start + config.batch], stop, accelerator.device)
            accelerator.backward(loss)
            accelerator.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            number += 1
            report({"epoch": epoch, "step": number, "steps": steps, "rationale": float(loss.detach())})
    model.eval()
    with torch.inference_mode():
        losses = [
            float(_loss(model, test[i : i + config.batch], stop, accelerator.device))
            for i in range(0, len(test), config.batch)
        ]
    model.save_pretrained(out)
    return sum(losses) / len(losses)


def _loss(
    model: torch.nn.Module, examples: Sequence[tuple[list[int], list[int]]], pad: int, device: torch.device
) -> torch.Tensor:
    """Mean cross-entropy of the completions' tokens; right-padded, which causal attention never sees."""
    width = max(len(prompt) + len(answer) for prompt, answer in examples)
    rows = [[*p, *a, *[pad] * (width - len(p) - len(a))] for p, a in examples]
    labels = [[*[-100] * len(p), *a, *[-100] * (width - len(p) - len(a))] for p, a in examples]
    logits = model(input_ids=torch.tensor(rows, device=device)).logits[:, :-1]
    return F.cross_entropy(logits.float().flatten(0, 1), torch.tensor(labels, device=device)[:, 1:].flatten())
