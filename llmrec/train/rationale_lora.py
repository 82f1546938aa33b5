"""The rationale objective: a LoRA on the whole LLM that turns a brief of evidence into a sentence or two."""

import hashlib
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from accelerate import Accelerator
from torch.nn import functional as F

from llmrec.model.backbone import add_lora
from llmrec.model.checkpoint import base_identity, write_text
from llmrec.provenance import made_with
from llmrec.rationale.compose import Pair
from llmrec.train.card import RECORD
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.logs import Report, TrainEvent, log_lines
from llmrec.train.training_state import optimizer_state, resume, save_training_state

Example = tuple[list[int], list[int]]
"""Token ids of a prompt and of its completion."""


def train_rationale(
    base: Path,
    pairs: Sequence[Pair],
    out: Path,
    config: TrainConfig,
    state_file: Path,
    report: Report = log_lines,
) -> None:
    """Supervised fine-tuning on evidence -> sentence pairs.

    The steps are a function of the recipe alone, so a run that was killed and resumed ends with the weights of one that
    was not.

    Parameters
    ----------
    base
        Folder of the base model.
    pairs
        Prompts and completions; the first 5 % are held out.
    out
        Folder of the peft adapter; beside the weights it gets training.json: pairs, how many of them were held out and
        their loss, which counts the completion and the end-of-text token only (nats a token), recipe, seconds, and what
        it was made with.
    config
        Its field `rationale`, and the seed.
    state_file
        Training state, until `out` is written; an interrupted run resumes from it. On Ctrl-C it is written first.
    report
        Called with every step.

    Raises
    ------
    BadInput
        Where the state is of another recipe or other data.
    StorageError
        Where the state cannot be written.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    shape, seed = config.rationale, config.seed
    recipe = {"config": shape.model_dump() | {"seed": seed}, "origin": _origin(base, pairs)}
    state = resume(state_file, recipe)
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    accelerator = Accelerator(mixed_precision="bf16" if torch.cuda.is_available() else "no")
    llm = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    llm.requires_grad_(False)
    model: Any = add_lora(llm, shape.rank, shape.alpha).to(accelerator.device)
    trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimizer = accelerator.prepare(torch.optim.AdamW(list(trainable.values()), lr=shape.lr, weight_decay=0.0))
    stop = tokenizer.eos_token_id
    examples = [
        (
            tokenizer(p.prompt, add_special_tokens=False).input_ids,
            [*tokenizer(p.completion, add_special_tokens=False).input_ids, stop],
        )
        for p in pairs
    ]
    n_held_out = max(1, len(examples) // 20)
    test, batches = examples[:n_held_out], _batches(examples[n_held_out:], shape, seed)
    step, seconds_before = 0, 0.0
    if state is not None:
        step, seconds_before = state["step"], state["seconds"]
        with torch.no_grad():
            for name, p in trainable.items():
                p.copy_(state["weights"][name])
        optimizer.load_state_dict(optimizer_state(state["optimizer"]))

    started = time.monotonic()

    def seconds() -> float:
        return seconds_before + time.monotonic() - started

    def save_state() -> None:
        if accelerator.is_main_process:
            state = {"step": step, "seconds": seconds(), "optimizer": optimizer.state_dict()}
            save_training_state(
                state_file, recipe | state | {"weights": {name: p.detach() for name, p in trainable.items()}}
            )

    last_save, state_is_exact = started, True
    model.train()
    try:
        while step < len(batches):
            torch.manual_seed(seed * 1_000_003 + step)
            for group in optimizer.param_groups:
                group["lr"] = shape.lr * min(1.0, (step + 1) / 20) * (1 - step / len(batches))
            with accelerator.autocast():
                loss = _loss(model, batches[step], stop, accelerator.device)
            accelerator.backward(loss)
            accelerator.clip_grad_norm_(trainable.values(), 1.0)
            state_is_exact = False
            optimizer.step()
            optimizer.zero_grad()
            step, state_is_exact = step + 1, True
            metrics = {"loss": float(loss.detach())}
            report(TrainEvent("step", "rationale", step=step, steps=len(batches), metrics=metrics))
            if time.monotonic() - last_save > config.checkpoint_minutes * 60:
                save_state()
                last_save = time.monotonic()
    except KeyboardInterrupt:
        if state_is_exact:  # else the weights are ahead of the count: the last state is the exact one
            save_state()
        raise
    model.eval()
    with torch.inference_mode():
        losses = [
            float(_loss(model, test[i : i + shape.batch], stop, accelerator.device))
            for i in range(0, len(test), shape.batch)
        ]
    for p in trainable.values():
        p.data = p.data.half()  # ten megabytes less to ship, and the same sentences
    model.peft_config["default"].base_model_name_or_path = base.name  # no path of this machine goes into the checkpoint
    about = {
        "pairs": len(pairs),
        "held out": n_held_out,
        "held-out loss": round(sum(losses) / len(losses), 4),
        "recipe": shape.model_dump() | {"seed": seed},
        "seconds": round(seconds(), 1),
        **made_with(),
    }
    _save(model, about, out)
    state_file.unlink(missing_ok=True)


def _origin(base: Path, pairs: Sequence[Pair]) -> str:
    """Tells data and base model apart, so that no run goes on with weights that were learnt on others."""
    content = [base_identity(base), [(pair.prompt, pair.completion) for pair in pairs]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _batches(examples: Sequence[Example], config: RationaleConfig, seed: int) -> list[list[Example]]:
    """The batches of all epochs, in the order of the steps.

    Pairs of like length share a batch, so that little is spent on padding; the batches are drawn in any order.
    """
    by_length = sorted(examples, key=lambda example: len(example[0]) + len(example[1]))
    batches = [by_length[start : start + config.batch] for start in range(0, len(by_length), config.batch)]
    rng, schedule = Random(seed), []
    for _ in range(config.epochs):
        rng.shuffle(batches)
        schedule += batches
    return schedule


def _save(model: Any, about: Mapping[str, Any], out: Path) -> None:
    """Write the adapter whole or not at all: an existing folder counts as finished."""
    draft = out.with_name(f"{out.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    model.save_pretrained(draft)
    (draft / "README.md").unlink(missing_ok=True)  # peft's empty form; the checkpoint has a card
    write_text(draft / RECORD, json.dumps(about, indent=2) + "\n")
    shutil.rmtree(out, ignore_errors=True)
    draft.replace(out)


def _loss(model: torch.nn.Module, examples: Sequence[Example], pad: int, device: torch.device) -> torch.Tensor:
    """Mean cross-entropy of the completions' tokens; right-padded, which causal attention never sees.

    The vocabulary is scored at the completions' positions alone: it costs as much as eight layers a position.
    """
    width = max(len(prompt) + len(answer) for prompt, answer in examples)
    rows = torch.tensor([[*p, *a, *[pad] * (width - len(p) - len(a))] for p, a in examples], device=device)
    answered = torch.zeros_like(rows, dtype=torch.bool)
    for n, (prompt, answer) in enumerate(examples):
        answered[n, len(prompt) : len(prompt) + len(answer)] = True
    llm = model.get_base_model()  # type: ignore[operator]
    states = llm.model(input_ids=rows, use_cache=False).last_hidden_state
    logits = llm.lm_head(states[:, :-1][answered[:, 1:]])
    return F.cross_entropy(logits.float(), rows[:, 1:][answered[:, 1:]])
